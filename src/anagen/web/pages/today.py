"""Today: who comes, what waits for a signature, what must be looked at."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from anagen.care.appointments import visit_days
from anagen.protocol import Protocol
from anagen.records import tables
from anagen.records.current import stands
from anagen.records.people import find
from anagen.web.gate import needs, open_to_all
from anagen.web.page import page
from anagen.web.person import local_day
from anagen.web.story import LATELY

router = APIRouter(include_in_schema=False)
AHEAD = timedelta(days=7)
MOST_SHOWN = 50
_WHO = (tables.Patient.record.label("patient"), tables.Patient.given_name,
        tables.Patient.family_name)  # fmt: skip
_APPROVED = select(tables.Signature.version).where(tables.Signature.meaning == "approved")


class Due(NamedTuple):
    """One thing to see to."""

    day: date
    patient: str
    name: str
    said: str
    to: str
    urgent: bool = False


@router.get("/health", dependencies=[open_to_all()])
def health() -> Response:
    """Whether the app answers."""
    return Response("ok", media_type="text/plain")


@router.get("/")
def today(request: Request, actor: Any = needs("evidence:read")) -> Response:
    """The day at a glance; who sees no patients goes to the evidence."""
    if "patients:read" not in request.state.permissions:
        return RedirectResponse("/evidence", 303)
    day = date.today()
    with request.app.state.store.reading() as db:
        visits, unsigned, events = _visits(db, day), _unsigned(db), _events(db, day)
        new_practice = not find(db, "", most=1)
    return page(
        request,
        "today.html",
        name=actor.name,
        day=day,
        visits=visits,
        unsigned=unsigned[:MOST_SHOWN],
        more_unsigned=len(unsigned) > MOST_SHOWN,
        events=events,
        new_practice=new_practice,
    )


def _visits(db: Session, day: date) -> list[Due]:
    """Visits of the days ahead under signed plans."""
    plan, patient = tables.Plan, tables.Patient
    # Asked length by length, so that no plan that is over is read: there are years of them.
    lasting = [
        (plan.weeks == weeks) & (plan.first_day > day - timedelta(weeks=weeks))
        for weeks in db.scalars(select(plan.weeks).distinct())
    ]
    rows = db.execute(
        select(plan.name, plan.protocol, plan.first_day, plan.weeks, *_WHO)
        .join(patient, patient.record == plan.patient)
        .where(stands(plan), plan.id.in_(_APPROVED), stands(patient), ~patient.restricted)
        .where(or_(false(), *lasting), plan.first_day <= day + AHEAD)
    )
    visits = []
    for row in rows:
        protocol = Protocol.from_table(row.protocol or {}, where="the kept protocol")
        to = f"/patients/{row.patient}/sessions/new"
        for number, visit in enumerate(visit_days(protocol, row.first_day, row.weeks), 1):
            if day <= visit <= day + AHEAD:
                said = f"session {number}: {row.name}"
                visits.append(Due(visit, row.patient, _name(row), said, to))
    return sorted(visits)


def _unsigned(db: Session) -> list[Due]:
    """Plans that nobody has signed, the latest first; one more than is shown where there is."""
    plan, patient = tables.Plan, tables.Patient
    rows = db.execute(
        select(plan.record, plan.name, plan.recorded_at, *_WHO)
        .join(patient, patient.record == plan.patient)
        .where(stands(plan), ~plan.id.in_(_APPROVED), stands(patient), ~patient.restricted)
        .order_by(plan.recorded_at.desc(), plan.id)
        .limit(MOST_SHOWN + 1)
    )
    return [
        Due(
            local_day(row.recorded_at),
            row.patient,
            _name(row),
            row.name,
            f"/patients/{row.patient}/plans/{row.record}",
        )
        for row in rows
    ]


def _events(db: Session, day: date) -> list[Due]:
    """Adverse events of late that are not over, the urgent first."""
    event, patient = tables.AdverseEvent, tables.Patient
    rows = db.execute(
        select(event, *_WHO)
        .join(patient, patient.record == event.patient)
        .where(stands(event), event.on >= day - LATELY, stands(patient), ~patient.restricted)
    )
    found = []
    for row in rows:
        seen = row.AdverseEvent
        if seen.assessment.get("over"):
            continue
        found.append(
            Due(
                seen.on,
                row.patient,
                _name(row),
                f"{seen.assessment.get('label', seen.kind)}: {seen.urgency.replace('_', ' ')}",
                f"/patients/{row.patient}/events/{seen.record}",
                seen.urgency in {"emergency", "same_day"},
            )
        )
    return sorted(found, key=lambda due: (not due.urgent, due.day))


def _name(row: Any) -> str:
    return f"{row.given_name} {row.family_name}"
