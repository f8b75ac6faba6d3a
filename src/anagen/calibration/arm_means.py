"""The mean change of an arm as a function of what is not known: people averaged out.

For an arm, the model gives the change y of a person with scores z (normal scores of the numbers
that we do not know) and w (of what differs between people). Over people,
    E[y | z] = c + a·z + Σ q_ij (z_i z_j − δ_ij)
is found by least squares on thousands of courses, each with its own z and w. Terms in w and z·w
have no mean; they are in the regression only to leave less noise in a, q. A quadratic term stays
where it is told from that noise. What an arm does not state (``trial.*``) and what is not
calibrated is averaged too; its variance is kept as ``unstated_variance``.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from anagen.evidence.parameters import parameters

Numbers = NDArray[np.float64]
SCORE_LIMIT = 5.0  # scores beyond are cut, as no draw has weight there
PAIRED = 12  # numbers of a kind, strongest first, whose pairs are looked at
TOLD = 3.0  # standard errors at which a term is told from noise
LEAST_SHARE = 0.01  # of what ignorance does to some arm, for a number to be calibrated


class ArmMeans(NamedTuple):
    """Mean changes of so many results as functions of (numbers,) scores."""

    constant: Numbers  # (results,)
    slope: Numbers  # (results, numbers)
    curve: Numbers  # (results, numbers, numbers), symmetric
    unstated_variance: Numbers  # (results,), hairs²/cm⁴ or µm²
    error: Numbers  # standard error of the mean at the prior's centre, (results,)


def mean_changes(means: ArmMeans, scores: Any) -> Any:
    """The mean changes (results,) at scores (numbers,); of NumPy or JAX arrays."""
    bent = ((means.curve @ scores) * scores).sum(axis=-1)
    centred = means.constant - means.curve.diagonal(axis1=-2, axis2=-1).sum(axis=-1)
    return centred + means.slope @ scores + bent


def scores_of(uniform: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """Normal scores (draws,) of every number that has a spread; ±1 for a yes or no."""
    from scipy.special import ndtri

    found = {}
    for key, record in parameters().items():
        if record.spread == "none":
            continue
        if record.distribution == "bernoulli":
            chance = record.shape["probability"]
            yes = uniform[key] < chance
            spread = np.sqrt(chance * (1 - chance))
            found[key] = (yes - chance) / spread
        else:
            found[key] = np.clip(ndtri(uniform[key]), -SCORE_LIMIT, SCORE_LIMIT)
    return found


def calibrated(scores: Mapping[str, Numbers], change: Numbers) -> tuple[str, ...]:
    """The numbers worth calibrating: those that matter to some result, (results, draws).

    Only the model decides which; no trial's answer is looked at.
    """
    keys, slopes, noise = _slopes(scores, change)
    unknown = np.array([_unknown(key) for key in keys])
    told = np.where(np.abs(slopes) > TOLD * noise, slopes, 0.0) ** 2 * unknown
    moved = told.sum(axis=1, keepdims=True)
    share = np.divide(told, moved, out=np.zeros_like(told), where=moved > 0)
    # An arm that ignorance hardly moves says nothing of it.
    share[moved[:, 0] < LEAST_SHARE * change.var(axis=1)] = 0.0
    matters = share.max(axis=0) > LEAST_SHARE
    return tuple(key for key, yes in zip(keys, matters, strict=True) if yes and _ours(key))


def _unknown(key: str) -> bool:
    return parameters()[key].spread == "ignorance"


def _ours(key: str) -> bool:
    """Whether a number can be calibrated: one of the model, not of a trial's record; not yes or
    no, whose alternatives stay side by side."""
    return not key.startswith("trial.") and parameters()[key].distribution != "bernoulli"


def _slopes(scores: Mapping[str, Numbers], change: Numbers) -> tuple[list[str], Numbers, Numbers]:
    """Keys, and slope and standard error of each in a linear regression, (results, keys)."""
    keys = list(scores)
    design = np.column_stack([np.ones(change.shape[1]), *scores.values()])
    found, error, _ = _least_squares(design, change)
    return keys, found[:, 1:], error[:, 1:]


def _least_squares(design: Numbers, change: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Coefficients, their standard errors (results, terms) and residual variance (results,)."""
    inverse = np.linalg.pinv(design.T @ design)
    found = change @ design @ inverse
    left = change - found @ design.T
    variance = (left**2).sum(axis=1) / (design.shape[0] - design.shape[1])
    # The square of a yes or no is no column of its own; rounding may leave it just below nought.
    error = np.sqrt(np.outer(variance, np.maximum(inverse.diagonal(), 0.0)))
    return found, error, variance


def arm_means(scores: Mapping[str, Numbers], change: Numbers, keys: Sequence[str]) -> ArmMeans:
    """The mean changes of results (results, draws) as functions of the scores of ``keys``."""
    every, slopes, noise = _slopes(scores, change)
    index = {key: i for i, key in enumerate(keys)}
    results, number = change.shape[0], len(keys)
    slope, curve = np.zeros((results, number)), np.zeros((results, number, number))
    constant, unstated, error = np.zeros(results), np.zeros(results), np.zeros(results)
    for row in range(results):
        strength = np.abs(slopes[row] / noise[row])
        order = [every[i] for i in np.argsort(-strength)]
        unknown = [key for key in order if key in index][:PAIRED]
        other = [key for key in order if key not in index][:PAIRED]
        linear = [key for key in order if key in index or strength[every.index(key)] > TOLD]
        pairs = [*combinations_with_replacement(unknown, 2)]
        beside = [
            *combinations_with_replacement(other, 2),
            *((mine, theirs) for mine in unknown for theirs in other),
        ]
        design = np.column_stack(
            [
                np.ones(change.shape[1]),
                *(scores[key] for key in linear),
                *(_product(scores, *pair) for pair in (*pairs, *beside)),
            ]
        )
        found, wrong, _ = (values[0] for values in _least_squares(design, change[row : row + 1]))
        constant[row], error[row] = found[0], wrong[0]
        for key, value, doubt in zip(linear, found[1:], wrong[1:], strict=False):
            if key in index:
                slope[row, index[key]] = value
            elif _unknown(key) and abs(value) > TOLD * doubt:
                unstated[row] += value**2
        first = 1 + len(linear)
        for (one, two), value, doubt in zip(pairs, found[first:], wrong[first:], strict=False):
            if abs(value) > TOLD * doubt:
                i, j = index[one], index[two]
                curve[row, i, j] += value / 2
                curve[row, j, i] += value / 2
    return ArmMeans(constant, slope, curve, unstated, error)


def _product(scores: Mapping[str, Numbers], one: str, two: str) -> Numbers:
    return scores[one] * scores[two] - (one == two)
