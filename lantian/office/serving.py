"""What the house serves through the core's door: the approved edition of each rule book that is valid today.

Looked up once in each piece of work (a page, a step of a job), so that a worker and a server agree from the
next one on; texts are found by digest, so an approval leaves nothing stale behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from hashlib import sha256

from django.db import connection

from lantian.core import door, shelf
from lantian.core.messages import Refused
from lantian.core.rulebook import Rulebook, RuleVersion, shipped
from lantian.office import clock, scope
from lantian.office.models import RulebookDecision, RulebookEdition, RulebookText

NOTE = "rule books"


class UnknownText(Refused):
    """No rule book with this digest was ever shipped or uploaded here."""


def begin() -> None:
    """Let every room read rule books as this house holds them."""
    door.serve(text_in_use)


def text_in_use(file: str) -> str | None:
    """The text of a file as approved; None where what comes with the program is in use, or where nobody is at work."""
    notes = scope.notes()
    if notes is None:
        if not connection.in_atomic_block:
            return None
        digest = in_force(clock.today()).get(file)
    else:
        if NOTE not in notes:
            notes[NOTE] = in_force(clock.today())
        digest = notes[NOTE].get(file)
    return text_of(digest) if digest else None


def in_force(on: date) -> Mapping[str, str]:
    """The digest of the edition approved by now that is valid on a day, by name of file."""
    approved = RulebookDecision.objects.filter(
        act=RulebookDecision.Act.APPROVE, edition__valid_from__lte=on
    ).order_by("book", "-edition__number")
    return {
        shelf.file_of(book): digest
        for book, digest in approved.distinct("book").values_list("book", "edition__text_id")
    }


@lru_cache(maxsize=128)
def text_of(digest: str) -> str:
    """A text by its digest, whether it is in use, was, or never came to be; raises `UnknownText`."""
    kept = RulebookText.objects.filter(pk=digest).values_list("text", flat=True).first()
    if kept is not None:
        return kept
    for id in shelf.READERS:
        if digest_of(shipped(shelf.file_of(id))) == digest:
            return shipped(shelf.file_of(id))
    raise UnknownText(f"没有摘要为{digest}的规则库文本。", f"There is no rule book whose digest is {digest}.")


def digest_of(text: str) -> str:
    """The SHA-256 of a text, as any checksum program gives it.

    >>> digest_of("")[:8]
    'e3b0c442'
    """
    return sha256(text.encode()).hexdigest()


@lru_cache(maxsize=64)
def book_of(digest: str) -> Rulebook:
    """A text by its digest as rules and versions; raises `UnknownText`."""
    return shelf.opened_any(text_of(digest))


def version_of(book: str, rule: str, version: str) -> RuleVersion | None:
    """The version of a rule that a stored date or act names, from whichever text says it; the newest text first.

    None where no text that was ever in this house says it.
    """
    uploaded = RulebookEdition.objects.filter(book=book).order_by("-number").values_list("text_id", flat=True)
    kept = RulebookText.objects.filter(book=book, shipped=True).order_by("-at").values_list("pk", flat=True)
    own = digest_of(shipped(shelf.file_of(book)))
    for digest in dict.fromkeys((*uploaded, own, *kept)):
        for one in book_of(digest).versions.get(rule, ()):
            if one.version == version:
                return one
    return None


def keep_shipped() -> int:
    """Keep the texts that come with this program, so that its successor can still replay by them; how many are new."""
    texts = [shipped(shelf.file_of(id)) for id in shelf.READERS]
    known = set(RulebookText.objects.values_list("pk", flat=True))
    rows = [row_of(text, ours=True) for text in texts if digest_of(text) not in known]
    RulebookText.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def row_of(text: str, *, ours: bool) -> RulebookText:
    """The row of a text that was read without fault."""
    book = shelf.opened_any(text)
    return RulebookText(
        digest=book.digest, book=book.id, version=book.version, shipped=ours, text=text, at=clock.now()
    )
