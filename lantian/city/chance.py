"""Chance from a seed: every stream of random numbers is named, so one part never disturbs another."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


def stream(seed: int, *names: object) -> Random:
    """Return the random stream of these names under this seed; the same names give the same numbers.

    >>> stream(1, "text", 7).random() == stream(1, "text", 7).random()
    True
    """
    return Random("/".join(str(part) for part in (seed, *names)))  # noqa: S311 - synthetic data, no secret


def weighted(rng: Random, choices: Sequence[tuple[Item, float]]) -> Item:
    """Pick one item by weight; weights need not sum to one."""
    return rng.choices([item for item, _ in choices], [weight for _, weight in choices])[0]
