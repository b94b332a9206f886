"""The tabs: every page lies behind one, a tab is seen by whoever may open it, and says where one is."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from lantian.config.access import ACCESS
from lantian.desk.navigation import DOORS, door_of
from lantian.office.permissions import Permission
from tests.personas import browser

ANYWHERE = {"search", "purpose"}  # asked for from every page


def test_every_page_of_a_room_lies_behind_one_door() -> None:
    rooms = {route for route, need in ACCESS.items() if isinstance(need, Permission)} - ANYWHERE
    assert {route for route in rooms if door_of(route) is None} == set()
    words = [word for door in DOORS for word in door.words]
    assert sorted(words) == sorted(set(words)), "no page lies behind two"
    assert {word for word in words if word not in {route.split("_")[0] for route in rooms}} == set()


def test_a_door_is_seen_by_whoever_may_open_it() -> None:
    assert {door.route: ACCESS[door.route] for door in DOORS} == {door.route: door.needs for door in DOORS}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("route", "tab"), [("home", "总览"), ("rectifications", "监管措施"), ("docket", "线索台账")]
)
def test_a_page_says_behind_which_door_one_stands(route: str, tab: str) -> None:
    shown = browser("nankai").get(reverse(route)).text
    assert re.findall(r'<nav class="tabs".*?</nav>', shown, re.S)[0].count("aria-current") == 1
    assert re.search(rf'aria-current="page">{tab}</a>', shown)
    assert reverse("intake") not in shown, "a district takes nothing in"
