"""What decides whether and how firmly somebody is accused stands in the rule book: another value, another answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from lantian.city.texts import compose
from lantian.core.rulebook import shipped
from lantian.detect import contract, phrases
from tests.detect.tables import DAY, agency, book_with, filing, open_findings, run

Row = dict[str, Any]
Value = Callable[[str, str, int], None]


@pytest.fixture
def value(monkeypatch: pytest.MonkeyPatch) -> Value:
    """Let one limit of one rule have another value from here on."""

    def changed(rule: str, name: str, value: int) -> None:
        book = book_with(rule, name, value)
        monkeypatch.setattr(contract, "shipped_book", lambda: book)

    return changed


def shared(count: int, **contact: Any) -> list[Row]:
    return [filing(serial, **contact) for serial in range(count)]


def strengths(id: str, **tables: Any) -> list[str]:
    return [one["strength"] for one in open_findings(run(id, **tables))]


@pytest.mark.parametrize(
    ("name", "other"), [("first_percent", 45), ("adds_percent", 45), ("most_sources", 2)]
)
def test_of_what_and_how_many_a_text_is_put_together_is_dated(name: str, other: int, value: Value) -> None:
    """A claim whose thirds come from three earlier filings of others."""
    parts = [compose(5, serial, "invention").words.claim or "" for serial in range(3)]
    whole = "".join(part[: min(map(len, parts))] for part in parts)
    rows = [filing(serial, claim=part, filing_date=date(2024, 2, 1)) for serial, part in enumerate(parts)]
    rows.append(filing(9, claim=whole, filing_date=date(2025, 3, 3)))
    assert strengths("P02", patents=rows) == ["medium"]
    value("P02", name, other)
    assert not strengths("P02", patents=rows)


# Ten of an agency's eighteen filings go through A, and five others without an agency: 56 percent, 67 percent.
SENT = [
    *(filing(serial, account="A") for serial in range(10)),
    *(filing(serial) for serial in range(10, 18)),
    *(filing(serial, account="A", agency_code=None) for serial in range(20, 25)),
]


@pytest.mark.parametrize(("id", "before", "after"), [("P07", 1, 0), ("P11", 1, 0), ("P17", 0, 1)])
def test_whose_a_submitting_account_is_is_told_by_two_dated_shares(
    id: str, before: int, after: int, value: Value
) -> None:
    """Its agency's own account ties nobody, and shows where the agency prepared what it did not file."""
    tables = {"patents": SENT, "agencies": [agency()]}
    assert len(strengths(id, **tables)) == before
    value("accounts", "account_own_percent", 67)
    assert len(strengths(id, **tables)) == before
    value("accounts", "account_own_percent", 66)
    assert len(strengths(id, **tables)) == after


def test_an_account_of_few_of_an_agencys_filings_is_not_its_own(value: Value) -> None:
    rows = [*SENT[:18], filing(30, account="A", agency_code=None)]
    assert not strengths("P07", patents=rows, agencies=[agency()])
    value("accounts", "account_sent_percent", 56)
    assert strengths("P07", patents=rows, agencies=[agency()])


def test_how_many_kinds_of_tie_make_a_hidden_hand_strong_is_dated(value: Value) -> None:
    tables = {
        "patents": shared(6, contact_phone="022-5", contact_email="a@b.example"),
        "agencies": [agency()],
    }
    assert strengths("P07", **tables) == ["strong"]
    value("P07", "strong_kinds", 3)
    assert strengths("P07", **tables) == ["medium"]


def test_how_many_kinds_of_trace_make_hidden_preparation_strong_is_dated(value: Value) -> None:
    both = {"contact_phone": "022-912900", "contact_email": "desk@12900.example"}
    tables = {"patents": [*shared(4, agency_code=None, **both), filing(70)], "agencies": [agency()]}
    assert strengths("P17", **tables) == ["strong"]
    value("P17", "strong_kinds", 3)
    assert strengths("P17", **tables) == ["medium"]


def test_how_many_filings_under_anothers_code_are_medium_is_dated(value: Value) -> None:
    register = [{"credit_code": "C1", "name": "真名公司", "former_names": [], "shareholders": []}]
    tables = {"patents": [filing(1, applicants=["冒名公司"], applicant_ids=["C1"])], "companies": register}
    assert strengths("P16", **tables) == ["weak"]
    value("P16", "medium_filings", 1)
    assert strengths("P16", **tables) == ["medium"]


def test_how_many_people_in_common_show_common_control_is_dated(value: Value) -> None:
    sides = {"petitioner_agency_id": "HOUSE1", "respondent_agency_id": "HOUSE2"}
    case = {"number": "1", "kind": "non_use_cancellation", "filed_on": DAY, "petitioner": "某公司", **sides}
    people = [{"credit_code": code, "name": "赵一"} for code in ("HOUSE1", "HOUSE2")]
    tables = {"trademark_proceedings": [case], "agency_members": people}
    assert not strengths("T05", **tables)
    value("T05", "common_people", 1)
    assert strengths("T05", **tables) == ["medium"]


OFFERED = "专利包授权，不授权全额退款；发明人可以加名"


def page() -> list[str]:
    capture = {"capture_id": "C1", "url": "https://one.example/", "advertiser": None, "text": OFFERED}
    return strengths("W02", captures=[capture], agencies=[agency(kinds=["patent"])])


def test_how_many_kinds_of_offers_make_a_page_strong_is_dated(value: Value) -> None:
    assert page() == ["strong"]
    value("pages", "strong_kinds", 3)
    assert page() == ["medium"]


def test_which_offers_tell_by_themselves_stands_in_the_book_of_phrases(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody is named on the page: what is left is the weight of its words."""
    slight = phrases.read(shipped(phrases.FILE).replace('weighs = "certain"', 'weighs = "slight"'))
    assert page() == ["strong"]
    monkeypatch.setattr(phrases, "shipped_book", lambda: slight)
    assert page() == ["weak"]


@pytest.mark.parametrize(
    ("scale", "id", "listed", "text"),
    [
        ("sound", "T04", {"name": "溟岚山", "kind": "place"}, "名兰山"),
        ("look", "T04", {"name": "未央", "kind": "person"}, "末央"),
        ("turned", "T08", {"name": "澍翮茶", "kind": "well_known_mark"}, "茶翮澍"),
    ],
)
def test_how_alike_marks_of_one_sound_look_or_of_other_order_are_is_dated(
    scale: str, id: str, listed: Row, text: str, value: Value
) -> None:
    mark = {"number": "1", "filed_on": DAY, "mark": text, "classes": [9], "applicant": "某公司"}
    tables = {"trademarks": [mark], "protected_names": [listed | {"classes": [9]}]}
    assert strengths(id, **tables)
    value("marks", f"{scale}_likeness_percent", 65)
    assert not strengths(id, **tables)
