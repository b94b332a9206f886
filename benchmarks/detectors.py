"""Every detector but P01 over the synthetic city of one year: CPU-seconds each and together.

    python -m benchmarks.detectors [--size year]

P01 is the near-duplicate engine, measured in `benchmarks/peers.py`. Texts are read once for all (`Reading`), and that
is counted. No peer answers these questions.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date

from benchmarks._machine import described
from lantian.city.city import build
from lantian.city.sizes import SIZES
from lantian.detect import p01
from lantian.detect.detectors import DETECTORS
from lantian.detect.reading import Reading

SEED, ON, ASKED = 20261122, date(2026, 11, 22), 60.0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=tuple(SIZES), default="year")
    size = SIZES[parser.parse_args(arguments).size]
    print(described())
    tables, reading, seconds = build(SEED, size=size), Reading(), {}
    for id, detector in DETECTORS.items():
        if id != p01.ID:
            begun = time.process_time()
            found = detector.run(tables, on=ON, reading=reading)
            seconds[id] = time.process_time() - begun
            why = f"  not run: {found.not_run.en}" if found.not_run else ""
            print(f"  {id} {seconds[id]:6.2f} CPU-s  findings {found.frame.height:>6,}{why}", flush=True)
    rows = "  ".join(
        f"{name} {tables[name].height:,}" for name in ("patents", "trademarks") if name in tables
    )
    together = sum(seconds.values())
    print(f"{size.name}: {rows}  together {together:.1f} CPU-s (asked {ASKED:.0f} for a year)")
    return 0 if together <= ASKED else 1


if __name__ == "__main__":
    sys.exit(main())
