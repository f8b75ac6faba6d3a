"""Closure: how long a channel's mouth stays open.

Equations
    open share of the mouth area   S(t) = exp(−t/τ)
    from a closing time            t95 = τ ln 20, half-life = τ ln 2
    depth reached                  τ ∝ (d / 0.6 mm)^b
One clock, the barrier's: the deep track closes on the healing clock. Assays disagree 30-fold
(hours by TEWL, days by impedance under occlusion); the half-life carries that as its spread.
Units: hours. Sources: the records ``closure.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.units import LEFT_WHEN_CLOSED, TINY


class Closure(NamedTuple):
    """Numbers of the closure, each (draws,)."""

    half_life_h: Array  # for a reference needle, not occluded
    reference_mm: Array
    length_exponent: Array


def time_constant_from_closing_time(closed_95_percent: Array) -> Array:
    """τ of an exponential that has 5 % left at the given time (same unit)."""
    return -closed_95_percent / jnp.log(LEFT_WHEN_CLOSED)


def time_constant_h(reached_mm: Array, p: Closure) -> Array:
    """τ for a channel of the given depth."""
    longer = (jnp.maximum(reached_mm, TINY) / p.reference_mm) ** p.length_exponent
    return p.half_life_h / jnp.log(2.0) * longer


def open_share(hours_since: Array, tau_h: Array) -> Array:
    """Open share of the mouth area; 0 before any session (``hours_since`` = inf)."""
    return jnp.exp(-hours_since / tau_h)


def mean_open_share(from_h: Array, to_h: Array, tau_h: Array) -> Array:
    """Mean of exp(−t/τ) between two times after a session (``to_h`` > ``from_h``)."""
    span = to_h - from_h
    return tau_h / span * (jnp.exp(-from_h / tau_h) - jnp.exp(-to_h / tau_h))
