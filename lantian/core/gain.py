"""Illegal gain: a worksheet of receipts by client and of expenses, under the rule of the act or the lighter later one.

Money is `Decimal` in yuan, rounded half-up to the fen once, in the total. A loss with one client is set against gains
with others, since one course of business is one act; the total is never below zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from lantian.core.door import in_use
from lantian.core.messages import Refused, Text
from lantian.core.rulebook import (
    AtLeast,
    Basis,
    Confidence,
    Many,
    OneOf,
    Rulebook,
    RuleVersion,
    Shape,
)

FILE = "discretion.toml"
FEN = Decimal("0.01")
_YES_NO = OneOf(("yes", "no"))
_CIRCUMSTANCE = Shape(
    {
        "code": str,
        "effect": OneOf(("none", "may_none", "lighter", "lenient", "severe")),
        "text_zh": str,
        "text_en": str,
    }
)
_BAND = Shape(
    {
        "party": OneOf(("any", "entity", "person")),
        "kind": OneOf(("times_gain", "amount")),
        "low": AtLeast(0),
        "high": AtLeast(1),
        "confiscates": _YES_NO,
    },
    {"serious_low": AtLeast(0), "serious_high": AtLeast(1)},
)
_BANDS = ("unlicensed", "patent_agency", "practitioner", "trademark_agency", "trademark_person")
SHAPES = {
    "gain": Shape({"deducts": OneOf(("reasonable", "proved"))}),
    "lighter": Shape(),
    "refund": Shape(),
    **{f"band_{name}": _BAND for name in _BANDS},
    "tiers": Shape({"lenient_percent": AtLeast(0), "severe_percent": AtLeast(0)}),
    "circumstances": Shape({"list": Many(_CIRCUMSTANCE)}),
    "repeat": Shape({"years": AtLeast(1)}),
    "hearing": Shape({"person": AtLeast(1), "entity": AtLeast(1)}),
}


class BadAmount(Refused):
    """An amount is below zero, has parts of a fen, or returns more than was received."""


class Receipt(NamedTuple):
    """Money received from a client; `returned_cny` went back or must go back to him."""

    client: str
    received_on: date
    amount_cny: Decimal
    document: str = ""
    returned_cny: Decimal = Decimal(0)


class Expense(NamedTuple):
    """Money spent; `proved` means that the party proved it, `necessary` that it is lawful and belongs to the act."""

    what: str
    amount_cny: Decimal
    necessary: bool
    proved: bool
    document: str = ""


class Counted(NamedTuple):
    """One row of the sheet: what it is, what counts of it, and why the rest does not."""

    name: str
    amount_cny: Decimal
    counted_cny: Decimal
    why: Text | None


class GainSheet(NamedTuple):
    """The worksheet of an illegal gain: rows by client, expenses, total, and the rule that gave it."""

    clients: tuple[Counted, ...]
    expenses: tuple[Counted, ...]
    receipts_cny: Decimal
    expenses_cny: Decimal
    gain_cny: Decimal
    version: str
    text: Text
    basis: Basis
    confidence: Confidence
    choice: Text


@in_use(FILE)
def book(text: str) -> Rulebook:
    """The book of gain and discretion in use."""
    return read_book(text)


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read a book of gain and discretion; raises `BadRulebook`, also for a band whose ends are reversed."""
    rules = Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)
    for id, versions in rules.versions.items():
        for version in versions if id.startswith("band_") else ():
            values = version.values
            ends = [values[key] for key in ("low", "high", "serious_low", "serious_high") if key in values]
            if ends != sorted(ends) or len(ends) == 3:
                raise rules.fault(
                    version,
                    "high",
                    "幅度上下限颠倒或者不全。",
                    "the ends of the band are reversed or one is missing.",
                )
    return rules


def illegal_gain(
    receipts: Iterable[Receipt],
    expenses: Iterable[Expense] = (),
    *,
    acted_until: date,
    decided_on: date,
    counts_from: date | None = None,
    rules: Rulebook | None = None,
) -> GainSheet:
    """Work out an illegal gain under the rule of the act, or that of the decision where it gives less.

    `counts_from` is the first day on which the act was unlawful: earlier receipts do not count. Raises `BadAmount` and
    `NotInForce`.
    """
    rules = rules if rules is not None else book()
    received, spent = sorted(receipts), sorted(expenses)
    _check(received, spent)
    then, now = rules.rule("gain", acted_until), rules.rule("gain", decided_on)
    sheets = [_sheet(rule, received, spent, counts_from) for rule in (then, now)]
    if then.version == now.version:
        return sheets[0]
    lighter = rules.rule("lighter", decided_on).basis.cite()
    chosen = min(sheets, key=_gain)
    if chosen is sheets[0]:
        choice = Text(f"行为时的规定（{lighter.zh}）", f"the rule at the time of the act ({lighter.en})")
    else:
        choice = Text(
            f"决定时的规定较轻（{lighter.zh}）",
            f"the rule at the time of the decision is lighter ({lighter.en})",
        )
    return chosen._replace(choice=choice)


def to_fen(amount: Decimal) -> Decimal:
    """Round half-up to the fen.

    >>> to_fen(Decimal("0.125"))
    Decimal('0.13')
    """
    return amount.quantize(FEN, ROUND_HALF_UP)


def _gain(sheet: GainSheet) -> Decimal:
    return sheet.gain_cny


def _sheet(
    rule: RuleVersion, receipts: Sequence[Receipt], expenses: Sequence[Expense], counts_from: date | None
) -> GainSheet:
    clients = tuple(
        _client(name, receipts, counts_from) for name in sorted({each.client for each in receipts})
    )
    spent = tuple(_expense(each, rule.values["deducts"]) for each in expenses)
    received = sum((row.counted_cny for row in clients), Decimal(0))
    deducted = sum((row.counted_cny for row in spent), Decimal(0))
    return GainSheet(
        clients=clients,
        expenses=spent,
        receipts_cny=to_fen(received),
        expenses_cny=to_fen(deducted),
        gain_cny=to_fen(max(Decimal(0), received - deducted)),
        version=rule.version,
        text=rule.text,
        basis=rule.basis,
        confidence=rule.confidence,
        choice=Text("行为时与决定时的规定相同", "one rule held at the act and at the decision"),
    )


def _client(name: str, receipts: Sequence[Receipt], counts_from: date | None) -> Counted:
    mine = [each for each in receipts if each.client == name]
    total = sum((each.amount_cny for each in mine), Decimal(0))
    held = [each for each in mine if counts_from is None or each.received_on >= counts_from]
    counted = sum((each.amount_cny - each.returned_cny for each in held), Decimal(0))
    early = len(held) < len(mine)
    returned = any(each.returned_cny for each in held)
    why = None
    if early and returned:
        why = Text(
            f"{counts_from}以前的收入和退赔部分不计",
            f"receipts before {counts_from} and what was returned do not count",
        )
    elif early:
        why = Text(f"{counts_from}以前的收入不计", f"receipts before {counts_from} do not count")
    elif returned:
        why = Text("退赔部分不计", "what was returned does not count")
    return Counted(name, to_fen(total), to_fen(counted), why)


def _expense(expense: Expense, deducts: str) -> Counted:
    if not expense.necessary:
        why = Text(
            "不是直接相关的合法必要支出，不扣除", "no lawful and necessary expense of the act: not deducted"
        )
    elif deducts == "proved" and not expense.proved:
        why = Text("当事人未举证证明，不扣除", "not proved by the party: not deducted")
    else:
        return Counted(expense.what, to_fen(expense.amount_cny), to_fen(expense.amount_cny), None)
    return Counted(expense.what, to_fen(expense.amount_cny), Decimal("0.00"), why)


def _check(receipts: Sequence[Receipt], expenses: Sequence[Expense]) -> None:
    for receipt in receipts:
        _check_amount(receipt.client, receipt.amount_cny)
        _check_amount(receipt.client, receipt.returned_cny)
        if receipt.returned_cny > receipt.amount_cny:
            raise BadAmount(
                f"“{receipt.client}”：退还多于收取；请核对。",
                f"'{receipt.client}': more was returned than received; check the documents.",
            )
    for expense in expenses:
        _check_amount(expense.what, expense.amount_cny)


def _check_amount(name: str, amount: Decimal) -> None:
    if not amount.is_finite() or amount < 0 or amount != amount.quantize(FEN):
        raise BadAmount(
            f"“{name}”的金额{amount}不能为负，且以分为最小单位；退款请记在“退还”一栏。",
            f"The amount {amount} of '{name}' must be zero or more, in whole fen; enter refunds as returned.",
        )
