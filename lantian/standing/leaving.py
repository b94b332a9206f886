"""Leaving a list before the end: somebody asks, each condition of the rule is shown by its paper, another decides.

Conditions and the request are steps of the entry, taken by whoever keeps it; nobody decides on what he recorded.
"""

from __future__ import annotations

from datetime import date

from lantian.core import lists
from lantian.core.messages import Text
from lantian.core.rulebook import RuleVersion
from lantian.office.actors import OfficerActor
from lantian.standing.errors import StandingRefused
from lantian.standing.models import ListEntry, ListStep
from lantian.standing.persons import refuse_same

RECORDED = Text(
    "提请移出或者登记移出条件的人不能决定移出，请由另一人办理。",
    "Whoever asked for the removal or recorded its conditions does not decide it; another person does.",
)


def conditions(rule: RuleVersion) -> dict[str, Text]:
    """The conditions of leaving a list, by code."""
    return {one["code"]: Text(one["text_zh"], one["text_en"]) for one in rule.values["repair"]}


def open_steps(rule: RuleVersion) -> dict[str, Text]:
    """What may be recorded of somebody on a list: that the removal is asked for, and each condition."""
    return {lists.REMOVAL_ASKED: lists.STEPS[lists.REMOVAL_ASKED], **conditions(rule)}


def shown(row: ListEntry, rule: RuleVersion, on: date) -> dict[str, ListStep]:
    """The request and the conditions recorded by a day, each by its last step."""
    steps = row.steps.filter(step__in=open_steps(rule), on__lte=on).order_by("id")
    return {one.step: one for one in steps}


def check_step(row: ListEntry, rule: RuleVersion, step: str, on: date, document: str) -> None:
    """A request and a condition come after the entry and have a paper; a request does not come before its first day."""
    if row.decided_on is None or step not in open_steps(rule):
        return
    if not document.strip():
        raise StandingRefused(
            "请写明申请书、提请书或者证明该条件已经满足的文书。",
            "Name the request, or the paper that shows the condition is met.",
        )
    if on < row.decided_on:
        raise StandingRefused(
            f"日期早于{row.decided_on}的列入决定。", f"The day is before the listing of {row.decided_on}."
        )
    if step == lists.REMOVAL_ASKED:
        _refuse_too_early(row, on)


def _refuse_too_early(row: ListEntry, on: date) -> None:
    """A removal before the end is asked for from the first day that the rule gives for it, where it gives one."""
    first = row.terms.get("early_from")
    if first and on < date.fromisoformat(first):
        raise StandingRefused(
            f"{first}起才可以申请提前移出。", f"An early removal may be asked for from {first} only."
        )


def refuse_unasked(row: ListEntry, rule: RuleVersion, on: date, by: OfficerActor) -> set[str]:
    """The conditions that are met; raises without a request, or when the decider recorded any of it."""
    found = shown(row, rule, on)
    if lists.REMOVAL_ASKED not in found:
        raise StandingRefused(
            "还没有提请移出：先由另一人登记提请移出的日期和文书。",
            "The removal is not asked for yet: another person first records the day and the document of the request.",
        )
    refuse_same([one.post_id for one in found.values() if one.post_id is not None], by, RECORDED)
    return set(found)
