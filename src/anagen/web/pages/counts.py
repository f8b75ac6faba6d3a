"""Hair counts: written down with their method, corrected with a reason, never overwritten."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from anagen.counts import Count
from anagen.reading import BadInput
from anagen.records import tables
from anagen.records.current import current_one, history
from anagen.web import forms
from anagen.web.gate import needs
from anagen.web.page import page
from anagen.web.person import person_of
from anagen.web.typed import Typed

router = APIRouter(include_in_schema=False)
WRITE = "counts:write"
_COLUMNS = (
    "site", "method", "area_cm2", "total_density_per_cm2", "terminal_density_per_cm2",
    "mean_diameter_um", "anagen_fraction", "keep",
)  # fmt: skip


@router.get("/patients/{patient}/counts/new", dependencies=[needs(WRITE)])
def new(request: Request, patient: str) -> Response:
    """An empty form."""
    return _form(request, patient, {"date": date.today().isoformat()}, "counts/new")


@router.post("/patients/{patient}/counts/new")
def make(request: Request, patient: str, typed: Typed, actor: Any = needs(WRITE)) -> Response:
    """A count from what was typed."""
    try:
        row = tables.HairCount(patient=patient, photo=None, **_read(typed))
        with request.app.state.store.writing(actor) as entry:
            entry.add(row)
    except BadInput as fault:
        return _form(request, patient, typed, "counts/new", fault)
    return RedirectResponse(f"/patients/{patient}", 303)


@router.get("/patients/{patient}/counts/{record}", dependencies=[needs(WRITE)])
def count(request: Request, patient: str, record: str) -> Response:
    """A count to look at and to correct."""
    with request.app.state.store.reading() as db:
        row = _count(db, patient, record)
        versions = history(db, tables.HairCount, record)
    kept = {name: getattr(row, name) for name in _COLUMNS}
    typed = forms.typed_of(kept) | {"date": row.on.isoformat(), "version": row.id}
    return _form(request, patient, typed, f"counts/{record}", versions=versions)


@router.post("/patients/{patient}/counts/{record}")
def correct(
    request: Request, patient: str, record: str, typed: Typed, actor: Any = needs(WRITE)
) -> Response:
    """What was counted really, with the reason; what stood there stays in the history."""
    try:
        told = _read(typed)
        with request.app.state.store.writing(actor) as entry:
            row = _count(entry.db, patient, record)
            if typed.get("version") != row.id:
                raise BadInput("this count was changed meanwhile; look at it again.")
            entry.correct(row, typed.get("reason", "")[:500], **told)
    except BadInput as fault:
        return _form(request, patient, typed, f"counts/{record}", fault)
    return RedirectResponse(f"/patients/{patient}", 303)


def _read(typed: dict[str, str]) -> dict[str, Any]:
    read = Count.from_table(forms.table(Count, typed), where="the count")
    if read.date is None:
        raise BadInput("the count: date is missing; it must be a day as YYYY-MM-DD.", "date")
    forms.check_not_ahead(read.date, "the count", "date")
    return {"on": read.date} | {name: getattr(read, name) for name in _COLUMNS}


def _count(db: Any, patient: str, record: str) -> tables.HairCount:
    return current_one(db, tables.HairCount, record, tables.HairCount.patient == patient)


def _form(
    request: Request,
    patient: str,
    typed: dict[str, str],
    to: str,
    error: BadInput | str = "",
    versions: Any = (),
) -> Response:
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
    return page(
        request,
        "count.html",
        422 if error else 200,
        person=person,
        typed=typed,
        to=to,
        error=error,
        versions=versions,
        fields=forms.fields(Count, typed, leave_out=("week",)),
    )
