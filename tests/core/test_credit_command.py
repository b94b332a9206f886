"""`lantian credit reckon` gives the promised statement to anyone who has the book and the events."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lantian.config.commands import main
from lantian.core.credit import book as books
from lantian.core.rulebook import shipped

GOLDEN = Path(__file__).parent / "golden"
EVENTS = GOLDEN / "credit_events.json"
PROMISED = {"subject", "on", "known_on", "rulebook", "opening", "lines", "score", "grade"}
LINE = {"event", "clause", "basis", "points", "from", "to", "confidence"}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def run(*words: str | Path, book: str | Path = "agency", on: str = "2026-06-01") -> int:
    said = ["credit", "reckon", "--rulebook", str(book), "--on", on]
    return main([*said, *map(str, words if words else ("--events", EVENTS))])


@pytest.mark.parametrize(
    ("on", "known", "golden"),
    [
        ("2026-06-01", None, "statement_2026-06-01.json"),
        ("2026-06-01", "2026-06-30", "statement_2026-06-01_known_2026-06-30.json"),
        ("2023-06-01", None, "statement_2023-06-01.json"),
    ],
)
def test_a_statement_is_the_golden_file_to_the_byte(
    on: str, known: str | None, golden: str, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ("--known-on", known) if known else ()
    assert run("--events", EVENTS, "--format", "json", *more, on=on) == 0
    found = capsys.readouterr().out
    assert found == (GOLDEN / golden).read_text("utf-8")
    answer = json.loads(found)
    assert next(iter(answer)) == "schema" and answer["schema"] == "statement/1"
    assert answer.keys() >= PROMISED
    assert all(line.keys() >= LINE for line in answer["lines"])
    assert list(answer)[1:] == sorted(list(answer)[1:])


def test_a_book_from_a_file_gives_the_same_statement_as_the_book_of_the_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "annex.toml"
    copy.write_text(shipped(books.AGENCY), "utf-8")
    run("--events", EVENTS, "--format", "json")
    first = capsys.readouterr().out
    assert run("--events", EVENTS, "--format", "json", book=copy) == 0
    assert capsys.readouterr().out == first


def test_people_read_the_grade_first_and_are_warned_of_placeholders(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run() == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].startswith("Grade D  score 52.00  [internal reckoning, not the official result]")
    assert lines[-1] == "Confidence: assumed and not verified: not the official value"
    assert "lines with unverified points: 4; never use them as official values" in said.err


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (('"AG-BON-01"', '"AG-BON-91"'), 1, "names the indicator 'AG-BON-91'"),
        (('"E2"', '"E1"'), 1, "its id stands twice"),
        (('"quantity": 3', '"quantity": 0'), 1, "at least 1"),
        (('"quantity": 3', '"quantity": -3'), 1, "at least 1"),
        (('"kind": "agency"', '"kind": "practitioner"'), 2, "scores 'agency', not 'practitioner'"),
        (('"quantity": 3', '"quantitty": 3'), 3, "events[2].quantitty: unknown key"),
    ],
)
def test_a_refusal_has_the_promised_code_and_prints_nothing(
    change: tuple[str, str], code: int, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = EVENTS.read_text("utf-8")
    assert change[0] in text
    bad = tmp_path / "events.json"
    bad.write_text(text.replace(*change), "utf-8")
    assert run("--events", bad) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err


def test_a_missing_file_and_a_day_before_the_instrument_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--events", tmp_path / "none.json") == 3
    assert run("--events", EVENTS, book=tmp_path / "none.toml") == 3
    assert "Cannot read" in capsys.readouterr().err
    assert run("--events", EVENTS, on="2023-04-30") == 1
    assert "in force from 2023-05-01" in capsys.readouterr().err


def test_the_command_never_imports_django() -> None:
    words = ["credit", "reckon", "--rulebook", "agency", "--on", "2026-06-01", "--events", str(EVENTS)]
    program = (
        "import sys\n"
        "from lantian.config.commands import main\n"
        f"code = main({words!r})\n"
        "heavy = {'django', 'polars', 'numpy', 'psycopg'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else code)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "52.00" in done.stdout
