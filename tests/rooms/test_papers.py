"""Papers: no row, no document; nothing typed passes as a record; numbers without gaps; files that repeat."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader

from lantian.casework import actions as casework
from lantian.casework.models import Lead
from lantian.casework.papers import record_of
from lantian.core.competence import Act, Capacity, Field, NoCompetence
from lantian.core.rulebook import BadRulebook
from lantian.desk.present.papers import paper as shown_paper
from lantian.office import audit, clock, competence, files, jobs, plates, units
from lantian.office.actors import OfficerActor
from lantian.office.models import Counter, Job, MandateBook, Paper, PaperVersion, Plate, Unit
from lantian.office.papers import actions, queries
from lantian.office.papers.actions import Numbered, Record, Wording
from lantian.office.papers.approving import Elsewhere, approve, record_approval
from lantian.office.papers.content import Content, MissingFields, plain
from lantian.office.papers.docx import set_docx
from lantian.office.papers.errors import PaperRefused, StalePaper
from lantian.office.papers.letter import Letter, set_pdf
from lantian.office.papers.replacing import preview_template, replace_template
from lantian.office.papers.setting import letter_of
from lantian.office.papers.states import State
from lantian.office.papers.template import KINDS, BadTemplate, read_template, shipped, shipped_text
from lantian.office.plates import ChoosePlate, NewPlate, UnitRefused
from lantian.office.units import NewName
from lantian.screening import actions as screening
from lantian.screening import queries as findings
from lantian.screening.states import Outcome
from tests.conftest import Database
from tests.early import ROOT
from tests.personas import CITY, NANKAI, XIQING, acting, officer, run_job
from tests.running import PATIENCE
from tests.working import kill, until, waits_for_a_lock, worker

in_rollback = pytest.mark.django_db
TODAY = date(2026, 11, 22)
TYPED = {
    "contact": "宁书白 022-12345678", "checks": "查阅案卷12件。\n询问经办人2名。", "facts": "12件申请文本来源相同。",
    "result": "建议约谈。", "officers": "宁书白、顾怀瑾", "defence": "称系统生成，未能说明研发过程。",
    "proposal": "建议约谈并限期整改。",
    "ground": "多件申请内容明显相同。", "day": "2026-12-01", "hour": "上午9时30分", "place": "本局二楼会议室",
    "who": "负责人及经办代理师",
    "receiver": "天津市某某科技有限公司", "matter": "某机构承诺授权率。", "advice": "核对执业许可证。",
    "platform": "某某平台公司", "links": "https://example.org/1", "promise": "不再代理。", "office": "某局",
    "ask": "是否立案。", "broken": "《商标代理监督管理规定》第五条",
    "clause": "《商标代理监督管理规定》第十一条", "until": "2026-12-20", "how": "建立恶意申请筛查制度。",
}  # fmt: skip
ALERT = {name: TYPED[name] for name in ("receiver", "matter", "advice", "contact")}
MANDATE = """
[book]
id = "mandates"
version = "1"
title_zh = "权责清单"
title_en = "Mandates"

[[rule.unlicensed]]
valid_from = 2026-06-01
text_zh = "对无资质专利代理的处罚"
text_en = "penalties for unlicensed patent practice"
acts = ["order_correction", "penalise"]
fields = ["unlicensed"]
offices = [120104]
capacity = "own"
issuer = "self"
mandate_zh = "示例决定"
mandate_en = "example decision"
remedy_zh = "如不服，可以向{government}申请行政复议。"
remedy_en = "Reconsideration by {government}."
basis = { instrument_zh = "示例决定", instrument_en = "Example decision", article_zh = "第1条", article_en = "art. 1" }
confidence = "text"
source = "made for this test"
"""


def a_lead(district: int = NANKAI) -> Lead:
    """A lead opened by the city, held by a district."""
    with acting("city") as by:
        found = findings.waiting().filter(district_code=str(district)).first()
        assert found is not None
        _, lead = screening.judge(finding_key=found.key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
        assert lead is not None
        return lead


def record(by: OfficerActor, field: Field = Field.TRADEMARK_AGENCY) -> Record:
    """A record of its own, for papers that need no lead."""
    values = {"lead.subject": "天津某某商标代理有限公司", "officer.name": "宁书白"}
    return Record(("lead", "example"), field, values, (by.unit,))


def a_draft(by: OfficerActor, kind: str = "correction_order", field: Field = Field.TRADEMARK_AGENCY) -> Paper:
    return actions.draft(kind=kind, record=record(by, field), wording=Wording(TYPED), by=by)


def approved(login: str, leader: str, kind: str = "correction_order") -> Paper:
    """A paper drafted by one person and approved by another."""
    with acting(login) as by:
        paper = a_draft(by, kind)
    with acting(leader) as by:
        approve(key=paper.key, version=1, by=by)
    return paper


def a_letter(kind: str = "correction_order", **changes: str) -> Letter:
    template = shipped(kind)
    record = {field.source: f"值{field.name}" for field in template.fields if not field.typed}
    built_in = {
        "remedy": "如不服，可以申请行政复议。",
        "basis": "某规定第1条",
        "mandate": "",
        "issuer": "天津市知识产权局",
    }
    typed = {field.name: TYPED.get(field.name, "") for field in template.fields if field.typed} | changes
    from lantian.office.papers.content import fill

    content = fill(template, record={**record, **built_in}, typed=typed, free="")
    return Letter(content, "津知转〔2026〕3号", "天津市知识产权局", TODAY)


# Competence is asked of the post


@in_rollback
def test_a_district_assists_with_patent_agencies_and_decides_on_trademark_agencies() -> None:
    with acting("nankai") as by:
        assert competence.may(by, Act.INTERVIEW, Field.PATENT_AGENCY).capacity is Capacity.ASSISTING
        assert competence.may(by, Act.PENALISE, Field.TRADEMARK_AGENCY).capacity is Capacity.OWN
        with pytest.raises(NoCompetence):
            competence.may(by, Act.PENALISE, Field.PATENT_AGENCY)


@in_rollback
def test_a_loaded_mandate_holds_from_its_approval_by_a_second_person_and_for_its_own_days() -> None:
    """The real case P01: a district penalises unlicensed practice; by default it may not."""
    with acting("nankai") as by:
        assert [row.version.id for row in competence.preview(file_name="m.toml", text=MANDATE, by=by)] == [
            "unlicensed"
        ]
        assert not MandateBook.objects.exists()
        book = competence.load(file_name="m.toml", text=MANDATE, by=by)
        with pytest.raises(NoCompetence):
            competence.may(by, Act.PENALISE, Field.UNLICENSED)
        with pytest.raises(competence.MandateRefused, match="cannot approve"):
            competence.approve(key=book.key, by=by)
    before = clock.now()
    with acting("leader") as by:
        competence.approve(key=book.key, by=by)
        grant = competence.may(by, Act.PENALISE, Field.UNLICENSED)
        issuer = competence.issuer_of(grant, Unit.objects.get(pk=NANKAI))
        assert (grant.capacity, issuer.pk) == (Capacity.OWN, NANKAI)
        assert competence.remedy_of(grant, issuer) == "如不服，可以向天津市南开区人民政府申请行政复议。"
        assert competence.may(by, Act.PENALISE, Field.UNLICENSED, date(2026, 6, 1)).row == "unlicensed"
        with pytest.raises(NoCompetence):
            competence.may(by, Act.PENALISE, Field.UNLICENSED, date(2026, 5, 31))
    assert competence.held(before - timedelta(minutes=1)) == []
    assert competence.held() == [book]
    with acting("xiqing") as by, pytest.raises(NoCompetence):
        competence.may(by, Act.PENALISE, Field.UNLICENSED)


@in_rollback
def test_the_next_version_of_a_mandate_takes_the_place_of_the_last_and_both_stay() -> None:
    texts = (MANDATE, MANDATE.replace('"unlicensed"]', '"practitioner"]'))
    for text in texts:
        with acting("nankai") as by:
            book = competence.load(file_name="m.toml", text=text, by=by)
        with acting("leader") as by:
            competence.approve(key=book.key, by=by)
    with acting("nankai") as by:
        assert competence.may(by, Act.PENALISE, Field.PRACTITIONER).row == "unlicensed"
        with pytest.raises(NoCompetence):
            competence.may(by, Act.PENALISE, Field.UNLICENSED)
    assert [book.number for book in competence.versions(NANKAI)] == [2, 1]


@in_rollback
def test_an_office_loads_rows_for_itself_only() -> None:
    with acting("xiqing") as by, pytest.raises(competence.competence.BadMatrix, match="neither your office"):
        competence.load(file_name="m.toml", text=MANDATE, by=by)


@in_rollback
def test_an_act_of_casework_records_on_which_row_it_rests() -> None:
    lead = a_lead()
    detail = audit.history("lead", lead.key)[0].detail
    assert (detail["row"], detail["capacity"]) == ("patent_city", "own")
    with acting("nankai") as by:
        casework.move(lead_key=lead.key, act=casework.Act.START, version=1, by=by)
        casework.move(lead_key=lead.key, act=casework.Act.CONCLUDE, version=2, by=by)
    assert audit.history("lead", lead.key)[-1].detail["capacity"] == "assisting"


@in_rollback
def test_without_a_row_nothing_is_done_to_a_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    lead = a_lead()
    monkeypatch.setattr(
        competence,
        "matrix",
        lambda known=None: competence.competence.CompetenceMatrix(competence.competence.matrix().acts, ()),
    )
    with acting("nankai") as by:
        with pytest.raises(NoCompetence):
            casework.move(lead_key=lead.key, act=casework.Act.START, version=1, by=by)
        with pytest.raises(NoCompetence):
            casework.hand_over(
                lead_key=lead.key, to=Unit.objects.get(pk=XIQING), reason="管辖", version=1, by=by
            )
    assert Lead.objects.none().count() == 0 and lead.version == 1


# No row, no document


@in_rollback
def test_no_row_no_paper_and_no_number() -> None:
    with acting("nankai") as by:
        counters = Counter.objects.count()
        with pytest.raises(NoCompetence):
            a_draft(by, field=Field.PATENT_AGENCY)
        assert not Paper.objects.exists()
        assert Counter.objects.count() == counters


@in_rollback
def test_a_paper_whose_row_ended_before_it_was_issued_takes_no_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paper = approved("nankai", "leader")

    def nobody(*args: object, **more: object) -> None:
        raise NoCompetence("无权", "no row")

    with acting("nankai") as by:
        monkeypatch.setattr(competence, "may", nobody)
        with pytest.raises(NoCompetence):
            actions.issue(key=paper.key, version=2, by=by)
        assert not Counter.objects.filter(kind__startswith="paper:").exists()
        assert Paper.objects.get(pk=paper.pk).number is None


@in_rollback
def test_issuer_code_and_remedy_come_from_the_matrix_and_the_plate() -> None:
    paper = approved("nankai", "leader")
    with acting("nankai") as by:
        paper = actions.issue(key=paper.key, version=2, by=by)
        assert paper.number == "津南开知责改〔2026〕1号"
        assert paper.grant["row"] == "trademark_district" and paper.issuer_id == NANKAI
        words = "".join(plain(block.spans) for block in queries.content(queries.latest(paper)).blocks)
        assert "向天津市南开区人民政府申请行政复议" in words


@in_rollback
def test_an_entrusted_office_issues_in_the_name_and_with_the_number_of_its_principal() -> None:
    text = MANDATE.replace(
        'capacity = "own"\nissuer = "self"',
        'capacity = "entrusted"\nissuer = "principal"\nprincipal = 120000',
    )
    with acting("nankai") as by:
        book = competence.load(file_name="m.toml", text=text, by=by)
    with acting("leader") as by:
        competence.approve(key=book.key, by=by)
    with acting("nankai") as by:
        paper = a_draft(by, field=Field.UNLICENSED)
        assert paper.issuer_id == CITY
    with acting("leader") as by:
        approve(key=paper.key, version=1, by=by)
    with acting("nankai") as by:
        paper = actions.issue(key=paper.key, version=2, by=by)
        assert paper.number == "津知责改〔2026〕1号"
        letter = letter_of(paper)
        assert letter.issuer == "天津市知识产权局"
        assert "向天津市人民政府申请" in "".join(plain(block.spans) for block in letter.content.blocks)


# The plate under which it is written


def a_plate(code: str, *fields: Field, unit: int = NANKAI) -> Plate:
    """One more plate of an office, for some fields of law or for whatever is left."""
    new = NewPlate(f"天津市南开区{code}局", code, f"天津市南开区{code}局", TODAY, fields)
    return plates.add_plate(Unit.objects.get(pk=unit), new, by=officer("admin"))


@in_rollback
def test_the_plate_that_names_the_field_carries_the_paper_and_nobody_is_asked() -> None:
    marks = a_plate("津南开市监", Field.TRADEMARK_AGENCY)
    with acting("nankai") as by:
        assert a_draft(by).plate == marks
        assert a_draft(by, "interview_notice", Field.PATENT_AGENCY).plate.document_code == "津南开知"


@in_rollback
def test_among_several_plates_the_officer_chooses_and_code_seal_and_name_follow() -> None:
    second = a_plate("津南开市监")
    with acting("nankai") as by:
        with pytest.raises(ChoosePlate) as refused:
            a_draft(by)
        assert second in refused.value.plates and len(refused.value.plates) == 2
        assert not Paper.objects.exists()
        paper = actions.draft(
            kind="correction_order", record=record(by), wording=Wording(TYPED), plate=second.pk, by=by
        )
    with acting("leader") as by:
        approve(key=paper.key, version=1, by=by)
    with acting("nankai") as by:
        paper = actions.issue(key=paper.key, version=2, by=by)
        assert paper.number == "津南开市监责改〔2026〕1号"
        assert letter_of(paper).issuer == "天津市南开区津南开市监局"


@in_rollback
def test_a_plate_of_another_field_or_office_carries_no_paper() -> None:
    kept, other = a_plate("津南开专", Field.PATENT_AGENCY), Unit.objects.get(pk=CITY).plates.get()
    with acting("nankai") as by:
        for plate, words in ((kept, "不用于商标代理机构"), (other, "不用于商标代理机构")):
            with pytest.raises(UnitRefused) as refused:
                actions.draft(
                    kind="correction_order", record=record(by), wording=Wording(TYPED), plate=plate.pk, by=by
                )
            assert words in refused.value.text.zh


@in_rollback
def test_an_office_whose_plates_are_all_for_other_fields_writes_no_paper() -> None:
    plate = Unit.objects.get(pk=NANKAI).plates.get()
    better = replace(plates.as_entered(plate), fields=(Field.PATENT_AGENCY,))
    plates.correct_plate(plate, better, by=officer("admin"))
    with acting("nankai") as by, pytest.raises(NoCompetence, match="no plate in force"):
        a_draft(by)


@in_rollback
@pytest.mark.parametrize("act", ["end", "correct"])
def test_nothing_is_issued_under_a_plate_that_ended_or_was_corrected(act: str) -> None:
    paper = approved("nankai", "leader")
    a_plate("津南开市监")
    if act == "end":
        plates.end_plate(paper.plate, by=officer("admin"))
    else:
        better = replace(plates.as_entered(paper.plate), document_code="津南开正")
        plates.correct_plate(paper.plate, better, by=officer("admin"))
    with acting("nankai") as by:
        with pytest.raises(PaperRefused) as refused:
            actions.issue(key=paper.key, version=2, by=by)
        assert ("已于" if act == "end" else "已经更正") in refused.value.text.zh
        assert not Counter.objects.filter(kind__startswith="paper:").exists()


@in_rollback
def test_a_paper_moves_to_another_plate_by_a_new_version() -> None:
    paper = approved("nankai", "leader")
    second = a_plate("津南开市监")
    plates.end_plate(paper.plate, by=officer("admin"))
    with acting("nankai") as by:
        paper = actions.revise(key=paper.key, record=record(by), wording=Wording(TYPED), version=2, by=by)
        assert (paper.plate, paper.state) == (second, State.DRAFT)


@in_rollback
def test_a_paper_issued_keeps_plate_and_office_name_when_both_are_changed_later() -> None:
    paper = approved("nankai", "leader")
    with acting("nankai") as by:
        issued = actions.issue(key=paper.key, version=2, by=by)
        before = letter_of(issued)
        Paper.objects.filter(pk=issued.pk).update(dated=TODAY - timedelta(days=1))
    admin, nankai = officer("admin"), Unit.objects.get(pk=NANKAI)
    name = nankai.name_zh
    units.rename_unit(nankai, NewName("南开新局", "New Nankai", clock.today()), was=name, by=admin)
    plates.correct_plate(issued.plate, replace(plates.as_entered(issued.plate), name_zh="南开新局"), by=admin)
    with acting("nankai") as by:
        found = queries.find(paper.key, by)
        assert found is not None
        assert shown_paper(found)["office"] == name
        assert (letter_of(found).issuer, letter_of(found).content) == (before.issuer, before.content)


# Fields


@in_rollback
def test_a_missing_field_blocks_the_paper_and_is_named() -> None:
    with acting("nankai") as by:
        with pytest.raises(MissingFields) as refused:
            actions.draft(
                kind="correction_order",
                record=record(by),
                wording=Wording({**TYPED, "how": " ", "until": ""}),
                by=by,
            )
        assert refused.value.names == ("until", "how")
        assert refused.value.text.zh == "请填写：改正期限、改正内容及要求。"
        assert not Paper.objects.exists()


@in_rollback
def test_a_record_without_the_value_blocks_the_paper_too() -> None:
    with acting("nankai") as by:
        empty = Record(("lead", "x"), Field.TRADEMARK_AGENCY, {}, (NANKAI,))
        with pytest.raises(MissingFields, match="Missing: party") as refused:
            actions.draft(kind="correction_order", record=empty, wording=Wording(TYPED), by=by)
        assert refused.value.text.zh == "记录中还没有：当事人。"


@in_rollback
def test_a_sentence_bound_to_nothing_is_visible_as_such() -> None:
    with acting("nankai") as by:
        paper = actions.draft(
            kind="correction_order",
            record=record(by),
            wording=Wording(TYPED, "另请于周五前电话回复。"),
            by=by,
        )
        content = queries.content(queries.latest(paper))
        sources = {span.text: span.source for block in content.blocks for span in block.spans}
        assert sources["另请于周五前电话回复。"] == "free" and content.unbound == 1
        assert sources[TYPED["how"]] == "typed"
        assert (
            plain(content.addressee) == "天津某某商标代理有限公司" and content.addressee[0].source == "record"
        )


@in_rollback
def test_what_was_typed_is_text_and_never_a_command() -> None:
    with acting("nankai") as by:
        typed = {**TYPED, "facts": '#panic("x") <w:p/> & {remedy} $x$ [b] \x07'}
        paper = actions.draft(kind="correction_order", record=record(by), wording=Wording(typed), by=by)
        letter = Letter(queries.content(queries.latest(paper)), "津〔2026〕1号", "局", TODAY)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(set_pdf(letter))).pages)
    assert '#panic("x")' in text and "{remedy}" in text
    assert '#panic("x") <w:p/> & {remedy} $x$ [b]' in {
        p.text for p in Document(io.BytesIO(set_docx(letter))).paragraphs
    }


@in_rollback
def test_a_forwarding_letter_says_what_the_record_says() -> None:
    lead = a_lead(XIQING)
    with acting("xiqing") as by:
        lead = casework.hand_over(
            lead_key=lead.key, to=Unit.objects.get(pk=NANKAI), reason="登记机关在南开。", version=1, by=by
        )
        wording = Wording({"contact": "简若川"})
        paper = actions.draft(kind="forward_letter", record=record_of(lead, by=by), wording=wording, by=by)
        content = queries.content(queries.latest(paper))
        assert plain(content.addressee) == "天津市南开区知识产权局"
        words = "".join(plain(block.spans) for block in content.blocks)
        assert lead.number in words and "登记机关在南开。" in words and "2026年12月11日前" in words


# Versions and approvals


@in_rollback
def test_every_version_stays_and_a_new_one_lets_the_approval_lapse() -> None:
    paper = approved("nankai", "leader")
    with acting("nankai") as by:
        paper = actions.revise(
            key=paper.key, record=record(by), wording=Wording({**TYPED, "how": "改正。"}), version=2, by=by
        )
        assert paper.state == State.DRAFT
        assert [version.number for version in queries.versions(paper)] == [1, 2]
        assert queries.versions(paper)[0].digest != queries.versions(paper)[1].digest
        assert queries.approval_of(queries.latest(paper)) is None
        with pytest.raises(Exception, match="not possible in state 'draft'"):
            actions.issue(key=paper.key, version=3, by=by)
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            PaperVersion.objects.filter(paper=paper).update(free="x")


@in_rollback
def test_nobody_approves_his_own_paper() -> None:
    with acting("city") as by:
        paper = a_draft(by, "interview_notice", Field.PATENT_AGENCY)
        with pytest.raises(PaperRefused, match="cannot approve it"):
            approve(key=paper.key, version=1, by=by)
    with acting("marks") as by:
        assert approve(key=paper.key, version=1, by=by).how == "screen"


@in_rollback
def test_a_small_office_records_an_approval_on_paper_with_its_scan() -> None:
    with acting("xiqing") as by:
        paper = a_draft(by)
        scan = files.keep(name="scan.png", chunks=[b"\x89PNG..."], seen_by=by.units, by=by)
        with pytest.raises(PaperRefused, match="cannot be the drafter"):
            record_approval(key=paper.key, version=1, given=Elsewhere("paper", "简若川", TODAY, scan), by=by)
        with pytest.raises(PaperRefused, match="future"):
            record_approval(
                key=paper.key, version=1, given=Elsewhere("oa", "局长", TODAY + timedelta(1), scan), by=by
            )
        given = record_approval(
            key=paper.key, version=1, given=Elsewhere("paper", "局长", TODAY, scan), by=by
        )
        assert (given.approver, given.approved_on, given.scan) == ("局长", TODAY, scan)
        assert audit.history("paper", paper.key)[-1].detail["scan"] == scan.sha256
        assert actions.issue(key=paper.key, version=2, by=by).state == State.ISSUED


@in_rollback
def test_an_older_page_never_overwrites_a_newer_paper() -> None:
    paper = approved("nankai", "leader")
    with acting("nankai") as by, pytest.raises(StalePaper, match="acted on this paper"):
        actions.issue(key=paper.key, version=1, by=by)


@in_rollback
def test_a_paper_is_seen_by_its_office_until_it_is_issued_and_then_travels_with_the_lead() -> None:
    lead = a_lead(XIQING)
    with acting("xiqing") as by:
        paper = actions.draft(
            kind="verification_report", record=record_of(lead, by=by), wording=Wording(TYPED), by=by
        )
        scan = files.keep(name="scan.png", chunks=[b"\x89PNG"], seen_by=by.units, by=by)
        record_approval(key=paper.key, version=1, given=Elsewhere("paper", "局长", TODAY, scan), by=by)
        draft = a_draft(by)
    with acting("city") as by:
        assert queries.find(paper.key, by) is None and queries.find(draft.key, by) is None
    with acting("xiqing") as by:
        actions.issue(key=paper.key, version=2, by=by, seen_by=lead.seen_by)
    with acting("city") as by:
        assert queries.find(paper.key, by) is not None
    with acting("nankai") as by:
        assert queries.find(paper.key, by) is None
    with acting("xiqing") as by:
        casework.hand_over(lead_key=lead.key, to=Unit.objects.get(pk=NANKAI), reason="管辖", version=1, by=by)
    with acting("nankai") as by:
        assert queries.find(paper.key, by) is not None
    with acting("binhai") as by:
        assert queries.find(paper.key, by) is None


# Numbers


@in_rollback
def test_numbers_run_without_gaps_and_dropped_papers_take_none() -> None:
    papers = [approved("nankai", "leader") for _ in range(3)]
    with acting("nankai") as by:
        first = actions.issue(key=papers[0].key, version=2, by=by)
        actions.drop(key=papers[1].key, version=2, by=by)
        third = actions.issue(key=papers[2].key, version=2, by=by)
        assert [first.number, third.number] == ["津南开知责改〔2026〕1号", "津南开知责改〔2026〕2号"]


@in_rollback
def test_a_number_given_by_the_oa_is_typed_back_and_takes_none_of_ours() -> None:
    papers = [approved("nankai", "leader") for _ in range(2)]
    with acting("nankai") as by:
        paper = actions.issue(
            key=papers[0].key, version=2, by=by, how=Numbered("津南知监〔2026〕88号", TODAY)
        )
        assert (paper.number, paper.numbering, paper.dated) == (
            "津南知监〔2026〕88号",
            "oa",
            TODAY,
        )
        assert not Counter.objects.filter(kind__startswith="paper:").exists()
        with pytest.raises(PaperRefused, match="on another paper already"):
            actions.issue(key=papers[1].key, version=2, by=by, how=Numbered("津南知监〔2026〕88号"))


@in_rollback
def test_a_number_without_issue_cannot_be_stored() -> None:
    with acting("nankai") as by:
        paper = a_draft(by)
        with pytest.raises(IntegrityError, match="only_an_issued_paper_has_a_number"), transaction.atomic():
            Paper.objects.filter(pk=paper.pk).update(number="津南知〔2026〕9号")


def test_two_officers_issuing_at_once_get_two_numbers_in_a_row(database: Database) -> None:
    papers = [approved("nankai", "leader") for _ in range(2)]
    start, numbers, faults = threading.Barrier(2), [], []

    def issue(key: str) -> None:
        try:
            start.wait(PATIENCE)
            with acting("nankai") as by:
                numbers.append(actions.issue(key=key, version=2, by=by).number)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=issue, args=(paper.key,)) for paper in papers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert faults == []
    assert sorted(numbers) == ["津南开知责改〔2026〕1号", "津南开知责改〔2026〕2号"]


# Files


@in_rollback
def test_issuing_leaves_the_files_to_a_job_and_the_job_leaves_their_digests() -> None:
    paper = approved("nankai", "leader")
    with acting("nankai") as by:
        paper = actions.issue(key=paper.key, version=2, by=by)
        assert paper.pdf_id is None
        job = Job.objects.get(name="papers", mandate=f"paper:{paper.key}")
    for _ in range(2):
        run_job(job, "nankai")
    with acting("nankai") as by:
        found = queries.find(paper.key, by)
        assert found is not None and found.pdf is not None and found.docx is not None
        pdf = files.path_of(found.pdf).read_bytes()
        assert pdf == set_pdf(letter_of(found))
        events = [event for event in audit.history("paper", paper.key) if event.kind == audit.Kind.PAPER_SET]
        assert [event.detail for event in events] == [{"pdf": found.pdf.sha256, "docx": found.docx.sha256}]
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\n", "")
        for words in (
            "津南开知责改〔2026〕1号",
            "责令改正通知书",
            "向天津市南开区人民政府申请行政复议",
            "天津市南开区知识产权局",
            "2026年11月22日",
        ):
            assert words in text, words


def test_setting_a_paper_killed_in_the_middle_runs_again_and_keeps_one_pair(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: papers."""
    paper = approved("nankai", "leader")
    with acting("nankai") as by:
        paper = actions.issue(key=paper.key, version=2, by=by)
        job = Job.objects.get(name="papers", mandate=f"paper:{paper.key}")
    with psycopg.connect(database.superuser_url) as hold:
        # Somebody holds the paper and does not commit: what was set waits to be kept.
        hold.execute("SELECT FROM office_paper WHERE id = %s FOR UPDATE", [paper.pk])
        with worker(database) as process:
            until(process, waits_for_a_lock(database))
            kill(process, database, hold)
    with acting("nankai"):
        assert Paper.objects.get(pk=paper.pk).pdf_id is None
    assert jobs.requeue_stalled(seconds=0) >= 1
    for _ in range(2):
        run_job(job, "nankai")
    with acting("nankai"):
        row = Paper.objects.get(pk=paper.pk)
        assert row.pdf_id and row.docx_id
        assert Job.objects.get(pk=job.pk).state == Job.State.DONE
    events = [event for event in audit.history("paper", paper.key) if event.kind == audit.Kind.PAPER_SET]
    assert len(events) == 1


def test_the_same_paper_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import os, sys, json, hashlib; os.environ['DJANGO_SETTINGS_MODULE'] = 'lantian.config.settings'\n"
        "import django; django.setup()\n"
        "from tests.rooms.test_papers import a_letter, set_pdf, set_docx, KINDS\n"
        "print(json.dumps([[hashlib.sha256(f(a_letter(k))).hexdigest() for f in (set_pdf, set_docx)] for k in KINDS]))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert len(json.loads(runs[0])) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_an_archivable_pdf_of_a4_pages_with_embedded_fonts(kind: str) -> None:
    letter = a_letter(kind)
    reader = PdfReader(io.BytesIO(set_pdf(letter)))
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()  # type: ignore[index]
    assert (
        "<pdfaid:part>2</pdfaid:part>" in metadata
        and "<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    )
    assert reader.metadata is not None and reader.metadata.title == plain(letter.content.title)
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]
    text = "".join(page.extract_text() for page in reader.pages).replace("\n", "")
    assert plain(letter.content.title) in text and "津知转〔2026〕3号" in text and "天津市知识产权局" in text
    fonts = {
        font["/BaseFont"].split("+")[-1]
        for page in reader.pages
        for font in (f.get_object() for f in page["/Resources"]["/Font"].values())
    }  # type: ignore[index, union-attr]
    assert fonts <= {
        "NotoSerifSC-Regular",
        "NotoSansSC-Regular",
        "NotoSerifSC-Regular-Identity-H",
        "NotoSansSC-Regular-Identity-H",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_an_editable_docx_in_the_standard_faces(kind: str) -> None:
    letter = a_letter(kind)
    document = Document(io.BytesIO(set_docx(letter)))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert plain(letter.content.title) in texts and "津知转〔2026〕3号" in texts
    faces = {
        run._r.rPr.rFonts.get(qn("w:eastAsia")) for paragraph in document.paragraphs for run in paragraph.runs
    }
    assert (
        {"仿宋_GB2312", "方正小标宋简体"} <= faces <= {"仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312"}
    )
    section = document.sections[0]
    assert [
        round(side.mm)
        for side in (section.top_margin, section.left_margin, section.bottom_margin, section.right_margin)
    ] == [37, 28, 35, 26]
    assert {paragraph.paragraph_format.line_spacing.pt for paragraph in document.paragraphs} == {28.95}
    assert document.core_properties.created.date() == TODAY
    assert document.inline_shapes.__len__() == 0, "no picture of a seal"


def test_a_page_holds_22_lines_of_28_characters() -> None:
    letter = a_letter("verification_report", checks="核" * 28 * 40)
    pages = PdfReader(io.BytesIO(set_pdf(letter))).pages
    lines = [line for line in pages[1].extract_text().split("\n") if set(line.strip()) == {"核"}]
    assert len(lines) == 22 and {len(line.strip()) for line in lines} == {28}


# Templates


@in_rollback
def test_an_office_replaces_a_template_and_papers_drafted_before_stay_as_they_were() -> None:
    text = shipped_text("correction_order").replace("经查，你（单位）有下列行为：", "本局查明：")
    with acting("nankai") as by:
        before = a_draft(by)
        template, content = preview_template(file_name="c.toml", text=text, by=by)
        assert template.kind == "correction_order" and "〔违法事实〕" in "".join(
            plain(b.spans) for b in content.blocks
        )
        assert replace_template(file_name="c.toml", text=text, by=by).number == 1
        after = a_draft(by)
        said = [queries.content(queries.latest(paper)).blocks[0].spans[0].text for paper in (before, after)]
        assert said == ["经查，你（单位）有下列行为：", "本局查明："]
    with acting("xiqing") as by:
        assert queries.content(queries.latest(a_draft(by))).blocks[0].spans[0].text.startswith("经查")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{clause}", "{cause}", "rule.correction_order[1].body[3]：字段“cause”没有在 fields 中声明"),
        ('  "{remedy}",\n', "", "须告知救济途径，正文缺少 {remedy}"),
        ('act = "order_correction"', 'act = "scold"', "第8行，rule.correction_order[1].act：应为其中之一"),
        ('title = "责令改正通知书"', "", "title：缺少这个键"),
        ('from = "lead.subject"', 'from = "lead.secret"', "fields[1].from：应为其中之一"),
        ("{contact}", "電話", "字段“contact”没有用到"),
        ('"{*}"', '"另：{*}"', "body[5]：字段“*”没有在 fields 中声明"),
    ],
)
def test_a_template_with_a_fault_is_refused_with_its_place(old: str, new: str, words: str) -> None:
    text = shipped_text("correction_order")
    assert old in text
    with pytest.raises((BadTemplate, BadRulebook)) as refused:
        read_template(text.replace(old, new), file="责改.toml")
    assert words.removeprefix("第8行，") in refused.value.text.zh
    assert refused.value.text.zh.startswith("责改.toml")


def test_a_filled_paper_comes_back_from_the_record_as_it_was() -> None:
    content = a_letter("verification_sheet").content
    assert Content.from_stored(json.loads(json.dumps(content.stored()))) == content
