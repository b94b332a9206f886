"""A gain is worked out client by client, a fine stays inside what the law and the circumstances leave."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.core.discretion import Earlier, FineSheet, Found, OutOfRange, fine_sheet
from lantian.core.gain import FILE, BadAmount, Expense, GainSheet, Receipt, illegal_gain, read_book
from lantian.core.messages import WrongUse
from lantian.core.rulebook import BadRulebook, Confidence, NotInForce, shipped

CASES = Path(__file__).parent / "golden" / "penalty_cases.csv"
GOLDEN = Path(__file__).parent / "golden" / "worksheets.json"
OLD, NEW = date(2025, 6, 1), date(2026, 6, 1)
MONEY = st.decimals(0, 1_000_000, places=2)


def receipt(amount: str, client: str = "A", on: date = OLD, **more: Any) -> Receipt:
    return Receipt(client, on, Decimal(amount), **more)


def gain_of(*receipts: Receipt, expenses: tuple[Expense, ...] = (), on: date = OLD, **more: Any) -> GainSheet:
    return illegal_gain(receipts, expenses, **{"acted_until": on, "decided_on": on, **more})


def cases() -> list[dict[str, str]]:
    """Facts of published cases, own compilation: a case is a number, no party is named, missing days are mid-period.

    Every published single case that was compiled stands here (P01 to P07, P12, P13); sums of many cases are none.
    """
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def gain_in(case: dict[str, str], decided: date, until: date) -> GainSheet | None:
    """The gain of a case; none where only a fine was published."""
    if not case["fees_cny"]:
        return None
    return illegal_gain(
        [Receipt(case["case_id"], until, Decimal(case["fees_cny"]))],
        [Expense("direct", Decimal(case["costs_cny"]), necessary=True, proved=True)],
        acted_until=until,
        decided_on=decided,
    )


def worked(case: dict[str, str]) -> tuple[GainSheet | None, FineSheet]:
    decided = date.fromisoformat(case["decided"])
    gain = gain_in(case, decided, date.fromisoformat(case["acted_until"]))
    found = Found(tuple(case["circumstances"].split()))
    tiers_known_from = date(2022, 10, 8)  # earlier cases are held against the first tiers in the book
    return gain, fine_sheet(case["kind"], found, on=max(decided, tiers_known_from), gain=gain)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["case_id"])
def test_published_cases_come_out_as_they_were_decided(case: dict[str, str]) -> None:
    gain, fine = worked(case)
    if gain is not None:
        assert gain.gain_cny == Decimal(case["illegal_gain_cny"])
    if case["kind"] == "unlicensed":
        assert gain is not None
        assert (fine.low_cny, fine.high_cny) == (gain.gain_cny, gain.gain_cny * 5)
    if case["fine_cny"]:
        paid = Decimal(case["fine_cny"])
        assert fine.low_cny <= paid <= fine.high_cny
        assert fine.confiscated_cny + paid == Decimal(case["total_cny"])


def test_worksheets_of_published_cases_are_those_of_the_golden_file() -> None:
    """Rewrite: python -c "import tests.core.test_discretion as t; t.write_golden()"."""
    assert json.loads(GOLDEN.read_text("utf-8")) == _golden()


def _golden() -> dict[str, object]:
    found = {}
    for case in cases():
        gain, fine = worked(case)
        found[case["case_id"]] = _golden_gain(gain) | {
            "band": [str(fine.low_cny), str(fine.high_cny)],
            "band_basis": fine.basis.cite().zh,
            "tier": fine.tier,
            "range": [str(fine.from_cny), str(fine.to_cny)],
        }
    return found


def _golden_gain(gain: GainSheet | None) -> dict[str, object]:
    if gain is None:
        return {}
    return {
        "receipts": str(gain.receipts_cny),
        "expenses": str(gain.expenses_cny),
        "gain": str(gain.gain_cny),
        "rule": gain.text.zh,
        "basis": gain.basis.cite().zh,
        "confidence": gain.confidence.value,
    }


def write_golden() -> None:
    GOLDEN.write_text(json.dumps(_golden(), ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")


def test_from_order_118_on_only_proved_expenses_are_deducted() -> None:
    unproved = (Expense("drafting", Decimal("300"), necessary=True, proved=False),)
    assert gain_of(receipt("1000"), expenses=unproved, on=date(2026, 3, 19)).gain_cny == 700
    late = gain_of(receipt("1000", on=NEW), expenses=unproved, on=date(2026, 3, 20))
    assert late.gain_cny == 1000
    assert late.expenses[0].why and late.expenses[0].why.en == "not proved by the party: not deducted"
    assert "118" in late.basis.cite().zh
    assert late.confidence is Confidence.TEXT_SECONDARY


def test_the_rule_of_the_act_holds_unless_the_later_one_is_lighter() -> None:
    unproved = (Expense("drafting", Decimal("300"), necessary=True, proved=False),)
    across = gain_of(receipt("1000"), expenses=unproved, acted_until=OLD, decided_on=NEW)
    assert across.gain_cny == 700
    assert across.choice.en.startswith("the rule at the time of the act")


def test_an_expense_that_is_not_of_the_act_is_never_deducted() -> None:
    private = (Expense("car", Decimal("300"), necessary=False, proved=True),)
    assert gain_of(receipt("1000"), expenses=private).gain_cny == 1000


def test_what_was_returned_and_what_came_before_the_law_does_not_count() -> None:
    sheet = gain_of(
        receipt("500", "A", date(2018, 5, 1)),
        receipt("700", "A", date(2020, 5, 1)),
        receipt("100", "B", date(2020, 5, 1), returned_cny=Decimal("40")),
        counts_from=date(2019, 3, 1),
    )
    assert [(row.name, row.amount_cny, row.counted_cny) for row in sheet.clients] == [
        ("A", Decimal("1200.00"), Decimal("700.00")),
        ("B", Decimal("100.00"), Decimal("60.00")),
    ]
    assert sheet.gain_cny == 760
    assert all(row.why for row in sheet.clients)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (receipt("-1"), "must be zero or more"),
        (receipt("1.005"), "in whole fen"),
        (receipt("NaN"), "must be zero or more"),
        (receipt("10", returned_cny=Decimal("11")), "more was returned than received"),
    ],
)
def test_a_receipt_that_cannot_be_is_refused(bad: Receipt, words: str) -> None:
    with pytest.raises(BadAmount, match=words):
        gain_of(bad)


@given(st.lists(MONEY, max_size=6), st.lists(MONEY, max_size=6))
def test_a_gain_is_never_below_zero_and_more_receipts_never_lower_it(
    received: list[Decimal], spent: list[Decimal]
) -> None:
    receipts = [Receipt(f"c{n}", OLD, amount) for n, amount in enumerate(received)]
    expenses = tuple(Expense(f"x{n}", amount, True, True) for n, amount in enumerate(spent))
    sheet = gain_of(*receipts, expenses=expenses)
    more = gain_of(*receipts, receipt("5"), expenses=expenses)
    assert 0 <= sheet.gain_cny <= more.gain_cny
    assert sheet.gain_cny == max(Decimal(0), sheet.receipts_cny - sheet.expenses_cny)


def sheet(*circumstances: str, kind: str = "patent_agency", on: date = OLD, **more: Any) -> FineSheet:
    return fine_sheet(kind, Found(circumstances, **more), on=on)


@pytest.mark.parametrize(
    ("circumstances", "tier", "low", "high"),
    [
        ((), "ordinary", 30_000, 70_000),
        (("cooperates",), "lenient", 0, 30_000),
        (("harm_removed",), "mitigated", 0, 30_000),
        (("abnormal_filings",), "severe", 70_000, 100_000),
        (("abnormal_filings", "cooperates"), "ordinary", 30_000, 70_000),
        (("minor_corrected",), "none", 0, 0),
        (("no_fault", "repeat"), "none", 0, 0),
        (("first_minor", "continues"), "ordinary", 30_000, 70_000),
    ],
)
def test_circumstances_leave_a_part_of_the_band(
    circumstances: tuple[str, ...], tier: str, low: int, high: int
) -> None:
    found = sheet(*circumstances)
    assert (found.tier, found.from_cny, found.to_cny) == (tier, low, high)


def test_an_earlier_penalty_of_the_same_kind_anywhere_in_the_city_counts_as_a_repeat() -> None:
    same = Earlier(date(2024, 1, 5), "patent_agency", "D1")
    other, old = (
        Earlier(date(2024, 1, 5), "unlicensed", "D2"),
        Earlier(date(2023, 5, 31), "patent_agency", "D3"),
    )
    found = sheet(earlier=(same, other, old))
    assert (found.tier, found.earlier) == ("severe", (same,))
    assert [each.code for each in found.circumstances] == ["repeat"]
    assert sheet(earlier=(other, old)).tier == "ordinary"


def test_a_fine_outside_the_range_is_refused_with_the_range() -> None:
    found = sheet("cooperates")
    found.check(Decimal("30000"))
    with pytest.raises(OutOfRange, match=r"outside 0\.00-30000\.00 \(lower part of the band\)"):
        found.check(Decimal("30000.01"))
    assert found.total(Decimal("100")) == 100


def test_large_sums_need_a_hearing_and_the_number_itself_is_large() -> None:
    assert sheet("abnormal_filings").hearing(Decimal("100000"))
    assert not sheet("abnormal_filings").hearing(Decimal("99999.99"))
    assert sheet(kind="practitioner").hearing(Decimal("10000"))
    gain = gain_of(receipt("120000"))
    assert fine_sheet("unlicensed", Found(), on=OLD, gain=gain).hearing(Decimal("0"))


def test_a_serious_case_of_a_trademark_agency_has_its_own_band_from_2027() -> None:
    now, then = (sheet(kind="trademark_agency", on=on, serious=True) for on in (OLD, date(2027, 1, 1)))
    assert (now.high_cny, then.low_cny, then.high_cny) == (100_000, 100_000, 200_000)
    assert [note.en for note in now.notes] == ["this article has no band for serious cases"]
    assert then.basis.cite().zh.endswith("第67条")


def test_the_band_of_the_act_holds_unless_that_of_the_decision_is_lighter() -> None:
    new, before = date(2027, 1, 1), date(2026, 12, 31)
    found = fine_sheet("trademark_agency", Found(serious=True), on=new, acted_until=before)
    assert (found.high_cny, found.band.valid_from) == (100_000, date(2019, 11, 1))
    assert found.notes[0].zh.startswith("幅度：行为时的规定（")
    late = fine_sheet("trademark_agency", Found(serious=True), on=new, acted_until=new)
    assert (late.low_cny, late.high_cny, late.notes) == (100_000, 200_000, ())
    text = shipped(FILE).replace(
        "high = 100000\nserious_low = 100000\nserious_high = 200000\n", "high = 80000\n"
    )
    milder = fine_sheet("trademark_agency", Found(), on=new, acted_until=before, rules=read_book(text))
    assert milder.high_cny == 80_000 and "decision is lighter" in milder.notes[0].en
    old = fine_sheet("trademark_agency", Found(), on=OLD, acted_until=date(2019, 10, 31))
    assert "no band of the time of the act" in old.notes[0].en


def test_a_multiple_needs_a_gain_and_without_one_there_is_no_fine() -> None:
    with pytest.raises(WrongUse, match="work out the gain first"):
        fine_sheet("unlicensed", Found(), on=OLD)
    found = fine_sheet("unlicensed", Found(), on=OLD, gain=gain_of())
    assert (found.high_cny, [note.en for note in found.notes]) == (0, ["without a gain there is no fine"])


def test_public_attention_is_no_circumstance() -> None:
    with pytest.raises(WrongUse, match="know no circumstance 'public_attention'"):
        sheet("public_attention")


def test_before_the_regulation_there_is_no_band() -> None:
    with pytest.raises(NotInForce):
        sheet(on=date(2019, 2, 28))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("low = 10000\nhigh = 100000\n", "low = 100000\nhigh = 10000\n", "the ends of the band are reversed"),
        ("serious_low = 100000\n", "", "one is missing"),
        ('deducts = "proved"', 'deducts = "some"', "must be one of reasonable | proved"),
    ],
)
def test_a_book_of_discretion_that_contradicts_itself_is_refused(old: str, new: str, words: str) -> None:
    text = shipped(FILE)
    assert old in text
    with pytest.raises(BadRulebook) as refusal:
        read_book(text.replace(old, new, 1))
    assert words in refusal.value.text.en
