"""Editions of rule books as an office would write them, for every test that uploads one."""

from __future__ import annotations

import re
from datetime import date

from lantian.core.rulebook import shipped
from lantian.office import editions
from lantian.office.editions import Upload
from lantian.office.models import RulebookEdition
from tests.personas import acting

TODAY = date(2026, 11, 22)
REASON = "国知发运字〔2023〕10号附件1、附件2（示例）"
SURE = re.compile(r'^(\w*confidence) = "(unverified|memory|text-secondary)"$', re.M)
VERSION = re.compile(r'^version = ".*"$', re.M)


def text_of(book: str, version: str = "upload-1") -> str:
    """The shipped text of a book under another version, so that it may be uploaded."""
    return VERSION.sub(f'version = "{version}"', shipped(f"{book}.toml"), count=1)


def official(points: int = 30, version: str = "annex-1") -> str:
    """The book for agencies as if read from the annexes: every value sure, and one indicator of other points."""
    text = SURE.sub(r'\1 = "text"', text_of("credit_agency", version))
    text = text.replace(', confidence = "unverified"', ', confidence = "text"')
    text = re.sub(r'confidence = "(?:unverified|memory|text-secondary)"', 'confidence = "text"', text)
    head, row = text.split("[[rule.AG-IRR-03]]")
    assert "points = 40\n" in row
    return f"{head}[[rule.AG-IRR-03]]" + row.replace("points = 40\n", f"points = {points}\n", 1)


def load(text: str, *, login: str = "city", since: date = TODAY, name: str = "book.toml") -> RulebookEdition:
    """Load an edition as a persona."""
    with acting(login) as by:
        return editions.load(Upload(name, text.encode(), since, REASON), by=by)


def put_in_use(text: str, *, since: date = TODAY) -> RulebookEdition:
    """Load an edition and have the second person approve it."""
    edition = load(text, since=since)
    with acting("marks") as by:
        editions.approve(key=edition.key, by=by)
    return edition
