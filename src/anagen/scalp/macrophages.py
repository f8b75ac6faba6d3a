"""Macrophages of a wound: inflammatory or repairing, and the TGF-β that calls more of them.

Equations (Waugh & Sherratt 2006)
    dφ_I/dt = α K(T) + k₁k₂ φ_I (1 − k₃(φ_I+φ_R)) − d₁ φ_I          inflammatory
    dφ_R/dt = (1−α) K(T) + k₁k₂ φ_R (1 − k₃(φ_I+φ_R)) − d₁ φ_R      repairing
    dT/dt   = k₄ φ_I − d₂ T,   K(T) = τ₁T³ + τ₂T² + τ₃T + τ₄         TGF-β, influx that it draws
α is the share that turns inflammatory: 0.5, in diabetes 0.8, where the wound never comes to rest.
How it is solved: T is fast (d₂ = 9.1 a day), but holding it at its quasi-steady value leaves out
the TGF-β that a wound starts with and the cells it draws: 16 of the 200 cells/mm³ of either kind,
and in diabetes, where that head start grows, up to 180. So it is resolved, by `linearly_implicit`,
the first half-day in graded steps.
Units: cells/mm³, pg/mm³, days. K is a fitted cubic: above T = 9.17 pg/mm³ it is negative.
Source: WAUGH2006, read through BIOMD680; the records ``macrophages.*``.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from anagen.scalp import linearly_implicit
from anagen.scalp.grid import HALF_DAY
from anagen.scalp.units import DAYS_PER_WEEK

STEPS = 2  # of each half-day
STEPS_AT_FIRST = 16  # of the first half-day
GRADING = 0.8  # each of these is 1/0.8 times as long as the one before


class Macrophages(NamedTuple):
    """Numbers of the macrophages, each (draws,)."""

    inflammatory_share: Array
    inflammatory_share_diabetic: Array
    renewal_share: Array
    renewal_per_day: Array
    crowding_mm3: Array
    loss_per_day: Array
    factor_pg_per_day: Array
    factor_loss_per_day: Array
    influx_cubic: Array
    influx_square: Array
    influx_linear: Array
    influx_constant: Array
    inflammatory_start: Array
    repair_start: Array
    factor_start: Array


class Infiltrate(NamedTuple):
    """State of the wound, each (draws,)."""

    inflammatory: Array
    repair: Array
    factor: Array


def influx(factor: Array, p: Macrophages) -> Array:
    """Macrophages that enter, cells/mm³/d, for a level of TGF-β."""
    curved = p.influx_cubic * factor + p.influx_square
    return (curved * factor + p.influx_linear) * factor + p.influx_constant


def rates(state: Infiltrate, diabetic: Array, p: Macrophages) -> Infiltrate:
    """Change per day."""
    share = jnp.where(diabetic > 0, p.inflammatory_share_diabetic, p.inflammatory_share)
    crowded = p.crowding_mm3 * (state.inflammatory + state.repair)
    net = p.renewal_share * p.renewal_per_day * (1 - crowded) - p.loss_per_day
    entering = influx(state.factor, p)
    return Infiltrate(
        inflammatory=share * entering + net * state.inflammatory,
        repair=(1 - share) * entering + net * state.repair,
        factor=p.factor_pg_per_day * state.inflammatory - p.factor_loss_per_day * state.factor,
    )


def fresh(p: Macrophages) -> Infiltrate:
    """The wound from which the published time courses start."""
    return Infiltrate(p.inflammatory_start, p.repair_start, p.factor_start)


@partial(jax.jit, static_argnames=("weeks", "refined"))
def course(
    diabetic: Array, p: Macrophages, weeks: int, begin: Infiltrate | None = None, refined: int = 1
) -> Infiltrate:
    """The infiltrate on every half-day, (half-days + 1, draws); ``diabetic`` is 0 or 1.

    ``refined`` times as many steps as usual.
    """

    return linearly_implicit.course(
        lambda s: rates(s, diabetic, p),
        begin or fresh(p),
        int(weeks * DAYS_PER_WEEK / HALF_DAY),
        first=linearly_implicit.graded(
            HALF_DAY, STEPS_AT_FIRST * refined, GRADING ** (1 / refined)
        ),
        then=linearly_implicit.even(HALF_DAY, STEPS * refined),
    )
