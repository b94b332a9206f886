"""What every page must be, whoever opens it: accessible, and no wider than a phone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

PHONE = {"width": 390, "height": 844}
PICTURES = os.environ.get("PICTURES")  # a folder, for whoever wants to look
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


def followed(page: Page, link: Locator) -> None:
    """Click what leads to another page, and stand on that page: a bare click may leave the old one under our eyes."""
    with page.expect_navigation():
        link.click()


def accessible(page: Page, name: str = "", within: Any = None) -> None:
    """No accessibility violation on the page as it stands."""
    page.wait_for_load_state()
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
