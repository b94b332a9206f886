"""The worksheet of a case: what was entered, worked out into illegal gain and range of a fine, line by line.

A sheet is plain data (`worksheet/1`): the same entries under the same book give the same sheet to the byte.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from lantian.core.chain import digest_of
from lantian.core.discretion import TIERS, Earlier, FineSheet, Found, OutOfRange, fine_sheet
from lantian.core.gain import BadAmount, Counted, Expense, GainSheet, Receipt, book, illegal_gain
from lantian.core.messages import Refused, Text
from lantian.core.rulebook import Confidence, Rulebook, RuleVersion

SCHEMA = "worksheet/1"
BAND = "band_"
ALWAYS = ("tiers", "circumstances", "repeat", "hearing")  # rules that every sheet rests on
MOST_LINES = 2_000
_YES = {"是", "yes", "y", "1", "true", "√", "必要", "已举证"}
_NO = {"否", "no", "n", "0", "false", "×", "不必要", "未举证", ""}
_MONEY = str.maketrans("", "", " ,，元￥¥\u00a0")


class BadLine(Refused):
    """A line of a worksheet cannot be read: it names the line and what to write."""


class Entered(NamedTuple):
    """What was entered. `kind` is a band of the book; `decided_on` the day of the decision, made or foreseen."""

    kind: str
    acted_until: date
    decided_on: date
    counts_from: date | None = None
    receipts: tuple[Receipt, ...] = ()
    expenses: tuple[Expense, ...] = ()
    found: Found = Found()
    fine_cny: Decimal | None = None


def kinds(on: date, rules: Rulebook | None = None) -> list[tuple[str, Text]]:
    """Kinds of breach that have a band on a day, with their words."""
    rules = rules if rules is not None else book()
    bands = [id for id in rules.versions if id.startswith(BAND)]
    held = (one for id in bands for one in rules.versions[id] if one.in_force(on))
    return [(one.id.removeprefix(BAND), one.text) for one in held]


def circumstances(on: date, rules: Rulebook | None = None) -> list[Mapping[str, str]]:
    """Circumstances that the rules of a day know: code, effect, words."""
    rules = rules if rules is not None else book()
    return list(rules.rule("circumstances", on).values["list"])


def work_out(entered: Entered, rules: Rulebook | None = None) -> dict[str, Any]:
    """Work a sheet out. Raises `BadAmount`, `NotInForce`, `WrongUse`; a fine outside the range is said in the sheet."""
    rules = rules if rules is not None else book()
    gain = illegal_gain(
        entered.receipts,
        entered.expenses,
        acted_until=entered.acted_until,
        decided_on=entered.decided_on,
        counts_from=entered.counts_from,
        rules=rules,
    )
    fine = fine_sheet(
        entered.kind,
        entered.found,
        on=entered.decided_on,
        acted_until=entered.acted_until,
        gain=gain,
        rules=rules,
    )
    sheet: dict[str, Any] = {
        "schema": SCHEMA,
        "book": {"id": rules.id, "version": rules.version, "digest": rules.digest},
        "acted_until": str(entered.acted_until),
        "decided_on": str(entered.decided_on),
        "counts_from": str(entered.counts_from) if entered.counts_from else None,
        "gain": _gain(gain),
        "fine": _fine(fine, entered, _used(gain, fine, entered, rules)),
    }
    sure = [gain.confidence, fine.confidence, *map(Confidence, _sure(sheet["fine"]["rules"]))]
    sheet["confidence"] = max(sure, key=_doubt).value
    return sheet | {"digest": digest_of(sheet)}


def _gain(gain: GainSheet) -> dict[str, Any]:
    return {
        "clients": [_counted(row) for row in gain.clients],
        "expenses": [_counted(row) for row in gain.expenses],
        "receipts_cny": str(gain.receipts_cny),
        "expenses_cny": str(gain.expenses_cny),
        "gain_cny": str(gain.gain_cny),
        "version": gain.version,
        "text": _said(gain.text),
        "cite": _said(gain.basis.cite()),
        "confidence": gain.confidence.value,
        "choice": _said(gain.choice),
    }


def _counted(row: Counted) -> dict[str, Any]:
    return {
        "name": row.name,
        "amount_cny": str(row.amount_cny),
        "counted_cny": str(row.counted_cny),
        "why": _said(row.why) if row.why else None,
    }


def _used(gain: GainSheet, fine: FineSheet, entered: Entered, rules: Rulebook) -> Mapping[str, RuleVersion]:
    """Every rule that the sheet rests on beside those of the gain and the band: it is as sure as the least sure.

    The choice between two versions rests on `lighter`, what is confiscated or left to be returned on `refund`.
    """
    on = entered.decided_on
    used = {name: rules.rule(name, on) for name in ALWAYS}
    chosen = (f"{BAND}{fine.kind}", "gain")
    if not all(_same(rules.versions[id], entered.acted_until, on) for id in chosen):
        used["lighter"] = rules.rule("lighter", on)
    returned = any(one.returned_cny for one in entered.receipts)
    if returned or (fine.band.values["confiscates"] == "yes" and gain.gain_cny):
        used["refund"] = rules.rule("refund", on)
    return used


def _same(versions: Sequence[RuleVersion], then: date, now: date) -> bool:
    """Whether one version holds on both days."""
    return any(one.in_force(then) and one.in_force(now) for one in versions)


def _fine(fine: FineSheet, entered: Entered, used: Mapping[str, RuleVersion]) -> dict[str, Any]:
    return {
        "kind": fine.kind,
        "text": _said(fine.text),
        "cite": _said(fine.basis.cite()),
        "version": fine.band.version,
        "confidence": fine.confidence.value,
        "serious": fine.serious,
        "low_cny": str(fine.low_cny),
        "high_cny": str(fine.high_cny),
        "times": _times(fine.band.values, fine.high_cny),
        "tier": fine.tier,
        "tier_text": _said(TIERS[fine.tier]),
        "from_cny": str(fine.from_cny),
        "to_cny": str(fine.to_cny),
        "confiscated_cny": str(fine.confiscated_cny),
        "circumstances": [
            {"code": one.code, "effect": one.effect, "text": _said(one.text)} for one in fine.circumstances
        ],
        "earlier": [[str(one.decided_on), one.document] for one in fine.earlier],
        "hearing_from": str(fine.hearing_from),
        "notes": [_said(one) for one in fine.notes],
        "rules": {
            name: {
                "version": one.version,
                "cite": _said(one.basis.cite()),
                "confidence": one.confidence.value,
            }
            for name, one in used.items()
        },
        **_proposed(fine, entered.fine_cny),
    }


def _times(values: Mapping[str, Any], high: Decimal) -> list[list[str]]:
    """The band once, twice, … the gain, where the law counts so; the gain is the band's upper end over its factor."""
    if values["kind"] != "times_gain":
        return []
    gain = high / values["high"]
    return [[str(n), f"{gain * n:.2f}"] for n in range(values["low"], values["high"] + 1)]


def _proposed(fine: FineSheet, amount: Decimal | None) -> dict[str, Any]:
    """The fine that the officer proposes: what the party pays, whether a hearing is due; or why it cannot be."""
    if amount is None:
        return {"fine_cny": None, "total_cny": None, "hearing": None, "refused": None}
    try:
        total: Decimal | None = fine.total(amount)
        refused = None
    except OutOfRange as refusal:
        total, refused = None, _said(refusal.text)
    return {
        "fine_cny": str(amount),
        "total_cny": str(total) if total is not None else None,
        "hearing": fine.hearing(amount),
        "refused": refused,
    }


def _sure(used: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [one["confidence"] for one in used.values()]


def _doubt(confidence: Confidence) -> int:
    return confidence.doubt


def _said(text: Text) -> list[str]:
    return [text.zh, text.en]


# Lines as people paste them: cells parted by a tab, a bar or a semicolon.


def read_receipts(text: str) -> tuple[Receipt, ...]:
    """Read lines of `client, day, amount[, document[, returned]]`; raises `BadLine` naming line and fault."""
    return tuple(_receipt(number, cells) for number, cells in _lines(text, 3, 5, RECEIPT_TEXT))


def read_expenses(text: str) -> tuple[Expense, ...]:
    """Read lines of `what, amount, necessary (是/否), proved (是/否)[, document]`; raises `BadLine`."""
    return tuple(_expense(number, cells) for number, cells in _lines(text, 4, 5, EXPENSE_TEXT))


def read_earlier(text: str, kind: str) -> tuple[Earlier, ...]:
    """Read lines of `day, document` as earlier penalties of a kind; raises `BadLine`."""
    rows = _lines(text, 2, 2, EARLIER_TEXT)
    return tuple(Earlier(_day(number, cells[0]), kind, cells[1]) for number, cells in rows)


def write_receipts(receipts: Sequence[Receipt]) -> str:
    """Lines of receipts as they are read."""
    return "\n".join(
        "\t".join(
            [one.client, str(one.received_on), str(one.amount_cny), one.document, str(one.returned_cny)]
        )
        for one in receipts
    )


def write_expenses(expenses: Sequence[Expense]) -> str:
    """Lines of expenses as they are read."""
    return "\n".join("\t".join(_expense_cells(one)) for one in expenses)


def _expense_cells(one: Expense) -> list[str]:
    words = ("是" if yes else "否" for yes in (one.necessary, one.proved))
    return [one.what, str(one.amount_cny), *words, one.document]


MOST_DIGITS = 14  # of whole yuan, as the tables hold them


def money(text: str) -> Decimal | None:
    """An amount in yuan as people write it; None for what is none.

    >>> money("￥12,000.50 元")
    Decimal('12000.50')
    """
    try:
        found = Decimal(text.translate(_MONEY))
    except InvalidOperation:
        return None
    return found if found.is_finite() and found.adjusted() < MOST_DIGITS else None


RECEIPT_TEXT = Text("客户、日期、金额、凭证、退还", "client, day, amount, document, returned")
EXPENSE_TEXT = Text(
    "支出、金额、必要（是/否）、举证（是/否）、凭证", "what, amount, necessary, proved, document"
)
EARLIER_TEXT = Text("日期、文书", "day, document")


def _lines(text: str, least: int, most: int, wanted: Text) -> list[tuple[int, list[str]]]:
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in _parted(line)]
        while cells and not cells[-1] and len(cells) > least:
            cells.pop()
        if not least <= len(cells) <= most or not cells[0]:
            raise BadLine(
                f"第{number}行应依次写：{wanted.zh}，以制表符、竖线或者分号隔开。",
                f"Line {number} has to say {wanted.en}, parted by tabs, bars or semicolons.",
            )
        found.append((number, cells))
    if len(found) > MOST_LINES:
        raise BadLine(f"最多{MOST_LINES}行，请先合并。", f"{MOST_LINES} lines at most; sum them up first.")
    return found


def _parted(line: str) -> list[str]:
    for sign in "\t|｜;；":
        if sign in line:
            return line.split(sign)
    return [line]


def _receipt(number: int, cells: Sequence[str]) -> Receipt:
    client, day, amount, document, returned = [*cells, "", ""][:5]
    back = _money(number, returned) if returned else Decimal(0)
    return Receipt(client, _day(number, day), _money(number, amount), document, back)


def _expense(number: int, cells: Sequence[str]) -> Expense:
    what, amount, necessary, proved, document = [*cells, ""][:5]
    return Expense(what, _money(number, amount), _yes(number, necessary), _yes(number, proved), document)


def _money(number: int, text: str) -> Decimal:
    found = money(text)
    if found is None:
        raise BadLine(f"第{number}行的“{text}”不是金额。", f"Line {number}: '{text}' is no amount.")
    if found < 0:
        raise BadAmount(
            f"第{number}行的金额{found}为负：收入和支出都写正数，退给客户的钱写在该客户那一行的“退还”一栏。",
            f"Line {number}: {found} is negative. Write receipts and expenses as positive amounts; what was paid back"
            " to a client stands as returned on that client's line.",
        )
    return found


def _day(number: int, text: str) -> date:
    plain = text.replace("/", "-").replace(".", "-").replace("年", "-").replace("月", "-").rstrip("日")
    try:
        year, month, day = (int(part) for part in plain.split("-"))
        return date(year, month, day)
    except ValueError:
        raise BadLine(
            f"第{number}行的“{text}”不是日期，请写作2026-03-02。",
            f"Line {number}: '{text}' is no day; write 2026-03-02.",
        ) from None


def _yes(number: int, text: str) -> bool:
    word = text.strip().lower()
    if word not in _YES | _NO:
        raise BadLine(
            f"第{number}行的“{text}”应为是或者否。", f"Line {number}: '{text}' has to be yes or no."
        )
    return word in _YES
