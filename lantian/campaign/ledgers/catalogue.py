"""Which ledgers there are: the twelve that an office cannot do without, in their order."""

from __future__ import annotations

from lantian.campaign.ledgers.dispatched import ABNORMAL
from lantian.campaign.ledgers.frame import Ledger
from lantian.campaign.ledgers.leads import LEADS
from lantian.campaign.ledgers.measures import INTERVIEWS, RECTIFICATIONS, TRANSFERS
from lantian.campaign.ledgers.outside import CASES, CHECKS, COMPLAINTS, TRADEMARK_CHECKS
from lantian.campaign.ledgers.own import GUIDANCE, PRESSING, PUBLICITY, SWEEP

_ALL = (
    LEADS,
    ABNORMAL,
    INTERVIEWS,
    RECTIFICATIONS,
    CASES,
    CHECKS,
    SWEEP,
    TRADEMARK_CHECKS,
    COMPLAINTS,
    TRANSFERS,
    PRESSING,
    PUBLICITY,
)
LEDGERS: dict[str, Ledger] = {ledger.id: ledger for ledger in _ALL}
# The twelve, and what duties beyond them ask to be kept.
EVERY: dict[str, Ledger] = {**LEDGERS, GUIDANCE.id: GUIDANCE}
