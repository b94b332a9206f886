"""Credit events by file: results of inspections, annual reports, awards; each row names the document that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from lantian.core import chain
from lantian.core.credit.book import CreditBook
from lantian.core.credit.events import LAST_DAY, MOST
from lantian.core.messages import Text
from lantian.office import audit, clock
from lantian.office.actors import Actor
from lantian.office.intake.spec import Cell, Column, Fault, Moved, TableSpec
from lantian.office.models import IntakeBatch
from lantian.office.permissions import Permission, check_permission
from lantian.registry.models import Agency, Subject
from lantian.standing import queries
from lantian.standing.errors import NoScore
from lantian.standing.intake import subjects
from lantian.standing.models import CreditEvent

ORIGIN = "intake"
_UNKNOWN = Text(
    "登记库中没有这个对象；请先导入名录，或核对编号。",
    "The register does not know this subject; take the directory in first, or check the number.",
)
_NO_SCORE = Text(
    "该对象没有适用的信用计分规则；请在其信用档案中逐件登记。",
    "No book scores this subject; record the event in its credit file.",
)
_NO_INDICATOR = Text(
    "适用的信用规则库没有这个指标；请写指标编号或者全称。",
    "The subject's credit book has no such indicator; write its number or its full name.",
)
_FUTURE = Text("日期在今天之后。", "The day lies in the future.")
_EARLY = Text("获知日期或者终止日早于发生日期。", "It was known, or ends, before it happened.")
_QUANTITY = Text(f"数量应为1至{MOST}的整数。", f"The quantity is a whole number from 1 to {MOST}.")
_ONE_EACH = Text(
    "该指标按件或者按年计，数量只能是1；请分别录入。",
    "This indicator counts by the event or the year: its quantity is 1; record each apart.",
)
_OTHERWISE = Text(
    "该文书的同一事项已登记，但数量或者期限不同；请核对文书。",
    "This matter of the document is recorded with another quantity or term; check the document.",
)
Key = tuple[int, str, Any, str]


def admit(by: Actor, post_id: int) -> None:
    """Whether a post may record credit events by file: who may record one by hand, and nobody else."""
    check_permission(by.permissions, Permission.KEEP_STANDING)


def check_events(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """Refuse rows that no reckoning could read, and write indicators by their numbers."""
    known = subjects(frame["subject_no"].to_list())
    books = _books(set(known.values()))
    held = _held(set(known.values()))
    faults: list[Fault] = []
    good: list[dict[str, Any]] = []
    for row in frame.iter_rows(named=True):
        subject = known.get(row["subject_no"])
        book = books.get(subject) if subject is not None else None
        told = _named(row, book) if book is not None else dict(row)
        found = list(_faults(told, subject, book, held))
        faults += found
        good += [] if found else [told]
    return pl.DataFrame(good, schema=frame.schema) if good else frame.clear(), faults


def _named(row: Mapping[str, Any], book: CreditBook) -> dict[str, Any]:
    """The row with the number of its indicator, where the file writes its name."""
    word = row["indicator"].strip()
    by_name = {versions[-1].text.zh: id for id, versions in book.indicators.items()}
    return {**row, "indicator": by_name.get(word, word)}


def _faults(
    row: Mapping[str, Any], subject: int | None, book: CreditBook | None, held: Mapping[Key, tuple[int, Any]]
) -> Iterator[Fault]:
    if subject is None:
        yield Fault(row["row"], "subject_no", row["subject_no"][:60], _UNKNOWN)
        return
    if book is None:
        yield Fault(row["row"], "subject_no", row["subject_no"][:60], _NO_SCORE)
        return
    if row["indicator"] not in book.indicators:
        yield Fault(row["row"], "indicator", row["indicator"][:60], _NO_INDICATOR)
        return
    yield from _days(row)
    quantity = row.get("quantity") or "1"
    if not (quantity.isascii() and quantity.isdigit() and 1 <= int(quantity) <= MOST):
        yield Fault(row["row"], "quantity", quantity[:60], _QUANTITY)
        return
    if int(quantity) > 1 and book.indicators[row["indicator"]][-1].unit in ("event", "year"):
        yield Fault(row["row"], "quantity", quantity[:60], _ONE_EACH)
        return
    same = held.get((subject, row["indicator"], row["occurred_on"], row["document"].strip()))
    if same is not None and same != (int(quantity), row.get("until")):
        yield Fault(row["row"], "document", row["document"][:60], _OTHERWISE)


def _days(row: Mapping[str, Any]) -> Iterator[Fault]:
    on, today = row["occurred_on"], clock.today()
    for name in ("occurred_on", "known_on"):
        if row.get(name) is not None and row[name] > today:
            yield Fault(row["row"], name, str(row[name]), _FUTURE)
    for name in ("known_on", "until"):
        if row.get(name) is not None and not on <= row[name] <= LAST_DAY:
            yield Fault(row["row"], name, str(row[name]), _EARLY)


def _books(ids: set[int]) -> dict[int, CreditBook]:
    kinds = dict(Agency.objects.filter(subject__pk__in=ids).values_list("subject__pk", "kinds"))
    found = {}
    for pk, kind in Subject.objects.filter(pk__in=ids).values_list("pk", "kind"):
        try:
            found[pk] = queries.book_for(kind, kinds.get(pk) or ())
        except NoScore:
            continue
    return found


def _held(ids: set[int]) -> dict[Key, tuple[int, Any]]:
    columns = ("subject_id", "indicator", "occurred_on", "document", "quantity", "until")
    rows = CreditEvent.objects.filter(subject_id__in=ids).values_list(*columns)
    return {
        (pk, indicator, on, document): (count, until) for pk, indicator, on, document, count, until in rows
    }


def move_events(frame: pl.DataFrame, batch: IntakeBatch, by: Actor) -> Moved:
    """Record the events in the open transaction; what is recorded already stays as it is.

    Every subject touched has an event of the audit of its own, with the digest of what was recorded of it.
    """
    known = subjects(frame["subject_no"].to_list())
    keepers = queries.keepers_of(list(Subject.objects.filter(pk__in=set(known.values()))))
    held = _held(set(known.values()))
    news: dict[Key, CreditEvent] = {}
    for row in frame.iter_rows(named=True):
        event = _event(row, known[row["subject_no"]], batch)
        key = (event.subject_id, event.indicator, event.occurred_on, event.document)
        if key not in held:
            event.seen_by = list(keepers[event.subject_id])
            news.setdefault(key, event)
    CreditEvent.objects.bulk_create(news.values())
    _note_subjects(list(news.values()), batch, by)
    return Moved(new=len(news), same=frame.height - len(news))


def _note_subjects(news: Sequence[CreditEvent], batch: IntakeBatch, by: Actor) -> None:
    touched: dict[int, list[CreditEvent]] = {}
    for event in news:
        touched.setdefault(event.subject_id, []).append(event)
    keys = dict(Subject.objects.filter(pk__in=touched).values_list("pk", "key"))
    for pk, events in touched.items():
        detail = {"batch": batch.key, **_digest(events)}
        audit.record(audit.Kind.CREDIT_EVENTS_TAKEN, by=by, about=("subject", keys[pk]), detail=detail)


def conclude(batch: IntakeBatch, keys: pl.Series, by: Actor) -> None:
    """Leave the event of the whole batch: how many, of how many subjects, of which file, with which digest."""
    rows = list(CreditEvent.objects.filter(origin_kind=ORIGIN, origin_key=batch.key).order_by("id"))
    detail = {
        "file": batch.file.sha256,
        "subjects": len({event.subject_id for event in rows}),
        **_digest(rows),
    }
    audit.record(audit.Kind.CREDIT_EVENTS_TAKEN, by=by, about=("intake", batch.key), detail=detail)


def _digest(events: Sequence[CreditEvent]) -> dict[str, Any]:
    """How many events, and one digest over their records, in the order in which they were written."""
    told = [
        [event.key, event.indicator, str(event.occurred_on), str(event.known_on), event.document, event.quantity,
         str(event.until or "")]
        for event in events
    ]  # fmt: skip
    return {"events": len(told), "sha256": chain.digest_of({"events": told})}


def _event(row: Mapping[str, Any], subject: int, batch: IntakeBatch) -> CreditEvent:
    return CreditEvent(
        subject_id=subject,
        indicator=row["indicator"],
        occurred_on=row["occurred_on"],
        known_on=row.get("known_on") or clock.today(),
        document=row["document"].strip()[:200],
        quantity=int(row.get("quantity") or "1"),
        until=row.get("until"),
        origin_kind=ORIGIN,
        origin_key=batch.key,
        post_id=batch.post_id,
        at=clock.now(),
    )


CREDIT_EVENTS = TableSpec(
    name="credit_events",
    title=Text("信用事件（检查、年度报告、表彰奖励）", "Credit events (inspections, annual reports, awards)"),
    key="subject_no",
    also=("indicator", "occurred_on", "document"),
    columns=(
        Column("subject_no", required=True),
        Column("indicator", required=True),
        Column("occurred_on", Cell.DATE, required=True),
        Column("document", required=True),
        Column("known_on", Cell.DATE),
        Column("quantity"),
        Column("until", Cell.DATE),
    ),
    check=check_events,
    move=move_events,
    conclude=conclude,
    admit=admit,
)
