"""Hostile text in every field of every form that can be reached: kept as text, or refused.

The pages are found by following links from the first one, so that a new page is tried by itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from test_api_fuzz import ADA, LONG, Answered
from test_typed_text import HOSTILE, assert_only_text
from web_client import Practice, practice

from anagen.web.settings import Settings

SOME = (*HOSTILE, LONG[:100_000])
NOT_TYPED = {"checkbox", "radio", "file", "submit", "button", "image", "reset", "range"}
PLAIN = {"number": "1", "date": "2026-01-05", "time": "10:00", "datetime-local": "2026-01-05T10:00"}
LEFT_ALONE = re.compile(r"/(static|sign-out|sign-in|account/sign-out|set-up|api)")
MOST_PAGES = 120
_NUMBERED = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")


@dataclass
class Form:
    """A form as a page shows it."""

    action: str
    method: str
    typed: dict[str, str] = field(default_factory=dict)  # what a person may write, as it stands
    fixed: dict[str, str] = field(default_factory=dict)
    files: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from another, whatever record it is of."""
        return (_NUMBERED.sub("#", self.action), self.method, *self.typed)


class Page(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, text: str, at: str) -> None:
        super().__init__()
        self.at, self.links, self.forms = at, [], []
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in told:
            self.links.append(urljoin(self.at, told["href"]))
        elif tag == "form":
            self.forms.append(
                Form(urljoin(self.at, told.get("action", "")), told.get("method", "get").lower())
            )
        elif tag in {"input", "textarea", "select", "option", "button"} and self.forms:
            self._field(self.forms[-1], tag, told)

    def _field(self, form: Form, tag: str, told: dict[str, str]) -> None:
        if tag == "option":
            if self._select and (told.get("value") and not form.fixed.get(self._select)):
                form.fixed[self._select] = told["value"]
            return
        name, kind = told.get("name", ""), told.get("type", "text")
        self._select = name if tag == "select" else self._select
        form.files |= kind == "file"
        if not name or name == "csrf":
            return
        if tag == "select":
            form.fixed[name] = ""
        elif tag == "button" or kind in NOT_TYPED:
            form.fixed[name] = told.get("value", "on")
        elif kind in PLAIN:
            form.fixed[name] = told.get("value") or PLAIN[kind]
        else:
            form.typed[name] = told.get("value", "")


def found(client: Any, start: str) -> Iterator[Form]:
    """Every form that links lead to, once for each address whatever record it is of."""
    seen, known, queue = set(), set(), [start]
    while queue and len(seen) < MOST_PAGES:
        path = queue.pop(0)
        pattern = _NUMBERED.sub("#", urlsplit(path).path)
        if pattern in seen or LEFT_ALONE.match(path):
            continue
        seen.add(pattern)
        answer = client.get(path, follow_redirects=True)
        assert answer.status_code < 500, path
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        page = Page(answer.text, path)
        queue += [link for link in page.links if link.startswith("/")]
        for form in page.forms:
            if form.key not in known and form.typed and not LEFT_ALONE.match(form.action):
                known.add(form.key)
                yield form


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    many = Settings(most_requests_per_minute=1_000_000)
    with practice(tmp_path_factory.mktemp("hostile"), many, Answered()) as made:
        made.clinician.post("/api/v1/patients", json=ADA)
        yield made


def test_whatever_is_typed_into_any_form_stays_text(here: Practice) -> None:
    tried: set[tuple[str, ...]] = set()  # the same form stands before every role that may see it
    for role in ("owner", "clinician", "assistant", "researcher"):
        forms = list(found(here.signed_in(role), "/evidence" if role == "researcher" else "/"))
        assert forms
        for form in forms:
            if form.key not in tried:
                tried.add(form.key)
                try_out(here, role, form)
    assert len(tried) > 20


def try_out(here: Practice, role: str, form: Form) -> None:
    """Each text in all fields of a form, and in each alone."""
    for text in SOME:
        for names in [list(form.typed), *([name] for name in form.typed)]:
            data = form.fixed | form.typed | dict.fromkeys(names, text)
            client = here.signed_in(role)
            answer = sent(client, form, data)
            said = f"{role} {form.method} {form.action} {names} {text[:30]!r}"
            assert answer.status_code < 500, said
            if answer.status_code == 303:
                answer = client.get(answer.headers["location"], follow_redirects=True)
            if answer.headers["content-type"].startswith("text/html"):
                assert_only_text(answer, said)


def sent(client: Any, form: Form, data: dict[str, str]) -> Any:
    if form.method == "get":
        short = {name: value[:2000] for name, value in data.items()}
        return client.get(form.action, params=short)
    return client.post(form.action, data=data)
