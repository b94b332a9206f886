"""Public tables without a room of their own, as detectors read them: marks, proceedings, changes, notices, subsidies.

They are kept as they came, in canonical columns. A narrower file never empties what a wider one brought.

What an application said before and after a change may be secret while it is not published (专利法 art. 21): those
cells lie encrypted, and are opened for published applications alone, of the particulars that anybody may read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import polars as pl
from django.db.models import Q

from lantian.core.messages import Text
from lantian.detect.columns import kind_of
from lantian.filings.models import OpenRow, Patent
from lantian.filings.secrecy import seal, unseal
from lantian.office.actors import Actor
from lantian.office.intake.moving import upsert
from lantian.office.intake.spec import Cell, Column, Fault, Moved, TableSpec
from lantian.office.models import IntakeBatch

# What was held stays where the file says nothing; JSON of one form, so that equal rows are equal.
_MERGE = """
UPDATE stage SET cells = (coalesce(
    (SELECT known.cells::jsonb FROM filings_openrow known WHERE known.ref = stage.ref), '{}'
) || jsonb_strip_nulls(stage.cells::jsonb))::text
"""

# Columns that lie sealed, by table; the particulars of which they are ever opened.
SEALED: Mapping[str, tuple[str, ...]] = {"patent_changes": ("before", "after")}
OPENED = ("applicants", "inventors", "agency", "address")
Row = dict[str, Any]


def check(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """Nothing beyond types: what detectors cannot use, they leave out and count."""
    return frame, []


def move(table: str, key: Sequence[str], frame: pl.DataFrame, batch: IntakeBatch, by: Actor) -> Moved:
    """Keep the rows under the reference by which evidence names them; of a key twice in a file the last counts."""
    parts = [pl.col(name).cast(pl.String).fill_null("") for name in key if name in frame.columns]
    columns = [name for name in frame.columns if name != "row"]
    frame = frame.with_columns(_sealed(frame, name) for name in SEALED.get(table, ()) if name in columns)
    ready = frame.select(
        "row",
        ref=pl.concat_str(
            [pl.lit(f"{table}:"), pl.concat_str(parts, separator="|").str.strip_chars_end("|")]
        ),
        cells=pl.struct(columns).struct.json_encode(),
    ).unique("ref", keep="last", maintain_order=True)
    fates = upsert(
        ready.with_columns(table=pl.lit(table)),
        table="filings_openrow",
        key="ref",
        constants={"batch_id": batch.pk},
        adjust=_MERGE,
    )
    new = sum(fate == "new" for fate in fates.values())
    return Moved(new=new, changed=len(fates) - new, same=frame.height - len(fates))


def open_frame(table: str) -> pl.DataFrame:
    """A table in the order of intake, every column as its canonical type."""
    held = OpenRow.objects.filter(table=table).order_by("id").values_list("cells", flat=True)
    rows = [json.loads(cells) for cells in held]
    if table in SEALED:
        rows = [row for row in _opened(table, rows) if row is not None]
    return shaped(table, next(spec for spec in OPEN if spec.name == table).column_names(), rows)


def shaped(table: str, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Rows as JSON gives them, with the columns asked for in their canonical types; what is missing is null."""
    schema = {name: kind_of(table, name) for name in columns}
    texts = {
        name: pl.List(pl.String) if isinstance(dtype, pl.List) else pl.String
        for name, dtype in schema.items()
    }
    frame = pl.DataFrame([{name: _text(row.get(name)) for name in columns} for row in rows], schema=texts)
    return frame.with_columns(_typed(pl.col(name), dtype) for name, dtype in schema.items())


def by_refs(refs: Sequence[str]) -> dict[str, list[Mapping[str, object]]]:
    """Rows that references name; a reference may leave out the last parts of a key and then names several."""
    found: dict[str, list[Mapping[str, object]]] = {}
    for ref in refs:
        held = OpenRow.objects.filter(Q(ref=ref) | Q(ref__startswith=f"{ref}|")).order_by("ref")
        rows = [json.loads(row.cells) for row in held]
        table = ref.partition(":")[0]
        found[ref] = [row for row in _opened(table, rows) if row is not None] if table in SEALED else rows
    return found


def _sealed(frame: pl.DataFrame, name: str) -> pl.Series:
    """One column of lists as sealed JSON; nothing stays nothing."""
    pairs = zip(frame["application_no"].to_list(), frame[name].to_list(), strict=True)
    cells = [
        None if value is None else seal(json.dumps(value, ensure_ascii=False), number, name)
        for number, value in pairs
    ]
    return pl.Series(name, cells, dtype=pl.String)


def _opened(table: str, rows: Sequence[Row]) -> Iterator[Row | None]:
    """Rows with their sealed cells open; None for a row that may not be read."""
    numbers = {str(row["application_no"]) for row in rows}
    public = Patent.objects.filter(disclosure="published", application_no__in=numbers)
    readable = set(public.values_list("application_no", flat=True))
    for row in rows:
        number = str(row["application_no"])
        may = number in readable and row.get("field") in OPENED
        yield {**row, **{name: _cell(row, name) for name in SEALED[table]}} if may else None


def _cell(row: Row, name: str) -> list[str] | None:
    found = unseal(row.get(name), str(row["application_no"]), name)
    return None if found is None else json.loads(found)


def _text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None or isinstance(value, list) else str(value)


def _typed(column: pl.Expr, dtype: object) -> pl.Expr:
    if dtype == pl.Date:
        return column.str.to_date("%Y-%m-%d", strict=False)
    return column == "true" if dtype == pl.Boolean else column.cast(dtype, strict=False)  # type: ignore[arg-type]


def _spec(name: str, title: Text, key: str, columns: str) -> TableSpec:
    """`key`: the columns of the reference, in its order; `columns`: the others. The first of the key is required."""
    keys = key.split()
    names = [*keys, *columns.split()]
    return TableSpec(
        name=name,
        title=title,
        key=keys[0],
        also=tuple(keys[1:]),
        columns=tuple(_column(name, one, required=one == keys[0]) for one in names),
        check=check,
        move=partial(move, name, keys),
        secret=SEALED.get(name, ()),
    )


def _column(table: str, name: str, *, required: bool) -> Column:
    dtype = kind_of(table, name)
    if isinstance(dtype, pl.List) and name != "indicators":
        return Column(name, Cell.LIST, required=required)
    cell = Cell.DATE if dtype == pl.Date else Cell.FLAG if dtype == pl.Boolean else Cell.TEXT
    return Column(name, cell, required=required)


OPEN = (
    _spec(
        "trademarks", Text("商标申请", "Trademark applications"), "number",
        "filed_on mark image_sha256 classes goods applicant applicant_id applicant_address agency_name agency_id"
        " status status_date",
    ),
    _spec(
        "trademark_proceedings", Text("商标案件", "Trademark proceedings"), "number",
        "kind filed_on mark_number petitioner petitioner_id petitioner_agency petitioner_agency_id respondent"
        " respondent_id respondent_agency respondent_agency_id outcome outcome_on consent",
    ),
    _spec(
        "trademark_transfers", Text("商标转让", "Trademark transfers"), "number transferred_on",
        "from_name from_id to_name to_id price_cny",
    ),
    _spec(
        "protected_names", Text("受保护的名称和标志", "Protected names and marks"), "name kind",
        "owner owner_id classes from to",
    ),
    _spec(
        "patent_changes", Text("专利著录事项变更", "Changes of patent particulars"),
        "application_no changed_on field", "before after agency_code",
    ),
    _spec(
        "annual_reports", Text("代理机构年度报告", "Annual reports of agencies"), "agency_code year",
        "credit_code due_on submitted_on practitioners assistants filings_invention filings_utility_model"
        " filings_design address phone",
    ),
    _spec(
        "abnormal_notices", Text("非正常专利申请通报", "Notices of abnormal applications"),
        "application_no notified_on",
        "round letter_no deadline applicant applicant_id district_code agency_code agency_name signers kind"
        " kind_code response outcome outcome_on refiled_as",
    ),
    _spec(
        "subsidies", Text("专利资助", "Patent subsidies"), "application_no paid_on",
        "applicant applicant_id amount_cny fund repaid_on",
    ),
)  # fmt: skip
"""Tables of this kind, with their columns as `detect` and the tables' contract name them."""
