"""`python -m benchmarks`: every measured claim, each beside its peer in the same session."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks


def main() -> int:
    """Run every benchmark module's `main()`; return the first exit code that is not 0."""
    codes = []
    for module in sorted(pkgutil.iter_modules(benchmarks.__path__), key=lambda found: found.name):
        if not module.name.startswith("_"):
            print(f"== {module.name}", flush=True)
            codes.append(importlib.import_module(f"benchmarks.{module.name}").main([]))
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main())
