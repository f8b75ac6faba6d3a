"""Medicines taken by mouth: finasteride, dutasteride and spironolactone take androgen away from
the follicle, minoxidil reaches it with the blood.

Equations
    lasting effect of a dose  e = E d/(d + d₅₀), d the daily dose; on a day e (1 − exp(−t/τ_on))
                              while taken, then fading with τ_off
    DHT left in the scalp     D = (1 − e)^γ; γ runs from the laboratory that found most left (1) to
                              the one that found least; of two inhibitors the stronger counts
    androgen action left      a = (1 − w (1 − D))(1 − e_receptor), w the share that is DHT's
    follicles                 fall p·a, extra kenogen · a, rise ρ (1 − a) at an onset of anagen
    minoxidil in plasma       mean F d/(CL·24 h), peak after a dose F d/V · 1/(1 − exp(−k·24 h))
    minoxidil at the follicle X = F d/d*, d* the absorbed dose that equals standard topical use;
                              activated X (s (1 − b) + b), b the share activated outside follicles
That androgen makes follicles fall is in `conditions.pattern`; here nothing is known of hair counts.
Units: mg a day by mouth, days, ng/mL. Sources: the records ``medicines.*`` and ``delivery.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.conditions.interface import Modulation
from anagen.scalp.delivery import Delivery, mean_plasma_ng_ml
from anagen.scalp.follicles import Cycle
from anagen.scalp.units import HOURS_PER_DAY, ML_PER_L, NG_PER_UG, UG_PER_MG


class Medicines(NamedTuple):
    """Numbers of the medicines, each (draws,)."""

    finasteride_most: Array
    finasteride_half_mg: Array
    finasteride_offset_days: Array
    dutasteride_most: Array
    dutasteride_half_mg: Array
    dutasteride_offset_days: Array
    reductase_onset_days: Array
    laboratory_exponent: Array
    dht_share_of_action: Array
    spironolactone_most: Array
    spironolactone_half_mg: Array
    spironolactone_days: Array
    rise_without_androgen: Array
    oral_availability: Array
    oral_standard_mg: Array
    oral_activated_elsewhere: Array


class Taken(NamedTuple):
    """One medicine from day 0 on, each (draws,). 0 mg is none, an infinite day is no end."""

    mg_per_day: Array
    stop_day: Array


class Intake(NamedTuple):
    """What is taken by mouth."""

    finasteride: Taken
    dutasteride: Taken
    spironolactone: Taken
    oral_minoxidil: Taken


class OralMinoxidil(NamedTuple):
    """What oral minoxidil comes to on a day, each (draws,)."""

    activated: Array  # dose at the follicle after activation; 1 is standard topical use
    plasma_mean_ng_ml: Array
    plasma_peak_ng_ml: Array


def strength(mg_per_day: Array, most: Array, half_mg: Array) -> Array:
    """Effect of a lasting daily dose (Emax)."""
    return most * mg_per_day / (mg_per_day + half_mg)


def in_force(day: Array, stop_day: Array, onset_days: Array, offset_days: Array) -> Array:
    """Share of the lasting effect on a day: it comes on from day 0 and fades after the stop."""
    taken_for = jnp.clip(day, 0.0, stop_day)
    stopped_for = jnp.maximum(day - stop_day, 0.0)
    return -jnp.expm1(-taken_for / onset_days) * jnp.exp(-stopped_for / offset_days)


def scalp_dht_left(day: Array, intake: Intake, p: Medicines) -> Array:
    """DHT of the scalp on a day, relative to that before."""
    onset = p.reductase_onset_days
    blocked = [
        strength(taken.mg_per_day, most, half) * in_force(day, taken.stop_day, onset, offset_days)
        for taken, most, half, offset_days in (
            (
                intake.finasteride,
                p.finasteride_most,
                p.finasteride_half_mg,
                p.finasteride_offset_days,
            ),
            (
                intake.dutasteride,
                p.dutasteride_most,
                p.dutasteride_half_mg,
                p.dutasteride_offset_days,
            ),
        )
    ]
    return (1 - jnp.maximum(*blocked)) ** p.laboratory_exponent


def androgen_share(day: Array, intake: Intake, p: Medicines) -> Array:
    """Androgen action that is left at the follicle on a day, (draws,); 1 without a medicine."""
    by_dht = 1 - p.dht_share_of_action * (1 - scalp_dht_left(day, intake, p))
    spironolactone = intake.spironolactone
    at_receptor = strength(
        spironolactone.mg_per_day, p.spironolactone_most, p.spironolactone_half_mg
    ) * in_force(day, spironolactone.stop_day, p.spironolactone_days, p.spironolactone_days)
    return by_dht * (1 - at_receptor)


def treated(m: Modulation, share: Array, cycle: Cycle, p: Medicines) -> Modulation:
    """A condition with a share of androgen action left; what androgen does not drive stays."""
    left = 1 - m.androgenic * (1 - share)
    return m._replace(
        fall=m.fall * left,
        kenogen_days=cycle.kenogen_days + (m.kenogen_days - cycle.kenogen_days) * left,
        rise=m.rise + p.rise_without_androgen * (1 - left),
    )


def oral_minoxidil(
    day: Array, taken: Taken, sulfation: Array, delivery: Delivery, p: Medicines
) -> OralMinoxidil:
    """Oral minoxidil at the follicle and in plasma. Its half-life is hours: a day stands alone."""
    using = (day < taken.stop_day).astype(sulfation.dtype)
    systemic_mg = using * p.oral_availability * taken.mg_per_day
    at_follicle = systemic_mg / p.oral_standard_mg
    elsewhere = p.oral_activated_elsewhere
    per_h = jnp.log(2.0) / delivery.plasma_half_life_h
    volume_l = delivery.plasma_clearance_l_h / per_h
    one_dose = systemic_mg * UG_PER_MG * NG_PER_UG / (volume_l * ML_PER_L)
    return OralMinoxidil(
        activated=at_follicle * (sulfation * (1 - elsewhere) + elsewhere),
        plasma_mean_ng_ml=mean_plasma_ng_ml(systemic_mg, delivery.plasma_clearance_l_h),
        plasma_peak_ng_ml=one_dose / -jnp.expm1(-per_h * HOURS_PER_DAY),
    )
