"""Needling: from a device and its passes to channels per cm², their depth and their mouths.

Equations
    roller, per pass       ρ = N / (2π R W)
    stamp, per stamp       ρ = N / A_head
    pen, gliding, per pass ρ = N f / (w v)
    breaching              ρ_eff = ρ · p_pierce
    depth reached          d = φ L − h_gap, never the set length
    channel mouth          a = κ · a_needle, elastic recoil
    Poisson field          mean nearest neighbour 1/(2√ρ); share within r: 1 − exp(−ρπr²)
Units: ρ per cm², lengths of tissue mm, mouths µm. Sources: the records ``needling.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.units import UM_PER_CM

ROLLER, STAMP, PEN = 0, 1, 2


class Needling(NamedTuple):
    """Numbers of the needling, each (draws,)."""

    roller_needles: Array
    roller_rows: Array
    roller_drum_radius_cm: Array
    roller_drum_width_cm: Array
    roller_needle_radius_um: Array
    roller_depth_fraction: Array
    roller_pierce_probability: Array
    stamp_needles: Array
    stamp_head_cm2: Array
    stamp_depth_fraction: Array
    stamp_pierce_probability: Array
    pen_needles: Array
    pen_rate_hz: Array
    pen_swath_cm: Array
    pen_speed_cm_s: Array
    pen_needle_radius_um: Array
    pen_depth_fraction: Array
    pen_pierce_probability: Array
    mouth_ratio: Array
    stand_off_mm: Array


class Device(NamedTuple):
    """One needling session as set, each (draws,)."""

    kind: Array  # ROLLER, STAMP or PEN
    needle_mm: Array
    needles: Array  # NaN: the device's typical number
    rate_hz: Array  # NaN: typical
    passes: Array


class Channels(NamedTuple):
    """The field of micro-channels one session leaves, each (draws,)."""

    density_per_cm2: Array
    depth_mm: Array
    mouth_radius_um: Array
    needles_per_strike: Array


def roller_density_per_cm2(
    needles: Array, drum_radius_cm: Array, drum_width_cm: Array, passes: Array
) -> Array:
    """Punctures per cm² of a drum rolled ``passes`` times."""
    return passes * needles / (2 * jnp.pi * drum_radius_cm * drum_width_cm)


def stamp_density_per_cm2(needles: Array, head_cm2: Array, stamps: Array) -> Array:
    """Punctures per cm² of ``stamps`` strokes on the same spot."""
    return stamps * needles / head_cm2


def pen_density_per_cm2(
    needles: Array, rate_hz: Array, swath_cm: Array, speed_cm_s: Array, passes: Array
) -> Array:
    """Punctures per cm² of a pen gliding ``passes`` times over a swath."""
    return passes * needles * rate_hz / (swath_cm * speed_cm_s)


def depth_reached_mm(set_mm: Array, depth_fraction: Array, stand_off_mm: Array) -> Array:
    """What the needle reaches in the skin; 0 where hair and gel hold it off altogether."""
    return jnp.maximum(depth_fraction * set_mm - stand_off_mm, 0.0)


def nearest_channel_cm(density_per_cm2: Array) -> Array:
    """Mean distance from a channel to its nearest neighbour in a Poisson field."""
    return 1 / (2 * jnp.sqrt(density_per_cm2))


def share_within(density_per_cm2: Array, radius_cm: Array) -> Array:
    """Share of tissue closer than ``radius_cm`` to some channel of a Poisson field."""
    return -jnp.expm1(-density_per_cm2 * jnp.pi * radius_cm**2)


def open_area_share(density_per_cm2: Array, mouth_radius_um: Array) -> Array:
    """Share of the surface that is channel mouth."""
    return density_per_cm2 * jnp.pi * (mouth_radius_um / UM_PER_CM) ** 2


def channels(device: Device, p: Needling) -> Channels:
    """The channel field of one session of ``device``."""
    is_kind = [device.kind == ROLLER, device.kind == STAMP, device.kind == PEN]

    def of_kind(roller: Array, stamp: Array, pen: Array) -> Array:
        return jnp.select(is_kind, [roller, stamp, pen])

    typical = of_kind(p.roller_needles, p.stamp_needles, p.pen_needles)
    needles = jnp.where(jnp.isnan(device.needles), typical, device.needles)
    rate_hz = jnp.where(jnp.isnan(device.rate_hz), p.pen_rate_hz, device.rate_hz)
    density = of_kind(
        roller_density_per_cm2(
            needles, p.roller_drum_radius_cm, p.roller_drum_width_cm, device.passes
        )
        * p.roller_pierce_probability,
        stamp_density_per_cm2(needles, p.stamp_head_cm2, device.passes)
        * p.stamp_pierce_probability,
        pen_density_per_cm2(needles, rate_hz, p.pen_swath_cm, p.pen_speed_cm_s, device.passes)
        * p.pen_pierce_probability,
    )
    fraction = of_kind(p.roller_depth_fraction, p.stamp_depth_fraction, p.pen_depth_fraction)
    # A roller's needle has the same shank as a stamp's; a pen's cartridge needles are thicker.
    needle_radius = of_kind(
        p.roller_needle_radius_um, p.roller_needle_radius_um, p.pen_needle_radius_um
    )
    depth = depth_reached_mm(device.needle_mm, fraction, p.stand_off_mm)
    one = jnp.ones_like(needles)  # a roller touches with one row at a time, the others with all
    return Channels(
        density_per_cm2=jnp.where(depth > 0, density, 0.0),
        depth_mm=depth,
        mouth_radius_um=p.mouth_ratio * needle_radius,
        needles_per_strike=needles / of_kind(p.roller_rows, one, one),
    )
