"""Scarring alopecia: follicles are destroyed and do not come back.

Equation
    dN/dt = −(loss) N while the disease is active; nothing in this model reverses it.
Sources: the records ``cicatricial.*``.
"""

from typing import NamedTuple

from jax import Array

from anagen.scalp.conditions.interface import Modulation, Person, healthy
from anagen.scalp.follicles import Cycle
from anagen.scalp.units import DAYS_PER_YEAR


class Cicatricial(NamedTuple):
    """Numbers of scarring alopecia, each (draws,)."""

    loss_per_year: Array


def modulation(person: Person, cycle: Cycle, p: Cicatricial) -> Modulation:
    """How scarring changes the follicles."""
    return healthy(person, cycle)._replace(
        history_days=person.history_years * DAYS_PER_YEAR,
        loss_per_day=p.loss_per_year / DAYS_PER_YEAR,
    )
