"""What every page must be, whoever opens it: accessible, and no wider than a phone."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.running import PATIENCE

PHONE = {"width": 390, "height": 844}
PICTURES = os.environ.get("PICTURES")  # a folder, for whoever wants to look
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


def settled(page: Page) -> None:
    """Loaded, and no part of it refreshes itself any more: when a job ends, the whole page is loaded anew."""
    page.wait_for_load_state()
    expect(page.locator("[hx-trigger^=every]")).to_have_count(0)
    page.wait_for_load_state()


def followed(page: Page, link: Locator) -> None:
    """Click what leads to another page, and stand on that page: a bare click may leave the old one under our eyes."""
    settled(page)
    with page.expect_navigation():
        link.click()


def unfolded(summary: Locator) -> None:
    """Open what is folded up on the page: this click, and no other, stays on the page."""
    summary.click()


def awaited(page: Page, mark: Locator, *, gone: bool = False) -> None:
    """Load the page anew until a job has put the mark there, or has taken it away."""
    end = time.monotonic() + PATIENCE
    while bool(mark.count()) is gone:
        assert time.monotonic() < end, f"{page.url} did not change"
        page.wait_for_timeout(100)
        page.reload()


def accessible(page: Page, name: str = "", within: Any = None) -> None:
    """No accessibility violation on the page as it stands."""
    settled(page)
    found = Axe().run(page, context=within, options=RULES).response["violations"]
    assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == [], (
        name or page.url
    )


def fits_a_phone(page: Page, name: str = "") -> None:
    """No sideways scroll on a phone; the window is as before afterwards."""
    window = page.viewport_size
    for size in (window, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        if PICTURES and name:
            page.screenshot(path=Path(PICTURES) / f"{name}-{size['width']}.png", full_page=True)  # type: ignore[index]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name or page.url} scrolls sideways by {wide} px on a phone"
    page.set_viewport_size(window)  # type: ignore[arg-type]


def looked_at(page: Page, name: str = "", within: Any = None) -> None:
    """Accessible, and fit for a phone."""
    accessible(page, name, within)
    fits_a_phone(page, name)
