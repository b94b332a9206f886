"""Global search: what is found by what, in which order, by whom, and how much the database reads for it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from lantian.casework import outside
from lantian.casework.models import Lead
from lantian.filings.models import Patent
from lantian.office import search
from lantian.office.models import PublicEntry, SearchEntry, Unit
from lantian.office.search import Hits
from lantian.registry.models import Agency, Subject
from lantian.screening import actions as screening
from lantian.screening import queries as findings
from lantian.screening.models import Finding
from lantian.screening.states import Outcome
from tests.dispatching import ABNORMAL, agencies_of, forwarded, line, received
from tests.personas import NANKAI, XIQING, acting
from tests.rooms.test_modes import noted

pytestmark = pytest.mark.django_db
MANY = 100_000
FEW_BUFFERS = 600  # the table has thousands of pages; a part of these is the index's list of pending rows


def found(typed: str, kind: str) -> Hits:
    """What a question finds among protected records or public facts of a kind."""
    look = search.protected if kind in ("lead", "finding", "dispatch", "outside") else search.public
    return look(search.ask(typed), kind)


def an_agency() -> Agency:
    return Agency.objects.select_related("subject").exclude(agency_code=None).order_by("id")[0]


def a_lead(district: int = XIQING) -> Lead:
    with acting("city") as by:
        finding = findings.waiting().filter(district_code=str(district)).first()
        assert finding is not None
        _, lead = screening.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
    assert lead is not None
    return lead


def lines(statement: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


# What finds what


def test_a_letter_is_found_by_its_number_and_title_by_whom_it_concerns() -> None:
    nankai = agencies_of(NANKAI)[0]
    letter = received([line(1, nankai.subject.name)])
    forwarded(letter, NANKAI)
    for typed in (letter.number, ABNORMAL.sender_no, "非正常专利申请核查"):
        with acting("city"):
            assert letter.key in found(typed, "dispatch").keys, typed
    with acting("nankai"):
        assert letter.key in found(letter.number, "dispatch").exact
    with acting("xiqing"):
        assert not found(letter.number, "dispatch").keys, "it was not sent there"


def test_a_matter_of_an_outside_system_is_found_under_its_present_name() -> None:
    with acting("nankai") as by:
        matter = noted(by)
        assert found("津南立〔2026〕9号", "outside").exact == {matter.key}
        outside.change(matter.key, {"subject_name": "津门丁有限公司"}, version=1, by=by)
        assert found("津门丁", "outside").keys == (matter.key,)
        assert not found("津门丙", "outside").keys
    with acting("xiqing"):
        assert not found("津南立〔2026〕9号", "outside").keys


def test_an_agency_is_found_by_name_initials_credit_code_and_agency_code() -> None:
    agency = an_agency()
    name, number = agency.subject.name, agency.subject.number
    for typed in (
        name,
        name[2:6],
        search.initials(name)[:5].upper(),
        number,
        number.lower(),
        agency.agency_code,
    ):
        assert number in found(str(typed), "agency").keys, typed
    assert found(number, "agency").exact == {number}
    assert not found(name[2:6], "agency").exact


def test_words_may_stand_apart_but_must_all_occur() -> None:
    agency = an_agency()
    name = agency.subject.name
    assert agency.subject.number in found(f"{name[-4:]} {name[:3]}", "agency").keys
    assert found(f"{name[:3]} 绝无此名", "agency") == Hits()


def test_an_application_is_found_by_each_way_to_write_its_number_and_by_its_title() -> None:
    patent = Patent.objects.filter(disclosure="published").exclude(publication_no=None).order_by("id")[0]
    number = patent.application_no
    ways = (number, number.replace(".", ""), f"CN{number}", f"zl {number}", patent.publication_no)
    for typed in ways:
        assert found(str(typed), "patent").exact == {number}, typed
    assert number in found(str(patent.title), "patent").keys


def test_an_unpublished_application_is_not_found() -> None:
    secret = Patent.objects.exclude(disclosure="published").order_by("id").first()
    assert secret is not None
    assert found(secret.application_no, "patent") == Hits()


def test_a_lead_is_found_by_its_number_and_by_its_subject() -> None:
    lead = a_lead()
    with acting("xiqing"):
        for typed in (lead.number, lead.subject_name, lead.subject_no, search.initials(lead.subject_name)):
            assert lead.key in found(typed, "lead").keys, typed


def test_a_finding_is_found_by_every_application_it_compares() -> None:
    with acting("city"):
        finding = findings.waiting().filter(district_code=str(XIQING)).first()
        assert finding is not None
        for number in finding.members:
            assert finding.key in found(number, "finding").exact


def test_one_sign_asks_nothing() -> None:
    with acting("city"):
        assert [found("津", kind) for kind in ("lead", "finding", "agency")] == [Hits()] * 3


def test_signs_with_a_meaning_in_sql_are_only_signs() -> None:
    with acting("city"):
        for typed in ("%%", "__", "a'b", '{"', "\\\\"):
            assert (found(typed, "finding"), found(typed, "agency")) == (Hits(), Hits())


# Who finds it


def test_a_district_finds_its_own_and_nothing_of_others() -> None:
    lead = a_lead(XIQING)
    for typed in (lead.number, lead.subject_name):
        with acting("nankai"):
            assert lead.key not in found(typed, "lead").keys
        with acting("xiqing"):
            assert lead.key in found(typed, "lead").keys
        with acting("city"):
            assert lead.key in found(typed, "lead").keys


def test_the_receiver_of_a_lead_finds_it_and_its_finding() -> None:
    from lantian.casework import actions as casework

    lead = a_lead(XIQING)
    with acting("xiqing") as by:
        nankai = Unit.objects.get(pk=NANKAI)
        casework.hand_over(lead_key=lead.key, to=nankai, reason="管辖", version=1, by=by)
    with acting("nankai"):
        assert lead.key in found(lead.number, "lead").keys
        assert lead.origin_key in found(lead.subject_name, "finding").keys


def test_without_a_scope_nothing_protected_is_found() -> None:
    lead = a_lead()
    assert found(lead.number, "lead") == Hits()
    assert not SearchEntry.objects.exists()


def test_a_kind_that_nobody_declared_is_seen_by_nobody_and_cannot_be_written() -> None:
    with acting("city"), pytest.raises(Exception, match="row-level security"), transaction.atomic():
        search.note([search.Record("secret", "k", ("某人",))])


def test_no_entry_is_written_without_an_event() -> None:
    with pytest.raises(IntegrityError, match="no event, no act"), acting("city"):
        finding = Finding.objects.order_by("id")[0]
        search.note([findings.search_record(finding)])
        lines("SET CONSTRAINTS ALL IMMEDIATE")


def test_what_was_asked_does_not_outlive_the_question() -> None:
    with acting("city"):
        everything = SearchEntry.objects.count()
        found("绝无此名", "finding")
        assert SearchEntry.objects.count() == everything > 0


def test_every_protected_record_has_its_entry() -> None:
    a_lead()
    with acting("city"):
        for kind, records in (("finding", Finding.objects), ("lead", Lead.objects)):
            noted = set(SearchEntry.objects.filter(kind=kind).values_list("key", flat=True))
            assert noted == set(records.values_list("key", flat=True))


# How it is kept


def test_postgresql_and_python_fold_and_cut_alike() -> None:
    for text in ("天津市ＡＢＣ（专利）代理\nTJ abc", "𠮷野家", "", "一"):
        assert lines("SELECT folded(%s)", text) == [search.fold(text)]
        assert lines("SELECT unnest(bigrams(%s))", text) == search.bigrams(text)


def test_initials_come_from_the_stored_pinyin_as_from_the_name() -> None:
    for name, pinyin in Subject.objects.values_list("name", "name_pinyin")[:50]:
        assert lines("SELECT initials(%s)", pinyin) == [search.initials(name)]


def test_what_a_newer_batch_changes_is_found_anew_and_the_rest_is_left_alone() -> None:
    assert search.refresh() == 0
    patent = Patent.objects.filter(disclosure="published").order_by("id")[0]
    Patent.objects.filter(pk=patent.pk).update(title="全新的名称甲乙丙")
    PublicEntry.objects.filter(kind="patent", key=patent.application_no).update(batch=0)
    assert search.refresh() == 1
    assert found("全新的名称", "patent").keys == (patent.application_no,)
    assert not found(str(patent.title), "patent").exact


def test_an_index_answers_at_a_hundred_thousand_entries() -> None:
    lines(
        "INSERT INTO office_publicentry (kind, key, batch, text, grams)"
        " SELECT 'subject', 'n' || n, 0, t, bigrams(t) || ARRAY['#agency'] FROM (SELECT n, chr(19968 + n %% 5000)"
        " || chr(24968 + n / 20) || chr(19968 + n * 7 %% 5000) AS t FROM generate_series(1, %s) n) made",
        MANY,
    )
    text = lines("SELECT text FROM office_publicentry WHERE key = 'n70000'")[0]
    rows = PublicEntry.objects.filter(grams__contains=["#agency", *search.bigrams(text)], text__contains=text)
    plan = json.loads(rows.explain(analyze=True, buffers=True, format="json"))[0]["Plan"]
    assert plan["Actual Rows"] == 1
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < FEW_BUFFERS


def test_the_policy_lets_the_index_answer_under_row_level_security() -> None:
    """PostgreSQL refuses a reader's own condition as index condition under row-level security: the policy asks."""
    with acting("city"):
        lines("SET LOCAL enable_seqscan = off")
        lines("SET LOCAL enable_indexscan = off")  # a small table tempts the planner to walk its primary key
        plan = "\n".join(lines("EXPLAIN SELECT key FROM office_searchentry WHERE grams @> ARRAY['天津']"))
    assert re.search(r"Index Scan on entries_by_grams.*\n\s+Index Cond: \(grams @> \(InitPlan", plan)
    assert re.search(r"Filter: .*grams @> '\{天津\}'", plan)
