"""Ageing: follicles are lost slowly for good, and hairs thin late in life.

Equations
    follicles fall by a constant share a year; from a certain age on, each onset of anagen may fall
    a class, as in pattern loss but rarely, and without the longer rest.
Sources: the records ``senescent.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.conditions.interface import Modulation, Person, healthy
from anagen.scalp.follicles import CLASSES, Cycle
from anagen.scalp.units import DAYS_PER_YEAR


class Senescent(NamedTuple):
    """Numbers of ageing hair, each (draws,)."""

    fall_probability: Array
    thinning_from_years: Array
    loss_per_year: Array


def modulation(person: Person, cycle: Cycle, p: Senescent) -> Modulation:
    """How age changes the cycle."""
    years = jnp.maximum(person.age_years - p.thinning_from_years, 0.0)
    thins = (years > 0).astype(years.dtype)
    return healthy(person, cycle)._replace(
        fall=jnp.broadcast_to(p.fall_probability * thins, (CLASSES, *years.shape)),
        history_days=years * DAYS_PER_YEAR,
        shrinks=thins,
        loss_per_day=p.loss_per_year / DAYS_PER_YEAR,
    )
