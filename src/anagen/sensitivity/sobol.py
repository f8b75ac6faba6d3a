"""Variance-based sensitivity: what part of an endpoint's variance comes through which input.

    first   var(E[y|x]) / var(y): what would be gone, on average, if x were known. From the draws as
            they are, in bins of x of equal size, less what chance alone puts between bins (ε²).
            It holds where inputs are drawn together too.
    total   E[(y_A − y_AB)²] / 2 var(y): what would be left if all else were known. AB is A with one
            independent group of inputs from B (Jansen 1999). It counts what the group does together
            with others; the shares of all groups may add to more than 1.
Intervals are those of the bootstrap over draws, 90 %.
"""

from typing import NamedTuple

import numpy as np

BINS = 32
_TIMES = 200
_LEVELS = (0.05, 0.95)


class Share(NamedTuple):
    """A share of variance with its bootstrap interval."""

    value: float
    low: float
    high: float


def first(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> Share:
    """Share of the variance of ``y`` that knowing ``x`` would take away; both (draws,)."""
    number = len(x)
    levels = np.unique(x)
    if len(levels) <= BINS:
        bins = np.searchsorted(levels, x)
    else:
        bins = np.argsort(np.argsort(x)) * BINS // number

    def share(of: np.ndarray) -> np.ndarray:  # (times, draws) of draw numbers
        rows = np.arange(len(of))[:, None] * BINS
        at = (bins[of] + rows).ravel()
        size = np.bincount(at, minlength=len(of) * BINS).reshape(-1, BINS)
        total = np.bincount(at, y[of].ravel(), len(of) * BINS).reshape(-1, BINS)
        mean = y[of].mean(axis=1)
        between = (total**2 / np.maximum(size, 1)).sum(axis=1) / number - mean**2
        explained = between / y[of].var(axis=1)
        used = (size > 0).sum(axis=1)
        return 1 - (1 - explained) * (number - 1) / (number - used)

    value = float(share(np.arange(number)[None])[0])
    again = share(rng.integers(number, size=(_TIMES, number)))
    # Drawing anew with repetition itself puts something between bins; only the spread is taken.
    return _interval(value, again - again.mean() + value)


def total(y: np.ndarray, exchanged: np.ndarray, variance: float, rng: np.random.Generator) -> Share:
    """Share of a group from ``y`` and the same draws with the group exchanged; both (draws,)."""
    halves = np.square(y - exchanged) / 2 / variance
    again = halves[rng.integers(len(y), size=(_TIMES, len(y)))].mean(axis=1)
    return _interval(float(halves.mean()), again)


def _interval(value: float, again: np.ndarray) -> Share:
    low, high = np.quantile(again, _LEVELS)
    return Share(*(float(np.clip(each, 0.0, None)) for each in (value, low, high)))
