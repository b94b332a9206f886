"""The campaign: instructions pressed and coloured, tasks counted from records, the sweep, evaluation without fines."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from lantian.campaign import colours, evaluating, queries, rules, sweeping
from lantian.campaign.actions import entries, evaluation, instructions, pressing, programme
from lantian.campaign.actions import sweep as sweep_actions
from lantian.campaign.actions.entries import Guidance, Publicity
from lantian.campaign.actions.instructions import Given
from lantian.campaign.actions.programme import NewTask, Report
from lantian.campaign.colours import Colour
from lantian.campaign.errors import CampaignRefused, Stale
from lantian.campaign.ledgers.catalogue import EVERY
from lantian.campaign.ledgers.frame import Wanted
from lantian.campaign.models import Instruction, Programme, Statement, SweepEntry, Task
from lantian.campaign.rules import Indicator
from lantian.campaign.states import Act, TaskAct
from lantian.core.competence import Field
from lantian.core.messages import NotAllowed, Unreadable
from lantian.core.moves import MoveRefused
from lantian.core.rulebook import BadRulebook, shipped
from lantian.office import clock, files
from lantian.office.models import AuditEvent, IntakeBatch, Unit
from lantian.office.papers import actions as papers
from lantian.office.papers.actions import Numbered
from lantian.office.papers.approving import approve
from lantian.registry.models import Company, Subject
from tests.personas import CITY, NANKAI, acting, browser

pytestmark = pytest.mark.django_db
YEAR = Wanted(date(2026, 1, 1), date(2026, 12, 31))
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
HEAD = "街道\t企业名称\t统一社会信用代码\t地址\t日期\t方式\t人员\t结果\t备注"
CODE = "91110000600037341L"


def unit(number: int) -> Unit:
    return Unit.objects.get(pk=number)


def given(owner: int = NANKAI, **more: Any) -> Given:
    today = clock.today()
    values = {"leader_title": "分管副局长", "given_on": today, "matter": "核查低价代理", "words": "请抓紧。"}
    return Given(**{**values, "due": today + timedelta(14), "owner": unit(owner), **more})


def recorded(login: str = "city", **more: Any) -> Instruction:
    with acting(login) as by:
        return instructions.record(given=given(**more), by=by)


def moved(row: Instruction, act: Act, login: str, words: str = "已部署。", version: int = 0) -> Instruction:
    with acting(login) as by:
        number = version or Instruction.objects.get(pk=row.pk).version
        return instructions.move(key=row.key, act=act, version=number, by=by, words=words)


def some_programme() -> Programme:
    with acting("city") as by:
        return programme.set_programme(
            title="蓝天专项整治",
            document="津知发〔2026〕1号",
            days=(date(2026, 1, 1), date(2026, 12, 31)),
            by=by,
        )


def some_task(**more: Any) -> Task:
    values: dict[str, Any] = {
        "title": "公布举报电话",
        "due": clock.today() + timedelta(30),
        "owners": [unit(NANKAI)],
    }
    row = some_programme()
    with acting("city") as by:
        return programme.set_task(programme=row, given=NewTask(**{**values, **more}), by=by)[0]


def publicity(login: str = "nankai", **more: Any) -> Any:
    values: dict[str, Any] = {
        "kind": "campaign",
        "title": "蓝天行动宣传",
        "outlet": "区融媒体",
        "on": clock.today(),
    }
    with acting(login) as by:
        return entries.add_publicity(given=Publicity(**{**values, **more}), by=by)


# Instructions: recorded, pressed, answered, closed; internal; yellow and red by a dated rule.


def test_an_instruction_is_carried_out_pressed_answered_and_closed() -> None:
    row = recorded()
    moved(row, Act.PRESS, "city")
    moved(row, Act.PRESS, "city", "请于本周反馈。")
    moved(row, Act.ANSWER, "nankai")
    moved(row, Act.RETURN, "city", "请补充核查结果。")
    moved(row, Act.ANSWER, "nankai")
    row = moved(row, Act.CLOSE, "city", "")
    with acting("city"):
        assert [step.act for step in queries.steps(row)] == [
            "record", "press", "press", "answer", "return", "answer", "close",
        ]  # fmt: skip
    assert (row.pressed, row.closed_on, row.state) == (2, clock.today(), "closed")


def test_what_was_not_answered_is_not_closed() -> None:
    with pytest.raises(MoveRefused):
        moved(recorded(), Act.CLOSE, "city")


def test_only_the_owner_answers_and_only_who_recorded_it_presses() -> None:
    row = recorded()
    for act, login in ((Act.ANSWER, "city"), (Act.PRESS, "nankai")):
        with pytest.raises(CampaignRefused, match="The owner answers"):
            moved(row, act, login)


def test_a_page_older_than_the_record_moves_nothing() -> None:
    row = recorded()
    moved(row, Act.PRESS, "city")
    with pytest.raises(Stale):
        moved(row, Act.PRESS, "city", version=1)


def test_an_instruction_is_internal_to_its_owner_and_the_city() -> None:
    row = recorded()
    for login, sees in (("city", True), ("nankai", True), ("xiqing", False), ("corps", False)):
        with acting(login):
            assert (queries.find_instruction(row.key) is not None) is sees, login
    assert browser("xiqing").get(f"/campaign/instructions/{row.key}/").status_code == 404
    event = AuditEvent.objects.filter(about_key=row.key).latest("id")
    assert event.detail == {"owner": NANKAI, "due": str(row.due)}


def test_a_district_orders_nothing_for_another_one() -> None:
    with acting("xiqing") as by, pytest.raises(CampaignRefused, match="own office only"):
        instructions.record(given=given(NANKAI), by=by)


def test_words_or_a_scan_and_a_due_day_are_needed() -> None:
    with acting("city") as by:
        for wrong in (
            {"words": " "},
            {"due": None},
            {"due": date(2020, 1, 1)},
            {"given_on": date(2999, 1, 1)},
        ):
            with pytest.raises(CampaignRefused):
                instructions.record(given=given(**wrong), by=by)


@pytest.mark.parametrize(
    ("today", "closed", "colour"),
    [
        ("2026-03-09", None, Colour.NONE),  # Monday; due on Friday the 13th, four working days left
        ("2026-03-10", None, Colour.YELLOW),
        ("2026-03-13", None, Colour.YELLOW),
        ("2026-03-14", None, Colour.RED),
        ("2026-03-20", "2026-03-13", Colour.DONE),
        ("2026-03-20", "2026-03-16", Colour.DONE_LATE),
    ],
)
def test_three_working_days_before_the_due_day_a_matter_is_yellow_and_after_it_red(
    today: str, closed: str | None, colour: Colour
) -> None:
    on = date.fromisoformat(closed) if closed else None
    assert colours.of(date(2026, 3, 13), date.fromisoformat(today), closed_on=on) is colour


def test_a_colour_never_stands_alone() -> None:
    marks = {colour.text.zh[0] for colour in Colour if colour is not Colour.DONE_LATE}
    assert len(marks) == 4 and all(colour.text.zh[1:].strip() for colour in Colour)
    recorded()
    assert "○ 正常" in browser("nankai").get("/campaign/instructions/").content.decode()


def test_an_open_instruction_stands_on_the_owners_first_page() -> None:
    row = recorded(matter="低价代理线索限期核查")
    assert row.matter in browser("nankai").get("/").content.decode()
    assert row.matter not in browser("xiqing").get("/").content.decode()


def test_the_pressing_order_is_a_numbered_paper_that_reaches_the_owner_by_pressing() -> None:
    row = recorded()
    with acting("city") as by:
        paper = pressing.draft(instruction=row, field=Field.PATENT_AGENCY, contact="陶 23000000", by=by)
        with pytest.raises(CampaignRefused, match="not issued yet"):
            pressing.draft(instruction=row, field=Field.PATENT_AGENCY, contact="陶", by=by)
    with acting("marks") as by:
        approve(key=paper.key, version=1, by=by)
    with acting("city") as by:
        paper = papers.issue(key=paper.key, version=2, by=by, how=Numbered())
    assert paper.number is not None and "督〔2026〕" in paper.number
    assert browser("nankai").get(f"/papers/{paper.key}/").status_code == 404
    moved(row, Act.PRESS, "city")
    assert browser("nankai").get(f"/papers/{paper.key}/").status_code == 200


def test_the_matrix_gives_a_district_no_pressing_order() -> None:
    row = recorded("nankai")
    with acting("nankai") as by, pytest.raises(NotAllowed):
        pressing.draft(instruction=row, field=Field.PATENT_AGENCY, contact="宁", by=by)


# Tasks: owner, due day, progress counted from records or reported with proof.


def test_a_counted_task_counts_the_rows_of_its_ledger_and_nobody_types_them() -> None:
    row = some_task(measure="publicity", target=4)
    with acting("nankai"):
        assert queries.progress(row) == (0, 4)
    publicity()
    publicity()
    publicity("xiqing")
    with acting("city"):
        assert queries.progress(row) == (2, 4)


def test_a_task_reported_as_done_needs_its_proof() -> None:
    row = some_task()
    with acting("nankai") as by:
        report = Report("已在街道张贴。", 60)
        programme.move_task(key=row.key, act=TaskAct.REPORT, report=report, version=1, by=by)
        assert queries.progress(row) == (60, 100)
        with pytest.raises(CampaignRefused, match="proof"):
            programme.move_task(key=row.key, act=TaskAct.FINISH, report=report, version=2, by=by)
        proof = files.keep(name="p.png", chunks=[PNG], seen_by=by.units, by=by)
        done = programme.move_task(
            key=row.key, act=TaskAct.FINISH, report=Report("完成。", 100, proof), version=2, by=by
        )
    assert (done.state, done.done_on) == ("done", clock.today())


def test_a_task_is_seen_and_reported_by_its_owner_only() -> None:
    row = some_task()
    assert browser("xiqing").get(f"/campaign/tasks/{row.key}/").status_code == 404
    with acting("city") as by, pytest.raises(CampaignRefused, match="owns a task"):
        programme.move_task(key=row.key, act=TaskAct.REPORT, report=Report("x"), version=1, by=by)
    with acting("nankai") as by, pytest.raises(NotAllowed):
        programme.set_programme(title="x", document="", days=(YEAR.first, YEAR.last), by=by)


def test_a_task_given_to_two_offices_is_a_task_of_each() -> None:
    row = some_programme()
    owners = [unit(NANKAI), unit(120111)]
    with acting("city") as by:
        tasks = programme.set_task(
            programme=row, given=NewTask("摸底排查", clock.today(), owners, measure="sweep", target=10), by=by
        )
    assert [task.owner_id for task in tasks] == [NANKAI, 120111] and tasks[0].seen_by == [CITY, NANKAI]


# Publicity, guidance: entered once, struck with a reason.


def test_publicity_is_entered_on_its_page_with_a_picture_and_stands_in_the_ledger() -> None:
    client = browser("nankai")
    picture = SimpleUploadedFile("photo.png", PNG)
    typed = {
        "kind": "phones",
        "title": "公布举报电话",
        "outlet": "街道公告栏",
        "on": str(clock.today()),
        "file": picture,
    }
    assert client.post("/campaign/publicity/", typed).status_code == 302
    line = client.get("/ledgers/publicity/").context["page"].object_list[0]
    assert [cell["text"] for cell in line["cells"]][:2] == ["公布举报电话", "举报投诉电话公布"]
    entry = client.get(line["cells"][0]["href"])
    assert entry.status_code == 200
    file = client.get(f"/campaign/files/{entry.context['file']['key']}")
    assert b"".join(file.streaming_content) == PNG
    assert browser("xiqing").get(f"/campaign/files/{entry.context['file']['key']}").status_code == 404


def test_what_is_no_picture_is_not_kept_and_a_script_is_no_link() -> None:
    client = browser("nankai")
    base = {"kind": "campaign", "title": "题", "outlet": "报", "on": str(clock.today())}
    wrong = client.post("/campaign/publicity/", base | {"file": SimpleUploadedFile("x.exe", b"MZ" * 40)})
    script = client.post("/campaign/publicity/", base | {"link": "javascript:alert(1)"})
    assert (wrong.status_code, script.status_code) == (422, 422)
    with acting("nankai"):
        assert EVERY["publicity"].count(YEAR) == 0


def test_a_struck_entry_leaves_the_ledger_and_stays_in_the_record() -> None:
    row = publicity()
    with acting("xiqing") as by, pytest.raises(Exception, match="does not exist"):
        entries.strike(kind="publicity", key=row.key, reason="错", by=by)
    with acting("nankai") as by:
        entries.strike(kind="publicity", key=row.key, reason="重复登记", by=by)
        assert EVERY["publicity"].count(YEAR) == 0
    assert "重复登记" in browser("nankai").get(f"/campaign/publicity/{row.key}/").content.decode()


def test_guidance_of_an_enterprise_says_who_was_told_what_by_whom() -> None:
    with acting("nankai") as by:
        told = Guidance("advantage", "晨星测试企业", "选择代理机构注意事项", clock.today())
        row = entries.add_guidance(given=told, by=by)
        assert EVERY["guidance"].count(YEAR) == 1 and row.officer == "宁书白"


# The sweep: bulk entry, preview, the same twice, candidates.


def sheet(*lines: str) -> str:
    return "\n".join([HEAD, *lines])


def look(firm: str, result: str = "未发现问题", on: str = "2026-03-05", number: str = "") -> str:
    return f"体育中心街\t{firm}\t{number}\t某路1号\t{on}\t实地\t宁书白\t{result}\t"


def taken(text: str, login: str = "nankai") -> sweep_actions.Preview:
    with acting(login) as by:
        return sweep_actions.take(lines=sweeping.read(sweeping.pasted(text)), by=by)


def test_every_firm_looked_at_is_entered_no_problem_included() -> None:
    done = taken(sheet(look("甲测试公司"), look("乙测试公司", "涉嫌无资质代理", "2026/3/6", CODE)))
    assert len(done.new) == 2
    with acting("nankai"):
        assert sorted(SweepEntry.objects.filter(struck_at=None).values_list("result", flat=True)) == [
            "clear", "suspected",
        ]  # fmt: skip


def test_the_same_list_twice_changes_nothing() -> None:
    text = sheet(look("甲测试公司"), look("乙测试公司"))
    taken(text)
    again = taken(text)
    assert (len(again.new), len(again.same), len(again.refused)) == (0, 2, 0)
    with acting("nankai"):
        assert EVERY["sweep"].count(YEAR) == 2


def test_a_look_that_says_otherwise_is_refused_until_the_first_is_struck() -> None:
    taken(sheet(look("甲测试公司")))
    other = taken(sheet(look("甲测试公司", "涉嫌")))
    assert [line.refused.en for line in other.refused if line.refused] == [
        "This look is entered already and says otherwise; strike that entry first if it is wrong."
    ]
    with acting("nankai") as by:
        entries.strike(kind="sweep", key=SweepEntry.objects.get().key, reason="结果登记有误", by=by)
    assert len(taken(sheet(look("甲测试公司", "涉嫌"))).new) == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (look("甲", "好像没事"), "结果"),
        (look("甲", on="3月5日"), "日期"),
        (look("甲", on="2026-02-30"), "日期"),
        (look("甲", on="2999-01-01"), "晚于今天"),
        (look(""), "企业名称"),
        (look("甲", number="91110000600037341M"), "信用代码"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused_with_its_reason_and_takes_no_good_one_along(
    line: str, reason: str
) -> None:
    done = taken(sheet(look("乙测试公司"), line))
    assert len(done.new) == 1 and [one.row for one in done.refused] == [3]
    assert done.refused[0].refused is not None and reason in done.refused[0].refused.zh


def test_two_rows_about_one_look_are_not_both_taken() -> None:
    done = taken(sheet(look("甲测试公司"), look("甲测试公司", "涉嫌")))
    assert len(done.new) == 1 and done.refused[0].row == 3


def test_a_list_without_its_header_is_refused() -> None:
    with pytest.raises(Unreadable, match="names the columns"):
        sweeping.read(sweeping.pasted(look("甲")))


def test_a_workbook_is_previewed_and_only_then_taken_in() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write(0, 0, "体育中心街排查表")
        for place, line in enumerate(
            sheet(look("甲测试公司"), look("乙测试公司", "看看")).split("\n"), start=1
        ):
            for column, cell in enumerate(line.split("\t")):
                page.write_string(place, column, cell)
    client = browser("nankai")
    file = SimpleUploadedFile("排查.xlsx", out.getvalue())
    page_of = client.post("/campaign/sweep/", {"do": "preview", "file": file})
    assert page_of.status_code == 200
    preview = page_of.context["preview"]
    assert (len(preview["new"]), len(preview["refused"])) == (1, 1)
    with acting("nankai"):
        assert EVERY["sweep"].count(YEAR) == 0
    assert client.post("/campaign/sweep/", {"do": "take", "text": page_of.context["text"]}).status_code == 302
    with acting("nankai"):
        assert EVERY["sweep"].count(YEAR) == 1


def test_a_scope_that_excepts_patent_agency_makes_no_candidate() -> None:
    scopes = ("专利代理；商标代理", "知识产权服务（专利代理服务除外）", "软件开发")
    with acting("city"):
        batch = IntakeBatch.objects.latest("id")
    rows = []
    for place, scope in enumerate(scopes):
        subject = Subject.objects.create(kind="company", number=f"测试{place}", name="甲", name_pinyin="jia")
        rows.append(Company.objects.create(subject=subject, scope=scope, batch_id=batch.pk, row=place))
    with acting("city"):
        found = set(queries.candidates(None, YEAR.first).values_list("pk", flat=True))
    assert rows[0].pk in found and not {rows[1].pk, rows[2].pk} & found


# Evaluation: four indicators, never fines; every number is its rows; districts may object.


def test_fines_and_numbers_of_penalties_are_no_indicator_and_a_book_that_says_so_is_refused() -> None:
    assert {str(one) for one in Indicator} == {"timeliness", "completeness", "closure", "publicity"}
    weights = rules.rule("evaluation", clock.today()).values["weights"]
    assert {one["indicator"] for one in weights} == {str(one) for one in Indicator}
    for name in ("fines", "penalties"):
        text = shipped("campaign.toml").replace('indicator = "closure"', f'indicator = "{name}"')
        with pytest.raises(BadRulebook, match="must be one of timeliness"):
            rules.read_book(text)


def test_a_figure_is_exactly_the_number_of_the_rows_it_opens() -> None:
    publicity()
    publicity(link="https://example.org/1")
    client = browser("city")
    page = client.get(f"/campaign/evaluation/?first=2026-01-01&last=2026-12-31&office={NANKAI}")
    figures = page.context["rows"][0]["figures"]
    complete = next(one for one in figures if one["label"] == "完整")
    rows = client.get(complete["href"]).context
    assert (complete["met"], complete["asked"]) == (1, 2) == (rows["met"], len(rows["rows"]))
    assert all(client.get(row["href"]).status_code == 200 for row in rows["rows"])


def test_an_indicator_without_rows_is_left_out_of_the_score() -> None:
    publicity(link="https://example.org/1")
    with acting("nankai"):
        ahead = Wanted(clock.today().replace(day=1), clock.today(), NANKAI)
        row = evaluating.evaluate(ahead)[0]
    assert row.figures[Indicator.TIMELINESS].ratio is None and row.score == 100.0


def test_a_district_explains_or_objects_and_the_city_answers_once() -> None:
    with acting("nankai") as by:
        said = evaluation.Said("object", "timeliness", "系统迁移期间延误。")
        row = evaluation.state(period=YEAR, given=said, by=by)
    with acting("xiqing"):
        assert not Statement.objects.filter(pk=row.pk).exists()
    with acting("city") as by:
        evaluation.answer(key=row.key, words="采纳。", by=by)
        with pytest.raises(CampaignRefused, match="answered already"):
            evaluation.answer(key=row.key, words="再答。", by=by)
    page = browser("nankai").get("/campaign/evaluation/").content.decode()
    assert "系统迁移期间延误" in page and "采纳" in page
    with acting("nankai") as by, pytest.raises(NotAllowed):
        evaluation.answer(key=row.key, words="自答", by=by)


def test_the_picture_of_the_evaluation_gives_every_district_its_number() -> None:
    page = browser("city").get("/campaign/evaluation/").content.decode()
    assert "chart-bars" in page and "用表格看" in page and "不看罚款" in page
