"""Oxygen: what blood brings, what a capillary leaves at the edge of its tissue, what air adds.

Equations (Krogh and Erlang; tissue 1 g = 1 mL)
    around a capillary   P(r) = P_c + (M/4K)(r² − r_c²) − (M R²/2K) ln(r/r_c),  zero flux at R
    its cylinder         R = 1/√(π n_c)
    least density        y ln y − y + 1 = 4KΔP/(M r_c²) with y = (R/r_c)², ΔP = P_c − P_least
    along it             Q (C_a − C(x)) = M x,  x the share of the capillary passed
    pressure of blood    C/C_a = S(P)/S(P_a),  S = Pʰ/(P₅₀ʰ + Pʰ)
    supply to demand     Q C_a/M
    from the air         a flux J feeds a layer J/M thick; a slab of that thickness with zero flux
                         at its floor has P(z) = P_s − (M/K)(L z − z²/2)
Supply by flow exceeds demand several times over at rest, also at the flow of pattern loss. Its
pressure is not as safe: the last capillary blood lies on the steep part of the curve sooner.
Units: mmHg, mL of oxygen. Sources: the records ``oxygen.*``.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from anagen.scalp.units import (
    CM2_PER_M2,
    GRAMS_OF_FLOW,
    MM_PER_CM,
    SECONDS_PER_MINUTE,
    TINY,
    UM_PER_CM,
    UM_PER_MM,
)

NEWTON_STEPS = 40


class Oxygen(NamedTuple):
    """Numbers of the oxygen supply, each (draws,)."""

    capillary_radius_um: Array
    capillary_density_per_mm2: Array
    consumption_ml_100g_min: Array
    diffusion_cm2_s: Array
    solubility_ml_ml_mmhg: Array
    arterial_ml_dl: Array
    arterial_mmhg: Array
    half_saturation_mmhg: Array
    hill_exponent: Array
    air_flux_ml_m2_min: Array
    air_depth_mm: Array


class Supply(NamedTuple):
    """How tissue is supplied by blood, each (draws,)."""

    supply_to_demand: Array
    venous_mmhg: Array  # at the end of the capillary
    edge_mmhg: Array  # farthest from it, at its end; 0 where oxygen does not get there


def consumption_per_s(p: Oxygen) -> Array:
    """M, mL of oxygen per mL of tissue and second."""
    return p.consumption_ml_100g_min / GRAMS_OF_FLOW / SECONDS_PER_MINUTE


def krogh_constant(p: Oxygen) -> Array:
    """K = D α, mL/(cm s mmHg)."""
    return p.diffusion_cm2_s * p.solubility_ml_ml_mmhg


def cylinder_radius_um(density_per_mm2: Array) -> Array:
    """R, the tissue that one of evenly spread capillaries feeds."""
    return UM_PER_MM / jnp.sqrt(jnp.pi * density_per_mm2)


def pressure_mmhg(radius_um: Array, capillary_mmhg: Array, density_per_mm2: Array, p: Oxygen):
    """P(r) around a capillary, for r from its wall to the edge of the cylinder."""
    cm = radius_um / UM_PER_CM
    wall = p.capillary_radius_um / UM_PER_CM
    edge = cylinder_radius_um(density_per_mm2) / UM_PER_CM
    demand = consumption_per_s(p) / krogh_constant(p)
    return capillary_mmhg + demand * ((cm**2 - wall**2) / 4 - edge**2 / 2 * jnp.log(cm / wall))


def drop_to_edge_mmhg(density_per_mm2: Array, p: Oxygen) -> Array:
    """How much pressure is lost between a capillary's wall and the edge of its cylinder."""
    edge = cylinder_radius_um(density_per_mm2)
    return -pressure_mmhg(edge, jnp.zeros_like(edge), density_per_mm2, p)


def least_density_per_mm2(capillary_mmhg: Array, edge_mmhg: Array, p: Oxygen) -> Array:
    """The fewest capillaries per mm² that keep the edge at ``edge_mmhg`` or above."""
    wall = p.capillary_radius_um / UM_PER_CM
    lost = jnp.maximum(capillary_mmhg - edge_mmhg, TINY)
    wanted = 4 * krogh_constant(p) * lost / (consumption_per_s(p) * wall**2)

    # Convex with its root below e + wanted: Newton comes down on it from there.
    def newton(y: Array, _: None) -> tuple[Array, None]:
        slope = jnp.maximum(jnp.log(y), TINY)
        return y - (y * jnp.log(y) - y + 1 - wanted) / slope, None

    squared, _ = jax.lax.scan(newton, jnp.e + wanted, length=NEWTON_STEPS)
    return UM_PER_MM**2 / (jnp.pi * p.capillary_radius_um**2 * squared)


def saturation(pressure_mmhg: Array, p: Oxygen) -> Array:
    """Share of haemoglobin that carries oxygen."""
    ratio = (pressure_mmhg / p.half_saturation_mmhg) ** p.hill_exponent
    return ratio / (1 + ratio)


def blood_mmhg(content_share: Array, p: Oxygen) -> Array:
    """Pressure of blood that still has a share of its arterial content."""
    saturated = jnp.clip(content_share * saturation(p.arterial_mmhg, p), TINY, 1 - TINY)
    return p.half_saturation_mmhg * (saturated / (1 - saturated)) ** (1 / p.hill_exponent)


def supply_to_demand(flow_ml_100g_min: Array, p: Oxygen) -> Array:
    """Q C_a/M: how many times over blood brings what tissue consumes."""
    brought = flow_ml_100g_min * p.arterial_ml_dl / GRAMS_OF_FLOW
    return brought / p.consumption_ml_100g_min


def content_share(along: Array, flow_ml_100g_min: Array, p: Oxygen) -> Array:
    """C(x)/C_a after a share ``along`` (0 to 1) of the capillary."""
    times = jnp.maximum(supply_to_demand(flow_ml_100g_min, p), TINY)
    return jnp.maximum(1 - along / times, 0.0)


def supply(flow_ratio: Array, resting_ml_100g_min: Array, p: Oxygen) -> Supply:
    """The supply at a flow relative to rest, and at the edge that is served last."""
    flow = flow_ratio * resting_ml_100g_min
    venous = blood_mmhg(content_share(jnp.ones_like(flow), flow, p), p)
    edge = venous - drop_to_edge_mmhg(p.capillary_density_per_mm2, p)
    return Supply(supply_to_demand(flow, p), venous, jnp.maximum(edge, 0.0))


def air_reach_mm(p: Oxygen) -> Array:
    """J/M, the layer whose whole demand the flux from the air meets."""
    flux_cm_s = p.air_flux_ml_m2_min / CM2_PER_M2 / SECONDS_PER_MINUTE
    return flux_cm_s / consumption_per_s(p) * MM_PER_CM


def air_pressure_mmhg(depth_mm: Array, surface_mmhg: Array, thickness_mm: Array, p: Oxygen):
    """P(z) in a layer that air alone feeds, with zero flux at its floor."""
    depth, floor = depth_mm / MM_PER_CM, thickness_mm / MM_PER_CM
    demand = consumption_per_s(p) / krogh_constant(p)
    return surface_mmhg - demand * (floor * depth - depth**2 / 2)


def share_of_channel_fed_by_air(depth_mm: Array, p: Oxygen) -> Array:
    """Share of a channel's length that lies where air feeds the skin."""
    return jnp.minimum(1.0, p.air_depth_mm / jnp.maximum(depth_mm, TINY))
