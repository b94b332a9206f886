"""Offices as legal bodies: a unit is registered with a plate, further plates are added and ended.

Nothing is deleted: papers keep the plate they were made under.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import F, Q

from lantian.core.messages import Refused, Text
from lantian.office import audit, clock
from lantian.office.actors import Actor
from lantian.office.models import Plate, Unit
from lantian.office.permissions import Permission, check_permission

UNITS_LOCK = 7_120_002  # any constant: one change of units or plates at a time
# A document number is code, kind, 〔year〕, serial: blanks and brackets inside the code would break its form.
NOT_IN_CODES = re.compile(r"[\s\u3000〔〕\[\]［］()（）]")
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


class UnitRefused(Refused):
    """A unit or plate cannot be registered or ended as asked."""


@dataclass(frozen=True)
class NewUnit:
    """A unit to be registered; the id of a city or district office is its GB/T 2260 code."""

    id: int
    name_zh: str
    name_en: str
    kind: str
    parent: Unit | None


@dataclass(frozen=True)
class NewPlate:
    """A plate to be put up: its name, document code, the exact wording of its seal, its first day."""

    name_zh: str
    document_code: str
    seal: str
    valid_from: date


@transaction.atomic
def register_unit(unit: NewUnit, plate: NewPlate, *, by: Actor) -> Unit:
    """Register a unit with its first plate. Raises `UnitRefused`."""
    check_permission(by.permissions, Permission.MANAGE_ACCOUNTS)
    _one_at_a_time()
    _check_new(unit)
    _check_parent(unit)
    made = Unit.objects.create(
        id=unit.id, name_zh=unit.name_zh, name_en=unit.name_en, kind=unit.kind, parent=unit.parent
    )
    put_up = _put_up(made, plate)
    detail = {"plate": put_up.pk}
    audit.record(audit.Kind.UNIT_CREATED, by=by, about=("unit", str(made.pk)), detail=detail)
    return made


@transaction.atomic
def add_plate(unit: Unit, plate: NewPlate, *, by: Actor) -> Plate:
    """Let a unit act under a further plate from a day on. Raises `UnitRefused`."""
    check_permission(by.permissions, Permission.MANAGE_ACCOUNTS)
    _one_at_a_time()
    added = _put_up(unit, plate)
    detail = {"unit": unit.pk, "from": str(added.valid_from)}
    audit.record(audit.Kind.PLATE_ADDED, by=by, about=("plate", str(added.pk)), detail=detail)
    return added


@transaction.atomic
def end_plate(plate: Plate, *, by: Actor) -> Plate:
    """Take a plate down now: from today on nothing is issued under it; one of the future never comes into force."""
    check_permission(by.permissions, Permission.MANAGE_ACCOUNTS)
    _one_at_a_time()
    plate = Plate.objects.get(pk=plate.pk)
    if plate.valid_to is not None:
        raise UnitRefused("该牌子已经结束。", "This plate has ended already.")
    plate.valid_to = max(clock.today(), plate.valid_from)
    plate.save(update_fields=["valid_to"])
    detail = {"unit": plate.unit_id, "on": str(plate.valid_to)}
    audit.record(audit.Kind.PLATE_ENDED, by=by, about=("plate", str(plate.pk)), detail=detail)
    return plate


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [UNITS_LOCK])


def _put_up(unit: Unit, plate: NewPlate) -> Plate:
    _check_code(plate.document_code)
    _check_name_is_free(plate)
    return Plate.objects.create(
        unit=unit,
        name_zh=plate.name_zh,
        document_code=plate.document_code,
        seal=plate.seal,
        valid_from=plate.valid_from,
    )


def _check_new(unit: NewUnit) -> None:
    if unit.kind not in PARENTS:
        raise UnitRefused(f"没有“{unit.kind}”这类单位。", f"There is no unit of the kind '{unit.kind}'.")
    if Unit.objects.filter(pk=unit.id).exists():
        raise UnitRefused(
            f"编号 {unit.id} 已被其他单位使用，请核对。", f"The number {unit.id} is another unit's; check it."
        )
    if Unit.objects.filter(name_zh=unit.name_zh).exists():
        raise UnitRefused(
            f"已有名为“{unit.name_zh}”的单位。", f"There is a unit of the name '{unit.name_zh}' already."
        )
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
    if unit.parent is None or unit.parent.kind not in kinds:
        zh, en = KIND_TEXTS[unit.kind].zh, KIND_TEXTS[unit.kind].en
        fits_zh = "、".join(KIND_TEXTS[kind].zh for kind in kinds)
        fits_en = " or ".join(KIND_TEXTS[kind].en for kind in kinds)
        raise UnitRefused(
            f"“{zh}”的上级单位应是{fits_zh}。" if kinds else f"“{zh}”没有上级单位。",
            f"The parent of a unit of the kind '{en}' is {fits_en or 'none'}.",
        )


def _check_code(code: str) -> None:
    if not code or NOT_IN_CODES.search(code):
        raise UnitRefused(
            f"发文机关代字“{code}”中不能有空格或括号，也不能为空。",
            f"The document code '{code}' must have no blanks or brackets and must not be empty.",
        )


def _check_name_is_free(plate: NewPlate) -> None:
    """One name, one body, one code at a time: a paper's issuer would otherwise be open to doubt."""
    still = Q(valid_to=None) | Q(valid_to__gt=plate.valid_from)
    namesakes = Plate.objects.filter(still, name_zh=plate.name_zh).exclude(valid_to=F("valid_from"))
    other = namesakes.select_related("unit").order_by("id").first()
    if other is None:
        return
    raise UnitRefused(
        f"{other.unit.name_zh}自{other.valid_from}起已有名为“{plate.name_zh}”的牌子，期间重叠；请先结束原来的牌子。",
        f"{other.unit.name_en} has a plate '{plate.name_zh}' from {other.valid_from} on and the periods overlap;"
        " end that one first.",
    )
