"""The canonical tables that detectors read, built from what was taken in; one that holds nothing is left out.

Columns held only where a case brought them are read for a run that names its case, and for no other.
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
from lantian.standing.frames import quality_rounds

PATENTS = "patents"
SOURCES: Mapping[str, Callable[[], pl.DataFrame]] = {
    PATENTS: screened_frame,
    **REGISTER,
    **{spec.name: partial(open_frame, spec.name) for spec in OPEN},
    "quality_rounds": quality_rounds,
    "captures": captures_frame,
    "protected_names": protected_names,
}
"""Who builds a table; a table without a source is held nowhere, and its detectors say so."""


def held(names: Iterable[str], *, with_case: bool = False) -> dict[str, pl.DataFrame]:
    """Those of the named tables that hold anything; without a case, without its columns."""
    frames = {name: SOURCES[name]() for name in dict.fromkeys(names) if name in SOURCES}
    if with_case and PATENTS in frames:
        frames[PATENTS] = screened_frame(with_case=True)
    found = {name: frame for name, frame in frames.items() if frame.height}
    return found if with_case else without_case_bound(found)
