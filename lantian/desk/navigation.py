"""The doors of the desk: which pages belong to which tab, and who sees the tab.

A page belongs to the door that holds the first word of its route's name (`lead_hand_over`: `lead`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from lantian.core.messages import Text
from lantian.desk.present.words import said
from lantian.office import modes
from lantian.office.actors import Actor, OfficerActor
from lantian.office.permissions import Permission


@dataclass(frozen=True)
class Door:
    """One tab: the page it opens, what that needs, first words of routes behind it, its key after `g`."""

    route: str
    name: Text
    needs: Permission
    words: frozenset[str]
    key: str = ""


def _door(route: str, name: Text, needs: Permission, words: str, key: str = "") -> Door:
    return Door(route, name, needs, frozenset(words.split()), key)


OUTSIDE = "outside"  # seen only where a module is kept in another system
DOORS = (
    _door("home", Text("总览", "Overview"), Permission.READ_DESK, "home", "h"),
    _door("intake", Text("数据导入", "Intake"), Permission.TAKE_IN, "intake differences"),
    _door(
        "findings",
        Text("数据比对提示", "Findings"),
        Permission.READ_FINDINGS,
        "findings finding judge screening detectors detector",
        "f",
    ),
    _door(
        "captures",
        Text("网页存证", "Captures"),
        Permission.READ_LEADS,
        "captures capture asked lexicons lexicon",
    ),
    _door("subjects", Text("监管对象库", "Subjects"), Permission.READ_FINDINGS, "subjects subject placing"),
    _door("docket", Text("线索台账", "Docket"), Permission.READ_LEADS, "docket lead", "l"),
    _door(
        "dispatches",
        Text("交办转办", "Dispatches"),
        Permission.READ_LEADS,
        "dispatches dispatch row sheet upload",
        "d",
    ),
    _door(
        "interviews",
        Text("监管措施", "Measures"),
        Permission.READ_LEADS,
        "interviews interview rectifications rectification onwards onward alerts worksheets worksheet",
    ),
    _door(
        "papers",
        Text("文书", "Papers"),
        Permission.READ_LEADS,
        "papers paper reviews mandates own",
    ),
    _door(
        "standing",
        Text("信用与名单", "Credit and lists"),
        Permission.READ_LEADS,
        "standing classes listings listing notices notice credit plans plan rulebooks rulebook completeness"
        " edition",
    ),
    _door(
        "campaign",
        Text("专项行动", "Campaign"),
        Permission.READ_LEADS,
        "campaign task instructions instruction publicity guidance sweep evaluation summaries summary stories story",
    ),
    _door(
        "ledgers",
        Text("监管台账", "Ledgers"),
        Permission.READ_LEADS,
        "ledgers ledger workbook returns return template month figures figure",
    ),
    _door(OUTSIDE, Text("外部系统事项", "Outside matters"), Permission.READ_LEADS, "outside"),
    _door(
        "unpublished",
        Text("未公开申请", "Unpublished applications"),
        Permission.READ_UNPUBLISHED,
        "unpublished",
    ),
    _door(
        "secrecy_grants", Text("未公开授权", "Grants for unpublished"), Permission.MANAGE_ACCOUNTS, "secrecy"
    ),
    _door("admin_accounts", Text("系统管理", "Administration"), Permission.MANAGE_ACCOUNTS, "admin unit"),
    _door("audit", Text("审计记录", "Audit"), Permission.READ_AUDIT, "audit"),
)


def door_of(route: str) -> Door | None:
    """The door a page lies behind; none for pages of an account and for those that belong to no room."""
    word = route.split("_")[0]
    return next((door for door in DOORS if word in door.words), None)


def doors_for(actor: Actor, route: str) -> list[dict[str, Any]]:
    """The tabs that somebody sees, the one he stands behind marked `here`: {name, href, key, here}."""
    behind = door_of(route)
    return [
        {"name": said(door.name), "href": reverse(door.route), "key": door.key, "here": door is behind}
        for door in DOORS
        if door.needs in actor.permissions and (door.route != OUTSIDE or _has_outside(actor))
    ]


def _has_outside(actor: Actor) -> bool:
    return isinstance(actor, OfficerActor) and bool(modes.shown(actor.unit))
