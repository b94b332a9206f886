"""The city's queue: bodies whose district no step of routing knows, placed by an officer.

A placing is a dated fact and stands until an officer places anew. Routing never overwrites it: when what
routing reads has changed since and speaks against it, the body returns to the queue as a difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from lantian.core.messages import Text
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.facts import Change, supersede
from lantian.office.models import Unit
from lantian.office.permissions import Permission, check_permission
from lantian.registry.errors import PlacingRefused
from lantian.registry.kinds import FactKind
from lantian.registry.models import Agency, Company, RegisterFact, Subject
from lantian.registry.routing import Route, Step, route

BODIES = (Subject.Kind.AGENCY, Subject.Kind.COMPANY)
REASON_MOST = 300


class Why(StrEnum):
    """Why a body waits."""

    UNKNOWN = "unknown"
    OUTSIDE = "outside"
    CHANGED = "changed"


WHY_TEXTS: dict[Why, Text] = {
    Why.UNKNOWN: Text("登记资料不能确定所在区", "nothing on file names its district"),
    Why.OUTSIDE: Text("外地登记", "registered elsewhere"),
    Why.CHANGED: Text("已确定，其后登记资料有变", "placed, but what is on file has changed since"),
}


@dataclass(frozen=True)
class Placed:
    """What became of a batch: keys placed, and keys left as they are because they had changed meanwhile."""

    placed: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True)
class Waiting:
    """One body of the queue: what routing reads, what it says, the placing that stands, and the state seen."""

    subject: Subject
    why: Why
    given: str
    address: str
    route: Route
    placing: RegisterFact | None
    version: str


def waiting(*, why: str = "", words: str = "") -> QuerySet[Subject]:
    """The queue, in the order of names; natural persons are not placed by a register."""
    unplaced = Q(district_code=None)
    chosen = {
        Why.UNKNOWN: unplaced & ~Q(routed_by=Step.OUTSIDE),
        Why.OUTSIDE: unplaced & Q(routed_by=Step.OUTSIDE),
        Why.CHANGED: Q(routed_by=Step.PLACED, route_conflict=True),
    }
    of_all = chosen[Why.UNKNOWN] | chosen[Why.OUTSIDE] | chosen[Why.CHANGED]
    found = Subject.objects.filter(chosen[Why(why)] if why else of_all, kind__in=BODIES)
    found = found.filter(Q(alias=None) | Q(alias__parted_at__isnull=False))
    if words:
        found = found.filter(Q(name__icontains=words) | Q(number__istartswith=words))
    return found.order_by("name_pinyin", "id")


def explained(subjects: Sequence[Subject], on: date) -> list[Waiting]:
    """Bodies with what routing reads about them, in the order given."""
    read, placings = on_file([one.number for one in subjects]), placings_of(subjects)
    return [_explained(one, read.get(one.number, {}), placings.get(one.pk), on) for one in subjects]


def place(*, seen: Mapping[str, str], district: str, reason: str, by: OfficerActor) -> Placed:
    """Place bodies of the queue with one office, for one reason; what has changed since it was seen is kept.

    `seen` maps keys to `Waiting.version`; `district` is the code of a district, or of the city itself.
    Raises `PlacingRefused`, `NotAllowed`.
    """
    check_permission(by.permissions, Permission.PLACE)
    reason = reason.strip()
    _refuse(seen, district, reason)
    with transaction.atomic():
        rows = Subject.objects.select_for_update().filter(key__in=seen).order_by("id")
        found = explained(list(rows), clock.today())
        good = [one for one in found if one.version == seen[one.subject.key] and _open(one.subject)]
        _hold(good, district, reason, by)
    placed = tuple(one.subject.key for one in good)
    return Placed(placed, tuple(key for key in seen if key not in placed))


def placings_of(subjects: Sequence[Subject]) -> dict[int, RegisterFact]:
    """The placing that stands about each subject, by its id."""
    facts = RegisterFact.objects.held().filter(kind=str(FactKind.PLACE), subject__in=subjects)
    return {fact.subject_id: fact for fact in facts.filter(valid__upper_inf=True)}


def on_file(numbers: Sequence[str]) -> dict[str, dict[str, str | None]]:
    """District and address by number as the registers have them, the directory of agencies before the other."""
    found: dict[str, dict[str, str | None]] = {}
    for model in (Company, Agency):
        rows = model._default_manager.filter(subject_id__in=numbers)
        for number, given, address in rows.values_list("subject__number", "district_code", "address"):
            found[number] = {"district_code": given, "address": address}
    return found


def speaks_against(value: Mapping[str, Any], said: Route) -> bool:
    """Whether what routing says now is not what it said at the placing, and names another district."""
    against = any(one.district != value["district"] for one in said.said)
    return against and heard(said) != value["said"]


def heard(said: Route) -> list[list[str]]:
    """What the steps of routing say, as a placing keeps it."""
    return [[str(one.step), one.district] for one in said.said]


def _explained(
    subject: Subject, read: Mapping[str, str | None], placing: RegisterFact | None, on: date
) -> Waiting:
    given, address = read.get("district_code"), read.get("address")
    said = route(subject.number, given, address, on)
    why = Why.OUTSIDE if subject.routed_by == Step.OUTSIDE else Why.UNKNOWN
    if subject.routed_by == Step.PLACED:
        why = Why.CHANGED
    state = (placing.pk if placing else 0, subject.routed_by, subject.district_code or "-")
    version = ".".join(map(str, (*state, int(subject.route_conflict))))
    return Waiting(subject, why, given or "", address or "", said, placing, version)


def _open(subject: Subject) -> bool:
    placed = subject.routed_by == Step.PLACED
    return subject.kind in BODIES and (placed or subject.district_code is None)


def _refuse(seen: Mapping[str, str], district: str, reason: str) -> None:
    if not seen:
        raise PlacingRefused("请先勾选要确定的对象。", "Mark those to be placed first.")
    if not reason:
        raise PlacingRefused("请填写确定的理由。", "Say why they belong there.")
    if len(reason) > REASON_MOST:
        raise PlacingRefused(
            f"理由请不超过{REASON_MOST}字。", f"Keep the reason to {REASON_MOST} characters."
        )
    if district not in {str(pk) for pk in offices().values_list("pk", flat=True)}:
        raise PlacingRefused("请选择承办单位。", "Choose the office.")


def offices() -> QuerySet[Unit]:
    """Offices with which a body may be placed: the districts', and the city itself."""
    return Unit.objects.filter(kind__in=(Unit.Kind.CITY, Unit.Kind.DISTRICT)).order_by("id")


def _hold(good: Sequence[Waiting], district: str, reason: str, by: OfficerActor) -> None:
    day, source = clock.today(), (None, None, by.audit_name)
    changes = []
    for one in good:
        value = {"district": district, "reason": reason, "said": heard(one.route)}
        changes.append(Change((one.subject.pk, str(FactKind.PLACE), ""), value, day, None, source))
    supersede(RegisterFact, changes, at=clock.now())
    for one in good:
        before = one.subject.district_code
        placed = {"district_code": district, "zone": None, "routed_by": str(Step.PLACED)}
        Subject.objects.filter(pk=one.subject.pk).update(**placed, route_conflict=False)
        detail = {"district": district, "before": before or "", "why": str(one.why)}
        audit.record(audit.Kind.SUBJECT_PLACED, by=by, about=("subject", one.subject.key), detail=detail)
