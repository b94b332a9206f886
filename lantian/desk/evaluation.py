"""Evaluation of districts: figures that open their rows, what the districts say to them, the city's answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from lantian.campaign import evaluating, rules
from lantian.campaign.actions import evaluation as actions
from lantian.campaign.actions.evaluation import Said
from lantian.campaign.evaluating import Evaluated
from lantian.campaign.ledgers.frame import Wanted
from lantian.campaign.models import Statement
from lantian.campaign.rules import INDICATOR_TEXTS, Indicator
from lantian.campaign.words import STATEMENT_TEXTS
from lantian.core.messages import Refused, Text
from lantian.desk.ledgers import Asked, asked
from lantian.desk.present.leads import doubt
from lantian.desk.present.words import label, language, offices, said
from lantian.desk.requests import OfficerRequest
from lantian.office import clock
from lantian.office.charts import Mark
from lantian.office.permissions import Permission

KEPT = Text("已提交。", "Submitted.")


@require_http_methods(["GET", "HEAD", "POST"])
def evaluation(request: OfficerRequest) -> HttpResponse:
    """The four indicators of every district that the reader sees, and statements about them."""
    houses = offices()
    what = asked(request, houses)
    if request.method != "POST":
        return _page(request, what)
    try:
        _say(request, what.wanted)
    except Refused as refusal:
        return _page(request, what, refusal)
    messages.success(request, said(KEPT))
    return redirect(f"{reverse('evaluation')}?{what.query}")


def _say(request: OfficerRequest, period: Wanted) -> None:
    words = request.POST.get("words", "")
    if request.POST.get("do") == "answer":
        rows = {row.key for row in evaluating.statements(period)}
        key = request.POST.get("statement", "")
        if key not in rows:
            raise Refused("没有这条说明或异议。", "There is no such statement.")
        actions.answer(key=key, words=words, by=request.actor)
        return
    given = Said(request.POST.get("kind", ""), request.POST.get("indicator", ""), words)
    actions.state(period=period, given=given, by=request.actor)


def _page(request: OfficerRequest, what: Asked, refusal: Refused | None = None) -> HttpResponse:
    houses, by, wanted = offices(), request.actor, what.wanted
    rows = evaluating.evaluate(wanted)
    rule = rules.rule("evaluation", clock.today())
    is_city = by.unit == houses.city.pk
    evaluated = houses.by_id[by.unit].kind in evaluating.EVALUATED
    context = {
        "rows": [_row(row, wanted) for row in rows],
        "marks": [_mark(row, wanted) for row in rows if row.score is not None],
        "indicators": [
            {"id": str(one["indicator"]), "label": _name(one["indicator"]), "weight": one["weight"]}
            for one in rule.values["weights"]
        ],
        "rule": label(rule.text),
        "basis": said(rule.basis.cite()),
        "doubt": doubt(rule.confidence),
        "statements": [_statement(row) for row in evaluating.statements(wanted)],
        "may_state": Permission.KEEP_LEDGERS in by.permissions and evaluated,
        "may_answer": Permission.DIRECT_CAMPAIGN in by.permissions,
        "filters": {
            "first": str(wanted.first),
            "last": str(wanted.last),
            "office": str(wanted.unit) if wanted.unit and is_city else "",
        },
        "offices": [
            (str(unit.pk), unit.name(language()))
            for unit in houses.by_id.values()
            if is_city and unit.kind in evaluating.EVALUATED
        ],
        "typed": request.POST if refusal else {},
        "error": said(refusal.text) if refusal else "",
    }
    return render(request, "desk/evaluation.html", context, status=422 if refusal else 200)


@require_safe
def evaluation_rows(request: OfficerRequest) -> HttpResponse:
    """The rows behind one figure: exactly those that were counted."""
    houses = offices()
    what = asked(request, houses)
    wanted_indicator = request.GET.get("indicator", "")
    known = [one for one in Indicator if str(one) == wanted_indicator] or [Indicator.TIMELINESS]
    rows = [row for row in evaluating.counted(what.wanted) if row.indicator is known[0]]
    if what.wanted.unit is not None:
        rows = [row for row in rows if row.unit == what.wanted.unit]
    context = {
        "title": label(INDICATOR_TEXTS[known[0]]),
        "unit": houses.names([what.wanted.unit or houses.city.pk])[0],
        "rows": [
            {"words": row.words, "href": reverse(row.route, args=[row.key]), "met": row.met} for row in rows
        ],
        "met": sum(row.met for row in rows),
        "filters": {"first": str(what.wanted.first), "last": str(what.wanted.last)},
        "query": what.query,
    }
    return render(request, "desk/evaluation_rows.html", context)


def _row(row: Evaluated, wanted: Wanted) -> dict[str, Any]:
    return {
        "name": row.unit.name(language()),
        "score": row.score,
        "figures": [
            {
                "label": _name(one),
                "met": figure.met,
                "asked": figure.asked,
                "ratio": figure.ratio,
                "href": _rows_of(row, wanted, str(one)),
            }
            for one, figure in row.figures.items()
        ],
    }


def _mark(row: Evaluated, wanted: Wanted) -> Mark:
    period = {"first": str(wanted.first), "last": str(wanted.last), "office": str(row.unit.pk)}
    href = f"{reverse('evaluation')}?{urlencode(period)}"
    return Mark(row.unit.name(language()), round(row.score or 0), href)


def _rows_of(row: Evaluated, wanted: Wanted, indicator: str) -> str:
    period = {"first": str(wanted.first), "last": str(wanted.last), "office": str(row.unit.pk)}
    return f"{reverse('evaluation_rows')}?{urlencode(period | {'indicator': indicator})}"


def _statement(row: Statement) -> dict[str, Any]:
    replied = row.kind == Statement.Kind.ANSWER or row.replies.exists()
    return {
        "key": row.key,
        "kind": label(STATEMENT_TEXTS[row.kind]),
        "indicator": _name(row.indicator),
        "unit": row.unit.name(language()),
        "words": row.words,
        "by": row.post.account.name,
        "at": row.at,
        "open": not replied,
    }


def _name(indicator: str) -> str:
    return label(INDICATOR_TEXTS[Indicator(indicator)])
