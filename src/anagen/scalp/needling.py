"""Needling: from a device and its passes to channels per cm², and what one channel wounds.

Equations
    roller, per pass       ρ = N / (2π R W)
    stamp, per stamp       ρ = N / A_head
    pen, gliding, per pass ρ = N f / (w v)
    pen, dwelling for t    ρ = N f t / A_head, for each time a spot is visited
    breaching              ρ_eff = ρ · p_pierce
    depth reached          d = φ L − h_gap, never the set length
    channel mouth          a = κ · a_needle, elastic recoil
    Poisson field          mean nearest neighbour 1/(2√ρ); share within r: 1 − exp(−ρπr²)
    shape                  a cone, radius a(1 − z/d) at depth z; its volume V = (π/3) a² d
    affected               the cone and a margin m around it, u(z) = a(1 − z/d) + m, in a skin
                           of thickness h: V_affected = ∫ π u² dz down to min(d, h)
    wounded share of skin  f_w = ρ V_affected / h; where channels overlap
                           (1/h) ∫ 1 − exp(−ρ π u²) dz: f_w for few channels, never above 1
    capillary loops        n per mm², hairpins of width w and vessel radius r, their bends anywhere
                           in a layer l below the epidermis; cut where channel and bend meet:
                           hits = (n/l) ∫ π (a(z) + r)² + 2 w (a(z) + r) dz in the layer down to d
    bleeding               a channel cuts some loop with the chance 1 − exp(−hits)
A cut loop is not yet blood that is seen.
Units: ρ per cm², lengths of tissue mm, mouths µm. Sources: the records ``needling.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array
from jax.lax import erf

from anagen.scalp.units import MM_PER_CM, TINY, UM_PER_CM, UM_PER_MM

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
    pen_head_cm2: Array
    pen_needle_radius_um: Array
    pen_depth_fraction: Array
    pen_pierce_probability: Array
    mouth_ratio: Array
    stand_off_mm: Array
    affected_margin_um: Array
    loops_per_mm2: Array
    loop_layer_um: Array
    loop_width_um: Array
    capillary_radius_um: Array


class Device(NamedTuple):
    """One needling session as set, each (draws,)."""

    kind: Array  # ROLLER, STAMP or PEN
    needle_mm: Array
    needles: Array  # NaN: the device's typical number
    rate_hz: Array  # NaN: typical
    passes: Array
    dwell_s: Array  # seconds a pen's head rests on each spot; NaN: it glides


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


def dwelling_density_per_cm2(
    needles: Array, rate_hz: Array, dwell_s: Array, head_cm2: Array, passes: Array
) -> Array:
    """Punctures per cm² of a pen whose head rests ``passes`` times on a spot."""
    return passes * needles * rate_hz * dwell_s / head_cm2


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


def punctures_per_cm2(device: Device, p: Needling) -> Array:
    """Strokes of needles that one session of ``device`` brings, whether or not they breach."""
    needles = _needles(device, p)
    rate_hz = jnp.where(jnp.isnan(device.rate_hz), p.pen_rate_hz, device.rate_hz)
    roller = roller_density_per_cm2(
        needles, p.roller_drum_radius_cm, p.roller_drum_width_cm, device.passes
    )
    stamp = stamp_density_per_cm2(needles, p.stamp_head_cm2, device.passes)
    return _of_kind(device, roller, stamp, _pen_density_per_cm2(device, needles, rate_hz, p))


def channels(device: Device, p: Needling) -> Channels:
    """The channel field of one session of ``device``."""

    def of_kind(roller: Array, stamp: Array, pen: Array) -> Array:
        return _of_kind(device, roller, stamp, pen)

    needles = _needles(device, p)
    density = punctures_per_cm2(device, p) * of_kind(
        p.roller_pierce_probability, p.stamp_pierce_probability, p.pen_pierce_probability
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


def _of_kind(device: Device, roller: Array, stamp: Array, pen: Array) -> Array:
    is_kind = [device.kind == ROLLER, device.kind == STAMP, device.kind == PEN]
    return jnp.select(is_kind, [roller, stamp, pen])


def _needles(device: Device, p: Needling) -> Array:
    """Needles of the device; where not stated, its typical number."""
    typical = _of_kind(device, p.roller_needles, p.stamp_needles, p.pen_needles)
    return jnp.where(jnp.isnan(device.needles), typical, device.needles)


def _pen_density_per_cm2(device: Device, needles: Array, rate_hz: Array, p: Needling) -> Array:
    """Punctures per cm² of a pen, gliding or dwelling."""
    glides = jnp.isnan(device.dwell_s)
    gliding = pen_density_per_cm2(needles, rate_hz, p.pen_swath_cm, p.pen_speed_cm_s, device.passes)
    dwell_s = jnp.where(glides, 0.0, device.dwell_s)
    dwelling = dwelling_density_per_cm2(needles, rate_hz, dwell_s, p.pen_head_cm2, device.passes)
    return jnp.where(glides, gliding, dwelling)


def share_below_skin(depth_mm: Array, skin_mm: Array) -> Array:
    """Share of a channel's depth that lies below the dermis, in the subcutis."""
    return jnp.maximum(depth_mm - skin_mm, 0.0) / jnp.maximum(depth_mm, TINY)


def channel_volume_mm3(depth_mm: Array, mouth_radius_um: Array) -> Array:
    """Volume of one channel, a cone."""
    return jnp.pi / 3 * (mouth_radius_um / UM_PER_MM) ** 2 * depth_mm


def affected_volume_mm3(channel: Channels, skin_mm: Array, margin_um: Array) -> Array:
    """Volume of skin in one channel and within a margin of its wall; the hole itself at margin 0.

    What lies below the dermis does not count.
    """
    wide, narrow, passed_mm = _affected_cone_mm(channel, skin_mm, margin_um)
    return jnp.pi / 3 * passed_mm * (wide**2 + wide * narrow + narrow**2)


def affected_share(channel: Channels, skin_mm: Array, margin_um: Array) -> Array:
    """f_w: affected volume of all channels over the skin's, each channel counted for itself."""
    per_mm2 = channel.density_per_cm2 / MM_PER_CM**2
    return per_mm2 * affected_volume_mm3(channel, skin_mm, margin_um) / skin_mm


def wounded_share(channel: Channels, skin_mm: Array, margin_um: Array) -> Array:
    """Share of epidermis and dermis that some channel affects; overlap counts once."""
    wide, narrow, passed_mm = _affected_cone_mm(channel, skin_mm, margin_um)
    root = jnp.sqrt(jnp.maximum(channel.density_per_cm2, TINY)) / MM_PER_CM
    scale = jnp.sqrt(jnp.pi) * root
    slope = jnp.maximum(wide - narrow, TINY)
    spared = (erf(scale * wide) - erf(scale * narrow)) / (2 * root * slope)
    return passed_mm / skin_mm * (1 - spared)


def _affected_cone_mm(
    channel: Channels, skin_mm: Array, margin_um: Array
) -> tuple[Array, Array, Array]:
    """Radii of the affected cone at the surface and at its lower end in the skin; its height."""
    passed_mm = jnp.minimum(channel.depth_mm, skin_mm)
    left = 1 - passed_mm / jnp.maximum(channel.depth_mm, TINY)
    wide = (channel.mouth_radius_um + margin_um) / UM_PER_MM
    narrow = (channel.mouth_radius_um * left + margin_um) / UM_PER_MM
    return wide, narrow, passed_mm


def capillary_hits(channel: Channels, epidermis_um: Array, p: Needling) -> Array:
    """Capillary loops that one channel cuts, on average."""
    depth_um = channel.depth_mm * UM_PER_MM
    lowest_um = jnp.minimum(depth_um, epidermis_um + p.loop_layer_um)
    layer_passed = jnp.maximum(lowest_um - epidermis_um, 0.0) / p.loop_layer_um

    def reach_um(at_um: Array) -> Array:
        left = jnp.maximum(1 - at_um / jnp.maximum(depth_um, TINY), 0.0)
        return channel.mouth_radius_um * left + p.capillary_radius_um

    top, bottom = reach_um(epidermis_um), reach_um(lowest_um)
    area_um2 = jnp.pi / 3 * (top**2 + top * bottom + bottom**2) + p.loop_width_um * (top + bottom)
    return p.loops_per_mm2 * layer_passed * area_um2 / UM_PER_MM**2


def capillary_hits_per_cm2(channel: Channels, epidermis_um: Array, p: Needling) -> Array:
    """Capillary loops that one session cuts."""
    return channel.density_per_cm2 * capillary_hits(channel, epidermis_um, p)


def bleeding_share(hits: Array) -> Array:
    """Share of channels that cut at least one loop (Poisson)."""
    return -jnp.expm1(-hits)
