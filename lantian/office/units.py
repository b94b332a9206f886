"""Offices as legal bodies: a unit is registered with a plate, renamed, closed. Its plates stand in `plates`.

Nothing is deleted: the record keeps earlier names and closed units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from lantian.core.messages import Text
from lantian.office import audit, clock, holdings
from lantian.office.actors import Actor
from lantian.office.holdings import Holding
from lantian.office.models import Unit, UnitName
from lantian.office.permissions import Permission, check_permission
from lantian.office.plates import NewPlate, UnitRefused, check_open, end_plate, one_at_a_time, put_up

DIVISION_CODES = range(100_000, 1_000_000)  # GB/T 2260: six digits

Kind = Unit.Kind
_ENGLISH = {
    Kind.CITY: "city office",
    Kind.DISTRICT: "district office",
    Kind.ZONE: "functional zone",
    Kind.CORPS: "enforcement corps",
    Kind.TEAM: "enforcement team",
    Kind.STATION: "market supervision station",
    Kind.CENTRE: "protection centre",
    Kind.ASSOCIATION: "association",
}
KIND_TEXTS: dict[str, Text] = {kind: Text(str(kind.label), _ENGLISH[kind]) for kind in Kind}
# How the offices stand in one city: of which kinds a parent may be; none for the city itself.
PARENTS: dict[str, tuple[Kind, ...]] = {
    Kind.CITY: (),
    Kind.DISTRICT: (Kind.CITY,),
    Kind.ZONE: (Kind.CITY, Kind.DISTRICT),
    Kind.CORPS: (Kind.CITY,),
    Kind.TEAM: (Kind.CORPS, Kind.DISTRICT, Kind.ZONE),
    Kind.STATION: (Kind.DISTRICT, Kind.ZONE),
    Kind.CENTRE: (Kind.CITY, Kind.DISTRICT, Kind.ZONE),
    Kind.ASSOCIATION: (Kind.CITY, Kind.DISTRICT, Kind.ZONE),
}


@dataclass(frozen=True)
class NewUnit:
    """A unit to be registered; the id of a city or district office is its GB/T 2260 code."""

    id: int
    name_zh: str
    name_en: str
    kind: str
    parent: Unit | None


@dataclass(frozen=True)
class NewName:
    """A name that a unit bears from a day on: today or earlier."""

    zh: str
    en: str
    since: date


class UnitHolds(UnitRefused):
    """A unit cannot be closed yet: `holdings` hang on it."""

    def __init__(self, unit: Unit, held: tuple[Holding, ...]) -> None:
        self.holdings = held
        zh = "、".join(f"{one.what.zh} {one.count}" for one in held)
        en = ", ".join(f"{one.what.en}: {one.count}" for one in held)
        super().__init__(
            f"{unit.name_zh}还不能撤销，仍有：{zh}。请先办结、转出或者结束。",
            f"{unit.name_en} cannot be closed yet. It still has {en}; end them or hand them over first.",
        )


@transaction.atomic
def register_unit(unit: NewUnit, plate: NewPlate, *, by: Actor) -> Unit:
    """Register a unit with its first plate. Raises `UnitRefused`."""
    check_permission(by.permissions, Permission.MANAGE_ACCOUNTS)
    one_at_a_time()
    _check_new(unit)
    _check_parent(unit)
    made = Unit.objects.create(
        id=unit.id, name_zh=unit.name_zh, name_en=unit.name_en, kind=unit.kind, parent=unit.parent
    )
    first = put_up(made, plate)
    detail = {"plate": first.pk}
    audit.record(audit.Kind.UNIT_CREATED, by=by, about=("unit", str(made.pk)), detail=detail)
    return made


@transaction.atomic
def rename_unit(unit: Unit, name: NewName, *, was: str, by: Actor) -> Unit:
    """Give a unit another name from a day on; papers keep the name they were issued under.

    `was` is the name on the page the officer acted from. Plates are not renamed: a new one is put up.
    """
    check_permission(by.permissions, Permission.MANAGE_ACCOUNTS)
    one_at_a_time()
    unit = Unit.objects.get(pk=unit.pk)
    check_open(unit)
    _check_rename(unit, name, was)
    UnitName.objects.create(unit=unit, name_zh=unit.name_zh, name_en=unit.name_en, until=name.since)
    unit.name_zh, unit.name_en = name.zh, name.en
    unit.save(update_fields=["name_zh", "name_en"])
    detail = {"since": str(name.since)}
    audit.record(audit.Kind.UNIT_RENAMED, by=by, about=("unit", str(unit.pk)), detail=detail)
    return unit


@transaction.atomic
def close_unit(unit: Unit, *, by: Actor) -> Unit:
    """Close a unit with its plates; raises `UnitHolds` while posts, open leads or anything else hang on it."""
    check_permission(by.permissions, Permission.MANAGE_ACCOUNTS)
    one_at_a_time()
    # Whoever gives the unit something holds its row against this lock until he is done (`plates.check_open`).
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    check_open(unit)
    if unit.kind == Kind.CITY:
        raise UnitRefused("市局不能撤销。", "The city office cannot be closed.")
    if held := holdings.of(unit):
        raise UnitHolds(unit, held)
    for plate in unit.plates.filter(valid_to=None, superseded_by=None):
        end_plate(plate, by=by)
    unit.closed_on = clock.today()
    unit.save(update_fields=["closed_on"])
    audit.record(audit.Kind.UNIT_CLOSED, by=by, about=("unit", str(unit.pk)))
    return unit


def open_units() -> QuerySet[Unit]:
    """Units that may be given something: every one that is not closed, by number."""
    return Unit.objects.filter(closed_on=None).order_by("id")


def name_on(unit: Unit, day: date) -> Text:
    """The name a unit bore on a day."""
    later = [one for one in unit.names.all() if one.until > day]
    named = min(later, key=lambda one: one.until) if later else unit
    return Text(named.name_zh, named.name_en)


def _check_rename(unit: Unit, name: NewName, was: str) -> None:
    if unit.name_zh != was:
        raise UnitRefused(
            f"该单位的名称已改为“{unit.name_zh}”；请查看后再操作。",
            f"The unit has been renamed to '{unit.name_en}'; look at it before you act.",
        )
    if (name.zh, name.en) == (unit.name_zh, unit.name_en):
        raise UnitRefused("没有改动。", "Nothing was changed.")
    if name.since > clock.today():
        raise UnitRefused("更名请在生效当天登记。", "Enter a new name on the day from which it holds.")
    last = unit.names.order_by("-until").first()
    if last is not None and name.since <= last.until:
        raise UnitRefused(
            f"现名称自{last.until}起使用，更名日期必须更晚。",
            f"The present name holds from {last.until}; the next one has to begin later.",
        )
    _check_name_is_free(name.zh, but=unit)


def _check_name_is_free(name_zh: str, but: Unit | None = None) -> None:
    if Unit.objects.filter(name_zh=name_zh).exclude(pk=but.pk if but else 0).exists():
        raise UnitRefused(f"已有名为“{name_zh}”的单位。", f"There is a unit of the name '{name_zh}' already.")


def _check_new(unit: NewUnit) -> None:
    if unit.kind not in PARENTS:
        raise UnitRefused(f"没有“{unit.kind}”这类单位。", f"There is no unit of the kind '{unit.kind}'.")
    if Unit.objects.filter(pk=unit.id).exists():
        raise UnitRefused(
            f"编号 {unit.id} 已被其他单位使用，请核对。", f"The number {unit.id} is another unit's; check it."
        )
    _check_name_is_free(unit.name_zh)
    _check_number(unit)


def _check_number(unit: NewUnit) -> None:
    """Six digits name a division of GB/T 2260: subjects of that district are placed with the unit so numbered."""
    divided = unit.kind in (Kind.CITY, Kind.DISTRICT)
    if divided != (unit.id in DIVISION_CODES):
        raise UnitRefused(
            "市局、区局的编号是六位行政区划代码（GB/T 2260），其他单位的编号不能是六位数。",
            "The number of a city or district office is its six-digit GB/T 2260 code; no other unit has six digits.",
        )


def _check_parent(unit: NewUnit) -> None:
    kinds = PARENTS[unit.kind]
    if unit.kind == Kind.CITY and Unit.objects.filter(kind=Kind.CITY).exists():
        raise UnitRefused("系统中只能有一个市局。", "There is one city office here and no other.")
    if unit.parent is None and not kinds:
        return
    if unit.parent is not None:
        check_open(unit.parent)
    if unit.parent is None or unit.parent.kind not in kinds:
        zh, en = KIND_TEXTS[unit.kind].zh, KIND_TEXTS[unit.kind].en
        fits_zh = "、".join(KIND_TEXTS[kind].zh for kind in kinds)
        fits_en = " or ".join(KIND_TEXTS[kind].en for kind in kinds)
        raise UnitRefused(
            f"“{zh}”的上级单位应是{fits_zh}。" if kinds else f"“{zh}”没有上级单位。",
            f"The parent of a unit of the kind '{en}' is {fits_en or 'none'}.",
        )
