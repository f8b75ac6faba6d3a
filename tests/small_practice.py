"""A practice with one row or more of every kind, for tests of the records."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from stores import ADA, BEN

from anagen.accounts.users import sealed_secret
from anagen.records.store import Store
from anagen.records.tables import (
    AdverseEvent,
    Consent,
    Document,
    HairCount,
    Job,
    Passkey,
    Patient,
    Photo,
    Plan,
    Screening,
    SessionRecord,
    Setting,
    User,
)

FACTS = {"age": 34.0, "sex": "female", "condition": "female_pattern_hair_loss"}
PHOTOGRAPH = bytes(range(256)) * 4
LEAFLET = b"<p>Ihre Kopfhaut</p>"
TOTP = {"secret": "JBSWY3DPEHPK3PXP", "step": 7}


@dataclass
class SmallPractice:
    """The records' names."""

    patient: str
    session: str
    photo: str
    document: str
    user: str


def person(**values: object) -> Patient:
    """A patient."""
    told = {"given_name": "Zoë", "family_name": "Núñez", "born": date(1990, 2, 28), "facts": FACTS}
    return Patient(**told | values)


def fill(store: Store) -> SmallPractice:
    """Write a little of everything, with a correction, a withdrawal and a signature."""
    day = date(2026, 3, 2)
    with store.writing(ADA) as entry:
        user = entry.add(User(name="Ada", email="ada@clinic.example", role="owner"))
        user.totp = sealed_secret(store.keys, user.id, TOTP)
        entry.add(Passkey(user=user.id, credential=b"c\x00", public_key=b"k", name="a phone"))
        entry.add(Setting(name="kept years", value={"years": 10, "why": "the law"}))
        entry.db.add(Job(kind="trial", spec={"seed": 1}, asked_by=user.id))
    with store.writing(ADA) as entry:
        patient = entry.add(person(contact="+34 600 000 000", clinic_number="0017"))
        of = {"patient": patient.record}
        screening = entry.add(
            Screening(**of, facts=FACTS, decision="go", result={"findings": []}, version="0.1")
        )
        plan = entry.add(
            Plan(**of, screening=screening.record, name="six, monthly", facts=FACTS, weeks=52,
                 draws=200, seed=2**40, model_version="0.1", forecast={"median": [0.0, 1e-300]},
                 first_day=day)
        )  # fmt: skip
        entry.sign(plan, "approved")
    with store.writing(BEN) as entry:
        session = entry.add(
            SessionRecord(
                **of, plan=plan.record, number=1, operator="Ben Oduya", device_model="P1",
                performed_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC), cartridge_lot="AB-12/3",
                cartridge_expiry=date(2027, 1, 31), single_use=True,
                zones=[{"zone": "vertex", "depth_mm": 0.6, "passes": 4}],
                topicals=[{"product": "minoxidil", "lot": "M 77", "dose_ml": 1.0}], pain_0_10=3,
            )
        )  # fmt: skip
        photo = entry.add(
            Photo(**of, session=session.record, taken_on=day, zone="vertex", magnification=20.0,
                  media_type="image/png", width=16, height=16),
            content=PHOTOGRAPH,
        )  # fmt: skip
        entry.add(
            HairCount(**of, photo=photo.record, on=day, site="vertex", method="by hand",
                      area_cm2=0.77, total_density_per_cm2=142.25)
        )  # fmt: skip
        entry.add(
            AdverseEvent(**of, session=session.record, on=day, event={"what": "itching"},
                         assessment={"grade": 1}, urgency="none", kind="itch")
        )  # fmt: skip
        document = entry.add(
            Document(**of, kind="handout", language="de", title="Ihre Kopfhaut",
                     media_type="text/html", file_name="handout.html"),
            content=LEAFLET,
        )  # fmt: skip
        consent = entry.add(
            Consent(**of, kind="photographs", language="de", given=True, on=day)
        )  # fmt: skip
    with store.writing(ADA) as entry:
        entry.correct(session, "a lot was misread", cartridge_lot="AB-12/8")
        entry.correct(photo, "wrong zone", zone="frontal")
        entry.correct(consent, "taken back", given=False)
        entry.note("read", "Patient", patient.record)
    return SmallPractice(patient.record, session.record, photo.record, document.record, user.id)


def session(of: str, **values: object) -> SessionRecord:
    """A session of a patient, with the lots that it used."""
    told = {
        "patient": of, "number": 1, "performed_at": datetime(2026, 3, 2, 10, 30, tzinfo=UTC),
        "operator": ADA.name, "cartridge_lot": "AB-12/3", "cartridge_expiry": date(2027, 1, 31),
        "zones": [{"zone": "vertex", "depth_mm": 0.6}],
        "topicals": [{"product": "minoxidil", "lot": "M 9", "dose_ml": 1.0}],
    }  # fmt: skip
    return SessionRecord(**told | values)
