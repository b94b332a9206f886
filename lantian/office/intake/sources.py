"""What every kind of file gives the intake: headers, and windows of rows that know their place in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, Protocol

import polars as pl

from lantian.core.messages import Text, Unreadable
from lantian.office.intake.spec import Fault

WINDOW = 50_000
Recognise = Callable[[Sequence[str]], int]


class Record(NamedTuple):
    """One row as it came: its cells, and why it cannot be read, if it cannot."""

    cells: Sequence[str]
    flaw: Text | None = None


@dataclass(frozen=True)
class Window:
    """Places `first` … `first + count - 1` of a file: readable rows (with column `row`), faults, empty rows."""

    first: int
    count: int
    frame: pl.DataFrame
    faults: list[Fault]


class Source(Protocol):
    """A readable file."""

    @property
    def headers(self) -> tuple[str, ...]:
        """Names of the columns as they came."""

    @property
    def first_row(self) -> int:
        """Number of the first row after the header, as an officer counts."""

    @property
    def notes(self) -> tuple[Text, ...]:
        """What was assumed of the file, for the page of the batch."""

    def windows(self, start: int, only: Sequence[str] = ()) -> Iterator[Window]:
        """Yield windows from place `start` (0-based, after the header) on; of all columns, or `only` some."""


@dataclass(frozen=True)
class Records:
    """A source whose rows are texts; `read()` yields them from the first one after the header."""

    headers: tuple[str, ...]
    first_row: int
    read: Callable[[], Iterator[Record]]
    notes: tuple[Text, ...] = ()

    def windows(self, start: int, only: Sequence[str] = ()) -> Iterator[Window]:
        """As `Source.windows`."""
        records = islice(self.read(), start, None)
        place = self.first_row + start
        while taken := list(islice(records, WINDOW)):
            yield self._window(place, taken, only)
            place += len(taken)

    def _window(self, first: int, taken: Sequence[Record], only: Sequence[str]) -> Window:
        width = len(self.headers)
        good: list[Sequence[str]] = []
        rows: list[int] = []
        faults: list[Fault] = []
        for number, (cells, flaw) in enumerate(taken, start=first):
            if flaw is None and len(cells) == width and any(cells):
                good.append(cells)
                rows.append(number)
            elif flaw is not None:
                faults.append(Fault(number, "", "", flaw, tuple(cells)))
            elif any(cell.strip() for cell in cells):
                cells = _cut(cells, width)
                if len(cells) == width:
                    good.append(cells)
                    rows.append(number)
                else:
                    faults.append(_out_of_shape(number, cells, width))
        return Window(first, len(taken), _frame(self.headers, rows, good, only), faults)


@dataclass(frozen=True)
class Found:
    """Where the header stands among the first rows (0-based) and what it says."""

    index: int
    headers: tuple[str, ...]


def find_header(rows: Sequence[Sequence[str]], recognise: Recognise) -> Found:
    """Choose the row with the most known names, the first of equals; without any, the first row with content."""
    filled = [index for index, row in enumerate(rows) if any(cell.strip() for cell in row)]
    if not filled:
        raise empty()
    index = max(filled, key=lambda index: (recognise(rows[index]), -index))
    return Found(index, tuple(cell.strip() for cell in rows[index]))


def header_note(row: int) -> tuple[Text, ...]:
    """Say which row was taken as the header, where it is not the first."""
    if row == 1:
        return ()
    return (
        Text(
            f"以第 {row} 行为表头，上面的行略过。",
            f"Row {row} is the header; the rows above it were skipped.",
        ),
    )


def empty() -> Unreadable:
    """The refusal of a file without content."""
    return Unreadable("文件是空的。", "The file is empty.")


def _cut(cells: Sequence[str], width: int) -> Sequence[str]:
    """Drop empty cells beyond the header's width, as spreadsheets leave them."""
    return cells if any(cells[width:]) else cells[:width]


def _frame(
    headers: Sequence[str], rows: Sequence[int], good: Sequence[Sequence[str]], only: Sequence[str]
) -> pl.DataFrame:
    wanted = [place for place, header in enumerate(headers) if not only or header in only]
    names = _distinct(headers)
    columns = {
        names[place]: pl.Series(names[place], [cells[place] for cells in good], dtype=pl.String)
        for place in wanted
    }
    return pl.DataFrame({"row": pl.Series("row", rows, dtype=pl.Int64), **columns})


def _distinct(headers: Sequence[str]) -> list[str]:
    """Headers for a frame: a second column of one name (of no meaning to us, or it were refused) keeps its place."""
    return [
        header if header and header not in headers[:place] and header != "row" else f"{header}\x00{place}"
        for place, header in enumerate(headers)
    ]


def _out_of_shape(number: int, cells: Sequence[str], width: int) -> Fault:
    text = Text(
        f"本行有 {len(cells)} 格，表头有 {width} 列；请检查多余或缺少的逗号、引号。",
        f"The row has {len(cells)} cells, the header {width}; look for a stray or missing comma or quote.",
    )
    return Fault(number, "", "", text, tuple(cells))
