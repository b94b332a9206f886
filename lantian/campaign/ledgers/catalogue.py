"""Which ledgers there are: the twelve that an office cannot do without, in their order."""

from __future__ import annotations

from lantian.campaign.ledgers.absent import ABSENT
from lantian.campaign.ledgers.frame import Ledger
from lantian.campaign.ledgers.leads import LEADS
from lantian.campaign.ledgers.own import GUIDANCE, PRESSING, PUBLICITY, SWEEP

ORDER = (
    "leads",
    "abnormal",
    "interviews",
    "rectifications",
    "cases",
    "checks",
    "sweep",
    "trademark_checks",
    "complaints",
    "transfers",
    "pressing",
    "publicity",
)
_KEPT = {ledger.id: ledger for ledger in (*ABSENT, LEADS, SWEEP, PRESSING, PUBLICITY)}
LEDGERS: dict[str, Ledger] = {name: _KEPT[name] for name in ORDER}
# The twelve, and what duties beyond them ask to be kept.
EVERY: dict[str, Ledger] = {**LEDGERS, GUIDANCE.id: GUIDANCE}
