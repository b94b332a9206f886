"""An office puts its own template in place of ours: preview, then a new version."""

from __future__ import annotations

from django.db import transaction

from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.models import PaperTemplate, Unit
from lantian.office.papers.content import Content, fill
from lantian.office.papers.template import BINDINGS, BUILT_IN, Template, read_template
from lantian.office.permissions import Permission, check_permission


def preview_template(*, file_name: str, text: str, by: OfficerActor) -> tuple[Template, Content]:
    """Read a template and fill every field with its own name; raises what is wrong with it, stores nothing."""
    check_permission(by.permissions, Permission.KEEP_RULES)
    template = read_template(text, file=file_name)
    named = {field.source: f"〔{field.label.zh}〕" for field in template.fields if not field.typed}
    record = {**dict.fromkeys(BINDINGS, "〔〕"), **{name: f"〔{name}〕" for name in BUILT_IN}, **named}
    typed = {field.name: f"〔{field.label.zh}〕" for field in template.fields if field.typed}
    return template, fill(template, record=record, typed=typed, free="")


@transaction.atomic
def replace_template(*, file_name: str, text: str, by: OfficerActor) -> PaperTemplate:
    """Store a new version of the office's template of its kind; papers drafted from now on use it."""
    template, _ = preview_template(file_name=file_name, text=text, by=by)
    unit = Unit.objects.select_for_update().get(pk=by.unit)
    row = PaperTemplate.objects.create(
        unit=unit,
        kind=template.kind,
        number=PaperTemplate.objects.filter(unit=unit, kind=template.kind).count() + 1,
        file_name=file_name[:200],
        text=text,
        digest=template.digest,
        post_id=by.post_id,
        at=clock.now(),
    )
    detail = {"kind": template.kind, "digest": template.digest}
    audit.record(audit.Kind.TEMPLATE_REPLACED, by=by, about=("template", row.key), detail=detail)
    return row
