"""A worksheet says every line with its rule, and is the same to the byte whenever it is worked out again."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.core.discretion import Earlier, Found
from lantian.core.gain import FILE, BadAmount, Expense, Receipt, read_book
from lantian.core.rulebook import Rulebook, shipped
from lantian.core.worksheet import (
    BadLine,
    Entered,
    kinds,
    read_earlier,
    read_expenses,
    read_receipts,
    work_out,
    write_expenses,
    write_receipts,
)

GOLDEN = Path(__file__).parent / "golden"
PASTED = (
    "甲公司\t2026-04-02\t￥12,000\t收据1\t2,000\n乙公司|2026/5/7|8000.50\n\n甲公司；2018年1月5日；500；旧收据"
)
SPENT = "检索费\t300\t是\t是\t发票3\n招待费\t1000\t否\t是\n绘图费\t400\t是\t否"


def entered(**more: object) -> Entered:
    given = {
        "kind": "unlicensed",
        "acted_until": date(2026, 6, 30),
        "decided_on": date(2026, 11, 22),
        "counts_from": date(2019, 3, 1),
        "receipts": read_receipts(PASTED),
        "expenses": read_expenses(SPENT),
        "found": Found(("cooperates",), (Earlier(date(2025, 8, 1), "unlicensed", "津知罚〔2025〕4号"),)),
        "fine_cny": Decimal("40000"),
        **more,
    }
    return Entered(**given)  # type: ignore[arg-type]


CASES = {
    "unlicensed": entered(),
    "older_rule": entered(
        acted_until=date(2025, 12, 31), decided_on=date(2026, 2, 1), fine_cny=None, found=Found()
    ),
    "agency": entered(kind="patent_agency", found=Found(("continues",)), fine_cny=Decimal("90000")),
}


@pytest.mark.parametrize("name", CASES)
def test_a_worksheet_is_the_golden_file_to_the_byte(name: str) -> None:
    """Rewrite: python -c "import tests.core.test_worksheet as t; t.write_golden()"."""
    assert (GOLDEN / f"worksheet_{name}.json").read_text("utf-8") == _text(name)


def _text(name: str) -> str:
    return json.dumps(work_out(CASES[name]), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_golden() -> None:
    for name in CASES:
        (GOLDEN / f"worksheet_{name}.json").write_text(_text(name), "utf-8")


def weak(rule: str, confidence: str = "unverified") -> Rulebook:
    """The book with one rule of another confidence."""
    text = shipped(FILE)
    start = text.index(f"[[rule.{rule}]]")
    end = text.index('confidence = "', start) + len('confidence = "')
    sure = text[:start].replace('confidence = "unverified"', 'confidence = "text"')
    rest = text[end:].split('"', 1)[1].replace('confidence = "unverified"', 'confidence = "text"')
    return read_book(f'{sure}{text[start:end]}{confidence}"{rest}')


@pytest.mark.parametrize("rule", ["lighter", "refund", "tiers", "circumstances", "repeat", "hearing"])
def test_a_sheet_is_as_sure_as_the_least_sure_rule_that_it_used(rule: str) -> None:
    """Two versions of the rule on gains were held against each other, and something was returned."""
    used = entered(acted_until=date(2025, 12, 31))
    assert work_out(used, weak(rule))["confidence"] == "unverified"
    assert work_out(used, weak(rule, "text"))["confidence"] != "unverified"


def test_a_rule_that_was_not_used_neither_stands_in_the_sheet_nor_weakens_it() -> None:
    kept = read_receipts("甲公司|2026-04-02|12000|收据1")
    one = entered(acted_until=date(2026, 6, 30), kind="patent_agency", receipts=kept)
    for rule in ("lighter", "refund"):
        found = work_out(one, weak(rule))
        assert rule not in found["fine"]["rules"] and found["confidence"] != "unverified"


def test_what_does_not_count_says_why_and_every_rule_is_cited() -> None:
    sheet = work_out(CASES["unlicensed"])
    gain, fine = sheet["gain"], sheet["fine"]
    assert gain["receipts_cny"] == "18000.50"  # less what came before the law and what was returned
    assert gain["expenses_cny"] == "300.00"  # from Order 118 on, only what the party proves
    assert [one["why"] is None for one in gain["expenses"]] == [False, True, False]
    assert "118" in gain["cite"][0] and "27" in fine["cite"][0]
    assert fine["times"] == [[str(n), f"{Decimal('17700.50') * n:.2f}"] for n in range(1, 6)]
    assert {one["code"] for one in fine["circumstances"]} == {"cooperates", "repeat"}
    assert fine["confidence"] == "text" and fine["rules"]["repeat"]["confidence"] == "unverified"
    assert sheet["confidence"] == "unverified"  # a sheet is as sure as the least sure rule it rests on
    older = work_out(CASES["older_rule"])["gain"]
    assert "37" in older["cite"][0] and older["expenses_cny"] == "700.00"


def test_a_fine_outside_the_range_is_said_on_the_sheet_with_the_range() -> None:
    fine = work_out(entered(fine_cny=Decimal("100000")))["fine"]
    assert fine["refused"] and fine["from_cny"] in fine["refused"][0] and fine["total_cny"] is None
    fitting = work_out(entered(kind="patent_agency", fine_cny=Decimal("20000")))["fine"]
    assert fitting["refused"] is None and fitting["hearing"] is False


LINES = st.lists(
    st.builds(
        Receipt,
        st.text("甲乙丙丁", min_size=1, max_size=4),
        st.dates(date(2020, 1, 1), date(2026, 12, 31)),
        st.decimals(1, 9_999_999, places=2),
        st.sampled_from(["", "收据1"]),
        st.just(Decimal("0")),
    ),
    max_size=6,
)


@given(LINES)
def test_written_lines_are_read_back(receipts: list[Receipt]) -> None:
    assert list(read_receipts(write_receipts(receipts))) == receipts


def test_written_expenses_are_read_back() -> None:
    spent = (Expense("检索费", Decimal("300.00"), True, False, "发票"),)
    assert read_expenses(write_expenses(spent)) == spent


@given(LINES, st.randoms())
def test_the_order_of_receipts_is_irrelevant(receipts: list[Receipt], random: object) -> None:
    mixed = list(receipts)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert work_out(entered(receipts=tuple(mixed))) == work_out(entered(receipts=tuple(receipts)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("甲公司\t2026-04-02", "Line 1 has to say client, day, amount"),
        ("\n\n甲公司\t四月二日\t100", "Line 3: '四月二日' is no day"),
        ("甲公司\t2026-04-02\t一百", "Line 1: '一百' is no amount"),
        ("甲公司\t2026-02-30\t100", "is no day"),
        ("甲公司\t2026-04-02\t100\n" * 2_001, "2000 lines at most"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str, words: str) -> None:
    with pytest.raises(BadLine) as refusal:
        read_receipts(text)
    assert words in refusal.value.text.en


def test_a_negative_receipt_is_refused_kindly_with_where_to_write_a_refund() -> None:
    with pytest.raises(BadAmount) as refusal:
        read_receipts("甲公司\t2026-04-02\t-100")
    assert "退还" in refusal.value.text.zh and "Line 1" in refusal.value.text.en


@pytest.mark.parametrize("amount", ["1e40", "9" * 15, "NaN", "Infinity"])
def test_an_amount_that_no_table_holds_is_none(amount: str) -> None:
    with pytest.raises(BadLine):
        read_receipts(f"甲公司\t2026-04-02\t{amount}")


def test_necessary_and_proved_are_yes_or_no() -> None:
    with pytest.raises(BadLine, match="yes or no"):
        read_expenses("检索费\t300\t也许\t是")


def test_earlier_penalties_are_read_with_day_and_document() -> None:
    assert read_earlier("2025-08-01|津知罚〔2025〕4号", "unlicensed") == (
        Earlier(date(2025, 8, 1), "unlicensed", "津知罚〔2025〕4号"),
    )


def test_only_breaches_with_a_band_in_force_are_offered() -> None:
    assert {kind for kind, _ in kinds(date(2019, 6, 1))} == {"unlicensed", "patent_agency", "practitioner"}
    assert len(kinds(date(2026, 11, 22))) == 5
