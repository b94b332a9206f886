"""Writes of the registry."""

from __future__ import annotations

from django.db import transaction

from lantian.office import audit, clock
from lantian.office.actors import Actor
from lantian.registry import queries
from lantian.registry.errors import MergeRefused
from lantian.registry.models import Subject, SubjectAlias


@transaction.atomic
def merge(*, old: Subject, kept: Subject, by: Actor) -> SubjectAlias:
    """Record that `old` is `kept`; nothing is re-keyed, `part` undoes it."""
    kept = queries.resolve(kept)
    if queries.resolve(old) == kept:
        raise MergeRefused("两者已经是同一对象。", "Both are the same subject already.")
    if SubjectAlias.objects.filter(old=old).exists():
        raise MergeRefused(
            "该对象已并入其他对象；请先撤销。", "It is merged into another one; undo that first."
        )
    alias = SubjectAlias.objects.create(old=old, kept=kept, since=clock.now(), by=by.audit_name)
    audit.record(audit.Kind.SUBJECTS_MERGED, by=by, about=("subject", kept.key), detail={"old": old.key})
    return alias


@transaction.atomic
def part(*, alias: SubjectAlias, by: Actor) -> None:
    """Undo a merge; that it was made stays visible."""
    alias.parted_at = clock.now()
    alias.save(update_fields=["parted_at"])
    detail = {"old": alias.old.key}
    audit.record(audit.Kind.SUBJECTS_PARTED, by=by, about=("subject", alias.kept.key), detail=detail)
