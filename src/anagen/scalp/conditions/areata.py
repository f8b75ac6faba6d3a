"""Alopecia areata: inside a patch growing hairs are attacked and new ones held back, until it ends.

Equations
    while active: growing hairs are thrown out at a rate, and a share of onsets does not happen
    remission by itself comes at a constant rate h (34-50 % a year); a triamcinolone course
    multiplies h while it lasts. Each draw is one person with one day of remission:
    H(t) = h·(t + (m−1)·min(t, T)),  remission where H = −ln u.
The forecast is for the patch, not for the whole scalp. Relapse (frequent over years) is left out.
Sources: the records ``areata.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.conditions.interface import Modulation, Person, healthy
from anagen.scalp.follicles import Cycle
from anagen.scalp.units import DAYS_PER_YEAR


class Areata(NamedTuple):
    """Numbers of alopecia areata, each (draws,)."""

    remission_within_a_year: Array
    chance: Array
    attack_per_day: Array
    onset_blocked: Array
    triamcinolone_factor: Array


def remission_day(hazard_per_day: Array, factor: Array, course_days: Array, chance: Array) -> Array:
    """The day on which the summed hazard reaches −ln(chance)."""
    needed = -jnp.log(chance) / hazard_per_day
    within = needed / factor
    return jnp.where(within <= course_days, within, needed - (factor - 1) * course_days)


def modulation(person: Person, cycle: Cycle, p: Areata) -> Modulation:
    """How an attack changes the cycle; without treatment (see `treated`)."""
    hazard = hazard_per_day(p)
    return healthy(person, cycle)._replace(
        history_days=person.history_years * DAYS_PER_YEAR,
        hit_per_day=p.attack_per_day,
        onset_blocked=p.onset_blocked,
        ends_on_day=-jnp.log(p.chance) / hazard,
    )


def hazard_per_day(p: Areata) -> Array:
    """Rate of remission by itself, from the share that recovers within a year."""
    return -jnp.log1p(-p.remission_within_a_year) / DAYS_PER_YEAR


def treated(m: Modulation, course_days: Array, p: Areata) -> Modulation:
    """The same patch under triamcinolone through the channels for ``course_days``."""
    day = remission_day(hazard_per_day(p), p.triamcinolone_factor, course_days, p.chance)
    return m._replace(ends_on_day=jnp.where(course_days > 0, day, m.ends_on_day))
