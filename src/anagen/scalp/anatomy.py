"""Anatomy: what differs between the zones of a scalp before any needle comes.

Equations
    epidermis and dermis    h = h_zone · k, k one factor for a whole scalp, times another in women
    follicles               N = N_typical · q_zone, where no hair was counted
An unknown zone is the typical scalp: the mean thickness of the four, and q = 1. How strongly
androgens shrink follicles by zone and grade stands with pattern hair loss (`conditions.pattern`).
The temporal zone is the side of the head above the ear; receding corners of the hairline belong to
the frontal one.
Units: mm, µm. Sources: the records ``anatomy.*``; ``follicles.*_ratio`` for the density.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.follicles import Cycle

FRONTAL, TEMPORAL, VERTEX, OCCIPITAL = 0, 1, 2, 3


class Anatomy(NamedTuple):
    """Thickness of the scalp's skin, each (draws,)."""

    skin_frontal_mm: Array
    skin_temporal_mm: Array
    skin_vertex_mm: Array
    skin_occipital_mm: Array
    skin_factor: Array
    female_skin_factor: Array
    epidermis_um: Array
    epidermis_men_um: Array


def of_zone(
    zone: Array,
    frontal: Array | float,
    temporal: Array | float,
    vertex: Array | float,
    occipital: Array | float,
    unknown: Array | float,
) -> Array:
    """The value of the zone, ``unknown`` where the zone is NaN."""
    is_zone = [zone == FRONTAL, zone == TEMPORAL, zone == VERTEX, zone == OCCIPITAL]
    return jnp.select(is_zone, [frontal, temporal, vertex, occipital], unknown)


def skin_mm(zone: Array, is_male: Array, p: Anatomy) -> Array:
    """Thickness of epidermis and dermis."""
    zones = (p.skin_frontal_mm, p.skin_temporal_mm, p.skin_vertex_mm, p.skin_occipital_mm)
    thickness = of_zone(zone, *zones, unknown=sum(zones[1:], zones[0]) / len(zones))
    return thickness * p.skin_factor * jnp.where(is_male > 0, 1.0, p.female_skin_factor)


def epidermis_um(is_male: Array, p: Anatomy) -> Array:
    """Thickness of the epidermis; by sex only, since no study gives it by zone of the scalp."""
    return jnp.where(is_male > 0, p.epidermis_men_um, p.epidermis_um)


def density_ratio(zone: Array, cycle: Cycle) -> Array:
    """Follicles of the zone in health relative to the typical scalp, alike in both sexes."""
    return of_zone(
        zone,
        cycle.frontal_density_ratio,
        cycle.temporal_density_ratio,
        cycle.vertex_density_ratio,
        cycle.occipital_density_ratio,
        unknown=1.0,
    )
