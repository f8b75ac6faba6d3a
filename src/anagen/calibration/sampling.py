"""Sampling the observation model by NUTS (NumPyro), and how good the sample is."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpyro.diagnostics import summary
from numpyro.infer.hmc import HMCState, hmc
from numpyro.infer.util import initialize_model

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
CAREFUL = 0.99  # of the posterior itself, in which no step may diverge
_TRIES = 50


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
    settings = size, warmup, draws, accept, jobs[0][0]
    if workers == 1:
        _prepare(*settings)
        return [_chain(*job) for job in jobs]
    with ProcessPoolExecutor(workers, get_context("spawn"), _prepare, settings) as processes:
        return list(processes.map(_chain, *zip(*jobs, strict=True)))


type Sampler = Callable[[jax.Array, Published], tuple[dict[str, jax.Array], jax.Array]]
_prepared: list[Sampler] = []  # of this process; compiled at its first chain


def _prepare(size: Size, warmup: int, draws: int, accept: float, told: Published) -> None:
    import anagen.scalp  # noqa: F401  # float64

    _prepared[:] = [_sampler(size, warmup, draws, accept, told)]


def _sampler(size: Size, warmup: int, draws: int, accept: float, like: Published) -> Sampler:
    """A whole chain as one compiled program of its seed and data. NumPyro's `MCMC` would compile
    its start anew for each chain: several times the work of a short one, and never let go of."""
    model = partial(trials_as_published, size=size)
    known = initialize_model(jax.random.key(0), model, model_args=(like,), dynamic_args=True)
    begin, step = hmc(potential_fn_gen=known.potential_fn, algo="NUTS")

    @jax.jit
    def run(key: jax.Array, told: Published) -> tuple[dict[str, jax.Array], jax.Array]:
        of_start, key = jax.random.split(key)
        start = _start(of_start, known.param_info.z, known.potential_fn(told))
        state = begin(
            start, num_warmup=warmup, target_accept_prob=accept, rng_key=key, model_args=(told,)
        )

        def collected(now: HMCState, _: None) -> tuple[HMCState, tuple[Any, jax.Array]]:
            now = step(now, (told,))
            return now, (now.z, now.diverging)

        # One loop for warm-up and draws: a second would be compiled a second time.
        _, every = jax.lax.scan(collected, state, length=warmup + draws)
        drawn, diverging = jax.tree.map(lambda of: of[warmup:], every)
        return jax.vmap(known.postprocess_fn(told))(drawn), diverging.sum()

    return run


def _start(key: jax.Array, like: Any, energy: Callable[[Any], jax.Array]) -> Any:
    """The first of some points within ±2 of nought, unconstrained, that is not ruled out."""
    leaves, layout = jax.tree.flatten(like)
    keys = jax.random.split(key, len(leaves))
    tried = [
        jax.random.uniform(each, (_TRIES, *leaf.shape), leaf.dtype, -2, 2)
        for each, leaf in zip(keys, leaves, strict=True)
    ]
    points = jax.tree.unflatten(layout, tried)
    first = jnp.argmax(jnp.isfinite(jax.vmap(energy)(points)))
    return jax.tree.map(lambda leaf: leaf[first], points)


def _chain(told: Published, seed: int) -> Chain:
    drawn, divergences = _prepared[0](jax.random.key(seed), told)
    return Chain({name: np.asarray(of) for name, of in drawn.items()}, int(divergences))


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
