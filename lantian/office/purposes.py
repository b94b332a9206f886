"""Purpose at bulk queries of persons: asked before a long list of natural persons is shown, then held for the day.

个人信息保护法 arts. 6 and 34 ask for a definite purpose within statutory duties; from how many persons on we ask
is our own rule (`rulebooks/persons.toml`). A statement covers one scope: a kind of list, or one agency's staff
or clients.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from django.db import transaction

from lantian.core.chain import digest_of
from lantian.core.door import in_use
from lantian.core.messages import Refused, Text
from lantian.core.rulebook import AtLeast, Rulebook, RuleVersion, Shape
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.models import PurposeStatement
from lantian.office.permissions import Permission, check_permission

FILE = "persons.toml"
SHAPES: Mapping[str, Shape] = {"ground": Shape(), "bulk": Shape({"limit": AtLeast(1), "unit": str})}
LONGEST = 200  # signs of a purpose in words
SUBJECTS, SEARCH = "subjects", "search"
_SCOPE = re.compile(r"subjects|search|(agency|clients):[0-9A-Za-z]{26}")


class Purpose(StrEnum):
    """What a list of persons is wanted for."""

    LEAD = "lead"
    CASE = "case"
    INSPECTION = "inspection"
    REPORT = "report"
    OTHER = "other"


PURPOSE_TEXTS: dict[Purpose, Text] = {
    Purpose.LEAD: Text("核查线索", "verify leads"),
    Purpose.CASE: Text("办理案件", "handle cases"),
    Purpose.INSPECTION: Text("双随机检查", "random inspection"),
    Purpose.REPORT: Text("报表统计", "reports and statistics"),
    Purpose.OTHER: Text("其他（请写明）", "something else (say what)"),
}


class PurposeRefused(Refused):
    """A purpose cannot be stated as it was."""


def rule(name: str) -> RuleVersion:
    """A rule of the book in force today."""
    return _book().rule(name, clock.today())


def limit() -> int:
    """How many natural persons a list may show without a purpose."""
    return int(rule("bulk").values["limit"])


def of_agency(key: str) -> str:
    """The scope of one agency's staff."""
    return f"agency:{key}"


def of_clients(key: str) -> str:
    """The scope of one agency's clients."""
    return f"clients:{key}"


@transaction.atomic
def state(*, scope: str, purpose: str, text: str, by: OfficerActor) -> PurposeStatement:
    """Say for what a post looks at lists of a scope until the end of the day; raises `PurposeRefused`."""
    check_permission(by.permissions, Permission.READ_DESK)
    words = text.strip()[:LONGEST]
    _check(scope, purpose, words)
    statement = PurposeStatement.objects.create(
        post_id=by.post_id,
        scope=scope,
        purpose=purpose,
        text=words,
        at=clock.now(),
        valid_to=clock.today() + timedelta(days=1),
    )
    detail = {"scope": scope, "purpose": purpose, "text": digest_of({"text": words})}
    audit.record(audit.Kind.PURPOSE_STATED, by=by, about=("purpose", statement.key), detail=detail)
    return statement


def in_force(*, scope: str, by: OfficerActor) -> PurposeStatement | None:
    """What the post stated last today for a scope."""
    today = clock.today()
    stated = PurposeStatement.objects.filter(post_id=by.post_id, scope=scope)
    # Bounded on both sides: a clock set back (`LANTIAN_TODAY`) revives nothing.
    return stated.filter(valid_to__gt=today, valid_to__lte=today + timedelta(days=1)).order_by("-id").first()


@transaction.atomic
def may_list(*, persons: int, scope: str, query: Mapping[str, str], by: OfficerActor) -> bool:
    """Whether a list of so many natural persons may be shown now; a long one that may leaves an event.

    `query` is what was asked for; the event keeps its digest only, for it may hold a name.
    """
    if persons <= limit():
        return True
    statement = in_force(scope=scope, by=by)
    if statement is None:
        return False
    detail = {"scope": scope, "persons": persons, "query": digest_of(query)}
    audit.record(audit.Kind.PERSONS_LISTED, by=by, about=("purpose", statement.key), detail=detail)
    return True


def _check(scope: str, purpose: str, words: str) -> None:
    if not _SCOPE.fullmatch(scope):
        raise PurposeRefused("没有这样的名单。", "There is no such list.")
    if purpose not in list(Purpose):
        raise PurposeRefused("请选择查看名单的用途。", "Please choose what the list is for.")
    if purpose == Purpose.OTHER and not words:
        raise PurposeRefused("选择“其他”时请写明用途。", "If it is something else, please say what for.")


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read a book about lists of natural persons; raises `BadRulebook`."""
    return Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)


@in_use(FILE)
def _book(text: str) -> Rulebook:
    return read_book(text)
