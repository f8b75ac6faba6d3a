"""Retention: how long records are kept, and whose time is over. Nothing is deleted."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from anagen.reading import BadInput
from anagen.records.actor import Actor
from anagen.records.retention import (
    MOST_YEARS,
    keep_for,
    kept_years,
    lift,
    past_retention,
    resting,
    restrict,
)
from anagen.records.tables import now
from anagen.web.gate import needs
from anagen.web.page import page
from anagen.web.typed import Typed

router = APIRouter(include_in_schema=False)
_RETENTION, _HERE = "admin:retention", "/administration/retention"
_MOST_SHOWN = 200


@router.get(_HERE, dependencies=[needs(_RETENTION)])
def retention(request: Request) -> Response:
    """What was decided, whose time is over, and who rests."""
    return _page(request)


@router.post(_HERE)
def decide(request: Request, typed: Typed, actor: Actor = needs(_RETENTION)) -> Response:
    """For how many years, or for ever where nothing is typed."""
    said = typed.get("years", "").strip()
    try:
        if said and not (said.isascii() and said.isdecimal() and len(said) <= 3):
            raise BadInput(f"Years: allowed is a whole number from 1 to {MOST_YEARS}, or nothing.")
        with request.app.state.store.writing(actor) as entry:
            keep_for(entry, int(said) if said else None)
    except BadInput as refused:
        return _page(request, str(refused), said[:20])
    return RedirectResponse(_HERE, 303)


@router.post(_HERE + "/{patient}/restrict")
def rest(
    request: Request, patient: str, typed: Typed, actor: Actor = needs(_RETENTION)
) -> Response:
    """Let a person's records rest."""
    return _change(request, actor, restrict, patient, typed)


@router.post(_HERE + "/{patient}/lift")
def wake(
    request: Request, patient: str, typed: Typed, actor: Actor = needs(_RETENTION)
) -> Response:
    """Take that back."""
    return _change(request, actor, lift, patient, typed)


def _change(request: Request, actor: Actor, change, patient: str, typed: Typed) -> Response:
    try:
        with request.app.state.store.writing(actor) as entry:
            change(entry, patient, typed.get("reason", "")[:500])
    except BadInput as refused:
        return _page(request, str(refused))
    return RedirectResponse(_HERE, 303)


def _page(request: Request, error: str | None = None, typed: str | None = None) -> Response:
    with request.app.state.store.reading() as db:
        years, over = kept_years(db), past_retention(db, now().date())
        at_rest = resting(db, _MOST_SHOWN + 1)
    return page(
        request,
        "retention.html",
        422 if error else 200,
        years=years,
        typed=typed if typed is not None else years or "",
        over=over[:_MOST_SHOWN],
        how_many=len(over),
        resting=at_rest[:_MOST_SHOWN],
        more_resting=len(at_rest) > _MOST_SHOWN,
        error=error,
    )
