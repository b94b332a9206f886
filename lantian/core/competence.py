"""Who may act, in which capacity and in whose name: the competence matrix (权责清单).

A row of the matrix says that offices of some kind, or offices named one by one, do some acts in some fields in
one capacity, on which mandate. The rows that come with the program hold until an office loads its own; a row
that names an office stands before one that names its kind, a loaded row before one that came with the program.
No row, no document: what the matrix does not say is refused, and the refusal says what it allows instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import combinations

from lantian.core.door import in_use
from lantian.core.messages import NotAllowed, Text, Unreadable
from lantian.core.rulebook import (
    Basis,
    Confidence,
    Kind,
    Many,
    OneOf,
    Rulebook,
    RuleVersion,
    Shape,
)

FILE = "competence.toml"
NATIONAL = "national"


class Capacity(StrEnum):
    """In which quality an office acts."""

    OWN = "own"
    ENTRUSTED = "entrusted"
    ASSISTING = "assisting"
    REPORT_ONLY = "report_only"


class Field(StrEnum):
    """What is supervised: it decides which instrument applies, and so who decides."""

    PATENT_AGENCY = "patent_agency"
    TRADEMARK_AGENCY = "trademark_agency"
    PRACTITIONER = "practitioner"
    UNLICENSED = "unlicensed"
    APPLICANT = "applicant"


class Act(StrEnum):
    """What an office may do to somebody; which capacities are enough stands in the book."""

    OPEN_LEAD = "open_lead"
    HAND_OVER = "hand_over"
    VERIFY = "verify"
    REPORT_UP = "report_up"
    INTERVIEW = "interview"
    RISK_ALERT = "risk_alert"
    ORDER_CORRECTION = "order_correction"
    PENALISE = "penalise"
    SUSPEND = "suspend"
    REVOKE = "revoke"
    WARNING_TALK = "warning_talk"
    SUPERVISION_OPINION = "supervision_opinion"
    RECHECK = "recheck"
    URGE_PLATFORM = "urge_platform"
    TRANSFER = "transfer"
    PRESS = "press"
    PUBLISH = "publish"


class Issuer(StrEnum):
    """In whose name an office acts: its own, its parent body's, or that of the body that entrusted it."""

    SELF = "self"
    PARENT = "parent"
    PRINCIPAL = "principal"


CAPACITY_TEXTS: dict[Capacity, Text] = {
    Capacity.OWN: Text("以自己名义", "in its own name"),
    Capacity.ENTRUSTED: Text("受委托", "entrusted"),
    Capacity.ASSISTING: Text("协助", "assisting"),
    Capacity.REPORT_ONLY: Text("上报", "reporting"),
}
FIELD_TEXTS: dict[Field, Text] = {
    Field.PATENT_AGENCY: Text("专利代理机构", "patent agencies"),
    Field.TRADEMARK_AGENCY: Text("商标代理机构", "trademark agencies"),
    Field.PRACTITIONER: Text("专利代理师", "patent practitioners"),
    Field.UNLICENSED: Text("无资质专利代理", "unlicensed patent practice"),
    Field.APPLICANT: Text("专利申请的申请人", "patent applicants"),
}
UNIT_KIND_TEXTS: dict[str, Text] = {
    NATIONAL: Text("国家知识产权局", "the national office (CNIPA)"),
    "city": Text("市局", "the city office"),
    "district": Text("区局", "the district office"),
    "zone": Text("功能区", "the functional zone"),
    "corps": Text("执法总队", "the enforcement corps"),
    "team": Text("执法队", "the enforcement team"),
    "station": Text("市场监管所", "the station"),
    "centre": Text("保护中心", "the protection centre"),
    "association": Text("行业协会", "the association"),
}

ROW: dict[str, Kind] = {
    "acts": Many(OneOf(tuple(Act))),
    "fields": Many(OneOf(tuple(Field))),
    "capacity": OneOf(tuple(Capacity)),
    "issuer": OneOf(tuple(Issuer)),
}
MAY_SAY: dict[str, Kind] = {"mandate_zh": str, "mandate_en": str, "remedy_zh": str, "remedy_en": str}
_ACT = Shape({"capacities": Many(OneOf(tuple(Capacity)))}, {"remedy": OneOf(("required",))})
_DEFAULT = Shape({**ROW, "units": Many(OneOf(tuple(UNIT_KIND_TEXTS)))}, MAY_SAY)
SHAPES = {**{f"act_{act}": _ACT for act in Act}, "*": _DEFAULT}


class NoCompetence(NotAllowed):
    """The matrix does not let this office do this; the text says who may, and what this office may do."""


class BadMatrix(Unreadable):
    """Rows of a matrix contradict each other or leave something open that they must say."""


@dataclass(frozen=True)
class Row:
    """One row of the matrix in one version. `units` are kinds of office, `offices` single ones."""

    version: RuleVersion
    acts: frozenset[Act]
    fields: frozenset[Field]
    units: frozenset[str]
    offices: frozenset[int]
    capacity: Capacity
    issuer: Issuer
    principal: int | None
    mandate: Text | None
    remedy: Text | None
    book: str
    loaded: bool

    def answers(self, act: Act, field: Field, on: date) -> bool:
        """Whether the row speaks of this act in this field on a day."""
        return act in self.acts and field in self.fields and self.version.in_force(on)

    def names(self, unit: int | None, kind: str) -> bool:
        """Whether the row speaks of this office."""
        return kind in self.units or (unit is not None and unit in self.offices)

    @property
    def weight(self) -> tuple[bool, bool]:
        """Which of two rows stands first: the loaded one, then the one that names the office."""
        return self.loaded, bool(self.offices)


@dataclass(frozen=True)
class Grant:
    """A permitted act: capacity, in whose name, on which mandate, with which remedy clause, resting on what.

    `remedy` may hold the placeholder `{government}`. `row` and `version` lead back to the book of that digest.
    """

    act: Act
    field: Field
    unit: int | None
    on: date
    capacity: Capacity
    issuer: Issuer
    principal: int | None
    mandate: Text | None
    remedy: Text | None
    basis: Basis
    confidence: Confidence
    row: str
    version: str
    book: str


@dataclass(frozen=True)
class CompetenceMatrix:
    """The acts with the capacities that suffice for them, and every row."""

    acts: Mapping[Act, tuple[RuleVersion, ...]]
    rows: tuple[Row, ...]

    def with_rows(self, rows: Iterable[Row]) -> CompetenceMatrix:
        """The matrix with rows that offices loaded."""
        return replace(self, rows=(*self.rows, *rows))

    def row(self, act: Act, field: Field, unit: int | None, kind: str, on: date) -> Row | None:
        """The row that answers, whatever its capacity; None when the matrix is silent."""
        found = [row for row in self.rows if row.names(unit, kind) and row.answers(act, field, on)]
        return max(found, key=lambda row: row.weight, default=None)

    def suffices(self, act: Act, capacity: Capacity, on: date) -> bool:
        """Whether a capacity is enough for an act on a day; false before the act's first rule."""
        rule = self.rule_of(act, on)
        return rule is not None and capacity in rule.values["capacities"]

    def rule_of(self, act: Act, on: date) -> RuleVersion | None:
        """What the book says of an act on a day."""
        return next((version for version in self.acts[act] if version.in_force(on)), None)

    def needs_remedy(self, act: Act, on: date) -> bool:
        """Whether a paper of this act must tell the remedies."""
        rule = self.rule_of(act, on)
        return rule is not None and rule.values.get("remedy") == "required"

    def name(self, act: Act) -> Text:
        """The act in words."""
        return self.acts[act][-1].text


def read_matrix(text: str, *, file: str = FILE) -> CompetenceMatrix:
    """Read the matrix that comes with the program; raises `BadRulebook` or `BadMatrix`."""
    book = Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)
    for act in Act:
        if f"act_{act}" not in book.versions:
            raise book.reading.bad(None, f"rule.act_{act}", "缺少这条规则。", "this rule is missing.")
    acts = {act: book.versions[f"act_{act}"] for act in Act}
    rows = tuple(rows_of(book, loaded=False))
    refuse_twice(rows, file)
    return CompetenceMatrix(acts, rows)


@in_use(FILE)
def matrix(text: str) -> CompetenceMatrix:
    """The matrix in use, without what offices loaded of their own."""
    return read_matrix(text)


def ask(matrix: CompetenceMatrix, act: Act, field: Field, unit: int | None, kind: str, on: date) -> Grant:
    """Return the grant under which an office of a kind may do an act in a field on a day.

    Raises `NoCompetence`, which names who may and what this office may do instead.

    >>> ask(matrix(), Act.PENALISE, Field.TRADEMARK_AGENCY, 120104, "district", date(2026, 11, 22)).capacity
    <Capacity.OWN: 'own'>
    """
    row = matrix.row(act, field, unit, kind, on)
    if row is None or not matrix.suffices(act, row.capacity, on):
        raise _refusal(matrix, act, field, unit, kind, on)
    return Grant(
        act=act,
        field=field,
        unit=unit,
        on=on,
        capacity=row.capacity,
        issuer=row.issuer,
        principal=row.principal,
        mandate=row.mandate,
        remedy=row.remedy,
        basis=row.version.basis,
        confidence=row.version.confidence,
        row=row.version.id,
        version=row.version.version,
        book=row.book,
    )


def allowed(
    matrix: CompetenceMatrix, field: Field, unit: int | None, kind: str, on: date
) -> dict[Act, Capacity]:
    """What an office may do in a field on a day, by act."""
    found = {act: matrix.row(act, field, unit, kind, on) for act in Act}
    return {act: row.capacity for act, row in found.items() if row and matrix.suffices(act, row.capacity, on)}


def deciders(matrix: CompetenceMatrix, act: Act, field: Field, on: date) -> list[str]:
    """Kinds of office that may do an act in a field on a day."""
    kinds = UNIT_KIND_TEXTS
    return [kind for kind in kinds if act in allowed(matrix, field, None, kind, on)]


def rows_of(book: Rulebook, *, loaded: bool) -> Iterator[Row]:
    """Every row of a book in every version; `loaded` tells the rows of an office from those of the program."""
    for id, versions in book.versions.items():
        if id.startswith("act_") and not loaded:
            continue
        for version in versions:
            yield _row(version, book.digest, loaded)


def _row(version: RuleVersion, digest: str, loaded: bool) -> Row:
    values = version.values
    return Row(
        version=version,
        acts=frozenset(map(Act, values["acts"])),
        fields=frozenset(map(Field, values["fields"])),
        units=frozenset(values.get("units", ())),
        offices=frozenset(values.get("offices", ())),
        capacity=Capacity(values["capacity"]),
        issuer=Issuer(values["issuer"]),
        principal=values.get("principal"),
        mandate=_text(values, "mandate"),
        remedy=_text(values, "remedy"),
        book=digest,
        loaded=loaded,
    )


def _text(values: Mapping[str, str], name: str) -> Text | None:
    return Text(values[f"{name}_zh"], values[f"{name}_en"]) if f"{name}_zh" in values else None


def refuse_twice(rows: Sequence[Row], file: str) -> None:
    """Raise `BadMatrix` when two rows answer the same question for the same office and days."""
    for one, other in combinations(rows, 2):
        same = one.acts & other.acts and one.fields & other.fields
        if same and (one.units & other.units or one.offices & other.offices) and _meet(one, other):
            names = f"rule.{one.version.id}", f"rule.{other.version.id}"
            raise BadMatrix(
                f"{file}：{names[0]} 与 {names[1]} 就同一事项、同一单位、同一时期作了两次规定；请只留一条。",
                f"{file}: {names[0]} and {names[1]} answer the same question for the same office and days; keep one.",
            )


def _meet(one: Row, other: Row) -> bool:
    return one.version.in_force(other.version.valid_from) or other.version.in_force(one.version.valid_from)


def _refusal(
    matrix: CompetenceMatrix, act: Act, field: Field, unit: int | None, kind: str, on: date
) -> NoCompetence:
    name, about, who = matrix.name(act), FIELD_TEXTS[field], UNIT_KIND_TEXTS[kind]
    row = matrix.row(act, field, unit, kind, on)
    others = [UNIT_KIND_TEXTS[kind] for kind in deciders(matrix, act, field, on)]
    mine = [
        (matrix.name(found), CAPACITY_TEXTS[how])
        for found, how in allowed(matrix, field, unit, kind, on).items()
    ]
    part = f"，只能{CAPACITY_TEXTS[row.capacity].zh}（{row.version.basis.cite().zh}）" if row else ""
    part_en = f", only {CAPACITY_TEXTS[row.capacity].en} ({row.version.basis.cite().en})" if row else ""
    zh = [
        f"权责清单在{on}没有让{who.zh}对“{about.zh}”作出“{name.zh}”{part}。",
        f"有权的是：{'、'.join(text.zh for text in others) or '清单未载'}。",
        f"本单位可以：{'、'.join(f'{text.zh}（{how.zh}）' for text, how in mine) or '无'}。",
        "如有书面委托或者法定权限，请先录入本单位权责清单并经第二人核准。",
    ]
    en = [
        f"On {on} the competence matrix does not let {who.en} '{name.en}' concerning {about.en}{part_en}.",
        f"Who may: {', '.join(text.en for text in others) or 'the matrix names nobody'}.",
        f"Your office may: {', '.join(f'{text.en} ({how.en})' for text, how in mine) or 'nothing here'}.",
        "If you hold a written mandate, load it into your office's matrix and have a second person approve it.",
    ]
    return NoCompetence("".join(zh), " ".join(en))
