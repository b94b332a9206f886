"""`python -m benchmarks [--full] [NAME…]`: measured claims, each beside its peer in the same session.

Without `--full` every module runs small, in a few minutes; with it (`make bench`) at the sizes of the table in
README.md, about half an hour on two quiet cores; longer the first time, when its texts are made and kept. Each runs in
a process of its own; one that stops stops no other.
"""

from __future__ import annotations

import argparse
import pkgutil
import subprocess
import sys

import benchmarks
from benchmarks._machine import described

FULL = {
    "index": [["--rows", "1000000"]],
    "marks": [["--stored", "5000000"]],
    "near_duplicates": [["--no-peer"]],
    "peers": [
        ["--rows", "10000", "--repeat", "3"],
        ["--rows", "100000", "--repeat", "3"],
        ["--rows", "300000", "--only", "own,daft"],
        ["--rows", "1000000", "--only", "own,plain,duckdb"],
    ],
    "recombination": [["--rows", "10000"], ["--rows", "100000"], ["--rows", "1000000", "--over"]],
    "series": [["--rows", "10000"], ["--rows", "100000"], ["--rows", "1000000"]],
}
"""Arguments at full size of modules whose own are small; a module that is not named has one size."""
SMALL = {
    "detectors": ["--size", "tiny"],
    "near_duplicates": ["--rows", "10000", "--no-peer"],
    "province": ["--share", "5"],
}


def main(arguments: list[str] | None = None) -> int:
    """Run the `main` of every benchmark module; return the first exit code that is not 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--full", action="store_true")
    args = parser.parse_args(arguments)
    print(described(), flush=True)
    codes = []
    for module in sorted(pkgutil.iter_modules(benchmarks.__path__), key=lambda found: found.name):
        if not module.name.startswith("_") and (not args.names or module.name in args.names):
            sizes = FULL.get(module.name, [[]]) if args.full else [SMALL.get(module.name, [])]
            codes += [_run(module.name, size) for size in sizes]
    return next((code for code in codes if code), 0)


def _run(name: str, arguments: list[str]) -> int:
    print(f"== {' '.join((name, *arguments))}", flush=True)
    return subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
