"""What standing adds to other pages: guidance plans and lists on the first page and in a file."""

from __future__ import annotations

from datetime import date
from typing import Any

from lantian.desk.present import listings
from lantian.desk.present import plans as shown
from lantian.office.actors import OfficerActor
from lantian.registry.models import Subject
from lantian.standing import plan_queries as plans
from lantian.standing import queries

SHOWN = 6


def due(by: OfficerActor, today: date) -> dict[str, Any]:
    """Running plans of the reader's office, what is late first, and entries of lists that end."""
    rows = plans.owed(by)
    return {
        "plans_due": [shown.plan(row, today) for row in rows[:SHOWN]],
        "plans_late": plans.late(today, by.unit).count(),
        "exits": [listings.entry(row, today) for row in queries.ending(today)[:SHOWN]],
    }


def of_subject(subject: Subject, today: date) -> dict[str, Any]:
    """Plans of a subject that the reader may see, the newest first."""
    return {"plans": [shown.plan(row, today) for row in plans.of_subject(subject)]}
