"""Vehicle: a film that dries, how saturated it is, and what it drives into the skin.

Equations, per cm² of skin
    ethanol             v_e = v_e0 e^(−t/τ_e)
    water               v_w = v_r + (v_w0 − v_r) e^(−t/τ_w),  v_r what propylene glycol holds on to
    solubility          ln C_sat = Σ φ_i ln S_i + ω φ_w (1 − φ_w), φ shares of the volume
    dissolved           min(M, v C_sat); the rest of the drug M in the film has precipitated
    uptake              dM/dt = −K S_w a,  a = min(M/(v C_sat), 1)
A saturated film drives like a saturated solution in water, whatever its solvent: what counts is the
degree of saturation a, and S_w a is the driving concentration that a permeability from water wants.
For a = 1 this is the cap of `delivery`. Crystals dissolve at once when there is room.

Steps lengthen as the film settles. In each the solvents are held as they are at its middle and the
drug is advanced exactly, linear while saturated and exponential below, so none is lost or made.
Units: volumes mL/cm² (= cm), µg/cm², h. Sources: the records ``vehicle.*``.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from anagen.scalp.closure import time_constant_from_closing_time
from anagen.scalp.delivery import Delivery, Minoxidil, skin_permeability_cm_h
from anagen.scalp.units import (
    HOURS_PER_DAY,
    MG_PER_ML_PER_PERCENT,
    MINUTES_PER_DAY,
    TINY,
    UG_PER_MG,
)

STEPS = 96  # of one application
LENGTHENING = 6.0  # the last step is e^6 times as long as the first


class Vehicle(NamedTuple):
    """Numbers of the vehicle, each (draws,)."""

    low_strength_percent: Array
    high_strength_percent: Array
    ethanol_share_low: Array
    ethanol_share_high: Array
    propylene_glycol_share_low: Array
    propylene_glycol_share_high: Array
    ethanol_solubility_mg_ml: Array
    propylene_glycol_solubility_mg_ml: Array
    cosolvency: Array
    ethanol_gone_min: Array
    water_gone_min: Array
    residue_water_share: Array


class Solvents(NamedTuple):
    """Volumes of the solvents per cm², or their shares; each (draws,) or (times, draws)."""

    ethanol: Array
    water: Array
    propylene_glycol: Array

    def volume(self) -> Array:
        return self.ethanol + self.water + self.propylene_glycol


class Drying(NamedTuple):
    """Where the drug of one application is, µg/cm², each (times, draws); nothing is washed off."""

    dissolved: Array
    precipitated: Array
    delivered: Array


def usual_composition(strength_percent: Array, p: Vehicle) -> Solvents:
    """Shares of the solvents in the solution sold at a strength; straight between two products."""
    span = p.high_strength_percent - p.low_strength_percent
    place = jnp.clip((strength_percent - p.low_strength_percent) / span, 0.0, 1.0)
    ethanol = p.ethanol_share_low + place * (p.ethanol_share_high - p.ethanol_share_low)
    glycol = p.propylene_glycol_share_low + place * (
        p.propylene_glycol_share_high - p.propylene_glycol_share_low
    )
    return Solvents(ethanol, 1 - ethanol - glycol, glycol)


def solvents(hours: Array, ml_cm2: Array, shares: Solvents, p: Vehicle) -> Solvents:
    """What is left of the solvents of an application."""
    per_hour = MINUTES_PER_DAY / HOURS_PER_DAY
    tau_ethanol = time_constant_from_closing_time(p.ethanol_gone_min / per_hour)
    tau_water = time_constant_from_closing_time(p.water_gone_min / per_hour)
    water, glycol = ml_cm2 * shares.water, ml_cm2 * shares.propylene_glycol
    held = jnp.minimum(water, glycol * p.residue_water_share / (1 - p.residue_water_share))
    return Solvents(
        ml_cm2 * shares.ethanol * jnp.exp(-hours / tau_ethanol),
        held + (water - held) * jnp.exp(-hours / tau_water),
        jnp.broadcast_to(glycol, jnp.broadcast_shapes(glycol.shape, jnp.shape(hours))),
    )


def solubility_mg_ml(film: Solvents, p: Vehicle, d: Delivery) -> Array:
    """Solubility of minoxidil in a mixture, of which water is one part and its cosolvents two."""
    ethanol, water, glycol = (part / jnp.maximum(film.volume(), TINY) for part in film)
    return jnp.exp(
        ethanol * jnp.log(p.ethanol_solubility_mg_ml)
        + water * jnp.log(d.minoxidil_solubility_mg_ml)
        + glycol * jnp.log(p.propylene_glycol_solubility_mg_ml)
        + p.cosolvency * water * (1 - water)
    )


def saturated_hours(amount: Array, capacity: Array, flux: Array, hours: Array) -> Array:
    """For how long a saturated film would deliver what this one delivers in ``hours``.

    ``capacity`` is what the film can hold dissolved, ``flux`` what it gives an hour when saturated.
    Saturated until ``amount`` has fallen to it, then in proportion to what is left.
    """
    excess = jnp.maximum(amount - capacity, 0.0) / jnp.maximum(flux, TINY)
    saturated = jnp.minimum(excess, hours)
    below = hours - saturated
    scaled = flux * below / jnp.maximum(capacity, TINY)
    share = jnp.where(scaled > TINY, -jnp.expm1(-scaled) / jnp.maximum(scaled, TINY), 1.0)
    filled = jnp.minimum(amount / jnp.maximum(capacity, TINY), 1.0)
    return saturated + filled * below * share


@jax.jit
def drying(
    hours: Array,
    strength_percent: Array,
    ml_cm2: Array,
    shares: Solvents,
    permeability_cm_h: Array,
    p: Vehicle,
    d: Delivery,
) -> tuple[Drying, Array]:
    """One application over ``hours`` (draws,): where the drug is after each of STEPS steps, and
    the mean driving concentration in mg/mL of water.

    ``permeability_cm_h`` is from water and of all that takes up drug under the film.
    """
    ends = film_times_h(hours)
    starts = jnp.concatenate([jnp.zeros_like(ends[:1]), ends[:-1]])
    water_ug_ml = d.minoxidil_solubility_mg_ml * UG_PER_MG
    flux = permeability_cm_h * water_ug_ml
    applied = strength_percent * MG_PER_ML_PER_PERCENT * UG_PER_MG * ml_cm2

    def capacity(at: Array) -> Array:
        film = solvents(at, ml_cm2, shares, p)
        return film.volume() * solubility_mg_ml(film, p, d) * UG_PER_MG

    def step(delivered: Array, edge: tuple[Array, Array]) -> tuple[Array, tuple[Array, ...]]:
        since, until = edge
        room = capacity((since + until) / 2)
        driven_h = saturated_hours(applied - delivered, room, flux, until - since)
        # Rounding of the last crumb must not deliver more than there was.
        delivered = jnp.minimum(delivered + flux * driven_h, applied)
        left = applied - delivered
        dissolved = jnp.minimum(left, capacity(until))
        return delivered, (dissolved, left - dissolved, delivered, driven_h)

    _, (dissolved, precipitated, delivered, driven_h) = jax.lax.scan(
        step, jnp.zeros_like(ends[0] * flux * applied), (starts, ends)
    )
    mean_driving = d.minoxidil_solubility_mg_ml * driven_h.sum(axis=0) / hours
    return Drying(dissolved, precipitated, delivered), mean_driving


def mean_driving_mg_ml(
    strength_percent: Array, ml_cm2: Array, shares: Solvents, hours: Array, p: Vehicle, d: Delivery
) -> Array:
    """Mean driving concentration over an application on intact skin, in mg/mL of water."""
    intact = skin_permeability_cm_h(d.minoxidil_log_kow, d.minoxidil_molar_mass_g_mol, d)
    taken_up = d.film_efficiency * intact
    return drying(hours, strength_percent, ml_cm2, shares, taken_up, p, d)[1]


def relative_driving(use: Minoxidil, p: Vehicle, d: Delivery) -> Array:
    """Driving concentration of a use against that of standard use, each over one application.

    `Delivery.film_efficiency` is fitted to what is absorbed in standard use, so that it holds
    whatever drying does there; only the ratio to standard use is left to be told by the film.
    """

    def driving(strength_percent: Array, dose_ml: Array, area_cm2: Array) -> Array:
        shares = usual_composition(strength_percent, p)
        return mean_driving_mg_ml(
            strength_percent, dose_ml / area_cm2, shares, d.film_lasts_h, p, d
        )

    standard = driving(d.standard_strength_percent, d.standard_dose_ml, d.standard_area_cm2)
    return driving(use.strength_percent, use.dose_ml, use.area_cm2) / standard


def film_times_h(hours: Array) -> Array:
    """The ends of the steps of `drying`, (times, draws)."""
    ends = jnp.arange(1, STEPS + 1) * LENGTHENING / STEPS
    return jnp.expm1(ends)[:, None] / jnp.expm1(LENGTHENING) * hours
