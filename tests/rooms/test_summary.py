"""The yearly summary: numbers open their rows and stay, large changes have reasons, a second person, masked cases."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from pypdf import PdfReader

from lantian.campaign.actions import entries, stories, summaries
from lantian.campaign.actions.entries import Publicity
from lantian.campaign.actions.stories import Outlet, Told
from lantian.campaign.actions.summaries import Draft
from lantian.campaign.colours import Colour
from lantian.campaign.errors import CampaignRefused, Stale
from lantian.campaign.figures.flows import FLOWS
from lantian.campaign.models import PublicityItem, Story, Summary, SummaryFigure
from lantian.campaign.summary import counting, drafting, masking, queries, rules, sources
from lantian.campaign.summary.counting import LastYear, Number
from lantian.campaign.summary.states import Pending
from lantian.casework.models import OutsideMatter
from lantian.core.messages import NotAllowed
from lantian.core.moves import MoveRefused
from lantian.core.rulebook import BadRulebook, shipped
from lantian.office import audit, clock, files
from lantian.office.models import AuditEvent, Post
from lantian.office.papers.approving import Elsewhere
from lantian.office.papers.docx import set_docx
from lantian.office.papers.errors import PaperRefused
from lantian.office.papers.letter import set_pdf
from tests.personas import CITY, NANKAI, acting, browser

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
WORDS = {"measures": "坚持分类处置。", "problems": "人手不足。", "next": "继续排查。"}
YEAR = clock.today().year
FACTS = "法定代表人张建国指使代理师李强编造申请材料，电话13812345678，身份证120101199001011234。"


def publicity(on: date | None = None, login: str = "nankai", times: int = 1) -> None:
    with acting(login) as by:
        for number in range(times):
            given = Publicity("campaign", f"宣传{number}", "区融媒体", on or clock.today())
            entries.add_publicity(given=given, by=by)


def begun(login: str = "nankai", year: int = YEAR) -> Summary:
    with acting(login) as by:
        return summaries.start(year=year, by=by)


def revised(
    row: Summary,
    login: str = "nankai",
    words: Mapping[str, str] = WORDS,
    reasons: Mapping[str, str] | None = None,
    cases: Sequence[str] = (),
) -> Summary:
    with acting(login) as by:
        given = Draft(words, reasons or {}, (), cases)
        version = Summary.objects.get(pk=row.pk).version
        return summaries.revise(key=row.key, version=version, given=given, by=by)


def approved(row: Summary, login: str = "leader") -> Summary:
    with acting(login) as by:
        return summaries.approve(key=row.key, version=Summary.objects.get(pk=row.pk).version, by=by)


def sent(row: Summary, login: str = "nankai") -> Summary:
    with acting(login) as by:
        version = Summary.objects.get(pk=row.pk).version
        return summaries.send(key=row.key, version=version, on=clock.today(), number="南知发1号", by=by)


def values(row: Summary, login: str = "nankai") -> dict[str, int]:
    with acting(login):
        return {id: one.value for id, one in counting.held(counting.standing(row)).items()}


def text_of(row: Summary, login: str = "nankai") -> str:
    with acting(login):
        said = queries.text_said(counting.standing(row))
        return "\n".join(one.text for section in said.sections for one in section.paragraphs)


def a_case(login: str = "nankai", unit: int = NANKAI, **more: Any) -> OutsideMatter:
    with acting(login) as by:
        given: dict[str, Any] = {
            "external_no": "案-1", "title": "编造申请案", "result": "罚款2万元", "subject_name": "某代理公司",
            "opened_on": date(YEAR - 1, 2, 3), "subject_no": "",
        } | more  # fmt: skip
        row = OutsideMatter.objects.create(
            unit_id=unit, module="cases", system="案件系统", subject_kind="agency", noted_on=clock.today(),
            changed_at=clock.now(), changed_by=Post.objects.get(pk=by.post_id), seen_by=[unit, CITY], **given,
        )  # fmt: skip
        audit.record(audit.Kind.ENTRY_ADDED, by=by, about=("outside", row.key))
        return row


def told(**more: Any) -> Told:
    given: dict[str, Any] = {
        "title": "某代理公司编造申请案", "facts": FACTS, "decision": "南罚〔2026〕1号",
        "served_on": date(YEAR - 1, 3, 1), "pending": Pending.NONE, "more": (),
    } | more  # fmt: skip
    return Told(**given)


def story(login: str = "nankai", matter: OutsideMatter | None = None, **more: Any) -> Story:
    row = matter or a_case(login)
    with acting(login) as by:
        source = sources.find("outside", row.key)
        assert source is not None
        return stories.write(source=source, given=told(**more), by=by)


def story_approved(row: Story, login: str = "leader") -> Story:
    with acting(login) as by:
        return stories.approve(key=row.key, version=Story.objects.get(pk=row.pk).version, by=by)


def masked(row: Story, login: str = "nankai") -> str:
    with acting(login):
        return stories.standing(row).text


# Figures: counted from records, frozen with each version, opening their rows.


def test_a_draft_counts_records_and_says_so_where_there_are_none() -> None:
    publicity(times=3)
    row = begun()
    assert values(row)["publicity"] == 3
    text = text_of(row)
    assert "开展宣传和培训3次" in text
    assert "本年度没有立案。" in text
    assert "办理投诉举报" not in text, "a sentence without honest words for zero is not offered"


def test_every_number_opens_the_rows_it_counts() -> None:
    publicity(times=2)
    row = begun()
    with acting("nankai"):
        figure = queries.figure_of(counting.standing(row), "publicity")
        assert figure is not None
        assert opened(figure) == [("宣传0", False), ("宣传1", False)]


def test_a_frozen_number_opens_a_record_struck_since_and_says_so() -> None:
    publicity(times=2)
    row = begun()
    with acting("nankai") as by:
        struck = PublicityItem.objects.get(title="宣传1")
        entries.strike(kind="publicity", key=struck.key, reason="记重了", by=by)
        figure = queries.figure_of(counting.standing(row), "publicity")
        assert figure is not None
        assert opened(figure) == [("宣传0", False), ("宣传1", True)]


def opened(figure: SummaryFigure) -> list[tuple[str, bool]]:
    return sorted((one.shown, one.struck) for one in FLOWS[figure.flow].opened(figure.ids))


def test_what_was_approved_keeps_its_numbers_and_says_that_records_moved() -> None:
    row = revised(begun())
    approved(row)
    publicity(times=2)
    assert values(row)["publicity"] == 0
    with acting("nankai"):
        now = counting.count(NANKAI, YEAR, clock.today())
        assert counting.moved(counting.standing(row), now) == ["publicity"]


def test_a_version_is_never_changed_only_followed() -> None:
    row = begun()
    publicity()
    revised(row)
    with acting("nankai"):
        first, second = queries.versions(row)
        assert (counting.held(first)["publicity"].value, counting.held(second)["publicity"].value) == (0, 1)
        assert first.digest != second.digest


def test_a_district_counts_its_own_records_and_the_city_those_of_all() -> None:
    publicity(login="nankai", times=2)
    publicity(login="xiqing")
    assert values(begun("nankai"))["publicity"] == 2
    assert values(begun("city"), "city")["publicity"] == 3


def test_words_of_the_officer_stay_apart_from_bound_text() -> None:
    publicity()
    row = revised(begun())
    with acting("nankai"):
        said = queries.text_said(counting.standing(row))
        free = [one.text for section in said.sections for one in section.paragraphs if one.free]
        bound = {part.figure for s in said.sections for p in s.paragraphs for part in p.parts if part.figure}
    assert sorted(free) == sorted(WORDS.values())
    assert "publicity" in bound


# Comparison with last year.


def test_without_records_of_last_year_the_summary_says_so() -> None:
    row = begun()
    with acting("nankai"):
        assert counting.standing(row).last_source == LastYear.NONE


def test_a_large_change_needs_its_reason_before_approval() -> None:
    publicity(on=date(YEAR - 1, 1, 1), times=2)
    publicity(on=date(YEAR, 1, 1), times=9)
    row = revised(begun())
    with pytest.raises(CampaignRefused, match="Large changes need a reason"):
        approved(row)
    row = revised(row, reasons={"publicity": "新增短视频宣传。"})
    assert approved(row).state == "approved"
    with acting("nankai"):
        said = queries.text_said(counting.standing(row))
        line = next(one for one in said.rows if one.figure == "publicity")
    assert line.words == "9（上年2，增加7）" and line.reason == "新增短视频宣传。"


def test_last_year_is_taken_from_its_summary_where_there_is_one() -> None:
    publicity(on=date(YEAR - 1, 1, 1), times=2)
    before = revised(begun(year=YEAR - 1))
    approved(before)
    publicity(on=date(YEAR - 1, 4, 1), times=4)
    row = begun()
    with acting("nankai"):
        version = counting.standing(row)
        assert version.last_source == LastYear.SUMMARY
        assert counting.held(version)["publicity"].last == 2


def test_a_change_is_large_by_share_and_by_number() -> None:
    rule = rules.rule("comparison", clock.today()).values
    many = tuple(range(100))
    assert Number("f", "x", many, 60).is_large(rule)
    assert not Number("f", "x", many, 90).is_large(rule), "a tenth more"
    assert not Number("f", "x", (1, 2, 3), 1).is_large(rule), "two more"
    assert not Number("f", "x", many, None).is_large(rule), "nothing is known of last year"
    assert Number("f", "x", many[:5], 0).is_large(rule)


# Approval: a second person, on screen or on paper.


def test_sections_that_must_be_written_hold_up_the_approval() -> None:
    row = begun()
    with pytest.raises(CampaignRefused, match="Problems"):
        approved(row)


def test_whoever_wrote_a_version_does_not_approve() -> None:
    row = revised(begun("city"), "city")
    with pytest.raises(PaperRefused):
        approved(row, "city")
    assert approved(row, "marks").state == "approved"


def test_an_office_of_one_records_the_approval_on_paper() -> None:
    row = revised(begun("xiqing"), "xiqing")
    with acting("xiqing") as by:
        scan = files.keep(name="核准.png", chunks=[PNG], seen_by=[by.unit], by=by)
        given = Elsewhere("paper", "局长甲", clock.today(), scan)
        row = summaries.record_approval(key=row.key, version=row.version, given=given, by=by)
        step = queries.steps(row)[-1]
    assert (row.state, step.how, step.approver, step.file_id) == ("approved", "paper", "局长甲", scan.pk)


def test_revising_lets_the_approval_lapse() -> None:
    row = approved(revised(begun()))
    assert revised(row).state == "draft"
    with pytest.raises(MoveRefused):
        sent(row)


def test_a_stale_page_changes_nothing() -> None:
    row = begun()
    revised(row)
    with acting("nankai") as by, pytest.raises(Stale):
        summaries.revise(key=row.key, version=1, given=Draft(), by=by)


def test_an_officer_without_the_right_neither_writes_nor_approves() -> None:
    row = revised(begun())
    with pytest.raises(NotAllowed):
        approved(row, "nankai")
    with acting("leader") as by, pytest.raises(NotAllowed):
        summaries.revise(key=row.key, version=row.version, given=Draft(), by=by)


# Sent, received, sent back; who is late.


def test_the_city_sees_a_summary_only_once_it_is_sent() -> None:
    row = approved(revised(begun()))
    with acting("city"):
        assert queries.find(row.key) is None
    sent(row)
    with acting("city") as by:
        held = queries.find(row.key)
        assert held is not None
        done = summaries.receive(key=row.key, version=held.version, on=clock.today(), note="", by=by)
    assert done.state == "received" and done.received_on == clock.today()


def test_a_summary_sent_back_is_a_draft_again_with_its_reason() -> None:
    row = sent(approved(revised(begun())))
    with acting("city") as by:
        summaries.send_back(key=row.key, version=row.version, reason="请补充问题。", by=by)
    with acting("nankai"):
        row = Summary.objects.get(pk=row.pk)
        assert (row.state, row.sent_on) == ("draft", None)
        assert queries.steps(row)[-1].note == "请补充问题。"


def test_a_district_cannot_acknowledge_its_own_summary() -> None:
    row = sent(approved(revised(begun())))
    with acting("nankai") as by, pytest.raises(NotAllowed):
        summaries.receive(key=row.key, version=row.version, on=clock.today(), note="", by=by)


def test_districts_are_late_after_15_november_and_the_citys_day_is_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert rules.due(2024, for_city=False).on == date(2024, 11, 15)
    assert rules.due(2024, for_city=True).on != rules.due(2024, for_city=False).on
    row = sent(approved(revised(begun())))
    monkeypatch.setattr(clock, "today", lambda: date(YEAR, 11, 20))
    with acting("city"):
        by_unit = {one.unit.pk: one for one in queries.standings(YEAR)}
    assert by_unit[NANKAI].summary == row
    assert by_unit[120111].colour is Colour.RED


def test_the_home_page_speaks_of_it_until_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with acting("nankai") as by:
        assert queries.owed(by, date(YEAR, 5, 1)) is None
        assert queries.owed(by, date(YEAR, 11, 1)) is not None
    row = sent(approved(revised(begun())))
    with acting("nankai") as by:
        assert queries.owed(by, row.due) is None
    with acting("corps") as by:
        assert queries.owed(by, row.due) is None, "the corps sends no summary"


def test_the_districts_figures_are_merged_beside_the_records() -> None:
    publicity(times=2)
    sent(approved(revised(begun())))
    publicity()
    with acting("city"):
        found = {one.figure: one for one in queries.merged(YEAR)}
    assert (found["publicity"].reported, found["publicity"].counted, found["publicity"].difference) == (
        2,
        3,
        1,
    )


# DOCX and PDF.


def test_docx_and_pdf_say_the_same_without_red_head() -> None:
    publicity()
    row = approved(revised(begun()))
    with acting("nankai"):
        letter = queries.letter_of(row, counting.standing(row))
        docx, pdf = set_docx(letter), set_pdf(letter)
        assert set_docx(letter) == docx
    document = Document(io.BytesIO(docx))
    words = "".join(one.text for one in document.paragraphs)
    assert "草稿" not in words and "五、存在问题" in words and "人手不足。" in words
    assert any("宣传" in row.cells[0].text for row in document.tables[0].rows)
    assert "人手不足" in "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_a_draft_says_that_it_is_one() -> None:
    row = begun()
    with acting("nankai"):
        letter = queries.letter_of(row, counting.standing(row))
    assert "（草稿）" in letter.content.title[0].text


# Typical cases: after service, masked by rule, more by hand, never less, a second person.


def test_a_case_needs_a_decision_that_was_served() -> None:
    matter = a_case()
    for day in (None, date(YEAR - 1, 1, 1), clock.today() + timedelta(1)):
        with pytest.raises(CampaignRefused):
            story(matter=matter, served_on=day)
    assert story(matter=matter).state == "draft"


def test_names_numbers_and_telephones_are_masked_by_rule() -> None:
    text = masked(story())
    assert "张某某" in text and "李某" in text
    for secret in ("张建国", "李强", "13812345678", "120101199001011234"):
        assert secret not in text


def test_the_officer_masks_more_and_never_less() -> None:
    row = story(more=("编造",), facts=FACTS.replace("张建国", "张建国（张建国）"))
    text = masked(row)
    assert "编造" not in text and "张建国" not in text
    with acting("nankai") as by:
        row = stories.revise(
            key=row.key, version=row.version, given=told(facts=text + "法定代表人王大力。"), by=by
        )
        assert "王大力" not in stories.standing(row).text
        assert "王某某" in stories.standing(row).text


def test_names_that_records_know_are_masked_wherever_they_stand() -> None:
    matter = a_case(subject_name="甘雨生")
    with acting("nankai"):
        OutsideMatter.objects.filter(pk=matter.pk).update(subject_kind="practitioner")
    assert "甘雨生" not in masked(story(matter=matter, facts="甘雨生承认事实。"))


def test_a_pending_review_is_said() -> None:
    assert masked(story(pending=Pending.REVIEW)).endswith("该决定正处于行政复议期间。")


def test_a_case_is_approved_by_another_person_and_seen_by_the_city_from_then_on() -> None:
    row = story()
    with acting("city"):
        assert queries.find_story(row.key) is None
    with pytest.raises(NotAllowed):
        story_approved(row, "nankai")
    story_approved(row)
    with acting("city"):
        assert queries.find_story(row.key) is not None


def test_an_approved_case_stands_in_the_summary_masked() -> None:
    case = story_approved(story())
    row = revised(begun(), cases=[case.key])
    assert "张某某" in text_of(row) and "张建国" not in text_of(row)
    assert approved(row).state == "approved"


def test_a_case_not_approved_is_not_chosen_and_a_changed_one_holds_up_the_approval() -> None:
    case = story()
    assert "张某某" not in text_of(revised(begun(), cases=[case.key]))
    case = story_approved(case)
    with acting("nankai"):
        row = Summary.objects.get()
    row = revised(row, cases=[case.key])
    with acting("nankai") as by:
        stories.drop(key=case.key, version=case.version, reason="复议中止。", by=by)
    with pytest.raises(CampaignRefused, match="changed or dropped"):
        approved(row)


def test_a_published_case_stands_in_the_ledger_of_publicity() -> None:
    case = story_approved(story(title="法定代表人张建国编造申请案"))
    with acting("nankai") as by:
        given = Outlet("区政府网站", clock.today(), "https://example.gov.cn/1")
        case = stories.publish(key=case.key, version=case.version, given=given, by=by)
        item = PublicityItem.objects.get(pk=case.publicity_id or 0)
    assert case.state == "published" and item.title == "典型案例：法定代表人张某某编造申请案"


def test_another_office_writes_no_case_about_it() -> None:
    matter = a_case()
    with acting("city") as by, pytest.raises(CampaignRefused):
        source = sources.find("outside", matter.key)
        assert source is not None
        stories.write(source=source, given=told(), by=by)


def test_events_carry_no_names() -> None:
    story_approved(story())
    with acting("nankai"):
        details = str(
            list(AuditEvent.objects.filter(kind__startswith="story").values_list("detail", flat=True))
        )
    assert "张" not in details and "digest" in details


# Masking in itself.


def rule_of_masking() -> Mapping[str, Any]:
    return rules.rule("masking", clock.today()).values


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("法定代表人欧阳明远承认", "法定代表人欧阳某某承认"),
        ("当事人于今年3月停业", "当事人于今年3月停业"),
        ("负责人：曾强说明", "负责人：曾某说明"),
        ("电话１３８１２３４５６７８", "电话（电话略）"),
        ("统一社会信用代码91120116MA01234567", "统一社会信用代码91120116MA01234567"),
        ("代理师张三和代理师张四", "代理师张某甲和代理师张某乙"),
        ("住址：天津市南开区某路1号，", "（住址略），"),
        ("代理师张三、李四和王五共同编造", "代理师张某、李某和王某共同编造"),
        ("代理师张瑞和承认", "代理师张某某承认"),
        ("代理师李强编造材料", "代理师李某编造材料"),
        ("法定代表人王为民、负责人李有才", "法定代表人王某某、负责人李某某"),
    ],
)
def test_the_rule_masks_persons_and_leaves_bodies(text: str, shown: str) -> None:
    assert masking.mask(text, rule_of_masking()).text == shown


def test_what_is_masked_stays_as_it_is_when_masked_again() -> None:
    rule = rule_of_masking()
    once = masking.mask(FACTS + "代理师张三和代理师张四。", rule).text
    assert masking.mask(once, rule).text == once
    assert not masking.holds(once, rule)


def test_a_rule_book_with_an_unknown_figure_is_refused() -> None:
    with pytest.raises(BadRulebook, match="no_such_figure"):
        rules.read_book(shipped(rules.FILE).replace("{guided}", "{no_such_figure}"))


def test_every_large_change_is_listed_for_the_officer() -> None:
    publicity(on=date(YEAR - 1, 1, 1), times=2)
    publicity(on=date(YEAR, 1, 1), times=9)
    with acting("nankai"):
        year = counting.count(NANKAI, YEAR, clock.today())
        assert [one.figure for one in drafting.large_changes(year)] == ["publicity"]


# Pages.


def test_what_was_typed_stays_when_it_is_refused() -> None:
    matter = a_case()
    client = browser("nankai")
    where = f"/summary/cases/new?kind=outside&key={matter.key}"
    given = {"title": "某案", "facts": FACTS, "decision": "南罚1号", "served_on": "", "pending": "none"}
    answer = client.post(where, given)
    page = answer.content.decode()
    assert answer.status_code == 422 and "张建国" in page and "送达日期" in page
    assert client.post(where, {**given, "served_on": str(clock.today())}).status_code == 302


def test_a_small_office_goes_the_whole_way_by_itself() -> None:
    client = browser("xiqing")
    page = client.post("/summary/start", {"year": YEAR})["Location"]
    words = {f"words_{name}": text for name, text in WORDS.items()}
    assert client.post(f"{page}revise", {"version": 1, **words}).status_code == 302
    today = str(clock.today())
    form = {"version": 2, "how": "paper", "approver": "局长甲", "on": today}
    assert client.post(f"{page}record", form).status_code == 422, "without its scan it is no approval"
    scan = SimpleUploadedFile("a.png", PNG)
    assert client.post(f"{page}record", {**form, "scan": scan}).status_code == 302
    assert client.post(f"{page}send", {"version": 3, "on": today, "number": "西1号"}).status_code == 302
    assert (
        browser("city").post(f"{page}receive", {"version": 4, "act": "return", "words": ""}).status_code
        == 422
    )
    assert (
        browser("city").post(f"{page}receive", {"version": 4, "act": "receive", "on": today}).status_code
        == 302
    )
    assert "已签收" in client.get(page).content.decode()


def test_an_older_version_can_be_read_and_not_changed() -> None:
    row = revised(begun())
    page = browser("nankai").get(f"/summary/{row.key}/?version=1").content.decode()
    assert "不是最新版本" in page and "保存并更新数字" not in page
    assert browser("nankai").get(f"/summary/{row.key}/?version=9").status_code == 404
    assert browser("nankai").get(f"/summary/{row.key}/rows?figure=none").status_code == 404
