"""Who may do what: every route says which permission it needs, or that it is open.

    @router.get("/patients", dependencies=[needs("patients:read")])
    def patients(request: Request): ...

    @router.post("/patients/new")
    def make(request: Request, actor: Actor = needs("patients:write")): ...

`needs` lets in who is signed in, has proved enough, and whose role holds the permission; on every
method that changes something the form must carry the token of the login session. Nobody is sent to
the sign-in page. A route that says nothing keeps the app from starting (`undeclared`). Who looks at
what of a patient is noted in the audit.
"""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import RouteContext, iter_route_contexts
from sqlalchemy import select, update
from starlette.formparsers import MultiPartParser
from starlette.routing import BaseRoute

from anagen.accounts.login_session import csrf_of, find_session, is_to_be_seen
from anagen.accounts.roles import PERMISSIONS, SECOND_FACTOR, allowed
from anagen.accounts.users import actor_of, is_set_up
from anagen.records.actor import SYSTEM, Actor
from anagen.records.tables import LoginSession, Patient, now
from anagen.web.security.cookies import LOGIN, VISIT, cookie_of
from anagen.web.security.shield import SAFE, Shield
from anagen.web.security.visit import Visit, read_visit

OPEN = "open to all"
SIGN_IN, SECOND_STEP, ENROL, SET_UP = (
    "/sign-in", "/sign-in/second-step", "/account/second-factor", "/set-up",
)  # fmt: skip
_SELF = "account:self"
_RECENT = timedelta(minutes=15)
_MOST_LOOKS = 10_000  # remembered; after them each is noted again


def needs(permission: str) -> Any:
    """A dependency that lets in only who is signed in and has the permission; gives the `Actor`."""
    if permission not in PERMISSIONS:
        raise ValueError(f"there is no permission {permission!r}")

    async def let_in(request: Request) -> Actor:
        login = await run_in_threadpool(_login, request)
        state, settings = request.state, request.app.state.settings
        if login is None:
            raise await run_in_threadpool(_to_sign_in, request)
        session, actor = login
        if session.strength == "first":
            raise _sent(request, SECOND_STEP)
        if session.strength == "invited":
            raise await run_in_threadpool(_to_sign_in, request)
        state.login, state.actor, state.csrf = session, actor, session.csrf
        state.permissions = allowed(actor.role)
        if _must_enrol(session.strength, actor.role, settings):
            state.permissions = frozenset({_SELF})
            if permission != _SELF:
                raise _sent(request, ENROL)
        await check_token(request, session.csrf)
        if permission not in state.permissions:
            await run_in_threadpool(_note_refusal, request, actor, permission)
            raise HTTPException(403)
        if request.method in SAFE and request.url.path.startswith("/patients/"):
            await run_in_threadpool(_note_reading, request, actor)
        return actor

    return _dependency(let_in, permission)


def open_to_all() -> Any:
    """The marked exception: a route for anybody, which changes nothing."""

    async def let_in(request: Request) -> None:  # noqa: ARG001
        return None

    return _dependency(let_in, OPEN)


def visiting() -> Any:
    """The other exception: a page on the way in; gives the `Visit` of a browser.

    Its forms need the visit's token. The answer must be given the cookie by `remember`.
    """

    async def let_in(request: Request) -> Visit:
        at = clock(request)
        visit = read_visit(cookie_of(request, VISIT), request.app.state.store.keys, at)
        if visit is None and request.method not in SAFE:
            raise _old_form()
        visit = visit or Visit(at.timestamp())
        request.state.csrf = csrf_of(visit.secret)
        await check_token(request, request.state.csrf)
        return visit

    return _dependency(let_in, OPEN)


def halfway() -> Any:
    """For the second step: gives the `LoginSession` of somebody whose password was right."""

    async def let_in(request: Request) -> LoginSession:
        login = await run_in_threadpool(_login, request)
        if login is None or login[0].strength != "first":
            raise _sent(request, SIGN_IN)
        request.state.csrf = login[0].csrf
        await check_token(request, login[0].csrf)
        return login[0]

    return _dependency(let_in, OPEN)


def leaving() -> Any:
    """For signing out, which everybody may, however much they have proved."""

    async def let_in(request: Request) -> None:
        login = await run_in_threadpool(_login, request)
        if login is None:
            raise _sent(request, SIGN_IN)
        session, request.state.actor = login
        await check_token(request, session.csrf)

    return _dependency(let_in, OPEN)


def _dependency(let_in: Callable[[Request], Awaitable[Any]], permission: str) -> Any:
    """The dependency, marked with its permission. Files of a form end with the request."""

    async def gate(request: Request) -> AsyncIterator[Any]:
        try:
            yield await let_in(request)
        finally:
            await request.close()

    gate.permission = permission  # type: ignore[attr-defined]
    return Depends(gate)


def permission_of(dependency: Callable[..., Any]) -> str | None:
    """The permission that a dependency stands for, if it is one of these."""
    return getattr(dependency, "permission", None)


def declared(routes: Sequence[BaseRoute]) -> Iterator[tuple[RouteContext, list[str]]]:
    """Every route, also of included routers, with the permissions that it asks for."""
    for route in iter_route_contexts(routes):
        dependant = getattr(route, "dependant", None)
        parts = dependant.dependencies if dependant else []
        asked = [permission_of(part.call) for part in parts if part.call]
        yield route, [permission for permission in asked if permission]


def install(app: FastAPI) -> None:
    """Put the shield before an app whose routes and settings are there.

    Raises `RuntimeError` for a route that does not say who may come in.
    """
    undeclared = [str(route.path) for route, asked in declared(app.routes) if len(asked) != 1]
    if undeclared:
        raise RuntimeError(f"routes without one declared permission: {', '.join(undeclared)}")
    app.state.clock, app.state.looks = now, set()
    # A photograph on its way must not lie readable in a temporary file.
    MultiPartParser.spool_max_size = app.state.settings.most_upload_bytes + 1
    app.add_middleware(Shield, settings=app.state.settings, is_signed_in=is_signed_in)


def clock(request: Request) -> datetime:
    """The time, from the app's own clock, which a test may set."""
    return request.app.state.clock()


def must_be_recent(request: Request, back: str) -> None:
    """Ask for a new sign-in before a change of what proves who somebody is."""
    if clock(request) - request.state.login.made_at >= _RECENT:
        raise HTTPException(
            303, headers={"location": f"{SIGN_IN}?again=1&to={quote(back, safe='')}"}
        )


async def check_token(request: Request, token: str) -> None:
    """Refuse a change whose form (or X-CSRF-Token header) does not carry the token."""
    if request.method in SAFE:
        return
    sent = request.headers.get("x-csrf-token")
    kind = request.headers.get("content-type", "")
    if sent is None and kind.startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        field = (await request.form()).get("csrf")
        sent = field if isinstance(field, str) else None
    if sent is None or not hmac.compare_digest(sent.encode(), token.encode()):
        raise _old_form()


def is_signed_in(request: Request) -> bool:
    """Whether somebody is signed in who has proved enough to come in at all."""
    login = _login(request)
    return login is not None and login[0].strength not in {"first", "invited"}


def _login(request: Request) -> tuple[LoginSession, Actor] | None:
    """The login session of the request's cookie, and that its owner is there is written down."""
    token, settings = cookie_of(request, LOGIN), request.app.state.settings
    if token is None:
        return None
    store, at = request.app.state.store, clock(request)
    with store.reading() as db:
        found = find_session(db, token, at, settings.idle_minutes)
    if found is None:
        return None
    session, user = found
    if is_to_be_seen(session, at):
        same = LoginSession.token_hash == session.token_hash
        with store.writing(SYSTEM) as entry:
            entry.db.execute(update(LoginSession).where(same).values(seen_at=at))
    return session, actor_of(user)


def _must_enrol(strength: str, role: str, settings: Any) -> bool:
    return settings.asks_second_factor and strength == "password" and role in SECOND_FACTOR


def _note_refusal(request: Request, actor: Actor, permission: str) -> None:
    with request.app.state.store.writing(actor) as entry:
        entry.note("refuse", permission=permission, path=_address(request))


def _address(request: Request) -> str:
    """The address asked for, quoted: the audit keeps only text, and it may hold anything."""
    return quote(request.scope["path"])[:200]


def _note_reading(request: Request, actor: Actor) -> None:
    """That somebody looks at a page, a photograph or a document of a patient.

    Once in each login session (and worker), so that moving a slider does not fill the audit.
    """
    state, path, patient = request.app.state, request.url.path, request.path_params.get("patient")
    look = (request.state.login.token_hash, path)
    if patient is None or look in state.looks:
        return
    with state.store.reading() as db:
        if db.scalar(select(Patient.id).where(Patient.record == patient).limit(1)) is None:
            return
    with state.store.writing(actor) as entry:
        entry.note("read", "patient", patient, page=_address(request))
    if len(state.looks) >= _MOST_LOOKS:
        state.looks.clear()
    state.looks.add(look)


def _to_sign_in(request: Request) -> HTTPException:
    with request.app.state.store.reading() as db:
        ready = is_set_up(db)
    if not ready:
        return _sent(request, SET_UP)
    if request.method in SAFE and request.url.path != "/":
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return _sent(request, f"{SIGN_IN}?to={quote(asked, safe='')}")
    return _sent(request, SIGN_IN)


def _sent(request: Request, where: str) -> HTTPException:
    """To another page; a program is told 401, and htmx moves the whole page."""
    if request.url.path.startswith("/api/"):
        return HTTPException(401)
    if request.headers.get("hx-request"):
        return HTTPException(401, headers={"hx-redirect": where})
    return HTTPException(303, headers={"location": where})


def _old_form() -> HTTPException:
    return HTTPException(
        403, "This form is too old or was not made here. Open the page again and send it anew."
    )
