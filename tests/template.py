"""Fills the template database once: the demonstration's people, the small city, one run of P01."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantian.config.settings")
django.setup()

from lantian.config import demo  # noqa: E402
from lantian.config.demo_people import PEOPLE  # noqa: E402
from lantian.office import audit, search  # noqa: E402
from tests.early import PASSWORD  # noqa: E402


def fill() -> None:
    """Furnish, take in, screen, make findable, seal."""
    demo.furnish({person.login: PASSWORD for person in PEOPLE}, demo.TOWN)
    demo.take_in_city(lambda _: None, demo.TOWN)
    demo.screen(demo.TOWN)
    search.refresh()
    audit.seal()


if __name__ == "__main__":
    fill()
