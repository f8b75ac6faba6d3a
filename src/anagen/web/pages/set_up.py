"""First things: the owner's account, and the passwords of those who are invited."""

import hmac

from fastapi import APIRouter, HTTPException, Request, Response

from anagen.accounts import sign_in
from anagen.accounts.users import is_set_up
from anagen.reading import BadInput
from anagen.web.door import door_of, let_through, remember
from anagen.web.gate import clock, visiting
from anagen.web.page import page
from anagen.web.security.visit import Visit
from anagen.web.typed import Typed

router = APIRouter(include_in_schema=False)


@router.get("/set-up")
def ask(request: Request, code: str = "", visit: Visit = visiting()) -> Response:
    """The owner's account, as long as there is none."""
    _is_new(request)
    return _page(request, visit, {"code": code[:100]})


@router.post("/set-up")
def make(request: Request, typed: Typed, visit: Visit = visiting()) -> Response:
    """Make the owner's account."""
    _is_new(request)
    asked = request.app.state.settings.set_up_code
    try:
        if asked and not hmac.compare_digest(asked.encode(), typed.get("code", "").encode()):
            raise BadInput("Set-up code: it is not the one shown where anagen was started.")
        signed_in = sign_in.as_first_owner(
            door_of(request),
            typed.get("name", ""),
            typed.get("email", ""),
            typed.get("password", ""),
        )
    except BadInput as fault:
        return _page(request, visit, typed, fault)
    return let_through(request, signed_in, "/")


@router.get("/invitation/{token}")
def invited(request: Request, token: str, visit: Visit = visiting()) -> Response:
    """Choose a password."""
    return _invitation(request, visit, token)


@router.post("/invitation/{token}")
def join(request: Request, token: str, typed: Typed, visit: Visit = visiting()) -> Response:
    """Keep the password and come in."""
    try:
        signed_in = sign_in.by_invitation(door_of(request), token, typed.get("password", ""))
    except BadInput as fault:
        return _invitation(request, visit, token, fault)
    return let_through(request, signed_in, "/")


def _is_new(request: Request) -> None:
    with request.app.state.store.reading() as db:
        if is_set_up(db):
            raise HTTPException(404)


def _page(
    request: Request, visit: Visit, typed: dict[str, str], fault: BadInput | None = None
) -> Response:
    kept = {name: typed.get(name, "")[:254] for name in ("code", "name", "email")}
    answer = page(
        request,
        "set_up.html",
        422 if fault else 200,
        typed=kept,
        error=str(fault) if fault else None,
        asks_code=request.app.state.settings.set_up_code is not None,
    )
    return remember(request, answer, visit)


def _invitation(
    request: Request, visit: Visit, token: str, fault: BadInput | None = None
) -> Response:
    who = None
    try:
        with request.app.state.store.reading() as db:
            who = sign_in.invited(db, token, clock(request))
    except BadInput as none:
        fault = none
    answer = page(
        request,
        "invitation.html",
        422 if fault else 200,
        who=who,
        error=str(fault) if fault else None,
    )
    return remember(request, answer, visit)
