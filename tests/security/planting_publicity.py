"""The mark in everything that is kept of public notices, what stays in the house included."""

from __future__ import annotations

from collections.abc import Sequence

from lantian.core.competence import Field
from lantian.core.publicity import Profile
from lantian.office import audit, clock
from lantian.office.actors import Actor
from lantian.office.scope import scoped
from lantian.publicity import actions, deciding, publishing, queries, reviewing
from lantian.publicity.actions import Fallen, Owed, Told
from lantian.publicity.deciding import Draft
from lantian.publicity.models import Notice
from lantian.publicity.publishing import Placed
from lantian.publicity.states import Cause
from tests.personas import officer


def plant_publicity(mark: str, units: Sequence[int], everybody: Actor) -> dict[str, str]:
    """Plant a notice that was published and that somebody asks to take down; its key by the first word of a route."""
    by, other, today = officer("city"), officer("marks"), clock.today()
    fields = dict.fromkeys(("act", "facts", "content", "phone"), mark)
    with scoped(by):
        told = Told(name=mark, number=mark, profile=Profile.PERSON, law=Field.UNLICENSED, fields=fields)
        row = actions.owe(Owed(("outside", "planted"), "penalty", "", mark, today, told), by=by)
        assert row is not None
        draft = Draft(deciding.first_draft(row), "ordinary", reason=mark)
        digest = deciding.preview(row, draft).digest
        text = deciding.prepare(key=row.key, draft=draft, digest=digest, version=row.version, by=by)
    with scoped(other):
        row = deciding.approve(key=row.key, digest=text.digest, version=row.version + 1, by=other)
    with scoped(by):
        row = publishing.publish(key=row.key, placed=Placed("site", today, row.version, mark, mark), by=by)
        fallen = Fallen(Cause.ANNULLED, today, mark)
        row = reviewing.ask(key=row.key, fallen=fallen, version=row.version, by=by)
        assert queries.text_of(row) is not None
    with scoped(everybody):
        audit.record(audit.Kind.NOTICE_MOVED, by=by, about=("notice", row.key))
        assert Notice.objects.filter(pk=row.pk).update(seen_by=sorted(units)) == 1
    return {"notice": row.key}
