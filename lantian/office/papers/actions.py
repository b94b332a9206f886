"""Writes of papers: draft, revise, drop, issue; approvals stand in `approving`, templates in `replacing`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import IntegrityError, transaction

from lantian.core import competence as matrix
from lantian.core.chain import digest_of
from lantian.core.competence import FIELD_TEXTS, Field, Grant, NoCompetence
from lantian.core.competence import Act as LegalAct
from lantian.core.moves import check_move
from lantian.core.rulebook import Basis
from lantian.office import audit, clock, competence, jobs, numbers, plates
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import Paper, PaperVersion, Plate, Unit
from lantian.office.papers import queries
from lantian.office.papers.content import Content, fill
from lantian.office.papers.errors import PaperRefused, StalePaper
from lantian.office.papers.states import MOVES, Act, State
from lantian.office.papers.template import KINDS, Template
from lantian.office.permissions import Permission, check_permission

LONGEST_NUMBER = 60


@dataclass(frozen=True)
class Record:
    """What a paper is about: the record's kind and key, its field, its values by binding, who may see it.

    `instead` names the act that the record makes of a template's act: one notice serves an interview and a warning
    talk, and the matrix is asked for the one it is.
    """

    about: tuple[str, str]
    field: Field
    values: Mapping[str, str]
    seen_by: tuple[int, ...]
    instead: Mapping[LegalAct, LegalAct] | None = None

    def act(self, template: Template) -> LegalAct:
        """The act of a paper about this record."""
        return (self.instead or {}).get(template.act, template.act)


@dataclass(frozen=True)
class Wording:
    """What the officer typed: values by field, and free sentences, one paragraph a line."""

    typed: Mapping[str, str] = field(default_factory=dict)
    free: str = ""


@dataclass(frozen=True)
class Numbered:
    """Number and date that the office's OA gave; both empty when we number the paper, which dates it today."""

    oa_number: str = ""
    dated: date | None = None


@dataclass(frozen=True)
class Right:
    """A paper's right to exist: the grant, in whose name, under which plate."""

    grant: Grant
    issuer: Unit
    plate: Plate

    @property
    def built_in(self) -> dict[str, str]:
        """Values that every template may use."""
        mandate = self.grant.mandate
        return {
            "issuer": self.plate.name_zh,
            "seal": self.plate.seal,
            "superior": self.plate.superior.name_zh if self.plate.superior else "",
            "mandate": mandate.zh if mandate else "",
            "basis": cited(self.grant.basis),
            "remedy": competence.remedy_of(self.grant, self.issuer),
        }


def cited(basis: Basis) -> str:
    """A citation as papers write it: the instrument in book marks, its number after them."""
    names = [re.sub(r"^([^（]+)", r"《\1》", name) for name in basis.instrument.zh.split("；")]
    return "、".join(names) + basis.article.zh


def right_to(by: OfficerActor, act: LegalAct, about: Field, *, on: date, plate: int | None = None) -> Right:
    """Ask the matrix for a paper; raises `NoCompetence`, also for a decision whose remedies the row leaves out.

    `plate` is the one the officer chose; without it `ChoosePlate` is raised when the field leaves several open.
    """
    grant, issuer = _allowed(by, act, about, on)
    found = plates.chosen(numbers.plates_of(issuer, on), about, plate)
    if found is None:
        raise NoCompetence(
            f"{issuer.name_zh}在{on}没有可用于{FIELD_TEXTS[about].zh}的有效牌子（发文字号）；请先登记。",
            f"{issuer.name_en} has no plate in force on {on} for {FIELD_TEXTS[about].en}, so no document code;"
            " register one first.",
        )
    return Right(grant, issuer, found)


def plates_for(by: OfficerActor, act: LegalAct, about: Field, *, on: date) -> list[Plate]:
    """Plates under which the officer may write a paper; he is asked only when there are several."""
    _, issuer = _allowed(by, act, about, on)
    return plates.usable(numbers.plates_of(issuer, on), about)


def _allowed(by: OfficerActor, act: LegalAct, about: Field, on: date) -> tuple[Grant, Unit]:
    """The grant and the office in whose name it lets a paper be written."""
    grant = competence.may(by, act, about, on)
    if grant.remedy is None and matrix.matrix().needs_remedy(act, on):
        raise NoCompetence(
            "权责清单的这一行没有救济告知，不能出具此类文书；请补全后再办。",
            "The row of the matrix lacks the remedy clause, so this paper cannot be made; complete the row first.",
        )
    return grant, competence.issuer_of(grant, Unit.objects.get(pk=by.unit))


def preview(
    *, kind: str, record: Record, wording: Wording, by: OfficerActor, plate: int | None = None
) -> tuple[Right, Content]:
    """What a paper would say, in whose name; stores nothing. Raises as `draft` does."""
    check_permission(by.permissions, Permission.WRITE_PAPERS)
    template = _template(by, kind)
    right = right_to(by, record.act(template), record.field, on=clock.today(), plate=plate)
    values = {**record.values, **right.built_in}
    return right, fill(template, record=values, typed=wording.typed, free=wording.free)


@transaction.atomic
def draft(
    *, kind: str, record: Record, wording: Wording, by: OfficerActor, plate: int | None = None
) -> Paper:
    """Draft a paper. Raises `NoCompetence` (no row, no paper), `ChoosePlate` or `MissingFields`; takes no number."""
    right, content = preview(kind=kind, record=record, wording=wording, by=by, plate=plate)
    now = clock.now()
    paper = Paper.objects.create(
        kind=kind,
        about_kind=record.about[0],
        about_key=record.about[1],
        field=str(record.field),
        unit_id=by.unit,
        issuer=right.issuer,
        plate=right.plate,
        grant=competence.stored(right.grant),
        created_at=now,
        created_by_id=by.post_id,
        changed_at=now,
        changed_by_id=by.post_id,
        seen_by=[by.unit],
    )
    version = _append(paper, content, wording, by=by)
    detail = {"kind": kind, "about": record.about[1], "digest": version.digest, "row": right.grant.row}
    audit.record(audit.Kind.PAPER_DRAFTED, by=by, about=("paper", paper.key), detail=detail)
    return paper


@transaction.atomic
def revise(
    *,
    key: str,
    record: Record,
    wording: Wording,
    version: int,
    by: OfficerActor,
    plate: int | None = None,
) -> Paper:
    """Write a new version of a paper; an approval of the one before lapses. The plate is asked for anew."""
    paper = take(key, version, by)
    paper.state = check_move(MOVES, State(paper.state), Act.REVISE)
    right, content = preview(kind=paper.kind, record=record, wording=wording, by=by, plate=plate)
    paper.issuer, paper.plate, paper.grant = right.issuer, right.plate, competence.stored(right.grant)
    change(paper, by, "issuer", "plate", "grant")
    written = _append(paper, content, wording, by=by)
    detail = {"version": written.number, "digest": written.digest}
    audit.record(audit.Kind.PAPER_REVISED, by=by, about=("paper", paper.key), detail=detail)
    return paper


@transaction.atomic
def issue(
    *, key: str, version: int, by: OfficerActor, how: Numbered | None = None, seen_by: Sequence[int] = ()
) -> Paper:
    """Issue an approved paper: the matrix is asked once more, then the number is taken, or typed back from the OA.

    The files are made by a job after this act. `seen_by` names the offices that see the record it is about.
    """
    check_permission(by.permissions, Permission.WRITE_PAPERS)
    paper = take(key, version, by)
    state = check_move(MOVES, State(paper.state), Act.ISSUE)
    how = how or Numbered()
    on = _dated(how)
    right = _right_still(paper, on, by)
    content = queries.content(queries.latest(paper))
    paper.number, paper.numbering = _number(paper, content.code, on, how.oa_number.strip())
    paper.state, paper.dated, paper.issued_at, paper.issued_by_id = state, on, clock.now(), by.post_id
    paper.grant, paper.seen_by = competence.stored(right.grant), sorted({*paper.seen_by, *seen_by})
    _save_issued(paper, by)
    detail = {
        "numbering": str(paper.numbering),
        "row": right.grant.row,
        "digest": queries.latest(paper).digest,
    }
    audit.record(audit.Kind.PAPER_ISSUED, by=by, about=("paper", paper.key), detail=detail)
    _set_later(paper, by)
    return paper


@transaction.atomic
def set_again(*, key: str, by: OfficerActor) -> None:
    """Make the files of an issued paper once more, after the job that should have done so failed."""
    check_permission(by.permissions, Permission.WRITE_PAPERS)
    paper = Paper.objects.select_for_update(of=("self",)).get(key=key)
    last = queries.last_job(paper)
    if paper.state != State.ISSUED or paper.pdf_id or last is None or last.open:
        raise PaperRefused("文件已有或者正在生成。", "The files exist or are being made.")
    _set_later(paper, by)


def _right_still(paper: Paper, on: date, by: OfficerActor) -> Right:
    """The right to a paper as drafted, on the day of its issue; refused when it would bear another name now."""
    act, about = LegalAct(paper.grant["act"]), Field(paper.field)
    _, issuer = _allowed(by, act, about, on)
    if issuer.pk != paper.issuer_id:
        raise PaperRefused(
            "权责清单已变，文书的名义不同了；请修改后重新核准。",
            "The matrix has changed, so its issuer is another; revise the paper and have it approved.",
        )
    try:
        return right_to(by, act, about, on=on, plate=paper.plate_id)
    except plates.UnitRefused as refusal:
        raise PaperRefused(
            f"{refusal.text.zh}请修改文书后重新核准。",
            f"{refusal.text.en} Revise the paper and have it approved again.",
        ) from None


def _set_later(paper: Paper, by: OfficerActor) -> None:
    name = f"paper:{paper.key}"
    jobs.defer("papers", lock=name, arguments={"paper": paper.key}, mandate=name, by=by)


@transaction.atomic
def drop(*, key: str, version: int, by: OfficerActor) -> Paper:
    """Drop a paper that was not issued; it stays in the record without a number."""
    check_permission(by.permissions, Permission.WRITE_PAPERS)
    paper = take(key, version, by)
    paper.state = check_move(MOVES, State(paper.state), Act.DROP)
    change(paper, by)
    audit.record(audit.Kind.PAPER_DROPPED, by=by, about=("paper", paper.key))
    return paper


def share(about: tuple[str, str], units: list[int], *, by: Actor) -> int:
    """Let the offices that now see a record see its issued papers too, in the open transaction; returns how many."""
    shared = 0
    for paper in Paper.objects.filter(about_kind=about[0], about_key=about[1], state=State.ISSUED):
        if set(units) <= set(paper.seen_by):
            continue
        paper.seen_by = sorted({*paper.seen_by, *units})
        paper.save(update_fields=["seen_by"])
        for file in (paper.pdf, paper.docx):
            if file is not None:
                file.seen_by = sorted({*file.seen_by, *units})
                file.save(update_fields=["seen_by"])
        audit.record(
            audit.Kind.PAPER_SHARED, by=by, about=("paper", paper.key), detail={"units": paper.seen_by}
        )
        shared += 1
    return shared


def take(key: str, version: int, by: OfficerActor, *, reviewer: bool = False) -> Paper:
    """Lock a paper for an act of its own office, or of the `reviewer` it asked; refuse a page older than the record."""
    paper = Paper.objects.select_for_update(of=("self",)).get(key=key)
    if paper.unit_id != by.unit and not (reviewer and queries.is_asked(paper, by)):
        raise PaperRefused("文书由起草单位办理。", "Only the office that drafted a paper acts on it.")
    if paper.version != version:
        at, name = paper.changed_at.astimezone(clock.CHINA), paper.changed_by.account.name
        raise StalePaper(
            f"{name}已于 {at:%m月%d日 %H:%M} 处理此文书；请查看最新情况后再操作。",
            f"{name} acted on this paper on {at:%d %B at %H:%M}; look at it again before you act.",
        )
    return paper


def change(paper: Paper, by: OfficerActor, *fields: str) -> None:
    """Save a paper's new state with who changed it."""
    paper.version += 1
    paper.changed_at, paper.changed_by_id = clock.now(), by.post_id
    paper.save(update_fields=["state", "version", "changed_at", "changed_by", *fields])


def _template(by: OfficerActor, kind: str) -> Template:
    if kind not in KINDS:
        raise PaperRefused(f"没有“{kind}”这种文书。", f"There is no paper of the kind '{kind}'.")
    return queries.template(by.unit, kind)


def _append(paper: Paper, content: Content, wording: Wording, *, by: OfficerActor) -> PaperVersion:
    stored = content.stored()
    return PaperVersion.objects.create(
        paper=paper,
        number=paper.versions.count() + 1,
        typed=dict(wording.typed),
        free=wording.free,
        content=stored,
        template=_template(by, paper.kind).digest,
        digest=digest_of(stored),
        post_id=by.post_id,
        at=clock.now(),
    )


def _dated(how: Numbered) -> date:
    today = clock.today()
    if how.dated is None or not how.oa_number.strip():
        return today
    if how.dated > today:
        raise PaperRefused("成文日期不能晚于今天。", "The date of a paper cannot lie in the future.")
    return how.dated


def _number(paper: Paper, code: str, on: date, oa_number: str) -> tuple[str, str]:
    if len(oa_number) > LONGEST_NUMBER:
        raise PaperRefused("发文字号过长，请核对。", "The number is too long; check it.")
    if oa_number:
        return oa_number, Paper.Numbering.OA
    serial = numbers.next_number(paper.issuer, f"paper:{code}", on.year)
    return numbers.number_text(paper.plate.document_code, code, on.year, serial), Paper.Numbering.OWN


def _save_issued(paper: Paper, by: OfficerActor) -> None:
    try:
        with transaction.atomic():
            change(paper, by, "number", "numbering", "dated", "issued_at", "issued_by", "grant", "seen_by")
    except IntegrityError:
        raise PaperRefused(
            f"发文字号“{paper.number}”已被另一件文书使用，请核对。",
            f"The number '{paper.number}' is on another paper already; check it.",
        ) from None
