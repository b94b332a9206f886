"""The canonical tables that detectors read, built from what was taken in; one that holds nothing is left out.

Columns held only where a case brought them are read for a run of that case, and for no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import polars as pl

from lantian.detect.contract import without_case_bound
from lantian.filings.captures.lexicons import protected_names
from lantian.filings.captures.queries import captures_frame
from lantian.filings.open_rows import OPEN, open_frame
from lantian.filings.queries import screened_frame
from lantian.registry.frames import FRAMES as REGISTER
from lantian.screening import identities, material
from lantian.standing.frames import quality_rounds

PATENTS = "patents"
SOURCES: Mapping[str, Callable[[], pl.DataFrame]] = {
    PATENTS: screened_frame,
    **REGISTER,
    **{spec.name: partial(open_frame, spec.name) for spec in OPEN},
    "quality_rounds": quality_rounds,
    "captures": captures_frame,
    "protected_names": protected_names,
    identities.TABLE: identities.persons_frame,
}
"""Who builds a table; a table without a source is held nowhere, and its detectors say so."""


def held(names: Iterable[str], *, case_key: str = "") -> dict[str, pl.DataFrame]:
    """Those of the named tables that hold anything; for a case with the columns that it brought, else without."""
    wanted = list(dict.fromkeys(names))
    frames = {name: SOURCES[name]() for name in wanted if name in SOURCES}
    found = without_case_bound({name: frame for name, frame in frames.items() if frame.height})
    if case_key:
        for name, brought in material.frames(case_key).items():
            if name == PATENTS and name in found:
                found[name] = with_contacts(found[name], brought)
            elif name in wanted and name != PATENTS:
                found[name] = brought
    return found


def with_contacts(patents: pl.DataFrame, brought: pl.DataFrame) -> pl.DataFrame:
    """Applications with the contacts that a case brought; those of which it brought none stay as they are."""
    return patents.join(brought, on="application_no", how="left", maintain_order="left")
