"""Risk alerts as pages show them: rounds, clients with the reason why they are told, papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lantian.casework.models import Alert, AlertRound
from lantian.core.competence import FIELD_TEXTS, Act, Field
from lantian.core.messages import Refused, Text
from lantian.desk.present import papers
from lantian.desk.present.words import label, language
from lantian.filings.queries import Client
from lantian.office import clock
from lantian.office.actors import OfficerActor
from lantian.office.papers import actions
from lantian.office.papers.states import STATE_TEXTS, State
from lantian.office.purposes import PURPOSE_TEXTS, Purpose

NOBODY = Text("没有要提示的客户。", "There is no client to be told.")
MISSING = Text("未起草", "not drafted yet")


def listed(row: AlertRound) -> dict[str, Any]:
    """A round in the list, with how many of its clients have their paper."""
    return _head(row) | {"told": getattr(row, "told", 0)}


def round_of(row: AlertRound) -> dict[str, Any]:
    """A round as the head of its page."""
    return _head(row) | {
        "advice": row.advice,
        "contact": row.contact,
        "field": label(FIELD_TEXTS[Field(row.field)]),
        "purpose": label(PURPOSE_TEXTS[Purpose(row.purpose.purpose)]),
        "purpose_text": row.purpose.text,
        "version": row.version,
    }


def _head(row: AlertRound) -> dict[str, Any]:
    return {
        "key": row.key,
        "number": row.number,
        "agency": row.agency_name,
        "agency_no": row.agency_no,
        "matter": row.matter,
        "office": row.unit.name(language()),
        "clients": row.clients,
        "opened_on": row.opened_on,
    }


def client(one: Client, out: set[str]) -> dict[str, Any]:
    """A client in the list to be looked at."""
    return {
        "name": one.name,
        "number": one.number,
        "person": one.person,
        "filings": one.filings,
        "last": one.last,
        "out": one.name in out,
    }


def alert(row: Alert, own: bool) -> dict[str, Any]:
    """One client of a round with his paper; another office opens it once it is issued."""
    paper = row.paper
    state = paper.state if paper else ""
    return {
        "client": row.client,
        "client_no": row.client_no,
        "filings": row.filings,
        "paper": paper.key if paper and (own or state == State.ISSUED) else "",
        "number": (paper.number or "") if paper else "",
        "state": state or "waiting",
        "state_label": label(STATE_TEXTS[State(state)]) if state else label(MISSING),
    }


def counts(found: Mapping[str, int]) -> list[dict[str, Any]]:
    """How many papers stand where, in the order of their road."""
    states = [("", MISSING), *((str(state), text) for state, text in STATE_TEXTS.items())]
    return [
        {"state": state or "waiting", "label": label(text), "count": found[state]}
        for state, text in states
        if found.get(state)
    ]


def plates(by: OfficerActor, field: Field, typed: str) -> list[dict[str, Any]]:
    """Plates to choose among; empty when nothing has to be asked, or the matrix refuses (the act says why)."""
    try:
        choices = actions.plates_for(by, Act.RISK_ALERT, field, on=clock.today())
    except Refused:
        return []
    chosen = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None
    return [papers.plate(one, chosen) for one in choices] if len(choices) > 1 else []
