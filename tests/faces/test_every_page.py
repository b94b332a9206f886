"""Every page type in a real browser: no accessibility violation, no console error under the CSP, no sideways scroll."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.looking import accessible, fits_a_phone, followed, looked_at
from tests.running import House

PAGES = {
    "home": ("city", "/"),
    "home_of_a_district": ("nankai", "/"),
    "search": ("city", "/search/?q=天津"),
    "intake": ("city", "/intake/"),
    "intake_batch": ("city", "/intake/ >> table.rows a, table a"),
    "screening": ("city", "/screening/"),
    "screening_run": ("city", "/screening/ >> table a"),
    "detectors": ("city", "/detectors/"),
    "detector": ("nankai", "/detectors/P07/"),
    "detector_switch": ("city", "/detectors/P07/switch"),
    "findings": ("city", "/findings/?clearing=not_cleared"),
    "finding": ("city", "/findings/?clearing=not_cleared >> td.subject a"),
    "subjects": ("city", "/subjects/"),
    "subject": ("city", "/subjects/?kind=agency >> td.subject a"),
    "placing": ("city", "/subjects/placing/"),
    "findings_dismiss": ("city", "/findings/dismiss"),
    "unpublished": ("city", "/unpublished/"),
    "secrecy_grants": ("admin", "/accounts/unpublished/"),
    "docket": ("xiqing", "/leads/"),
    "campaign": ("city", "/campaign/"),
    "instructions": ("nankai", "/campaign/instructions/"),
    "publicity": ("nankai", "/campaign/publicity/"),
    "guidance": ("nankai", "/campaign/guidance/"),
    "sweep": ("nankai", "/campaign/sweep/"),
    "evaluation": ("city", "/campaign/evaluation/"),
    "evaluation_rows": ("city", "/campaign/evaluation/rows?indicator=closure"),
    "summaries": ("city", "/summary/"),
    "summaries_of_a_district": ("nankai", "/summary/"),
    "stories": ("nankai", "/summary/cases/"),
    "returns": ("city", "/returns/"),
    "returns_of_a_district": ("nankai", "/returns/"),
    "return_marks": ("city", "/returns/marks"),
    "figures": ("nankai", "/figures/"),
    "figure": ("city", "/figures/leads_opened/"),
    "ledgers": ("city", "/ledgers/"),
    "ledger": ("city", "/ledgers/leads/"),
    "ledger_print": ("city", "/ledgers/leads/print"),
    "admin_accounts": ("admin", "/accounts/"),
    "admin_units": ("admin", "/units/"),
    "unit": ("admin", "/units/120104/"),
    "unit_modes": ("admin", "/units/120104/modes/"),
    "dispatches": ("city", "/dispatch/"),
    "dispatch_new": ("city", "/dispatch/new"),
    "interviews": ("nankai", "/interviews/"),
    "interviews_new": ("nankai", "/interviews/new"),
    "rectifications": ("nankai", "/rectifications/"),
    "rectifications_new": ("nankai", "/rectifications/new"),
    "worksheets": ("nankai", "/worksheets/"),
    "onwards": ("nankai", "/onward/?way=out"),
    "onwards_new": ("nankai", "/onward/new?way=out&receiver=police"),
    "alerts": ("nankai", "/alerts/"),
    "alerts_new": ("nankai", "/alerts/new"),
    "reviews": ("city", "/papers/to-review/"),
    "papers": ("leader", "/papers/"),
    "mandates": ("leader", "/mandates/"),
    "paper_templates": ("leader", "/templates/"),
    "outside": ("city", "/outside/"),
    "outside_new": ("nankai", "/outside/new/?module=cases"),
    "outside_take_in": ("nankai", "/outside/take-in/?module=cases"),
    "own_modes": ("nankai", "/modes/"),
    "captures": ("city", "/captures/"),
    "captures_new": ("nankai", "/captures/new"),
    "captures_ask": ("nankai", "/captures/ask"),
    "lexicons": ("city", "/lexicons/"),
    "standing": ("city", "/standing/"),
    "listings": ("city", "/standing/lists/?list=samr_serious"),
    "listings_new": ("nankai", "/standing/lists/new?list=key_monitoring"),
    "classes": ("nankai", "/standing/classes/"),
    "plans": ("nankai", "/standing/plans/"),
    "plans_new": ("nankai", "/standing/plans/new"),
    "notices": ("city", "/notices/"),
    "notices_new": ("corps", "/notices/new"),
    "credit": ("city", "/subjects/?kind=agency >> td.subject a >> #standing-head + a"),
    "rulebooks": ("city", "/rules/"),
    "rulebook": ("city", "/rules/read?book=lists"),
    "rulebook_compare": ("nankai", "/rules/compare?book=credit_agency"),
    "completeness": ("nankai", "/rules/articles"),
    "edition_new": ("city", "/rules/new"),
    "audit": ("auditor", "/audit/"),
    "account": ("agency", "/account/"),
    "password": ("leader", "/account/password/"),
    "login_security": ("leader", "/account/security/"),
    "asking_once_more": ("leader", "/account/confirm/"),
    "not_found": ("city", "/no-such-page/"),
    "not_allowed": ("xiqing", "/intake/"),
}


@pytest.fixture(scope="module")
def tickets(house: House, browser: Browser) -> Callable[[str], list[Any]]:
    """Cookies of a login that somebody went through once in the browser."""

    @cache
    def of(login: str) -> list[Any]:
        context = browser.new_context()
        try:
            house.log_in(context.new_page(), login)
            return list(context.cookies())
        finally:
            context.close()

    return of


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_quiet_and_fits_a_phone_in_both_languages(
    house: House, page: Page, tickets: Callable[[str], list[Any]], name: str
) -> None:
    """Rules of accessibility are tried in Chinese: the two differ in words, not in structure."""
    login, address = PAGES[name]
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if _bad(message, name) else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.context.add_cookies(tickets(login))
    for language, look in (("zh-hans", looked_at), ("en", fits_a_phone)):
        page.context.add_cookies([{"name": "django_language", "value": language, "url": house.url}])
        _open(page, house, address)
        assert page.locator("html").get_attribute("lang") == language
        look(page)
    assert faults == []


def test_the_login_page_needs_no_account(house: House, page: Page) -> None:
    page.goto(f"{house.url}/login/")
    accessible(page)


def _open(page: Page, house: House, address: str) -> None:
    path, *links = address.split(" >> ")
    page.goto(house.url + path)
    for link in links:
        followed(page, page.locator(link).first)


def _bad(message: object, name: str) -> bool:
    # The browser itself reports the status of the two pages that are meant to refuse.
    refused = name in ("not_found", "not_allowed") and "status of 40" in message.text  # type: ignore[attr-defined]
    return message.type == "error" and not refused  # type: ignore[attr-defined]
