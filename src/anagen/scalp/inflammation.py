"""Inflammation of a wound's first two weeks: pathogen, debris, macrophages and neutrophils.

Equations (Cooper 2015; E oestrogen, C cortisol)
    φ  = M/(1 + (N/N∞)² + (C/C_m1)²)                          what macrophages do
    R₁ = (k_mpt D + k_mp P + k_mm M/(1+(E/E_M)²) + k_mn N)/(1 + (C/C_m2)²)   call for macrophages
    R₂ = (k_npt D + k_np P)/(1 + (C/C_n)²)                    call for neutrophils
    dP/dt = k_pg P (1 − P/P∞) − k_pb s_b P/(μ_b + k_bp P) − k_pn P N (1+k_en E)
            − k_pm P φ (1+k_em E)
    dD/dt = −k_ptn D N (1+k_en X) − k_ptm D φ (1+k_em E) + μ_n N − μ_pt D
    dM/dt = s_mr R₁/(μ_mr + R₁) − μ_m M
    dN/dt = s_nr R₂/(μ_nr + R₂)/(1+(E/E_N)²) − μ_n N − k_nm N φ
X is N in the published export, where every sister term has E: likely a slip of its curation, so it
is a choice (`Form`).
How it is solved: `linearly_implicit`, the first half-day in graded steps.
Units: days; all amounts and both hormones arbitrary. These are numbers of large wounds.
Source: COOPER2015, read through BIOMD855; the records ``inflammation.*``.
"""

from functools import partial
from typing import Literal, NamedTuple

import jax
from jax import Array

from anagen.scalp import linearly_implicit
from anagen.scalp.grid import HALF_DAY
from anagen.scalp.units import DAYS_PER_WEEK

STEPS = 8  # of each half-day
STEPS_AT_FIRST = 32  # of the first half-day
GRADING = 0.8  # each of these is 1/0.8 times as long as the one before

Form = Literal["sbml_literal", "oestrogen"]


class Inflammation(NamedTuple):
    """Numbers of the inflammation, each (draws,)."""

    pathogen_growth_per_day: Array
    pathogen_capacity: Array
    pathogen_background_per_day: Array
    background_source: Array
    background_loss: Array
    background_use: Array
    pathogen_by_neutrophil: Array
    pathogen_by_macrophage: Array
    debris_by_neutrophil: Array
    debris_by_macrophage: Array
    debris_loss_per_day: Array
    neutrophil_inhibition: Array
    neutrophil_by_pathogen: Array
    neutrophil_by_debris: Array
    neutrophil_source: Array
    neutrophil_half: Array
    neutrophil_loss_per_day: Array
    neutrophil_by_macrophage: Array
    macrophage_by_pathogen: Array
    macrophage_by_macrophage: Array
    macrophage_by_neutrophil: Array
    macrophage_by_debris: Array
    macrophage_source: Array
    macrophage_half: Array
    macrophage_loss_per_day: Array
    oestrogen_on_neutrophils: Array
    oestrogen_on_clearing_by_neutrophils: Array
    oestrogen_on_macrophages: Array
    oestrogen_on_clearing_by_macrophages: Array
    cortisol_on_neutrophils: Array
    cortisol_on_macrophage_activity: Array
    cortisol_on_macrophages: Array
    pathogen_start: Array
    debris_start: Array
    macrophages_start: Array
    neutrophils_start: Array


class Wound(NamedTuple):
    """State of the wound, each (draws,)."""

    pathogen: Array
    debris: Array
    macrophages: Array
    neutrophils: Array


class Hormones(NamedTuple):
    """What the person brings: sex and age through oestrogen, stress and steroids through cortisol.

    Each (draws,), on the arbitrary scales of the source; zero is its reference person.
    """

    oestrogen: Array
    cortisol: Array


def rates(wound: Wound, hormones: Hormones, p: Inflammation, form: Form) -> Wound:
    """Change per day."""
    pathogen, debris, macrophages, neutrophils = wound
    oestrogen, cortisol = hormones
    held_back = (neutrophils / p.neutrophil_inhibition) ** 2
    active = macrophages / (1 + held_back + (cortisol / p.cortisol_on_macrophage_activity) ** 2)
    neutrophil_clearing = 1 + p.oestrogen_on_clearing_by_neutrophils * oestrogen
    macrophage_clearing = 1 + p.oestrogen_on_clearing_by_macrophages * oestrogen
    if form == "sbml_literal":
        debris_clearing = 1 + p.oestrogen_on_clearing_by_neutrophils * neutrophils
    else:
        debris_clearing = neutrophil_clearing

    neutrophil_call = p.neutrophil_by_debris * debris + p.neutrophil_by_pathogen * pathogen
    neutrophil_call /= 1 + (cortisol / p.cortisol_on_neutrophils) ** 2
    entering = p.neutrophil_source * neutrophil_call / (p.neutrophil_half + neutrophil_call)
    entering /= 1 + (oestrogen / p.oestrogen_on_neutrophils) ** 2

    background = p.background_loss + p.background_use * pathogen
    killed = p.pathogen_background_per_day * p.background_source / background
    killed += p.pathogen_by_neutrophil * neutrophils * neutrophil_clearing
    killed += p.pathogen_by_macrophage * active * macrophage_clearing
    cleared = p.debris_by_neutrophil * neutrophils * debris_clearing + p.debris_loss_per_day
    cleared += p.debris_by_macrophage * active * macrophage_clearing
    dying = p.neutrophil_loss_per_day * neutrophils
    growth = p.pathogen_growth_per_day * (1 - pathogen / p.pathogen_capacity)
    return Wound(
        pathogen=(growth - killed) * pathogen,
        debris=dying - cleared * debris,
        macrophages=p.macrophage_source * called(wound, hormones, p)
        - p.macrophage_loss_per_day * macrophages,
        neutrophils=entering - dying - p.neutrophil_by_macrophage * neutrophils * active,
    )


def called(wound: Wound, hormones: Hormones, p: Inflammation) -> Array:
    """Macrophages that enter, as a share of the most that can: R₁/(μ_mr + R₁)."""
    own_call = p.macrophage_by_macrophage / (
        1 + (hormones.oestrogen / p.oestrogen_on_macrophages) ** 2
    )
    call = p.macrophage_by_debris * wound.debris + p.macrophage_by_pathogen * wound.pathogen
    call += own_call * wound.macrophages + p.macrophage_by_neutrophil * wound.neutrophils
    call /= 1 + (hormones.cortisol / p.cortisol_on_macrophages) ** 2
    return call / (p.macrophage_half + call)


def fresh(p: Inflammation) -> Wound:
    """A wound just made."""
    return Wound(p.pathogen_start, p.debris_start, p.macrophages_start, p.neutrophils_start)


@partial(jax.jit, static_argnames=("weeks", "form", "refined"))
def course(
    hormones: Hormones,
    p: Inflammation,
    weeks: int,
    form: Form = "oestrogen",
    wound: Wound | None = None,
    refined: int = 1,
) -> Wound:
    """The wound on every half-day, (half-days + 1, draws); ``refined`` times as many steps."""

    return linearly_implicit.course(
        lambda w: rates(w, hormones, p, form),
        wound or fresh(p),
        int(weeks * DAYS_PER_WEEK / HALF_DAY),
        first=linearly_implicit.graded(
            HALF_DAY, STEPS_AT_FIRST * refined, GRADING ** (1 / refined)
        ),
        then=linearly_implicit.even(HALF_DAY, STEPS * refined),
    )
