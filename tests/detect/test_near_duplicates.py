"""The near-duplicate engine: every planted edit kind is found, and nothing depends on how the work is cut."""

from __future__ import annotations

import io
from random import Random

import polars as pl
import pytest

from lantian.city.chance import stream
from lantian.city.edits import PLANTED, edit
from lantian.city.texts import compose
from lantian.core.messages import Refused, WrongUse
from lantian.detect.near import CONTAINMENT, JACCARD, NearDuplicates, near_duplicates
from lantian.detect.normalise import normalise

TEXTS = ["title", "abstract", "claim"]
Planted = tuple[pl.DataFrame, pl.DataFrame]


def as_bytes(result: NearDuplicates) -> bytes:
    """Both files as they would be written."""
    file = io.BytesIO()
    result.pairs.write_parquet(file)
    result.clusters.write_parquet(file)
    return file.getvalue()


def brute_sets(frame: pl.DataFrame) -> list[set[str]]:
    """4-gram sets by the letter of the contract, one text at a time."""
    rows = frame.select(TEXTS).iter_rows()
    return [
        {text[i : i + 4] for field in row for text in [normalise(field or "")] for i in range(len(text) - 3)}
        for row in rows
    ]


@pytest.fixture(scope="module")
def found(planted: Planted) -> dict[int, pl.DataFrame]:
    """Pairs with and without the claim, by number of text columns."""
    return {width: near_duplicates(planted[0], id="id", texts=TEXTS[:width]).pairs for width in (2, 3)}


@pytest.mark.parametrize("kind", PLANTED)
@pytest.mark.parametrize("width", [3, 2], ids=["with claim", "without claim"])
def test_ninety_nine_of_a_hundred_planted_pairs_of_each_kind_are_reported(
    planted: Planted, found: dict[int, pl.DataFrame], kind: str, width: int
) -> None:
    pairs = found[width].filter(pl.col("jaccard") >= JACCARD)
    reported = {frozenset(pair) for pair in pairs.select("a", "b").iter_rows()}
    of_kind = planted[1].filter(pl.col("kind") == kind).select("source", "variant").rows()
    recall = sum(frozenset(pair) in reported for pair in of_kind) / len(of_kind)
    assert recall >= 0.99


@pytest.mark.parametrize("width", [3, 2])
def test_unrelated_filings_are_not_reported(found: dict[int, pl.DataFrame], width: int) -> None:
    assert found[width].filter(pl.col("a").str.slice(1) != pl.col("b").str.slice(1)).height == 0


def test_reported_numbers_are_exact(planted: Planted) -> None:
    """Against plain Python sets over every pair of a small table: nothing missed, nothing rounded."""
    frame, plants = planted
    wanted = plants.group_by("kind", maintain_order=True).head(12)
    some = frame.filter(pl.col("id").is_in(wanted["source"].to_list() + wanted["variant"].to_list()))
    sets, ids = brute_sets(some), some["id"].to_list()
    expected = {}
    for i, first in enumerate(sets):
        for j in range(i + 1, len(sets)):
            shared = len(first & sets[j])
            jaccard = shared / len(first | sets[j])
            containment = shared / min(len(first), len(sets[j]))
            if jaccard >= JACCARD or containment >= CONTAINMENT:
                anchor = "a" if len(first) <= len(sets[j]) else "b"
                expected[ids[i], ids[j]] = (jaccard, containment, anchor)
    pairs = near_duplicates(some, id="id", texts=TEXTS).pairs
    assert {row[:2]: row[2:] for row in pairs.iter_rows()} == expected
    assert pairs.select("a", "b").rows() == list(expected)


def test_a_repeated_run_and_any_block_size_give_the_same_bytes(planted: Planted) -> None:
    frame = planted[0].head(3000)
    first = as_bytes(near_duplicates(frame, id="id", texts=TEXTS))
    assert first == as_bytes(near_duplicates(frame, id="id", texts=TEXTS))
    for block in (97, 1000, 2999):
        assert first == as_bytes(near_duplicates(frame, id="id", texts=TEXTS, block=block))


def test_a_mega_batch_lands_in_one_cluster(planted: Planted) -> None:
    source = compose(7, 0, "invention").words
    kinds = [kind for kind in PLANTED if kind != "c30"]
    variants = [edit(kinds[n % len(kinds)], source, stream(7, "mega", n)) for n in range(2000)]
    rows = [
        {"id": f"m{n}", "title": w.title, "abstract": w.abstract, "claim": w.claim}
        for n, w in enumerate(variants)
    ]
    frame = pl.concat([planted[0].head(2000), pl.DataFrame(rows)]).sample(fraction=1, shuffle=True, seed=1)
    clusters = near_duplicates(frame, id="id", texts=TEXTS).clusters
    batch = clusters.filter(pl.col("id").str.starts_with("m"))
    largest = batch["cluster"].value_counts(sort=True).row(0)
    assert largest[1] >= 1980
    assert largest[0] == frame.filter(pl.col("id").is_in(batch["id"].implode()))["id"][0]
    inside = clusters.filter(pl.col("cluster") == largest[0])
    assert inside["id"].str.starts_with("m").all()


def test_clusters_join_likeness_only_never_containment() -> None:
    long = compose(3, 1, "invention").words
    assert long.claim is not None
    short = long.claim[: len(long.claim) // 3]
    frame = pl.DataFrame({"id": ["long", "short"], "text": [long.claim, short]})
    result = near_duplicates(frame, id="id", texts=["text"])
    (row,) = result.pairs.to_dicts()
    assert row["jaccard"] < JACCARD <= CONTAINMENT <= row["containment"]
    assert row["anchor"] == "b"
    assert result.clusters.height == 0


def test_no_gram_crosses_two_columns() -> None:
    words = "支撑座与升降丝杆螺纹连接并由伺服电机驱动沿导轨滑移"[:24]
    frame = pl.DataFrame({"id": [1, 2], "x": [words[:12], words], "y": [words[12:], ""]})
    (pair,) = near_duplicates(frame, id="id", texts=["x", "y"]).pairs.to_dicts()
    assert pair["jaccard"] == 18 / 21


def test_a_null_text_is_an_empty_text() -> None:
    words = compose(3, 2, "invention").words
    frame = pl.DataFrame({"id": ["p", "q"], "x": [words.abstract, words.abstract], "y": [None, ""]})
    (pair,) = near_duplicates(frame, id="id", texts=["x", "y"]).pairs.to_dicts()
    assert pair["jaccard"] == 1


def test_short_texts_are_found_when_they_are_equal() -> None:
    """A text of few grams is sampled whole: a title alone is enough."""
    frame = pl.DataFrame(
        {"id": range(4), "t": ["一种可折叠太阳能路灯", "一種可折疊太陽能路燈。", "短文", "短文"]}
    )
    result = near_duplicates(frame, id="id", texts=["t"])
    assert result.pairs.select("a", "b").rows() == [(0, 1)]
    assert result.counts["screened"] == 2


@pytest.mark.parametrize("rows", [0, 1])
def test_an_empty_table_has_no_pairs(rows: int) -> None:
    frame = pl.DataFrame({"id": ["x"], "t": ["一种可折叠太阳能路灯"]}).head(rows)
    result = near_duplicates(frame, id="id", texts=["t"])
    assert (result.pairs.height, result.clusters.height, result.counts["rows"]) == (0, 0, rows)
    assert result.pairs.columns == ["a", "b", "jaccard", "containment", "anchor"]
    assert result.clusters.columns == ["id", "cluster"]


def test_a_missing_column_is_refused_with_the_columns_there_are() -> None:
    with pytest.raises(WrongUse, match=r"No column claims; the file has: id、claim\."):
        near_duplicates(pl.DataFrame({"id": [1], "claim": ["x"]}), id="id", texts=["claims"])


@pytest.mark.parametrize(
    ("ids", "says"),
    [(["a", None, "b"], "Row 2 has no id"), (["a", "b", "a"], "Row 3 repeats the id of row 1: a")],
)
def test_null_and_repeated_ids_are_refused_with_their_row(ids: list[str | None], says: str) -> None:
    with pytest.raises(Refused, match=says):
        near_duplicates(pl.DataFrame({"id": ids, "t": ["x"] * 3}), id="id", texts=["t"])


def test_work_tells_of_itself_and_stops_when_told(planted: Planted) -> None:
    told: list[tuple[str, int, int]] = []

    def stop(stage: str, done: int, total: int) -> None:
        told.append((stage, done, total))
        if stage == "compare":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        near_duplicates(planted[0].head(1000), id="id", texts=TEXTS, progress=stop, block=400)
    assert told[:3] == [("read", 0, 1000), ("read", 400, 1000), ("read", 800, 1000)]
    assert [stage for stage, _, _ in told[-3:]] == ["candidates", "candidates", "compare"]


def test_the_order_of_rows_decides_sides_and_cluster_names() -> None:
    words = compose(3, 4, "invention").words
    rows = [(f"r{n}", edit("b", words, stream(3, n)).abstract) for n in range(3)]
    Random(2).shuffle(rows)
    frame = pl.DataFrame(rows, schema=["id", "t"], orient="row")
    result = near_duplicates(frame, id="id", texts=["t"])
    ids = frame["id"].to_list()
    assert result.pairs.select("a", "b").rows() == [(ids[0], ids[1]), (ids[0], ids[2]), (ids[1], ids[2])]
    assert result.clusters.rows() == [(id, ids[0]) for id in ids]


def test_every_cluster_is_named_by_its_own_earliest_row() -> None:
    texts = [compose(3, n, "invention").words.abstract for n in (1, 2, 1, 3, 2, 3, 4)]
    frame = pl.DataFrame({"id": [f"r{n}" for n in range(7)], "t": texts})
    clusters = near_duplicates(frame, id="id", texts=["t"]).clusters
    assert dict(clusters.iter_rows()) == {
        "r0": "r0",
        "r1": "r1",
        "r2": "r0",
        "r3": "r3",
        "r4": "r1",
        "r5": "r3",
    }


def test_padding_before_and_behind_is_reported_by_containment() -> None:
    """A text inside three of its length: Jaccard falls, containment shows it and names the contained side."""
    rows = []
    for n in range(60):
        inner, before, behind = (compose(9, 3 * n + k, "invention").words for k in range(3))
        assert inner.claim and before.claim and behind.claim
        rows += [(f"whole{n}", before.claim + inner.claim + behind.claim), (f"inner{n}", inner.claim)]
    frame = pl.DataFrame(rows, schema=["id", "t"], orient="row")
    pairs = near_duplicates(frame, id="id", texts=["t"]).pairs.filter(pl.col("anchor") == "b")
    assert pairs.filter(pl.col("containment") >= 0.99).height == 60
    assert pairs.filter(pl.col("jaccard") >= JACCARD).height == 0


def test_look_alike_and_invisible_characters_change_nothing() -> None:
    text = "未端已固定的支架设有王字形底板，其末端通过人字形卡扣与土工布连接，直径为12.5mm，材质为ABS塑料"
    disguised = text.replace("未", "末").replace("已", "己").replace("土", "士").replace("人", "入")
    disguised = "\u200b".join(
        disguised.replace("ABS", "ＡＢＳ").replace("mm", "㎜").replace("12.5", "９．８")
    )
    frame = pl.DataFrame({"id": [1, 2], "t": [text, disguised]})
    assert near_duplicates(frame, id="id", texts=["t"]).pairs["jaccard"].to_list() == [1.0]
