"""Signing in by way of a provider who vouches: there and back."""

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from anagen.accounts import sign_in
from anagen.accounts.provider import Provider
from anagen.reading import BadInput
from anagen.web.door import door_of, let_through, own_page, remember
from anagen.web.gate import clock, visiting
from anagen.web.page import refusal
from anagen.web.security.origin import own_origin
from anagen.web.security.visit import Visit

router = APIRouter(include_in_schema=False)
_BACK = "/sign-in/provider/back"


@router.get("/sign-in/provider")
def there(request: Request, to: str = "/", visit: Visit = visiting()) -> Response:
    """To the provider."""
    provider = _provider(request)
    from anagen.accounts.oidc import send_away

    try:
        url, agreed = send_away(provider, _back(request))
    except BadInput as fault:
        return refusal(request, 503, str(fault))
    visit = visit.renewed(clock(request), away=agreed | {"to": own_page(to)})
    return remember(request, RedirectResponse(url, 303), visit)


@router.get(_BACK)
def back(request: Request, state: str = "", code: str = "", visit: Visit = visiting()) -> Response:
    """Back from the provider. What was agreed is forgotten with the first answer."""
    provider, away = _provider(request), visit.away or {}
    from anagen.accounts.oidc import come_back

    try:
        if not visit.is_fresh(clock(request)):
            raise BadInput("Sign-in: it took too long; begin again.")
        claims = come_back(provider, _back(request), away, state, code)
        signed_in = sign_in.by_provider(door_of(request), provider, claims)
    except BadInput as fault:
        with request.app.state.store.writing(sign_in.NOBODY) as entry:
            entry.note("sign_in_failed", by="oidc", address=door_of(request).address)
        answer = refusal(request, 422, str(fault))
        return remember(request, answer, visit.renewed(clock(request)))
    return let_through(request, signed_in, own_page(str(away.get("to", "/"))))


def _provider(request: Request) -> Provider:
    provider = request.app.state.settings.provider
    if provider is None:
        raise HTTPException(404)
    return provider


def _back(request: Request) -> str:
    return own_origin(request.headers, request.app.state.settings) + _BACK
