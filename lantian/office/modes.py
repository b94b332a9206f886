"""Modules per office: full (kept here), light (kept in an outside system and noted here), or off; each from a day on.

Which modules there are, what they are called and what holds by default: `rulebooks/modules.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import transaction

from lantian.core.door import in_use
from lantian.core.messages import NotAllowed, Refused, Text
from lantian.core.rulebook import Many, OneOf, Rulebook, RuleVersion, Shape
from lantian.office import audit, clock
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import ModuleMode, Unit
from lantian.office.permissions import Permission, check_permission
from lantian.office.plates import check_open

FILE, LONGEST_REASON = "modules.toml", 200
FIELDS = (
    "external_no",
    "title",
    "stage",
    "opened_on",
    "closed_on",
    "subject_name",
    "subject_no",
    "handler",
    "result",
)


class Module(StrEnum):
    """What may have to live in a compulsory system elsewhere."""

    CASES = "cases"
    INSPECTIONS = "inspections"
    COMPLAINTS = "complaints"
    APPROVALS = "approvals"


class Mode(StrEnum):
    """How an office keeps a module."""

    FULL = "full"
    LIGHT = "light"
    OFF = "off"


MODE_TEXTS: dict[Mode, Text] = {
    Mode.FULL: Text("完整：在本系统办理", "full: handled here"),
    Mode.LIGHT: Text("简化：在外部系统办理，本系统登记", "light: handled elsewhere, noted here"),
    Mode.OFF: Text("停用：不显示", "off: not shown"),
}
_LAYOUT = Many(Shape({"title": str, "field": OneOf(("", *FIELDS))}))
_MODULE = Shape(
    {
        "default": OneOf(tuple(Mode)),
        "built": OneOf(("yes", "no")),
        "systems": Many(str),
        "stages": Many(str),
        "layout": _LAYOUT,
    }
)
SHAPES = {str(module): _MODULE for module in Module}
BUILT = frozenset({Module.APPROVALS})  # modules that this program has in full


class ModeRefused(Refused):
    """A module cannot be set as asked."""


@dataclass(frozen=True)
class Wanted:
    """A mode to be set: from which day, why, and the id of the last setting on the page it was typed on (0: none)."""

    module: Module
    mode: Mode
    since: date
    reason: str
    seen: int


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read a book of modules; raises `BadRulebook`, also where it promises what this program has not."""
    rules = Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)
    for version in (each for versions in rules.versions.values() for each in versions):
        if version.values["built"] == "yes" and version.id not in BUILT:
            raise rules.fault(
                version,
                "built",
                "本程序没有这个模块的完整功能。",
                "this program has not this module in full.",
            )
        if version.values["default"] == Mode.FULL and version.values["built"] == "no":
            raise rules.fault(
                version,
                "default",
                "没有完整功能的模块不能默认为full。",
                "a module that is not built cannot be full by default.",
            )
    return rules


@in_use(FILE)
def book(text: str) -> Rulebook:
    """The book in use."""
    return read_book(text)


def rule(module: Module) -> RuleVersion:
    """What the book says of a module today."""
    return book().rule(str(module), clock.today())


def title(module: Module) -> Text:
    """The name of a module."""
    return rule(module).text


def mode_of(unit: int, module: Module, on: date | None = None) -> Mode:
    """How an office keeps a module on a day (default: today)."""
    return modes_of(unit, on)[module]


def modes_of(unit: int, on: date | None = None) -> Mapping[Module, Mode]:
    """How an office keeps every module on a day: its last setting begun by then, else the book's default."""
    day = on or clock.today()
    modes = {module: Mode(rule(module).values["default"]) for module in Module}
    for row in ModuleMode.objects.filter(unit_id=unit, since__lte=day).order_by("since", "id"):
        modes[Module(row.module)] = Mode(row.mode)
    return modes


def shown(unit: int) -> tuple[Module, ...]:
    """Modules whose outside matters an office sees today: all that are not off."""
    return tuple(module for module, mode in modes_of(unit).items() if mode is not Mode.OFF)


def settings_of(unit: int) -> list[ModuleMode]:
    """Every setting of an office, the last one first."""
    return list(ModuleMode.objects.filter(unit_id=unit).select_related("post__account").order_by("-id"))


@transaction.atomic
def set_mode(unit: Unit, wanted: Wanted, *, by: OfficerActor) -> ModuleMode:
    """Set a module of an office from a day on. An administrator sets any office's, a keeper of rules his own.

    Raises `ModeRefused` for a day gone by, a module that is not part of this program, or a page that is out of date.
    """
    _check_may(unit, by)
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    check_open(unit)
    last = ModuleMode.objects.filter(unit=unit, module=str(wanted.module)).order_by("-id").first()
    if (last.pk if last else 0) != wanted.seen:
        raise ModeRefused(
            "该模块的方式刚被他人改过，请查看后再设置。", "The module was set by somebody else; look again."
        )
    _check(unit, wanted)
    row = ModuleMode.objects.create(
        unit=unit,
        module=str(wanted.module),
        mode=str(wanted.mode),
        since=wanted.since,
        reason=wanted.reason.strip(),
        post_id=by.post_id,
        at=clock.now(),
    )
    detail = {"module": row.module, "mode": row.mode, "since": str(row.since)}
    audit.record(audit.Kind.MODE_SET, by=by, about=("unit", str(unit.pk)), detail=detail)
    return row


def _check_may(unit: Unit, by: Actor) -> None:
    if Permission.MANAGE_ACCOUNTS in by.permissions:
        return
    check_permission(by.permissions, Permission.KEEP_RULES)
    if by.unit != unit.pk:
        raise NotAllowed("只能设置本单位的模块。", "You may set the modules of your own office only.")


def _check(unit: Unit, wanted: Wanted) -> None:
    reason = wanted.reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise ModeRefused(
            f"请写明依据（{LONGEST_REASON}字以内），如要求使用某系统的通知文号。",
            f"Say why in up to {LONGEST_REASON} signs, for example the notice that prescribes a system.",
        )
    if wanted.since < clock.today():
        raise ModeRefused("起始日期不能早于今天。", "It cannot begin before today.")
    if wanted.mode is Mode.FULL and rule(wanted.module).values["built"] != "yes":
        name = title(wanted.module)
        raise ModeRefused(
            f"本系统目前没有完整的“{name.zh}”模块，请选择简化或者停用。",
            f"This program has no full module for {name.en} yet; choose light or off.",
        )
    if mode_of(unit.pk, wanted.module, wanted.since) is wanted.mode:
        raise ModeRefused(
            "该日已是这一方式，没有改动。", "It is so on that day already; nothing was changed."
        )
