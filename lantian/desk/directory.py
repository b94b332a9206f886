"""Differences of a directory: what is new, changed or missing, and the decision about each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from lantian.core.messages import Refused, Text
from lantian.desk.intake import batches
from lantian.desk.present import directory as shown
from lantian.desk.present import jobs as jobs_shown
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.office.models import IntakeBatch
from lantian.registry import directories
from lantian.registry.models import DirectoryDiff
from lantian.registry.standing import standing

PAGE = 25
ACCEPTED = Text("已采纳 {count} 条，登记库已更新。", "{count} accepted; the register is up to date.")
RENEWED = Text(
    "{count} 条在您查看之后登记库又有变化，已刷新，请再看一遍。",
    "The register changed under {count} of them since you looked; they are renewed, please look again.",
)
REJECTED = Text("{count} 条不采纳，登记库不变。", "{count} left out; the register stays as it is.")
ALL = Text(
    "正在采纳全部，完成后可刷新本页查看。", "All are being accepted; reload this page to see the result."
)


@require_http_methods(["GET", "HEAD", "POST"])
def differences(request: OfficerRequest, key: str) -> HttpResponse:
    """The differences of one directory; POST accepts or rejects those marked, or all of a kind."""
    batch = batches().filter(key=key).first()
    if batch is None:
        raise Http404
    if request.method != "POST":
        return _page(request, batch)
    act = ACTS.get(request.POST.get("act", ""))
    if act is None or batch.table not in directories.DIRECTORIES:
        raise BadRequest("the act comes from the page of differences")
    try:
        act(request, batch)
    except Refused as refusal:
        messages.error(request, said(refusal.text))
    kept = {name: request.POST[name] for name in ("kind", "state") if request.POST.get(name)}
    return redirect(f"{reverse('differences', args=[batch.key])}?{urlencode(kept)}")


def _accept(request: OfficerRequest, batch: IntakeBatch) -> None:
    outcome = directories.accept(batch=batch, ids=_marked(request), by=request.actor)
    messages.success(request, said(ACCEPTED).format(count=outcome.accepted))
    if outcome.renewed:
        messages.warning(request, said(RENEWED).format(count=outcome.renewed))


def _reject(request: OfficerRequest, batch: IntakeBatch) -> None:
    count = directories.reject(batch=batch, ids=_marked(request), by=request.actor)
    messages.success(request, said(REJECTED).format(count=count))


def _accept_all(request: OfficerRequest, batch: IntakeBatch) -> None:
    kind = request.POST.get("kind", "")
    if kind not in DirectoryDiff.Kind.values:
        raise BadRequest("the kind comes from the page of differences")
    directories.accept_all(batch=batch, kind=kind, by=request.actor)
    messages.info(request, said(ALL))


ACTS: Mapping[str, Callable[[OfficerRequest, IntakeBatch], None]] = {
    "accept": _accept,
    "reject": _reject,
    "accept_all": _accept_all,
}


def _marked(request: OfficerRequest) -> list[int]:
    try:
        return [int(one) for one in request.POST.getlist("difference")]
    except ValueError:
        raise BadRequest("differences are marked on their page") from None


def _page(request: OfficerRequest, batch: IntakeBatch) -> HttpResponse:
    kind, state = _chosen(request)
    rows = DirectoryDiff.objects.select_related("batch").filter(
        batch=batch, state=state, **({"kind": kind} if kind else {})
    )
    page = Paginator(rows.order_by("id"), PAGE).get_page(request.GET.get("page"))
    found = list(page.object_list)
    known = standing(found)
    page.object_list = [shown.difference(row, known.get(row.number, {})) for row in found]  # type: ignore[misc]
    context = {
        "batch": jobs_shown.batch(batch),
        "page": page,
        "kinds": _counts(batch, state),
        "choices": {"state": [(name, label(text)) for name, text in shown.STATE_TEXTS.items()]},
        "filters": {"kind": kind, "state": state},
        "may_decide": batch.stage == IntakeBatch.Stage.TAKING
        and state == DirectoryDiff.State.WAITING
        and not (batch.job and batch.job.open),
    }
    return render(request, "desk/differences.html", context)


def _chosen(request: OfficerRequest) -> tuple[str, str]:
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    known = kind in DirectoryDiff.Kind.values, state in DirectoryDiff.State.values
    return kind if known[0] else "", state if known[1] else str(DirectoryDiff.State.WAITING)


def _counts(batch: IntakeBatch, state: str) -> list[dict[str, Any]]:
    rows = DirectoryDiff.objects.filter(batch=batch, state=state).values_list("kind")
    counts = dict(rows.annotate(Count("id")))
    return [
        {"value": name, "label": label(text), "count": counts.get(name, 0)}
        for name, text in shown.KIND_TEXTS.items()
    ]
