"""What a trial published of an arm, as a number that a forecast can be held against.

    change of the arm's mean in hairs/cm² (in µm for a diameter), or in percent of the baseline
A count per another area is divided by that area; a count whose area is not stated is read against
its own baseline; where a trial states two areas, both readings stand.
"""

import re
from dataclasses import dataclass

from anagen.calibration.arms import NotModelled
from anagen.evidence.parameters import parameters
from anagen.evidence.trials import COUNTED, ArmOutcome

CM2_PER_SQUARE_INCH = 2.54**2
_UM_PER_MM = 1000


@dataclass(frozen=True)
class Result:
    """A published change. Where ``of_baseline``, change and sd are in percent of the baseline."""

    arm: ArmOutcome
    change: float
    sd: float | None  # between people
    people: float
    of_baseline: bool
    area_stated: bool  # or a percentage of the baseline was published
    readings: tuple[float, ...]  # what the change may have to be multiplied with; (1.0,) mostly


def published(arm: ArmOutcome) -> Result:
    """The number of an arm's result. Raises `NotModelled` with the reason where there is none."""
    if arm.outcome not in (*COUNTED, "diameter"):
        raise NotModelled(f"the outcome {arm.outcome!r} is not a count of hairs or a diameter")
    if arm.week is None or arm.week <= 0:
        raise NotModelled("the week of the result is not stated")
    people = arm.n_analysed or arm.n_randomised or parameters()["trial.people"].centre
    change = _change(arm)
    if arm.outcome == "diameter":
        factor = _micrometres(arm.unit)
        return Result(
            arm, change * factor, _times(arm.change_sd, factor), people, False, True, (1.0,)
        )
    if arm.change_per_cm2 is not None:
        factor = arm.change_per_cm2 / change if change else 1.0
        sd = _times(arm.change_sd, abs(factor))
        return Result(arm, arm.change_per_cm2, sd, people, False, True, (1.0,))
    if arm.unit.startswith("%"):
        if "baseline" not in arm.unit:
            raise NotModelled(f"the unit {arm.unit!r} is not of the baseline")
        return Result(arm, change, arm.change_sd, people, True, True, (1.0,))
    if "square inch" in arm.unit and "1 cm" in arm.unit:
        return Result(
            arm, change, arm.change_sd, people, False, True, (1.0, 1 / CM2_PER_SQUARE_INCH)
        )
    area_cm2 = _area_cm2(arm.unit)
    if area_cm2 is not None:
        sd = _times(arm.change_sd, 1 / area_cm2)
        return Result(arm, change / area_cm2, sd, people, False, True, (1.0,))
    if arm.baseline:
        percent = 100 / arm.baseline
        sd = _times(arm.change_sd, percent)
        return Result(arm, change * percent, sd, people, True, False, (1.0,))
    raise NotModelled(f"the counting area is not stated ({arm.unit or 'no unit'}), nor a baseline")


def _change(arm: ArmOutcome) -> float:
    if arm.change is not None:
        return arm.change
    if arm.change_per_cm2 is not None:
        return arm.change_per_cm2
    if arm.baseline is not None and arm.followup is not None:
        return arm.followup - arm.baseline
    raise NotModelled("no number of a change is published")


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _micrometres(unit: str) -> float:
    if unit.startswith("mm"):
        return _UM_PER_MM
    if unit.startswith(("um", "µm")):
        return 1.0
    raise NotModelled(f"the unit {unit!r} is not one of a diameter")


def _area_cm2(unit: str) -> float | None:
    """The area that a count is of, cm²; None where it is not told."""
    if re.search(r"(/|\bper ?) ?cm(2|²)", unit):
        return 1.0
    told = re.search(r"per ([\d.]+) ?cm(2|²)", unit)
    return float(told[1]) if told else None
