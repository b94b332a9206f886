"""Whom a row concerns and which office it goes to, with the reason; what nobody can place waits with the city."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from lantian.core import identifiers
from lantian.core.messages import Text
from lantian.dispatch.names import name_key
from lantian.filings import queries as filings
from lantian.office.models import Unit
from lantian.registry import queries as registry
from lantian.registry import routing
from lantian.registry.models import Subject
from lantian.registry.routing import HOME, STEP_TEXTS, Route, Step

Cells = Mapping[str, str]
HAND, DECLINED = "hand", "declined"
WHOSE = {"agency": Text("代理机构", "the agency"), "applicant": Text("申请人", "the applicant")}


@dataclass(frozen=True)
class Body:
    """A body that a row names: its kind, number, name as it is held or as written, and the group of its spellings."""

    kind: str
    number: str
    name: str
    group: str


NOBODY = Body("unknown", "", "", "")


@dataclass(frozen=True)
class Placed:
    """Where a row goes: the office (None: the city's queue), the step that decided, the reason, what speaks against."""

    body: Body
    holder: int | None
    step: str
    reason: Text
    conflict: bool = False


@dataclass
class Register:
    """What the registry knows about the bodies of a list, read once a step."""

    on: date
    units: frozenset[str]
    agencies: dict[str, Subject] = field(default_factory=dict)
    by_name: dict[str, list[Subject]] = field(default_factory=dict)
    known: dict[str, Subject] = field(default_factory=dict)
    patents: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    @classmethod
    def opened(cls, on: date) -> Register:
        """With every agency of the registry."""
        here = cls(on, frozenset(str(pk) for pk in Unit.objects.values_list("pk", flat=True)))
        for subject in Subject.objects.filter(kind=Subject.Kind.AGENCY).select_related("agency"):
            kept = registry.resolve(subject)
            here.agencies[subject.number] = kept
            if code := getattr(getattr(subject, "agency", None), "agency_code", None):
                here.agencies[code] = kept
            here._name(kept, subject.name)
        return here

    def _name(self, subject: Subject, name: str) -> None:
        known = self.by_name.setdefault(name_key(name), [])
        if subject not in known:
            known.append(subject)

    def read(self, rows: Iterable[Cells]) -> None:
        """Look up what a step's rows name beside agencies: applicants by number and by exact name, applications."""
        rows = list(rows)
        wanted = {row.get(name, "") for row in rows for name in ("applicant_code", "applicant")} - {""}
        new = sorted(wanted - self.known.keys())
        for subject in [*Subject.objects.filter(number__in=new), *Subject.objects.filter(name__in=new)]:
            self.known[subject.number] = self.known[subject.name] = subject
        bare = {row.get("application_no", "") for row in rows if not row.get("agency_name")} - {""}
        numbers = [identifiers.application_no(one).normal for one in sorted(bare)]
        for number, patent in filings.by_numbers(numbers).items():
            addresses, applicants = patent.applicant_addresses or [""], patent.applicants or [""]
            self.patents[number] = (patent.agency_code or "", applicants[0], addresses[0] or "")

    def agency(self, cells: Cells) -> Subject | None:
        """The agency a row names: by code, else by its name when one agency alone is called so."""
        for name in ("agency_code", "credit_code"):
            code = identifiers.fold(cells.get(name, ""))
            if code in self.agencies:
                return self.agencies[code]
        named = self.by_name.get(name_key(cells["agency_name"]), []) if cells.get("agency_name") else []
        return named[0] if len(named) == 1 else None

    def unit_of(self, district: str | None, zone: str | None) -> int | None:
        """The office of a zone, if it is one of its own, else of the district."""
        return next((int(code) for code in (zone, district) if code in self.units and code), None)


def place(cells: Cells, first: str, register: Register) -> Placed:
    """Decide one row; `first` says whom lists of this kind concern first: the agency or the applicant."""
    cells = _completed(cells, register)
    if first == "applicant" and cells.get("applicant"):
        return _applicant(cells, register, _person(cells, register))
    if not (cells.get("agency_name") or cells.get("agency_code") or cells.get("credit_code")):
        if cells.get("applicant"):
            return _applicant(cells, register, _person(cells, register))
        return _by_words(cells, NOBODY, "agency", register)
    return _agency(cells, register)


def _completed(cells: Cells, register: Register) -> Cells:
    """A row that names an application only, completed from the filings held."""
    number = identifiers.application_no(cells.get("application_no", "")).normal if cells else ""
    if number not in register.patents:
        return cells
    agency, applicant, address = register.patents[number]
    held = {"agency_code": agency, "applicant": applicant, "address": address}
    return {**cells, **{name: value for name, value in held.items() if value and not cells.get(name)}}


def _agency(cells: Cells, register: Register) -> Placed:
    subject = register.agency(cells)
    if subject is not None:
        return _held(
            subject, Body("agency", subject.number, subject.name, subject.number), "agency", register
        )
    code, name = cells.get("credit_code", ""), cells.get("agency_name", "")
    number = cells.get("agency_code", "") or code
    body = Body("agency", number, name, name_key(name) if name else number)
    if _from_elsewhere(cells):
        outside = Body("outside", body.number, body.name, body.group)
        return _applicant(cells, register, outside)
    same = register.by_name.get(name_key(name), []) if name else []
    if len(same) > 1:
        listed = "、".join(one.name for one in same)
        return Placed(
            body,
            None,
            str(Step.UNKNOWN),
            Text(
                f"名称相近的机构不止一家（{listed}）；由市局确定。",
                f"More than one agency is called so ({listed}); the city decides.",
            ),
        )
    return _by_words(cells, body, "agency", register)


def _from_elsewhere(cells: Cells) -> bool:
    """Whether the numbers say that the agency is registered in another place (agency codes begin with the province)."""
    agency, code = identifiers.fold(cells.get("agency_code", "")), cells.get("credit_code", "")
    found = identifiers.credit_code(code) if code else None
    if found is not None and found.valid:
        return not found.normal[2:].startswith(HOME)
    return len(agency) == 5 and agency.isdigit() and not agency.startswith(HOME)


def _person(cells: Cells, register: Register) -> Body:
    name, code = cells.get("applicant", ""), cells.get("applicant_code", "")
    subject = register.known.get(code) or register.known.get(name)
    if subject is not None:
        return Body("applicant", subject.number, subject.name, subject.number)
    return Body("applicant", code, name, name_key(name) if name else code)


def _applicant(cells: Cells, register: Register, body: Body) -> Placed:
    """By the applicant's place; also for an agency from elsewhere whose client is local."""
    subject = register.known.get(cells.get("applicant_code", "")) or register.known.get(
        cells.get("applicant", "")
    )
    if subject is not None and subject.district_code:
        return _held(subject, body, "applicant", register)
    return _by_words(cells, body, "applicant", register)


def _held(subject: Subject, body: Body, whose: str, register: Register) -> Placed:
    """By where the registry has a body."""
    holder = register.unit_of(subject.district_code, subject.zone)
    words = WHOSE[whose]
    if holder is None:
        step = STEP_TEXTS.get(Step(subject.routed_by), STEP_TEXTS[Step.UNKNOWN])
        reason = Text(
            f"监管对象库中{words.zh}“{subject.name}”的所在地：{step.zh}；由市局确定承办单位。",
            f"The registry cannot place {words.en} '{subject.name}' ({step.en}); the city decides.",
        )
        return Placed(body, None, str(Step.UNKNOWN), reason, subject.route_conflict)
    step = STEP_TEXTS.get(Step(subject.routed_by), STEP_TEXTS[Step.DISTRICT])
    name = routing.district_name(subject.district_code or "", register.on)
    reason = Text(
        f"{words.zh}“{subject.name}”在监管对象库中属{name.zh}（{step.zh}）。",
        f"The registry has {words.en} '{subject.name}' in {name.en} (by {step.en}).",
    )
    return Placed(body, holder, subject.routed_by, reason, subject.route_conflict)


def _by_words(cells: Cells, body: Body, whose: str, register: Register) -> Placed:
    """By what the row itself says: registering authority, zone, district, address."""
    own = ("applicant_code", "address") if whose == "applicant" else ("credit_code", "agency_address")
    code, address = (cells.get(name, "") for name in own)
    found = routing.route(code or None, cells.get("district") or None, address or None, register.on)
    holder = register.unit_of(found.district, found.zone)
    return Placed(body, holder, str(found.step), _reason(found, whose, register.on), bool(found.conflicts))


def _reason(found: Route, whose: str, on: date) -> Text:
    reason, words = found.reason(on), WHOSE[whose]
    against = [routing.district_name(one.district, on) for one in found.conflicts]
    said = Text(f"按{words.zh}：{reason.zh}", f"By {words.en}: {reason.en}")
    if not against or found.district is None:
        return said
    return Text(
        f"{said.zh}另有说法：{'、'.join(one.zh for one in against)}。",
        f"{said.en} Others say: {', '.join(one.en for one in against)}.",
    )


def read_cells(cells: Sequence[str], meanings: Mapping[str, int]) -> dict[str, str]:
    """A row's cells by what they mean."""
    return {name: cells[place].strip() for name, place in meanings.items() if place < len(cells)}
