"""A capture beside the rules and the register: what W01 and W02 say of it today. Nothing is stored by looking.

Findings come from runs of screening only, by an officer's or the night's order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lantian.core.messages import Text
from lantian.detect import w01, w02
from lantian.detect.marked import Place, places
from lantian.detect.pages import Signs, signs
from lantian.detect.phrases import Kind, kinds
from lantian.filings.captures.lexicons import protected_names
from lantian.filings.captures.models import Capture, CaptureReading
from lantian.filings.captures.queries import row_of
from lantian.office import clock
from lantian.registry import frames

DETECTORS = (w01.DETECTOR, w02.DETECTOR)


@dataclass(frozen=True)
class Compared:
    """`says`: rows of `findings` (tables.md); `agency`: the licensed agency behind it; `former`: one that was licensed.

    `places`: marked words.
    """

    says: Sequence[Mapping[str, Any]]
    not_run: Sequence[Text]
    agency: Mapping[str, Any] | None
    former: Mapping[str, Any] | None
    signs: Signs
    places: Sequence[Place]
    kinds: Mapping[str, Kind]


def compared(capture: Capture, said: CaptureReading) -> Compared:
    """Compare one capture with phrases, the office's words and the register, by the rules of today."""
    today = clock.today()
    row = row_of(capture, said)
    tables = {"captures": row, "agencies": frames.agencies(), "protected_names": protected_names()}
    results = [detector.run(tables, on=today) for detector in DETECTORS]
    register, asked = w02.Register(tables["agencies"]), row.row(0, named=True)
    known = {**kinds("W01", today), **kinds("W02", today)}
    return Compared(
        says=[one for result in results for one in result.frame.to_dicts()],
        not_run=[Text(result.not_run.zh, result.not_run.en) for result in results if result.not_run],
        agency=register.agency(asked),
        former=register.former(asked),
        signs=signs(f"{said.title}\n{said.text}"),
        places=places(said.text, known),
        kinds=known,
    )
