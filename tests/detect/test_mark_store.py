"""The stored index of marks: what was filed before is asked again without being read again, with the same answer."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest

from benchmarks.marks import alphabet, coined, imitations
from lantian.config.commands import main
from lantian.core.messages import Refused, Unreadable, WrongUse
from lantian.detect.marks import stored as module
from lantian.detect.marks.index import MarkIndex
from lantian.detect.marks.stored import MarkStore, build, merge, query
from lantian.detect.segments import Store

COLUMNS: dict[str, Any] = {"id": "number", "mark": "mark"}


@pytest.fixture(scope="module")
def filed() -> pl.DataFrame:
    """Six hundred marks; the last two hundred imitate earlier ones, a kind each in turn."""
    signs, rng = alphabet(), Random(3)
    marks = coined(400, np.random.default_rng(3), signs)
    kinds = list(imitations(signs).values())
    while len(marks) < 600:
        made = kinds[len(marks) % 5](marks[len(marks) - 400], rng)
        marks.append(made or "未知")
    return pl.DataFrame({"number": [f"7{n:04d}" for n in range(600)], "mark": marks})


def at_once(filed: pl.DataFrame, new: int) -> pl.DataFrame:
    """What the index in memory says of the last so many marks: each with those before it."""
    last = filed.tail(new)
    near = MarkIndex.of(filed["mark"]).near(last["mark"])
    near = near.filter(pl.col("row") < pl.col("new") + filed.height - new)
    return near.select(
        new=last["number"].gather(near["new"]),
        stored=filed["number"].gather(near["row"]),
        kind="kind",
        likeness="likeness",
    )


def test_a_query_gives_the_pairs_of_one_run_over_all(filed: pl.DataFrame, tmp_path: Path) -> None:
    store = build(filed.head(400), tmp_path / "marks", **COLUMNS)
    answer = query(filed.tail(200), store, **COLUMNS)
    assert answer.pairs.height > 150 and set(answer.pairs["kind"]) >= {"same", "sound", "look", "shared"}
    assert answer.pairs.equals(at_once(filed, 200))
    assert answer.counts == {"stored": 400, "rows": 200, "pairs": answer.pairs.height}


def test_segments_and_their_merge_answer_alike(
    filed: pl.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also under keys so crowded that only the first stored marks are taken."""
    monkeypatch.setattr("lantian.detect.marks.index.CROWDED", 3)
    crowd = pl.DataFrame(
        {"number": [f"8{n}" for n in range(40)], "mark": ["澍翮茶" + chr(0x4E00 + n) for n in range(40)]}
    )
    every = pl.concat([crowd, filed.tail(200)])
    build(every.head(20), tmp_path / "one", **COLUMNS)
    query(every[20:140], MarkStore.open(tmp_path / "one"), **COLUMNS, add=True)
    in_two = query(every.tail(100), MarkStore.open(tmp_path / "one"), **COLUMNS).pairs
    merged = merge([MarkStore.open(tmp_path / "one")], tmp_path / "merged")
    assert merged.counts == {"segments": 1, "rows": 140}
    assert in_two.equals(query(every.tail(100), merged, **COLUMNS).pairs)
    assert in_two.equals(at_once(every, 100))


def test_the_same_marks_give_the_same_bytes(filed: pl.DataFrame, tmp_path: Path) -> None:
    for name in ("one", "two"):
        build(filed, tmp_path / name, **COLUMNS)
    files = [sorted((tmp_path / name / "segment-0001").iterdir()) for name in ("one", "two")]
    assert [f.read_bytes() for f in files[0]] == [f.read_bytes() for f in files[1]]


@pytest.mark.parametrize("file", ["entire_keys.npy", "shortened_rows.npy", "lengths.npy", "ids.parquet"])
def test_a_damaged_file_is_found_and_the_index_built_again(
    filed: pl.DataFrame, tmp_path: Path, file: str
) -> None:
    filed.write_parquet(tmp_path / "marks.parquet")
    folder = tmp_path / "index"
    build(filed, folder, **COLUMNS)
    damaged = folder / "segment-0001" / file
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(Unreadable, match=rf"{file} is missing or damaged; build the index again"):
        MarkStore.open(folder)
    named = ["--index", str(folder), "--id", "number", "--mark", "mark"]
    assert main(["detect", "index", "build", str(tmp_path / "marks.parquet"), *named]) == 1
    assert main(["detect", "index", "build", str(tmp_path / "marks.parquet"), *named, "--again"]) == 0
    assert MarkStore.open(folder).counts["rows"] == 600


def test_an_index_of_other_tables_or_of_texts_is_refused(
    filed: pl.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(filed.head(5), tmp_path / "index", **COLUMNS)
    with pytest.raises(Refused, match="built with other parameters"):
        monkeypatch.setattr(module, "version", lambda name: "0")
        MarkStore.open(tmp_path / "index")
    with pytest.raises(Refused, match="another sort of index"):
        Store.open(tmp_path / "index")


@pytest.mark.parametrize("table", ["", "[]", "{}", '{"schema": "mark-index/1", "segments": 7}'])
def test_a_damaged_page_is_unreadable_and_no_fault(tmp_path: Path, table: str) -> None:
    (tmp_path / "index.json").write_text(table, encoding="utf-8")
    with pytest.raises((Unreadable, Refused)):
        MarkStore.open(tmp_path)


def test_odd_ids_and_marks(filed: pl.DataFrame, tmp_path: Path) -> None:
    store = build(filed.head(5), tmp_path / "index", **COLUMNS)
    with pytest.raises(Refused, match=rf"Id {filed['number'][4]} is in the index already"):
        query(filed[4:6], store, **COLUMNS)
    for numbers in (["x", "x"], ["x", None]):
        with pytest.raises(Refused):
            query(pl.DataFrame({"number": numbers, "mark": ["溟岚", "溟岚"]}), store, **COLUMNS)
    with pytest.raises(WrongUse):
        query(filed.drop("mark"), store, **COLUMNS)
    odd = ["", None, "🙂", "𠀀𠀁", "·", "溟" * 9000, "A", "图形"]
    frame = pl.DataFrame({"number": [f"o{n}" for n in range(len(odd))], "mark": odd})
    assert query(frame, store, **COLUMNS, add=True).pairs.height == 0
    assert query(
        pl.DataFrame({"number": ["late"], "mark": ["A"]}), MarkStore.open(tmp_path / "index"), **COLUMNS
    ).pairs.rows() == [("late", "o6", "same", 1.0)]


def test_the_commands_build_ask_and_merge(
    filed: pl.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, part in (("old", filed.head(400)), ("new", filed.tail(200))):
        part.write_csv(tmp_path / f"{name}.csv")
    named, index = ["--id", "number", "--mark", "mark"], ["--index", str(tmp_path / "index")]
    assert main(["detect", "index", "build", str(tmp_path / "old.csv"), *index, *named]) == 0
    out = tmp_path / "pairs.parquet"
    asked = ["detect", "index", "query", str(tmp_path / "new.csv"), *index, *named, "--out", str(out)]
    assert main([*asked, "--add"]) == 0
    assert pl.read_parquet(out).equals(at_once(filed, 200))
    assert main([*asked, "--least", "7"]) == 2
    assert (
        main(
            [
                "detect",
                "index",
                "merge",
                str(tmp_path / "index"),
                "--index",
                str(tmp_path / "all"),
                "--format",
                "json",
            ]
        )
        == 0
    )
    assert '"rows": 600' in capsys.readouterr().out
