"""The demonstration's office at work: a list on its way, leads, an interview, an instruction; all invented.

Everything is done by the rooms' own actions, by the people of the demonstration, on the days before the present one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction

from lantian.campaign.actions import instructions, programme
from lantian.campaign.actions.instructions import Given
from lantian.campaign.actions.programme import NewTask
from lantian.campaign.models import Instruction, Programme
from lantian.casework import actions as casework
from lantian.casework import interviewing, rectifying
from lantian.casework.interviewing import Came, Held, Meeting, Plan
from lantian.casework.measures_states import Result, Talk
from lantian.casework.measuring import Subject
from lantian.casework.models import Interview, Lead
from lantian.casework.rectifying import Check, Term
from lantian.casework.states import Act
from lantian.core.competence import Field
from lantian.dispatch import actions as dispatch
from lantian.dispatch import sending
from lantian.dispatch.actions import Letter
from lantian.dispatch.models import Dispatch, DispatchRow, ReturnSheet
from lantian.dispatch.sending import Forwarding
from lantian.office import actors, clock, files, jobs
from lantian.office.actors import OfficerActor
from lantian.office.models import Job, Post, Unit
from lantian.office.scope import scoped
from lantian.registry.models import Agency

NANKAI, XIQING, BINHAI = 120104, 120111, 120116
HEADERS = ("序号", "申请号", "专利代理机构", "机构代码", "申请人", "核查情况")
LISTED = {NANKAI: 3, XIQING: 4, BINHAI: 2}  # rows of each office, in the order of the list
# Who answers how many of his rows; who answers all of them gives his sheet in, the others owe theirs.
ANSWERS: dict[str, int | None] = {"nankai": None, "xiqing": 2}
SENT_TO = {(NANKAI, XIQING): -2, (BINHAI,): 5}  # when answers are due, in days from today
FOUND = {"outcome": "未发现违法违规", "facts": "调取合同、付款凭证和研发记录，申请真实。"}
# Leads of the list: of which row of whom, carried how far.
LEADS: tuple[tuple[str, int, tuple[Act, ...]], ...] = (
    ("nankai", 0, (Act.START, Act.CONCLUDE)),
    ("nankai", 1, (Act.START,)),
    ("xiqing", 0, ()),
)
CONTACT = "宁书白 022-00000000"
OFFICERS = ("宁书白", "顾怀瑾")
TASKS = (("排查无资质代理", "sweep", 40), ("开展专项行动宣传", "publicity", 6))


@contextmanager
def on(day: date) -> Iterator[None]:
    """Act as on an earlier day."""
    before, settings.TODAY = settings.TODAY, day
    try:
        yield
    finally:
        settings.TODAY = before


@contextmanager
def acting(login: str) -> Iterator[OfficerActor]:
    """Act as a person of the demonstration."""
    by = actors.officer(Post.objects.get(account__login=login))
    with scoped(by):
        yield by


def days(count: int) -> date:
    """A day so many days from today, before it when negative."""
    return clock.today() + timedelta(days=count)


def run(job: Job | None, login: str = "city") -> None:
    """Carry a waiting job out."""
    assert job is not None
    jobs.execute(job.key, Post.objects.get(account__login=login).key)


@transaction.atomic
def list_from_above() -> None:
    """A letter with its list, split and forwarded; one office has answered, one is late, one has time."""
    with acting("city"):
        if Dispatch.objects.exists():
            return
    today, due = clock.today(), {units: days(count) for units, count in SENT_TO.items()}
    with on(days(-12)):
        row = _received(today + timedelta(days=10))
    for (units, until), ago in zip(due.items(), (11, 4), strict=True):
        with on(days(-ago)):
            _forwarded(row, units, until)
    with on(days(-5)):
        for login, count in ANSWERS.items():
            _answered(row, login, count)
    with on(days(-1)), acting("city") as by:
        dispatch.press(key=row.key, version=_fresh(row).version, by=by)


def _received(deadline: date) -> Dispatch:
    with acting("city") as by:
        out = io.StringIO()
        csv.writer(out).writerows([HEADERS, *_lines()])
        content = out.getvalue().encode("utf-8-sig")
        letter = Letter(
            kind="abnormal",
            sender="国家知识产权局",
            sender_no="示例函〔2026〕18号",
            title="非正常专利申请核查清单（演示）",
            dated=days(-2),
            received_on=clock.today(),
            deadline=deadline,
            instruction="请逐条核查并按期书面反馈。",
        )
        file = files.keep(name="核查清单.csv", chunks=[content], seen_by=by.units, by=by)
        row = dispatch.receive(letter=letter, list_file=file, by=by)
    run(row.job)
    return row


def _lines() -> list[list[str]]:
    """Rows about agencies of the synthetic city."""
    agencies = [
        agency
        for unit, count in LISTED.items()
        for agency in Agency.objects.filter(subject__district_code=str(unit)).order_by("id")[:count]
    ]
    return [
        [f"{n:03}", f"2026{n:08}.X", one.subject.name, one.agency_code or "", "示例申请人有限公司", ""]
        for n, one in enumerate(agencies, start=1)
    ]


def _forwarded(row: Dispatch, units: tuple[int, ...], until: date) -> None:
    with acting("city") as by:
        how = Forwarding(until, contact="陶知远 022-00000000")
        sending.forward(key=row.key, units=units, how=how, version=_fresh(row).version, by=by)
    run(_fresh(row).job)


def _answered(row: Dispatch, login: str, count: int | None) -> None:
    with acting(login) as by:
        for one in list(DispatchRow.objects.filter(dispatch=row, holder=by.unit).order_by("place")[:count]):
            dispatch.answer(row_key=one.key, values=FOUND, version=one.version, by=by)
        if count is None:
            sheet = ReturnSheet.objects.get(dispatch=row, unit=by.unit)
            sending.submit(sheet_key=sheet.key, version=sheet.version, by=by)


def _fresh(row: Dispatch) -> Dispatch:
    with acting("city"):
        return Dispatch.objects.select_related("job").get(pk=row.pk)


@transaction.atomic
def leads() -> None:
    """Rows of the list that an officer turned into leads, at different stages."""
    with acting("city"):
        if Lead.objects.filter(origin_kind="dispatch").exists():
            return
    for login, place, acts in LEADS:
        holder = actors.officer(Post.objects.get(account__login=login)).unit
        with on(days(-8)), acting("city") as by:
            row = DispatchRow.objects.filter(holder=holder).order_by("place")[place]
            lead = dispatch.open_lead(row_key=row.key, version=row.version, by=by)
        with on(days(-3)), acting(login) as by:
            for act in acts:
                lead = casework.move(lead_key=lead.key, act=act, version=lead.version, by=by)


@transaction.atomic
def interview() -> None:
    """Two agencies called together: both came, one has corrected what was asked for, the other one still has to."""
    with acting("nankai"):
        if Interview.objects.exists():
            return
    until = days(3)
    with on(days(-9)), acting("nankai") as by:
        plan = Plan(
            kind=Talk.INTERVIEW,
            field=Field.TRADEMARK_AGENCY,
            called=_called(),
            ground="多件商标申请被认定为不以使用为目的，未建立核实制度。",
            meeting=Meeting(days(2), "上午9时", "本局二楼会议室"),
            who="负责人",
            contact=CONTACT,
        )
        row = interviewing.plan_interview(plan, by=by)
    with on(days(-7)), acting("nankai") as by:
        came = {1: Came("到场人甲", "负责人", "8:55"), 2: Came("到场人乙", "负责人", "8:58")}
        row = interviewing.sign_in(key=row.key, rows=came, version=row.version, by=by)
        held = Held(clock.today(), OFFICERS, "通报问题，提出整改要求，两家均表示按期整改。")
        row = interviewing.hold(key=row.key, held=held, version=row.version, by=by)
        asked = rectifying.ask_after_interview(
            key=row.key,
            places=(1, 2),
            what="建立申请真实性核实制度，清查在办案件。",
            term=Term(until, "情况简单，缩短期限"),
            version=row.version,
            by=by,
        )
    with on(days(-2)), acting("nankai") as by:
        check = Check(Result.DONE, clock.today(), OFFICERS[:1], "制度已建立，抽查三件属实。")
        rectifying.recheck(key=asked[0].key, check=check, version=asked[0].version, by=by)


def _called() -> tuple[Subject, ...]:
    found = Agency.objects.filter(subject__district_code=str(NANKAI)).select_related("subject")
    return tuple(
        Subject(one.subject.kind, one.subject.number, one.subject.name) for one in found.order_by("id")[:2]
    )


@transaction.atomic
def instruction() -> None:
    """A leader's instruction whose day is near, and the campaign with its tasks."""
    with acting("city") as by:
        if Instruction.objects.exists() or Programme.objects.exists():
            return
        owners = [Unit.objects.get(pk=unit) for unit in LISTED]
        today, due = clock.today(), days(2)
        with on(days(-6)):
            given = Given(
                leader_title="分管局领导",
                given_on=clock.today(),
                matter="核查清单反馈情况",
                due=due,
                owner=owners[0],
                words="请南开区局抓紧核查，按期报告。",
            )
            instructions.record(given=given, by=by)
            year = programme.set_programme(
                title=f"{today.year}年“蓝天”专项整治行动（演示）",
                document="",
                days=(today.replace(month=1, day=1), today.replace(month=12, day=31)),
                by=by,
            )
            for title, ledger, target in TASKS:
                task = NewTask(title, today.replace(month=12, day=31), owners, measure=ledger, target=target)
                programme.set_task(programme=year, given=task, by=by)
