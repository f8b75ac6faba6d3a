"""One patient's records, gathered for a page."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fastapi import HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session

from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.records import tables
from anagen.records.current import current


@dataclass(frozen=True)
class Person:
    """A patient with what is recorded, each kind in the order of its days."""

    row: tables.Patient
    facts: Patient  # as of `day`
    day: date
    screenings: Sequence[tables.Screening]
    plans: Sequence[tables.Plan]
    sessions: Sequence[tables.SessionRecord]
    counts: Sequence[tables.HairCount]
    photos: Sequence[tables.Photo]
    events: Sequence[tables.AdverseEvent]
    documents: Sequence[tables.Document]
    consents: Sequence[tables.Consent]
    signed: dict[str, list[tables.Signature]]  # version of what was signed -> signatures

    @property
    def name(self) -> str:
        """How a person is called on a page."""
        return f"{self.row.given_name} {self.row.family_name}"

    @property
    def plan(self) -> tables.Plan | None:
        """The plan that holds: the latest approved one, else the latest."""
        approved = [plan for plan in self.plans if self.approved(plan.id)]
        return next(iter([*reversed(approved), *reversed(self.plans)]), None)

    @property
    def first_day(self) -> date | None:
        """Day 0 of the course: its first session, else the day planned."""
        plan = self.plan
        if plan is None:
            return None
        done = [each for each in self.sessions if each.plan == plan.record]
        return local_day(done[0].performed_at) if done else plan.first_day

    def approved(self, version: str) -> bool:
        """Whether a version is approved by a signature."""
        return any(each.meaning == "approved" for each in self.signed.get(version, ()))

    def consented(self, kind: str) -> bool | None:
        """Whether a consent of this kind holds; None where it was never asked for."""
        return next((each.given for each in reversed(self.consents) if each.kind == kind), None)


def person_of(db: Session, record: str, day: date | None = None) -> Person:
    """All of one patient. Raises `HTTPException` 404 where there is none."""
    row = next(iter(current(db, tables.Patient, tables.Patient.record == record)), None)
    if row is None:
        raise HTTPException(404)
    day = day or date.today()
    signed = defaultdict(list)
    of_patient = select(tables.Signature).where(
        tables.Signature.record.in_(
            [
                *db.scalars(select(tables.Plan.record).where(tables.Plan.patient == record)),
                *db.scalars(
                    select(tables.Document.record).where(tables.Document.patient == record)
                ),
            ]
        )
    )
    for each in db.scalars(of_patient):
        signed[each.version].append(each)

    def mine(table: Any, order: str) -> list[Any]:
        return sorted(
            current(db, table, table.patient == record), key=lambda row: getattr(row, order)
        )

    return Person(
        row=row,
        facts=facts_on(row, day),
        day=day,
        screenings=mine(tables.Screening, "recorded_at"),
        plans=mine(tables.Plan, "recorded_at"),
        sessions=mine(tables.SessionRecord, "performed_at"),
        counts=mine(tables.HairCount, "on"),
        photos=mine(tables.Photo, "taken_on"),
        events=mine(tables.AdverseEvent, "on"),
        documents=mine(tables.Document, "recorded_at"),
        consents=mine(tables.Consent, "on"),
        signed=signed,
    )


def local_day(moment: datetime) -> date:
    """The day of a moment where the practice is."""
    return moment.astimezone().date()


def facts_on(row: tables.Patient, day: date) -> Patient:
    """What was written down of a person, as it stands on a day."""
    recorded = local_day(row.recorded_at)
    facts = Patient.from_table(row.facts, where="the patient's record")
    later = facts.after(max((day - recorded).days, 0))
    if row.born is None:
        return later
    return later.model_copy(update={"age": float(full_years(row.born, day))})


def full_years(born: date, day: date) -> int:
    """Age in completed years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def protocol_of(plan: tables.Plan) -> Protocol:
    """The protocol of a kept plan."""
    return Protocol.from_table(plan.protocol or {}, where="the kept protocol")


def plain(stated: Any) -> dict[str, Any]:
    """A patient or a protocol as plain data, what is unknown left out."""
    return stated.model_dump(mode="json", exclude_none=True)
