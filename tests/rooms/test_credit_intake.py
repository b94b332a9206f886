"""Credit events come in by file: inspections, annual reports, awards, each with its document."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from lantian.core.credit.events import BadEvents
from lantian.core.messages import NotAllowed
from lantian.office import files
from lantian.office.intake import actions as intake
from lantian.office.models import AuditEvent, IntakeBatch
from lantian.office.permissions import Permission
from lantian.registry.models import Agency
from lantian.standing import queries
from lantian.standing.models import CreditEvent
from tests.personas import acting, browser
from tests.rooms.test_standing import TODAY, an_agency, record, take_in

pytestmark = pytest.mark.django_db
HEAD = "统一社会信用代码,指标,决定日期,文书,数量,终止日期"


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def test_results_of_inspections_and_awards_come_in_once_and_name_their_file() -> None:
    subject = an_agency()
    lines = (
        f"{subject.number},AG-IRR-09,2026-06-01,津知检〔2026〕7号,1,",
        f"{subject.number},国家级表彰奖励,2026-07-01,国知发〔2026〕3号,,",
    )
    first, again = take_in("credit_events", HEAD, *lines), take_in("credit_events", HEAD, *lines)
    assert (first.new, first.refused, again.new, again.same) == (2, 0, 0, 2)
    with acting("nankai"):
        assert {one.indicator for one in queries.event_rows(subject)} == {"AG-IRR-09", "AG-BON-01"}
    page = browser("city").get(reverse("credit", args=[subject.key])).content.decode()
    assert reverse("intake_batch", args=[first.key]) in page and "导入：credit_events.csv" in page


def test_every_subject_touched_and_the_batch_have_an_event_with_a_digest() -> None:
    """Keys, counts and digests only: neither a name nor the number of a document."""
    subject = an_agency()
    line = f"{subject.number},AG-IRR-09,2026-06-01,津知检〔2026〕7号,1,"
    batch = take_in("credit_events", HEAD, line)
    again = take_in("credit_events", HEAD, line)
    told = AuditEvent.objects.filter(kind="credit_events_taken").order_by("id")
    about = [(one.about_kind, one.about_key, one.detail["events"]) for one in told]
    # What was taken in already touches nobody.
    assert about == [("subject", subject.key, 1), ("intake", batch.key, 1), ("intake", again.key, 0)]
    first, whole, _ = (one.detail for one in told)
    assert first["batch"] == batch.key and first["sha256"] == whole["sha256"] and len(whole["sha256"]) == 64
    with acting("city"):
        assert (whole["subjects"], whole["file"]) == (1, batch.file.sha256)
    assert "津知检" not in str([one.detail for one in told])


def test_who_may_take_in_but_not_keep_standing_records_nothing_by_file() -> None:
    with acting("city") as city:
        by = replace(city, permissions=city.permissions - {Permission.KEEP_STANDING})
        assert Permission.TAKE_IN in by.permissions
        file = files.keep(name="events.csv", chunks=[HEAD.encode()], seen_by=by.units, by=by)
        for begin in (intake.start, intake.preview):
            with pytest.raises(NotAllowed, match="credit events"):
                begin(table="credit_events", file=file, by=by)
        assert not IntakeBatch.objects.filter(table="credit_events").exists()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("91120000000000000X,AG-IRR-09,2026-06-01,文书,1,", "does not know this subject"),
        ("{no},AG-XXX-09,2026-06-01,文书,1,", "no such indicator"),
        ("{no},AG-IRR-09,2027-06-01,文书,1,", "future"),
        ("{no},AG-PEN-03,2026-06-01,文书,1,2026-05-01", "before it happened"),
        ("{no},AG-IRR-09,2026-06-01,文书,0,", "whole number"),
        ("{no},AG-IRR-09,2026-06-01,文书,2,", "record each apart"),
        ("{no},AG-IRR-01,2026-03-02,已登记的文书,3,", "another quantity"),
    ],
)
def test_a_row_that_no_reckoning_could_read_is_refused_with_its_reason(row: str, words: str) -> None:
    subject = an_agency()
    record(subject, indicator="AG-IRR-01", document="已登记的文书", quantity=2)
    batch = take_in("credit_events", HEAD, row.format(no=subject.number))
    assert (batch.new, batch.refused) == (0, 1)
    with acting("city"):
        assert words in batch.row_errors.get().message_en
        assert CreditEvent.objects.count() == 1


def test_whom_no_book_scores_is_not_taken_in_by_file() -> None:
    subject = an_agency()
    Agency.objects.filter(subject=subject).update(kinds=["trademark"])
    batch = take_in("credit_events", HEAD, f"{subject.number},AG-IRR-09,2026-06-01,文书,1,")
    assert (batch.new, batch.refused) == (0, 1)


def test_an_event_that_would_break_the_statement_is_refused_when_it_is_recorded() -> None:
    """One matter in two sizes, or several of what counts singly: the file stays readable."""
    subject = an_agency()
    with pytest.raises(BadEvents, match="Record each apart"):
        record(subject, indicator="AG-IRR-03", quantity=3)
    with acting("city"):
        assert str(queries.statement_of(subject, TODAY).score) == "100.00"
