"""Delivery: what skin, channels, follicles and blood let through.

Equations
    intact skin (Potts-Guy)   log10 k_p = a + b log Kow − c MW  (cm/h),  J = k_p · min(C, C_sat)
    saturation cap            a film above solubility drives no more than the saturated one
    channel, open wall        g = D · 2πd / ln(2d/a)
    channel, collapsed pore   1/g = d/(π a² D) + 1/(4 a D)
    field of channels         1/P = 1/(ρ g S) + 1/(√(D k_cl) + k_cl d), S the open share: dense
                              channels share one dermis, which takes up no more than it clears
    dermis                    C(z) ∝ exp(−z/λ),  λ = √(D/k_cl)
    clearance by blood        1/k_cl = (φ/q + 1 − φ)/k₀, that is k_cl = PS·Q/(PS + Q) with Q = q Q₀
    stratum corneum lag       Q/(hKC₀) = x − 1/6 − (2/π²) Σ (−1)ⁿ/n² exp(−n²π²x),  x = Dt/h²
Where the drug is, amount by amount, is followed in `uptake`. Which of the two channel geometries
holds is not known (they differ 17-fold): each draw takes one of them.
Units: µg, cm, h unless a name says otherwise. Sources: the records ``delivery.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.units import (
    HOURS_PER_DAY,
    MG_PER_ML_PER_PERCENT,
    ML_PER_L,
    MM_PER_CM,
    NG_PER_UG,
    SECONDS_PER_HOUR,
    TINY,
    UG_PER_MG,
    UM_PER_CM,
)


class Delivery(NamedTuple):
    """Numbers of the delivery, each (draws,)."""

    potts_guy_intercept: Array
    potts_guy_log_kow: Array
    potts_guy_molar_mass: Array
    minoxidil_log_kow: Array
    minoxidil_molar_mass_g_mol: Array
    minoxidil_solubility_mg_ml: Array
    diffusion_intercept: Array
    diffusion_molar_mass_exponent: Array
    dermal_clearance_per_h: Array
    flow_limited_share: Array
    film_efficiency: Array
    film_lasts_h: Array
    follicular_to_skin_ratio: Array
    follicular_emptying_per_h: Array
    collapsed_channel: Array
    target_depth_mm: Array
    plasma_clearance_l_h: Array
    plasma_half_life_h: Array
    skin_release_half_life_h: Array
    standard_strength_percent: Array
    standard_dose_ml: Array
    standard_per_day: Array
    standard_area_cm2: Array


class Minoxidil(NamedTuple):
    """How topical minoxidil is used, each (draws,). ``per_day`` 0 is none."""

    strength_percent: Array
    dose_ml: Array
    per_day: Array
    hold_hours: Array
    area_cm2: Array


def skin_permeability_cm_h(log_kow: Array, molar_mass_g_mol: Array, p: Delivery) -> Array:
    """Potts-Guy permeability of intact skin."""
    return 10 ** (
        p.potts_guy_intercept
        + p.potts_guy_log_kow * log_kow
        - p.potts_guy_molar_mass * molar_mass_g_mol
    )


def intact_flux_ug_cm2_h(concentration_mg_ml: Array, p: Delivery) -> Array:
    """Steady flux of minoxidil through intact skin, capped at saturation."""
    dissolved = jnp.minimum(concentration_mg_ml, p.minoxidil_solubility_mg_ml)
    k_p = skin_permeability_cm_h(p.minoxidil_log_kow, p.minoxidil_molar_mass_g_mol, p)
    return k_p * dissolved * UG_PER_MG


def dermal_diffusion_cm2_s(molar_mass_g_mol: Array, p: Delivery) -> Array:
    """Free diffusion coefficient in the dermis."""
    return 10 ** (
        p.diffusion_intercept + p.diffusion_molar_mass_exponent * jnp.log10(molar_mass_g_mol)
    )


def open_wall_shape_cm(depth_cm: Array, mouth_radius_cm: Array) -> Array:
    """Shape factor of a filled, open channel (slender cylinder in a half-space)."""
    # The formula is for slender channels; one hardly deeper than wide is taken as just slender.
    slender = jnp.maximum(depth_cm, 2 * mouth_radius_cm)
    wall = 2 * jnp.pi * depth_cm / jnp.log(2 * slender / mouth_radius_cm)
    return jnp.maximum(wall, collapsed_shape_cm(depth_cm, mouth_radius_cm))


def collapsed_shape_cm(depth_cm: Array, mouth_radius_cm: Array) -> Array:
    """Shape factor of a fluid-filled pore that conducts through its mouth only."""
    return 1 / (depth_cm / (jnp.pi * mouth_radius_cm**2) + 1 / (4 * mouth_radius_cm))


def isolated_channels_cm_h(
    density_per_cm2: Array, depth_mm: Array, mouth_radius_um: Array, p: Delivery
) -> Array:
    """Permeability to minoxidil of fresh channels that do not feel each other, per cm² of skin."""
    diffusion = dermal_diffusion_cm2_s(p.minoxidil_molar_mass_g_mol, p)
    return field_permeability_cm_h(density_per_cm2, depth_mm, mouth_radius_um, diffusion, p)


def field_permeability_cm_h(
    density_per_cm2: Array,
    depth_mm: Array,
    mouth_radius_um: Array,
    diffusion_cm2_s: Array,
    p: Delivery,
) -> Array:
    """The same for anything that diffuses in the dermis."""
    depth_cm = depth_mm / MM_PER_CM
    radius_cm = mouth_radius_um / UM_PER_CM
    shape = jnp.where(
        p.collapsed_channel > 0,
        collapsed_shape_cm(depth_cm, radius_cm),
        open_wall_shape_cm(depth_cm, radius_cm),
    )
    return density_per_cm2 * diffusion_cm2_s * shape * SECONDS_PER_HOUR


def dermal_uptake_cm_h(depth_mm: Array, p: Delivery) -> Array:
    """The most minoxidil that the dermis takes up once it is filled down to a depth."""
    diffusion = dermal_diffusion_cm2_s(p.minoxidil_molar_mass_g_mol, p)
    return layer_uptake_cm_h(depth_mm, diffusion, p.dermal_clearance_per_h)


def layer_uptake_cm_h(depth_mm: Array, diffusion_cm2_s: Array, clearance_per_h: Array) -> Array:
    """Steady uptake of a dermis that is filled down to a depth, per cm² of skin.

    Blood clears the filled layer, and below it the drug diffuses on and is cleared: k d + √(D k).
    """
    below = jnp.sqrt(diffusion_cm2_s * SECONDS_PER_HOUR * clearance_per_h)
    return below + clearance_per_h * depth_mm / MM_PER_CM


def dermal_clearance_per_h(flow_ratio: Array, p: Delivery) -> Array:
    """Clearance of minoxidil by blood at a flow relative to the person's own."""
    return clearance_at_flow_per_h(p.dermal_clearance_per_h, flow_ratio, p)


def clearance_at_flow_per_h(at_rest_per_h: Array, flow_ratio: Array, p: Delivery) -> Array:
    """k = PS·Q/(PS + Q) from its value at rest, flow and the share φ of it that flow limits.

    With φ = PS/(PS + Q₀) this is k₀ q/(φ + (1 − φ) q): proportional to flow for φ = 1, the same at
    any flow for φ = 0, and never above PS = k₀/(1 − φ).
    """
    limited = p.flow_limited_share
    return at_rest_per_h * flow_ratio / jnp.maximum(limited + (1 - limited) * flow_ratio, TINY)


def channel_permeability_cm_h(isolated_cm_h: Array, dermal_cm_h: Array) -> Array:
    """Permeability of a field of channels: the channels and the dermis behind them in series."""
    return isolated_cm_h * dermal_cm_h / (isolated_cm_h + dermal_cm_h)


def decay_length_mm(diffusion_cm2_s: Array, clearance_per_h: Array) -> Array:
    """λ, over which a drug cleared by blood falls e-fold in the dermis."""
    return jnp.sqrt(diffusion_cm2_s * SECONDS_PER_HOUR / clearance_per_h) * MM_PER_CM


def share_reaching(from_mm: Array, to_mm: Array, decay_mm: Array) -> Array:
    """Share of a concentration at one depth that is left at another, deeper one."""
    return jnp.exp(-jnp.maximum(to_mm - from_mm, 0.0) / decay_mm)


def membrane_amount(scaled_time: Array, terms: int = 64) -> Array:
    """Crank: amount through a membrane, Q/(h K C₀), at Dt/h² = ``scaled_time`` (> 0)."""
    n = jnp.arange(1, terms + 1)
    x = jnp.asarray(scaled_time)[..., None]
    series = jnp.sum((-1.0) ** n / n**2 * jnp.exp(-(n**2) * jnp.pi**2 * x), axis=-1)
    return scaled_time - 1 / 6 - 2 / jnp.pi**2 * series


def mean_plasma_ng_ml(absorbed_mg_day: Array, clearance_l_h: Array) -> Array:
    """Mean plasma level at a steady daily absorption."""
    return absorbed_mg_day / HOURS_PER_DAY / clearance_l_h * UG_PER_MG * NG_PER_UG / ML_PER_L


def intact_uptake_ug_cm2_h(driving_mg_ml: Array, p: Delivery) -> Array:
    """Uptake through intact skin while a film lies on it, at a driving concentration in water."""
    return p.film_efficiency * intact_flux_ug_cm2_h(driving_mg_ml, p)


def standard_follicular_ug_cm2_day(p: Delivery) -> Array:
    """What follicles take up a day in standard use: a measured ratio to the skin's uptake."""
    covered_h = jnp.minimum(p.standard_per_day * p.film_lasts_h, HOURS_PER_DAY)
    return p.follicular_to_skin_ratio * (
        intact_uptake_ug_cm2_h(p.minoxidil_solubility_mg_ml, p) * covered_h
    )


def follicular_share_of_dose(p: Delivery) -> Array:
    """Share of an applied dose that follicles take up; they fill with whatever the film holds."""
    daily_ug_cm2 = (
        p.standard_strength_percent
        * MG_PER_ML_PER_PERCENT
        * p.standard_dose_ml
        * p.standard_per_day
        / p.standard_area_cm2
        * UG_PER_MG
    )
    return standard_follicular_ug_cm2_day(p) / daily_ug_cm2
