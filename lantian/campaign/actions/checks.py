"""What every act of the room asks first: whose it is, which version was seen, which days can be meant."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from lantian.campaign.errors import CampaignRefused, Stale
from lantian.campaign.models import Instruction, Story, Summary, Task
from lantian.casework.queries import city
from lantian.office import clock
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import Post, Unit

Moving = TypeVar("Moving", Instruction, Story, Summary, Task)


def seen_by(*units: int) -> list[int]:
    """Who sees a record of some offices: they and the city."""
    return sorted({*units, city().pk})


def said(words: str, zh: str, en: str) -> str:
    """Words without blanks around; refused when nothing is said."""
    if not words.strip():
        raise CampaignRefused(zh, en)
    return words.strip()


def not_future(on: date | None) -> date:
    """A day that has come."""
    if on is None:
        raise CampaignRefused("请填写日期，写法如 2026-11-22。", "Give the day, written as 2026-11-22.")
    if on > clock.today():
        raise CampaignRefused("日期不能晚于今天。", "The day cannot lie in the future.")
    return on


def fresh(row: Moving, version: int) -> Moving:
    """Refuse a page older than the record."""
    if row.version != version:
        at, name = row.changed_at.astimezone(clock.CHINA), row.changed_by.account.name
        raise Stale(
            f"{name}已于 {at:%m月%d日 %H:%M} 处理；请查看最新情况后再操作。",
            f"{name} acted on it on {at:%d %B at %H:%M}; look at it again before you act.",
        )
    return row


def changed(row: Moving, by: OfficerActor, *fields: str) -> None:
    """Save a record's new state with who changed it."""
    row.version += 1
    row.changed_at, row.changed_by_id = clock.now(), by.post_id
    row.save(update_fields=["state", "version", "changed_at", "changed_by", *fields])


def name_of(by: OfficerActor) -> str:
    """The officer's name."""
    return Post.objects.select_related("account").get(pk=by.post_id).account.name


def own_or_directed(by: Actor, owner: Unit, directs: bool) -> None:
    """An officer enters things for his own office; for another one only who directs the campaign."""
    if by.unit != owner.pk and not directs:
        raise CampaignRefused(
            "只能为本单位登记；向其他单位部署由市局办理。",
            "You may enter this for your own office only; the city directs other offices.",
        )
