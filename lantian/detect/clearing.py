"""Near-duplicate pairs that the law permits: cleared, presumed lawful, or not cleared.

Every rule names its conditions. All shown: cleared. The tell-tale ones shown and the others unknown, because
a column is missing or empty: presumed lawful, saying what is missing. One known to fail: not cleared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lantian.core.messages import Text
from lantian.core.rulebook import Confidence, RuleVersion
from lantian.detect.filing import Filing, Party, plain_number
from lantian.detect.parameters import Parameters


class Outcome(StrEnum):
    """The three outcomes, as findings write them."""

    NOT_CLEARED = "not_cleared"
    PRESUMED = "presumed_lawful"
    CLEARED = "cleared"


@dataclass(frozen=True)
class Pair:
    """Two near-duplicate filings, `a` taken in before `b`, their Jaccard index, and whether word for word."""

    a: Filing
    b: Filing
    jaccard: float
    verbatim: bool = False


@dataclass(frozen=True)
class Clearing:
    """An outcome and, unless not cleared, the reason."""

    outcome: Outcome
    reason: Text | None = None


@dataclass(frozen=True)
class Condition:
    """One condition of a rule and whether it is met; None where the tables do not say."""

    words: Text
    met: bool | None


NOT_CLEARED = Clearing(Outcome.NOT_CLEARED)

_SAME_APPLICANT = Text("申请人相同", "same applicant")
_SAME_BY_NUMBER = Text(
    "申请人相同（名称不同，统一社会信用代码相同）", "same applicant (other name, same credit code)"
)
_SAME_DAY = Text("申请日相同", "same filing day")
_DECLARED = Text("两件均作双申请说明", "double filing declared in both")
_TWO_KINDS = Text("一件发明、一件实用新型", "one invention, one utility model")
_LINKED = Text("文件载明的关联（分案或者优先权）", "link on file (divisional or priority)")


def clear(pairs: Sequence[Pair], parameters: Parameters) -> list[Clearing]:
    """Return the outcome of every pair, in order; the most lawful rule that applies is given."""
    doubles = double_filings(pairs, parameters.double_filing)
    return [_outcome(pair, place in doubles, parameters.rules) for place, pair in enumerate(pairs)]


def _outcome(pair: Pair, double: bool, rules: Mapping[str, RuleVersion]) -> Clearing:
    candidates = []
    if divisional(pair):
        candidates.append(_judge(rules["P01_divisional"], _family_conditions(pair)))
    if shared_priority(pair):
        candidates.append(_judge(rules["P01_priority"], _family_conditions(pair)))
    if double:
        candidates.append(_judge(rules["P01_double_filing"], double_filing_conditions(pair)))
    rank = list(Outcome)
    return max(candidates, key=lambda clearing: rank.index(clearing.outcome), default=NOT_CLEARED)


def _doubt(rule: RuleVersion) -> Text:
    """How sure the citation is, said wherever it is shown; nothing when the instrument was read."""
    if rule.confidence is Confidence.TEXT:
        return Text("", "")
    return Text(f"；{rule.confidence.told.zh}", f"; {rule.confidence.told.en}")


def _judge(rule: RuleVersion, conditions: Iterable[Condition]) -> Clearing:
    """Turn conditions into an outcome with its reason."""
    conditions = list(conditions)
    if any(condition.met is False for condition in conditions):
        return NOT_CLEARED
    shown, missing = _words(conditions, True), _words(conditions, None)
    cite, doubt = rule.basis.cite(), _doubt(rule)
    zh = f"{rule.text.zh}（{cite.zh}{doubt.zh}）。已核：{shown.zh}。"
    en = f"{rule.text.en} ({cite.en}{doubt.en}). Shown: {shown.en}."
    if not missing.zh:
        return Clearing(Outcome.CLEARED, Text(zh, en))
    zh, en = f"{zh}无从核对：{missing.zh}，推定合法。", f"{en} Not on file: {missing.en}; presumed lawful."
    return Clearing(Outcome.PRESUMED, Text(zh, en))


def _words(conditions: Iterable[Condition], met: bool | None) -> Text:
    words = [condition.words for condition in conditions if condition.met is met]
    return Text("、".join(word.zh for word in words), ", ".join(word.en for word in words))


def double_filing_conditions(pair: Pair) -> list[Condition]:
    """Conditions of the permitted same-day double filing (专利法 9(1), 实施细则 47)."""
    a, b = pair.a, pair.b
    kinds = {a.kind, b.kind}
    declared = False if False in (a.declared, b.declared) else (True if a.declared and b.declared else None)
    return [
        Condition(_TWO_KINDS, None if None in kinds else kinds == {"invention", "utility_model"}),
        applicant_condition(a, b),
        Condition(_SAME_DAY, a.filed_on == b.filed_on if a.filed_on and b.filed_on else None),
        Condition(_DECLARED, declared),
    ]


def double_filings(pairs: Sequence[Pair], likeness: float) -> set[int]:
    """Return the places of pairs that may be double filings: one to one, mutually nearest, near enough.

    Kind and applicant must be shown; a filing whose nearest partner is taken gets no second choice. Among
    equally near partners the one that agrees word for word, figures included, comes first.
    """
    eligible: list[tuple[float, bool, int, int]] = []
    for place, pair in enumerate(pairs):
        conditions = double_filing_conditions(pair)
        shown = [condition.met for condition in conditions]
        if pair.jaccard >= likeness and shown[0] and shown[1] and False not in shown:
            eligible.append((-pair.jaccard, not pair.verbatim, shown.count(None), place))
    nearest: dict[int, float] = {}
    taken: set[int] = set()
    chosen = set()
    for distance, _, _, place in sorted(eligible):
        ends = (pairs[place].a.order, pairs[place].b.order)
        nearest_of_both = [nearest.setdefault(end, distance) for end in ends]
        if nearest_of_both == [distance, distance] and taken.isdisjoint(ends):
            taken.update(ends)
            chosen.add(place)
    return chosen


def divisional(pair: Pair) -> bool:
    """Whether one names the other as its parent, or both name one parent."""
    a, b = pair.a, pair.b
    return (
        a.parent == plain_number(b.number)
        or b.parent == plain_number(a.number)
        or (a.parent is not None and a.parent == b.parent)
    )


def shared_priority(pair: Pair) -> bool:
    """Whether one claims the other's priority, or both claim one priority."""
    a, b = pair.a, pair.b
    return (
        plain_number(a.number) in b.priorities
        or plain_number(b.number) in a.priorities
        or not a.priorities.isdisjoint(b.priorities)
    )


def _family_conditions(pair: Pair) -> list[Condition]:
    return [Condition(_LINKED, True), applicant_condition(pair.a, pair.b)]


def applicant_condition(a: Filing, b: Filing) -> Condition:
    """The condition that the applicants are the same, which says so where only their numbers agree."""
    met = same_applicant(a, b)
    renamed = bool(met) and _names(a.applicants) != _names(b.applicants)
    return Condition(_SAME_BY_NUMBER if renamed else _SAME_APPLICANT, met)


def same_applicant(a: Filing, b: Filing) -> bool | None:
    """Whether the applicants are the same; None if unknown.

    By number where the filings give all of them. Else by name as filed; that two names mean one body is for the
    register to say, by one number (`filing.filings`): a firm that changed its name is itself.
    """
    if not a.applicants or not b.applicants:
        return None
    both = (*a.applicants, *b.applicants)
    numbered = all(party.no for party in both) and _numbers(a.applicants) == _numbers(b.applicants)
    if all(party.no and party.filed for party in both):
        return numbered
    return numbered or _names(a.applicants) == _names(b.applicants)


def _numbers(parties: Iterable[Party]) -> set[str | None]:
    return {party.no for party in parties}


def _names(parties: Iterable[Party]) -> set[str]:
    return {party.name for party in parties}
