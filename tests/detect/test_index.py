"""The stored index: what came in earlier is compared again without being read again, with the same answer."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from lantian.city.chance import stream
from lantian.city.edits import edit
from lantian.city.texts import compose
from lantian.config.commands import main
from lantian.core.messages import Refused, Unreadable
from lantian.detect import near, segments
from lantian.detect.blocks import Blocks
from lantian.detect.index import build, merge, query
from lantian.detect.near import near_duplicates
from lantian.detect.segments import Store

TEXTS = ("title", "abstract", "claim")
Planted = tuple[pl.DataFrame, pl.DataFrame]


def blocks(frame: pl.DataFrame) -> Blocks:
    return Blocks(frame.height, frame.columns, frame.iter_slices(500))


def of_new(frame: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """What a batch run over all rows says of the new ones."""
    pairs = near_duplicates(frame, id="id", texts=TEXTS).pairs
    return pairs.filter(pl.col("b").is_in(new["id"].implode()))


def test_a_query_gives_the_pairs_of_the_batch_run(planted: Planted, tmp_path: Path) -> None:
    frame = planted[0].head(3000)
    old, new = frame.head(2400), frame.tail(600)
    store = build(blocks(old), tmp_path / "index", id="id", texts=TEXTS)
    answer = query(blocks(new), store, id="id", texts=TEXTS)
    assert answer.pairs.height > 50
    assert answer.pairs.equals(of_new(frame, new))
    assert answer.counts["stored"] == 2400


def test_segments_and_their_merge_answer_alike(planted: Planted, tmp_path: Path) -> None:
    frame = planted[0].head(3000)
    parts = [frame.slice(at, 1000) for at in (0, 1000, 2000)]
    build(blocks(parts[0]), tmp_path / "one", id="id", texts=TEXTS)
    query(blocks(parts[1]), Store.open(tmp_path / "one"), id="id", texts=TEXTS, add=True)
    in_two = query(blocks(parts[2]), Store.open(tmp_path / "one"), id="id", texts=TEXTS).pairs
    merge([Store.open(tmp_path / "one")], tmp_path / "merged")
    in_one = query(blocks(parts[2]), Store.open(tmp_path / "merged"), id="id", texts=TEXTS).pairs
    assert in_two.equals(in_one)
    assert in_two.equals(of_new(frame, parts[2]))


def test_a_mega_batch_that_arrives_in_portions_is_met_as_in_one_run(tmp_path: Path) -> None:
    """Hashes of more than 64 rows, some stored, some new: the star has the same middle."""
    source = compose(7, 0, "invention").words
    rows = [
        (f"m{n}", w.title, w.abstract, w.claim)
        for n in range(400)
        for w in [edit(("a", "b", "d")[n % 3], source, stream(7, n))]
    ]
    frame = pl.DataFrame(rows, schema=["id", *TEXTS], orient="row")
    store = build(blocks(frame.head(40)), tmp_path / "index", id="id", texts=TEXTS)
    second = frame.slice(40, 200)
    assert query(blocks(second), store, id="id", texts=TEXTS, add=True).pairs.equals(
        of_new(frame.head(240), second)
    )
    last = frame.tail(160)
    answer = query(blocks(last), Store.open(tmp_path / "index"), id="id", texts=TEXTS)
    assert answer.pairs.equals(of_new(frame, last))


def test_the_same_rows_give_the_same_bytes(planted: Planted, tmp_path: Path) -> None:
    for name in ("one", "two"):
        build(blocks(planted[0].head(800)), tmp_path / name, id="id", texts=TEXTS)
    files = [sorted((tmp_path / name / "segment-0001").iterdir()) for name in ("one", "two")]
    assert [f.read_bytes() for f in files[0]] == [f.read_bytes() for f in files[1]]


def test_rows_that_are_stored_already_are_refused_by_name(planted: Planted, tmp_path: Path) -> None:
    frame = planted[0].head(50)
    store = build(blocks(frame), tmp_path / "index", id="id", texts=TEXTS)
    with pytest.raises(Refused, match=rf"Id {frame['id'][49]} is in the index already \(1 such ids\)"):
        query(blocks(frame.tail(1)), store, id="id", texts=TEXTS)


@pytest.mark.parametrize("file", ["units.npy", "ends.npy", "postings.npy", "sizes.npy", "ids.parquet"])
def test_a_damaged_file_is_found_and_named(planted: Planted, tmp_path: Path, file: str) -> None:
    build(blocks(planted[0].head(50)), tmp_path / "index", id="id", texts=TEXTS)
    damaged = tmp_path / "index" / "segment-0001" / file
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(Unreadable, match=rf"{file} is missing or damaged; build the index again"):
        Store.open(tmp_path / "index")
    damaged.unlink()
    with pytest.raises(Unreadable, match=file):
        Store.open(tmp_path / "index")


@pytest.mark.parametrize("what", ["--text", "--mark"])
def test_building_again_replaces_an_index_and_nothing_else(
    planted: Planted, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    planted[0].head(50).write_parquet(tmp_path / "rows.parquet")
    precious = tmp_path / "data"
    precious.mkdir()
    (precious / "patents.csv").write_text("kept")
    build_ = [
        "detect",
        "index",
        "build",
        str(tmp_path / "rows.parquet"),
        "--id",
        "id",
        what,
        "title",
        "--again",
    ]
    assert main([*build_, "--index", str(precious)]) == 1
    assert "patents.csv, which is no part of an index" in capsys.readouterr().err
    assert main([*build_, "--index", str(precious / "patents.csv")]) == 1
    assert (precious / "patents.csv").read_text() == "kept" and len(list(tmp_path.iterdir())) == 2
    assert main([*build_, "--index", str(tmp_path / "new")]) == 0


def rotted(file: Path) -> None:
    """Turn one bit of a file round as a failing disk does: its size and its times stay."""
    state, content = file.stat(), bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))


@pytest.mark.parametrize("what", ["--text", "--mark"])
def test_what_rotted_on_the_disk_is_found_by_verify_kept_out_of_a_merge_and_built_again(
    planted: Planted, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    planted[0].head(50).write_parquet(tmp_path / "rows.parquet")
    folder, named = str(tmp_path / "index"), ["--id", "id", what, "title"]
    build_ = ["detect", "index", "build", str(tmp_path / "rows.parquet"), "--index", folder, *named]
    verify, merged = ["detect", "index", "verify", "--index", folder], ["--index", f"{folder}2"]
    assert main(build_) == 0 and main(verify) == 0
    rotted(sorted((tmp_path / "index" / "segment-0001").glob("*.npy"))[-1])
    capsys.readouterr()
    for command in (verify, ["detect", "index", "merge", folder, *merged]):
        assert main(command) == 3
        assert "is missing or damaged; build the index again" in capsys.readouterr().err
    assert not (tmp_path / "index2").exists()
    assert main(build_) == 1 and main([*build_, "--again"]) == 0
    assert main(verify) == 0 and "rows\t50" in capsys.readouterr().out


@pytest.mark.parametrize("gram", ["compared_gram", "sampled_gram"])
def test_an_index_of_grams_of_another_length_is_refused(
    planted: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gram: str
) -> None:
    build(blocks(planted[0].head(50)), tmp_path / "index", id="id", texts=TEXTS)
    monkeypatch.setattr(segments, "PARAMETERS", {**near.PARAMETERS, gram: near.PARAMETERS[gram] + 1})
    with pytest.raises(Refused, match="built with other parameters or another normaliser; build it again"):
        Store.open(tmp_path / "index")


def test_an_index_of_other_parameters_is_refused(
    planted: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(blocks(planted[0].head(50)), tmp_path / "index", id="id", texts=TEXTS)
    monkeypatch.setattr(segments, "PARAMETERS", {**near.PARAMETERS, "sampled_one_in": 8})
    with pytest.raises(Refused, match="built with other parameters or another normaliser; build it again"):
        Store.open(tmp_path / "index")


def test_an_index_stands_alone_and_keeps_its_columns(planted: Planted, tmp_path: Path) -> None:
    frame = planted[0].head(50)
    store = build(blocks(frame), tmp_path / "index", id="id", texts=TEXTS)
    with pytest.raises(Refused, match="holds an index already"):
        build(blocks(frame), tmp_path / "index", id="id", texts=TEXTS)
    with pytest.raises(Refused, match="The text columns of the index are: title、abstract、claim"):
        query(blocks(frame), store, id="id", texts=TEXTS[:2])
    with pytest.raises(Unreadable, match="is no index or is damaged"):
        Store.open(tmp_path)


def test_a_killed_write_leaves_the_index_as_it_was(planted: Planted, tmp_path: Path) -> None:
    """A segment counts only once the page names it; leavings are swept by the next write."""
    frame = planted[0].head(300)
    store = build(blocks(frame.head(200)), tmp_path / "index", id="id", texts=TEXTS)
    (tmp_path / "index" / "segment-0002").mkdir()
    (tmp_path / "index" / "segment-0002" / "units.npy").write_bytes(b"half")
    assert len(Store.open(tmp_path / "index").segments()) == 1
    query(blocks(frame.tail(100)), store, id="id", texts=TEXTS, add=True)
    assert [s.height for s in Store.open(tmp_path / "index").segments()] == [200, 100]


def test_an_empty_index_answers_with_the_pairs_among_the_new_rows(planted: Planted, tmp_path: Path) -> None:
    frame = planted[0].head(400)
    store = build(blocks(frame.head(0)), tmp_path / "index", id="id", texts=TEXTS)
    answer = query(blocks(frame), store, id="id", texts=TEXTS)
    assert answer.pairs.equals(near_duplicates(frame, id="id", texts=TEXTS).pairs)


def test_the_commands_build_ask_and_merge(
    planted: Planted, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame, named = planted[0].head(600), ["--id", "id", "--text", "title", "--text", "claim"]
    for name, part in (("old", frame.head(400)), ("new", frame.tail(200))):
        part.write_parquet(tmp_path / f"{name}.parquet")
    old, new, folder, out = (
        str(tmp_path / name) for name in ("old.parquet", "new.parquet", "index", "p.parquet")
    )
    assert main(["detect", "index", "build", old, "--index", folder, *named]) == 0
    assert main(["detect", "index", "query", new, "--index", folder, *named, "--out", out, "--add"]) == 0
    assert main(["detect", "index", "merge", folder, "--index", f"{folder}2", "--format", "json"]) == 0
    assert '"rows": 600' in capsys.readouterr().out
    assert pl.read_parquet(out).equals(
        near_duplicates(frame, id="id", texts=["title", "claim"]).pairs.filter(
            pl.col("b").is_in(frame["id"].tail(200).implode())
        )
    )
    assert main(["detect", "index", "build", old, "--index", folder, *named]) == 1
