"""Small numbers: intervals that hold, peers that pull in, no discovery in noise."""

from __future__ import annotations

import numpy as np
import pytest

from lantian.detect import rates


def test_a_share_of_nothing_is_unknown() -> None:
    assert [float(bound) for bound in rates.wilson(0, 0)] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"), [(0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1.0)]
)
def test_wilson_gives_the_published_bounds(part: int, whole: int, low: float, high: float) -> None:
    found = rates.wilson(part, whole)
    assert (round(float(found[0]), 3), round(float(found[1]), 3)) == (low, high)


def test_the_bounds_of_a_count_are_exact() -> None:
    low, high = rates.poisson_interval([0, 5])
    assert low[0] == 0 and high[0] == pytest.approx(3.689, abs=1e-3)
    assert (low[1], high[1]) == (pytest.approx(1.623, abs=1e-3), pytest.approx(11.668, abs=1e-3))


def test_one_big_count_among_equals_stays_above_its_peers_and_a_small_one_does_not() -> None:
    counts = [10] * 99 + [60]
    fitted = rates.peers(counts, [1.0] * 100)
    assert fitted.mean == pytest.approx(10, abs=1)
    low = fitted.lower([60, 14], [1.0, 1.0])
    assert low[0] > 3 * fitted.mean > low[1]


def test_what_is_little_seen_is_pulled_to_the_peers() -> None:
    fitted = rates.peers([10, 12, 8, 11, 9], [1.0] * 5)
    assert fitted.lower(1, 0.05) < 20 * 0.7


def test_noise_alone_is_hardly_ever_discovered() -> None:
    chances = np.random.default_rng(1).uniform(size=10_000)
    assert rates.discoveries(chances, 0.05).sum() == 0
    assert rates.discoveries(np.append(chances, 1e-9), 0.05).sum() == 1
    assert len(rates.discoveries([], 0.05)) == 0
