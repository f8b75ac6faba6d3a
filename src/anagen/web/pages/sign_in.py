"""Signing in and out: password, second step, passkey."""

from base64 import b64decode, b64encode

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from anagen.accounts import sign_in
from anagen.accounts.login_session import end_session, put_step, take_step
from anagen.accounts.passkeys import new_challenge, options_to_use
from anagen.accounts.sign_in import MustWait
from anagen.accounts.users import passkeys_of
from anagen.reading import BadInput
from anagen.records.tables import LoginSession, User
from anagen.web.door import door_of, let_through, own_page, place_of, remember
from anagen.web.gate import SIGN_IN, clock, halfway, leaving, visiting
from anagen.web.page import page
from anagen.web.security.cookies import LOGIN, cookie_of, forget
from anagen.web.security.visit import Visit
from anagen.web.typed import Typed

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def ask(
    request: Request, to: str = "/", again: bool = False, visit: Visit = visiting()
) -> Response:
    """The way in."""
    return _page(request, visit, own_page(to), again=again)


@router.post("/sign-in")
def by_password(request: Request, typed: Typed, visit: Visit = visiting()) -> Response:
    """In by password."""
    to, email = own_page(typed.get("to", "/")), typed.get("email", "")
    try:
        signed_in = sign_in.by_password(door_of(request), email, typed.get("password", ""))
    except BadInput as fault:
        return _page(request, visit, to, fault, email[:254])
    return let_through(request, signed_in, to)


@router.post("/sign-in/passkey")
def by_passkey(request: Request, typed: Typed, visit: Visit = visiting()) -> Response:
    """In by passkey, without a name or password."""
    to, place = own_page(typed.get("to", "/")), place_of(request)
    try:
        if place is None or not visit.is_fresh(clock(request)):
            raise BadInput("Passkey: this page was open too long; try again.")
        challenge = visit.challenge_bytes()
        signed_in = sign_in.by_passkey(door_of(request), typed.get("answer", ""), challenge, place)
    except BadInput as fault:
        return _page(request, visit, to, fault)
    return let_through(request, signed_in, to)


@router.get("/sign-in/second-step")
def ask_second(request: Request, to: str = "/", session: LoginSession = halfway()) -> Response:
    """The second step."""
    return _second_page(request, session, own_page(to))


@router.post("/sign-in/second-step")
def by_code(request: Request, typed: Typed, session: LoginSession = halfway()) -> Response:
    """The second step by a code."""
    to = own_page(typed.get("to", "/"))
    try:
        signed_in = sign_in.by_code(door_of(request), session, typed.get("code", ""))
    except BadInput as fault:
        return _second_page(request, session, to, fault)
    return let_through(request, signed_in, to)


@router.post("/sign-in/second-step/passkey")
def second_by_passkey(
    request: Request, typed: Typed, session: LoginSession = halfway()
) -> Response:
    """The second step by a passkey."""
    to, place, store = own_page(typed.get("to", "/")), place_of(request), request.app.state.store
    with store.writing(sign_in.NOBODY) as entry:
        held = take_step(entry.db, session, "challenge")
    try:
        if place is None or held is None:
            raise BadInput("Passkey: this page was open too long; try again.")
        signed_in = sign_in.by_passkey(
            door_of(request), typed.get("answer", ""), b64decode(held), place, session.user
        )
    except BadInput as fault:
        return _second_page(request, session, to, fault)
    return let_through(request, signed_in, to)


@router.post("/sign-out", dependencies=[leaving()])
def leave(request: Request) -> Response:
    """Out."""
    token = cookie_of(request, LOGIN)
    if token:
        with request.app.state.store.writing(request.state.actor) as entry:
            end_session(entry.db, token)
            entry.note("sign_out", "User", request.state.actor.id)
    answer = RedirectResponse(SIGN_IN, 303)
    forget(request, answer, LOGIN)
    return answer


def _page(
    request: Request,
    visit: Visit,
    to: str,
    fault: BadInput | None = None,
    email: str = "",
    again: bool = False,
) -> Response:
    settings, place = request.app.state.settings, place_of(request)
    visit = visit.renewed(clock(request))
    options = options_to_use(place, [], visit.challenge_bytes()) if place else None
    answer = page(
        request,
        "sign_in.html",
        _status(fault),
        to=to,
        error=str(fault) if fault else None,
        email=email,
        again=again,
        provider=settings.provider.name if settings.provider else None,
        passkey_to="/sign-in/passkey",
        passkey_kind="get",
        passkey_options=options,
        passkey_button="Sign in with a passkey",
    )
    return remember(request, _waiting(answer, fault), visit)


def _second_page(
    request: Request, session: LoginSession, to: str, fault: BadInput | None = None
) -> Response:
    store, place = request.app.state.store, place_of(request)
    with store.reading() as db:
        user = db.get(User, session.user)
        held = [each.credential for each in passkeys_of(db, session.user)]
    if user is None:
        raise HTTPException(404)
    options = None
    if place and held:
        challenge = new_challenge()
        with store.writing(sign_in.NOBODY) as entry:
            put_step(entry.db, session, challenge=b64encode(challenge).decode())
        options = options_to_use(place, held, challenge)
    answer = page(
        request,
        "second_step.html",
        _status(fault),
        to=to,
        error=str(fault) if fault else None,
        has_code=user.totp is not None,
        passkey_to="/sign-in/second-step/passkey",
        passkey_kind="get",
        passkey_options=options,
        passkey_button="Use a passkey",
    )
    return _waiting(answer, fault)


def _status(fault: BadInput | None) -> int:
    return 200 if fault is None else 429 if isinstance(fault, MustWait) else 422


def _waiting(answer: Response, fault: BadInput | None) -> Response:
    if isinstance(fault, MustWait):
        answer.headers["retry-after"] = str(fault.seconds)
    return answer
