"""The English catalogue: take messages from code and templates, and bring `django.po` up to date.

`python -m tests.messages` adds new messages (untranslated) and drops those no longer used; the test beside it
fails while one is missing, fuzzy, untranslated, or differs in its placeholders.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantian.config.settings")

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from lantian.config.catalogue import SOURCE

ROOT = Path(__file__).resolve().parent.parent / "lantian"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_noop": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
FIRST = datetime(2026, 11, 22, tzinfo=UTC)  # a date that does not move keeps differences readable
Message = tuple[str | tuple[str, ...], str | None]


def messages() -> Iterator[tuple[Message, str]]:
    """Every message with the file it stands in."""
    from django.utils.translation.template import templatize

    for path in sorted([*ROOT.rglob("*.py"), *ROOT.rglob("*.html"), *ROOT.rglob("messages/*.txt")]):
        text = path.read_text("utf-8")
        if path.suffix != ".py":
            text = f"({templatize(text, origin=str(path))})"  # inside brackets Python asks for no indentation
        place = path.relative_to(ROOT.parent).as_posix()
        for _, message, _, context in extract("python", io.BytesIO(text.encode()), KEYWORDS):
            yield (message, context), place


def read() -> Catalog:
    """The catalogue as committed."""
    with SOURCE.open("rb") as handle:
        return read_po(handle, locale="en")


def update() -> Catalog:
    """The catalogue with exactly the messages in use, translations kept."""
    old = read() if SOURCE.exists() else Catalog(locale="en")
    new = Catalog(
        "en", header_comment="# English of Lantian", fuzzy=False, creation_date=FIRST, revision_date=FIRST
    )
    for (message, context), place in messages():
        known = old.get(message, context)
        new.add(message, known.string if known else None, locations=[(place, None)], context=context)
    return new


def main() -> None:
    """Write the catalogue."""
    SOURCE.parent.mkdir(parents=True, exist_ok=True)
    catalogue = update()
    with SOURCE.open("wb") as handle:
        write_po(handle, catalogue, width=110, sort_output=True, include_lineno=False, omit_header=False)
    empty = [message.id for message in catalogue if message.id and not message.string]
    print(f"{len(catalogue)} messages, {len(empty)} without translation")


if __name__ == "__main__":
    main()
