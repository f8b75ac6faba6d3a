"""Three simpler predictions that the model has to beat, each a distribution learned from the same
arms.

no effect          Normal about 0, as wide as the training changes are from 0 (root mean square)
pooled mean        random-effects mean (Paule & Mandel 1982), Normal with the spread between trials,
                   the error of the mean, and the chance of the new arm's own people
meta-regression    linear in depth, sessions, topical, tablets and weeks, with the same spread about
                   the line; Student t with the degrees of freedom that are left

A needled arm that does not state depth or sessions takes the mean of those that do. Weeks enter by
their square root, since gains level off and a line would run away over five years.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

from anagen.evidence.parameters import parameters
from anagen.evidence.trials import ArmOutcome

DRAWS = 2000


@dataclass(frozen=True)
class Known:
    """A published change of an arm in hairs/cm²."""

    arm: ArmOutcome
    change: float


type Baseline = Callable[[Sequence[Known], Sequence[ArmOutcome]], np.ndarray]
_AT = (np.arange(DRAWS) + 0.5) / DRAWS  # evenly spaced quantiles stand for draws


def no_effect(training: Sequence[Known], arms: Sequence[ArmOutcome]) -> np.ndarray:
    """Nothing happens, give or take: (arms, draws)."""
    width = np.sqrt(np.mean([known.change**2 for known in training]))
    return np.tile(width * ndtri(_AT), (len(arms), 1))


def pooled_mean(training: Sequence[Known], arms: Sequence[ArmOutcome]) -> np.ndarray:
    """What was done does not matter: (arms, draws)."""
    change = np.array([known.change for known in training])
    mean, error, between = random_effects(change, _chance([known.arm for known in training]))
    sd = np.sqrt(between + error**2 + _chance(arms))
    return mean + sd[:, None] * ndtri(_AT)


def meta_regression(training: Sequence[Known], arms: Sequence[ArmOutcome]) -> np.ndarray:
    """A line through what was done: (arms, draws)."""
    told = [known.arm for known in training]
    change = np.array([known.change for known in training])
    depth, sessions = _usual(told, "needle_mm"), _usual(told, "sessions")
    design, asked = (_design(group, depth, sessions) for group in (told, arms))
    used = np.ptp(design, axis=0) > 0  # what does not vary in training tells nothing
    used[0] = True
    design, asked = design[:, used], asked[:, used]
    variance = _chance(told)

    def line(between: float) -> tuple[np.ndarray, np.ndarray]:
        weighted = design.T / (variance + between)
        inverse = np.linalg.pinv(weighted @ design)
        return inverse @ weighted @ change, inverse

    freedom = len(change) - np.linalg.matrix_rank(design)
    between = _between(lambda tau2: change - design @ line(tau2)[0], variance, freedom)
    slope, inverse = line(between)
    of_line = np.einsum("ij,jk,ik->i", asked, inverse, asked)
    sd = np.sqrt(between + of_line + _chance(arms))
    return (asked @ slope)[:, None] + sd[:, None] * stdtrit(freedom, _AT)


BASELINES: dict[str, Baseline] = {
    "no_effect": no_effect,
    "pooled_mean": pooled_mean,
    "meta_regression": meta_regression,
}


def random_effects(change: np.ndarray, variance: np.ndarray) -> tuple[float, float, float]:
    """Mean, its standard error, and variance between trials, after Paule & Mandel (1982)."""

    def mean(between: float) -> float:
        weight = 1 / (variance + between)
        return float((weight * change).sum() / weight.sum())

    between = _between(lambda tau2: change - mean(tau2), variance, len(change) - 1)
    return mean(between), float((1 / (variance + between)).sum() ** -0.5), between


def _between(left: Callable[[float], np.ndarray], variance: np.ndarray, freedom: int) -> float:
    """The variance between trials at which the weighted squares left are as many as freedoms."""

    def excess(between: float) -> float:
        return float((left(between) ** 2 / (variance + between)).sum()) - freedom

    if freedom <= 0 or excess(0.0) <= 0:
        return 0.0
    most = 1.0
    while excess(most) > 0:
        most *= 4
    from scipy.optimize import brentq  # kept away from what only shows results

    return float(brentq(excess, 0.0, most))  # type: ignore[arg-type]


def _chance(arms: Sequence[ArmOutcome]) -> np.ndarray:
    """Variance of each arm's mean from the people counted; the usual numbers where not stated."""
    usual_sd = parameters()["observation.people_sd_per_cm2"].centre
    usual_people = parameters()["trial.people"].centre

    def of(arm: ArmOutcome) -> float:
        in_hairs = arm.change_sd is not None and not arm.unit.startswith("%")
        factor = 1.0
        if in_hairs and arm.change and arm.change_per_cm2 is not None:
            factor = arm.change_per_cm2 / arm.change
        sd = factor * arm.change_sd if in_hairs and arm.change_sd is not None else usual_sd
        return sd**2 / (arm.n_analysed or arm.n_randomised or usual_people)

    return np.array([of(arm) for arm in arms])


def _needled(arm: ArmOutcome) -> bool:
    return arm.device not in ("none", "sham")


def _usual(arms: Sequence[ArmOutcome], column: str) -> float:
    stated = [
        value for arm in arms if _needled(arm) and (value := getattr(arm, column)) is not None
    ]
    return float(np.mean(stated)) if stated else 0.0


def _design(arms: Sequence[ArmOutcome], depth_mm: float, sessions: float) -> np.ndarray:
    rows = []
    for arm in arms:
        needled = _needled(arm)
        topical = f"{arm.topical} {arm.co_treatment}".lower()
        rows.append(
            [
                1.0,
                (arm.needle_mm or depth_mm) if needled else 0.0,
                (arm.sessions or sessions) if needled else 0.0,
                float("minoxidil" in arm.topical.lower()),
                float("growth-factor" in topical or "platelet" in topical),
                float("oral" in arm.co_treatment.lower()),
                np.sqrt(arm.week or 0.0),
            ]
        )
    return np.array(rows)
