"""What the supervision classes mean for draws and plans of checks: weight, frequency, key objects, with the reasons.

The room that draws (inspections) asks `frame` for everybody in its pool at once. Only a class that an officer signed
counts; without one it is the ordinary class, which the last row of the table gives to whom nothing is known of. What
the table proposes is said beside it and changes no weight. A listing makes a key object from its day on all the same:
it is a decision of its own, and the visit to a listed agency is law (Measures on Patent Agency art. 40).
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

    `again` tells that something officially known has changed since, so that it is to be signed again; the reasons
    then name the class that the table proposes.
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
    proposed, ordinary = supervision.propose(known, on), supervision.propose(Standing(), on)
    again = signed is not None and signed.rested_on != rested(known)
    code, reasons = ordinary.code, ordinary.reasons
    if signed is not None and signed.code in table:
        code = signed.code
        reasons = (*(Text(zh, en) for zh, en in signed.reasons), *_own(signed.reason))
    if proposed.code != code and (again or signed is None):
        reasons = (*reasons, _unsigned(proposed))
    found = table[code]
    listed = supervision.propose(Standing(lists=known.lists), on).key_object
    return Drawn(
        code, found.weight, found.rate_percent, found.every_months, found.key_object or listed, found.guidance,
        signed is not None, again, reasons, found.confidence,
    )  # fmt: skip


def _unsigned(proposed: supervision.Proposed) -> Text:
    """What the table proposes, which counts once an officer has signed it."""
    why = Text("；".join(one.zh for one in proposed.reasons), "; ".join(one.en for one in proposed.reasons))
    return Text(
        f"分类表提议“{proposed.text.zh}”（{why.zh}），尚未签署，不用于抽取",
        f"the table proposes {proposed.text.en} ({why.en}); not signed, so no draw uses it",
    )


def _own(reason: str) -> tuple[Text, ...]:
    return (Text(reason, reason),) if reason else ()
