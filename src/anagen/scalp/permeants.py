"""Permeants: what is put on the skin, and how each crosses skin, channels and dermis.

Equations
    non-ionised share of a base  f_non = 1/(1 + 10^(pKa − pH))
    binding in the dermis        B = a + b/f_u + c f_non K_ow
    diffusion in the dermis      D_d = (D_free + b D_bound (1 − f_u)/f_u)/B
    clearance by blood           1/k_free = 1/(P_cap S) + 1/Q,  P_cap = κ k_p;  bound too: k_free/B
    lag of the stratum corneum   h²/(6 D),  Potts-Guy's own split D/h = 10^(a − c MW)
D_free and k_p are those of `delivery`; for minoxidil, which is not bound, B is 1.02 and the course
goes on with D_free. f_u is the share not bound to albumin. Nothing here was measured in scalp: the
relations are generic for skin, and their error is a record of its own.
Units: g/mol, mg/mL, cm, h unless a name says otherwise. Sources: the records ``permeants.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp import delivery
from anagen.scalp.delivery import Delivery
from anagen.scalp.units import UG_PER_MG, UM_PER_CM


class Permeants(NamedTuple):
    """Numbers of the permeants and of what binds and clears them, each (draws,)."""

    minoxidil_pka: Array
    minoxidil_unbound_share: Array
    caffeine_log_kow: Array
    caffeine_molar_mass_g_mol: Array
    caffeine_solubility_mg_ml: Array
    caffeine_unbound_share: Array
    triamcinolone_log_kow: Array
    triamcinolone_molar_mass_g_mol: Array
    triamcinolone_solubility_mg_ml: Array
    triamcinolone_unbound_share: Array
    dermis_ph: Array
    binding_water: Array
    binding_albumin: Array
    binding_lipid: Array
    bound_diffusion_cm2_s: Array
    capillary_to_skin_permeability: Array
    capillary_area_per_cm: Array
    generic_flow_per_h: Array
    clearance_error: Array
    stratum_corneum_um: Array


class Permeant(NamedTuple):
    """One substance in solution, each (draws,)."""

    log_kow: Array
    molar_mass_g_mol: Array
    solubility_mg_ml: Array  # in water, of the form that drives: the cap of its driving force
    unbound_share: Array
    non_ionised_share: Array


def non_ionised_share(pka_of_base: Array, ph: Array) -> Array:
    """Share of a weak base that carries no charge."""
    return 1 / (1 + 10 ** (pka_of_base - ph))


def minoxidil(p: Permeants, d: Delivery) -> Permeant:
    """A weak base: not ionised in the dermis, in part at the pH of the skin's surface."""
    return Permeant(
        d.minoxidil_log_kow,
        d.minoxidil_molar_mass_g_mol,
        d.minoxidil_solubility_mg_ml,
        p.minoxidil_unbound_share,
        non_ionised_share(p.minoxidil_pka, p.dermis_ph),
    )


def caffeine(p: Permeants) -> Permeant:
    """The test permeant: measured in people, and with follicles blocked. Not ionised."""
    return Permeant(
        p.caffeine_log_kow,
        p.caffeine_molar_mass_g_mol,
        p.caffeine_solubility_mg_ml,
        p.caffeine_unbound_share,
        jnp.ones_like(p.caffeine_log_kow),
    )


def triamcinolone(p: Permeants) -> Permeant:
    """Triamcinolone acetonide, hardly soluble in water: what is injected is a suspension."""
    return Permeant(
        p.triamcinolone_log_kow,
        p.triamcinolone_molar_mass_g_mol,
        p.triamcinolone_solubility_mg_ml,
        p.triamcinolone_unbound_share,
        jnp.ones_like(p.triamcinolone_log_kow),
    )


def skin_permeability_cm_h(permeant: Permeant, d: Delivery) -> Array:
    """Potts-Guy permeability of intact skin."""
    return delivery.skin_permeability_cm_h(permeant.log_kow, permeant.molar_mass_g_mol, d)


def intact_flux_ug_cm2_h(concentration_mg_ml: Array, permeant: Permeant, d: Delivery) -> Array:
    """Steady flux through intact skin from water, capped at saturation."""
    dissolved = jnp.minimum(concentration_mg_ml, permeant.solubility_mg_ml)
    return skin_permeability_cm_h(permeant, d) * dissolved * UG_PER_MG


def split_lag_h(permeant: Permeant, p: Permeants, d: Delivery) -> Array:
    """Lag of the stratum corneum if Potts-Guy's own diffusion term were its diffusivity.

    Much longer than what is measured: a lag has to be given, not derived.
    """
    thickness_cm = p.stratum_corneum_um / UM_PER_CM
    speed = 10 ** (d.potts_guy_intercept - d.potts_guy_molar_mass * permeant.molar_mass_g_mol)
    return thickness_cm / (6 * speed)


def free_diffusion_cm2_s(permeant: Permeant, d: Delivery) -> Array:
    """Diffusion coefficient of the unbound permeant in the dermis."""
    return delivery.dermal_diffusion_cm2_s(permeant.molar_mass_g_mol, d)


def binding(permeant: Permeant, p: Permeants) -> Array:
    """B, by which binding slows what happens to the free permeant."""
    lipid = p.binding_lipid * permeant.non_ionised_share * 10**permeant.log_kow
    return p.binding_water + p.binding_albumin / permeant.unbound_share + lipid


def dermal_diffusion_cm2_s(permeant: Permeant, p: Permeants, d: Delivery) -> Array:
    """Diffusion coefficient in the dermis, bound and unbound together."""
    carried = (1 - permeant.unbound_share) / permeant.unbound_share
    with_albumin = p.binding_albumin * p.bound_diffusion_cm2_s * carried
    return (free_diffusion_cm2_s(permeant, d) + with_albumin) / binding(permeant, p)


def channels_cm_h(
    density_per_cm2: Array,
    depth_mm: Array,
    mouth_radius_um: Array,
    permeant: Permeant,
    p: Permeants,
    d: Delivery,
) -> Array:
    """Permeability of fresh channels that do not feel each other, per cm² of skin."""
    diffusion = dermal_diffusion_cm2_s(permeant, p, d)
    return delivery.field_permeability_cm_h(
        density_per_cm2, depth_mm, mouth_radius_um, diffusion, d
    )


def generic_clearance_per_h(
    permeant: Permeant, flow_ratio: Array, p: Permeants, d: Delivery
) -> Array:
    """Clearance by blood as capillaries and flow of generic skin would give it.

    For what has no clearance of its own on record; the error of the relation is drawn.
    """
    through_wall = (
        p.capillary_to_skin_permeability
        * skin_permeability_cm_h(permeant, d)
        * p.capillary_area_per_cm
    )
    flow = p.generic_flow_per_h * flow_ratio
    free = through_wall * flow / (through_wall + flow)
    return p.clearance_error * free / binding(permeant, p)


def dermal_uptake_cm_h(
    depth_mm: Array, clearance_per_h: Array, permeant: Permeant, p: Permeants, d: Delivery
) -> Array:
    """The most that the dermis takes up once it is filled down to a depth."""
    diffusion = dermal_diffusion_cm2_s(permeant, p, d)
    return delivery.layer_uptake_cm_h(depth_mm, diffusion, clearance_per_h)


def decay_length_mm(clearance_per_h: Array, permeant: Permeant, p: Permeants, d: Delivery) -> Array:
    """λ in the dermis; binding slows diffusion and clearance alike."""
    return delivery.decay_length_mm(dermal_diffusion_cm2_s(permeant, p, d), clearance_per_h)
