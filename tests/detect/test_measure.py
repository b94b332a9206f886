"""Evaluation: what counts as right, what as found, and the card that says so."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lantian.config.commands import main
from lantian.detect.cards import Alerts, card
from lantian.detect.detectors import DETECTORS, Detector
from lantian.detect.measure import Measure, compare
from lantian.detect.parameters import limits
from tests.detect.tables import ON

Row = dict[str, Any]


def finding(no: str, *filings: str, clearing: str = "not_cleared") -> Row:
    return {
        "subject_kind": "agency",
        "subject_no": no,
        "evidence": [f"patents:{one}" for one in filings],
        "clearing": clearing,
    }


def plant(detector: str | None, planted: str, no: str, *filings: str) -> Row:
    evidence = [f"patents:{one}" for one in filings]
    return {
        "detector": detector,
        "planted": planted,
        "subject_kind": "agency",
        "subject_no": no,
        "evidence": evidence,
    }


TRUTH = [
    plant("P08", "burst", "1", "a", "b", "c", "d"),
    plant("P08", "burst", "2", "e"),
    plant(None, "lawful", "3", "x", "y"),
]


def test_a_finding_on_the_planted_subject_or_on_half_of_its_filings_is_right() -> None:
    measured = compare([finding("1"), finding("9", "e"), finding("8", "q")], TRUTH, "P08")
    assert (measured.open, measured.right, measured.recall) == (3, 2, (2, 2))


def test_a_finding_on_a_corner_of_a_plant_is_wrong() -> None:
    measured = compare([finding("9", "a", "q", "r")], TRUTH, "P08")
    assert (measured.right, measured.recall) == (0, (0, 2))


def test_what_was_cleared_is_neither_right_nor_wrong() -> None:
    measured = compare([finding("3", "x", "y", clearing="presumed_lawful")], TRUTH, "P08")
    assert (measured.open, measured.cleared, measured.lawful["lawful"]) == (0, 1, (1, 0))


def test_a_lawful_look_alike_in_an_open_finding_is_counted() -> None:
    assert compare([finding("3", "x", "y")], TRUTH, "P08").lawful == {"lawful": (1, 1)}


@pytest.mark.parametrize("detector", DETECTORS.values(), ids=lambda one: one.id)
def test_every_detector_has_its_card_and_the_card_names_its_limits(detector: Detector) -> None:
    text = Path(f"docs/detectors/{detector.id}.md").read_text("utf-8")
    assert text.startswith(f"# {detector.id} ")
    for limit in limits(detector.id, ON):
        assert f"| {limit.name} |" in text
    for reads in detector.reads:
        assert f"| {reads.table}" in text
    for heading in ("On public data alone", "On real, untouched files", "Innocent explanation"):
        assert heading in text


@pytest.mark.parametrize("detector", DETECTORS.values(), ids=lambda one: one.id)
def test_a_committed_card_was_measured_with_this_version_and_these_parameters(detector: Detector) -> None:
    text = Path(f"docs/detectors/{detector.id}.md").read_text("utf-8")
    day = date.fromisoformat(text.partition("Measured with the rules of ")[2][:10])
    measured = card(detector, Measure(), Measure(), None, on=day, city="none").partition("## On none")[0]
    assert text.partition("## On the synthetic city")[0] == measured


def test_a_card_gives_shares_with_intervals_and_says_what_was_not_run() -> None:
    lone = Measure(open=4, right=3, planted={"burst": (5, 4)}, lawful={"lawful_year_end": (2, 1)})
    text = card(DETECTORS["P08"], lone, Measure(), Alerts(7, {"medium": 2}, None), on=ON, city="a test")
    assert "0.75 [0.30, 0.95]" in text and "| burst | 5 | 4 | 0 |" in text
    assert "lawful_year_end 1" in text and "medium 2" in text
    assert card(DETECTORS["P08"], lone, Measure(), None, on=ON, city="a test").count("not at hand") == 1


def test_the_command_prints_a_line_a_detector_and_refuses_what_it_does_not_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    city = tmp_path / "city"
    assert main(["city", "--seed", "2", "--filings", "60", "--out", str(city)]) == 0
    capsys.readouterr()
    assert main(["detect", "evaluate", "P01,P08,P10", "--data", str(city), "--cards", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["P01", "P08", "P10", "all"]
    assert "| likeness.strong.applications | 3 | applications |" in (tmp_path / "P01.md").read_text("utf-8")
    assert main(["detect", "evaluate", "P99", "--data", str(city)]) == 2
    (city / "truth.parquet").unlink()
    assert main(["detect", "evaluate", "P08", "--data", str(city)]) == 2
