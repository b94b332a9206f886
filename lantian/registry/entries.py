"""Entries of a register: the subject, its newest entry, and what the entry says as dated facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl
from pypinyin import lazy_pinyin

from lantian.core import identifiers
from lantian.office import clock
from lantian.office.actors import Actor
from lantian.office.facts import Change, supersede
from lantian.office.intake.moving import Fate, upsert
from lantian.office.intake.spec import Moved
from lantian.office.keys import new_key
from lantian.office.models import IntakeBatch
from lantian.registry import placing
from lantian.registry.kinds import FactKind
from lantian.registry.models import RegisterFact, Subject
from lantian.registry.routing import Route, Step, route

# What the directory of agencies calls a subject and where it places it, no later file of companies changes.
KEEPS_AGENCY = """
UPDATE stage SET name = known.name, name_pinyin = known.name_pinyin, kind = known.kind,
    district_code = known.district_code, zone = known.zone, routed_by = known.routed_by,
    route_conflict = known.route_conflict
FROM registry_subject known WHERE known.number = stage.number AND known.kind = 'agency'
"""


@dataclass(frozen=True)
class Register:
    """A register whose entries name one subject each.

    `facts` maps kinds to (column, column of the day from which it holds; else the day of the file).
    """

    table: str
    number: str
    kind: Subject.Kind
    facts: Mapping[FactKind, tuple[str, str | None]]
    judge: Callable[[str], identifiers.Identifier] = identifiers.credit_code
    placed: bool = True
    adjust: str | None = None
    licence: Sequence[str] = field(default=())


def enter(register: Register, frame: pl.DataFrame, batch: IntakeBatch, by: Actor) -> Moved:
    """Write a frame of entries (canonical columns and `row`) in the open transaction."""
    if frame.is_empty():
        return Moved()
    constants: dict[str, object] = {"batch_id": batch.pk}
    day = clock.day_of(batch.created_at)
    fates = upsert(
        _subjects(register, frame, day),
        table="registry_subject",
        key="number",
        constants=constants,
        adjust=register.adjust,
        only_new=["key"],
    )
    fates |= upsert(frame, table=register.table, key=register.number, constants=constants)
    _hold(register, frame.filter(pl.col("row").is_in(list(fates))), batch, by)
    return counted(fates, frame.height)


def counted(fates: Mapping[int, Fate], rows: int) -> Moved:
    """Count the fates of rows."""
    new = sum(fate == "new" for fate in fates.values())
    return Moved(new=new, changed=len(fates) - new, same=rows - len(fates))


def ids_of(numbers: Sequence[str]) -> dict[str, int]:
    """Ids of subjects by number; unknown numbers are left out."""
    return dict(Subject.objects.filter(number__in=numbers).values_list("number", "pk"))


def pinyin(name: str) -> str:
    """Sorting key of a name."""
    return " ".join(lazy_pinyin(name))[:400]


def bare(numbers: Mapping[str, str], kind: Subject.Kind, batch: IntakeBatch) -> None:
    """Make subjects of credit codes that no register has brought yet, by the names given."""
    known = ids_of(list(numbers))
    Subject.objects.bulk_create(
        Subject(
            kind=kind,
            number=number,
            number_status=str(identifiers.credit_code(number).status),
            name=name,
            name_pinyin=pinyin(name),
            batch=batch,
            **_columns(route(number, None, None, clock.day_of(batch.created_at))),
        )
        for number, name in numbers.items()
        if number not in known
    )


def _subjects(register: Register, frame: pl.DataFrame, day: date) -> pl.DataFrame:
    names, numbers = frame["name"].to_list(), frame[register.number].to_list()
    base = frame.select("row", pl.col(register.number).alias("number"), "name").with_columns(
        pl.lit(str(register.kind)).alias("kind"),
        _series("name_pinyin", [pinyin(name) for name in names]),
        _series("key", [new_key() for _ in names]),
        _series("number_status", [str(register.judge(number).status) for number in numbers]),
    )
    if not register.placed:
        return base.with_columns(pl.lit("unknown").alias("routed_by"), pl.lit(False).alias("route_conflict"))
    return pl.concat([base, _placed(register, frame, day)], how="horizontal")


def _placed(register: Register, frame: pl.DataFrame, day: date) -> pl.DataFrame:
    numbers: list[str] = frame[register.number].to_list()
    given, addresses = (_read(frame, numbers, name) for name in ("district_code", "address"))
    read = zip(numbers, given, addresses, strict=True)
    routes = [route(number, district, address, day) for number, district, address in read]
    by_hand = _by_hand(dict(zip(numbers, routes, strict=True)))
    rows = [by_hand.get(number) or _columns(said) for number, said in zip(numbers, routes, strict=True)]
    types = {"district_code": pl.String, "zone": pl.String, "routed_by": pl.String}
    return pl.DataFrame(rows, schema={**types, "route_conflict": pl.Boolean})


def _read(frame: pl.DataFrame, numbers: Sequence[str], name: str) -> list[str | None]:
    """A column that routing reads; what a narrower file does not bring stays as it is on file."""
    if name in frame.columns:
        return frame[name].to_list()
    known = placing.on_file(numbers)
    return [known[number][name] if number in known else None for number in numbers]


def _by_hand(routes: Mapping[str, Route]) -> dict[str, dict[str, str | bool | None]]:
    """What an officer placed stays where it is; what routing now says against it is a conflict."""
    subjects = list(Subject.objects.filter(number__in=routes, routed_by=Step.PLACED))
    facts = placing.placings_of(subjects)
    return {
        one.number: {
            "district_code": one.district_code,
            "zone": one.zone,
            "routed_by": one.routed_by,
            "route_conflict": placing.speaks_against(facts[one.pk].value, routes[one.number]),
        }
        for one in subjects
    }


def _columns(placed: Route) -> dict[str, str | bool | None]:
    return {
        "district_code": placed.district,
        "zone": placed.zone,
        "routed_by": str(placed.step),
        "route_conflict": bool(placed.conflicts),
    }


def _series(name: str, values: Sequence[str]) -> pl.Series:
    return pl.Series(name, values, dtype=pl.String)


def _hold(register: Register, frame: pl.DataFrame, batch: IntakeBatch, by: Actor) -> None:
    if frame.is_empty():
        return
    ids = ids_of(frame[register.number].to_list())
    changes = list(_changes(register, frame, batch, by, ids))
    supersede(RegisterFact, changes, at=clock.now())


def _changes(
    register: Register, frame: pl.DataFrame, batch: IntakeBatch, by: Actor, ids: Mapping[str, int]
) -> Iterator[Change]:
    day = clock.day_of(batch.created_at)
    kinds = {kind: says for kind, says in register.facts.items() if says[0] in frame.columns}
    for row in frame.iter_rows(named=True):
        subject, source = ids[row[register.number]], (batch.pk, row["row"], by.audit_name)
        for kind, (column, since) in kinds.items():
            if row[column] is not None:
                begin = row.get(since) if since else None
                yield Change((subject, str(kind), ""), _plain(row[column]), begin or day, None, source)
        if register.licence and row.get("licensed_on"):
            value = {name: row[name] for name in register.licence if row.get(name)}
            licence = (subject, str(FactKind.LICENCE), "")
            yield Change(licence, value, row["licensed_on"], None, source)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


AGENCIES = Register(
    table="registry_agency",
    number="credit_code",
    kind=Subject.Kind.AGENCY,
    facts={
        FactKind.AGENCY_NAME: ("name", None),
        FactKind.AGENCY_ADDRESS: ("address", None),
        FactKind.AGENCY_STATUS: ("status", "status_date"),
    },
    licence=("agency_code", "form"),
)
COMPANIES = Register(
    table="registry_company",
    number="credit_code",
    kind=Subject.Kind.COMPANY,
    facts={
        FactKind.COMPANY_NAME: ("name", None),
        FactKind.COMPANY_ADDRESS: ("address", None),
        FactKind.COMPANY_STATUS: ("status", None),
    },
    adjust=KEEPS_AGENCY,
)
PRACTITIONERS = Register(
    table="registry_practitioner",
    number="licence_no",
    kind=Subject.Kind.PRACTITIONER,
    facts={FactKind.PRACTITIONER_NAME: ("name", None)},
    judge=identifiers.licence_no,
    placed=False,
    licence=("practice_no",),
)
