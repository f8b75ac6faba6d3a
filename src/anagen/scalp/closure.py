"""Closure: how long a channel stays open, by what one looks at.

Equations
    barrier, open share of the mouth   S(t) = exp(−(s/τ)^β),  β = 1 except for dye
    from a half-life                   τ = t½ / (ln 2)^(1/β) · (d / 0.6 mm)^b · c
    circumstances                      ln c = A (y − y₀)/(y₁ − y₀) + N·nsaid + K (type − middle)/5
    own time of the clock              s = t/f while wrapped, for T hours, then T/f + (t − T)
    from a closing time                t95 = τ ln 20, half-life = τ ln 2  (β = 1)
    deep track, open share             (1 + t/τ_h) exp(−t/τ_h)
Four assays tell four stories (electrical impedance on bare skin, water loss, dye, impedance
followed for days), each with its own half-life. Which of them tells when *drug* stops passing is
not known: one draw of a uniform number picks one, all alike (a structural alternative). The barrier
closes on this clock; the deep track, the hole in the dermis, is filled by repair and closes on the
healing clock: its open share is the part of the healing signal (t/τ_h) e^(1−t/τ_h) yet to come.
An unknown circumstance changes nothing. Wrapping does not slow the three-day assay further: its
half-life is that of skin which may have been wrapped.
Units: hours; the deep track days. Sources: the records ``closure.*``.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from anagen.scalp.units import LEFT_WHEN_CLOSED, TINY

IMPEDANCE, WATER_LOSS, DYE, THREE_DAY = 0, 1, 2, 3
ASSAYS = 4
CLOSED = 40.0  # (s/τ)^β at which e^(−40) is left, nothing to a float64
SERIES = 100  # terms that exhaust float64 up to there
LIGHTEST, DARKEST = 1, 6  # skin types of Fitzpatrick


class Closure(NamedTuple):
    """Numbers of the closure, each (draws,)."""

    impedance_half_life_h: Array  # all for a channel of the reference depth
    water_loss_half_life_h: Array
    dye_half_life_h: Array
    three_day_half_life_h: Array
    dye_exponent: Array
    telling_assay: Array  # from 0 to 1: which assay tells when drug stops passing
    reference_mm: Array
    length_exponent: Array
    occlusion_factor: Array
    old_age_factor: Array
    young_years: Array
    old_years: Array
    nsaid_factor: Array
    dark_skin_factor: Array


class Circumstances(NamedTuple):
    """What bears on closing, each (draws,). NaN is unknown."""

    occluded_hours: Array  # wrapped for how long after the session
    age_years: Array
    nsaid: Array  # 1 where an anti-inflammatory drug is used, else 0
    skin_type: Array  # Fitzpatrick, 1 to 6


class Barrier(NamedTuple):
    """The clock on which one person's barrier closes over the channels, each (draws,)."""

    tau_h: Array
    exponent: Array
    slowed: Array  # factor on time while wrapped
    occluded_hours: Array


def time_constant_from_closing_time(closed_95_percent: Array) -> Array:
    """τ of an exponential that has 5 % left at the given time (same unit)."""
    return -closed_95_percent / jnp.log(LEFT_WHEN_CLOSED)


def open_share(hours_since: Array, tau_h: Array) -> Array:
    """Open share of an exponential; 0 before any session (``hours_since`` = inf)."""
    return jnp.exp(-hours_since / tau_h)


def mean_open_share(from_h: Array, to_h: Array, tau_h: Array) -> Array:
    """Mean of exp(−t/τ) between two times after a session (``to_h`` > ``from_h``)."""
    span = to_h - from_h
    return tau_h / span * (jnp.exp(-from_h / tau_h) - jnp.exp(-to_h / tau_h))


def telling_assay(p: Closure) -> Array:
    """The assay whose clock drug follows, draw by draw: IMPEDANCE, WATER_LOSS, DYE or THREE_DAY."""
    return jnp.minimum(jnp.floor(ASSAYS * p.telling_assay), ASSAYS - 1)


def half_life_h(assay: Array, p: Closure) -> Array:
    """Half-life of the open mouth by one assay, for a channel of the reference depth."""
    is_assay = [assay == IMPEDANCE, assay == WATER_LOSS, assay == DYE]
    lives = [p.impedance_half_life_h, p.water_loss_half_life_h, p.dye_half_life_h]
    return jnp.select(is_assay, lives, p.three_day_half_life_h)


def longer_by_depth(reached_mm: Array, p: Closure) -> Array:
    """Factor on all times for a channel of another depth than the reference."""
    return (jnp.maximum(reached_mm, TINY) / p.reference_mm) ** p.length_exponent


def longer_by_circumstances(c: Circumstances, p: Closure) -> Array:
    """Factor on all times by age, anti-inflammatory drug and skin type; 1 where all are unknown."""

    middle = (LIGHTEST + DARKEST) / 2
    age = jnp.where(jnp.isnan(c.age_years), p.young_years, c.age_years)
    skin_type = jnp.where(jnp.isnan(c.skin_type), middle, c.skin_type)
    aged = jnp.maximum(age - p.young_years, 0.0) / (p.old_years - p.young_years)
    darker = (skin_type - middle) / (DARKEST - LIGHTEST)
    return jnp.exp(
        aged * jnp.log(p.old_age_factor)
        + jnp.where(jnp.isnan(c.nsaid), 0.0, c.nsaid) * jnp.log(p.nsaid_factor)
        + darker * jnp.log(p.dark_skin_factor)
    )


def barrier(assay: Array, reached_mm: Array, c: Circumstances, p: Closure) -> Barrier:
    """The barrier's clock as one assay sees it; `telling_assay` gives the one that drug follows."""
    exponent = jnp.where(assay == DYE, p.dye_exponent, 1.0)
    tau = half_life_h(assay, p) / jnp.log(2.0) ** (1 / exponent)
    return Barrier(
        tau_h=tau * longer_by_depth(reached_mm, p) * longer_by_circumstances(c, p),
        exponent=exponent,
        slowed=jnp.where(assay == THREE_DAY, 1.0, p.occlusion_factor),
        occluded_hours=jnp.where(jnp.isnan(c.occluded_hours), 0.0, c.occluded_hours),
    )


def _own_time_h(hours_since: Array, b: Barrier) -> Array:
    """Time as the barrier's clock counts it: slower while wrapped."""
    wrapped = jnp.minimum(hours_since, b.occluded_hours)
    return wrapped / b.slowed + (hours_since - wrapped)


def barrier_open_share(hours_since: Array, b: Barrier) -> Array:
    """Open share of the mouths for drug; 0 before any session (``hours_since`` = inf)."""
    return jnp.exp(-((_own_time_h(hours_since, b) / b.tau_h) ** b.exponent))


def _open_hours(own_h: Array, b: Barrier) -> Array:
    """∫ exp(−(s/τ)^β) ds from 0 to an own time: τ/β γ(1/β, (s/τ)^β) by its series.

    γ(a, x) = xᵃ e⁻ˣ Σ xⁿ/(a (a+1) … (a+n)), whose terms are all positive. JAX's function iterates
    until the slowest of all draws has converged, which took a third of a whole course.
    """
    order = 1 / b.exponent
    begun = own_h > 0  # at 0 the power has no derivative
    passed = (jnp.where(begun, own_h, 1.0) / b.tau_h) ** b.exponent
    passed = jnp.minimum(passed, CLOSED)

    def term(i: Array, beyond: Array) -> Array:
        return 1 + passed / (order + SERIES - i) * beyond

    terms = jax.lax.fori_loop(0, SERIES, term, jnp.ones_like(passed))
    # 1/a of the series and τ/β, that is τa, leave τ.
    return jnp.where(begun, b.tau_h * passed**order * jnp.exp(-passed) * terms, 0.0)


def open_hours(hours_since: Array, b: Barrier) -> Array:
    """Hours that a mouth has been open up to a time after a session, ∫ S dt, exact."""
    hours_since = jnp.broadcast_to(
        hours_since, jnp.broadcast_shapes(jnp.shape(hours_since), b.occluded_hours.shape)
    )
    unwrapped = jnp.minimum(b.occluded_hours, hours_since)
    wrapped, end = _open_hours(_own_time_h(jnp.stack([unwrapped, hours_since]), b), b)
    return b.slowed * wrapped + (end - wrapped)


def mean_barrier_open_share(from_h: Array, to_h: Array, b: Barrier) -> Array:
    """Mean open share between two times after a session (``to_h`` > ``from_h``), exact."""
    return (open_hours(to_h, b) - open_hours(from_h, b)) / (to_h - from_h)


def hours_until(open_left: Array, b: Barrier) -> Array:
    """When the open share has fallen to ``open_left``."""
    own = b.tau_h * (-jnp.log(open_left)) ** (1 / b.exponent)
    kept_wrapped = b.occluded_hours / b.slowed
    return jnp.where(own <= kept_wrapped, own * b.slowed, own - kept_wrapped + b.occluded_hours)


def track_open_share(days_since: Array, peak_days: Array) -> Array:
    """Open share of the deep track; ``peak_days`` is the healing's time to its peak.

    Drug follows the barrier, so this feeds no endpoint: verification cases and pictures show it.
    """
    passed = days_since / peak_days
    return jnp.where(jnp.isinf(passed), 0.0, (1 + passed) * jnp.exp(-passed))


def mean_track_open_share(from_days: Array, to_days: Array, peak_days: Array) -> Array:
    """Mean open share of the deep track between two times (``to_days`` > ``from_days``)."""

    def left(days: Array) -> Array:
        passed = days / peak_days
        return peak_days * (2 + passed) * jnp.exp(-passed)

    return (left(from_days) - left(to_days)) / (to_days - from_days)
