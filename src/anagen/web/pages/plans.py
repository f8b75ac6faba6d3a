"""A kept plan: what it was made from, its forecast, and the signature that approves it."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from anagen.care import words
from anagen.care.chart import forecast_chart
from anagen.care.table import numbers_of
from anagen.reading import BadInput
from anagen.records import tables
from anagen.records.current import current_one, history
from anagen.screening import BARRED
from anagen.web.gate import needs
from anagen.web.page import page
from anagen.web.person import person_of
from anagen.web.story import kept_forecasts
from anagen.web.typed import Typed

router = APIRouter(include_in_schema=False)


@router.get("/patients/{patient}/plans/{record}", dependencies=[needs("patients:read")])
def plan(request: Request, patient: str, record: str) -> Response:
    """One plan as it was kept."""
    return _shown(request, patient, record)


@router.post("/patients/{patient}/plans/{record}/sign")
def sign(
    request: Request, patient: str, record: str, typed: Typed, actor: Any = needs("plans:sign")
) -> Response:
    """Approve exactly the version that was shown. Nothing is ticked beforehand."""
    try:
        if typed.get("agree") != "yes":
            raise BadInput("the tick is missing; sign only what you have read and stand for.")
        with request.app.state.store.writing(actor) as entry:
            row = _plan(entry.db, patient, record)
            if typed.get("version") != row.id:
                raise BadInput("the plan was changed meanwhile; read it again, then sign.")
            entry.sign(row, "approved")
    except BadInput as fault:
        return _shown(request, patient, record, str(fault))
    return RedirectResponse(f"/patients/{patient}/plans/{record}", 303)


@router.post("/patients/{patient}/plans/{record}/withdraw")
def withdraw(
    request: Request, patient: str, record: str, typed: Typed, actor: Any = needs("plans:write")
) -> Response:
    """Strike a plan out, with the reason; it stays in the history."""
    try:
        with request.app.state.store.writing(actor) as entry:
            entry.withdraw(_plan(entry.db, patient, record), typed.get("reason", "")[:500])
    except BadInput as fault:
        return _shown(request, patient, record, str(fault))
    return RedirectResponse(f"/patients/{patient}", 303)


def _plan(db: Any, patient: str, record: str) -> tables.Plan:
    return current_one(db, tables.Plan, record, tables.Plan.patient == patient)


def _shown(request: Request, patient: str, record: str, error: str = "") -> Response:
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
        row = _plan(db, patient, record)
        screening = next((s for s in person.screenings if s.record == row.screening), None)
        kept = kept_forecasts(row)
        versions = history(db, tables.Plan, record)
    forecast, untreated = kept["plan"], kept.get("no_needling")
    last = max(forecast.detectable.chance_of_gain)
    return page(
        request,
        "plan.html",
        422 if error else 200,
        error=error,
        person=person,
        row=row,
        versions=versions,
        screening=screening,
        barred=screening is not None and screening.decision in BARRED,
        decisions=words.DECISIONS,
        figures=[
            forecast_chart(forecast, title=row.name, no_needling=untreated, width=width, key=key)
            for width, key in ((860, "wide"), (344, "narrow"))
        ],
        numbers=numbers_of(forecast, untreated),
        expectation=words.expectation(forecast, last),
        forecast=forecast,
        off_label=words.OFF_LABEL,
        context=words.CONTEXT,
        signatures=person.signed.get(row.id, []),
    )
