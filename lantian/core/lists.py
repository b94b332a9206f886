"""Lists and standing measures: each regime by its own rule, with grounds, steps, days of entry and exit.

What is checked here is form: whether the ground is one of the rule, whether the facts it needs are established, whether
the steps before the decision were taken, and when a spell ends. Whether a fact is true, an officer decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from lantian.core import deadlines
from lantian.core.deadlines import Deadline
from lantian.core.door import in_use
from lantian.core.messages import Refused, Text, WrongUse
from lantian.core.months import add_months
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

FILE = "lists.toml"
SUBJECTS = ("patent_agency", "trademark_agency", "practitioner", "enterprise", "applicant")
DECIDERS = ("cnipa", "city", "district", "centre")
WAIVED = "waived"  # taken by the party, never asked for by a rule
# What may happen once the party was told; no rule asks for it, but nothing is decided between the two.
HEARING_ASKED, HEARING_HELD = "hearing_asked", "hearing_held"
REMOVAL_ASKED = "removal_asked"  # of somebody on the list, together with the conditions of the rule
OF_ITSELF = (WAIVED, HEARING_ASKED, HEARING_HELD, REMOVAL_ASKED)
STEPS = {
    "verified": Text("核实", "verified on the spot or on file"),
    "review": Text("复核", "reviewed by a second person"),
    "notice": Text("事先告知", "prior notice to the party"),
    "hearing_offered": Text("告知听证权利", "right to a hearing told"),
    "with_penalty_decision": Text("与行政处罚决定一并作出", "decided together with the penalty"),
    "decision": Text("作出列入决定", "decision to list"),
    "told": Text("告知当事人", "told to the party"),
    WAIVED: Text("当事人放弃陈述、申辩和听证", "the party waives statement and hearing"),
    HEARING_ASKED: Text("当事人要求听证", "the party asks for a hearing"),
    HEARING_HELD: Text("听证已举行或者当事人撤回听证要求", "the hearing was held, or the request withdrawn"),
    REMOVAL_ASKED: Text("提请移出", "the removal is asked for"),
}
FACTS = {
    "order_expired": Text("责令整改期满仍不符合", "the order to correct has run out"),
    "two_attempts": Text("两次以上联系记录", "two recorded attempts to reach the party"),
    "abnormal_36_months": Text("列入经营异常名录满三年", "three years on the abnormal list"),
    "penalty_decided": Text("已作出行政处罚决定", "the penalty is decided"),
    "heavy_penalty": Text("受到较重行政处罚", "a heavy penalty was imposed"),
    "fault": Text("有主观过错", "the party was at fault"),
    "punished_by_cnipa": Text("受到国家知识产权局行政处罚", "punished by CNIPA"),
    "decided_act": Text("违法事实已由决定确认", "the breach is confirmed by a decision"),
    "three_penalties_in_window": Text("两年内三次以上行政处罚", "three penalties within two years"),
}
_SAID = {"code": str, "text_zh": str, "text_en": str}
_GROUND = Shape({**_SAID, "article_zh": str, "article_en": str}, {"needs": Many(OneOf(tuple(FACTS)))})
SHAPES = {
    "*": Shape(
        {
            "subjects": Many(OneOf(SUBJECTS)),
            "proposes": OneOf(DECIDERS),
            "decider": OneOf(DECIDERS),
            "steps": Many(OneOf(tuple(step for step in STEPS if step not in OF_ITSELF))),
            "published": OneOf(("yes", "no")),
            "ends": OneOf(("term", "remedy", "decision")),
            "grounds": Many(_GROUND),
            "repair": Many(Shape(_SAID)),
            "procedure_confidence": OneOf(tuple(Confidence)),
        },
        {
            "publish_rule": str,
            "heard": str,
            "waives": OneOf(("yes",)),
            "waives_confidence": OneOf(tuple(Confidence)),
            "term_months": AtLeast(1),
            "term_max_months": AtLeast(1),
            "permanent": OneOf(("yes",)),
            "repair_at_end": OneOf(("yes",)),
            "early_months": AtLeast(1),
            "repeat_adds_months": AtLeast(1),
            "escalates_to": str,
            "escalates_months": AtLeast(1),
        },
    )
}


class NotListable(Refused):
    """The proposal lacks something that the rule asks for; the text names everything."""


class BadSpell(Refused):
    """A spell contradicts its rule or another spell of the same list."""


class Proposal(NamedTuple):
    """A proposal to enter a subject: list, kind of subject, ground, facts established, steps taken so far."""

    list_id: str
    subject: str
    ground: str
    facts: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()


class Checked(NamedTuple):
    """What a proposal lacks; `ready` when nothing is missing for the decision. The decider alone decides."""

    ready: bool
    missing_facts: tuple[Text, ...]
    missing_steps: tuple[Text, ...]
    proposes: str
    decider: str
    ground: Text
    article: Text
    basis: Basis
    confidence: Confidence
    procedure_confidence: Confidence


class Spell(NamedTuple):
    """A stay on a list, both days included. `last` is None while it ends by remedy, by decision or never.

    `early_from` is the first day on which early removal may be asked, `escalates_on` the first day of the next list's
    ground, `publish` the deadline of publication.
    """

    list_id: str
    version: str
    first: date
    last: date | None
    permanent: bool
    early_from: date | None
    escalates_to: str | None
    escalates_on: date | None
    publish: Deadline | None
    repair: tuple[Text, ...]
    basis: Basis
    confidence: Confidence


class Bar(NamedTuple):
    """Something that stands in the way of leaving a list; `until` is when it falls away by itself."""

    text: Text
    until: date | None


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read a book of lists; raises `BadRulebook`, also for a term missing or a name that is not."""
    rules = Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)
    periods = deadlines.book().versions
    for version in (each for versions in rules.versions.values() for each in versions):
        values = version.values
        if values["ends"] == "term" and "term_months" not in values:
            raise rules.fault(version, "ends", "有期限的须写term_months。", "a term needs term_months.")
        if ("escalates_to" in values) != ("escalates_months" in values):
            raise rules.fault(
                version, "escalates_to", "须与escalates_months同时写。", "goes with escalates_months."
            )
        if "waives" in values and "heard" not in values:
            raise rules.fault(
                version, "waives", "没有陈述申辩期限，无从放弃。", "there are no days to waive without heard."
            )
        for key, known in (("escalates_to", rules.versions), ("publish_rule", periods), ("heard", periods)):
            if key in values and values[key] not in known:
                raise rules.fault(version, key, f"没有“{values[key]}”。", f"there is no '{values[key]}'.")
    return rules


@in_use(FILE)
def book(text: str) -> Rulebook:
    """The book of lists in use."""
    return read_book(text)


def check(proposal: Proposal, on: date, rules: Rulebook | None = None) -> Checked:
    """Check a proposal by the rule in force on a day; raises `NotListable` for a subject or ground it does not have."""
    rule = (rules if rules is not None else book()).rule(proposal.list_id, on)
    values = rule.values
    if proposal.subject not in values["subjects"]:
        raise NotListable(
            f"“{rule.text.zh}”不适用于这类主体（{proposal.subject}）。",
            f"'{rule.text.en}' is not for this kind of subject ({proposal.subject}).",
        )
    ground = _ground(rule, proposal.ground)
    facts = [FACTS[fact] for fact in ground.get("needs", ()) if fact not in proposal.facts]
    steps = [STEPS[step] for step in values["steps"] if step != "decision" and step not in proposal.steps]
    return Checked(
        ready=not facts and not steps,
        missing_facts=tuple(facts),
        missing_steps=tuple(steps),
        proposes=values["proposes"],
        decider=values["decider"],
        ground=Text(ground["text_zh"], ground["text_en"]),
        article=Text(ground["article_zh"], ground["article_en"]),
        basis=rule.basis,
        confidence=rule.confidence,
        procedure_confidence=Confidence(values["procedure_confidence"]),
    )


def demand(checked: Checked) -> None:
    """Raise `NotListable` with everything that is missing."""
    if not checked.ready:
        missing = (*checked.missing_facts, *checked.missing_steps)
        raise NotListable(
            f"还不能列入，缺少：{'；'.join(each.zh for each in missing)}（{checked.basis.cite().zh}）。",
            f"Not yet to be listed; missing: {'; '.join(each.en for each in missing)} ({checked.basis.cite().en}).",
        )


class Terms(NamedTuple):
    """What a decision says of the stay: months of its own, for good, a longer ban, repeats within the term."""

    months: int | None = None
    permanent: bool = False
    longer_until: date | None = None
    repeats: int = 0


def spell(list_id: str, decided_on: date, terms: Terms | None = None, rules: Rulebook | None = None) -> Spell:
    """Reckon a stay that begins with a decision; raises `BadSpell` for terms that the rule does not allow."""
    rule = (rules if rules is not None else book()).rule(list_id, decided_on)
    values, terms = rule.values, terms or Terms()
    months = _months(rule, terms)
    early, onward = values.get("early_months"), values.get("escalates_months")
    return Spell(
        list_id=list_id,
        version=rule.version,
        first=decided_on,
        last=None if months is None else _end(decided_on, months, terms.longer_until),
        permanent=terms.permanent,
        early_from=add_months(decided_on, early) if early is not None and not terms.permanent else None,
        escalates_to=values.get("escalates_to"),
        escalates_on=add_months(decided_on, onward) if onward is not None else None,
        publish=_publication(values, decided_on),
        repair=tuple(Text(each["text_zh"], each["text_en"]) for each in values["repair"]),
        basis=rule.basis,
        confidence=confidence(rule),
    )


def confidence(rule: RuleVersion) -> Confidence:
    """How sure a list is as a whole: that it exists and its grounds, or its procedure and term if that is less sure."""
    return max(rule.confidence, Confidence(rule.values["procedure_confidence"]), key=lambda each: each.doubt)


def leaving(stay: Spell, on: date, done: Collection[str], rules: Rulebook | None = None) -> tuple[Bar, ...]:
    """Everything that stands in the way of leaving a list on a day; nothing means that it may be decided.

    `done` holds the codes of repair conditions that are met. After the last day nothing stands in the way, except
    where the rule asks for the repair even then.
    """
    values = (rules if rules is not None else book()).rule(stay.list_id, stay.first).values
    over = stay.last is not None and on > stay.last
    if over and "repair_at_end" not in values:
        return ()
    bars = [] if not stay.permanent else [Bar(Text("永久措施", "the measure is permanent"), None)]
    if values["ends"] == "term" and not stay.permanent and not over:
        bars += _too_early(stay, on)
    missing = (each for each in values["repair"] if each["code"] not in done)
    return (*bars, *(Bar(Text(each["text_zh"], each["text_en"]), None) for each in missing))


def check_spells(spells: Iterable[tuple[date, date | None]]) -> None:
    """Raise `BadSpell` when two stays on one list overlap; a stay without an end lasts."""
    for (first, last), (later, _) in pairwise(sorted(spells, key=lambda each: each[0])):
        if last is None or later <= last:
            raise BadSpell(
                f"{first}起的列入尚未结束，{later}不能再次列入同一名单。",
                f"The stay from {first} has not ended; it cannot be entered again on {later}.",
            )


def repeated_penalties(decided: Iterable[date], on: date) -> tuple[date, ...]:
    """Penalties within the window of Order 63 art. 34 that ends on a day; three or more make the case serious.

    The window is the rule `tm_repeat_window` of the book of deadlines.
    """
    since = deadlines.due_under("tm_repeat_window", on).due
    return tuple(sorted(day for day in decided if since <= day <= on))


def _ground(rule: RuleVersion, code: str) -> dict[str, Any]:
    grounds: dict[str, dict[str, Any]] = {each["code"]: each for each in rule.values["grounds"]}
    if code not in grounds:
        known = ", ".join(grounds)
        raise WrongUse(
            f"“{rule.text.zh}”没有“{code}”这一事由；可用：{known}。",
            f"'{rule.text.en}' has no ground '{code}'; known: {known}.",
        )
    return grounds[code]


def _months(rule: RuleVersion, terms: Terms) -> int | None:
    """Months of a stay; None when it has no term of its own."""
    values = rule.values
    if terms.permanent:
        if "permanent" not in values:
            raise _bad_term(rule, "不能永久", "cannot be permanent")
        return None
    least = values.get("term_months")
    if least is None:
        if terms.months is not None:
            raise _bad_term(rule, "没有固定期限", "has no fixed term")
        return None
    months: int = (terms.months or least) + terms.repeats * values.get("repeat_adds_months", 0)
    most = values.get("term_max_months", least if "permanent" not in values else None)
    if terms.months is not None and values["ends"] == "term" and terms.months < least:
        raise _bad_term(rule, f"不得短于{least}个月", f"is at least {least} months")
    if terms.months is not None and values["ends"] == "term" and most is not None and terms.months > most:
        raise _bad_term(rule, f"不得长于{most}个月", f"is at most {most} months")
    return months if most is None or values["ends"] != "term" else min(months, most)


def _bad_term(rule: RuleVersion, zh: str, en: str) -> BadSpell:
    cite = rule.basis.cite()
    return BadSpell(f"“{rule.text.zh}”{zh}（{cite.zh}）。", f"'{rule.text.en}' {en} ({cite.en}).")


def _end(first: date, months: int, longer_until: date | None) -> date:
    end = add_months(first, months)
    return end if longer_until is None else max(end, longer_until)


def _publication(values: Any, decided_on: date) -> Deadline | None:
    if "publish_rule" not in values:
        return None
    return deadlines.due_under(values["publish_rule"], decided_on)


def _too_early(stay: Spell, on: date) -> list[Bar]:
    after = stay.last + timedelta(1) if stay.last is not None else None
    if stay.early_from is None:
        return [Bar(Text("规定没有提前移出", "the rule knows no early removal"), after)]
    if on < stay.early_from:
        return [
            Bar(
                Text(f"{stay.early_from}起可以申请提前移出", f"early removal from {stay.early_from}"),
                stay.early_from,
            )
        ]
    return []
