"""Reads of the campaign beside the ledgers. Every query runs under the reader's scope."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Func, Q, QuerySet, TextField, Value

from lantian.campaign.actions.entries import MODELS, Entry
from lantian.campaign.ledgers.catalogue import EVERY
from lantian.campaign.ledgers.frame import Wanted
from lantian.campaign.models import (
    GuidancePush,
    Instruction,
    InstructionStep,
    LedgerExport,
    Programme,
    PublicityItem,
    StoryStep,
    SummaryStep,
    SweepEntry,
    Task,
    TaskReport,
)
from lantian.campaign.models.programme import REPORTED
from lantian.campaign.rules import rule
from lantian.campaign.states import State, TaskState
from lantian.casework.queries import city
from lantian.office import clock
from lantian.office.actors import Actor
from lantian.office.models import Paper, StoredFile
from lantian.office.papers.states import State as PaperState
from lantian.registry.models import Company


def find_export(key: str) -> LedgerExport | None:
    """One export, if the reader's office asked for it."""
    found = LedgerExport.objects.select_related("job__progress", "file", "unit", "post__account")
    return found.filter(key=key).first()


def exports(ledger: str) -> list[LedgerExport]:
    """The newest exports of a ledger by the reader's office."""
    found = LedgerExport.objects.select_related("job", "file", "unit", "post__account")
    return list(found.filter(ledger=ledger).order_by("-id")[:5])


def programmes() -> list[Programme]:
    """Every campaign, the newest first."""
    return list(Programme.objects.select_related("post__account").order_by("-starts", "-id"))


def tasks(programme: Programme) -> list[Task]:
    """The tasks of a campaign that the reader may see, by due day."""
    rows = Task.objects.filter(programme=programme).select_related("owner", "programme")
    return list(rows.order_by("due", "owner_id", "id"))


def find_task(key: str) -> Task | None:
    """One task."""
    return Task.objects.select_related("owner", "programme").filter(key=key).first()


def reports(task: Task) -> list[TaskReport]:
    """What was reported of a task, oldest first."""
    return list(task.reports.select_related("post__account", "post__unit", "proof").order_by("id"))


def progress(task: Task) -> tuple[int, int] | None:
    """How far a counted task is, as (rows, target); of a reported one the last per cent of 100; None if none."""
    if task.measure != REPORTED and task.measure in EVERY:
        wanted = Wanted(task.programme.starts, task.programme.ends, task.owner_id)
        return EVERY[task.measure].count(wanted), task.target or 0
    last = task.reports.exclude(percent=None).order_by("-id").first()
    if task.state == TaskState.DONE:
        return 100, 100
    return (last.percent, 100) if last and last.percent is not None else None


def instructions(by: Actor) -> QuerySet[Instruction]:
    """Instructions that the reader's office carries out or recorded; the city sees all. The next due first."""
    rows = Instruction.objects.select_related("owner", "origin_unit", "scan").order_by(
        "closed_on", "due", "id"
    )
    mine = Q(owner_id=by.unit) | Q(origin_unit_id=by.unit)
    return rows if by.unit == city().pk else rows.filter(mine)


def open_instructions(by: Actor) -> QuerySet[Instruction]:
    """Those that are not closed."""
    return instructions(by).exclude(state=str(State.CLOSED)).order_by("due", "id")


def find_instruction(key: str) -> Instruction | None:
    """One instruction, if the reader may see it."""
    rows = Instruction.objects.select_related("owner", "origin_unit", "scan", "changed_by__account")
    return rows.filter(key=key).first()


def steps(instruction: Instruction) -> list[InstructionStep]:
    """What was done with an instruction, oldest first."""
    return list(instruction.steps.select_related("post__account", "post__unit", "file").order_by("id"))


def find_entry(kind: str, key: str) -> Entry | None:
    """One entry, struck or not."""
    rows = MODELS[kind].objects.select_related("unit", "post__account", "struck_by__account")
    return rows.filter(key=key).first()


def file_of(key: str) -> StoredFile | None:
    """A file that a record of the campaign holds, if the reader may see it."""
    held = (
        Q(pk__in=PublicityItem.objects.values("picture"))
        | Q(pk__in=GuidancePush.objects.values("proof"))
        | Q(pk__in=Instruction.objects.values("scan"))
        | Q(pk__in=InstructionStep.objects.values("file"))
        | Q(pk__in=TaskReport.objects.values("proof"))
        | Q(pk__in=SummaryStep.objects.values("file"))
        | Q(pk__in=StoryStep.objects.values("file"))
    )
    return StoredFile.objects.filter(held, key=key).first()


def candidates(unit: int | None, since: date) -> QuerySet[Company]:
    """Companies whose business scope offers patent agency though no agency licence is known, not swept since a day.

    A scope that excepts patent agency (除外、不含) offers none. `unit` is a district's code; None means everywhere.
    """
    words = rule("sweep_candidates", clock.today()).values
    excepted, nothing, everywhere = Value(words["excepted"]), Value(""), Value("g")
    said = Func(
        F("scope"), excepted, nothing, everywhere, function="regexp_replace", output_field=TextField()
    )
    rows = Company.objects.filter(scope__contains=words["offered"]).annotate(offers=said)
    rows = rows.filter(offers__contains=words["offered"], subject__agency__agency_code=None)
    seen = SweepEntry.objects.filter(struck_at=None, on__gte=since).exclude(firm_no="").values("firm_no")
    rows = rows.exclude(subject_id__in=seen).select_related("subject")
    return (rows.filter(subject__district_code=str(unit)) if unit is not None else rows).order_by(
        "subject__name_pinyin", "id"
    )


def has_draft(instruction: Instruction) -> bool:
    """Whether a pressing order is being prepared."""
    rows = Paper.objects.filter(about_kind="instruction", about_key=instruction.key)
    return rows.filter(state__in=[str(PaperState.DRAFT), str(PaperState.APPROVED)]).exists()
