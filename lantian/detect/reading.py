"""Texts of one run, normalised and sampled once, however many detectors compare them.

A run makes one `Reading` and hands it to every detector; nothing outlives the run. A detector that is run alone
reads for itself and comes to the same bytes: rows do not influence each other when they are folded and sampled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from lantian.detect.blocks import BLOCK, Blocks, Read, read_texts
from lantian.detect.candidates import Rows
from lantian.detect.near import NearDuplicates, near_among
from lantian.detect.normalise import Folded, joined
from lantian.detect.progress import Progress, silent
from lantian.detect.sketch import Sketch

__all__ = ["Read", "Reading"]


@dataclass
class Reading:
    """What was read so far, by the columns it was read from."""

    _held: dict[tuple[str, ...], Read] = field(default_factory=dict)

    def read(
        self, frame: pl.DataFrame, *, id: str, texts: Sequence[str], progress: Progress = silent
    ) -> Read:
        """Return ids, folded and sampled texts of a frame in its order; raises as `near_duplicates`.

        Within a run an id stands for the same texts in every frame: rows read before are not read again.
        """
        key = (id, *texts)
        held = self._held.get(key)
        new = frame if held is None else frame.filter(~pl.col(id).is_in(held[0].implode()))
        if held is None or new.height:
            blocks = Blocks(new.height, new.columns, new.iter_slices(BLOCK))
            fresh = read_texts(blocks, id, texts, progress)
            held = fresh if held is None else _one_after_another(held, fresh)
            self._held[key] = held
        if held[0].equals(frame[id]):
            return held
        return _taken(held, frame[id])

    def near(
        self, frame: pl.DataFrame, *, id: str, texts: Sequence[str], progress: Progress = silent
    ) -> NearDuplicates:
        """Find the near-duplicates of a frame; raises as `near_duplicates`."""
        return near_among(self.read(frame, id=id, texts=texts, progress=progress), progress=progress)


def _one_after_another(first: Read, second: Read) -> Read:
    (ids, folded, sketched), (more_ids, more, sampled) = first, second
    hashes = np.concatenate([sketched.hashes, sampled.hashes])
    rows = np.concatenate([sketched.rows, sampled.rows + len(ids)])
    return pl.concat([ids, more_ids], rechunk=True), joined([folded, more]), Sketch(hashes, rows)


def _taken(held: Read, wanted: pl.Series) -> Read:
    """Take rows by id, in the order asked for."""
    ids, folded, sketched = held
    place = pl.DataFrame({"id": ids, "at": np.arange(len(ids))})
    asked = wanted.alias("id").to_frame().join(place, on="id", how="left", maintain_order="left")
    rows = asked["at"].to_numpy().astype(np.int64)
    units, _ = _spans(folded.starts[rows], folded.ends[rows])
    begins = np.searchsorted(sketched.rows, np.arange(len(ids) + 1))
    samples, line = _spans(begins[rows], begins[rows + 1])
    ends = np.cumsum(folded.ends[rows] - folded.starts[rows])
    return wanted, Folded(folded.units[units], ends), Sketch(sketched.hashes[samples], line)


def _spans(starts: Rows, ends: Rows) -> tuple[Rows, Rows]:
    """Write out the numbers of all spans one after another, and the span each comes from."""
    lengths = ends - starts
    line = np.repeat(np.arange(len(starts)), lengths)
    return np.arange(lengths.sum()) + (starts - np.cumsum(lengths) + lengths)[line], line
