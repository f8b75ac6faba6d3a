"""The two cookies: of a login session, and of somebody who is not signed in yet."""

from starlette.requests import Request
from starlette.responses import Response

from anagen.web.settings import Settings

LOGIN, VISIT = "anagen-login", "anagen-visit"


def cookie_of(request: Request, name: str) -> str | None:
    """What the browser keeps under a name."""
    held = request.cookies.get(_called(request.app.state.settings, name))
    return held if held and len(held) <= 4000 else None


def keep(request: Request, response: Response, name: str, value: str) -> None:
    """Have the browser keep it until it closes: out of reach of scripts and of other sites."""
    settings = request.app.state.settings
    response.set_cookie(
        _called(settings, name), value, path="/", secure=settings.https, httponly=True,
        samesite="lax",
    )  # fmt: skip


def forget(request: Request, response: Response, name: str) -> None:
    """Have the browser drop it."""
    settings = request.app.state.settings
    response.delete_cookie(
        _called(settings, name), path="/", secure=settings.https, httponly=True, samesite="lax"
    )


def _called(settings: Settings, name: str) -> str:
    """With HTTPS a name that no neighbouring host may set (RFC 6265bis, section 4.1.3.2)."""
    return f"__Host-{name}" if settings.https else name
