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
from anagen.evidence.vocabulary import vocabulary
from anagen.patient import Patient
from anagen.protocol import Protocol, Topical
from anagen.scalp.anatomy import FRONTAL, OCCIPITAL, TEMPORAL, VERTEX
from anagen.scalp.carried import PutOn
from anagen.scalp.closure import Circumstances
from anagen.scalp.conditions import Person
from anagen.scalp.delivery import Minoxidil
from anagen.scalp.inflammation import Hormones
from anagen.scalp.medicines import Intake, Taken
from anagen.scalp.needling import PEN, ROLLER, STAMP, Device
from anagen.scalp.numbers import Scalp
from anagen.scalp.treatment import Treatment
from anagen.screening.facts import case_of

ZONES = {"frontal": FRONTAL, "temporal": TEMPORAL, "vertex": VERTEX, "occipital": OCCIPITAL}


def scalp_numbers(drawn: Mapping[str, np.ndarray]) -> Scalp:
    """Drawn parameters laid out as the scalp wants them."""
    return Scalp(
        **{
            mechanism: numbers(**{name: drawn[f"{mechanism}.{name}"] for name in numbers._fields})
            for mechanism, numbers in Scalp.__annotations__.items()
        }
    )


def person_of(
    patient: Patient,
    drawn: Mapping[str, np.ndarray],
    protocol: Protocol | None = None,
    age_years: np.ndarray | None = None,
) -> Person:
    """What is known of the person and of the zone that a protocol treats, for each draw; unknown
    is NaN. ``age_years`` (draws,) takes the place of one age where draws are many people."""
    zone = protocol.course.zone if protocol else None
    draws = len(drawn["follicles.density_per_cm2"])
    hair = patient.hair
    has = present(patient)

    def known(value: float | None) -> Any:
        return np.full(draws, np.nan if value is None else float(value))

    age: Any = known(patient.age) if age_years is None else age_years
    return Person(
        age_years=age,
        is_male=known(float(patient.sex == "male")),
        history_years=_history_years(patient, drawn),
        total_density_per_cm2=known(hair and hair.total_density_per_cm2),
        terminal_fraction=known(hair and hair.terminal_fraction),
        mean_diameter_um=known(hair and hair.mean_diameter_um),
        anagen_fraction=known(hair and hair.anagen_fraction),
        sulfotransferase_od405=known(patient.sulfotransferase_od405),
        diabetic=known(float("diabetes" in has)),
        hormones=_hormones(patient, age, has, drawn),
        zone=known(None if zone is None else ZONES[zone]),
        grade_share=known(None if patient.grade is None else grade_share(patient.grade)),
        circumstances=Circumstances(
            occluded_hours=known(protocol and protocol.course.occluded_hours),
            age_years=age,
            nsaid=known(None if patient.medications is None else "nsaid" in has),
            skin_type=known(patient.skin_type),
        ),
    )


def present(patient: Patient) -> frozenset[str]:
    """Everything that the person has or takes now, and whatever that is a kind of."""
    stated = case_of(patient, None, vocabulary()).entries
    return frozenset().union(*(entry.kinds for entry in stated if entry.now))


def _hormones(
    patient: Patient,
    age_years: np.ndarray,
    has: frozenset[str],
    drawn: Mapping[str, np.ndarray],
) -> Hormones:
    """What is published of the inflammation knows women before menopause and steroids."""
    none: Any = np.zeros_like(drawn["follicles.density_per_cm2"])
    fertile = (patient.sex == "female") & (age_years < drawn["hormones.menopause_years"])
    if "menopause" in has:
        fertile = np.zeros_like(fertile)
    oestrogen: Any = drawn["hormones.oestrogen_before_menopause"]
    cortisol: Any = drawn["hormones.cortisol_on_steroids"]
    return Hormones(
        oestrogen=fertile * oestrogen,
        cortisol=cortisol if "systemic_corticosteroid" in has else none,
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
            return np.zeros_like(drawn["follicles.density_per_cm2"])  # told by age
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

    def once(value: float) -> Any:
        return np.array(float(value))

    course = protocol.course
    return Treatment(
        device=_device(protocol, each),
        sessions=once(course.sessions),
        interval_days=once(_usual("interval_days", course.interval_days)),
        bleeding=each(course.endpoint == "pinpoint_bleeding"),
        minoxidil=_minoxidil(protocol, each),
        put_on=_put_on(protocol, draws),
        intake=_intake(protocol, draws),
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
        # A pen that dwells visits each spot once, unless the passes say otherwise.
        passes=each(_usual("passes", course.passes or (device.dwell_s and 1))),
        dwell_s=each(device.dwell_s),
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


def _put_on(protocol: Protocol, draws: int) -> PutOn:
    """What is put on at each session, per cm²; what is not stated is as in the reference."""
    area_cm2 = _usual("area_cm2", protocol.course.area_cm2)

    def each(value: float) -> Any:
        return np.full(draws, value)

    def reference(name: str, stated: float | None) -> float:
        return parameters()[f"carried.reference_{name}"].centre if stated is None else stated

    def ml_cm2(used: Topical | None) -> Any:
        if used is None:
            return each(0.0)
        stated = None if used.dose_ml is None else used.dose_ml / area_cm2
        return each(reference("ml_cm2", stated))

    prp, steroid = protocol.topical("prp"), protocol.topical("triamcinolone")
    return PutOn(
        prp_ml_cm2=ml_cm2(prp),
        platelets_fold=each(reference("platelets_fold", prp and prp.platelets_fold)),
        product_ml_cm2=ml_cm2(protocol.topical("growth_factors")),
        steroid_ml_cm2=ml_cm2(steroid),
        steroid_percent=each(reference("steroid_percent", steroid and steroid.strength_percent)),
    )


def _intake(protocol: Protocol, draws: int) -> Intake:
    """What a protocol has taken by mouth, as arrays."""

    def taken(drug: str) -> Taken:
        tablet = protocol.medicine(drug)
        mg = 0.0 if tablet is None else tablet.mg_per_day
        stop = np.inf if tablet is None or tablet.stop_day is None else tablet.stop_day
        return Taken(np.full(draws, mg), np.full(draws, stop))  # type: ignore[arg-type]

    return Intake(**{drug: taken(drug) for drug in Intake._fields})


def _usual(name: str, stated: float | None) -> float:
    return parameters()[f"usual.{name}"].centre if stated is None else stated
