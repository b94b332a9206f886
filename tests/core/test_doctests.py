"""The examples in the core's docstrings hold."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import lantian.core

MODULES = [module.name for module in pkgutil.walk_packages(lantian.core.__path__, "lantian.core.")]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_core_has_examples_at_all() -> None:
    found = [doctest.testmod(importlib.import_module(name)).attempted for name in MODULES]
    assert sum(found) >= 10
