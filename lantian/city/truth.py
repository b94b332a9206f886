"""The truth of the city: what a detector must find, and what looks alike and is lawful.

`planted` is the kind of edit (a, b, c10, c20, c30, d, m, n) of a batch that P01 must report as not
cleared, or the kind of a lawful likeness, which has no detector: lawful_dual (declared double filing),
presumed_dual (the source lacks the declaration: presumed lawful), lawful_divisional, lawful_priority,
lawful_series (an improvement; its text is too far away to be a pair at all).

`subject_no` is the first filing sent. `evidence` lists the filings as `patents:number` in the order of
sending, the source first. `members` lists agency codes, then applicants by number, else name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from lantian.city import plans
from lantian.city.drafts import Draft
from lantian.city.plans import Plan

NEAR_DUPLICATES: Final = "P01"


def rows(groups: Iterable[tuple[Plan, Sequence[Draft]]]) -> list[dict[str, Any]]:
    """Return the rows of the table `truth`; drafts must have their numbers."""
    return [_row(plan, drafts) for plan, drafts in groups if plan.kind != plans.SINGLE]


def _row(plan: Plan, drafts: Sequence[Draft]) -> dict[str, Any]:
    batch = plan.kind == plans.BATCH
    agencies = sorted({draft.agency.code for draft in drafts if draft.agency})
    applicants = sorted({one.number or one.name for draft in drafts for one in draft.applicants})
    return {
        "detector": NEAR_DUPLICATES if batch else None,
        "subject_kind": "network",
        "subject_no": drafts[0].number,
        "planted": plan.edit if batch else plan.kind,
        "evidence": [f"patents:{draft.number}" for draft in drafts],
        "members": agencies + applicants,
    }
