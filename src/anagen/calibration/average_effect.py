"""What needling and minoxidil do on average, beside what reviews pooled of trials.

The mean over people of one course minus that of another, given the posterior: the drift of a trial
falls out of such a difference, as it does in a review. What a review does not tell of device and
needle is averaged over what trials use.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from anagen.calibration.arm_means import arm_means, mean_changes
from anagen.calibration.targets import prior_changes
from anagen.evidence.pooled import PooledEffect, pooled_effects
from anagen.evidence.posterior import posterior
from anagen.evidence.trials import ArmOutcome

WEEKS = (12.0, 24.0, 48.0)
PRIOR_DRAWS = 4_000
_INTERVAL_DAYS = 14.0  # of the needled trials, the commonest
# What a review compares, in its own words, and the panel that it belongs to.
_POOLED = {
    "minoxidil": ("minoxidil 5% vs placebo",),
    "needling": (),
    "added": (
        "microneedling + minoxidil vs minoxidil",
        "minoxidil 5% + microneedling vs minoxidil 5%",
        "combined microneedling vs single treatments (first estimate)",
        "combined microneedling vs single treatments (second estimate)",
    ),
    "over_needling": (
        "minoxidil 5% + microneedling vs microneedling alone",
        "microneedling + minoxidil vs microneedling",
    ),
}
LABELS = {
    "minoxidil": "Minoxidil 5 % over nothing",
    "needling": "Needling over nothing",
    "added": "Needling added to minoxidil",
    "over_needling": "Minoxidil added to needling",
}


@dataclass(frozen=True)
class AverageEffect:
    """One comparison: draws of the mean difference in hairs/cm² at each of `WEEKS`, and pooled
    estimates of the same."""

    name: str
    label: str
    draws: np.ndarray  # (weeks, draws)
    pooled: tuple[PooledEffect, ...]


def average_effects(advance: Callable[[str], None] = lambda _: None) -> tuple[AverageEffect, ...]:
    """Needling, minoxidil and both, in men and women with pattern loss, at `WEEKS`."""
    needled = {
        "device": "other",
        "sessions": float(int(WEEKS[-1] * 7 / _INTERVAL_DAYS)),
        "interval_days": _INTERVAL_DAYS,
    }
    drug = {"topical": "minoxidil", "topical_dose": "5% 2x/day"}
    courses = {"nothing": {}, "minoxidil": drug, "needling": needled, "both": needled | drug}
    arms = [_arm(name, week, done) for name, done in courses.items() for week in WEEKS]
    advance("Computing the courses")
    scores, _, moved = prior_changes(arms, PRIOR_DRAWS, seed=0)
    post = posterior()
    means = arm_means(scores, moved, post.keys)
    found = np.stack([mean_changes(means, one) for one in post.scores], axis=1)
    noise = np.random.default_rng(0).standard_normal(found.shape)
    found += np.sqrt(means.unstated_variance)[:, None] * noise
    mean = dict(zip(courses, found.reshape(len(courses), len(WEEKS), -1), strict=True))
    differences = {
        "minoxidil": mean["minoxidil"] - mean["nothing"],
        "needling": mean["needling"] - mean["nothing"],
        "added": mean["both"] - mean["minoxidil"],
        "over_needling": mean["both"] - mean["needling"],
    }
    return tuple(
        AverageEffect(name, LABELS[name], draws, _pooled(name))
        for name, draws in differences.items()
    )


def _pooled(name: str) -> tuple[PooledEffect, ...]:
    return tuple(
        effect
        for effect in pooled_effects()
        if effect.comparison in _POOLED[name]
        and effect.effect_type == "MD"
        and "diameter" not in effect.outcome
        and effect.estimate is not None
    )


def _arm(name: str, week: float, done: Mapping[str, Any]) -> ArmOutcome:
    """A course in both sexes, as the record of an arm; what a trial would add is blank."""
    told: dict[str, Any] = {"device": "none", "topical": "none"} | dict(done)
    return ArmOutcome(
        study_id="AVERAGE",
        arm_id=name,
        condition="mixed_pattern",
        sex="M+F",
        outcome="total_density",
        week=week,
        **told,
    )
