"""Public notices on screen: where they stand, every period with its derivation, what leaves the house."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from lantian.core import publicity
from lantian.core.competence import FIELD_TEXTS, Field
from lantian.core.messages import Text
from lantian.core.publicity import Profile, Redacted
from lantian.core.rulebook import Confidence
from lantian.desk.present.leads import Due, Step, days_left, doubt, rule_words
from lantian.desk.present.words import either, label, language, said
from lantian.office import clock
from lantian.publicity import actions, queries
from lantian.publicity.models import Notice, NoticeStep, NoticeText
from lantian.publicity.queries import Place
from lantian.publicity.states import ACT_TEXTS, CAUSE_TEXTS, CLOSED, OUT, STATE_TEXTS, Act, Cause, State

PROFILE_TEXTS: dict[Profile, Text] = {
    Profile.ENTERPRISE: Text("企业等组织", "enterprise or other body"),
    Profile.PERSON: Text("自然人", "natural person"),
}
PUBLISHER_TEXTS: dict[str, Text] = {
    "own": Text("作出决定的单位公示", "published by the office that decided"),
    "cnipa": Text("国家知识产权局公示，本局镜像", "published by CNIPA, mirrored here"),
}
CLOCK_TEXTS: dict[str, Text] = {
    "late": Text("已逾期", "overdue"),
    "due": Text("有期限待办", "a period is running"),
    "lapsed": Text("公示期已满", "last day gone by"),
}


def row(notice: Notice, today: date) -> dict[str, Any]:
    """A notice in a list."""
    return {
        "key": notice.key,
        "name": notice.name,
        "number": notice.number,
        "document": notice.document,
        "matter": matter_name(notice),
        "state": notice.state,
        "state_label": label(STATE_TEXTS[State(notice.state)]),
        "office": notice.unit.name(language()),
        "event_on": notice.event_on,
        "due": due(notice, today),
        "until": notice.until,
        "lapsed": bool(notice.until and notice.until < today and notice.state in OUT),
    }


def matter_name(notice: Notice) -> str:
    """What is published."""
    return label(publicity.matter(notice.matter, notice.event_on).text)


def head(notice: Notice, today: date) -> dict[str, Any]:
    """A notice as the head of its page."""
    rule = publicity.matter(notice.matter, notice.event_on)
    return row(notice, today) | {
        "version": notice.version,
        "profile": label(PROFILE_TEXTS[Profile(notice.profile)]),
        "field": label(FIELD_TEXTS[Field(notice.field)]),
        "publisher": label(PUBLISHER_TEXTS[rule.values["publisher"]]),
        "basis": said(rule.basis.cite()),
        "doubt": doubt(rule.confidence),
        "note": said(rule.note) if rule.note else "",
        "published_on": notice.published_on,
        "until_why": _due_of(notice.until_derivation, today, True) if notice.until_derivation else None,
        "early_from": actions.early_from(notice),
        "cause": label(CAUSE_TEXTS[Cause(notice.cause)]) if notice.cause else "",
        "cause_on": notice.cause_on,
        "listing": notice.about_key if notice.about_kind == "listing" else "",
        "outside": notice.about_key if notice.about_kind == "outside" else "",
        "subject_key": notice.subject.key if notice.subject else "",
    }


def due(notice: Notice, today: date) -> Due | None:
    """The day that binds now, with the derivation stored for it."""
    if notice.due is None:
        return None
    stored = [one["clock"] for one in notice.clocks if one["clock"]]
    if notice.state == State.WITHDRAWING:
        stored = [one for one in (notice.withdraw_derivation, notice.until_derivation) if one]
    found = next((one for one in stored if one["due"] == str(notice.due)), None)
    return _due_of(found or {"due": str(notice.due)}, today, False)


def _due_of(stored: Mapping[str, Any], today: date, settled: bool) -> Due:
    day = date.fromisoformat(stored["due"])
    told = "rule" in stored
    return Due(
        due=day,
        days_left=days_left(today, day),
        provisional=bool(stored.get("provisional")),
        settled=settled,
        rule=rule_words(stored["rule"], date.fromisoformat(stored["start"])) if told else "",
        steps=tuple(Step(date.fromisoformat(on), either(zh, en)) for on, zh, en in stored.get("steps", ())),
        basis=either(stored["basis_zh"], stored["basis_en"]) if told else "",
        confidence=doubt(Confidence(stored["confidence"])) if told else "",
    )


def places(notice: Notice, today: date) -> list[dict[str, Any]]:
    """Every channel with its period, and what stands there."""
    known = publicity.channels(notice.event_on)
    over = notice.state in (State.WITHDRAWING, *CLOSED)
    return [_place(one, label(known[one.channel].text), today, over) for one in queries.places(notice)]


def _place(one: Place, name: str, today: date, over: bool) -> dict[str, Any]:
    met = over or one.published_on is not None
    return {
        "channel": one.channel,
        "name": name,
        "statutory": one.statutory,
        "due": _due_of(one.clock, today, met) if one.clock else None,
        "late": bool(one.due and one.published_on and one.published_on > one.due),
        "out": one.out,
        "published_on": one.published_on,
        "address": one.address,
        "text_number": one.text_number,
        "withdrawn_on": one.withdrawn_on,
    }


def text(found: NoticeText) -> dict[str, Any]:
    """A text that was decided: what leaves, what does not."""
    names = dict(publicity.fields(clock.day_of(found.at)))
    return {
        "number": found.number,
        "digest": found.digest,
        "short": found.digest[:12],
        "by": found.post.account.name,
        "at": found.at,
        "reason": found.reason,
        "leaves": [(_field(names, code), told) for code, told in found.leaves],
        "removed": [(_field(names, code), what, either(zh, en)) for code, what, zh, en in found.removed],
    }


def previewed(found: Redacted) -> dict[str, Any]:
    """A text that was typed: what would leave, what would not."""
    names = dict(publicity.fields(clock.today()))
    return {
        "leaves": [(_field(names, code), told) for code, told in found.leaves],
        "removed": [(_field(names, one.field), one.what, said(one.why)) for one in found.removed],
        "basis": said(found.rule.basis.cite()),
        "doubt": doubt(found.rule.confidence),
    }


def _field(names: Mapping[str, Text], code: str) -> str:
    return label(names[code]) if code in names else code


def form_fields(notice: Notice, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """The fields of a text with what stands in them and what the rule does to each."""
    today, profile = clock.today(), Profile(notice.profile)
    return [
        {
            "code": code,
            "name": label(words),
            "value": values.get(code, ""),
            "removed": publicity.treatment(code, profile, today) is publicity.Treatment.REMOVE,
            "long": publicity.treatment(code, profile, today) is publicity.Treatment.CLEAN,
        }
        for code, words in publicity.fields(today)
    ]


def terms(notice: Notice) -> list[tuple[str, str]]:
    """How long it may be published, as a choice."""
    return [(one.code, label(one.text)) for one in publicity.terms(notice.matter, notice.event_on)]


def steps(found: Iterable[NoticeStep], known: Mapping[str, publicity.Channel]) -> list[dict[str, Any]]:
    """What was done, oldest first."""
    return [
        {
            "words": label(ACT_TEXTS[Act(one.act)]),
            "channel": label(known[one.channel].text) if one.channel in known else "",
            "on": one.on,
            "document": one.document,
            "note": label(CAUSE_TEXTS[Cause(one.note)]) if one.act == Act.FALL_AWAY else one.note,
            "number": one.text_number,
            "by": one.post.account.name if one.post else "",
            "at": one.at,
        }
        for one in found
    ]
