"""Facts that the supervision class counts: confirmed by a case, a complaint or an interview, never by a machine."""

from __future__ import annotations

from datetime import date

import pytest

from lantian.casework import crediting, interviewing, outside
from lantian.casework.crediting import Put
from lantian.casework.errors import CreditingRefused
from lantian.casework.interviewing import Came, Held
from lantian.casework.measuring import Subject as Party
from lantian.casework.outside import Noted
from lantian.core import supervision
from lantian.office.modes import Module
from lantian.registry.models import Subject
from lantian.standing import queries, sourcing
from tests.personas import acting
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


def test_abnormal_filings_confirmed_in_an_interview_make_the_class_heavier() -> None:
    subject = an_agency()
    before = class_of(subject)
    key, version = an_interview(subject)
    assert class_of(subject) == before  # an interview confirms nothing by itself
    put("interview", key, version, subject)
    assert (before[0], class_of(subject)) == ("II", ("III", ["abnormal_filings_confirmed"]))
    with acting("city"):
        (event,) = sourcing.events_from(("interview", key))
        assert (event.indicator, event.quantity) == ("AG-IRR-01", 3)


def test_an_interview_that_was_not_held_confirms_nothing() -> None:
    subject = an_agency()
    key, version = an_interview(subject, held=False)
    with pytest.raises(CreditingRefused, match="cannot be put on file so"):
        put("interview", key, version, subject)


def test_a_complaint_confirms_abnormal_filings_and_no_penalty() -> None:
    subject = an_agency()
    with acting("nankai") as by:
        told = Noted(Module.COMPLAINTS, "全国12315平台", subject.kind, values(subject, result="举报属实"))
        matter = outside.note(told, by=by)
    with pytest.raises(CreditingRefused, match="cannot be put on file so"):
        put("outside", matter.key, matter.version, subject, "fine")
    put("outside", matter.key, matter.version, subject)
    assert class_of(subject) == ("III", ["abnormal_filings_confirmed"])
