"""One session: the strokes and channels of a zone, the depth reached and who bleeds.

The part of a course that needs no weeks. Strokes are counted whether or not they breach the skin.
"""

from typing import NamedTuple

import jax
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
    epidermis_um = anatomy.epidermis_um(person.is_male, p.anatomy)
    return Session(
        punctures_per_cm2=needling.punctures_per_cm2(device, p.needling),
        channels_per_cm2=field.density_per_cm2,
        depth_reached_mm=field.depth_mm,
        bleeding_share=needling.bleeding_share(
            needling.capillary_hits(field, epidermis_um, p.needling)
        ),
    )
