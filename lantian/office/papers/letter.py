"""A paper ready to be set: its content with number, date and the name it is issued in; and its PDF."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst
from django.conf import settings

from lantian.office.papers.content import Content, day_words, plain

LAYOUT = Path(__file__).with_name("letter.typ")


@dataclass(frozen=True)
class Letter:
    """Everything a paper shows. `number` and `issuer` are written as they stand on paper."""

    content: Content
    number: str
    issuer: str
    dated: date


def set_pdf(letter: Letter) -> bytes:
    """Set a paper as PDF/A-2b; the same letter with the same fonts always gives the same bytes."""
    moment = datetime(letter.dated.year, letter.dated.month, letter.dated.day, tzinfo=UTC)
    return bytes(
        typst.compile(
            LAYOUT,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"paper": json.dumps(_shown(letter), ensure_ascii=False, sort_keys=True)},
            pdf_standards=["a-2b"],
            timestamp=int(moment.timestamp()),
        )
    )


def _fonts() -> list[Path]:
    """The office's own fonts first, then the free ones."""
    own = [Path(settings.FONT_DIR)] if settings.FONT_DIR else []
    return [*own, Path(pylopdf_fonts_zh_cn.__file__).parent]


def _shown(letter: Letter) -> dict[str, Any]:
    content = letter.content
    return {
        "form": content.form,
        "title": plain(content.title),
        "addressee": plain(content.addressee),
        "blocks": [{"kind": block.kind, "text": plain(block.spans)} for block in content.blocks],
        "rows": [{"label": label, "text": plain(spans)} for label, spans in content.rows],
        "copies": plain(content.copies),
        "attachments": list(content.attachments),
        "issuer": letter.issuer,
        "signed": letter.issuer,
        "mark": f"{letter.issuer}文件" if content.form == "document" else letter.issuer,
        "number": letter.number,
        "dated": letter.dated.isoformat(),
        "date-words": day_words(letter.dated),
    }
