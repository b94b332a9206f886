"""The answer to the sender (上报答复): a workbook in the sender's columns and order, a letter, and the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Count

from lantian.core.competence import Act as LegalAct
from lantian.core.messages import Refused, Text
from lantian.core.moves import check_move
from lantian.dispatch import history, letters
from lantian.dispatch.actions import change, take
from lantian.dispatch.book import FIELDS, kind, outcomes
from lantian.dispatch.errors import DispatchRefused
from lantian.dispatch.models import Dispatch, RowAnswer
from lantian.dispatch.sheets import write_answer_workbook
from lantian.dispatch.states import MOVES, OPEN_SHEETS, Act, State, Step
from lantian.office import audit, clock, competence, files, jobs
from lantian.office.actors import OfficerActor
from lantian.office.models import Unit
from lantian.office.papers import actions as papers
from lantian.office.papers.actions import Wording

OFFICE = "承办单位"
STEP = 5_000


@dataclass(frozen=True)
class Answer:
    """What the officer types of the answer; `reason` says why rows are still open, if some are."""

    contact: str = ""
    number: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Tally:
    """How many rows ended how, by outcome id; `open` have no answer, `unplaced` have no office either."""

    rows: int
    by_outcome: Mapping[str, int]
    open: int
    unplaced: int


def tally(row: Dispatch) -> Tally:
    """Count the rows of a dispatch by outcome."""
    counts = dict(row.rows.order_by().values_list("outcome").annotate(Count("id")))
    unplaced = row.rows.filter(holder=None, answers=0).count()
    left = counts.pop("", 0)
    return Tally(sum(counts.values()) + left, counts, left, unplaced)


@transaction.atomic
def refer_up(*, key: str, answer: Answer, version: int, by: OfficerActor) -> tuple[Dispatch, Text | None]:
    """Answer the sender: the workbook is made by a job, the letter drafted where the matrix gives the right.

    Rows still open need a reason, which the letter says. Returns why no letter could be drafted, if so.
    """
    row = take(key, version, by)
    row.state = check_move(MOVES, State(row.state), Act.REFER_UP)
    counts = tally(row)
    if counts.open and not answer.reason.strip():
        raise DispatchRefused(
            f"还有 {counts.open} 行没有核查结论；如须先行答复，请写明原因。",
            f"{counts.open} rows have no outcome yet; to answer all the same, give the reason.",
        )
    row.answered_on, row.answer_no, row.answer_file = clock.today(), answer.number.strip()[:60], None
    lock = f"dispatch:{row.key}"
    row.job = jobs.defer("dispatch_answer", lock=lock, arguments={"dispatch": row.key}, mandate=lock, by=by)
    change(row, by, "answered_on", "answer_no", "answer_file", "job")
    no_letter = _letter(row, counts, answer, by)
    history.note(row, Step.REFER_UP, post=by.post_id, count=counts.rows - counts.open, reason=answer.reason)
    detail = {"rows": counts.rows, "open": counts.open, "letter": no_letter is None}
    audit.record(audit.Kind.DISPATCH_ANSWERED, by=by, about=("dispatch", row.key), detail=detail)
    return row, no_letter


def _letter(row: Dispatch, counts: Tally, answer: Answer, by: OfficerActor) -> Text | None:
    open_rows = f"另有{counts.open}条尚在核查：{answer.reason.strip()}" if counts.open else ""
    record = letters.answering(letters.About.of(row), in_words(counts), open_rows)
    wording = Wording({"contact": answer.contact})
    try:
        with transaction.atomic():
            competence.may(by, LegalAct.REPORT_UP, kind(row.kind, row.received_on).field)
            papers.draft(kind=letters.ANSWER, record=record, wording=wording, by=by)
    except Refused as refusal:
        return refusal.text
    return None


def in_words(counts: Tally) -> str:
    """The outcomes as a letter tells them, in the order of the book."""
    names = {one.id: one.name.zh for one in outcomes(clock.today())}
    said = [f"{names[id]}{counts.by_outcome[id]}条" for id in names if counts.by_outcome.get(id)]
    return f"核查结论：{'，'.join(said)}。" if said else "尚无核查结论。"


@jobs.job("dispatch_answer")
def write_answer(running: jobs.Running, *, dispatch: str) -> None:
    """Write the answer workbook; run again it writes the same one."""
    with running.step():
        row = Dispatch.objects.get(key=dispatch)
        own = _own_places(row)
        rows = list(_answered(row, own))
        running.advance("dispatch_answer", len(rows), 2 * len(rows))
    added = [OFFICE, *(title.zh for name, title in FIELDS.items() if name not in own)]
    content = write_answer_workbook(columns=row.columns, rows=rows, added=added, sheet_name="反馈")
    with running.step():
        kept = Dispatch.objects.select_for_update(of=("self",)).get(pk=row.pk)
        name = f"答复 {row.number}.xlsx".replace("/", "_")
        kept.answer_file = files.keep(name=name, chunks=[content], seen_by=[row.unit_id], by=running.actor)
        kept.save(update_fields=["answer_file"])
        running.advance("dispatch_answer", 2 * len(rows), 2 * len(rows))
        detail = {"sha256": kept.answer_file.sha256, "rows": len(rows)}
        audit.record(audit.Kind.SHEET_WRITTEN, by=running.actor, about=("dispatch", row.key), detail=detail)


def _own_places(row: Dispatch) -> dict[str, int]:
    """Columns of the sender's own that wait for an answer, by field; one in which he wrote himself stays as it came."""
    asked = {name: place for name, place in row.meanings.items() if name in FIELDS}
    return {
        name: place
        for name, place in asked.items()
        if not row.rows.exclude(**{f"cells__{place}": ""}).exists()
    }


def _answered(row: Dispatch, own: Mapping[str, int]) -> Iterator[list[str]]:
    """Every row in the sender's order, its cells as they came, with the newest answer."""
    names = {unit.pk: unit.name_zh for unit in Unit.objects.all()}
    newest, behind = newest_answers(row), [name for name in FIELDS if name not in own]
    for pk, cells, holder in row.rows.order_by("place").values_list("pk", "cells", "holder_id"):
        values, said = newest.get(pk, {}), list(cells)
        for name, place in own.items():
            said[place] = values.get(name, "")
        yield [*said, names.get(holder, ""), *(values.get(name, "") for name in behind)]


def newest_answers(row: Dispatch) -> dict[int, dict[str, str]]:
    """The newest answer to every row that has one, by the row's id."""
    given = RowAnswer.objects.filter(row__dispatch=row).order_by("row_id", "-number").distinct("row_id")
    return dict(given.values_list("row_id", "values"))


@transaction.atomic
def close(*, key: str, version: int, number: str, on: date | None, by: OfficerActor) -> Dispatch:
    """Close an answered letter; number and day of the answer may be typed back from the OA now."""
    row = take(key, version, by)
    row.state = check_move(MOVES, State(row.state), Act.CLOSE)
    if row.answer_file_id is None:
        raise DispatchRefused(
            "答复表还没有生成，请稍后再办结。", "The answer workbook is not made yet; wait."
        )
    if row.sheets.filter(state__in=OPEN_SHEETS).exists() and tally(row).open:
        raise DispatchRefused(
            "还有单位没有反馈；请先督办，或者把这些行收回后再办结。",
            "Offices still owe rows; press them or take the rows back before closing.",
        )
    row.answer_no = number.strip()[:60] or row.answer_no
    row.answered_on = on or row.answered_on
    change(row, by, "answer_no", "answered_on")
    history.note(row, Step.CLOSE, post=by.post_id)
    audit.record(audit.Kind.DISPATCH_CLOSED, by=by, about=("dispatch", row.key))
    return row
