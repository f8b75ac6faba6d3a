"""Conditions: five reasons for losing hair, one interface.

Each condition is one file with one function ``modulation(person, cycle, numbers) -> Modulation``:
it says how the follicles' rates differ from health, how long they have done so, and when that
ends. To add a condition, add a file and its line in `CONDITIONS`.
"""

from collections.abc import Callable
from functools import partial
from types import ModuleType

import jax
from jax import Array

from anagen.scalp.conditions import areata, cicatricial, effluvium, pattern, senescent
from anagen.scalp.conditions.interface import Modulation as Modulation
from anagen.scalp.conditions.interface import Person as Person

CONDITIONS = {
    "androgenetic_alopecia": pattern,
    "female_pattern_hair_loss": pattern,
    "alopecia_areata": areata,
    "telogen_effluvium": effluvium,
    "senescent_alopecia": senescent,
    "cicatricial_alopecia": cicatricial,
}
MODELS = tuple(dict.fromkeys(CONDITIONS.values()))

# A key of `CONDITIONS`; or the place of its model in `MODELS`, which a program that serves every
# condition is told when it runs.
type Which = str | Array


def chosen[T](condition: Which, of: Callable[[ModuleType], T]) -> T:
    """``of`` the model of a condition. It must give the same shapes for all."""
    if isinstance(condition, str):
        return of(CONDITIONS[condition])
    return jax.lax.switch(condition, [partial(of, model) for model in MODELS])


def place_of(condition: str) -> int:
    """Where the model of a condition stands in `MODELS`."""
    return MODELS.index(CONDITIONS[condition])
