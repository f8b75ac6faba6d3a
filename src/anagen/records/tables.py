"""What is kept: one table for each noun of the practice.

A clinical row is one *version* of a *record*. ``record`` stays the same through corrections, ``id``
names the version, ``supersedes`` the version before. Tables point at each other's ``record``.
JSON columns hold what the types of the program give as plain data.
"""

from datetime import UTC, date, datetime
from secrets import choice
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from anagen.records.folding import folded, lot_key

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is easily taken for another


def new_id() -> str:
    """A fresh identity."""
    return str(uuid4())


def new_code() -> str:
    """A pseudonym that can be said over the telephone, such as K7Q-2MD."""
    letters = [choice(CODE_LETTERS) for _ in range(6)]
    return f"{''.join(letters[:3])}-{''.join(letters[3:])}"


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Utc(TypeDecorator[datetime]):
    """A moment. Always with its zone in Python, in UTC in every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a moment needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy once
        str: Text,
        datetime: Utc,
        float: Double,
        bytes: LargeBinary,
        dict[str, Any]: JSON(none_as_null=True),
        list[dict[str, Any]]: JSON(none_as_null=True),
    }


class Version(Base):
    """What every clinical row has."""

    __abstract__ = True

    id: Mapped[str] = mapped_column(String(36), primary_key=True, sort_order=-8)
    record: Mapped[str] = mapped_column(String(36), index=True, sort_order=-7)
    supersedes: Mapped[str | None] = mapped_column(String(36), unique=True, sort_order=-6)
    withdrawn: Mapped[bool] = mapped_column(sort_order=-5)
    recorded_at: Mapped[datetime] = mapped_column(sort_order=-4)
    recorded_by: Mapped[str] = mapped_column(String(36), sort_order=-3)
    reason: Mapped[str | None] = mapped_column(sort_order=-2)


class OfPatient(Version):
    """What every clinical row about a patient has besides."""

    __abstract__ = True

    patient: Mapped[str] = mapped_column(String(36), index=True, sort_order=-1)


class Patient(Version):
    __tablename__ = "patient"

    given_name: Mapped[str]
    family_name: Mapped[str]
    born: Mapped[date | None]
    contact: Mapped[str | None]
    clinic_number: Mapped[str | None]
    code: Mapped[str] = mapped_column(String(7), index=True)  # given by Entry.add
    facts: Mapped[dict[str, Any]]
    note: Mapped[str | None]
    restricted: Mapped[bool] = mapped_column(default=False)
    search: Mapped[str] = mapped_column(default="")  # worked out before a row is written


class Screening(OfPatient):
    __tablename__ = "screening"

    facts: Mapped[dict[str, Any]]
    protocol: Mapped[dict[str, Any] | None]
    decision: Mapped[str]
    result: Mapped[dict[str, Any]]
    version: Mapped[str]


class Plan(OfPatient):
    __tablename__ = "plan"

    screening: Mapped[str] = mapped_column(String(36))
    name: Mapped[str]
    facts: Mapped[dict[str, Any]]
    protocol: Mapped[dict[str, Any] | None]
    weeks: Mapped[int]
    draws: Mapped[int]
    seed: Mapped[int] = mapped_column(BigInteger)
    model_version: Mapped[str]
    forecast: Mapped[dict[str, Any]]
    first_day: Mapped[date]
    override_reason: Mapped[str | None]


class SessionRecord(OfPatient):
    __tablename__ = "session_record"

    plan: Mapped[str | None] = mapped_column(String(36))
    number: Mapped[int]
    performed_at: Mapped[datetime] = mapped_column(index=True)
    operator: Mapped[str]
    device_model: Mapped[str | None]
    device_serial: Mapped[str | None]
    cartridge_lot: Mapped[str | None]
    cartridge_expiry: Mapped[date | None]
    single_use: Mapped[bool | None]
    zones: Mapped[list[dict[str, Any]]]
    anaesthetic: Mapped[dict[str, Any] | None]
    topicals: Mapped[list[dict[str, Any]]]
    antiseptic: Mapped[str | None]
    pain_0_10: Mapped[int | None]
    reaction: Mapped[str | None]
    history_rechecked: Mapped[bool | None]
    consent: Mapped[str | None] = mapped_column(String(36))
    note: Mapped[str | None]


class Photo(OfPatient):
    __tablename__ = "photo"

    session: Mapped[str | None] = mapped_column(String(36))
    taken_on: Mapped[date]
    angle: Mapped[str | None]
    zone: Mapped[str | None]
    marked_point: Mapped[str | None]
    device: Mapped[str | None]
    magnification: Mapped[float | None]
    clip_length_mm: Mapped[float | None]
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))


class HairCount(OfPatient):
    __tablename__ = "hair_count"

    photo: Mapped[str | None] = mapped_column(String(36))
    on: Mapped[date]
    site: Mapped[str]
    method: Mapped[str]
    area_cm2: Mapped[float | None]
    total_density_per_cm2: Mapped[float | None]
    terminal_density_per_cm2: Mapped[float | None]
    mean_diameter_um: Mapped[float | None]
    anagen_fraction: Mapped[float | None]
    keep: Mapped[bool] = mapped_column(default=True)


class AdverseEvent(OfPatient):
    __tablename__ = "adverse_event"

    session: Mapped[str | None] = mapped_column(String(36))
    on: Mapped[date]
    event: Mapped[dict[str, Any]]
    assessment: Mapped[dict[str, Any]]
    urgency: Mapped[str]
    kind: Mapped[str]
    lot: Mapped[str | None]


class Document(OfPatient):
    __tablename__ = "document"

    plan: Mapped[str | None] = mapped_column(String(36))
    kind: Mapped[str]
    language: Mapped[str]
    title: Mapped[str]
    media_type: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))


class Consent(OfPatient):
    __tablename__ = "consent"

    kind: Mapped[str]
    document: Mapped[str | None] = mapped_column(String(36))
    language: Mapped[str]
    given: Mapped[bool]
    on: Mapped[date]
    off_label_said: Mapped[bool | None]
    note: Mapped[str | None]


class Lot(Base):
    """A lot that a session used; written with each version of a session."""

    __tablename__ = "lot"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    session: Mapped[str] = mapped_column(ForeignKey("session_record.id"), index=True)
    record: Mapped[str] = mapped_column(String(36))
    kind: Mapped[str]
    lot: Mapped[str]
    lot_key: Mapped[str] = mapped_column(default="", index=True)  # worked out as well
    product: Mapped[str | None]
    expiry: Mapped[date | None] = mapped_column(index=True)


class Signature(Base):
    """Who stands for which version of what, and in which sense."""

    __tablename__ = "signature"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str]
    record: Mapped[str] = mapped_column(String(36), index=True)
    version: Mapped[str] = mapped_column(String(36))
    digest: Mapped[str] = mapped_column(String(64))
    meaning: Mapped[str]
    by: Mapped[str] = mapped_column(String(36))
    name: Mapped[str]
    at: Mapped[datetime]


class Content(Base):
    """The sealed bytes of a photograph or document, under the version that brought them."""

    __tablename__ = "content"

    version: Mapped[str] = mapped_column(String(36), primary_key=True)
    key: Mapped[str] = mapped_column(String(16), index=True)
    nonce: Mapped[bytes]
    sealed: Mapped[bytes]


class Audit(Base):
    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(36), index=True)
    actor_name: Mapped[str]
    action: Mapped[str]
    kind: Mapped[str | None]
    record: Mapped[str | None] = mapped_column(index=True)
    version: Mapped[str | None] = mapped_column(String(36), index=True)
    digest: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[dict[str, Any] | None]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class User(Base):
    __tablename__ = "user_account"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    password_hash: Mapped[str | None]
    totp: Mapped[bytes | None]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    locked_until: Mapped[datetime | None]
    oidc_subject: Mapped[str | None] = mapped_column(unique=True)


class Passkey(Base):
    __tablename__ = "passkey"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    user: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    credential: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    name: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=now)


class LoginSession(Base):
    __tablename__ = "login_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    csrf: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    ends_at: Mapped[datetime]
    strength: Mapped[str]
    step: Mapped[dict[str, Any] | None]


class LoginAttempt(Base):
    __tablename__ = "login_attempt"
    __table_args__ = (Index(None, "email", "at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    email: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    succeeded: Mapped[bool]


class Job(Base):
    __tablename__ = "job"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str]
    spec: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="queued", index=True)
    asked_by: Mapped[str] = mapped_column(String(36))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    said: Mapped[str | None]
    checkpoint: Mapped[bytes | None]
    result: Mapped[dict[str, Any] | None]
    fault: Mapped[str | None]
    cancel: Mapped[bool] = mapped_column(default=False)


class Setting(Base):
    """What the practice has decided, such as how long records are kept."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]


CLINICAL: tuple[type[Version], ...] = (
    Patient, Screening, Plan, SessionRecord, Photo, HairCount, AdverseEvent, Document, Consent,
)  # fmt: skip
APPEND_ONLY: tuple[type[Base], ...] = (*CLINICAL, Lot, Signature, Audit)
MUTABLE: tuple[type[Base], ...] = (User, Passkey, Setting)  # every change is noted in the audit


@event.listens_for(Patient, "before_insert")
def _searchable(_mapper: Any, _connection: Any, patient: Patient) -> None:
    born = patient.born.isoformat() if patient.born else ""
    said = (patient.given_name, patient.family_name, patient.clinic_number or "", born)
    patient.search = folded(" ".join((*said, patient.code)))


@event.listens_for(Lot, "before_insert")
def _findable(_mapper: Any, _connection: Any, lot: Lot) -> None:
    lot.lot_key = lot_key(lot.lot)
