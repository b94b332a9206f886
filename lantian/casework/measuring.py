"""What every measure shares: its number, who sees it, the lock against stale pages, its day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from lantian.casework import queries
from lantian.casework.errors import MeasureRefused, Stale
from lantian.casework.models import Measure
from lantian.core.competence import Act, Field, Grant
from lantian.office import audit, clock, competence, numbers
from lantian.office.actors import OfficerActor
from lantian.office.models import Unit
from lantian.office.permissions import Permission, check_permission

M = TypeVar("M", bound=Measure)
Origin = tuple[str, str]
ALONE: Origin = ("", "")
LEAD, DISPATCH = "lead", "dispatch"  # a row of a letter from above is named by its key


@dataclass(frozen=True)
class Subject:
    """Whom a measure concerns: kind, number, name."""

    kind: str
    no: str
    name: str


def right(act: Act, field: Field, by: OfficerActor) -> Grant:
    """Ask for the permission of the post, then the matrix; raises `NotAllowed` or `NoCompetence`."""
    check_permission(by.permissions, Permission.TAKE_MEASURES)
    return competence.may(by, act, field)


def common(kind: str, code: str, field: Field, origin: Origin, by: OfficerActor) -> dict[str, Any]:
    """The columns that every new measure has; it is seen by its office, the city, and whoever sees its lead."""
    unit, today = Unit.objects.get(pk=by.unit), clock.today()
    lead = _lead_of(origin)
    serial = numbers.next_number(unit, kind, today.year)
    return {
        "number": numbers.document_number(unit, code, today.year, serial),
        "unit": unit,
        "field": str(field),
        "origin_kind": origin[0],
        "origin_key": origin[1],
        "opened_on": today,
        "changed_at": clock.now(),
        "changed_by_id": by.post_id,
        "seen_by": sorted({by.unit, queries.city().pk, *lead}),
    }


def _lead_of(origin: Origin) -> list[int]:
    """Who sees the lead that a measure comes from; a lead nobody can see here is refused."""
    if origin[0] != LEAD:
        return []
    lead = queries.find(origin[1])
    if lead is None:
        raise MeasureRefused("找不到这条线索。", "There is no such lead.")
    return list(lead.seen_by)


def take(model: type[M], key: str, version: int, by: OfficerActor) -> M:
    """Lock a measure for an act of its own office; refuse a page older than the record."""
    check_permission(by.permissions, Permission.TAKE_MEASURES)
    row: M = model._default_manager.select_for_update(of=("self",)).get(key=key)
    if row.unit_id != by.unit:
        raise MeasureRefused("由作出该措施的单位办理。", "Only the office that took the measure acts on it.")
    refuse_stale(row, version)
    return row


def refuse_stale(row: Measure, version: int) -> None:
    """Raise `Stale` for a page older than the record."""
    if row.version != version:
        at, name = row.changed_at.astimezone(clock.CHINA), row.changed_by.account.name
        raise Stale(
            f"{name}已于 {at:%m月%d日 %H:%M} 处理此项；请查看最新情况后再操作。",
            f"{name} acted on this on {at:%d %B at %H:%M}; look at it again before you act.",
        )


def change(row: Measure, by: OfficerActor, *fields: str) -> None:
    """Save a measure's new state with who changed it."""
    row.version += 1
    row.changed_at, row.changed_by_id = clock.now(), by.post_id
    row.save(update_fields=["version", "changed_at", "changed_by", *fields])


def note(kind: audit.Kind, measure: Measure, by: OfficerActor, **detail: Any) -> None:
    """Leave the event of an act on a measure."""
    audit.record(kind, by=by, about=(about_of(measure), measure.key), detail=detail)


def about_of(row: Measure) -> str:
    """The word by which audit and papers name this kind of record."""
    return type(row).__name__.lower()


def filled(text: str, zh: str, en: str) -> str:
    """The text without outer blanks; refuses an empty one."""
    if not text.strip():
        raise MeasureRefused(f"请填写{zh}。", f"Please fill in: {en}.")
    return text.strip()


def not_later(day: date, zh: str, en: str) -> date:
    """Refuse a day that has not come yet."""
    if day > clock.today():
        raise MeasureRefused(f"{zh}不能晚于今天。", f"{en} cannot lie in the future.")
    return day
