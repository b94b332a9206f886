"""The job of runs: read what was taken in, let the detectors work one after another, store findings step by step."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import polars as pl

from lantian.core.messages import Text
from lantian.detect import parameters
from lantian.detect.detectors import DETECTORS
from lantian.detect.findings import Findings, not_run
from lantian.detect.progress import Progress
from lantian.detect.reading import Reading
from lantian.office import audit, clock, jobs
from lantian.office.models import AuditLink
from lantian.screening import actions, identities, material, tables
from lantian.screening.cases import ENDED, of_case
from lantian.screening.models import Run

log = logging.getLogger(__name__)
BREATH_SECONDS = 0.5
FAULT = Text(
    "模型程序出错，未完成；请将运行编号 {key} 告知管理员。",
    "the detector failed, which is our fault; please tell the administrator the run's key {key}.",
)


class DetectorFailed(Exception):
    """One or more detectors of a job failed; the others have done their work."""


@jobs.job("screening")
def screen(running: jobs.Running, *, runs: str) -> None:
    """Run detectors over the same tables. Killed at any moment it goes on: findings are kept under stable keys."""
    with running.step():
        rows = list(Run.objects.filter(key__in=runs.split(",")).order_by("id"))
        seq = AuditLink.objects.count()
        names = [name for row in rows for name in DETECTORS[row.detector].tables]
        case_key = rows[0].case_key  # the runs of one job are all for one case, or for none
        held = tables.held(names, case_key=case_key)
        if identities.TABLE in names and not case_key:  # what a case brought ties nobody outside its runs
            held[identities.TABLE] = identities.renew(held, about=running.job.key, by=running.actor)
        refs, over = material.refs(case_key), bool(case_key) and not material.case_open(case_key)
    reading, faults = Reading(), []
    for done, row in enumerate(rows):
        if row.ended_at:
            continue
        row.audit_seq = seq
        running.breathe(f"detector:{row.detector}", done, len(rows))
        found = not_run(ENDED.zh, ENDED.en) if over else _findings(row, held, reading, running)
        if found is not None and case_key:
            found = of_case(found, case_key, refs)
        faults += [row.key] if found is None else []
        found = found or not_run(FAULT.zh.format(key=row.key), FAULT.en.format(key=row.key))
        _store(row, found, running)
        with running.step():
            _finish(row, found, running)
            running.advance(f"detector:{row.detector}", done + 1, len(rows))
    if faults:
        raise DetectorFailed(",".join(faults))


def expires_after(on: date) -> timedelta:
    """How long an unjudged finding rests in the pool, by the published rule of the day."""
    return timedelta(days=parameters.parameters(on).expiry_days)


def _findings(
    row: Run, held: Mapping[str, pl.DataFrame], reading: Reading, running: jobs.Running
) -> Findings | None:
    """What a detector finds; None where it fails, so that one fault does not end the night for the others."""
    try:
        detector = DETECTORS[row.detector]
        return detector.run(held, on=row.on, progress=_breathing(running), reading=reading)
    except (jobs.Cancelled, *jobs.LOST_CONNECTION):
        raise
    except Exception:
        log.exception("detector failed", extra={"detector": row.detector, "run": row.key})
        return None


def _breathing(running: jobs.Running) -> Progress:
    last = [0.0]

    def progress(stage: str, done: int, total: int) -> None:
        # Every call would be a transaction; twice a second is enough for eyes and for a cancellation.
        if time.monotonic() - last[0] >= BREATH_SECONDS:
            last[0] = time.monotonic()
            running.breathe(stage, done, total)

    return progress


def _store(row: Run, found: Findings, running: jobs.Running) -> None:
    findings: Sequence[dict[str, object]] = found.frame.to_dicts()
    every = frozenset(found.frame["key"])
    for done, step in actions.in_steps(findings):
        with running.step():
            actions.store(row, step, expires_after=expires_after(row.on), by=running.actor, among=every)
            running.advance("findings", done, len(findings))


def _finish(row: Run, found: Findings, running: jobs.Running) -> None:
    row.read, row.left_out = found.read, dict(found.left_out)
    row.findings, row.cleared = found.frame.height, found.cleared
    row.case_bound, row.ended_at = list(found.case_bound), clock.now()
    row.outcomes = dict(found.frame.group_by("clearing").agg(pl.len()).iter_rows())
    if found.not_run:
        row.not_run_zh, row.not_run_en = found.not_run.zh, found.not_run.en
    if found.frame.height:
        row.detector_version, row.parameters = found.frame.select("detector_version", "parameters").row(0)
    row.save()
    # A run that did not run, or had nothing to read, says of no finding that it is not there any more.
    gone = actions.mark_gone(row) if found.not_run is None and found.read else 0
    detail = {"findings": row.findings, "read": row.read, "gone": gone}
    audit.record(audit.Kind.FINDINGS_STORED, by=running.actor, about=("screening", row.key), detail=detail)
