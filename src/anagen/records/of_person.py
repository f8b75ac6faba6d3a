"""All that is kept of one person: every version of every record, signatures, lots, and the audit.

What was corrected or withdrawn is there as well, marked as no longer standing: a person may see
everything that is kept of them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, inspect, or_, select
from sqlalchemy.orm import Session

from anagen.reading import BadInput
from anagen.records.contents import WithContent
from anagen.records.current import stands
from anagen.records.folding import folded
from anagen.records.tables import (
    AdverseEvent,
    Audit,
    Base,
    Consent,
    Document,
    HairCount,
    Lot,
    OfPatient,
    Patient,
    Photo,
    Plan,
    Screening,
    SessionRecord,
    Signature,
    Version,
)

NAMES: dict[type[Version], str] = {
    Patient: "person", Screening: "screenings", Plan: "plans", SessionRecord: "sessions",
    Photo: "photographs", HairCount: "hair_counts", AdverseEvent: "adverse_events",
    Document: "documents", Consent: "consents",
}  # fmt: skip
_SUFFIXES = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "text/html": ".html",
    "application/pdf": ".pdf", "text/calendar": ".ics",
}  # fmt: skip
_DERIVED = {"search", "lot_key"}

type Row = dict[str, Any]
type _Mine = Mapping[type[Version], ColumnElement[bool]]


@dataclass
class OfPerson:
    """What is kept of one person: rows by name, oldest first; and the versions with bytes, by the
    name that a file of them gets."""

    name: str
    code: str
    rows: dict[str, list[Row]] = field(default_factory=dict)
    files: dict[str, WithContent] = field(default_factory=dict)


def of_person(db: Session, patient: str) -> OfPerson:
    """All that is kept of one person. Raises `BadInput` where there is nobody."""
    versions = select(Patient).where(Patient.record == patient)
    last = db.scalars(versions.order_by(Patient.recorded_at.desc())).first()
    if last is None:
        raise BadInput("there is no such patient.")
    told = OfPerson(f"{last.given_name} {last.family_name}", last.code)
    mine = {table: _of(table, patient) for table in NAMES}
    signed = select(Signature).where(_of_versions(Signature, mine))
    entries = db.scalars(select(Audit).where(_about(mine, signed)).order_by(Audit.seq)).all()
    writers = {each.version: each.actor_name for each in reversed(entries)}
    for table, of in mine.items():
        query = select(table, stands(table)).where(of).order_by(table.recorded_at, table.id)
        rows = told.rows[NAMES[table]] = []
        for row, still in db.execute(query):
            rows.append(_plain(row) | {"recorded_by_name": writers.get(row.id), "stands": still})
            if isinstance(row, Photo | Document):
                rows[-1]["file"] = _file_of(told.files, row)
    lots = (
        select(Lot)
        .join(SessionRecord, SessionRecord.id == Lot.session)
        .where(mine[SessionRecord])
        .order_by(SessionRecord.recorded_at, Lot.kind, Lot.id)
    )
    told.rows["lots"] = [_plain(row) for row in db.scalars(lots)]
    signatures = db.scalars(signed.order_by(Signature.at, Signature.id))
    told.rows["signatures"] = [_plain(row) for row in signatures]
    told.rows["audit"] = [_plain(row) for row in entries]
    return told


def _of(table: type[Version], patient: str) -> ColumnElement[bool]:
    return table.patient == patient if issubclass(table, OfPatient) else table.record == patient


def _of_versions(table: Any, mine: _Mine) -> ColumnElement[bool]:
    """The rows of ``table`` that are about a version of the person's records."""
    return or_(*(table.version.in_(select(each.id).where(of)) for each, of in mine.items()))


def _about(mine: _Mine, signed: Select[Signature]) -> ColumnElement[bool]:
    """The entries about the person's rows, and those about the person without a row."""
    signatures = signed.with_only_columns(Signature.id)
    without = and_(
        Audit.version.is_(None),
        or_(*(Audit.record.in_(select(each.record).where(of)) for each, of in mine.items())),
    )
    return or_(_of_versions(Audit, mine), Audit.version.in_(signatures), without)


def _file_of(files: dict[str, WithContent], row: WithContent) -> str:
    """The name of the file with a version's bytes, which an earlier version may share."""
    for name, other in files.items():
        if (other.record, other.sha256) == (row.record, row.sha256):
            return name
    if isinstance(row, Photo):
        folder, said = "photographs", f"{row.taken_on} {row.zone or ''} {row.angle or ''}"
    else:
        folder, said = "documents", f"{row.title} {row.language}"
    number = sum(name.startswith(folder) for name in files) + 1
    safe = re.sub(r"[^a-z0-9]+", "-", folded(said)).strip("-")[:60]
    name = f"{folder}/{number:03}-{safe}{_SUFFIXES.get(row.media_type, '.bin')}"
    files[name] = row
    return name


def _plain(row: Base) -> Row:
    """A row with moments and days as text, and its structure as it is."""
    names = [each.key for each in inspect(type(row)).column_attrs if each.key not in _DERIVED]
    return {name: _said(getattr(row, name)) for name in names}


def _said(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case _:
            return value
