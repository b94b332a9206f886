"""Lists on screen: an entry, what its decision lacks, the party's days, what its removal waits for, its steps."""

from __future__ import annotations

from datetime import date
from typing import Any

from lantian.core import lists
from lantian.core.lists import Checked
from lantian.core.messages import Text
from lantian.core.rulebook import Confidence, RuleVersion
from lantian.desk.present.leads import Due, doubt, reckoned_due
from lantian.desk.present.words import either, label, language, said
from lantian.office import redating
from lantian.standing import leaving as left
from lantian.standing import states
from lantian.standing.hearing import Hearing
from lantian.standing.models import ListEntry, ListStep

PARTY_TEXTS = {
    "patent_agency": Text("专利代理机构", "patent agencies"),
    "trademark_agency": Text("商标代理机构", "trademark agencies"),
    "practitioner": Text("专利代理师", "patent practitioners"),
    "enterprise": Text("企业", "company"),
    "applicant": Text("申请人", "applicant"),
}
DECIDER_TEXTS = {
    "cnipa": Text("国家知识产权局", "the national office (CNIPA)"),
    "city": Text("市局", "the city office"),
    "district": Text("区局", "the district office"),
    "centre": Text("保护中心", "the protection centre"),
}
STEP_OF_ACT = {"propose": Text("提议", "proposed"), **{str(k): v for k, v in states.LIST_ACT_TEXTS.items()}}


def list_name(list_id: str, on: date) -> str:
    """The name of a list."""
    return label(lists.book().rule(list_id, on).text)


def entry(row: ListEntry, today: date) -> dict[str, Any]:
    """An entry in a register, or as the head of its page."""
    state = states.ListState(row.state)
    rule = lists.book().rule(row.list_id, row.decided_on or today)
    ground = next((one for one in rule.values["grounds"] if one["code"] == row.ground), None)
    terms = row.terms
    return {
        "key": row.key,
        "list": label(rule.text),
        "list_id": row.list_id,
        "subject": row.subject.name,
        "subject_key": row.subject.key,
        "number": row.subject.number,
        "party": label(PARTY_TEXTS[row.party]),
        "ground": either(ground["text_zh"], ground["text_en"]) if ground else row.ground,
        "article": either(ground["article_zh"], ground["article_en"]) if ground else "",
        "facts": [said(lists.FACTS[one]) for one in row.facts if one in lists.FACTS],
        "reason": row.reason,
        "state": row.state,
        "state_label": label(states.LIST_STATE_TEXTS[state]),
        "office": row.unit.name(language()),
        "decided_on": row.decided_on,
        "document": row.document,
        "last": row.last,
        "permanent": bool(terms.get("permanent")),
        "ended_on": row.ended_on,
        "early_from": _day(terms.get("early_from")),
        "publish_by": _publish_by(row, today),
        "escalates": list_name(terms["escalates_to"], today) if terms.get("escalates_to") else "",
        "escalates_on": _day(terms.get("escalates_on")),
        "published": rule.values["published"] == "yes",
        "decider": label(DECIDER_TEXTS[rule.values["decider"]]),
        "basis": said(rule.basis.cite()),
        "doubt": doubt(lists.confidence(rule)),
        "late": state is states.ListState.LISTED and row.last is not None and row.last < today,
        "version": row.version,
        "open": state in (states.ListState.PROPOSED, states.ListState.REVIEWED),
    }


def _publish_by(row: ListEntry, today: date) -> Due | None:
    """By when an entry is published, by the calendar as it is now; the day stored with it may have been provisional."""
    told = row.terms.get("publish")
    if not told or not row.decided_on:
        return None
    return reckoned_due(redating.reckoned_again(told, row.decided_on), today)


def hearing(found: Hearing | None, rule: RuleVersion, today: date) -> dict[str, Any] | None:
    """The party's days on the page of an entry, how they were reckoned, and how sure the waiver's effect is."""
    if found is None:
        return None
    effect = Confidence(rule.values.get("waives_confidence", Confidence.MEMORY))
    return {
        "until": found.until,
        "due": reckoned_due(found.due, today),
        "waived_on": found.waived_on,
        "document": found.document,
        "asked_on": found.asked_on,
        "waives": "waives" in rule.values,
        "doubt": doubt(effect),
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def missing(found: Checked) -> list[str]:
    """What an entry still lacks for the decision."""
    return [said(one) for one in (*found.missing_facts, *found.missing_steps)]


def leaving(row: ListEntry, rule: RuleVersion, today: date) -> list[dict[str, Any]]:
    """What a removal from a list waits for: the request and each condition, with the step that shows it."""
    found = left.shown(row, rule, today)
    return [
        {"words": label(text), "on": step.on if step else None, "document": step.document if step else ""}
        for code, text in left.open_steps(rule).items()
        for step in [found.get(code)]
    ]


def list_step(row: ListStep, rule: RuleVersion) -> dict[str, Any]:
    """One act on an entry."""
    steps = {**lists.STEPS, **left.conditions(rule)}
    words = label(steps[row.step]) if row.step in steps else label(STEP_OF_ACT[row.act])
    by = row.post.account.name if row.post else ""
    return {"words": words, "on": row.on, "document": row.document, "note": row.note, "by": by, "at": row.at}
