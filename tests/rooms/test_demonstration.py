"""The demonstration's office is at work: something is answered, late, due, closed and sent."""

from __future__ import annotations

import pytest

from lantian.campaign import colours
from lantian.campaign.models import Instruction, MonthClose, PublicityItem, Return, SweepEntry
from lantian.casework.measures_states import RectificationState
from lantian.casework.models import Interview, Lead, Rectification, Worksheet
from lantian.config import demo, demo_screening, demo_standing
from lantian.dispatch.actions import owed
from lantian.dispatch.models import Dispatch
from lantian.dispatch.states import SheetState
from lantian.office import clock
from lantian.office.models import AuditEvent
from lantian.publicity.models import Notice
from lantian.screening.hands import hand_of
from lantian.screening.models import Finding, Run, Switch
from lantian.standing import queries
from lantian.standing.models import ListEntry, Objection, Repair
from tests.personas import BINHAI, NANKAI, XIQING, acting, browser

pytestmark = pytest.mark.django_db
SAYS = {
    "/dispatch/": "非正常专利申请核查清单（演示）",
    "/leads/": "线索〔",
    "/interviews/": "约谈〔",
    "/rectifications/": "建立申请真实性核实制度",
    "/returns/": "专项行动月报",
    "/campaign/": "专项整治行动（演示）",
    "/campaign/instructions/": "核查清单反馈情况",
    "/campaign/sweep/": "示例11月第1商务信息咨询有限公司",
    "/standing/": "内部测算，非评价结果",
    "/standing/lists/": "未按责令期限公示信息",
    "/standing/classes/": "一类：信用良好",
    "/standing/plans/": "三个月内制度补齐",
    "/notices/": "示例津门商标代理有限公司",
    "/worksheets/": "示例海河商务信息咨询有限公司",
    "/captures/": "专利包授权，不过退款",
    "/lexicons/": "自拟（演示）",
}


@pytest.fixture
def at_work(db: None) -> None:
    demo.work()


def test_one_office_has_answered_one_is_late_and_one_has_time(at_work: None) -> None:
    with acting("city"):
        letter = Dispatch.objects.get()
        found = {one.sheet.unit_id: one for one in owed(letter)}
    assert {unit: (one.sheet.state, one.unanswered) for unit, one in found.items()} == {
        NANKAI: (SheetState.SUBMITTED, 0),
        XIQING: (SheetState.WAITING, 2),
        BINHAI: (SheetState.WAITING, 2),
    }
    today = clock.today()
    assert [found[unit].sheet.deadline < today for unit in (XIQING, BINHAI)] == [True, False]


def test_a_hidden_hand_stands_for_a_case_and_the_city_takes_some_detectors(at_work: None) -> None:
    with acting("city"):
        runs = Run.objects.exclude(case_key="")
        assert {run.detector for run in runs} >= {"P07", "P12", "P16"}
        assert all(run.ended_at and run.purpose for run in runs)
        assert {row.detector for row in Switch.objects.all()} == set(demo_screening.TAKEN)
        networks = Finding.objects.filter(detector="P07").exclude(case_key="")
        assert networks.exists() and all(hand_of(one) for one in networks)


def test_leads_stand_at_three_stages_and_a_correction_is_due_soon(at_work: None) -> None:
    with acting("city"):
        states = Lead.objects.filter(origin_kind="dispatch").values_list("state", flat=True)
        assert len(set(states)) == 3
        assert Interview.objects.get().collective
        assert {one.state for one in Rectification.objects.all()} == {
            RectificationState.DONE,
            RectificationState.OPEN,
        }


def test_an_instruction_turns_yellow(at_work: None) -> None:
    with acting("city"):
        row = Instruction.objects.get()
        assert colours.of(row.due, clock.today()) is colours.Colour.YELLOW


def test_two_months_are_closed_and_reported_by_two_districts(at_work: None) -> None:
    with acting("city"):
        closes = list(MonthClose.objects.values_list("unit_id", flat=True))
        states = {(row.unit_id, row.month.month): row.state for row in Return.objects.all()}
        assert sorted(closes) == [NANKAI, NANKAI, XIQING, XIQING]
        assert states == {
            (NANKAI, 9): "accepted",
            (NANKAI, 10): "sent",
            (XIQING, 9): "accepted",
            (XIQING, 10): "draft",
        }
        assert Return.objects.get(unit=NANKAI, month="2026-10-01").values[1]["value"] == 10
        assert {row.on.month for row in (*SweepEntry.objects.all(), *PublicityItem.objects.all())} == {
            9,
            10,
            11,
        }


def test_standing_has_something_at_every_stage(at_work: None) -> None:
    with acting("city"):
        assert set(ListEntry.objects.values_list("state", flat=True)) == {"proposed", "listed"}
        assert {row.state for row in Repair.objects.all()} == {"asked"}
        assert {row.state for row in Objection.objects.all()} == {"raised"}
        assert {row.state for row in Notice.objects.all()} == {"due", "prepared", "published"}
        assert {row.state for row in Worksheet.objects.all()} == {"finished", "review"}
        subject = demo_standing.agency(NANKAI, 1)
        assert queries.reconciled(subject) is not None
        assert len(queries.reckonings(subject)) > 2


def test_work_is_done_once_however_often_the_house_starts(at_work: None) -> None:
    before = AuditEvent.objects.count()
    demo.work()
    assert AuditEvent.objects.count() == before


def test_no_page_of_the_week_is_empty(at_work: None) -> None:
    officer = browser("nankai")
    shown = {address: officer.get(address).content.decode() for address in SAYS}
    assert [address for address, words in SAYS.items() if words not in shown[address]] == []
