"""What the forms of measures share: whom they concern, where they come from, days, versions, uploads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import BadRequest
from django.urls import reverse

from lantian.casework import queries as leads
from lantian.casework.errors import MeasureRefused
from lantian.casework.measuring import ALONE, DISPATCH, LEAD, Origin, Subject
from lantian.core.competence import FIELD_TEXTS, Field
from lantian.core.messages import Refused, Text
from lantian.desk.present.words import either, label, said
from lantian.desk.requests import OfficerRequest
from lantian.dispatch import book
from lantian.dispatch import queries as dispatch
from lantian.dispatch.models import DispatchRow
from lantian.office import files
from lantian.office.models import StoredFile
from lantian.registry import queries as registry
from lantian.registry.models import Subject as Registered

LARGEST_SCAN = 20 * 1024 * 1024
SCANS = {files.PDF, "image/png", "image/jpeg"}
ROW = Text("{number} 第 {place} 行", "{number}, row {place}")
KEPT = Text("已登记。", "Recorded.")
QUANTITY = Text("数量应为整数。", "The quantity has to be a whole number.")
LONGEST_NUMBER = 4  # digits: no count of things or months on a form has more
_KINDS = {kind.value: kind.value for kind in Registered.Kind}


@dataclass(frozen=True)
class Start:
    """Where a new measure begins: its origin with the way back, the subject, the field, and the ground known so far."""

    origin: Origin = ALONE
    back: str = ""
    words: str = ""
    subject: Subject | None = None
    field: Field = Field.PATENT_AGENCY
    ground: str = ""


def start_of(request: OfficerRequest) -> Start:
    """The start named in the address or the form: `lead`, `row` of a letter, `subject`, or nothing."""
    asked = request.POST if request.method == "POST" else request.GET
    line = dispatch.find_row(asked.get("row", "")) if asked.get("row") else None
    if line is not None:
        return _start_of_row(line)
    lead = leads.find(asked.get("lead", "")) if asked.get("lead") else None
    if lead is not None:
        subject = Subject(lead.subject_kind, lead.subject_no, lead.subject_name or lead.subject_no)
        back = reverse("lead", args=[lead.key])
        ground = either(lead.ground_zh, lead.ground_en)
        return Start((LEAD, lead.key), back, lead.number, subject, Field(lead.field), ground)
    row = registry.by_key(asked.get("subject", "")) if asked.get("subject") else None
    if row is not None:
        back = reverse("subject", args=[row.key])
        return Start(ALONE, back, row.name, _subject(row), _field_of(row), "")
    return Start()


def _start_of_row(line: DispatchRow) -> Start:
    letter = line.dispatch
    subject = Subject(line.subject_kind, line.subject_no, line.subject_name)
    field = book.kind(letter.kind, letter.received_on).field
    words = said(ROW).format(number=letter.number, place=line.place)
    ground = f"{letter.sender}{letter.title}{f'（{letter.sender_no}）' if letter.sender_no else ''}"
    return Start((DISPATCH, line.key), reverse("row", args=[line.key]), words, subject, field, ground)


def hidden(start: Start, request: OfficerRequest) -> dict[str, str]:
    """What a form carries on of its start."""
    asked = request.POST if request.method == "POST" else request.GET
    return {name: asked[name] for name in ("lead", "row", "subject") if asked.get(name) and start.back}


def _subject(row: Registered) -> Subject:
    return Subject(row.kind, row.number, row.name)


def _field_of(row: Registered) -> Field:
    """The field in which an officer most likely acts on a subject; an agency of both kinds begins with patents."""
    return leads.field_of(row.kind, row.number) or Field.PATENT_AGENCY


def line_of(subject: Subject) -> str:
    """A subject as a line of a form."""
    return f"{subject.no} {subject.name}".strip()


def subjects_of(text: str) -> tuple[Subject, ...]:
    """Subjects typed one a line: a number or whole name of the register, or number and name of anybody else.

    Raises `MeasureRefused` naming the lines that nobody can read.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [(line, _read(line)) for line in lines]
    unread = [line for line, subject in found if subject is None]
    if unread:
        raise MeasureRefused(
            f"登记库中没有：{'；'.join(unread[:5])}。不在库中的，请写“编号 名称”。",
            f"Not in the register: {'; '.join(unread[:5])}. For anybody else, write number and name.",
        )
    return tuple(subject for _, subject in found if subject is not None)


def _read(line: str) -> Subject | None:
    first, _, name = line.partition(" ")
    row = registry.find(first) or Registered.objects.filter(name=line).first()
    if row is not None:
        return _subject(row)
    return Subject("company", first, name.strip()) if name.strip() and len(first) >= 6 else None


def field_choices() -> list[tuple[str, str]]:
    """Fields of law for a select."""
    return [(str(field), label(text)) for field, text in FIELD_TEXTS.items()]


def law_of(request: OfficerRequest) -> Field | None:
    """The field of law of a decision as chosen in a form, if it was."""
    typed = words_of(request, "law")
    return Field(typed) if typed in list(Field) else None


def field_typed(request: OfficerRequest, start: Start) -> Field:
    """The field chosen in the form, else that of the start."""
    typed = request.POST.get("field", "")
    return Field(typed) if typed in list(Field) else start.field


def words_of(request: OfficerRequest, name: str) -> str:
    """A typed text."""
    return request.POST.get(name, "")


def whole_of(request: OfficerRequest, name: str, refusal: Text, default: str = "") -> int | None:
    """A whole number of at most four digits; None for an empty field without a default; else refused in these words."""
    typed = words_of(request, name).strip() or default
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER):
        raise Refused(refusal.zh, refusal.en)
    return int(typed)


def names_of(request: OfficerRequest, name: str) -> tuple[str, ...]:
    """Names typed in one line, parted by comma, 顿号 or blank."""
    typed = request.POST.get(name, "")
    for sign in "，,、;；\n\t":
        typed = typed.replace(sign, " ")
    return tuple(typed.split())


def day_of(request: OfficerRequest, name: str, zh: str, en: str) -> date:
    """A typed day; refuses what is none."""
    found = maybe_day(request, name)
    if found is None:
        raise MeasureRefused(f"请填写{zh}。", f"Please give {en}.")
    return found


def maybe_day(request: OfficerRequest, name: str) -> date | None:
    """A typed day, or none."""
    try:
        return date.fromisoformat(request.POST.get(name, "").strip())
    except ValueError:
        return None


def version_of(request: OfficerRequest) -> int:
    """The version of the page that was acted on."""
    typed = request.POST.get("version", "")
    if not (typed.isascii() and typed.isdigit()):
        raise BadRequest("version comes from the record's own page")
    return int(typed)


@contextmanager
def scan_of(request: OfficerRequest, name: str, seen_by: list[int]) -> Iterator[StoredFile | None]:
    """The uploaded scan, kept for the offices that see the record; none when nothing was uploaded."""
    upload = request.FILES.get(name)
    if upload is None:
        yield None
        return
    if (upload.size or 0) > LARGEST_SCAN:
        raise Refused("文件超过20 MB，请压缩后上传。", "The file is larger than 20 MB; make it smaller.")
    by = request.actor
    with files.kept(name=upload.name or "scan", chunks=upload.chunks(), seen_by=seen_by, by=by) as file:
        if file.content_type not in SCANS:
            raise Refused("扫描件应为 PDF、PNG 或 JPEG。", "The scan has to be PDF, PNG or JPEG.")
        yield file


def refused(refusal: Refused, request: OfficerRequest) -> dict[str, Any]:
    """What a page shows after a refusal: the words, and what was typed, by the part of the page it was typed in."""
    return {"error": said(refusal.text), "typed": request.POST.dict(), "did": request.POST.get("do", "")}
