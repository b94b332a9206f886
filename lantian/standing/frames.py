"""Rounds of the quality evaluation as detectors read them."""

from __future__ import annotations

from typing import Any

import polars as pl

from lantian.detect.columns import INDICATORS, Kind
from lantian.standing.models import QualityGrade


def quality_rounds() -> pl.DataFrame:
    """The canonical table `quality_rounds`; an indicator whose figure is no number is left out."""
    fields = ("round", "value", "valid", "subject__number", "subject__kind", "subject__agency__agency_code")
    held = QualityGrade.objects.held().order_by("id").values_list(*fields)
    rows = [
        (round, valid.lower, kind, code or number, value["grade"], _numbers(value.get("indicators", {})))
        for round, value, valid, number, kind, code in held
    ]
    schema: dict[str, Kind] = {
        "round": pl.String, "published_on": pl.Date, "subject_kind": pl.String, "subject_no": pl.String,
        "grade": pl.String, "indicators": INDICATORS,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _numbers(indicators: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for name, figure in indicators.items():
        try:
            found.append({"key": name, "value": float(figure)})
        except (TypeError, ValueError):
            continue
    return found
