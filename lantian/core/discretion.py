"""Discretion: the band of a fine, the circumstances that count, the range they leave, and whether a hearing is due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from lantian.core.gain import FEN, GainSheet, book, to_fen
from lantian.core.messages import Refused, Text, WrongUse
from lantian.core.months import add_months
from lantian.core.rulebook import Basis, Confidence, Rulebook, RuleVersion

TIERS = {
    "none": Text("不予处罚", "no penalty"),
    "mitigated": Text("减轻", "below the band"),
    "lenient": Text("从轻", "lower part of the band"),
    "ordinary": Text("一般", "middle of the band"),
    "severe": Text("从重", "upper part of the band"),
}


class OutOfRange(Refused):
    """A fine lies outside what the law or the circumstances leave."""


class Earlier(NamedTuple):
    """An earlier penalty of the party, anywhere in the city; `kind` is the band it was given under."""

    decided_on: date
    kind: str
    document: str


class Found(NamedTuple):
    """What was found about act and party: codes of circumstances, earlier penalties, gravity, whether a person."""

    circumstances: tuple[str, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    serious: bool = False
    person: bool = False


class Circumstance(NamedTuple):
    """A circumstance that was found, its effect, and the words of the rule."""

    code: str
    effect: str
    text: Text


class FineSheet(NamedTuple):
    """The worksheet of a fine. Money in yuan; `low`..`high` is the band, `from_cny`..`to_cny` what is left of it.

    `hearing_from` is the amount from which a hearing must be offered, for the fine and for confiscation alike; `band`
    the version that gave the band.
    """

    kind: str
    text: Text
    basis: Basis
    confidence: Confidence
    serious: bool
    low_cny: Decimal
    high_cny: Decimal
    tier: str
    from_cny: Decimal
    to_cny: Decimal
    confiscated_cny: Decimal
    circumstances: tuple[Circumstance, ...]
    earlier: tuple[Earlier, ...]
    hearing_from: Decimal
    notes: tuple[Text, ...]
    band: RuleVersion

    def total(self, fine_cny: Decimal) -> Decimal:
        """What the party pays: confiscation and fine; raises `OutOfRange`."""
        self.check(fine_cny)
        return self.confiscated_cny + fine_cny

    def check(self, fine_cny: Decimal) -> None:
        """Raise `OutOfRange` for a fine outside the range that the circumstances leave."""
        if not self.from_cny <= fine_cny <= self.to_cny:
            raise OutOfRange(
                f"罚款{fine_cny}元不在{TIERS[self.tier].zh}幅度{self.from_cny}–{self.to_cny}元之内；"
                "请改变数额，或者写明改变裁量的情形。",
                f"A fine of {fine_cny} lies outside {self.from_cny}-{self.to_cny} ({TIERS[self.tier].en}); change it, "
                "or state the circumstance that changes the range.",
            )

    def hearing(self, fine_cny: Decimal) -> bool:
        """Whether the party must be told of its right to a hearing."""
        return max(fine_cny, self.confiscated_cny) >= self.hearing_from


def fine_sheet(
    kind: str,
    given: Found,
    *,
    on: date,
    acted_until: date | None = None,
    gain: GainSheet | None = None,
    rules: Rulebook | None = None,
) -> FineSheet:
    """Work out the range of a fine for a kind of breach (`unlicensed`, `patent_agency`, …) by the rules of a day.

    The band is that of the act (`acted_until`), or that of the day where it is lighter, as with the gain. Earlier
    penalties of the same kind within the rule's years count as a repeat by themselves. Raises `WrongUse` for an
    unknown circumstance or a missing gain, `UnknownRule`, `NotInForce`.
    """
    rules = rules if rules is not None else book()
    band, choice = _band(rules, kind, on, acted_until, gain, given.serious)
    past = _recent(rules, kind, on, given.earlier)
    found = _circumstances(rules, on, {*given.circumstances, *(("repeat",) if past else ())})
    low, high, notes = _ends(band, gain, given.serious)
    tier = _tier(found)
    start, end = _range(rules.rule("tiers", on), tier, low, high)
    return FineSheet(
        kind=kind,
        text=band.text,
        basis=band.basis,
        confidence=band.confidence,
        serious=given.serious,
        low_cny=low,
        high_cny=high,
        tier=tier,
        from_cny=start,
        to_cny=end,
        confiscated_cny=_confiscated(band, gain),
        circumstances=found,
        earlier=past,
        hearing_from=_hearing_from(rules, on, band, given),
        notes=(*choice, *notes),
        band=band,
    )


def _confiscated(band: RuleVersion, gain: GainSheet | None) -> Decimal:
    if gain is None or band.values["confiscates"] != "yes":
        return FEN * 0
    return gain.gain_cny


def _band(
    rules: Rulebook, kind: str, on: date, acted_until: date | None, gain: GainSheet | None, serious: bool
) -> tuple[RuleVersion, tuple[Text, ...]]:
    """The band of the act, or that of the decision where its upper end is lower; with why where they differ."""
    now = rules.rule(f"band_{kind}", on)
    versions = rules.versions[f"band_{kind}"]
    then = next((one for one in versions if acted_until and one.in_force(acted_until)), None)
    if acted_until is None or then is now:
        return now, ()
    if then is None:
        return now, (
            Text(
                "规则库没有行为时的幅度，按决定时的规定计算；请核对行为时的规定，从旧兼从轻",
                "the book has no band of the time of the act: that of the decision is used; check which is lighter",
            ),
        )
    lighter = rules.rule("lighter", on).basis.cite()
    if _ends(now, gain, serious)[:2][::-1] < _ends(then, gain, serious)[:2][::-1]:
        return now, (
            Text(
                f"幅度：决定时的规定较轻（{lighter.zh}）",
                f"band: the rule at the time of the decision is lighter ({lighter.en})",
            ),
        )
    return then, (
        Text(f"幅度：行为时的规定（{lighter.zh}）", f"band: the rule at the time of the act ({lighter.en})"),
    )


def _hearing_from(rules: Rulebook, on: date, band: RuleVersion, given: Found) -> Decimal:
    person = given.person or band.values["party"] == "person"
    return Decimal(rules.rule("hearing", on).values["person" if person else "entity"])


def _recent(rules: Rulebook, kind: str, on: date, earlier: Iterable[Earlier]) -> tuple[Earlier, ...]:
    since = add_months(on, -12 * rules.rule("repeat", on).values["years"])
    return tuple(sorted(each for each in earlier if each.kind == kind and since <= each.decided_on < on))


def _circumstances(rules: Rulebook, on: date, codes: set[str]) -> tuple[Circumstance, ...]:
    listed: dict[str, Any] = {row["code"]: row for row in rules.rule("circumstances", on).values["list"]}
    for code in sorted(codes - listed.keys()):
        known = ", ".join(sorted(listed))
        raise WrongUse(
            f"裁量规则没有“{code}”这一情形；可用：{known}。",
            f"The rules know no circumstance '{code}'; known: {known}.",
        )
    return tuple(
        Circumstance(code, listed[code]["effect"], Text(listed[code]["text_zh"], listed[code]["text_en"]))
        for code in sorted(codes)
    )


def _ends(
    band: RuleVersion, gain: GainSheet | None, serious: bool
) -> tuple[Decimal, Decimal, tuple[Text, ...]]:
    values = band.values
    if values["kind"] == "times_gain":
        if gain is None:
            raise WrongUse(
                "这类处罚以违法所得的倍数计算，请先计算违法所得。",
                "This fine is a multiple of the illegal gain; work out the gain first.",
            )
        notes = (
            () if gain.gain_cny else (Text("没有违法所得，无从并处罚款", "without a gain there is no fine"),)
        )
        return to_fen(gain.gain_cny * values["low"]), to_fen(gain.gain_cny * values["high"]), notes
    if serious and "serious_low" not in values:
        note = Text("本条没有情节严重的罚款幅度", "this article has no band for serious cases")
        return to_fen(Decimal(values["low"])), to_fen(Decimal(values["high"])), (note,)
    part = "serious_" if serious else ""
    return to_fen(Decimal(values[f"{part}low"])), to_fen(Decimal(values[f"{part}high"])), ()


def _tier(found: Iterable[Circumstance]) -> str:
    """What the law forbids to penalise stays so; else heavier and lighter circumstances together leave the middle."""
    effects = {each.effect for each in found}
    if "none" in effects:
        return "none"
    if "severe" in effects:
        return "ordinary" if effects - {"severe"} else "severe"
    for effect, tier in (
        ("may_none", "mitigated"),
        ("lighter", "mitigated"),
        ("lenient", "lenient"),
    ):
        if effect in effects:
            return tier
    return "ordinary"


def _range(tiers: RuleVersion, tier: str, low: Decimal, high: Decimal) -> tuple[Decimal, Decimal]:
    """The part of the band that a tier leaves; circumstances that may mitigate reach from zero to the lenient part."""
    width = Fraction(high) - Fraction(low)
    lenient = Fraction(low) + width * tiers.values["lenient_percent"] / 100
    severe = Fraction(high) - width * tiers.values["severe_percent"] / 100
    ends = {
        "none": (Fraction(0), Fraction(0)),
        "mitigated": (Fraction(0), lenient),
        "lenient": (Fraction(low), lenient),
        "ordinary": (lenient, severe),
        "severe": (severe, Fraction(high)),
    }
    start, end = ends[tier]
    return _money(start), _money(end)


def _money(amount: Fraction) -> Decimal:
    return to_fen(Decimal(amount.numerator) / Decimal(amount.denominator))
