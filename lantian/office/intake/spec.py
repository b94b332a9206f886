"""What a table looks like to the intake: its columns, their types, and how its rows are moved in."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files

import polars as pl

from lantian.core.messages import Text, Unreadable, WrongUse
from lantian.office.actors import Actor
from lantian.office.models import IntakeBatch
from lantian.office.permissions import Permission

# Chinese names contain no comma, names of foreign companies do; symbols of a classification never.
BETWEEN_NAMES = r"(\p{Han}[)）]?)[,，、](\p{Han})"
BETWEEN_SYMBOLS = r"[,，、]"


class Cell(StrEnum):
    """Types of the canonical tables (`tables.md`)."""

    TEXT = "text"
    LIST = "list"
    DATE = "date"
    FLAG = "flag"
    CHOICE = "choice"


@dataclass(frozen=True)
class Column:
    """One canonical column; `required` cells may not be empty, `choices` are the words allowed.

    `words` names the list in which files' words for the choices stand, where it is not the column's own name;
    `commas` says between which signs a comma parts a list as well (a pattern of two groups, or of none). The places of
    a `placed` list belong to those of another list of the row (the number of each applicant): an empty one stays.
    """

    name: str
    cell: Cell = Cell.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    words: str = ""
    commas: str = ""
    placed: bool = False


@dataclass(frozen=True)
class Fault:
    """Why one cell is refused; `row` counts as in the file, the header being row 1.

    A row out of shape has no column; `raw` then keeps its cells as they came.
    """

    row: int
    column: str
    value: str
    text: Text
    raw: tuple[str, ...] = ()


@dataclass
class Moved:
    """What became of the rows of one window."""

    new: int = 0
    same: int = 0
    changed: int = 0


@dataclass(frozen=True)
class TableSpec:
    """A table that can be taken in.

    `check(frame)` returns the frame in normal form and the faults of its rows; `move(frame, batch, by)` writes
    good rows. Frames carry the column `row` (int64). `also` names further key columns; `headers` the list of
    header aliases, where it is not the table's own; `conclude(batch, keys, by)` runs once, after the last row;
    `explain(columns)` says what the file leaves out, `remark(batch)` what is remarkable in the rows stored.

    `secret` columns hold text that may be secret unless `known_public(rows, named)` names its row; `bar(rows, named)`
    finds rows that may never come in; `public_cells(cells)` tells it of a row out of shape. `rows` are as in the
    file, `named` maps its headers to columns.

    A file of a table with `secret` columns is kept sealed, whatever it holds; `admit(by, post)` raises `NotAllowed`
    when the post with this id may not take such a file in or have its rows back.

    `compares` says that `move` and `conclude` only note differences for a later decision: a preview keeps them.
    `permission` is what it takes to bring a file; a table `of_case` is taken in for one lead only (see `tables`).
    """

    name: str
    title: Text
    key: str
    columns: tuple[Column, ...]
    check: Callable[[pl.DataFrame], tuple[pl.DataFrame, list[Fault]]]
    move: Callable[[pl.DataFrame, IntakeBatch, Actor], Moved]
    explain: Callable[[Sequence[str]], Text] = field(default=lambda _: Text("", ""))
    remark: Callable[[IntakeBatch], Text] = field(default=lambda _: Text("", ""))
    also: tuple[str, ...] = ()
    headers: str = ""
    conclude: Callable[[IntakeBatch, pl.Series, Actor], None] = field(default=lambda batch, keys, by: None)
    secret: tuple[str, ...] = ()
    known_public: Callable[[pl.DataFrame, Mapping[str, str]], list[int]] = field(
        default=lambda rows, named: []
    )
    bar: Callable[[pl.DataFrame, Mapping[str, str]], list[Fault]] = field(default=lambda rows, named: [])
    public_cells: Callable[[Sequence[str]], bool] = field(default=lambda cells: False)
    admit: Callable[[Actor, int], None] = field(default=lambda by, post: None)
    compares: bool = False
    permission: Permission = Permission.TAKE_IN
    of_case: bool = False

    @property
    def sealed(self) -> bool:
        """Whether files of this table are kept sealed."""
        return bool(self.secret)

    def column_names(self) -> list[str]:
        """Names of the columns in their order."""
        return [column.name for column in self.columns]


_SPECS: dict[str, TableSpec] = {}


def register(spec: TableSpec) -> None:
    """Make a table known to the intake; a room does so when the application starts."""
    _SPECS[spec.name] = spec


def tables() -> list[TableSpec]:
    """Every table that can be taken in for everybody's use, in the order of their registration."""
    return [spec for spec in _SPECS.values() if not spec.of_case]


def spec_of(table: str) -> TableSpec:
    """The table of this name; `WrongUse` names the ones there are."""
    if table not in _SPECS:
        known = "、".join(spec.name for spec in tables())
        raise WrongUse(
            f"没有可导入的表“{table}”；可用：{known}。", f"No table '{table}' to take in; known: {known}."
        )
    return _SPECS[table]


@cache
def _aliases() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return tomllib.loads(files("lantian").joinpath("rulebooks/headers.toml").read_text("utf-8"))


def words(column: Column) -> Mapping[str, str]:
    """Words of a choice column as files write them → canonical."""
    known: Mapping[str, Mapping[str, str]] = _aliases()["words"]  # type: ignore[assignment]
    return known.get(column.words or column.name, {})


def fold_header(header: str) -> str:
    """Normal form of a header, for comparison only."""
    return "".join(unicodedata.normalize("NFKC", header).lower().split())


def recognised(spec: TableSpec, headers: Sequence[str]) -> int:
    """Count the columns of a table that a row of headers names."""
    meaning = _meanings(spec)
    return len({meaning[name] for name in map(fold_header, headers) if name in meaning})


def name_columns(spec: TableSpec, headers: Sequence[str]) -> dict[str, str]:
    """Map a file's headers to canonical columns; refuse a missing key column or two columns of one meaning."""
    meaning = _meanings(spec)
    meant = [(header, meaning[fold_header(header)]) for header in headers if fold_header(header) in meaning]
    _refuse_twice(meant)
    named = dict(meant)
    for column in spec.columns:
        if column.required and column.name not in named.values():
            _refuse_without(spec, column.name, [header for header in headers if header])
    return named


def meaning_of(spec: TableSpec, header: str) -> str | None:
    """The column of a table that a header means; None when it means none."""
    return _meanings(spec).get(fold_header(header))


def _meanings(spec: TableSpec) -> Mapping[str, str]:
    meaning = {fold_header(name): name for name in spec.column_names()}
    for name, aliases in _aliases().get(spec.headers or spec.name, {}).items():
        meaning.update({fold_header(alias): name for alias in aliases})
    return meaning


def _refuse_without(spec: TableSpec, name: str, headers: Sequence[str]) -> None:
    known = "、".join(_aliases().get(spec.headers or spec.name, {}).get(name, [])[:3])
    zh, en = "、".join(headers)[:300], ", ".join(headers)[:300]
    plain = known.split("、")[0] or name
    raise Unreadable(
        f"文件缺少“{plain}”列（{name}；通用写法：{known}）；现有列：{zh}。请补上该列，或把列名改为通用写法。",
        f"The file lacks the column '{name}'; it has: {en}. Add it, or rename one to {known}.",
    )


def _refuse_twice(meant: Sequence[tuple[str, str]]) -> None:
    for name in {name for _, name in meant}:
        same = [header for header, meaning in meant if meaning == name]
        if len(same) > 1 and len(set(same)) == 1:
            raise Unreadable(
                f"列“{same[0]}”出现了 {len(same)} 次，请只保留一列。",
                f"The column {same[0]} comes {len(same)} times; keep one of them.",
            )
        if len(same) > 1:
            raise Unreadable(
                f"列{'、'.join(f'“{header}”' for header in same)}含义相同（{name}），请只保留一列。",
                f"The columns {', '.join(same)} all mean '{name}'; keep one of them.",
            )
