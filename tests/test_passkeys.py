"""Passkeys: made, used to come in, refused when one thing about them is wrong."""

import html
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from software_authenticator import PRESENT, Authenticator, b64
from web_client import practice, sign_in, token_in

from anagen.accounts import passkeys
from anagen.accounts.passkeys import Place
from anagen.accounts.users import forget_second_factor
from anagen.reading import BadInput
from anagen.records.tables import Audit, Passkey, User
from anagen.web.security.cookies import LOGIN
from anagen.web.settings import Settings

ORIGIN = "http://localhost"
PLACE = Place("localhost", ORIGIN)


@pytest.fixture
def here(tmp_path):
    with practice(tmp_path) as made:
        yield made


def options_in(page) -> str:
    """What a page gives its passkey form."""
    found = re.search(r'data-options="([^"]+)"', page.text)
    assert found, page.text[:3000]
    return html.unescape(found[1])


def with_passkey(here, role: str = "clinician") -> Authenticator:
    """Have a role's user make a passkey by the page."""
    key = Authenticator(ORIGIN)
    client = here.signed_in(role, "password")
    page = client.get("/account/second-factor")
    data = {"answer": key.make(options_in(page)), "name": "laptop at the desk"}
    answer = client.post("/account/passkeys", data=data)
    assert answer.status_code == 303, answer.text
    assert client.get("/account").status_code == 200  # a fresh session, of more strength
    return key


def come_in(here, key: Authenticator, **bent):
    client = here.browser()
    page = client.get("/sign-in?to=/account")
    data = {"csrf": token_in(page), "to": "/account", "answer": key.sign(options_in(page), **bent)}
    return client, client.post("/sign-in/passkey", data=data), data


def test_a_passkey_that_is_taken_away_meanwhile_opens_nothing(here, monkeypatch) -> None:
    key, right = with_passkey(here), passkeys.used

    def taken_away(*told):
        with here.store.writing(here.actor("owner")) as entry:
            forget_second_factor(entry, entry.db.get_one(User, here.user("clinician").id))
        return right(*told)

    monkeypatch.setattr(passkeys, "used", taken_away)
    client, answer, _ = come_in(here, key)
    assert (answer.status_code, "does not know it" in answer.text) == (422, True)
    assert client.get("/account").status_code == 303


def test_a_passkey_alone_is_two_factors(here) -> None:
    key = with_passkey(here)
    client, answer, _ = come_in(here, key)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    page = client.get("/account")
    assert "laptop at the desk" in page.text
    assert client.get("/administration").status_code == 200
    with here.store.reading() as db:
        held = db.query(Passkey).one()
        assert held.sign_count == key.count
        last = db.query(Audit).filter_by(action="sign_in").order_by(Audit.seq.desc()).first()
        assert last is not None
        assert last.detail is not None
        assert last.detail["by"] == "passkey"


def test_an_answer_is_good_once(here) -> None:
    key = with_passkey(here)
    client, answer, data = come_in(here, key)
    assert answer.status_code == 303
    other = here.browser()
    other.cookies.update(client.cookies)
    token = token_in(other.get("/sign-in"))
    answer = other.post("/sign-in/passkey", data=data | {"csrf": token})
    assert answer.status_code == 422
    assert LOGIN not in answer.cookies


@pytest.mark.parametrize(
    "bent",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8000"},
        {"host": "evil.example"},
        {"challenge": b64(b"x" * 32)},
        {"type": "webauthn.create"},
    ],
)
def test_an_answer_for_something_else_is_refused(here, bent) -> None:
    key = with_passkey(here)
    _, answer, _ = come_in(here, key, **bent)
    assert answer.status_code == 422
    assert LOGIN not in answer.cookies


def test_a_copied_key_whose_counter_falls_back_is_refused(here) -> None:
    key = with_passkey(here)
    assert come_in(here, key)[1].status_code == 303
    key.count = 0
    assert come_in(here, key)[1].status_code == 422


def test_who_is_not_verified_does_not_come_in(here) -> None:
    key = with_passkey(here)
    key.flags = PRESENT
    assert come_in(here, key)[1].status_code == 422


def test_another_key_under_a_known_name_is_refused(here) -> None:
    key = with_passkey(here)
    thief = Authenticator(ORIGIN)
    thief.credential = key.credential
    assert come_in(here, thief)[1].status_code == 422


def test_an_unknown_key_and_an_inactive_user_are_refused_alike(here) -> None:
    key = with_passkey(here)
    address = f"/administration/users/{here.user('clinician').id}"
    assert here.owner.post(address, data={"role": "clinician"}).status_code == 303
    unknown = come_in(here, Authenticator(ORIGIN))[1]
    inactive = come_in(here, key)[1]
    assert unknown.status_code == inactive.status_code == 422
    alert = 'role="alert">Passkey: this practice does not know it'
    assert alert in unknown.text
    assert alert in inactive.text


def test_a_challenge_grows_old(here) -> None:
    key = with_passkey(here)
    client = here.browser()
    page = client.get("/sign-in")
    here.later(minutes=11)
    data = {"csrf": token_in(page), "answer": key.sign(options_in(page))}
    assert client.post("/sign-in/passkey", data=data).status_code == 422


def test_a_passkey_as_second_step_of_its_owner_only(here) -> None:
    key = with_passkey(here, "assistant")
    other = with_passkey(here, "clinician")
    client = here.browser()
    page = client.get(sign_in(client).headers["location"])
    assert json.loads(options_in(page))["allowCredentials"][0]["id"] == b64(key.credential)
    data = {"csrf": token_in(page), "answer": other.sign(options_in(page))}
    refused = client.post("/sign-in/second-step/passkey", data=data)
    assert refused.status_code == 422
    data["answer"] = key.sign(options_in(page))  # that page's challenge was used up with it
    assert client.post("/sign-in/second-step/passkey", data=data).status_code == 422
    page = client.get("/sign-in/second-step")
    data["answer"] = key.sign(options_in(page))
    assert client.post("/sign-in/second-step/passkey", data=data).status_code == 303
    assert client.get("/account").status_code == 200


def test_a_passkey_is_made_for_the_page_that_asked(here) -> None:
    client = here.signed_in("assistant")
    key = Authenticator(ORIGIN)
    page = client.get("/account/second-factor")
    asked = options_in(page)
    for answer in (
        key.make(asked, origin="https://evil.example"),
        key.make(asked, host="evil.example"),
        "",
        "{}",
        "[]",
        "x" * 30_000,
    ):
        page = client.post("/account/passkeys", data={"answer": answer})
        assert page.status_code == 422
    answer = key.make(asked)  # a refused answer has used the challenge up
    assert client.post("/account/passkeys", data={"answer": answer}).status_code == 422
    answer = key.make(options_in(client.get("/account/second-factor")))
    assert client.post("/account/passkeys", data={"answer": answer}).status_code == 303
    other = here.signed_in("clinician")
    asked = options_in(other.get("/account/second-factor"))
    answer = other.post("/account/passkeys", data={"answer": key.make(asked)})
    assert answer.status_code == 422
    assert "kept here already" in answer.text


def test_a_passkey_is_removed_by_its_owner_alone(here) -> None:
    key = with_passkey(here, "assistant")
    with here.store.reading() as db:
        address = f"/account/passkeys/{db.query(Passkey).one().id}/remove"
    assert here.owner.post(address).status_code == 404
    assert here.signed_in("assistant").post(address).status_code == 303
    assert come_in(here, key)[1].status_code == 422


def test_no_passkey_at_a_bare_number(tmp_path) -> None:
    with practice(tmp_path, Settings(hosts=("127.0.0.1",))) as there:
        assert "data-passkey" not in there.browser().get("/sign-in").text
        page = there.signed_in("owner").get("/account/second-factor")
        assert "localhost" in page.text
        assert "data-passkey" not in page.text


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just("public-key"),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["id", "rawId", "type", "response", "clientDataJSON", "signature",
                         "attestationObject", "authenticatorData"]), inner),
    max_leaves=12,
))  # fmt: skip
def test_hostile_answers_are_refused_in_a_sentence(said) -> None:
    answer = json.dumps(said)
    with pytest.raises(BadInput):
        passkeys.made(answer, b"challenge", PLACE)
    with pytest.raises(BadInput):
        passkeys.used(answer, b"challenge", PLACE, b"key", 0)
