"""Pattern hair loss, male and female: follicles shrink and rest longer.

Equations
    at each onset of anagen a follicle falls one class with the probability p (× a factor in women)
    kenogen = kenogen₀ + extra · (1 − d/d_largest), extra × the same factor in women: thin
    follicles stay empty for longer
    both × the zone's share of the androgens' action: 1 on frontal scalp, vertex and where the
    zone is not known, less on the sides; on the occiput 0 up to a grade, then rising to its share
    all of it is androgen's doing in men, a drawn share of it in women (see `medicines`)
Untreated decline, late regrowth under a drug and their limits follow; nothing else is put in.
Sources: the records ``pattern.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.anatomy import of_zone
from anagen.scalp.conditions.interface import Modulation, Person, healthy
from anagen.scalp.follicles import CLASSES, Cycle, diameters_um
from anagen.scalp.units import DAYS_PER_YEAR


class Pattern(NamedTuple):
    """Numbers of pattern hair loss, each (draws,)."""

    fall_probability: Array
    female_factor: Array
    kenogen_extra_days: Array
    temporal_share_men: Array
    temporal_share_women: Array
    occipital_share_men: Array
    occipital_share_women: Array
    occipital_spared_to_men: Array
    occipital_full_from_men: Array
    occipital_spared_to_women: Array
    occipital_full_from_women: Array
    female_androgenic_share: Array


def androgen_share(person: Person, p: Pattern) -> Array:
    """How much of the androgens' action reaches the person's zone; the occiput is spared where no
    grade is known."""
    male = person.is_male > 0
    spared_to = jnp.where(male, p.occipital_spared_to_men, p.occipital_spared_to_women)
    full_from = jnp.where(male, p.occipital_full_from_men, p.occipital_full_from_women)
    grade = jnp.where(jnp.isnan(person.grade_share), 0.0, person.grade_share)
    reached = jnp.clip((grade - spared_to) / (full_from - spared_to), 0.0, 1.0)
    occipital = reached * jnp.where(male, p.occipital_share_men, p.occipital_share_women)
    temporal = jnp.where(male, p.temporal_share_men, p.temporal_share_women)
    return of_zone(person.zone, 1.0, temporal, 1.0, occipital, unknown=1.0)


def modulation(person: Person, cycle: Cycle, p: Pattern) -> Modulation:
    """How androgen-driven miniaturisation changes the cycle."""
    diameter = diameters_um(cycle)
    strength = jnp.where(person.is_male > 0, 1.0, p.female_factor) * androgen_share(person, p)
    fall = jnp.broadcast_to(strength * p.fall_probability, (CLASSES, *strength.shape))
    thin = 1 - diameter / diameter[-1]
    return healthy(person, cycle)._replace(
        fall=jnp.minimum(fall, 1.0),
        kenogen_days=cycle.kenogen_days + p.kenogen_extra_days * strength * thin,
        history_days=person.history_years * DAYS_PER_YEAR,
        shrinks=jnp.ones_like(strength),
        androgenic=jnp.where(person.is_male > 0, 1.0, p.female_androgenic_share),
    )
