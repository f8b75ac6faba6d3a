"""Narrowing: how much less open a forecast is after a person's counts, why, and what would help on.

share of the baseline   of the variance that went, the part that went through the factor b of
                        the first count:  Δcov(b·E[g], b·g) / Δvar(b·g),  g = D/b
a further count         leaves var(D_N) − cov(D_N, D_w)²/(var(D_w) + σ²) at best (linear)
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anagen.counting import METHODS, count_error_per_cm2, turnover_per_cm2
from anagen.counts import Count
from anagen.followup.readings import TOTAL, area_of, at_week
from anagen.followup.weighing import Weighed
from anagen.forecast import Forecast

NEXT_WEEKS = 12  # the usual time to a next visit


@dataclass(frozen=True)
class Narrowing:
    """The spread of total density at the last week, hairs/cm², before and after the counts."""

    week: int
    sd_before: float
    sd_after: float
    share_of_baseline: float  # of the narrowing, by knowing the starting count better


@dataclass(frozen=True)
class Next:
    """Something to measure, and the spread at the last week that it would leave, hairs/cm²."""

    what: str
    sd: float


def narrowing(before: Weighed, after: Weighed, week: int) -> Narrowing:
    """How the spread of a week changed, and through what."""

    def parts(weighed: Weighed) -> tuple[float, float]:
        weights, end = weighed.weights, weighed.shown(TOTAL, week)
        gain = float((weighed.of_draws * at_week(weighed.looked.forecast, TOTAL, week)).sum())
        by_start = gain * weighed.looked.start.factor
        return covariance(end, end, weights), covariance(by_start, end, weights)

    (variance, of_start), (variance_left, of_start_left) = parts(before), parts(after)
    gone = variance - variance_left
    share = (of_start - of_start_left) / gone if gone > 0 else 0.0
    return Narrowing(
        week=week,
        sd_before=variance**0.5,
        sd_after=variance_left**0.5,
        share_of_baseline=float(np.clip(share, 0.0, 1.0)),
    )


def covariance(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> float:
    """Of weighted values, any shape."""
    mean_x, mean_y = float((weights * x).sum()), float((weights * y).sum())
    return float((weights * (x - mean_x) * (y - mean_y)).sum())


def why(before: Forecast, after: Forecast, found: Narrowing, used: int) -> tuple[str, ...]:
    """In words, what the counts did to the forecast."""
    if used == 0:
        return ("No count is used, so the forecast is the one from before.",)
    low, high = (f"{value:.0f}" for value in _nine_in_ten(before))
    lower, higher = (f"{value:.0f}" for value in _nine_in_ten(after))
    counts = "One count was" if used == 1 else f"{used} counts were"
    said = [
        f"{counts} used. At week {found.week} nine courses in ten lay between {low} and {high} "
        f"hairs/cm² before; now they lie between {lower} and {higher}."
    ]
    if found.sd_after >= found.sd_before:
        said.append(
            "The range is not narrower: the counts lie far from what was expected, where less is "
            "known."
        )
        return tuple(said)
    said.append(
        f"The spread (SD) fell from {found.sd_before:.1f} to {found.sd_after:.1f} hairs/cm², "
        f"since courses that do not show what was counted weigh less."
    )
    if _counted(after):
        share = 100 * found.share_of_baseline
        said.append(
            f"About {share:.0f} % of the fall in variance comes from knowing the person's own "
            f"starting count better, {100 - share:.0f} % from how this scalp answered."
        )
    else:
        said.append("The start was not counted, so a good part is the level itself.")
    return tuple(said)


def what_next(
    after: Weighed, last: tuple[float, Count] | None, method: str, weeks: int
) -> tuple[Next, ...]:
    """What a further count would leave open, by method and area, the most telling first."""
    week = min(round(last[0] if last else 0.0) + NEXT_WEEKS, weeks)
    area = area_of(last[1] if last else None)
    method = last[1].method if last else method
    weights, final, then = after.weights, after.shown(TOTAL, weeks), after.shown(TOTAL, week)
    level = np.array((weights * then).sum())
    follicles = np.array((weights * after.shown("follicles_per_cm2", week)).sum())
    of_final, of_then = covariance(final, final, weights), covariance(then, then, weights)
    together = covariance(final, then, weights)

    def left(method: str, area: float) -> float:
        noise = float(count_error_per_cm2(level, method)) ** 2
        noise += float(turnover_per_cm2(level, follicles, area)) ** 2
        return max(of_final - together**2 / (of_then + noise), 0.0) ** 0.5

    ways = {
        f"a count at week {week} as before ({METHODS[method][0]}, {area:g} cm²)": (method, area),
        f"the same count at week {week} on twice the area, {2 * area:g} cm²": (method, 2 * area),
    }
    if method != "hair_to_hair":
        ways[f"a count at week {week} by {METHODS['hair_to_hair'][0]}"] = ("hair_to_hair", area)
    found = [Next(what, left(*way)) for what, way in ways.items()]
    return tuple(sorted(found, key=lambda each: each.sd))


def _counted(forecast: Forecast) -> bool:
    hair = forecast.patient.hair
    return bool(hair and hair.total_density_per_cm2)


def _nine_in_ten(forecast: Forecast) -> Sequence[float]:
    return np.quantile(forecast.draws[TOTAL][:, -1], [0.05, 0.95]).tolist()
