"""Offices as legal bodies: who registers them, under which plates they act, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from lantian.casework import actions as casework
from lantian.casework import queries as docket
from lantian.casework.papers import record_of
from lantian.core.messages import Refused
from lantian.desk.present.words import offices
from lantian.office import audit, clock, numbers, people, plates, units
from lantian.office.models import Account, AuditEvent, Plate, Post, Unit, UnitName
from lantian.office.papers import actions as papers
from lantian.office.plates import NewPlate, UnitRefused
from lantian.office.units import NewName, NewUnit, UnitHolds
from tests.personas import CITY, CORPS, LOGINS, NANKAI, acting, browser, officer
from tests.rooms.test_papers import TYPED, a_lead

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
    return plates.add_plate(Unit.objects.get(pk=unit), a_plate(**changed), by=officer("admin"))


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
    ended = plates.end_plate(first, by=officer("admin"))
    yesterday = clock.today() - timedelta(days=1)
    assert ended.valid_to == clock.today()
    assert (ended.in_force_on(yesterday), ended.in_force_on(clock.today())) == (True, False)
    assert numbers.document_number(city, "线索", 2026, 3) == "津二线索〔2026〕3号"
    assert (last_event().kind, last_event().detail["unit"]) == ("plate_ended", CITY)


def test_a_plate_of_the_future_gives_no_number_yet() -> None:
    corps = Unit.objects.get(pk=CORPS)
    plates.end_plate(corps.plates.get(), by=officer("admin"))
    put_up(CORPS, name_zh="新牌子", document_code="津新", valid_from=clock.today() + timedelta(days=1))
    assert numbers.plates_of(corps, clock.today()) == []
    assert "津新" not in numbers.document_number(corps, "线索", 2026, 3)


def test_a_plate_ends_once() -> None:
    plate = put_up(CITY, name_zh=SECOND)
    plates.end_plate(plate, by=officer("admin"))
    events = AuditEvent.objects.count()
    assert "已经结束" in said(lambda: plates.end_plate(plate, by=officer("admin")))
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
    plates.end_plate(put_up(CITY, name_zh=SECOND, valid_from=date(2024, 1, 1)), by=officer("admin"))
    assert "期间重叠" in said(lambda: put_up(NANKAI, name_zh=SECOND, valid_from=date(2025, 1, 1)))
    assert put_up(NANKAI, name_zh=SECOND).valid_from == clock.today()


def test_a_plate_that_never_came_into_force_keeps_no_name() -> None:
    later = clock.today() + timedelta(days=30)
    plates.end_plate(put_up(CITY, name_zh=SECOND, valid_from=later), by=officer("admin"))
    assert put_up(CITY, name_zh=SECOND).valid_to is None


# Corrections


def test_a_plate_entered_wrongly_is_superseded_and_keeps_its_place() -> None:
    city = Unit.objects.get(pk=CITY)
    wrong = city.plates.get()
    put_up(CITY, name_zh=SECOND, document_code="津二")
    right = correct(wrong, document_code="津知正")
    wrong.refresh_from_db()
    assert (wrong.superseded_by, wrong.valid_to, wrong.document_code) == (right, None, "津知")
    assert (wrong.in_force_on(clock.today()), right.in_force_on(clock.today())) == (False, True)
    assert numbers.document_number(city, "线索", 2026, 3) == "津知正线索〔2026〕3号"
    assert (last_event().kind, last_event().detail) == ("plate_corrected", {"unit": CITY, "by": right.pk})


def test_a_plate_is_corrected_once_and_only_when_something_changes() -> None:
    wrong = Unit.objects.get(pk=CITY).plates.get()
    assert "没有改动" in said(lambda: correct(wrong))
    correct(wrong, seal="天津市知识产权局（正）")
    assert "已经更正" in said(lambda: correct(wrong, seal="另一个"))
    assert "已经更正" in said(lambda: plates.end_plate(wrong, by=officer("admin")))


def test_a_plate_that_has_ended_is_corrected_for_its_own_days() -> None:
    plate = put_up(CITY, name_zh=SECOND, valid_from=date(2024, 1, 1))
    plates.end_plate(plate, by=officer("admin"))
    put_up(NANKAI, name_zh="同名牌子")
    tomorrow = clock.today() + timedelta(days=1)
    assert "起始日期不能更晚" in said(lambda: correct(plate, valid_from=tomorrow))
    right = correct(plate, name_zh="同名牌子")
    assert right.valid_to == clock.today()


def correct(plate: Plate, **changed: object) -> Plate:
    plate.refresh_from_db()
    better = replace(plates.as_entered(plate), **changed)  # type: ignore[arg-type]
    return plates.correct_plate(plate, better, by=officer("admin"))


# Names


def rename(unit: int = CORPS, since: date | None = None, was: str = "", name: str = "新总队") -> Unit:
    row = Unit.objects.get(pk=unit)
    new = NewName(name, "New corps", since or clock.today())
    return units.rename_unit(row, new, was=was or row.name_zh, by=officer("admin"))


def test_a_unit_bears_a_new_name_from_a_day_on_and_the_old_one_before() -> None:
    before = Unit.objects.get(pk=CORPS).name_zh
    since = clock.today() - timedelta(days=2)
    corps = rename(since=since)
    assert units.name_on(corps, since - timedelta(days=1)).zh == before
    assert units.name_on(corps, since).zh == corps.name_zh == "新总队"
    assert (last_event().kind, last_event().detail) == ("unit_renamed", {"since": str(since)})
    later = rename(name="更新总队")
    assert [units.name_on(later, since + timedelta(days=d)).zh for d in (-1, 0, 2)] == [
        before,
        "新总队",
        "更新总队",
    ]


def test_a_plate_keeps_its_name_when_its_unit_is_renamed() -> None:
    plate = Unit.objects.get(pk=CORPS).plates.get()
    assert rename().plates.get().name_zh == plate.name_zh


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"since": clock.today() + timedelta(days=1)}, "生效当天"),
        ({"name": "天津市知识产权保护中心"}, "已有名为"),
        ({"was": "早已不用的名称"}, "请查看后再操作"),
    ],
)
def test_a_name_is_refused_with_the_reason(changed: dict[str, object], words: str) -> None:
    assert words in said(lambda: rename(**changed))  # type: ignore[arg-type]
    assert not UnitName.objects.exists()


def test_one_name_follows_another() -> None:
    rename()
    yesterday = clock.today() - timedelta(days=1)
    assert "必须更晚" in said(lambda: rename(since=yesterday, name="更新总队"))


def test_an_earlier_name_is_never_rewritten() -> None:
    rename()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        UnitName.objects.update(name_zh="别的")


# Closing


def close(unit: int) -> Unit:
    return units.close_unit(Unit.objects.get(pk=unit), by=officer("admin"))


def held(unit: int) -> dict[str, int]:
    with pytest.raises(UnitHolds) as refusal:
        close(unit)
    return {one.kind: one.count for one in refusal.value.holdings}


def test_a_unit_on_which_nothing_hangs_is_closed_with_its_plates() -> None:
    register()
    closed = close(TEAM)
    assert closed.closed_on == clock.today()
    assert closed.plates.get().valid_to == clock.today()
    kinds = list(AuditEvent.objects.order_by("-id").values_list("kind", flat=True)[:2])
    assert kinds == ["unit_closed", "plate_ended"]
    assert Unit.objects.get(pk=TEAM).name_zh == "南开执法一队"


def test_a_unit_is_not_closed_while_posts_leads_units_or_papers_hang_on_it() -> None:
    lead = a_lead()
    register()
    assert held(NANKAI) == {"post": 3, "unit": 1, "lead": 1}
    with acting("nankai") as by:
        wording = papers.Wording(TYPED)
        papers.draft(kind="verification_report", record=record_of(lead, by=by), wording=wording, by=by)
    with pytest.raises(UnitHolds) as refusal:
        close(NANKAI)
    found = {one.kind: one for one in refusal.value.holdings}
    assert found["paper"].count == 1
    assert [words.zh for words, _ in found["lead"].first] == [lead.number]
    assert "在办线索 1" in refusal.value.text.zh
    assert Unit.objects.get(pk=NANKAI).closed_on is None


def test_what_was_ended_or_concluded_keeps_no_unit_open() -> None:
    unit = register()
    by, today = officer("admin"), clock.today()
    account = Account.objects.get(login="nankai")
    now = people.open_post(account=account, unit=unit, role="district_officer", valid_from=today, by=by)
    assert held(TEAM) == {"post": 1}
    people.close_post(post=now, by=by)
    later = today + timedelta(days=9)
    never = people.open_post(account=account, unit=unit, role="district_officer", valid_from=later, by=by)
    people.close_post(post=never, by=by)
    assert close(TEAM).closed_on == today


def test_the_city_office_and_a_closed_unit_are_not_closed() -> None:
    assert "市局不能撤销" in said(lambda: close(CITY))
    register()
    close(TEAM)
    assert "已于" in said(lambda: close(TEAM))


def test_a_closed_unit_is_given_nothing_new() -> None:
    lead, team = a_lead(), register()
    close(TEAM)
    by = officer("admin")
    account = Account.objects.get(login="nankai")
    today = clock.today()
    assert "撤销" in said(lambda: put_up(TEAM, name_zh=SECOND))
    assert "撤销" in said(lambda: rename(TEAM))
    post = {"account": account, "unit": team, "role": "district_officer", "valid_from": today}
    assert "撤销" in said(lambda: people.open_post(**post, by=by))
    with acting("nankai") as nankai:
        handing = {"lead_key": lead.key, "to": team, "reason": "管辖", "version": 1}
        assert "撤销" in said(lambda: casework.hand_over(**handing, by=nankai))
    page = browser("nankai").get(reverse("lead", args=[lead.key]))
    assert TEAM not in [one["id"] for one in page.context["offices"]]
    page = browser("admin").get(reverse("admin_accounts"))
    assert TEAM not in [one["id"] for one in page.context["units"]]


def test_what_belonged_to_a_closed_office_waits_with_the_city() -> None:
    Unit.objects.filter(pk=NANKAI).update(closed_on=clock.today())
    assert docket.office_for(str(NANKAI)) == docket.city()
    assert offices().of_district(str(NANKAI)).pk == CITY


@pytest.mark.parametrize("login", [login for login in LOGINS if login != "admin"])
def test_nobody_but_the_administrator_registers_units_or_touches_plates(login: str) -> None:
    by, city = officer(login), Unit.objects.get(pk=CITY)
    for act in (
        lambda: units.register_unit(a_unit(), a_plate(), by=by),
        lambda: plates.add_plate(city, a_plate(), by=by),
        lambda: plates.end_plate(city.plates.get(), by=by),
        lambda: plates.correct_plate(city.plates.get(), a_plate(), by=by),
        lambda: units.rename_unit(city, NewName("新", "New", clock.today()), was=city.name_zh, by=by),
        lambda: units.close_unit(Unit.objects.get(pk=CORPS), by=by),
    ):
        with pytest.raises(Refused):
            act()
    assert city.plates.get().valid_to is None
    for address in (reverse("admin_units"), reverse("unit", args=[CITY])):
        assert browser(login).get(address).status_code == 403


# The page


def typed(**changed: object) -> dict[str, object]:
    """What the administrator fills in for a plate."""
    plate = {"plate_name": SECOND, "document_code": "津二", "seal": SECOND, "valid_from": "2026-01-01"}
    return {**plate, **changed}


def test_the_administrator_registers_a_unit_adds_a_plate_and_ends_it_on_the_page() -> None:
    client, address = browser("admin"), reverse("admin_units")
    team = {"number": TEAM, "name_zh": "南开执法一队", "name_en": "Team", "kind": "team", "parent": NANKAI}
    assert client.post(address, {"do": "create", **team, **typed(plate_name="")}).status_code == 302
    address = reverse("unit", args=[TEAM])
    assert client.post(address, {"do": "add", "unit": TEAM, **typed()}).status_code == 302
    first, second = Unit.objects.get(pk=TEAM).plates.order_by("id")
    assert (first.name_zh, second.name_zh, second.seal) == ("南开执法一队", SECOND, SECOND)
    assert client.post(address, {"do": "end", "plate": second.pk}).status_code == 302
    page = client.get(address).content.decode()
    assert "当日起失效" in page
    assert SECOND in page


def test_the_page_says_why_and_keeps_what_was_typed() -> None:
    client, address = browser("admin"), reverse("unit", args=[CITY])
    answer = client.post(address, {"do": "add", "unit": CITY, **typed(document_code="津 二")})
    assert answer.status_code == 422
    assert "不能有空格或括号" in answer.context["error"]
    assert 'value="津 二"' in answer.content.decode()
    assert client.post(address, {"do": "add", "unit": CITY, **typed(valid_from="soon")}).status_code == 422


@pytest.mark.parametrize("plate", ["", "x", "0", "9" * 30])
def test_a_plate_that_is_not_there_is_not_found(plate: str) -> None:
    address = reverse("unit", args=[CITY])
    assert browser("admin").post(address, {"do": "end", "plate": plate}).status_code == 404


def test_the_page_of_a_unit_says_what_keeps_it_open_and_where_that_is_dealt_with() -> None:
    lead = a_lead()
    client, address = browser("admin"), reverse("unit", args=[NANKAI])
    held = {one["what"]: one for one in client.get(address).context["held"]}
    post = Post.objects.get(account__login="nankai")
    assert held["未结束的岗位"]["first"][0]["url"] == f"/accounts/#account-{post.account.key}"
    # The administrator reads no leads: he is told which, and follows no link that would be refused.
    assert held["在办线索"]["first"] == [{"name": lead.number, "url": ""}]
    answer = client.post(address, {"do": "close", "unit": NANKAI})
    assert answer.status_code == 422
    assert "未结束的岗位 3" in answer.context["error"]


def test_a_plate_is_corrected_and_a_unit_renamed_and_closed_on_the_page() -> None:
    register()
    client, address = browser("admin"), reverse("unit", args=[TEAM])
    plate = Plate.objects.get(unit_id=TEAM)
    entered = typed(plate_name="南开执法一队", fields_of_law=["trademark_agency"], above=CITY)
    assert client.post(address, {"do": "correct", "plate": plate.pk, **entered}).status_code == 302
    right = Plate.objects.get(corrects=plate)
    assert (right.fields, right.parent_id, right.document_code) == (["trademark_agency"], CITY, "津二")
    name = {"was": "南开执法一队", "name_zh": "南开执法队", "name_en": "Nankai Team", "since": clock.today()}
    assert client.post(address, {"do": "rename", "unit": TEAM, **name}).status_code == 302
    assert client.post(address, {"do": "rename", "unit": TEAM, **name}).status_code == 422
    page = client.get(address).content.decode()
    assert "已更正" in page and "南开执法队" in page and "用至" in page
    assert client.post(address, {"do": "close", "unit": TEAM}).status_code == 302
    assert "撤销" in client.get(address).content.decode()
    assert "撤销" in client.get(reverse("admin_units")).content.decode()


@pytest.mark.parametrize("do", ["close", "rename", "add"])
def test_a_unit_that_is_not_there_is_not_found(do: str) -> None:
    assert browser("admin").get(reverse("unit", args=[7])).status_code == 404
    assert browser("admin").post(reverse("unit", args=[CITY]), {"do": do, "unit": "7"}).status_code == 404


def test_every_kind_of_unit_has_words_and_a_place_in_the_house() -> None:
    assert set(units.PARENTS) == set(units.KIND_TEXTS) == set(Unit.Kind)
    assert {audit.Kind.PLATE_ADDED, audit.Kind.PLATE_ENDED} <= set(audit.KIND_TEXTS)
