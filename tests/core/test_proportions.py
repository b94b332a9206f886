"""Shares counted on few cases: known values, and what must hold for any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.core.proportions import wilson


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    # Newcombe, Two-sided confidence intervals for the single proportion, Stat. Med. 17 (1998) 857-872, table I
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_the_published_one(hits: int, trials: int, low: float, high: float) -> None:
    assert wilson(hits, trials) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_share_counted_lies_within_its_interval(hits: int, missed: int) -> None:
    low, high = wilson(hits, hits + missed)
    assert 0 <= low <= high <= 1
    if hits + missed:
        assert low <= hits / (hits + missed) + 1e-12 and hits / (hits + missed) <= high + 1e-12


def test_nothing_is_known_without_a_case_and_more_hits_than_cases_are_a_mistake() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="hits"):
        wilson(2, 1)
