"""Reads of papers. Every query runs under the reader's scope; the database hides what is not his."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import (
    Job,
    Paper,
    PaperApproval,
    PaperReview,
    PaperTemplate,
    PaperVersion,
    Post,
    Unit,
)
from lantian.office.papers.content import Content
from lantian.office.papers.states import State
from lantian.office.papers.template import KINDS, Template, read_template, shipped


def papers(by: Actor) -> QuerySet[Paper]:
    """Papers of the reader's office, issued ones shared with it, those it was asked to approve; the newest first."""
    rows = Paper.objects.select_related("unit", "issuer", "created_by__account").order_by("-id")
    rows = rows.prefetch_related("unit__names")
    asked = PaperReview.objects.filter(paper=OuterRef("pk"), reviewer_id=by.unit)
    return rows.filter(Q(unit_id=by.unit) | Q(state=State.ISSUED) | Exists(asked))


def to_review(by: Actor) -> QuerySet[Paper]:
    """Drafts of other offices that wait for the reader's office to approve them, the longest waiting first.

    A request holds for the version it was made for: a new one, a return or an approval ends it.
    """
    last = PaperReview.objects.filter(paper=OuterRef("pk")).order_by("-id")
    newest = PaperVersion.objects.filter(paper=OuterRef("pk")).order_by("-number")
    rows = Paper.objects.select_related("unit", "issuer", "created_by__account").prefetch_related(
        "unit__names"
    )
    return rows.annotate(
        asked_act=Subquery(last.values("act")[:1]),
        asked_of=Subquery(last.values("reviewer_id")[:1]),
        asked_for=Subquery(last.values("version_id")[:1]),
        asked_at=Subquery(last.values("at")[:1]),
        asked_why=Subquery(last.values("words")[:1]),
        standing=Subquery(newest.values("pk")[:1]),
    ).filter(
        state=State.DRAFT,
        asked_act=PaperReview.Act.ASK,
        asked_of=by.unit,
        asked_for=F("standing"),
    ).order_by("asked_at", "id")  # fmt: skip


def to_approve(by: OfficerActor) -> QuerySet[Paper]:
    """Drafts of the reader's own office of which he wrote no version, so that he may approve them; the oldest first."""
    account = Post.objects.values_list("account_id", flat=True).get(pk=by.post_id)
    written = PaperVersion.objects.filter(paper=OuterRef("pk"), post__account_id=account)
    return _own(by, State.DRAFT).exclude(Exists(written))


def to_issue(by: OfficerActor) -> QuerySet[Paper]:
    """Approved papers of the reader's own office, the oldest first."""
    return _own(by, State.APPROVED)


def _own(by: OfficerActor, state: State) -> QuerySet[Paper]:
    return papers(by).filter(unit_id=by.unit, state=state).order_by("id")


def is_asked(paper: Paper, by: Actor) -> bool:
    """Whether the reader's office is asked to approve the version that stands."""
    return to_review(by).filter(pk=paper.pk).exists()


def reviews(paper: Paper) -> list[PaperReview]:
    """Requests to the city's reviewer and what was returned, oldest first."""
    return list(paper.reviews.select_related("post__account", "version", "reviewer").order_by("id"))


def about(kind: str, key: str, by: Actor) -> list[Paper]:
    """Papers about one record."""
    return list(papers(by).filter(about_kind=kind, about_key=key))


def find(key: str, by: Actor) -> Paper | None:
    """One paper, if the reader may see it."""
    return papers(by).select_related("plate", "pdf", "docx", "issued_by__account").filter(key=key).first()


def versions(paper: Paper) -> list[PaperVersion]:
    """Every version of a paper, oldest first."""
    return list(paper.versions.select_related("post__account").order_by("number"))


def latest(paper: Paper) -> PaperVersion:
    """The version that stands."""
    return paper.versions.select_related("post__account").order_by("-number")[0]


def content(version: PaperVersion) -> Content:
    """What a version says."""
    return Content.from_stored(version.content)


def approvals(paper: Paper) -> list[PaperApproval]:
    """Approvals of every version, oldest first."""
    return list(paper.approvals.select_related("post__account", "version", "scan").order_by("id"))


def approval_of(version: PaperVersion) -> PaperApproval | None:
    """The approval of one version."""
    return version.approvals.order_by("-id").first()


def last_job(paper: Paper) -> Job | None:
    """The last job that was to make the files of a paper."""
    return Job.objects.filter(mandate=f"paper:{paper.key}").order_by("-id").first()


def template(unit: Unit | int, kind: str) -> Template:
    """The template an office uses: its own newest one, else its parent's, else the one that is shipped."""
    return templates(unit, (kind,))[0]


def templates(unit: Unit | int, kinds: Collection[str] = KINDS) -> list[Template]:
    """The templates an office uses, one of each kind."""
    line = _line(Unit.objects.get(pk=unit) if isinstance(unit, int) else unit)
    rows = PaperTemplate.objects.filter(unit_id__in=line, kind__in=kinds).order_by("number")
    newest = {(row.unit_id, row.kind): row for row in rows}
    return [_in_use(kind, [newest[one, kind] for one in line if (one, kind) in newest]) for kind in kinds]


def _line(unit: Unit) -> list[int]:
    """An office and those above it, the nearest first."""
    found, above = [unit.pk], unit.parent
    while above is not None:
        found.append(above.pk)
        above = above.parent
    return found


def _in_use(kind: str, own: Sequence[PaperTemplate]) -> Template:
    return read_template(own[0].text, file=own[0].file_name) if own else shipped(kind)


def template_versions(unit_id: int) -> list[PaperTemplate]:
    """Templates that an office put in place of ours, the newest first."""
    return list(PaperTemplate.objects.filter(unit_id=unit_id).select_related("post__account").order_by("-id"))
