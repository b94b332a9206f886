"""The city's reviewer: where an office has nobody else to approve a paper, the office above it is asked.

The request shows the draft to the office above, which approves it on screen (`approving.approve`) or returns it with
what to change. It holds for one version: whatever is written afterwards has to be asked for anew.
"""

from __future__ import annotations

from django.db import transaction

from lantian.core.messages import Text
from lantian.core.moves import check_move
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.models import Account, Paper, PaperReview, Post, Unit
from lantian.office.papers import queries
from lantian.office.papers.actions import change, take
from lantian.office.papers.errors import PaperRefused
from lantian.office.papers.states import MOVES, Act, State
from lantian.office.permissions import ROLES, Permission, check_permission

LONGEST = 200


def reviewer_of(paper: Paper) -> Unit | None:
    """The office that may be asked: the nearest city office above; none for the city's own papers."""
    above = paper.unit.parent
    while above is not None and above.kind != "city":
        above = above.parent
    return above


def other_approvers(paper: Paper) -> int:
    """How many people of the paper's own office could approve it today: they may, and wrote no version of it."""
    today = clock.today()
    roles = [name for name, role in ROLES.items() if Permission.APPROVE_PAPERS in role.permissions]
    writers = Account.objects.filter(pk__in=paper.versions.values("post__account"))
    posts = Post.objects.filter(unit_id=paper.unit_id, role__in=roles, account__is_active=True)
    held = [post for post in posts.exclude(account__in=writers) if post.held_on(today)]
    return len({post.account_id for post in held})


def may_ask(paper: Paper) -> Text | None:
    """Why the city cannot be asked about a paper; nothing when it can."""
    if reviewer_of(paper) is None:
        return Text(
            "市局自己的文书由市局内部核准。", "The city's own papers are approved within the city office."
        )
    if count := other_approvers(paper):
        return Text(
            f"本单位还有 {count} 人可以核准，请先由本单位核准。",
            f"{count} of your own office can approve it; ask them first.",
        )
    return None


@transaction.atomic
def ask(*, key: str, words: str, version: int, by: OfficerActor) -> PaperReview:
    """Ask the city's reviewer to approve the version that stands; the city sees the paper from now on.

    Raises `PaperRefused` where somebody of the office itself can approve, and for a request that stands already.
    """
    check_permission(by.permissions, Permission.WRITE_PAPERS)
    paper = take(key, version, by)
    check_move(MOVES, State(paper.state), Act.APPROVE)
    why = may_ask(paper)
    if why is not None:
        raise PaperRefused(why.zh, why.en)
    reviewer = reviewer_of(paper)
    assert reviewer is not None
    if stands(paper):
        raise PaperRefused("已经请市局核准，请等待。", "The city has been asked already.")
    paper.seen_by = sorted({*paper.seen_by, reviewer.pk})
    change(paper, by, "seen_by")
    return _note(paper, PaperReview.Act.ASK, reviewer, words, by)


@transaction.atomic
def send_back(*, key: str, words: str, version: int, by: OfficerActor) -> PaperReview:
    """Return a paper to its office with what to change; the request ends."""
    check_permission(by.permissions, Permission.APPROVE_PAPERS)
    paper = take(key, version, by, reviewer=True)
    if paper.unit_id == by.unit:
        raise PaperRefused("本单位的文书直接修改。", "A paper of your own office is simply revised.")
    change(paper, by)
    return _note(paper, PaperReview.Act.RETURN, Unit.objects.get(pk=by.unit), words, by)


def stands(paper: Paper) -> bool:
    """Whether a request stands for the version that stands."""
    last = paper.reviews.order_by("-id").first()
    standing = queries.latest(paper)
    return last is not None and last.act == PaperReview.Act.ASK and last.version_id == standing.pk


def _note(paper: Paper, act: PaperReview.Act, reviewer: Unit, words: str, by: OfficerActor) -> PaperReview:
    if not words.strip():
        raise PaperRefused("请写明理由。", "Please give the reason.")
    row = PaperReview.objects.create(
        paper=paper,
        version=queries.latest(paper),
        act=act,
        reviewer=reviewer,
        words=words.strip()[:LONGEST],
        post_id=by.post_id,
        at=clock.now(),
    )
    asked = act == PaperReview.Act.ASK
    kind = audit.Kind.PAPER_REVIEW_ASKED if asked else audit.Kind.PAPER_REVIEW_RETURNED
    detail = {"version": row.version.number, "reviewer": reviewer.pk}
    audit.record(kind, by=by, about=("paper", paper.key), detail=detail)
    return row
