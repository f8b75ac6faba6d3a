"""Where predictions fail: found by fixed rules, so that a report can list it first."""

from collections.abc import Sequence

import numpy as np

from anagen.calibration.average_effect import WEEKS, AverageEffect
from anagen.calibration.prediction import ArmPrediction
from anagen.evidence.posterior import posterior
from anagen.qualification.held_against import HeldAgainst
from anagen.qualification.scores import chance_of_coverage, inside

WANTED_GAIN = 0.10  # by which the model should beat the best baseline
TOLD_LITTLE = 0.10  # learned less than that
_OTHER_REVIEWS_WEEK = 24.0  # where an undated review is read


def failures(left_out: HeldAgainst, averages: Sequence[AverageEffect]) -> list[str]:
    """What went wrong or could not be shown, in sentences."""
    return [*_scores(left_out), *_misses(left_out), *_pooled(averages), *_not_learned()]


def _scores(left_out: HeldAgainst) -> list[str]:
    said = []
    for interval, share in (left_out.model.coverage or {}).items():
        low, high = chance_of_coverage(left_out.model.n, interval)
        if not low <= share <= high:
            said.append(
                f"{100 * interval:.0f} % intervals held {100 * share:.0f} % of "
                f"{left_out.model.n} results; chance alone gives {100 * low:.0f} to "
                f"{100 * high:.0f} %."
            )
    best = left_out.best_baseline
    if best is not None and left_out.model.crps is not None:
        gain = 1 - left_out.model.crps / best[1]
        if gain < WANTED_GAIN:
            said.append(
                f"The CRPS of studies left out is only {100 * gain:.0f} % better than that of the "
                f"best simple prediction ({best[0].replace('_', ' ')}); {100 * WANTED_GAIN:.0f} % "
                "was the goal."
            )
    return said


def _misses(left_out: HeldAgainst) -> list[str]:
    missed = [
        one
        for one in left_out.used
        if one.draws is not None
        and one.observed is not None
        and not inside(one.draws, one.observed, 0.8)
    ]
    if not missed:
        return []
    named = "; ".join(
        f"{one.arm.study_id} {one.arm.arm_id} (week {one.arm.week:g}: {one.observed:+.0f}, "
        f"predicted {np.median(one.draws):+.0f})"
        for one in missed
        if one.draws is not None
    )
    return [f"{len(missed)} of {len(left_out.used)} results lie outside their 80 %: {named}."]


def _pooled(averages: Sequence[AverageEffect]) -> list[str]:
    said = []
    for effect in averages:
        for pooled in effect.pooled:
            week = pooled.week if pooled.week in WEEKS else _OTHER_REVIEWS_WEEK
            drawn = effect.draws[WEEKS.index(week)]
            low, middle, high = np.quantile(drawn, [0.05, 0.5, 0.95])
            estimate = pooled.estimate
            assert estimate is not None  # only such are told
            ends = (pooled.ci_low or estimate, pooled.ci_high or estimate)
            if ends[1] < low or ends[0] > high:
                said.append(
                    f"{effect.label}: {pooled.citation.partition(' (')[0]} pooled {estimate:+g} "
                    f"hairs/cm², the model says {middle:+.0f} ({low:+.0f} to {high:+.0f}) at week "
                    f"{week:g}."
                )
    return said


def _not_learned() -> list[str]:
    numbers = posterior().made["numbers"]
    little = [key for key, told in numbers.items() if 1 - told["overlap"] < TOLD_LITTLE]
    return [
        f"Of {len(numbers)} numbers that matter to some arm, the trials told next to nothing of "
        f"{len(little)}. Open or collapsed channels, and whether lasting flow rises or falls, "
        "counts of hairs do not tell at all."
    ]


def beyond(one: ArmPrediction) -> float:
    """How many standard deviations of its prediction a result lies from the median."""
    assert one.draws is not None
    assert one.observed is not None
    return float((one.observed - np.median(one.draws)) / one.draws.std())
