"""Today: who comes, what waits for a signature, what must be looked at."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from anagen.care.appointments import visit_days
from anagen.protocol import Protocol
from anagen.records import tables
from anagen.records.current import stands
from anagen.web.gate import needs, open_to_all
from anagen.web.page import page

router = APIRouter(include_in_schema=False)
AHEAD = timedelta(days=7)
LATELY = timedelta(days=30)


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
        visits, unsigned = _plans(db, day)
        events = _events(db, day)
    return page(
        request,
        "today.html",
        name=actor.name,
        day=day,
        visits=visits,
        unsigned=unsigned,
        events=events,
    )


def _plans(db: Session, day: date) -> tuple[list[Due], list[Due]]:
    """Visits of the days ahead under signed plans, and plans that nobody has signed."""
    plan, patient = tables.Plan, tables.Patient
    approved = select(tables.Signature.version).where(tables.Signature.meaning == "approved")
    rows = db.execute(
        select(
            plan.record,
            plan.name,
            plan.protocol,
            plan.first_day,
            plan.weeks,
            plan.recorded_at,
            plan.id.in_(approved).label("approved"),
            patient.record.label("patient"),
            patient.given_name,
            patient.family_name,
        )
        .join(patient, patient.record == plan.patient)
        .where(stands(plan), stands(patient), ~patient.restricted)
        .where(plan.first_day > day - timedelta(weeks=260), plan.first_day <= day + AHEAD)
    )
    visits, unsigned = [], []
    for row in rows:
        name = f"{row.given_name} {row.family_name}"
        to = f"/patients/{row.patient}"
        if not row.approved:
            made = row.recorded_at.astimezone().date()
            unsigned.append(Due(made, row.patient, name, row.name, f"{to}/plans/{row.record}"))
            continue
        protocol = Protocol.from_table(row.protocol or {}, where="the kept protocol")
        for number, visit in enumerate(visit_days(protocol, row.first_day, row.weeks), 1):
            if day <= visit <= day + AHEAD:
                said = f"session {number}: {row.name}"
                visits.append(Due(visit, row.patient, name, said, f"{to}/sessions/new"))
    return sorted(visits), sorted(unsigned)


def _events(db: Session, day: date) -> list[Due]:
    """Adverse events of late that are not over, the urgent first."""
    event, patient = tables.AdverseEvent, tables.Patient
    rows = db.execute(
        select(event, patient.given_name, patient.family_name)
        .join(patient, patient.record == event.patient)
        .where(stands(event), stands(patient), ~patient.restricted, event.on >= day - LATELY)
    )
    found = [
        Due(
            row.on,
            row.patient,
            f"{given} {family}",
            f"{row.assessment.get('label', row.kind)}: {row.urgency.replace('_', ' ')}",
            f"/patients/{row.patient}/events/{row.record}",
            row.urgency in {"emergency", "same_day"},
        )
        for row, given, family in rows
        if not row.assessment.get("over")
    ]
    return sorted(found, key=lambda due: (not due.urgent, due.day))
