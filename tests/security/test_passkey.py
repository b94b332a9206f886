"""A passkey in a real browser, under the strict policy: added once, then asked for at every login."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.early import PASSWORD
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
    page.click("main button.btn-primary")
    page.fill("#id_name", "办公室电脑")
    page.click("#passkey-add")
    page.wait_for_url("**/recovery-codes/")
    page.goto(f"{site.url}/account/security/webauthn/")
    assert page.get_by_text("办公室电脑").is_visible()

    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/login/")
    site.log_in(page, "leader")
    page.wait_for_url("**/account/security/authenticate/")
    page.goto(site.url)
    assert page.url.endswith("/account/security/authenticate/"), "the password alone opens nothing"
    page.click("#passkey-use")
    page.wait_for_url(f"{site.url}/")
    assert faults == []
