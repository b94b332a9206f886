"""The close of a month: what was counted is kept; what changes later shows as an adjustment of the next month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from lantian.campaign.errors import CampaignRefused
from lantian.campaign.figures.cube import Group, difference, last_day, month_of, monthly, stored
from lantian.campaign.models import FrozenCell, MonthClose, Return
from lantian.campaign.states import ReturnState
from lantian.core.chain import digest_of
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.models import Unit
from lantian.office.permissions import Permission, check_permission

LONGEST_REASON = 200


@dataclass(frozen=True)
class Books:
    """Groups of one office and month: of the month itself, adjustments of earlier ones, all since January."""

    unit: int
    month: date
    close: MonthClose | None
    own: tuple[Group, ...]
    adjusted: tuple[Group, ...]
    year: tuple[Group, ...]


def scope_of(unit: int) -> int | None:
    """Whose records an office counts: its own; the city office those of all."""
    return None if Unit.objects.get(pk=unit).kind == Unit.Kind.CITY else unit


def standing(unit: int) -> QuerySet[MonthClose]:
    """The closes of an office that hold, newest month first."""
    return MonthClose.objects.filter(unit_id=unit, reopened_at=None).order_by("-month")


def books(unit: int, month: date) -> Books:
    """What an office's month says: as frozen when it is closed, as counted now when it is not."""
    month = month_of(month)
    close = standing(unit).filter(month=month).first()
    if close is None:
        return _open_books(unit, month)
    held = _held(standing(unit).filter(month__lte=month, month__gte=month.replace(month=1)))
    own = [group for group_month, found in held.items() if group_month == (month, month) for group in found]
    adjusted = [g for (of, at), found in held.items() if at == month and of != month for g in found]
    year = [g for (of, _), found in held.items() if of.year == month.year for g in found]
    return Books(unit, month, close, tuple(own), tuple(adjusted), tuple(year))


def _open_books(unit: int, month: date) -> Books:
    now, changed = _counted(unit, month)
    year = (group for of in sorted(now) if of.year == month.year for group in now[of])
    return Books(
        unit, month, None, tuple(now.get(month, ())), tuple(group for _, group in changed), tuple(year)
    )


def _counted(unit: int, month: date) -> tuple[Mapping[date, list[Group]], list[tuple[date, Group]]]:
    """What is counted now, month by month up to this one, and what has changed in the earlier months."""
    before = _closed_before(unit, month)
    now = monthly(min({*before, month.replace(month=1)}), last_day(month), scope_of(unit))
    return now, _adjustments(before, now, month)


def _held(closes: Iterable[MonthClose]) -> dict[tuple[date, date], list[Group]]:
    """Frozen groups by (month they belong to, month whose close holds them)."""
    held: dict[tuple[date, date], list[Group]] = defaultdict(list)
    for cell in FrozenCell.objects.filter(close__in=closes).select_related("close").order_by("id"):
        parts = tuple(sorted(cell.parts.items()))
        group = Group(cell.flow, cell.unit_id, parts, tuple(cell.ids), tuple(cell.gone))
        held[cell.of_month, cell.close.month].append(group)
    return held


def _closed_before(unit: int, month: date) -> Mapping[date, list[Group]]:
    """What the closes before a month say of each month, adjustments with it."""
    before: dict[date, list[Group]] = defaultdict(list)
    for (of, _), found in _held(standing(unit).filter(month__lt=month)).items():
        if of < month:
            before[of] += found
    return before


def _adjustments(
    before: Mapping[date, list[Group]], now: Mapping[date, list[Group]], month: date
) -> list[tuple[date, Group]]:
    """What has changed in earlier months since they were closed, and in those of this year never closed."""
    this_year = {month.replace(month=number) for number in range(1, month.month)}
    return [
        (earlier, group)
        for earlier in sorted(this_year | set(before))
        for group in difference(before.get(earlier, ()), _sorted_parts(now.get(earlier, ())))
    ]


def _sorted_parts(found: Iterable[Group]) -> list[Group]:
    return [Group(g.flow, g.unit, tuple(sorted(g.parts)), g.ids, g.gone) for g in found]


def check_close(unit: int, month: date) -> None:
    """Refuse a month that has not ended, is closed, or would leave a gap behind the last closed one."""
    if last_day(month) > clock.today():
        raise CampaignRefused(
            f"{month:%Y年%m月}尚未结束，{last_day(month)}起才能结账。",
            f"{month:%B %Y} has not ended; it can be closed from {last_day(month)} on.",
        )
    last = standing(unit).first()
    if last is None:
        return
    if last.month >= month:
        raise CampaignRefused(
            f"{month:%Y年%m月}或者更晚的月份已经结账；更正会在下一个月作为调整列示。",
            f"{month:%B %Y} or a later month is closed; corrections appear as an adjustment of the next month.",
        )
    following = _next(last.month)
    if following != month:
        raise CampaignRefused(
            f"请先为{following:%Y年%m月}结账，月份须逐月结。",
            f"Close {following:%B %Y} first; months are closed one after another.",
        )


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


@transaction.atomic
def close_month(*, month: date, by: OfficerActor) -> MonthClose:
    """Close a month of the officer's own office: every counted record is kept by its id."""
    check_permission(by.permissions, Permission.KEEP_LEDGERS)
    month, unit = month_of(month), Unit.objects.select_for_update().get(pk=by.unit)
    check_close(unit.pk, month)
    now, changed = _counted(unit.pk, month)
    own = [(month, group) for group in now.get(month, ())]
    cells = [{"of_month": of, **stored(group)} for of, group in (*own, *changed)]
    digest = digest_of({"cells": [{**cell, "of_month": str(cell["of_month"])} for cell in cells]})
    try:
        with transaction.atomic():
            close = MonthClose.objects.create(
                unit=unit,
                month=month,
                post_id=by.post_id,
                at=clock.now(),
                digest=digest,
                seen_by=_seen_by(unit),
            )
    except IntegrityError:
        raise CampaignRefused("该月已由他人结账。", "Somebody else has just closed this month.") from None
    FrozenCell.objects.bulk_create([FrozenCell(close=close, **cell) for cell in cells], batch_size=500)
    detail = {"month": str(month), "digest": digest, "cells": len(cells)}
    audit.record(audit.Kind.MONTH_CLOSED, by=by, about=("close", close.key), detail=detail)
    return close


def _seen_by(unit: Unit) -> list[int]:
    """The office and the city, which reads what its districts closed."""
    return sorted({unit.pk, *Unit.objects.filter(kind=Unit.Kind.CITY).values_list("pk", flat=True)})


@transaction.atomic
def reopen_month(*, key: str, reason: str, by: OfficerActor) -> None:
    """Take the newest close back while no return of it was accepted; it stays in the record with the reason."""
    check_permission(by.permissions, Permission.KEEP_LEDGERS)
    close = MonthClose.objects.select_for_update(of=("self",)).filter(unit_id=by.unit).get(key=key)
    newest = standing(by.unit or 0).first()
    if newest is None or newest.pk != close.pk:
        raise CampaignRefused(
            "只能撤销最近一次结账；更早的更正会在下一个月作为调整列示。",
            "Only the newest close can be taken back; earlier corrections appear as an adjustment.",
        )
    if Return.objects.filter(close=close, state__in=(ReturnState.SENT, ReturnState.ACCEPTED)).exists():
        raise CampaignRefused(
            "该月报表已经报送或者接收，不能撤销结账；请等退回后再撤销，或者在下一个月调整。",
            "A return of this month was sent or accepted; have it sent back first, or let it be adjusted.",
        )
    if not reason.strip():
        raise CampaignRefused("请写明撤销结账的原因。", "Please give the reason for reopening.")
    close.reopened_at, close.reopened_by_id = clock.now(), by.post_id
    close.reopened_reason = reason.strip()[:LONGEST_REASON]
    close.save(update_fields=["reopened_at", "reopened_by", "reopened_reason"])
    audit.record(
        audit.Kind.MONTH_REOPENED, by=by, about=("close", close.key), detail={"month": str(close.month)}
    )
