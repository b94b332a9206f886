"""No test may fail because of the hour, the load, the order or the machine: what a reader of the tests can check."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings as configured
from hypothesis import settings

from lantian.office import clock

TESTS = Path(__file__).resolve().parent.parent
FILES = {str(path.relative_to(TESTS)): path for path in sorted(TESTS.rglob("*.py"))}
BROWSER_FIXTURES = {"page", "browser", "context"}
# Who may ask for the real time, and why.
REAL_TIME = {
    "early.py": "sets the clock of the tests",
    "databases.py": "sets the clock of the template",
    "looking.py": "bounds its patience",
    "running.py": "bounds its patience",
    "working.py": "bounds its patience",
    "rooms/test_audit.py": "bounds its patience",
    "rooms/test_units_at_once.py": "bounds its patience",
    "rooms/test_registry_real.py": "prints how long it took",
    "security/test_login.py": "one-time codes and lock-outs go by the real time",
    "security/test_door.py": "holds the time of a lock-out still",
    "security/test_store.py": "age of files",
    "security/test_sealed_files.py": "age of files",
}
ASKS_FOR_TIME = re.compile(
    r"\btime\.(time|monotonic|perf_counter|localtime|gmtime)\(|\bdate\.today\(|\bdatetime\.(now|utcnow|today)\(|"
    r"\btimezone\.now\(|\bnew Date\(|\bDate\.now\("
)


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(FILES[name].read_text("utf-8"))


def looks_at_pages(name: str) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and (node.module or "").startswith("playwright")
        for node in ast.walk(tree(name))
    )


def parameters(name: str) -> Iterator[tuple[int, str]]:
    """Parameters of tests and fixtures, and names given to `parametrize`: line and name."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.FunctionDef) and (node.name.startswith("test_") or node.decorator_list):
            yield from ((node.lineno, argument.arg) for argument in node.args.args + node.args.kwonlyargs)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("parametrize") and node.args:
            told = ast.literal_eval(node.args[0])
            names = told.split(",") if isinstance(told, str) else told
            yield from ((node.lineno, one.strip()) for one in names)


def test_only_a_test_with_a_browser_asks_for_the_browser() -> None:
    """A parameter `page` starts Playwright, whose loop then runs beside every later test of the worker."""
    wrong = [
        f"{name}:{line} {parameter}"
        for name in FILES
        if not looks_at_pages(name) and name != "conftest.py"
        for line, parameter in parameters(name)
        if parameter in BROWSER_FIXTURES
    ]
    assert wrong == [], "call it `route`, `client`, `sheet` …"


def bare_clicks(name: str) -> Iterator[int]:
    downloads = {
        inner.lineno
        for node in ast.walk(tree(name))
        if isinstance(node, ast.With)
        and any("expect_download" in ast.unparse(item.context_expr) for item in node.items)
        for inner in node.body
    }
    for node in ast.walk(tree(name)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("click", "dblclick")
            and node.lineno not in downloads
        ):
            yield node.lineno


def test_after_every_click_a_test_stands_on_the_page_that_it_led_to() -> None:
    """A bare click returns while the old page is still shown: what is read next may be of either."""
    wrong = [
        f"{name}:{line}"
        for name in FILES
        if looks_at_pages(name) and name not in ("looking.py", "running.py")
        for line in bare_clicks(name)
    ]
    assert wrong == [], "use `followed` (another page) or `unfolded` (the same page) of tests/looking.py"


def test_nobody_is_less_patient_than_the_house() -> None:
    """One patience for all (tests/running.py): a shorter one fails on a slow machine and wins nothing on a fast one."""
    short = re.compile(r"\b(to_\w+|expect_\w+|wait_for_\w+)\(.*\btimeout=")
    wrong = [
        f"{name}:{number}"
        for name, path in FILES.items()
        if looks_at_pages(name)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if short.search(line)
    ]
    assert wrong == []


def test_the_time_is_asked_of_the_house_clock() -> None:
    """A date of the machine is right on the day it was written, and wrong on the next."""
    found = {
        name
        for name, path in FILES.items()
        if path != Path(__file__).resolve() and ASKS_FOR_TIME.search(path.read_text("utf-8"))
    }
    assert found <= set(REAL_TIME), "ask lantian.office.clock, or say in REAL_TIME why not"


def test_the_clock_of_the_tests_never_runs_back() -> None:
    """Midnight is far: the tests begin at nine."""
    assert configured.NINE is not None
    moments = [clock.now() for _ in range(100)]
    assert moments == sorted(moments) and moments[0].hour >= clock.NINE.hour


def test_examples_are_the_same_in_every_run_and_none_is_timed() -> None:
    """Looking for new examples is for `make soak`: there a new failure is news, here it would be noise."""
    assert settings().deadline is None
    assert settings().derandomize or "LANTIAN_SOAK" in os.environ
