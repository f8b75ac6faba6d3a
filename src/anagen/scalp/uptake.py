"""Uptake: where a medicine's drug is, from the film on the skin to what the blood has cleared.

Equations, per cm² of skin; every step conserves the drug
    film        df/dt = fed − wanted − f/τ while there is a film, after that it gives what it is fed
    follicle    filled from each dose, emptied into the skin at k
    skin        from the film, through channels and from follicles; released at ln 2/t½
    plasma      V dC/dt = released − CL·C
The film is followed exactly over a step, with the hour at which it runs dry, and so is each
compartment below it under the mean of what enters: of second order in the step.
Units: µg/cm², h. Numbers: `Delivery`.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.delivery import (
    Delivery,
    Minoxidil,
    follicular_share_of_dose,
    intact_uptake_ug_cm2_h,
)
from anagen.scalp.units import (
    HOURS_PER_DAY,
    MG_PER_ML_PER_PERCENT,
    ML_PER_L,
    NG_PER_UG,
    TINY,
    UG_PER_MG,
)


class Amounts(NamedTuple):
    """Where the drug is, µg per cm² of treated skin, each (draws,)."""

    film: Array
    follicle: Array
    skin: Array
    plasma: Array
    eliminated: Array
    removed: Array  # washed, rubbed off or dried out
    applied: Array

    def balance(self) -> Array:
        """Applied minus found, relative to applied; 0 when no drug is lost or made."""
        found = self.film + self.follicle + self.skin + self.plasma + self.eliminated + self.removed
        return (self.applied - found) / jnp.maximum(self.applied, TINY)


class Uptake(NamedTuple):
    """What left the film in one step, µg per cm², each (draws,)."""

    follicle: Array
    skin: Array
    channel: Array


def nothing_yet(draws: int) -> Amounts:
    """No drug anywhere."""
    zero = jnp.zeros(draws)
    return Amounts(zero, zero, zero, zero, zero, zero, zero)


def step(
    amounts: Amounts,
    hours: float,
    in_use: Array,
    channel_cm_h: Array,
    driving_mg_ml: Array,
    use: Minoxidil,
    p: Delivery,
) -> tuple[Amounts, Uptake]:
    """One step of ``hours``: the amounts after it, and what left the film.

    ``in_use`` is the share of the step in which the medicine is used, ``channel_cm_h`` the mean
    permeability of the channels that are still open, ``driving_mg_ml`` the mean driving
    concentration of a film (at most the solubility in water, where standard use is).
    """
    dose = (
        in_use
        * use.per_day
        * hours
        / HOURS_PER_DAY
        * use.dose_ml
        * use.strength_percent
        * MG_PER_ML_PER_PERCENT
        * UG_PER_MG
        / use.area_cm2
    )
    into_follicle = follicular_share_of_dose(p) * dose
    covered = jnp.minimum(use.per_day * p.film_lasts_h / HOURS_PER_DAY, 1.0) * in_use
    skin_per_h = intact_uptake_ug_cm2_h(driving_mg_ml, p) * covered
    channel_per_h = channel_cm_h * driving_mg_ml * UG_PER_MG * covered
    film, from_film = _film(
        amounts.film, (dose - into_follicle) / hours, skin_per_h + channel_per_h, hours, p
    )
    # Rounding may leave -1e-17 of what is worn off.
    worn = jnp.maximum(amounts.film + dose - into_follicle - from_film - film, 0.0)
    # A film cannot give more than it holds: both pathways shrink together when it runs dry.
    by_channel = channel_per_h / jnp.maximum(skin_per_h + channel_per_h, TINY)
    through_channel = from_film * by_channel
    into_skin = from_film - through_channel

    follicle, emptied = _through(
        amounts.follicle, into_follicle, p.follicular_emptying_per_h * hours
    )
    release, elimination = (
        jnp.log(2.0) / half_life for half_life in (p.skin_release_half_life_h, p.plasma_half_life_h)
    )
    skin, released = _through(amounts.skin, from_film + emptied, release * hours)
    plasma, cleared = _through(amounts.plasma, released, elimination * hours)
    after = Amounts(
        film=film,
        follicle=follicle,
        skin=skin,
        plasma=plasma,
        eliminated=amounts.eliminated + cleared,
        removed=amounts.removed + worn,
        applied=amounts.applied + dose,
    )
    return after, Uptake(into_follicle, into_skin, through_channel)


def _film(
    film: Array, fed_per_h: Array, wanted_per_h: Array, hours: float, p: Delivery
) -> tuple[Array, Array]:
    """A film that is fed, drained and worn off at even rates: what is left of it, what it gave.

    Where more is wanted than fed it runs dry at some hour, and from then on gives what it is fed.
    """
    lasts = p.film_lasts_h
    short = jnp.maximum(wanted_per_h - fed_per_h, TINY)
    wet = jnp.minimum(lasts * jnp.log1p(film / (short * lasts)), hours)
    level = lasts * (fed_per_h - wanted_per_h)
    left = jnp.maximum(level + (film - level) * jnp.exp(-wet / lasts), 0.0)
    given = wanted_per_h * wet + jnp.minimum(wanted_per_h, fed_per_h) * (hours - wet)
    return left, given


def _through(held: Array, inflow: Array, passed: Array) -> tuple[Array, Array]:
    """A compartment after ``passed`` time constants of an even inflow: what it holds, what left."""
    kept = jnp.exp(-passed)
    left = held * kept + inflow * (1 - kept) / passed
    return left, held + inflow - left


def plasma_ng_ml(
    before: Amounts, after: Amounts, hours: float, area_cm2: Array, p: Delivery
) -> Array:
    """Mean plasma level over a step: what was eliminated in it is CL · C · hours."""
    eliminated_ng = (after.eliminated - before.eliminated) * area_cm2 * NG_PER_UG
    return eliminated_ng / (p.plasma_clearance_l_h * ML_PER_L * hours)
