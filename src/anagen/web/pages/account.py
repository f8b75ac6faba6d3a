"""One's own account: password, second factor, passkeys, and where one is signed in."""

from base64 import b64decode, b64encode
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import func, select

from anagen.accounts import passwords, sign_in, totp, users
from anagen.accounts.login_session import end_sessions, put_step, take_step
from anagen.accounts.passkeys import made, new_challenge, options_to_make
from anagen.accounts.roles import PERMISSIONS, SECOND_FACTOR, allowed
from anagen.reading import BadInput
from anagen.records.actor import Actor
from anagen.records.tables import LoginSession, Passkey, User
from anagen.web.door import door_of, let_through, place_of
from anagen.web.gate import SIGN_IN, must_be_recent, needs
from anagen.web.page import page
from anagen.web.security.cookies import LOGIN, forget
from anagen.web.typed import Typed

router = APIRouter(include_in_schema=False)
_SELF = "account:self"
_MOST_PASSKEYS = 20


@router.get("/account")
def account(request: Request, done: str = "", actor: Actor = needs(_SELF)) -> Response:
    """Everything about one's own account."""
    return _account(request, actor, done=_DONE.get(done))


@router.post("/account/password")
def change_password(request: Request, typed: Typed, actor: Actor = needs(_SELF)) -> Response:
    """A new password; every session ends and a fresh one begins."""
    door, user = door_of(request), _me(request, actor)
    if user.password_hash is None:  # vouched for by a provider: there is no old one to ask for
        must_be_recent(request, "/account")
    try:
        if user.password_hash is not None:
            sign_in.confirm_password(door, user, typed.get("old", ""))
        fresh = passwords.new_hash(typed.get("new", ""), user.name, user.email)
        with door.store.writing(actor) as entry:
            user = entry.db.get_one(User, actor.id)
            users.change_password(entry, user, fresh)
            again = sign_in.upgraded(door, entry, user, request.state.login.strength)
    except BadInput as fault:
        return _account(request, actor, fault)
    return let_through(request, again, "/account?done=password")


@router.post("/account/sign-out-everywhere")
def sign_out_everywhere(request: Request, actor: Actor = needs(_SELF)) -> Response:
    """End every session, this one as well."""
    with request.app.state.store.writing(actor) as entry:
        end_sessions(entry.db, actor.id)
        entry.note("sign_out_everywhere", "User", actor.id)
    answer = RedirectResponse(SIGN_IN, 303)
    forget(request, answer, LOGIN)
    return answer


@router.get("/account/second-factor")
def second_factor(request: Request, actor: Actor = needs(_SELF)) -> Response:
    """The ways to prove a second time who one is."""
    return _second_factor(request, actor)


@router.post("/account/second-factor")
def keep_code(request: Request, typed: Typed, actor: Actor = needs(_SELF)) -> Response:
    """Ask for codes of an app from now on, once the first one was right."""
    must_be_recent(request, "/account/second-factor")
    door, login = door_of(request), request.state.login
    keys = door.store.keys
    try:
        pending = (login.step or {}).get("totp")
        if pending is None:
            raise BadInput("Code: the picture is too old; scan the new one.")
        secret = users.opened_secret(keys, actor.id, b64decode(pending))["secret"]
        step = totp.accepted_step(secret, typed.get("code", ""), door.at, None)
        if step is None:
            raise BadInput("Code: it is not right. Is the clock of your phone set by itself?")
        with door.store.writing(actor) as entry:
            user = entry.db.get_one(User, actor.id)
            users.keep_totp(keys, user, secret, step)
            again = sign_in.upgraded(door, entry, user, "totp")
    except BadInput as fault:
        return _second_factor(request, actor, fault)
    return let_through(request, again, "/account?done=code")


@router.post("/account/second-factor/remove")
def remove_code(request: Request, actor: Actor = needs(_SELF)) -> Response:
    """No longer ask for codes, where something else is asked or nothing has to be."""
    must_be_recent(request, "/account/second-factor")
    try:
        with request.app.state.store.writing(actor) as entry:
            user = entry.db.get_one(User, actor.id)
            user.totp = None
            _still_enough(request, entry.db, user)
    except BadInput as fault:
        return _second_factor(request, actor, fault)
    return RedirectResponse("/account?done=removed", 303)


@router.post("/account/passkeys")
def add_passkey(request: Request, typed: Typed, actor: Actor = needs(_SELF)) -> Response:
    """Keep a passkey that the browser has made."""
    must_be_recent(request, "/account/second-factor")
    door, place, login = door_of(request), place_of(request), request.state.login
    with door.store.writing(actor) as entry:
        challenge = take_step(entry.db, login, "challenge")
    try:
        if place is None or challenge is None:
            raise BadInput("Passkey: this page was open too long; try again.")
        new = made(typed.get("answer", ""), b64decode(challenge), place)
        name = users.checked_line(typed.get("name", "") or "Passkey", "Name of the device", 60)
        with door.store.writing(actor) as entry:
            user = entry.db.get_one(User, actor.id)
            if len(users.passkeys_of(entry.db, actor.id)) >= _MOST_PASSKEYS:
                raise BadInput(f"Passkey: allowed are {_MOST_PASSKEYS}; remove one first.")
            if entry.db.scalar(select(Passkey.id).where(Passkey.credential == new.credential)):
                raise BadInput("Passkey: it is kept here already.")
            entry.add(Passkey(user=actor.id, name=name, made_at=door.at, **new._asdict()))
            again = sign_in.upgraded(door, entry, user, "passkey")
    except BadInput as fault:
        return _second_factor(request, actor, fault)
    return let_through(request, again, "/account?done=passkey")


@router.post("/account/passkeys/{passkey}/remove")
def remove_passkey(request: Request, passkey: str, actor: Actor = needs(_SELF)) -> Response:
    """Forget a passkey of one's own."""
    must_be_recent(request, "/account/second-factor")
    try:
        with request.app.state.store.writing(actor) as entry:
            held = entry.db.get(Passkey, passkey)
            if held is None or held.user != actor.id:
                raise HTTPException(404)
            entry.db.delete(held)
            entry.db.flush()
            _still_enough(request, entry.db, entry.db.get_one(User, actor.id))
    except BadInput as fault:
        return _second_factor(request, actor, fault)
    return RedirectResponse("/account?done=removed", 303)


_DONE = {
    "password": "Your password is changed. You are signed out everywhere else.",
    "code": "From now on you are asked for a code as well.",
    "passkey": "From now on you can sign in with this passkey alone.",
    "removed": "It is removed.",
}


def _me(request: Request, actor: Actor) -> User:
    with request.app.state.store.reading() as db:
        return db.get_one(User, actor.id)


def _still_enough(request: Request, db: Any, user: User) -> None:
    must = request.app.state.settings.asks_second_factor and user.role in SECOND_FACTOR
    if must and not users.has_second_factor(db, user):
        raise BadInput("This is your last second factor; add another one before you remove it.")


def _account(
    request: Request, actor: Actor, fault: BadInput | None = None, done: str | None = None
) -> Response:
    with request.app.state.store.reading() as db:
        mine = LoginSession.user == actor.id
        return page(
            request,
            "account.html",
            429 if isinstance(fault, sign_in.MustWait) else 422 if fault else 200,
            user=db.get_one(User, actor.id),
            may=[said for name, said in PERMISSIONS.items() if name in allowed(actor.role)],
            passkeys=users.passkeys_of(db, actor.id),
            sessions=db.scalar(select(func.count()).where(mine, LoginSession.strength != "first")),
            error=str(fault) if fault else None,
            done=done,
        )


def _second_factor(request: Request, actor: Actor, fault: BadInput | None = None) -> Response:
    """The page; a secret and a challenge are kept with the session until they are answered."""
    must_be_recent(request, "/account/second-factor")
    store, login, place = request.app.state.store, request.state.login, place_of(request)
    settings = request.app.state.settings
    with store.writing(actor) as entry:
        user = entry.db.get_one(User, actor.id)
        held = users.passkeys_of(entry.db, actor.id)
        pending = (entry.db.get_one(LoginSession, login.token_hash).step or {}).get("totp")
        if pending is None:
            secret = totp.new_secret()
            sealed = users.sealed_secret(store.keys, actor.id, {"secret": secret})
            put_step(entry.db, login, totp=b64encode(sealed).decode())
        else:
            secret = users.opened_secret(store.keys, actor.id, b64decode(pending))["secret"]
        challenge = new_challenge()
        put_step(entry.db, login, challenge=b64encode(challenge).decode())
    options = None
    if place:
        known = [each.credential for each in held]
        options = options_to_make(place, settings.practice, actor.id, user.email, known, challenge)
    return page(
        request,
        "second_factor.html",
        422 if fault else 200,
        user=user,
        passkeys=held,
        must=settings.asks_second_factor and user.role in SECOND_FACTOR,
        has_any=user.totp is not None or bool(held),
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        picture=totp.picture(totp.address(secret, user.email, settings.practice)),
        at_a_number=place is None,
        error=str(fault) if fault else None,
        passkey_to="/account/passkeys",
        passkey_kind="create",
        passkey_options=options,
        passkey_button="Make a passkey",
    )
