"""A form that works for longer than two seconds, in Chromium: it shows that, and is sent once."""

from pathlib import Path

from browser import chromium, serving, signed_in
from playwright.sync_api import Browser
from web_client import practice

__all__ = ["chromium"]
# Counts what would be sent, and stays on the page as while the work goes on.
HELD = """() => {
  window.sent = 0;
  addEventListener("submit", (event) => {
    if (!event.defaultPrevented) window.sent += 1;
    event.preventDefault();
  });
}"""


def test_a_slow_form_shows_its_bar_and_is_sent_once(tmp_path: Path, chromium: Browser) -> None:
    with practice(tmp_path) as here, serving(here) as base:
        context = signed_in(chromium, here, base, "clinician")
        page = context.new_page()
        page.goto(f"{base}/patients/import")
        page.evaluate(HELD)
        (people := tmp_path / "people.csv").write_text("given_name\nAda\n")
        page.set_input_files("#file", people)
        bar, button = page.locator(".working progress"), page.get_by_role("button", name="Import")
        assert not bar.is_visible()
        button.click()
        assert bar.is_visible()
        button.click()
        assert page.evaluate("window.sent") == 1
        context.close()
