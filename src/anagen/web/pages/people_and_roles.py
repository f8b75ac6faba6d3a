"""The people of the practice: add, invite, change a role, let in no longer."""

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from anagen.accounts import attempts, users
from anagen.accounts.roles import ALLOWED, PERMISSIONS, ROLES
from anagen.reading import BadInput
from anagen.records.actor import Actor
from anagen.records.tables import User
from anagen.web.door import door_of
from anagen.web.gate import clock, must_be_recent, needs
from anagen.web.page import page
from anagen.web.security.origin import own_origin
from anagen.web.typed import Typed

router = APIRouter(include_in_schema=False)
_USERS = "admin:users"
_HERE = "/administration/users"


@router.get(_HERE)
def people(request: Request, done: str = "", actor: Actor = needs(_USERS)) -> Response:  # noqa: ARG001
    """Everybody, and a form for one more."""
    return _page(request, done="It is changed." if done else None)


@router.post(_HERE)
def add(request: Request, typed: Typed, actor: Actor = needs(_USERS)) -> Response:
    """One more, with a link to choose a password."""
    must_be_recent(request, _HERE)
    try:
        with request.app.state.store.writing(actor) as entry:
            user = users.add_user(
                entry, typed.get("name", ""), typed.get("email", ""), typed.get("role", "")
            )
            token = users.invite(entry, user, clock(request))
    except BadInput as fault:
        return _page(request, typed=typed, fault=fault)
    return _page(request, invited=user, link=_link(request, token))


@router.post(_HERE + "/{user}")
def change(request: Request, user: str, typed: Typed, actor: Actor = needs(_USERS)) -> Response:
    """Another role, or let in no longer or again."""
    must_be_recent(request, _HERE)
    try:
        with request.app.state.store.writing(actor) as entry:
            held = _known(entry.db, user)
            if held.id == actor.id:
                raise BadInput("Your own role is changed by another owner.")
            users.change_user(entry, held, typed.get("role", ""), typed.get("active") == "yes")
    except BadInput as fault:
        return _page(request, fault=fault)
    return RedirectResponse(f"{_HERE}?done=1", 303)


@router.post(_HERE + "/{user}/invite")
def invite_again(request: Request, user: str, actor: Actor = needs(_USERS)) -> Response:
    """A fresh link for somebody who has forgotten the password."""
    must_be_recent(request, _HERE)
    door = door_of(request)
    try:
        with door.store.writing(actor) as entry:
            held = _known(entry.db, user)
            if not held.active:
                raise BadInput(f"{held.name} is not let in; change that first.")
            token = users.invite(entry, held, door.at)
            attempts.forgive(entry.db, held.email, door.address, door.at)
    except BadInput as fault:
        return _page(request, fault=fault)
    return _page(request, invited=held, link=_link(request, token))


@router.post(_HERE + "/{user}/forget-second-factor")
def forget_second_factor(request: Request, user: str, actor: Actor = needs(_USERS)) -> Response:
    """Take codes and passkeys away from somebody who has lost them."""
    must_be_recent(request, _HERE)
    try:
        with request.app.state.store.writing(actor) as entry:
            held = _known(entry.db, user)
            if held.id == actor.id:
                raise BadInput("Your own second factor is changed under your account.")
            users.forget_second_factor(entry, held)
    except BadInput as fault:
        return _page(request, fault=fault)
    return RedirectResponse(f"{_HERE}?done=1", 303)


def _known(db: Session, user: str) -> User:
    held = db.get(User, user)
    if held is None:
        raise HTTPException(404)
    return held


def _link(request: Request, token: str) -> str:
    return f"{own_origin(request.headers, request.app.state.settings)}/invitation/{token}"


def _page(
    request: Request,
    typed: dict[str, str] | None = None,
    fault: BadInput | None = None,
    done: str | None = None,
    invited: User | None = None,
    link: str = "",
) -> Response:
    kept = {name: (typed or {}).get(name, "")[:254] for name in ("name", "email", "role")}
    with request.app.state.store.reading() as db:
        everybody = db.scalars(select(User).order_by(User.active.desc(), User.name)).all()
        return page(
            request,
            "people_and_roles.html",
            422 if fault else 200,
            everybody=everybody,
            second=users.with_second_factor(db),
            roles=ROLES,
            permissions=PERMISSIONS,
            allowed=ALLOWED,
            typed=kept,
            error=str(fault) if fault else None,
            done=done,
            invited=invited,
            link=link,
        )
