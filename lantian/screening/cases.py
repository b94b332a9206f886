"""Screening for one case: what it brought is compared with itself and with public data, for its own offices only.

Findings of a case stand outside the pool, the ranking and the count of judgements: they are material of the lead,
verified there. Nothing of this runs at night.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import polars as pl
from django.db import transaction
from django.db.models import Count, QuerySet

from lantian.casework import queries as casework
from lantian.casework.models import Lead
from lantian.core.chain import digest_of
from lantian.core.messages import NotAllowed, Text
from lantian.detect.detectors import DETECTORS
from lantian.detect.findings import Findings
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.intake import actions as intake
from lantian.office.models import IntakeBatch, Job, StoredFile
from lantian.office.permissions import Permission, check_permission
from lantian.screening import actions, material
from lantian.screening.continuing import own_key
from lantian.screening.errors import RunRefused
from lantian.screening.material import LEAD, SPECS, MaterialRefused
from lantian.screening.models import CaseRow, Finding, Run

ENDED = Text(
    "线索已核查完毕，不再筛查本案材料", "the verification of the lead has ended; its material is not screened"
)
NOT_OPEN = Text(
    "线索已核查完毕；本案材料只能查看，不再导入或筛查。",
    "The verification has ended: the case's material may be read, nothing is taken in or screened.",
)
LONGEST = 200  # signs of a purpose


def may_work(lead: Lead, by: OfficerActor) -> bool:
    """Whether the officer verifies this lead for the office that holds it, and its verification has not ended."""
    return Permission.VERIFY in by.permissions and by.unit == lead.holder_id and material.case_open(lead.key)


@transaction.atomic
def bring(*, lead_key: str, table: str, file: StoredFile, by: OfficerActor) -> IntakeBatch:
    """Take a file in for the case of a lead; its rows are held for this case and read for no other."""
    lead = _worked_on(lead_key, by)
    if table not in {spec.name for spec in SPECS}:
        raise MaterialRefused("请选择材料的种类。", "Choose what kind of material it is.")
    batch = intake.start(table=table, file=file, by=by, mandate=f"{LEAD}{lead.key}")
    detail = {"table": table, "intake": batch.key}
    audit.record(audit.Kind.CASE_MATERIAL_BROUGHT, by=by, about=("lead", lead.key), detail=detail)
    return batch


@transaction.atomic
def screen(*, lead_key: str, purpose: str, by: OfficerActor) -> list[Run]:
    """Run every detector that uses what this case brought, in one job; the purpose stands with each run."""
    lead = _worked_on(lead_key, by)
    if not purpose.strip():
        raise RunRefused("请写明筛查本案材料的用途。", "Please say what the case's material is screened for.")
    wanted = [name for name, lacks in detectors(lead.key).items() if not lacks]
    if not wanted:
        raise RunRefused(
            "本案还没有可供筛查的材料；请先导入。",
            "There is nothing of this case to screen; take it in first.",
        )
    if open_job(lead.key) is not None:
        raise RunRefused(
            "本案材料正在处理；请等它结束或先停止。",
            "The case's material is being worked on; wait or stop it.",
        )
    runs = [
        Run(
            detector=name, on=clock.today(), post_id=by.post_id, started_at=clock.now(), case_key=lead.key,
            purpose=purpose.strip()[:LONGEST], seen_by=[],
        )
        for name in wanted
    ]  # fmt: skip
    actions.begin(runs, mandate=f"{LEAD}{lead.key}", by=by)
    detail = {"runs": [run.key for run in runs], "purpose": digest_of({"purpose": purpose.strip()})}
    audit.record(audit.Kind.CASE_SCREENED, by=by, about=("lead", lead.key), detail=detail)
    return runs


def detectors(case_key: str) -> Mapping[str, tuple[str, ...]]:
    """Detectors that use what a case can bring; for those of which this case brought nothing, all they would use."""
    held = material.columns(case_key)
    can = {f"{table}.{name}" for table, names in material.COLUMNS.items() for name in names}
    bound = {name: tuple(one for one in each.case_bound if one in can) for name, each in DETECTORS.items()}
    return {name: () if held & set(columns) else columns for name, columns in bound.items() if columns}


def brought(case_key: str) -> list[tuple[str, int]]:
    """How many rows of each table the case brought."""
    rows = CaseRow.objects.filter(case_key=case_key).order_by("table").values_list("table")
    return list(rows.annotate(Count("ref", distinct=True)))


def batches(case_key: str) -> QuerySet[IntakeBatch]:
    """Files brought for the case, the newest first."""
    found = IntakeBatch.objects.filter(job__mandate=f"{LEAD}{case_key}")
    return found.select_related("file", "job__progress", "post__account", "post__unit").order_by("-id")


def runs(case_key: str) -> QuerySet[Run]:
    """Runs for the case, the newest first."""
    found = Run.objects.filter(case_key=case_key)
    return found.select_related("job__progress", "post__account", "post__unit").order_by("-id")


def findings(case_key: str) -> QuerySet[Finding]:
    """What was found with the case's material, the likeliest first."""
    return Finding.objects.filter(case_key=case_key, merged_into="").order_by("-score", "id")


def open_job(case_key: str) -> Job | None:
    """The intake or run for the case that waits or is at work."""
    states = (Job.State.WAITING, Job.State.RUNNING)
    found = Job.objects.filter(mandate=f"{LEAD}{case_key}", state__in=states)
    return found.select_related("progress").order_by("id").first()


def of_case(found: Findings, case_key: str, refs: Collection[str]) -> Findings:
    """Those findings that rest on rows which the case brought, under keys of their own.

    A finding of public data with the same members stays as it is, and so does its judgement.
    """
    rows = found.frame.filter(pl.col("evidence").list.eval(pl.element().is_in(list(refs))).list.any())
    keys = [own_key(key, case_key) for key in rows["key"]]
    named = pl.when(pl.col("subject_no") == pl.col("key")).then(pl.Series(keys, dtype=pl.String))
    rows = rows.with_columns(named.otherwise("subject_no").alias("subject_no"))
    rows = rows.with_columns(pl.Series("key", keys, dtype=pl.String))
    return replace(found, frame=rows, cleared=rows.filter(pl.col("clearing") != "not_cleared").height)


def _worked_on(lead_key: str, by: OfficerActor) -> Lead:
    check_permission(by.permissions, Permission.VERIFY)
    lead = casework.find(lead_key)
    if lead is None or lead.holder_id != by.unit:
        raise NotAllowed(
            "只有承办这条线索的单位可以导入和筛查本案材料。",
            "Only the office that holds the lead takes material in for it and screens it.",
        )
    if not material.case_open(lead.key):
        raise RunRefused(NOT_OPEN.zh, NOT_OPEN.en)
    return lead
