"""A passkey in a real browser, under the strict policy: added once, then asked for at every login."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.early import PASSWORD
from tests.looking import followed
from tests.running import House

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_added_and_then_asked_for_at_login(house: House, page: Page) -> None:
    site = House(
        house.url.replace("127.0.0.1", "localhost")
    )  # a passkey belongs to a name, not to an address
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    site.log_in(page, "leader")
    page.goto(f"{site.url}/account/security/webauthn/add/")
    page.fill("#id_password", PASSWORD)
    followed(page, page.locator("main button.btn-primary"))
    page.fill("#id_name", "办公室电脑")
    followed(page, page.locator("#passkey-add"))
    expect(page).to_have_url(re.compile("/recovery-codes/$"))
    page.goto(f"{site.url}/account/security/webauthn/")
    expect(page.get_by_text("办公室电脑")).to_be_visible()

    followed(page, page.get_by_role("button", name="退出"))
    site.log_in(page, "leader")
    expect(page).to_have_url(re.compile("/account/security/authenticate/$"))
    page.goto(site.url)
    assert page.url.endswith("/account/security/authenticate/"), "the password alone opens nothing"
    followed(page, page.locator("#passkey-use"))
    expect(page).to_have_url(f"{site.url}/")
    assert faults == []
