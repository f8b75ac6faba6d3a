"""A patient's whole story, step by step, as forms; a browser and a plain client both walk it."""

from datetime import date, timedelta
from typing import Any

from anagen.kept_forecast import keep
from anagen.patient import Patient
from anagen.protocol import Protocol, nothing
from anagen.records import tables
from anagen.screening import screen
from anagen.web.pages.compare import ALL, FEW
from anagen.web.person import plain

START = date.today() - timedelta(weeks=15)
PERSON = {
    "given_name": "Zebulon",
    "family_name": "Quarrington",
    "born": "1992-03-04",
    "clinic_number": "A-17",
    "sex": "male",
    "condition": "androgenetic_alopecia",
    "grade": "norwood_3v",
    "months_since_onset": "48",
    "skin_type": "3",
    "weight_kg": "78",
    "conditions.none": "yes",
    "medications.none": "yes",
    "allergies.none": "yes",
    "scalp_findings.none": "yes",
    "hair.total_density_per_cm2": "172",
    "hair.terminal_fraction": "0.71",
    "hair.mean_diameter_um": "58",
    "hair.anagen_fraction": "0.78",
}
COUNT = {
    "date": date.today().isoformat(),
    "total_density_per_cm2": "181",
    "method": "phototrichogram",
    "area_cm2": "1",
}
SESSION = {
    "performed_at": f"{START}T10:15",
    "operator": "Clara Clinician",
    "number": "1",
    "with.kind": "pen",
    "with.needles": "12",
    "frontal.on": "yes",
    "frontal.depth_mm": "0.6",
    "frontal.passes": "4",
    "frontal.area_cm2": "40",
    "vertex.on": "yes",
    "vertex.depth_mm": "1",
    "vertex.passes": "4",
    "lots.device_model": "Pen 3",
    "lots.cartridge_lot": "LOT-7781",
    "lots.cartridge_expiry": "2030-01-31",
    "numbing.product": "Cream",
    "numbing.grams": "5",
    "topical1.product": "Serum",
    "topical1.minutes_after": "10",
    "after.pain_0_10": "3",
    "after.reaction": "none",
    "despite": "consent was signed on paper",
}
EVENT = {
    "kind": "infection_bacterial",
    "severity": "2",
    "onset_days": "2",
    "days_since_session": "3",
    "session": "1",
    "zone": "vertex",
    "signs": "spreading\npus",
    "suspected_cause": "device",
}


def loaded(forecaster: Any) -> Any:
    """The model once all that pages ask it for is compiled, so that no page waits for that."""
    patient = Patient.model_validate({"age": 34, "sex": "male", "condition": PERSON["condition"]})
    for draws in (FEW, ALL):
        forecaster.ask(patient, [nothing()], 52, draws, 0)
    forecaster.close_up(patient, nothing(), 52, 200, 0)
    return forecaster


def kept_plan(entry: Any, patient: str, facts: Patient, protocol: Protocol) -> tables.Plan:
    """A plan as the comparing page keeps it."""
    from anagen.forecast import simulate_together

    found = screen(facts, protocol)
    screening = entry.add(
        tables.Screening(
            patient=patient,
            facts=plain(facts),
            protocol=plain(protocol),
            decision=found.decision,
            result=found.as_dict(),
            version=found.version,
        )
    )
    made, without = simulate_together(facts, [protocol, nothing(protocol)], 52, 50)
    return entry.add(
        tables.Plan(
            patient=patient,
            screening=screening.record,
            name="Pen 0.6 mm with minoxidil",
            facts=plain(facts),
            protocol=plain(protocol),
            weeks=52,
            draws=50,
            seed=0,
            model_version=made.model_version,
            forecast=keep(made, without),
            first_day=START,
            override_reason=None,
        )
    )
