"""One count for all figures: records of a span grouped by office and parts, with their ids.

Three hundred figures need one query a flow, not three hundred: each then adds up the groups that it takes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F
from django.db.models.functions import TruncMonth

from lantian.campaign.figures.book import Figure
from lantian.campaign.figures.flows import FLOWS, Flow

Parts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Group:
    """Records of one flow that one office answers for and that share their parts; `gone` only in adjustments."""

    flow: str
    unit: int
    parts: Parts
    ids: tuple[int, ...]
    gone: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """Records, less those that are gone."""
        return len(self.ids) - len(self.gone)


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def last_day(month: date) -> date:
    """The last day of a month.

    >>> last_day(date(2024, 2, 1))
    datetime.date(2024, 2, 29)
    """
    return month_of(month + timedelta(days=31)) - timedelta(days=1)


def groups(first: date, last: date, unit: int | None, flows: Iterable[str] = FLOWS) -> list[Group]:
    """Count what the reader sees of a span, month after month: one query a flow, in a fixed order."""
    found = monthly(first, last, unit, flows)
    return [group for month in sorted(found) for group in found[month]]


def monthly(
    first: date, last: date, unit: int | None, flows: Iterable[str] = FLOWS
) -> Mapping[date, list[Group]]:
    """Count what the reader sees of each month of a span, by its first day: one query a flow, in a fixed order."""
    found: dict[date, list[Group]] = defaultdict(list)
    for id in flows:
        for month, group in _of_flow(FLOWS[id], first, last, unit):
            found[month].append(group)
    return found


def _of_flow(flow: Flow, first: date, last: date, unit: int | None) -> list[tuple[date, Group]]:
    parts = {f"part_{name}": F(path) for name, path in flow.parts.items()}
    rows = (
        flow.between(first, last, unit)
        .filter(**{f"{flow.owner}__isnull": False})
        .order_by()
        .values(month_=TruncMonth(flow.day), owner_=F(flow.owner), **parts)
        .annotate(ids=ArrayAgg("pk"))
    )
    found = [
        (
            row["month_"],
            Group(
                flow.id,
                row["owner_"],
                tuple((n, str(row[f"part_{n}"])) for n in flow.parts),
                _ordered(row["ids"]),
            ),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one[1].unit, one[1].parts))


def _ordered(ids: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted(ids))


def taken(figure: Figure, among: Iterable[Group], unit: int | None = None) -> list[Group]:
    """The groups that a figure counts, of one office or of all."""
    return [
        group
        for group in among
        if group.flow == figure.flow and unit in (None, group.unit) and figure.takes(dict(group.parts))
    ]


def total(figure: Figure, among: Iterable[Group], unit: int | None = None) -> int:
    """A figure's value."""
    return sum(group.count for group in taken(figure, among, unit))


def difference(before: Iterable[Group], now: Iterable[Group]) -> list[Group]:
    """What has come and what has gone since, by office and parts; a record with other parts does both.

    >>> was = [Group("leads_opened", 1, (), (7, 8))]
    >>> difference(was, [Group("leads_opened", 1, (), (8, 9))])
    [Group(flow='leads_opened', unit=1, parts=(), ids=(9,), gone=(7,))]
    """
    places: dict[tuple[str, int, Parts], tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for group in before:
        held, _ = places[group.flow, group.unit, group.parts]
        held |= set(group.ids)
        held -= set(group.gone)
    for group in now:
        places[group.flow, group.unit, group.parts][1].update(group.ids)
    changed = []
    for (flow, unit, parts), (held, found) in sorted(places.items()):
        if held != found:
            changed.append(
                Group(flow, unit, parts, _ordered(list(found - held)), _ordered(list(held - found)))
            )
    return changed


def stored(group: Group) -> Mapping[str, Any]:
    """A group as the fields of a frozen cell."""
    return {
        "flow": group.flow,
        "unit_id": group.unit,
        "parts": dict(group.parts),
        "ids": list(group.ids),
        "gone": list(group.gone),
    }
