"""Figures of a month: every number, what it means, and the records it counts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from lantian.campaign import closing
from lantian.campaign.figures import book
from lantian.campaign.figures.book import Figure
from lantian.campaign.figures.cube import Group, last_day, month_of, taken
from lantian.campaign.figures.flows import FLOWS, Flow
from lantian.campaign.returns.places import SPAN_TEXTS, Span
from lantian.desk.present.words import Offices, label, language, offices
from lantian.desk.requests import OfficerRequest
from lantian.office import charts, clock

PAGE = 50


def asked_month(request: OfficerRequest) -> date:
    """The month of the address; the last full one by default."""
    typed = request.GET.get("month", "")
    try:
        return month_of(date.fromisoformat(f"{typed}-01"))
    except ValueError:
        return month_of(month_of(clock.today()) - timedelta(days=1))


def asked_unit(request: OfficerRequest, houses: Offices) -> int:
    """Whose books are read: one's own, or, for the city, those of the office named in the address."""
    own = request.actor.unit or 0
    typed = request.GET.get("unit", "")
    other = int(typed) if typed.isascii() and typed.isdigit() else own
    return other if own == houses.city.pk and other in houses.by_id else own


@require_safe
def figures(request: OfficerRequest) -> HttpResponse:
    """Every figure of a month: the month, adjustments of earlier ones, since January."""
    houses, month = offices(), asked_month(request)
    unit = asked_unit(request, houses)
    books = closing.books(unit, month)
    rows = [_row(figure, books) for figure in book.figures(last_day(month)).values()]
    context = {
        "rows": rows,
        "month": f"{month:%Y-%m}",
        "closed": books.close,
        "unit": houses.by_id[unit].name(language()),
        "adjusted": any(row["adjusted"]["value"] for row in rows),
        "chart": charts.bars(
            [
                charts.Mark(row["title"], row["month"]["value"], row["month"]["href"])
                for row in rows
                if row["month"]["value"]
            ],
            label=label(SPAN_TEXTS[Span.MONTH]),
        ),
        "any": any(row["month"]["value"] for row in rows),
    }
    return render(request, "desk/figures.html", context)


def _row(figure: Figure, books: closing.Books) -> dict[str, Any]:
    spans = {
        str(span): {"value": _value(figure, books, span), "href": href(figure.id, books, span)}
        for span in Span
    }
    return {"id": figure.id, "title": label(figure.title), "definition": label(figure.definition), **spans}


def href(figure: str, books: closing.Books, span: Span, unit: int | None = None) -> str:
    """The page of the records behind a number."""
    address = f"{reverse('figure', args=[figure])}?month={books.month:%Y-%m}&span={span}&unit={books.unit}"
    return f"{address}&of={unit}" if unit else address


def among(books: closing.Books, span: Span) -> tuple[Group, ...]:
    """The groups of a span."""
    return {Span.MONTH: books.own, Span.ADJUSTED: books.adjusted, Span.YEAR: books.year}[span]


def _value(figure: Figure, books: closing.Books, span: Span) -> int:
    return sum(group.count for group in taken(figure, among(books, span)))


@require_safe
def figure(request: OfficerRequest, key: str) -> HttpResponse:
    """One number: its definition and every record it counts."""
    houses, month = offices(), asked_month(request)
    found = book.figures(last_day(month)).get(key)
    if found is None:
        raise Http404
    typed = request.GET.get("span", "")
    span = Span(typed) if typed in set(Span) else Span.MONTH
    books = closing.books(asked_unit(request, houses), month)
    of = request.GET.get("of", "")
    groups = taken(found, among(books, span), int(of) if of.isascii() and of.isdigit() else None)
    ids = [id for group in groups for id in group.ids]
    gone = [id for group in groups for id in group.gone]
    shown = records(FLOWS[found.flow], ids, houses)
    context = {
        "figure": _told(found),
        "span": label(SPAN_TEXTS[span]),
        "value": len(ids) - len(gone),
        "month": f"{month:%Y-%m}",
        "unit": houses.by_id[books.unit].name(language()),
        "closed": books.close,
        "page": Paginator(shown, PAGE).get_page(request.GET.get("page")),
        "hidden": len(set(ids)) - len(shown),
        "gone": records(FLOWS[found.flow], gone, houses),
    }

    return render(request, "desk/figure.html", context)


def _told(found: Figure) -> dict[str, Any]:
    return {
        "title": label(found.title),
        "definition": label(found.definition),
        "owner": label(found.owner),
        "source": label(FLOWS[found.flow].title),
        "basis": label(found.rule.basis.cite()),
        "confidence": label(found.rule.confidence.told),
        "changes": [
            {"since": one.valid_from, "title": label(one.text), "definition": one.values["definition_zh"]}
            for one in book.changes(found.id)
        ],
    }


def records(flow: Flow, ids: list[int], houses: Offices) -> list[dict[str, Any]]:
    """Counted records as lines of a page, each with its own page where there is one."""
    return [
        {
            "day": row.day,
            "unit": houses.by_id[row.unit].name(language()) if row.unit in houses.by_id else "",
            "shown": row.shown,
            "struck": row.struck,
            "href": _page(flow, row.key),
        }
        for row in flow.opened(ids)
    ]


def _page(flow: Flow, key: str) -> str:
    try:
        return reverse(flow.route, args=[key]) if flow.route else ""
    except NoReverseMatch:
        return ""
