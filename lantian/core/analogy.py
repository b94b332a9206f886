"""A period that a rule takes over from an instrument that is not its own: never surer than the rule."""

from __future__ import annotations

from dataclasses import replace

from lantian.core.deadlines import Deadline
from lantian.core.periods import Step
from lantian.core.rulebook import RuleVersion


def taken_over(rule: RuleVersion, due: Deadline) -> Deadline:
    """A period that a rule takes over from an instrument of another field: as unsure as the rule, and it says so."""
    if "analogy_zh" not in rule.values:
        return due
    doubt = max(due.confidence, rule.confidence, key=lambda each: each.doubt)
    said = Step(due.due, rule.values["analogy_zh"], rule.values["analogy_en"])
    return replace(due, confidence=doubt, steps=(*due.steps, said))
