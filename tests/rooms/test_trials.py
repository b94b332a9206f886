"""A draft that is not in use yet says what it would change on file; a book that cannot says why."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from lantian.core import shelf
from lantian.office import audit
from lantian.standing import rehearsing, trials
from lantian.standing.models import ListEntry
from tests.personas import acting, browser
from tests.rooms.test_late_calendar import OPENED, a_lead, announced
from tests.rooms.test_nightly_round import entered
from tests.rooms.test_standing import an_agency
from tests.uploading import TODAY, load, text_of

pytestmark = pytest.mark.django_db
MONITORED = 'code = "key_monitored", class = "IV"'


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def test_every_book_has_a_trial_or_a_rehearsal_or_says_why_it_has_none() -> None:
    tried = {*trials.TABLE, *rehearsing.BOOKS}
    assert tried | trials.NONE.keys() == shelf.READERS.keys() and not tried & trials.NONE.keys()
    assert all((trials.why_none(book) is None) == (book in tried) for book in shelf.READERS)


def test_a_draft_of_the_classes_says_whose_class_changes_and_why() -> None:
    row = entered(an_agency(), on=date(2026, 3, 2))
    text = text_of("supervision").replace(MONITORED, MONITORED.replace("IV", "II"), 1)
    edition = load(text)
    with acting("city") as by:
        (shift,) = trials.rehearse(edition, TODAY, by=by)
        told = audit.history("edition", edition.key)[-1]
    assert shift.about == ("subject", row.subject.key) and shift.name == row.subject.name
    assert shift.before.zh.startswith("四类") and shift.after.zh.startswith("二类")
    assert shift.why.zh == "在重点监控名单上" and told.detail == {"book": "supervision", "shifts": 1}


def test_a_draft_of_the_lists_says_whose_exit_moves_and_changes_no_entry() -> None:
    row = entered(an_agency(), on=date(2026, 3, 2))
    head, rest = text_of("lists").split("[[rule.key_monitoring]]")
    longer = f"{head}[[rule.key_monitoring]]" + rest.replace("term_months = 12", "term_months = 18", 1)
    edition = load(longer)
    with acting("city") as by:
        (shift,) = trials.rehearse(edition, TODAY, by=by)
        assert ListEntry.objects.get(pk=row.pk).last == row.last == date(2027, 3, 2)
    assert shift.about == ("listing", row.key)
    assert "2027-03-02" in shift.before.zh and "2027-09-02" in shift.after.zh


def test_the_page_of_a_draft_tries_it_when_asked_and_links_to_each_record(settings: object) -> None:
    settings.TODAY = OPENED  # type: ignore[attr-defined]
    lead = a_lead()
    edition = load(announced(), since=OPENED)
    address = reverse("edition", args=[edition.key])
    plain = browser("city").get(address).content.decode()
    assert (
        "试算变动" in plain and "未办结事项的期限按新的放假安排重新计算" in plain and lead.number not in plain
    )
    tried = browser("city").get(address, {"try": "1"}).content.decode()
    assert lead.number in tried and reverse("lead", args=[lead.key]) in tried
    assert "2027-01-05" in tried and "2027-01-06" in tried
    page_of_another = browser("xiqing").get(address, {"try": "1"}).content.decode()
    assert lead.number not in page_of_another, "an office sees its own records only"


def test_the_page_of_a_book_without_a_trial_says_why() -> None:
    edition = load(text_of("routing"))
    answer = browser("city").get(reverse("edition", args=[edition.key]), {"try": "1"}).content.decode()
    assert "这个规则库没有试算" in answer and trials.NONE["routing"].zh in answer


def test_the_list_of_books_names_what_cannot_be_uploaded_and_why() -> None:
    answer = browser("nankai").get(reverse("rulebooks")).content.decode()
    assert all(f"<code>{book}</code>" in answer and why.zh in answer for book, why in shelf.KEPT.items())
    assert all(f"?book={book}" in answer for book in shelf.READERS)
