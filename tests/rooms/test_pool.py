"""The pool of findings: what enters it, in which measure, when it lapses, what comes back; and its runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from procrastinate.contrib.django import app as queue

from lantian.core.messages import NotAllowed, Refused
from lantian.detect import parameters as rules
from lantian.office import audit, clock, jobs
from lantian.office.models import AuditEvent, Job, Post
from lantian.screening import actions, queries, schedule
from lantian.screening.errors import JudgementRefused, RunRefused
from lantian.screening.models import Finding, Judgement, Run
from lantian.screening.queries import Filter, Shelf
from lantian.screening.run import expires_after
from lantian.screening.states import Outcome, State
from tests.intaking import number, published, table, take
from tests.personas import CITY, XIQING, acting

pytestmark = pytest.mark.django_db


def pooled() -> list[Finding]:
    return list(queries.waiting().filter(holder_id=XIQING))


def grow(finding: Finding, by_percent: int) -> None:
    """A later run finds the same group with more applications."""
    more = max(1, -(-len(finding.evidence) * by_percent // 100))
    with transaction.atomic(), acting("city") as by:
        evidence = [*finding.evidence, *(f"patents:{number(9_000 + i)}" for i in range(more))]
        Finding.objects.filter(pk=finding.pk).update(evidence=evidence)
        audit.record(audit.Kind.FINDINGS_STORED, by=by, about=("finding", finding.key))


def say(finding: Finding, outcome: Outcome, seen: int = 0, **more: str) -> None:
    with acting("city") as by:
        actions.judge(
            finding_key=finding.key, outcome=outcome, seen=seen, by=by, **({"reason": "同族申请"} | more)
        )


def a_finding() -> Finding:
    with acting("city"):
        return pooled()[0]


def state_of(finding: Finding) -> State:
    with acting("city"):
        return queries.state_of(queries.judgements(Finding.objects.get(pk=finding.pk)))


# The budget of an office.


@pytest.fixture
def small_budget(monkeypatch: pytest.MonkeyPatch) -> int:
    """A rule book in which an office is shown two findings at once."""
    real = rules.parameters
    monkeypatch.setattr(queries, "parameters", lambda on: replace(real(on), budget=2))
    return 2


def test_an_office_sees_only_so_many_new_findings_and_the_rest_waits_by_weight(small_budget: int) -> None:
    with acting("city"):
        every = queries.findings(Filter(State.WAITING, "not_cleared", shelf=Shelf.ALL)).filter(
            holder_id=XIQING
        )
        wanted = Filter(State.WAITING, "not_cleared", office=str(XIQING))
        assert every.count() > small_budget
        assert [row.pk for row in queries.findings(wanted)] == [row.pk for row in every][:small_budget]
        behind = queries.findings(replace(wanted, shelf=Shelf.QUEUED))
        assert [row.pk for row in behind] == [row.pk for row in every][small_budget:]


def test_a_judged_finding_makes_room_for_the_next(small_budget: int) -> None:
    with acting("city"):
        first, _ = pooled()
        behind = queries.findings(Filter(office=str(XIQING), shelf=Shelf.QUEUED))[0]
    say(first, Outcome.DISMISS)
    with acting("city"):
        assert behind in pooled() and first not in pooled()


def test_one_offices_findings_take_no_room_of_anothers(small_budget: int) -> None:
    with acting("city"):
        holders = set(queries.waiting().values_list("holder_id", flat=True))
        for holder in holders:
            assert queries.waiting().filter(holder_id=holder).count() <= small_budget
        assert len(holders) > 1


def test_what_no_district_claims_is_the_citys() -> None:
    with acting("city") as by:
        finding = pooled()[0]
        run = Run.objects.get(pk=finding.run_id)
        names = (
            "key",
            "detector",
            *(n for n in actions.RENEWED if n not in ("run", "seen_by", "holder", "expires_on")),
        )
        moved = {name: getattr(finding, name) for name in names} | {
            "district_code": None,
            "subject_no": "unknown",
        }
        actions.store(run, [moved], expires_after=expires_after(run.on), by=by)
        assert finding.key in {row.key for row in queries.findings(Filter(office=str(CITY), shelf=Shelf.ALL))}
        assert finding not in pooled()


# Expiry.


def test_an_unjudged_finding_lapses_leaves_the_pool_and_can_still_be_judged() -> None:
    finding = a_finding()
    with transaction.atomic(), acting("city") as by:
        Finding.objects.filter(pk=finding.pk).update(expires_on=clock.today() - timedelta(days=1))
        audit.record(audit.Kind.FINDINGS_STORED, by=by, about=("finding", finding.key))
    with acting("city"):
        assert finding not in pooled()
        assert finding in queries.findings(Filter(shelf=Shelf.EXPIRED))
    say(finding, Outcome.DISMISS)
    with acting("city"):
        assert finding not in queries.findings(Filter(shelf=Shelf.EXPIRED))
        assert finding in queries.findings(Filter(State.DISMISSED))


def test_its_days_are_counted_from_the_finding_not_from_the_newest_run() -> None:
    finding = a_finding()
    with acting("city") as by:
        run = Run.objects.get(pk=finding.run_id)
        run.on += timedelta(days=100)
        names = (
            "key",
            "detector",
            *(n for n in actions.RENEWED if n not in ("run", "seen_by", "holder", "expires_on")),
        )
        again: dict[str, Any] = {name: getattr(finding, name) for name in names}
        actions.store(run, [again], expires_after=expires_after(run.on), by=by)
        assert Finding.objects.get(pk=finding.pk).expires_on == finding.expires_on
        again["evidence"] = [*finding.evidence, f"patents:{number(7)}"]
        actions.store(run, [again], expires_after=expires_after(run.on), by=by)
        assert Finding.objects.get(pk=finding.pk).expires_on == finding.expires_on + timedelta(days=100)


# A dismissed finding comes back only when the ground has clearly grown.


def test_a_dismissed_finding_stays_dismissed_while_its_ground_hardly_grows() -> None:
    finding = a_finding()
    say(finding, Outcome.DISMISS)
    assert len(finding.evidence) >= 3
    grow(finding, 0)  # by one application
    assert state_of(finding) is State.DISMISSED


def test_a_dismissed_finding_comes_back_when_its_ground_has_grown_by_the_published_measure() -> None:
    finding = a_finding()
    say(finding, Outcome.DISMISS)
    with acting("city"):
        assert finding not in pooled()
    grow(finding, rules.parameters(clock.today()).regrowth_percent)
    assert state_of(finding) is State.WAITING
    with acting("city"):
        assert finding in pooled()
    say(finding, Outcome.DISMISS, seen=1)
    assert state_of(finding) is State.DISMISSED


@pytest.mark.parametrize(
    ("before", "now", "back"), [(10, 14, False), (10, 15, True), (1, 1, False), (2, 3, True)]
)
def test_the_measure_of_growth_is_half_as_much_again(before: int, now: int, back: bool) -> None:
    assert queries.grown(before, now) is back


# Dismissing several.


def test_several_are_dismissed_for_one_reason_each_with_its_own_judgement_and_event() -> None:
    with acting("city") as by:
        chosen = pooled()[:3]
        done = actions.dismiss(seen={row.key: 0 for row in chosen}, reason="同一研发项目", by=by)
        assert set(done.dismissed) == {row.key for row in chosen} and not done.kept
        for row in chosen:
            assert [one.reason for one in queries.judgements(row)] == ["同一研发项目"]
            assert [event.kind for event in audit.history("finding", row.key)].count("finding_judged") == 1


def test_what_somebody_judged_meanwhile_is_kept_and_the_rest_dismissed() -> None:
    with acting("city"):
        first, second = pooled()[:2]
    say(first, Outcome.MORE, asked="代理机构")
    with acting("city") as by:
        done = actions.dismiss(seen={first.key: 0, second.key: 0, "nobody": 0}, reason="同族", by=by)
    assert done.dismissed == (second.key,)
    assert "研判过" in done.kept[first.key].zh and set(done.kept) == {first.key, "nobody"}
    assert (state_of(first), state_of(second)) == (State.MORE, State.DISMISSED)


def test_a_district_dismisses_nothing_of_another() -> None:
    finding = a_finding()
    with acting("nankai") as by:
        assert actions.dismiss(seen={finding.key: 0}, reason="同族", by=by).dismissed == ()
    assert state_of(finding) is State.WAITING


def test_several_are_not_dismissed_without_a_reason_or_the_permission() -> None:
    finding = a_finding()
    with acting("city") as by, pytest.raises(JudgementRefused, match="reason"):
        actions.dismiss(seen={finding.key: 0}, reason=" ", by=by)
    with acting("leader") as by, pytest.raises(NotAllowed):
        actions.dismiss(seen={finding.key: 0}, reason="同族", by=by)


# Asking for more.


def test_a_request_for_more_says_who_is_asked_and_has_a_list_of_its_own() -> None:
    finding = a_finding()
    with acting("city") as by, pytest.raises(JudgementRefused, match="who is asked"):
        actions.judge(finding_key=finding.key, outcome=Outcome.MORE, reason="合同", seen=0, by=by)
    say(finding, Outcome.MORE, asked="代理机构", reason="代理合同")
    with acting("city"):
        assert finding in queries.findings(Filter(State.MORE))
        assert Judgement.objects.get(finding=finding).asked == "代理机构"


def test_the_answer_brings_the_finding_back_and_stays_on_record() -> None:
    finding = a_finding()
    say(finding, Outcome.MORE, asked="代理机构", reason="代理合同")
    with pytest.raises(JudgementRefused):
        say(finding, Outcome.ANSWER, seen=1, reason="")
    say(finding, Outcome.ANSWER, seen=1, reason="合同已收到")
    with acting("city"):
        assert finding in pooled()
        assert [one.outcome for one in queries.judgements(finding)] == ["more", "answered"]


def test_nothing_is_answered_that_was_not_asked() -> None:
    with pytest.raises(Refused, match="answered"):
        say(a_finding(), Outcome.ANSWER, reason="合同已收到")


# How often officers agree with the detector.


def test_no_share_is_stated_on_few_judgements_and_lawful_ones_do_not_count() -> None:
    say(a_finding(), Outcome.LEAD)
    say(a_finding(), Outcome.DISMISS)
    with acting("city"):
        figures = queries.figures("P01")
    assert (figures.confirmed, figures.judged, figures.enough) == (1, 2, False)
    low, high = figures.interval
    assert low < figures.share == 0.5 < high


# Runs that nobody starts by hand.


def end_the_template_run() -> None:
    with acting("city"):
        assert actions.open_run("P01") is None


def runs() -> list[Run]:
    with acting("city"):
        return list(Run.objects.select_related("job").order_by("id"))


def test_an_intake_that_brings_something_new_is_screened_in_the_transaction_that_ends_it() -> None:
    end_the_template_run()
    before = len(runs())
    batch = take(table(published(1), published(2)))
    new = runs()[before:]
    assert [run.job.mandate for run in new if run.job] == [f"intake:{batch.key}"]
    started = AuditEvent.objects.get(kind="screening_started", about_key=new[0].key)
    ended = AuditEvent.objects.filter(kind="rows_taken_in", about_key=batch.key).latest("id")
    assert (started.xid, started.actor) == (ended.xid, "job:intake")


def test_an_intake_without_news_starts_nothing() -> None:
    content = table(published(1))
    take(content)
    let_the_run_end()
    before = len(runs())
    take(content)
    assert len(runs()) == before


def let_the_run_end() -> None:
    """Let the waiting run end."""
    run = runs()[-1]
    assert run.job is not None
    jobs.execute(run.job.key, Post.objects.get(account__login="city").key)


def test_a_run_that_waits_is_not_doubled_and_one_at_work_is_followed_by_one() -> None:
    take(table(published(1)))
    before = runs()
    take(table(published(2)))
    assert runs() == before
    with transaction.atomic(), acting("city") as by:
        Job.objects.filter(pk=before[-1].job_id).update(state=Job.State.RUNNING)
        audit.record(audit.Kind.JOB_ADVANCED, by=by, about=("job", "x"))
    take(table(published(3)))
    take(table(published(4)))
    assert len(runs()) == len(before) + 1


def test_an_intake_of_another_table_starts_nothing() -> None:
    before = len(runs())
    take(b"credit_code,name\n1,x\n", into="agencies")
    assert len(runs()) == before


def test_the_nightly_run_is_off_until_an_officer_decides_and_acts_under_that_decision() -> None:
    assert schedule.run_nightly() == []
    with acting("city") as by:
        order = schedule.switch_nightly(detector="P01", active=True, by=by)
    (run,) = schedule.run_nightly()
    assert run.job is not None and run.job.mandate == f"nightly:{order.key}"
    assert AuditEvent.objects.get(kind="screening_started", about_key=run.key).actor == "job:nightly"
    assert schedule.run_nightly() == []  # an open one is not doubled
    with acting("city") as by:
        schedule.switch_nightly(detector="P01", active=False, by=by)
    let_the_run_end()
    assert schedule.run_nightly() == []


def test_the_decision_ends_with_the_post_that_made_it() -> None:
    with acting("city") as by:
        schedule.switch_nightly(detector="P01", active=True, by=by)
    Post.objects.filter(pk=by.post_id).update(valid_to=clock.today())
    assert schedule.run_nightly() == []
    assert schedule.lapsed(schedule.nightly_order("P01"))
    with acting("marks") as other:  # somebody in office decides anew
        schedule.switch_nightly(detector="P01", active=True, by=other)
    assert len(schedule.run_nightly()) == 1


def test_a_district_does_not_decide_on_the_nightly_run_and_nothing_is_decided_twice() -> None:
    with acting("nankai") as by, pytest.raises(NotAllowed):
        schedule.switch_nightly(detector="P01", active=True, by=by)
    with acting("city") as by, pytest.raises(RunRefused):
        schedule.switch_nightly(detector="P01", active=False, by=by)


def test_the_clock_calls_at_two_in_the_morning_in_china() -> None:
    (nightly,) = [
        task
        for task in queue.periodic_registry.periodic_tasks.values()
        if task.task.name == "lantian.nightly"
    ]
    midnight_utc = 1_700_006_400  # 2023-11-15 00:00 UTC
    assert nightly.croniter.get_next(ret_type=float, start_time=midnight_utc) == midnight_utc + 18 * 3600


def test_cleared_and_presumed_lawful_findings_of_a_run_carry_their_reasons() -> None:
    with acting("city"):
        run = Run.objects.exclude(job__ended_at=None).latest("id")
        lawful = list(queries.lawful_of(run))
        assert {row.clearing for row in lawful} == {"cleared", "presumed_lawful"}
        assert all(row.reason_zh and row.reason_en for row in lawful)
