"""Reads of screening. Every query runs under the reader's scope; the database hides what is not his."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber

from lantian.core.proportions import wilson
from lantian.detect.parameters import parameters
from lantian.office import clock
from lantian.office.search import Record
from lantian.screening.models import STRENGTHS, Finding, Judgement, Run
from lantian.screening.states import MOVES, Outcome, State

# The state an outcome leads to does not depend on where it came from.
STATE_AFTER: dict[Outcome, State] = {outcome: state for (_, outcome), state in MOVES.items()}
UNCLEARED = "not_cleared"


class Shelf(StrEnum):
    """Where an unjudged finding lies: in the pool, waiting behind the office's budget, or lapsed."""

    POOL = "pool"
    QUEUED = "queued"
    EXPIRED = "expired"
    ALL = "all"


@dataclass(frozen=True)
class Filter:
    """What a list of findings shows; empty fields do not filter. `office` is the id of the unit holding them."""

    state: str = ""
    clearing: str = ""
    strength: str = ""
    office: str = ""
    shelf: Shelf = Shelf.POOL


EVERY = Filter(shelf=Shelf.ALL)


@dataclass(frozen=True)
class Figures:
    """How often officers confirmed what a detector found; the interval is Wilson's at 95 percent."""

    confirmed: int
    judged: int
    needed: int

    @property
    def enough(self) -> bool:
        """Whether so many were judged that the share may be stated."""
        return self.judged >= self.needed

    @property
    def share(self) -> float:
        """Confirmed of judged, 0 to 1."""
        return self.confirmed / self.judged if self.judged else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the true one lies."""
        return wilson(self.confirmed, self.judged)


def findings(wanted: Filter) -> QuerySet[Finding]:
    """Findings, the strongest first, each with `outcome`: the outcome that counts, or empty while it waits.

    A dismissal counts until the evidence under it has grown by the published measure.
    """
    found = _narrowed(_judged(), wanted)
    if wanted.state:
        found = found.filter(outcome__in=_outcomes(State(wanted.state)))
    if wanted.shelf is Shelf.POOL:
        found = found.exclude(_lapsed()).exclude(pk__in=_behind().values("pk"))
    elif wanted.shelf is Shelf.QUEUED:
        found = found.filter(pk__in=_behind().values("pk"))
    elif wanted.shelf is Shelf.EXPIRED:
        found = found.filter(_lapsed())
    return found.order_by("weight", "-score", "id")


def by_state(wanted: Filter) -> dict[State, int]:
    """How many of the findings stand where."""
    counts = dict.fromkeys(State, 0)
    grouped = findings(wanted).order_by().values_list("outcome")  # type: ignore[misc] # annotated
    for outcome, count in grouped.annotate(Count("id")):
        counts[state_after(outcome)] += count
    return counts


def state_after(outcome: str) -> State:
    """The state that an outcome (or none) leaves a finding in."""
    return STATE_AFTER[Outcome(outcome)] if outcome else State.WAITING


def waiting() -> QuerySet[Finding]:
    """The pool: findings not cleared, not judged yet, not lapsed, within each office's budget."""
    return findings(Filter(state=State.WAITING, clearing=UNCLEARED))


def next_waiting(after: Finding) -> Finding | None:
    """The finding that waits next after this one in the order of the list, else the first that waits."""
    weight = list(STRENGTHS).index(after.strength)
    later = Q(weight__gt=weight) | Q(weight=weight, score__lt=after.score)
    following = waiting().filter(later | Q(weight=weight, score=after.score, pk__gt=after.pk)).first()
    return following or waiting().exclude(pk=after.pk).first()


def find(key: str) -> Finding | None:
    """One finding, if the reader may see it."""
    return findings(Filter(shelf=Shelf.ALL)).filter(key=key).first()


def judgements(finding: Finding) -> list[Judgement]:
    """Everything said about a finding, oldest first."""
    return list(finding.judgements.select_related("post__account", "post__unit").order_by("id"))


def state_of(said: Sequence[Judgement]) -> State:
    """Where a finding stands after what was said, and after what has changed since."""
    return State.WAITING if returned(said) else state_after(said[-1].outcome if said else "")


def returned(said: Sequence[Judgement]) -> bool:
    """Whether a dismissed finding has come back, since its evidence has grown by the published measure."""
    if not said or said[-1].outcome != Outcome.DISMISS:
        return False
    return grown(said[-1].ground_size, len(said[-1].finding.evidence))


def grown(before: int, now: int) -> bool:
    """Whether evidence has grown by the published measure of the day, both as numbers of rows."""
    return now > before and now * 100 >= before * (100 + _regrowth())


def figures(detector: str) -> Figures:
    """Confirmed and judged findings of a detector, among those the reader may see; lawful ones left aside."""
    found = _judged().filter(detector=detector, clearing=UNCLEARED)
    confirmed = found.filter(said=Outcome.LEAD).count()
    dismissed = found.filter(said=Outcome.DISMISS).count()
    return Figures(confirmed, confirmed + dismissed, parameters(clock.today()).enough_judged)


def runs() -> QuerySet[Run]:
    """Runs, the newest first."""
    return Run.objects.select_related("job__progress", "post__account").order_by("-id")


def find_run(key: str) -> Run | None:
    """One run, if the reader may see it."""
    return runs().filter(key=key).first()


def lawful_of(run: Run) -> QuerySet[Finding]:
    """What a run cleared or presumed lawful and no later run found again, the most alike first."""
    found = findings(Filter(shelf=Shelf.ALL)).filter(run=run).exclude(clearing=UNCLEARED)
    return found.order_by("-score", "id")


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
    found = {finding.key: finding for finding in findings(EVERY).filter(key__in=keys)}
    return [found[key] for key in keys if key in found]


def _judged() -> QuerySet[Any]:
    """Findings with `said` (the newest judgement), `outcome` (what counts of it) and `weight`."""
    newest = Judgement.objects.filter(finding=OuterRef("pk")).order_by("-id")
    size = Func(F("evidence"), function="cardinality", output_field=IntegerField())
    weight = Case(*(When(strength=word, then=Value(place)) for place, word in enumerate(STRENGTHS)))
    has_grown = Q(size__gt=F("ground_size"), measure__gte=0, said=Outcome.DISMISS)
    return (
        Finding.objects.annotate(
            said=Coalesce(Subquery(newest.values("outcome")[:1]), Value("")),
            ground_size=Subquery(newest.values("ground_size")[:1]),
            size=size,
        )
        .annotate(measure=F("size") * 100 - F("ground_size") * (100 + _regrowth()))
        .annotate(outcome=Case(When(has_grown, then=Value("")), default=F("said")))
        .annotate(weight=weight)
    )


def _narrowed(found: QuerySet[Any], wanted: Filter) -> QuerySet[Any]:
    named = {"clearing": wanted.clearing, "strength": wanted.strength, "holder_id": wanted.office}
    return found.filter(**{name: value for name, value in named.items() if value})


def _outcomes(state: State) -> list[str]:
    """Outcomes that leave a finding in a state; none at all leaves it waiting."""
    outcomes = [str(outcome) for outcome, after in STATE_AFTER.items() if after == state]
    return ["", *outcomes] if state == State.WAITING else outcomes


def _lapsed() -> Q:
    return Q(expires_on__lt=clock.today(), outcome__in=_outcomes(State.WAITING))


def _behind() -> QuerySet[Any]:
    """Findings that wait behind the budget of their office, by weight."""
    place = Window(
        RowNumber(), partition_by=F("holder"), order_by=[F("weight").asc(), F("score").desc(), F("id").asc()]
    )
    rivals = _judged().filter(clearing=UNCLEARED, outcome__in=_outcomes(State.WAITING))
    ranked: QuerySet[Any] = rivals.exclude(_lapsed()).annotate(place=place)
    return ranked.filter(place__gt=parameters(clock.today()).budget)


def _regrowth() -> int:
    return parameters(clock.today()).regrowth_percent
