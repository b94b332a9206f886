"""Reads of the campaign beside the ledgers. Every query runs under the reader's scope."""

from __future__ import annotations

from lantian.campaign.models import LedgerExport


def find_export(key: str) -> LedgerExport | None:
    """One export, if the reader's office asked for it."""
    found = LedgerExport.objects.select_related("job__progress", "file", "unit", "post__account")
    return found.filter(key=key).first()


def exports(ledger: str) -> list[LedgerExport]:
    """The newest exports of a ledger by the reader's office."""
    found = LedgerExport.objects.select_related("job", "file", "unit", "post__account")
    return list(found.filter(ledger=ledger).order_by("-id")[:5])
