"""The English catalogue: `.po` is the source, `.mo` is built by Babel below LANTIAN_HOME when it is older."""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = Path(__file__).resolve().parent / "locale" / "en" / "LC_MESSAGES" / "django.po"


def built(home: Path) -> Path:
    """Return the folder for LOCALE_PATHS, with the catalogue compiled."""
    folder = home / "locale"
    target = folder / "en" / "LC_MESSAGES" / "django.mo"
    if SOURCE.exists() and (not target.exists() or target.stat().st_mtime < SOURCE.stat().st_mtime):
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_suffix(f".{os.getpid()}")
        with SOURCE.open("rb") as source, unfinished.open("wb") as result:
            write_mo(result, read_po(source, locale="en"))
        unfinished.rename(target)
    return folder
