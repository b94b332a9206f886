"""Reads of screening. Every query runs under the reader's scope; the database hides what is not his."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from lantian.office.search import Record
from lantian.screening.models import STRENGTHS, Finding, Judgement, Run
from lantian.screening.states import MOVES, Outcome, State

# The state an outcome leads to does not depend on where it came from.
STATE_AFTER: dict[Outcome, State] = {outcome: state for (_, outcome), state in MOVES.items()}


@dataclass(frozen=True)
class Filter:
    """What a list of findings shows; empty fields do not filter."""

    state: str = ""
    clearing: str = ""
    strength: str = ""
    district: str = ""


def findings(wanted: Filter) -> QuerySet[Finding]:
    """Findings, the strongest first, each with `outcome`: the outcome of its newest judgement, or `waiting`."""
    newest = Judgement.objects.filter(finding=OuterRef("pk")).order_by("-id").values("outcome")[:1]
    found = Finding.objects.annotate(outcome=Coalesce(Subquery(newest), Value("")))
    if wanted.state:
        outcomes = [str(outcome) for outcome, state in STATE_AFTER.items() if state == wanted.state]
        found = found.filter(outcome__in=outcomes or [""])
    if wanted.clearing:
        found = found.filter(clearing=wanted.clearing)
    if wanted.strength:
        found = found.filter(strength=wanted.strength)
    if wanted.district:
        found = found.filter(district_code=wanted.district)
    weight = Case(*(When(strength=word, then=Value(place)) for place, word in enumerate(STRENGTHS)))
    return found.annotate(weight=weight).order_by("weight", "-score", "id")


def state_after(outcome: str) -> State:
    """The state that an outcome (or none) leaves a finding in."""
    return STATE_AFTER[Outcome(outcome)] if outcome else State.WAITING


def waiting() -> QuerySet[Finding]:
    """Findings not cleared and not judged yet."""
    return findings(Filter(state=State.WAITING, clearing="not_cleared"))


def next_waiting(after: Finding) -> Finding | None:
    """The finding that waits next after this one in the order of the list, else the first that waits."""
    weight = list(STRENGTHS).index(after.strength)
    later = Q(weight__gt=weight) | Q(weight=weight, score__lt=after.score)
    following = waiting().filter(later | Q(weight=weight, score=after.score, pk__gt=after.pk)).first()
    return following or waiting().exclude(pk=after.pk).first()


def find(key: str) -> Finding | None:
    """One finding, if the reader may see it."""
    return Finding.objects.filter(key=key).first()


def judgements(finding: Finding) -> list[Judgement]:
    """Everything said about a finding, oldest first."""
    return list(finding.judgements.select_related("post__account", "post__unit").order_by("id"))


def state_of(said: Sequence[Judgement]) -> State:
    """Where a finding stands after what was said."""
    return state_after(said[-1].outcome if said else "")


def runs() -> QuerySet[Run]:
    """Runs, the newest first."""
    return Run.objects.select_related("job__progress", "post__account").order_by("-id")


def find_run(key: str) -> Run | None:
    """One run, if the reader may see it."""
    return runs().filter(key=key).first()


def known_keys(keys: Sequence[str]) -> set[str]:
    """Those of the keys under which findings are stored."""
    return set(Finding.objects.filter(key__in=keys).values_list("key", flat=True))


def search_record(finding: Finding) -> Record:
    """A finding as global search finds it: by its subject, by every application it compares."""
    return Record(
        "finding", finding.key, (finding.subject_name,), (finding.key, finding.subject_no, *finding.members)
    )


def by_keys(keys: Sequence[str]) -> list[Finding]:
    """Findings with these keys that the reader may see, in the order asked, each with its `outcome`."""
    found = {finding.key: finding for finding in findings(Filter()).filter(key__in=keys)}
    return [found[key] for key in keys if key in found]
