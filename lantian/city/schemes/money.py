"""Notices of abnormal filings and subsidies; taken on abnormal filings and kept (P15), or repaid, or explained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from lantian.city.drafts import SEEN_ON, Draft
from lantian.city.schemes.pool import Pool, Rows, Scheme

_NOTICED = 0.004
_SUBSIDISED = 0.06
_OUTCOMES = (("withdrawn", 55), ("rejected", 20), ("explained", 20), ("pending", 5))


def plant(
    pool: Pool, patents: Sequence[dict[str, Any]], batches: Sequence[Draft], rows: Rows
) -> Iterator[Scheme]:
    """Write `abnormal_notices` and `subsidies`; six in ten of the planted batches were noticed."""
    rng = pool.stream("notices")
    mass = {draft.number for draft in batches}
    free = {draft.number for draft in pool.free}
    drafts = {draft.number: draft for draft in pool.free}
    kept: list[dict[str, Any]] = []
    for row in patents:
        if row["disclosure"] != "published":
            continue
        number = row["application_no"]
        noticed = rng.random() < (0.6 if number in mass else _NOTICED)
        outcome = rng.choices([name for name, _ in _OUTCOMES], [weight for _, weight in _OUTCOMES])[0]
        if noticed:
            rows["abnormal_notices"].append(_notice(rng, row, outcome))
        if row.get("grant_date") and rng.random() < _SUBSIDISED:
            abnormal = noticed and outcome in ("withdrawn", "rejected")
            rows["subsidies"].append(_subsidy(rng, row, repaid=abnormal))
            if abnormal and number in free:
                yield Scheme((), "lawful_repaid", "applicant", [drafts[number]], row["applicant_ids"][0])
        elif number in free and row["applicant_ids"][0] and len(kept) < pool.size.schemes * 40:
            kept.append(row)
    yield from _kept(pool, rng, kept, drafts, rows)


def _kept(
    pool: Pool, rng: Random, candidates: list[dict[str, Any]], drafts: dict[str, Draft], rows: Rows
) -> Iterator[Scheme]:
    """Plant subsidies on confirmed abnormal filings that nobody paid back."""
    noticed = {row["application_no"] for row in rows["abnormal_notices"]}
    paid: set[str] = set()
    spare = [row for row in candidates if row["application_no"] not in noticed]
    for row in rng.sample(spare, min(len(spare), pool.size.schemes * 2)):
        number = row["applicant_ids"][0]
        if number in paid:
            continue
        paid.add(number)
        rows["abnormal_notices"].append(_notice(rng, row, rng.choice(("withdrawn", "rejected"))))
        rows["subsidies"].append(_subsidy(rng, row, repaid=False))
        yield Scheme(("P15",), "subsidy_kept", "applicant", [drafts[row["application_no"]]], number)


def _notice(rng: Random, row: dict[str, Any], outcome: str) -> dict[str, Any]:
    day = min(row["filing_date"] + timedelta(days=rng.randint(60, 200)), SEEN_ON)
    over = outcome != "pending"
    return {
        "application_no": row["application_no"],
        "notified_on": day,
        "round": f"{day.year}-{(day.month + 2) // 3}",
        "letter_no": f"YY-{day.year}-{rng.randint(1, 99):02d}",
        "deadline": day + timedelta(days=15),
        "applicant": row["applicants"][0],
        "applicant_id": row["applicant_ids"][0],
        "agency_code": row["agency_code"],
        "agency_name": row["agency_name"],
        "signers": row["signers"],
        "kind_code": str(rng.randint(1, 6)),
        "response": "explained"
        if outcome == "explained"
        else "withdrawn"
        if outcome == "withdrawn"
        else "none",
        "outcome": outcome,
        "outcome_on": min(day + timedelta(days=rng.randint(20, 90)), SEEN_ON) if over else None,
    }


def _subsidy(rng: Random, row: dict[str, Any], *, repaid: bool) -> dict[str, Any]:
    paid: date = min(row["filing_date"] + timedelta(days=rng.randint(200, 500)), SEEN_ON)
    return {
        "application_no": row["application_no"],
        "applicant": row["applicants"][0],
        "applicant_id": row["applicant_ids"][0],
        "paid_on": paid,
        "amount_cny": Decimal(rng.choice((1000, 2000, 5000))),
        "fund": "知识产权专项资金",
        "repaid_on": min(paid + timedelta(days=rng.randint(30, 200)), SEEN_ON) if repaid else None,
    }
