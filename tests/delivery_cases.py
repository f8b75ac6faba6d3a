"""Numbers of the mechanisms of delivery, at their centres and as draws, and common cases."""

from functools import cache
from typing import Any

import numpy as np

import anagen.scalp  # noqa: F401 - switches to float64
from anagen.evidence.parameters import draws, parameters
from anagen.scalp.carried import Carried
from anagen.scalp.delivery import Delivery
from anagen.scalp.follicular_shunt import FollicularShunt
from anagen.scalp.needling import Needling
from anagen.scalp.permeants import Permeants
from anagen.scalp.sulfation import Sulfation
from anagen.scalp.vehicle import Vehicle

MECHANISMS: dict[str, Any] = {
    "delivery": Delivery,
    "permeants": Permeants,
    "follicular_shunt": FollicularShunt,
    "vehicle": Vehicle,
    "sulfation": Sulfation,
    "carried": Carried,
    "needling": Needling,
}
DRAWS = 400


@cache
def _drawn() -> dict[str, np.ndarray]:
    return draws(DRAWS, seed=3)


def centre(mechanism: str) -> Any:
    """All numbers of a mechanism at their centres, one draw."""
    kind = MECHANISMS[mechanism]
    return kind(*(np.array([parameters()[f"{mechanism}.{n}"].centre]) for n in kind._fields))


def drawn(mechanism: str) -> Any:
    """DRAWS draws of all numbers of a mechanism."""
    kind = MECHANISMS[mechanism]
    return kind(*(_drawn()[f"{mechanism}.{n}"] for n in kind._fields))


def same(value: float, draws: int = DRAWS) -> np.ndarray:
    """One value for every draw."""
    return np.full(draws, value)
