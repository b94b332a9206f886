"""How a subject stands: events, official grades beside our reckoning, lists, classes, repairs, objections."""

from __future__ import annotations

from datetime import date

import pytest

from lantian.core.credit.book import UnknownIndicator
from lantian.core.credit.events import BadEvents
from lantian.core.messages import NotAllowed
from lantian.core.supervision import FactKind
from lantian.office import audit, files
from lantian.office.intake import actions as intake
from lantian.office.models import IntakeBatch
from lantian.registry.models import Agency, Subject
from lantian.standing import actions, queries, reckoning
from lantian.standing.actions import Confirmed, NewEvent
from lantian.standing.errors import NoScore, StandingRefused
from lantian.standing.models import CreditEvent, OfficialGrade, Reckoning
from tests.personas import NANKAI, XIQING, acting, run_job

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def an_agency(district: int = NANKAI) -> Subject:
    found = Agency.objects.filter(subject__district_code=str(district), kinds__contains=["patent"])
    one = found.order_by("id").first()
    assert one is not None
    return one.subject


def an_event(
    indicator: str = "AG-IRR-03", on: str = "2026-03-02", document: str = "津知罚〔2026〕1号", **more: object
) -> NewEvent:
    day = date.fromisoformat(on)
    return NewEvent(indicator, day, day, document, **more)  # type: ignore[arg-type]


def record(subject: Subject, login: str = "city", **more: object) -> CreditEvent:
    with acting(login) as by:
        return actions.record_event(subject_key=subject.key, event=an_event(**more), by=by)  # type: ignore[arg-type]


def take_in(table: str, *lines: str) -> IntakeBatch:
    """Take a small file in, to its end."""
    with acting("city") as by:
        file = files.keep(name=f"{table}.csv", chunks=["\n".join(lines).encode()], seen_by=by.units, by=by)
        batch = intake.start(table=table, file=file, by=by)
    run_job(batch.job)
    with acting("city"):
        return IntakeBatch.objects.get(pk=batch.pk)


# Credit events and the reckoning


def test_a_credit_event_lowers_the_internal_score_and_names_its_document_and_clause() -> None:
    subject = an_agency()
    record(subject)
    with acting("city"):
        found = queries.statement_of(subject, TODAY)
    (line,) = found.lines
    assert (str(found.score), found.grade) == ("60.00", "C")
    assert line.event.document == "津知罚〔2026〕1号" and "信用评价" in line.indicator.cite.zh


def test_the_statement_of_a_day_is_told_as_it_was_known_on_a_day() -> None:
    subject = an_agency()
    event = NewEvent("AG-IRR-03", date(2026, 3, 2), date(2026, 5, 6), "津知罚〔2026〕1号")
    with acting("city") as by:
        actions.record_event(subject_key=subject.key, event=event, by=by)
        assert queries.statement_of(subject, date(2026, 4, 1), date(2026, 4, 1)).lines == ()
        assert len(queries.statement_of(subject, date(2026, 4, 1), date(2026, 5, 6)).lines) == 1


def test_an_event_of_no_known_indicator_or_of_contradictory_days_is_refused() -> None:
    subject = an_agency()
    with acting("city") as by:
        with pytest.raises(UnknownIndicator, match="AG-IRR-99"):
            actions.record_event(subject_key=subject.key, event=an_event("AG-IRR-99"), by=by)
        backwards = NewEvent("AG-IRR-03", date(2026, 3, 2), date(2026, 3, 1), "文书")
        with pytest.raises(BadEvents):
            actions.record_event(subject_key=subject.key, event=backwards, by=by)
        with pytest.raises(StandingRefused, match="future"):
            actions.record_event(subject_key=subject.key, event=an_event(on="2026-12-01"), by=by)
        with pytest.raises(StandingRefused, match="finding of a machine"):
            actions.record_event(subject_key=subject.key, event=an_event(document=" "), by=by)


def test_the_same_matter_of_one_document_is_one_event_and_a_contradiction_is_refused() -> None:
    subject = an_agency()
    first, again = record(subject), record(subject)
    assert first == again
    with acting("city") as by, pytest.raises(StandingRefused, match="another quantity"):
        actions.record_event(
            subject_key=subject.key, event=an_event("AG-IRR-01", quantity=1), by=by
        ) and actions.record_event(subject_key=subject.key, event=an_event("AG-IRR-01", quantity=2), by=by)


def test_a_fact_told_twice_from_casework_stands_once_with_its_event() -> None:
    subject = an_agency()
    told = Confirmed(
        subject.number, FactKind.PENALTY, date(2026, 3, 2), "津知罚〔2026〕1号", an_event(), ("case", "k1")
    )
    with acting("city") as by:
        assert actions.record_fact(told, by=by) == actions.record_fact(told, by=by)
        assert [one.document for one in queries.facts_of(subject)] == ["津知罚〔2026〕1号"]
        assert [one.origin_key for one in queries.event_rows(subject)] == ["k1"]


def test_only_a_statement_that_says_something_new_is_stored() -> None:
    subject = an_agency()
    record(subject)
    with acting("city") as by:
        first = reckoning.reckon_subject(subject_key=subject.key, by=by)
        assert reckoning.reckon_subject(subject_key=subject.key, by=by) == first
        assert first.statement["mark"] == "内部测算，非评价结果" and first.statement["official"] is False
    record(subject, indicator="AG-IRR-04", document="津知罚〔2026〕2号")
    with acting("city") as by:
        assert reckoning.reckon_subject(subject_key=subject.key, by=by) != first
        assert [str(one.score) for one in queries.reckonings(subject)] == ["60.00", "45.00"]


def test_everybody_is_reckoned_by_a_job_that_stores_nothing_twice() -> None:
    for district in (NANKAI, XIQING):
        record(an_agency(district))
    for expected in (2, 2):
        with acting("city") as by:
            job = reckoning.reckon_everybody(by=by)
        run_job(job)
        with acting("city"):
            assert Reckoning.objects.count() == expected


def test_an_office_that_does_not_see_every_event_does_not_reckon() -> None:
    subject = an_agency(XIQING)
    record(subject)
    with acting("nankai") as by:
        assert queries.events_of(subject) == []
        with pytest.raises(StandingRefused, match="does not see every event"):
            reckoning.reckon_subject(subject_key=subject.key, by=by)


def test_a_trademark_agency_has_a_file_and_no_score() -> None:
    subject = an_agency()
    Agency.objects.filter(subject=subject).update(kinds=["trademark"])
    with acting("city") as by:
        actions.record_event(subject_key=subject.key, event=an_event("TM-01"), by=by)
        with pytest.raises(NoScore):
            reckoning.reckon_subject(subject_key=subject.key, by=by)


def test_who_may_not_keep_the_standing_records_nothing() -> None:
    subject = an_agency()
    with acting("centre") as by, pytest.raises(NotAllowed):
        actions.record_event(subject_key=subject.key, event=an_event(), by=by)


def test_an_event_leaves_its_trace_without_names() -> None:
    subject = an_agency()
    row = record(subject)
    with acting("city"):
        event = audit.history("subject", subject.key)[-1]
    assert event.kind == "credit_event_recorded" and event.detail == {
        "record": row.key,
        "indicator": "AG-IRR-03",
    }


# Official grades


def test_official_grades_come_in_with_source_and_day_and_replay_as_known(settings: object) -> None:
    subject = an_agency()
    settings.TODAY = date(2025, 8, 1)  # type: ignore[attr-defined]
    head = "编号,信用等级,评价日期,分数,来源"
    first = take_in("official_grades", head, f"{subject.number},B级,2025-07-01,85,国家局公告2025-1")
    assert (first.new, first.refused) == (1, 0)
    before = OfficialGrade.objects.get().known.lower
    settings.TODAY = TODAY  # type: ignore[attr-defined]
    take_in("official_grades", head, f"{subject.number},A级,2026-07-01,95,国家局公告2026-1")
    grades = queries.official_grades(subject)
    assert [(one.grade, one.since, one.until) for one in grades] == [
        ("B", date(2025, 7, 1), date(2026, 7, 1)),
        ("A", date(2026, 7, 1), None),
    ]
    assert grades[1].source == "国家局公告2026-1"
    earlier = queries.official_grade(subject, TODAY, known=before)
    assert earlier is not None and earlier.grade == "B"


def test_an_older_grade_taken_in_later_does_not_cover_a_newer_one() -> None:
    subject = an_agency()
    head = "编号,信用等级,评价日期"
    take_in("official_grades", head, f"{subject.number},A,2026-07-01")
    take_in("official_grades", head, f"{subject.number},C,2024-07-01", f"{subject.number},B,2025-07-01")
    assert [one.grade for one in queries.official_grades(subject)] == ["C", "B", "A"]
    again = take_in(
        "official_grades", head, f"{subject.number},C,2024-07-01", f"{subject.number},B,2025-07-01", ""
    )
    assert (again.new, again.changed, again.same) == (0, 0, 2)


def test_a_grade_of_nobody_known_of_the_future_or_of_no_such_word_is_refused() -> None:
    subject = an_agency()
    batch = take_in(
        "official_grades", "编号,信用等级,评价日期,分数", "99999,A,2026-07-01,95", f"{subject.number},A,2027-07-01,95",
        f"{subject.number},E,2026-07-01,95", f"{subject.number},A,2026-07-01,高",
    )  # fmt: skip
    assert (batch.new, batch.refused) == (0, 4)


def test_a_round_of_the_quality_evaluation_is_held_with_its_indicators() -> None:
    subject = an_agency()
    code = Agency.objects.get(subject=subject).agency_code
    head = "轮次,公布日期,编号,等级,指标"
    take_in("quality_rounds", head, f"2025年度,2026-02-01,{code},合格,授权率=61.5；撰写质量=80")
    (found,) = queries.quality_rounds(subject, TODAY)
    assert (found.round, found.grade, found.indicators["授权率"]) == ("2025年度", "合格", "61.5")


def test_a_difference_from_the_official_grade_is_explained_line_by_line() -> None:
    subject = an_agency()
    record(subject)
    head = "编号,信用等级,评价日期,分数,计分明细"
    take_in("official_grades", head, f"{subject.number},B,2026-07-01,85,AG-IRR-04|2026-04-01|-15|国知罚1")
    with acting("city"):
        found = queries.reconciled(subject)
    assert found is not None
    _, statement, compared = found
    assert (statement.grade, compared.same_grade, str(compared.difference)) == ("C", False, "25.00")
    assert [(pair.indicator, pair.ours, pair.theirs) for pair in compared.pairs] == [
        ("AG-IRR-03", -40, None),
        ("AG-IRR-04", None, -15),
    ]
    assert compared.unexplained == 0


def test_an_official_grade_is_never_taken_from_our_reckoning() -> None:
    subject = an_agency()
    record(subject)
    with acting("city") as by:
        reckoning.reckon_subject(subject_key=subject.key, by=by)
        assert queries.official_grade(subject, TODAY) is None
        assert queries.official_standing(subject, TODAY).credit is None
