"""The job that splits a list: every row kept as it came, with whom it concerns, where it goes, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from lantian.core.messages import Text
from lantian.core.moves import check_move
from lantian.dispatch import bulk, history, lists
from lantian.dispatch.book import kind
from lantian.dispatch.models import Dispatch, DispatchRow
from lantian.dispatch.placing import Placed, Register, place, read_cells
from lantian.dispatch.states import MOVES, Act, State, Step
from lantian.filings import secrecy
from lantian.office import audit, clock, files, jobs
from lantian.office.intake.sources import Source, Window
from lantian.office.intake.spec import Fault

STEP = 2_000
Numbered = tuple[int, list[str]]


@jobs.job("dispatch_split")
def split(running: jobs.Running, *, dispatch: str) -> None:
    """Read the list in steps; run again it goes on after the last row that is kept."""
    with running.step():
        row = Dispatch.objects.select_related("list_file").get(key=dispatch)
        if row.state != State.RECEIVED:
            return
        source = lists.open_list(files.path_of(row.list_file))
        register = Register.opened(row.received_on)
    total, unread = _counted(source)
    done, last = int(running.cursor.get("rows", 0)), int(running.cursor.get("place", 0))
    for step in _steps(_rows(source, last)):
        with running.step():
            _keep(running, row, step, register)
            done += len(step)
            running.advance("dispatch_split", done, total, {"rows": done, "place": step[-1][0]})
    with running.step():
        _finish(running, row, source, unread)


def _counted(source: Source) -> tuple[int, list[list[object]]]:
    """How many rows there are, and those that cannot be read, with the reason."""
    total, unread = 0, list[list[object]]()
    for window in source.windows(0):
        barred = _barred(window, source)
        total += window.frame.height - len(barred)
        faults = sorted([*window.faults, *barred], key=lambda fault: fault.row)
        unread += [[fault.row, fault.text.zh, fault.text.en] for fault in faults]
    return total, unread


def _barred(window: Window, source: Source) -> list[Fault]:
    """Rows marked as defence or secret: they are never taken in, from whatever list they come."""
    named = {source.headers[place]: name for name, place in lists.meanings(source.headers).items()}
    return secrecy.barred(window.frame, named)


def _rows(source: Source, after: int) -> Iterator[Numbered]:
    width = len(source.headers)
    for window in source.windows(0):
        barred = {fault.row for fault in _barred(window, source)}
        for number, *cells in window.frame.iter_rows():
            if number > after and number not in barred:
                yield number, [str(cell or "").replace("\0", "") for cell in cells[:width]]


def _steps(rows: Iterator[Numbered]) -> Iterator[list[Numbered]]:
    while step := list(islice(rows, STEP)):
        yield step


def _keep(running: jobs.Running, row: Dispatch, step: Sequence[Numbered], register: Register) -> None:
    meant = [read_cells(cells, row.meanings) for _, cells in step]
    register.read(meant)
    first = kind(row.kind, row.received_on).subject
    decided: dict[tuple[tuple[str, str], ...], Placed] = {}
    made = []
    for (number, cells), meaning in zip(step, meant, strict=True):
        known = tuple((name, value) for name, value in meaning.items() if name in lists.WHOM)
        placed = decided.get(known) or decided.setdefault(known, place(dict(known), first, register))
        made.append(_made(running, row, (number, cells), placed))
    bulk.insert(made)
    detail = {"rows": len(made), "last": step[-1][0]}
    audit.record(audit.Kind.DISPATCH_SPLIT, by=running.actor, about=("dispatch", row.key), detail=detail)


def _made(running: jobs.Running, row: Dispatch, numbered: Numbered, placed: Placed) -> DispatchRow:
    return DispatchRow(
        dispatch=row,
        place=numbered[0],
        cells=numbered[1],
        subject_kind=placed.body.kind,
        subject_no=placed.body.number[:120],
        subject_name=placed.body.name[:200],
        subject_group=placed.body.group[:200],
        holder_id=placed.holder,
        routed_by=placed.step,
        reason_zh=placed.reason.zh,
        reason_en=placed.reason.en,
        conflict=placed.conflict,
        changed_at=clock.now(),
        changed_by_id=row.created_by_id,
        seen_by=[row.unit_id],
    )


def _finish(running: jobs.Running, row: Dispatch, source: Source, unread: list[list[object]]) -> None:
    kept = Dispatch.objects.select_for_update(of=("self",)).get(pk=row.pk)
    kept.state = check_move(MOVES, State(kept.state), Act.SPLIT)
    kept.unread, kept.rows_read = unread[:500], kept.rows.count()
    notes = [*source.notes, *_doubts(kept)]
    kept.notes_zh, kept.notes_en = "".join(note.zh for note in notes), " ".join(note.en for note in notes)
    kept.version += 1
    kept.save(update_fields=["state", "unread", "rows_read", "notes_zh", "notes_en", "version"])
    history.note(kept, Step.SPLIT, post=kept.created_by_id, count=kept.rows_read)
    detail = {"rows": kept.rows_read, "unread": len(unread)}
    audit.record(audit.Kind.DISPATCH_SPLIT, by=running.actor, about=("dispatch", kept.key), detail=detail)


def _doubts(row: Dispatch) -> list[Text]:
    """What the officer should know of the list before he forwards it."""
    if set(row.meanings) & set(lists.WHOM):
        return []
    return [
        Text(
            "没有认出写明代理机构、申请人、申请号或所属区的列，全部进入待定队列，请人工指定。",
            "No column was recognised that names agency, applicant, application or district: assign by hand.",
        )
    ]
