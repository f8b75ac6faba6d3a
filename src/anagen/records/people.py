"""Finding people: by name, clinic number, code or birth date, whatever the accents and capitals."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from anagen.records.current import stands
from anagen.records.folding import folded
from anagen.records.tables import Patient


def find(db: Session, asked: str, most: int = 100) -> Sequence[Patient]:
    """Up to ``most`` people in whose entry every word of ``asked`` stands, by family name; without
    a word the latest recorded. A restricted person is found by the code alone."""
    words = folded(asked).split()
    query = select(Patient).where(stands(Patient)).limit(most)
    if not words:
        return db.scalars(
            query.where(~Patient.restricted).order_by(Patient.recorded_at.desc())
        ).all()
    by_code = Patient.code == asked.strip().upper()
    named = ~Patient.restricted
    for word in words:
        named &= Patient.search.contains(word, autoescape=True)
    return db.scalars(
        query.where(named | by_code).order_by(Patient.family_name, Patient.given_name)
    ).all()
