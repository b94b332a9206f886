"""The detectors that exist, by id. Each module declares its own; adding one means naming it here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import polars as pl

from lantian.core.messages import WrongUse
from lantian.detect import (
    contract,
    p01,
    p02,
    p03,
    p04,
    p05,
    p06,
    p07,
    p08,
    p09,
    p10,
    p11,
    p12,
    p13,
    p14,
    p15,
    p16,
    p17,
    r01,
    r02,
    r03,
    r04,
    r05,
    t01,
    t02,
    t03,
    t04,
    t05,
    t06,
    t07,
    t08,
    w01,
    w02,
)
from lantian.detect.findings import Findings
from lantian.detect.progress import Progress
from lantian.detect.reading import Reading

DECLARED: tuple[contract.Detector, ...] = (
    p02.DETECTOR,
    p03.DETECTOR,
    p04.DETECTOR,
    p05.DETECTOR,
    p06.DETECTOR,
    p07.DETECTOR,
    p08.DETECTOR,
    p09.DETECTOR,
    p10.DETECTOR,
    p11.DETECTOR,
    p12.DETECTOR,
    p13.DETECTOR,
    p14.DETECTOR,
    p15.DETECTOR,
    p16.DETECTOR,
    p17.DETECTOR,
    r01.DETECTOR,
    r02.DETECTOR,
    r03.DETECTOR,
    r04.DETECTOR,
    r05.DETECTOR,
    t01.DETECTOR,
    t02.DETECTOR,
    t03.DETECTOR,
    t04.DETECTOR,
    t05.DETECTOR,
    t06.DETECTOR,
    t07.DETECTOR,
    t08.DETECTOR,
    w01.DETECTOR,
    w02.DETECTOR,
)
"""Detectors of the common form (`lantian.detect.contract`)."""


class Run(Protocol):
    """Tables in, findings out."""

    def __call__(
        self,
        tables: Mapping[str, pl.DataFrame],
        *,
        on: date,
        progress: Progress = ...,
        reading: Reading | None = ...,
    ) -> Findings: ...


@dataclass(frozen=True)
class Detector:
    """One detector, whatever the form of its rule: whom it points at, what it reads, its function."""

    id: str
    subject: str
    reads: tuple[contract.Reads, ...]
    run: Run
    version: str
    case_bound: tuple[str, ...] = ()
    review_only: bool = False

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables it reads."""
        return tuple(reads.table for reads in self.reads)

    @classmethod
    def of(cls, one: contract.Detector) -> Detector:
        """One of the common form."""
        return cls(one.id, one.subject, one.reads, one.run, one.version, one.case_bound, one.review_only)


DETECTORS: Mapping[str, Detector] = {
    p01.ID: Detector(p01.ID, "agency, applicant or network", p01.READS, p01.run, p01.VERSION),
    **{one.id: Detector.of(one) for one in DECLARED},
}


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
