"""Writes about matters of outside systems: noted by hand or from an export, changed, given papers, sent out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from lantian.casework import crediting
from lantian.casework import outside_queries as queries
from lantian.casework.errors import OutsideRefused, Stale
from lantian.casework.models import OutsideMatter, OutsidePaper, OutsideStep
from lantian.casework.outside_files import DATES, LONGEST, Plan, Values, compare, read_export, write_layout
from lantian.casework.queries import city
from lantian.office import audit, clock, files, search
from lantian.office.actors import OfficerActor
from lantian.office.models import StoredFile, Unit
from lantian.office.modes import Mode, Module, mode_of, title
from lantian.office.permissions import Permission, check_permission
from lantian.office.plates import check_open
from lantian.registry import queries as registry

LONGEST_SYSTEM, MOST_PAPERS = 60, 50
KINDS = ("agency", "practitioner", "applicant", "company", "person")
OTHER_KIND = "company"


@dataclass(frozen=True)
class Noted:
    """A matter as typed: its module and system there, the kind of its subject, its values by field (ISO dates)."""

    module: Module
    system: str
    subject_kind: str
    values: Values


@transaction.atomic
def note(noted: Noted, *, by: OfficerActor) -> OutsideMatter:
    """Note a matter of an outside system. Raises `OutsideRefused`, also when the office has noted it already."""
    _check_may(noted.module, by)
    system = _system(noted.system)
    values = _checked(noted.values)
    if noted.subject_kind not in KINDS:
        raise OutsideRefused("请选择对象类别。", "Choose what kind of body the matter concerns.")
    known = OutsideMatter.objects.filter(
        unit_id=by.unit, module=str(noted.module), system=system, external_no=values["external_no"]
    )
    if known.exists():
        raise OutsideRefused(
            f"“{system}”的 {values['external_no']} 已登记，请在列表中更新。",
            f"{values['external_no']} of '{system}' is noted already; change it from the list.",
        )
    matter = _store(Noted(noted.module, system, noted.subject_kind, values), None, by)
    audit.record(audit.Kind.OUTSIDE_NOTED, by=by, about=("outside", matter.key), detail=_told(matter))
    return matter


@transaction.atomic
def change(matter_key: str, values: Values, *, version: int, by: OfficerActor) -> OutsideMatter:
    """Change what is noted of a matter. Raises `Stale` when the page was out of date."""
    matter = _take(matter_key, by)
    _refuse_stale(matter, version)
    told = _checked({**values, "external_no": matter.external_no})
    before = queries.values_of(matter)
    fields = {name: told.get(name, "") for name in before if told.get(name, "") != before[name]}
    if not fields:
        raise OutsideRefused("没有改动。", "Nothing was changed.")
    _change(matter, fields, None, by)
    detail = {"version": matter.version, "fields": sorted(fields)}
    audit.record(audit.Kind.OUTSIDE_CHANGED, by=by, about=("outside", matter.key), detail=detail)
    return matter


@transaction.atomic
def attach(matter_key: str, file: StoredFile, name: str, *, version: int, by: OfficerActor) -> OutsidePaper:
    """Attach a paper of the outside system; the file is one that was just kept."""
    matter = _take(matter_key, by)
    _refuse_stale(matter, version)
    name = name.strip()
    if not name or len(name) > 120:
        raise OutsideRefused("请写明文书名称（120字以内）。", "Name the paper in up to 120 signs.")
    if matter.papers.count() >= MOST_PAPERS:
        raise OutsideRefused(
            f"每个事项最多附 {MOST_PAPERS} 份文书。", f"A matter holds {MOST_PAPERS} papers at most."
        )
    paper = OutsidePaper.objects.create(
        matter=matter, name=name, file=file, at=clock.now(), post_id=by.post_id
    )
    detail = {"paper": file.key, "sha256": file.sha256}
    audit.record(audit.Kind.OUTSIDE_CHANGED, by=by, about=("outside", matter.key), detail=detail)
    return paper


def preview(file: StoredFile, module: Module, system: str, *, by: OfficerActor) -> Plan:
    """What taking an export in would do; stores nothing."""
    _check_may(module, by)
    export = read_export(files.path_of(file), module)
    return compare(export, queries.known(by.unit, module, _system(system)))


@transaction.atomic
def take_in(file: StoredFile, module: Module, system: str, *, digest: str, by: OfficerActor) -> Plan:
    """Take an export in as it was previewed (`digest`). The same file twice changes nothing.

    Raises `Stale` when it would do something else than what was looked at.
    """
    Unit.objects.select_for_update(of=("self",)).get(pk=by.unit)  # one import of an office at a time
    plan = preview(file, module, system, by=by)
    if plan.digest != digest:
        raise Stale(
            "预览之后登记的内容有变动，请重新预览。", "Matters have changed since the preview; look again."
        )
    for line in plan.new:
        _store(Noted(module, _system(system), _kind(line.values), line.values), file, by)
    rows = queries.by_number(by.unit, module, _system(system))
    for difference in plan.changed:
        fields = {name: now for name, (_, now) in difference.fields.items()}
        _change(rows[difference.line.number], fields, file, by)
    if plan.new or plan.changed:
        counts = {"new": len(plan.new), "changed": len(plan.changed), "faults": len(plan.faults)}
        detail = {"module": str(module), "file": file.key, "plan": plan.digest, **counts}
        audit.record(audit.Kind.OUTSIDE_TAKEN_IN, by=by, about=("file", file.key), detail=detail)
    return plan


@transaction.atomic
def export(
    matters: Sequence[OutsideMatter], module: Module, titles: Sequence[str] = (), *, by: OfficerActor
) -> bytes:
    """The table of matters for upload elsewhere; sending records out leaves an event."""
    check_permission(by.permissions, Permission.VERIFY)
    detail = {"module": str(module), "rows": len(matters), "template": bool(titles)}
    audit.record(audit.Kind.OUTSIDE_EXPORTED, by=by, about=("unit", str(by.unit)), detail=detail)
    return write_layout(module, map(queries.values_of, matters), titles)


def _check_may(module: Module, by: OfficerActor) -> None:
    check_permission(by.permissions, Permission.VERIFY)
    check_open(Unit.objects.get(pk=by.unit))
    if mode_of(by.unit, module) is not Mode.LIGHT:
        name = title(module)
        raise OutsideRefused(
            f"本单位的“{name.zh}”模块不是简化方式，不登记外部系统事项。",
            f"Your office does not keep {name.en} in the light mode; outside matters are not noted.",
        )


def _take(matter_key: str, by: OfficerActor) -> OutsideMatter:
    matter = OutsideMatter.objects.select_for_update(of=("self",)).filter(key=matter_key).first()
    if matter is None or matter.unit_id != by.unit:
        raise OutsideRefused("只有登记单位可以更新。", "Only the office that noted it may change it.")
    _check_may(Module(matter.module), by)
    return matter


def _refuse_stale(matter: OutsideMatter, version: int) -> None:
    if matter.version != version:
        raise Stale(
            "该事项已被他人更新，请查看后再改。", "Somebody else has changed it; look at it before you act."
        )


def _system(system: str) -> str:
    system = system.strip()
    if not system or len(system) > LONGEST_SYSTEM:
        raise OutsideRefused(
            f"请写明外部系统的名称（{LONGEST_SYSTEM}字以内）。",
            f"Name the outside system in up to {LONGEST_SYSTEM} signs.",
        )
    return system


def _checked(values: Values) -> dict[str, str]:
    told = {name: value.strip() for name, value in values.items()}
    if not told.get("external_no") or not told.get("subject_name"):
        raise OutsideRefused(
            "外部编号和对象名称必填。", "The outside number and the subject's name are needed."
        )
    long = [name for name, most in LONGEST.items() if len(told.get(name, "")) > most]
    if long:
        raise OutsideRefused(
            f"有内容过长（{'、'.join(str(LONGEST[name]) for name in long)}字以内）。",
            f"Something is too long: {', '.join(f'{name} (up to {LONGEST[name]})' for name in long)}.",
        )
    begun, ended = told.get("opened_on", ""), told.get("closed_on", "")
    if begun and ended and ended < begun:
        raise OutsideRefused("结束日期早于开始日期，请核对。", "It ends before it begins; check both dates.")
    return told


def _kind(values: Values) -> str:
    """The kind of a subject whose export does not say it: the register's, else a company."""
    subject = registry.find(values["subject_no"]) if values.get("subject_no") else None
    return str(subject.kind) if subject and subject.kind in KINDS else OTHER_KIND


def _store(noted: Noted, source: StoredFile | None, by: OfficerActor) -> OutsideMatter:
    matter = OutsideMatter(
        unit_id=by.unit,
        module=str(noted.module),
        system=noted.system,
        subject_kind=noted.subject_kind,
        noted_on=clock.today(),
        changed_at=clock.now(),
        changed_by_id=by.post_id,
        seen_by=sorted({by.unit, city().pk}),
    )
    _fill(matter, noted.values)
    matter.save(force_insert=True)
    search.note([queries.search_record(matter)])
    _step(matter, noted.values, source, by)
    return matter


def _change(matter: OutsideMatter, fields: Values, source: StoredFile | None, by: OfficerActor) -> None:
    _fill(matter, fields)
    matter.version += 1
    matter.changed_at, matter.changed_by_id = clock.now(), by.post_id
    matter.save(update_fields=[*fields, "version", "changed_at", "changed_by"])
    search.note([queries.search_record(matter)])
    _step(matter, fields, source, by)
    crediting.changed(matter, fields, by=by)


def _fill(matter: OutsideMatter, values: Values) -> None:
    for name, value in values.items():
        setattr(matter, name, _stored(name, value))


def _stored(name: str, value: str) -> str | date | None:
    if name not in DATES:
        return value
    return date.fromisoformat(value) if value else None


def _step(matter: OutsideMatter, values: Values, source: StoredFile | None, by: OfficerActor) -> None:
    OutsideStep.objects.create(
        matter=matter,
        version=matter.version,
        values=dict(values),
        at=clock.now(),
        post_id=by.post_id,
        source=source,
    )


def _told(matter: OutsideMatter) -> Mapping[str, object]:
    return {"module": matter.module, "unit": matter.unit_id}
