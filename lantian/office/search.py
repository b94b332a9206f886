"""Global search without a dictionary: pairs of neighbouring signs (bigrams) in a GIN index, then the text itself.

Protected records write an entry in the act that writes them (`note`); PostgreSQL shows it to whoever may see the
record. Public facts are read from their own tables by `refresh`, statement by statement, so that intake never waits.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet
from pypinyin import Style, lazy_pinyin

from lantian.core import identifiers
from lantian.office.models import PublicEntry, SearchEntry

MOST = 200  # hits of one kind that are looked at; more are said to be more
STEP = 5_000  # rows a statement of `refresh`
LONGEST = 100  # signs of a question


@dataclass(frozen=True)
class Record:
    """A protected record as it can be found: by names (in signs or pinyin initials), by whole numbers."""

    kind: str
    key: str
    names: tuple[str, ...]
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A table of public facts as SQL, written in a room.

    `select` gives kind, key, batch (bigint), facet (the group of results it belongs to), names (text, one a line,
    pinyin initials among them) and numbers (text[]).
    """

    kind: str
    select: str


@dataclass(frozen=True)
class Question:
    """What somebody asked, folded: words that must all occur, whole numbers that it may be."""

    words: tuple[str, ...]
    numbers: tuple[str, ...]

    @property
    def grams(self) -> list[str]:
        """What an entry's grams must contain; none when no word has two signs."""
        return sorted({gram for word in self.words for gram in bigrams(word)})


@dataclass(frozen=True)
class Hits:
    """Keys of one group, exact numbers first, then names that begin as asked; `more` when there are others."""

    keys: tuple[str, ...] = ()
    exact: frozenset[str] = frozenset()
    more: bool = False


Found = list[tuple[str, str]]
_SOURCES: dict[str, Source] = {}
_STEP = """
INSERT INTO office_publicentry (kind, key, batch, text, grams)
SELECT kind, key, batch, names, ARRAY['#' || facet] || bigrams(names)
    || ARRAY(SELECT '=' || folded(number) FROM unnest(numbers) number WHERE number <> '')
FROM (
    SELECT kind, key, fact.batch, facet, folded(names) AS names, numbers
    FROM ({select}) fact LEFT JOIN office_publicentry entry USING (kind, key)
    WHERE entry.batch IS DISTINCT FROM fact.batch LIMIT {step}
) changed
ON CONFLICT (kind, key) DO UPDATE SET batch = excluded.batch, text = excluded.text, grams = excluded.grams
"""


def register(source: Source) -> None:
    """Make a table of public facts searchable; a room does so when the application starts."""
    _SOURCES[source.kind] = source


def fold(text: str) -> str:
    """One form for what looks alike: full-width signs, capitals; PostgreSQL's `folded` gives the same.

    >>> fold("ＡＢ（天津）")
    'ab(天津)'
    """
    return unicodedata.normalize("NFKC", text).lower()


def bigrams(text: str) -> list[str]:
    """Pairs of neighbouring signs of a line of folded text; PostgreSQL's `bigrams` gives the same.

    >>> bigrams("天津市")
    ['天津', '津市']
    """
    pairs = (text[place : place + 2] for place in range(len(text) - 1))
    return [pair for pair in pairs if "\n" not in pair]


def initials(name: str) -> str:
    """Pinyin initials of a name.

    >>> initials("天津恒信达")
    'tjhxd'
    """
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()


def ask(typed: str) -> Question:
    """Read what was typed; a number also in the form in which it is kept (an application number gets its dot)."""
    folded = fold(typed.strip()[:LONGEST])
    whole = "".join(folded.split())
    forms = {folded, whole, identifiers.application_no(whole).normal.lower()} if len(whole) > 1 else set()
    return Question(tuple(folded.split()), tuple(sorted(form for form in forms if form)))


def note(records: Iterable[Record]) -> None:
    """Write the entries of protected records in the act's own transaction; a known entry is renewed."""
    SearchEntry.objects.bulk_create(
        [_entry(record) for record in records],
        update_conflicts=True,
        unique_fields=["kind", "key"],
        update_fields=["text", "grams"],
    )


def _entry(record: Record) -> SearchEntry:
    names = list(dict.fromkeys(fold(name) for name in record.names if name))
    text = "\n".join(dict.fromkeys([*names, *map(initials, names)]))
    numbers = {f"={fold(number)}" for number in record.numbers if number}
    grams = [f"#{record.kind}", *sorted({*bigrams(text), *numbers})]
    return SearchEntry(kind=record.kind, key=record.key, text=text, grams=grams)


def protected(question: Question, kind: str) -> Hits:
    """Protected records of one kind, as far as the present scope may see them."""
    return _hits(question, kind, _protected)


def public(question: Question, facet: str) -> Hits:
    """Public facts of one group."""
    return _hits(question, facet, _public)


def _hits(question: Question, group: str, find: Callable[[list[str], Sequence[str]], Found]) -> Hits:
    tag = f"#{group}"
    numbered = [find([tag, f"={number}"], ()) for number in question.numbers]
    named = find([tag, *question.grams], question.words) if question.grams else []
    whole = " ".join(question.words)
    named.sort(key=lambda row: (not row[1].startswith(whole), len(row[1]), row[0]))
    exact = [key for found in numbered for key, _ in found]
    keys = tuple(dict.fromkeys([*exact, *(key for key, _ in named)]))
    return Hits(keys[:MOST], frozenset(exact), len(keys) > MOST)


def _protected(grams: list[str], words: Sequence[str]) -> Found:
    with _asking(grams):
        return _reading(SearchEntry.objects.all(), words)


def _public(grams: list[str], words: Sequence[str]) -> Found:
    return _reading(PublicEntry.objects.filter(grams__contains=grams), words)


def _reading(entries: QuerySet[SearchEntry] | QuerySet[PublicEntry], words: Sequence[str]) -> Found:
    """The text decides: equal pairs may stand in another order."""
    for word in words:
        entries = entries.filter(text__contains=word)
    return list(entries.values_list("key", "text")[: MOST + 1])


@contextmanager
def _asking(grams: list[str]) -> Iterator[None]:
    """Let the policy of protected entries ask for these grams.

    PostgreSQL will not look up a reader's own condition in an index of a table under row-level security, because the
    operator might tell of rows he may not see. The policy's own condition it will; it can only narrow what is seen.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.asked', %s::text[]::text, true)", [grams])
        try:
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute("SELECT set_config('app.asked', '', true)")


def refresh() -> int:
    """Make entries of public facts that have none, renew those that a newer batch changed; return how many."""
    return sum(_refresh(source) for source in _SOURCES.values())


def _refresh(source: Source) -> int:
    statement = _STEP.format(select=source.select, step=STEP)
    written = STEP
    total = 0
    while written == STEP:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            written = cursor.rowcount
        total += written
    return total
