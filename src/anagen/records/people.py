"""Finding people: by name, clinic number, code or day of birth."""

from collections.abc import Sequence

from sqlalchemy import or_
from sqlalchemy.orm import Session

from anagen.reading import BadInput
from anagen.records.canonical import check_keepable
from anagen.records.current import select_current
from anagen.records.folding import folded
from anagen.records.tables import Patient

MOST_FOUND = 100


def find(db: Session, asked: str, most: int = MOST_FOUND) -> Sequence[Patient]:
    """Patients in whose names, number, code or day of birth (1990-02-28) every word occurs.

    Case and accents do not count. Without a word: those recorded last, the latest first. Who is
    restricted is found by the whole code alone. Raises `BadInput` for what is no text.
    """
    check_keepable("the search", asked)
    code = "".join(asked.split()).upper()
    found = select_current(Patient, or_(~Patient.restricted, Patient.code == code))
    words = folded(asked).split()
    for word in words:
        found = found.where(Patient.search.contains(word, autoescape=True))
    order = (
        (Patient.family_name, Patient.given_name, Patient.record)
        if words
        else (Patient.recorded_at.desc(), Patient.id)
    )
    return db.scalars(found.order_by(*order).limit(most)).all()


def one_by_number(db: Session, asked: str) -> Patient:
    """The one patient, restricted or not, who has this code or clinic number.

    Raises `BadInput` for nobody, and for more than one.
    """
    check_keepable("the number", asked)
    number = asked.strip()
    found = db.scalars(
        select_current(
            Patient, or_(Patient.clinic_number == number, Patient.code == number.upper())
        )
    ).all()
    if len(found) != 1:
        many = "more than one person has" if found else "nobody has"
        raise BadInput(f"{many} the code or clinic number {number[:40]!r}.")
    return found[0]
