"""The truth of the city: what a detector must find, and what looks alike and is lawful.

`planted` is the kind of edit (a, b, c10, c20, c30, d, m, n) of a batch that P01 must report as not
cleared, or the kind of a lawful likeness, which has no detector: lawful_dual (declared double filing),
presumed_dual (the source lacks the declaration: presumed lawful), lawful_divisional, lawful_priority,
lawful_series (an improvement; its text is too far away to be a pair at all).

For P01 `subject_no` is the first filing sent. `evidence` lists the filings as `patents:number` in the order of
sending, the source first. `members` lists agency codes, then applicants by number, else name.

P10: `signer_suspended`, `signer_revoked`, `signer_left`, `signer_elsewhere`, and `lawful_late_register`, which
has no detector: the subject is the practitioner, the evidence what he signed, the member the agency. Signers of
agencies of other places are in no register here: unknown, not unlicensed. A divisional keeps its parent's filing
date; who signs it is judged by the day it was sent. T07: `expired_enrolment`: the subject is the agency by credit
code, the evidence its enrolment and the marks it filed after that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from lantian.city import plans
from lantian.city.drafts import Draft
from lantian.city.marks import Lapse
from lantian.city.plans import Plan
from lantian.city.signing import LATE, Planted

NEAR_DUPLICATES: Final = "P01"
UNLICENSED_SIGNER: Final = "P10"
EXPIRED_ENROLMENT: Final = "T07"


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


def signing_rows(planted: Iterable[Planted]) -> list[dict[str, Any]]:
    """Return the rows of signatures on days that call for a question; drafts must have their numbers."""
    return [
        {
            "detector": None if one.kind == LATE else UNLICENSED_SIGNER,
            "subject_kind": "practitioner",
            "subject_no": one.signer.licence,
            "planted": one.kind,
            "evidence": [f"patents:{draft.number}" for draft in one.drafts],
            "members": [one.agency_code],
        }
        for one in planted
    ]


def enrolment_rows(lapses: Iterable[Lapse]) -> list[dict[str, Any]]:
    """Return the rows of agencies that went on after their enrolment had expired."""
    return [
        {
            "detector": EXPIRED_ENROLMENT,
            "subject_kind": "agency",
            "subject_no": lapse.agency.row["credit_code"],
            "planted": "expired_enrolment",
            "evidence": [
                f"enrolments:{lapse.agency.row['credit_code']}|{lapse.agency.enrolments[-1]['filed_on']}",
                *(f"trademarks:{number}" for number in lapse.numbers),
            ],
            "members": [],
        }
        for lapse in lapses
    ]
