"""Planted filings kept between benchmarks: making a million texts takes longer than screening them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import polars as pl

from benchmarks.near_duplicates import Pairs, planted


def folder() -> Path:
    """Where they are kept: `bench` in the data folder."""
    home = Path(os.environ.get("LANTIAN_HOME", ".lantian")) / "bench"
    home.mkdir(parents=True, exist_ok=True)
    return home.resolve()


def file_of(rows: int) -> Path:
    """The file of that many planted filings, made once."""
    path = folder() / f"planted_{rows}.parquet"
    if not path.exists():
        frame, plants = planted(rows)
        pairs = {kind: sorted(sorted(pair) for pair in found) for kind, found in plants.items()}
        truth_of(path).write_text(json.dumps(pairs), encoding="utf-8")
        frame.write_parquet(path, row_group_size=50_000)
    return path


def truth_of(path: Path) -> Path:
    """The file that says what is planted in another."""
    return path.with_name(f"{path.name}.json")


def plants_of(path: Path) -> dict[str, Pairs]:
    """Planted pairs by kind of edit."""
    held = json.loads(truth_of(path).read_text(encoding="utf-8"))
    return {kind: {frozenset(pair) for pair in pairs} for kind, pairs in held.items()}


def one_empty() -> Path:
    """A file of one empty document: what a command costs before it begins."""
    path = folder() / "one_empty.parquet"
    columns = {"id": ["s0"], "title": [""], "abstract": [""], "claim": [""]}
    pl.DataFrame(columns).write_parquet(path)
    return path
