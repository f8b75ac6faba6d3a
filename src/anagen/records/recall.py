"""A recall: who was treated from one lot, with one product, or with what has expired."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from anagen.reading import BadInput
from anagen.records.canonical import check_keepable
from anagen.records.current import stands
from anagen.records.folding import folded, lot_key
from anagen.records.lots import KINDS
from anagen.records.tables import Lot, Patient, SessionRecord

MOST_USES = 1_000
_MOST_PRODUCTS = 10_000


@dataclass(frozen=True)
class Used:
    """One lot in one session. ``patient`` and ``session`` are record ids."""

    patient: str
    name: str
    code: str
    session: str
    number: int
    performed_at: datetime
    kind: str
    lot: str
    product: str | None
    expiry: date | None


@dataclass(frozen=True)
class Recall:
    """The latest `MOST_USES` that fit, and how many uses and people there are in all."""

    uses: list[Used]
    number: int
    people: int


def recall(
    db: Session,
    lot: str = "",
    kind: str = "",
    product: str = "",
    expires_before: date | None = None,
) -> Recall:
    """The uses that fit all that is asked for, the latest session first.

    A lot fits where its letters and digits hold those asked for: "AB-12" finds "LOT ab12/3", since
    to find one too many is better than to miss one. A product fits where every word occurs.
    Sessions as they stand now; people also where they are restricted or withdrawn. Raises
    `BadInput`.
    """
    for name, asked in {"the lot": lot, "the kind": kind, "the product": product}.items():
        check_keepable(name, asked)
    key, words = lot_key(lot), folded(product).split()
    if lot.strip() and not key:
        raise BadInput("the lot holds no letter and no digit; allowed is a lot or serial number.")
    if not key and not words and expires_before is None:
        raise BadInput("a recall needs a lot, a product or a day of expiry.")
    if kind and kind not in KINDS:
        raise BadInput(f"the kind {kind[:20]!r} is unknown; allowed is one of {', '.join(KINDS)}.")
    newer = aliased(Patient)
    found = (
        select(Lot, SessionRecord.number, SessionRecord.performed_at, Patient.record,
               Patient.given_name, Patient.family_name, Patient.code)
        .select_from(Lot)
        .join(SessionRecord, SessionRecord.id == Lot.session)
        .join(Patient, Patient.record == SessionRecord.patient)
        .where(stands(SessionRecord), ~exists().where(newer.supersedes == Patient.id))
    )  # fmt: skip
    if key:
        # Some write "LOT AB12" and some "AB12".
        found = found.where(Lot.lot_key.contains(key.removeprefix("lot") or key))
    if kind:
        found = found.where(Lot.kind == kind)
    if words:
        found = found.where(Lot.product.in_(_products(db, words)))
    if expires_before is not None:
        found = found.where(Lot.expiry < expires_before)
    counts = found.with_only_columns(func.count(), func.count(Patient.record.distinct()))
    number, people = db.execute(counts).one()
    latest = found.order_by(SessionRecord.performed_at.desc(), Lot.id).limit(MOST_USES)
    uses = [
        Used(
            patient, f"{family}, {given}", code, used.record, session, performed_at,
            used.kind, used.lot, used.product, used.expiry,
        )
        for used, session, performed_at, patient, given, family, code in db.execute(latest)
    ]  # fmt: skip
    return Recall(uses, number, people)


def _products(db: Session, words: list[str]) -> list[str]:
    """The products, as they were written, in which every word occurs."""
    written = db.scalars(select(Lot.product).where(Lot.product.is_not(None)).distinct())
    fitting = [each for each in written if each and all(word in folded(each) for word in words)]
    if len(fitting) > _MOST_PRODUCTS:
        raise BadInput("too many products hold these words; ask with more words, or by the lot.")
    return fitting
