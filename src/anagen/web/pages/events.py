"""Adverse events: written down, weighed against a list approved by people, kept with their lot."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from anagen.procedure.adverse_event import AdverseEvent, Assessment, assess
from anagen.protocol import Protocol, nothing
from anagen.reading import BadInput
from anagen.records import tables
from anagen.records.current import current_one, history
from anagen.web import forms
from anagen.web.gate import needs
from anagen.web.page import page
from anagen.web.person import Person, local_day, person_of, plain, protocol_of
from anagen.web.typed import Typed

router = APIRouter(include_in_schema=False)
WRITE = "events:write"


@router.get("/patients/{patient}/events/new", dependencies=[needs(WRITE)])
def new(request: Request, patient: str) -> Response:
    """An empty form; the last session fills what it can."""
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
    typed: dict[str, str] = {}
    if person.sessions:
        last = person.sessions[-1]
        days = (date.today() - local_day(last.performed_at)).days
        typed = {"session": str(last.number), "days_since_session": str(max(days, 0))}
        if last.cartridge_lot:
            typed["lot"] = last.cartridge_lot
    return _form(request, person, typed, "events/new")


@router.post("/patients/{patient}/events/new")
def make(request: Request, patient: str, typed: Typed, actor: Any = needs(WRITE)) -> Response:
    """The event, with what the list says to do about it."""
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
    try:
        columns = _read(person, typed)
        with request.app.state.store.writing(actor) as entry:
            row = entry.add(tables.AdverseEvent(patient=patient, on=date.today(), **columns))
            record = row.record
    except BadInput as fault:
        return _form(request, person, typed, "events/new", fault)
    return RedirectResponse(f"/patients/{patient}/events/{record}", 303)


@router.get("/patients/{patient}/events/{record}", dependencies=[needs("patients:read")])
def event(request: Request, patient: str, record: str) -> Response:
    """One event: how urgent it is, what to do, whom to tell."""
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
        row = _event(db, patient, record)
        versions = history(db, tables.AdverseEvent, record)
    return page(request, "event.html", person=person, row=row, versions=versions)


@router.get("/patients/{patient}/events/{record}/correct", dependencies=[needs(WRITE)])
def correct_form(request: Request, patient: str, record: str) -> Response:
    """The form with what was written."""
    with request.app.state.store.reading() as db:
        person, row = person_of(db, patient), _event(db, patient, record)
    typed = forms.typed_of(row.event) | {"version": row.id}
    return _form(request, person, typed, f"events/{record}/correct")


@router.post("/patients/{patient}/events/{record}/correct")
def correct(
    request: Request, patient: str, record: str, typed: Typed, actor: Any = needs(WRITE)
) -> Response:
    """How it went on, or what was written wrongly; weighed anew, the old version stays."""
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
    try:
        columns = _read(person, typed)
        with request.app.state.store.writing(actor) as entry:
            row = _event(entry.db, patient, record)
            if typed.get("version") != row.id:
                raise BadInput("this event was changed meanwhile; look at it again.")
            entry.correct(row, typed.get("reason", "")[:500], **columns)
    except BadInput as fault:
        return _form(request, person, typed, f"events/{record}/correct", fault)
    return RedirectResponse(f"/patients/{patient}/events/{record}", 303)


def _read(person: Person, typed: dict[str, str]) -> dict[str, Any]:
    told = AdverseEvent.from_table(forms.table(AdverseEvent, typed), where="the event")
    found = assess(told, person.facts, _protocol(person))
    of_session = [each.record for each in person.sessions if each.number == told.session]
    return {
        "session": of_session[-1] if of_session else None,
        "event": plain(told),
        "assessment": assessment_as_kept(found),
        "urgency": found.urgency,
        "kind": told.kind,
        "lot": told.lot,
    }


def assessment_as_kept(found: Assessment) -> dict[str, Any]:
    """What was said of an event, as it is kept."""
    return {
        "label": found.label,
        "grade": found.grade,
        "urgency": found.urgency,
        "urgency_said": found.urgency_said,
        "normal": found.normal.text,
        "actions": [
            {
                "urgency": each.urgency,
                "said": each.said.text,
                "citation": each.said.basis.citation,
                "certainty": each.said.basis.certainty,
            }
            for each in found.actions
        ],
        "refer_to": list(found.refer_to),
        "course_said": found.course_said,
        "report": [each.text for each in found.report],
        "asked": [each.question for each in found.asked],
        "could_become": found.could_become,
        "over": found.over,
        "sources": list(found.sources),
    }


def _protocol(person: Person) -> Protocol:
    """What the person was treated with: the plan's protocol, else nothing that is known."""
    return protocol_of(person.plan) if person.plan else nothing()


def _event(db: Any, patient: str, record: str) -> tables.AdverseEvent:
    return current_one(db, tables.AdverseEvent, record, tables.AdverseEvent.patient == patient)


def _form(
    request: Request,
    person: Person,
    typed: dict[str, str],
    to: str,
    error: BadInput | str = "",
) -> Response:
    return page(
        request,
        "event_form.html",
        422 if error else 200,
        person=person,
        typed=typed,
        to=to,
        error=error,
        fields=forms.fields(AdverseEvent, typed),
    )
