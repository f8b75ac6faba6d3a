"""Measurements: what could still be measured of a person, as each draw would show it, with error.

What the patient file already says is not offered again. Errors are those of the records; a later
count is read as the change from the first, which carries the errors of both.
"""

from collections.abc import Mapping

import numpy as np

from anagen.counts import Count
from anagen.evidence.parameters import parameters
from anagen.followup.readings import TOTAL, Reading, readings
from anagen.forecast import Forecast
from anagen.model_inputs import scalp_numbers
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.scalp.sulfation import share_of_responders

_TODAY = {
    "total_density_per_cm2": "a count of all hairs today",
    "terminal_fraction": "the share of terminal hairs today",
    "mean_diameter_um": "the mean hair diameter today",
    "anagen_fraction": "the share of growing hairs today",
}
_LATER_WEEKS = (12, 24)


def measurements(
    patient: Patient,
    protocol: Protocol,
    forecast: Forecast,
    drawn: Mapping[str, np.ndarray],
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """What to measure -> the value that each draw would give (draws,)."""
    every = Count(
        week=0,
        total_density_per_cm2=1.0,
        terminal_density_per_cm2=1.0,
        mean_diameter_um=50.0,
        anagen_fraction=0.5,
    )

    def read(reading: Reading) -> np.ndarray:
        return reading.shown + reading.error * rng.standard_normal(len(reading.shown))

    found = {}
    hair = patient.hair.model_dump() if patient.hair else {}
    for reading in readings(0.0, every, forecast):
        if hair.get(reading.endpoint) is None:
            found[_TODAY[reading.endpoint]] = read(reading)
    first = read(readings(0.0, every, forecast)[0])
    for week in _LATER_WEEKS:
        if week >= len(forecast.weeks):
            continue
        at = {each.endpoint: each for each in readings(float(week), every, forecast)}
        found[f"a second count of all hairs at week {week}"] = read(at[TOTAL]) - first
        found[f"the share of growing hairs at week {week}"] = read(at["anagen_fraction"])
    if patient.sulfotransferase_od405 is None and protocol.topical("minoxidil"):
        found["a hair sulfotransferase assay"] = _assay(patient, protocol, drawn, rng)
    return found


def _assay(
    patient: Patient,
    protocol: Protocol,
    drawn: Mapping[str, np.ndarray],
    rng: np.random.Generator,
) -> np.ndarray:
    """Whether the assay is positive in each draw."""
    numbers = scalp_numbers(drawn).sulfation
    used = protocol.topical("minoxidil")
    stated = used.strength_percent if used else None
    usual = parameters()["usual.minoxidil_strength_percent"].centre
    male = np.full(len(drawn["sulfation.responder_draw"]), float(patient.sex == "male"))
    strength = np.full_like(male, usual if stated is None else stated)
    share = np.asarray(share_of_responders(male, strength, numbers))  # type: ignore[arg-type]
    responds = drawn["sulfation.responder_draw"] < share
    women = "" if patient.sex == "male" else "_women"
    sensitivity = drawn[f"sulfation.assay_sensitivity{women}"]
    specificity = drawn[f"sulfation.assay_specificity{women}"]
    positive = np.where(responds, sensitivity, 1 - specificity)
    return (rng.random(len(male)) < positive).astype(float)
