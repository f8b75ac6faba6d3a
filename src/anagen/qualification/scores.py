"""Scores of predictions that are draws: error, coverage, rank and CRPS.

The continuous ranked probability score (Gneiting & Raftery 2007),
    CRPS = E|X − y| − ½ E|X − X′|
is in the unit of what is predicted, is least on average for the true distribution, and is the
absolute error where the prediction is a point. ½E|X − X′| is estimated without bias.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

INTERVALS = (0.5, 0.8, 0.95)


@dataclass(frozen=True)
class Scores:
    """Scores over so many predictions; None where there is none."""

    n: int
    coverage: dict[float, float] | None  # share of results inside each central interval
    crps: float | None  # mean, in the unit of the results
    absolute_error: float | None  # of the medians, mean
    bias: float | None  # median minus observed, mean


def crps(draws: np.ndarray, observed: float) -> float:
    """The score of one prediction (draws,)."""
    ordered = np.sort(draws)
    n = len(ordered)
    weights = 2 * np.arange(1, n + 1) - n - 1  # Σ|xᵢ − xⱼ| = 2 Σ weightᵢ xᵢ
    apart = 2 * (weights * ordered).sum() / (n * (n - 1))
    return float(np.abs(ordered - observed).mean() - apart / 2)


def rank(draws: np.ndarray, observed: float) -> float:
    """The share of draws below what was observed."""
    return float((draws < observed).mean())


def inside(draws: np.ndarray, observed: float, interval: float) -> bool:
    """Whether what was observed lies in the central interval."""
    low, high = np.quantile(draws, [(1 - interval) / 2, (1 + interval) / 2])
    return bool(low <= observed <= high)


def scores(predicted: Sequence[tuple[np.ndarray, float]]) -> Scores:
    """The scores of pairs of draws and of what was observed."""
    if not predicted:
        return Scores(0, None, None, None, None)
    errors = np.array([np.median(draws) - observed for draws, observed in predicted])
    return Scores(
        n=len(predicted),
        coverage={
            interval: float(np.mean([inside(*one, interval) for one in predicted]))
            for interval in INTERVALS
        },
        crps=float(np.mean([crps(*one) for one in predicted])),
        absolute_error=float(np.abs(errors).mean()),
        bias=float(errors.mean()),
    )


def chance_of_coverage(n: int, interval: float) -> tuple[float, float]:
    """The shares inside an interval, of n, that a right model shows in 95 of 100 cases."""
    from scipy.stats import binom  # kept away from what does not score

    low, high = binom.interval(0.95, n, interval)
    return float(low) / n, float(high) / n


def ratio_by_study(
    mine: np.ndarray, other: np.ndarray, studies: Sequence[str], resamples: int = 4000
) -> tuple[float, float, float]:
    """Ratio of two mean scores over the same results (results,), and its 95 % interval.

    The interval is from drawing whole studies anew: the results of one study share its people, its
    counting and its drift, and are no independent witnesses (cluster bootstrap, percentiles).
    """
    names = list(dict.fromkeys(studies))
    of_study = np.array([[name == study for study in studies] for name in names], dtype=float)
    sums = of_study @ np.column_stack([mine, other])
    drawn = np.random.default_rng(0).integers(len(names), size=(resamples, len(names)))
    ratios = np.divide(*sums[drawn].sum(axis=1).T)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(mine.sum() / other.sum()), float(low), float(high)
