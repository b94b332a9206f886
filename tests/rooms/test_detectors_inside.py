"""What detectors find in files they find inside the platform, once the same files were taken in."""

from __future__ import annotations

import io
from dataclasses import replace

import polars as pl
import pytest

from lantian.city import city, sizes
from lantian.detect import contract
from lantian.detect.detectors import DETECTORS
from lantian.screening.models import Finding
from tests.intaking import take
from tests.personas import acting
from tests.screened import ran

pytestmark = pytest.mark.django_db
TABLES = (
    "agencies", "companies", "practitioners", "branches", "enrolments", "employments", "practitioner_status",
    "agency_members", "quality_rounds", "patents", "trademarks", "trademark_proceedings", "trademark_transfers",
    "protected_names", "patent_changes", "annual_reports", "abnormal_notices", "subsidies",
)  # fmt: skip
PLANTED = (
    "P02", "P03", "P04", "P05", "P06", "P07", "P08", "P09", "P10", "P13", "P15", "R01", "R02", "R03", "R04", "R05",
    "T01", "T02", "T03", "T04", "T05", "T06", "T07", "T08",
)  # fmt: skip
"""Detectors of which this small city has something that public data show."""


def written(frame: pl.DataFrame) -> bytes:
    """A table as a file, as `lantian city` writes it."""
    content = io.BytesIO()
    frame.write_parquet(content)
    return content.getvalue()


def test_what_files_show_the_platform_shows_of_the_same_rows_taken_in() -> None:
    """By number and row, not by count: the house holds a city of its own beside the one taken in."""
    size = replace(sizes.TINY, schemes=3, trademark_agencies=40, headcount=200, offences=2, lapsed=2)
    made = city.build(3, 2_500, size)
    for name in TABLES:
        assert take(written(made[name]), into=name).refused == 0, name
    runs, public = ran(*PLANTED), contract.without_case_bound(dict(made))
    shown = set()
    for name in PLANTED:
        assert not runs[name].not_run_en, name
        files = what(DETECTORS[name].run(public, on=runs[name].on).frame)
        with acting("city"):
            held = Finding.objects.filter(detector=name).values_list("subject_kind", "evidence")
            inside = {(kind, frozenset(evidence)) for kind, evidence in held}
        assert files <= inside, name
        shown |= {name} if files else set()
    assert len(shown) > len(PLANTED) / 2, shown


def what(found: pl.DataFrame) -> set[tuple[str, frozenset[str]]]:
    return {(kind, frozenset(evidence)) for kind, evidence in found.select("subject_kind", "evidence").rows()}
