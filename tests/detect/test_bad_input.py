"""Whatever stands in a table, a detector answers or says kindly why not; it never fails, and never takes for ever."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lantian.config.commands import main
from lantian.core.messages import Refused
from lantian.detect.blocks import Blocks
from lantian.detect.columns import kind_of
from lantian.detect.detectors import DECLARED, DETECTORS
from lantian.detect.index import build, query
from lantian.detect.near import near_duplicates
from lantian.detect.passages import aligned
from tests.detect.tables import ON

ODD = [
    "", "一", "A", "🙂", "🙂🙃🙂🙃🙂🙃🙂🙃🙂🙃", "𠀀𠀁𠀂𠀃𠀄𠀅𠀆𠀇𠀈𠀉", "\u200b\ufeff\u2060", "%%%%____", "\n\t\r",
    "abc专利РУС日本語한국어العربية", "Ａ１％℃", "e\u0301" * 9,
    "；；；", "-1", "null", "' OR 1=1 --", "{0}{x}%s", "\\x00",
    "０" * 40,
]  # fmt: skip
each = pytest.mark.parametrize("id", list(DETECTORS))


def odd_value(table: str, column: str, place: int) -> Any:
    """An odd value of the type of a column."""
    kind = kind_of(table, column)
    text = ODD[place % len(ODD)]
    if kind == pl.String:
        return text
    if kind == pl.List(pl.String):
        return [None, text, text] if place % 3 else []
    if kind == pl.Date:
        return (date(1, 1, 1), date(9999, 12, 31), date(2025, 2, 3))[place % 3]
    if kind == pl.Boolean:
        return place % 2 == 0
    if kind == pl.Datetime("us", "UTC"):
        return datetime(1970, 1, 1, tzinfo=UTC)
    if kind in (pl.Int64, pl.Float64):
        return (-1, 0, 2**40)[place % 3]
    return None


def odd_table(table: str, columns: tuple[str, ...], key: str | None) -> pl.DataFrame:
    rows = []
    for place in range(60):
        row = {name: odd_value(table, name, place + at * 7) for at, name in enumerate(columns)}
        if key in row:
            row[str(key)] = f"{place // 2}"
        rows.append(row | ({"disclosure": "published"} if "disclosure" in columns else {}))
    return pl.DataFrame(rows, schema={name: kind_of(table, name) for name in columns}, orient="row")


def odd_tables(id: str) -> dict[str, pl.DataFrame]:
    """Sixty rows of odd values in every table a detector reads, half of them under a number that came before."""
    keys = {"patents": "application_no", "trademarks": "number", "captures": "capture_id"}
    if id == "P01":
        columns: tuple[str, ...] = (
            "application_no",
            "disclosure",
            "title",
            "abstract",
            "claim",
            "applicants",
            "filing_date",
        )
        return {"patents": odd_table("patents", columns, "application_no")}
    reads = next(one for one in DECLARED if one.id == id).reads
    return {one.table: odd_table(one.table, one.all, keys.get(one.table)) for one in reads}


@each
def test_odd_texts_days_and_repeated_numbers_are_no_fault(id: str) -> None:
    tables = odd_tables(id)
    found = DETECTORS[id].run(tables, on=ON)
    again = DETECTORS[id].run(tables, on=ON)
    assert found.frame.equals(again.frame)
    if found.not_run is None and {"patents", "trademarks", "captures"} & set(tables):
        assert found.frame["evidence"].list.len().min() != 0


@each
def test_columns_of_nulls_alone_are_told_or_let_go(id: str) -> None:
    tables = {name: table.clear(5) for name, table in odd_tables(id).items()}
    found = DETECTORS[id].run(tables, on=ON)
    assert found.not_run is not None or not found.frame.height


@pytest.mark.parametrize("kind", [pl.String, pl.Null])
def test_published_filings_without_any_text_are_told_never_counted_as_nothing_found(kind: Any) -> None:
    patents = pl.DataFrame({"application_no": ["1", "2"], "disclosure": "published"})
    nothing = [pl.lit(None, kind).alias(name) for name in ("title", "abstract", "claim")]
    found = DETECTORS["P01"].run({"patents": patents.with_columns(nothing)}, on=ON)
    assert found.not_run is not None and "title, abstract or claim" in found.not_run.en
    assert "权利要求" in found.not_run.zh and (found.read, found.frame.height) == (0, 0)
    told = DETECTORS["P01"].run({"patents": patents.with_columns(nothing[:2], claim=pl.lit("短"))}, on=ON)
    assert told.not_run is not None


@each
def test_columns_of_text_are_read_as_what_they_should_be(id: str) -> None:
    """What a CSV gives: every column text; what cannot be read is unknown."""
    tables = {
        name: table.select(
            pl.lit("？" * (at % 3)).alias(column) if table.schema[column] != pl.String else pl.col(column)
            for at, column in enumerate(table.columns)
        )
        for name, table in odd_tables(id).items()
    }
    found = DETECTORS[id].run(tables, on=ON)
    assert found.not_run is None or found.not_run.zh


def long_text(seed: int) -> str:
    """Ten megabytes of text, not all alike."""
    step = "".join(chr(0x4E00 + (seed + n * n) % 6000) for n in range(5000))
    return step * 670


def test_texts_of_ten_megabytes_are_compared_within_seconds() -> None:
    text = long_text(1)
    assert len(text.encode()) > 10_000_000
    frame = pl.DataFrame({"id": ["a", "b"], "text": [text, text[:-7] + "澍翮"]})
    begun = time.process_time()
    pairs = near_duplicates(frame, id="id", texts=["text"]).pairs
    assert pairs.select("a", "b").rows() == [("a", "b")]
    assert time.process_time() - begun < 20


@pytest.mark.parametrize(("id", "said"), [("P02", ""), ("P03", "100 percent of its text stands in 1 ")])
def test_detectors_of_texts_take_ten_megabytes_of_them(id: str, said: str) -> None:
    text, facts = long_text(1), {"disclosure": "published", "kind": "invention"}
    rows = [
        facts
        | {"application_no": number, "abstract": words, "applicants": [firm]}
        | {"filing_date": date(2024, month, 1), "publication_date": date(2024, month, 9)}
        for number, words, firm, month in (("1", text, "甲", 1), ("2", text[:-7] + "澍翮", "乙", 5))
    ]
    begun = time.process_time()
    found = DETECTORS[id].run({"patents": pl.DataFrame(rows)}, on=ON)
    assert found.not_run is None and said in "".join(found.frame["reason_en"])
    assert time.process_time() - begun < 20


def test_an_index_is_asked_about_a_text_of_ten_megabytes(tmp_path: Path) -> None:
    old, new = (
        Blocks(1, ["id", "text"], iter([pl.DataFrame({"id": [id], "text": [text]})]))
        for id, text in (("a", long_text(1)), ("b", long_text(1)[:-7] + "澍翮"))
    )
    begun = time.process_time()
    store = build(old, tmp_path / "index", id="id", texts=["text"])
    pairs = query(new, store, id="id", texts=["text"]).pairs
    assert pairs.select("a", "b").rows() == [("a", "b")]
    assert time.process_time() - begun < 20


@pytest.mark.parametrize("id", ["P06", "W01", "W02", "T04", "T08"])
def test_a_text_of_a_million_characters_holds_nobody_up(id: str) -> None:
    text = "质量分数为：" + "主料6%、" * 150_000 + "专利代理电话" * 20_000
    row: dict[str, Any] = {
        "application_no": "1", "disclosure": "published", "abstract": text, "capture_id": "1", "text": text,
        "number": "1", "mark": text, "applicant": "甲", "name": "澍翮茶", "kind": "well_known_mark",
        "credit_code": "1",
    }  # fmt: skip
    reads = next(one for one in DECLARED if one.id == id).reads
    tables = {one.table: pl.DataFrame([{k: v for k, v in row.items() if k in one.all}]) for one in reads}
    begun = time.process_time()
    DETECTORS[id].run(tables, on=ON)
    assert time.process_time() - begun < 10


def test_passages_of_odd_texts_are_aligned_or_none() -> None:
    for place, one in enumerate(ODD):
        for other in (one, ODD[place - 1], "".join(ODD)):
            for passage in aligned(one, other):
                assert passage.left_to <= len(one) and passage.right_to <= len(other)


def test_passages_of_ten_megabytes_are_aligned() -> None:
    text = long_text(1)
    end = text[-50_000:-7]
    begun = time.process_time()
    (passage,) = aligned(text, "澍翮" + end)
    assert (passage.right_from, passage.right_to) == (2, 2 + len(end))
    assert text[passage.left_from : passage.left_to] == end
    assert time.process_time() - begun < 20


def test_broken_surrogates_never_reach_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Half a surrogate pair is no text: a frame refuses it, a file that holds one is unreadable, said kindly."""
    with pytest.raises(UnicodeEncodeError):
        pl.DataFrame({"id": ["a"], "text": ["\ud800澍翮"]})
    (tmp_path / "patents.csv").write_bytes(b"id,text\na,\xed\xa0\x80\n")
    command = ["detect", "near-duplicates", str(tmp_path / "patents.csv"), "--id", "id", "--text", "text"]
    assert main([*command, "--out", str(tmp_path / "out")]) == 3
    assert "Cannot read" in capsys.readouterr().err
    half = tmp_path / "half.parquet"
    pl.DataFrame({"id": ["a"], "text": ["XYZ澍翮"]}).write_parquet(
        half, compression="uncompressed", statistics=False
    )
    assert half.read_bytes().count(b"XYZ") == 1
    half.write_bytes(half.read_bytes().replace(b"XYZ", b"\xed\xa0\x80"))
    command[2] = str(half)
    assert main([*command, "--out", str(tmp_path / "out")]) == 3
    assert "Cannot read" in capsys.readouterr().err


@pytest.mark.parametrize("ids", [["a", "a"], ["a", None]])
def test_repeated_and_missing_ids_are_refused_with_their_row(ids: list[str | None]) -> None:
    with pytest.raises(Refused, match=r"Row 2|第2行"):
        near_duplicates(pl.DataFrame({"id": ids, "text": ["澍翮"] * 2}), id="id", texts=["text"])
