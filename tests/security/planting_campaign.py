"""The mark in the campaign's records, as `planting.plant` has it elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lantian.campaign.models import (
    FrozenCell,
    GuidancePush,
    Instruction,
    InstructionStep,
    LedgerExport,
    MonthClose,
    Programme,
    PublicityItem,
    Return,
    ReturnStep,
    ReturnTemplate,
    Statement,
    Story,
    StoryStep,
    StoryVersion,
    Summary,
    SummaryFigure,
    SummaryStep,
    SummaryVersion,
    SweepEntry,
    Task,
    TaskReport,
)
from lantian.office import audit, clock, files
from lantian.office.actors import Actor
from lantian.office.models import StoredFile
from lantian.office.scope import scoped
from tests.personas import officer


def plant_campaign(mark: str, units: Sequence[int], everybody: Actor) -> dict[str, str]:
    """Plant the mark; the keys of what was planted by the first word of the routes that open it."""
    by = officer("city")
    with scoped(everybody):
        keys = _plant(mark, sorted(units), by.post_id)
        file = files.keep(
            name=f"{mark}.xlsx", chunks=[f"ledger{mark}".encode()], seen_by=sorted(units), by=by
        )
        LedgerExport.objects.filter(key=keys["workbook"]).update(file=file)
        PublicityItem.objects.filter(key=keys["publicity"]).update(picture=file)
        audit.record(audit.Kind.LEDGER_EXPORTED, by=by, about=("ledger", "leads"))
        keys |= _returns(mark, sorted(units), by.post_id, file)
    return keys | {"ledger": "leads", "campaign": file.key, "figure": "guided"}


def _returns(mark: str, units: list[int], post: int, file: StoredFile) -> dict[str, str]:
    """A closed month with its cells, a template and a return of it."""
    now, month = clock.now(), clock.today().replace(day=1)
    seen: dict[str, Any] = {"seen_by": units}
    close = MonthClose.objects.create(
        unit_id=units[0], month=month, post_id=post, at=now, digest="", reopened_reason=mark, **seen
    )
    FrozenCell.objects.create(
        close=close, of_month=month, flow="guided", unit_id=units[0], parts={"group": mark}, ids=[1]
    )
    template = ReturnTemplate.objects.create(
        unit_id=units[0],
        title=mark,
        due_day=5,
        file=file,
        cells=[],
        asked=units,
        post_id=post,
        at=now,
        **seen,
    )
    cell = {"sheet": mark, "cell": "A1", "figure": "guided", "span": "month", "unit": None, "value": 1}
    row = Return.objects.create(
        template=template, unit_id=units[0], month=month, close=close, values=[cell], file=file, changed_at=now,
        changed_by_id=post, **seen,
    )  # fmt: skip
    ReturnStep.objects.create(report=row, act="send", note=mark, at=now, post_id=post)
    return {"month": close.key, "template": template.key, "return": row.key}


def _plant(mark: str, units: list[int], post: int) -> dict[str, str]:
    today, now = clock.today(), clock.now()
    seen: dict[str, Any] = {"seen_by": units}
    entry = seen | {"unit_id": units[0], "on": today, "post_id": post, "at": now}
    changed = seen | {"changed_at": now, "changed_by_id": post, "owner_id": units[0], "due": today}
    programme = Programme.objects.create(
        title=mark, starts=today, ends=today, post_id=post, at=now, seen_by=units
    )
    task = Task.objects.create(programme=programme, title=mark, **changed)
    TaskReport.objects.create(task=task, act="report", words=mark, at=now, post_id=post)
    instruction = Instruction.objects.create(
        number=mark,
        leader_title=mark,
        given_on=today,
        matter=mark,
        words=mark,
        origin_unit_id=units[0],
        **changed,
    )
    InstructionStep.objects.create(instruction=instruction, act="record", words=mark, at=now, post_id=post)
    publicity = PublicityItem.objects.create(kind="campaign", title=mark, outlet=mark, **entry)
    guidance = GuidancePush.objects.create(group="model", enterprise=mark, officer=mark, told=mark, **entry)
    sweep = SweepEntry.objects.create(
        street=mark, firm=mark, method="onsite", officer=mark, result="clear", fold=mark, **entry
    )
    Statement.objects.create(
        unit_id=units[0], first=today, last=today, indicator="closure", kind="explain", words=mark, post_id=post,
        at=now, seen_by=units,
    )  # fmt: skip
    seen_changed = seen | {"changed_at": now, "changed_by_id": post}
    version = {"number": 1, "digest": mark, "post_id": post, "at": now}
    step = {"number": 1, "on": today, "note": mark, "post_id": post, "at": now}
    summary = Summary.objects.create(
        unit_id=units[0], year=today.year - 1, due=today, receiver=mark, sent_number=mark, **seen_changed
    )
    text = {"title": mark, "receiver": mark, "sections": [], "rows": []}
    summary_version = SummaryVersion.objects.create(
        summary=summary, until=today, content=text, words={"next": mark}, reasons={}, left_out=[], stories=[],
        last_source="none", **version,
    )  # fmt: skip
    SummaryFigure.objects.create(version=summary_version, figure=mark, flow="publicity", value=0, ids=[])
    SummaryStep.objects.create(summary=summary, act="send", **step)
    story = Story.objects.create(
        unit_id=units[0], source_kind="lead", source_key=mark, title=mark, decision=mark, served_on=today,
        **seen_changed,
    )  # fmt: skip
    StoryVersion.objects.create(
        story=story, facts=mark, more=[mark], names=[mark], text=mark, rule="", **version
    )
    StoryStep.objects.create(story=story, act="drop", **step)
    workbook = LedgerExport.objects.create(
        ledger="leads", first=today, last=today, post_id=post, at=now, seen_by=units
    )
    return {
        "workbook": workbook.key,
        "instruction": instruction.key,
        "programme": programme.key,
        "task": task.key,
        "publicity": publicity.key,
        "guidance": guidance.key,
        "sweep": sweep.key,
        "summary": summary.key,
        "story": story.key,
    }
