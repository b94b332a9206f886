"""The detectors that exist, by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import polars as pl

from lantian.core.messages import WrongUse
from lantian.detect import p01
from lantian.detect.findings import Findings
from lantian.detect.progress import Progress


class Run(Protocol):
    """Tables in, findings out."""

    def __call__(
        self, tables: Mapping[str, pl.DataFrame], *, on: date, progress: Progress = ...
    ) -> Findings: ...


@dataclass(frozen=True)
class Detector:
    """One detector: its id, the tables it reads where present, and its function."""

    id: str
    tables: tuple[str, ...]
    run: Run


DETECTORS: Mapping[str, Detector] = {p01.ID: Detector(p01.ID, p01.TABLES, p01.run)}


def chosen(ids: str) -> Sequence[Detector]:
    """Return the detectors of a comma-separated list, or of `all`; raises `WrongUse` for an unknown id."""
    if ids == "all":
        return list(DETECTORS.values())
    wanted = list(dict.fromkeys(ids.split(",")))
    unknown = "、".join(id for id in wanted if id not in DETECTORS)
    if unknown:
        known = "、".join(DETECTORS)
        raise WrongUse(
            f"没有筛查模型“{unknown}”；可用：{known}、all。", f"No detector {unknown}; known: {known}, all."
        )
    return [DETECTORS[id] for id in wanted]
