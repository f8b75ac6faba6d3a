"""Stress shedding (telogen effluvium): many hairs rest at once, then fall together.

Equations
    at the trigger a share s of anagen goes into telogen; these hairs are shed around μ_T later,
    the count dips by s·A and comes back after kenogen and the time a hair takes to show.
    What is noticed is the shedding, so the trigger lies a part of μ_T before the onset told.
    Shedding for longer than half a year is chronic: anagen stays shortened.
Sources: the records ``effluvium.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.conditions.interface import Modulation, Person, healthy
from anagen.scalp.follicles import Cycle
from anagen.scalp.units import DAYS_PER_YEAR


class Effluvium(NamedTuple):
    """Numbers of stress shedding, each (draws,)."""

    released_share: Array
    noticed_at_share_of_telogen: Array
    chronic_after_years: Array
    chronic_anagen_exit: Array


def modulation(person: Person, cycle: Cycle, p: Effluvium) -> Modulation:
    """How a shock to the cycle changes it."""
    chronic = person.history_years > p.chronic_after_years
    return healthy(person, cycle)._replace(
        released=p.released_share,
        history_days=person.history_years * DAYS_PER_YEAR
        + p.noticed_at_share_of_telogen * cycle.telogen_days,
        anagen_exit=jnp.where(chronic, p.chronic_anagen_exit, 1.0),
    )
