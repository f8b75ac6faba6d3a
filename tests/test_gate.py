"""Coming in by the pages: who may, who may not, and for how long."""

import re
from datetime import timedelta

import pyotp
import pytest
from fastapi import APIRouter, FastAPI
from web_client import PASSWORD, practice, sign_in, token_in

from anagen.accounts.roles import ROLES, SECOND_FACTOR, allowed
from anagen.records.keys import Keys
from anagen.records.store import create_store
from anagen.records.tables import Audit, LoginSession, User
from anagen.web.app import make_app
from anagen.web.gate import OPEN, declared, install, needs, open_to_all
from anagen.web.security.cookies import LOGIN, VISIT
from anagen.web.settings import Settings


@pytest.fixture
def here(tmp_path):
    with practice(tmp_path) as made:
        yield made


def actions(store) -> list[str]:
    with store.reading() as db:
        return [each.action for each in db.query(Audit).order_by(Audit.seq)]


def sessions(store) -> list[LoginSession]:
    with store.reading() as db:
        return list(db.query(LoginSession))


# Every route says who may come in


def test_every_route_declares_one_permission(here) -> None:
    found = list(declared(here.app.routes))
    assert len(found) > 15
    assert all(len(asked) == 1 for _, asked in found)


def test_a_route_that_declares_nothing_keeps_the_app_from_starting() -> None:
    router = APIRouter()
    router.add_api_route("/forgotten", lambda: "")
    for add in (lambda app: app.include_router(router), lambda app: app.get("/left")(lambda: "")):
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        app.state.settings = Settings()
        add(app)
        with pytest.raises(RuntimeError, match=r"/forgotten|/left"):
            install(app)


def test_no_description_of_the_api_lies_open(here) -> None:
    for address in ("/docs", "/redoc", "/openapi.json"):
        assert here.nobody.get(address).status_code == 404


def test_an_unknown_permission_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="patients:reed"):
        needs("patients:reed")
    assert open_to_all()


# Nobody


def test_nobody_is_sent_to_sign_in_and_back(here) -> None:
    answer = here.nobody.get("/administration/users?x=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?to=%2Fadministration%2Fusers%3Fx%3D1"
    page = here.nobody.get(answer.headers["location"])
    assert 'value="/administration/users?x=1"' in page.text
    client = here.browser()
    assert sign_in(client, to="/account").headers["location"] == "/account"
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize(
    "to",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "/\u00e9vil", "/a\nb"],
)
def test_nobody_is_led_to_another_site(here, to) -> None:
    assert sign_in(here.browser(), to=to).headers["location"] == "/"


def test_programs_and_fragments_are_told_in_their_own_way(here) -> None:
    answer = here.nobody.get("/account", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in?to=%2Faccount")


def test_a_made_up_or_stolen_digest_opens_nothing(here) -> None:
    held = sessions(here.store)[0]
    for token in ("", "x" * 43, held.token_hash, held.csrf, "x" * 5000):
        client = here.browser()
        client.cookies.set(LOGIN, token)
        assert client.get("/account").status_code == 303, token[:10]


# By password


def test_in_by_password_with_a_fresh_session(here) -> None:
    client = here.browser()
    client.cookies.set(LOGIN, "chosen-by-somebody-else")
    before = len(sessions(here.store))
    answer = sign_in(client)
    assert answer.status_code == 303
    assert answer.cookies[LOGIN] != "chosen-by-somebody-else"
    assert len(sessions(here.store)) == before + 1
    assert "sign_in" in actions(here.store)


def test_signing_in_again_ends_the_session_before(here) -> None:
    client = here.browser()
    first = sign_in(client).cookies[LOGIN]
    second = sign_in(client).cookies[LOGIN]
    assert first != second
    old = here.browser()
    old.cookies.set(LOGIN, first)
    assert old.get("/account").status_code == 303


def test_cookies_are_out_of_reach(here, tmp_path) -> None:
    said = sign_in(here.browser()).headers.get_list("set-cookie")
    login = next(each for each in said if each.startswith(f"{LOGIN}="))
    assert "HttpOnly" in login
    assert "SameSite=lax" in login
    assert "Path=/" in login
    assert "Secure" not in login  # a browser drops it on http, and this is loopback
    assert "Domain" not in login
    assert "Max-Age" not in login
    (tmp_path / "s").mkdir()
    with practice(tmp_path / "s", Settings(hosts=("clinic.example",), https=True)) as there:
        answer = sign_in(there.browser())
        login = next(each for each in answer.headers.get_list("set-cookie") if LOGIN in each)
        assert login.startswith(f"__Host-{LOGIN}=")
        assert "Secure" in login
        assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_wrong_answers_are_all_alike(here) -> None:
    said = set()
    with here.store.writing(here.actor("owner")) as entry:
        entry.db.get_one(User, here.user("researcher").id).active = False
    for email, password in (
        ("assistant@clinic.example", "wrong but long enough"),
        ("nobody@clinic.example", PASSWORD),
        ("researcher@clinic.example", PASSWORD),
        ("", ""),
        ("' or 1=1 --", "' or 1=1 --"),
    ):
        client = here.browser()
        token = token_in(client.get("/sign-in"))
        answer = client.post("/sign-in", data={"csrf": token, "email": email, "password": password})
        assert answer.status_code == 422
        assert LOGIN not in answer.cookies
        alert = re.search(r'role="alert">([^<]+)<', answer.text)
        assert alert
        said.add(alert[1])
    assert said == {"The address or the password is not right."}
    assert actions(here.store).count("sign_in_failed") == 5


@pytest.mark.parametrize("email", ["assistant@clinic.example", "nobody@clinic.example"])
def test_guessing_costs_more_and_more_time(here, email) -> None:
    def guess(password: str):
        client = here.browser()
        token = token_in(client.get("/sign-in"))
        return client.post("/sign-in", data={"csrf": token, "email": email, "password": password})

    assert [guess("wrong").status_code for _ in range(6)] == [422] * 5 + [429]
    answer = guess(PASSWORD)  # even the right one is not looked at
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 30
    assert "Please wait" in answer.text
    here.later(seconds=31)
    assert guess("wrong").status_code == 422
    here.later(seconds=31)
    assert guess(PASSWORD).status_code == 429
    here.later(seconds=31)
    assert guess(PASSWORD).status_code == (303 if email.startswith("assistant") else 422)


# For how long


def test_after_a_quarter_of_an_hour_of_nothing_one_signs_in_again(here) -> None:
    for _ in range(4):
        here.later(minutes=14)
        assert here.assistant.get("/account").status_code == 200
    here.later(minutes=15)
    assert here.assistant.get("/account").status_code == 303


def test_after_twelve_hours_in_any_case(here) -> None:
    for _ in range(71):
        here.later(minutes=10)
        assert here.assistant.get("/account").status_code == 200
    here.later(minutes=10)
    assert here.assistant.get("/account").status_code == 303


def test_signing_out_ends_it_here_and_there(here) -> None:
    token = here.assistant.cookies[LOGIN]
    assert here.assistant.post("/sign-out").status_code == 303
    client = here.browser()
    client.cookies.set(LOGIN, token)
    assert client.get("/account").status_code == 303
    here.signed_in("clinician")
    assert here.clinician.post("/account/sign-out-everywhere").status_code == 303
    assert here.user("clinician").id not in {each.user for each in sessions(here.store)}


def test_who_is_let_in_no_longer_is_out_at_once(here) -> None:
    address = f"/administration/users/{here.user('assistant').id}"
    assert here.owner.post(address, data={"role": "assistant"}).status_code == 303
    assert here.assistant.get("/account").status_code == 303


def test_another_role_counts_from_the_next_page(here) -> None:
    address = f"/administration/users/{here.user('clinician').id}"
    data = {"role": "researcher", "active": "yes"}
    assert here.owner.post(address, data=data).status_code == 303
    client = here.signed_in("clinician")
    assert client.get("/patients").status_code == 403


# Forms are our own


@pytest.mark.parametrize("role", ROLES)
def test_a_form_without_the_sessions_token_changes_nothing(here, role) -> None:
    client = here.as_role(role)
    right = client.headers.pop("x-csrf-token")
    for other in (None, "", "x", right + "x", here.as_role(ROLES[0]).headers.get("x-csrf-token")):
        if other == right:
            continue
        data = {} if other is None else {"csrf": other}
        answer = client.post("/account/sign-out-everywhere", data=data)
        assert answer.status_code == 403
    assert client.get("/account").status_code == 200
    answer = client.post("/account/sign-out-everywhere", data={"csrf": right})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"origin": "https://localhost"},
    ],
)
def test_another_sites_form_is_refused_even_with_the_token(here, headers) -> None:
    assert here.assistant.post("/sign-out", headers=headers).status_code == 403
    assert here.assistant.get("/account").status_code == 200


def test_the_form_of_signing_in_is_bound_to_its_browser(here) -> None:
    token = token_in(here.browser().get("/sign-in"))
    other = here.browser()
    other.get("/sign-in")
    data = {"csrf": token, "email": "assistant@clinic.example", "password": PASSWORD}
    assert other.post("/sign-in", data=data).status_code == 403
    assert here.browser().post("/sign-in", data=data).status_code == 403
    forged = here.browser()
    forged.cookies.set(VISIT, "AAAA")
    assert forged.post("/sign-in", data=data).status_code == 403


def test_a_form_left_open_over_night_says_so(here) -> None:
    client = here.browser()
    token = token_in(client.get("/sign-in"))
    here.later(hours=13)
    data = {"csrf": token, "email": "assistant@clinic.example", "password": PASSWORD}
    answer = client.post("/sign-in", data=data)
    assert answer.status_code == 403
    assert "too old" in answer.text


# The second factor


@pytest.mark.parametrize("role", ROLES)
def test_who_must_prove_twice_is_led_to_it_and_nowhere_else(here, role) -> None:
    client = here.signed_in(role, "password")
    where = "/" if "patients:read" in allowed(role) else "/account"
    answer = client.get(where)
    if role in SECOND_FACTOR:
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/second-factor")
        page = client.get("/account/second-factor")
        assert page.status_code == 200
        assert "One step before you begin" in page.text
        assert client.get("/account").status_code == 200
        assert client.get("/administration").status_code == 303
    else:
        assert answer.status_code == 200


def test_in_a_demo_nobody_must(tmp_path) -> None:
    with practice(tmp_path, Settings(demo=True)) as there:
        assert there.signed_in("owner", "password").get("/").status_code == 200


def enrolled(here, role: str = "assistant") -> pyotp.TOTP:
    """Have a role's user keep codes, by the page; gives the app on the phone."""
    client = here.signed_in(role, "password")
    page = client.get("/account/second-factor")
    again = client.get("/account/second-factor")
    found = re.search(r'class="key">([A-Z2-7 ]+)<', page.text)
    assert found
    assert found[1] in again.text  # the picture that was scanned stays good
    app = pyotp.TOTP(found[1].replace(" ", ""))
    assert client.post("/account/second-factor", data={"code": "000000"}).status_code == 422
    before = client.cookies[LOGIN]
    answer = client.post("/account/second-factor", data={"code": app.at(here.now())})
    assert answer.status_code == 303
    assert answer.cookies[LOGIN] != before
    here.later(seconds=60)
    return app


def test_a_code_is_kept_asked_for_and_good_once(here) -> None:
    app = enrolled(here)
    assert here.assistant.get("/account").status_code == 303  # every older session has ended
    client = here.browser()
    answer = sign_in(client, to="/account")
    assert answer.headers["location"] == "/sign-in/second-step?to=%2Faccount"
    for address in ("/", "/account", "/account/second-factor"):  # half the way is no way
        assert client.get(address).headers["location"] == "/sign-in/second-step"
    half = answer.cookies[LOGIN]
    page = client.get(answer.headers["location"])
    data = {"csrf": token_in(page), "code": app.at(here.now()), "to": "/account"}
    answer = client.post("/sign-in/second-step", data=data)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert answer.cookies[LOGIN] != half
    assert client.get("/account").status_code == 200
    other = here.browser()
    other.cookies.set(LOGIN, half)
    assert other.get("/sign-in/second-step").headers["location"] == "/sign-in"
    replay = here.browser()
    page = replay.get(sign_in(replay).headers["location"])
    answer = replay.post("/sign-in/second-step", data=data | {"csrf": token_in(page)})
    assert answer.status_code == 422
    assert "used already" in answer.text


def test_codes_are_not_guessed_with_the_right_password(here) -> None:
    enrolled(here)
    statuses = []
    for _ in range(7):
        client = here.browser()
        answer = sign_in(client)
        if answer.status_code != 303:
            statuses.append(answer.status_code)
            continue
        page = client.get("/sign-in/second-step")
        answer = client.post(
            "/sign-in/second-step", data={"csrf": token_in(page), "code": "123456"}
        )
        statuses.append(answer.status_code)
    assert statuses == [422] * 5 + [429] * 2


def test_an_old_session_does_not_change_what_proves_who_one_is(here) -> None:
    here.later(minutes=10)
    assert here.clinician.get("/account/second-factor").status_code == 200
    here.later(minutes=10)
    answer = here.clinician.get("/account/second-factor")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?again=1")
    assert here.clinician.post("/account/second-factor/remove").status_code == 303
    assert here.clinician.get("/account").status_code == 200


def test_an_old_session_makes_nobody_an_owner(here) -> None:
    """Whoever sits down at an owner's open screen does not raise their own role."""
    here.later(minutes=10)
    assert here.owner.get("/account").status_code == 200
    here.later(minutes=10)
    address = f"/administration/users/{here.user('assistant').id}"
    answer = here.owner.post(address, data={"role": "owner", "active": "yes"})
    assert answer.headers["location"].startswith("/sign-in?again=1")
    with here.store.reading() as db:
        assert db.get_one(User, here.user("assistant").id).role == "assistant"


def test_the_last_factor_of_who_needs_one_stays(here) -> None:
    enrolled(here, "clinician")
    client = here.signed_in("clinician")
    answer = client.post("/account/second-factor/remove")
    assert answer.status_code == 422
    assert "last second factor" in answer.text
    enrolled(here, "assistant")
    assert here.signed_in("assistant").post("/account/second-factor/remove").status_code == 303


def test_the_owner_takes_a_lost_factor_away(here) -> None:
    enrolled(here)
    address = f"/administration/users/{here.user('assistant').id}/forget-second-factor"
    assert here.owner.post(address).status_code == 303
    assert sign_in(here.browser(), to="/account").headers["location"] == "/account"


# Passwords and invitations


def test_a_new_password_ends_every_other_session(here) -> None:
    other = here.signed_in("assistant")
    page = here.assistant.post("/account/password", data={"old": "wrong", "new": "x" * 20})
    assert page.status_code == 422
    new = "another few unrelated words"
    data = {"old": PASSWORD, "new": new}
    assert here.assistant.post("/account/password", data=data).status_code == 303
    assert here.assistant.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert sign_in(here.browser()).status_code == 422


def test_an_old_hash_is_made_anew_at_signing_in(here, monkeypatch) -> None:
    from argon2 import PasswordHasher

    from anagen.accounts import passwords

    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(2, 16, 1))
    assert sign_in(here.browser()).status_code == 303
    with here.store.reading() as db:
        held = db.get_one(User, here.user("assistant").id).password_hash
    assert held is not None
    assert "m=16,t=2" in held
    assert sign_in(here.browser()).status_code == 303


def invitation(here, **typed: str) -> str:
    data = {"name": "Nora New", "email": "nora@clinic.example", "role": "assistant"} | typed
    page = here.owner.post("/administration/users", data=data)
    found = re.search(r"http://localhost(/invitation/[\w-]+)", page.text)
    assert found, page.text[:2000]
    return found[1]


def test_an_invitation_is_good_once(here) -> None:
    address = invitation(here)
    client = here.browser()
    page = client.get(address)
    assert "Nora New" in page.text
    data = {"csrf": token_in(page), "password": "short"}
    assert client.post(address, data=data).status_code == 422
    data["password"] = "words that nobody guesses"
    assert client.post(address, data=data).status_code == 303
    assert client.get("/account").status_code == 200
    again = here.browser().get(address)
    assert again.status_code == 422
    assert "Nora" not in again.text


def test_a_fresh_invitation_ends_the_one_before(here) -> None:
    lost = invitation(here)
    with here.store.reading() as db:
        nora = db.query(User).filter_by(email="nora@clinic.example").one().id
    page = here.owner.post(f"/administration/users/{nora}/invite").text
    fresh = re.search(r"http://localhost(/invitation/[\w-]+)", page)
    assert fresh is not None
    assert here.browser().get(lost).status_code == 422
    assert here.browser().get(fresh[1]).status_code == 200


def test_an_invitation_opens_nothing_else_and_grows_old(here) -> None:
    address = invitation(here)
    client = here.browser()
    client.cookies.set(LOGIN, address.rsplit("/", 1)[1])
    assert client.get("/account").headers["location"].startswith("/sign-in")
    here.later(days=2.9)
    assert "Nora New" in here.browser().get(address).text
    here.later(days=0.2)
    assert here.browser().get(address).status_code == 422


def test_the_first_owner_is_made_once_with_the_code_that_was_shown(tmp_path) -> None:
    store = create_store(tmp_path / "new.anagen", Keys.new())
    app = make_app(store, Settings(set_up_code="said at the start"), None)
    from starlette.testclient import TestClient

    client = TestClient(app, base_url="http://localhost", follow_redirects=False)
    assert client.get("/").headers["location"] == "/set-up"
    data = {
        "csrf": token_in(client.get("/set-up")),
        "name": "Olga Owner",
        "email": "olga@clinic.example",
        "password": PASSWORD,
        "code": "guessed",
    }
    assert client.post("/set-up", data=data).status_code == 422
    answer = client.post("/set-up", data=data | {"code": "said at the start"})
    assert answer.status_code == 303
    assert client.get("/").headers["location"] == "/account/second-factor"
    assert client.get("/set-up").status_code == 404
    assert client.post("/set-up", data=data).status_code in {403, 404}
    store.close()


def test_the_store_is_written_seldom_for_being_there(here) -> None:
    before = sessions(here.store)
    for _ in range(5):
        here.later(seconds=10)
        here.assistant.get("/account")
    assert [each.seen_at for each in sessions(here.store)] == [each.seen_at for each in before]
    here.later(seconds=10)
    here.assistant.get("/account")
    moved = max(each.seen_at for each in sessions(here.store))
    assert moved - max(each.seen_at for each in before) >= timedelta(seconds=60)


def test_open_routes_are_the_ones_meant(here) -> None:
    paths = {str(route.path) for route, asked in declared(here.app.routes) if asked == [OPEN]}
    assert paths == {
        "/health", "/static/{name}", "/sign-in", "/sign-in/passkey", "/sign-in/second-step",
        "/sign-in/second-step/passkey", "/sign-in/provider", "/sign-in/provider/back",
        "/sign-out", "/set-up", "/invitation/{token}",
    }  # fmt: skip
