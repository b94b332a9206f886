"""What leaves the house: a text redacted by rule and looked at first, decided by one person, approved by another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from lantian.core import publicity
from lantian.core.chain import digest_of
from lantian.core.competence import Act as LegalAct
from lantian.core.competence import Field
from lantian.core.moves import check_move
from lantian.core.publicity import Profile, Redacted
from lantian.office import clock, competence
from lantian.office.actors import OfficerActor
from lantian.office.models import Post
from lantian.office.permissions import Permission, check_permission
from lantian.publicity import queries
from lantian.publicity.actions import bind, moved, office_of, taken
from lantian.publicity.errors import PublicityRefused, Stale
from lantian.publicity.models import Notice, NoticeText
from lantian.publicity.states import MOVES, OUT, Act, State

LONGEST_FIELD, MOST_SECRETS = 4_000, 50


@dataclass(frozen=True)
class Draft:
    """A text as typed: the fields of the source, passages to be hidden, how long it stays, why it is corrected."""

    fields: Mapping[str, str]
    term: str
    longest: date | None = None
    secrets: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Preview:
    """What would leave the house, and the digest by which the act names it."""

    redacted: Redacted
    published: bool
    digest: str


def first_draft(notice: Notice) -> dict[str, str]:
    """The fields as the record and the register give them."""
    last = queries.text_of(notice)
    if last is not None:
        return dict(last.source)
    given = {
        "document": notice.document,
        "office": office_of(notice),
        "decided_on": str(notice.event_on),
        "name": notice.name,
        "number": notice.number,
    }
    return {**given, **{name: str(text) for name, text in notice.told.items()}}


def preview(notice: Notice, draft: Draft) -> Preview:
    """What would leave the house by the rule of today; raises what the rule refuses. Stores nothing."""
    fields = {name: text.strip() for name, text in draft.fields.items() if text.strip()}
    if any(len(text) > LONGEST_FIELD for text in fields.values()) or len(draft.secrets) > MOST_SECRETS:
        raise PublicityRefused(
            f"每项不超过{LONGEST_FIELD}字，需隐去的内容不超过{MOST_SECRETS}条。",
            f"A field has at most {LONGEST_FIELD} signs, and {MOST_SECRETS} passages are hidden at most.",
        )
    chosen = publicity.term(notice.matter, notice.event_on, draft.term)
    if chosen.published:
        publicity.until(chosen, clock.today(), draft.longest)
        _demand(fields)
    redacted = publicity.redact(fields, Profile(notice.profile), clock.today(), draft.secrets)
    leaves = [list(one) for one in redacted.leaves] if chosen.published else []
    told = {"leaves": leaves, "term": draft.term, "longest": str(draft.longest or "")}
    return Preview(redacted, chosen.published, digest_of(told))


@transaction.atomic
def prepare(*, key: str, draft: Draft, digest: str, version: int, by: OfficerActor) -> NoticeText:
    """Decide what leaves the house, as it was previewed (`digest`); a text that is out is corrected the same way.

    Raises `Stale` for another text than the one looked at, `NoCompetence`, `PublicityRefused`.
    """
    check_permission(by.permissions, Permission.PUBLISH)
    row = taken(key, version, by)
    demand_competence(row, by)
    correcting = row.state == State.PUBLISHED
    act = Act.CORRECT if correcting else Act.PREPARE
    row.state = check_move(MOVES, State(row.state), act)
    found = preview(row, draft)
    if found.digest != digest:
        raise Stale(
            "提交的内容与预览的不一致，请重新预览。",
            "This is not the text that was previewed; look at it again.",
        )
    _demand_reason(correcting or not found.published, draft.reason)
    text = _keep(row, draft, found, by)
    moved(row, act, clock.today(), by, text_number=text.number, note=draft.reason)
    return text


@transaction.atomic
def approve(*, key: str, digest: str, version: int, by: OfficerActor) -> Notice:
    """Approve the text as a second person: from now on it may leave the house, or stay in it for good."""
    check_permission(by.permissions, Permission.APPROVE_PAPERS)
    row = taken(key, version, by)
    demand_competence(row, by)
    text = _newest(row)
    own = PublicityRefused(
        "拟定人不能核准自己拟定的公示内容，请由另一人核准。",
        "Whoever prepared the text does not approve it; another person does.",
    )
    refuse_same(text.post_id, by, own)
    refuse_raiser(row, by)
    refuse_in_doubt(row, text)
    if text.digest != digest:
        raise Stale("公示内容已经改动，请重新查看。", "The text has changed; look at it again.")
    published = publicity.term(row.matter, row.event_on, text.term).published
    act = Act.APPROVE if published else Act.SPARE
    row.state = check_move(MOVES, State(row.state), act)
    row.term, row.longest = text.term, text.longest
    if row.question is not None and row.state not in OUT:  # the text answers it; nothing has to be replaced
        row.question = None
        bind(row, queries.places(row))
    if act is Act.SPARE:
        row.due, row.due_provisional = None, False
    return moved(row, act, clock.today(), by, text_number=text.number)


@transaction.atomic
def send_back(*, key: str, note: str, version: int, by: OfficerActor) -> Notice:
    """Send a text back to whoever prepared it, with the reason."""
    check_permission(by.permissions, Permission.APPROVE_PAPERS)
    row = taken(key, version, by)
    if not note.strip():
        raise PublicityRefused("请写明退回的理由。", "Please say why it is sent back.")
    row.state = check_move(MOVES, State(row.state), Act.RETURN)
    return moved(row, Act.RETURN, clock.today(), by, note=note)


def same_person(post: int, by: OfficerActor) -> bool:
    """Whether the account that acts holds a post, whatever other posts it holds."""
    accounts = dict(Post.objects.filter(pk__in=[post, by.post_id]).values_list("pk", "account_id"))
    return accounts[post] == accounts[by.post_id]


def refuse_same(post: int, by: OfficerActor, refusal: PublicityRefused) -> None:
    """Raise when the account that acts holds a post."""
    if same_person(post, by):
        raise refusal


def refuse_raiser(row: Notice, by: OfficerActor) -> None:
    """A text answers what stands against a notice: whoever raised that, or changed the record, does not settle it."""
    question = queries.question_of(row)
    refusal = PublicityRefused(
        "提出人、更改人不能自己核准，请由另一人办理。",
        "Whoever asked for it or changed the record does not decide; another person does.",
    )
    for post in question.posts if question is not None else ():
        refuse_same(post, by, refusal)


def refuse_in_doubt(row: Notice, text: NoticeText) -> None:
    """Raise while something stands against a notice that the text does not answer: it is older, or it may all fall."""
    question = queries.question_of(row)
    if question is not None and not question.answered(text):
        raise PublicityRefused(
            "公示依据有变动，待核实：请先重新拟定，或者由另一人核实。",
            "Its ground has changed and is to be reviewed: prepare the text anew, or have another person review it.",
        )


def demand_competence(row: Notice, by: OfficerActor) -> None:
    """Ask the matrix, except where the rule says that another body publishes or that the matter lies outside it."""
    if publicity.matter(row.matter, row.event_on).values["competence"] == "yes":
        if not row.field:
            raise PublicityRefused(
                "还没有确定这项决定的领域：请先选择，由谁公示取决于它。",
                "The field of this decision is not chosen yet: choose it first, it decides who publishes.",
            )
        competence.may(by, LegalAct.PUBLISH, Field(row.field))


def _newest(row: Notice) -> NoticeText:
    text = queries.text_of(row)
    if text is None:
        raise PublicityRefused("还没有拟定公示内容。", "No text has been prepared yet.")
    return text


def _demand(fields: Mapping[str, str]) -> None:
    """What the summary of a decision holds (Order 45 art. 4)."""
    names = dict(publicity.fields(clock.today()))
    missing = [
        names[one]
        for one in ("document", "office", "decided_on", "name", "act", "content")
        if one not in fields
    ]
    if missing:
        raise PublicityRefused(
            f"还缺：{'、'.join(one.zh for one in missing)}。",
            f"Missing: {', '.join(one.en for one in missing)}.",
        )


def _demand_reason(needed: bool, reason: str) -> None:
    if needed and not reason.strip():
        raise PublicityRefused("请写明更正或者不予公示的理由。", "Say why it is corrected or not published.")


def _keep(row: Notice, draft: Draft, found: Preview, by: OfficerActor) -> NoticeText:
    redacted = found.redacted
    return NoticeText.objects.create(
        notice=row,
        number=row.texts.count() + 1,
        source={name: text.strip() for name, text in draft.fields.items() if text.strip()},
        secrets=list(draft.secrets),
        leaves=[list(one) for one in redacted.leaves] if found.published else [],
        removed=[[one.field, one.what, one.why.zh, one.why.en] for one in redacted.removed],
        term=draft.term,
        longest=draft.longest,
        rule_version=redacted.rule.version,
        digest=found.digest,
        reason=draft.reason.strip(),
        post_id=by.post_id,
        at=clock.now(),
    )
