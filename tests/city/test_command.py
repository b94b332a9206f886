"""The command `lantian city`: what it writes, what it says, what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from lantian.config.commands import main


def test_the_command_writes_the_tables_and_counts_their_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["city", "--seed", "3", "--filings", "60", "--out", str(tmp_path), "--format", "json"]) == 0
    said = capsys.readouterr().out
    assert said.startswith('{"schema": "city/1"')
    result = json.loads(said)
    assert result["rows"]["patents"] == 60
    for name, count in result["rows"].items():
        assert pl.read_parquet(tmp_path / f"{name}.parquet").height == count


def test_a_size_gives_its_registers_whatever_the_filings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["city", "--size", "full", "--filings", "30", "--out", str(tmp_path), "--format", "json"]
    assert main(call) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["size"], result["filings"]) == ("full", 30)
    practitioners = pl.read_parquet(tmp_path / "practitioners.parquet")
    # New partners are planted on top (R01), with serials of their own.
    settled = practitioners.filter(pl.col("licence_no").str.slice(2) < "97000")
    assert settled.height == 2000 and 0 < practitioners.height - settled.height < 10


def test_the_same_folder_can_be_written_again(tmp_path: Path) -> None:
    call = ["city", "--filings", "20", "--out", str(tmp_path)]
    assert main(call) == 0
    assert main(call) == 0


@pytest.mark.parametrize("option", [["--filings", "-3"], ["--filings", "0"], ["--seed", "-1"]])
def test_a_number_that_cannot_be_is_refused_kindly(
    tmp_path: Path, option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["city", "--out", str(tmp_path), *option]) == 2
    shown = capsys.readouterr()
    assert option[0] in shown.err and option[1] in shown.err
    assert not shown.out and not list(tmp_path.iterdir())


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    assert main(["city", "--filings", "20", "--out", str(taken)]) == 2
    assert str(taken) in capsys.readouterr().err
    assert taken.read_text() == "mine"


def test_tables_from_elsewhere_are_not_overwritten(tmp_path: Path) -> None:
    own = tmp_path / "patents.parquet"
    own.write_bytes(b"real data")
    assert main(["city", "--filings", "20", "--out", str(tmp_path)]) == 2
    assert own.read_bytes() == b"real data"


def test_the_command_never_loads_django(tmp_path: Path) -> None:
    code = (
        "import sys; from lantian.config.commands import main\n"
        "assert main(['city', '--filings', '20', '--out', sys.argv[1]]) == 0\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] == 'django'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
