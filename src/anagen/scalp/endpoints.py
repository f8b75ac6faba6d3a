"""Endpoints: what a clinician can count, measure or see.

Equations
    a hair is counted above a limit diameter; terminal and vellus by their cut-offs
    coverage        1 − exp(−c N d L), c for hairs that lie together
    break force     F = σ π d²/4
    hair mass       N · mean of d², relative to the same scalp in health
    pain            relative to a 26G needle: P₀ (L/L₀)^p · n^q, by the depth that is reached
    infection       1 − exp(−hits), hits in proportion to the channels of all sessions
Classes are bands of diameter, so cut-offs pass through them smoothly.
Sources: the records ``endpoints.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.units import GRAM_FORCE_PER_NEWTON, N_PER_MPA_UM2, TINY, UM_PER_CM, UM_PER_MM


class Endpoints(NamedTuple):
    """Numbers of the endpoints, each (draws,)."""

    counted_from_um: Array
    vellus_below_um: Array
    terminal_from_um: Array
    hair_length_cm: Array
    clumping: Array
    keratin_strength_mpa: Array
    pain_reference: Array
    pain_reference_um: Array
    pain_length_exponent: Array
    pain_needles_exponent: Array
    infection_risk_of_reference: Array
    infection_reference_sessions: Array
    infection_reference_density_per_cm2: Array


def share_above(limit_um: Array, diameter_um: Array, width_um: Array) -> Array:
    """Share of each diameter band that is thicker than a limit, (class, draws)."""
    return jnp.clip((diameter_um + width_um / 2 - limit_um) / width_um, 0.0, 1.0)


def density_above(limit_um: Array, hairs: Array, diameter_um: Array, width_um: Array) -> Array:
    """Hairs per cm² thicker than a limit, (draws,)."""
    return (hairs * share_above(limit_um, diameter_um, width_um)).sum(axis=0)


def mean_diameter_um(
    counted_from_um: Array, hairs: Array, diameter_um: Array, width_um: Array
) -> Array:
    """Mean diameter of the counted hairs, (draws,)."""
    counted = hairs * share_above(counted_from_um, diameter_um, width_um)
    # Within the band that the limit cuts, the counted hairs are the thicker ones.
    top = diameter_um + width_um / 2
    bottom = jnp.clip(counted_from_um, diameter_um - width_um / 2, top)
    return (counted * (top + bottom) / 2).sum(axis=0) / jnp.maximum(counted.sum(axis=0), TINY)


def hair_mass_um2(hairs: Array, diameter_um: Array) -> Array:
    """Cross-section of all visible hairs on one cm², µm² (without π/4)."""
    return (hairs * diameter_um**2).sum(axis=0)


def coverage(
    density_per_cm2: Array, diameter_um: Array, length_cm: Array, clumping: Array
) -> Array:
    """Share of scalp hidden by hairs lying as random lines."""
    return -jnp.expm1(-density_per_cm2 * diameter_um / UM_PER_CM * length_cm * clumping)


def break_force_gf(diameter_um: Array, strength_mpa: Array) -> Array:
    """Pull that breaks a shaft, in gram-force."""
    area_um2 = jnp.pi * diameter_um**2 / 4
    return strength_mpa * area_um2 * N_PER_MPA_UM2 * GRAM_FORCE_PER_NEWTON


def pain_vs_26g(depth_mm: Array, needles: Array, p: Endpoints) -> Array:
    """Pain of one strike relative to a 26G needle."""
    longer = (depth_mm * UM_PER_MM / p.pain_reference_um) ** p.pain_length_exponent
    return p.pain_reference * longer * needles**p.pain_needles_exponent


def infection_hits_per_session(density_per_cm2: Array, p: Endpoints) -> Array:
    """Expected hits of one session, scaled from the bound that the reference trials give."""
    reference = -jnp.log1p(-p.infection_risk_of_reference)
    return (
        reference
        / p.infection_reference_sessions
        * density_per_cm2
        / p.infection_reference_density_per_cm2
    )
