"""Writes of screening: starting a run, storing its findings, judging one or dismissing several."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from lantian.casework import actions as casework
from lantian.casework import queries as casework_queries
from lantian.casework.models import Lead
from lantian.core.competence import Field
from lantian.core.deadlines import Deadline
from lantian.core.messages import Text
from lantian.core.moves import MoveRefused, check_move
from lantian.office import audit, clock, jobs, search
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import Job, Unit
from lantian.office.permissions import Permission, check_permission
from lantian.screening import continuing, queries, ranking, switches
from lantian.screening.errors import JudgementRefused, RunRefused
from lantian.screening.forecast import Forecast
from lantian.screening.models import Finding, Judgement, Run, Switch, Tally
from lantian.screening.naming import called
from lantian.screening.states import MOVES, OUTCOME_TEXTS, REASON_REQUIRED, Outcome

STEP = 1_000
STARTS_LOCK = 7_120_060  # any constant: one start of runs at a time
# What a later run may say anew about a finding it finds again; who found it first, and when, stays.
RENEWED = (
    "subject_kind", "subject_no", "subject_name", "score", "strength", "clearing", "cleared", "reason_zh",
    "reason_en", "rule", "innocent_zh", "evidence", "members", "faults", "supersedes", "district_code", "holder",
    "on", "expires_on", "detector_version", "parameters", "run", "seen_by", "merged_into", "gone_on",
)  # fmt: skip


@dataclass(frozen=True)
class Preview:
    """What turning a finding into a lead would do: who will hold it, when verification is due, in which field.

    `field` is None when the officer has to choose it.
    """

    holder: Unit
    due: Deadline
    field: Field | None


@dataclass(frozen=True)
class Dismissals:
    """What became of a dismissal of several: keys dismissed, and those kept with the reason."""

    dismissed: tuple[str, ...]
    kept: Mapping[str, Text]


def start_run(
    *, detector: str, by: OfficerActor, mandate: str = "", acting: Actor | None = None, behind: bool = False
) -> Run:
    """Schedule a run of one detector over everything taken in so far; see `start_runs`."""
    (run,) = start_runs(detectors=[detector], by=by, mandate=mandate, acting=acting, behind=behind)
    return run


def start_runs(
    *,
    detectors: Sequence[str],
    by: OfficerActor,
    mandate: str = "",
    acting: Actor | None = None,
    behind: bool = False,
) -> list[Run]:
    """Schedule runs of detectors in one job; those with a run already open are passed over, unless all are.

    Runs that nobody asked for by hand name their `mandate` (`kind:key`), and the job `acting` under it; `behind`
    lets them wait for the end of one at work, which may have read before. Runs for a case: `cases.screen`.
    """
    check_permission(by.permissions, Permission.SCREEN)
    with transaction.atomic():
        one_start_at_a_time()
        free = [name for name in detectors if open_run(name, at_work=not behind) is None]
        if not free:
            raise RunRefused(
                "同一检测正在运行；请等它结束或先取消。", "It is running already; wait or cancel it."
            )
        runs = [_new_run(detector, by) for detector in free]
        begin(runs, mandate=mandate or f"screening:{runs[0].key}", by=by, acting=acting)
    return runs


def one_start_at_a_time() -> None:
    """Let no other transaction start runs until the open one ends: of two at once, the second sees the first's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STARTS_LOCK])


def begin(runs: Sequence[Run], *, mandate: str, by: OfficerActor, acting: Actor | None = None) -> None:
    """Store new runs and schedule the one job that carries them out, in the open transaction."""
    arguments = {"runs": ",".join(run.key for run in runs)}
    job = jobs.defer(
        "screening", lock="screening", arguments=arguments, mandate=mandate, by=by, acting=acting
    )
    for run in runs:
        run.job = job
        run.save(force_insert=True)
        detail = {"detector": run.detector, "mandate": job.mandate}
        audit.record(
            audit.Kind.SCREENING_STARTED, by=acting or by, about=("screening", run.key), detail=detail
        )


def _new_run(detector: str, by: OfficerActor) -> Run:
    return Run(
        detector=detector,
        on=clock.today(),
        post_id=by.post_id,
        started_at=clock.now(),
        seen_by=list(by.units),
    )


def open_run(detector: str, *, at_work: bool = True) -> Run | None:
    """The run of a detector that is open; those for a case are no concern of it.

    Without `at_work` only one counts that waits and will begin: none at work, none that was asked to stop.
    """
    runs = Run.objects.filter(case_key="", detector=detector, ended_at=None).select_related("job")
    waiting = runs.filter(job__state=Job.State.WAITING)
    if not at_work:
        return waiting.filter(job__cancelled=False).first()
    return (waiting | runs.filter(job__state=Job.State.RUNNING)).first()


def store(
    run: Run,
    findings: Sequence[dict[str, Any]],
    *,
    expires_after: timedelta,
    by: Actor,
    among: Collection[str] = (),
) -> None:
    """Store one step of a run's findings under the keys first stored, in the open transaction; see `continuing`.

    `among`: the keys of all findings of the run, where there are other steps.
    """
    placed = continuing.placed(run, findings, among)
    written = [placed.written(one) for one in findings]
    pairs = zip(written, _holders(run, written), strict=True)
    rows = [_finding(run, one, holder, expires_after, placed.known) for one, holder in pairs]
    rows.sort(key=lambda row: row.key)  # the order in which everybody locks findings
    Finding.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["key"], update_fields=list(RENEWED)
    )
    gone = placed.merge()
    if not run.case_key:  # what a case shows is met on the page of its lead, by no search
        search.note([*map(queries.search_record, rows), *map(queries.no_record, gone)])
    detail = {"run": run.key, "findings": len(rows), "merged": sorted(gone)}
    audit.record(audit.Kind.FINDINGS_STORED, by=by, about=("screening", run.key), detail=detail)


def mark_gone(run: Run) -> int:
    """Say of each finding of the detector that a run did not find it again; how many those are."""
    # Several offices may read a finding, fewer its runs: what a run no longer finds is said with the finding.
    found = Finding.objects.filter(detector=run.detector, case_key=run.case_key, merged_into="", gone_on=None)
    stale = found.filter(run_id__lt=run.pk).select_for_update().order_by("key").values_list("pk", flat=True)
    return Finding.objects.filter(pk__in=list(stale)).update(gone_on=run.on)


@transaction.atomic
def switch(*, detector: str, active: bool, seen: Forecast, reason: str, by: OfficerActor) -> Switch:
    """Decide for the officer's own office whether it takes a detector; `seen` is what the page showed before."""
    check_permission(by.permissions, Permission.SWITCH_DETECTORS)
    unit = by.unit
    if unit is None or switches.is_on(detector, unit) == active:
        raise RunRefused("已经是这样了，请刷新页面。", "It is so already; open the page again.")
    row = Switch.objects.create(
        detector=detector,
        unit_id=unit,
        active=active,
        reason=reason.strip()[:200],
        waiting=seen.waiting,
        monthly=seen.monthly,
        budget=seen.budget,
        post_id=by.post_id,
        at=clock.now(),
    )
    detail = {"detector": detector, "active": active, "waiting": seen.waiting, "monthly": seen.monthly}
    audit.record(audit.Kind.DETECTOR_SWITCHED, by=by, about=("switch", row.key), detail=detail)
    return row


def preview(finding: Finding, *, on: date) -> Preview:
    """Say what 转为线索 would do, without doing it."""
    return Preview(
        casework_queries.office_for(finding.district_code, subject_no=finding.subject_no),
        casework.due_date(on),
        field_of(finding),
    )


def field_of(finding: Finding) -> Field | None:
    """The field of law that a finding's detector and subject tell; None when an officer has to say."""
    return casework_queries.field_of(finding.subject_kind, finding.subject_no, detector=finding.detector)


@transaction.atomic
def judge(
    *,
    finding_key: str,
    outcome: Outcome,
    reason: str,
    seen: int,
    by: OfficerActor,
    asked: str = "",
    field: Field | None = None,
) -> tuple[Judgement, Lead | None]:
    """Record an officer's judgement; 转为线索 opens the lead in the same act.

    `seen` is the number of judgements on the page the officer acted from: a newer one refuses the act. A request
    for more says in `asked` to whom it goes and in `reason` what is wanted; the answer brings the finding back.
    `field` is the officer's word on the field of a lead; it counts only where the finding does not tell.
    """
    check_permission(by.permissions, Permission.JUDGE)
    finding = _take(finding_key)
    earlier = queries.judgements(finding)
    _refuse_stale(earlier, seen)
    check_move(MOVES, queries.state_of(earlier), outcome)
    _check_said(outcome, reason, asked)
    lead = _open_lead(finding, field, by, _beside(finding, reason)) if outcome is Outcome.LEAD else None
    _tally(finding, earlier, outcome)
    judgement = Judgement.objects.create(
        finding=finding,
        outcome=outcome,
        reason=reason.strip(),
        post_id=by.post_id,
        at=clock.now(),
        ground=ground_of(finding),
        ground_size=len(finding.evidence),
        faults=finding.faults,
        asked=asked.strip()[:60] if outcome is Outcome.MORE else "",
        lead_key=lead.key if lead else "",
    )
    detail = {"outcome": str(outcome), "ground": judgement.ground}
    audit.record(audit.Kind.FINDING_JUDGED, by=by, about=("finding", finding.key), detail=detail)
    return judgement, lead


def _check_said(outcome: Outcome, reason: str, asked: str) -> None:
    if outcome in REASON_REQUIRED and not reason.strip():
        name = OUTCOME_TEXTS[outcome]
        raise JudgementRefused(f"“{name.zh}”须写明理由。", f"Please give the reason: '{name.en}' needs one.")
    if outcome is Outcome.MORE and not asked.strip():
        raise JudgementRefused("请写明向谁要求补充。", "Please say who is asked for more.")


def _take(finding_key: str) -> Finding:
    """Lock the finding; an office that only received its lead may read it, but no row of it to lock."""
    finding = Finding.objects.select_for_update().filter(key=finding_key).first()
    if finding is None:
        raise JudgementRefused(
            "只有该提示的主管单位可以研判；贵单位可在线索中核查。",
            "Only the office in charge judges this finding; yours may verify the lead.",
        )
    if finding.case_key:
        raise JudgementRefused(
            "本提示是线索的核查材料，请在线索中核查，不另作研判。",
            "This finding is material of a lead: verify it there; it is not judged by itself.",
        )
    if finding.merged_into:
        raise JudgementRefused(
            "本提示已并入更早的一条提示，请在那一条研判。",
            "This finding was merged into an older one: judge that one.",
        )
    return finding


@transaction.atomic
def dismiss(*, seen: Mapping[str, int], reason: str, by: OfficerActor) -> Dismissals:
    """Dismiss several findings for one reason: each a judgement of its own, those judged meanwhile are kept.

    `seen` gives, by key, the number of judgements on the page the officer acted from.
    """
    if not reason.strip():
        raise JudgementRefused("“排除”须写明理由。", "Please give the reason: 'dismiss' needs one.")
    kept: dict[str, Text] = {}
    for key, count in sorted(seen.items()):
        try:
            judge(finding_key=key, outcome=Outcome.DISMISS, reason=reason, seen=count, by=by)
        except (JudgementRefused, MoveRefused) as refusal:
            kept[key] = refusal.text
    return Dismissals(tuple(key for key in sorted(seen) if key not in kept), kept)


def ground_of(finding: Finding) -> str:
    """Digest of the evidence and faults a judgement rested on: a later run may change the ground."""
    ground = [*sorted(finding.evidence), *(f"#{fault}" for fault in sorted(finding.faults))]
    return hashlib.sha256("\n".join(ground).encode()).hexdigest()


def in_steps(
    findings: Sequence[dict[str, Any]],
) -> Iterator[tuple[int, Sequence[dict[str, Any]]]]:
    """Cut findings into the steps in which they are stored, each with how many are stored after it."""
    for low in range(0, len(findings), STEP):
        step = findings[low : low + STEP]
        yield low + len(step), step


def _finding(
    run: Run,
    finding: Mapping[str, Any],
    holder: Unit,
    expires_after: timedelta,
    before: Mapping[str, Finding],
) -> Finding:
    units = set() if run.case_key else {holder.pk, *run.seen_by}
    known = before.get(finding["key"])
    # Its days are counted from when the comparison came to say what it says, not from the newest run.
    same = known is not None and sorted(known.evidence) == sorted(finding["evidence"])
    own = ("holder", "expires_on", "run", "seen_by", "merged_into", "gone_on")
    values = {name: finding[name] for name in RENEWED if name not in own}
    return Finding(
        key=finding["key"],
        case_key=run.case_key,
        detector=finding["detector"],
        first_found_at=clock.now(),
        expires_on=known.expires_on if known and same and not known.gone_on else run.on + expires_after,
        holder=holder,
        run=run,
        seen_by=sorted(units),
        **values,
    )


def _holders(run: Run, findings: Sequence[Mapping[str, Any]]) -> list[Unit]:
    """The offices that findings fall to: of a case it is that which holds the lead."""
    lead = casework_queries.find(run.case_key) if run.case_key else None
    if lead is not None:
        return [lead.holder] * len(findings)
    return casework_queries.offices_for([(one["district_code"], one["subject_no"]) for one in findings])


def _refuse_stale(earlier: Sequence[Judgement], seen: int) -> None:
    if len(earlier) < seen:
        raise JudgementRefused("页面已过期，请刷新后再研判。", "The page is out of date; open it again.")
    if len(earlier) > seen:
        last = earlier[-1]
        at, name = last.at.astimezone(clock.CHINA), last.post.account.name
        raise JudgementRefused(
            f"{name}已于 {at:%m月%d日 %H:%M} 研判过；请查看后再操作。",
            f"{name} judged it on {at:%d %B at %H:%M}; look at that before you act.",
        )


def _beside(finding: Finding, reason: str) -> str:
    """The ground beside a finding that may not be a lead's sole ground; empty where it may."""
    if not ranking.precision(finding.detector).review_only:
        return ""
    if not reason.strip():
        raise JudgementRefused(
            "该模型目前只供参考，不得单独作为线索的依据；请写明本提示以外的依据。",
            "This detector may only be reviewed and is never the sole ground of a lead;"
            " please give the ground beside this finding.",
        )
    return reason.strip()


def _tally(finding: Finding, earlier: Sequence[Judgement], outcome: Outcome) -> None:
    """Keep count of what stands confirmed and dismissed: only the newest judgement of a finding counts."""
    if finding.clearing != queries.UNCLEARED:
        return
    counted = {str(Outcome.LEAD): "confirmed", str(Outcome.DISMISS): "dismissed"}
    row, _ = Tally.objects.select_for_update().get_or_create(detector=finding.detector)
    for said, by in ((earlier[-1].outcome if earlier else "", -1), (str(outcome), 1)):
        if said in counted:
            setattr(row, counted[said], getattr(row, counted[said]) + by)
    row.save()


def _open_lead(finding: Finding, field: Field | None, by: OfficerActor, beside: str) -> Lead:
    """Open the lead; `beside` is the ground beside a finding that may not stand alone."""
    more = Text(f"另有依据：{beside}", f" Other ground: {beside}") if beside else Text("", "")
    if finding.gone_on:
        more = Text(
            f"（{finding.gone_on}的比对没有再发现这条提示。）{more.zh}",
            f" (The run of {finding.gone_on} did not find it again.){more.en}",
        )
    opening = casework.Opening(
        origin=("finding", finding.key),
        subject=(finding.subject_kind, finding.subject_no, called(finding).zh),
        ground=Text(finding.reason_zh + more.zh, finding.reason_en + more.en),
        holder=casework_queries.office_for(finding.district_code, subject_no=finding.subject_no),
        field=field_of(finding) or field,
    )
    return casework.open_lead(opening, by=by)
