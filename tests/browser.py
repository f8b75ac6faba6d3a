"""A real Chromium before the app, for tests of pages.

    from browser import chromium, serving, signed_in, faults_of, violations

- ``chromium``: a fixture, one browser for a module. Without Chromium its tests skip with a reason;
  where ANAGEN_CI is set they fail instead.
- ``serving(practice)``: the practice's app on a port of this machine; gives its address.
- ``signed_in(browser, practice, base, role, **options)``: a context with the role's session.
- ``faults_of(page)``: a list that fills with console errors, failures and foreign requests.
- ``violations(page)``: what axe-core finds against WCAG 2.2 AA.
"""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from web_client import Practice

from anagen.web.security.cookies import LOGIN

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parent / "axe" / "node_modules" / "axe-core" / "axe.min.js"
_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    _must_be_there(CHROMIUM, "Chromium is not installed (Debian package chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=_QUIET)
        yield browser
        browser.close()


@contextmanager
def serving(here: Practice) -> Iterator[str]:
    """The practice's app on a free port."""
    server = uvicorn.Server(uvicorn.Config(here.app, port=0, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def signed_in(
    browser: Browser, here: Practice, base: str, role: str, **options: Any
) -> BrowserContext:
    """A browser context in which somebody of this role is signed in."""
    context = browser.new_context(**options)
    token = here.as_role(role).cookies[LOGIN]
    context.add_cookies([{"name": LOGIN, "value": token, "url": base}])
    return context


def faults_of(page: Page, base: str) -> list[str]:
    """Fills with what went wrong on a page from now on."""
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on(
        "request", lambda asked: asked.url.startswith((base, "data:")) or faults.append(asked.url)
    )
    return faults


def violations(page: Page) -> list[str]:
    """What axe-core finds: the rule and the first place that breaks it."""
    _must_be_there(AXE, "axe-core is not installed (npm ci in tests/axe)")
    devtools = page.context.new_cdp_session(page)  # past the page's own policy, as a person's eyes
    devtools.send("Runtime.evaluate", {"expression": AXE.read_text("utf-8")})
    asked = (
        f"axe.run({{runOnly: {_RULES}}}).then(found => JSON.stringify(found.violations.map("
        "each => each.id + ': ' + each.nodes[0].html + ' ' + each.nodes[0].failureSummary)))"
    )
    answer = devtools.send(
        "Runtime.evaluate", {"expression": asked, "awaitPromise": True, "returnByValue": True}
    )
    return json.loads(answer["result"]["value"])


def _must_be_there(needed: Path, reason: str) -> None:
    if needed.exists():
        return
    if os.environ.get("ANAGEN_CI"):
        pytest.fail(reason)
    pytest.skip(reason)
