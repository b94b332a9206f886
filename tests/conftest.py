"""Databases and personas for every test that needs them; pure tests ask for neither and get neither."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as settings_of_examples
from playwright.sync_api import BrowserContext
from pytest_django.plugin import DjangoDbBlocker

from lantian.office.cluster import APP, OWNER
from tests import databases
from tests.running import CHROMIUM, CHROMIUM_ARGUMENTS, PATIENCE, House, require_browser, running

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
# The same examples on every machine, however slow: looking for new ones is for `make soak`, not for CI.
settings_of_examples.register_profile(
    "house",
    deadline=None,
    derandomize="LANTIAN_SOAK" not in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings_of_examples.load_profile("house")


@dataclass(frozen=True)
class Database:
    """A cloned database: its name, and addresses for other processes."""

    name: str

    @property
    def app_url(self) -> str:
        """Address as the application."""
        return databases.cluster().url(APP, self.name)

    @property
    def owner_url(self) -> str:
        """Address as the owner of the tables."""
        return databases.cluster().url(OWNER, self.name)

    @property
    def superuser_url(self) -> str:
        """Address as the cluster's superuser, for what only an intruder could do."""
        return databases.cluster().url("postgres", self.name)

    @property
    def variables(self) -> dict[str, str]:
        """Environment for a process that works on this database."""
        return {**os.environ, "DATABASE_URL": self.app_url, "DATABASE_OWNER_URL": self.owner_url}


@pytest.fixture(scope="session")
def template() -> str:
    """The filled template database."""
    return databases.template()


@pytest.fixture(scope="session")
def django_db_setup(template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Give this worker its own clone; tests marked `django_db` roll back in it, connected as the application."""
    name = f"test_{WORKER}"
    databases.clone(name, template)
    with django_db_blocker.unblock():
        _use(name)
    yield
    with django_db_blocker.unblock():
        connection.close()
    databases.drop(name)


@pytest.fixture
def database(template: str, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Database]:
    """A database of the test's own, in which it may commit, kill and restart."""
    name = f"test_{WORKER}_own"
    databases.clone(name, template)
    with django_db_blocker.unblock():
        _use(name)
        yield Database(name)
        _use(f"test_{WORKER}")
    databases.drop(name)


def _use(name: str) -> None:
    connection.close()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Debian's Chromium, never a download."""
    require_browser()
    return {"executable_path": CHROMIUM, "args": CHROMIUM_ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, object]:
    """The window of an office computer, in Chinese."""
    return {"viewport": {"width": 1288, "height": 900}, "locale": "zh-CN"}


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    """A window as patient as the house."""
    context.set_default_timeout(PATIENCE * 1_000)
    return context


@pytest.fixture(scope="module")
def house(template: str) -> Iterator[House]:
    """The running house on a database of the module's own."""
    require_browser()
    name = f"test_{WORKER}_house"
    databases.clone(name, template)
    with running(Database(name).variables) as started:
        yield started
    databases.drop(name)


@pytest.fixture(autouse=True)
def no_loop_of_an_earlier_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hide the event loop that Playwright leaves running in this thread from tests without a browser.

    Otherwise a test's `async_to_sync` would refuse to run in a worker that has looked at a page before.
    """
    looks = "browser" in request.fixturenames  # `page` and `context` stand on it
    loop = None if looks else asyncio._get_running_loop()
    if loop is not None:
        asyncio._set_running_loop(None)
    yield
    if loop is not None:
        asyncio._set_running_loop(loop)
