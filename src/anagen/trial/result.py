"""The result of a virtual trial: arms, differences, power, false alarms, people needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from anagen.evidence.posterior import posterior
from anagen.forecast import model_version, quantiles
from anagen.range_of_validity import warnings_for
from anagen.trial.analysis import (
    SIZES,
    Group,
    Share,
    expected,
    p_values,
    people_for,
    power_of_sizes,
    share,
    standard_error,
    truths,
)
from anagen.trial.seen import Seen
from anagen.trial.spec import TrialSpec

type Band = dict[str, float]  # median, p05, p25, p75, p95 over the repeats

UNITS = {
    "total_density_per_cm2": "hairs/cm²",
    "terminal_density_per_cm2": "hairs/cm²",
    "mean_diameter_um": "µm",
    "anagen_fraction": "share",
}


@dataclass(frozen=True)
class ArmVisit:
    """One arm at one visit."""

    week: int
    counted: float  # people, mean over the repeats
    change: Band  # mean change from baseline of an arm, as counted
    detectable_gain: Band | None  # people whose count rose by more than it can err


@dataclass(frozen=True)
class ArmResult:
    """One arm."""

    name: str
    people: int
    control: bool
    visits: tuple[ArmVisit, ...]


@dataclass(frozen=True)
class Difference:
    """One arm against the control at one visit."""

    week: int
    difference: Band  # of mean changes, arm minus control
    average_effect: Band  # true difference of means: what is not known of it, without chance
    standard_error: float  # chance in a trial of this size, the middle of the repeats
    power: Share
    wrong_way: Share  # repeats in which the test finds a difference against the arm
    people_per_arm: int | None  # who have to start for 80 % power; None: no number reaches it
    people_per_arm_if_as_expected: int | None  # the same were the average effect known
    most_power: float  # what ever more people come to
    power_by_people: tuple[tuple[int, float], ...]  # people who start in each arm, power


@dataclass(frozen=True)
class Comparison:
    """One arm against the control."""

    arm: str
    control: str
    visits: tuple[Difference, ...]


@dataclass(frozen=True)
class TrialResult:
    """What the repeats of one trial found."""

    spec: TrialSpec
    arms: tuple[ArmResult, ...]
    comparisons: tuple[Comparison, ...]
    false_alarms: tuple[Share, ...]  # by visit, between two groups of the control's treatment
    warnings: tuple[str, ...]
    model_version: str

    def as_dict(self) -> dict[str, Any]:
        """The result as plain data for JSON."""
        return {
            "spec": self.spec.model_dump(mode="json", exclude_none=True),
            "unit": UNITS[self.spec.endpoint],
            "arms": [
                {**vars(arm), "visits": [vars(visit) for visit in arm.visits]} for arm in self.arms
            ],
            "comparisons": [
                {**vars(each), "visits": [_difference_as_dict(visit) for visit in each.visits]}
                for each in self.comparisons
            ],
            "false_alarms": [
                {"week": week, **found._asdict()}
                for week, found in zip(self.spec.visits_weeks, self.false_alarms, strict=True)
            ],
            "warnings": list(self.warnings),
            "off_label": True,
            "model_version": self.model_version,
            "calibration": {name: posterior().made[name] for name in ("model", "data")},
            "seed": self.spec.seed,
        }


def kept_result(data: Mapping[str, Any]) -> TrialResult:
    """The result that `TrialResult.as_dict` told. Raises `BadInput` or `KeyError` for others."""

    def difference(told: Mapping[str, Any]) -> Difference:
        own = dict(told)
        own |= {name: Share(**told[name]) for name in ("power", "wrong_way")}
        own["power_by_people"] = tuple(
            (int(n), float(power)) for n, power in own["power_by_people"]
        )
        return Difference(**own)

    return TrialResult(
        spec=TrialSpec.from_table(data["spec"], "the kept trial"),
        arms=tuple(
            ArmResult(**{**arm, "visits": tuple(ArmVisit(**visit) for visit in arm["visits"])})
            for arm in data["arms"]
        ),
        comparisons=tuple(
            Comparison(**{**each, "visits": tuple(map(difference, each["visits"]))})
            for each in data["comparisons"]
        ),
        false_alarms=tuple(
            Share(told["value"], told["low"], told["high"]) for told in data["false_alarms"]
        ),
        warnings=tuple(data["warnings"]),
        model_version=data["model_version"],
    )


def result_of(spec: TrialSpec, seen: Seen) -> TrialResult:
    """The result from what the repeats found."""
    control = next(i for i, arm in enumerate(spec.arms) if arm.control)
    visits = range(len(spec.visits_weeks))

    def against_control(place: int) -> Comparison:
        found = (_difference(spec, seen, (place, control), visit) for visit in visits)
        return Comparison(spec.arms[place].name, spec.control.name, tuple(found))

    def false_alarms(visit: int) -> Share:
        p = p_values(_group(seen, control, visit), _group(seen, -1, visit))
        return share(p < spec.alpha)

    return TrialResult(
        spec=spec,
        arms=tuple(_arm(spec, seen, place) for place in range(len(spec.arms))),
        comparisons=tuple(
            against_control(place) for place, arm in enumerate(spec.arms) if not arm.control
        ),
        false_alarms=tuple(false_alarms(visit) for visit in visits),
        warnings=_warnings(spec, seen),
        model_version=model_version(),
    )


def _group(seen: Seen, place: int, visit: int, true: bool = False) -> Group:
    at = (slice(None), place, visit)
    if true:
        return Group(seen.counted[at], seen.true_mean[at], seen.true_variance[at])
    return Group(seen.counted[at], seen.mean[at], seen.variance[at])


def _arm(spec: TrialSpec, seen: Seen, place: int) -> ArmResult:
    arm = spec.arms[place]

    def at(visit: int, week: int) -> ArmVisit:
        gained = seen.gained[:, place, visit]
        return ArmVisit(
            week=week,
            counted=float(seen.counted[:, place, visit].mean()),
            change=_band(seen.mean[:, place, visit]),
            detectable_gain=None if np.isnan(gained).all() else _band(gained),
        )

    visits = tuple(at(visit, week) for visit, week in enumerate(spec.visits_weeks))
    return ArmResult(arm.name, arm.people, arm.control, visits)


def _difference(spec: TrialSpec, seen: Seen, places: tuple[int, int], visit: int) -> Difference:
    """The arm at the first of two ``places`` against the control at the second."""
    arm, control = (_group(seen, place, visit) for place in places)
    apart, found = arm.mean - control.mean, p_values(arm, control) < spec.alpha
    counted = (arm.counted > 1) & (control.counted > 1)  # of the rest no spread is known

    def kept(group: Group) -> Group:
        return Group(*(each[counted] for each in group))

    as_seen = kept(arm), kept(control)
    as_true = (kept(_group(seen, place, visit, true=True)) for place in places)
    truth = truths(*as_true, seen=as_seen)
    of_sizes = power_of_sizes(truth, spec.alpha, SIZES)
    start = np.ceil(SIZES / (1 - spec.dropout_per_visit) ** (visit + 1))
    return Difference(
        week=spec.visits_weeks[visit],
        difference=_band(apart),
        average_effect=_band(truth.effect),
        standard_error=float(np.median(standard_error(*as_seen))),
        power=share(found),
        wrong_way=share(found & (apart < 0)),
        people_per_arm=people_for(of_sizes, start),
        people_per_arm_if_as_expected=people_for(
            power_of_sizes(expected(truth), spec.alpha, SIZES), start
        ),
        most_power=float(of_sizes[-1]),
        power_by_people=tuple(
            (int(people), float(power)) for people, power in zip(start, of_sizes, strict=True)
        ),
    )


def _band(values: np.ndarray) -> Band:
    return quantiles(values[~np.isnan(values)])


def _warnings(spec: TrialSpec, seen: Seen) -> tuple[str, ...]:
    """What an arm cannot lean on, each sentence once with the arms that it is about."""
    said: dict[str, list[str]] = {}
    for place, arm in enumerate(spec.arms):
        missed, scarred = (float(of[:, place].mean()) for of in (seen.missed, seen.scarred))
        told = {
            sentence: None
            for typical in spec.people.typical()
            for sentence in warnings_for(
                typical, arm.protocol, spec.visits_weeks[-1], missed, scarred
            )
        }
        for sentence in told:
            said.setdefault(sentence, []).append(arm.name)
    every = len(spec.arms)
    return tuple(
        sentence if len(arms) == every else f"{', '.join(arms)}: {sentence}"
        for sentence, arms in said.items()
        if not sentence.startswith("No hair count was given")  # people are drawn, not counted
    )


def _difference_as_dict(found: Difference) -> dict[str, Any]:
    return {
        **vars(found),
        "power": found.power._asdict(),
        "wrong_way": found.wrong_way._asdict(),
        "power_by_people": [list(pair) for pair in found.power_by_people],
    }
