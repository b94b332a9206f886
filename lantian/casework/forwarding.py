"""Forwarding what a matter says of a branch to the province of its main office, by an officer's act, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from lantian.casework import branching, crediting, measures_rules, sending_on
from lantian.casework import crediting_rules as rules
from lantian.casework.branching import HOME_OFFICE, Concerned, Party
from lantian.casework.crediting import Source
from lantian.casework.errors import CreditingRefused
from lantian.casework.measuring import Subject as About
from lantian.casework.models import Onward
from lantian.casework.sending_on import Sending
from lantian.core.competence import Field
from lantian.core.rulebook import RuleVersion
from lantian.office import clock
from lantian.office.actors import OfficerActor
from lantian.office.models import Unit
from lantian.office.permissions import Permission, check_permission
from lantian.registry import queries as registry
from lantian.registry.routing import HOME
from lantian.standing import sourcing


@dataclass(frozen=True)
class Forward:
    """What goes to the home province: about which party, of which agency, as what, on which day, by which document.

    `party` is `Concerned.id`, `province` two digits; `agency` and `province` count where the register tells neither.
    """

    party: str
    kind: str
    on: date
    document: str
    agency: str = ""
    province: str = ""
    words: str = ""


def parties(found: Source) -> list[Concerned]:
    """Parties of a matter that are branches of agencies elsewhere, or may be: the register does not say otherwise."""
    return [one for one in found.concerned if one.open]


def kinds(found: Source, on: date | None = None) -> list[RuleVersion]:
    """What a matter may be forwarded as: what it could be put on an agency's file as, by the rules of a day."""
    return rules.for_agencies(found.sorts, on or found.decided_on or clock.today())


def may_forward(by: OfficerActor) -> bool:
    """Whether an officer's office turns to other provinces, and he takes its measures."""
    units = measures_rules.receiver(HOME_OFFICE).values["units"]
    return Permission.TAKE_MEASURES in by.permissions and Unit.objects.get(pk=by.unit).kind in units


@transaction.atomic
def forward(kind: str, key: str, told: Forward, *, version: int, by: OfficerActor) -> Onward:
    """Prepare the transfer; its paper is issued, sent and received as any other. A party is forwarded once.

    Raises `CreditingRefused`, `Stale`, and what sending refuses (`MeasureRefused`, `NotAllowed`, `NoCompetence`).
    """
    check_permission(by.permissions, Permission.TAKE_MEASURES)
    found = crediting.locked(kind, key, version)
    one = next((one for one in parties(found) if one.id == told.party), None)
    if one is None:
        raise CreditingRefused(
            "该对象的总部在本市登记，请记入其信用档案。",
            "Its main office is registered here: put it on its credit file.",
        )
    _refuse_again(found, one)
    province = _province(told, one)
    return sending_on.send_on(
        Sending(
            receiver=HOME_OFFICE,
            body=body_of(province),
            field=Field.PATENT_AGENCY,
            subject=About(one.party.kind, one.party.no, one.party.name),
            matter=_matter(found, told, one),
            enclosed=_enclosed(told),
            origin=found.origin,
            also=found.seen_by,
        ),
        by=by,
    )


def body_of(province: str) -> str:
    """The IP office of a province."""
    return f"{measures_rules.provinces()[province].zh}知识产权局"


def _refuse_again(found: Source, one: Concerned) -> None:
    if branching.was_forwarded(found.origin, one.party):
        raise CreditingRefused("该事项已转送，不重复转送。", "This matter was forwarded already.")
    own = registry.find(one.party.no) if one.party.no else None
    held = [event for event in sourcing.events_from(found.origin) if own and event.subject_id == own.pk]
    if any(not sourcing.annulled(event) for event in held):
        raise CreditingRefused(
            "该事项已记入信用档案，请先撤回再转送。",
            "This matter is on a credit file; take it back before you forward it.",
        )


def _province(told: Forward, one: Concerned) -> str:
    province = (one.branch.province if one.branch else "") or told.province
    if province == HOME or province not in measures_rules.provinces():
        raise CreditingRefused(
            "请选择总部所在的外省（自治区、直辖市）。", "Choose the other province where the main office is."
        )
    return province


def _matter(found: Source, told: Forward, one: Concerned) -> str:
    rule = next((rule for rule in kinds(found, told.on) if rule.id == told.kind), None)
    if rule is None:
        raise CreditingRefused("请选择转送的事项。", "Choose what is forwarded.")
    if told.on > clock.today():
        raise CreditingRefused("日期不能晚于今天。", "The day cannot lie in the future.")
    agency = _agency(told, one)
    lines = [
        f"分支机构：{_named(one.party)}",
        f"总部：{agency}",
        f"事项：{rule.text.zh}，{told.on}",
        f"文书：{told.document.strip()}",
        f"来源：{found.document}",
    ]
    branches = branching.rule(clock.today())
    if branches is not None:
        lines.append(f"依据：{branches.text.zh}（{branches.basis.cite().zh}）")
    return "\n".join([*lines, *filter(None, [told.words.strip()])])


def _agency(told: Forward, one: Concerned) -> str:
    if one.branch is not None:
        return f"{one.branch.agency.name}（{one.branch.agency.number}）"
    if not told.agency.strip():
        raise CreditingRefused("请填写总部的名称。", "Name the main office.")
    return told.agency.strip()


def _named(party: Party) -> str:
    return f"{party.name}（{party.no}）" if party.no else party.name


def _enclosed(told: Forward) -> tuple[str, ...]:
    """What the book asks for, and the document by its number."""
    if not told.document.strip():
        raise CreditingRefused("请注明认定事实的文书。", "Name the document that establishes the fact.")
    return (*measures_rules.receiver(HOME_OFFICE).values["asks"], told.document)
