"""A finding stays the same finding while its group grows, merges, parts or vanishes; so does what was judged of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
import pytest
from django.urls import reverse

from lantian.casework.models import Lead
from lantian.desk.present import evidence
from lantian.detect.contract import Detector
from lantian.detect.detectors import DETECTORS
from lantian.detect.findings import finding_key, unit_of
from lantian.screening import actions, cases, hands, queries
from lantian.screening.errors import JudgementRefused
from lantian.screening.models import Finding, IdentityChange, Judgement, Run
from lantian.screening.queries import Filter, Shelf
from lantian.screening.run import expires_after
from lantian.screening.states import Outcome, State
from tests.detect.tables import filing
from tests.detect.tables import number as filed_number
from tests.detect.tables import table as filed_table
from tests.detect.test_filing_offences import TEXT
from tests.intaking import number, table, take
from tests.personas import acting, browser
from tests.rooms.test_case_material import bring, networks, screened
from tests.rooms.test_case_material import lead as lead  # the fixture
from tests.rooms.test_registry import code
from tests.screened import PHONE, filings, ran, take_filings

pytestmark = pytest.mark.django_db
ONE = [f"无名{word}有限公司" for word in "甲乙丙丁戊"]
OTHER = [f"不详{word}有限公司" for word in "甲乙丙丁戊"]
ELSEWHERE = "天津市河西区不详路2号虚拟大厦2202室"
CODE = code("120104", 18)
LIVING = ("key", "merged_into", "evidence", "supersedes", "subject_no", "first_found_at", "gone_on")


def found(*serials: int, detector: str = "P07") -> list[Finding]:
    """Living findings that rest on any of these applications, the oldest first."""
    wanted = {f"patents:{number(serial)}" for serial in serials}
    with acting("city"):
        rows = Finding.objects.filter(detector=detector, case_key="", merged_into="").order_by("id")
        return [row for row in rows if wanted & set(row.evidence)]


def judged(finding: Finding, outcome: Outcome = Outcome.DISMISS, seen: int = 0) -> None:
    with acting("city") as by:
        actions.judge(finding_key=finding.key, outcome=outcome, reason="孵化器", seen=seen, by=by)


def outcome_of(finding: Finding) -> tuple[str, State]:
    """What counts of it in lists, and on its own page."""
    with acting("city"):
        row = queries.find(finding.key)
        assert row is not None
        return row.outcome, queries.state_of(queries.judgements(row))  # type: ignore[attr-defined]


def page_of(finding: Finding) -> str:
    return browser("city").get(reverse("finding", args=[finding.key])).content.decode()


def as_stored() -> list[dict[str, object]]:
    with acting("city"):
        return list(Finding.objects.filter(detector="P07").order_by("id").values(*LIVING))


def earlier(*rows: tuple[str, ...], day: str = "2026-01-05") -> list[tuple[str, ...]]:
    """Applications filed before the others, and published after them."""
    return [(*row[:2], day, *row[3:]) for row in rows]


def two_hands() -> tuple[Finding, Finding]:
    """Two networks that nothing ties, the older first."""
    take_filings(filings(1, ONE))
    ran("P07")
    take_filings(filings(20, OTHER, address=ELSEWHERE))
    ran("P07")
    (older,), (younger,) = found(1), found(20)
    assert older.pk < younger.pk
    return older, younger


def tied() -> None:
    """One of the first files from the address of the others too, before all of them."""
    take_filings(earlier(*filings(60, ONE[:1], address=ELSEWHERE, times=1)))
    ran("P07")


# A group that grows.


def test_an_application_filed_earlier_updates_the_network_and_its_dismissal_holds() -> None:
    take_filings(filings(1, ONE))
    ran("P07")
    (first,) = found(1)
    judged(first)
    take_filings(earlier(*filings(40, ONE[:1], times=1)))
    ran("P07")
    (now,) = found(1, 40)
    assert (now.key, now.subject_no, now.first_found_at) == (first.key, first.key, first.first_found_at)
    assert now.evidence[0] == f"patents:{number(40)}" and len(now.evidence) == len(first.evidence) + 1
    assert outcome_of(now) == (Outcome.DISMISS, State.DISMISSED)
    assert "此后情况有变化" in page_of(now)


def test_a_network_whose_first_application_drops_out_is_the_same_network() -> None:
    take_filings(earlier(*filings(1, ONE[:1])), filings(3, ONE[1:]))
    ran("P07")
    (first,) = found(3)
    judged(first)
    take_filings(filings(1, ONE[:1], address=""))  # a correction: another address
    ran("P07")
    (now,) = found(3)
    assert now.key == first.key and f"patents:{number(1)}" not in now.evidence
    assert outcome_of(now) == (Outcome.DISMISS, State.DISMISSED)


def test_repeated_nights_give_the_same_rows() -> None:
    two_hands()
    tied()
    first = as_stored()
    ran("P07")
    assert as_stored() == first


def test_findings_stored_one_by_one_are_those_stored_together(monkeypatch: pytest.MonkeyPatch) -> None:
    two_hands()
    tied()
    together = as_stored()
    monkeypatch.setattr(actions, "STEP", 1)
    ran("P07")
    assert as_stored() == together


def test_a_network_of_a_case_is_the_same_network_when_the_case_brings_more(lead: Lead) -> None:
    bring(lead)
    screened(lead)
    (first,) = networks(lead)
    take_filings(earlier(*filings(50, ["来电己有限公司"], address="", times=1)))
    bring(lead, (number(50), PHONE, "A1"))
    screened(lead)
    (now,) = networks(lead)
    assert (now.key, now.subject_no) == (first.key, first.key)
    assert now.evidence[0] == f"patents:{number(50)}"
    with acting("city"):
        assert not queries.findings(queries.EVERY).filter(key=now.key).exists()
        assert [row.key for row in cases.findings(lead.key).filter(detector="P07")] == [first.key]


def test_a_firm_known_by_its_name_keeps_its_finding_when_a_register_gives_it_a_number() -> None:
    take_filings(filings(1, ONE[:1]))
    ran("P07")

    def stored(subject: str) -> Finding:
        run = ran("P15")["P15"]
        key = finding_key("P15", unit_of("applicant", subject, "not_cleared"), f"patents:{number(1)}")
        told = dict.fromkeys(("cleared", "district_code"))
        told |= dict.fromkeys(("reason_zh", "reason_en", "rule", "innocent_zh", "parameters"), "x")
        row = told | {
            "key": key, "detector": "P15", "subject_kind": "applicant", "subject_no": subject,
            "subject_name": "无名甲有限公司", "score": 0.5, "strength": "strong", "clearing": "not_cleared",
            "evidence": [f"patents:{number(1)}"], "members": [], "faults": [], "supersedes": [], "on": run.on,
            "detector_version": "1",
        }  # fmt: skip
        with acting("city") as by:
            actions.store(run, [row], expires_after=expires_after(run.on), by=by)
        (only,) = found(1, detector="P15")
        return only

    first = stored(f"无名甲有限公司|{number(1)}")
    judged(first)
    take(table(("无名甲有限公司", CODE), head=("企业名称", "统一社会信用代码")), into="companies")
    ran("P07")
    with acting("city"):
        assert IdentityChange.objects.get(now=CODE).was == "name:无名甲有限公司"
    now = stored(CODE)
    assert (now.key, now.subject_no) == (first.key, CODE)
    assert outcome_of(now) == (Outcome.DISMISS, State.DISMISSED)


# Groups that merge, and part.


def test_two_networks_that_prove_one_merge_into_the_older() -> None:
    older, younger = two_hands()
    judged(younger)
    tied()
    (now,) = found(1, 20, 60)
    assert (now.key, now.subject_no, now.supersedes) == (older.key, older.key, [younger.key])
    assert {*older.evidence, *younger.evidence} < set(now.evidence)
    assert outcome_of(now) == ("", State.WAITING)
    with acting("city"):
        every = {row.key for row in queries.findings(Filter(detector="P07", shelf=Shelf.ALL))}
        assert older.key in every and younger.key not in every
        assert queries.by_keys([younger.key]) == []


def test_a_network_that_nobody_dismissed_is_not_lost_behind_an_older_dismissal() -> None:
    """The older has so many filings that the younger is no clear growth of its evidence."""
    take_filings(filings(1, ONE, times=6))
    ran("P07")
    (older,) = found(1)
    judged(older)
    take_filings(filings(100, OTHER, address=ELSEWHERE))
    ran("P07")
    (younger,) = found(100)
    take_filings(earlier(*filings(200, ONE[:1], address=ELSEWHERE, times=1)))
    ran("P07")
    (now,) = found(1, 100)
    assert (now.key, now.supersedes) == (older.key, [younger.key])
    assert outcome_of(now) == ("", State.WAITING)
    judged(now, seen=1)
    ran("P07")
    assert outcome_of(now) == (Outcome.DISMISS, State.DISMISSED)


def test_what_is_filed_again_is_not_taken_for_what_it_was_filed_after() -> None:
    """Filed, withdrawn, filed again, withdrawn, filed again: the second is dismissed, the third is another matter."""

    def stored(status: str) -> dict[str, Finding]:
        who: dict[str, object] = {"abstract": TEXT, "applicants": ["甲公司"], "applicant_ids": ["C1"]}
        told = (
            ("2025-03-01", status, "2025-05-01"),
            ("2025-06-01", "withdrawn", "2025-07-01"),
            ("2025-09-01", "published", None),
        )
        rows = [
            filing(place, **who, filing_date=date.fromisoformat(filed), status=state,
                   status_date=date.fromisoformat(day) if day else None)
            for place, (filed, state, day) in enumerate(told, start=1)
        ]  # fmt: skip
        with acting("city") as by:
            run = Run.objects.filter(detector="P04").order_by("-id")[0]
            frame = DETECTORS["P04"].run({"patents": filed_table(rows)}, on=run.on).frame
            actions.store(run, frame.to_dicts(), expires_after=expires_after(run.on), by=by)
            living = Finding.objects.filter(detector="P04", merged_into="", subject_no="C1")
            return {row.evidence[0]: row for row in living}

    ran("P04")
    second, third = (f"patents:{filed_number(place)}" for place in (2, 3))
    before = stored("withdrawn")
    assert set(before) == {second, third}
    judged(before[second])
    after = stored("published")
    assert {item: row.key for item, row in after.items()} == {item: row.key for item, row in before.items()}
    assert outcome_of(after[third]) == ("", State.WAITING)


def test_a_merged_finding_keeps_its_judgements_says_where_it_went_and_is_judged_no_more() -> None:
    older, younger = two_hands()
    judged(younger)
    tied()
    page, living = page_of(younger), page_of(older)
    assert "已并入那一条" in page and reverse("finding", args=[older.key]) in page and "孵化器" in page
    assert 'name="verdict"' not in page
    assert reverse("finding", args=[younger.key]) in living and "已并入这里" in living
    with acting("city") as by, pytest.raises(JudgementRefused, match="merged into an older one"):
        actions.judge(finding_key=younger.key, outcome=Outcome.LEAD, reason="", seen=1, by=by)
    told = {"verdict": "lead", "version": "1", "reason": ""}
    refused = browser("city").post(reverse("judge", args=[younger.key]), told).content.decode()
    assert "请在那一条研判" in refused
    for one, met in ((older, True), (younger, False)):
        asked = browser("city").get(reverse("search"), {"q": one.key}).content.decode()
        assert (reverse("finding", args=[one.key]) in asked) is met


def test_who_may_not_see_a_finding_does_not_see_it_merged() -> None:
    older, younger = two_hands()
    tied()
    with acting("nankai"):
        assert queries.find(younger.key) is None and queries.find(older.key) is None
        assert not Finding.objects.filter(merged_into=older.key).exists()


@pytest.mark.parametrize("step", [1, 1_000])
def test_networks_that_part_again_are_two_findings_with_their_own_judgements(
    step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "STEP", step)
    older, younger = two_hands()
    judged(younger)
    tied()
    take_filings(earlier(*filings(60, ONE[:1], address="", times=1)))  # the tie was a mistake
    ran("P07")
    (one,), (other,) = found(1), found(20)
    assert (one.key, other.key) == (older.key, younger.key)
    assert (one.supersedes, other.merged_into) == ([], "")
    assert outcome_of(one)[1] is State.WAITING and outcome_of(other)[1] is State.DISMISSED


# A dismissal says nothing of a fault that was not there.

AGENCY = pl.DataFrame(
    {"agency_code": ["99101"], "credit_code": ["X"], "name": ["甲所"], "address": ["天津市南开区一路1号"]}
)
HEAD_OF_IT = pl.DataFrame(
    {"agency_code": ["99101"], "role": ["head"], "name": ["张三"], "to": [None]},
    schema_overrides={"to": pl.Date},
)
HERE, THERE = "天津市南开区一路1号", "天津市南开区二路9号"


def register_says(address: str, head: str) -> Finding:
    """The finding of a run that compares the directory with a register that says so."""
    companies = pl.DataFrame(
        {"credit_code": ["X"], "name": ["甲所"], "address": [address], "legal_representative": [head]}
    )
    tables = {"agencies": AGENCY, "companies": companies, "agency_members": HEAD_OF_IT}
    with acting("city") as by:
        run = Run.objects.filter(detector="R02").order_by("-id")[0]
        frame = DETECTORS["R02"].run(tables, on=run.on).frame
        actions.store(run, frame.to_dicts(), expires_after=expires_after(run.on), by=by)
        row = queries.find(frame["key"][0])
    assert row is not None
    return row


def test_a_different_fault_of_a_dismissed_agency_comes_back() -> None:
    ran("R02")
    finding = register_says(THERE, "张三")
    judged(finding)
    assert outcome_of(register_says(THERE, "张三")) == (Outcome.DISMISS, State.DISMISSED)
    now = register_says(HERE, "李四")
    assert now.key == finding.key and outcome_of(now) == ("", State.WAITING)
    assert "指出了上次研判时没有的问题" in page_of(now)


def test_a_fault_that_is_mended_brings_no_dismissed_finding_back() -> None:
    ran("R02")
    finding = register_says(THERE, "李四")
    judged(finding)
    assert outcome_of(register_says(THERE, "张三")) == (Outcome.DISMISS, State.DISMISSED)
    with acting("city"):
        faults = Judgement.objects.get(finding=finding).faults
    assert [one.partition(":")[0] for one in faults] == ["address", "legal_representative"]
    assert not any(word in fault for fault in faults for word in ("张三", "李四", "南开"))


def test_another_address_than_the_one_dismissed_is_another_fault() -> None:
    ran("R02")
    judged(register_says(THERE, "张三"))
    assert outcome_of(register_says("天津市西青区三路7号", "张三")) == ("", State.WAITING)


def faults_of(detector: str, **tables: pl.DataFrame) -> list[list[str]]:
    return DETECTORS[detector].run(tables, on=date(2026, 6, 1)).frame["faults"].to_list()


def test_a_further_round_of_evaluation_with_a_fault_is_another_fault() -> None:
    def rounds(*grades: str) -> pl.DataFrame:
        years = range(2020, 2020 + len(grades))
        return pl.DataFrame(
            {
                "round": [str(year) for year in years],
                "published_on": [date(year, 12, 1) for year in years],
                "subject_kind": ["agency"] * len(grades),
                "subject_no": ["99101"] * len(grades),
                "grade": list(grades),
            }
        )

    assert faults_of("R05", quality_rounds=rounds("A", "C")) == [["fallen:2021"]]
    assert faults_of("R05", quality_rounds=rounds("A", "C", "A", "D")) == [["fallen:2023"]]


def test_a_branch_that_is_filed_late_and_then_has_no_head_of_its_own_has_another_fault() -> None:
    def branches(*heads: str) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "agency_code": ["99101"] * len(heads),
                "name": [f"{place}分所" for place in range(len(heads))],
                "opened_on": [date(2025, 1, 1)] * len(heads),
                "filed_on": [date(2026, 1, 1), *[date(2025, 1, 2)] * (len(heads) - 1)],
                "head_licence_no": list(heads),
            }
        )

    assert faults_of("R03", branches=branches("1")) == [["late"]]
    assert ["double_head", "late"] in faults_of("R03", branches=branches("1", "1"))


# The whole evidence.


def hidden_hand(count: int) -> pl.DataFrame:
    rows = [
        {
            "application_no": f"{serial:05}",
            "disclosure": "published",
            "filing_date": date(2025, 1, 1) + timedelta(days=serial % 300),
            "applicants": [f"无关{chr(0x4E00 + serial % 30)}公司"],
            "applicant_addresses": ["天津市南开区一路1号"],
            "applicant_kinds": ["company"],
            "contact_phone": "02255556666",
        }
        for serial in range(count)
    ]
    return pl.DataFrame(rows)


def test_a_network_of_two_thousand_keeps_its_whole_evidence_and_may_come_back() -> None:
    def sizes(detector: Detector, count: int) -> Sequence[int]:
        found = detector.run({"patents": hidden_hand(count)}, on=date(2026, 1, 1)).frame
        return found["evidence"].list.len().to_list()

    assert sizes(DETECTORS["P07"], 2_000) == [2_000]
    before, now = (sizes(DETECTORS["P07"], count)[0] for count in (190, 290))
    assert queries.grown(before, now)


def test_a_network_with_very_many_ties_shows_those_most_shared_and_how_many_it_leaves_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hands, "MOST_TIES", 1)
    take_filings(filings(1, ONE), filings(20, ONE[:2], address=ELSEWHERE))
    ran("P07")
    (network,) = found(1)
    with acting("city"):
        hand = hands.hand_of(network)
    assert hand is not None and (len(hand.ties), hand.further, len(hand.parties)) == (1, 1, len(ONE))
    assert len(hand.ties[0].parties) == len(ONE)
    assert "另有 1 项没有列出" in page_of(network)


def test_a_page_that_lists_the_first_parties_says_how_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "SHOWN", 2)
    take_filings(filings(1, ONE))
    ran("P07")
    (network,) = found(1)
    page = page_of(network)
    assert f"只列出前 2 个，共 {len(network.members)} 个" in page and "只列出前 2 件" in page


# What a later run no longer finds.


def corrected() -> tuple[Finding, Run]:
    """A network whose addresses were wrong: corrected, it is not found again."""
    take_filings(filings(1, ONE))
    ran("P07")
    (first,) = found(1)
    take_filings(filings(1, ONE, address=""))
    return first, ran("P07")["P07"]


def test_a_finding_not_found_again_leaves_the_pool_and_says_so() -> None:
    first, run = corrected()
    with acting("city"):
        row = Finding.objects.get(pk=first.pk)
        assert row.gone_on == run.on and row.evidence == first.evidence
        assert not queries.findings(Filter(detector="P07", shelf=Shelf.RESTING)).filter(pk=row.pk).exists()
        waiting = queries.by_detector()["P07"].waiting
        assert waiting == Finding.objects.filter(detector="P07", gone_on=None, clearing="not_cleared").count()
    assert "没有再发现这条提示" in page_of(first)
    english = browser("city")
    english.cookies["django_language"] = "en"
    assert "did not find it again" in english.get(reverse("finding", args=[first.key])).content.decode()


def test_it_lies_on_a_shelf_of_its_own_where_the_office_takes_the_detector() -> None:
    first, _ = corrected()
    with acting("city") as by:
        seen = actions.Forecast(0, None, False, 0, 60, (by.unit or 0,))
        actions.switch(detector="P07", active=True, seen=seen, reason="试用", by=by)
        shelves = {
            shelf: queries.findings(Filter(detector="P07", shelf=shelf)).filter(pk=first.pk).exists()
            for shelf in Shelf
        }
    assert {shelf for shelf, there in shelves.items() if there} == {Shelf.GONE, Shelf.ALL}
    listed = browser("city").get(reverse("findings"), {"shelf": "gone"}).content.decode()
    assert reverse("finding", args=[first.key]) in listed and "未再发现" in listed


def test_to_turn_it_into_a_lead_the_officer_says_that_he_knows() -> None:
    first, run = corrected()
    client, act = browser("city"), reverse("judge", args=[first.key])
    typed = {"version": "0", "verdict": "lead", "reason": "实地走访所见", "field": "patent"}
    refused = client.post(act, typed)
    assert refused.status_code == 422 and "我已知道" in refused.content.decode()
    assert client.post(act, {**typed, "known": "1"}).status_code == 302
    with acting("city"):
        lead = Lead.objects.get(origin_kind="finding", origin_key=first.key)
        assert f"{run.on}的比对没有再发现" in lead.ground_zh and "did not find it again" in lead.ground_en


def test_a_finding_that_is_found_again_is_back_in_its_place() -> None:
    first, _ = corrected()
    take_filings(filings(1, ONE))
    ran("P07")
    (now,) = found(1)
    assert (now.key, now.gone_on) == (first.key, None)
    assert "没有再发现这条提示" not in page_of(now)


def test_a_run_that_did_not_run_says_of_no_finding_that_it_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    take_filings(filings(1, ONE))
    ran("P07")
    (first,) = found(1)
    monkeypatch.setattr("lantian.screening.tables.SOURCES", {})
    run = ran("P07")["P07"]
    assert run.not_run_zh
    (now,) = found(1)
    assert (now.key, now.gone_on) == (first.key, None)
