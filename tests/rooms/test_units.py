"""Offices as legal bodies: who registers them, under which plates they act, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse

from lantian.core.messages import Refused
from lantian.office import audit, clock, numbers, units
from lantian.office.models import AuditEvent, Plate, Unit
from lantian.office.units import NewPlate, NewUnit, UnitRefused
from tests.personas import CITY, CORPS, LOGINS, NANKAI, browser, officer

pytestmark = pytest.mark.django_db

TEAM = 12010401
SECOND = "天津市知识产权局第二块牌子"


def a_unit(**changed: object) -> NewUnit:
    """An enforcement team under Nankai."""
    team = NewUnit(TEAM, "南开执法一队", "Nankai Team One", "team", Unit.objects.get(pk=NANKAI))
    return replace(team, **changed)  # type: ignore[arg-type]


def a_plate(**changed: object) -> NewPlate:
    plate = NewPlate("南开执法一队", "津南执", "南开执法一队（1）", clock.today())
    return replace(plate, **changed)  # type: ignore[arg-type]


def register(**changed: object) -> Unit:
    return units.register_unit(a_unit(**changed), a_plate(), by=officer("admin"))


def put_up(unit: int, **changed: object) -> Plate:
    return units.add_plate(Unit.objects.get(pk=unit), a_plate(**changed), by=officer("admin"))


def last_event() -> AuditEvent:
    return AuditEvent.objects.order_by("-id")[0]


def said(act: Callable[[], object]) -> str:
    with pytest.raises(UnitRefused) as refusal:
        act()
    assert refusal.value.text.en
    return refusal.value.text.zh


def test_a_unit_is_registered_with_its_first_plate_and_leaves_an_event() -> None:
    unit = register()
    plate = unit.plates.get()
    assert (unit.parent_id, unit.kind) == (NANKAI, "team")
    assert (plate.document_code, plate.seal, plate.valid_to) == ("津南执", "南开执法一队（1）", None)
    assert (last_event().kind, last_event().about_key) == ("unit_created", str(TEAM))
    assert last_event().detail == {"plate": plate.pk}


def test_a_second_plate_does_not_change_the_code_of_document_numbers() -> None:
    city = Unit.objects.get(pk=CITY)
    before = numbers.document_number(city, "线索", 2026, 3)
    added = put_up(CITY, name_zh=SECOND, document_code="津二")
    assert numbers.plates_of(city, clock.today())[-1] == added
    assert numbers.document_number(city, "线索", 2026, 3) == before
    assert (last_event().kind, last_event().about_key) == ("plate_added", str(added.pk))


def test_an_ended_plate_is_down_from_the_day_on_and_the_next_one_numbers() -> None:
    city = Unit.objects.get(pk=CITY)
    first = city.plates.get()
    Plate.objects.filter(pk=first.pk).update(valid_from=clock.today() - timedelta(days=9))
    put_up(CITY, name_zh=SECOND, document_code="津二")
    ended = units.end_plate(first, by=officer("admin"))
    yesterday = clock.today() - timedelta(days=1)
    assert ended.valid_to == clock.today()
    assert (ended.in_force_on(yesterday), ended.in_force_on(clock.today())) == (True, False)
    assert numbers.document_number(city, "线索", 2026, 3) == "津二线索〔2026〕3号"
    assert (last_event().kind, last_event().detail["unit"]) == ("plate_ended", CITY)


def test_a_plate_of_the_future_gives_no_number_yet() -> None:
    corps = Unit.objects.get(pk=CORPS)
    units.end_plate(corps.plates.get(), by=officer("admin"))
    put_up(CORPS, name_zh="新牌子", document_code="津新", valid_from=clock.today() + timedelta(days=1))
    assert numbers.plates_of(corps, clock.today()) == []
    assert "津新" not in numbers.document_number(corps, "线索", 2026, 3)


def test_a_plate_ends_once() -> None:
    plate = put_up(CITY, name_zh=SECOND)
    units.end_plate(plate, by=officer("admin"))
    events = AuditEvent.objects.count()
    assert "已经结束" in said(lambda: units.end_plate(plate, by=officer("admin")))
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"id": CORPS}, "已被其他单位使用"),
        ({"name_zh": "天津市知识产权保护中心"}, "已有名为"),
        ({"id": 120199}, "六位"),
        ({"kind": "district"}, "六位"),
        ({"kind": "guild"}, "没有“guild”这类单位"),
        ({"parent": None}, "上级单位应是执法总队、区局、功能区"),
        ({"kind": "corps"}, "上级单位应是市局"),
        ({"id": 110000, "kind": "city", "parent": None}, "只能有一个市局"),
    ],
)
def test_a_unit_that_makes_no_sense_is_refused_with_the_reason(
    changed: dict[str, object], words: str
) -> None:
    kept = Unit.objects.count()
    assert words in said(lambda: register(**changed))
    assert Unit.objects.count() == kept


@pytest.mark.parametrize("code", ["津 知", "津\u3000知", "津知〔2026〕", "津知(1)", ""])
def test_a_document_code_that_breaks_the_form_of_numbers_is_refused(code: str) -> None:
    assert "不能有空格或括号" in said(lambda: put_up(CITY, name_zh=SECOND, document_code=code))


@pytest.mark.parametrize("unit", [CITY, NANKAI])
@pytest.mark.parametrize("days", [-400, 0, 400])
def test_one_name_stands_on_one_plate_at_a_time(unit: int, days: int) -> None:
    put_up(CITY, name_zh=SECOND)
    begun = clock.today() + timedelta(days=days)
    assert "期间重叠" in said(lambda: put_up(unit, name_zh=SECOND, valid_from=begun))


def test_a_name_is_free_again_from_the_day_its_plate_ended() -> None:
    units.end_plate(put_up(CITY, name_zh=SECOND, valid_from=date(2024, 1, 1)), by=officer("admin"))
    assert "期间重叠" in said(lambda: put_up(NANKAI, name_zh=SECOND, valid_from=date(2025, 1, 1)))
    assert put_up(NANKAI, name_zh=SECOND).valid_from == clock.today()


def test_a_plate_that_never_came_into_force_keeps_no_name() -> None:
    later = clock.today() + timedelta(days=30)
    units.end_plate(put_up(CITY, name_zh=SECOND, valid_from=later), by=officer("admin"))
    assert put_up(CITY, name_zh=SECOND).valid_to is None


@pytest.mark.parametrize("login", [login for login in LOGINS if login != "admin"])
def test_nobody_but_the_administrator_registers_units_or_touches_plates(login: str) -> None:
    by, city = officer(login), Unit.objects.get(pk=CITY)
    for act in (
        lambda: units.register_unit(a_unit(), a_plate(), by=by),
        lambda: units.add_plate(city, a_plate(), by=by),
        lambda: units.end_plate(city.plates.get(), by=by),
    ):
        with pytest.raises(Refused):
            act()
    assert city.plates.get().valid_to is None
    assert browser(login).get(reverse("admin_units")).status_code == 403


# The page


def typed(**changed: object) -> dict[str, object]:
    """What the administrator fills in for a plate."""
    plate = {"plate_name": SECOND, "document_code": "津二", "seal": SECOND, "valid_from": "2026-01-01"}
    return {**plate, **changed}


def test_the_administrator_registers_a_unit_adds_a_plate_and_ends_it_on_the_page() -> None:
    client, address = browser("admin"), reverse("admin_units")
    team = {"number": TEAM, "name_zh": "南开执法一队", "name_en": "Team", "kind": "team", "parent": NANKAI}
    assert client.post(address, {"do": "create", **team, **typed(plate_name="")}).status_code == 302
    assert client.post(address, {"do": "add", "unit": TEAM, **typed()}).status_code == 302
    first, second = Unit.objects.get(pk=TEAM).plates.order_by("id")
    assert (first.name_zh, second.name_zh, second.seal) == ("南开执法一队", SECOND, SECOND)
    assert client.post(address, {"do": "end", "plate": second.pk}).status_code == 302
    page = client.get(address).content.decode()
    assert "当日起失效" in page
    assert SECOND in page


def test_the_page_says_why_and_keeps_what_was_typed() -> None:
    client, address = browser("admin"), reverse("admin_units")
    answer = client.post(address, {"do": "add", "unit": CITY, **typed(document_code="津 二")})
    assert answer.status_code == 422
    assert "不能有空格或括号" in answer.context["error"]
    assert 'value="津 二"' in answer.content.decode()
    assert client.post(address, {"do": "add", "unit": CITY, **typed(valid_from="soon")}).status_code == 422


@pytest.mark.parametrize("plate", ["", "x", "0", "9" * 30])
def test_a_plate_that_is_not_there_is_not_found(plate: str) -> None:
    assert browser("admin").post(reverse("admin_units"), {"do": "end", "plate": plate}).status_code == 404


def test_every_kind_of_unit_has_words_and_a_place_in_the_house() -> None:
    assert set(units.PARENTS) == set(units.KIND_TEXTS) == set(Unit.Kind)
    assert {audit.Kind.PLATE_ADDED, audit.Kind.PLATE_ENDED} <= set(audit.KIND_TEXTS)
