"""Tempering: draws moved step by step from what is known to what was counted.

Sequential Monte Carlo (Del Moral, Doucet & Jasra 2006). The likelihood is raised to a power that
grows from 0 to 1; each step resamples the draws, then moves them by Metropolis in their normal
scores, by turns
    far     some of the numbers of a draw are exchanged for fresh ones of the prior
    near    z' = √(1 − s²) z + s ξ for some of those that stand alone (Crank-Nicolson; s small in
            one draw, large in another)
Both leave the prior as it is, so that a move is accepted by the likelihood alone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

Scores = Mapping[str, np.ndarray]
_KEPT = 0.5  # share of effective draws that a step leaves
_MOVES = 6  # for each step
_NEAREST = 0.05  # s of the smallest move


class Tempered(NamedTuple):
    """Draws that stand for the posterior, their log-likelihood and how they came about."""

    scores: dict[str, np.ndarray]
    log_likelihood: np.ndarray
    steps: int
    moved: float  # share of the draws that the last step's moves changed at least once


def temper(
    scores: Scores,
    known: np.ndarray,
    likelihood: Callable[[Scores], np.ndarray],
    fresh: Callable[[int], Scores],
    blocks: Sequence[Sequence[str]],
    number: int,
    rng: np.random.Generator,
) -> Tempered:
    """``number`` draws of the posterior.

    ``scores`` are draws of the prior and ``known`` their log-likelihood, ``fresh(i)`` gives
    ``number`` other draws, ``blocks`` are the keys that belong together; one alone is a standard
    normal.
    """
    now = {key: np.asarray(values) for key, values in scores.items()}
    power, steps, moved, asked = 0.0, 0, np.zeros(number, bool), 0
    while power < 1:
        further = _next_power(known, power, _KEPT * number)
        chosen = systematic(_shares((further - power) * known), number, rng)
        now, known = {key: values[chosen] for key, values in now.items()}, known[chosen]
        power, steps, moved = further, steps + 1, np.zeros(number, bool)
        for turn in range(_MOVES if power < 1 else 2 * _MOVES):
            if turn % 3 == 0:
                other, asked = _far(now, fresh(asked), blocks, rng), asked + 1
            else:
                other = _near(now, blocks, rng)
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


def _far(
    now: Scores, other: Scores, blocks: Sequence[Sequence[str]], rng: np.random.Generator
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


def _near(
    now: Scores, blocks: Sequence[Sequence[str]], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Each draw with some of the scores that stand alone moved a little."""
    number = len(next(iter(now.values())))
    alone = [block[0] for block in blocks if len(block) == 1]
    share = len(alone) ** -rng.random(number)
    size = _NEAREST ** rng.random(number)
    moved = dict(now)
    for key in alone:
        other = np.sqrt(1 - size**2) * now[key] + size * rng.standard_normal(number)
        moved[key] = np.where(rng.random(number) < share, other, now[key])
    return moved
