"""`lantian deadline` tells a due date to people and to programs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from lantian.config.commands import main

KEYS = ["schema", "basis", "confidence", "due", "from", "provisional", "rule", "steps", "version"]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def run(*words: str) -> int:
    return main(["deadline", *words])


def test_the_json_form_is_the_promised_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("lead_check", "--from", "2026-12-20", "--format", "json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == KEYS
    assert answer["schema"] == "deadline/1"
    assert (answer["rule"], answer["from"], answer["due"]) == ("lead_check", "2026-12-20", "2027-01-11")
    assert answer["provisional"] is True
    assert all(list(step) == ["date", "text_en", "text_zh"] for step in answer["steps"])
    assert answer["steps"][-1]["date"] == answer["due"]
    assert (answer["basis"], answer["confidence"]) == ("市场监督管理行政处罚程序规定 第18条", "text")


def test_people_read_the_due_date_first_and_what_it_rests_on_last(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("lead_check", "--from", "2026-03-02") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Due: 2026-03-23"
    assert lines[-2].startswith("Basis: Provisions on Administrative Penalty")
    assert lines[-1] == "Confidence: read in the instrument itself"


def test_a_chinese_terminal_is_told_in_chinese(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert run("lead_check", "--from", "2026-12-20") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "届满日：2027-01-11（暂定）"
    assert lines[-1] == "可信度：已核对原文"


def test_pauses_and_the_extension_are_taken_into_account(capsys: pytest.CaptureFixture[str]) -> None:
    pauses = ("--pause", "2026-02-25..2026-02-26", "--pause", "2026-02-27..2026-02-27")
    assert run("lead_check", "--from", "2026-02-10", *pauses, "--extend") == 0
    assert capsys.readouterr().out.startswith("Due: 2026-04-02\n")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("lead_chek", "--from", "2026-03-02"), 2, "There is no rule 'lead_chek'; near: lead_check"),
        (("lead_check", "--from", "2020-03-02"), 1, "No version of 'lead_check' is in force on 2020-03-02"),
        (("lead_check", "--from", "2026-03-02", "--pause", "2026-03-09..2026-03-05"), 2, "reversed"),
    ],
)
def test_a_refusal_goes_to_standard_error_with_the_promised_code(
    words: tuple[str, ...], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("lead_check",), "--from"),
        (("lead_check", "--from", "2026-02-30"), "'2026-02-30' is no date"),
        (("lead_check", "--from", "2026-03-02", "--pause", "2026-03-05"), "is no span of days"),
        (("lead_check", "--from", "2026-03-02", "--pause", "2026-03-05..x"), "'x' is no date"),
    ],
)
def test_a_mistyped_call_is_wrong_use(
    words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        run(*words)
    assert left.value.code == 2
    assert message in capsys.readouterr().err


def test_the_command_never_imports_django() -> None:
    program = (
        "import sys\n"
        "from lantian.config.commands import main\n"
        "code = main(['deadline', 'lead_check', '--from', '2026-03-02'])\n"
        "heavy = {'django', 'polars', 'numpy', 'psycopg'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else code)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2026-03-23" in done.stdout
