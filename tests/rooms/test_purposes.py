"""Purpose at bulk queries of persons: who is asked, for how long it holds, what of it stays on record."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings

from lantian.office import purposes
from lantian.office.models import AuditEvent, PurposeStatement
from lantian.office.purposes import SEARCH, SUBJECTS, Purpose, PurposeRefused, of_agency
from tests.personas import acting

pytestmark = pytest.mark.django_db
MANY = 2_000


def listed(login: str, scope: str = SUBJECTS, persons: int = MANY) -> bool:
    with acting(login) as by:
        return purposes.may_list(persons=persons, scope=scope, query={"q": "某甲"}, by=by)


def state(login: str, scope: str = SUBJECTS, purpose: str = Purpose.CASE, text: str = "") -> PurposeStatement:
    with acting(login) as by:
        return purposes.state(scope=scope, purpose=purpose, text=text, by=by)


def events(kind: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(kind=kind).order_by("id"))


def test_a_long_list_of_persons_waits_for_its_purpose_and_a_short_one_does_not() -> None:
    limit = purposes.limit()
    assert listed("nankai", persons=limit)
    assert not listed("nankai", persons=limit + 1)
    assert events("persons_listed") == []


def test_a_stated_purpose_opens_the_list_and_every_reading_names_it() -> None:
    statement = state("nankai")
    assert listed("nankai") and listed("nankai")
    readings = events("persons_listed")
    assert [one.about_key for one in readings] == [statement.key, statement.key]
    assert readings[0].detail["persons"] == MANY


def test_the_events_hold_neither_the_words_of_the_purpose_nor_the_name_looked_for() -> None:
    state("nankai", purpose=Purpose.OTHER, text="核对某乙的举报")
    listed("nankai")
    (stated,), (reading,) = events("purpose_stated"), events("persons_listed")
    assert stated.detail["purpose"] == "other" and len(stated.detail["text"]) == 64
    assert len(reading.detail["query"]) == 64
    assert "某" not in str(stated.detail) + str(reading.detail)


def test_a_purpose_holds_for_its_own_post_and_its_own_list_only() -> None:
    state("nankai", of_agency("a" * 26))
    assert listed("nankai", of_agency("a" * 26))
    assert not listed("nankai", of_agency("b" * 26))
    assert not listed("nankai", SUBJECTS) and not listed("nankai", SEARCH)
    assert not listed("xiqing", of_agency("a" * 26))


def test_the_next_day_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "TODAY", date(2026, 11, 22))
    assert state("nankai").valid_to == date(2026, 11, 23)
    assert listed("nankai")
    monkeypatch.setattr(settings, "TODAY", date(2026, 11, 23))
    assert not listed("nankai")


@pytest.mark.parametrize(
    ("scope", "purpose", "text", "told"),
    [
        (SUBJECTS, "other", "  ", "say what for"),
        (SUBJECTS, "", "", "choose what"),
        (SUBJECTS, "curiosity", "好奇", "choose what"),
        ("everything", "case", "", "no such list"),
    ],
)
def test_a_purpose_that_says_nothing_is_refused(scope: str, purpose: str, text: str, told: str) -> None:
    with pytest.raises(PurposeRefused, match=told):
        state("nankai", scope, purpose, text)
    assert not PurposeStatement.objects.exists()
    assert events("purpose_stated") == []


def test_the_limit_is_called_our_own_rule_and_its_ground_is_cited() -> None:
    assert "非法律规定" in purposes.rule("bulk").basis.cite().zh
    assert purposes.rule("ground").basis.cite().zh == "个人信息保护法 第六条、第三十四条"
