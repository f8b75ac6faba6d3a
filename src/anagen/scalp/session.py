"""One session: the strokes and channels of a zone, the depth reached and who bleeds.

The part of a course that needs no weeks. Strokes are counted whether or not they breach the skin.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from anagen.scalp import anatomy, needling
from anagen.scalp.conditions import Person
from anagen.scalp.numbers import Scalp


class Session(NamedTuple):
    """What one session does, each (draws,)."""

    punctures_per_cm2: Array
    channels_per_cm2: Array
    depth_reached_mm: Array
    bleeding_share: Array  # of channels


@jax.jit
def session(person: Person, device: needling.Device, p: Scalp) -> Session:
    """One session of ``device``."""
    field = needling.channels(device, p.needling)
    certain = jnp.ones_like(field.depth_mm)
    every_stroke = p.needling._replace(
        roller_pierce_probability=certain,
        stamp_pierce_probability=certain,
        pen_pierce_probability=certain,
    )
    epidermis_um = anatomy.epidermis_um(person.is_male, p.anatomy)
    return Session(
        punctures_per_cm2=needling.channels(device, every_stroke).density_per_cm2,
        channels_per_cm2=field.density_per_cm2,
        depth_reached_mm=field.depth_mm,
        bleeding_share=needling.bleeding_share(
            needling.capillary_hits(field, epidermis_um, p.needling)
        ),
    )
