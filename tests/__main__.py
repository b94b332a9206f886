"""`python -m tests [pytest arguments]`: what `make test` and CI run; pytest's closing line comes last."""

from __future__ import annotations

import os
import sys

import pytest

if __name__ == "__main__":
    workers = min(4, os.cpu_count() or 1)
    arguments = sys.argv[1:] or ["-n", str(workers), "--dist", "worksteal", "--durations", "25"]
    sys.exit(pytest.main(arguments))
