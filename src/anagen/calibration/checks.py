"""Checks of the calibration on virtual trials: ranks of the truth, and truths found again.

`ranks` draws each truth and its trials from the observation model itself: if the sampler is right,
the truth's rank among the draws is uniform for every number. `recovery` takes the trials' means
from the full model at a known truth, with everything that calibration averages over drawn once for
that world: the truth should lie in the 90 % interval nine times in ten.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anagen.calibration.arm_courses import changes
from anagen.calibration.arm_means import Numbers
from anagen.calibration.arms import read_arm, same_people
from anagen.calibration.sampling import SHARED, Chain, chains
from anagen.calibration.targets import Targets, all_results
from anagen.calibration.virtual import (
    TrueMeans,
    Truth,
    fitted_means,
    truth,
    would_be_published,
)
from anagen.evidence.parameters import parameters, uniforms, values_at

RANKS = 99  # draws that a truth is ranked among: ranks are 0 to 99


@dataclass(frozen=True)
class Checked:
    """Of virtual worlds: the share of draws below each truth, (worlds, names)."""

    names: tuple[str, ...]
    below: Numbers


def ranks(target: Targets, worlds: int, warmup: int, draws: int, seed: int) -> Checked:
    """Simulation-based calibration on so many virtual worlds."""
    truths, jobs = [], []
    for world in range(worlds):
        random = np.random.default_rng([seed, world])
        true = truth(target.size, random)
        means = fitted_means(target.told, true.scores)
        truths.append(true)
        jobs.append((would_be_published(target.told, true, means, random), seed + world))
    fits = chains(jobs, target.size, warmup, draws)
    return _below(target, truths, fits)


def recovery(
    target: Targets,
    worlds: int,
    people: int,
    warmup: int,
    draws: int,
    seed: int,
) -> tuple[Checked, Numbers]:
    """Truths of the full model, found again from trials of so many virtual worlds.

    Also how far the mean changes of counts, as calibration has them, lie from the full model's,
    (worlds, results) in hairs/cm².
    """
    truths, jobs, wrong = [], [], []
    for world in range(worlds):
        random = np.random.default_rng([seed, 1, world])
        true = truth(target.size, random)
        means = full_means(target, true.scores, people, seed + world)
        truths.append(true)
        jobs.append((would_be_published(target.told, true, means, random), seed + world))
        wrong.append(fitted_means(target.told, true.scores).density - means.density)
    fits = chains(jobs, target.size, warmup, draws)
    return _below(target, truths, fits), np.array(wrong)


def full_means(target: Targets, scores: Numbers, people: int, seed: int) -> TrueMeans:
    """Mean changes of all results over so many people in the full model, for one truth.

    What is not calibrated and not known is drawn once: one world has one biology.
    """
    from scipy.special import ndtr

    known = dict(zip(target.keys, ndtr(scores), strict=True))
    drawn = uniforms(people, seed)
    uniform = {
        key: np.full(people, known.get(key, drawn[key][0])) if _of_the_world(key) else drawn[key]
        for key in drawn
    }
    parts = all_results(target)
    unlike = list(dict.fromkeys(arm for part in parts for arm in part))
    given = [read_arm(results) for results in same_people(unlike)]
    _, moved = changes(given, values_at(uniform))
    mean = dict(
        zip(
            (arm for one in given for arm in one.results),
            np.concatenate(moved).mean(axis=1),
            strict=True,
        )
    )
    density, diameter, contrasts, against, responders = (
        np.array([mean[arm] for arm in part]) for part in parts
    )
    to_baseline = np.asarray(target.told.contrasts.to_baseline)
    return TrueMeans(density, diameter, contrasts, against * (1 - to_baseline), responders)


def _of_the_world(key: str) -> bool:
    return parameters()[key].spread == "ignorance"


def _below(target: Targets, truths: Sequence[Truth], fits: Sequence[Chain]) -> Checked:
    names = (*target.keys, *SHARED)
    found = []
    for true, fit in zip(truths, fits, strict=True):
        thinned = np.linspace(0, len(fit.drawn["scores"]) - 1, RANKS).astype(int)
        drawn = np.column_stack([fit.drawn["scores"], *fit.shared.values()])[thinned]
        told = np.array([*true.scores, *(true.shared[name] for name in SHARED)])
        found.append((drawn < told).mean(axis=0))
    return Checked(names, np.array(found))
