"""Matters of outside systems in words."""

from __future__ import annotations

from typing import Any

from django.forms import Form

from lantian.casework.models import OutsideMatter, OutsidePaper, OutsideStep
from lantian.casework.outside import KINDS
from lantian.casework.outside_files import Difference, Line
from lantian.casework.outside_queries import values_of
from lantian.core.messages import Text
from lantian.desk.present.subjects import KIND_TEXTS
from lantian.desk.present.words import label, language, said
from lantian.office import modes
from lantian.office.intake.spec import Fault
from lantian.office.modes import FIELDS, Module
from lantian.registry import queries as registry

FIELD_TEXTS: dict[str, Text] = {
    "external_no": Text("外部编号", "outside number"),
    "title": Text("事项名称", "matter"),
    "stage": Text("办理阶段", "stage"),
    "opened_on": Text("开始日期", "begun on"),
    "closed_on": Text("办结日期", "closed on"),
    "subject_name": Text("对象名称", "subject"),
    "subject_no": Text("统一社会信用代码或者资格证号", "credit code or certificate number"),
    "handler": Text("承办机构", "handled by"),
    "result": Text("结果", "result"),
}
OPEN = Text("未办结", "not ended")
APPLICANT = Text("申请人", "applicant")


def matter(row: OutsideMatter) -> dict[str, Any]:
    """A matter in a list or as the head of a page."""
    return {
        "key": row.key,
        "number": row.external_no,
        "system": row.system,
        "title": row.title,
        "subject": row.subject_name,
        "subject_no": row.subject_no,
        "subject_kind": kind(row.subject_kind),
        "stage": row.stage,
        "opened_on": row.opened_on,
        "closed_on": row.closed_on,
        "result": row.result,
        "office": row.unit.name(language()),
        "version": row.version,
        "changed_at": row.changed_at,
    }


def kind(name: str) -> str:
    """The kind of a subject in words."""
    return label(KIND_TEXTS.get(name, APPLICANT))


def kinds() -> list[tuple[str, str]]:
    """Kinds to choose from."""
    return [(name, kind(name)) for name in KINDS]


def form(module: Module, form: Form | None) -> dict[str, Any]:
    """What a form about a module offers, and what was typed."""
    rule = modes.rule(module)
    return {
        "module": {"id": str(module), "name": label(rule.text)},
        "systems": rule.values["systems"],
        "stages": rule.values["stages"],
        "labels": {name: label(text) for name, text in FIELD_TEXTS.items()},
        "typed": form.data if form else {},
        "error": form.first_error() if form else "",  # type: ignore[attr-defined]
    }


def fields(row: OutsideMatter) -> list[dict[str, str]]:
    """What is noted, field by field; empty ones are left out."""
    values = values_of(row)
    return [
        {"label": label(FIELD_TEXTS[name]), "value": values[name]}
        for name in FIELDS
        if values[name] and name not in ("external_no", "subject_name")
    ]


def entry(row: OutsideMatter, form: Form | None) -> dict[str, Any]:
    """What stands in the form that changes a matter, with its labels."""
    values = {name: form.data.get(name, "") for name in FIELDS} if form else values_of(row)
    return {"values": values, "labels": {name: label(text) for name, text in FIELD_TEXTS.items()}}


def paper(row: OutsidePaper) -> dict[str, Any]:
    """An attached paper."""
    return {"id": row.pk, "name": row.name, "by": row.post.account.name, "at": row.at}


def step(row: OutsideStep) -> dict[str, Any]:
    """One version of a note."""
    told = [
        f"{label(FIELD_TEXTS[name])}：{value or '—'}" for name, value in row.values.items() if name in FIELDS
    ]
    return {
        "version": row.version,
        "told": told,
        "by": row.post.account.name,
        "at": row.at,
        "source": row.source.name if row.source else "",
    }


def subject_of(row: OutsideMatter) -> str:
    """The key of the subject's file, if the registry knows its number."""
    found = registry.find(row.subject_no) if row.subject_no else None
    return found.key if found else ""


def line(row: Line) -> dict[str, Any]:
    """A line that would be new."""
    told = [row.values[name] for name in ("stage", "opened_on", "result") if name in row.values]
    return {"row": row.row, "number": row.number, "subject": row.values["subject_name"], "told": told}


def difference(one: Difference) -> dict[str, Any]:
    """A matter that would change."""
    told = [
        {"label": label(FIELD_TEXTS[name]), "old": old, "new": new} for name, (old, new) in one.fields.items()
    ]
    return {"row": one.line.row, "number": one.line.number, "fields": told}


def fault(one: Fault) -> dict[str, Any]:
    """A row that is not taken."""
    column = label(FIELD_TEXTS[one.column]) if one.column in FIELD_TEXTS else one.column
    return {"row": one.row, "column": column, "value": one.value, "text": said(one.text)}
