"""What hangs on a unit and keeps it from being closed; every room answers for its own records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import F, Q

from lantian.core.messages import Text
from lantian.office import actors, clock
from lantian.office.models import Paper, Post, Unit
from lantian.office.papers.states import State
from lantian.office.papers.template import shipped
from lantian.office.scope import scoped

NAMED = 5  # so many are named one by one


@dataclass(frozen=True)
class Holding:
    """Records of one kind that hang on a unit: how many, and the first of them as (words, key).

    `kind` is the kind of record as the audit names it.
    """

    kind: str
    what: Text
    count: int
    first: tuple[tuple[Text, str], ...]


Asker = Callable[[Unit], Holding]
_ASKERS: list[Asker] = []


def register(asker: Asker) -> None:
    """Let a room say what of its records hangs on a unit; it does so when the application starts."""
    _ASKERS.append(asker)


def of(unit: Unit) -> tuple[Holding, ...]:
    """Everything that hangs on a unit, asked in the unit's own scope: the administrator sees none of it else."""
    by = actors.counting(unit.pk)
    with scoped(by):
        found = [ask(unit) for ask in (_posts, _units, _papers, *_ASKERS)]
    return tuple(one for one in found if one.count)


def holding(kind: str, what: Text, rows: Iterable[tuple[Text, str]]) -> Holding:
    """All records of a kind by (words, key), the first of them named."""
    rows = tuple(rows)
    return Holding(kind, what, len(rows), rows[:NAMED])


def _posts(unit: Unit) -> Holding:
    still = Q(valid_to=None) | Q(valid_to__gt=clock.today())
    posts = Post.objects.filter(still, unit=unit).exclude(valid_to=F("valid_from")).select_related("account")
    rows = [(Text(post.account.name, post.account.name), post.account.key) for post in posts.order_by("id")]
    return holding("post", Text("未结束的岗位", "open posts"), rows)


def _units(unit: Unit) -> Holding:
    below = unit.children.filter(closed_on=None).order_by("id")
    rows = [(Text(one.name_zh, one.name_en), str(one.pk)) for one in below]
    return holding("unit", Text("下级单位", "units below it"), rows)


def _papers(unit: Unit) -> Holding:
    waiting = Paper.objects.filter(unit=unit, state__in=[State.DRAFT, State.APPROVED]).order_by("id")
    return holding(
        "paper",
        Text("未印发的文书", "papers not issued"),
        [(shipped(one.kind).name, one.key) for one in waiting],
    )
