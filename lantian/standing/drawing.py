"""What the supervision classes mean for draws and plans of checks: weight, frequency, key objects, with the reasons.

The room that draws (inspections) asks `frame` for everybody in its pool at once. The signed class counts. Where
nobody has signed one, the class that the table proposes counts; where something officially known has changed since
it was signed, the heavier of the two: a listing works from its day on, not from the next signature on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from lantian.core import supervision
from lantian.core.messages import Text
from lantian.core.rulebook import Confidence
from lantian.core.supervision import Consequence, Fact, FactKind, Standing
from lantian.registry.models import Subject
from lantian.standing.models import ConfirmedFact, ListSpell, OfficialGrade, QualityGrade, SupervisionClass


class Drawn(NamedTuple):
    """One subject as a draw sees it; `signed` tells whether an officer's signature stands behind the class.

    `again` tells that something officially known has changed since, so that the class is to be signed again.
    """

    code: str
    weight: int
    rate_percent: int
    every_months: int | None
    key_object: bool
    guidance: bool
    signed: bool
    again: bool
    reasons: tuple[Text, ...]
    confidence: Confidence


def frame(subjects: Sequence[Subject], on: date) -> dict[int, Drawn]:
    """Every subject by id, in six queries whatever their number; within the reader's scope."""
    ids = [one.pk for one in subjects]
    known, signed = standings(ids, on), _signed(ids, on)
    table = {one.code: one for one in supervision.consequences(on)}
    return {pk: _drawn(known[pk], signed.get(pk), table, on) for pk in ids}


def standings(ids: Sequence[int], on: date) -> dict[int, Standing]:
    """What is officially known of several subjects on a day."""
    credit: dict[int, str] = {}
    for pk, value in _on(OfficialGrade, ids, on).values_list("subject_id", "value"):
        credit[pk] = value["grade"]
    quality: dict[int, str] = {}
    rounds = _on(QualityGrade, ids, on).values_list("subject_id", "valid", "round", "value")
    for pk, _, _, value in sorted(rounds, key=lambda row: (row[1].lower, row[2])):
        quality[pk] = value["grade"]  # the newest round is the last
    lists: dict[int, set[str]] = defaultdict(set)
    for pk, list_id in _on(ListSpell, ids, on).values_list("subject_id", "list_id"):
        lists[pk].add(list_id)
    facts: dict[int, list[Fact]] = defaultdict(list)
    rows = ConfirmedFact.objects.filter(subject_id__in=ids, taken_back=None).order_by("on", "id")
    for pk, kind, day, document in rows.values_list("subject_id", "kind", "on", "document"):
        facts[pk].append(Fact(FactKind(kind), day, document))
    return {
        pk: Standing(quality.get(pk), credit.get(pk), frozenset(lists[pk]), tuple(facts[pk])) for pk in ids
    }


def rested(known: Standing) -> dict[str, Any]:
    """What a class rests on, as it is stored with the signature."""
    return {
        "quality": known.quality,
        "credit": known.credit,
        "lists": sorted(known.lists),
        "facts": [[str(fact.kind), str(fact.on), fact.document] for fact in known.facts],
    }


def _on(model: Any, ids: Sequence[int], on: date) -> Any:
    return model.objects.on(on).filter(subject_id__in=ids)


def _signed(ids: Sequence[int], on: date) -> Mapping[int, SupervisionClass]:
    rows = SupervisionClass.objects.filter(subject_id__in=ids, on__lte=on).order_by("subject_id", "-id")
    return {row.subject_id: row for row in rows.distinct("subject_id")}


def _drawn(
    known: Standing, signed: SupervisionClass | None, table: Mapping[str, Consequence], on: date
) -> Drawn:
    proposed = supervision.propose(known, on)
    again = signed is not None and signed.rested_on != rested(known)
    code, reasons = proposed.code, proposed.reasons
    if signed is not None and signed.code in table:
        heavier = again and table[proposed.code].weight > table[signed.code].weight
        if not heavier:
            code = signed.code
            reasons = (*(Text(zh, en) for zh, en in signed.reasons), *_own(signed.reason))
    found = table[code]
    return Drawn(
        code, found.weight, found.rate_percent, found.every_months, found.key_object, found.guidance,
        signed is not None, again, reasons, found.confidence,
    )  # fmt: skip


def _own(reason: str) -> tuple[Text, ...]:
    return (Text(reason, reason),) if reason else ()
