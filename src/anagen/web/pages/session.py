"""A session: the map of the scalp with what is done in each area, recorded, shown and corrected.

Punctures and the chance of bleeding answer at once: the same address gives the whole page and, to
htmx, the answer alone. The screening of the day stands above the form.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session as Database

from anagen.care import scalp_zones
from anagen.care.words import DECISIONS
from anagen.care.words import plain as without_controls
from anagen.protocol import Protocol
from anagen.reading import BadInput
from anagen.records import tables
from anagen.records.current import current, current_one, history
from anagen.records.refusals import Conflict
from anagen.screening import BARRED, Screening, screen
from anagen.web import session_form, session_history
from anagen.web.forecaster import ModelAway
from anagen.web.gate import clock, needs
from anagen.web.in_words import day_in_words
from anagen.web.page import page, status_of
from anagen.web.person import Person, person_of, protocol_of
from anagen.web.session_dose import as_kept, doses
from anagen.web.typed import Typed

router = APIRouter(include_in_schema=False)
WRITE = "sessions:write"


@router.get("/patients/{patient}/sessions/new")
def new(request: Request, patient: str, actor: Any = needs(WRITE)) -> Response:
    """An empty form, or with what the address says; to htmx the punctures alone."""
    person = _person(request, patient)
    typed = dict(request.query_params)
    if request.headers.get("hx-request") == "true":
        answer = page(
            request, "dose.html", doses=doses(request.app.state.forecaster, person, typed)
        )
        answer.headers["vary"] = "hx-request"
        return answer
    return _form(request, person, _first(request, person, actor) | typed)


@router.post("/patients/{patient}/sessions/new")
def record(request: Request, patient: str, typed: Typed, actor: Any = needs(WRITE)) -> Response:
    """Keep a session, or work out its punctures without JavaScript."""
    person = _person(request, patient)
    if typed.get("work"):
        return _form(request, person, typed)
    try:
        columns = _columns(request, person, typed)
        reason = _reason(person, typed)
        with request.app.state.store.writing(actor) as entry:
            _check_number(entry.db, patient, columns)
            row = entry.add(tables.SessionRecord(patient=patient, reason=reason, **columns))
            if reason is not None:
                decision = _screened(person, typed).decision
                entry.note(
                    "override", "SessionRecord", row.record, row.id,
                    decision=decision, reason=reason,
                )  # fmt: skip
            kept = row.record
    except BadInput as refused:
        return _form(request, person, typed, refused, status_of(refused))
    return RedirectResponse(f"/patients/{patient}/sessions/{kept}", 303)


@router.get("/patients/{patient}/sessions/{session}")
def show(
    request: Request,
    patient: str,
    session: str,
    actor: Any = needs("patients:read"),  # noqa: ARG001
) -> Response:
    """A recorded session with its history."""
    with request.app.state.store.reading() as db:
        person = person_of(db, patient)
        row = _row(db, patient, session)
        versions = history(db, tables.SessionRecord, session)
        names = {user.id: user.name for user in db.query(tables.User)}
        consent = next((each for each in person.consents if each.record == row.consent), None)
    return page(
        request,
        "session.html",
        person=person,
        row=row,
        map=scalp_zones.picture(session_history.on_map(row)),
        zones=[(session_history.area_name(zone), zone) for zone in row.zones],
        consent=consent,
        versions=session_history.changes(versions, names),
    )


@router.get("/patients/{patient}/sessions/{session}/correct")
def look(
    request: Request,
    patient: str,
    session: str,
    actor: Any = needs(WRITE),  # noqa: ARG001
) -> Response:
    """The form with what stands."""
    with request.app.state.store.reading() as db:
        person, row = person_of(db, patient), _row(db, patient, session)
    typed = session_form.typed_of(row) | {"version": row.id, "session": session}
    return _form(request, person, typed)


@router.post("/patients/{patient}/sessions/{session}/correct")
def correct(
    request: Request, patient: str, session: str, typed: Typed, actor: Any = needs(WRITE)
) -> Response:
    """A new version beside the old one, with a reason; or the whole record withdrawn."""
    store = request.app.state.store
    with store.reading() as db:
        person = person_of(db, patient)
        _row(db, patient, session)
        seen = [
            v for v in history(db, tables.SessionRecord, session) if v.id == typed.get("version")
        ]
    typed = typed | {"session": session}
    try:
        if not seen:
            raise Conflict("this form shows no version of this session; open the page again.")
        if typed.get("withdraw"):
            with store.writing(actor) as entry:
                entry.withdraw(seen[0], typed.get("why", ""))
            return RedirectResponse(f"/patients/{patient}", 303)
        if typed.get("work"):
            return _form(request, person, typed)
        columns = _columns(request, person, typed)
        with store.writing(actor) as entry:
            _check_number(entry.db, patient, columns, session)
            entry.correct(seen[0], typed.get("why", ""), **columns)
    except BadInput as refused:
        return _form(request, person, typed, refused, status_of(refused))
    return RedirectResponse(f"/patients/{patient}/sessions/{session}", 303)


def _person(request: Request, patient: str) -> Person:
    with request.app.state.store.reading() as db:
        return person_of(db, patient)


def _row(db: Database, patient: str, session: str) -> tables.SessionRecord:
    return current_one(db, tables.SessionRecord, session, tables.SessionRecord.patient == patient)


def _check_number(
    db: Database, patient: str, columns: Mapping[str, Any], corrected: str = ""
) -> None:
    """Raises `BadInput` where another session of the plan has this number, as when a form is sent
    twice."""
    table = tables.SessionRecord
    same = current(
        db,
        table,
        table.patient == patient,
        table.plan == columns["plan"],
        table.number == columns["number"],
        table.record != corrected,
    )
    if same:
        raise BadInput(
            f"session {columns['number']} is on record already, of "
            f"{day_in_words(same[0].performed_at)}; correct that one, or give this one its own "
            "number.",
            "number",
        )


def _first(request: Request, person: Person, actor: Any) -> dict[str, str]:
    """What the form begins with: the plan's device, the next number, now, and who is signed in."""
    plan = person.plan
    done = [each for each in person.sessions if plan is None or each.plan == plan.record]
    consents = [each for each in person.consents if each.kind == "treatment" and each.given]
    return session_form.typed_of_plan(protocol_of(plan) if plan else None) | {
        "plan": plan.record if plan else "",
        "number": str(len(done) + 1),
        "performed_at": f"{clock(request).astimezone():%Y-%m-%dT%H:%M}",
        "operator": actor.name,
        "consent": consents[-1].record if person.consented("treatment") else "",
    }


def _protocol(person: Person, typed: Mapping[str, str]) -> Protocol | None:
    plan = next((each for each in person.plans if each.record == typed.get("plan")), None)
    return protocol_of(plan) if plan else None


def _screened(person: Person, typed: Mapping[str, str]) -> Screening:
    """The screening of today, of the plan that is followed."""
    return screen(person.facts, _protocol(person, typed))


def _reason(person: Person, typed: Mapping[str, str]) -> str | None:
    """Why it went ahead against the screening or without consent, where it did. `BadInput`."""
    barred = _screened(person, typed).decision in BARRED
    if not barred and _consented(person, typed):
        return None
    said = without_controls(typed.get("despite", ""))[:400]
    if not said:
        against = (
            "the screening bars needling" if barred else "no consent to treatment is on record"
        )
        raise BadInput(
            f"{against}; a session that took place is kept with the reason why it did.", "despite"
        )
    return said


def _consented(person: Person, typed: Mapping[str, str]) -> bool:
    """Whether a consent is chosen, and none was refused or taken back since."""
    given = {each.record for each in person.consents if each.kind == "treatment" and each.given}
    return typed.get("consent") in given and person.consented("treatment") is True


def _columns(request: Request, person: Person, typed: Mapping[str, str]) -> dict[str, Any]:
    """The columns of a session with its punctures. Raises `BadInput`."""
    columns, forecaster = session_form.read(typed, clock(request)), request.app.state.forecaster
    plan = typed.get("plan") or None
    if plan is not None and plan not in {each.record for each in person.plans}:
        raise BadInput("plan is none of this patient's; allowed is one of them, or none.")
    consent = columns["consent"]
    if consent is not None and consent not in {each.record for each in person.consents}:
        raise BadInput("consent is none of this patient's; allowed is one of them, or none.")
    for (area, where), zone in zip(session_form.areas(typed), columns["zones"], strict=True):
        with suppress(ModelAway):  # what happened is kept all the same, its punctures unknown
            zone |= as_kept(forecaster, person, typed, area, where)
    for zone in columns["zones"]:
        zone.setdefault("punctures_per_cm2", None)
        zone.setdefault("endpoint", None)
        zone.setdefault("area_cm2", None)
    return columns | {"plan": plan}


def _form(
    request: Request,
    person: Person,
    typed: Mapping[str, str],
    error: BadInput | str = "",
    status: int = 422,
) -> Response:
    screening = _screened(person, typed)
    correcting = typed.get("session", "")
    return page(
        request,
        "session_form.html",
        status if error else 200,
        person=person,
        typed=typed,
        error=error,
        screening=screening,
        barred=screening.decision in BARRED,
        decisions=DECISIONS,
        consents=[each for each in person.consents if each.kind == "treatment" and each.given],
        consented=_consented(person, typed),
        form=session_form,
        zones=scalp_zones,
        doses=doses(request.app.state.forecaster, person, typed),
        correcting=correcting,
        action=f"/patients/{person.row.record}/sessions/"
        + (f"{correcting}/correct" if correcting else "new"),
    )
