"""Population: individual follicles, drawn from the chain model, and what became of them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anagen.scalp.follicles import (
    ANAGEN_STAGES,
    CLASSES,
    DELAY_CELLS,
    KENOGEN_STAGES,
    TELOGEN_STAGES,
    Follicles,
)

EARLY, ANAGEN, TELOGEN, KENOGEN, LOST = 0, 1, 2, 3, 4
PHASES = 4  # those that a follicle can be in before it is lost


class Population(NamedTuple):
    """Individual follicles, each (follicles,)."""

    phase: NDArray[np.int8]  # EARLY, ANAGEN, TELOGEN, KENOGEN or LOST
    size: NDArray[np.int8]  # class of diameter
    place: NDArray[np.int8]  # stage of the phase, or cell of the delay line; -1 where not known
    since_day: NDArray[np.float32]  # when the phase began; -inf where before the first day

    def visible(self) -> NDArray[np.bool_]:
        """Follicles with a hair that can be seen."""
        return (self.phase == ANAGEN) | (self.phase == TELOGEN)


class History(NamedTuple):
    """What became of a population, step by step of half a week."""

    counts: NDArray[np.int64]  # follicles, (steps + 1, phase, class); the first row is the start
    shed: NDArray[np.int64]  # hairs shed in each step, (steps, class)
    end: Population

    def visible(self) -> NDArray[np.int64]:
        """Hairs that can be seen, (steps + 1, class)."""
        return self.counts[:, ANAGEN] + self.counts[:, TELOGEN]


def populate(start: Follicles, follicles: int, seed: int) -> Population:
    """``follicles`` follicles drawn one by one from a chain's state (cells or stages, class)."""
    weights = np.concatenate([np.asarray(part, dtype=float).ravel() for part in start])
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0):
        raise ValueError("A population needs a start of finite follicles, none below zero.")
    box = np.random.default_rng(seed).choice(weights.size, follicles, p=weights / weights.sum())
    boxes = CLASSES * np.array([DELAY_CELLS, ANAGEN_STAGES, TELOGEN_STAGES, KENOGEN_STAGES])
    ends = np.cumsum(boxes)
    phase = np.searchsorted(ends, box, side="right")
    place, size = np.divmod(box - (ends - boxes)[phase], CLASSES)
    return Population(
        phase=phase.astype(np.int8),
        size=size.astype(np.int8),
        place=place.astype(np.int8),
        since_day=np.full(follicles, -np.inf, dtype=np.float32),
    )
