"""What taking a detector would bring an office: findings at once, findings a month, against its measure of both.

The monthly figure is counted from past runs once they span a month; until then it is the card's figure, brought
to the size of what was filed here in the last year, and called an estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from lantian.detect.parameters import parameters
from lantian.filings.queries import filed_since
from lantian.office import clock
from lantian.office.models import Unit
from lantian.screening import queries, switches
from lantian.screening.cards import YEAR_FILINGS, card_of
from lantian.screening.models import Finding, Run
from lantian.screening.states import State

HOLDERS = ("city", "district", "zone")  # offices that findings fall to
YEAR, QUARTER, MONTH = timedelta(days=365), timedelta(days=90), timedelta(days=30)


@dataclass(frozen=True)
class Forecast:
    """`waiting`: unjudged findings that come in at once; `monthly`: new ones a month (None: nothing to go by).

    `counted`: the monthly figure was counted here, not taken from the card; `pool`: what the office has to judge
    already; `budget`: how many it is shown at once; `units`: the offices that follow the decision.
    """

    waiting: int
    monthly: int | None
    counted: bool
    pool: int
    budget: int
    units: tuple[int, ...]

    @property
    def over(self) -> bool:
        """Whether what comes in a month, or at once, is more than the office is shown at once."""
        return self.pool + self.waiting > self.budget or (self.monthly or 0) > self.budget


def forecast(detector: str, unit_id: int) -> Forecast:
    """What this office (and those that follow it) would get."""
    below = Unit.objects.filter(pk__in=switches.followers(detector, unit_id), kind__in=HOLDERS)
    units = [unit_id, *below.exclude(pk=unit_id).order_by("id").values_list("pk", flat=True)]
    wanted = queries.Filter(state=State.WAITING, clearing=queries.UNCLEARED, detector=detector)
    shelf = queries.Shelf.POOL if switches.is_on(detector, unit_id) else queries.Shelf.RESTING
    own = {"holder_id__in": units}
    waiting = queries.findings(queries.Filter(**{**vars(wanted), "shelf": shelf})).filter(**own).count()
    pool = queries.waiting().exclude(detector=detector).filter(**own).count()
    counted = _counted(detector, units)
    monthly = counted if counted is not None else _estimated(detector, units)
    budget = parameters(clock.today()).budget * len(units)
    return Forecast(waiting, monthly, counted is not None, pool, budget, tuple(units))


def _counted(detector: str, units: Sequence[int]) -> int | None:
    """New findings a month over the last quarter; None while runs do not span a month."""
    ended = Run.objects.filter(detector=detector, ended_at__isnull=False, case_key="").order_by("id")
    first, last = ended.first(), ended.last()
    if first is None or last is None or last.started_at - first.started_at < MONTH:
        return None
    since = max(first.ended_at or first.started_at, clock.now() - QUARTER)
    new = Finding.objects.filter(
        case_key="",
        merged_into="",
        detector=detector,
        clearing=queries.UNCLEARED,
        holder_id__in=units,
        first_found_at__gt=since,
    ).count()
    return round(new * MONTH / (clock.now() - since))


def _estimated(detector: str, units: Sequence[int]) -> int | None:
    """The card's findings of a year, by what was filed here and by these offices' part of what was found."""
    card = card_of(detector)
    if card is None or card.findings is None:
        return None
    found = Finding.objects.filter(case_key="", merged_into="", detector=detector, clearing=queries.UNCLEARED)
    every = found.count()
    part = found.filter(holder_id__in=units).count() / every if every else 1.0
    size = filed_since(clock.today() - YEAR) / YEAR_FILINGS
    return round(card.findings * size * part / 12)
