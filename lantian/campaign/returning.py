"""Writes of returns: the template kept, a month's return made, sent, sent back, accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from typing import Any

from django.db import transaction

from lantian.campaign import closing
from lantian.campaign.errors import CampaignRefused, Stale
from lantian.campaign.figures import book
from lantian.campaign.figures.cube import Group, last_day, month_of, total
from lantian.campaign.models import MonthClose, Return, ReturnStep, ReturnTemplate
from lantian.campaign.returns import workbooks
from lantian.campaign.returns.places import Bound, Known, Span, names
from lantian.campaign.states import RETURN_MOVES, ReturnAct, ReturnState
from lantian.core.moves import check_move
from lantian.office import audit, clock, files
from lantian.office.actors import OfficerActor
from lantian.office.models import Unit
from lantian.office.permissions import Permission, check_permission

LONGEST_TITLE, LONGEST_NOTE = 80, 1000
LARGEST = 10 << 20
_KINDS = {
    ReturnAct.MAKE: audit.Kind.RETURN_MADE,
    ReturnAct.SEND: audit.Kind.RETURN_SENT,
    ReturnAct.SEND_BACK: audit.Kind.RETURN_SENT_BACK,
    ReturnAct.ACCEPT: audit.Kind.RETURN_ACCEPTED,
}


@dataclass(frozen=True)
class Sheet:
    """A template as uploaded: title, day of the following month on which it is due, offices asked, the file."""

    title: str
    due_day: int
    asked: Sequence[int]
    name: str
    data: bytes


def known(on: date) -> Known:
    """Names that templates may use on a day: figures, and offices by name, name without its ending, and code."""
    figures = {id: figure.title.zh for id, figure in book.figures(on).items()}
    bodies = list(Unit.objects.order_by("-pk"))
    city = next((unit.name_zh for unit in bodies if unit.kind == Unit.Kind.CITY), "")
    units = {}
    for unit in bodies:
        for name in (str(unit.pk), unit.name_zh, _short(unit.name_zh, city)):
            units[name] = unit.pk
    return Known(dict(names(figures)), units)


def _short(name: str, city: str) -> str:
    """An office's name without what it shares with the city office's name at either end, as people say it."""
    before, after = _shared(name, city), _shared(name[::-1], city[::-1])
    return name[before : len(name) - after] or name


def _shared(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


@transaction.atomic
def keep_template(*, sheet: Sheet, by: OfficerActor) -> ReturnTemplate:
    """Keep an office's workbook as template; an earlier one of the same title is replaced, its returns stay."""
    check_permission(by.permissions, Permission.KEEP_LEDGERS)
    title = sheet.title.strip()[:LONGEST_TITLE]
    if not title:
        raise CampaignRefused("请写明报表名称。", "Please name the return.")
    if not 1 <= sheet.due_day <= 28:
        raise CampaignRefused("报送日应为1至28日。", "The day on which it is due lies between 1 and 28.")
    if len(sheet.data) > LARGEST:
        raise CampaignRefused("模板超过10 MB，请精简后上传。", "The template is larger than 10 MB.")
    cells = workbooks.read_template(sheet.data, known(clock.today()))
    asked = _asked(sheet.asked, by)
    seen_by = sorted({by.unit or 0, *asked})
    ReturnTemplate.objects.filter(unit_id=by.unit, title=title, replaced_at=None).update(
        replaced_at=clock.now()
    )
    row = ReturnTemplate.objects.create(
        unit_id=by.unit,
        title=title,
        due_day=sheet.due_day,
        file=files.keep(name=sheet.name, chunks=[sheet.data], seen_by=seen_by, by=by),
        cells=[_stored(cell) for cell in cells],
        asked=asked,
        post_id=by.post_id,
        at=clock.now(),
        seen_by=seen_by,
    )
    detail = {"cells": len(cells), "asked": asked, "file": row.file.sha256}
    audit.record(audit.Kind.RETURN_TEMPLATE_KEPT, by=by, about=("template", row.key), detail=detail)
    return row


def _asked(wanted: Sequence[int], by: OfficerActor) -> list[int]:
    """Offices that are to report: those below the asking one, or itself alone."""
    below = set(Unit.objects.filter(parent_id=by.unit, closed_on=None).values_list("pk", flat=True))
    strange = set(wanted) - below - {by.unit}
    if strange:
        raise CampaignRefused(
            "只能要求本单位和下级单位报送。", "Only the own office and those below it can be asked to report."
        )
    return sorted(set(wanted) or {by.unit or 0})


def _stored(cell: workbooks.Cell) -> dict[str, Any]:
    one = cell.bound
    return {
        "sheet": cell.sheet,
        "cell": cell.address,
        "figure": one.figure,
        "span": str(one.span),
        "unit": one.unit,
    }


def bound_of(cell: dict[str, Any]) -> Bound:
    """A stored cell's binding."""
    return Bound(cell["figure"], Span(cell["span"]), cell["unit"])


def counted(books: closing.Books, one: Bound) -> list[Group]:
    """The groups that a binding adds up."""
    figure = book.figures(last_day(books.month)).get(one.figure)
    if figure is None:
        return []
    among = {Span.MONTH: books.own, Span.ADJUSTED: books.adjusted, Span.YEAR: books.year}[one.span]
    return [
        g
        for g in among
        if g.flow == figure.flow and one.unit in (None, g.unit) and figure.takes(dict(g.parts))
    ]


@transaction.atomic
def make(*, template: str, month: date, by: OfficerActor) -> Return:
    """Make the return of a closed month from what was kept at the close; made again, it says the same."""
    check_permission(by.permissions, Permission.KEEP_LEDGERS)
    form = ReturnTemplate.objects.select_related("file").get(key=template, replaced_at=None)
    if by.unit not in form.asked:
        raise CampaignRefused("本单位不需要报送此表。", "Your office is not asked for this return.")
    month = month_of(month)
    close = closing.standing(by.unit or 0).filter(month=month).first()
    if close is None:
        raise CampaignRefused(
            f"请先为{month:%Y年%m月}结账，再生成报表。", f"Close {month:%B %Y} first, then make the return."
        )
    row = (
        Return.objects.select_for_update(of=("self",))
        .filter(template=form, unit_id=by.unit, month=month)
        .first()
    )
    state = check_move(RETURN_MOVES, ReturnState(row.state), ReturnAct.MAKE) if row else ReturnState.DRAFT
    values, data = _filled(form, close, by)
    seen_by = sorted({by.unit or 0, form.unit_id})
    row = row or Return(template=form, unit_id=by.unit, month=month, version=0)
    row.close, row.values, row.state, row.seen_by = close, values, state, seen_by
    name = f"{form.title}_{month:%Y年%m月}_{close.unit.name_zh}.xlsx"
    row.file = files.keep(name=name, chunks=[data], seen_by=seen_by, by=by)
    _save(row, ReturnAct.MAKE, "", by)
    return row


def _filled(form: ReturnTemplate, close: MonthClose, by: OfficerActor) -> tuple[list[dict[str, Any]], bytes]:
    books = closing.books(close.unit_id, close.month)
    values = [
        {**cell, "value": sum(group.count for group in counted(books, bound_of(cell)))} for cell in form.cells
    ]
    words = {
        "单位": close.unit.name_zh,
        "年": str(close.month.year),
        "月": str(close.month.month),
        "填报日期": f"{clock.today():%Y年%m月%d日}",
    }
    places = {(cell["sheet"], cell["cell"]): cell["value"] for cell in values}
    return values, workbooks.fill(files.path_of(form.file).read_bytes(), places, words)


@transaction.atomic
def act(*, key: str, what: ReturnAct, version: int, note: str, by: OfficerActor) -> Return:
    """Send a return, send it back (with a reason) or accept it; the asking office does the last two."""
    check_permission(by.permissions, Permission.KEEP_LEDGERS)
    row = Return.objects.select_for_update(of=("self",)).select_related("template").get(key=key)
    if row.version != version:
        raise Stale(
            "此表已由他人处理，请查看最新情况。", "Somebody else acted on this return; look at it again."
        )
    if by.unit != (row.unit_id if what is ReturnAct.SEND else row.template.unit_id):
        raise CampaignRefused(
            "报送由填报单位办理，接收和退回由要求报送的单位办理。",
            "The reporting office sends; the office that asked accepts or sends back.",
        )
    if what is ReturnAct.SEND_BACK and not note.strip():
        raise CampaignRefused("请写明退回的原因。", "Please say why it is sent back.")
    row.state = check_move(RETURN_MOVES, ReturnState(row.state), what)
    if what is ReturnAct.SEND:
        _check_standing(row)
        row.sent_on = clock.today()
    _save(row, what, note.strip()[:LONGEST_NOTE], by)
    return row


def _check_standing(row: Return) -> None:
    if row.close.reopened_at is not None:
        raise CampaignRefused(
            "该月结账已撤销，请重新结账并重新生成报表后报送。",
            "The close of this month was taken back; close it and make the return again.",
        )


def _save(row: Return, what: ReturnAct, note: str, by: OfficerActor) -> None:
    row.version += 1
    row.changed_at, row.changed_by_id = clock.now(), by.post_id or 0
    row.save()
    ReturnStep.objects.create(report=row, act=str(what), note=note, at=clock.now(), post_id=by.post_id or 0)
    detail = {"act": str(what), "month": str(row.month), "version": row.version}
    audit.record(_KINDS[what], by=by, about=("return", row.key), detail=detail)


def due_on(template: ReturnTemplate, month: date) -> date:
    """The day on which a month's return is due: the template's day of the following month."""
    return (last_day(month) + timedelta(days=1)).replace(day=template.due_day)


def value(books: closing.Books, figure: book.Figure, span: Span) -> int:
    """One figure of a month's books."""
    among = {Span.MONTH: books.own, Span.ADJUSTED: books.adjusted, Span.YEAR: books.year}[span]
    return total(figure, among)
