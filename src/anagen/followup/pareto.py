"""Pareto-smoothed importance sampling: weights that say themselves whether they can be trusted.

    the largest M = min(S/5, 3√S) of S weights are replaced by the quantiles of the generalised
    Pareto distribution fitted to them; its shape k tells how heavy their tail is
        k < 0.5   all is well      k > 0.7   a few draws carry all: do not use
    k is fitted with the empirical Bayes estimator of Zhang & Stephens (Technometrics 2009), drawn
    towards 0.5 as if ten more values said so.
Source: Vehtari, Simpson, Gelman, Yao & Gabry, J Mach Learn Res 2024 (PSIS).
"""

from typing import NamedTuple

import numpy as np

_PRIOR_K, _PRIOR_VALUES = 0.5, 10.0  # Vehtari et al. 2024, appendix G
_PRIOR_SCALE = 3.0  # Zhang & Stephens 2009, their choice of the prior


class Smoothed(NamedTuple):
    """Weights (draws,) that sum to 1, and the shape of their tail."""

    weights: np.ndarray
    k: float

    @property
    def effective_draws(self) -> float:
        """Kish's effective sample size 1/Σw²."""
        return float(1.0 / np.square(self.weights).sum())


def smoothed(log_weights: np.ndarray) -> Smoothed:
    """Weights from their logarithms (draws,), the largest smoothed."""
    number = len(log_weights)
    scaled = np.exp(log_weights - log_weights.max())
    tail = int(min(number // 5, 3 * np.sqrt(number)))
    order = np.argsort(scaled)
    largest, cutoff = order[number - tail :], scaled[order[number - tail - 1]]
    excess = scaled[largest] - cutoff
    if tail < 5 or excess[0] >= excess[-1]:  # no tail to speak of
        return Smoothed(scaled / scaled.sum(), 0.0 if excess[-1] <= 0 else np.inf)
    k, sigma = fit(excess)
    at = (np.arange(tail) + 0.5) / tail
    # A weight is never made larger than the largest that was drawn.
    scaled[largest] = np.minimum(cutoff + quantile(at, k, sigma), 1.0)
    return Smoothed(scaled / scaled.sum(), k)


def fit(excess: np.ndarray) -> tuple[float, float]:
    """Shape k and scale σ of a generalised Pareto distribution from ascending values (n,)."""
    excess = np.maximum(excess, np.finfo(float).tiny)
    n = len(excess)
    points = 20 + int(np.sqrt(n))
    quartile = excess[int(n / 4 + 0.5) - 1]
    spread = 1 - np.sqrt(points / (np.arange(1, points + 1) - 0.5))
    b = 1 / excess[-1] + spread / (_PRIOR_SCALE * quartile)
    k = np.log1p(-b[:, None] * excess).mean(axis=1)
    likelihood = n * (np.log(-b / k) - k - 1)
    weight = np.exp(likelihood - np.logaddexp.reduce(likelihood))
    mean = float((b * weight).sum())
    shape = float(np.log1p(-mean * excess).mean())
    sigma = -shape / mean
    shape = (n * shape + _PRIOR_VALUES * _PRIOR_K) / (n + _PRIOR_VALUES)
    return shape, sigma


def quantile(at: np.ndarray, k: float, sigma: float) -> np.ndarray:
    """Quantiles of the generalised Pareto distribution."""
    if abs(k) < np.sqrt(np.finfo(float).eps):
        return -sigma * np.log1p(-at)
    return sigma * np.expm1(-k * np.log1p(-at)) / k
