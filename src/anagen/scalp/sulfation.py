"""Sulfation: who activates minoxidil in the follicle, and how much of it.

Equations
    responder             R = 1 where u < π,  u the person's own uniform number
    activity              s = a_R where R = 1, else a_N; each group has its own lognormal
    share of responders   π by sex and strength, straight between 2 % and 5 %
    with the assay known  π⁺ = Se π/(Se π + (1 − Sp)(1 − π)),
                          π⁻ = (1 − Se) π/((1 − Se) π + Sp (1 − π))
An assay moves the limit that u is held against, so that a person's draws change group and nothing
else. Since u is one number a person who responds to 2 % responds to 5 % too. The two groups keep
the mean and the spread of all people; how far they lie apart follows from Se and Sp (two normals
of one spread cut by one threshold lie z(Se) + z(Sp) spreads apart).
Topical minoxidil only: by mouth people with little of this enzyme did better, not worse.
Sources: the records ``sulfation.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array


class Sulfation(NamedTuple):
    """Numbers of the sulfation, each (draws,)."""

    responder_draw: Array  # u, uniform from 0 to 1
    responder_share: Array
    women_share_low: Array
    women_share_high: Array
    low_strength_percent: Array
    high_strength_percent: Array
    activity_responder: Array
    activity_other: Array
    assay_cutoff_od405: Array
    assay_sensitivity: Array
    assay_specificity: Array
    assay_sensitivity_women: Array
    assay_specificity_women: Array


def sulfation(responder_draw: Array, activity_responder: Array, activity_other: Array) -> Array:
    """Activity of the enzyme: one group's or the other's (``responder_draw`` 1 or 0)."""
    return jnp.where(responder_draw > 0, activity_responder, activity_other)


def share_of_responders(is_male: Array, strength_percent: Array, p: Sulfation) -> Array:
    """Share that responds to a strength, before any assay."""
    span = p.high_strength_percent - p.low_strength_percent
    place = jnp.clip((strength_percent - p.low_strength_percent) / span, 0.0, 1.0)
    women = p.women_share_low + (p.women_share_high - p.women_share_low) * place
    return jnp.where(is_male > 0, p.responder_share, women)


def share_given_assay(
    share: Array, is_positive: Array, sensitivity: Array, specificity: Array
) -> Array:
    """Bayes: the share of responders among people with this result."""
    of_responders = jnp.where(is_positive > 0, sensitivity, 1 - sensitivity)
    of_others = jnp.where(is_positive > 0, 1 - specificity, specificity)
    return of_responders * share / (of_responders * share + of_others * (1 - share))


def activity(is_male: Array, strength_percent: Array, od405: Array, p: Sulfation) -> Array:
    """Activity relative to a typical person; ``od405`` is the assay's result, NaN if unknown."""
    share = share_of_responders(is_male, strength_percent, p)
    positive = jnp.where(od405 >= p.assay_cutoff_od405, 1.0, 0.0)
    sensitivity = jnp.where(is_male > 0, p.assay_sensitivity, p.assay_sensitivity_women)
    specificity = jnp.where(is_male > 0, p.assay_specificity, p.assay_specificity_women)
    informed = share_given_assay(share, positive, sensitivity, specificity)
    limit = jnp.where(jnp.isnan(od405), share, informed)
    responds = jnp.where(p.responder_draw < limit, 1.0, 0.0)
    return sulfation(responds, p.activity_responder, p.activity_other)
