"""Changes as a register records them (table `register_changes`): what stood before, what stands since which day.

Each row stays on file as it came, a fact of its own. Where the register's facts say the same thing (name, address,
status), the row also tells their history: from the day of the change to the next known day the new value, before it
the old one where nothing else is held. The newest change also brings the subject's entry up to date.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.db import models
from psycopg.types.range import Range

from lantian.core import identifiers
from lantian.core.identifiers import fold
from lantian.core.messages import Text
from lantian.office import clock
from lantian.office.actors import Actor
from lantian.office.facts import Change, supersede
from lantian.office.intake import spec
from lantian.office.intake.spec import Cell, Column, Fault, Moved, TableSpec
from lantian.office.models import IntakeBatch
from lantian.registry import entries
from lantian.registry.entries import Register
from lantian.registry.intake import AGENCIES, COMPANIES, PRACTITIONERS
from lantian.registry.kinds import FactKind
from lantian.registry.models import Agency, Company, Practitioner, RegisterFact

_UNKNOWN = Text(
    "该登记表中没有这个编号；请先导入相应的名录，或核对编号。",
    "This register has no such number; take its directory in first, or check the number.",
)
_SAME = Text("变更前后相同；请核对这一行。", "Nothing changes: before and after are the same; check the row.")
_EARLY = Text(
    "登记日早于变更日；请核对两个日期。",
    "It was registered before the day on which it changed; check both dates.",
)
_NO_TABLE = Text(
    "同一编号在几个登记表中都有；请填写“登记表”一列：代理机构、企业或代理师。",
    "More than one register has this number; say which in the column 'table'.",
)
_TWICE = Text(
    "与第 {row} 行是同一对象、同一事项、同一天的变更；请只保留一行。",
    "Row {row} tells of the same item of the same one on the same day; keep one of them.",
)
_LATER = Text("变更日在导入日之后；请核对日期。", "The day of the change lies after today; check it.")


@dataclass(frozen=True)
class Book:
    """A register whose changes can be taken in: its table, its entries, its model."""

    spec: TableSpec
    register: Register
    model: type[models.Model]

    def columns(self) -> Mapping[str, Column]:
        """Columns of which a change can be told: texts and choices, but not the number itself."""
        told = (one for one in self.spec.columns if one.cell in (Cell.TEXT, Cell.CHOICE))
        return {one.name: one for one in told if one.name not in (self.register.number, "agency_code")}


BOOKS: Mapping[str, Book] = {
    "agencies": Book(AGENCIES, entries.AGENCIES, Agency),
    "companies": Book(COMPANIES, entries.COMPANIES, Company),
    "practitioners": Book(PRACTITIONERS, entries.PRACTITIONERS, Practitioner),
}


@dataclass(frozen=True)
class Told:
    """One good row: whose change, of which column, from what to what, since when."""

    row: int
    book: str
    number: str
    subject: int
    column: str
    before: str | None
    after: str
    on: date
    registered_on: date | None

    def value(self) -> dict[str, Any]:
        """The row as it stays on file."""
        said = {"table": self.book, "field": self.column, "before": self.before, "after": self.after}
        registered = self.registered_on.isoformat() if self.registered_on else None
        return {name: one for name, one in {**said, "registered_on": registered}.items() if one is not None}


def check(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """Rows about a known entry, a known column and a real change; the others are refused, each with its reason."""
    read = _read(frame)
    faults = [one for one in read.values() if isinstance(one, Fault)]
    return frame.filter(~pl.col("row").is_in([fault.row for fault in faults])), faults


def move(frame: pl.DataFrame, batch: IntakeBatch, by: Actor) -> Moved:
    """Hold the rows and what they tell, in the open transaction."""
    told = [one for one in _read(frame).values() if isinstance(one, Told)]
    at = clock.now()
    kept = [_kept(one, batch, by) for one in told]
    known = _known_before(kept)
    news = supersede(RegisterFact, kept, at=at, spells=True)
    ends = _hold_states(told, batch, by)
    for (book, column), rows in _newest(told, ends).items():
        _enter(BOOKS[book], column, rows, batch, by)
    same = len(told) - news
    changed = max(known - same, 0)
    return Moved(new=news - changed, changed=changed, same=same)


def _read(frame: pl.DataFrame) -> dict[int, Told | Fault]:
    rows = list(frame.iter_rows(named=True))
    known = _known({number for row in rows for number in _numbers(row["key"])})
    today = clock.today()
    read: dict[int, Told | Fault] = {}
    first: dict[tuple[Any, ...], int] = {}
    for row in rows:
        one = _row(row, known, today)
        if isinstance(one, Told):
            earlier = first.setdefault((one.book, one.number, one.column, one.on), one.row)
            one = one if earlier == one.row else Fault(one.row, "key", one.number, _twice(earlier))
        read[row["row"]] = one
    return read


def _twice(row: int) -> Text:
    return Text(_TWICE.zh.format(row=row), _TWICE.en.format(row=row))


def _numbers(key: str) -> tuple[str, ...]:
    return tuple({fold(key).upper(), fold(key)})


def _known(numbers: set[str]) -> dict[tuple[str, str], tuple[str, int]]:
    """(register, number as written) → the entry's number and its subject; agencies also by their code."""
    found: dict[tuple[str, str], tuple[str, int]] = {}
    for name, book in BOOKS.items():
        rows = book.model._default_manager.filter(subject_id__in=numbers)
        found |= {
            (name, number): (number, pk) for number, pk in rows.values_list("subject__number", "subject__pk")
        }
    coded = Agency.objects.filter(agency_code__in=numbers)
    for code, number, pk in coded.values_list("agency_code", "subject__number", "subject__pk"):
        found[("agencies", str(code))] = (number, pk)
    return found


def _row(
    row: Mapping[str, Any], known: Mapping[tuple[str, str], tuple[str, int]], today: date
) -> Told | Fault:
    key, place = row["key"], row["row"]
    names = [row["table"]] if row.get("table") else list(BOOKS)
    found = [(name, *known[name, one]) for name in names for one in _numbers(key) if (name, one) in known]
    if not found:
        return _nobody(place, key)
    if len(found) > 1:
        return Fault(place, "table", "", _NO_TABLE)
    ((name, number, subject),) = found
    columns = BOOKS[name].columns()
    column = columns.get(spec.meaning_of(BOOKS[name].spec, row["field"]) or "")
    if column is None:
        return Fault(place, "field", row["field"][:60], _unknown_field(columns))
    return _change(row, Told(place, name, number, subject, column.name, None, "", today, None), column)


def _nobody(place: int, key: str) -> Fault:
    """Why nobody has this number; the number of an identity card is not repeated."""
    read = [reader(key) for reader in (identifiers.licence_no, identifiers.credit_code)]
    wrong = read[0] if not read[0].normal else read[1]
    return Fault(
        place, "key", wrong.normal[:60], wrong.reason if wrong.invalid and wrong.reason else _UNKNOWN
    )


def _change(row: Mapping[str, Any], told: Told, column: Column) -> Told | Fault:
    """The two values and the two days of a row whose subject and column are known; `told.on` is today."""
    before, after = row.get("before"), row["after"]
    if column.choices:
        known = {**{choice: choice for choice in column.choices}, **spec.words(column)}
        before, after = known.get(before or ""), known.get(after)
        if after not in column.choices:
            return Fault(told.row, "after", row["after"][:60], _unknown_word(column))
    registered = row.get("registered_on")
    if before == after:
        return Fault(told.row, "after", after[:60], _SAME)
    if row["changed_on"] > told.on:
        return Fault(told.row, "changed_on", row["changed_on"].isoformat(), _LATER)
    if registered and registered < row["changed_on"]:
        return Fault(told.row, "registered_on", registered.isoformat(), _EARLY)
    return Told(
        told.row,
        told.book,
        told.number,
        told.subject,
        told.column,
        before,
        after,
        row["changed_on"],
        registered,
    )


def _unknown_field(columns: Mapping[str, Column]) -> Text:
    known = "、".join(columns)
    return Text(f"没有这个变更事项；可用：{known}。"[:200], f"No such item; known: {known}."[:200])


def _unknown_word(column: Column) -> Text:
    known = "、".join([*column.choices, *spec.words(column)])
    return Text(f"不是可用的词；可用：{known}。"[:200], f"Not a known word; known: {known}."[:200])


def _kept(one: Told, batch: IntakeBatch, by: Actor) -> Change:
    item = f"{one.book}|{one.column}|{one.on.isoformat()}"
    key = (one.subject, str(FactKind.CHANGE), item)
    return Change(key, one.value(), one.on, None, (batch.pk, one.row, by.audit_name))


def _known_before(kept: Sequence[Change]) -> int:
    keys = {(change.key[0], change.key[2]) for change in kept}
    held = RegisterFact.objects.held().filter(
        kind=str(FactKind.CHANGE), subject_id__in={subject for subject, _ in keys}
    )
    return len(keys & set(held.values_list("subject_id", "item")))


def _hold_states(told: Sequence[Told], batch: IntakeBatch, by: Actor) -> dict[int, date | None]:
    """Hold the history that the rows tell; the day on which each row's new value is followed by the next one."""
    groups: dict[tuple[int, str], list[Told]] = defaultdict(list)
    for one in told:
        kinds = BOOKS[one.book].register.facts.items()
        kind = next((str(kind) for kind, (column, _) in kinds if column == one.column), "")
        groups[one.subject, kind or f"{one.book}.{one.column}"].append(one)
    held = _held({subject for subject, _ in groups})
    changes: list[Change] = []
    ends: dict[int, date | None] = {}
    for key, rows in groups.items():
        rows.sort(key=lambda one: one.on)
        periods = held.get(key, [])
        days = sorted({one.on for one in rows} | {one.lower for one in periods if one.lower})
        for one in rows:
            ends[one.row] = next(iter(days[bisect_right(days, one.on) :]), None)
            if key[1] in set(FactKind):
                changes += _states(one, key, periods, days, (batch.pk, one.row, by.audit_name))
    supersede(RegisterFact, changes, at=clock.now())
    return ends


def _states(
    one: Told,
    key: tuple[int, str],
    held: Sequence[Range[date]],
    days: Sequence[date],
    source: tuple[Any, ...],
) -> Iterator[Change]:
    """The new value until the next known day; the old one back to the last known day, where nothing is held."""
    whole = (*key, "")
    end = next(iter(days[bisect_right(days, one.on) :]), None)
    yield Change(whole, one.after, one.on, end, source)
    earlier = days[: bisect_left(days, one.on)]
    begin = earlier[-1] if earlier else None
    told_by_another_row = begin is not None and all(period.lower != begin for period in held)
    covered = any(_covers_until(period, one.on) for period in held)
    if one.before is not None and not covered and not told_by_another_row:
        yield Change(
            whole, one.before, max(filter(None, [begin, *_ends(held, one.on)]), default=None), one.on, source
        )


def _covers_until(period: Range[date], day: date) -> bool:
    begun = period.lower is None or period.lower < day
    return begun and (period.upper is None or period.upper >= day)


def _ends(held: Sequence[Range[date]], day: date) -> list[date]:
    return [period.upper for period in held if period.upper and period.upper < day]


def _held(subjects: set[int]) -> dict[tuple[int, str], list[Range[date]]]:
    """Periods held, by subject and kind; changes of columns without a state by register and column."""
    found: dict[tuple[int, str], list[Range[date]]] = defaultdict(list)
    facts = RegisterFact.objects.held().filter(subject_id__in=subjects)
    for subject, kind, item, valid in facts.values_list("subject_id", "kind", "item", "valid"):
        name = ".".join(item.split("|")[:2]) if kind == FactKind.CHANGE else kind
        found[subject, name].append(valid)
    return found


def _newest(told: Sequence[Told], ends: Mapping[int, date | None]) -> dict[tuple[str, str], list[Told]]:
    """Rows whose new value still stands, by register and column."""
    newest: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for one in told:
        if ends[one.row] is None:
            newest[one.book, one.column].append(one)
    return newest


def _enter(book: Book, column: str, rows: Sequence[Told], batch: IntakeBatch, by: Actor) -> None:
    """Write what stands now into the entries that were taken in before it changed, or on that day."""
    found = book.model._default_manager.filter(subject_id__in=[one.number for one in rows])
    known = {row["subject_id"]: row for row in found.values("subject_id", "name", "batch_id", column)}
    days = {one.pk: clock.day_of(one.created_at) for one in _batches(known.values())}
    states = {said for said, _ in book.register.facts.values()}
    good = [
        one
        for one in rows
        if known[one.number][column] != one.after
        and (column in states or one.on >= days.get(known[one.number]["batch_id"], date.max))
    ]
    since = next((day for said, day in book.register.facts.values() if said == column and day), "")
    values: dict[str, list[Any]] = {
        "row": [one.row for one in good],
        book.register.number: [one.number for one in good],
        "name": [known[one.number]["name"] for one in good],
        column: [one.after for one in good],
    }
    if since:
        values[since] = [one.on for one in good]
    types = {name: {"row": pl.Int64, since: pl.Date}.get(name, pl.String) for name in values}
    entries.enter(book.register, pl.DataFrame(values, schema=types), batch, by)


def _batches(rows: Any) -> Any:
    return IntakeBatch.objects.filter(pk__in={row["batch_id"] for row in rows})


CHANGES = TableSpec(
    name="register_changes",
    title=Text("登记变更", "Changes of registers"),
    key="key",
    columns=(
        Column("table", Cell.CHOICE, choices=tuple(BOOKS), words="register_table"),
        Column("key", required=True),
        Column("field", required=True),
        Column("before"),
        Column("after", required=True),
        Column("changed_on", Cell.DATE, required=True),
        Column("registered_on", Cell.DATE),
    ),
    check=check,
    move=move,
    also=("table", "field", "changed_on"),
)
