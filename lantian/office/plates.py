"""Plates under which units act: put up, ended, corrected, and chosen for a paper.

Nothing is deleted, and none is changed in place: papers keep the plate they were made under.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import F, Max, Q

from lantian.core.competence import FIELD_TEXTS, Field
from lantian.core.messages import Refused, Text
from lantian.office import audit, clock
from lantian.office.actors import Actor
from lantian.office.models import Plate, Unit
from lantian.office.permissions import Permission, check_permission

UNITS_LOCK = 7_120_002  # any constant: one change of units or plates at a time
# A document number is code, kind, 〔year〕, serial: blanks and brackets inside the code would break its form.
NOT_IN_CODES = re.compile(r"[\s\u3000〔〕\[\]［］()（）]")


class UnitRefused(Refused):
    """A unit or plate cannot be registered, changed or ended as asked."""


class ChoosePlate(Refused):
    """Several plates may carry a paper and none is said to be the one: the officer chooses among `plates`."""

    def __init__(self, plates: Iterable[Plate]) -> None:
        self.plates = tuple(plates)
        names = "、".join(plate.name_zh for plate in self.plates)
        super().__init__(
            f"该单位有几块牌子可用于此文书，请选择以哪块牌子的名义：{names}。",
            f"Several plates may carry this paper; choose under which it is written: {names}.",
        )


@dataclass(frozen=True)
class NewPlate:
    """A plate to be put up: its name, document code, the exact wording of its seal, its first day.

    `fields` are the fields of law it is used for (none: all that no other plate names); `parent` the body above.
    """

    name_zh: str
    document_code: str
    seal: str
    valid_from: date
    fields: tuple[Field, ...] = ()
    parent: Unit | None = None


@transaction.atomic
def add_plate(unit: Unit, plate: NewPlate, *, by: Actor) -> Plate:
    """Let a unit act under a further plate from a day on. Raises `UnitRefused`."""
    check_permission(by.permissions, Permission.MANAGE_ACCOUNTS)
    one_at_a_time()
    check_open(unit)
    added = put_up(unit, plate)
    detail = {"unit": unit.pk, "from": str(added.valid_from)}
    audit.record(audit.Kind.PLATE_ADDED, by=by, about=("plate", str(added.pk)), detail=detail)
    return added


@transaction.atomic
def end_plate(plate: Plate, *, by: Actor) -> Plate:
    """Take a plate down now: from today on nothing is issued under it; one of the future never comes into force."""
    check_permission(by.permissions, Permission.MANAGE_ACCOUNTS)
    one_at_a_time()
    plate = Plate.objects.get(pk=plate.pk)
    _check_stands(plate)
    if plate.valid_to is not None:
        raise UnitRefused("该牌子已经结束。", "This plate has ended already.")
    plate.valid_to = max(clock.today(), plate.valid_from)
    plate.save(update_fields=["valid_to"])
    detail = {"unit": plate.unit_id, "on": str(plate.valid_to)}
    audit.record(audit.Kind.PLATE_ENDED, by=by, about=("plate", str(plate.pk)), detail=detail)
    return plate


@transaction.atomic
def correct_plate(plate: Plate, said: NewPlate, *, by: Actor) -> Plate:
    """Put in its place what a plate should have said from the start; it ends when the wrong one does.

    Papers issued keep the wrong one, as they were issued; those in draft have to be revised.
    """
    check_permission(by.permissions, Permission.MANAGE_ACCOUNTS)
    one_at_a_time()
    wrong = Plate.objects.select_related("unit").get(pk=plate.pk)
    _check_stands(wrong)
    if said == as_entered(wrong):
        raise UnitRefused("没有改动。", "Nothing was changed.")
    if wrong.valid_to is not None and said.valid_from > wrong.valid_to:
        raise UnitRefused(
            f"该牌子已于{wrong.valid_to}结束，起始日期不能更晚。",
            f"The plate ended on {wrong.valid_to}; it cannot begin later.",
        )
    right = put_up(wrong.unit, said, instead_of=wrong)
    wrong.superseded_by = right
    wrong.save(update_fields=["superseded_by"])
    detail = {"unit": wrong.unit_id, "by": right.pk}
    audit.record(audit.Kind.PLATE_CORRECTED, by=by, about=("plate", str(wrong.pk)), detail=detail)
    return right


def as_entered(plate: Plate) -> NewPlate:
    """What was typed when a plate was put up."""
    fields = tuple(Field(field) for field in plate.fields)
    return NewPlate(plate.name_zh, plate.document_code, plate.seal, plate.valid_from, fields, plate.parent)


def usable(plates: Iterable[Plate], field: Field) -> list[Plate]:
    """Plates that may carry a paper in a field: those that name it, else those that name none."""
    plates = list(plates)
    named = [plate for plate in plates if field in plate.fields]
    return named or [plate for plate in plates if not plate.fields]


def chosen(plates: Iterable[Plate], field: Field, asked: int | None) -> Plate | None:
    """The plate of a paper: the only usable one, or the one asked for; None when no plate is for this field.

    Raises `ChoosePlate` when several are usable and none was asked for, `UnitRefused` for one that is not usable.
    """
    fit = usable(plates, field)
    if asked is None and len(fit) > 1:
        raise ChoosePlate(fit)
    if asked is None:
        return fit[0] if fit else None
    found = next((plate for plate in fit if plate.pk == asked), None)
    if found is None:
        why = _unusable(asked, field)
        raise UnitRefused(why.zh, why.en)
    return found


def _unusable(asked: int, field: Field) -> Text:
    """Why a plate cannot carry a paper: corrected, ended, or kept for other fields."""
    plate = Plate.objects.filter(pk=asked).first()
    name = plate.name_zh if plate else str(asked)
    if plate is not None and plate.superseded_by_id:
        return Text(f"牌子“{name}”已经更正。", f"The plate '{name}' was corrected.")
    if plate is not None and plate.valid_to is not None:
        return Text(
            f"牌子“{name}”已于{plate.valid_to}结束。", f"The plate '{name}' ended on {plate.valid_to}."
        )
    words = FIELD_TEXTS[field]
    return Text(f"牌子“{name}”不用于{words.zh}。", f"The plate '{name}' is not used for {words.en}.")


def one_at_a_time() -> None:
    """Wait until nobody else changes units or plates; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [UNITS_LOCK])


def check_open(unit: Unit) -> None:
    """Refuse to give a closed unit anything; until the transaction ends it cannot be closed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT closed_on FROM office_unit WHERE id = %s FOR KEY SHARE", [unit.pk])
        row = cursor.fetchone()
    if row is not None and row[0] is not None:
        raise UnitRefused(
            f"{unit.name_zh}已于{row[0]}撤销，请选择其他单位。",
            f"{unit.name_en} was closed on {row[0]}; choose another office.",
        )


def put_up(unit: Unit, plate: NewPlate, instead_of: Plate | None = None) -> Plate:
    """The row of a new plate, at the end of the unit's or in the place of the one it corrects."""
    _check_code(plate.document_code)
    _check_name_is_free(plate, instead_of)
    if plate.parent == unit:
        raise UnitRefused("牌子的上级不能是本单位。", "The body above a plate cannot be the unit itself.")
    last = unit.plates.aggregate(last=Max("place"))["last"] or 0
    return Plate.objects.create(
        unit=unit,
        name_zh=plate.name_zh,
        document_code=plate.document_code,
        seal=plate.seal,
        valid_from=plate.valid_from,
        valid_to=instead_of.valid_to if instead_of else None,
        fields=[str(field) for field in plate.fields],
        parent=plate.parent,
        place=instead_of.place if instead_of else last + 1,
    )


def _check_stands(plate: Plate) -> None:
    if plate.superseded_by_id is not None:
        raise UnitRefused(
            "该牌子已经更正，请操作更正后的牌子。", "This plate was corrected; act on the new one."
        )


def _check_code(code: str) -> None:
    if not code or NOT_IN_CODES.search(code):
        raise UnitRefused(
            f"发文机关代字“{code}”中不能有空格或括号，也不能为空。",
            f"The document code '{code}' must have no blanks or brackets and must not be empty.",
        )


def _check_name_is_free(plate: NewPlate, instead_of: Plate | None) -> None:
    """One name, one body, one code at a time: a paper's issuer would otherwise be open to doubt."""
    still = Q(valid_to=None) | Q(valid_to__gt=plate.valid_from)
    if instead_of is not None and instead_of.valid_to is not None:
        still &= Q(valid_from__lt=instead_of.valid_to)
    namesakes = Plate.objects.filter(still, name_zh=plate.name_zh, superseded_by=None)
    namesakes = namesakes.exclude(valid_to=F("valid_from")).exclude(pk=instead_of.pk if instead_of else 0)
    other = namesakes.select_related("unit").order_by("id").first()
    if other is None:
        return
    raise UnitRefused(
        f"{other.unit.name_zh}自{other.valid_from}起已有名为“{plate.name_zh}”的牌子，期间重叠；请先结束原来的牌子。",
        f"{other.unit.name_en} has a plate '{plate.name_zh}' from {other.valid_from} on and the periods overlap;"
        " end that one first.",
    )
