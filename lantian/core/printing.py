"""Rule books as pages: one row a version, with values, citation and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lantian.core.rulebook import Rulebook, RuleVersion


def page(book: Rulebook, *, file: str) -> str:
    """Print a book as Markdown, in the order of the book."""
    lines = [
        f"# {book.title.zh} · {book.title.en}",
        "",
        f"Printed from `lantian/rulebooks/{file}` by `lantian rules print {book.id}`; a test compares them.",
        "",
        "| rule · in force | what | values | basis | confidence |",
        "|---|---|---|---|---|",
        *(_row(version) for versions in book.versions.values() for version in versions),
        "",
    ]
    return "\n".join(lines)


def _row(version: RuleVersion) -> str:
    span = f"{version.valid_from} – {version.valid_to or '…'}"
    note = f"<br>{version.note.zh}<br>{version.note.en}" if version.note else ""
    unit = (f"unit: {version.unit}",) if version.unit else ()
    cells = (
        f"`{version.id}` {span}",
        f"{version.text.zh}<br>{version.text.en}{note}",
        "<br>".join((*unit, *_values(version.values.items()))),
        version.basis.cite().zh,
        f"{version.confidence.value}: {version.source}",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _values(items: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """Values in one line each; of a text in two languages the Chinese one, since the page is not the law."""
    for key, value in items:
        if key.endswith("_en"):
            continue
        name = key.removesuffix("_zh")
        if isinstance(value, dict):
            yield f"{name}: {'; '.join(_values(value.items()))}"
        elif isinstance(value, list):
            yield f"{name}: {' · '.join(_member(each) for each in value)}"
        else:
            yield f"{name}: {value}"


def _member(value: Any) -> str:
    return "; ".join(_values(value.items())) if isinstance(value, dict) else str(value)
