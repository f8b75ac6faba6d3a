"""Signing in with a real browser: its own passkeys, and without any JavaScript."""

import re
from collections.abc import Iterator

import pyotp
import pytest
from browser import chromium, faults_of, serving
from playwright.sync_api import Browser, Page
from web_client import PASSWORD, practice

__all__ = ["chromium"]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with practice(tmp_path_factory.mktemp("browser")) as made, serving(made) as address:
        yield address


def by_password(page: Page, base: str, role: str) -> None:
    page.goto(f"{base}/sign-in")
    page.get_by_label("E-mail").fill(f"{role}@clinic.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_is_made_and_used(base: str, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    faults = faults_of(page, base)
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    by_password(page, base, "clinician")
    page.wait_for_url("**/account/second-factor")
    page.get_by_label("Name of the device").fill("laptop at the desk")
    page.get_by_role("button", name="Make a passkey").click()
    page.wait_for_url("**/account?done=passkey")
    assert page.get_by_text("passkey: laptop at the desk").is_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{base}/")
    assert page.get_by_text("Clara Clinician").is_visible()
    assert faults == []
    context.close()


def test_codes_without_javascript(base: str, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    by_password(page, base, "owner")
    page.wait_for_url("**/account/second-factor")
    assert page.locator("svg.qr").is_visible()
    assert not page.get_by_role("button", name="Make a passkey").is_visible()
    page.get_by_text("The app cannot scan?").click()
    found = re.search(r"[A-Z2-7 ]{20,}", page.locator("code.key").inner_text())
    assert found
    page.get_by_label("Six digits").fill(pyotp.TOTP(found[0].replace(" ", "")).now())
    page.get_by_role("button", name="Ask me for codes").click()
    page.wait_for_url("**/account?done=code")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/sign-in")
    by_password(page, base, "owner")
    page.wait_for_url("**/sign-in/second-step")
    page.get_by_label("Six digits").fill("000000")
    page.get_by_role("button", name="Go on").click()
    assert page.get_by_role("alert").inner_text().startswith("The code is not right")
    context.close()


def test_the_way_in_by_keyboard_alone(base: str, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{base}/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.type("assistant@clinic.example")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/")
    assert page.get_by_text("Anton Assistant").is_visible()
    context.close()
