"""What a version of a summary says: sections of paragraphs, every stretch with its source and its figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lantian.office.papers.content import RECORD, TEMPLATE, TYPED, UNBOUND, Block, Content, Span

NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Part:
    """A stretch of text, its source (as in papers), and the figure that it shows, if any."""

    text: str
    source: str = TEMPLATE
    figure: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `id` names the sentence of the rule, `story` the typical case, both empty for free words."""

    parts: tuple[Part, ...]
    id: str = ""
    story: str = ""

    @property
    def text(self) -> str:
        """The words."""
        return "".join(part.text for part in self.parts)

    @property
    def free(self) -> bool:
        """Whether an officer wrote it freely."""
        return any(part.source == UNBOUND for part in self.parts)


@dataclass(frozen=True)
class Section:
    """One part of the summary."""

    id: str
    title: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Row:
    """One line of the table of figures at the end: the figure, this year, last year, why it changed so much."""

    figure: str
    title: str
    words: str
    reason: str = ""


@dataclass(frozen=True)
class Said:
    """The whole text."""

    title: str
    receiver: str
    sections: tuple[Section, ...]
    rows: tuple[Row, ...]

    def stored(self) -> dict[str, Any]:
        """As JSON for the record."""
        return asdict(self)

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Said:
        """Back from the record."""
        return cls(
            stored["title"],
            stored["receiver"],
            tuple(_section(one) for one in stored["sections"]),
            tuple(Row(**row) for row in stored["rows"]),
        )

    def as_content(self, *, draft: bool) -> Content:
        """The same as a paper is set; a draft says so in its title."""
        return Content(
            form="plain",
            code="",
            title=(Span(f"{self.title}{'（草稿）' if draft else ''}", TEMPLATE),),
            addressee=(Span(self.receiver, RECORD),),
            blocks=tuple(_blocks(self.sections, with_table=bool(self.rows))),
            rows=tuple((row.title, tuple(_cells(row))) for row in self.rows),
            copies=(),
            attachments=(),
        )


def _section(stored: Mapping[str, Any]) -> Section:
    paragraphs = tuple(
        Paragraph(tuple(Part(**part) for part in one["parts"]), one["id"], one["story"])
        for one in stored["paragraphs"]
    )
    return Section(stored["id"], stored["title"], paragraphs)


def _blocks(sections: Iterable[Section], *, with_table: bool) -> Iterable[Block]:
    for number, section in zip(NUMERALS, sections, strict=False):
        yield Block("h1", (Span(f"{number}、{section.title}", TEMPLATE),))
        for paragraph in section.paragraphs:
            yield Block("para", tuple(Span(part.text, part.source) for part in paragraph.parts))
    if with_table:
        yield Block("h1", (Span("附：主要数据", TEMPLATE),))


def _cells(row: Row) -> Iterable[Span]:
    yield Span(row.words, RECORD)
    if row.reason:
        yield Span(f"\n原因：{row.reason}", TYPED)
