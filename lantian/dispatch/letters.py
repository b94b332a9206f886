"""What forwarding and answer letters may say about a dispatch: its values by binding."""

from __future__ import annotations

from dataclasses import dataclass

from lantian.core.competence import Field
from lantian.dispatch.book import kind
from lantian.dispatch.models import Dispatch, ReturnSheet
from lantian.office.models import Paper
from lantian.office.papers.actions import Record
from lantian.office.papers.content import day_words

FORWARDING, ANSWER = "dispatch_letter", "dispatch_answer"
SHEET, DISPATCH = "sheet", "dispatch"


@dataclass(frozen=True)
class About:
    """A letter as papers see it: the field of law, and the values that every paper about it may use."""

    key: str
    field: Field
    values: dict[str, str]
    seen_by: tuple[int, ...]

    @classmethod
    def of(cls, row: Dispatch) -> About:
        """Of one dispatch."""
        values = {
            "dispatch.number": row.number,
            "dispatch.sender": row.sender,
            "dispatch.sender_no": f"（{row.sender_no}）" if row.sender_no else "",
            "dispatch.title": row.title,
            "dispatch.received_on": day_words(row.received_on),
            "dispatch.instruction": f"来文要求：{row.instruction}" if row.instruction else "",
            "dispatch.rows": str(row.rows_read),
        }
        return cls(row.key, kind(row.kind, row.received_on).field, values, (row.unit_id,))


def forwarding(about: About, sheet: ReturnSheet, count: int) -> Record:
    """Values of the forwarding letter to one office."""
    values = about.values | {
        "dispatch.receiver": sheet.unit.name_zh,
        "dispatch.rows": str(count),
        "dispatch.deadline": day_words(sheet.deadline) if sheet.deadline else "",
    }
    return Record((SHEET, sheet.key), about.field, values, tuple(sheet.seen_by))


def answering(about: About, outcomes: str, open_rows: str) -> Record:
    """Values of the answer to the sender: how many rows ended how, and what is still open."""
    values = about.values | {"dispatch.outcomes": outcomes, "dispatch.open": open_rows}
    return Record((DISPATCH, about.key), about.field, values, about.seen_by)


def sees(paper: Paper) -> list[int]:
    """Which offices see an issued paper of ours: a forwarding letter its office too, an answer nobody else."""
    if paper.about_kind != SHEET:
        return []
    sheet = ReturnSheet.objects.filter(key=paper.about_key).first()
    return list(sheet.seen_by) if sheet else []
