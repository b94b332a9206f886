"""The house is a test: sizes, rooms, diagrams, clauses, secrets of the workplace."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from lantian.campaign import states as campaign
from lantian.campaign.summary import states as summary
from lantian.casework import states as casework
from lantian.core.moves import diagram
from lantian.dispatch import states as dispatch
from lantian.office.papers import states as papers
from lantian.publicity import states as publicity
from lantian.screening import states as screening
from lantian.standing import plan_states as plans

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "lantian"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
ROOMS = ("campaign", "registry", "filings", "publicity", "screening", "casework", "standing", "dispatch")
LONGEST_FILE, LONGEST_FUNCTION = 400, 40
DIAGRAMS = {
    "lead": casework.MOVES,
    "finding": screening.MOVES,
    "notice": publicity.MOVES,
    "paper": papers.MOVES,
    "dispatch": dispatch.MOVES,
    "return_sheet": dispatch.SHEET_MOVES,
    "returned_file": dispatch.UPLOAD_MOVES,
}
DIAGRAMS |= {"summary": summary.MOVES, "story": summary.STORY_MOVES}  # type: ignore[dict-item]
DIAGRAMS |= {"guidance_plan": plans.PLAN_MOVES, "plan_step": plans.STEP_MOVES}  # type: ignore[dict-item]
DIAGRAMS |= {"instruction": campaign.MOVES, "task": campaign.TASK_MOVES}  # type: ignore[dict-item]


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    long = {path.name: n for path in MODULES if (n := len(path.read_text().splitlines())) > LONGEST_FILE}
    assert long == {}


def test_no_function_is_longer_than_a_page() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_told_by_its_files(room: str) -> None:
    promise = ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text()))
    assert promise and len(promise.splitlines()) <= 12
    assert len(ast.parse((PACKAGE / room / "__init__.py").read_text()).body) == 1, (
        "a promise re-exports nothing"
    )
    assert (PACKAGE / room / "queries.py").exists()


@pytest.mark.parametrize("name", DIAGRAMS)
def test_the_printed_diagram_is_the_table(name: str) -> None:
    page = (ROOT / "docs" / "rules" / f"{name}.md").read_text("utf-8")
    assert f"```mermaid\n{diagram(DIAGRAMS[name])}```" in page


def test_every_clause_names_code_and_tests_that_exist() -> None:
    rows = re.findall(r"^\| ([A-M]\d) \|(.*)\|$", (ROOT / "docs" / "clauses.md").read_text("utf-8"), re.M)
    assert rows
    for clause, rest in rows:
        for path in re.findall(r"`(lantian/[^`]+)`", rest):
            assert (ROOT / path).exists(), (clause, path)
        tests = re.findall(r"`(tests/[^`]+\.py)::(test_\w+)`", rest)
        assert tests, f"{clause} names no test"
        for path, test in tests:
            assert f"def {test}(" in (ROOT / path).read_text("utf-8"), (clause, path, test)


def test_every_dependency_says_why() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    listed = re.findall(r'^    "[a-z][^"]*",(.*)$', text.split("[project.scripts]")[0], re.M)
    assert len(listed) > 20 and all(re.match(r"\s+# \w+", reason) for reason in listed)


def test_locks_hold_no_addresses() -> None:
    for lock in ("requirements.lock", "requirements-scale.lock", "requirements-uv.lock"):
        assert "://" not in (ROOT / lock).read_text("utf-8")


def test_no_migration_is_missing() -> None:
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState
    from django.utils import translation

    loader = MigrationLoader(None)
    with translation.override(None):  # names of inherited fields are compared as Django wrote them
        detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
        changes = detector.changes(loader.graph)
    ours = {
        "campaign",
        "office",
        "registry",
        "filings",
        "screening",
        "casework",
        "standing",
        "publicity",
        "dispatch",
    }
    assert {app for app in changes if app in ours} == set()


def test_nothing_tracked_holds_a_path_of_a_machine() -> None:
    parent = f"{ROOT.parent}/"
    if ROOT.parent == Path("/"):
        return
    found = subprocess.run(
        ["git", "grep", "-lIF", parent], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.stdout == ""
