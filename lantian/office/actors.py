"""Who acts. Every write names an actor; there is no system superuser and no `None`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lantian.office.permissions import ROLES, Permission

if TYPE_CHECKING:
    from lantian.office.models import Post


@dataclass(frozen=True)
class Actor:
    """Somebody or something that acts: a name for the audit, a scope of units, permissions."""

    audit_name: str
    unit: int | None
    units: tuple[int, ...]
    permissions: frozenset[Permission]


@dataclass(frozen=True)
class OfficerActor(Actor):
    """An officer in one post; authority and scope come from the post, never from the account."""

    unit: int
    post_id: int


@dataclass(frozen=True)
class PublicActor(Actor):
    """Anybody outside, through a named channel: sees nothing that is protected."""


@dataclass(frozen=True)
class JobActor(Actor):
    """A job; `mandate` names the act that scheduled it, scope and permissions are those of that act."""

    mandate: str


def officer(post: Post) -> OfficerActor:
    """The actor of an officer's post; a role that reads no records has no scope, whatever a page asks for."""
    role = ROLES[post.role]
    return OfficerActor(
        audit_name=f"post:{post.key}",
        unit=post.unit_id,
        units=(post.unit_id,) if role.sees_records else (),
        permissions=role.permissions,
        post_id=post.pk,
    )


def public(channel: str) -> PublicActor:
    """The actor of an unknown visitor."""
    return PublicActor(audit_name=f"public:{channel}", unit=None, units=(), permissions=frozenset())


def job(name: str, *, mandate: str, on_behalf: Actor) -> JobActor:
    """The actor of a job, acting under the mandate and within the scope of whoever scheduled it."""
    return JobActor(
        audit_name=f"job:{name}",
        unit=on_behalf.unit,
        units=on_behalf.units,
        permissions=on_behalf.permissions,
        mandate=mandate,
    )


def house(name: str, *, unit: int, mandate: str) -> JobActor:
    """The actor of what the house does by itself at night within a unit's scope; it has no permission of anybody."""
    return JobActor(f"job:{name}", unit, (unit,), frozenset(), mandate=mandate)


def counting(unit: int) -> JobActor:
    """The actor that counts what hangs on a unit, within the unit's own scope; it may do nothing else."""
    return JobActor("job:counting", unit, (unit,), frozenset(), mandate=f"unit:{unit}")


def setup(name: str) -> JobActor:
    """The actor that furnishes an empty house (first units, first administrator); it has no scope."""
    return JobActor(
        f"job:{name}", None, (), frozenset({Permission.MANAGE_ACCOUNTS}), mandate=f"command:{name}"
    )
