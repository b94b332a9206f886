"""Loaded before Django's settings: the environment in which every test runs."""

from __future__ import annotations

import os
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKOUT = Path(os.environ.get("LANTIAN_HOME") or ROOT / ".lantian")

os.environ["LANTIAN_HOME"] = str(CHECKOUT)
os.environ["LANTIAN_MODE"] = "test"
os.environ.setdefault("LANTIAN_REAL_DATA", str(ROOT.parent / "shared" / "data" / "real"))
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the test's own thread
os.environ["LANTIAN_TODAY"] = "2026-11-22"
# The tests begin at nine of that day, whatever the hour: midnight is never near. Workers inherit the moment.
os.environ.setdefault("LANTIAN_NINE", str(time.time()))

PASSWORD = "correct-horse-battery"  # of every persona
