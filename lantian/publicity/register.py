"""The ledger of public notices as a workbook to print and sign."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import transaction

from lantian.core import publicity
from lantian.core.rulebook import Confidence
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.models import Unit
from lantian.office.permissions import Permission, check_permission
from lantian.office.spreadsheets import Pad
from lantian.publicity import queries
from lantian.publicity.models import Notice
from lantian.publicity.states import CAUSE_TEXTS, STATE_TEXTS, Cause, State

TITLE = "公示台账"
COLUMNS = (
    "序号", "当事人", "代码或者证号", "公示事项", "决定文书", "决定日期", "状态", "应办期限", "公示渠道及日期",
    "公示期至", "撤回事由", "撤下日期", "承办单位", "备注",
)  # fmt: skip
MOST = 5_000
_HEAD = 2


@transaction.atomic
def export(rows: Sequence[Notice], *, by: OfficerActor) -> bytes:
    """The rows as one sheet with a line for signatures; sending records out leaves an event."""
    check_permission(by.permissions, Permission.READ_LEADS)
    shown = list(rows[:MOST])
    pad = Pad("", TITLE)
    office, width = Unit.objects.values_list("name_zh", flat=True).get(pk=by.unit), len(COLUMNS)
    pad.across(0, width, f"{office}{TITLE}", "title")
    pad.across(1, width, f"截至{clock.today()}，共{len(shown)}项", "line")
    for place, title in enumerate(COLUMNS):
        pad.text(_HEAD, place, title, "given")
    cells = [_cells(number, row) for number, row in enumerate(shown, start=1)]
    for number, line in enumerate(cells, start=_HEAD + 1):
        for place, text in enumerate(line):
            pad.text(number, place, text, "open")
    signed = _HEAD + len(cells) + 2
    pad.across(signed, width, "填表人：　　　　　　审核人：　　　　　　单位（盖章）：", "line")
    pad.page(_HEAD, len(cells), width)
    pad.widen(COLUMNS, cells)
    detail = {"rows": len(shown)}
    audit.record(audit.Kind.NOTICES_EXPORTED, by=by, about=("unit", str(by.unit)), detail=detail)
    return pad.close()


def _cells(number: int, row: Notice) -> list[str]:
    known = publicity.channels(row.event_on)
    places = queries.places(row)
    sent = [
        f"{known[one.channel].text.zh} {one.forwarded_on} 推送登记地" for one in places if one.forwarded_on
    ]
    out = [f"{known[one.channel].text.zh} {one.published_on}" for one in places if one.published_on]
    down = [str(one.withdrawn_on) for one in places if one.withdrawn_on]
    return [
        str(number),
        row.name,
        row.number,
        publicity.matter(row.matter, row.event_on).text.zh,
        row.document,
        str(row.event_on),
        STATE_TEXTS[State(row.state)].zh,
        str(row.due or ""),
        "；".join([*sent, *out]),
        str(row.until or ""),
        CAUSE_TEXTS[Cause(row.cause)].zh if row.cause else "",
        max(down, default=""),
        row.unit.name_zh,
        "；".join(_remarks(row)),
    ]


def _remarks(row: Notice) -> Iterator[str]:
    """What a reader of the paper must not take for certain: days not verified or provisional, what is in doubt."""
    yield from _unsure("公示规则", publicity.matter(row.matter, row.event_on).confidence)
    listed = queries.list_doubt(row)
    if listed is not None:
        yield from _unsure("名单规定和期限", listed)
    for words, told in (("应办期限", queries.derivation_of(row)), ("公示期至", row.until_derivation)):
        if told is not None:
            yield from _unsure(words, Confidence(told["confidence"]))
        if told is not None and told["provisional"]:
            yield f"{words}暂定：放假安排尚未公布"
    question = queries.question_of(row)
    if question is not None:
        yield "提出撤回，待核准" if question.asked else "公示依据更改，待核实"


def _unsure(words: str, confidence: Confidence) -> Iterator[str]:
    if confidence is not Confidence.TEXT:
        yield f"{words}{confidence.told.zh}"
