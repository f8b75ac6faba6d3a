"""The courses of an arm's people: what each would show at the weeks of the arm's results.

change of an endpoint from baseline, for draws of one person each; men and women of a mixed arm
are computed apart and joined by their shares.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from anagen.calibration.arms import Given, Group
from anagen.courses import courses
from anagen.evidence.parameters import parameters
from anagen.evidence.trials import ArmOutcome
from anagen.model_inputs import person_of, treatment_of
from anagen.remembered import Arrays, Remembered, anew
from anagen.scalp.conditions import Person
from anagen.scalp.course import Outcome, Treatment
from anagen.scalp.needling import PEN, ROLLER, STAMP

LEAST_AGE_YEARS = 18.0
LEAST_DENSITY_PER_CM2 = 20.0
BLOCK = 2_000  # draws at a time: what all endpoints of all arms take stays below a gigabyte


def endpoint(outcome: str, by_week: Mapping[str, Any]) -> np.ndarray:
    """A trial's outcome read off the model's endpoints, (weeks, draws): hairs/cm² or µm.

    A count in a target area is of hairs above vellus, as the trials of finasteride and minoxidil
    counted them.
    """
    match outcome:
        case "total_density":
            return by_week["total_density_per_cm2"]
        case "nonvellus_density" | "target_area_count":
            return by_week["total_density_per_cm2"] - by_week["vellus_density_per_cm2"]
        case "terminal_density":
            return by_week["terminal_density_per_cm2"]
        case "diameter":
            return by_week["mean_diameter_um"]
        case other:
            raise ValueError(f"no endpoint for the outcome {other}")


def changes(
    given: Sequence[Given], drawn: Mapping[str, np.ndarray], remembered: Remembered = anew
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Baseline and change of each arm's results, each (results, draws), for the same draws.

    Arms of one condition and length are computed together, so many draws at a time.
    """
    number = len(drawn["follicles.density_per_cm2"])

    def block(begin: int) -> Arrays:
        some = {key: values[begin : begin + BLOCK] for key, values in drawn.items()}
        baseline, change = _changes(given, some)
        return {"baseline": np.concatenate(baseline), "change": np.concatenate(change)}

    blocks = [
        remembered(f"Courses of arms, {begin} of {number} draws", lambda at=begin: block(at))
        for begin in range(0, number, BLOCK)
    ]
    ends = np.cumsum([len(one.results) for one in given])[:-1]

    def joined(name: str) -> list[np.ndarray]:
        return np.split(np.concatenate([of[name] for of in blocks], axis=1), ends)

    return joined("baseline"), joined("change")


def _changes(
    given: Sequence[Given], drawn: Mapping[str, np.ndarray]
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    parts: dict[tuple[str, int], list[tuple[int, Group]]] = {}
    for i, one in enumerate(given):
        weeks = int(np.ceil(max(_week(result) for result in one.results)))
        for group in one.groups:
            parts.setdefault((group.patient.condition, weeks), []).append((i, group))
    number = len(drawn["follicles.density_per_cm2"])
    baseline = [np.zeros((len(one.results), number)) for one in given]
    change = [np.zeros((len(one.results), number)) for one in given]
    for (condition, weeks), members in parts.items():
        told = [lay_out(group, given[i], drawn) for i, group in members]
        outcomes = courses(told, drawn, condition, weeks)
        for (i, group), outcome in zip(members, outcomes, strict=True):
            for row, result in enumerate(given[i].results):
                first, moved = _read(result, outcome)
                baseline[i][row] += group.share * first
                change[i][row] += group.share * moved
    return baseline, change


def _read(result: ArmOutcome, outcome: Outcome) -> tuple[np.ndarray, np.ndarray]:
    shown = endpoint(result.outcome, outcome.by_week)
    week = _week(result)
    before = int(week)
    after = min(before + 1, shown.shape[0] - 1)
    value = shown[before] + (week - before) * (shown[after] - shown[before])
    return shown[0], value - shown[0]


def _week(result: ArmOutcome) -> float:
    assert result.week is not None
    return result.week


def lay_out(
    group: Group, given: Given, drawn: Mapping[str, np.ndarray]
) -> tuple[Person, Treatment]:
    """People and treatment of a group as the model wants them; what is not stated is drawn."""
    first = given.results[0]
    number = len(drawn["follicles.density_per_cm2"])
    person = person_of(group.patient, drawn, group.protocol)
    treatment = treatment_of(group.protocol, number)
    mean_age = drawn["trial.age_years"] if first.age_mean is None else first.age_mean
    deviation = drawn["trial.age_deviation"]
    if first.age_sd is not None:
        deviation = deviation * (first.age_sd / parameters()["trial.age_deviation"].shape["sd"])
    age: Any = np.maximum(mean_age + deviation, LEAST_AGE_YEARS)
    person = person._replace(
        age_years=age,
        total_density_per_cm2=_baseline(given.results, drawn, person.total_density_per_cm2),
        circumstances=person.circumstances._replace(age_years=age),
    )
    device = treatment.device
    if group.protocol.course.sessions:
        if not given.kind_stated:
            thirds = np.digitize(drawn["trial.device_draw"], [1 / 3, 2 / 3])
            device = device._replace(kind=np.array([ROLLER, STAMP, PEN], dtype=float)[thirds])
        if not given.needle_stated:
            device = device._replace(needle_mm=drawn["trial.needle_mm"])
    return person, treatment._replace(device=device)


def _baseline(results: Sequence[ArmOutcome], drawn: Mapping[str, np.ndarray], unknown: Any) -> Any:
    """The baseline of total density of each person, where the arm states it."""
    for result in results:
        if result.outcome == "total_density" and result.baseline is not None:
            if not result.unit.startswith("hairs/cm2"):
                continue
            spread = result.baseline_sd
            if spread is None:
                spread = result.baseline * parameters()["trial.baseline_variation"].centre
            counted = result.baseline + spread * drawn["trial.baseline_deviation"]
            return np.maximum(counted, LEAST_DENSITY_PER_CM2)
    return unknown
