"""Planted texts of the synthetic city: 10,000 filings in which every edit kind is planted."""

from __future__ import annotations

from functools import cache
from random import Random

import polars as pl
import pytest

from lantian.city.chance import stream
from lantian.city.edits import PLANTED, edit
from lantian.city.texts import Words, compose

SEED = 20261122


def _row(id: str, words: Words) -> dict[str, str | None]:
    return {"id": id, "title": words.title, "abstract": words.abstract, "claim": words.claim}


@cache
def planted_filings(height: int = 10_000, each: int = 200) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return (filings in shuffled order, plants: source, variant, kind); every kind is planted `each` times."""
    rows, plants = [], []
    for index in range(height - len(PLANTED) * each):
        source = compose(SEED, index, "invention").words
        rows.append(_row(f"s{index}", source))
        if index < len(PLANTED) * each:
            kind = PLANTED[index // each]
            rows.append(_row(f"v{index}", edit(kind, source, stream(SEED, kind, index))))
            plants.append({"source": f"s{index}", "variant": f"v{index}", "kind": kind})
    Random(SEED).shuffle(rows)
    return pl.DataFrame(rows), pl.DataFrame(plants)


@pytest.fixture(scope="session")
def planted() -> tuple[pl.DataFrame, pl.DataFrame]:
    return planted_filings()
