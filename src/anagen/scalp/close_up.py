"""Close-up: what happens around a channel, from the first second to the last week of a course.

Half-days are those of the course (`skin`). The first of them, in which a channel closes, is told at
moments as well, by the closed forms behind its means: the open share of `closure`, the fading
redness of `healing`, the flow of `perfusion` at that redness, before vessels have changed.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp import anatomy, closure, healing, needling, perfusion, skin
from anagen.scalp.conditions import Person
from anagen.scalp.grid import Grid
from anagen.scalp.numbers import Scalp
from anagen.scalp.treatment import Treatment
from anagen.scalp.units import HOURS_PER_DAY


class Moments(NamedTuple):
    """The first session at given hours after it, each (hours, draws)."""

    open_share: Array
    redness: Array
    flow_ratio: Array


class Lengths(NamedTuple):
    """What is drawn to scale, each (draws,)."""

    channels_per_cm2: Array
    depth_mm: Array
    mouth_radius_um: Array
    epidermis_um: Array
    skin_mm: Array
    bulge_mm: Array  # where follicles sense the wound
    signal_reach_mm: Array


class CloseUp(NamedTuple):
    """A course in close-up."""

    half_days: skin.HalfDay  # (half-days, draws)
    moments: Moments
    lengths: Lengths


def close_up(person: Person, t: Treatment, p: Scalp, weeks: int, hours: Array) -> CloseUp:
    """A course of ``weeks`` weeks; ``hours`` after the first session are told one by one."""
    field = needling.channels(t.device, p.needling)
    doses = skin.carried_in(person, t, field, p)
    needled = (t.sessions > 0).astype(field.depth_mm.dtype)
    at = hours[:, None]
    fresh = jnp.where(t.bleeding > 0, p.healing.redness_bleeding_ratio, 1.0)
    fading = closure.open_share(at / HOURS_PER_DAY, healing.redness_time_constant_days(p.healing))
    redness = needled * fresh * fading
    in_use = jnp.where(t.minoxidil.hold_hours <= at, t.minoxidil.per_day, 0.0)
    return CloseUp(
        half_days=skin.course(person, t, field, doses, p, Grid(weeks)),
        moments=Moments(
            open_share=needled * closure.barrier_open_share(at, skin.clock_of(field, person, p)),
            redness=redness,
            flow_ratio=perfusion.ratio(redness, in_use, jnp.zeros_like(redness), p.perfusion),
        ),
        lengths=Lengths(
            channels_per_cm2=needled * field.density_per_cm2,
            depth_mm=needled * field.depth_mm,
            mouth_radius_um=needled * field.mouth_radius_um,
            epidermis_um=anatomy.epidermis_um(person.is_male, p.anatomy),
            skin_mm=anatomy.skin_mm(person.zone, person.is_male, p.anatomy),
            bulge_mm=p.healing.target_depth_mm,
            signal_reach_mm=p.healing.signal_decay_length_mm,
        ),
    )
