"""A practice for tests of pages: the app over fresh records, and a browser for each role.

    from web_client import practice

    def test_a_page(tmp_path):
        with practice(tmp_path) as here:
            answer = here.clinician.get("/patients")
            answer = here.assistant.post("/patients/new", data={"given_name": "Ada"})
            with here.store.reading() as db: ...

- ``here.owner``, ``.clinician``, ``.assistant``, ``.researcher`` are Starlette test clients that
  are signed in (second factor included) and send the session's token with everything (as the header
  ``X-CSRF-Token``, which counts as the hidden field does). ``here.nobody`` is not signed in.
  ``here.as_role("owner")`` takes the role as text. Redirects are not followed; ask with
  ``follow_redirects=True``. A fault in the app is a 500, never an exception in the test.
- ``here.user("clinician")`` is the `User`, ``here.actor("clinician")`` the `Actor` to write with;
  every password is `PASSWORD`, every address ``ROLE@clinic.example``.
- ``here.browser()`` is a fresh client that keeps its own cookies and sends no token by itself;
  ``token_in(answer)`` finds the one in a page. ``sign_in(client)`` goes by the page.
- ``here.later(minutes=16)`` moves the app's clock.
- At the end the records must verify; a test that changes them behind the program says
  ``here.is_tampered_with = True``.
- ``practice(tmp_path, forecaster=..., settings=Settings(...))`` where a test needs another one;
  by default nobody answers for the model. ``where`` takes a PostgreSQL address.
"""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import event
from starlette.testclient import TestClient

from anagen.accounts import passwords
from anagen.accounts.login_session import open_session
from anagen.accounts.roles import ROLES
from anagen.accounts.users import actor_of, add_user
from anagen.records.actor import SYSTEM, Actor
from anagen.records.audit import verify
from anagen.records.keys import Keys
from anagen.records.store import Store, create_store
from anagen.records.tables import User, now
from anagen.web.app import make_app
from anagen.web.forecaster import ModelAway
from anagen.web.security.cookies import LOGIN
from anagen.web.settings import Settings

PASSWORD = "unrelated words do well"
NAMES = {
    "owner": "Olga Owner",
    "clinician": "Clara Clinician",
    "assistant": "Anton Assistant",
    "researcher": "Rosa Researcher",
}


class _Away:
    """A model that cannot be asked."""

    def __getattr__(self, name: str) -> Any:
        def away(*_: Any, **__: Any) -> Any:
            raise ModelAway("the model is not there yet; ask in a moment.")

        return away


NOBODY_ANSWERS = _Away()


class Practice:
    """One app with its people."""

    owner: TestClient
    clinician: TestClient
    assistant: TestClient
    researcher: TestClient
    is_tampered_with = False

    def __init__(self, store: Store, settings: Settings, forecaster: Any) -> None:
        self.store, self.settings = store, settings
        self.app = make_app(store, settings, forecaster)
        self._ahead = timedelta()
        self.app.state.clock = self.now
        self.nobody = self.browser()
        self._users: dict[str, User] = {}
        held = passwords.hashed(PASSWORD)
        for role in ROLES:
            with store.writing(SYSTEM) as entry:
                email = f"{role}@clinic.example"
                self._users[role] = add_user(entry, NAMES[role], email, role, held)
            setattr(self, role, self.signed_in(role))

    def now(self) -> datetime:
        """The app's time."""
        return now() + self._ahead

    def later(self, **by: float) -> None:
        """Move the app's clock, as ``timedelta(**by)``."""
        self._ahead += timedelta(**by)

    def user(self, role: str) -> User:
        """The user of a role."""
        return self._users[role]

    def actor(self, role: str) -> Actor:
        """The one to write with."""
        return actor_of(self._users[role])

    def as_role(self, role: str) -> TestClient:
        """The client of a role, or of nobody."""
        return getattr(self, role)

    def browser(self) -> TestClient:
        """A client without a session."""
        scheme = "https" if self.settings.https else "http"
        host = "localhost" if "localhost" in self.settings.hosts else self.settings.hosts[0]
        return TestClient(
            self.app,
            base_url=f"{scheme}://{host}",
            follow_redirects=False,
            raise_server_exceptions=False,
            headers={"origin": f"{scheme}://{host}", "sec-fetch-site": "same-origin"},
        )

    def signed_in(self, role: str, strength: Any = "totp") -> TestClient:
        """A client with a fresh session of a role's user."""
        client = self.browser()
        with self.store.writing(SYSTEM) as entry:
            token = open_session(
                entry.db, self._users[role], strength, self.now(), self.settings.longest_minutes
            )
            csrf = next(each.csrf for each in entry.db.new if hasattr(each, "csrf"))
        prefix = "__Host-" if self.settings.https else ""
        client.cookies.set(prefix + LOGIN, token)
        client.headers["x-csrf-token"] = csrf
        return client


@contextmanager
def practice(
    folder: Path,
    settings: Settings | None = None,
    forecaster: Any = NOBODY_ANSWERS,
    where: str | None = None,
) -> Iterator[Practice]:
    """A practice with one user of each role, over records in ``folder`` (or at ``where``)."""
    slow, passwords.HASHER = passwords.HASHER, PasswordHasher(1, 8, 1)
    store = create_store(where or folder / "practice.anagen", Keys.new())
    if store.is_file:
        # What a page says does not depend on when the disk has it; other tests look after that.
        event.listen(
            store.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF")
        )
        store.engine.dispose()
    try:
        yield (made := Practice(store, settings or Settings(), forecaster))
        if not made.is_tampered_with:
            report = verify(store)
            assert report.whole, report.sentence
    finally:
        passwords.HASHER = slow
        store.close()


def _in_no_hurry(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def token_in(answer: Any) -> str:
    """The token of the first form in a page."""
    found = re.search(r'name="csrf" value="([^"]+)"', answer.text)
    assert found, f"no form in {answer.url}: {answer.status_code}"
    return html.unescape(found[1])


def sign_in(client: TestClient, email: str = "assistant@clinic.example", to: str = "/") -> Any:
    """Sign in by the page; the answer to the form."""
    token = token_in(client.get("/sign-in"))
    return client.post(
        "/sign-in", data={"csrf": token, "email": email, "password": PASSWORD, "to": to}
    )
