"""Tempering: draws moved step by step from what is known to what was counted.

Sequential Monte Carlo (Del Moral, Doucet & Jasra 2006). The likelihood is raised to a power that
grows from 0 to 1; each step resamples the draws, then moves them by Metropolis: some of the numbers
of a draw are exchanged for fresh ones. Since these come from the prior itself, whatever its shape,
a move is accepted by the likelihood alone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

Drawn = Mapping[str, np.ndarray]
_KEPT = 0.5  # share of effective draws that a step leaves
_MOVES = 5  # for each step


class Tempered(NamedTuple):
    """Draws that stand for the posterior, their log-likelihood and how they came about."""

    drawn: dict[str, np.ndarray]
    log_likelihood: np.ndarray
    steps: int
    moved: float  # share of the draws that the last step's moves changed at least once


def temper(
    drawn: Drawn,
    known: np.ndarray,
    likelihood: Callable[[Drawn], np.ndarray],
    fresh: Callable[[int], Drawn],
    blocks: Sequence[Sequence[str]],
    number: int,
    rng: np.random.Generator,
) -> Tempered:
    """``number`` draws of the posterior.

    ``drawn`` are draws of the prior and ``known`` their log-likelihood, ``fresh(i)`` gives
    ``number`` other draws, ``blocks`` are the keys that are exchanged together.
    """
    now = {key: np.asarray(values) for key, values in drawn.items()}
    power, steps, moved, asked = 0.0, 0, np.zeros(number, bool), 0
    while power < 1:
        further = _next_power(known, power, _KEPT * number)
        chosen = systematic(_shares((further - power) * known), number, rng)
        now, known = {key: values[chosen] for key, values in now.items()}, known[chosen]
        power, steps, moved = further, steps + 1, np.zeros(number, bool)
        for _ in range(_MOVES if power < 1 else 2 * _MOVES):
            other = _exchanged(now, fresh(asked), blocks, rng)
            asked += 1
            found = likelihood(other)
            better = np.log(rng.random(number)) < power * (found - known)
            moved |= better & (found != known)
            now = {key: np.where(better, other[key], values) for key, values in now.items()}
            known = np.where(better, found, known)
    return Tempered(now, known, steps, float(moved.mean()))


def systematic(weights: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
    """Indices of ``number`` draws in proportion to their weights, evenly spaced over them."""
    at = (np.arange(number) + rng.random()) / number
    return np.minimum(np.searchsorted(np.cumsum(weights), at), len(weights) - 1)


def _shares(log_weights: np.ndarray) -> np.ndarray:
    return np.exp(log_weights - np.logaddexp.reduce(log_weights))


def _next_power(known: np.ndarray, power: float, least: float) -> float:
    """The largest next power that leaves ``least`` effective draws."""

    def effective(further: float) -> float:
        return float(1 / np.square(_shares((further - power) * known)).sum())

    if effective(1.0) >= least:
        return 1.0
    low, high = power, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if effective(middle) >= least else (low, middle)
    return low


def _exchanged(
    now: Drawn, other: Drawn, blocks: Sequence[Sequence[str]], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Each draw with some of its blocks exchanged: in one draw few, in another many."""
    number = len(next(iter(now.values())))
    share = len(blocks) ** -rng.random(number)  # from one block to all, evenly in its logarithm
    mixed = dict(now)
    for block in blocks:
        exchanged = rng.random(number) < share
        for key in block:
            mixed[key] = np.where(exchanged, other[key], now[key])
    return mixed
