"""Rule books of the rooms, put on the core's shelf at start: each with the reader of its room."""

from __future__ import annotations

from lantian.campaign import rules as campaign
from lantian.campaign.figures import book as figures
from lantian.campaign.summary import rules as summary
from lantian.casework import crediting_rules as crediting
from lantian.casework import measures_rules as measures
from lantian.core import shelf
from lantian.dispatch import book as dispatch
from lantian.filings.captures import rules as captures
from lantian.office import modes, purposes
from lantian.registry import routing
from lantian.screening import ranking

ROOMS = {
    "crediting": crediting,
    "measures": measures,
    "routing": routing,
    "dispatch": dispatch,
    "figures": figures,
    "summary": summary,
    "campaign": campaign,
    "ranking": ranking,
    "modules": modes,
    "persons": purposes,
    "captures": captures,
}


def begin() -> None:
    """Put them all on the shelf; doing it again changes nothing."""
    for id, room in ROOMS.items():
        shelf.add(id, room.read_book, room.SHAPES)
