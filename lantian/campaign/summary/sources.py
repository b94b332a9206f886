"""Records out of which a typical case may be written: leads verified, cases with a result, corrections found done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from lantian.campaign.models import Story
from lantian.campaign.summary.states import StoryState
from lantian.casework.measures_states import RectificationState
from lantian.casework.models import Attendance, Lead, OutsideMatter, Rectification
from lantian.casework.states import State as LeadState
from lantian.core.messages import Text
from lantian.office import clock
from lantian.office.modes import Module
from lantian.office.papers.content import day_words
from lantian.registry import queries as registry
from lantian.registry.models import Company, Practitioner, Subject

LAST = 50
KIND_TEXTS = {
    "lead": Text("已核查线索", "lead verified"),
    "outside": Text("有结果的案件", "case with a result"),
    "rectification": Text("完成的整改", "correction found done"),
}
_PERSONS = (Subject.Kind.PRACTITIONER, Subject.Kind.PERSON)


@dataclass(frozen=True)
class Source:
    """A record that a typical case may be written about; `facts` is what it says, names unmasked."""

    kind: str
    key: str
    number: str
    unit: int
    subject_kind: str
    subject_no: str
    subject_name: str
    opened_on: date | None
    facts: str
    route: str


def candidates(unit: int | None) -> list[Source]:
    """Records of one office, or of all the reader sees, newest first, without those that have their case already."""
    used = set(Story.objects.exclude(state=str(StoryState.DROPPED)).values_list("source_kind", "source_key"))
    found = (source for listed in _LISTED.values() for source in listed(unit, None))
    return [source for source in found if (source.kind, source.key) not in used]


def find(kind: str, key: str) -> Source | None:
    """One record, if the reader may see it and a case may be written about it."""
    return next(iter(_LISTED[kind](None, key)), None) if kind in _LISTED else None


def names_of(source: Source) -> set[str]:
    """Natural persons that records know around a source: the subject itself, its people, who came for it."""
    names = {source.subject_name} if source.subject_kind in _PERSONS else set()
    if not source.subject_no:
        return names
    came = Attendance.objects.filter(participant__subject_no=source.subject_no).exclude(person="")
    names |= set(came.values_list("person", flat=True))
    subject = registry.find(source.subject_no)
    if subject is not None:
        names |= {one.name for day in _days(source) for one in registry.people_of(subject, day)}
        for company in Company.objects.filter(subject=subject):
            names |= {company.legal_representative or "", *(company.shareholders or ())}
        names |= {one.name or "" for one in Practitioner.objects.filter(subject=subject)}
    return {name for name in names if name}


def _days(source: Source) -> set[date]:
    return {clock.today()} | ({source.opened_on} if source.opened_on else set())


def _leads(unit: int | None, key: str | None) -> Iterator[Source]:
    rows = Lead.objects.filter(state=str(LeadState.VERIFIED), **_wanted("holder_id", unit, key))
    for row in rows.order_by("-id")[:LAST]:
        said = [step.reason for step in row.steps.order_by("id") if step.reason and step.act == "conclude"]
        facts = f"{day_words(row.opened_on)}，对{row.subject_name}立为线索。{row.ground_zh}{''.join(said)}"
        yield Source(
            "lead", row.key, row.number, row.holder_id, row.subject_kind, row.subject_no,
            row.subject_name, row.opened_on, facts, "lead",
        )  # fmt: skip


def _outside(unit: int | None, key: str | None) -> Iterator[Source]:
    rows = OutsideMatter.objects.filter(module=str(Module.CASES), **_wanted("unit_id", unit, key))
    for row in rows.exclude(result="").order_by("-id")[:LAST]:
        opened = f"{day_words(row.opened_on)}，" if row.opened_on else ""
        facts = f"{opened}对{row.subject_name}{row.title}立案。处理结果：{row.result}。"
        yield Source(
            "outside", row.key, row.external_no, row.unit_id, row.subject_kind, row.subject_no,
            row.subject_name, row.opened_on, facts, "outside_matter",
        )  # fmt: skip


def _rectifications(unit: int | None, key: str | None) -> Iterator[Source]:
    done = str(RectificationState.DONE)
    for row in Rectification.objects.filter(state=done, **_wanted("unit_id", unit, key)).order_by("-id")[
        :LAST
    ]:
        clause = f"依据{row.clause}，" if row.clause else ""
        asked = f"{day_words(row.opened_on)}，{clause}要求{row.subject_name}整改：{row.what}。"
        facts = f"{asked}{row.facts}复查认定已完成整改。"
        yield Source(
            "rectification", row.key, row.number, row.unit_id, row.subject_kind, row.subject_no,
            row.subject_name, row.opened_on, facts, "rectification",
        )  # fmt: skip


def _wanted(owner: str, unit: int | None, key: str | None) -> dict[str, int | str]:
    return ({} if unit is None else {owner: unit}) | ({} if key is None else {"key": key})


_LISTED: Mapping[str, Callable[[int | None, str | None], Iterator[Source]]] = {
    "lead": _leads,
    "outside": _outside,
    "rectification": _rectifications,
}
