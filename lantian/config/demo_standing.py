"""The demonstration's standing: official grades, credit events, lists, repair, objection, classes, a plan.

All of it is invented, and done by the rooms' own actions on the days before the present one. Each part is done once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

import polars as pl
from django.db import transaction
from django.db.models import QuerySet

from lantian.config.demo_week import BINHAI, NANKAI, XIQING, acting, days, on, run
from lantian.core.lists import Terms
from lantian.office import clock, files
from lantian.office.intake import actions as intake
from lantian.office.models import Post
from lantian.registry.models import Agency, Subject
from lantian.standing import actions, classing, listing, packaging, planning, reckoning, repairing
from lantian.standing.classing import Signature
from lantian.standing.listing import Done, Listing
from lantian.standing.models import (
    CreditEvent,
    GuidancePlan,
    ListEntry,
    ListPaper,
    OfficialGrade,
    Reckoning,
    Repair,
    SupervisionClass,
)
from lantian.standing.packaging import Given
from lantian.standing.plan_states import StepAct
from lantian.standing.planning import Marked, NewPlan, NewStep
from lantian.standing.repairing import Application

SOURCE = "国家知识产权局公布（演示）"
# Published twice, so many days ago; the letters come round agency by agency.
PUBLISHED, LETTERS = (-430, -65), (("A", "A+"), ("A", "A"), ("B", "A"), ("A", "B"), ("B", "B"), ("A", "C"))
# What checks, registers and awards told of agencies: whose, which indicator, days ago, its document.
EVENTS = (
    (NANKAI, 0, "AG-IRR-09", 320, "示例检查〔2026〕3号"),
    (NANKAI, 1, "AG-IRR-12", 150, "示例检查〔2026〕7号"),
    (NANKAI, 1, "AG-BON-04", 90, "示例援助〔2026〕2号"),
    (NANKAI, 2, "AG-ABN-01", 140, "示例异常〔2026〕11号"),
    (XIQING, 0, "AG-IRR-01", 100, "示例通报〔2026〕5号"),
    (XIQING, 1, "AG-BON-02", 200, "示例表彰〔2026〕1号"),
    (BINHAI, 0, "AG-PEN-01", 260, "示例罚〔2026〕9号"),
    (BINHAI, 1, "AG-IRR-05", 45, "示例检查〔2026〕9号"),
)
# What the national office counted against one of them; we do not hold the first, and count the second otherwise.
ITEMS = "AG-IRR-08|{0}|-10|示例通报〔2026〕6号；AG-IRR-12|{1}|-10|示例检查〔2026〕7号"
SIGNED = {"nankai": (NANKAI, 4), "xiqing": (XIQING, 3), "binhai": (BINHAI, 3)}
STEPS = (("合规培训", 0), ("对照清单自查整改", 2), ("抽查三件在办案件", 12), ("复核质量结果", 40))
PDF, FRIDAY = b"%PDF-1.4 demonstration", 4


def agency(unit: int, place: int) -> Subject:
    """A patent agency of a district, by its place in the register."""
    known = list(_patent_agencies().filter(subject__district_code=str(unit))[: place + 1])
    subject: Subject = known[min(place, len(known) - 1)].subject
    return subject


def _patent_agencies() -> QuerySet[Agency]:
    return Agency.objects.filter(kinds__contains=["patent"]).select_related("subject").order_by("id")


def ago(count: int) -> date:
    """A day before today; offices do not act on a weekend, so it is the Friday before."""
    day = days(-count)
    return day - timedelta(days=max(0, day.weekday() - FRIDAY))


def grades_and_events() -> None:
    """Take in the grades that CNIPA published and the events that came as a list."""
    with acting("city"):
        if OfficialGrade.objects.exists():
            return
    take_in("official_grades", ("机构代码", "信用等级", "评价日期", "分数", "明细", "来源"), _grades())
    take_in("credit_events", ("编号", "指标", "决定日期", "文书", "获知日期"), _events())


def readable(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The city's tables as files hold them: an indicator of a quality round is written as name=value."""
    found, name = dict(tables), "quality_rounds"
    if name in found:
        each = pl.element().struct
        value = each.field("value").cast(pl.Int64).cast(pl.String)
        told = pl.concat_str(each.field("key"), pl.lit("="), value)
        found[name] = found[name].with_columns(pl.col("indicators").list.eval(told))
    return found


def take_in(table: str, headers: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Take a small list in through the same door as any file."""
    out = io.StringIO()
    csv.writer(out).writerows([headers, *rows])
    with acting("city") as by:
        content = out.getvalue().encode("utf-8-sig")
        file = files.keep(name=f"{table}.csv", chunks=[content], seen_by=by.units, by=by)
        batch = intake.start(table=table, file=file, by=by)
    run(batch.job)


def _grades() -> Iterator[list[str]]:
    special = agency(NANKAI, 1).pk
    for place, one in enumerate(_patent_agencies()):
        for letter, day in zip(LETTERS[place % len(LETTERS)], PUBLISHED, strict=True):
            number = one.agency_code or one.subject.number
            if one.subject.pk == special and day == PUBLISHED[-1]:
                items = ITEMS.format(ago(170), ago(150))
                yield [number, "B", str(days(day)), "80", items, SOURCE]
            else:
                yield [number, letter, str(days(day)), "", "", SOURCE]


def _events() -> Iterator[list[str]]:
    for unit, place, indicator, count, document in EVENTS:
        yield [agency(unit, place).number, indicator, str(ago(count)), document, str(ago(count - 10))]


@transaction.atomic
def repair_and_objection() -> None:
    """One party corrected its conduct and asks for repair, another one objects to what is held against it."""
    with acting("nankai"):
        if Repair.objects.exists():
            return
        first, second = _event(agency(NANKAI, 0)), _event(agency(NANKAI, 1))
    with on(ago(120)), acting("nankai") as by:
        note = "补签委托合同，并建立合同台账。"
        actions.note_correction(
            event_key=first.key, on=clock.today(), document="示例复查〔2026〕3号", note=note, by=by
        )
    with on(ago(15)), acting("nankai") as by:
        asked = Application(first.key, clock.today(), "整改报告、合同台账、复查记录")
        repairing.ask_repair(asked, by=by)
    with on(ago(6)), acting("nankai") as by:
        words = "许可证信息已在首页公示，附网页截图。"
        repairing.raise_objection(Application(second.key, clock.today(), words), by=by)


def _event(subject: Subject) -> CreditEvent:
    found = CreditEvent.objects.filter(subject=subject, origin_kind__in=("", "intake")).order_by(
        "occurred_on"
    )
    return found[0]


@transaction.atomic
def lists() -> None:
    """Entries at every stage: proposed with its papers, reviewed, and listed by the office and by the city."""
    with acting("city"):
        if ListEntry.objects.exists():
            return
    _listed()
    _monitored()
    _going_up()
    with on(ago(2)), acting("xiqing") as by:
        wanted = Listing(
            agency(XIQING, 1).key, "key_monitoring", "patent_agency", "city_decision", (), "两轮质量结果下降"
        )
        listing.propose(wanted, by=by)


def _listed() -> None:
    """A district finds an agency gone, and lists it; the notice has to be published."""
    with on(ago(30)), acting("nankai") as by:
        subject = agency(NANKAI, 2)
        reason = "责令公示信息期满未公示（示例改〔2026〕4号）"
        wanted = Listing(
            subject.key, "enterprise_abnormal", "patent_agency", "ordered_disclosure", (), reason
        )
        row = listing.propose(wanted, by=by)
    with on(ago(28)), acting("nankai") as by:
        done = Done(clock.today(), row.version, "示例核查〔2026〕4号")
        row = listing.take_step(key=row.key, step="verified", done=done, by=by)
    with on(ago(25)), acting("leader") as by:
        row = listing.review(key=row.key, done=Done(clock.today(), row.version), by=by)
        decided = Done(clock.today(), row.version, "示例列〔2026〕2号")
        listing.enter(key=row.key, terms=Terms(), done=decided, by=by)


def _monitored() -> None:
    """A district proposes, the city decides: key monitoring for nearly a year, so that the end is in sight."""
    with on(ago(340)), acting("xiqing") as by:
        wanted = Listing(
            agency(XIQING, 0).key, "key_monitoring", "patent_agency", "cnipa_list", (), "列入下发的名单"
        )
        row = listing.propose(wanted, by=by)
    with on(ago(335)), acting("city") as by:
        row = listing.review(key=row.key, done=Done(clock.today(), row.version), by=by)
        decided = Done(clock.today(), row.version, "示例监控〔2025〕1号")
        listing.enter(key=row.key, terms=Terms(), done=decided, by=by)


def _going_up() -> None:
    """The city proposes to the national office; the papers are put together, the letter is not written yet."""
    with on(ago(9)), acting("city") as by:
        reason = "2025年度报告期满未提交，经两次通知仍未提交。"
        wanted = Listing(
            agency(BINHAI, 0).key, "agency_abnormal", "patent_agency", "annual_report", (), reason
        )
        row = listing.propose(wanted, by=by)
        for step, document in (("verified", "示例核查〔2026〕8号"), ("notice", "示例告〔2026〕5号")):
            row = listing.take_step(
                key=row.key, step=step, done=Done(clock.today(), row.version, document), by=by
            )
        for kind, title in (
            (ListPaper.Kind.NOTICE, "告知书及送达回证"),
            (ListPaper.Kind.EVIDENCE, "核查记录"),
        ):
            file = files.keep(name=f"{title}.pdf", chunks=[PDF + title.encode()], seen_by=row.seen_by, by=by)
            packaging.enclose(key=row.key, given=Given(kind, title, file), version=row.version, by=by)


@transaction.atomic
def classes() -> None:
    """Officers of three districts sign the class of some agencies, as proposed."""
    with acting("city"):
        if SupervisionClass.objects.exists():
            return
    for login, (unit, count) in SIGNED.items():
        with on(ago(20)), acting(login) as by:
            for place in range(count):
                subject = agency(unit, place)
                shown = classing.propose(subject, clock.today())
                signature = Signature(shown.proposed.code, shown.mark)
                classing.sign(subject_key=subject.key, signature=signature, by=by)


@transaction.atomic
def plan() -> None:
    """A weak agency under guidance: one step done today, one soon due, two to come."""
    with acting("nankai") as by:
        if GuidancePlan.objects.exists():
            return
        officer = Post.objects.get(account__login="nankai").key
        steps = tuple(NewStep(what, days(count), officer) for what, count in STEPS)
        ground, aim = "信用等级下降，首页公示信息不全。", "三个月内制度补齐，质量结果回到B级以上。"
        wanted = NewPlan(agency(NANKAI, 1).key, ground, aim, days(60), officer, steps)
        row = planning.start(wanted, by=by)
        marked = Marked(clock.today(), row.version, "负责人和12名代理师参加，签到表存档。", "培训签到表")
        planning.mark_step(key=row.key, place=1, act=StepAct.DO, marked=marked, by=by)


@transaction.atomic
def earlier_reckonings() -> None:
    """What an officer kept of the agencies that asked, at three earlier times."""
    with acting("nankai"):
        if Reckoning.objects.exists():
            return
    for count in (330, 150, 70):
        with on(ago(count)), acting("nankai") as by:
            for place in (0, 1):
                reckoning.reckon_subject(subject_key=agency(NANKAI, place).key, by=by)


def reckonings() -> None:
    """Everybody's statement of today, once."""
    with acting("city") as by:
        if Reckoning.objects.filter(subject__district_code=str(BINHAI)).exists():
            return
        job = reckoning.reckon_everybody(by=by)
    run(job)
