"""An upward proposal as a package: checked with nothing but SHA-256; the same records give the same bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from lantian.core import lists
from lantian.core.competence import NoCompetence
from lantian.office import audit, competence, files
from lantian.office.models import Paper
from lantian.office.papers import actions as papers
from lantian.office.papers import queries as issued
from lantian.office.papers.actions import Wording
from lantian.office.papers.approving import approve
from lantian.standing import actions, listing, packaging, queries
from lantian.standing.citing import cited
from lantian.standing.errors import StandingRefused
from lantian.standing.listing import Done, Listing
from lantian.standing.models import ListEntry, ListPaper
from lantian.standing.packaging import Given
from lantian.standing.states import ListAct
from tests.personas import XIQING, acting, browser, run_job
from tests.rooms.test_standing import an_agency, an_event

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
PDF = b"%PDF-1.4 a notice and its proof of service"


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def proposed() -> ListEntry:
    """The city proposes an agency to CNIPA for the serious list, with two files."""
    subject = an_agency()
    with acting("city") as by:
        actions.record_event(subject_key=subject.key, event=an_event(), by=by)
        wanted = Listing(
            subject.key, "cnipa_credit", "patent_agency", ground_of("cnipa_credit"), (), "情节严重"
        )
        row = listing.propose(wanted, by=by)
        step = Done(date(2026, 11, 10), 1, "津知告〔2026〕5号")
        row = listing.take_step(key=row.key, step="notice", done=step, by=by)
        for kind, title, data in (
            (ListPaper.Kind.NOTICE, "事先告知书及送达回证", PDF),
            (ListPaper.Kind.EVIDENCE, "处罚决定书", b"%PDF-1.4 the decision"),
        ):
            file = files.keep(name=f"{title}.pdf", chunks=[data], seen_by=row.seen_by, by=by)
            packaging.enclose(key=row.key, given=Given(kind, title, file), version=2, by=by)
    return row


def ground_of(list_id: str) -> str:
    return str(lists.book().rule(list_id, TODAY).values["grounds"][0]["code"])


def paper_for(row: ListEntry) -> Paper:
    """The proposal paper, drafted, approved by another person, issued and set."""
    with acting("city") as by:
        entry = queries.find_entry(row.key)
        assert entry is not None
        record = packaging.record_of(entry, by=by)
        wording = Wording({"contact": "宁书白 022-12345678"})
        paper = papers.draft(kind=packaging.PAPER, record=record, wording=wording, by=by)
    with acting("marks") as by:
        approve(key=paper.key, version=1, by=by)
    with acting("city") as by:
        paper = papers.issue(key=paper.key, version=2, by=by)
        job = issued.last_job(paper)
    assert job is not None
    run_job(job)
    return paper


def test_a_district_writes_to_the_city_and_the_city_to_the_national_office() -> None:
    row = proposed()
    bodies = {}
    for login in ("nankai", "city"):
        with acting(login) as by:
            entry = queries.find_entry(row.key)
            assert entry is not None
            bodies[login] = packaging.record_of(entry, by=by).values["listing.body"]
    assert bodies["city"] == "国家知识产权局" and bodies["nankai"].startswith("天津市")


@pytest.mark.parametrize(
    ("list_id", "clause"),
    [
        ("agency_abnormal", "专利代理管理办法第37条第1项"),  # read in the instrument
        ("cnipa_credit", "国家知识产权局知识产权信用管理规定（国知发保字〔2022〕8号）"),  # in a text about it
        ("enterprise_abnormal", ""),  # from memory, the article not seen
    ],
)
def test_a_text_for_outside_names_no_clause_that_nobody_has_read(list_id: str, clause: str) -> None:
    rule = lists.book().rule(list_id, TODAY)
    assert cited(rule, rule.values["grounds"][0]) == clause


def test_the_paper_that_goes_up_names_the_instrument_alone_where_its_article_was_not_read() -> None:
    row = proposed()
    with acting("city") as by:
        entry = queries.find_entry(row.key)
        assert entry is not None
        ground = packaging.record_of(entry, by=by).values["listing.ground"]
    assert ground.endswith("（国家知识产权局知识产权信用管理规定（国知发保字〔2022〕8号））")


def packed(row: ListEntry) -> bytes:
    with acting("city") as by:
        entry = queries.find_entry(row.key)
        assert entry is not None
        return packaging.package(entry, by=by)


def test_a_stranger_checks_every_file_with_nothing_but_sha256() -> None:
    row = proposed()
    paper_for(row)
    held = zipfile.ZipFile(io.BytesIO(packed(row)))
    sums = dict(
        reversed(line.split("  ", 1))
        for line in held.read("SHA256SUMS").decode().splitlines()  # type: ignore[misc]
    )
    assert set(sums) == set(held.namelist()) - {"SHA256SUMS"}
    assert all(hashlib.sha256(held.read(name)).hexdigest() == digest for name, digest in sums.items())
    manifest = json.loads(held.read("MANIFEST.json"))
    assert manifest["schema"] == "proposal-package/1" and "提〔2026〕" in manifest["number"]
    listed = {one["name"]: one["sha256"] for one in manifest["files"]}
    assert listed == {name: digest for name, digest in sums.items() if name != "MANIFEST.json"}
    assert held.read("evidence/01.pdf") == PDF
    assert held.read("proposal.pdf").startswith(b"%PDF") and held.read("proposal.docx").startswith(b"PK")


def test_the_package_holds_evidence_with_digests_the_record_and_what_is_officially_known() -> None:
    row = proposed()
    paper_for(row)
    held = zipfile.ZipFile(io.BytesIO(packed(row)))
    table = list(csv.DictReader(io.StringIO(held.read("evidence.csv").decode("utf-8-sig"))))
    assert [one["名称"] for one in table] == ["事先告知书及送达回证", "处罚决定书"]
    assert table[0]["SHA-256"] == hashlib.sha256(PDF).hexdigest()
    record = list(csv.DictReader(io.StringIO(held.read("record.csv").decode("utf-8-sig"))))
    assert [(one["步骤"], one["文书"]) for one in record] == [("提议", ""), ("事先告知", "津知告〔2026〕5号")]
    told = json.loads(held.read("standing.json"))
    assert told["on"] == str(TODAY) and set(told["official"]) == {"quality", "credit", "lists", "facts"}


def test_our_own_reckoning_and_the_class_never_travel_with_a_proposal() -> None:
    row = proposed()
    paper_for(row)
    held = zipfile.ZipFile(io.BytesIO(packed(row)))
    with acting("city"):
        entry = queries.find_entry(row.key)
        assert entry is not None
        score = queries.statement_of(entry.subject, TODAY).score
    assert score < 100  # the event on file weighs, so that a reckoning would show
    words = b"".join(held.read(name) for name in held.namelist() if name.endswith((".json", ".csv"))).decode()
    assert "statement" not in words and "非评价结果" not in words and f'"{score}"' not in words
    assert "内部测算" not in words


def test_the_same_records_give_the_same_bytes_and_a_later_day_changes_nothing(settings: object) -> None:
    row = proposed()
    paper_for(row)
    first = packed(row)
    settings.TODAY = date(2026, 11, 25)  # type: ignore[attr-defined]
    assert packed(row) == first


def test_it_is_sent_under_its_number_by_an_officer_and_what_was_sent_is_kept() -> None:
    row = proposed()
    paper = paper_for(row)
    with acting("city") as by:
        kept = packaging.send(key=row.key, done=Done(TODAY, 2, note="机要第12号"), by=by)
        entry = queries.find_entry(row.key)
        assert entry is not None and entry.version == 3
        step = entry.steps.get(act=str(ListAct.SEND))
        assert step.document == paper.number and kept.file.sha256 in step.note
        assert b"".join(files.content(kept.file)) == packaging.package(entry, by=by)


def test_without_an_issued_paper_there_is_no_package_and_nothing_is_sent() -> None:
    row = proposed()
    with acting("city") as by:
        entry = queries.find_entry(row.key)
        assert entry is not None
        with pytest.raises(StandingRefused, match="No proposal paper is issued"):
            packaging.package(entry, by=by)
        with pytest.raises(StandingRefused, match="No proposal paper is issued"):
            packaging.send(key=row.key, done=Done(TODAY, 2), by=by)


def test_without_a_row_of_the_matrix_there_is_no_paper_no_package_and_no_sending(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = proposed()
    paper_for(row)

    def no_row(*_: object, **__: object) -> None:
        raise NoCompetence("没有权限。", "no row of the matrix")

    monkeypatch.setattr(competence, "may", no_row)
    with acting("city") as by:
        with pytest.raises(NoCompetence):
            packaging.send(key=row.key, done=Done(TODAY, 2), by=by)
        entry = queries.find_entry(row.key)
        assert entry is not None
        with pytest.raises(NoCompetence):
            packaging.package(entry, by=by)
        with pytest.raises(NoCompetence):
            papers.draft(
                kind=packaging.PAPER, record=packaging.record_of(entry, by=by), wording=Wording({}), by=by
            )


def test_its_page_says_that_the_matrix_has_no_row_and_the_download_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row, city = proposed(), browser("city")
    paper_for(row)
    address = reverse("listing", args=[row.key])
    assert "下载材料包" in city.get(address).content.decode()

    def no_row(*_: object, **__: object) -> None:
        raise NoCompetence("权责清单没有这一行。", "no row of the matrix")

    monkeypatch.setattr(competence, "may", no_row)
    told = city.get(address).content.decode()
    assert "权责清单没有这一行。" in told and "下载材料包" not in told and "登记已报送" not in told
    refused = city.post(reverse("listing_package", args=[row.key]), follow=True)
    assert refused.redirect_chain and "权责清单没有这一行。" in refused.content.decode()


def test_documents_above_the_limit_are_refused_and_the_largest_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = proposed()
    paper_for(row)
    monkeypatch.setattr(packaging, "LARGEST", 3 * 1024 * 1024)
    monkeypatch.setattr(packaging, "SPARE", 1024 * 1024)
    with acting("city") as by:
        small = files.keep(name="a.pdf", chunks=[b"%PDF" + b"a" * 1024**2], seen_by=row.seen_by, by=by)
        large = files.keep(name="b.pdf", chunks=[b"%PDF" + b"b" * 2 * 1024**2], seen_by=row.seen_by, by=by)
        evidence = ListPaper.Kind.EVIDENCE
        packaging.enclose(key=row.key, given=Given(evidence, "合同", small), version=2, by=by)
        with pytest.raises(StandingRefused, match="The largest are: 会计账簿") as refused:
            packaging.enclose(key=row.key, given=Given(evidence, "会计账簿", large), version=2, by=by)
        assert "《会计账簿》2.0 MB；《合同》1.0 MB" in refused.value.text.zh
        monkeypatch.setattr(packaging, "LARGEST", 1024**2)
        entry = queries.find_entry(row.key)
        assert entry is not None
        with pytest.raises(StandingRefused, match="The largest are: 合同"):
            packaging.package(entry, by=by)


def test_files_are_put_to_an_entry_and_the_package_taken_on_its_page() -> None:
    row, city = proposed(), browser("city")
    page = city.get(reverse("listing", args=[row.key])).content.decode()
    assert "上报材料包" in page and "处罚决定书" in page and "先起草、核准并印发" in page
    upload = SimpleUploadedFile("听证笔录.pdf", b"%PDF-1.4 hearing", "application/pdf")
    told = {"version": "2", "kind": "hearing", "title": "听证笔录"}
    refused = city.post(reverse("listing_enclose", args=[row.key]), told)
    assert refused.status_code == 422 and 'value="听证笔录"' in refused.content.decode()
    assert '<option value="hearing" selected>' in refused.content.decode()
    whole = told | {"file": upload}
    assert city.post(reverse("listing_enclose", args=[row.key]), whole).status_code == 302
    paper_for(row)
    answer = city.post(reverse("listing_package", args=[row.key]))
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "application/zip"
    assert len([name for name in zipfile.ZipFile(io.BytesIO(data)).namelist() if "evidence/" in name]) == 3
    sent = {"version": "2", "on": str(TODAY), "note": "机要"}
    refused = city.post(reverse("listing_send", args=[row.key]), sent | {"on": "2026-12-01"})
    assert 'value="2026-12-01"' in refused.content.decode() and 'value="机要"' in refused.content.decode()
    assert city.post(reverse("listing_send", args=[row.key]), sent).status_code == 302
    assert "已报送" in city.get(reverse("listing", args=[row.key])).content.decode()
    file = city.get(reverse("listing_file", args=[row.key]))
    assert b"".join(file.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    file.close()


def test_another_district_sees_neither_files_nor_package() -> None:
    row, other = proposed(), browser("xiqing")
    for route in ("listing_file", "listing_paper"):
        assert other.get(reverse(route, args=[row.key])).status_code == 404
    assert other.post(reverse("listing_package", args=[row.key])).status_code == 404
    with acting("xiqing"):
        assert ListPaper.objects.count() == 0


def test_an_office_that_only_keeps_the_subject_neither_adds_nor_writes_nor_sends() -> None:
    row = proposed()
    with transaction.atomic(), acting("city") as by:
        ListEntry.objects.filter(pk=row.pk).update(seen_by=[*row.seen_by, XIQING])
        audit.record(audit.Kind.LIST_READ, by=by, about=("listing", row.key))
    with acting("xiqing") as by, pytest.raises(StandingRefused, match="The office that proposed it"):
        packaging.send(key=row.key, done=Done(TODAY, 2), by=by)
    other = browser("xiqing")
    assert other.get(reverse("listing", args=[row.key])).status_code == 200
    page = other.get(reverse("listing_paper", args=[row.key]))
    assert page.status_code >= 400 and "由提议单位或者市局办理" in page.content.decode()
