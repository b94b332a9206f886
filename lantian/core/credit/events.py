"""Credit events as they are handed in: what happened, when, when we knew, on which document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple, NoReturn

from lantian.core.messages import Refused, Unreadable

SCHEMA = "credit-events/1"
MOST, LAST_DAY = 10_000, date(9000, 12, 31)


class BadEvents(Refused):
    """Events contradict each other or themselves; nothing is reckoned on them."""


class UnreadableEvents(Unreadable):
    """The file of events is not what `credit-events/1` promises."""


class ChangeKind(StrEnum):
    """What may befall an event after it was recorded."""

    CONTESTED = "contested"
    UPHELD = "upheld"
    ANNULLED = "annulled"
    CORRECTED = "corrected"
    REPAIRED = "repaired"


class Change(NamedTuple):
    """Something that befell an event on a day, and the day from which it is known."""

    kind: ChangeKind
    on: date
    known_on: date


class Subject(NamedTuple):
    """Who is scored: `kind` is that of the rule book (agency, practitioner), `no` the number in its register."""

    kind: str
    no: str


class Event(NamedTuple):
    """One credit event. `until` is the last day of a measure whose document sets a term."""

    id: str
    indicator: str
    occurred_on: date
    known_on: date
    document: str = ""
    quantity: int = 1
    contested: bool = False
    until: date | None = None
    changes: tuple[Change, ...] = ()


def in_order(events: Iterable[Event]) -> list[Event]:
    """Sort events by day, day known and id, whatever order they came in."""
    return sorted(events, key=_place)


def _place(event: Event) -> tuple[date, date, str]:
    return event.occurred_on, event.known_on, event.id


def check(events: Sequence[Event]) -> None:
    """Raise `BadEvents` when events contradict themselves or each other."""
    seen: set[str] = set()
    for event in events:
        if event.id in seen:
            _bad(event, "编号出现两次", "its id stands twice")
        seen.add(event.id)
        if event.known_on < event.occurred_on:
            _bad(event, "知悉日早于发生日", "it was known before it happened")
        if not 1 <= event.quantity <= MOST:
            _bad(event, f"数量应为1至{MOST}", f"its quantity must be at least 1 and at most {MOST}")
        if event.occurred_on > LAST_DAY:
            _bad(event, "发生日超出日历范围", "its day is beyond the calendar")
        if event.until is not None and not event.occurred_on <= event.until <= LAST_DAY:
            _bad(
                event,
                "期限终止日早于发生日或者超出日历",
                "its term ends before it begins or beyond the calendar",
            )
        if event.changes:
            _check_changes(event)


def _check_changes(event: Event) -> None:
    for change in event.changes:
        if change.on < event.occurred_on or change.known_on < change.on:
            _bad(
                event, "后续变化早于事件或者早于其发生即被知悉", "a change precedes it or was known too early"
            )
    kinds = [change.kind for change in event.changes]
    if kinds.count(ChangeKind.REPAIRED) > 1:
        _bad(event, "修复了两次", "it was repaired twice")
    annulled = [change.known_on for change in event.changes if change.kind is ChangeKind.ANNULLED]
    upheld = [change.known_on for change in event.changes if change.kind is ChangeKind.UPHELD]
    # What was upheld may be annulled later, by a court or when its document is corrected; never the other way round.
    if annulled and (ChangeKind.REPAIRED in kinds or any(day >= min(annulled) for day in upheld)):
        _bad(event, "既撤销又维持或者修复", "it was annulled and also upheld or repaired")


def _bad(event: Event, zh: str, en: str) -> NoReturn:
    raise BadEvents(
        f"事件“{event.id}”：{zh}；请核对原始文书。", f"Event '{event.id}': {en}; check the documents."
    )


def read(text: str, *, file: str) -> tuple[Subject, list[Event]]:
    """Read `credit-events/1`; raise `UnreadableEvents` naming the file and the place, or `BadEvents`."""
    try:
        content = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise _unreadable(file, "—", f"不是有效的JSON（{error}）", f"not valid JSON ({error})") from None
    reading = _Reading(file)
    top = reading.table(content, "—", {"schema": str, "subject": dict, "events": list}, {})
    if top["schema"] != SCHEMA:
        raise _unreadable(file, "schema", f"应为“{SCHEMA}”", f"must be '{SCHEMA}'")
    who = reading.table(top["subject"], "subject", {"kind": str, "no": str}, {})
    events = [reading.event(row, f"events[{n}]") for n, row in enumerate(top["events"], start=1)]
    check(events)
    return Subject(who["kind"], who["no"]), events


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError(f"key twice among {', '.join(sorted(key for key, _ in pairs))}")
    return table


def _unreadable(file: str, where: str, zh: str, en: str) -> UnreadableEvents:
    return UnreadableEvents(f"{file}，{where}：{zh}。", f"{file}, {where}: {en}.")


_EVENT: Mapping[str, type] = {"id": str, "indicator": str, "occurred_on": date, "known_on": date}
_MAY: Mapping[str, type] = {
    "document": str,
    "quantity": int,
    "contested": bool,
    "until": date,
    "changes": list,
}
_CHANGE: Mapping[str, type] = {"kind": str, "on": date, "known_on": date}


class _Reading:
    """Reads tables strictly: an unknown key is refused like a missing one."""

    def __init__(self, file: str) -> None:
        self.file = file

    def event(self, row: Any, where: str) -> Event:
        values = self.table(row, where, _EVENT, _MAY)
        changes = (
            self.change(change, f"{where}.changes[{n}]")
            for n, change in enumerate(values.pop("changes", ()), start=1)
        )
        return Event(**values, changes=tuple(changes))

    def change(self, row: Any, where: str) -> Change:
        values = self.table(row, where, _CHANGE, {})
        if values["kind"] not in set(ChangeKind):
            options = " | ".join(ChangeKind)
            raise _unreadable(
                self.file, f"{where}.kind", f"应为其中之一：{options}", f"must be one of {options}"
            )
        return Change(ChangeKind(values["kind"]), values["on"], values["known_on"])

    def table(
        self, row: Any, where: str, required: Mapping[str, type], optional: Mapping[str, type]
    ) -> dict[str, Any]:
        if not isinstance(row, dict):
            raise _unreadable(self.file, where, "应为对象", "must be an object")
        kinds = {**optional, **required}
        for key in sorted(row.keys() - kinds.keys()):
            raise _unreadable(self.file, f"{where}.{key}", "不认识的键", "unknown key")
        for key in sorted(required.keys() - row.keys()):
            raise _unreadable(self.file, f"{where}.{key}", "缺少这个键", "this key is missing")
        return {key: self.value(value, kinds[key], f"{where}.{key}") for key, value in row.items()}

    def value(self, value: Any, kind: type, where: str) -> Any:
        if kind is date and isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                raise _unreadable(
                    self.file, where, "不是日期，请写作2026-03-02", "is no date; write it like 2026-03-02"
                ) from None
        fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        if not fits or (kind is str and not value.strip()):
            raise _unreadable(self.file, where, "类型不对或者为空", f"must be a {kind.__name__}, not empty")
        return value
