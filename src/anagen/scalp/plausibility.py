"""Plausibility: how many new hairs a scalp can show at most within some days.

A new hair needs a follicle that shows none today. There are only three kinds:
    early anagen   hairs on their way up; those that are due within the days
    kenogen        empty follicles, if every one of them starts on day 0 and has the time to show
    telogen        resting hairs that fall and are followed by new ones, if all begin on day 0; a
                   gain only where the first count left resting hairs out
Not one hair is shed without a successor meanwhile. No treatment can do better, so a claim above
this is no effect of treatment on the follicles that were counted. In a steady cycle the shares are
those of the renewal theorem, θ : μ_K : μ_T of θ + μ_A + μ_T + μ_K.
Units: days, follicles per cm².
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.follicles import DELAY_CELLS, Follicles, visible
from anagen.scalp.grid import STEP_DAYS


class Reserve(NamedTuple):
    """Follicles that can show a new hair in time, per cm², each (draws,)."""

    early: Array
    kenogen: Array
    telogen: Array


def reserve(f: Follicles, delay_days: Array, days: Array) -> Reserve:
    """What the scalp ``f`` can bring forth within ``days``; all others (draws,)."""
    due = jnp.clip(days / STEP_DAYS - jnp.arange(DELAY_CELLS)[:, None, None], 0.0, 1.0)
    in_time = (days >= delay_days).astype(f.early.dtype)
    return Reserve(
        early=(due * f.early).sum(axis=(0, 1)),
        kenogen=in_time * f.kenogen.sum(axis=(0, 1)),
        telogen=in_time * f.telogen.sum(axis=(0, 1)),
    )


def largest_gain_per_cm2(found: Reserve, resting_counted: Array) -> Array:
    """The gain that cannot be exceeded; ``resting_counted`` is 1 where counts include telogen."""
    return found.early + found.kenogen + (1 - resting_counted) * found.telogen


def largest_gain_of_count_per_cm2(
    counted: Array, follicles: Array, early: Array, delay_days: Array, days: Array
) -> Array:
    """The same bound from what a forecast shows: its counted hairs, follicles and early anagen.

    Early hairs are due evenly over the delay. From the delay on, a thin hair that no count saw may
    have come back thicker too.
    """
    due = early * jnp.minimum(days / delay_days, 1.0)
    return jnp.where(days < delay_days, due, follicles - counted)


def visible_density_needed_per_cm2(
    claimed_gain_per_cm2: Array, f: Follicles, largest_gain: Array
) -> Array:
    """Hairs per cm² that a scalp with the phases of ``f`` needs for a claim to be possible."""
    return visible(f).sum(axis=0) * claimed_gain_per_cm2 / largest_gain
