"""The audit: an event for every act, sealed afterwards into a hash chain.

An act only inserts its event; no shared head is touched, so acts never wait for each other. The sealer links
committed events in (epoch, transaction, id) order; an epoch is a cluster that counts transactions (`epochs`).
It takes only events of transactions older than every running one, so no event can appear later in a place
already passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from lantian.core import chain
from lantian.office import clock
from lantian.office.actors import Actor
from lantian.office.audit_kinds import KIND_TEXTS as KIND_TEXTS
from lantian.office.audit_kinds import Kind as Kind
from lantian.office.models import AuditEvent, AuditLink

SEALER_LOCK = 7_120_000  # any constant: one sealer at a time
BATCH = 5_000
# A transaction may run for minutes in any database of the cluster; what waits longer has another reason.
UNSEALED_LIMIT = timedelta(minutes=10)


@dataclass(frozen=True)
class State:
    """What a verification found; `ok` is false when something does not hold.

    `first_bad` is the place of the link, event or published head that does not; `late` says that an event has
    waited for its place longer than `UNSEALED_LIMIT`.
    """

    ok: bool
    events: int
    sealed: int
    unsealed: int
    unsealed_seconds: float
    head: str
    first_bad: int | None
    late: bool


def record(
    kind: Kind, *, by: Actor, about: tuple[str, str], detail: Mapping[str, Any] | None = None
) -> AuditEvent:
    """Leave the event of an act in the act's own transaction.

    `about` is (kind of record, its key); `detail` holds keys, counts and digests only, never names or text.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an act and its event belong into one transaction")
    event = AuditEvent(
        at=clock.now(),
        actor=by.audit_name,
        unit=by.unit,
        kind=str(kind),
        about_kind=about[0],
        about_key=about[1],
        detail=dict(detail or {}),
    )
    event.digest = chain.digest_of(content(event))
    event.save(force_insert=True)
    return event


def content(event: AuditEvent) -> dict[str, Any]:
    """The content of an event that its digest covers, reproducible from the row."""
    return {
        "at": _instant(event.at),
        "actor": event.actor,
        "unit": event.unit,
        "kind": event.kind,
        "about": [event.about_kind, event.about_key],
        "detail": event.detail,
    }


def seal() -> int:
    """Link every event that no running transaction can precede; return how many were linked."""
    sealed = 0
    while True:
        with transaction.atomic():
            count = _seal_batch()
        sealed += count
        if count < BATCH:
            return sealed


def verify(published: Mapping[int, str] | None = None) -> State:
    """Recompute the whole chain from the rows, compare it with heads published earlier, report the tail."""
    verdict = chain.verify(sealed_links(), published)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(extract(epoch FROM %s - min(e.at)), 0)"
            " FROM office_auditevent e LEFT JOIN office_auditlink l ON l.event_id = e.id WHERE l.seq IS NULL",
            [clock.now()],
        )
        unsealed, age = cursor.fetchone()
    late = age > UNSEALED_LIMIT.total_seconds()
    links = AuditLink.objects.count()
    return State(
        ok=verdict.ok and not late,
        events=links + unsealed,
        sealed=links,
        unsealed=unsealed,
        unsealed_seconds=round(float(age), 1),
        head=verdict.head,
        first_bad=verdict.first_bad,
        late=late,
    )


def length() -> tuple[int, str]:
    """How many events the chain holds, and its head, as stored: nothing is recomputed."""
    last = AuditLink.objects.order_by("-seq").first()
    return (last.seq, last.digest) if last else (0, chain.ORIGIN)


def sealed_links() -> Iterator[chain.Link]:
    """The chain in order, each link with the content of its event."""
    for link in AuditLink.objects.select_related("event").order_by("seq").iterator(chunk_size=BATCH):
        yield chain.Link(seq=link.seq, event=content(link.event), digest=link.digest)


def history(about_kind: str, about_key: str) -> list[AuditEvent]:
    """Events about one record, oldest first."""
    return list(AuditEvent.objects.filter(about_kind=about_kind, about_key=about_key).order_by("id"))


def _seal_batch() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        last = AuditLink.objects.order_by("-seq").first()
        seq, head = (last.seq, last.digest) if last else (0, chain.ORIGIN)
        cursor.execute(_UNSEALED, {"after": last.event_id if last else None, "limit": BATCH})
        rows = cursor.fetchall()
    links = []
    for seq, (event_id, digest) in enumerate(rows, start=seq + 1):  # noqa: B020 - continues the count
        head = chain.link_digest(head, seq, digest)
        links.append(AuditLink(seq=seq, event_id=event_id, digest=head))
    AuditLink.objects.bulk_create(links)
    return len(links)


_UNSEALED = """
SELECT e.id, e.digest FROM office_auditevent e
WHERE (e.xid < pg_snapshot_xmin(pg_current_snapshot()) OR e.epoch < (SELECT max(number) FROM office_epoch))
  AND (%(after)s::bigint IS NULL
       OR (e.epoch, e.xid, e.id) > (SELECT epoch, xid, id FROM office_auditevent WHERE id = %(after)s::bigint))
ORDER BY e.epoch, e.xid, e.id LIMIT %(limit)s
"""


def _instant(moment: datetime) -> str:
    return moment.astimezone(clock.CHINA).isoformat(timespec="microseconds")
