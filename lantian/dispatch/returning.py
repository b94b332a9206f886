"""Return sheets that come back as files: kept, read, compared, merged once an officer accepts; no silent loss."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction

from lantian.core.competence import Act as LegalAct
from lantian.core.messages import Refused, Text
from lantian.core.moves import check_move
from lantian.dispatch import bulk, history
from lantian.dispatch.book import fields, kind, outcome_of
from lantian.dispatch.errors import DispatchRefused, StaleDispatch
from lantian.dispatch.lists import labels
from lantian.dispatch.merging import Change, Conflict, KnownAnswer, Merge, merge
from lantian.dispatch.models import DispatchRow, ReturnSheet, RowAnswer, SheetUpload
from lantian.dispatch.reading import Answer, Remark, Returned, SheetFacts, read_return_sheet, sheet_ids
from lantian.dispatch.states import (
    OPEN_SHEETS,
    SHEET_MOVES,
    UPLOAD_MOVES,
    SheetAct,
    SheetState,
    State,
    Step,
    UploadAct,
    UploadState,
)  # fmt: skip
from lantian.office import audit, clock, competence, files, jobs
from lantian.office.actors import OfficerActor
from lantian.office.models import Job, StoredFile
from lantian.office.permissions import Permission, check_permission

STEP = 1_000
MOST_REMARKS = 300  # of one sort that a page shows


@transaction.atomic
def upload(*, sheet_key: str, file: StoredFile, by: OfficerActor, late: str = "") -> SheetUpload:
    """Take a return sheet back, by its office or by the keeper for an office that never logs in.

    After closing it is refused, unless `late` says why it is kept: then it stays beside as a late supplement.
    """
    check_permission(by.permissions, Permission.VERIFY)
    related = ("dispatch", "unit")
    sheet = ReturnSheet.objects.select_for_update(of=("self",)).select_related(*related).get(key=sheet_key)
    if by.unit not in (sheet.unit_id, sheet.dispatch.unit_id):
        raise DispatchRefused("这是其他单位的反馈表。", "This return sheet is another office's.")
    closed = State(sheet.dispatch.state) is State.CLOSED
    if closed and not late.strip():
        raise DispatchRefused(
            "来文已办结，反馈表不再并入；如须留存，请写明原因，作为逾期补充保存。",
            "The letter is closed and merges no more; to keep the sheet as a late supplement, give the reason.",
        )
    row = SheetUpload(
        sheet=sheet, file=file, post_id=by.post_id, at=clock.now(), reason=late.strip(), seen_by=sheet.seen_by
    )
    if closed:
        row.state = UploadState.LATE
    else:
        row.job = _defer(row, by)
    row.save(force_insert=True)
    step = Step.LATE if closed else Step.RETURN
    history.note(sheet.dispatch, step, post=by.post_id, unit=sheet.unit_id, reason=late)
    detail = {"sheet": sheet.key, "sha256": file.sha256, "late": closed}
    audit.record(audit.Kind.SHEET_RETURNED, by=by, about=("upload", row.key), detail=detail)
    return row


def sheet_of(data: bytes) -> ReturnSheet | None:
    """The sheet that a file names itself, if it is one that the reader may see: any sheet, handed in at one place."""
    return ReturnSheet.objects.filter(key__in=sheet_ids(data)).first()


@transaction.atomic
def accept(*, key: str, take: Collection[str], emptied: Collection[str], by: OfficerActor) -> SheetUpload:
    """Merge what was previewed: every new answer, and of changes and conflicts those in `take`.

    An entry of `take` is the row's key, with `:n` the n-th of several answers. `emptied` names rows whose empty cells
    may take away what stood there. Everything else stays as it is known.
    """
    row = _take(key, by)
    row.state = check_move(UPLOAD_MOVES, UploadState(row.state), UploadAct.ACCEPT)
    letter = row.sheet.dispatch
    competence.may(by, LegalAct.VERIFY, kind(letter.kind, letter.received_on).field)
    row.taken = _chosen(row.found, set(take), set(emptied))
    row.job = _defer(row, by)
    row.save(update_fields=["state", "taken", "job"])
    detail = {"rows": len(row.taken)}
    audit.record(audit.Kind.SHEET_MERGED, by=by, about=("upload", row.key), detail=detail)
    return row


@transaction.atomic
def discard(*, key: str, by: OfficerActor) -> SheetUpload:
    """Leave a returned sheet out; the file stays."""
    row = _take(key, by)
    row.state = check_move(UPLOAD_MOVES, UploadState(row.state), UploadAct.DISCARD)
    row.save(update_fields=["state"])
    audit.record(audit.Kind.SHEET_MERGED, by=by, about=("upload", row.key), detail={"rows": 0})
    return row


def _take(key: str, by: OfficerActor) -> SheetUpload:
    check_permission(by.permissions, Permission.VERIFY)
    related = ("sheet__dispatch", "job")
    row = SheetUpload.objects.select_for_update(of=("self",)).select_related(*related).get(key=key)
    if by.unit not in (row.sheet.unit_id, row.sheet.dispatch.unit_id):
        raise DispatchRefused("这是其他单位的反馈表。", "This return sheet is another office's.")
    if State(row.sheet.dispatch.state) is State.CLOSED:
        raise DispatchRefused("来文已办结，反馈表不再并入。", "The letter is closed and merges no more.")
    if UploadState(row.state) is not UploadState.READY:
        raise StaleDispatch(
            "这份反馈表已处理过，或者还没有核对完；请刷新页面。",
            "This sheet was dealt with already, or is still being read; load the page again.",
        )
    return row


def _defer(row: SheetUpload, by: OfficerActor) -> Job:
    arguments = {"upload": row.key}
    lock = f"sheet:{row.sheet.key}"
    return jobs.defer("dispatch_merge", lock=lock, arguments=arguments, mandate=f"upload:{row.key}", by=by)


@jobs.job("dispatch_merge")
def work_on(running: jobs.Running, *, upload: str) -> None:
    """First read and compare; once accepted, merge. Run again it goes on from its cursor."""
    with running.step():
        row = SheetUpload.objects.select_related("sheet__dispatch", "sheet__unit", "file").get(key=upload)
    if row.state == UploadState.READING:
        _read(running, row)
    elif row.state == UploadState.MERGING:
        _merge(running, row)


def _read(running: jobs.Running, row: SheetUpload) -> None:
    with running.step():
        data = files.path_of(row.file).read_bytes()
        facts, known, base = _facts(row.sheet)
        running.advance("dispatch_read", 0, len(facts.keys))
    try:
        returned = read_return_sheet(data, row.file.name, expected=facts)
    except Refused as refusal:
        _read_as(running, row, UploadAct.REFUSE, {"fault": [refusal.text.zh, refusal.text.en]})
        raise
    found = _found(returned, merge(known, returned.answers, base=base))
    _read_as(running, row, UploadAct.READ, found)


def _read_as(running: jobs.Running, row: SheetUpload, act: UploadAct, found: dict[str, Any]) -> None:
    with running.step():
        row.state, row.found = check_move(UPLOAD_MOVES, UploadState(row.state), act), found
        row.save(update_fields=["state", "found"])
        detail = {"new": len(found.get("new", ())), "conflicts": len(found.get("conflicts", ()))}
        audit.record(audit.Kind.SHEET_RETURNED, by=running.actor, about=("upload", row.key), detail=detail)


def _facts(sheet: ReturnSheet) -> tuple[SheetFacts, dict[str, KnownAnswer], dict[str, int]]:
    """What was sent to the office, what is known of it now, and what the sheet knew when it was written."""
    columns = labels(sheet.dispatch.columns)
    rows = list(sheet.dispatch.rows.filter(holder=sheet.unit_id).order_by("place"))
    keys = {row.key: dict(zip(columns, row.cells, strict=False)) for row in rows}
    given = (
        RowAnswer.objects.filter(row__in=[row.pk for row in rows if row.answers])
        .select_related("post__account", "row")
        .order_by("row_id", "-number")
        .distinct("row_id")
    )
    known = {one.row.key: KnownAnswer(one.values, one.number, one.post.account.name, one.at) for one in given}
    facts = SheetFacts(sheet.key, keys, columns, fields(sheet.forwarded_on))
    return facts, known, {row.key: row.sent_answers for row in rows if row.sent_answers}


def _found(returned: Returned, merged: Merge) -> dict[str, Any]:
    """What reading found, as it is stored with the upload: everything that the page shows and the merge needs."""
    new, refused = [], list(returned.refused)
    for answer in merged.new:
        fault = _incomplete(answer.values)
        if fault is None:
            new.append({"key": answer.key, "row": answer.row, "values": _filled(answer.values), "seen": 0})
        else:
            refused.append(Remark(answer.row, answer.key, "", "", fault))
    counts = {name: len(getattr(returned, name)) for name in ("unknown", "missing", "changed")}
    return {
        "new": new,
        "same": len(merged.same),
        "changed": [_change(one) for one in merged.changed],
        "conflicts": [_conflict(one) for one in merged.conflicts],
        "kept": len(merged.kept),
        "counts": {**counts, "refused": len(refused)},
        "unknown": _remarks(returned.unknown),
        "missing": _remarks(returned.missing),
        "cells": _remarks(returned.changed),
        "refused": _remarks(refused),
        "notes": [[note.zh, note.en] for note in returned.notes],
    }


def _change(one: Change) -> dict[str, Any]:
    return {
        "key": one.key,
        "row": one.row,
        "before": dict(one.known.values),
        "values": _filled(one.after()),
        "emptied": _filled(one.after(accept_loss=True)),
        "fields": list(one.fields),
        "lost": list(one.lost),
        "by": one.known.by_name,
        "seen": one.known.version,
        "text": [one.text.zh, one.text.en],
    }


def _conflict(one: Conflict) -> dict[str, Any]:
    return {
        "key": one.key,
        "before": dict(one.known.values) if one.known else {},
        "answers": [{"row": each.row, "values": _filled(_over(one.known, each))} for each in one.answers],
        "fields": list(one.fields),
        "by": one.known.by_name if one.known else "",
        "seen": one.known.version if one.known else 0,
        "text": [one.text.zh, one.text.en],
    }


def _over(known: KnownAnswer | None, answer: Answer) -> dict[str, str]:
    """An incoming answer over the known one: its empty cells take nothing away."""
    return {**(known.values if known else {}), **{name: v for name, v in answer.values.items() if v}}


def _filled(values: Any) -> dict[str, str]:
    return {name: value for name, value in dict(values).items() if value}


def _remarks(remarks: Sequence[Remark]) -> list[dict[str, Any]]:
    return [{**asdict(one), "text": [one.text.zh, one.text.en]} for one in remarks[:MOST_REMARKS]]


def _incomplete(values: Any) -> Text | None:
    try:
        outcome_of(dict(values), clock.today())
    except Refused as refusal:
        return refusal.text
    return None


def _chosen(found: dict[str, Any], take: set[str], emptied: set[str]) -> list[dict[str, Any]]:
    """The answers to be written: the new ones, and what was chosen of changes and conflicts."""
    chosen = [{name: one[name] for name in ("key", "values", "seen")} for one in found["new"]]
    for one in found["changed"]:
        if one["key"] in take or one["key"] in emptied:
            values = one["emptied"] if one["key"] in emptied else one["values"]
            chosen.append({"key": one["key"], "values": values, "seen": one["seen"]})
    for one in found["conflicts"]:
        for place, answer in enumerate(one["answers"]):
            if f"{one['key']}:{place}" in take:
                chosen.append({"key": one["key"], "values": answer["values"], "seen": one["seen"]})
                break
    for one in chosen:
        fault = _incomplete(one["values"])
        if fault is not None:
            raise DispatchRefused(f"行 {one['key']}：{fault.zh}", f"Row {one['key']}: {fault.en}")
    return chosen


def _merge(running: jobs.Running, row: SheetUpload) -> None:
    done = int(running.cursor.get("rows", 0))
    skipped: list[str] = list(running.cursor.get("skipped", []))
    while done < len(row.taken):
        with running.step():
            step = row.taken[done : done + STEP]
            skipped += _write(row, step)
            done += len(step)
            running.advance("dispatch_merge", done, len(row.taken), {"rows": done, "skipped": skipped})
            detail = {"rows": len(step)}
            audit.record(audit.Kind.SHEET_MERGED, by=running.actor, about=("upload", row.key), detail=detail)
    with running.step():
        _conclude(running, row, skipped)


def _write(row: SheetUpload, step: Sequence[dict[str, Any]]) -> list[str]:
    """Write one step's answers; the keys of rows that somebody answered or moved since the preview."""
    keys = [one["key"] for one in step]
    rows = DispatchRow.objects.select_for_update(of=("self",)).filter(
        dispatch=row.sheet.dispatch_id, holder=row.sheet.unit_id, key__in=keys
    )
    found = {one.key: one for one in rows}
    today, now = clock.today(), clock.now()
    answers, changed, skipped = [], [], []
    for one in step:
        target = found.get(one["key"])
        if target is None or target.answers != one["seen"]:
            skipped.append(one["key"])
            continue
        target.outcome = outcome_of(one["values"], today).id
        target.answers, target.version = target.answers + 1, target.version + 1
        target.changed_at, target.changed_by_id = now, row.post_id
        changed.append(target)
        answers.append(
            RowAnswer(
                row=target, number=target.answers, values=one["values"], how=RowAnswer.How.FILE, upload=row,
                unit_id=row.sheet.unit_id, post_id=row.post_id, at=now,
            )
        )  # fmt: skip
    bulk.insert(answers)
    bulk.update(changed, ("outcome", "answers", "version", "changed_at", "changed_by_id"))
    return skipped


def _conclude(running: jobs.Running, row: SheetUpload, skipped: list[str]) -> None:
    """Close the merge; an office whose every row is answered has answered."""
    row.state = check_move(UPLOAD_MOVES, UploadState(row.state), UploadAct.MERGE)
    row.found = {**row.found, "skipped": skipped[:MOST_REMARKS]}
    row.save(update_fields=["state", "found"])
    sheet = ReturnSheet.objects.select_for_update(of=("self",)).get(pk=row.sheet_id)
    count = len(row.taken) - len(skipped)
    history.note(row.sheet.dispatch, Step.MERGE, post=row.post_id, unit=sheet.unit_id, count=count)
    open_rows = row.sheet.dispatch.rows.filter(holder=sheet.unit_id, answers=0)
    if SheetState(sheet.state) in OPEN_SHEETS and not open_rows.exists():
        sheet.state = check_move(SHEET_MOVES, SheetState(sheet.state), SheetAct.SUBMIT)
        sheet.submitted_on, sheet.version = clock.today(), sheet.version + 1
        sheet.changed_at, sheet.changed_by_id = clock.now(), row.post_id
        sheet.save(update_fields=["state", "submitted_on", "version", "changed_at", "changed_by"])
        history.note(row.sheet.dispatch, Step.SUBMIT, post=row.post_id, unit=sheet.unit_id)
    detail = {"rows": count, "skipped": len(skipped)}
    audit.record(audit.Kind.SHEET_MERGED, by=running.actor, about=("upload", row.key), detail=detail)
