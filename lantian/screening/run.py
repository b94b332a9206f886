"""The job of a run: read what was taken in, let the detector work, store its findings step by step."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta

import polars as pl

from lantian.detect import p01, parameters
from lantian.detect.findings import Findings
from lantian.detect.progress import Progress
from lantian.filings import queries as filings
from lantian.office import audit, jobs
from lantian.office.models import AuditLink
from lantian.registry import queries as registry
from lantian.screening import actions
from lantian.screening.models import Run

Detector = Callable[..., Findings]
DETECTORS: Mapping[str, Detector] = {"P01": p01.run}
BREATH_SECONDS = 0.5


@jobs.job("screening")
def screen(running: jobs.Running, *, run: str) -> None:
    """Run one detector. Killed at any moment it can run again: findings are kept under stable keys."""
    with running.step():
        row = Run.objects.get(key=run)
        row.audit_seq = AuditLink.objects.count()
        tables = {"patents": filings.screened_frame(), "agencies": registry.agencies_frame()}
    found = DETECTORS[row.detector](tables, on=row.on, progress=_breathing(running))
    _store(row, found, running)
    with running.step():
        _finish(row, found, running)


def expires_after(on: date) -> timedelta:
    """How long an unjudged finding rests in the pool, by the published rule of the day."""
    return timedelta(days=parameters.parameters(on).expiry_days)


def _breathing(running: jobs.Running) -> Progress:
    last = [0.0]

    def progress(stage: str, done: int, total: int) -> None:
        # Every call would be a transaction; twice a second is enough for eyes and for a cancellation.
        if time.monotonic() - last[0] >= BREATH_SECONDS:
            last[0] = time.monotonic()
            running.breathe(stage, done, total)

    return progress


def _store(row: Run, found: Findings, running: jobs.Running) -> None:
    findings = found.frame.to_dicts()
    for done, step in actions.in_steps(findings):
        with running.step():
            actions.store(row, step, expires_after=expires_after(row.on), by=running.actor)
            running.advance("findings", done, len(findings))


def _finish(row: Run, found: Findings, running: jobs.Running) -> None:
    row.read, row.left_out = found.read, dict(found.left_out)
    row.findings, row.cleared = found.frame.height, found.cleared
    row.outcomes = dict(found.frame.group_by("clearing").agg(pl.len()).iter_rows())
    if found.not_run:
        row.not_run_zh, row.not_run_en = found.not_run.zh, found.not_run.en
    if found.frame.height:
        row.detector_version, row.parameters = found.frame.select("detector_version", "parameters").row(0)
    row.save()
    detail = {"findings": row.findings, "read": row.read}
    audit.record(audit.Kind.FINDINGS_STORED, by=running.actor, about=("screening", row.key), detail=detail)
