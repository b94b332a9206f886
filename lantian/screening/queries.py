"""Reads of screening. Every query runs under the reader's scope; the database hides what is not his."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import (
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
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
from django.db.models.functions import Coalesce, Extract, Power, RowNumber, TruncDate

from lantian.detect.parameters import parameters
from lantian.office import clock
from lantian.office.search import Record
from lantian.screening import ranking, switches
from lantian.screening.models import STRENGTHS, Finding, Judgement, Run
from lantian.screening.ranking import Figures
from lantian.screening.states import MOVES, Outcome, State

# The state an outcome leads to does not depend on where it came from.
STATE_AFTER: dict[Outcome, State] = {outcome: state for (_, outcome), state in MOVES.items()}
UNCLEARED = "not_cleared"


class Shelf(StrEnum):
    """Where a finding lies: in the pool, behind its budget, lapsed, of a detector not taken, not found again."""

    POOL = "pool"
    QUEUED = "queued"
    EXPIRED = "expired"
    RESTING = "resting"
    GONE = "gone"
    ALL = "all"


@dataclass(frozen=True)
class Filter:
    """What a list of findings shows; empty fields do not filter. `office` is the id of the unit holding them."""

    state: str = ""
    clearing: str = ""
    strength: str = ""
    office: str = ""
    detector: str = ""
    shelf: Shelf = Shelf.POOL


EVERY = Filter(shelf=Shelf.ALL)
ORDER = ("-value", "weight", "-score", "id")


def findings(wanted: Filter) -> QuerySet[Finding]:
    """Findings by expected value (`value`, see `ranking`), each with `outcome`: what counts, or empty while it waits.

    A dismissal counts until the evidence under it has grown by the published measure, or names another fault.
    """
    found = _narrowed(_judged(), wanted)
    if wanted.state:
        found = found.filter(outcome__in=_outcomes(State(wanted.state)))
    if wanted.shelf is Shelf.POOL:
        found = found.exclude(_lapsed() | _gone() | switches.resting()).exclude(pk__in=_behind().values("pk"))
    elif wanted.shelf is Shelf.QUEUED:
        found = found.filter(pk__in=_behind().values("pk"))
    elif wanted.shelf is Shelf.EXPIRED:
        found = found.filter(_lapsed()).exclude(_gone() | switches.resting())
    elif wanted.shelf is Shelf.RESTING:
        found = found.filter(switches.resting()).exclude(_gone())
    elif wanted.shelf is Shelf.GONE:
        found = found.filter(_gone()).exclude(switches.resting())
    return found.order_by(*ORDER)


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
    # Pools are small by their budgets; the order mixes columns and what is computed, so it is compared here.
    rows = waiting().exclude(pk=after.pk).values_list("pk", "value", "weight", "score")  # type: ignore[misc]
    placed = [((-value, weight, -score, pk), pk) for pk, value, weight, score in rows]
    last = findings(EVERY).filter(pk=after.pk).values_list("value", "weight", "score").first()  # type: ignore[misc]
    own = (-last[0], last[1], -last[2], after.pk) if last else (0.0, 0, 0.0, 0)
    pk = next((pk for place, pk in placed if place > own), placed[0][1] if placed else None)
    return findings(EVERY).filter(pk=pk).first() if pk else None


def find(key: str) -> Finding | None:
    """One finding, also of a case, if the reader may see it."""
    return _with_outcome(Finding.objects.filter(key=key)).first()


def judgements(finding: Finding) -> list[Judgement]:
    """Everything said about a finding, oldest first."""
    return list(finding.judgements.select_related("post__account", "post__unit").order_by("id"))


def judged_times(rows: Iterable[Finding]) -> Mapping[int, int]:
    """How many judgements there are of each of these findings, by id; those without one are left out."""
    counted = Judgement.objects.filter(finding__in=[row.pk for row in rows]).values_list("finding")
    return dict(counted.annotate(Count("id")))


def state_of(said: Sequence[Judgement]) -> State:
    """Where a finding stands after what was said, and after what has changed since."""
    return State.WAITING if returned(said) else state_after(said[-1].outcome if said else "")


def returned(said: Sequence[Judgement]) -> bool:
    """Whether a dismissed finding has come back: its evidence has grown, or it names another fault."""
    if not said or said[-1].outcome != Outcome.DISMISS:
        return False
    return another_fault(said) or grown(said[-1].ground_size, len(said[-1].finding.evidence))


def another_fault(said: Sequence[Judgement]) -> bool:
    """Whether a finding names a fault that it did not name when it was last judged."""
    return bool(said) and not set(said[-1].finding.faults) <= set(said[-1].faults)


def grown(before: int, now: int) -> bool:
    """Whether evidence has grown by the published measure of the day, both as numbers of rows."""
    return now > before and now * 100 >= before * (100 + _regrowth())


def figures(detector: str) -> Figures:
    """Confirmed and judged findings of a detector over all offices; lawful ones left aside."""
    return ranking.precision(detector).figures


@dataclass(frozen=True)
class Counts:
    """Findings of a detector that the reader may see; `open`: not cleared, `waiting`: found by the last run."""

    open: int
    waiting: int
    leads: int
    dismissed: int
    lawful: int


NOTHING = Counts(0, 0, 0, 0, 0)


def by_detector() -> dict[str, Counts]:
    """How many findings each detector has, by what became of them."""
    grouped: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    gone = Case(When(_gone(), then=Value(True)), default=Value(False))
    rows = _judged().annotate(gone=gone).order_by().values_list("detector", "clearing", "outcome", "gone")
    for name, clearing, outcome, gone_again, count in rows.annotate(count=Count("id")):
        found = grouped[name]
        found["lawful" if clearing != UNCLEARED else "open"] += count
        if clearing == UNCLEARED and not gone_again:
            found[state_after(outcome)] += count
    return {
        name: Counts(
            found["open"], found[State.WAITING], found[State.LEAD], found[State.DISMISSED], found["lawful"]
        )
        for name, found in grouped.items()
    }


def last_runs() -> dict[str, Run]:
    """The newest ended run of each detector that the reader may see."""
    ended = runs().filter(ended_at__isnull=False).order_by("detector", "-id")
    return {run.detector: run for run in ended.distinct("detector")}


def runs() -> QuerySet[Run]:
    """Runs over what everybody may read, the newest first; those for a case: `cases.runs`."""
    return _runs().filter(case_key="")


def find_run(key: str) -> Run | None:
    """One run, also for a case, if the reader may see it."""
    return _runs().filter(key=key).first()


def _runs() -> QuerySet[Run]:
    return Run.objects.select_related("job__progress", "post__account").order_by("-id")


def lawful_of(run: Run) -> QuerySet[Finding]:
    """What a run cleared or presumed lawful and no later run found again, the most alike first."""
    found = findings(Filter(shelf=Shelf.ALL)).filter(run=run).exclude(clearing=UNCLEARED)
    return found.order_by("-score", "id")


def merged_into(finding: Finding) -> QuerySet[Finding]:
    """Findings that proved to be one with this older one, each with its `outcome`."""
    return _with_outcome(Finding.objects.filter(merged_into=finding.key)).order_by("id")


def search_record(finding: Finding) -> Record:
    """A finding as global search finds it: by its subject, by every application it compares."""
    return Record(
        "finding", finding.key, (finding.subject_name,), (finding.key, finding.subject_no, *finding.members)
    )


def no_record(key: str) -> Record:
    """What global search knows of a finding that is merged into another one: nothing."""
    return Record("finding", key, ())


def by_keys(keys: Sequence[str]) -> list[Finding]:
    """Findings with these keys that the reader may see, in the order asked, each with its `outcome`."""
    found = {finding.key: finding for finding in findings(EVERY).filter(key__in=keys)}
    return [found[key] for key in keys if key in found]


def _judged() -> QuerySet[Any]:
    """Findings that are judged; those of cases, and those merged into others, left aside."""
    return _with_outcome(Finding.objects.filter(case_key="", merged_into=""))


def _with_outcome(found: QuerySet[Finding]) -> QuerySet[Any]:
    """Findings with `said` (the newest judgement), `outcome` (what counts of it) and `weight`."""
    newest = Judgement.objects.filter(finding=OuterRef("pk")).order_by("-id")
    size = Func(F("evidence"), function="cardinality", output_field=IntegerField())
    weight = Case(*(When(strength=word, then=Value(place)) for place, word in enumerate(STRENGTHS)))
    has_grown = Q(size__gt=F("ground_size"), measure__gte=0)
    another = ~Q(faults__contained_by=F("faults_then"))
    back = Q(said=Outcome.DISMISS) & (has_grown | another)
    return (
        found.annotate(
            said=Coalesce(Subquery(newest.values("outcome")[:1]), Value("")),
            ground_size=Subquery(newest.values("ground_size")[:1]),
            faults_then=Coalesce(Subquery(newest.values("faults")[:1]), F("faults")),
            size=size,
        )
        .annotate(measure=F("size") * 100 - F("ground_size") * (100 + _regrowth()))
        .annotate(outcome=Case(When(back, then=Value("")), default=F("said")))
        .annotate(weight=weight, value=_value())
    )


def _value() -> ExpressionWrapper[Any]:
    """Expected value of a finding, as `ranking.value_of` gives its parts."""
    held, points = ranking.precisions(), ranking.weights()
    worth = Case(
        *(When(detector=name, then=Value(one.low * points[name])) for name, one in held.items()),
        default=Value(0.0),
    )
    scale = Case(
        *(When(strength=name, then=Value(by)) for name, by in ranking.scales().items()), default=Value(0.0)
    )
    days = ExpressionWrapper(
        Value(clock.today()) - TruncDate("first_found_at", tzinfo=clock.CHINA), output_field=DurationField()
    )
    fresh = Power(Value(0.5), Extract(days, "epoch") / Value(86_400.0 * ranking.half_life()))
    return ExpressionWrapper(worth * scale * fresh, output_field=FloatField())


def _narrowed(found: QuerySet[Any], wanted: Filter) -> QuerySet[Any]:
    named = {
        "clearing": wanted.clearing, "strength": wanted.strength, "holder_id": wanted.office,
        "detector": wanted.detector,
    }  # fmt: skip
    return found.filter(**{name: value for name, value in named.items() if value})


def _outcomes(state: State) -> list[str]:
    """Outcomes that leave a finding in a state; none at all leaves it waiting."""
    outcomes = [str(outcome) for outcome, after in STATE_AFTER.items() if after == state]
    return ["", *outcomes] if state == State.WAITING else outcomes


def _lapsed() -> Q:
    return Q(expires_on__lt=clock.today(), outcome__in=_outcomes(State.WAITING))


def _gone() -> Q:
    """Unjudged findings that the last run did not find again."""
    return Q(gone_on__isnull=False, outcome__in=_outcomes(State.WAITING))


def _behind() -> QuerySet[Any]:
    """Findings that wait behind the budget of their office, by weight."""
    place = Window(
        RowNumber(),
        partition_by=F("holder"),
        order_by=[F("value").desc(), F("weight").asc(), F("score").desc(), F("id").asc()],
    )
    rivals = _judged().filter(clearing=UNCLEARED, outcome__in=_outcomes(State.WAITING))
    rivals = rivals.exclude(_lapsed() | _gone() | switches.resting())
    ranked: QuerySet[Any] = rivals.annotate(place=place)
    return ranked.filter(place__gt=parameters(clock.today()).budget)


def _regrowth() -> int:
    return parameters(clock.today()).regrowth_percent
