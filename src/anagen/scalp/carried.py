"""Carried substances: what is put on during a session and enters through the open channels.

Equations, per cm² of skin
    channels fill at once        m_fill = s C min(ρV, v),  V = (π/3) a² d
    what is left on the skin     goes on through them while it lies there: permeability
    conducts over the contact    K = 1/(1/(S ρ g) + 1/(√(D k) + k d)), driven by min(C, C_sat)
    depot                        a suspension or platelets in the channels release at k_r,
                                 what is dissolved is cleared at k_c (Bateman):
                                 m(t) = m_cond e^(−k_c t) + m_fill (e^(−k_r t) + k_r Φ(t))
                                 Φ = (e^(−k_r t) − e^(−k_c t))/(k_c − k_r)
    dose                         x = what entered / what enters in the reference protocol
    gain                         g(x) = g(1) · (1 + h) x/(h + x)
Both doses of x are of the same draw, so that what is not known of channels partly cancels.
Units: mL/cm² (= cm), µg, h, molar mass g/mol. Sources: the records ``carried.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp import delivery, needling, permeants
from anagen.scalp.delivery import Delivery
from anagen.scalp.needling import Channels, Needling
from anagen.scalp.permeants import Permeants
from anagen.scalp.units import (
    HOURS_PER_DAY,
    MG_PER_ML_PER_PERCENT,
    MINUTES_PER_DAY,
    MM_PER_CM,
    NG_PER_UG,
    TINY,
    UG_PER_MG,
    UM_PER_CM,
)
from anagen.scalp.vehicle import saturated_hours


class Carried(NamedTuple):
    """Numbers of what is carried in, each (draws,)."""

    contact_min: Array
    filled_share: Array
    pdgf_ab_ng_ml: Array
    tgf_beta1_ng_ml: Array
    igf_1_ng_ml: Array
    pdgf_ab_g_mol: Array
    tgf_beta1_g_mol: Array
    igf_1_g_mol: Array
    measured_platelets_fold: Array
    platelet_factor_weight: Array
    product_g_mol: Array
    platelet_release_half_life_h: Array
    factor_half_life_h: Array
    suspension_release_half_life_h: Array
    half_dose: Array
    steroid_half_dose: Array
    reference_needle_mm: Array
    reference_passes: Array
    reference_ml_cm2: Array
    reference_platelets_fold: Array
    reference_steroid_percent: Array


class Liquid(NamedTuple):
    """One substance in what is put on, each (draws,)."""

    ml_cm2: Array
    concentration_ug_ml: Array
    solubility_ug_ml: Array  # inf: all of it is dissolved
    diffusion_cm2_s: Array  # in the dermis
    clearance_per_h: Array


class PutOn(NamedTuple):
    """What is put on at each session, each (draws,); a volume of 0 is none."""

    prp_ml_cm2: Array
    platelets_fold: Array  # of the platelets in blood
    product_ml_cm2: Array
    steroid_ml_cm2: Array
    steroid_percent: Array


class Doses(NamedTuple):
    """What enters at a session against the reference protocol, each (draws,)."""

    prp: Array
    product: Array
    steroid: Array


class Field(NamedTuple):
    """Channels of a session and their mean open share over the contact, each (draws,)."""

    channels: Channels
    open_share: Array


class Entered(NamedTuple):
    """What of one substance went where, µg/cm², each (draws,)."""

    filled: Array
    conducted: Array
    wiped_off: Array

    def dose(self) -> Array:
        return self.filled + self.conducted


def contact_h(p: Carried) -> Array:
    """How long it lies on the skin before it is taken up, dry or wiped off."""
    return p.contact_min * HOURS_PER_DAY / MINUTES_PER_DAY


def channel_volume_ml_cm2(channels: Channels) -> Array:
    """Volume of the field's channels, cones of their depth and mouth."""
    radius_cm = channels.mouth_radius_um / UM_PER_CM
    cone_ml = jnp.pi / 3 * radius_cm**2 * channels.depth_mm / MM_PER_CM
    return channels.density_per_cm2 * cone_ml


def reference_field(p: Carried, n: Needling) -> Channels:
    """The channels of the reference protocol, a roller's."""
    kind = jnp.full_like(p.reference_passes, needling.ROLLER)
    typical = jnp.full_like(p.reference_passes, jnp.nan)
    device = needling.Device(
        kind, p.reference_needle_mm, typical, typical, p.reference_passes, dwell_s=typical
    )
    return needling.channels(device, n)


def entered(liquid: Liquid, field: Field, p: Carried, d: Delivery) -> Entered:
    """How much of a substance enters at a session."""
    put_on = liquid.ml_cm2 * liquid.concentration_ug_ml
    into_channels_ml = p.filled_share * jnp.minimum(
        channel_volume_ml_cm2(field.channels), liquid.ml_cm2
    )
    filled = into_channels_ml * liquid.concentration_ug_ml
    channels = field.channels
    alone = delivery.field_permeability_cm_h(
        channels.density_per_cm2,
        channels.depth_mm,
        channels.mouth_radius_um,
        liquid.diffusion_cm2_s,
        d,
    )
    behind = delivery.layer_uptake_cm_h(
        channels.depth_mm, liquid.diffusion_cm2_s, liquid.clearance_per_h
    )
    permeability = delivery.channel_permeability_cm_h(field.open_share * alone, behind)
    driving = jnp.minimum(liquid.concentration_ug_ml, liquid.solubility_ug_ml)
    left, room = put_on - filled, (liquid.ml_cm2 - into_channels_ml) * driving
    flux = permeability * driving
    conducted = jnp.minimum(flux * saturated_hours(left, room, flux, contact_h(p)), left)
    return Entered(filled, conducted, left - conducted)


def remaining(
    amounts: Entered, hours: Array, release_per_h: Array, clearance_per_h: Array
) -> tuple[Array, Array]:
    """What is left in the dermis ``hours`` after the session: still in the depot, and dissolved.

    It feeds no endpoint, since a session acts by its whole dose: the verification cases look at it.
    """
    kept = jnp.exp(-release_per_h * hours)
    # Φ with the slower rate taken out, so that a fast one cannot overflow.
    slower = jnp.exp(-jnp.minimum(release_per_h, clearance_per_h) * hours)
    apart = jnp.abs(clearance_per_h - release_per_h) * hours
    near = apart < TINY  # both rates alike: the limit, hours e^(−kt)
    safe = jnp.where(near, 1.0, apart)
    between = slower * hours * jnp.where(near, 1.0, -jnp.expm1(-safe) / safe)
    depot = amounts.filled * kept
    dissolved = amounts.filled * release_per_h * between
    return depot, dissolved + amounts.conducted * jnp.exp(-clearance_per_h * hours)


def exposure_ug_h(amounts: Entered, clearance_per_h: Array) -> Array:
    """Area under the dissolved amount, for good: release delays it and takes nothing away.

    That is why a dose alone can stand for it; only the verification cases ask for the area.
    """
    return amounts.dose() / clearance_per_h


def protein(
    ml_cm2: Array, concentration_ug_ml: Array, molar_mass_g_mol: Array, p: Carried, d: Delivery
) -> Liquid:
    """A dissolved growth factor, which diffuses by its molar mass and decays in tissue."""
    return Liquid(
        ml_cm2,
        concentration_ug_ml,
        jnp.full_like(ml_cm2, jnp.inf),
        delivery.dermal_diffusion_cm2_s(molar_mass_g_mol, d),
        jnp.log(2.0) / p.factor_half_life_h,
    )


def platelet_rich_plasma(
    platelets_fold: Array, ml_cm2: Array, p: Carried, d: Delivery
) -> tuple[Liquid, Liquid, Liquid]:
    """PDGF-AB, TGF-β1 and IGF-I. The first two come with platelets, IGF-I is of the plasma."""
    richer = platelets_fold / p.measured_platelets_fold
    return (
        protein(ml_cm2, richer * p.pdgf_ab_ng_ml / NG_PER_UG, p.pdgf_ab_g_mol, p, d),
        protein(ml_cm2, richer * p.tgf_beta1_ng_ml / NG_PER_UG, p.tgf_beta1_g_mol, p, d),
        protein(ml_cm2, p.igf_1_ng_ml / NG_PER_UG, p.igf_1_g_mol, p, d),
    )


def triamcinolone(
    strength_percent: Array,
    ml_cm2: Array,
    flow_ratio: Array,
    permeant_numbers: Permeants,
    p: Delivery,
) -> Liquid:
    """A suspension of triamcinolone acetonide; 1 % is 10 mg/mL."""
    substance = permeants.triamcinolone(permeant_numbers)
    return Liquid(
        ml_cm2,
        strength_percent * MG_PER_ML_PER_PERCENT * UG_PER_MG,
        substance.solubility_mg_ml * UG_PER_MG,
        permeants.dermal_diffusion_cm2_s(substance, permeant_numbers, p),
        permeants.generic_clearance_per_h(substance, flow_ratio, permeant_numbers, p),
    )


def relative_dose(
    liquid: Liquid, field: Field, reference: Liquid, reference_at: Field, p: Carried, d: Delivery
) -> Array:
    """x, what enters against what enters in the reference protocol."""
    standard = entered(reference, reference_at, p, d).dose()
    return entered(liquid, field, p, d).dose() / jnp.maximum(standard, TINY)


def relative_plasma_dose(
    platelets_fold: Array,
    ml_cm2: Array,
    field: Field,
    reference_at: Field,
    p: Carried,
    d: Delivery,
) -> Array:
    """x of platelet-rich plasma: its platelets' factors and its plasma's, in an unknown weight."""
    usual = platelet_rich_plasma(p.reference_platelets_fold, p.reference_ml_cm2, p, d)
    here = platelet_rich_plasma(platelets_fold, ml_cm2, p, d)
    pdgf, tgf, igf = (
        relative_dose(one, field, other, reference_at, p, d)
        for one, other in zip(here, usual, strict=True)
    )
    weight = p.platelet_factor_weight
    return weight * (pdgf + tgf) / 2 + (1 - weight) * igf


def relative_product_dose(
    ml_cm2: Array, field: Field, reference_at: Field, p: Carried, d: Delivery
) -> Array:
    """x of a growth-factor product. What it holds is not declared, so only its volume counts."""
    one = jnp.ones_like(ml_cm2)
    here = protein(ml_cm2, one, p.product_g_mol, p, d)
    usual = protein(p.reference_ml_cm2, one, p.product_g_mol, p, d)
    return relative_dose(here, field, usual, reference_at, p, d)


def relative_steroid_dose(
    strength_percent: Array,
    ml_cm2: Array,
    field: Field,
    reference_at: Field,
    p: Carried,
    permeant_numbers: Permeants,
    d: Delivery,
) -> Array:
    """x of triamcinolone against 10 mg/mL, at the person's flow at rest."""
    rest = jnp.ones_like(ml_cm2)
    here = triamcinolone(strength_percent, ml_cm2, rest, permeant_numbers, d)
    usual = triamcinolone(
        p.reference_steroid_percent, p.reference_ml_cm2, rest, permeant_numbers, d
    )
    return relative_dose(here, field, usual, reference_at, p, d)


def doses(
    put_on: PutOn,
    field: Field,
    reference_at: Field,
    p: Carried,
    permeant_numbers: Permeants,
    d: Delivery,
) -> Doses:
    """All of a session's doses."""
    return Doses(
        relative_plasma_dose(put_on.platelets_fold, put_on.prp_ml_cm2, field, reference_at, p, d),
        relative_product_dose(put_on.product_ml_cm2, field, reference_at, p, d),
        relative_steroid_dose(
            put_on.steroid_percent,
            put_on.steroid_ml_cm2,
            field,
            reference_at,
            p,
            permeant_numbers,
            d,
        ),
    )


def saturating(relative: Array, half: Array) -> Array:
    """1 at the reference dose, 0 without any, at most 1 + h."""
    return (1 + half) * relative / (half + relative)


def gain(at_reference: Array, relative: Array, p: Carried) -> Array:
    """Signal that PRP or a product adds to a session's wound, as a share of it."""
    return at_reference * saturating(relative, p.half_dose)


def steroid_depot(relative: Array, p: Carried) -> Array:
    """Depot of triamcinolone that acts on a patch; 1 in the reference protocol, 0 without any."""
    return saturating(relative, p.steroid_half_dose)
