"""Signing in by way of a provider, and every way in which it must not work."""

import pytest
from joserfc.jwk import ECKey, OctKey
from oidc_provider import CLIENT, ISSUER, SECRET, FakeProvider
from web_client import practice, token_in

from anagen.accounts.provider import Provider
from anagen.reading import BadInput
from anagen.records.tables import User
from anagen.web.security.cookies import LOGIN
from anagen.web.settings import Settings


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


@pytest.fixture
def here(tmp_path, provider):
    known = Provider(ISSUER, CLIENT, SECRET, "the hospital", provider.transport)
    with practice(tmp_path, Settings(provider=known)) as made:
        yield made


def come_in(here, provider, client=None, to="/account"):
    client = client or here.browser()
    away = client.get(f"/sign-in/provider?to={to}")
    assert away.status_code == 303
    path, query = provider.log_in(away.headers["location"])
    return client, client.get(f"{path}?{query}"), f"{path}?{query}"


def test_there_and_back(here, provider) -> None:
    assert "Sign in with the hospital" in here.browser().get("/sign-in").text
    client, answer, _ = come_in(here, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert "Clara Clinician" in client.get("/account").text
    assert client.get("/administration").status_code == 200  # the provider's factors count


def test_a_secret_is_never_shown(here) -> None:
    assert SECRET not in repr(here.settings)


def test_the_first_time_binds_the_account_to_the_providers_name_for_it(here, provider) -> None:
    assert come_in(here, provider)[1].status_code == 303
    provider.email = "somebody.else@clinic.example"  # married, say: the subject stays
    assert come_in(here, provider)[1].status_code == 303
    provider.email, provider.subject = "clinician@clinic.example", "sub-2"  # a new employee
    assert come_in(here, provider)[1].status_code == 422
    with here.store.reading() as db:
        assert db.get_one(User, here.user("clinician").id).oidc_subject == f"{ISSUER} sub-1"


@pytest.mark.parametrize(
    ("email", "verified"),
    [("stranger@clinic.example", True), ("clinician@clinic.example", False),
     ("clinician@clinic.example", "true"), ("", True)],
)  # fmt: skip
def test_who_is_not_added_or_not_verified_stays_out(here, provider, email, verified) -> None:
    provider.email, provider.verified = email, verified
    _, answer, _ = come_in(here, provider)
    assert answer.status_code == 422
    assert LOGIN not in answer.cookies


def test_who_has_no_password_makes_one_only_after_a_recent_sign_in(here, provider) -> None:
    with here.store.writing(here.actor("owner")) as entry:
        entry.db.get_one(User, here.user("clinician").id).password_hash = None
    client, _, _ = come_in(here, provider)
    new = {"csrf": token_in(client.get("/account")), "new": "a few unrelated words"}
    here.later(minutes=8)
    assert client.get("/account").status_code == 200
    here.later(minutes=8)  # whoever sits down at the open screen now does not get a way in
    answer = client.post("/account/password", data=new)
    assert answer.headers["location"].startswith("/sign-in?again=1")
    with here.store.reading() as db:
        assert db.get_one(User, here.user("clinician").id).password_hash is None
    client, _, _ = come_in(here, provider)
    new["csrf"] = token_in(client.get("/account"))
    assert client.post("/account/password", data=new).headers["location"].startswith("/account?")


def test_who_is_let_in_no_longer_stays_out(here, provider) -> None:
    assert come_in(here, provider)[1].status_code == 303
    address = f"/administration/users/{here.user('clinician').id}"
    assert here.owner.post(address, data={"role": "clinician"}).status_code == 303
    assert come_in(here, provider)[1].status_code == 422


@pytest.mark.parametrize(
    "bent",
    [{"iss": "https://evil.example"}, {"aud": "another"}, {"exp": 1}, {"nonce": "another"},
     {"nonce": None}, {"aud": ["anagen", "another"], "azp": "another"}, {"sub": None},
     {"sub": ""}],
)  # fmt: skip
def test_a_token_for_something_else_is_refused(here, provider, bent) -> None:
    provider.bend = lambda claims: {
        name: value for name, value in (claims | bent).items() if value is not None
    }
    client, answer, _ = come_in(here, provider)
    assert answer.status_code == 422
    assert client.get("/account").status_code == 303


def test_another_key_or_a_mere_mac_is_refused(here, provider) -> None:
    provider.sign_with = ECKey.generate_key("P-256", parameters={"kid": "one"})
    assert come_in(here, provider)[1].status_code == 422
    provider.sign_with, provider.algorithm = OctKey.import_key(SECRET), "HS256"
    assert come_in(here, provider)[1].status_code == 422


def test_an_answer_belongs_to_the_browser_that_asked_and_is_good_once(here, provider) -> None:
    client = here.browser()
    away = client.get("/sign-in/provider")
    path, query = provider.log_in(away.headers["location"])
    other = here.browser()
    other.get("/sign-in/provider")
    assert other.get(f"{path}?{query}").status_code == 422
    assert here.browser().get(f"{path}?{query}").status_code == 422
    path, query = provider.log_in(client.get("/sign-in/provider").headers["location"])
    assert client.get(f"{path}?{query}").status_code == 303
    assert client.get(f"{path}?{query}").status_code == 422


@pytest.mark.parametrize("query", ["", "state=&code=", "error=access_denied&state=x", "code=x"])
def test_an_answer_without_a_code_is_refused(here, query) -> None:
    client = here.browser()
    client.get("/sign-in/provider")
    assert client.get(f"/sign-in/provider/back?{query}").status_code == 422


def test_nobody_is_led_to_another_site_after_it(here, provider) -> None:
    answer = come_in(here, provider, to="https://evil.example")[1]
    assert answer.headers["location"] == "/"


def test_it_took_too_long(here, provider) -> None:
    client = here.browser()
    path, query = provider.log_in(client.get("/sign-in/provider").headers["location"])
    here.later(minutes=11)
    assert client.get(f"{path}?{query}").status_code == 422


def test_a_provider_that_does_not_answer(here, provider) -> None:
    provider.is_down = True
    answer = here.browser().get("/sign-in/provider")
    assert answer.status_code == 503
    assert "does not answer" in answer.text
    provider.is_down = False
    client = here.browser()
    path, query = provider.log_in(client.get("/sign-in/provider").headers["location"])
    provider.is_down = True
    assert client.get(f"{path}?{query}").status_code == 422


def test_a_provider_is_reached_by_https_only() -> None:
    with pytest.raises(BadInput, match="https"):
        Provider("http://id.example", CLIENT, SECRET)


def test_without_a_provider_there_is_no_such_page(tmp_path) -> None:
    with practice(tmp_path) as there:
        assert there.nobody.get("/sign-in/provider").status_code == 404
        assert there.nobody.get("/sign-in/provider/back").status_code == 404
