"""The follicular shunt: uptake in the first hour, with follicles open and with follicles blocked.

Equations
    through the stratum corneum   A_s(t) = (1 − f)(1 − e^(−k_s t′)),  t′ = 6 L Q(t/6L)
    into follicles                A_f(t) = f (1 − e^(−k_f t)),  k_f = ln 20/t_filled,  k_s = k_f/r
with Q(x) = x − 1/6 − (2/π²) Σ (−1)ⁿ/n² exp(−n²π²x) the membrane's amount and L its lag: t′ is next
to nothing before the lag and t − L long after it. Shares are of all that is taken up in the end.
The follicle has no membrane and therefore no lag, which is what makes blood of open follicles come
first. Measured with caffeine in six men. Units: h. Sources: the records ``follicular_shunt.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.delivery import membrane_amount
from anagen.scalp.units import LEFT_WHEN_CLOSED


class FollicularShunt(NamedTuple):
    """Numbers of the two routes of caffeine, each (draws,)."""

    skin_lag_h: Array
    rate_ratio: Array
    done_h: Array
    follicular_share: Array


def follicle_rate_per_h(p: FollicularShunt) -> Array:
    """First-order rate that leaves 5 % when the follicles are said to be done."""
    return -jnp.log(LEFT_WHEN_CLOSED) / p.done_h


def through_follicles(hours: Array, p: FollicularShunt) -> Array:
    """What came through follicles, as a share of all that is taken up in the end."""
    return -p.follicular_share * jnp.expm1(-follicle_rate_per_h(p) * hours)


def through_stratum_corneum(hours: Array, p: FollicularShunt) -> Array:
    """What came through the stratum corneum, as a share of all that is taken up in the end."""
    crossing_h = 6 * p.skin_lag_h  # h²/D
    passed = jnp.maximum(crossing_h * membrane_amount(hours / crossing_h), 0.0)
    rate = follicle_rate_per_h(p) / p.rate_ratio
    return -(1 - p.follicular_share) * jnp.expm1(-rate * passed)
