"""Papers on screen: what they say with the source of every stretch, on what they rest, what may be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lantian.core import competence as matrix
from lantian.core.competence import CAPACITY_TEXTS, FIELD_TEXTS, Act, Capacity, Field
from lantian.core.messages import Text
from lantian.core.rulebook import Confidence
from lantian.desk.present.leads import doubt
from lantian.desk.present.words import either, label, language, said
from lantian.office.models import Paper, PaperApproval, PaperVersion, Plate
from lantian.office.papers.content import TEMPLATE, TYPED, UNBOUND, Content, Span
from lantian.office.papers.states import STATE_TEXTS, State
from lantian.office.papers.template import Template, shipped
from lantian.office.units import name_on

SOURCE_TEXTS: dict[str, Text] = {
    TYPED: Text("填写的内容", "typed in a field"),
    UNBOUND: Text("另加的语句，不来自记录", "a sentence of one's own, from no record"),
}
HOW_TEXTS: dict[str, Text] = {
    PaperApproval.How.SCREEN: Text("系统内核准", "approved on screen"),
    PaperApproval.How.PAPER: Text("纸质核准", "approved on paper"),
    PaperApproval.How.OA: Text("OA核准", "approved in the OA"),
}


def name_of(kind: str) -> str:
    """The kind of a paper in words."""
    return label(shipped(kind).name)


def paper(row: Paper) -> dict[str, Any]:
    """A paper in a list or as the head of a page."""
    return {
        "key": row.key,
        "kind": row.kind,
        "name": name_of(row.kind),
        "number": row.number or "",
        "state": row.state,
        "state_label": label(STATE_TEXTS[State(row.state)]),
        "office": said(name_on(row.unit, row.dated)) if row.dated else row.unit.name(language()),
        "by": row.created_by.account.name,
        "at": row.issued_at or row.created_at,
        "version": row.version,
        "dated": row.dated,
        "about_key": row.about_key,
    }


def ground(stored: Mapping[str, str], plate: Plate) -> dict[str, str]:
    """On what a paper rests: capacity, under which plate with which seal, basis, how sure."""
    return {
        "issuer": plate.name_zh,
        "seal": plate.seal,
        "superior": plate.superior.name(language()) if plate.superior else "",
        "capacity": label(CAPACITY_TEXTS[Capacity(stored["capacity"])]),
        "act": label(matrix.matrix().name(Act(stored["act"]))),
        "field": label(FIELD_TEXTS[Field(stored["field"])]),
        "basis": either(stored["basis_zh"], stored["basis_en"]),
        "doubt": doubt(Confidence(stored["confidence"])),
    }


def plate(row: Plate, chosen: int | None) -> dict[str, Any]:
    """A plate to choose: its name with the code of its numbers."""
    name = f"{row.name_zh}（{row.document_code}）"
    return {"id": str(row.pk), "name": name, "chosen": row.pk == chosen}


def text(content: Content) -> dict[str, Any]:
    """What a paper says, every stretch with the class of its source and its words for readers."""
    return {
        "form": content.form,
        "title": _spans(content.title),
        "addressee": _spans(content.addressee),
        "blocks": [{"kind": block.kind, "spans": _spans(block.spans)} for block in content.blocks],
        "rows": [{"label": row, "spans": _spans(spans)} for row, spans in content.rows],
        "copies": _spans(content.copies),
        "attachments": content.attachments,
        "unbound": content.unbound,
    }


def fields(template: Template, typed: Mapping[str, str], missing: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The fields that the officer types, in the order of the template."""
    wrong = set(missing)
    return [
        {
            "name": field.name,
            "label": label(field.label),
            "required": field.required,
            "input": field.input,
            "value": typed.get(field.name, ""),
            "missing": field.name in wrong,
        }
        for field in template.fields
        if field.typed
    ]


def version(row: PaperVersion) -> dict[str, Any]:
    """One version in the history."""
    return {"number": row.number, "at": row.at, "by": row.post.account.name, "digest": row.digest[:12]}


def approval(row: PaperApproval) -> dict[str, Any]:
    """One approval in the history."""
    how = label(HOW_TEXTS[row.how])
    return {"how": how, "approver": row.approver, "on": row.approved_on, "version": row.version.number}


def _spans(spans: Iterable[Span]) -> list[dict[str, str]]:
    return [
        {
            "text": span.text,
            "source": "" if span.source == TEMPLATE else span.source,
            "title": label(SOURCE_TEXTS[span.source]) if span.source in SOURCE_TEXTS else "",
        }
        for span in spans
    ]
