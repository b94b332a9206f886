"""Who is who among applicants of published applications, kept from run to run so that ids stay.

What is kept is public: name and address, or name and number. A phone that a case brought ties mentions within the
runs of that case and is not kept. Jobs of screening never run at the same time: nobody renews beside another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl
from django.db.models import QuerySet

from lantian.detect import contacts
from lantian.detect.columns import readied
from lantian.detect.identity import PEOPLE
from lantian.detect.known import CHANGES, FIRMS, Known
from lantian.office import audit, clock
from lantian.office.actors import Actor
from lantian.screening.models import IdentityChange, Mention

TABLE = "identities"
STEP = 5_000


def persons_frame(names: Sequence[str] | None = None) -> pl.DataFrame:
    """The canonical table `identities`: persons without a number, in the order taken in; all, or those so named."""
    kept = _kept(Mention.Kind.PERSON)
    kept = kept if names is None else kept.filter(name__in=names)
    rows = list(kept.values_list("name", "address", "identity"))
    schema = {name: PEOPLE[name] for name in ("name", "address", "id")}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(phone=pl.lit(None, pl.String)).select(*PEOPLE)


def renew(held: Mapping[str, pl.DataFrame], *, about: str, by: Actor) -> pl.DataFrame:
    """Take the applicants of the tables held (patents, companies) into what is known; return `persons_frame`.

    `about` is the job that needs them. The companies must be all that are held: a name has its number by them.
    """
    patents, _ = readied("patents", held.get("patents"), contacts.PATENTS.all)
    companies, _ = readied("companies", held.get("companies"), contacts.COMPANIES.all)
    before = _known()
    after = contacts.resolved(patents, companies, before)
    told = after.changes[before.changes.height :]
    counts = {
        "persons": _store(Mention.Kind.PERSON, before.persons, after.persons),
        "firms": _store(Mention.Kind.FIRM, before.firms, after.firms),
        "changed": told.height,
    }
    at = clock.now()
    IdentityChange.objects.bulk_create(
        [IdentityChange(**row, at=at) for row in told.iter_rows(named=True)], batch_size=STEP
    )
    if any(counts.values()):
        audit.record(audit.Kind.IDENTITIES_RESOLVED, by=by, about=("job", about), detail=counts)
    return after.persons


def _known() -> Known:
    """What is known, without the changes of earlier days: they are kept to be read by people."""
    rows = list(_kept(Mention.Kind.FIRM).values_list("name", "number", "identity"))
    return Known(
        persons_frame(), pl.DataFrame(rows, schema=FIRMS, orient="row"), pl.DataFrame(schema=CHANGES)
    )


def _kept(kind: Mention.Kind) -> QuerySet[Mention]:
    return Mention.objects.filter(kind=kind).order_by("id")


def _store(kind: Mention.Kind, before: pl.DataFrame, after: pl.DataFrame) -> int:
    """Keep new mentions and the ids that moved; the rows of before come first in after. Returns how many are new."""
    moved = after["id"][: before.height].ne_missing(before["id"])
    if moved.any():
        keys = list(_kept(kind).values_list("pk", flat=True))
        changed = pl.DataFrame({"pk": keys, "id": after["id"][: before.height]}).filter(moved)
        rows = [Mention(pk=pk, identity=id) for pk, id in changed.iter_rows()]
        Mention.objects.bulk_update(rows, ["identity"], batch_size=STEP)
    fresh = after[before.height :]
    Mention.objects.bulk_create(_mentions(kind, fresh.iter_rows(named=True)), batch_size=STEP)
    return fresh.height


def _mentions(kind: Mention.Kind, rows: Iterable[Mapping[str, str | None]]) -> list[Mention]:
    return [
        Mention(
            kind=kind,
            name=row["name"] or "",
            address=row.get("address"),
            number=row.get("number"),
            identity=row["id"] or "",
        )
        for row in rows
    ]
