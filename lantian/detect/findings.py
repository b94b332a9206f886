"""Findings: the table that every detector writes, and keys that stay the same from run to run.

A key is a digest of detector, unit (whom it points at) and anchor (the member first taken in). Findings that
are presumed lawful or cleared count as a unit of their own, so that they never share a key with an open one.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from lantian.core.messages import Text

SCHEMA = pl.Schema(
    {
        "key": pl.String(),
        "detector": pl.String(),
        "subject_kind": pl.String(),
        "subject_no": pl.String(),
        "subject_name": pl.String(),
        "score": pl.Float64(),
        "strength": pl.String(),
        "clearing": pl.String(),
        "cleared": pl.String(),
        "reason_zh": pl.String(),
        "reason_en": pl.String(),
        "rule": pl.String(),
        "innocent_zh": pl.String(),
        "evidence": pl.List(pl.String()),
        "members": pl.List(pl.String()),
        "faults": pl.List(pl.String()),
        "supersedes": pl.List(pl.String()),
        "district_code": pl.String(),
        "on": pl.Date(),
        "detector_version": pl.String(),
        "parameters": pl.String(),
    }
)


@dataclass(frozen=True)
class Findings:
    """What one detector returned: its findings by key, and how it came to them.

    `read`: rows compared; `cleared`: findings presumed lawful or cleared; `not_run`: why it could not run;
    `left_out`: rows not compared, by reason (`unpublished`, `no_number`, `repeated_number`, `design`,
    `no_member`, `no_form`, `unlisted_signer`);
    `case_bound`: columns it used that an office holds only where a case brought them, as `table.column`.
    """

    frame: pl.DataFrame
    read: int = 0
    cleared: int = 0
    not_run: Text | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    case_bound: tuple[str, ...] = ()


def findings_frame(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Build the table, sorted by key; two findings of one key would be a fault of the detector.

    `faults` names what is wrong where one piece of evidence may show several faults; elsewhere it is empty.
    """
    frame = pl.DataFrame([{"faults": [], **row} for row in rows], schema=SCHEMA, orient="row").sort("key")
    assert frame["key"].is_unique().all(), "a key belongs to one finding"
    return frame


def not_run(zh: str, en: str, left_out: Mapping[str, int] | None = None) -> Findings:
    """Say why a detector did not run: never a silent zero."""
    return Findings(findings_frame([]), not_run=Text(zh, en), left_out=left_out or {})


def unit_of(subject_kind: str, subject_no: str, clearing: str) -> str:
    """Name whom a finding points at, for its key.

    >>> unit_of("agency", "12345", "not_cleared"), unit_of("network", "any", "presumed_lawful")
    ('agency:12345', 'network:|presumed_lawful')
    """
    who = "" if subject_kind == "network" else subject_no.split("|")[0]
    return f"{subject_kind}:{who}" + ("" if clearing == "not_cleared" else f"|{clearing}")


def finding_key(detector: str, unit: str, anchor: str) -> str:
    """Return the key: 16 bytes of SHA-256 in lower-case base32 (26 characters).

    >>> finding_key("P01", "agency:12345", "patents:201710601862.3")
    '7ozmgnnmuwvncujvoeq6hbmzo4'
    """
    digest = hashlib.sha256("\n".join((detector, unit, anchor)).encode()).digest()
    return base64.b32encode(digest[:16]).decode().rstrip("=").lower()


def possible_keys(detector: str, unit: str, evidence: Iterable[str]) -> list[str]:
    """Return the keys a finding would have with each piece of evidence as its anchor.

    Where a stored finding has one of these keys, this finding continues or absorbs it: when groups merge, the
    finding with the oldest anchor lives on and the other keys go into its `supersedes`.
    """
    return [finding_key(detector, unit, anchor) for anchor in evidence]
