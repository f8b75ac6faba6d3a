"""Conducting a trial many times: people are drawn, treated, counted and lost to follow-up.

One repeat is one trial. Its people differ, and share one state of what is not known of the biology
and one study's scale, as in the model that trials were calibrated with:
    change of a person  s · (x(week) − x(0))      s the scale of this study, x the person's course
    what is written     x(0) + change + e         e the error of the count and of its field
What moves all arms of a trial alike (care, season) falls out of a difference and is left out.
A second control group is treated and counted alike: its differences from the first are false.
"""

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from anagen.counting import smallest_changes_per_cm2
from anagen.courses import courses
from anagen.evidence.parameters import parameters
from anagen.evidence.posterior import trial_draws
from anagen.followup.readings import density_error_per_cm2, share_error
from anagen.model_inputs import person_of, treatment_of
from anagen.protocol import Protocol
from anagen.scalp.conditions import Person
from anagen.scalp.treatment import Treatment
from anagen.trial.seen import Seen
from anagen.trial.spec import Arm, Counting, People, TrialSpec

COURSES_AT_ONCE = 3000  # people of one block, all groups together
_MOST = {"anagen_fraction": 1.0}
_LOGISTIC_SD = np.pi / np.sqrt(3)  # of the standard logistic distribution


def blocks(spec: TrialSpec) -> list[tuple[int, int]]:
    """The repeats in blocks that are computed at once: number of the block, repeats in it.

    A block depends on the spec and its number alone, so that blocks can be computed at any time.
    """
    most = max(1, COURSES_AT_ONCE // spec.group_size)
    whole, rest = divmod(spec.repeats, most)
    return list(enumerate([most] * whole + [rest] * (rest > 0)))


def conduct(spec: TrialSpec, block: tuple[int, int]) -> Seen:
    """The repeats of one block."""
    number, repeats = block
    random = np.random.default_rng([spec.seed, number])
    seed = int(random.integers(2**63))
    drawn, shared = trial_draws(repeats, spec.group_size, seed)
    spread = shared["scale_spread"] / _LOGISTIC_SD
    scale = np.exp(spread * random.logistic(size=repeats))
    age = random.uniform(*spec.people.age, len(drawn["follicles.density_per_cm2"]))
    shares = np.array(list(spec.people.grades.values()) if spec.people.grades else [1.0])
    grade = random.choice(len(shares), len(age), p=shares / shares.sum())
    first, groups = 0, []
    for arm in (*spec.arms, spec.control):
        within = np.arange(first, first + arm.people)
        theirs = (np.arange(repeats)[:, None] * spec.group_size + within).ravel()
        first += arm.people
        of_group = {key: values[theirs] for key, values in drawn.items()}
        groups.append(_group(spec, arm, of_group, age[theirs], grade[theirs], scale, random))
    return Seen(*(np.stack(values, axis=1) for values in zip(*groups, strict=True)))


def _people(
    told: People,
    protocol: Protocol,
    drawn: Mapping[str, np.ndarray],
    age: np.ndarray,
    grade: np.ndarray,
) -> Person:
    """People of these ages and grades, the latter as places in the list of grades."""
    by_grade = [person_of(typical, drawn, protocol, age) for typical in told.typical()]
    return jax.tree.map(lambda *each: np.choose(grade, each), *by_grade)


def _group(
    spec: TrialSpec,
    arm: Arm,
    drawn: Mapping[str, np.ndarray],
    age: np.ndarray,
    grade: np.ndarray,
    scale: np.ndarray,
    random: np.random.Generator,
) -> tuple[np.ndarray, ...]:
    """One group of each repeat, as `Seen` without its groups."""
    person = _people(spec.people, arm.protocol, drawn, age, grade)
    treatment = _kept_to(treatment_of(arm.protocol, len(age)), arm.adherence)
    weeks = spec.visits_weeks[-1]
    (outcome,) = courses([(person, treatment)], drawn, spec.people.condition, weeks)
    shape = (-1, len(scale), arm.people)
    at = [0, *spec.visits_weeks]

    def seen(endpoint: str) -> np.ndarray:
        shown = np.asarray(outcome.by_week[endpoint])[at].reshape(shape)
        moved = shown[:1] + scale[:, None] * (shown - shown[:1])
        return np.clip(moved, 0.0, _MOST.get(endpoint, np.inf))

    shown, written = seen(spec.endpoint), _written(spec, seen, random)
    change = written[1:] - written[0]
    stays = random.random(change.shape) >= spec.dropout_per_visit
    counted = np.logical_and.accumulate(stays, axis=0)
    moments = (*_moments(change, counted), *_moments(shown[1:] - shown[0], counted))
    gained = np.full(change.shape[:2], np.nan)
    if spec.endpoint == "total_density_per_cm2":
        least = smallest_changes_per_cm2(written[0], spec.counting.method)
        gained = (counted & (change > least)).sum(axis=-1).astype(float)
    return (
        *(values.T for values in (counted.sum(axis=-1), *moments, gained)),
        _share(np.asarray(outcome.density_missed), shape),
        _share(np.asarray(outcome.by_week["fibrosis"])[weeks] > 0.5, shape),
    )


def _moments(change: np.ndarray, counted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance over the people counted; NaN where there are too few."""
    number = counted.sum(axis=-1)
    mean = (change * counted).sum(axis=-1) / np.where(number > 0, number, np.nan)
    off = np.where(counted, change - mean[..., None], 0.0)
    return mean, (off**2).sum(axis=-1) / np.where(number > 1, number - 1, np.nan)


def _share(true: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    return true.reshape(shape)[0].mean(axis=-1)


def _kept_to(treatment: Treatment, adherence: float) -> Treatment:
    """Applications that are left out are left out evenly."""
    used = treatment.minoxidil
    return treatment._replace(minoxidil=used._replace(per_day=used.per_day * adherence))


def _written(spec: TrialSpec, seen: Any, random: np.random.Generator) -> np.ndarray:
    """What is written down at the start and at each visit, (1 + visits, repeats, people)."""
    counting, shown = spec.counting, seen(spec.endpoint)
    error = _error(spec.endpoint, shown, seen, counting)
    read = shown + error * random.standard_normal(shown.shape)
    return np.clip(read, 0.0, _MOST.get(spec.endpoint, np.inf))


def _error(endpoint: str, shown: np.ndarray, seen: Any, counting: Counting) -> np.ndarray:
    """Standard deviation of one measurement."""
    if endpoint == "mean_diameter_um":
        return parameters()["follicles.diameter_error"].centre * shown
    if endpoint == "anagen_fraction":
        total = seen("total_density_per_cm2")
        return share_error(shown, total, counting.area_cm2, "counting.anagen_fraction_error")
    follicles = seen("follicles_per_cm2")
    return density_error_per_cm2(shown, follicles, counting.method, counting.area_cm2)
