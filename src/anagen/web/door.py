"""The way in, as the pages of it use it: who knocks, and the cookie that they leave with."""

from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from anagen.accounts.passkeys import Place
from anagen.accounts.sign_in import Door, SignedIn
from anagen.web.gate import SECOND_STEP, clock
from anagen.web.security.cookies import LOGIN, VISIT, cookie_of, forget, keep
from anagen.web.security.origin import host_name, own_origin
from anagen.web.security.visit import Visit


def door_of(request: Request) -> Door:
    """The request as one to come in."""
    settings = request.app.state.settings
    return Door(
        store=request.app.state.store,
        at=clock(request),
        address=request.client.host if request.client else "",
        before=cookie_of(request, LOGIN),
        idle_minutes=settings.idle_minutes,
        longest_minutes=settings.longest_minutes,
    )


def place_of(request: Request) -> Place | None:
    """Where a passkey would be good; None at a bare number, to which browsers bind none."""
    name = host_name(request.headers) or ""
    if name.startswith("[") or name.replace(".", "").isdigit():
        return None
    return Place(name, own_origin(request.headers, request.app.state.settings))


def let_through(request: Request, signed_in: SignedIn, to: str) -> Response:
    """To where somebody wanted, with their fresh session."""
    step = SECOND_STEP if to == "/" else f"{SECOND_STEP}?to={quote(to, safe='')}"
    answer = RedirectResponse(step if signed_in.strength == "first" else to, 303)
    keep(request, answer, LOGIN, signed_in.token)
    forget(request, answer, VISIT)
    return answer


def remember(request: Request, answer: Response, visit: Visit) -> Response:
    """The answer with the visit's cookie."""
    keep(request, answer, VISIT, visit.sealed(request.app.state.store.keys))
    return answer


def own_page(asked: str) -> str:
    """An address within this app, else the first page: nobody is led to another site from here."""
    is_own = asked.startswith("/") and not asked.startswith(("//", "/\\")) and len(asked) < 500
    return asked if is_own and asked.isprintable() and asked.isascii() else "/"
