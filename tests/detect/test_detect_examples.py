"""The examples in the docstrings of the detectors' room hold."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import lantian.detect

OF_EXTRAS = {"lantian.detect.scale_plan", "lantian.detect.fast", "lantian.detect.loops"}
"""Modules that need an optional dependency; they hold no examples."""


def test_the_examples_hold() -> None:
    found = pkgutil.walk_packages(lantian.detect.__path__, "lantian.detect.")
    names = [module.name for module in found if module.name not in OF_EXTRAS]
    results = [doctest.testmod(importlib.import_module(name)) for name in names]
    assert sum(result.failed for result in results) == 0
    assert sum(result.attempted for result in results) >= 3
