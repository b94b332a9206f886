"""`lantian detect`: files in, files out, the same bytes again, and no Django anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from lantian.config.commands import main
from lantian.detect import normalise
from lantian.detect.findings import SCHEMA

NEAR = ["detect", "near-duplicates"]


@pytest.fixture
def patents(planted: tuple[pl.DataFrame, pl.DataFrame], tmp_path: Path) -> Path:
    some = planted[0].head(500).rename({"id": "application_no"})
    some = some.with_columns(
        disclosure=pl.lit("published"), applicants=pl.lit("甲公司；乙公司"), filing_date=pl.lit("2025-01-02")
    )
    path = tmp_path / "data" / "patents.csv"
    path.parent.mkdir()
    some.write_csv(path)
    return path


def near(file: Path, out: Path, *more: str) -> int:
    return main(
        [
            *NEAR,
            str(file),
            "--id",
            "application_no",
            "--text",
            "title",
            "--text",
            "claim",
            "--out",
            str(out),
            *more,
        ]
    )


def test_pairs_clusters_and_run_are_written_with_the_columns_promised(patents: Path, tmp_path: Path) -> None:
    assert near(patents, tmp_path / "out") == 0
    pairs = pl.read_parquet(tmp_path / "out" / "pairs.parquet")
    assert pairs.columns == ["a", "b", "jaccard", "containment", "anchor"]
    assert pl.read_parquet(tmp_path / "out" / "clusters.parquet").columns == ["id", "cluster"]
    written = (tmp_path / "out" / "run.json").read_text(encoding="utf-8")
    run = json.loads(written)
    assert next(iter(run)) == "schema"
    assert run["schema"] == "near-duplicates/1"
    assert run["normaliser"]["digest"] == normalise.digest()
    assert (run["counts"]["rows"], run["counts"]["pairs"]) == (500, pairs.height)
    assert run["texts"] == ["title", "claim"]
    assert run["parameters"]["jaccard"] == "0.5"
    assert run["code_version"]


def test_csv_and_parquet_give_the_same_bytes_every_time(patents: Path, tmp_path: Path) -> None:
    pl.read_csv(patents, infer_schema=False).write_parquet(tmp_path / "same.parquet")
    for name, file in (("one", patents), ("two", patents), ("three", tmp_path / "same.parquet")):
        assert near(file, tmp_path / name) == 0
    for name in ("pairs.parquet", "clusters.parquet", "run.json"):
        assert len({(tmp_path / out / name).read_bytes() for out in ("one", "two", "three")}) == 1


def test_the_number_of_threads_changes_no_byte(patents: Path, tmp_path: Path) -> None:
    program = (
        "import os, sys, polars; from lantian.config.commands import main;"
        "assert polars.thread_pool_size() == int(os.environ['POLARS_MAX_THREADS']); sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, *NEAR, str(patents), "--id", "application_no"]
    running = [
        subprocess.Popen(
            [*command, "--text", "title", "--text", "claim", "--out", str(tmp_path / threads)],
            env={**os.environ, "POLARS_MAX_THREADS": threads},
            stdout=subprocess.DEVNULL,
        )
        for threads in ("1", "4")
    ]
    assert [one.wait() for one in running] == [0, 0]
    files = [{file.name: file.read_bytes() for file in (tmp_path / one).iterdir()} for one in ("1", "4")]
    assert files[0] == files[1] and pl.read_parquet(tmp_path / "1" / "pairs.parquet").height > 3


def test_json_on_standard_output_is_the_run_file(
    patents: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    near(patents, tmp_path / "out", "--format", "json")
    assert json.loads(capsys.readouterr().out) == json.loads(
        (tmp_path / "out" / "run.json").read_text("utf-8")
    )


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (None, 3, "Cannot read"),
        (b"\xff\xfe\x00a,b\n\xff,2\n", 3, "UTF-8"),
        (b"", 3, "Cannot read"),
        ("application_no,title\n1,甲\n".encode(), 2, "the file has: application_no、title"),
        ("application_no,title,claim\n1,甲,乙\n1,丙,丁\n".encode(), 1, "Row 2 repeats"),
        ("application_no,title,claim\n,甲,乙\n".encode(), 1, "Row 1 has no application_no"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_exit_code(
    content: bytes | None,
    code: int,
    says: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    file = tmp_path / "file.csv"
    if content is not None:
        file.write_bytes(content)
    assert near(file, tmp_path / "out") == code
    assert says in capsys.readouterr().err


def test_detectors_run_over_a_folder_of_tables(patents: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "findings.parquet"
    assert (
        main(["detect", "run", "all", "--data", str(patents.parent), "--on", "2026-11-22", "--out", str(out)])
        == 0
    )
    findings = pl.read_parquet(out)
    assert findings.schema == SCHEMA
    assert findings["key"].is_sorted()
    assert findings["members"].to_list()[0] == ["甲公司", "乙公司"]
    assert "申请日在2025-01-02" in findings["reason_zh"][0]
    run = json.loads((out.parent / "run.json").read_text("utf-8"))
    assert (run["P01"]["read"], run["P01"]["findings"]) == (500, findings.height)
    assert run["P01"]["not_run"] is None


def test_a_detector_that_could_not_run_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "findings.parquet"
    assert (
        main(["detect", "run", "P01", "--data", str(tmp_path), "--on", "2026-11-22", "--out", str(out)]) == 0
    )
    assert "P01" in capsys.readouterr().err
    assert json.loads((tmp_path / "run.json").read_text("utf-8"))["P01"]["not_run"]["zh"]
    assert pl.read_parquet(out).schema == SCHEMA


@pytest.mark.parametrize(("ids", "data", "code"), [("P99", "", 2), ("P01,P99", "", 2), ("P01", "nowhere", 3)])
def test_an_unknown_detector_is_wrong_use(ids: str, data: str, code: int, tmp_path: Path) -> None:
    arguments = ["--data", str(tmp_path / data), "--on", "2026-11-22", "--out", str(tmp_path / "f.parquet")]
    assert main(["detect", "run", ids, *arguments]) == code


def test_a_date_nobody_can_read_is_refused_with_column_and_value(
    patents: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    patents.write_text("application_no,disclosure,title,filing_date\n1,published,甲,昨天\n", encoding="utf-8")
    arguments = ["--data", str(patents.parent), "--on", "2026-11-22", "--out", str(tmp_path / "f.parquet")]
    assert main(["detect", "run", "P01", *arguments]) == 1
    error = capsys.readouterr().err
    assert "filing_date" in error and "昨天" in error


def test_the_command_never_imports_django(patents: Path, tmp_path: Path) -> None:
    arguments = [*NEAR, str(patents), "--id", "application_no", "--text", "title", "--out", str(tmp_path)]
    program = (
        "import sys; from lantian.config.commands import main; "
        f"assert main({arguments!r}) == 0; sys.exit('django' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


def test_a_folder_where_the_findings_should_go_is_told_kindly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pl.DataFrame({"application_no": ["1"], "disclosure": ["published"]}).write_parquet(
        tmp_path / "patents.parquet"
    )
    command = ["detect", "run", "P02", "--data", str(tmp_path), "--on", "2026-11-22", "--out", str(tmp_path)]
    assert main(command) == 1
    assert f"Cannot write to {tmp_path}" in capsys.readouterr().err
