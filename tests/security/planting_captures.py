"""The mark in a capture with its file, reading and record, and in a request for one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings

from lantian.filings.captures import actions, lexicons
from lantian.filings.captures.actions import Retaken, Saved, Words
from lantian.filings.captures.models import Capture, CaptureRequest
from lantian.filings.captures.policy import Policy
from lantian.office import clock, files
from lantian.office.actors import Actor
from lantian.office.models import Job, StoredFile
from lantian.office.scope import scoped
from tests.personas import officer
from tests.webhost import png


def plant_captures(mark: str, units: Sequence[int], everybody: Actor) -> dict[str, str]:
    """Plant a capture and a request; their keys, and that of a lexicon, by the first word of a route."""
    by = officer("city")
    before = settings.CAPTURE
    settings.CAPTURE = Policy(hosts=("page.example",))
    try:
        with scoped(by):
            capture = _capture(mark)
            request = actions.ask(f"https://page.example/{mark}", mark, by=by)
            words = files.keep(name="词库.csv", chunks=["名称\n某某中心\n".encode()], seen_by=by.units, by=by)
            lexicon = lexicons.upload("state_body", "自拟", words, seen=0, by=by)
    finally:
        settings.CAPTURE = before
    with scoped(everybody):
        kept = [part.file_id for part in capture.parts.all()]
        for found in (
            Capture.objects.filter(pk=capture.pk), CaptureRequest.objects.filter(pk=request.pk),
            Job.objects.filter(pk=request.job_id), StoredFile.objects.filter(pk__in=kept),
        ):  # fmt: skip
            assert found.update(seen_by=sorted(units)) > 0
    return {"capture": capture.key, "asked": request.key, "lexicon": lexicon.key}


def _capture(mark: str) -> Capture:
    by, at = officer("city"), clock.now()
    saved = Saved(f"https://page.example/{mark}", "website", at - timedelta(hours=1), mark)
    body = f"<title>{mark}</title><p>甲{mark}乙</p>"
    capture = actions.upload(saved, (f"{mark}.html", body.encode()), (f"{mark}.png", png()), by=by)
    actions.read(capture.key, Words(mark, f"甲{mark}乙", mark, "", mark[:20]), seen=1, by=by)
    told = Retaken(at, mark, (f"甲{mark}", f"乙{mark}"), ("1", "2"), mark, mark, "gone")
    actions.record_evidence(capture.key, told, seen=0, by=by)
    return capture
