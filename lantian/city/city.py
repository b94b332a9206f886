"""Build the synthetic city and write it: the two calls that others make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from lantian.city import drafts as drafting
from lantian.city import filings as filing
from lantian.city import practitioners as practice
from lantian.city import registers, signing, trademark, truth
from lantian.city.agencies import Agency, make_agencies, make_visitors
from lantian.city.chance import stream
from lantian.city.divisions import offices
from lantian.city.drafts import Draft
from lantian.city.marks import make_marks
from lantian.city.parties import Applicant, make_applicants, make_fronts
from lantian.city.plans import BATCH, SINGLE, Plan, make_plans
from lantian.city.schemes import planting
from lantian.city.schemes.pool import Pool, Rows
from lantian.city.sizes import TINY, Size
from lantian.city.tables import frame
from lantian.city.trademark import TrademarkAgency, make_trademark_agencies

DEFAULT_SEED: Final = 1
DEFAULT_FILINGS: Final = TINY.filings
# Serials of a plan's texts and of application numbers leave room for this many.
MOST_FILINGS: Final = 500_000
OFFICES: Final = offices()

Tables = dict[str, pl.DataFrame]


def build(seed: int = DEFAULT_SEED, filings: int | None = None, size: Size = TINY) -> Tables:
    """Build the city: canonical tables and `truth`, each sorted by key. `filings`: those of the size if None.

    The same seed, number of filings and size give equal frames; with the size the agencies, their people and
    enrolments stay, however many filings there are. Raises ValueError unless 1 <= filings <= 500,000 and
    seed >= 0.
    """
    filings = size.filings if filings is None else filings
    if not 1 <= filings <= MOST_FILINGS or seed < 0:
        raise ValueError(f"seed must be >= 0 and filings between 1 and {MOST_FILINGS}")
    houses = _houses(seed, size)
    plans = make_plans(filings, stream(seed, "plans"))
    applicants, fronts = _parties(seed, filings, size, plans)
    # The last agencies of the list file the planted batches; they also have ordinary clients.
    people = drafting.People(_by_weight(houses, size), houses.agencies[-size.mills :], applicants, fronts)
    groups = [(plan, drafting.draft_plan(seed, serial, plan, people)) for serial, plan in enumerate(plans)]
    drafts = [draft for _, group in groups for draft in group]
    alone = [group[0] for plan, group in groups if plan.kind == SINGLE]
    signed = signing.plant(seed, size.offences, houses.staff, alone)
    rows = _registers(seed, size, houses, drafts)
    rows["companies"] = [one.row for one in [*applicants, *fronts] if one.row]
    free = [one for one in alone if one.disclosure == "published" and not one.signers]
    pool = Pool(seed, size, free, houses.agencies, houses.staff)
    schemes = planting.before(pool, rows) if size.schemes else []
    filing.give_numbers(drafts)
    signers = signing.Signers(
        [*houses.staff, *practice.make_practitioners(seed, houses.visitors, moving=False)]
    )
    rows["patents"] = filing.rows(drafts, signers)
    if size.schemes:
        batches = [group for plan, group in groups if plan.kind == BATCH]
        schemes += planting.after(pool, drafts, rows, batches)
    marks, lapses = make_marks(seed, size.marks, houses.trademark, applicants)
    found = truth.rows(groups) + truth.signing_rows(signed) + truth.enrolment_rows(lapses)
    rows["trademarks"] = marks
    if size.schemes:
        schemes += planting.of_marks(pool, rows, houses.trademark)
    rows["truth"] = found + [row for one in schemes for row in one.rows()]
    return {table: frame(table, listed) for table, listed in rows.items()}


def _parties(
    seed: int, filings: int, size: Size, plans: Sequence[Plan]
) -> tuple[list[Applicant], list[Applicant]]:
    """Make the ordinary applicants, and the fronts that the batches are filed for."""
    wanted = sum(plan.applicants for plan in plans if plan.kind == BATCH)
    return make_applicants(seed, filings, size.places), make_fronts(seed, wanted, size.places)


@dataclass(frozen=True)
class _Houses:
    """The agencies of every sort, and the practitioners of the city's patent agencies."""

    agencies: list[Agency]
    visitors: list[Agency]
    trademark: list[TrademarkAgency]
    staff: list[practice.Practitioner]


def _houses(seed: int, size: Size) -> _Houses:
    agencies = make_agencies(seed, size)
    staff = practice.make_practitioners(seed, agencies, moving=size.headcount > 0)
    marks = make_trademark_agencies(seed, size, agencies)
    return _Houses(agencies, make_visitors(seed, size), marks, staff)


def _by_weight(houses: _Houses, size: Size) -> list[Agency]:
    """Name each agency as often as it has practitioners; in the small city all weigh alike."""
    if not size.headcount:
        return houses.agencies
    return [one for one in [*houses.agencies, *houses.visitors] for _ in range(one.headcount)]


def _registers(seed: int, size: Size, houses: _Houses, drafts: Sequence[Draft]) -> Rows:
    agencies, staff = houses.agencies, houses.staff
    rosters = practice.rosters(staff)
    directory = [one.row for one in [*agencies, *houses.visitors]]
    directory += [one.row for one in houses.trademark if "patent" not in one.row["kinds"]]
    members = registers.member_rows(seed, agencies, rosters)
    return {
        "agencies": directory,
        "agency_members": members + trademark.member_rows(seed, houses.trademark),
        "annual_reports": registers.report_rows(seed, agencies, rosters, drafts),
        "branches": registers.branch_rows(seed, agencies, rosters, sorted(set(size.places))),
        "employments": practice.employment_rows(staff),
        "enrolments": [term for one in houses.trademark for term in one.enrolments],
        "practitioner_status": practice.status_rows(staff),
        "practitioners": practice.rows(staff),
    }


def write(tables: dict[str, pl.DataFrame], out: Path) -> list[Path]:
    """Write one Parquet file a table into the folder, made if absent; return the paths in order of name."""
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in sorted(tables):
        path = out / f"{name}.parquet"
        # Fixed groups and level: the bytes must not depend on the machine's cores.
        tables[name].write_parquet(path, compression="zstd", compression_level=3, row_group_size=50_000)
        paths.append(path)
    return paths
