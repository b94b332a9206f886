"""The machine and the versions a benchmark ran with, in one line of its output."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

LIBRARIES = ("numpy", "scipy", "polars", "numba", "duckdb", "rensa", "datasketch", "daft", "text-dedup")


def compiler() -> str | None:
    """The C compiler of the C pass; None where there is none."""
    return shutil.which("cc") or shutil.which("gcc")


def described() -> str:
    """Processor, load, versions, and whether `own` has the extra `fast`."""
    fast = "with fast" if find_spec("numba") else "without fast"
    parts = [f"{_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"]
    parts += [f"Python {platform.python_version()}", *filter(None, map(_library, LIBRARIES)), _compiler()]
    return f"{fast}; {'; '.join(parts)}"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if sys.platform == "linux" else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _library(name: str) -> str | None:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return None


def _compiler() -> str:
    program = compiler()
    if program is None:
        return "no C compiler"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return said.partition("\n")[0]
