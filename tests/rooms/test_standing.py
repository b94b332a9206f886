"""How a subject stands: events, official grades beside our reckoning, lists, classes, repairs, objections."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from lantian.core.credit.book import UnknownIndicator
from lantian.core.credit.events import BadEvents
from lantian.core.credit.statement import as_json
from lantian.core.lists import NotListable, Terms
from lantian.core.messages import NotAllowed
from lantian.core.supervision import FactKind
from lantian.office import audit, clock, files
from lantian.office.intake import actions as intake
from lantian.office.models import IntakeBatch
from lantian.registry.models import Agency, Subject
from lantian.standing import actions, classing, listing, queries, reckoning, repairing
from lantian.standing.actions import Confirmed, NewEvent
from lantian.standing.classing import Signature
from lantian.standing.errors import NoScore, Stale, StandingRefused
from lantian.standing.listing import Done, Listing
from lantian.standing.models import CreditEvent, ListEntry, ListSpell, OfficialGrade, Reckoning
from lantian.standing.repairing import Application, Decision
from lantian.standing.states import ObjectionAct, RepairAct
from tests.intaking import parquet, take
from tests.personas import NANKAI, XIQING, acting, browser, run_job

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def an_agency(district: int = NANKAI) -> Subject:
    found = Agency.objects.filter(subject__district_code=str(district), kinds=["patent"])
    one = found.order_by("id").first()
    assert one is not None
    subject: Subject = one.subject
    return subject


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
        told = queries.statement_of(subject, TODAY)
        assert (first.digest, first.statement) == (told.digest, as_json(told))
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


def test_a_round_as_the_canonical_table_has_it_is_held_the_same() -> None:
    """A map of indicators comes from Parquet as pairs of name and figure."""
    subject = an_agency()
    code = str(Agency.objects.get(subject=subject).agency_code)
    pairs = [{"key": "授权率", "value": 61.5}, {"key": "撰写质量", "value": 80.0}]
    content = parquet(
        round=["2025年度"],
        published_on=[date(2026, 2, 1)],
        subject_no=[code],
        grade=["合格"],
        indicators=[pairs],
    )
    assert take(content, into="quality_rounds").refused == 0
    (found,) = queries.quality_rounds(subject, TODAY)
    assert found.indicators == {"授权率": "61.5", "撰写质量": "80.0"}


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


# Repair and objection


def repaired_event(subject: Subject) -> CreditEvent:
    """An event old enough, and corrected, so that its repair may be asked."""
    row = record(subject, on="2026-03-02")
    with acting("city") as by:
        actions.note_correction(
            event_key=row.key, on=date(2026, 4, 1), document="整改复查记录", note="已整改", by=by
        )
    return row


def test_a_repair_is_asked_decided_in_time_and_restores_the_points_from_its_day() -> None:
    subject = an_agency()
    event = repaired_event(subject)
    with acting("nankai") as by:
        row = repairing.ask_repair(Application(event.key, date(2026, 11, 2), "整改材料三份"), by=by)
        assert (row.due, row.state) == (date(2026, 11, 23), "asked")
    decision = Decision(date(2026, 11, 16), "材料齐全，予以修复。", 1)
    with acting("leader") as by, pytest.raises(StandingRefused, match="The city decides"):
        repairing.decide_repair(key=row.key, act=RepairAct.GRANT, decision=decision, by=by)
    with acting("city") as by:
        repairing.decide_repair(key=row.key, act=RepairAct.GRANT, decision=decision, by=by)
    with acting("city"):
        assert str(queries.statement_of(subject, date(2026, 11, 15)).score) == "60.00"
        assert str(queries.statement_of(subject, TODAY).score) == "100.00"


def test_a_repair_asked_twice_is_refused_also_by_the_database() -> None:
    event = repaired_event(an_agency())
    asked = Application(event.key, date(2026, 11, 2), "整改材料")
    with acting("city") as by:
        row = repairing.ask_repair(asked, by=by)
        with pytest.raises(StandingRefused, match=r"asked twice.*2026-11-02 is under review") as refused:
            repairing.ask_repair(asked, by=by)
        assert event.document in refused.value.text.zh and "撤回原申请" in refused.value.text.zh
        row.pk, row.key = None, "twice"
        with pytest.raises(IntegrityError, match="a_repair_is_asked_once"), transaction.atomic():
            row.save(force_insert=True)


def test_a_repair_that_the_rule_bars_is_refused_with_everything_in_its_way() -> None:
    event = record(an_agency(), on="2026-10-02")
    with acting("city") as by, pytest.raises(StandingRefused, match=r"less than 6 months.*no correction"):
        repairing.ask_repair(Application(event.key, TODAY, "材料"), by=by)


def test_an_officer_of_the_district_asks_and_does_not_decide() -> None:
    event = repaired_event(an_agency())
    with acting("nankai") as by:
        row = repairing.ask_repair(Application(event.key, date(2026, 11, 2), "材料"), by=by)
        with pytest.raises(NotAllowed):
            repairing.decide_repair(
                key=row.key, act=RepairAct.GRANT, decision=Decision(TODAY, "同意", 1), by=by
            )


def test_a_contested_event_is_marked_until_decided_and_then_annulled_for_every_day() -> None:
    subject = an_agency()
    event = record(subject)
    raised = Application(event.key, date(2026, 11, 2), "并非本机构代理")
    with acting("city") as by:
        row = repairing.raise_objection(raised, by=by)
        (line,) = queries.statement_of(subject, TODAY).lines
        assert line.contested and line.points == -40
        with pytest.raises(StandingRefused, match="not taken up twice"):
            repairing.raise_objection(raised, by=by)
        decision = Decision(TODAY, "经核实非其代理", 1)
        with pytest.raises(StandingRefused, match="another person does"):
            repairing.decide_objection(key=row.key, act=ObjectionAct.ANNUL, decision=decision, by=by)
    with acting("marks") as by:
        repairing.decide_objection(key=row.key, act=ObjectionAct.ANNUL, decision=decision, by=by)
        assert str(queries.statement_of(subject, TODAY).score) == "100.00"
        before = queries.statement_of(subject, date(2026, 10, 1), date(2026, 10, 1))
        assert str(before.score) == "60.00"
        with pytest.raises(Stale):
            repairing.decide_objection(key=row.key, act=ObjectionAct.UPHOLD, decision=decision, by=by)


# Supervision class


def test_a_class_is_proposed_from_official_facts_only_and_signed_with_its_reasons() -> None:
    subject = an_agency()
    record(subject)  # our reckoning falls to C and is no input
    with acting("nankai") as by:
        assert classing.propose(subject, TODAY).proposed.code == "II"
    take_in("official_grades", "编号,信用等级,评价日期", f"{subject.number},D,2026-07-01")
    with acting("nankai") as by:
        found = classing.propose(subject, TODAY)
        row = classing.sign(subject_key=subject.key, signature=Signature("IV", found.mark), by=by)
        assert (row.code, row.key_object, row.rate_percent) == ("IV", True, 100)
        assert row.reasons == [["官方信用等级为D", "official credit grade D"]]
        assert queries.class_of(subject) == row


def test_another_class_than_proposed_needs_its_reason_and_a_stale_proposal_is_not_signed() -> None:
    subject = an_agency()
    with acting("city") as by:
        found = classing.propose(subject, TODAY)
        with pytest.raises(StandingRefused, match="needs its reason"):
            classing.sign(subject_key=subject.key, signature=Signature("III", found.mark), by=by)
        told = Confirmed(subject.number, FactKind.HEAVY_PENALTY, date(2026, 3, 2), "津知罚〔2026〕1号")
        actions.record_fact(told, by=by)
        with pytest.raises(Stale):
            classing.sign(subject_key=subject.key, signature=Signature("II", found.mark), by=by)


# Lists


def listed(subject: Subject, on: date = date(2026, 11, 2), **terms: object) -> ListEntry:
    """An agency on the key monitoring list: proposed by its district, reviewed and decided by the city."""
    listing_ = Listing(subject.key, "key_monitoring", "patent_agency", "cnipa_list", (), "国家局名单第3号")
    with acting("nankai") as by:
        row = listing.propose(listing_, by=by)
    with acting("city") as by:
        row = listing.review(key=row.key, done=Done(on, 1), by=by)
        done = Done(on, 2, "津知函〔2026〕9号")
        return listing.enter(key=row.key, terms=Terms(**terms), done=done, by=by)  # type: ignore[arg-type]


def asked(row: ListEntry, *conditions: str, login: str = "nankai") -> ListEntry:
    """The removal is asked for, and conditions are shown, each by its paper."""
    with acting(login) as by:
        for code in ("removal_asked", *conditions):
            done = Done(clock.today(), ListEntry.objects.get(pk=row.pk).version, "申请书及证明")
            row = listing.take_step(key=row.key, step=code, done=done, by=by)
    return row


def test_an_entry_is_proposed_reviewed_decided_and_has_its_computed_day_of_exit() -> None:
    subject = an_agency()
    row = listed(subject)
    assert (row.state, row.decided_on, row.last) == ("listed", date(2026, 11, 2), date(2027, 11, 2))
    with acting("city"):
        assert [one.list_id for one in queries.lists_on(subject, TODAY)] == ["key_monitoring"]
        assert queries.lists_on(subject, date(2027, 11, 3)) == []
        assert "key_monitoring" in queries.official_standing(subject, TODAY).lists
        acts = [step.act for step in row.steps.order_by("id")]
    assert acts == ["propose", "review", "enter"]


def test_two_stays_on_one_list_that_overlap_are_refused_by_the_database() -> None:
    subject = an_agency()
    row = listed(subject)
    with acting("city"):
        spell = ListSpell.objects.get(entry=row)
        spell.pk = None
        with pytest.raises(IntegrityError, match="exclusion"), transaction.atomic():
            spell.save(force_insert=True)
    with pytest.raises(StandingRefused, match="do not overlap") as refused:
        listed(subject, on=TODAY)
    for text in (refused.value.text.zh, refused.value.text.en):  # where it is, and what to do
        assert row.document in text and "2026-11-02" in text
    assert "登记移出" in refused.value.text.zh and "removal" in refused.value.text.en


def test_nobody_reviews_his_own_proposal() -> None:
    subject = an_agency()
    wanted = Listing(subject.key, "key_monitoring", "patent_agency", "cnipa_list", (), "名单")
    with acting("city") as by:
        row = listing.propose(wanted, by=by)
        with pytest.raises(StandingRefused, match="another person"):
            listing.review(key=row.key, done=Done(TODAY, 1), by=by)


def test_an_office_reviews_what_it_proposed_and_does_not_decide_a_list_of_another_level() -> None:
    wanted = Listing(an_agency().key, "key_monitoring", "patent_agency", "cnipa_list", (), "名单")
    with acting("nankai") as by:
        row = listing.propose(wanted, by=by)
    with acting("leader") as by:
        row = listing.review(key=row.key, done=Done(TODAY, 1), by=by)
        with pytest.raises(StandingRefused, match="does not decide"):
            listing.enter(key=row.key, terms=Terms(), done=Done(TODAY, 2, "文书"), by=by)


def abnormal_of(login: str) -> ListEntry:
    """An agency of Nankai that an office proposes for a list on which districts decide, verified by that office."""
    wanted = Listing(
        an_agency().key, "enterprise_abnormal", "patent_agency", "ordered_disclosure", (), "期满未公示"
    )
    with acting(login) as by:
        row = listing.propose(wanted, by=by)
        return listing.take_step(key=row.key, step="verified", done=Done(TODAY, 1, "核查记录"), by=by)


def test_an_office_that_only_sees_a_subject_acts_on_nobody_elses_entry() -> None:
    subject_lies_in_nankai = abnormal_of("city")
    others, key = "office that proposed it or the city", subject_lies_in_nankai.key
    page = reverse("listing", args=[key])
    assert "不予列入" not in browser("leader").get(page).content.decode()
    assert "登记程序步骤" not in browser("nankai").get(page).content.decode()
    with acting("leader") as by:
        with pytest.raises(StandingRefused, match=others):
            listing.review(key=key, done=Done(TODAY, 2), by=by)
        with pytest.raises(StandingRefused, match=others):
            listing.reject(key=key, done=Done(TODAY, 2, note="不属实"), by=by)
    assert "不予列入" in browser("marks").get(page).content.decode()
    with acting("marks") as by:
        listing.review(key=key, done=Done(TODAY, 2), by=by)
    with acting("leader") as by, pytest.raises(StandingRefused, match=others):
        listing.enter(key=key, terms=Terms(), done=Done(TODAY, 3, "津南列1号"), by=by)
    with acting("marks") as by:
        row = listing.enter(key=key, terms=Terms(), done=Done(TODAY, 3, "津知列1号"), by=by)
    row = asked(row, login="city")
    with acting("leader") as by, pytest.raises(StandingRefused, match=others):
        listing.remove(key=key, done=Done(TODAY, row.version, "津南移1号"), by=by)


def test_order_44_lists_nobody_without_notice_hearing_fault_and_the_penalty_decision() -> None:
    subject = an_agency()
    wanted = Listing(
        subject.key, "samr_serious", "patent_agency", "serious_agency_act", ("heavy_penalty", "fault"), "处罚"
    )
    with acting("nankai") as by:
        row = listing.propose(wanted, by=by)
    with acting("city") as by:
        row = listing.review(key=row.key, done=Done(TODAY, 1), by=by)
        with pytest.raises(NotListable, match=r"prior notice.*hearing.*together with the penalty"):
            listing.enter(key=row.key, terms=Terms(), done=Done(TODAY, 2, "津市监罚〔2026〕1号"), by=by)
        told, penalty = date(2026, 11, 13), "津市监罚〔2026〕1号"
        for version, step in enumerate(("notice", "hearing_offered"), start=2):
            row = listing.take_step(key=row.key, step=step, done=Done(told, version, "告知书"), by=by)
        on = Done(date(2026, 11, 20), 4, penalty)
        row = listing.take_step(key=row.key, step="with_penalty_decision", done=on, by=by)
    with acting("marks") as by:
        with pytest.raises(StandingRefused, match="until 2026-11-20"):
            listing.enter(key=row.key, terms=Terms(), done=Done(date(2026, 11, 20), 5, penalty), by=by)
        row = listing.take_step(
            key=row.key, step="with_penalty_decision", done=Done(TODAY, 5, penalty), by=by
        )
        with pytest.raises(StandingRefused, match="together with the penalty"):
            listing.enter(key=row.key, terms=Terms(), done=Done(TODAY, 6, "另一文书"), by=by)
        done = Done(TODAY, 6, penalty)
        row = listing.enter(key=row.key, terms=Terms(), done=done, by=by)
    assert row.last == date(2029, 11, 22) and row.terms["publish_by"] == "2026-12-18"


def test_a_district_drops_its_own_proposal_and_not_one_that_the_city_made() -> None:
    for login, number in (("nankai", 1), ("city", 2)):
        subject = an_agency()
        wanted = Listing(subject.key, "key_monitoring", "patent_agency", "cnipa_list", (), "名单")
        with acting(login) as by:
            row = listing.propose(wanted, by=by)
        done = Done(TODAY, 1, note="已改正")
        with acting("leader") as by:
            if number == 1:
                assert listing.reject(key=row.key, done=done, by=by).state == "rejected"
            else:
                with pytest.raises(StandingRefused, match="office that proposed it or the city"):
                    listing.reject(key=row.key, done=done, by=by)


def test_early_removal_waits_for_its_day_and_for_the_conditions_of_the_rule(settings: object) -> None:
    subject = an_agency()
    wanted = Listing(subject.key, "pre_exam_suspension", "patent_agency", "abnormal_filing", (), "非正常")
    with acting("nankai") as by:
        row = listing.propose(wanted, by=by)
    with acting("city") as by:
        listing.review(key=row.key, done=Done(TODAY, 1), by=by)
        listing.enter(key=row.key, terms=Terms(), done=Done(TODAY, 2, "保护中心函1号"), by=by)
    settings.TODAY = date(2027, 5, 21)  # type: ignore[attr-defined]
    with pytest.raises(StandingRefused, match="asked for from 2027-05-22 only"):
        asked(row)
    settings.TODAY = date(2027, 6, 1)  # type: ignore[attr-defined]
    with acting("nankai") as by, pytest.raises(StandingRefused, match="asked for from 2027-05-22 only"):
        early = Done(date(2027, 5, 21), 3, "申请书")
        listing.take_step(key=row.key, step="removal_asked", done=early, by=by)
    asked(row)
    with acting("city") as by, pytest.raises(StandingRefused, match="the conduct is corrected"):
        listing.remove(key=row.key, done=Done(date(2027, 6, 1), 4, "函2号"), by=by)
    with acting("nankai") as by:
        listing.take_step(key=row.key, step="corrected", done=Done(date(2027, 6, 1), 4, "复查记录"), by=by)
    with acting("city") as by:
        row = listing.remove(key=row.key, done=Done(date(2027, 6, 1), 5, "函2号"), by=by)
        assert (row.state, row.ended_on, row.last) == ("removed", date(2027, 6, 1), date(2027, 11, 22))


def test_nobody_decides_a_removal_that_was_not_asked_for_or_that_he_recorded() -> None:
    row = listed(an_agency())
    with acting("city") as by:
        with pytest.raises(StandingRefused, match="not asked for yet"):
            listing.remove(key=row.key, done=Done(TODAY, 3, "津知函〔2026〕10号"), by=by)
        with pytest.raises(StandingRefused, match="Name the request"):
            listing.take_step(key=row.key, step="removal_asked", done=Done(TODAY, 3), by=by)
        with pytest.raises(StandingRefused, match="before the listing"):
            early = Done(date(2026, 10, 30), 3, "申请书")
            listing.take_step(key=row.key, step="removal_asked", done=early, by=by)
        row = listing.take_step(key=row.key, step="removal_asked", done=Done(TODAY, 3, "申请书"), by=by)
        with pytest.raises(StandingRefused, match="another person does"):
            listing.remove(key=row.key, done=Done(TODAY, 4, "津知函〔2026〕10号"), by=by)
        assert row not in queries.undecided(by.post_id)
    with acting("marks") as by:
        assert row in queries.undecided(by.post_id)
        assert (
            listing.remove(key=row.key, done=Done(TODAY, 4, "津知函〔2026〕10号"), by=by).state == "removed"
        )
        assert row not in queries.undecided(by.post_id)


def test_a_removal_ends_the_stay_and_what_was_held_before_is_remembered(settings: object) -> None:
    subject = an_agency()
    row = listed(subject)
    settings.TODAY = date(2026, 12, 1)  # type: ignore[attr-defined]
    asked(row)
    with acting("city") as by:
        before = clock.now() - timedelta(days=1)
        done = Done(date(2026, 12, 1), 4, "津知函〔2026〕10号")
        listing.remove(key=row.key, done=done, by=by)
        later = date(2027, 3, 1)
        assert queries.lists_on(subject, later) == []
        assert queries.lists_on(subject, later, known=before) == [row]
        assert queries.lists_on(subject, TODAY) == [row]


def test_an_entry_whose_last_day_has_gone_by_expires_by_a_job(settings: object) -> None:
    row = listed(an_agency(), on=date(2026, 11, 2))
    settings.TODAY = date(2027, 11, 3)  # type: ignore[attr-defined]
    with acting("city") as by:
        job = listing.expire_all(by=by)
    run_job(job)
    with acting("city"):
        row.refresh_from_db()
        assert (row.state, row.ended_on) == ("expired", date(2027, 11, 2))


# What the database itself keeps


@pytest.mark.parametrize("table", ["creditevent", "reckoning", "confirmedfact", "supervisionclass"])
def test_what_was_recorded_of_a_subject_is_never_changed(table: str) -> None:
    subject = an_agency()
    with acting("city") as by:
        actions.record_fact(
            Confirmed(subject.number, FactKind.PENALTY, date(2026, 3, 2), "罚1号", an_event()), by=by
        )
        reckoning.reckon_subject(subject_key=subject.key, by=by)
        mark = classing.propose(subject, TODAY)
        classing.sign(subject_key=subject.key, signature=Signature(mark.proposed.code, mark.mark), by=by)
        with (
            pytest.raises(DatabaseError, match="never changed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE standing_{table} SET at = at + interval '1 day'")


# The whole road


def test_penalty_grade_listing_repair_and_back_again() -> None:
    """Penalty → credit event → grade falls → list proposal → entry → repair → restored."""
    subject = an_agency()
    told = Confirmed(
        subject.number, FactKind.PENALTY, date(2026, 3, 2), "津知罚〔2026〕1号", an_event(), ("case", "k1")
    )
    with acting("city") as by:
        fact = actions.record_fact(told, by=by)
        fallen = reckoning.reckon_subject(subject_key=subject.key, by=by)
        (event,) = queries.event_rows(subject)
        best = queries.ways(subject, TODAY).ways[0]
    assert (fact.kind, fallen.grade, best.repairs, best.grade) == ("penalty", "C", event.key, "A")
    entry = listed(subject)
    with acting("nankai") as by:
        found = classing.propose(subject, TODAY)
        assert found.proposed.code == "IV"
        classing.sign(subject_key=subject.key, signature=Signature("IV", found.mark), by=by)
        actions.note_correction(event_key=event.key, on=date(2026, 4, 1), document="复查记录", note="", by=by)
        repair = repairing.ask_repair(Application(event.key, date(2026, 11, 2), "材料"), by=by)
    with acting("city") as by:
        decision = Decision(TODAY, "予以修复", 1)
        repairing.decide_repair(key=repair.key, act=RepairAct.GRANT, decision=decision, by=by)
    with acting("city") as by:
        restored = reckoning.reckon_subject(subject_key=subject.key, by=by)
        assert [one.grade for one in queries.reckonings(subject)] == ["C", "A"] and restored.grade == "A"
        assert entry in queries.lists_on(subject, TODAY)
