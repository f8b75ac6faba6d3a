"""The posterior: what calibration on trials left of our ignorance, as draws.

``posterior.npz`` holds draws of the normal scores of the calibrated numbers (rows are joint), of
what the observation model shares between trials, and what made them. All numbers of the model are
then drawn together: the calibrated from these rows, the rest from their records. Made by
``anagen calibrate``; the hashes tell whether model, data and draws still belong together.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from anagen.evidence.parameters import parameters, uniforms, values_at

NAME = "posterior.npz"


@dataclass(frozen=True)
class Posterior:
    """Draws of what was calibrated.

    ``scores`` (rows, keys) are normal scores of the numbers ``keys``; ``shared`` maps each name of
    the observation model to (rows,); ``left_out`` (results, rows) are predictions of each fitted
    result from a fit without its study. ``made`` says how: hashes, seed, sizes, diagnostics.
    """

    keys: tuple[str, ...]
    scores: np.ndarray
    shared: Mapping[str, np.ndarray]
    studies: tuple[str, ...]
    drift: np.ndarray  # of each study, (rows, studies)
    scale: np.ndarray
    observed: np.ndarray  # published changes of the fitted counts, hairs/cm², (results,)
    left_out: np.ndarray
    made: Mapping[str, Any]


@cache
def posterior() -> Posterior:
    """The shipped posterior."""
    with files("anagen.evidence").joinpath(NAME).open("rb") as file:
        return read_posterior(file)


def read_posterior(file: Any) -> Posterior:
    """A posterior from an open file of `write_posterior`."""
    with np.load(file, allow_pickle=False) as found:
        shared = {name[7:]: found[name].astype(float) for name in found if name[:7] == "shared."}
        return Posterior(
            keys=tuple(str(key) for key in found["keys"]),
            scores=found["scores"].astype(float),
            shared=shared,
            studies=tuple(str(study) for study in found["studies"]),
            drift=found["drift"].astype(float),
            scale=found["scale"].astype(float),
            observed=found["observed"].astype(float),
            left_out=found["left_out"].astype(float),
            made=json.loads(str(found["made"])),
        )


def write_posterior(file: Any, post: Posterior) -> None:
    """Write a posterior to an open file; draws in single precision, which is finer than they are
    known."""
    np.savez_compressed(
        file,
        keys=np.array(post.keys),
        scores=post.scores.astype(np.float32),
        studies=np.array(post.studies),
        drift=post.drift.astype(np.float32),
        scale=post.scale.astype(np.float32),
        observed=post.observed,
        left_out=post.left_out.astype(np.float32),
        made=np.array(json.dumps(post.made)),
        **{f"shared.{name}": of.astype(np.float32) for name, of in post.shared.items()},  # type: ignore[arg-type]
    )


def rows(number: int, seed: int, of: int) -> np.ndarray:
    """Which of ``of`` joint rows each of ``number`` draws takes, all about equally often."""
    stream = np.random.default_rng([seed, zlib.crc32(b"posterior")])
    times = -(-number // of)
    return np.concatenate([stream.permutation(of) for _ in range(times)])[:number]


@lru_cache(maxsize=2)  # the options of a plan and the steps of a slider ask for the same draws
def posterior_draws(number: int, seed: int) -> Mapping[str, np.ndarray]:
    """``number`` draws of every number of the model, given the trials: key -> (number,).

    Draws come in pairs, one after the other: two people under one state of what we do not know.
    How alike they are tells how much of a band is ignorance (`ignorance_variance`).
    """
    return values_at(_uniforms(number, seed))


def single_scores(number: int, seed: int) -> dict[str, np.ndarray]:
    """Normal scores of draws as `posterior_draws`, but one person under each state of what we do
    not know; `at_scores` makes them values."""
    from scipy.special import ndtri

    return {key: ndtri(values[::2]) for key, values in _uniforms(2 * number, seed).items()}


def at_scores(scores: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
    """The values of all numbers at their normal scores, by key."""
    from scipy.special import ndtr

    return values_at({key: np.clip(ndtr(score), 1e-12, 1 - 1e-12) for key, score in scores.items()})


def single_draws(number: int, seed: int) -> Mapping[str, np.ndarray]:
    """As `posterior_draws`, but one person under each state of what we do not know."""
    return at_scores(single_scores(number, seed))


def trial_draws(
    trials: int, people: int, seed: int
) -> tuple[Mapping[str, np.ndarray], Mapping[str, np.ndarray]]:
    """Draws of every number of the model for ``trials`` of ``people`` each, one trial after the
    other: key -> (trials * people,), and what the observation model shares: name -> (trials,).

    The people of one trial differ, and live under one state of what we do not know.
    """
    row = rows(trials, seed, len(posterior().scores))
    shared = {name: of[row] for name, of in posterior().shared.items()}
    return values_at(_uniforms(trials * people, seed, people)), shared


def _uniforms(number: int, seed: int, together: int = 2) -> dict[str, np.ndarray]:
    """Uniform numbers of ``number`` people; ``together`` of them share what we do not know."""
    from scipy.special import ndtr  # kept away from what only reads records

    post = posterior()
    states = -(-number // together)
    row = rows(states, seed, len(post.scores))
    people, unknown = uniforms(number, seed), uniforms(states, seed)
    unknown |= {key: ndtr(post.scores[row, i]) for i, key in enumerate(post.keys)}
    return {
        key: np.repeat(unknown[key], together)[:number]
        if record.spread == "ignorance"
        else people[key]
        for key, record in parameters().items()
    }


@cache
def blocks() -> tuple[tuple[str, ...], ...]:
    """The numbers that are drawn, in groups that are independent of each other.

    The score of a number that stands alone is a standard normal.
    """
    together = posterior().keys
    alone = (
        (key,)
        for key, record in parameters().items()
        if record.distribution != "fixed" and key not in together
    )
    return (together, *alone)


def ignorance_variance(values: np.ndarray) -> float:
    """How much of the variance of something drawn, (draws,), is what we do not know of the average:
    the covariance of the pairs of `posterior_draws`. The rest is how people differ."""
    whole = values[: len(values) // 2 * 2].reshape(-1, 2)
    centred = whole - whole.mean()
    return float(min(max((centred[:, 0] * centred[:, 1]).mean(), 0.0), values.var()))
