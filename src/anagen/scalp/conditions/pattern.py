"""Pattern hair loss, male and female: follicles shrink and rest longer.

Equations
    at each onset of anagen a follicle falls one class with the probability p (× a factor in women)
    kenogen = kenogen₀ + extra · (1 − d/d_largest), extra × the same factor in women: thin
    follicles stay empty for longer
    all of it is androgen's doing in men, a drawn share of it in women (see `medicines`)
Untreated decline, late regrowth under a drug and their limits follow; nothing else is put in.
Sources: the records ``pattern.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.conditions.interface import Modulation, Person, healthy
from anagen.scalp.follicles import CLASSES, Cycle, diameters_um
from anagen.scalp.units import DAYS_PER_YEAR


class Pattern(NamedTuple):
    """Numbers of pattern hair loss, each (draws,)."""

    fall_probability: Array
    female_factor: Array
    kenogen_extra_days: Array
    female_androgenic_share: Array


def modulation(person: Person, cycle: Cycle, p: Pattern) -> Modulation:
    """How androgen-driven miniaturisation changes the cycle."""
    diameter = diameters_um(cycle)
    strength = jnp.where(person.is_male > 0, 1.0, p.female_factor)
    fall = jnp.broadcast_to(strength * p.fall_probability, (CLASSES, *strength.shape))
    thin = 1 - diameter / diameter[-1]
    return healthy(person, cycle)._replace(
        fall=jnp.minimum(fall, 1.0),
        kenogen_days=cycle.kenogen_days + p.kenogen_extra_days * strength * thin,
        history_days=person.history_years * DAYS_PER_YEAR,
        shrinks=jnp.ones_like(strength),
        androgenic=jnp.where(person.is_male > 0, 1.0, p.female_androgenic_share),
    )
