"""Findings: the list, one finding with two texts side by side, and its judgement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.casework import queries as casework
from lantian.core.competence import Field
from lantian.core.messages import Refused, Text
from lantian.core.moves import open_acts
from lantian.desk.present import evidence, hands, pairs
from lantian.desk.present import findings as shown
from lantian.desk.present.detectors import told
from lantian.desk.present.pairs import Chosen
from lantian.desk.present.words import Offices, label, language, offices, said
from lantian.desk.requests import OfficerRequest
from lantian.desk.subjects import file_of
from lantian.detect.detectors import DETECTORS
from lantian.filings import queries as filings
from lantian.office import audit, clock
from lantian.office.permissions import Permission
from lantian.screening import actions, queries, ranking
from lantian.screening.hands import hand_of
from lantian.screening.models import CLEARINGS, STRENGTHS, Finding
from lantian.screening.queries import UNCLEARED, Filter, Shelf
from lantian.screening.ranking import Precision
from lantian.screening.states import MOVES, STATE_TEXTS, Outcome, State

PAGE = 25
TEXTUAL = frozenset({"P01", "P02", "P03", "P04", "P06"})  # their evidence is texts, laid side by side
JUDGED: dict[Outcome, Text] = {
    Outcome.LEAD: Text(
        "已转为线索 {number}，期限开始计算。", "Turned into lead {number}; its period has begun."
    ),
    Outcome.DISMISS: Text("已排除，理由已记录。", "Dismissed; the reason is on record."),
    Outcome.MORE: Text("已记录需要补充的内容。", "What is needed is on record."),
    Outcome.ANSWER: Text(
        "补充情况已记录，回到待研判。", "The answer is on record; it waits to be judged again."
    ),
}
SHELVES: dict[Shelf, Text] = {
    Shelf.QUEUED: Text("排队等候", "waiting in line"),
    Shelf.EXPIRED: Text("已过有效期", "lapsed"),
    Shelf.RESTING: Text("模型未启用", "of detectors not switched on"),
    Shelf.GONE: Text("未再发现", "not found again"),
}
DISMISSABLE = frozenset(state for state, outcome in MOVES if outcome is Outcome.DISMISS)
DISMISSED = Text("已排除 {count} 条，理由已记录。", "Findings dismissed: {count}. The reason is on record.")
GONE_UNSAID = Text(
    "{day} 的比对没有再发现这条提示；仍要转为线索的，请勾选“我已知道”。",
    "The run of {day} did not find it again; to turn it into a lead all the same, tick that you know.",
)
NONE_CHOSEN = Text("请先勾选要排除的提示。", "Please tick the findings to dismiss first.")
KEPT = Text("{subject}：未排除。{why}", "{subject}: kept. {why}")


@require_safe
def findings(request: OfficerRequest) -> HttpResponse:
    """The list, filtered."""
    houses = offices()
    wanted = _wanted(request, houses)
    may_judge = Permission.JUDGE in request.actor.permissions
    page = Paginator(queries.findings(wanted), PAGE).get_page(request.GET.get("page"))
    held = ranking.precisions()
    times = queries.judged_times(page.object_list) if may_judge else {}
    listed = [_listed(row, houses, may_judge, held, times.get(row.pk, 0)) for row in page.object_list]
    page.object_list = listed  # type: ignore[assignment]
    context = {
        "page": page,
        "states": _states(wanted),
        "shelves": _shelves(wanted),
        "uncleared": None if wanted.clearing else _uncleared(wanted),
        "choices": _choices(request, houses),
        "filters": _typed(wanted),
        "show_office": request.actor.unit == houses.city.pk,
        "may_dismiss": any(row["selectable"] for row in listed),
    }
    return render(request, "desk/findings.html", context)


def _wanted(request: OfficerRequest, houses: Offices) -> Filter:
    """The filters of the address; words that mean nothing do not filter."""
    known: Mapping[str, Iterable[str]] = {
        "state": [str(state) for state in State],
        "clearing": CLEARINGS,
        "strength": STRENGTHS,
        "detector": DETECTORS,
        "shelf": [str(shelf) for shelf in (*SHELVES, Shelf.ALL)],
        "office": [str(unit) for unit in houses.by_id],
    }
    typed = {name: request.GET.get(name, "") for name in known}
    chosen = {name: value if value in known[name] else "" for name, value in typed.items()}
    shelf = Shelf(chosen.pop("shelf") or Shelf.POOL)
    return Filter(**chosen, shelf=shelf)


def _typed(wanted: Filter) -> dict[str, str]:
    return {
        "state": wanted.state,
        "clearing": wanted.clearing,
        "strength": wanted.strength,
        "office": wanted.office,
        "detector": wanted.detector,
        "shelf": "" if wanted.shelf is Shelf.POOL else str(wanted.shelf),
    }


def _listed(
    row: Finding, houses: Offices, may_judge: bool, held: Mapping[str, Precision], times: int
) -> dict[str, Any]:
    """A finding of the list, judged so many times; `selectable` when it can be dismissed together with others."""
    state = _state(row)
    return shown.finding(row, state, houses, held) | {
        "selectable": may_judge and state in DISMISSABLE and row.clearing == UNCLEARED,
        "mark": f"{row.key}:{times}",
    }


def _states(wanted: Filter) -> list[dict[str, Any]]:
    counts = queries.by_state(replace(wanted, state=""))
    return [
        {"value": str(state), "label": label(STATE_TEXTS[state]), "count": count}
        for state, count in counts.items()
    ]


def _shelves(wanted: Filter) -> list[dict[str, Any]]:
    """Where else findings lie: behind the budget, or lapsed; each with its number under the same filters."""
    return [
        {
            "value": str(shelf),
            "label": label(text),
            "count": queries.findings(replace(wanted, state="", shelf=shelf)).count(),
        }
        for shelf, text in SHELVES.items()
    ]


def _uncleared(wanted: Filter) -> int:
    """How many wait for a judgement with no lawful ground seen, under the same filters."""
    return queries.findings(replace(wanted, state=State.WAITING, clearing=UNCLEARED)).count()


def _choices(request: OfficerRequest, houses: Offices) -> dict[str, list[tuple[str, str]]]:
    choices = {
        "clearing": [(name, label(text)) for name, text in CLEARINGS.items()],
        "strength": [(name, label(text)) for name, text in STRENGTHS.items()],
    }
    choices["detector"] = [(name, f"{name} {told(name).name}") for name in DETECTORS]
    if request.actor.unit == houses.city.pk:
        choices["office"] = [(str(unit.pk), unit.name(language())) for unit in houses.by_id.values()]
    return choices


def _state(row: Finding) -> State:
    outcome: str = row.outcome  # type: ignore[attr-defined]
    return queries.state_after(outcome)


@require_safe
def finding(request: OfficerRequest, key: str) -> HttpResponse:
    """One finding."""
    return _page(request, found(key), None)


@require_POST
def judge(request: OfficerRequest, key: str) -> HttpResponse:
    """Record a judgement; a refusal is shown where it was typed."""
    row = found(key)
    outcome, seen = _judged(request)
    typed = {name: request.POST.get(name, "") for name in ("reason", "asked", "field", "known")}
    field = Field(typed["field"]) if typed["field"] in list(Field) else None
    if outcome is Outcome.LEAD and row.gone_on and not typed["known"]:
        unsaid = said(GONE_UNSAID).format(day=row.gone_on)
        return _page(request, row, {"verdict": str(outcome), "text": unsaid, **typed})
    try:
        _, lead = actions.judge(
            finding_key=row.key,
            outcome=outcome,
            reason=typed["reason"],
            seen=seen,
            asked=typed["asked"],
            field=field,
            by=request.actor,
        )
    except Refused as refusal:
        return _page(request, row, {"verdict": str(outcome), "text": said(refusal.text), **typed})
    messages.success(request, said(JUDGED[outcome]).format(number=lead.number if lead else ""))
    return redirect("finding", row.key)


@require_http_methods(["GET", "HEAD", "POST"])
def findings_dismiss(request: OfficerRequest) -> HttpResponse:
    """First what a dismissal of several would do, then the act; each finding gets a judgement of its own."""
    posted = request.method == "POST"
    seen = _marks((request.POST if posted else request.GET).getlist("finding"))
    rows = [row for key in seen if (row := queries.find(key))]
    if not rows or not posted:
        return _dismiss_page(request, rows, seen, None if rows else said(NONE_CHOSEN))
    reason = request.POST.get("reason", "")
    try:
        done = actions.dismiss(seen=seen, reason=reason, by=request.actor)
    except Refused as refusal:
        return _dismiss_page(request, rows, seen, said(refusal.text))
    if done.dismissed:
        messages.success(request, said(DISMISSED).format(count=len(done.dismissed)))
    for row in rows:
        if row.key in done.kept:
            words = {"subject": shown.subject(row), "why": said(done.kept[row.key])}
            messages.warning(request, said(KEPT).format(**words))
    return redirect("findings")


def _marks(marks: Sequence[str]) -> dict[str, int]:
    """Keys with the number of judgements seen, from `key:number`."""
    parts = [mark.partition(":") for mark in marks[:PAGE]]
    if not all(number.isascii() and number.isdigit() for _, _, number in parts):
        raise BadRequest("marks come from the list of findings")
    return {key: int(number) for key, _, number in parts}


def _dismiss_page(
    request: OfficerRequest, rows: Sequence[Finding], seen: Mapping[str, int], error: str | None
) -> HttpResponse:
    houses = offices()
    listed = [
        shown.finding(row, _state(row), houses) | {"mark": f"{row.key}:{seen[row.key]}"} for row in rows
    ]
    context = {"findings": listed, "error": error, "reason": request.POST.get("reason", "")}
    refused = bool(error) and request.method == "POST"
    return render(request, "desk/findings_dismiss.html", context, status=422 if refused else 200)


def _judged(request: OfficerRequest) -> tuple[Outcome, int]:
    try:
        return Outcome(request.POST.get("verdict", "")), int(request.POST.get("version", ""))
    except ValueError:
        raise BadRequest("verdict and version come from the finding's own page") from None


def found(key: str) -> Finding:
    """One finding that the reader may see; 404 otherwise."""
    row = queries.find(key)
    if row is None:
        raise Http404
    return row


def _page(request: OfficerRequest, row: Finding, error: dict[str, str] | None) -> HttpResponse:
    """The page of one finding; showing it is recorded, after a refusal too."""
    audit.record(audit.Kind.FINDING_READ, by=request.actor, about=("finding", row.key))
    houses, said_of_it = offices(), queries.judgements(row)
    state = queries.state_of(said_of_it)
    open_outcomes = open_acts(MOVES, state)
    # Others see it with a lead they received, and judge nothing.
    in_charge = request.actor.unit in row.seen_by
    may_judge = Permission.JUDGE in request.actor.permissions and bool(open_outcomes) and in_charge
    may_judge = may_judge and not row.merged_into
    will_lead = may_judge and Outcome.LEAD in open_outcomes
    context = _ground(request, row) | {
        "finding": shown.finding(row, state, houses)
        | shown.opened(row, said_of_it)
        | {"lead": casework.of_origin("finding", row.key), "file": file_of(row.subject_no)}
        | {"case": casework.find(row.case_key) if row.case_key else None}
        | _one_with(row, houses),
        "judgements": shown.judgements(row, said_of_it),
        "may_judge": may_judge,
        "outcomes": [str(outcome) for outcome in open_outcomes],
        "preview": shown.preview(row, houses, request.actor, clock.today()) if will_lead else None,
        "judge_error": error,
        "next_pending": "" if row.case_key else _next_pending(row),
    }
    return render(request, "desk/finding.html", context, status=422 if error else 200)


def _one_with(row: Finding, houses: Offices) -> dict[str, Any]:
    """Into which older finding this one was merged, as far as the reader may see it, and those merged into it."""
    older = queries.find(row.merged_into) if row.merged_into else None
    newer = [shown.finding(one, _state(one), houses) for one in queries.merged_into(row)]
    return {"merged": bool(row.merged_into), "older": older.key if older else "", "newer": newer}


def _ground(request: OfficerRequest, row: Finding) -> dict[str, Any]:
    """What the finding rests on: two texts side by side, a network, tables of rows."""
    if row.detector in TEXTUAL and shown.numbers_of(row):
        more = [] if row.detector == "P01" else evidence.tables(row, but="patents")  # listed with the texts
        return _texts(request, row) | {"textual": True, "evidence": more}
    hand = hand_of(row)
    return {
        "hand": hands.shown(hand) if hand else None,
        "evidence": evidence.tables(row),
        "parties": evidence.parties(row),
        "parties_count": len(row.members),
    }


def _texts(request: OfficerRequest, row: Finding) -> dict[str, Any]:
    """The two texts, what is on file about them, and the group with its likeness to the left one."""
    numbers = shown.numbers_of(row)
    a, b = _picked(request, "a", numbers), _picked(request, "b", numbers)
    left = a or numbers[0]
    listed = [
        *numbers[: pairs.SHOWN],
        *(n for n in dict.fromkeys([left, b]) if n and n not in numbers[: pairs.SHOWN]),
    ]
    known = filings.by_numbers(listed)
    near = pairs.likeness(left, listed, known)
    chosen = Chosen(left, b if b and b != left else _nearest(left, listed, near))
    return {
        "pair": pairs.pair(chosen, known),
        "comparison": pairs.comparison(chosen, known),
        "members": pairs.members(listed, chosen, known, near),
        "members_count": len(numbers),
    }


def _picked(request: OfficerRequest, name: str, numbers: list[str]) -> str:
    """A number asked for in the address; 404 when it does not belong to the finding."""
    number = request.GET.get(name, "")
    if number and number not in numbers:
        raise Http404
    return number


def _nearest(left: str, numbers: list[str], near: Mapping[str, float]) -> str:
    others = [number for number in numbers if number != left]
    return max(others, key=lambda number: near.get(number, 0.0), default=left)


def _next_pending(row: Finding) -> str:
    following = queries.next_waiting(row)
    return reverse("finding", args=[following.key]) if following else ""
