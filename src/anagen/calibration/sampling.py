"""Sampling the observation model by NUTS (NumPyro), and how good the sample is."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import batched
from multiprocessing import get_context
from typing import Any

import jax
import numpy as np
from numpyro.diagnostics import summary
from numpyro.infer import MCMC, NUTS

from anagen.calibration.arm_means import Numbers
from anagen.calibration.observation import Published, Size, trials_as_published

# What is the same for all trials and goes into the forecast of a new one.
SHARED = (
    "scale_spread",
    "drift_mean",
    "drift_spread",
    "arm_spread",
    "people_sd",
    "um_drift_mean",
    "um_drift_spread",
    "um_arm_spread",
    "um_people_sd",
)
TARGET_ACCEPT = 0.95
CHAINS_OF_A_WORKER = 50  # each leaves some 60 MB of traces behind; then fresh processes begin
CAREFUL = 0.99  # of the posterior itself, in which no step may diverge


@dataclass(frozen=True)
class Chain:
    """One chain: draws by name, each (draws, ...), and how many of its steps diverged."""

    drawn: Mapping[str, Numbers]
    divergences: int

    @property
    def shared(self) -> dict[str, Numbers]:
        """What is the same for all trials, each (draws,)."""
        return {name: self.drawn[name] for name in SHARED}


@dataclass(frozen=True)
class Quality:
    """How good a sample of several chains is."""

    r_hat: Mapping[str, float]  # the worst of each name
    effective: Mapping[str, float]  # the smallest effective sample size of each name
    divergences: int


def chains(
    jobs: Sequence[tuple[Published, int]],
    size: Size,
    warmup: int,
    draws: int,
    accept: float = TARGET_ACCEPT,
) -> list[Chain]:
    """One chain for each pair of data and seed.

    Each processor works in a process of its own, since NumPyro cannot trace in two threads; data of
    all jobs must be of one shape, so that each compiles once.
    """
    workers = min(os.cpu_count() or 1, len(jobs))
    if workers == 1:
        _prepare(size, warmup, draws, accept)
        return [_chain(*job) for job in jobs]
    several: list[Chain] = []
    for batch in batched(jobs, workers * CHAINS_OF_A_WORKER):
        with ProcessPoolExecutor(
            workers, get_context("spawn"), _prepare, (size, warmup, draws, accept)
        ) as processes:
            several += processes.map(_chain, *zip(*batch, strict=True))
    return several


_prepared: list[MCMC] = []  # of this process; compiled at its first chain


def _prepare(size: Size, warmup: int, draws: int, accept: float) -> None:
    import anagen.scalp  # noqa: F401  # float64

    kernel = NUTS(partial(trials_as_published, size=size), target_accept_prob=accept)
    _prepared[:] = [
        MCMC(
            kernel,
            num_warmup=warmup,
            num_samples=draws,
            num_chains=1,
            progress_bar=False,
            jit_model_args=True,
        )
    ]


def _chain(told: Published, seed: int) -> Chain:
    mcmc = _prepared[0]
    mcmc.run(jax.random.key(seed), told, extra_fields=("diverging",))
    drawn: dict[str, Any] = mcmc.get_samples()
    diverging = np.asarray(mcmc.get_extra_fields()["diverging"])
    return Chain({name: np.asarray(of) for name, of in drawn.items()}, int(diverging.sum()))


def joined(several: Sequence[Chain]) -> Chain:
    """Chains of the same data as one."""
    return Chain(
        {name: np.concatenate([one.drawn[name] for one in several]) for name in several[0].drawn},
        sum(one.divergences for one in several),
    )


def quality(several: Sequence[Chain]) -> Quality:
    """Split R̂ and effective sample sizes over chains of the same data."""
    by_chain = {name: np.stack([one.drawn[name] for one in several]) for name in several[0].drawn}
    told = summary(by_chain, group_by_chain=True)
    return Quality(
        r_hat={name: float(np.max(of["r_hat"])) for name, of in told.items()},
        effective={name: float(np.min(of["n_eff"])) for name, of in told.items()},
        divergences=sum(one.divergences for one in several),
    )
