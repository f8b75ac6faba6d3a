"""Whatever somebody types into the pages of accounts and administration stays text."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from software_authenticator import Authenticator
from test_passkeys import ORIGIN, options_in
from web_client import practice, token_in

from anagen.records.keys import Keys
from anagen.records.store import create_store
from anagen.web.app import make_app
from anagen.web.settings import Settings

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{ 7 * 191 }}{% raise %}",
    "</title></textarea><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "=cmd|' /C calc'!A1",
    "\u202e\u0000gnp.exe",
    "ａ\u200d" * 40,
)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    with practice(tmp_path_factory.mktemp("typed")) as made:
        yield made


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_only_text(answer, said: str) -> None:
    assert answer.status_code < 500, said
    for tag, attributes in Elements(answer.text).found:
        where = f"{said!r} made <{tag} {attributes}>"
        assert not any(name.startswith("on") for name in attributes), where
        assert tag not in {"img", "iframe", "object", "embed"}, where
        assert not str(attributes.get("href", "")).startswith("javascript"), where
        if tag == "script":
            assert str(attributes.get("src", "")).startswith("/static/"), where
    assert "1337" not in answer.text, said


@pytest.mark.parametrize("said", HOSTILE)
@pytest.mark.parametrize("field", ["name", "email", "role"])
def test_people(here, field, said) -> None:
    data = {"name": "Nora New", "email": "nora@clinic.example", "role": "assistant"}
    answer = here.signed_in("owner").post("/administration/users", data=data | {field: said})
    assert_only_text(answer, said)
    assert_only_text(here.signed_in("owner").get("/administration/users"), said)


@pytest.mark.parametrize("said", HOSTILE)
def test_a_name_that_was_kept_is_shown_as_typed(here, said) -> None:
    data = {"name": said, "email": f"n{abs(hash(said))}@clinic.example", "role": "assistant"}
    answer = here.signed_in("owner").post("/administration/users", data=data)
    assert_only_text(answer, said)
    if answer.status_code == 200:
        link = re.search(r"http://localhost(/invitation/[\w-]+)", answer.text)
        assert link
        page = here.browser().get(link[1])
        assert_only_text(page, said)


@pytest.mark.parametrize("said", HOSTILE)
def test_signing_in(here, said) -> None:
    client = here.browser()
    assert_only_text(client.get("/sign-in", params={"to": said}), said)
    token = token_in(client.get("/sign-in"))
    data = {"csrf": token, "email": said, "password": said, "to": said}
    assert_only_text(client.post("/sign-in", data=data), said)
    assert_only_text(client.get("/invitation/" + quote(said, safe="")), said)
    assert_only_text(client.get("/account", params={"done": said}), said)


@pytest.mark.parametrize("said", HOSTILE)
def test_the_name_of_a_passkey(here, said) -> None:
    client = here.signed_in("assistant")
    made = Authenticator(ORIGIN).make(options_in(client.get("/account/second-factor")))
    answer = client.post("/account/passkeys", data={"answer": made, "name": said})
    assert_only_text(answer, said)
    client = here.signed_in("assistant")
    assert_only_text(client.get("/account"), said)
    assert_only_text(client.get("/account/second-factor"), said)
    assert_only_text(client.post("/account/second-factor", data={"code": said}), said)


@pytest.mark.parametrize("said", HOSTILE)
def test_the_first_owner(tmp_path: Path, said) -> None:
    from starlette.testclient import TestClient

    store = create_store(tmp_path / "new.anagen", Keys.new())
    app = make_app(store, Settings(), None)
    client = TestClient(app, base_url="http://localhost", follow_redirects=False)
    assert_only_text(client.get("/set-up", params={"code": said}), said)
    data = {"name": said, "email": said, "password": "short", "code": said}
    data["csrf"] = token_in(client.get("/set-up"))
    assert_only_text(client.post("/set-up", data=data), said)
    store.close()


@pytest.mark.parametrize("said", HOSTILE)
@pytest.mark.parametrize("field", ["who", "action", "record", "since", "until", "before"])
def test_asking_the_audit(here, field, said) -> None:
    client = here.signed_in("owner")
    assert_only_text(client.get("/administration/audit", params={field: said}), said)


@pytest.mark.parametrize("said", HOSTILE)
@pytest.mark.parametrize("field", ["lot", "kind", "product", "before"])
def test_asking_for_a_lot(here, field, said) -> None:
    client = here.signed_in("owner")
    assert_only_text(client.get("/administration/recall", params={field: said}), said)
