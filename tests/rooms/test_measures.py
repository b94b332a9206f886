"""Measures: interviews with one or many, what is to be corrected, what goes up or out; acts are not synonyms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from lantian.casework import interviewing, rectifying, sending_on
from lantian.casework import measures_queries as queries
from lantian.casework.errors import MeasureRefused, Stale
from lantian.casework.interviewing import Came, Held, Meeting, Plan, Promised
from lantian.casework.measure_papers import record_of
from lantian.casework.measures_states import InterviewState, OnwardAct, RectificationState, Result, Root, Talk
from lantian.casework.measuring import Subject
from lantian.casework.models import Interview, Rectification
from lantian.casework.rectifying import Check, Demand, Term
from lantian.casework.sending_on import Approved, Event, Sending
from lantian.core.competence import Field, NoCompetence
from lantian.core.messages import NotAllowed
from lantian.core.moves import MoveRefused
from lantian.office import audit, clock, files
from lantian.office.actors import OfficerActor
from lantian.office.models import StoredFile
from lantian.office.papers import actions as papers
from lantian.office.papers.actions import Wording
from tests.personas import CITY, NANKAI, acting

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
MARKS = Field.TRADEMARK_AGENCY
FIRST = Subject("agency", "91120104MA00000001", "天津市示例一商标代理有限公司")
SECOND = Subject("agency", "91120104MA00000002", "天津市示例二商标代理有限公司")
THIRD = Subject("agency", "91120104MA00000003", "天津市示例三商标代理有限公司")
OFFICERS = ("宁书白", "顾怀瑾")


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def a_plan(*called: Subject, **changes: object) -> Plan:
    plan = Plan(
        kind=Talk.INTERVIEW,
        field=MARKS,
        called=called or (FIRST,),
        ground="多件商标申请系恶意囤积。",
        meeting=Meeting(TODAY, "上午9时", "本局二楼会议室"),
        who="负责人",
        contact="宁书白 022-12345678",
    )
    return replace(plan, **changes)  # type: ignore[arg-type]


def a_file(by: OfficerActor, name: str = "scan.pdf") -> StoredFile:
    return files.keep(name=name, chunks=[b"%PDF-" + name.encode()], seen_by=by.units, by=by)


def held(by: OfficerActor, *called: Subject) -> Interview:
    """An interview to which everybody came, and that was held today."""
    row = interviewing.plan_interview(a_plan(*called), by=by)
    rows = {place: Came("王某", "负责人", "8:55") for place in range(1, len(called or (FIRST,)) + 1)}
    row = interviewing.sign_in(key=row.key, rows=rows, version=1, by=by)
    return interviewing.hold(
        key=row.key, held=Held(TODAY, OFFICERS, "指出问题，提出要求。"), version=2, by=by
    )


def an_opinion(**changes: object) -> Demand:
    return replace(Demand(Root.OPINION, MARKS, FIRST, "建立恶意申请筛查制度。"), **changes)  # type: ignore[arg-type]


def a_check(result: Result = Result.DONE, **changes: object) -> Check:
    return replace(Check(result, TODAY, OFFICERS[:1], "制度已建立。"), **changes)  # type: ignore[arg-type]


# Interviews


def test_one_interview_with_one_agency_goes_from_plan_to_end() -> None:
    with acting("nankai") as by:
        row = held(by)
        assert (row.collective, row.state, row.officers) == (False, InterviewState.HELD, list(OFFICERS))
        assert row.number == "津南开知约谈〔2026〕1号"
        promised = Promised(TODAY, a_file(by), "不再代理囤积申请")
        interviewing.receive_commitment(key=row.key, place=1, promised=promised, version=3, by=by)
        row = interviewing.close(key=row.key, version=4, by=by)
        assert row.state == InterviewState.CLOSED
        assert [step.act for step in row.steps.order_by("id")] == ["plan", "hold", "close"]
        kinds = [event.kind for event in audit.history("interview", row.key)]
        assert kinds[0] == "interview_planned" and set(kinds[1:]) == {"interview_changed"}


def test_a_collective_interview_keeps_one_record_and_a_line_for_everybody() -> None:
    with acting("nankai") as by:
        row = interviewing.plan_interview(a_plan(FIRST, SECOND, THIRD, FIRST), by=by)
        assert row.collective and row.participants.count() == 3
        came = {
            1: Came("王某", "负责人"),
            2: Came("李某", "经办人"),
            3: Came(reason="法定代表人出差，已请假"),
        }
        interviewing.sign_in(key=row.key, rows=came, version=1, by=by)
        interviewing.hold(key=row.key, held=Held(TODAY, OFFICERS, "统一约谈。"), version=2, by=by)
        made = rectifying.ask_after_interview(
            key=row.key, places=(1, 2), what="清查在办案件。", term=Term(), version=3, by=by
        )
        assert [one.subject_no for one in made] == [FIRST.no, SECOND.no]
        lines = queries.called(Interview.objects.get(pk=row.pk))
        assert [line.attendance.came for line in lines if line.attendance] == [True, True, False]
        assert [len(line.rectifications) for line in lines] == [1, 1, 0]


def test_who_came_is_corrected_by_a_later_line_and_nothing_is_lost() -> None:
    with acting("nankai") as by:
        row = interviewing.plan_interview(a_plan(), by=by)
        interviewing.sign_in(key=row.key, rows={1: Came(reason="未到")}, version=1, by=by)
        interviewing.sign_in(key=row.key, rows={1: Came("王某")}, version=2, by=by)
        line = queries.called(row)[0]
        assert line.attendance is not None and line.attendance.person == "王某"
        assert row.attendances.count() == 2


@pytest.mark.parametrize("came", [Came(), Came("王某", reason="未到")])
def test_a_line_of_the_sheet_says_who_came_or_why_nobody_did(came: Came) -> None:
    with acting("nankai") as by:
        row = interviewing.plan_interview(a_plan(), by=by)
        with pytest.raises(MeasureRefused, match="one of the two"):
            interviewing.sign_in(key=row.key, rows={1: came}, version=1, by=by)


def test_an_interview_is_not_held_by_one_officer_nor_before_everybody_is_accounted_for() -> None:
    with acting("nankai") as by:
        row = interviewing.plan_interview(a_plan(FIRST, SECOND), by=by)
        interviewing.sign_in(key=row.key, rows={1: Came("王某")}, version=1, by=by)
        with pytest.raises(MeasureRefused, match="at least two officers"):
            interviewing.hold(key=row.key, held=Held(TODAY, ("宁书白", " "), "记录"), version=2, by=by)
        with pytest.raises(MeasureRefused, match="1 in all"):
            interviewing.hold(key=row.key, held=Held(TODAY, OFFICERS, "记录"), version=2, by=by)


def test_a_warning_talk_is_the_citys_and_no_other_word_for_an_interview() -> None:
    patents = a_plan(kind=Talk.WARNING, field=Field.PATENT_AGENCY)
    with acting("city") as by:
        assert interviewing.plan_interview(patents, by=by).kind == "warning_talk"
        with pytest.raises(NoCompetence):
            interviewing.plan_interview(replace(patents, field=MARKS), by=by)
    with acting("nankai") as by:
        with pytest.raises(NoCompetence, match="city office"):
            interviewing.plan_interview(patents, by=by)
        assert interviewing.plan_interview(replace(patents, kind=Talk.INTERVIEW), by=by).kind == "interview"


def test_the_notice_of_a_warning_talk_rests_on_the_row_of_the_matrix_for_warning_talks() -> None:
    with acting("city") as by:
        row = interviewing.plan_interview(a_plan(kind=Talk.WARNING, field=Field.PATENT_AGENCY), by=by)
        paper = papers.draft(kind="talk_notice", record=record_of(row), wording=Wording(), by=by)
        assert paper.grant["act"] == "warning_talk"
        # The trademark field has interviews and no warning talks, whatever the template is called.
        with pytest.raises(NoCompetence):
            papers.draft(
                kind="talk_notice", record=replace(record_of(row), field=MARKS), wording=Wording(), by=by
            )
        other = interviewing.plan_interview(a_plan(field=MARKS), by=by)
        notice = papers.draft(kind="talk_notice", record=record_of(other), wording=Wording(), by=by)
        assert notice.grant["act"] == "interview"


def test_an_interview_is_put_off_or_called_off_with_the_reason() -> None:
    with acting("nankai") as by:
        row = interviewing.plan_interview(a_plan(), by=by)
        later = Meeting(date(2026, 11, 30), "下午2时", "一楼")
        row = interviewing.postpone(key=row.key, meeting=later, reason="对方申请", version=1, by=by)
        assert row.on == date(2026, 11, 30) and row.state == InterviewState.PLANNED
        row = interviewing.call_off(key=row.key, reason="已注销", version=2, by=by)
        with pytest.raises(MoveRefused):
            interviewing.hold(key=row.key, held=Held(TODAY, OFFICERS, "记录"), version=3, by=by)


def test_a_stale_page_changes_nothing() -> None:
    with acting("nankai") as by:
        row = interviewing.plan_interview(a_plan(), by=by)
        interviewing.sign_in(key=row.key, rows={1: Came("王某")}, version=1, by=by)
        with pytest.raises(Stale, match="宁书白"):
            interviewing.call_off(key=row.key, reason="x", version=1, by=by)


def test_a_leader_holds_no_interviews() -> None:
    with acting("leader") as by, pytest.raises(NotAllowed):
        interviewing.plan_interview(a_plan(), by=by)


# Rectifications


def test_a_correction_is_due_by_the_rule_with_its_derivation() -> None:
    with acting("nankai") as by:
        row = rectifying.ask_correction(an_opinion(), by=by)
    assert row.due == date(2026, 12, 11)  # fifteen working days from Sunday 22 November
    assert row.derivation["rule"] == "rectification" and row.derivation["confidence"] == "memory"
    assert row.derivation["steps"][-1][0] == "2026-12-11"


def test_another_day_needs_its_reason_and_stands_in_the_derivation() -> None:
    day = date(2026, 12, 1)
    with acting("nankai") as by:
        with pytest.raises(MeasureRefused, match="why another day"):
            rectifying.ask_correction(an_opinion(term=Term(day)), by=by)
        row = rectifying.ask_correction(an_opinion(term=Term(day, "问题简单")), by=by)
    assert row.due == day and "问题简单" in row.derivation["steps"][-1][1]


def test_an_order_to_correct_needs_its_clause_and_the_power_to_decide() -> None:
    order = an_opinion(root=Root.ORDER)
    with acting("nankai") as by:
        with pytest.raises(MeasureRefused, match="names the clause"):
            rectifying.ask_correction(order, by=by)
        clause = "《商标代理监督管理规定》第三十六条"
        assert rectifying.ask_correction(replace(order, clause=clause), by=by).root == Root.ORDER
        with pytest.raises(NoCompetence):
            rectifying.ask_correction(replace(order, clause=clause, field=Field.PATENT_AGENCY), by=by)
        opinion = rectifying.ask_correction(an_opinion(field=Field.PATENT_AGENCY), by=by)
        assert opinion.root == Root.OPINION


def test_the_database_knows_no_order_without_a_clause() -> None:
    with acting("nankai") as by:
        row = rectifying.ask_correction(an_opinion(), by=by)
        with pytest.raises(IntegrityError, match="an_order_has_its_clause"), transaction.atomic():
            Rectification.objects.filter(pk=row.pk).update(root="order_correction")


def test_what_was_not_corrected_is_extended_and_checked_again() -> None:
    with acting("nankai") as by:
        row = rectifying.ask_correction(an_opinion(), by=by)
        rectifying.recheck(key=row.key, check=a_check(Result.NOT_DONE), version=1, by=by)
        more = a_check(Result.EXTEND, until=date(2027, 1, 8), note="再给一次机会。")
        rectifying.recheck(key=row.key, check=more, version=2, by=by)
        row.refresh_from_db()
        assert (row.state, row.due) == (RectificationState.OPEN, date(2027, 1, 8))
        rectifying.recheck(key=row.key, check=a_check(), version=3, by=by)
        row.refresh_from_db()
        assert row.state == RectificationState.DONE
        assert [one.result for one in queries.rechecks(row)] == ["not_done", "extend", "done"]
        with pytest.raises(MoveRefused):
            rectifying.recheck(key=row.key, check=a_check(), version=4, by=by)


def test_an_extension_goes_beyond_the_day_that_stands() -> None:
    with acting("nankai") as by:
        row = rectifying.ask_correction(an_opinion(), by=by)
        for until in (None, row.due):
            with pytest.raises(MeasureRefused, match="later than"):
                rectifying.recheck(key=row.key, check=a_check(Result.EXTEND, until=until), version=1, by=by)


def test_an_interview_ends_only_when_its_corrections_were_checked() -> None:
    with acting("nankai") as by:
        row = held(by)
        made = rectifying.ask_after_interview(
            key=row.key, places=(1,), what="整改", term=Term(), version=3, by=by
        )
        with pytest.raises(MeasureRefused, match="1 corrections wait"):
            interviewing.close(key=row.key, version=4, by=by)
        rectifying.recheck(key=made[0].key, check=a_check(), version=1, by=by)
        assert interviewing.close(key=row.key, version=4, by=by).state == InterviewState.CLOSED


# Up and out: two words, two records


def a_sending(receiver: str = "city", *enclosed: str, **changes: object) -> Sending:
    papers = enclosed or ("情况报告",)
    return replace(Sending(receiver, "", MARKS, FIRST, "反复代理非正常申请。", papers), **changes)  # type: ignore[arg-type]


def test_a_district_reports_to_the_city_which_receives_and_answers() -> None:
    with acting("nankai") as by:
        row = sending_on.send_on(a_sending(), by=by)
        assert (row.way, row.body, row.number) == ("up", "天津市知识产权局", "津南开知上报〔2026〕1号")
        row = sending_on.advance(key=row.key, act=OnwardAct.SEND, event=Event(TODAY), version=1, by=by)
    with acting("city") as by:
        sending_on.advance(key=row.key, act=OnwardAct.RECEIVE, event=Event(TODAY), version=2, by=by)
        done = Event(TODAY, "已报国家知识产权局。")
        row = sending_on.advance(key=row.key, act=OnwardAct.ANSWER, event=done, version=3, by=by)
    with acting("nankai") as by:
        assert row.outcome == "已报国家知识产权局。"
        assert list(queries.referrals(by)) == [row] and not queries.transfers(by)


def test_a_district_does_not_write_to_the_national_office_itself() -> None:
    with acting("nankai") as by, pytest.raises(MeasureRefused, match="report to the city first"):
        sending_on.send_on(a_sending("cnipa", "情况报告", "证据目录"), by=by)


def test_a_suspected_crime_goes_to_the_police_with_its_papers_by_decision_of_the_head() -> None:
    papers = ("涉嫌犯罪案件移送书", "涉嫌犯罪案件情况的调查报告", "涉案物品清单")
    decided = Approved("局长", TODAY)
    with acting("nankai") as by:
        with pytest.raises(MeasureRefused, match="Papers are missing"):
            sending_on.send_on(a_sending("police", *papers[:2], approved=decided), by=by)
        with pytest.raises(MeasureRefused, match="head of the office"):
            sending_on.send_on(a_sending("police", *papers), by=by)
        row = sending_on.send_on(a_sending("police", *papers, approved=decided), by=by)
        assert row.way == "out" and "移送涉嫌犯罪案件" in row.basis and row.number.startswith("津南开知移送")
        with pytest.raises(MoveRefused):
            sending_on.advance(
                key=row.key, act=OnwardAct.ANSWER, event=Event(TODAY, "立案"), version=1, by=by
            )


def test_the_days_of_a_transfer_run_forward() -> None:
    with acting("nankai") as by:
        row = sending_on.send_on(a_sending("other", "案件移送函"), by=by)
        sending_on.advance(key=row.key, act=OnwardAct.SEND, event=Event(TODAY), version=1, by=by)
        before = Event(date(2026, 11, 20))
        with pytest.raises(MeasureRefused, match="before the step before"):
            sending_on.advance(key=row.key, act=OnwardAct.RECEIVE, event=before, version=2, by=by)


# Who sees them; what lists say


def test_a_measure_is_seen_by_its_office_and_the_city_and_acted_on_by_its_office() -> None:
    with acting("nankai") as by:
        row = held(by)
        assert row.seen_by == [CITY, NANKAI]
    with acting("xiqing") as by:
        assert queries.find_interview(row.key) is None and not queries.interviews(by)
    with acting("city") as by:
        assert queries.find_interview(row.key) == row
        with pytest.raises(MeasureRefused, match="Only the office"):
            interviewing.close(key=row.key, version=3, by=by)


def test_lists_are_by_office_and_period() -> None:
    with acting("nankai") as by:
        row, demand = held(by), rectifying.ask_correction(an_opinion(), by=by)
    with acting("city") as by:
        this, before = queries.Span(TODAY, clock.today()), queries.Span(last=date(2026, 11, 21))
        assert list(queries.interviews(by, unit=NANKAI, span=this)) == [row]
        assert not queries.interviews(by, unit=NANKAI, span=before)
        assert not queries.rectifications(by, unit=CITY)
        assert list(queries.waiting(by)) == [demand]
