"""Supervision class: proposed by a dated table over what is officially known, signed by an officer; internal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from lantian.core import supervision
from lantian.core.chain import digest_of
from lantian.core.supervision import Proposed
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.permissions import Permission, check_permission
from lantian.registry.models import Subject
from lantian.standing import queries
from lantian.standing.actions import kept, subject_of
from lantian.standing.drawing import rested
from lantian.standing.errors import Stale, StandingRefused
from lantian.standing.models import SupervisionClass
from lantian.standing.repairing import pair


@dataclass(frozen=True)
class Proposal:
    """What the table gives on a day, what it rests on, and the mark by which a page says what it showed."""

    proposed: Proposed
    rested_on: dict[str, Any]
    mark: str


@dataclass(frozen=True)
class Signature:
    """What an officer signs: the class, why another one than proposed, and the mark of the proposal that was shown."""

    code: str
    mark: str
    reason: str = ""


def propose(subject: Subject, on: date) -> Proposal:
    """Propose the class of a subject, without storing anything. Our own reckoning is no input."""
    known = queries.official_standing(subject, on)
    proposed = supervision.propose(known, on)
    rested_on = rested(known)
    mark = digest_of({"code": proposed.code, "version": proposed.version, "rested_on": rested_on})
    return Proposal(proposed, rested_on, mark)


@transaction.atomic
def sign(*, subject_key: str, signature: Signature, by: OfficerActor) -> SupervisionClass:
    """Sign the class of a subject; another class than proposed needs its reason.

    Raises `Stale` when something officially known has changed since the proposal was shown.
    """
    check_permission(by.permissions, Permission.KEEP_STANDING)
    subject, today = subject_of(subject_key), clock.today()
    if by.unit not in queries.keepers(subject):
        raise StandingRefused(
            "只有市局和对象所在区局可以签署。", "Only the city and the subject's own district sign its class."
        )
    found = propose(subject, today)
    if found.mark != signature.mark:
        raise Stale(
            "依据已有变化，请查看最新提议后再签署。", "What it rests on has changed; look at it again."
        )
    chosen, reason = _class(signature.code, today), signature.reason.strip()
    if signature.code != found.proposed.code and not reason:
        raise StandingRefused(
            "与提议不同的等级须写明理由。", "A class other than the one proposed needs its reason."
        )
    row = SupervisionClass.objects.create(
        **kept(subject, by), subject=subject, code=signature.code, proposed=found.proposed.code, on=today,
        review_by=found.proposed.review_by, reasons=[pair(one) for one in found.proposed.reasons],
        rested_on=found.rested_on, rule=_rule(found.proposed), reason=reason, rate_percent=chosen["rate_percent"],
        weight=chosen["weight"], key_object=chosen["key_object"] == "yes",
    )  # fmt: skip
    detail = {"record": row.key, "code": row.code, "proposed": row.proposed}
    audit.record(audit.Kind.CLASS_SIGNED, by=by, about=("subject", subject.key), detail=detail)
    return row


def classes(on: date) -> list[Any]:
    """The classes of the table in force on a day."""
    return list(supervision.book().rule("classes", on).values["classes"])


def _class(code: str, on: date) -> Any:
    found = next((one for one in classes(on) if one["code"] == code), None)
    if found is None:
        raise StandingRefused(f"没有等级“{code}”。", f"There is no class '{code}'.")
    return found


def _rule(proposed: Proposed) -> dict[str, str]:
    cite = proposed.basis.cite()
    return {
        "version": proposed.version,
        "basis_zh": cite.zh,
        "basis_en": cite.en,
        "confidence": str(proposed.confidence),
    }
