"""The city's own words: bodies, persons, places, events, marks. Uploaded and versioned, never shipped (ADR 0009).

A word is the signs it is written with, never an expression. Words make hints for officers and nothing else. They serve
every office's comparisons, so only the city office uploads them, and only it reads the lists.
They are read by W01 (state bodies), T04 (bodies, persons, places, events) and T08 (marks) as `protected_names`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import Count, QuerySet

from lantian.core.messages import NotAllowed, Text
from lantian.detect.columns import kind_of
from lantian.filings.captures.actions import CaptureRefused
from lantian.filings.captures.models import LEXICONS, Lexicon, LexiconWord
from lantian.filings.open_rows import open_frame
from lantian.office import audit, clock, following
from lantian.office.actors import OfficerActor
from lantian.office.intake.cells import shape
from lantian.office.intake.readers import open_source
from lantian.office.intake.spec import Cell, Column, Moved, TableSpec, name_columns, recognised
from lantian.office.models import StoredFile, Unit
from lantian.office.opened import opened
from lantian.office.permissions import Permission, check_permission

MOST_WORDS, SHORTEST, LONGEST = 50_000, 2, 120
MOST_BYTES = 10 * 2**20
NAMES = ("name", "owner", "owner_id", "kind", "classes", "from", "to")
SPEC = TableSpec(
    name="lexicon",
    title=Text("词库", "lexicon"),
    key="name",
    columns=(
        Column("name", Cell.TEXT, required=True), Column("owner", Cell.TEXT), Column("owner_id", Cell.TEXT),
        Column("classes", Cell.LIST), Column("from", Cell.DATE), Column("to", Cell.DATE),
    ),
    check=lambda frame: (frame, []),
    move=lambda frame, batch, by: Moved(),
)  # fmt: skip


@transaction.atomic
def upload(kind: str, source: str, file: StoredFile, *, seen: int, by: OfficerActor) -> Lexicon:
    """Make the words of a file the newest version of a kind; `seen` is the version on the page acted from.

    Raises `CaptureRefused` or `Unreadable` for a file without words, and names the first row that cannot be.
    """
    check_may(by)
    if kind not in LEXICONS:
        raise CaptureRefused("请选择词库类别。", "Choose the kind of lexicon.")
    if not source.strip():
        raise CaptureRefused("请写明词库的来源。", "Say where the words come from.")
    last = Lexicon.objects.filter(kind=kind).order_by("-number").first()
    if (last.number if last else 0) != seen:
        raise CaptureRefused(
            "他人已上传新版本，请查看后再上传。", "Somebody else has uploaded a version; look first."
        )
    words = read_words(file)
    before = set(last.words.values_list("name", flat=True)) if last else set()
    held = _as_read()
    lexicon = Lexicon.objects.create(
        kind=kind, number=seen + 1, source=source.strip()[:200], file=file, post_id=by.post_id, at=clock.now()
    )
    LexiconWord.objects.bulk_create(
        (_word(lexicon, row) for row in words.iter_rows(named=True)), batch_size=2_000
    )
    now = set(words["name"])
    detail = {
        "kind": kind, "number": lexicon.number, "words": len(now), "added": len(now - before),
        "removed": len(before - now), "sha256": file.sha256,
    }  # fmt: skip
    audit.record(audit.Kind.LEXICON_UPLOADED, by=by, about=("lexicon", lexicon.key), detail=detail)
    if not _as_read().equals(held):
        news = following.News("protected_names", f"lexicon:{lexicon.key}")
        following.follow(news, post_id=by.post_id, acting=by)
    return lexicon


def check_may(by: OfficerActor) -> None:
    """Whether an officer keeps lexicons: he runs comparisons, and for the city office; raises `NotAllowed`."""
    check_permission(by.permissions, Permission.SCREEN)
    if not Unit.objects.filter(pk=by.unit, kind=Unit.Kind.CITY).exists():
        raise NotAllowed(
            "词库由市局维护，供全市比对使用；需要增加的词请报市局。",
            "Lexicons serve the comparisons of the whole city and are kept by the city office; ask it for a word.",
        )


def read_words(file: StoredFile) -> pl.DataFrame:
    """Words of a file with their columns; each once, blanks around them gone."""
    if file.size > MOST_BYTES:
        raise CaptureRefused(
            f"词库文件超过 {MOST_BYTES // 2**20} MB，没有收下；词库最多 {MOST_WORDS} 个词。",
            f"The file is larger than {MOST_BYTES // 2**20} MB and was not kept; a lexicon holds at most "
            f"{MOST_WORDS} words.",
        )
    with opened(file) as path:
        source = open_source(path, partial(recognised, SPEC))
        named = name_columns(SPEC, source.headers)
        frames = []
        for window in source.windows(0):
            frame, faults = shape(window.frame, SPEC, named)
            if faults := [*window.faults, *faults]:
                first = faults[0]
                raise CaptureRefused(
                    f"第 {first.row} 行：{first.text.zh}", f"Row {first.row}: {first.text.en}"
                )
            frames.append(frame)
            if sum(one.height for one in frames) > 2 * MOST_WORDS:
                raise _of_no_size()
    if not frames:
        raise _of_no_size()
    words = pl.concat(frames, how="diagonal").unique("name", keep="last", maintain_order=True)
    _check_words(words)
    return words


def newest() -> QuerySet[Lexicon]:
    """The version of each kind that counts, with `count`: how many words it has."""
    last = Lexicon.objects.order_by("kind", "-number").distinct("kind").values("pk")
    found: QuerySet[Lexicon] = Lexicon.objects.filter(pk__in=last).select_related("post__account")
    return found.annotate(count=Count("words")).order_by("kind")


def difference(lexicon: Lexicon) -> tuple[int, int]:
    """How many words a version brought, and how many it left out, beside the one before it."""
    names = LexiconWord.objects.filter(lexicon__kind=lexicon.kind)
    now = set(names.filter(lexicon=lexicon).values_list("name", flat=True))
    before = set(names.filter(lexicon__number=lexicon.number - 1).values_list("name", flat=True))
    return len(now - before), len(before - now)


def versions() -> QuerySet[Lexicon]:
    """Every version, the newest first, with `count`."""
    found: QuerySet[Lexicon] = Lexicon.objects.select_related("post__account").annotate(count=Count("words"))
    return found.order_by("-id")


def lexicons_frame() -> pl.DataFrame:
    """The canonical table `protected_names`, as far as the office's lexicons give it: the newest of each kind."""
    words = LexiconWord.objects.filter(lexicon__in=[one.pk for one in newest()]).order_by("id")
    fields = ("name", "owner", "owner_id", "lexicon__kind", "classes", "valid_from", "valid_to")
    rows = [tuple(value if value != "" else None for value in row) for row in words.values_list(*fields)]
    schema = {name: kind_of("protected_names", name) for name in NAMES}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _as_read() -> pl.DataFrame:
    """The office's own words in one order, to see whether a version changes any."""
    return lexicons_frame().sort("kind", "name")


def protected_names() -> pl.DataFrame:
    """Names as detectors read them: those taken in as a table, and the office's own words."""
    return pl.concat([open_frame("protected_names"), lexicons_frame()], how="diagonal_relaxed")


def _check_words(words: pl.DataFrame) -> None:
    if not words.height or words.height > MOST_WORDS:
        raise _of_no_size()
    length = words["name"].str.len_chars()
    wrong = words.filter((length < SHORTEST) | (length > LONGEST))["name"]
    if len(wrong):
        raise CaptureRefused(
            f"“{wrong[0][:20]}”不能作为词：每个词 {SHORTEST} 至 {LONGEST} 字。",
            f"'{wrong[0][:20]}' cannot be a word: each has {SHORTEST} to {LONGEST} signs.",
        )


def _of_no_size() -> CaptureRefused:
    return CaptureRefused(
        f"词库应有 1 至 {MOST_WORDS} 个词。", f"A lexicon holds between 1 and {MOST_WORDS} words."
    )


def _word(lexicon: Lexicon, row: dict[str, Any]) -> LexiconWord:
    classes = row.get("classes") or []
    return LexiconWord(
        lexicon=lexicon,
        name=row["name"],
        owner=str(row.get("owner") or "")[:120],
        owner_id=str(row.get("owner_id") or "")[:18],
        classes=[int(one) for one in classes if str(one).isdigit() and 0 < int(one) <= 45],
        valid_from=row.get("from"),
        valid_to=row.get("to"),
    )
