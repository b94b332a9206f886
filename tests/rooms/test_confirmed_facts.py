"""Facts that the supervision class counts: confirmed by a case or complaint with its outcome, never by a machine."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from lantian.casework import crediting, interviewing, outside
from lantian.casework.crediting import Put
from lantian.casework.errors import CreditingRefused
from lantian.casework.interviewing import Came, Held
from lantian.casework.measuring import Subject as Party
from lantian.casework.outside import Noted
from lantian.core import supervision
from lantian.office.modes import Module
from lantian.registry.models import Subject
from lantian.standing import queries
from tests.personas import acting, browser
from tests.rooms.test_crediting import values
from tests.rooms.test_measures import OFFICERS, a_plan
from tests.rooms.test_standing import TODAY, an_agency

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def put(kind: str, key: str, version: int, subject: Subject, as_what: str = "abnormal_filings") -> None:
    told = Put(as_what, subject.number, date(2026, 11, 2), "非正常专利申请核查确认书", 3)
    with acting("nankai") as by:
        crediting.put_on_file(kind, key, told, version=version, by=by)


def class_of(subject: Subject) -> tuple[str, list[str]]:
    """The class that the table gives by what is officially known, and the facts it rests on."""
    with acting("city"):
        known = queries.official_standing(subject, TODAY)
    return supervision.propose(known, TODAY).code, [str(one.kind) for one in known.facts]


def an_interview(subject: Subject, *, held: bool = True) -> tuple[str, int]:
    with acting("nankai") as by:
        row = interviewing.plan_interview(a_plan(Party("agency", subject.number, subject.name)), by=by)
        if held:
            row = interviewing.sign_in(key=row.key, rows={1: Came("负责人")}, version=1, by=by)
            spoken = Held(TODAY, OFFICERS, "承认代理非正常专利申请3件。")
            row = interviewing.hold(key=row.key, held=spoken, version=2, by=by)
        return row.key, row.version


@pytest.mark.parametrize("held", [True, False])
def test_an_interview_confirms_nothing_whatever_was_admitted_in_it(held: bool) -> None:
    """It is no proof, and what is an abnormal filing CNIPA determines; its page says so."""
    subject = an_agency()
    before = class_of(subject)
    key, version = an_interview(subject, held=held)
    with pytest.raises(CreditingRefused, match="An interview decides nothing"):
        put("interview", key, version, subject)
    assert class_of(subject) == before
    assert "约谈不是认定" in browser("nankai").get(reverse("interview", args=[key])).content.decode()


@pytest.mark.parametrize(
    ("module", "lacking", "why", "said"),
    [
        (Module.COMPLAINTS, {"result": "", "closed_on": ""}, "No result", "还没有登记处理结果"),
        (Module.COMPLAINTS, {"closed_on": ""}, "is not closed", "尚未办结"),
        (Module.CASES, {"result": ""}, "No result", "还没有登记处理结果"),
        (Module.INSPECTIONS, {"result": ""}, "No result", "还没有登记处理结果"),
    ],
)
def test_a_matter_without_an_outcome_confirms_nothing_and_its_page_says_why(
    module: Module, lacking: dict[str, str], why: str, said: str
) -> None:
    subject = an_agency()
    with acting("nankai") as by:
        matter = outside.note(
            Noted(module, "市局系统", subject.kind, values(subject, stage="办理中", **lacking)), by=by
        )
    with pytest.raises(CreditingRefused, match=why):
        put("outside", matter.key, matter.version, subject)
    assert class_of(subject) == ("II", [])
    told = browser("nankai").get(reverse("outside_matter", args=[matter.key]))
    assert said in told.content.decode() and not told.context["filed"]["may_put"]


def test_a_complaint_confirms_abnormal_filings_and_no_penalty() -> None:
    subject = an_agency()
    with acting("nankai") as by:
        told = Noted(Module.COMPLAINTS, "全国12315平台", subject.kind, values(subject, result="举报属实"))
        matter = outside.note(told, by=by)
    with pytest.raises(CreditingRefused, match="cannot be put on file so"):
        put("outside", matter.key, matter.version, subject, "fine")
    put("outside", matter.key, matter.version, subject)
    assert class_of(subject) == ("III", ["abnormal_filings_confirmed"])
