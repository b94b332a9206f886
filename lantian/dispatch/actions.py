"""Writes of dispatch: taking a letter in, saying by hand where a row goes, turning a row into a lead, pressing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from django.db import transaction
from django.db.models import Count, Q

from lantian.casework import actions as casework
from lantian.casework.models import Lead
from lantian.core.competence import Act as LegalAct
from lantian.core.messages import Text
from lantian.core.moves import check_move
from lantian.dispatch import history, lists, queries
from lantian.dispatch.book import kind, outcome_of
from lantian.dispatch.errors import DispatchRefused, StaleDispatch
from lantian.dispatch.models import Dispatch, DispatchRow, Press, ReturnSheet, RowAnswer
from lantian.dispatch.placing import DECLINED, HAND
from lantian.dispatch.states import LIVE_STATES, MOVES, OPEN_SHEETS, Act, State, Step
from lantian.office import audit, clock, competence, files, jobs, numbers, search
from lantian.office.actors import OfficerActor
from lantian.office.keys import new_key
from lantian.office.models import Job, Post, StoredFile, Unit
from lantian.office.permissions import Permission, check_permission

NUMBER_KIND, NUMBER_CODE = "dispatch", "收办"
EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True)
class Letter:
    """What the officer types of a letter; `dated` and `deadline` may be missing in it."""

    kind: str
    sender: str
    sender_no: str
    title: str
    dated: date | None
    received_on: date
    deadline: date | None
    instruction: str


@transaction.atomic
def receive(
    *, letter: Letter, list_file: StoredFile, scan: StoredFile | None = None, by: OfficerActor
) -> Dispatch:
    """Take a letter in with its list; splitting begins. A deadline already past is accepted, and shown.

    Raises `Unreadable` for a list that cannot be read, before anything is stored.
    """
    check_permission(by.permissions, Permission.TAKE_IN)
    _check_letter(letter)
    source = lists.open_list(files.path_of(list_file))
    now, unit = clock.now(), Unit.objects.get(pk=by.unit)
    serial = numbers.next_number(unit, NUMBER_KIND, now.year)
    row = Dispatch(
        number=numbers.document_number(unit, NUMBER_CODE, now.year, serial),
        kind=letter.kind,
        unit=unit,
        sender=letter.sender.strip()[:80],
        sender_no=letter.sender_no.strip()[:60],
        title=letter.title.strip()[:120],
        dated=letter.dated,
        received_on=letter.received_on,
        deadline=letter.deadline,
        instruction=letter.instruction.strip(),
        scan=scan,
        list_file=list_file,
        columns=list(source.headers),
        meanings=lists.meanings(source.headers),
        created_at=now,
        created_by_id=by.post_id,
        changed_at=now,
        changed_by_id=by.post_id,
        seen_by=[by.unit],
    )
    row.job = _defer("dispatch_split", row, by)
    row.save(force_insert=True)
    search.note([queries.search_record(row)])
    history.note(row, Step.RECEIVE, post=by.post_id)
    detail = {"kind": letter.kind, "list": list_file.sha256, "scan": scan.sha256 if scan else ""}
    audit.record(audit.Kind.DISPATCH_RECEIVED, by=by, about=("dispatch", row.key), detail=detail)
    return row


def _defer(name: str, row: Dispatch, by: OfficerActor) -> Job:
    lock = f"dispatch:{row.key}"
    return jobs.defer(name, lock=lock, arguments={"dispatch": row.key}, mandate=lock, by=by)


def _check_letter(letter: Letter) -> None:
    kind(letter.kind, letter.received_on)
    if not letter.sender.strip() or not letter.title.strip():
        raise DispatchRefused("请填写来文单位和标题。", "Give the sender and the title of the letter.")
    if letter.received_on > clock.today() or letter.received_on < EARLIEST:
        raise DispatchRefused("收文日期不能晚于今天。", "The day of receipt cannot lie in the future.")
    if letter.dated is not None and letter.dated > letter.received_on:
        raise DispatchRefused(
            "来文日期晚于收文日期，请核对。", "The letter is dated after its receipt; check the days."
        )


@transaction.atomic
def void(*, key: str, version: int, reason: str, by: OfficerActor) -> Dispatch:
    """Make a letter void that was taken in by mistake; nothing of it was forwarded yet."""
    row = take(key, version, by)
    _check_reason(reason)
    row.state = check_move(MOVES, State(row.state), Act.VOID)
    change(row, by)
    history.note(row, Step.VOID, post=by.post_id, reason=reason)
    audit.record(audit.Kind.DISPATCH_VOIDED, by=by, about=("dispatch", row.key))
    return row


@transaction.atomic
def assign(
    *, key: str, rows: Sequence[str], to: Unit, reason: str, version: int, by: OfficerActor
) -> list[DispatchRow]:
    """Say by hand which office handles rows (交办), with the reason; rows sent to another office go there anew.

    The office that had a forwarded row keeps sight of it, as with a lead.
    """
    dispatch = take(key, version, by)
    _check_reason(reason)
    if State(dispatch.state) not in LIVE_STATES:
        raise DispatchRefused(
            "来文还没有拆分，或者已经办结，不能再指定承办单位。",
            "The letter is not split yet, or is closed; no row can be assigned.",
        )
    if not to.is_authority:
        raise DispatchRefused(
            f"{to.name_zh}不承办核查，请选择有监管职责的单位。",
            f"{to.name_en} verifies nothing; choose an office with supervisory duties.",
        )
    grant = competence.may(by, LegalAct.HAND_OVER, kind(dispatch.kind, dispatch.received_on).field)
    asked = dispatch.rows.select_for_update(of=("self",)).filter(key__in=rows)
    found = [row for row in asked if row.holder_id != to.pk]
    if not found:
        raise DispatchRefused("请勾选要指定的行。", "Tick the rows to be assigned.")
    for row in found:
        row.holder, row.routed_by, row.conflict = to, HAND, False
        row.reason_zh = f"人工指定：{reason.strip()}"
        row.reason_en = f"By hand: {reason.strip()}"
        row.forwarded = False
        _touch(row, by)
    _save_placed(found)
    change(dispatch, by)
    history.note(dispatch, Step.ASSIGN, post=by.post_id, unit=to.pk, count=len(found), reason=reason)
    detail = {"rows": [row.key for row in found][:100], "count": len(found), "to": to.pk, "row": grant.row}
    audit.record(audit.Kind.DISPATCH_ASSIGNED, by=by, about=("dispatch", dispatch.key), detail=detail)
    return found


@transaction.atomic
def decline(*, row_key: str, reason: str, version: int, by: OfficerActor) -> DispatchRow:
    """Return a row that is not the office's own: it goes back to the city's queue with the reason."""
    check_permission(by.permissions, Permission.VERIFY)
    row = take_row(row_key, version, by)
    _check_reason(reason)
    if row.dispatch.unit_id == by.unit:
        raise DispatchRefused("本单位的行请直接指定承办单位。", "Assign the row to another office instead.")
    name = Unit.objects.get(pk=by.unit)
    row.holder, row.routed_by, row.forwarded = None, DECLINED, False
    row.reason_zh = f"{name.name_zh}退回：{reason.strip()}"
    row.reason_en = f"Returned by {name.name_en}: {reason.strip()}"
    _touch(row, by)
    _save_placed([row])
    history.note(row.dispatch, Step.DECLINE, post=by.post_id, unit=by.unit, count=1, reason=reason)
    audit.record(audit.Kind.ROW_DECLINED, by=by, about=("dispatch_row", row.key))
    return row


@transaction.atomic
def answer(*, row_key: str, values: dict[str, str], version: int, by: OfficerActor) -> RowAnswer:
    """Answer one row on screen; a new answer supersedes the one before, which stays."""
    check_permission(by.permissions, Permission.VERIFY)
    row = take_row(row_key, version, by)
    grant = competence.may(by, LegalAct.VERIFY, kind(row.dispatch.kind, row.dispatch.received_on).field)
    values = {name: value.strip() for name, value in values.items() if value.strip()}
    row.outcome = outcome_of(values, clock.today()).id
    row.answers += 1
    _touch(row, by)
    row.save(update_fields=["outcome", "answers", "version", "changed_at", "changed_by"])
    given = RowAnswer.objects.create(
        row=row,
        number=row.answers,
        values=values,
        how=RowAnswer.How.SCREEN,
        unit_id=by.unit,
        post_id=by.post_id,
        at=row.changed_at,
    )
    detail = {"number": given.number, "outcome": row.outcome, "capacity": str(grant.capacity)}
    audit.record(audit.Kind.ROW_ANSWERED, by=by, about=("dispatch_row", row.key), detail=detail)
    return given


@transaction.atomic
def answer_many(*, rows: Mapping[str, int], values: dict[str, str], by: OfficerActor) -> list[RowAnswer]:
    """Answer several rows alike, each with an answer of its own: all of them or, when one is refused, none.

    `rows` gives by key the version that the officer saw.
    """
    if not rows:
        raise DispatchRefused("请先勾选要填写的行。", "Tick the rows to be answered first.")
    return [
        answer(row_key=key, values=values, version=version, by=by) for key, version in sorted(rows.items())
    ]


@transaction.atomic
def open_lead(*, row_key: str, version: int, by: OfficerActor) -> Lead:
    """Turn one row into a lead (转为线索): an officer's act, never the list's."""
    row = take_row(row_key, version, by, keeper=True)
    about = kind(row.dispatch.kind, row.dispatch.received_on)
    name = row.subject_name or row.subject_no
    if not name:
        raise DispatchRefused("这一行还没有认定涉及对象。", "Nobody is made out yet whom this row concerns.")
    letter = row.dispatch
    lead = casework.open_lead(
        casework.Opening(
            origin=("dispatch", row.key),
            subject=(row.subject_kind, row.subject_no or name, name),
            ground=Text(
                f"{letter.sender}来文（{letter.number}，{about.name.zh}）第 {row.place} 行。",
                f"Row {row.place} of a letter of {letter.sender} ({letter.number}, {about.name.en}).",
            ),
            holder=row.holder or letter.unit,
            field=about.field,
        ),
        by=by,
    )
    history.note(letter, Step.LEAD, post=by.post_id, unit=row.holder_id or letter.unit_id, count=1)
    return lead


@transaction.atomic
def press(*, key: str, version: int, by: OfficerActor) -> list[Press]:
    """Press every office that still owes rows (督办): one record an office, with what it owes today."""
    check_permission(by.permissions, Permission.HAND_OVER)
    row = take(key, version, by)
    if State(row.state) is not State.FORWARDED:
        raise DispatchRefused(
            "只有已转办、尚未答复的来文可以督办。", "Only a forwarded letter can be pressed."
        )
    owing = [one for one in owed(row) if one.unanswered or one.sheet.state in OPEN_SHEETS]
    if not owing:
        raise DispatchRefused("各单位均已反馈，无需督办。", "Every office has answered; nobody to press.")
    batch, now = new_key(), clock.now()
    made = [
        Press.objects.create(
            batch=batch,
            dispatch=row,
            unit_id=one.sheet.unit_id,
            rows=one.rows,
            unanswered=one.unanswered,
            deadline=one.sheet.deadline,
            post_id=by.post_id,
            at=now,
            seen_by=sorted({row.unit_id, one.sheet.unit_id}),
        )
        for one in owing
    ]
    for one in made:
        history.note(row, Step.PRESS, post=by.post_id, unit=one.unit_id, count=one.unanswered)
    change(row, by)
    detail = {"batch": batch, "units": [one.unit_id for one in made]}
    audit.record(audit.Kind.DISPATCH_PRESSED, by=by, about=("dispatch", row.key), detail=detail)
    return made


@dataclass(frozen=True)
class Owed:
    """What one office has of a letter and how much of it is unanswered."""

    sheet: ReturnSheet
    rows: int
    unanswered: int


def owed(row: Dispatch) -> list[Owed]:
    """Every office that was sent rows, in the order of units."""
    counts = {
        one["holder"]: (one["rows"], one["open"])
        for one in row.rows.filter(forwarded=True)
        .values("holder")
        .annotate(rows=Count("id"), open=Count("id", filter=Q(answers=0)))
    }
    sheets = row.sheets.select_related("unit", "file", "changed_by__account").order_by("unit_id")
    return [Owed(sheet, *counts.get(sheet.unit_id, (0, 0))) for sheet in sheets]


def take(key: str, version: int, by: OfficerActor) -> Dispatch:
    """Lock a dispatch for an act of the office that keeps it; refuse a page older than the record."""
    check_permission(by.permissions, Permission.HAND_OVER)
    row = Dispatch.objects.select_for_update(of=("self",)).select_related("unit").get(key=key)
    if row.unit_id != by.unit:
        raise DispatchRefused(
            f"来文由{row.unit.name_zh}登记，只有该单位可以操作。",
            f"The letter is kept by {row.unit.name_en}; only that office may do this.",
        )
    if row.version != version:
        refuse_stale(row.changed_by, row)
    return row


def take_row(key: str, version: int, by: OfficerActor, *, keeper: bool = False) -> DispatchRow:
    """Lock a row for its holder (or, `keeper`, for the office that keeps the letter too)."""
    related = ("dispatch__unit", "holder")
    row = DispatchRow.objects.select_for_update(of=("self",)).select_related(*related).get(key=key)
    holder = row.holder_id or row.dispatch.unit_id
    if by.unit != holder and not (keeper and by.unit == row.dispatch.unit_id):
        raise DispatchRefused(
            "这一行由其他单位承办，只有承办单位可以填写。",
            "Another office handles this row; only it may answer.",
        )
    if State(row.dispatch.state) not in LIVE_STATES:
        raise DispatchRefused(
            "来文已办结或尚未拆分，不能再填写。",
            "The letter is closed or not split yet; nothing is filled in now.",
        )
    if row.version != version:
        refuse_stale(row.changed_by, row)
    return row


def refuse_stale(post: Post, row: Dispatch | DispatchRow | ReturnSheet) -> NoReturn:
    """Say who was faster, and when."""
    at, name = row.changed_at.astimezone(clock.CHINA), post.account.name
    raise StaleDispatch(
        f"{name}已于 {at:%m月%d日 %H:%M} 处理过；您填写的内容没有保存，请查看最新情况后再操作。",
        f"{name} acted on it on {at:%d %B at %H:%M}; what you typed was not saved, look at it again first.",
    )


def change(row: Dispatch, by: OfficerActor, *fields: str) -> None:
    """Save a dispatch's new state with who changed it."""
    row.version += 1
    row.changed_at, row.changed_by_id = clock.now(), by.post_id
    row.save(update_fields=["state", "version", "changed_at", "changed_by", *fields])


def _touch(row: DispatchRow, by: OfficerActor) -> None:
    row.version += 1
    row.changed_at, row.changed_by_id = clock.now(), by.post_id


def _save_placed(rows: Sequence[DispatchRow]) -> None:
    changed = [
        "holder",
        "routed_by",
        "reason_zh",
        "reason_en",
        "conflict",
        "forwarded",
        "version",
        "changed_at",
    ]
    DispatchRow.objects.bulk_update(rows, [*changed, "changed_by"], batch_size=1_000)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise DispatchRefused("请写明理由。", "Please give the reason.")
