"""Competence asked of a post: the matrix that comes with the program and the rows that offices loaded.

An office loads its mandates as whole versions, which hold once a second person approves them. What a version
says is dated by its rows (true in the world); from when on it was held, its approval says (known by us).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import transaction

from lantian.core import competence, mandates
from lantian.core.competence import Act, CompetenceMatrix, Field, Grant, Issuer, NoCompetence, Row
from lantian.core.messages import NotAllowed, Refused
from lantian.core.rulebook import shipped
from lantian.office import audit, clock
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import MandateApproval, MandateBook, Post, Unit
from lantian.office.permissions import Permission, check_permission


class MandateRefused(Refused):
    """A version of mandates cannot be loaded or approved as asked."""


def may(actor: Actor, act: Act, field: Field, on: date | None = None) -> Grant:
    """The grant under which the actor's office may do an act in a field (default: today).

    Raises `NoCompetence`; an actor without an office may do nothing.
    """
    if actor.unit is None:
        raise NotAllowed("没有单位的账号不能实施监管行为。", "An account without an office performs no acts.")
    unit = Unit.objects.get(pk=actor.unit)
    return competence.ask(matrix(), act, field, unit.pk, unit.kind, on or clock.today())


def matrix(known: datetime | None = None) -> CompetenceMatrix:
    """The matrix as held at a moment (default: now)."""
    return competence.matrix().with_rows(row for book in held(known) for row in _rows(book))


def held(known: datetime | None = None) -> list[MandateBook]:
    """The version of every office's own rows that was held at a moment: the one approved last."""
    approvals = MandateApproval.objects.select_related("book__unit").order_by("at", "id")
    if known is not None:
        approvals = approvals.filter(at__lte=known)
    return list({approval.book.unit_id: approval.book for approval in approvals}.values())


def versions(unit_id: int) -> list[MandateBook]:
    """Every version an office loaded, the newest first, approved or not."""
    related = ("post__account", "approval__post__account")
    return list(MandateBook.objects.filter(unit_id=unit_id).select_related(*related).order_by("-number"))


def issuer_of(grant: Grant, unit: Unit) -> Unit:
    """The office in whose name a grant lets its holder act; raises `NoCompetence` when it does not exist."""
    if grant.issuer is Issuer.SELF:
        return unit
    principal = Unit.objects.filter(pk=grant.principal or 0)
    found = unit.parent if grant.issuer is Issuer.PARENT else principal.first()
    if found is None:
        raise NoCompetence(
            "权责清单写明以上级或者委托机关名义行事，但系统中没有该机关；请先登记该单位。",
            "The matrix says to act in the name of a parent or principal that is not registered here; register it.",
        )
    return found


def remedy_of(grant: Grant, issuer: Unit) -> str:
    """The remedy clause as the issuer's papers print it; empty when the row has none."""
    return grant.remedy.zh.format(government=_government(issuer)) if grant.remedy else ""


def stored(grant: Grant) -> dict[str, Any]:
    """The grant as it is kept with the record of an act: what it rests on, by row, version and book."""
    basis = grant.basis.cite()
    return {
        "act": str(grant.act),
        "field": str(grant.field),
        "on": str(grant.on),
        "capacity": str(grant.capacity),
        "issuer": str(grant.issuer),
        "row": grant.row,
        "version": grant.version,
        "book": grant.book,
        "basis_zh": basis.zh,
        "basis_en": basis.en,
        "confidence": str(grant.confidence),
    }


def preview(*, file_name: str, text: str, by: OfficerActor) -> tuple[Row, ...]:
    """What a file of mandates would say, without storing it; raises what is wrong with it."""
    check_permission(by.permissions, Permission.KEEP_RULES)
    _, rows = mandates.read_mandates(text, file=file_name, offices=_reach(by.unit))
    return rows


@transaction.atomic
def load(*, file_name: str, text: str, by: OfficerActor) -> MandateBook:
    """Store a new version of the office's own rows; it holds once somebody else approves it."""
    check_permission(by.permissions, Permission.KEEP_RULES)
    book, _ = mandates.read_mandates(text, file=file_name, offices=_reach(by.unit))
    unit = Unit.objects.select_for_update().get(pk=by.unit)
    row = MandateBook.objects.create(
        unit=unit,
        number=MandateBook.objects.filter(unit=unit).count() + 1,
        file_name=file_name[:200],
        text=text,
        digest=book.digest,
        post_id=by.post_id,
        at=clock.now(),
    )
    audit.record(
        audit.Kind.MANDATES_LOADED, by=by, about=("mandates", row.key), detail={"digest": book.digest}
    )
    return row


@transaction.atomic
def approve(*, key: str, by: OfficerActor) -> MandateApproval:
    """Approve a version as a second person of the office or of the one above it; from now on it is held."""
    check_permission(by.permissions, Permission.KEEP_RULES)
    book = MandateBook.objects.select_related("unit", "post").get(key=key)
    if by.unit not in (book.unit_id, book.unit.parent_id):
        raise MandateRefused(
            "只有本单位或者上级单位的人员可以核准。",
            "Only somebody of the office or of the one above it may approve.",
        )
    if Post.objects.get(pk=by.post_id).account_id == book.post.account_id:
        raise MandateRefused(
            "录入人不能核准自己录入的权责清单，请由另一人核准。",
            "Whoever loaded the mandates cannot approve them; another person has to.",
        )
    newer = MandateApproval.objects.filter(book__unit=book.unit, book__number__gte=book.number)
    if newer.exists():
        raise MandateRefused(
            "这一版或者更新的版本已经核准。", "This version or a newer one is approved already."
        )
    others = [row for one in held() if one.unit_id != book.unit_id for row in _rows(one)]
    competence.refuse_twice([*others, *_rows(book)], book.file_name)
    approval = MandateApproval.objects.create(book=book, post_id=by.post_id, at=clock.now())
    detail = {"digest": book.digest, "unit": book.unit_id}
    audit.record(audit.Kind.MANDATES_APPROVED, by=by, about=("mandates", book.key), detail=detail)
    return approval


def _reach(unit_id: int) -> tuple[int, ...]:
    """The office and everything below it."""
    found, edge = [unit_id], [unit_id]
    while edge:
        edge = list(Unit.objects.filter(parent_id__in=edge).values_list("pk", flat=True))
        found += edge
    return tuple(found)


def _rows(book: MandateBook) -> Iterable[Row]:
    return _parsed(book.text, book.file_name)


@lru_cache(maxsize=64)
def _parsed(text: str, file_name: str) -> tuple[Row, ...]:
    """Rows of a version that was checked when it was loaded."""
    return tuple(competence.rows_of(mandates.read_book(text, file=file_name), loaded=True))


def _government(issuer: Unit) -> str:
    """The people's government of the issuer's level, by the division whose office it is."""
    names = {int(row["code"]): row["name"] for row in csv.DictReader(shipped("divisions.csv").splitlines())}
    unit: Unit | None = issuer
    while unit is not None and unit.pk not in names:
        unit = unit.parent
    if unit is None:
        return "有管辖权的人民政府"
    city = names[unit.pk // 10_000 * 10_000]
    return f"{city}{names[unit.pk] if names[unit.pk] != city else ''}人民政府"
