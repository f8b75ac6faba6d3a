"""Healing: what a session's wounds signal, how far it reaches, and how long they are red.

Equations
    wound of a session     w = share of tissue within reach of a channel · exp(−(z_target − d)/λ)
                               · (1 − s(1 − q)), s what needs inflammation, q that of this person
    reach                  λ = √(D_G/k_G) of a factor that diffuses and decays
    clock                  dI/dt = −I/τ,  dG/dt = (I − G)/τ, each session adds e·w to I:
                           one session's signal is (t/τ)·e^(1−t/τ), highest at t = τ and there = w
    what follicles sense   S = G (1 + h)/(G + h), saturating, 1 for a full fresh wound
    redness                dE/dt = −E/τ_E, set by a session to 1, or more after bleeding
The cascade is linear, so sessions that follow each other before τ has passed add up exactly.
Units: days, mm; signals are relative (1 = every follicle within reach of a fresh wound).
Sources: the records ``healing.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.closure import mean_open_share, time_constant_from_closing_time
from anagen.scalp.needling import Channels, share_within
from anagen.scalp.units import HOURS_PER_DAY, MM_PER_CM


class Healing(NamedTuple):
    """Numbers of the healing, each (draws,)."""

    peak_days: Array
    signal_decay_length_mm: Array
    target_depth_mm: Array
    half_signal: Array
    inflammatory_share: Array
    influx_per_ml_day: Array
    redness_duration_h: Array
    redness_bleeding_ratio: Array
    prp_gain: Array
    growth_factor_gain: Array


class Signals(NamedTuple):
    """State of the healing, each (draws,)."""

    inflammation: Array
    repair: Array
    redness: Array


def decay_length_mm(diffusion_cm2_s: Array, decay_per_s: Array) -> Array:
    """λ over which a diffusing, decaying factor falls e-fold."""
    return jnp.sqrt(diffusion_cm2_s / decay_per_s) * MM_PER_CM


def wound(channel: Channels, inflamed: Array, p: Healing) -> Array:
    """Signal that one session raises at the follicles' target, from 0 to 1.

    ``inflamed`` is this person's inflammation relative to the reference person's.
    """
    near = share_within(channel.density_per_cm2, p.signal_decay_length_mm / MM_PER_CM)
    below = jnp.maximum(p.target_depth_mm - channel.depth_mm, 0.0)
    heard = near * jnp.exp(-below / p.signal_decay_length_mm)
    return heard * (1 - p.inflammatory_share * (1 - inflamed))


def intact(draws: int) -> Signals:
    """Skin that was never needled."""
    zero = jnp.zeros(draws)
    return Signals(zero, zero, zero)


def step(signals: Signals, days: float, wounded: Array, reddened: Array, p: Healing) -> Signals:
    """One step; ``wounded`` and ``reddened`` are what sessions at its start add. Exact."""
    inflammation = signals.inflammation + jnp.e * wounded
    passed = days / p.peak_days
    kept = jnp.exp(-passed)
    repair = kept * (signals.repair + passed * inflammation)
    redness_tau_days = redness_time_constant_days(p)
    return Signals(
        inflammation=kept * inflammation,
        repair=repair,
        redness=jnp.maximum(signals.redness, reddened) * jnp.exp(-days / redness_tau_days),
    )


def sensed(repair: Array, p: Healing) -> Array:
    """What follicles make of a signal: more of it adds less and less."""
    return repair * (1 + p.half_signal) / (repair + p.half_signal)


def mean_redness(before: Array, days: float, reddened: Array, p: Healing) -> Array:
    """Mean redness over a step, from the redness before it and what a session at its start adds."""
    fresh = jnp.maximum(before, reddened)
    return fresh * mean_open_share(jnp.zeros(()), jnp.asarray(days), redness_time_constant_days(p))


def redness_time_constant_days(p: Healing) -> Array:
    """τ of the fading, from the time after which redness is no longer seen (95 % gone)."""
    return time_constant_from_closing_time(p.redness_duration_h) / HOURS_PER_DAY
