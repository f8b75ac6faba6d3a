"""Alopecia areata: inside a patch growing hairs are attacked and new ones held back, until it ends.

Equations
    in full attack growing hairs are thrown out at a rate, and a share of onsets does not happen;
    how full it is, day by day, is told by the immune loop (`immune_privilege`)
    what restores a patch by itself comes at a constant rate h (34-50 % a year): each draw is one
    person with one such day, t where h t = −ln u
The forecast is for the patch, not for the whole scalp.
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


def modulation(person: Person, cycle: Cycle, p: Areata) -> Modulation:
    """How an attack changes the cycle; treatment acts on its immune loop (`immune_privilege`)."""
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
