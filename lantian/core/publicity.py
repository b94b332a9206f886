"""Publication by rule: where a decision is published, by when, until when, and what is taken out of its text.

Nothing here publishes. `clocks` reckons every period that runs (the earliest binds), `until` the last day, `redact`
what leaves the house field by field, with what was removed and why, so that anybody can repeat it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from lantian.core import deadlines
from lantian.core.analogy import taken_over
from lantian.core.competence import Field
from lantian.core.deadlines import Deadline
from lantian.core.door import in_use
from lantian.core.messages import Refused, Text, WrongUse
from lantian.core.patterns import BadPattern, bounded
from lantian.core.rulebook import Many, OneOf, Rulebook, RuleVersion, Shape

FILE = "publicity.toml"
CHANNELS, REDACTION, EARLY = "channels", "redaction", "early_end"
RESERVED = (CHANNELS, REDACTION, EARLY)
HIDDEN = "（已隐去）"
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class Profile(StrEnum):
    """Whom a publication names: an enterprise, or a natural person with a shorter text and fewer channels."""

    ENTERPRISE = "enterprise"
    PERSON = "person"


class Treatment(StrEnum):
    """What happens to a field: it leaves as it is, cleaned of personal data and marked passages, or not at all."""

    KEEP = "keep"
    CLEAN = "clean"
    REMOVE = "remove"


_SAID = {"code": str, "text_zh": str, "text_en": str}
_YES = OneOf(("yes", "no"))
_CHANNEL = Shape({**_SAID, "statutory": _YES, "profiles": Many(OneOf(tuple(Profile)))})
_FIELD = Shape({**_SAID, **{str(profile): OneOf(tuple(Treatment)) for profile in Profile}})
_ENDS = Shape({"channel": str, "ends": str})
_TERM = Shape(
    {**_SAID, "published": _YES},
    {"ends": str, "early": str, "ban": OneOf(("yes",)), "others": Many(_ENDS)},
)
_PLACE = Shape({"channel": str}, {"clock": str, "elsewhere": str, "receives": str})
SHAPES = {
    CHANNELS: Shape({"channels": Many(_CHANNEL)}),
    REDACTION: Shape({"fields": Many(_FIELD), "patterns": Many(Shape({**_SAID, "pattern": str}))}),
    EARLY: Shape({"conditions": Many(Shape(_SAID))}),
    "*": Shape(
        {
            "publisher": OneOf(("own", "cnipa")),
            "competence": _YES,
            "places": Many(_PLACE),
            "withdraw": str,
            "terms": Many(_TERM),
        },
        {
            "repaired": str,
            "stands_for": str,
            "fields": Many(OneOf(tuple(Field))),
            "analogy_zh": str,
            "analogy_en": str,
        },
    ),
}


class NotPublishable(Refused):
    """What is to be published, or until when, cannot be said as asked."""


class Channel(NamedTuple):
    """Where something is published; ours are not statutory: they mirror."""

    code: str
    text: Text
    statutory: bool


class Clock(NamedTuple):
    """A channel with the period that runs for it, if any.

    Where `receives` is set, we forward within the period, and whoever received it publishes within that rule.
    """

    channel: Channel
    deadline: Deadline | None
    receives: str = ""


class Term(NamedTuple):
    """How long something is published: by a rule of the book of periods, or as long as the stay on a list.

    `early` is the rule of the earliest day on which it may end by repair; `others` are (channel, rule) of bodies that
    end it by rules of their own. `rule` is where it stands.
    """

    code: str
    text: Text
    published: bool
    ends: str | None
    early: str | None
    ban: bool
    others: tuple[tuple[str, str], ...]
    rule: RuleVersion


class Until(NamedTuple):
    """The last day of a publication; None while only a decision ends it. `reckoned` tells how the period follows."""

    last: date | None
    reckoned: Deadline | None


class Removal(NamedTuple):
    """Something that does not leave the house: of which field, what it was, and why."""

    field: str
    what: str
    why: Text


class Redacted(NamedTuple):
    """What leaves, field by field in the order of the rule, and what does not."""

    leaves: tuple[tuple[str, str], ...]
    removed: tuple[Removal, ...]
    rule: RuleVersion


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read a book of publication; raises `BadRulebook`, also for a channel or a clock that is none and for a
    pattern without a bound on its time.
    """
    rules = Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)
    _demand_conditions(rules)
    known = {one["code"] for each in rules.versions.get(CHANNELS, ()) for one in each.values["channels"]}
    there: dict[str, Collection[str]] = {"places": known, "stands_for": rules.versions}
    for version in (each for versions in rules.versions.values() for each in versions):
        for key, name in _named(version):
            if name not in there.get(key, deadlines.book().versions):
                raise rules.fault(version, key, f"没有“{name}”。", f"there is no '{name}'.")
        for one in version.values.get("patterns", ()):
            try:
                bounded(one["pattern"])
            except BadPattern as fault:
                code, told = one["code"], fault.text
                zh, en = f"“{code}”：{told.zh}。", f"'{code}': {told.en}."
                raise rules.fault(version, "patterns", zh, en) from None
    return rules


def _demand_conditions(rules: Rulebook) -> None:
    """A repair that ends a publication has conditions."""
    if EARLY in rules.versions:
        return
    for version in (each for versions in rules.versions.values() for each in versions):
        if any("early" in term for term in version.values.get("terms", ())):
            zh, en = f"提前停止公示须有规则“{EARLY}”。", f"an early end needs the rule '{EARLY}'."
            raise rules.fault(version, "terms", zh, en)


def _named(version: RuleVersion) -> Iterator[tuple[str, str]]:
    """Channels and rules of the book of periods that a rule names, with the key where they stand."""
    values = version.values
    for place in values.get("places", ()):
        yield "places", place["channel"]
        yield from (("clock", place[key]) for key in ("clock", "elsewhere", "receives") if key in place)
    if "stands_for" in values:
        yield "stands_for", values["stands_for"]
    if "withdraw" in values:
        yield from ((key, values[key]) for key in ("withdraw", "repaired") if key in values)
    for term in values.get("terms", ()):
        yield from (("terms", term[key]) for key in ("ends", "early") if key in term)
        for other in term.get("others", ()):
            yield from (("places", other["channel"]), ("terms", other["ends"]))


@in_use(FILE)
def book(text: str) -> Rulebook:
    """The book of publication in use."""
    return read_book(text)


def matters() -> tuple[str, ...]:
    """Ids of what may be published."""
    return tuple(id for id in book().versions if id not in RESERVED)


def matter(id: str, on: date) -> RuleVersion:
    """The rule of a matter on a day; raises `UnknownRule`, `NotInForce`."""
    if id in RESERVED:
        raise WrongUse(f"“{id}”不是公示事项。", f"'{id}' is nothing to publish.")
    return book().rule(id, on)


def asked_for(id: str, on: date) -> bool:
    """Whether a rule asks for the publication of a matter decided on a day."""
    return id in matters() and any(version.in_force(on) for version in book().versions[id])


def channels(on: date) -> Mapping[str, Channel]:
    """Every channel by its code."""
    return {one["code"]: _channel(one) for one in book().rule(CHANNELS, on).values["channels"]}


def clocks(id: str, event_on: date, profile: Profile, *, elsewhere: bool = False) -> tuple[Clock, ...]:
    """Where a decision of a day is published about such a party, statutory channels first, and by when.

    A party registered `elsewhere`, in another province, is published there: we forward (Order 45 art. 10).

    >>> first, second, *_ = clocks("penalty", date(2026, 3, 2), Profile.ENTERPRISE)
    >>> str(first.deadline.due), str(second.deadline.due)
    ('2026-03-30', '2026-03-11')
    """
    rows = {one["code"]: one for one in book().rule(CHANNELS, event_on).values["channels"]}
    rule = matter(id, event_on)
    found = [
        _clock(_channel(rows[place["channel"]]), place, event_on, elsewhere, rule)
        for place in rule.values["places"]
        if profile in rows[place["channel"]]["profiles"]
    ]
    return (*sorted(found, key=lambda one: not one.channel.statutory),)


def binding(running: Collection[Clock]) -> Deadline | None:
    """The period that binds: the one that ends first.

    >>> str(binding(clocks("penalty", date(2026, 3, 2), Profile.ENTERPRISE)).due)
    '2026-03-11'
    """
    found = [one.deadline for one in running if one.deadline is not None]
    return min(found, key=lambda one: one.due) if found else None


def terms(id: str, on: date) -> tuple[Term, ...]:
    """How long a matter may be published, as the choices of its rule."""
    rule = matter(id, on)
    return tuple(
        Term(
            one["code"],
            Text(one["text_zh"], one["text_en"]),
            one["published"] == "yes",
            one.get("ends"),
            one.get("early"),
            "ban" in one,
            tuple((other["channel"], other["ends"]) for other in one.get("others", ())),
            rule,
        )
        for one in rule.values["terms"]
    )


def term(id: str, on: date, code: str) -> Term:
    """One of them; raises `WrongUse`."""
    for one in terms(id, on):
        if one.code == code:
            return one
    known = ", ".join(one.code for one in terms(id, on))
    raise WrongUse(f"没有“{code}”这一公示期；可用：{known}。", f"There is no term '{code}'; known: {known}.")


def until(chosen: Term, published_on: date, longest: date | None = None) -> Until:
    """Until when something published on a day stays; `longest` is the end of a ban or of the stay on a list.

    A ban that outlasts the period prolongs it; a stay on a list ends the publication itself. Raises `NotPublishable`.

    >>> minor, ordinary = (term("penalty", date(2026, 3, 2), code) for code in ("minor", "ordinary"))
    >>> str(until(minor, date(2026, 3, 5)).last), str(until(ordinary, date(2026, 3, 5)).last)
    ('2026-06-05', '2029-03-05')
    """
    if not chosen.published:
        raise NotPublishable(f"不予公示：{chosen.text.zh}。", f"Not to be published: {chosen.text.en}.")
    if chosen.ends is None:
        return Until(longest, None)
    if longest is not None and not chosen.ban:
        raise NotPublishable(
            "只有限制从业、停业等处罚按实际限制期限公示。",
            "Only a ban or closure is published as long as it lasts.",
        )
    reckoned = taken_over(chosen.rule, deadlines.due_under(chosen.ends, published_on))
    return Until(reckoned.due if longest is None else max(reckoned.due, longest), reckoned)


def early(chosen: Term, published_on: date) -> Deadline | None:
    """The first day on which a publication may end by repair; None where the rule knows no early end."""
    if not chosen.early:
        return None
    return taken_over(chosen.rule, deadlines.due_under(chosen.early, published_on))


def conditions(on: date) -> RuleVersion:
    """What has to be shown besides that day, as the rule's `conditions`; each is asked with its document."""
    return book().rule(EARLY, on)


def others(chosen: Term, event_on: date) -> Mapping[str, Deadline]:
    """By channel, the day by which another body ends a publication by a rule of its own (Credit China)."""
    return {channel: deadlines.due_under(rule, event_on) for channel, rule in chosen.others}


def fields(on: date) -> tuple[tuple[str, Text], ...]:
    """Fields of a text to be published, in order."""
    rows = book().rule(REDACTION, on).values["fields"]
    return tuple((one["code"], Text(one["text_zh"], one["text_en"])) for one in rows)


def treatment(code: str, profile: Profile, on: date) -> Treatment:
    """What the table says of a field for such a party."""
    rows = book().rule(REDACTION, on).values["fields"]
    return next(Treatment(one[str(profile)]) for one in rows if one["code"] == code)


def redact(source: Mapping[str, str], profile: Profile, on: date, secrets: Sequence[str] = ()) -> Redacted:
    """Take out what may not leave; `secrets` are passages (business secrets, third parties) to be hidden as well.

    Raises `NotPublishable` for a field that the table does not know and for a passage that stands nowhere.

    >>> found = redact({"phone": "022-23456789", "facts": "电话13800138000。"}, Profile.PERSON, date(2026, 3, 2))
    >>> found.leaves, len(found.removed)
    ((('facts', '电话（已隐去）。'),), 2)
    """
    rule = book().rule(REDACTION, on)
    table = {one["code"]: one for one in rule.values["fields"]}
    if unknown := sorted(source.keys() - table.keys()):
        raise NotPublishable(
            f"处理规则没有这些字段：{'、'.join(unknown)}。",
            f"The rule has no such fields: {', '.join(unknown)}.",
        )
    leaves, removed = [], []
    for code, row in table.items():
        text = source.get(code, "").strip()
        if not text:
            continue
        treated = Treatment(row[str(profile)])
        if treated is Treatment.REMOVE:
            removed.append(Removal(code, text, Text("按规则不对外", "does not leave by rule")))
            continue
        if treated is Treatment.CLEAN:
            text, found = _clean(code, text, rule, secrets)
            removed += found
        leaves.append((code, text))
    _demand_found(secrets, removed)
    return Redacted(tuple(leaves), tuple(removed), rule)


def _clean(code: str, text: str, rule: RuleVersion, secrets: Sequence[str]) -> tuple[str, list[Removal]]:
    """Hide marked passages and whatever looks like personal data; longer finds come before shorter ones."""
    folded = text.translate(_FULL_WIDTH)
    spans: list[tuple[int, int, Text]] = []
    for secret in secrets:
        why = Text("商业秘密或者第三人信息（人工标注）", "business secret or third party, marked by hand")
        spans += [(found.start(), found.end(), why) for found in re.finditer(re.escape(secret), text)]
    for one in rule.values["patterns"]:
        why = Text(one["text_zh"], one["text_en"])
        spans += [(found.start(), found.end(), why) for found in bounded(one["pattern"]).finditer(folded)]
    kept, removed, place = "", [], 0
    for start, end, why in sorted(spans, key=lambda one: (one[0], -one[1])):
        if end <= place:
            continue
        start = max(start, place)
        kept += text[place:start] + HIDDEN
        removed.append(Removal(code, text[start:end], why))
        place = end
    return kept + text[place:], removed


def _demand_found(secrets: Sequence[str], removed: Sequence[Removal]) -> None:
    lost = [
        secret for secret in secrets if not any(one.what in secret or secret in one.what for one in removed)
    ]
    if lost:
        raise NotPublishable(
            f"可以隐去的字段中没有：{'；'.join(lost)}。请按原文填写需隐去的内容。",
            f"These passages stand in no field that may be cleaned: {'; '.join(lost)}. Copy them as they stand.",
        )


def _channel(row: Mapping[str, Any]) -> Channel:
    return Channel(row["code"], Text(row["text_zh"], row["text_en"]), row["statutory"] == "yes")


def _clock(
    channel: Channel, place: Mapping[str, Any], on: date, elsewhere: bool, whose: RuleVersion
) -> Clock:
    forwards = elsewhere and "elsewhere" in place
    rule = place["elsewhere"] if forwards else place.get("clock")
    deadline = taken_over(whose, deadlines.due_under(rule, on)) if rule else None
    return Clock(channel, deadline, place.get("receives", "") if forwards else "")
