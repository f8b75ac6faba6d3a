"""The JSON API of the records: patients and what was recorded of them.

Who may not read names is given pseudonyms: a code, facts and measurements, but no name, no birth
date, no free text, and nobody whose record is restricted.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from anagen.counts import Count
from anagen.reading import BadInput
from anagen.records import tables
from anagen.records.canonical import check_keepable
from anagen.records.current import current, select_current
from anagen.records.people import MOST_FOUND, find
from anagen.web import patient_form
from anagen.web.api_bodies import NewPatient
from anagen.web.gate import needs
from anagen.web.pseudonymous import without_free_text
from anagen.web.stated import WHERE, stated

router = APIRouter(prefix="/api/v1/patients", tags=["records"])
Kind = Literal["screenings", "plans", "sessions", "counts", "events"]
_TABLES: Mapping[Kind, type[tables.OfPatient]] = {
    "screenings": tables.Screening,
    "plans": tables.Plan,
    "sessions": tables.SessionRecord,
    "counts": tables.HairCount,
    "events": tables.AdverseEvent,
}
_NAMES = "patients:read"
# What may be told without a name; everything else stays with the practice.
_WITHOUT_NAMES: Mapping[type[tables.Version], tuple[str, ...]] = {
    tables.Patient: ("record", "code", "facts"),
    tables.Screening: ("record", "recorded_at", "facts", "protocol", "decision", "result"),
    tables.Plan: (
        "record", "recorded_at", "facts", "protocol", "weeks", "draws", "seed", "model_version",
        "forecast", "first_day",
    ),
    tables.SessionRecord: (
        "record", "number", "performed_at", "single_use", "zones", "anaesthetic", "topicals",
        "pain_0_10",
    ),
    tables.HairCount: (
        "record", "on", "site", "method", "area_cm2", "total_density_per_cm2",
        "terminal_density_per_cm2", "mean_diameter_um", "anagen_fraction", "keep",
    ),
    tables.AdverseEvent: ("record", "on", "kind", "urgency"),
}  # fmt: skip
_OURS = {"search", "supersedes", "withdrawn"}  # the store's own


@router.get("", dependencies=[needs("people:pseudonymous")])
def patients(request: Request, q: str = "") -> list[dict[str, Any]]:
    """Up to 100 patients whose name, number, code or birth date holds all words of `q`."""
    named, asked = _NAMES in request.state.permissions, q[:200]
    with request.app.state.store.writing(request.state.actor) as entry:
        found = find(entry.db, asked) if named else _by_code(entry.db, asked)
        entry.note("search", "patient", by="API", found=[row.code for row in found])
        return [told(row, named=named) for row in found]


@router.post("", dependencies=[needs("patients:write")], status_code=201)
def make(request: Request, body: NewPatient = stated(NewPatient)) -> dict[str, Any]:
    """Enter a patient."""
    patient_form.check_born(body, date.today(), WHERE)
    with request.app.state.store.writing(request.state.actor) as entry:
        return told(entry.add(tables.Patient(**patient_form.row_of(body, body.facts))))


@router.get("/{patient}", dependencies=[needs("people:pseudonymous")])
def one(request: Request, patient: str) -> dict[str, Any]:
    """One patient as known now."""
    named = _NAMES in request.state.permissions
    with request.app.state.store.writing(request.state.actor) as entry:
        row = _patient(entry.db, patient, named=named)
        entry.note("read", "patient", row.record, by="API")
        return told(row, named=named)


@router.get("/{patient}/{kind}", dependencies=[needs("people:pseudonymous")])
def recorded(request: Request, patient: str, kind: Kind) -> list[dict[str, Any]]:
    """What was recorded of one kind, in its order; what was superseded is left out."""
    named = _NAMES in request.state.permissions
    table = _TABLES[kind]
    with request.app.state.store.writing(request.state.actor) as entry:
        row = _patient(entry.db, patient, named=named)
        entry.note("read", "patient", row.record, by="API", of=kind)
        found = current(entry.db, table, table.patient == row.record)
        return [told(each, named=named) for each in found]


@router.post("/{patient}/counts", dependencies=[needs("counts:write")], status_code=201)
def count(request: Request, patient: str, body: Count = stated(Count)) -> dict[str, Any]:
    """Enter a hair count, as an entry of a counts file with its date."""
    if body.date is None or body.date > date.today():
        raise BadInput(f"{WHERE}: date is missing or to come; allowed is a day up to today.")
    values = {name: getattr(body, name) for name in type(body).model_fields}
    del values["week"]
    values["on"] = values.pop("date")
    with request.app.state.store.writing(request.state.actor) as entry:
        row = _patient(entry.db, patient, named=True)
        return told(entry.add(tables.HairCount(patient=row.record, **values)))


def _patient(db: Session, record: str, *, named: bool) -> tables.Patient:
    """A patient as known now; 404 where there is none that may be seen."""
    found = current(db, tables.Patient, tables.Patient.record == record)
    if not found or (found[0].restricted and not named):
        raise HTTPException(404)
    return found[0]


def _by_code(db: Session, q: str) -> Sequence[tables.Patient]:
    """Those whose pseudonym holds the words: a name must not be found by asking for it."""
    check_keepable("the search", q)
    asked = q.upper().split()
    found = select_current(
        tables.Patient,
        ~tables.Patient.restricted,
        *(tables.Patient.code.contains(word, autoescape=True) for word in asked),
    )
    first = found.order_by(tables.Patient.recorded_at, tables.Patient.id).limit(MOST_FOUND)
    return db.scalars(first).all()


def told(row: tables.Version, *, named: bool = True) -> dict[str, Any]:
    """A row as plain data for JSON."""
    columns = [column.key for column in inspect(type(row)).column_attrs]
    kept = [name for name in columns if name not in _OURS] if named else _WITHOUT_NAMES[type(row)]
    plain = {name: _plain(getattr(row, name)) for name in kept}
    return plain if named else without_free_text(plain)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
