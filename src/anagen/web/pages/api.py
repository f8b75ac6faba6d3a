"""The JSON API: screening, forecasts and the evidence, for programs that somebody signed in with.

Bodies are the tables that files hold. A refusal is ``{"error": sentence}``.
"""

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from anagen.care.card import Card
from anagen.care.evidence import find, kinds, look_up
from anagen.reading import BadInput
from anagen.screening import screen
from anagen.web.api_bodies import FollowedUp, Planned, Screened, Simulated
from anagen.web.api_description import described
from anagen.web.gate import needs
from anagen.web.stated import stated

router = APIRouter(prefix="/api/v1", tags=["model and evidence"])
_MODEL, _EVIDENCE, _SELF = needs("model:run"), needs("evidence:read"), needs("account:self")
MOST_FOUND = 200


@router.get("/openapi.json", dependencies=[_SELF], include_in_schema=False)
def description(request: Request) -> Response:
    """What this API takes and gives, as OpenAPI."""
    return JSONResponse(described(request.app))


@router.get("/me", dependencies=[_SELF])
def me(request: Request) -> dict[str, Any]:
    """Who is signed in, and the token that every change must carry as `x-csrf-token`."""
    state = request.state
    return {
        "name": state.actor.name,
        "role": state.actor.role,
        "permissions": sorted(state.permissions),
        "csrf": state.csrf,
    }


@router.post("/screen", dependencies=[_MODEL])
def screened(body: Screened = stated(Screened)) -> dict[str, Any]:
    """May this scalp be needled?"""
    return screen(body.patient, body.protocol).as_dict()


@router.post("/simulate", dependencies=[_MODEL])
def simulated(request: Request, body: Simulated = stated(Simulated)) -> dict[str, Any]:
    """The forecast of one course for one person."""
    forecaster = request.app.state.forecaster
    return forecaster.bands(
        body.patient, [body.protocol], body.weeks, body.draws, body.seed, body.counting
    )[0]


@router.post("/plan", dependencies=[_MODEL])
def planned(request: Request, body: Planned = stated(Planned)) -> dict[str, Any]:
    """Screening and ranked options, no needling among them."""
    forecaster = request.app.state.forecaster
    return forecaster.plan(body.patient, body.weeks, body.draws, body.seed).as_dict()


@router.post("/followup", dependencies=[_MODEL])
def followed_up(request: Request, body: FollowedUp = stated(FollowedUp)) -> dict[str, Any]:
    """The forecast after a person's own counts."""
    forecaster = request.app.state.forecaster
    return forecaster.follow_up(
        body.patient, body.protocol, body.counts, body.weeks, body.draws, body.seed
    ).as_dict()


@router.get("/evidence", dependencies=[_EVIDENCE])
def evidence(q: str = "", kind: str = "", after: int = 0) -> dict[str, Any]:
    """Records that hold all words of `q`, of one kind or of all; 200 at a time."""
    if kind and kind not in kinds():
        raise BadInput(f"kind is {kind[:40]!r}; allowed is one of {', '.join(kinds())}.")
    found, first = find(q[:200], kind), max(0, after)
    return {
        "kinds": kinds(),
        "number": len(found),
        "records": [
            {"key": card.key, "kind": card.kind, "title": card.title, "brief": card.brief}
            for card in found[first : first + MOST_FOUND]
        ],
    }


@router.get("/evidence/{key}", dependencies=[_EVIDENCE])
def record(key: str) -> dict[str, Any]:
    """One number, rule, source, study, arm or statement, and the records that it names."""
    try:
        return whole(look_up(key, "/api/v1/evidence"))
    except BadInput as fault:
        raise HTTPException(404, str(fault)) from None


def whole(card: Card) -> dict[str, Any]:
    """A card with the keys of the records that it names."""
    named = {piece.key: None for row in card.rows for piece in row.said if piece.key}
    return card.as_dict() | {"kind": card.kind, "brief": card.brief, "names": list(named)}
