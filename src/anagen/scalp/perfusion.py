"""Perfusion: blood flow of the scalp relative to the person's own before the course.

Equation
    Q/Q₀ = 1 + A_needle·redness + A_minoxidil·(share of the day after a dose) + A_chronic·V
    dV/dt = (G − V)/τ
A_chronic may be negative: the popular claim is that needling raises flow for good, the one
measurement found (face and neck, three months after four sessions) is a fall. Its sign is drawn.
Units: ratio. Sources: the records ``perfusion.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.units import HOURS_PER_DAY


class Perfusion(NamedTuple):
    """Numbers of the perfusion, each (draws,)."""

    needling_rise: Array
    minoxidil_rise: Array
    minoxidil_rise_h: Array
    chronic_gain: Array
    chronic_days: Array


def chronic_step(vessels: Array, days: float, repair: Array, p: Perfusion) -> Array:
    """The slow part, relaxing to the healing signal held over the step."""
    return repair + (vessels - repair) * jnp.exp(-days / p.chronic_days)


def ratio(redness: Array, doses_per_day: Array, vessels: Array, p: Perfusion) -> Array:
    """Mean flow over a day, relative to the flow before."""
    after_dose = jnp.minimum(doses_per_day * p.minoxidil_rise_h / HOURS_PER_DAY, 1.0)
    changed = p.needling_rise * redness + p.minoxidil_rise * after_dose + p.chronic_gain * vessels
    return jnp.maximum(1 + changed, 0.0)
