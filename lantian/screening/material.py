"""What a case brought, as it is taken in and read: contacts and accounts of its filings, months of social insurance.

An office holds such columns for one case only (`detect.contract.CASE_BOUND`). A row belongs to the lead that its
file was brought for, lies encrypted, and whoever may not see the lead sees none of it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

import polars as pl

from lantian.casework import queries as casework
from lantian.casework.states import OPEN_STATES
from lantian.core.messages import Refused, Text
from lantian.detect.contract import CASE_BOUND
from lantian.filings import numbers
from lantian.filings.open_rows import shaped
from lantian.filings.secrecy import seal, unseal
from lantian.office.actors import Actor
from lantian.office.intake.limits import limit
from lantian.office.intake.spec import Cell, Column, Fault, Moved, TableSpec
from lantian.office.models import IntakeBatch
from lantian.office.permissions import Permission
from lantian.screening.models import CaseRow

LEAD = "lead:"  # the mandate of an intake or a run for a case
CONTACTS = CASE_BOUND["patents"]
KEYS: Mapping[str, tuple[str, ...]] = {"patents": ("application_no",), "insurance": ("licence_no", "month")}
COLUMNS = {"patents": (*KEYS["patents"], *CONTACTS), "insurance": CASE_BOUND["insurance"]}


class MaterialRefused(Refused):
    """Material cannot be brought to a case as asked."""


def case_open(case_key: str) -> bool:
    """Whether the reader sees the lead, and its verification has not ended."""
    lead = casework.find(case_key)
    return lead is not None and lead.state in OPEN_STATES


def check_filings(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """Application numbers in normal form."""
    normal, _, invalid = numbers.read(frame["application_no"])
    faults = [
        Fault(frame["row"][index], "application_no", found.normal[:60], found.reason or Text("", ""))
        for index, found in invalid.items()
    ]
    frame = frame.with_columns(normal.alias("application_no"))
    return frame.filter(~pl.col("row").is_in([fault.row for fault in faults])), faults


def move(table: str, frame: pl.DataFrame, batch: IntakeBatch, by: Actor) -> Moved:
    """Keep the rows for the case of their file; a narrower file empties nothing that a wider one brought."""
    case_key = batch.job.mandate.removeprefix(LEAD) if batch.job else ""
    if not case_open(case_key):
        raise MaterialRefused(
            "线索已核查完毕或您看不到它，不再导入本案材料。",
            "The lead's verification has ended, or you may not see it: nothing is taken in for it.",
        )
    keys = [name for name in KEYS[table] if name in frame.columns]
    step = [(f"{case_key}:{table}:{_number(given, keys)}", given) for given in frame.iter_rows(named=True)]
    known = _newest(case_key, {ref for ref, _ in step})
    added: dict[str, CaseRow] = {}
    new = 0
    for ref, given in step:
        said = {name: _plain(value) for name, value in given.items() if value is not None and name != "row"}
        before = known.get(ref, {})
        if before | said != before:
            new += ref not in known
            known[ref] = before | said
            cells = seal(json.dumps(known[ref], sort_keys=True), ref, "case") or ""
            added[ref] = CaseRow(
                case_key=case_key, table=table, ref=ref, cells=cells, batch=batch, row=given["row"]
            )
    _refuse_too_many(case_key, len(added))
    CaseRow.objects.bulk_create(added.values())
    return Moved(new=new, changed=len(added) - new, same=frame.height - len(added))


def _number(given: Mapping[str, Any], keys: Sequence[str]) -> str:
    return "|".join("" if given[name] is None else str(given[name]) for name in keys)


def _refuse_too_many(case_key: str, more: int) -> None:
    """A case's rows are opened together whenever it is screened: they have to stay few enough for that."""
    most = limit("case", "rows")
    if CaseRow.objects.filter(case_key=case_key).count() + more > most:
        raise MaterialRefused(
            f"本案材料超过{most}行；请只导入与本案有关的申请和人员。",
            f"The material of this case exceeds {most} rows; take in only the filings and persons of the case.",
        )


def frames(case_key: str) -> dict[str, pl.DataFrame]:
    """The canonical tables, with the columns that this case brought and no other; a table without rows is left out."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for ref, cells in _newest(case_key).items():
        rows.setdefault(ref.split(":")[1], []).append(cells)
    return {table: shaped(table, COLUMNS[table], found) for table, found in rows.items()}


def columns(case_key: str) -> frozenset[str]:
    """Columns (`table.column`) of which this case brought anything."""
    return frozenset(
        f"{table}.{name}"
        for table, frame in frames(case_key).items()
        for name in frame.columns
        if frame[name].null_count() < frame.height
    )


def refs(case_key: str) -> frozenset[str]:
    """How findings name the rows that this case brought (`table:number`)."""
    found = CaseRow.objects.filter(case_key=case_key).values_list("ref", flat=True)
    return frozenset(ref.removeprefix(f"{case_key}:") for ref in found)


def _newest(case_key: str, among: Collection[str] | None = None) -> dict[str, dict[str, Any]]:
    """What each row of the case says (or those named by `among`), in the order in which rows first came."""
    found: dict[str, dict[str, Any]] = {}
    rows = CaseRow.objects.filter(case_key=case_key).order_by("id")
    if among is not None:
        rows = rows.filter(ref__in=among)
    for ref, cells in rows.values_list("ref", "cells"):
        found[ref] = json.loads(unseal(cells, ref, "case") or "{}")
    return found


def _plain(value: object) -> object:
    """A cell as JSON holds it."""
    return value if isinstance(value, bool) else str(value)


def _spec(name: str, title: Text, table: str, **more: Any) -> TableSpec:
    key, *also = KEYS[table]
    kinds = {"month": Cell.DATE, "fee_reduced": Cell.FLAG}
    return TableSpec(
        name=name,
        title=title,
        key=key,
        also=tuple(also),
        columns=tuple(
            Column(one, kinds.get(one, Cell.TEXT), required=one in KEYS[table]) for one in COLUMNS[table]
        ),
        move=partial(move, table),
        secret=tuple(one for one in COLUMNS[table] if one not in KEYS[table]),
        permission=Permission.VERIFY,
        of_case=True,
        **more,
    )


def _unchanged(frame: pl.DataFrame) -> tuple[pl.DataFrame, Sequence[Fault]]:
    return frame, []


SPECS = (
    _spec(
        "case_filings",
        Text(
            "本案申请的联系方式、提交账号和缴费人", "Contacts, accounts and payers of the case's applications"
        ),
        "patents",
        check=check_filings,
    ),
    _spec(
        "insurance",
        Text("本案人员的参保月份", "Insured months of the case's people"),
        "insurance",
        check=_unchanged,
    ),
)
"""Tables that are taken in for one case only, from the page of its lead."""
