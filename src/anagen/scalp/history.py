"""Natural history: how a healthy scalp came to be the one that is seen today.

The hair cycle with constant rates, followed from health over years by implicit Euler steps. A
step is solved exactly class by class from the thickest down, since follicles only fall: within a
class the cycle closes on itself through one number, the onsets, and the solution is linear in it.
Implicit, because the history is long (years) against the stages (days) and only its slow part is
wanted. Early anagen is one stage here and is spread over the delay line at the end.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from anagen.scalp.conditions.interface import Modulation
from anagen.scalp.follicles import (
    ANAGEN_STAGES,
    CLASSES,
    KENOGEN_STAGES,
    TELOGEN_STAGES,
    Cycle,
    Follicles,
    anagen_mean_days,
    fill_delay,
)

HISTORY_STEPS = 48


class Past(NamedTuple):
    """Constant rates of the history, per day; (class, draws) or (draws,)."""

    anagen: Array  # of one stage
    telogen: Array
    kenogen: Array
    hit: Array
    fall: Array
    loss: Array


def _through(inflow: Array, start: Array, rate: Array, h: Array, other_exit: Array) -> Array:
    """Implicit step of a chain: (stages, class, draws) after, given the inflow per day."""

    def one(inflow: Array, stage: Array) -> tuple[Array, Array]:
        after = (stage + h * inflow) / (1 + h * (rate + other_exit))
        return rate * after, after

    return jax.lax.scan(one, inflow, start)[1]


def _implicit_step(f: Follicles, past: Past, delay: Array, h: Array) -> Follicles:
    """One implicit Euler step of ``h`` (draws,) days. ``early`` is (1, class, draws)."""
    early_rate = 1 / delay

    def cycle(onset: Array, start: Follicles) -> Follicles:
        early = _through(onset, start.early, early_rate, h, past.loss)
        anagen = _through(
            early_rate * early[-1], start.anagen, past.anagen, h, past.loss + past.hit
        )
        thrown_out = h * past.hit * anagen.sum(axis=0)
        resting = start.telogen.at[-1].add(thrown_out)
        telogen = _through(past.anagen * anagen[-1], resting, past.telogen, h, past.loss)
        kenogen = _through(past.telogen * telogen[-1], start.kenogen, past.kenogen, h, past.loss)
        return Follicles(early, anagen, telogen, kenogen)

    nothing = jax.tree.map(jnp.zeros_like, f)
    without = cycle(jnp.zeros_like(past.kenogen), f)  # no onsets, today's follicles
    by_onset = cycle(jnp.ones_like(past.kenogen), nothing)  # one onset a day, none before
    alpha = past.kenogen * without.kenogen[-1]
    gamma = past.kenogen * by_onset.kenogen[-1]
    stays = (1 - past.fall).at[0].set(1.0)

    from_above = jnp.zeros_like(alpha[0])
    onsets = []
    for k in reversed(range(CLASSES)):
        # out = alpha + gamma (stays out + from_above)
        out = (alpha[k] + gamma[k] * from_above) / (1 - gamma[k] * stays[k])
        onsets.append(stays[k] * out + from_above)
        from_above = (1 - stays[k]) * out
    onset = jnp.stack(onsets[::-1])
    return Follicles(*(a + onset * b for a, b in zip(without, by_onset, strict=True)))


def follow(
    start: Follicles, past: Past, delay: Array, history_days: Array, days: float
) -> tuple[Follicles, Array]:
    """The scalp after ``history_days`` (draws,), and visible hairs on the way.

    The second value is (HISTORY_STEPS + 1, class, draws), at equal parts of the history.
    ``days`` is the step of the delay line that the result is laid out for.
    """
    lumped = start._replace(early=start.early.sum(axis=0)[None])
    h = history_days / HISTORY_STEPS

    def seen(f: Follicles) -> Array:
        return f.anagen.sum(axis=0) + f.telogen.sum(axis=0)

    def one(f: Follicles, _: None) -> tuple[Follicles, Array]:
        after = _implicit_step(f, past, delay, h)
        return after, seen(after)

    end, on_the_way = jax.lax.scan(one, lumped, length=HISTORY_STEPS)
    laid_out = end._replace(early=fill_delay(end.early[0], delay, days))
    return laid_out, jnp.concatenate([seen(lumped)[None], on_the_way])


def durations(m: Modulation, p: Cycle) -> tuple[Array, Array, Array]:
    """Mean anagen, telogen and kenogen under a condition, days, (..., class, draws)."""
    anagen = anagen_mean_days(p) / m.anagen_exit
    none = jnp.zeros_like(anagen)
    return anagen, none + p.telogen_days, none + m.kenogen_days


def stage_rates(
    anagen_days: Array, telogen_days: Array, kenogen_days: Array
) -> tuple[Array, Array, Array]:
    """Rates of one stage from mean durations."""
    return ANAGEN_STAGES / anagen_days, TELOGEN_STAGES / telogen_days, KENOGEN_STAGES / kenogen_days
