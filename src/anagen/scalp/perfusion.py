"""Perfusion: blood flow of the scalp at rest, and its change relative to the person's own.

Equations
    Q₀ = normal; in male pattern loss a lower one, in women part of the way there; in an areata
         patch normal × (patch/haired scalp), a factor about 1: absent hair by itself is no reason
    Q/Q₀ = 1 + A_needle·redness + A_minoxidil·(share of the day after a dose) + A_chronic·V
    dV/dt = (G − V)/τ
A_chronic may be negative: the popular claim is that needling raises flow for good, the one
measurement found (face and neck, three months after four sessions) is a fall. Its sign is drawn.
Units: Q₀ in mL/100 g/min (a washout from the subcutis), the change as a ratio.
Sources: the records ``perfusion.*``.
"""

from types import ModuleType
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.conditions import Which, areata, chosen, pattern
from anagen.scalp.units import HOURS_PER_DAY


class Perfusion(NamedTuple):
    """Numbers of the perfusion, each (draws,)."""

    needling_rise: Array
    minoxidil_rise: Array
    minoxidil_rise_h: Array
    chronic_gain: Array
    chronic_days: Array
    normal_ml_100g_min: Array
    pattern_ml_100g_min: Array
    female_share_of_low_flow: Array
    areata_patch_ratio: Array


def chronic_step(vessels: Array, days: float, repair: Array, p: Perfusion) -> Array:
    """The slow part, relaxing to the healing signal held over the step."""
    return repair + (vessels - repair) * jnp.exp(-days / p.chronic_days)


def ratio(redness: Array, doses_per_day: Array, vessels: Array, p: Perfusion) -> Array:
    """Mean flow over a day, relative to the flow before."""
    after_dose = jnp.minimum(doses_per_day * p.minoxidil_rise_h / HOURS_PER_DAY, 1.0)
    changed = p.needling_rise * redness + p.minoxidil_rise * after_dose + p.chronic_gain * vessels
    return jnp.maximum(1 + changed, 0.0)


def resting_flow(condition: Which, is_male: Array, p: Perfusion) -> Array:
    """Flow at rest before a course, mL/100 g/min, under a condition; (draws,).

    Only pattern loss has a measurement below normal. That the other conditions leave flow alone is
    measured for areata and assumed for the rest.
    """
    normal = jnp.broadcast_to(p.normal_ml_100g_min, jnp.shape(is_male))

    def of(model: ModuleType) -> Array:
        if model is pattern:
            towards = jnp.where(is_male > 0, 1.0, p.female_share_of_low_flow)
            # A person's lowered flow is not above the normal one.
            return normal + towards * (jnp.minimum(p.pattern_ml_100g_min, normal) - normal)
        return normal * p.areata_patch_ratio if model is areata else normal

    return chosen(condition, of)
