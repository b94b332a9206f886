"""A million deadlines of working days, months and calendar days; and how many a second with their derivation.

python -m benchmarks.deadlines [--count 1000000]
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date, timedelta
from random import Random

from lantian.core import deadlines, workdays

SEED, ASKED_SECONDS = 20261122, 10.0
RULES = ("lead_check", "penalty_decision", "lawsuit", "hearing_notice", "publicity_end_normal")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=1_000_000)
    args = parser.parse_args(arguments)
    chance, calendar = Random(SEED), workdays.load()
    first = date(2021, 9, 1)
    starts = [first + timedelta(chance.randrange(1800)) for _ in range(args.count // len(RULES))]
    total = 0.0
    for name in RULES:
        rule = deadlines.book().rule(name, first)
        begun = time.process_time()
        provisional = sum(unsure for _, unsure in deadlines.due_days(rule, starts, calendar))
        seconds = time.process_time() - begun
        total += seconds
        some = starts[:500]
        begun = time.process_time()
        for start in some:
            deadlines.due(rule, start, calendar)
        told = len(some) / (time.process_time() - begun)
        print(
            f"{name:22} {len(starts):>9,} in {seconds:5.2f} CPU-s  provisional {provisional:>7,}  "
            f"with derivation {told:>7,.0f}/s"
        )
    print(
        f"{len(starts) * len(RULES):,} deadlines in {total:.2f} CPU-s (asked {ASKED_SECONDS:.0f} s a million)"
    )
    return 0 if total / (len(starts) * len(RULES)) * 1e6 <= ASKED_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
