"""Treatment: what is done, and when its sessions fall.

A course is the same for all draws: sessions and interval are single numbers (), so that what
depends on the calendar alone is worked out once. Time runs in half-days; a half-day in which a
session falls is taken as if the session were at its start.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from anagen.scalp.carried import PutOn
from anagen.scalp.delivery import Minoxidil
from anagen.scalp.grid import Grid
from anagen.scalp.medicines import Intake
from anagen.scalp.needling import Device
from anagen.scalp.units import TINY


class Treatment(NamedTuple):
    """What is done, each (draws,) where not said otherwise. Zeros and ones for no and yes."""

    device: Device
    sessions: Array  # ()
    interval_days: Array  # ()
    bleeding: Array
    minoxidil: Minoxidil
    put_on: PutOn  # at each session
    intake: Intake  # by mouth


class Schedule(NamedTuple):
    """The calendar of a course by half-days, each (half-days,)."""

    new: Array  # sessions that fall into it
    needled: Array  # 1 from the first session on
    lag: Array  # half-days from the latest session's to it; 0 before the first


def sessions_before(day: Array, t: Treatment) -> Array:
    """How many sessions lie before a day; the first is on day 0."""
    return jnp.clip(jnp.ceil(day / t.interval_days - TINY), 0, t.sessions)


def schedule(t: Treatment, grid: Grid) -> Schedule:
    """The calendar of a course."""
    index = jnp.arange(grid.half_days)
    day = index * grid.half_day
    done = sessions_before(day + grid.half_day, t)
    new = done - sessions_before(day, t)
    latest = jax.lax.cummax(jnp.where(new > 0, index, 0))
    return Schedule(new, (done > 0).astype(new.dtype), index - latest)


def summed(new: Array, after_one: Array) -> Array:
    """What all sessions so far do, (half-days, draws), where one does ``after_one``.

    ``new`` are the sessions of each half-day, ``after_one`` (half-days, draws) is what a session
    does in its own half-day and in those that follow; what lies beyond is left out.
    """
    lag = jnp.arange(new.size)[:, None] - jnp.arange(after_one.shape[0])
    return jnp.where(lag >= 0, new[lag], 0.0) @ after_one
