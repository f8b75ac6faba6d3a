"""What every request passes first: names, sizes, rates, and the headers of every answer."""

import pytest
from fastapi import Request
from sqlalchemy import text
from web_client import practice, token_in

from anagen.reading import BadInput
from anagen.web.gate import declared, open_to_all
from anagen.web.settings import Settings


@pytest.fixture
def here(tmp_path):
    with practice(tmp_path) as made:
        yield made


def policy(answer) -> dict[str, set[str]]:
    """The content security policy by directive."""
    parts = (each.split() for each in answer.headers["content-security-policy"].split(";"))
    return {name: set(allowed) for name, *allowed in parts}


def assert_guarded(answer) -> None:
    asked = policy(answer)
    assert asked["default-src"] == {"'none'"}
    assert asked["script-src"] == asked["style-src"] == asked["connect-src"] == {"'self'"}
    assert asked["form-action"] == {"'self'"}
    assert asked["frame-ancestors"] == asked["base-uri"] == {"'none'"}
    assert not any("unsafe" in each for held in asked.values() for each in held)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "server" not in answer.headers
    if not str(answer.request.url.path).startswith("/static/"):
        assert answer.headers["cache-control"] == "no-store"


def test_every_answer_carries_the_headers(here) -> None:
    seen = 0
    for route, _ in declared(here.app.routes):
        for method in route.methods or ():
            path = "/static/anagen.css" if route.path == "/static/{name}" else route.path
            for client in (here.nobody, here.signed_in("owner")):
                assert_guarded(client.request(method, path))
                seen += 1
    assert seen > 40
    for path in ("/nothing", "/static/nothing", "/static/..%2fapp.py"):
        assert_guarded(here.nobody.get(path))
    assert_guarded(here.nobody.get("/", headers={"host": "evil.example"}))
    assert_guarded(here.nobody.post("/sign-in", headers={"origin": "https://evil.example"}))
    assert_guarded(here.nobody.put("/sign-in"))


def test_no_page_holds_script_style_or_handlers_of_its_own(here) -> None:
    for path in ("/sign-in", "/account", "/account/second-factor", "/administration/users"):
        text = here.signed_in("owner").get(path).text
        assert "<style" not in text
        assert " style=" not in text
        assert "javascript:" not in text
        assert " onclick" not in text
        assert "<script>" not in text
        assert "http://" not in text.replace("http://localhost", "").replace(
            "http://www.w3.org", ""
        )


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200), ("localhost:8000", 200), ("LOCALHOST", 200), ("127.0.0.1:1", 200),
        ("[::1]:8000", 200), ("evil.example", 421), ("localhost.evil.example", 421), ("", 421),
        ("localhost@evil.example", 421), ("evil.example#localhost", 421), ("localhost:x", 421),
        ("localhost, evil.example", 421),
    ],
)  # fmt: skip
def test_it_answers_to_its_own_names_only(here, host, status) -> None:
    assert here.nobody.get("/health", headers={"host": host}).status_code == status


def test_a_name_of_the_network_needs_https() -> None:
    with pytest.raises(BadInput, match=r"clinic\.example.*HTTPS"):
        Settings(hosts=("localhost", "clinic.example"))
    Settings(hosts=("clinic.example",), https=True)


def test_a_body_that_is_too_long_is_refused_before_it_is_read(here) -> None:
    for kind, length in (
        ("multipart/form-data; boundary=x", 200_000_000),
        ("application/x-www-form-urlencoded", 1_100_000),
        ("application/json", 1_100_000),
    ):
        headers = {"content-type": kind, "content-length": str(length)}
        answer = here.signed_in("owner").post("/account/password", headers=headers, content=b"")
        assert answer.status_code == 413, kind


def test_two_hundred_megabytes_of_unsaid_length_are_refused_on_the_way(tmp_path) -> None:
    taken = 0
    with practice(tmp_path) as here:
        client = here.signed_in("owner")
        scope_headers = [
            (b"host", b"localhost"),
            (b"content-type", b"multipart/form-data; boundary=x"),
            (b"transfer-encoding", b"chunked"),
            *((k.lower().encode(), v.encode()) for k, v in client.headers.items()
              if k.lower() in {"origin", "sec-fetch-site"}),
            (b"cookie", "; ".join(f"{k}={v}" for k, v in client.cookies.items()).encode()),
        ]  # fmt: skip
        answers: list[dict] = []
        head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'

        async def receive():
            nonlocal taken
            body = head if taken == 0 else bytes(1_000_000)
            taken += len(body)
            return {"type": "http.request", "body": body, "more_body": taken < 200_000_000}

        async def send(message):
            answers.append(message)

        import anyio

        scope = {
            "type": "http", "method": "POST", "path": "/account/password", "query_string": b"",
            "headers": scope_headers, "scheme": "http", "server": ("localhost", 80),
            "client": ("127.0.0.1", 1), "root_path": "", "http_version": "1.1",
            "raw_path": b"/account/password", "asgi": {"version": "3.0"},
        }  # fmt: skip
        anyio.run(here.app, scope, receive, send)
    assert answers[0]["status"] == 413
    assert taken <= 27_000_000


@pytest.mark.parametrize(
    "named",
    ["charset=punycode", 'CHARSET="unicode_escape"', "charset*0=puny; charset*1=code"],
)
def test_a_form_does_not_choose_how_it_is_read(here, named) -> None:
    """Punycode takes time with the square of its length; an escape brings in half letters."""
    client = here.browser()
    parts = {"csrf": token_in(client.get("/sign-in")), "email": r"\ud800", "password": "-aaaa"}
    body = "".join(
        f'--x\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts.items()
    )
    sent = {
        kind: client.post("/sign-in", content=f"{body}--x--\r\n", headers={"content-type": kind})
        for kind in ("multipart/form-data; boundary=x", f"multipart/form-data; boundary=x; {named}")
    }
    assert [answer.status_code for answer in sent.values()] == [422, 415]


@pytest.mark.parametrize("strength", [None, "first", "totp"])
def test_large_bodies_are_taken_from_who_is_signed_in(here, strength) -> None:
    client = here.browser() if strength is None else here.signed_in("owner", strength)
    files = {"photo": ("photo.jpg", bytes(2_000_000), "image/jpeg")}
    answer = client.post("/account/password", files=files, data={"old": "x", "new": "y"})
    assert answer.status_code == (422 if strength == "totp" else 413)


def test_a_flood_from_one_place_is_told_to_wait(tmp_path) -> None:
    with practice(tmp_path, Settings(most_requests_per_minute=20)) as here:
        statuses = [here.nobody.get("/health").status_code for _ in range(30)]
    assert statuses[:19] == [200] * 19
    assert statuses[-5:] == [429] * 5


def test_a_fault_inside_tells_nothing_of_the_inside(here, caplog) -> None:
    def broken(request: Request) -> None:  # noqa: ARG001
        raise RuntimeError("the secret of the house")

    here.app.add_api_route("/broken", broken, dependencies=[open_to_all()])
    answer = here.nobody.get("/broken")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert_guarded(answer)
    assert "the secret of the house" in caplog.text  # but the log of the machine has it


def test_a_fault_of_the_records_at_the_door_is_told_alike(here, monkeypatch) -> None:
    def away(*_: object) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr(here.store, "reading", away)
    files = {"photo": ("photo.jpg", b"x", "image/jpeg")}
    answer = here.signed_in("owner").post("/account/password", files=files)
    assert (answer.status_code, "Something failed here" in answer.text) == (500, True)
    assert_guarded(answer)


def test_an_address_that_no_database_takes_is_not_found(tmp_path, postgresql) -> None:
    with practice(tmp_path, where=postgresql()) as here:
        for path in ("/patients/%00", "/patients/x/photos/%00", "/api/v1/patients/%00"):
            answer = here.owner.get(path)
            assert answer.status_code == 404, path
            assert_guarded(answer)
        assert here.owner.post("/administration/users/%00").status_code == 404


def test_a_fault_writes_neither_names_nor_lines_of_its_own_into_the_log(here, caplog) -> None:
    def broken(request: Request, more: str) -> None:  # noqa: ARG001
        with here.store.reading() as db:
            db.execute(text("SELECT :name FROM nowhere"), {"name": name})

    name = "Zebulonia"
    here.app.add_api_route("/broken/{more}", broken, dependencies=[open_to_all()])
    assert here.nobody.get("/broken/a%0AINFO all is well").status_code == 500
    assert "no such table" in caplog.text
    assert "Zebulonia" not in caplog.text
    assert "GET /broken/a%0AINFO%20all%20is%20well failed" in caplog.text


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "BREW", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(here, method) -> None:
    assert here.signed_in("owner").request(method, "/account").status_code == 405
