"""Public notices on screen: where they stand, every period with its derivation, what leaves the house."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from lantian.casework import measures_rules
from lantian.core import matters, publicity
from lantian.core.competence import FIELD_TEXTS, Field
from lantian.core.deadlines import Deadline
from lantian.core.messages import Text
from lantian.core.publicity import Profile, Redacted
from lantian.core.rulebook import Confidence
from lantian.desk.present.leads import Due, Step, days_left, doubt, reckoned_due, rule_words
from lantian.desk.present.words import either, label, language, said
from lantian.office import clock
from lantian.office.models import Post
from lantian.publicity import queries, reviewing
from lantian.publicity.models import Notice, NoticeStep, NoticeText
from lantian.publicity.queries import Place
from lantian.publicity.states import (
    ACT_TEXTS,
    CAUSE_TEXTS,
    CLOSED,
    FORWARDED,
    OUT,
    STATE_TEXTS,
    Act,
    Cause,
    State,
)

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
    "question": Text("待核实", "to be reviewed"),
}
LIST_RULE = Text("名单的规定和期限：", "Rule and term of the list: ")
CHANGED = Text("依据更改，待核实", "ground changed, to be reviewed")
ASKED = Text("提出撤回，待核准", "taking down asked for, to be approved")


def row(notice: Notice, today: date) -> dict[str, Any]:
    """A notice in a list."""
    return {
        "key": notice.key,
        "name": notice.name,
        "number": notice.number,
        "document": notice.document,
        "matter": matter_name(notice),
        "state": notice.state,
        "state_label": state_label(notice),
        "question": _raised(notice),
        "office": notice.unit.name(language()),
        "event_on": notice.event_on,
        "due": due(notice, today),
        "until": notice.until,
        "lapsed": bool(notice.until and notice.until < today and notice.state in OUT),
    }


def state_label(notice: Notice) -> str:
    """Where it stands; what was forwarded only cannot be read anywhere yet that we know of."""
    forwarded = notice.state == State.PUBLISHED and notice.published_on is None
    return label(FORWARDED if forwarded else STATE_TEXTS[State(notice.state)])


def _raised(notice: Notice) -> dict[str, str] | None:
    found = queries.question_of(notice)
    if found is None:
        return None
    pill, words = ("asked", ASKED) if found.asked else ("changed", CHANGED)
    return {"state": pill, "label": label(words)}


def question(notice: Notice, today: date) -> dict[str, Any] | None:
    """What stands against a notice, for whoever decides about it."""
    found = queries.question_of(notice)
    if found is None:
        return None
    by = Post.objects.select_related("account").get(pk=found.post)
    return {
        "asked": found.asked,
        "cause": label(CAUSE_TEXTS[found.cause]),
        "on": found.on,
        "document": found.document,
        "note": found.note,
        "doubt": found.doubt.note if found.doubt else "",
        "by": by.account.name,
        "at": found.at,
        "met": _met(found.met, found.on),
        "due": _due_of(found.clock, today, False) if found.clock else None,
    }


def _met(documents: Mapping[str, str], on: date) -> list[tuple[str, str]]:
    """Conditions of an early end with the documents that show them."""
    names = _condition_names(on) if documents else {}
    return [(names.get(code, code), document) for code, document in documents.items()]


def _condition_names(on: date) -> dict[str, str]:
    rows = publicity.conditions(on).values["conditions"]
    return {one["code"]: either(one["text_zh"], one["text_en"]) for one in rows}


def early(notice: Notice, today: date, typed: Mapping[str, str]) -> dict[str, Any] | None:
    """From when on and on which conditions a publication may end before its time; None where it may not.

    `typed` are the documents of the conditions as a form that was refused named them.
    """
    first = reviewing.early_from(notice)
    if first is None:
        return None
    rule = publicity.conditions(today)
    return {
        "due": reckoned_due(first, today),
        "conditions": [(code, words, typed.get(code, "")) for code, words in _condition_names(today).items()],
        "basis": said(rule.basis.cite()),
        "doubt": doubt(rule.confidence),
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
        "field": label(FIELD_TEXTS[Field(notice.field)]) if notice.field else "",
        "publisher": label(PUBLISHER_TEXTS[rule.values["publisher"]]),
        "basis": said(rule.basis.cite()),
        "doubt": doubt(rule.confidence),
        "list_doubt": _list_doubt(notice),
        "note": said(rule.note) if rule.note else "",
        "published_on": notice.published_on,
        "until_why": _due_of(notice.until_derivation, today, True) if notice.until_derivation else None,
        "cause": label(CAUSE_TEXTS[Cause(notice.cause)]) if notice.cause else "",
        "cause_on": notice.cause_on,
        "listing": notice.about_key if notice.about_kind == "listing" else "",
        "outside": notice.about_key if notice.about_kind == "outside" else "",
        "subject_key": notice.subject.key if notice.subject else "",
    }


def _list_doubt(notice: Notice) -> str:
    """How unsure the list's own rule is, of a notice about somebody listed."""
    found = queries.list_doubt(notice)
    told = doubt(found) if found is not None else ""
    return f"{said(LIST_RULE)}{told}" if told else ""


def due(notice: Notice, today: date) -> Due | None:
    """The day that binds now, with the derivation stored for it."""
    if notice.due is None:
        return None
    return _due_of(queries.derivation_of(notice) or {"due": str(notice.due)}, today, False)


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
    known, others = publicity.channels(notice.event_on), _others(notice)
    over = notice.state in (State.WITHDRAWING, *CLOSED)
    return [
        _place(one, label(known[one.channel].text), today, over)
        | _onward(one, notice, today)
        | {"other": reckoned_due(others[one.channel], today) if one.channel in others else None}
        for one in queries.places(notice)
    ]


def _others(notice: Notice) -> Mapping[str, Deadline]:
    """When other bodies end it by rules of their own, once it is known how long it is published."""
    if not notice.term or notice.state in CLOSED:
        return {}
    return publicity.others(publicity.term(notice.matter, notice.event_on, notice.term), notice.event_on)


def _onward(one: Place, notice: Notice, today: date) -> dict[str, Any]:
    """Where another province publishes: which, what we forwarded, and by when it publishes then."""
    day, home = one.forwarded_on, notice.home
    told = (
        matters.received(notice.matter, notice.event_on, one.receives, day) if one.receives and day else None
    )
    awaited = reckoned_due(told, today) if told else None
    provinces = measures_rules.provinces()
    return {
        "receives": bool(one.receives),
        "home": said(provinces[home]) if home in provinces else home,
        "forwarded_on": day,
        "forwarded_by": one.forwarded_by,
        "awaited": replace(awaited, settled=one.published_on is not None) if awaited else None,
    }


def _place(one: Place, name: str, today: date, over: bool) -> dict[str, Any]:
    met = over or one.met
    return {
        "channel": one.channel,
        "name": name,
        "statutory": one.statutory,
        "due": _due_of(one.clock, today, met) if one.clock else None,
        "late": bool(one.due and one.published_on and one.published_on > one.due),
        "out": one.out,
        "left": one.left,
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
            "note": label(CAUSE_TEXTS[Cause(one.note)]) if one.act in (Act.FALL_AWAY, Act.ASK) else one.note,
            "met": _met(one.met, one.on),
            "number": one.text_number,
            "by": one.post.account.name if one.post else "",
            "at": one.at,
        }
        for one in found
    ]
