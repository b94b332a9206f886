"""What standing tells the ledger of public notices: an entry in a list has to be published, an ended one taken down."""

from __future__ import annotations

from datetime import date

from lantian.core import lists
from lantian.core.competence import Field
from lantian.core.lists import Spell
from lantian.core.rulebook import Confidence
from lantian.office.actors import Actor, OfficerActor
from lantian.publicity import actions as publicity
from lantian.publicity.actions import Fallen, Owed, Told
from lantian.publicity.states import Cause
from lantian.standing.citing import cited
from lantian.standing.models import ListEntry


def owe(row: ListEntry, stay: Spell, law: Field, by: OfficerActor) -> None:
    """The decision to list, in its own transaction; a list that is internal makes no duty.

    The reason of the proposal stays inside: what the party did is told by the ground of the rule. What nobody has
    read in the instrument, its article or its term, is left out of the text: an officer types it.
    """
    assert row.decided_on is not None
    rule = lists.book().rule(row.list_id, row.decided_on)
    if rule.values["published"] != "yes":
        return
    ground = next(one for one in rule.values["grounds"] if one["code"] == row.ground)
    last = stay.last if "repair_at_end" not in rule.values else None
    fields = {
        "act": ground["text_zh"],
        "legal_basis": cited(rule, ground),
        "content": "，".join(filter(None, (f"列入{rule.text.zh}", _term(stay)))),
    }
    told = Told(law=law, fields={name: text for name, text in fields.items() if text}, longest=last)
    about, subject = ("listing", row.key), row.subject.key
    publicity.owe(Owed(about, row.list_id, subject, row.document, row.decided_on, told), by=by)


def take_down(row: ListEntry, on: date, by: Actor, document: str = "") -> None:
    """The stay has ended, by decision or by itself: what is published of it is taken down."""
    publicity.fall_away(about=("listing", row.key), fallen=Fallen(Cause.REMOVED, on, document), by=by)


def _term(stay: Spell) -> str:
    if stay.permanent:
        return "永久"
    if stay.last and stay.confidence is not Confidence.TEXT:
        return ""
    return f"期限至{stay.last}" if stay.last else "至依法移出"
