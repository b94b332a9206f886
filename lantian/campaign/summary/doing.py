"""What is kept of an act on a summary or a typical case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lantian.office import clock
from lantian.office.models import PaperApproval, StoredFile
from lantian.office.papers.approving import Elsewhere


@dataclass(frozen=True)
class Did:
    """One act: on which day, with what words, number or file; of an approval by whom and how."""

    on: date
    note: str = ""
    file: StoredFile | None = None
    how: str = ""
    approver: str = ""


def on_screen(approver: str) -> Did:
    """An approval here, today."""
    return Did(clock.today(), how=PaperApproval.How.SCREEN, approver=approver[:40])


def outside(given: Elsewhere, approver: str) -> Did:
    """An approval on paper or in the OA."""
    return Did(given.on, file=given.scan, how=given.how, approver=approver[:40])
