"""Reads of dispatch. Every query runs under the reader's scope; the database hides what is not his."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Q, QuerySet

from lantian.dispatch.models import (
    Dispatch,
    DispatchRow,
    DispatchStep,
    Press,
    ReturnSheet,
    RowAnswer,
    SheetUpload,
)  # fmt: skip
from lantian.dispatch.states import OPEN_SHEETS, OPEN_STATES, State
from lantian.office.actors import OfficerActor
from lantian.office.search import Record

QUEUE, OPEN, ANSWERED, CONFLICT = "queue", "open", "answered", "conflict"


@dataclass(frozen=True)
class Filter:
    """What a list of rows shows; empty fields do not filter. `office` is a unit's id or `queue`."""

    office: str = ""
    state: str = ""
    text: str = ""
    subject: str = ""


@dataclass(frozen=True)
class Share:
    """What one office has of a letter: rows, how many unanswered, how many not forwarded yet. No unit: the queue."""

    unit: int | None
    rows: int
    open: int
    unsent: int


def dispatches(by: OfficerActor) -> QuerySet[Dispatch]:
    """Letters that the office keeps or has rows of, the newest first."""
    return Dispatch.objects.select_related("unit", "created_by__account").order_by("-id")


def open_dispatches(by: OfficerActor) -> QuerySet[Dispatch]:
    """Letters kept by the office that are not answered yet, by deadline."""
    states = [str(state) for state in OPEN_STATES]
    mine = dispatches(by).filter(unit_id=by.unit, state__in=states)
    return mine.order_by(F("deadline").asc(nulls_last=True), "id")


def owed_sheets(by: OfficerActor) -> QuerySet[ReturnSheet]:
    """Sheets that the office itself still owes, by deadline."""
    states = [str(state) for state in OPEN_SHEETS]
    rows = ReturnSheet.objects.select_related("dispatch__unit", "dispatch__created_by__account", "unit")
    found = rows.filter(unit_id=by.unit, state__in=states).exclude(dispatch__state=State.CLOSED)
    return found.order_by("deadline", "id")


def owes(by: OfficerActor) -> list[tuple[ReturnSheet, tuple[int, int]]]:
    """The same with their rows and how many of them are unanswered."""
    sheets = list(owed_sheets(by))
    mine = DispatchRow.objects.filter(holder_id=by.unit, dispatch__in=[one.dispatch_id for one in sheets])
    counted = (
        mine.order_by().values("dispatch").annotate(all=Count("id"), open=Count("id", filter=Q(answers=0)))
    )
    counts = {one["dispatch"]: (one["all"], one["open"]) for one in counted}
    return [(one, counts.get(one.dispatch_id, (0, 0))) for one in sheets]


def matching(found: QuerySet[Dispatch], text: str) -> QuerySet[Dispatch]:
    """Letters whose number, the sender's number, title or sender hold a text."""
    named = Q(number__icontains=text) | Q(sender_no__icontains=text)
    return found.filter(named | Q(title__icontains=text) | Q(sender__icontains=text))


def due_soon(by: OfficerActor, today: date, days: int = 7) -> int:
    """How many letters and sheets of the office fall due within some days, or are late."""
    last = today + timedelta(days=days)
    return (
        open_dispatches(by).filter(deadline__lte=last).count()
        + owed_sheets(by).filter(deadline__lte=last).count()
    )


def find(key: str) -> Dispatch | None:
    """One letter, if the reader may see it."""
    # The list is its keeper's file: joined, it would hide the letter from every other office.
    related = ("unit", "scan", "answer_file", "job__progress", "created_by__account")
    return Dispatch.objects.select_related(*related).filter(key=key).first()


def search_record(row: Dispatch) -> Record:
    """A letter as global search finds it: by title and sender, by its number and the sender's."""
    return Record("dispatch", row.key, (row.title, row.sender, row.sender_no), (row.number, row.sender_no))


def by_keys(keys: Sequence[str]) -> list[Dispatch]:
    """Letters with these keys that the reader may see, in the order asked."""
    found = {row.key: row for row in Dispatch.objects.select_related("unit").filter(key__in=keys)}
    return [found[key] for key in keys if key in found]


def find_row(key: str) -> DispatchRow | None:
    """One row, if the reader may see it."""
    related = ("dispatch__unit", "holder", "changed_by__account")
    return DispatchRow.objects.select_related(*related).filter(key=key).first()


def find_sheet(key: str) -> ReturnSheet | None:
    """One office's sheet, if the reader may see it."""
    return ReturnSheet.objects.select_related("dispatch__unit", "unit", "file").filter(key=key).first()


def find_upload(key: str) -> SheetUpload | None:
    """One returned sheet, if the reader may see it."""
    related = ("sheet__dispatch__unit", "sheet__unit", "file", "job__progress", "post__account")
    return SheetUpload.objects.select_related(*related).filter(key=key).first()


def uploads(sheet: ReturnSheet) -> list[SheetUpload]:
    """What came back of one office's sheet, the newest first."""
    return list(sheet.uploads.select_related("file", "post__account").order_by("-id"))


def shares(row: Dispatch) -> list[Share]:
    """How the rows are split, the city's queue first, then by office."""
    counts = (
        row.rows.order_by()
        .values("holder")
        .annotate(
            rows=Count("id"),
            open=Count("id", filter=Q(answers=0)),
            unsent=Count("id", filter=Q(forwarded=False)),
        )
    )
    found = [Share(one["holder"], one["rows"], one["open"], one["unsent"]) for one in counts]
    return sorted(found, key=lambda share: (share.unit is not None, share.unit or 0))


def rows(row: Dispatch, wanted: Filter) -> QuerySet[DispatchRow]:
    """Rows of a letter that a filter lets through, in the sender's order."""
    found = row.rows.select_related("holder", "changed_by__account").order_by("place")
    if wanted.office == QUEUE:
        found = found.filter(holder=None)
    elif wanted.office:
        found = found.filter(holder_id=int(wanted.office))
    states = {OPEN: Q(answers=0), ANSWERED: Q(answers__gt=0), CONFLICT: Q(conflict=True)}
    if wanted.state:
        found = found.filter(states.get(wanted.state, Q(outcome=wanted.state)))
    if wanted.subject:
        found = found.filter(subject_group=wanted.subject)
    if wanted.text:
        text = Q(subject_name__icontains=wanted.text) | Q(cells__icontains=wanted.text)
        found = found.filter(text)
    return found


def spellings(row: Dispatch, groups: Sequence[str]) -> dict[str, list[str]]:
    """How the list writes each body, where it is written in several ways, by its group."""
    place = row.meanings.get("agency_name")
    if place is None or not groups:
        return {}
    found: dict[str, dict[str, None]] = {}
    of_groups = row.rows.filter(subject_group__in=set(groups) - {""})
    written = of_groups.values_list("subject_group", f"cells__{place}").distinct()
    for group, name in written:
        if name:
            found.setdefault(group, {})[name] = None
    return {group: sorted(names) for group, names in found.items() if len(names) > 1}


def answers(row: DispatchRow) -> list[RowAnswer]:
    """Every answer to a row, the newest first."""
    return list(row.given.select_related("post__account", "unit", "upload").order_by("-number"))


def next_open(row: DispatchRow, by: OfficerActor) -> DispatchRow | None:
    """The office's next row of the same letter without an answer, after this one in the list, else the first one."""
    mine = row.dispatch.rows.filter(holder_id=by.unit, answers=0).exclude(pk=row.pk).order_by("place")
    return mine.filter(place__gt=row.place).first() or mine.first()


def newest(rows: Sequence[DispatchRow]) -> dict[int, RowAnswer]:
    """The newest answer of each of these rows that has one."""
    given = RowAnswer.objects.filter(row__in=[row.pk for row in rows]).select_related("post__account")
    return {one.row_id: one for one in given.order_by("row_id", "-number").distinct("row_id")}


def presses(row: Dispatch) -> list[Press]:
    """Every pressing that the reader may see, the newest first."""
    return list(row.presses.select_related("unit", "post__account").order_by("-id"))


def steps(row: Dispatch) -> list[DispatchStep]:
    """The history as far as it concerns the reader, oldest first."""
    return list(row.steps.select_related("unit", "post__account", "post__unit").order_by("id"))


def progress(rows: Sequence[Dispatch]) -> dict[int, tuple[int, int]]:
    """Answered rows and all rows of these letters, as far as the reader sees them, by the letter's id."""
    counts = DispatchRow.objects.filter(dispatch__in=rows).order_by().values("dispatch")
    found = counts.annotate(rows=Count("id"), done=Count("id", filter=Q(answers__gt=0)))
    return {one["dispatch"]: (one["done"], one["rows"]) for one in found}
