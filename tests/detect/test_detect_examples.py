"""The examples in the docstrings of the detectors' room hold."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import lantian.detect


def test_the_examples_hold() -> None:
    names = [f"lantian.detect.{module.name}" for module in pkgutil.iter_modules(lantian.detect.__path__)]
    results = [doctest.testmod(importlib.import_module(name)) for name in names]
    assert sum(result.failed for result in results) == 0
    assert sum(result.attempted for result in results) >= 3
