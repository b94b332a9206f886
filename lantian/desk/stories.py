"""Typical cases: candidates from records, both texts side by side, approval, publication."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from lantian.campaign.actions import stories as writing
from lantian.campaign.actions.stories import Outlet, Told
from lantian.campaign.models import Story
from lantian.campaign.summary import masking, queries, rules, sources
from lantian.campaign.summary.sources import KIND_TEXTS, Source
from lantian.campaign.summary.states import PENDING_TEXTS, STORY_MOVES, Pending, StoryAct, StoryState
from lantian.casework.queries import city
from lantian.core.messages import Refused
from lantian.core.moves import open_acts
from lantian.desk import typed
from lantian.desk.acts import SAVED, acts_on
from lantian.desk.present import summaries as present
from lantian.desk.present.leads import doubt
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.desk.summaries import elsewhere
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.permissions import Permission

NEEDS = {
    StoryAct.REVISE: Permission.WRITE_PAPERS,
    StoryAct.APPROVE: Permission.APPROVE_PAPERS,
    StoryAct.PUBLISH: Permission.KEEP_LEDGERS,
    StoryAct.DROP: Permission.WRITE_PAPERS,
}


@require_safe
def stories(request: OfficerRequest) -> HttpResponse:
    """Typical cases, and records out of which one may be written."""
    by = request.actor
    writes = Permission.WRITE_PAPERS in by.permissions
    found = sources.candidates(by.unit) if writes else []
    context = {
        "stories": [present.story(row) for row in queries.stories(by)],
        "show_unit": by.unit == city().pk,
        "may_write": writes,
        "candidates": [
            {
                "kind": label(KIND_TEXTS[one.kind]),
                "number": one.number,
                "subject": one.subject_name,
                "opened_on": one.opened_on,
                "href": f"{reverse('story_new')}?kind={one.kind}&key={one.key}",
            }
            for one in found
        ],
    }
    return render(request, "desk/stories.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def story_new(request: OfficerRequest) -> HttpResponse:
    """Write a case about one record."""
    source = sources.find(request.GET.get("kind", ""), request.GET.get("key", ""))
    if source is None:
        return redirect("stories")
    if request.method != "POST":
        return _new(request, source)
    try:
        row = writing.write(source=source, given=_told(request), by=request.actor)
    except Refused as refusal:
        return _new(request, source, refusal)
    messages.success(request, said(SAVED))
    return redirect("story", row.key)


def _new(request: OfficerRequest, source: Source, refusal: Refused | None = None) -> HttpResponse:
    context = {
        "source": {
            "number": source.number,
            "subject": source.subject_name,
            "kind": label(KIND_TEXTS[source.kind]),
        },
        "source_href": reverse(source.route, args=[source.key]),
        "pendings": _pendings(),
        "given": request.POST if refusal else {"facts": source.facts},
        "error": said(refusal.text) if refusal else "",
    }
    return render(request, "desk/story_new.html", context, status=422 if refusal else 200)


@require_safe
def story(request: OfficerRequest, key: str) -> HttpResponse:
    """One case with both texts side by side; it holds names, so the reading is recorded."""
    return _story(request, _found(key))


def _story(request: OfficerRequest, row: Story, refusal: Refused | None = None) -> HttpResponse:
    audit.record(audit.Kind.STORY_READ, by=request.actor, about=(writing.ABOUT, row.key))
    version = writing.standing(row)
    rule = rules.rule("masking", clock.today())
    masked = masking.mask(version.facts, rule.values, version.names, version.more)
    acts = [act for act in open_acts(STORY_MOVES, StoryState(row.state)) if _may(request.actor, row, act)]
    source = sources.find(row.source_kind, row.source_key)
    context = {
        "story": present.story(row),
        "source_href": reverse(source.route, args=[source.key]) if source else "",
        "source_number": source.number if source else "",
        "pieces": present.pieces(masked),
        "rule": {
            "text": label(rule.text),
            "basis": said(rule.basis.cite()),
            "doubt": doubt(rule.confidence),
        },
        "text": version.text,
        "shown": version.number,
        "acts": [str(act) for act in acts],
        "may_record": row.state == StoryState.DRAFT
        and row.unit_id == request.actor.unit
        and Permission.WRITE_PAPERS in request.actor.permissions,
        "versions": [present.version(one) for one in queries.story_versions(row)],
        "steps": [present.story_step(one) for one in queries.story_steps(row)],
        "pendings": _pendings(),
        "given": request.POST if refusal and "facts" in request.POST else _as_typed(row),
        "today": str(clock.today()),
        "error": said(refusal.text) if refusal else "",
    }
    return render(request, "desk/story.html", context, status=422 if refusal else 200)


def _found(key: str) -> Story:
    row = queries.find_story(key)
    if row is None:
        raise Http404
    return row


_act = acts_on("story", _found, _story)


@_act
def story_revise(request: OfficerRequest, row: Story, version: int) -> None:
    """Save a new version; an approval lapses."""
    writing.revise(key=row.key, version=version, given=_told(request), by=request.actor)


@_act
def story_approve(request: OfficerRequest, row: Story, version: int) -> None:
    """Approve the version that stands."""
    writing.approve(key=row.key, version=version, by=request.actor)


@_act
def story_record(request: OfficerRequest, row: Story, version: int) -> None:
    """Record an approval given on paper or in the OA, with its scan."""
    with typed.proof(request, "scan", row.seen_by) as scan:
        given = elsewhere(request, scan)
        writing.record_approval(key=row.key, version=version, given=given, by=request.actor)


@_act
def story_publish(request: OfficerRequest, row: Story, version: int) -> None:
    """Enter in the ledger of publicity where the case was published."""
    post = request.POST
    given = Outlet(post.get("outlet", ""), typed.day(request, "on"), post.get("link", "").strip())
    writing.publish(key=row.key, version=version, given=given, by=request.actor)


@_act
def story_drop(request: OfficerRequest, row: Story, version: int) -> None:
    """Take a case down, with the reason."""
    reason = request.POST.get("reason", "")
    writing.drop(key=row.key, version=version, reason=reason, by=request.actor)


def _told(request: OfficerRequest) -> Told:
    post = request.POST
    return Told(
        title=post.get("title", ""),
        facts=post.get("facts", ""),
        decision=post.get("decision", ""),
        served_on=typed.day(request, "served_on"),
        pending=post.get("pending", ""),
        more=[line.strip() for line in post.get("more", "").splitlines() if line.strip()],
    )


def _as_typed(row: Story) -> dict[str, str]:
    version = writing.standing(row)
    return {
        "title": row.title,
        "facts": version.facts,
        "decision": row.decision,
        "served_on": str(row.served_on),
        "pending": row.pending,
        "more": "\n".join(version.more),
    }


def _pendings() -> list[tuple[str, str]]:
    return [(str(one), label(PENDING_TEXTS[one])) for one in Pending]


def _may(by: OfficerActor, row: Story, act: StoryAct) -> bool:
    return by.unit == row.unit_id and NEEDS[act] in by.permissions
