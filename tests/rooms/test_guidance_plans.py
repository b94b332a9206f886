"""Guidance plans for weak agencies: steps by their days, who answers, what came of it; one step opens a lead."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from lantian.casework.models import Lead
from lantian.core.messages import NotAllowed
from lantian.office import audit
from lantian.office.actors import OfficerActor
from lantian.office.models import Post
from lantian.registry.models import Subject
from lantian.standing import plan_queries as queries
from lantian.standing import planning
from lantian.standing.errors import Stale, StandingRefused
from lantian.standing.models import GuidancePlan, PlanMark
from lantian.standing.plan_states import PlanAct, StepAct
from lantian.standing.planning import Marked, NewPlan, NewStep
from tests.personas import NANKAI, XIQING, acting, browser
from tests.rooms.test_standing import an_agency

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def post_of(by: OfficerActor) -> str:
    return str(Post.objects.values_list("key", flat=True).get(pk=by.post_id))


def wanted(subject: Subject, officer: str, *steps: NewStep, until: date = date(2027, 3, 31)) -> NewPlan:
    every = steps or (
        NewStep("上门辅导内部质量管理制度", date(2026, 12, 10), officer),
        NewStep("抽看十件新撰写的申请", date(2027, 2, 10), officer),
    )
    return NewPlan(subject.key, "质量评价等级为C", "质量评价回到B以上", until, officer, every)


def a_plan(district: int = NANKAI, login: str = "nankai") -> GuidancePlan:
    with acting(login) as by:
        return planning.start(wanted(an_agency(district), post_of(by)), by=by)


def mark(row: GuidancePlan, place: int, act: StepAct, version: int, due: date | None = None) -> GuidancePlan:
    with acting("nankai") as by:
        marked = Marked(TODAY, version, "已完成，制度已上墙", "辅导记录1号", due)
        return planning.mark_step(key=row.key, place=place, act=act, marked=marked, by=by)


def test_a_plan_has_steps_with_days_and_who_answers_and_says_what_is_due_first() -> None:
    row = a_plan()
    assert row.number.endswith("培育〔2026〕1号")
    with acting("nankai"):
        first, second = queries.steps_of(row)
        assert (first.step.officer, row.next_due) == (row.officer, date(2026, 12, 10))
        assert set(row.rested_on) == {"quality", "credit", "lists", "facts"}
        assert second.due == date(2027, 2, 10)


def test_each_step_is_carried_out_put_off_or_dropped_with_its_outcome() -> None:
    row = a_plan()
    row = mark(row, 1, StepAct.DO, 1)
    row = mark(row, 2, StepAct.PUT_OFF, 2, date(2027, 3, 1))
    assert row.next_due == date(2027, 3, 1)
    with acting("nankai"):
        first, second = queries.steps_of(row)
        assert (str(first.state), str(second.state), second.step.due) == ("done", "open", date(2027, 2, 10))
        assert first.mark is not None and first.mark.document == "辅导记录1号"
        acts = [event.detail["act"] for event in audit.history("plan", row.key)[1:]]
    assert acts == ["do", "put_off"]
    with pytest.raises(StandingRefused, match="not after the end"):
        mark(row, 2, StepAct.PUT_OFF, 3, date(2027, 4, 1))


def test_a_plan_ends_with_its_outcome_once_every_step_has_one() -> None:
    row = a_plan()
    row = mark(row, 1, StepAct.DO, 1)
    ended = Marked(TODAY, 2, "制度建成，但撰写质量未见提高")
    with acting("nankai") as by, pytest.raises(StandingRefused, match="Steps without an outcome: 2"):
        planning.end(key=row.key, act=PlanAct.FAIL, marked=ended, by=by)
    row = mark(row, 2, StepAct.DROP, 2)
    with acting("nankai") as by:
        row = planning.end(key=row.key, act=PlanAct.FAIL, marked=Marked(TODAY, 3, ended.words), by=by)
        assert (row.state, row.ended_on, row.next_due) == ("unimproved", TODAY, None)
        with pytest.raises(StandingRefused, match="has ended"):
            planning.end(key=row.key, act=PlanAct.STOP, marked=Marked(TODAY, 4, "x"), by=by)


def test_a_subject_has_one_plan_at_a_time_made_by_an_office_that_keeps_it() -> None:
    a_plan()
    with acting("city") as by, pytest.raises(StandingRefused, match="running already"):
        planning.start(wanted(an_agency(), post_of(by)), by=by)
    with acting("xiqing") as by, pytest.raises(StandingRefused, match="own district"):
        planning.start(wanted(an_agency(), post_of(by)), by=by)
    with acting("leader") as by, pytest.raises(NotAllowed):
        planning.start(wanted(an_agency(XIQING), post_of(by)), by=by)


def test_days_outside_the_plan_and_officers_of_other_offices_are_refused() -> None:
    subject = an_agency()
    with acting("city") as city:
        elsewhere = post_of(city)
    with acting("nankai") as by:
        own = post_of(by)
        with pytest.raises(StandingRefused, match="outside the plan"):
            planning.start(wanted(subject, own, NewStep("晚了", date(2027, 4, 1), own)), by=by)
        with pytest.raises(StandingRefused, match="holds a post"):
            planning.start(wanted(subject, elsewhere), by=by)
        with pytest.raises(StandingRefused, match="ends before"):
            planning.start(wanted(subject, own, until=date(2026, 11, 1)), by=by)


def test_a_page_older_than_the_plan_changes_nothing_and_its_history_cannot_be_changed() -> None:
    row = a_plan()
    mark(row, 1, StepAct.DO, 1)
    with pytest.raises(Stale):
        mark(row, 2, StepAct.DO, 1)
    with acting("nankai"), pytest.raises(DatabaseError), transaction.atomic():
        PlanMark.objects.update(words="另一种说法")


def test_another_district_does_not_see_the_plan_and_the_city_does() -> None:
    row = a_plan()
    with acting("xiqing"):
        assert queries.find(row.key) is None and queries.history(row) == []
    with acting("city"):
        assert queries.find(row.key) == row
    assert browser("xiqing").get(reverse("plan", args=[row.key])).status_code == 404


def test_what_is_overdue_stands_on_the_first_page_and_in_the_subjects_file(settings: object) -> None:
    row = a_plan()
    home, file = reverse("home"), reverse("subject", args=[row.subject.key])
    assert "逾期 1 项" not in browser("nankai").get(home).content.decode()
    settings.TODAY = date(2026, 12, 20)  # type: ignore[attr-defined]
    page = browser("nankai").get(home).content.decode()
    assert "引导培育计划" in page and "逾期 1 项" in page
    assert row.number in browser("nankai").get(file).content.decode()
    assert row.number in browser("nankai").get(reverse("plans"), {"state": "late"}).content.decode()
    assert row.number not in browser("xiqing").get(reverse("plans")).content.decode()


def test_a_plan_is_made_carried_out_and_ended_on_its_pages() -> None:
    subject, officer = an_agency(), browser("nankai")
    with acting("nankai") as by:
        own = post_of(by)
    form = officer.get(reverse("plans_new"), {"subject": subject.number})
    assert subject.name in form.content.decode()
    fields = {
        "subject": subject.key, "ground": "等级偏低", "aim": "回到B", "until": "2027-03-31", "officer": own,
        "what_1": "上门辅导", "due_1": "2026-12-01", "who_1": "",
    }  # fmt: skip
    refused = officer.post(reverse("plans_new"), fields | {"due_1": ""})
    assert refused.status_code == 422 and "请填写步骤" in refused.content.decode()
    assert officer.post(reverse("plans_new"), fields).status_code == 302
    with acting("nankai"):
        row = GuidancePlan.objects.get()
    act, page = reverse("plan_act", args=[row.key]), reverse("plan", args=[row.key])
    step = {"do": "step", "version": "1", "step": "1", "act": "do", "on": "2026-11-20", "words": "已辅导"}
    assert officer.post(act, step | {"words": ""}).status_code == 422
    assert officer.post(act, step).status_code == 302
    assert officer.post(act, step).status_code == 409
    added = {"do": "add", "version": "2", "what": "回访", "due": "2027-01-05", "officer": own}
    assert officer.post(act, added).status_code == 302
    assert "回访" in officer.get(page).content.decode()
    ended = {"do": "end", "version": "3", "act": "stop", "on": "2026-11-22", "words": "机构注销"}
    assert officer.post(act, ended).status_code == 302
    shown = officer.get(page).content.decode()
    assert "机构注销" in shown and "已中止" in shown and "登记步骤结果" not in shown


def test_what_is_found_on_the_way_becomes_a_lead_once_and_the_plan_leads_to_it() -> None:
    row, officer = a_plan(), browser("nankai")
    act = reverse("plan_act", args=[row.key])
    told = {"do": "lead", "version": "1", "words": "发现他人代签", "field": "patent_agency"}
    assert officer.post(act, told).status_code == 302
    with acting("nankai"):
        lead = Lead.objects.get(origin_kind="plan")
    assert row.number in lead.ground_zh and lead.holder_id == NANKAI
    page = officer.get(reverse("plan", args=[row.key])).content.decode()
    assert reverse("lead", args=[lead.key]) in page and "转为线索</summary>" not in page
    again = officer.post(act, told | {"version": "2"})
    assert again.status_code == 422 and lead.number in again.content.decode()
