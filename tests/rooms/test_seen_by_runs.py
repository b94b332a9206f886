"""What no run, count or stored finding may hold: text and number of unpublished applications, telephones of pages."""

from __future__ import annotations

import pytest

from lantian.filings import queries as filings
from lantian.filings.captures import actions as captures
from lantian.filings.open_rows import by_refs
from lantian.office import clock
from lantian.office.models import IntakeBatch
from lantian.screening import tables
from lantian.screening.models import Finding
from tests.intaking import number, table, take
from tests.personas import acting
from tests.screened import ran
from tests.security.planting import text_holding

pytestmark = pytest.mark.django_db
SECRET = "一种机密热泵机组QZX9"
AGENCY = "19977"
CHANGED = ("application_no", "changed_on", "field", "before", "after")
FILED = ("application_no", "disclosure", "filing_date", "agency_code")


def changed(serial: int, before: str, after: str, *, field: str = "inventors") -> tuple[str, ...]:
    return (number(serial), "2026-03-02", field, before, after)


def taken(*rows: tuple[str, ...]) -> IntakeBatch:
    take(
        table(
            (number(1), "published", "2026-01-05", AGENCY),
            (number(2), "unpublished", "2026-01-05", AGENCY),
            head=FILED,
        )
    )
    return take(table(*rows, head=CHANGED), into="patent_changes")


def test_what_changed_in_an_unpublished_application_lies_sealed_and_reaches_no_run() -> None:
    batch = taken(
        changed(1, "甲某", "乙某"), changed(2, SECRET, SECRET), changed(2, SECRET, "丙某", field="title")
    )
    assert (batch.new, batch.file.sealed) == (3, True)
    with acting("city"):
        assert text_holding(SECRET) == set() and text_holding("机密热泵") == set()
        (row,) = tables.held(["patent_changes"])["patent_changes"].to_dicts()
        assert (row["application_no"], row["before"], row["after"]) == (number(1), ["甲某"], ["乙某"])
        assert by_refs([f"patent_changes:{number(2)}"]) == {f"patent_changes:{number(2)}": []}


def test_a_change_is_read_once_its_application_is_published_and_never_a_title() -> None:
    taken(changed(2, "甲某", "乙某"), changed(2, SECRET, "丙某", field="title"))
    take(table((number(2), "published"), head=FILED[:2]))
    with acting("city"):
        (row,) = tables.held(["patent_changes"])["patent_changes"].to_dicts()
        assert (row["field"], row["before"]) == ("inventors", ["甲某"])


def test_a_file_of_changes_taken_in_twice_changes_nothing() -> None:
    rows = (changed(1, "甲某；丁某", "乙某"), changed(2, "甲某", ""))
    taken(*rows)
    again = take(table(*rows, head=CHANGED), into="patent_changes")
    assert (again.new, again.changed, again.same) == (0, 0, 2)


def test_the_yearly_figures_of_a_subject_count_no_unpublished_application() -> None:
    taken(changed(1, "甲某", "乙某"))
    assert filings.by_year([AGENCY], agency=True) == {2026: 1}


def test_a_pages_telephone_stays_in_the_capture() -> None:
    phone, spaced = "13812345678", "138 1234 5678"
    said = f"<title>办专利 {spaced}</title><p>专利包授权，电话{phone}，不授权全额退款</p>"
    with acting("city") as by:
        told = captures.Saved("https://page.example/", "website", clock.now(), "浏览器另存为")
        capture = captures.upload(told, ("页面.html", said.encode()), None, by=by)
    ran("W02")
    with acting("city"):
        (found,) = [one for one in Finding.objects.filter(detector="W02") if one.subject_no == capture.key]
        assert "包授权" in found.reason_zh and "138…" in found.reason_zh
        assert not any(phone in text or spaced in text for text in map(str, vars(found).values()))
