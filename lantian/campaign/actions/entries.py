"""Publicity and guidance: one entry at a time, never edited, struck with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db import transaction

from lantian.campaign.actions.checks import name_of, not_future, said, seen_by
from lantian.campaign.errors import CampaignRefused
from lantian.campaign.models import GuidancePush, PublicityItem, SweepEntry
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.models import StoredFile
from lantian.office.permissions import Permission, check_permission

Added = TypeVar("Added", PublicityItem, GuidancePush)
Entry = PublicityItem | GuidancePush | SweepEntry
ABOUT = {PublicityItem: "publicity", GuidancePush: "guidance", SweepEntry: "sweep"}
MODELS: dict[str, type[Entry]] = {
    "publicity": PublicityItem,
    "guidance": GuidancePush,
    "sweep": SweepEntry,
}


@dataclass(frozen=True)
class Publicity:
    """One act of publicity or training; without link or picture it lacks proof."""

    kind: str
    title: str
    outlet: str
    on: date | None
    link: str = ""
    picture: StoredFile | None = None
    persons: int | None = None


@dataclass(frozen=True)
class Guidance:
    """One enterprise and what it was told."""

    group: str
    enterprise: str
    told: str
    on: date | None
    enterprise_no: str = ""
    officer: str = ""
    proof: StoredFile | None = None


@transaction.atomic
def add_publicity(*, given: Publicity, by: OfficerActor) -> PublicityItem:
    """Enter an act of publicity."""
    check_permission(by.permissions, Permission.KEEP_LEDGERS)
    if given.kind not in PublicityItem.Kind.values:
        raise CampaignRefused("请选择宣传类别。", "Choose the kind of publicity.")
    if given.link and not given.link.startswith(("https://", "http://")):
        raise CampaignRefused(
            "链接应以 http:// 或 https:// 开头。", "A link begins with http:// or https://."
        )
    row = PublicityItem.objects.create(
        kind=given.kind,
        title=said(given.title, "请填写标题或主题。", "Give the title or the theme.")[:160],
        outlet=said(given.outlet, "请填写媒体或场所。", "Name the outlet or the place.")[:80],
        on=not_future(given.on),
        link=given.link[:500],
        picture=given.picture,
        persons=given.persons,
        unit_id=by.unit,
        post_id=by.post_id,
        at=clock.now(),
        seen_by=seen_by(by.unit),
    )
    return _added(row, by)


@transaction.atomic
def add_guidance(*, given: Guidance, by: OfficerActor) -> GuidancePush:
    """Enter that an enterprise was told how to choose an agency."""
    check_permission(by.permissions, Permission.KEEP_LEDGERS)
    if given.group not in GuidancePush.Group.values:
        raise CampaignRefused("请选择企业类别。", "Choose the group of the enterprise.")
    row = GuidancePush.objects.create(
        group=given.group,
        enterprise_no=given.enterprise_no.strip()[:40],
        enterprise=said(given.enterprise, "请填写企业名称。", "Name the enterprise.")[:200],
        told=said(given.told, "请写明告知了什么。", "Say what was told."),
        on=not_future(given.on),
        officer=(given.officer.strip() or name_of(by))[:40],
        proof=given.proof,
        unit_id=by.unit,
        post_id=by.post_id,
        at=clock.now(),
        seen_by=seen_by(by.unit),
    )
    return _added(row, by)


@transaction.atomic
def strike(*, kind: str, key: str, reason: str, by: OfficerActor) -> Entry:
    """Strike an entry of one's own office: it stays in the record and leaves the ledger."""
    check_permission(by.permissions, Permission.KEEP_LEDGERS)
    row: Entry = MODELS[kind].objects.select_for_update(of=("self",)).get(key=key)
    if row.unit_id != by.unit:
        raise CampaignRefused("只能撤销本单位的条目。", "Only an entry of your own office can be struck.")
    if row.struck_at is not None:
        raise CampaignRefused("该条目已撤销。", "This entry is struck already.")
    row.struck_reason = said(reason, "请写明撤销理由。", "Give the reason.")[:200]
    row.struck_at, row.struck_by_id = clock.now(), by.post_id
    row.save(update_fields=["struck_reason", "struck_at", "struck_by"])
    audit.record(audit.Kind.ENTRY_STRUCK, by=by, about=(kind, row.key))
    return row


def _added(row: Added, by: OfficerActor) -> Added:
    audit.record(audit.Kind.ENTRY_ADDED, by=by, about=(ABOUT[type(row)], row.key))
    return row
