"""How long the practice has decided to keep records, and whose have been kept as long.

Nothing is ever deleted by the program: a law may ask for longer than a setting, and what is gone
cannot be looked up when somebody is harmed. Who is past the time is listed; a clinician may then
restrict the person, so that the records rest and turn up only when asked for by their code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from anagen.reading import BadInput
from anagen.records.current import current_one, select_current
from anagen.records.entry import Entry
from anagen.records.tables import (
    AdverseEvent,
    Consent,
    Document,
    HairCount,
    Patient,
    Photo,
    Plan,
    Screening,
    SessionRecord,
    Setting,
)

MOST_YEARS = 100
_SETTING = "kept years"
_WHO = (Patient.record, Patient.id, Patient.given_name, Patient.family_name, Patient.born,
        Patient.code)  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """A person whose records have been kept as long as was decided."""

    patient: Row[*tuple[Any, ...]]  # record, id, names, birth date and code
    last_day: date  # of care
    until: date  # the day on which the time was over


def kept_years(db: Session) -> int | None:
    """For how many years after the last day of care records are kept; None: for ever."""
    setting = db.get(Setting, _SETTING)
    return setting.value.get("years") if setting else None


def keep_for(entry: Entry, years: int | None) -> None:
    """Decide for how many years, or for ever. Raises `BadInput`."""
    if years is not None and not 1 <= years <= MOST_YEARS:
        raise BadInput(f"records can be kept for 1 to {MOST_YEARS} years, or for ever.")
    setting = entry.db.get(Setting, _SETTING)
    if setting is None:
        entry.add(Setting(name=_SETTING, value={"years": years}))
    else:
        setting.value = setting.value | {"years": years}


def past_retention(db: Session, today: date) -> list[Kept]:
    """Those whose time is over and who are not restricted yet, the longest kept first.

    The last day of care is that of the latest session, photograph, count, event, consent,
    screening, plan or document, whatever was corrected of it later; for somebody without any, the
    day on which the person was first recorded.
    """
    years = kept_years(db)
    if years is None:
        return []
    last = _last_days(db)
    everybody = db.execute(select_current(Patient, ~Patient.restricted).with_only_columns(*_WHO))
    kept = (
        Kept(patient, last[patient.record], years_after(last[patient.record], years))
        for patient in everybody
    )
    return sorted((each for each in kept if each.until < today), key=lambda each: each.last_day)


def resting(db: Session, most: int) -> Sequence[Patient]:
    """Those who are restricted, the latest first."""
    query = select_current(Patient, Patient.restricted.is_(True))
    latest = query.order_by(Patient.recorded_at.desc(), Patient.id).limit(most)
    return db.scalars(latest).all()


def restrict(entry: Entry, patient: str, reason: str) -> Patient:
    """Let a person's records rest: a new version of the patient. Raises `BadInput`, `Conflict`."""
    return _restricted(entry, patient, reason, True)


def lift(entry: Entry, patient: str, reason: str) -> Patient:
    """Take a restriction back, as where the person comes again. Raises `BadInput`, `Conflict`."""
    return _restricted(entry, patient, reason, False)


def years_after(day: date, years: int) -> date:
    """The same day some years later; after a 29 February the 1 March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _restricted(entry: Entry, patient: str, reason: str, restricted: bool) -> Patient:
    return entry.correct(current_one(entry.db, Patient, patient), reason, restricted=restricted)


def _last_days(db: Session) -> dict[str, date]:
    """The last day of care by patient, in UTC."""
    days = (
        (Photo, Photo.taken_on),
        (HairCount, HairCount.on),
        (AdverseEvent, AdverseEvent.on),
        (Consent, Consent.on),
    )
    moments = (
        (SessionRecord, SessionRecord.performed_at),
        (Screening, Screening.recorded_at),
        (Plan, Plan.recorded_at),
        (Document, Document.recorded_at),
    )
    last: dict[str, date] = {}
    for table, when in (*days, *moments):
        query = select(table.patient, func.max(when)).group_by(table.patient)
        if when.key == "recorded_at":
            query = query.where(table.supersedes.is_(None))
        for patient, found in db.execute(query):
            day = found.date() if isinstance(found, datetime) else found
            last[patient] = max(day, last.get(patient, day))
    first = select(Patient.record, Patient.recorded_at).where(Patient.supersedes.is_(None))
    return {patient: at.date() for patient, at in db.execute(first)} | last
