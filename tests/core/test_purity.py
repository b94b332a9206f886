"""What an outsider may recompute needs Python and nothing else, and asks nothing of its surroundings."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import lantian.core

FILES = sorted(Path(lantian.core.__path__[0]).rglob("*.py"))
ASKERS = {"now", "today", "utcnow", "environ", "getenv", "localtime"}


def imported(tree: ast.AST) -> Iterator[str]:
    """Full names of the modules that a file imports; relative imports are named by their dots."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = "." * node.level + (node.module or "")
            yield from (f"lantian.{alias.name}" for alias in node.names) if source == "lantian" else (source,)


def allowed(name: str) -> bool:
    return name.split(".")[0] in sys.stdlib_module_names or f"{name}.".startswith("lantian.core.")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_core_imports_the_standard_library_and_itself_only(file: Path) -> None:
    strangers = [name for name in imported(ast.parse(file.read_text("utf-8"))) if not allowed(name)]
    assert strangers == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_core_asks_no_clock_no_chance_and_no_environment(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    asked = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in ASKERS]
    assert asked == []
    assert not {"random", "secrets", "time", "os"} & {name.split(".")[0] for name in imported(tree)}


@pytest.mark.parametrize(
    ("line", "good"),
    [
        ("import json", True),
        ("from lantian.core import chain", True),
        ("from lantian.core.messages import Text", True),
        ("import numpy", False),
        ("from django.db import models", False),
        ("from lantian import office", False),
        ("from lantian.corelike import x", False),
        ("from ..office import audit", False),
    ],
)
def test_the_guard_knows_a_stranger(line: str, good: bool) -> None:
    assert all(allowed(name) for name in imported(ast.parse(line))) is good
