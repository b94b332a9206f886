"""A subject that moves to another district: its standing follows, so that its new office sees all of it.

The rule, for public notices about it as well: whoever saw a record goes on seeing it, the district that keeps the
subject now sees every record of it, also the earlier ones; what is recorded from now on is seen by the new district and
the city. A running plan is taken over by an act of the new office (`planning.entrust`). It is done with a placing by
hand, and every night for whatever moved in between.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from lantian.office import audit, jobs
from lantian.office.actors import Actor
from lantian.office.papers import actions as papers
from lantian.publicity.models import Notice
from lantian.registry.models import Subject
from lantian.standing import queries
from lantian.standing.models import (
    ConfirmedFact,
    CreditEvent,
    GuidancePlan,
    ListEntry,
    ListSpell,
    Objection,
    Reckoning,
    Repair,
    SupervisionClass,
)

KEPT = (
    CreditEvent, Reckoning, Repair, Objection, ConfirmedFact, SupervisionClass, ListEntry, ListSpell, GuidancePlan,
    Notice,
)  # fmt: skip
TABLES = tuple(model._meta.db_table for model in KEPT)
JOB = "standing_follow"
# Records whose subject has an office that does not see them; a district's office bears the number of its district.
BEHIND = """
SELECT kept.subject_id FROM {} kept JOIN registry_subject subject ON subject.id = kept.subject_id
JOIN office_unit office ON office.id::text = subject.district_code
WHERE NOT kept.seen_by @> ARRAY[office.id]
"""
SHOW = """
UPDATE {} SET seen_by = ARRAY(SELECT DISTINCT one FROM unnest(seen_by || %s::bigint[]) one ORDER BY one)
WHERE subject_id = %s AND NOT seen_by @> %s::bigint[]
"""
FILES = """
UPDATE office_storedfile SET seen_by = ARRAY(SELECT DISTINCT one FROM unnest(seen_by || %s::bigint[]) one ORDER BY one)
WHERE id IN (SELECT file_id FROM standing_listpaper paper JOIN standing_listentry entry ON entry.id = paper.entry_id
             WHERE entry.subject_id = %s) AND NOT seen_by @> %s::bigint[]
"""


def behind() -> list[int]:
    """Subjects with a record that their present office does not see, as far as the reader sees the record."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(map(BEHIND.format, TABLES)))
        return sorted(row[0] for row in cursor.fetchall())


@transaction.atomic
def follow(subjects: Sequence[Subject], *, by: Actor) -> int:
    """Let the present keepers of each subject see every record of it; return how many subjects that concerned."""
    keepers, moved = queries.keepers_of(subjects), 0
    for subject in subjects:
        units = keepers[subject.pk]
        shown = _show(subject.pk, units)
        if not shown:
            continue
        for key in ListEntry.objects.filter(subject=subject).values_list("key", flat=True):
            papers.share(("listing", key), units, by=by)
        detail = {"units": units, "records": shown}
        audit.record(audit.Kind.STANDING_FOLLOWED, by=by, about=("subject", subject.key), detail=detail)
        moved += 1
    return moved


@jobs.job(JOB)
def follow_all(running: jobs.Running) -> None:
    """The job, a subject a step; run again it finds only who is still behind."""
    with running.step():
        ids = behind()
    for count, pk in enumerate(ids, start=1):
        with running.step():
            follow([Subject.objects.get(pk=pk)], by=running.actor)
            running.advance("follow", count, len(ids))


def _show(subject: int, units: list[int]) -> int:
    shown = 0
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(SHOW.format(table), [units, subject, units])
            shown += cursor.rowcount
        cursor.execute(FILES, [units, subject, units])
    return shown
