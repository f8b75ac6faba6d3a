"""A person and a protocol laid out as the arrays that the scalp computes with.

Unknown is NaN, every array is (draws,). They are arrays of NumPy: a hundred small ones are made
faster there, and the compiled course takes them as they are. What a protocol leaves out takes its
usual value (the records ``usual.*`` and the device's typical ones), and the forecast's warnings
say so.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from anagen.evidence.parameters import parameters
from anagen.patient import Patient
from anagen.protocol import Protocol, Topical
from anagen.scalp.conditions import Person
from anagen.scalp.course import Scalp, Treatment
from anagen.scalp.delivery import Minoxidil
from anagen.scalp.medicines import Intake, Taken
from anagen.scalp.needling import PEN, ROLLER, STAMP, Device


def scalp_numbers(drawn: Mapping[str, np.ndarray]) -> Scalp:
    """Drawn parameters laid out as the scalp wants them."""
    return Scalp(
        **{
            mechanism: numbers(**{name: drawn[f"{mechanism}.{name}"] for name in numbers._fields})
            for mechanism, numbers in Scalp.__annotations__.items()
        }
    )


def person_of(patient: Patient, drawn: Mapping[str, np.ndarray]) -> Person:
    """What is known of the person, for each draw; unknown is NaN."""
    draws = len(drawn["counting.variation"])
    hair = patient.hair

    def known(value: float | None) -> Any:
        return np.full(draws, np.nan if value is None else value)

    return Person(
        age_years=known(patient.age),
        is_male=known(float(patient.sex == "male")),
        history_years=_history_years(patient, drawn),
        total_density_per_cm2=known(hair and hair.total_density_per_cm2),
        terminal_fraction=known(hair and hair.terminal_fraction),
        mean_diameter_um=known(hair and hair.mean_diameter_um),
        anagen_fraction=known(hair and hair.anagen_fraction),
    )


def _history_years(patient: Patient, drawn: Mapping[str, np.ndarray]) -> Any:
    """How long the condition has been at work, for each draw."""
    onset_years = None
    if patient.months_since_onset is not None:
        onset_years = patient.months_since_onset / 12
    match patient.condition:
        case "androgenetic_alopecia" | "female_pattern_hair_loss":
            # Loss is noticed years after shrinking begins, so a grade tells more than the onset.
            if patient.grade is not None:
                years = grade_share(patient.grade) * drawn["pattern.years_per_grade_step"]
            else:
                years = drawn["pattern.years_without_grade"]
            return np.maximum(years, onset_years or 0.0)
        case "senescent_alopecia":
            return np.zeros_like(drawn["counting.variation"])  # told by age
        case condition:
            mechanism = condition.split("_")[{"telogen_effluvium": 1}.get(condition, -1)]
            mechanism = {"alopecia": "cicatricial"}.get(mechanism, mechanism)
            undated = drawn[f"{mechanism}.years_without_date"]
            return undated if onset_years is None else np.full_like(undated, onset_years)


def grade_share(grade: str) -> float:
    """A grade as a share of its scale, from none (0) to complete (1)."""
    scale, _, step = grade.partition("_")
    match scale:
        case "norwood":
            return (3.5 if step == "3v" else int(step)) / 7 - 1 / 7
        case "ludwig":
            return int(step) / 3
        case "sinclair":
            return (int(step) - 1) / 4
        case _:
            return int(step) / 100


def treatment_of(protocol: Protocol, draws: int) -> Treatment:
    """A protocol as arrays."""

    def each(value: float | None) -> Any:
        return np.full(draws, np.nan if value is None else float(value))

    course = protocol.course
    return Treatment(
        device=_device(protocol, each),
        sessions=each(course.sessions),
        interval_days=each(_usual("interval_days", course.interval_days)),
        bleeding=each(course.endpoint == "pinpoint_bleeding"),
        minoxidil=_minoxidil(protocol, each),
        prp=each(protocol.topical("prp") is not None),
        growth_factors=each(protocol.topical("growth_factors") is not None),
        triamcinolone=each(protocol.topical("triamcinolone") is not None),
    )


def _device(protocol: Protocol, each: Callable[[float | None], Any]) -> Device:
    device, course = protocol.device, protocol.course
    if device is None or course.sessions == 0:
        return Device(*(each(0.0) for _ in Device._fields))
    return Device(
        kind=each({"roller": ROLLER, "stamp": STAMP, "pen": PEN}[device.kind]),
        needle_mm=each(device.needle_mm),
        needles=each(device.needles),
        rate_hz=each(device.rate_hz),
        passes=each(_usual("passes", course.passes)),
    )


def _minoxidil(protocol: Protocol, each: Callable[[float | None], Any]) -> Minoxidil:
    used = protocol.topical("minoxidil")
    asked = used or Topical(drug="minoxidil", per_day=0.0)  # never put on: all else is idle
    return Minoxidil(
        strength_percent=each(_usual("minoxidil_strength_percent", asked.strength_percent)),
        dose_ml=each(_usual("minoxidil_dose_ml", asked.dose_ml)),
        per_day=each(_usual("minoxidil_per_day", asked.per_day)),
        hold_hours=each(_usual("minoxidil_hold_hours", asked.hold_hours)),
        area_cm2=each(_usual("area_cm2", protocol.course.area_cm2)),
    )


def intake_of(protocol: Protocol, draws: int) -> Intake:
    """What a protocol has taken by mouth, as arrays."""

    def taken(drug: str) -> Taken:
        tablet = protocol.medicine(drug)
        mg = 0.0 if tablet is None else tablet.mg_per_day
        stop = np.inf if tablet is None or tablet.stop_day is None else tablet.stop_day
        return Taken(np.full(draws, mg), np.full(draws, stop))  # type: ignore[arg-type]

    return Intake(**{drug: taken(drug) for drug in Intake._fields})


def _usual(name: str, stated: float | None) -> float:
    return parameters()[f"usual.{name}"].centre if stated is None else stated
