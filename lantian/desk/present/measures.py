"""Measures on screen: interviews with who came, corrections with their due days, what went onward."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from lantian.casework import measures_rules as rules
from lantian.casework import measures_states as states
from lantian.casework.measures_queries import Called
from lantian.casework.models import (
    AlertRound,
    Interview,
    InterviewStep,
    Onward,
    OnwardStep,
    Recheck,
    Rectification,
)
from lantian.core.competence import FIELD_TEXTS, Field
from lantian.core.messages import Text
from lantian.core.rulebook import Confidence, RuleVersion
from lantian.desk.present.leads import Due, Step, days_left, doubt, rule_words
from lantian.desk.present.words import either, label, language, said
from lantian.office import clock

COLLECTIVE = Text("集中约谈", "collective interview")
PLAN = Text("安排约谈", "interview planned")
PREPARE = Text("准备", "prepared")
ALERTS = Text("批量风险提示", "risk alerts")
ASKED = Text("{root}：提出整改 {number}", "{root}: correction asked for, {number}")


def interview(row: Interview) -> dict[str, Any]:
    """An interview in a list or as the head of a page."""
    return {
        "key": row.key,
        "number": row.number,
        "version": row.version,
        "kind": kind_of(row),
        "state": row.state,
        "state_label": label(states.INTERVIEW_STATE_TEXTS[states.InterviewState(row.state)]),
        "office": row.unit.name(language()),
        "field": label(FIELD_TEXTS[Field(row.field)]),
        "ground": row.ground,
        "on": row.held_on or row.on,
        "hour": row.hour,
        "place": row.place,
        "who": row.who,
        "contact": row.contact,
        "officers": row.officers,
        "record": row.record,
        "held_on": row.held_on,
        "has_sheet": row.sheet_id is not None,
        "planned": row.state == states.InterviewState.PLANNED,
        "held": row.state == states.InterviewState.HELD,
    }


def kind_of(row: Interview) -> str:
    """Its kind in words: collective when several were called; a warning talk stays one."""
    if row.collective and row.kind == states.Talk.INTERVIEW:
        return label(COLLECTIVE)
    return label(states.TALK_TEXTS[states.Talk(row.kind)])


def listed_interview(row: Interview) -> dict[str, Any]:
    """An interview with its participants counted; asks for the prefetched rows of the list."""
    names = [one.subject_name for one in sorted(row.participants.all(), key=lambda one: one.place)]
    latest = {one.participant_id: one.came for one in sorted(row.attendances.all(), key=lambda one: one.pk)}
    asked = list(row.rectifications.all())
    return interview(row) | {
        "names": names[:2],
        "called": len(names),
        "came": sum(latest.values()),
        "promised": len({one.participant_id for one in row.commitments.all()}),
        "asked": len(asked),
        "settled": sum(one.state != states.RectificationState.OPEN for one in asked),
    }


def called(line: Called, today: date) -> dict[str, Any]:
    """One participant: who came, what was promised, what is to be corrected."""
    came = line.attendance
    promised = line.commitment
    return {
        "place": line.participant.place,
        "name": line.participant.subject_name,
        "no": line.participant.subject_no,
        "came": came.came if came else None,
        "person": came.person if came else "",
        "role": came.role if came else "",
        "arrived": came.arrived if came else "",
        "reason": came.reason if came else "",
        "promised_on": promised.received_on if promised else None,
        "promise": promised.promise if promised else "",
        "rectifications": [rectification(row, today) for row in line.rectifications],
    }


def rectification(row: Rectification, today: date) -> dict[str, Any]:
    """A rectification in a list or as the head of a page."""
    return {
        "key": row.key,
        "number": row.number,
        "version": row.version,
        "root": row.root,
        "root_label": label(states.ROOT_TEXTS[states.Root(row.root)]),
        "field": label(FIELD_TEXTS[Field(row.field)]),
        "subject": row.subject_name or row.subject_no,
        "subject_no": row.subject_no,
        "what": row.what,
        "facts": row.facts,
        "clause": row.clause,
        "office": row.unit.name(language()),
        "state": row.state,
        "state_label": label(states.RECTIFICATION_STATE_TEXTS[states.RectificationState(row.state)]),
        "due": due(row, today),
        "opened_on": row.opened_on,
    }


def due(row: Rectification, today: date) -> Due:
    """The due day with the derivation stored with it."""
    stored = row.derivation
    return Due(
        due=row.due,
        days_left=days_left(today, row.due),
        provisional=row.due_provisional,
        settled=row.state != states.RectificationState.OPEN,
        rule=rule_words(stored["rule"], row.opened_on),
        steps=tuple(Step(date.fromisoformat(day), either(zh, en)) for day, zh, en in stored["steps"]),
        basis=either(stored["basis_zh"], stored["basis_en"]),
        confidence=doubt(Confidence(stored["confidence"])),
    )


def recheck(row: Recheck) -> dict[str, Any]:
    """One re-check."""
    return {
        "id": row.pk,
        "words": label(states.RESULT_TEXTS[states.Result(row.result)]),
        "on": row.on,
        "officers": row.officers,
        "note": row.note,
        "due": row.due,
        "has_file": row.file_id is not None,
        "by": row.post.account.name,
        "at": row.at,
    }


def onward(row: Onward) -> dict[str, Any]:
    """A report or transfer in a list or as the head of a page."""
    way = states.Way(row.way)
    return {
        "key": row.key,
        "number": row.number,
        "version": row.version,
        "way": row.way,
        "way_label": label(states.WAY_TEXTS[way]),
        "receiver": receiver(rules.receiver(row.receiver)),
        "body": row.body,
        "subject": row.subject_name or row.subject_no,
        "subject_no": row.subject_no,
        "field": label(FIELD_TEXTS[Field(row.field)]),
        "matter": row.matter,
        "basis": row.basis,
        "enclosed": row.enclosed,
        "approver": row.approver,
        "approved_on": row.approved_on,
        "office": row.unit.name(language()),
        "state": row.state,
        "state_label": label(states.ONWARD_STATE_TEXTS[states.OnwardState(row.state)]),
        "opened_on": row.opened_on,
        "sent_on": row.sent_on,
        "received_on": row.received_on,
        "outcome": row.outcome,
        "outcome_on": row.outcome_on,
    }


def receiver(rule: RuleVersion) -> dict[str, Any]:
    """A receiver with what the book asks for."""
    return {
        "name": label(rule.text),
        "asks": rule.values["asks"],
        "approval": rule.values["approval"] == "required",
        "basis": said(rule.basis.cite()),
        "doubt": doubt(rule.confidence),
        "note": said(rule.note) if rule.note else "",
    }


def steps(rows: Iterable[InterviewStep]) -> list[dict[str, Any]]:
    """What was done with an interview, oldest first."""
    texts = {str(act): text for act, text in states.INTERVIEW_ACT_TEXTS.items()} | {"plan": PLAN}
    return [_step(texts, row.act, row.note, row) for row in rows]


def onward_steps(rows: Iterable[OnwardStep]) -> list[dict[str, Any]]:
    """What became of a report or transfer, oldest first."""
    texts = {str(act): text for act, text in states.ONWARD_ACT_TEXTS.items()} | {"prepare": PREPARE}
    return [
        _step(texts, row.act, row.note, row)
        | {"on": row.on, "id": row.pk, "has_file": row.file_id is not None}
        for row in rows
    ]


def _step(texts: dict[str, Text], act: str, note: str, row: InterviewStep | OnwardStep) -> dict[str, Any]:
    words = label(texts[act]) if act in texts else act
    return {"words": words, "note": note, "by": row.post.account.name, "at": row.at}


def events(
    talks: Iterable[Interview],
    demands: Iterable[Rectification],
    sent: Iterable[Onward],
    alerts: Iterable[AlertRound],
) -> list[dict[str, Any]]:
    """Measures as entries of a subject's timeline or of a lead's page."""
    told = [
        _event(row.on, f"{kind_of(row)} {row.number}", reverse("interview", args=[row.key])) for row in talks
    ]
    for demand in demands:
        words = said(ASKED).format(
            root=label(states.ROOT_TEXTS[states.Root(demand.root)]), number=demand.number
        )
        told.append(_event(demand.opened_on, words, reverse("rectification", args=[demand.key])))
    for row in sent:
        words = f"{label(states.WAY_TEXTS[states.Way(row.way)])} {row.number}: {row.body}"
        told.append(_event(row.opened_on, words, reverse("onward", args=[row.key])))
    for round in alerts:
        words = f"{label(ALERTS)} {round.number}"
        told.append(_event(round.opened_on, words, reverse("alerts_round", args=[round.key])))
    return told


def _event(day: date, words: str, href: str) -> dict[str, Any]:
    at = datetime.combine(day, datetime.min.time(), clock.CHINA)
    return {"at": at, "words": words, "href": href, "closed": False, "since": None, "until": None}
