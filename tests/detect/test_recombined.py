"""Recombination: a text put together from two others is found with both sources, and nothing else is."""

from __future__ import annotations

from random import Random

import polars as pl
import pytest

from lantian.city.chance import stream
from lantian.city.edits import MERGES, edit
from lantian.city.texts import Words, compose
from lantian.detect.recombined import recombined

SEED = 5
TEXTS = ["title", "abstract", "claim"]
Row = tuple[str, str, str, str | None]


def row(id: str, words: Words) -> Row:
    return id, words.title, words.abstract, words.claim


def source(number: int) -> Words:
    return compose(SEED, number, "invention").words


def frame(rows: list[Row]) -> pl.DataFrame:
    Random(SEED).shuffle(rows)
    return pl.DataFrame(rows, schema=["id", *TEXTS], orient="row")


def found(rows: list[Row]) -> dict[str, set[str]]:
    table = recombined(frame(rows), id="id", texts=TEXTS)
    return {id: set(sources) for id, sources in table.select("id", "sources").iter_rows()}


@pytest.mark.parametrize(("kind", "least"), [("e55", 0.95), ("e73", 0.80)])
def test_a_mix_of_two_texts_is_found_with_both_its_sources(kind: str, least: float) -> None:
    rows, truth = [row(f"o{n}", source(5000 + n)) for n in range(1500)], {}
    for n in range(100):
        first, second = source(2 * n), source(2 * n + 1)
        rows += [row(f"a{n}", first), row(f"b{n}", second)]
        rows.append(row(f"x{n}", MERGES[kind](first, second, stream(SEED, kind, n))))
        truth[f"x{n}"] = {f"a{n}", f"b{n}"}
    reported = found(rows)
    assert sum(reported.get(id) == parents for id, parents in truth.items()) / len(truth) >= least
    assert set(reported) <= set(truth)


def test_an_improvement_that_keeps_a_quarter_is_not_recombined() -> None:
    rows = []
    for n in range(200):
        first, unseen = source(2 * n), source(2 * n + 1)
        rows += [row(f"a{n}", first), row(f"r{n}", MERGES["series"](first, unseen, stream(SEED, n)))]
    assert found(rows) == {}


def test_a_batch_of_one_text_is_no_recombination() -> None:
    """Variants of one source cover each other; they are near-duplicates, not a combination."""
    kinds = ("a", "b", "c10", "d", "n")
    rows = [
        row(f"v{n}_{k}", edit(kind, source(n), stream(SEED, n, k)))
        for n in range(60)
        for k, kind in enumerate(kinds)
    ]
    assert found(rows) == {}


def test_three_sources_are_named_when_it_takes_three() -> None:
    parts = [source(n).claim or "" for n in range(3)]
    mixed = "".join(part[: min(map(len, parts))] for part in parts)
    table = pl.DataFrame({"id": ["p", "q", "r", "x"], "t": [*parts, mixed]})
    (one,) = recombined(table, id="id", texts=["t"]).to_dicts()
    assert (one["id"], set(one["sources"])) == ("x", {"p", "q", "r"})
    assert one["covered"] >= 0.8
    assert all(share >= 0.15 for share in one["shares"])


def test_with_earlier_rows_only_a_source_never_comes_from_its_own_halves() -> None:
    """A text whose halves two later filings took is their source, not their combination."""
    whole = (source(0).claim or "") + (source(1).claim or "")
    half = len(whole) // 2
    table = pl.DataFrame({"id": ["whole", "one", "two"], "t": [whole, whole[:half], whole[half:]]})
    assert recombined(table, id="id", texts=["t"])["id"].to_list() == ["whole"]
    assert recombined(table, id="id", texts=["t"], earlier=True).height == 0


def test_an_empty_table_has_no_recombination() -> None:
    empty = pl.DataFrame({"id": ["x"], "t": [""]})
    assert recombined(empty.head(0), id="id", texts=["t"]).height == 0
    assert recombined(empty, id="id", texts=["t"]).columns == ["id", "sources", "shares", "covered"]
