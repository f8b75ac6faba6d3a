"""What calibration is held against: every usable result of an arm whose role is ``calibration``.

Results, contrasts, tests and responders of `evidence` become the arrays of `observation`; a result
that cannot be used is listed with the reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from anagen.calibration.arm_courses import changes
from anagen.calibration.arm_means import ArmMeans, Numbers, arm_means, calibrated, scores_of
from anagen.calibration.arms import read_arm, same_people
from anagen.calibration.fitted import Unused, fitted_results, responded
from anagen.calibration.observation import (
    DIFFERENCE,
    INCREASE,
    NOT_SIGNIFICANT,
    STATISTIC,
    Contrasts,
    Counts,
    Published,
    Responders,
    Size,
)
from anagen.calibration.results import Result
from anagen.evidence.contrasts import Contrast
from anagen.evidence.parameters import parameters, uniforms, values_at
from anagen.evidence.trials import ArmOutcome
from anagen.remembered import Remembered, anew

_KINDS = {
    "difference": DIFFERENCE,
    "z": STATISTIC,
    "increase": INCREASE,
    "not_significant": NOT_SIGNIFICANT,
}
# Outcomes by which a trial says how many people responded are read on the count of all hairs.
_RESPONDERS_ON = "total_density"


@dataclass(frozen=True)
class Targets:
    """All that is fitted: arrays for the observation model, and what they are of."""

    told: Published
    keys: tuple[str, ...]  # the calibrated numbers
    studies: tuple[str, ...]
    um_studies: tuple[str, ...]  # those with a diameter
    thresholds: tuple[str, ...]  # those with responders
    density: tuple[Result, ...]  # rows of ``told.density``
    diameter: tuple[Result, ...]
    contrasts: tuple[Contrast, ...]
    responders: tuple[ArmOutcome, ...]
    unused: tuple[Unused, ...]

    @property
    def size(self) -> Size:
        """How many numbers, studies and thresholds there are."""
        return Size(len(self.keys), len(self.studies), len(self.um_studies), len(self.thresholds))


def prior_changes(
    arms: Sequence[ArmOutcome], draws: int, seed: int, remembered: Remembered = anew
) -> tuple[Mapping[str, Numbers], Numbers, Numbers]:
    """Scores (draws,) by key, and baseline and change of each arm's result, (arms, draws), from the
    prior. An arm may stand twice."""
    uniform = uniforms(draws, seed)
    unlike = list(dict.fromkeys(arms))
    given = [read_arm(results) for results in same_people(unlike)]
    before, moved = changes(given, values_at(uniform), remembered)
    row = {arm: i for i, arm in enumerate(arm for one in given for arm in one.results)}
    order = [row[arm] for arm in arms]
    return scores_of(uniform), np.concatenate(before)[order], np.concatenate(moved)[order]


def targets(
    draws: int, seed: int, keys: tuple[str, ...] | None = None, remembered: Remembered = anew
) -> Targets:
    """The calibration targets; the mean changes of arms from so many prior draws.

    The calibrated numbers are ``keys``, or those that matter to some arm.
    """
    found = fitted_results()
    density = tuple(r for r in found.results if r.arm.outcome != "diameter")
    diameter = tuple(r for r in found.results if r.arm.outcome == "diameter")
    parts = _parts(density, diameter, found.contrasts, found.responders)
    scores, before, moved = prior_changes(
        [arm for part in parts for arm in part], draws, seed, remembered
    )
    keys = keys or calibrated(scores, moved)
    means = arm_means(scores, moved, keys)
    ends = np.cumsum([0, *map(len, parts)])

    def rows(part: int) -> ArmMeans:
        return ArmMeans(*(values[ends[part] : ends[part + 1]] for values in means))

    studies = tuple(dict.fromkeys(arm.study_id for part in parts for arm in part))
    um_studies = tuple(
        dict.fromkeys(arm.study_id for part in parts for arm in part if arm.outcome == "diameter")
    )
    thresholds = tuple(dict.fromkeys(arm.study_id for arm in found.responders))
    baseline = before.mean(axis=1)
    stated = [r for r in density if r.sd is not None and not r.of_baseline and r.people > 1]
    told = Published(
        density=_counts(density, rows(0), baseline[: ends[1]], studies, studies),
        diameter=_counts(diameter, rows(1), baseline[ends[1] : ends[2]], studies, um_studies),
        contrasts=_contrasts(found.contrasts, rows(2), rows(3), studies, um_studies),
        responders=Responders(
            means=rows(4),
            study=_index(found.responders, studies),
            threshold=_index(found.responders, thresholds),
            responded=np.array([responded(arm)[0] for arm in found.responders]),
            people=np.array([responded(arm)[1] for arm in found.responders]),
            weight=np.ones(len(found.responders)),
        ),
        people_sd=np.array([r.sd for r in stated], dtype=float),
        people_sd_people=np.array([r.people for r in stated]),
        people_sd_study=_index([r.arm for r in stated], studies),
        people_sd_weight=np.ones(len(stated)),
    )
    return Targets(
        told, keys, studies, um_studies, thresholds, density, diameter,
        found.contrasts, found.responders, found.unused,
    )  # fmt: skip


def _parts(
    density: Sequence[Result],
    diameter: Sequence[Result],
    compared: Sequence[Contrast],
    responders: Sequence[ArmOutcome],
) -> list[list[ArmOutcome]]:
    return [
        [result.arm for result in density],
        [result.arm for result in diameter],
        [contrast.arm for contrast in compared],
        [contrast.versus or contrast.arm for contrast in compared],
        [replace(arm, outcome=_RESPONDERS_ON) for arm in responders],
    ]


def all_results(target: Targets) -> list[list[ArmOutcome]]:
    """The results whose means are asked of the model: counts, diameters, contrasts, what these are
    held against, responders."""
    return _parts(target.density, target.diameter, target.contrasts, target.responders)


def _index(arms: Sequence[ArmOutcome], studies: Sequence[str]) -> Numbers:
    return np.array([studies.index(arm.study_id) for arm in arms], dtype=int)


def per_cm2(result: Result, baseline: float) -> tuple[float, float | None]:
    """Change and its spread between people in hairs/cm², given the baseline in the model."""
    factor = baseline / 100 if result.of_baseline else 1.0
    return result.change * factor, None if result.sd is None else result.sd * factor


def _counts(
    results: Sequence[Result],
    means: ArmMeans,
    baseline: Numbers,
    studies: Sequence[str],
    drifts: Sequence[str],
) -> Counts:
    told = [per_cm2(result, before) for result, before in zip(results, baseline, strict=True)]
    people = np.array([result.people for result in results])
    sd = np.array([np.nan if spread is None else spread for _, spread in told])
    return Counts(
        means=means,
        study=_index([result.arm for result in results], studies),
        drift=_index([result.arm for result in results], drifts),
        change=np.array([change for change, _ in told]),
        variance_of_mean=sd**2 / people,
        people=people,
        suspect=np.array([float(result.arm.plausibility == "suspect") for result in results]),
        reading=np.array([result.readings[-1] for result in results]),
        weight=np.ones(len(results)),
    )


def _contrasts(
    rows: Sequence[Contrast],
    means: ArmMeans,
    against: ArmMeans,
    studies: Sequence[str],
    um_studies: Sequence[str],
) -> Contrasts:
    to_baseline = np.array([float(row.versus is None) for row in rows])
    nought = ArmMeans(*(values * _like(1 - to_baseline, values) for values in against))

    def share_per_person(arm: ArmOutcome | None) -> float:
        if arm is None:
            return 0.0
        return 1 / (arm.n_analysed or arm.n_randomised or parameters()["trial.people"].centre)

    return Contrasts(
        means=means,
        against=nought,
        to_baseline=to_baseline,
        study=_index([row.arm for row in rows], studies),
        drift=np.array(
            [
                (um_studies if row.arm.outcome == "diameter" else studies).index(row.arm.study_id)
                for row in rows
            ],
            dtype=int,
        ),
        diameter=np.array([float(row.arm.outcome == "diameter") for row in rows]),
        value=np.array([row.value or 0.0 for row in rows]),
        se=np.array([np.nan if row.se is None else row.se for row in rows]),
        per_person=np.array([share_per_person(r.arm) + share_per_person(r.versus) for r in rows]),
        kind=np.array([_KINDS[row.kind] for row in rows]),
        weight=np.ones(len(rows)),
    )


def _like(values: Numbers, other: Numbers) -> Numbers:
    return values.reshape(-1, *[1] * (other.ndim - 1))
