"""Weighing: draws of a forecast beside a person's counts, and what the counts make of them.

Draws that show what was counted weigh more. Where the weights can be trusted (Pareto shape and
effective draws, `pareto`) they are kept as they are; where a few draws would carry all, the draws
are moved step by step to where the counts are (`tempering`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import softmax

from anagen.evidence.parameters import parameters
from anagen.evidence.posterior import at_scores, blocks, single_scores
from anagen.followup.pareto import smoothed
from anagen.followup.questioning import Visit, evidence
from anagen.followup.readings import Baseline, at_week
from anagen.followup.tempering import systematic, temper
from anagen.forecast import Forecast

Drawn = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Weighing:
    """How the draws were updated, and what says that this can be trusted."""

    way: str  # "unchanged" where no visit is used, "resampled" or "refitted"
    pareto_k: float
    effective_draws: float
    steps: int  # of the refit
    moved: float  # share of draws that the refit's last step moved


class Looked(NamedTuple):
    """Drawn numbers, their forecast, and the visits beside it."""

    drawn: Drawn
    forecast: Forecast
    visits: Sequence[Visit]
    start: Baseline

    def joint(self, used: Sequence[int]) -> np.ndarray:
        """Logarithm of the prior of the baseline's factor times the likelihood, (draws, grid)."""
        flat = np.broadcast_to(self.start.log_prior, self.start.factor.shape)
        return flat + sum((evidence(self.visits[i], self.start) for i in used), np.zeros(()))


class Weighed(NamedTuple):
    """Draws with their weights (draws,), and what is known of the baseline in each."""

    looked: Looked
    joint: np.ndarray  # (draws, grid)
    of_draws: np.ndarray  # (draws,), summing to 1

    @property
    def weights(self) -> np.ndarray:
        """Weights of draws and factors of the baseline, (draws, grid)."""
        return self.of_draws[:, None] * softmax(self.joint, axis=1)

    def shown(self, endpoint: str, week: float) -> np.ndarray:
        """A density at a week, for each draw and factor, (draws, grid)."""
        return at_week(self.looked.forecast, endpoint, week)[:, None] * self.looked.start.factor

    def chosen(self, number: int, rng: np.random.Generator) -> tuple[Drawn, np.ndarray | None]:
        """``number`` draws in proportion to their weights, and the baseline density of each.

        The density is None where the start was never counted, since the draws spread by themselves.
        """
        of = rng.permutation(systematic(self.of_draws, number, rng))
        drawn = {key: values[of] for key, values in self.looked.drawn.items()}
        hair, factor = self.looked.forecast.patient.hair, self.looked.start.factor
        if factor.shape[1] == 1 or hair is None:
            return drawn, None
        below = softmax(self.joint[of], axis=1).cumsum(axis=1)
        at = np.minimum((rng.random((number, 1)) > below).sum(axis=1), factor.shape[1] - 1)
        between = np.diff(factor[of, :2], axis=1)[:, 0] * (rng.random(number) - 0.5)
        found = np.maximum(factor[of, at] + between, 0.0)
        return drawn, found * (hair.total_density_per_cm2 or 0.0)


def before_counts(pool: Looked) -> Weighed:
    """The draws as they were before any count but the first."""
    number = len(pool.start.factor)
    return Weighed(pool, pool.joint([]), np.full(number, 1 / number))


def after_counts(
    pool: Looked,
    used: Sequence[int],
    look: Callable[[Drawn], Looked],
    number: int,
    seed: int,
    rng: np.random.Generator,
) -> tuple[Weighed, Weighing]:
    """The draws after the visits ``used``; ``look`` computes what ``number`` other draws show.

    ``pool`` is of the draws of ``seed`` (`single_scores`).
    """
    joint = pool.joint(used)
    known = np.logaddexp.reduce(joint, axis=1)
    weights = smoothed(known)
    k, effective = weights.k, weights.effective_draws
    if not used:
        return before_counts(pool), Weighing("unchanged", k, effective, steps=0, moved=0.0)
    if (
        k <= parameters()["followup.largest_pareto_k"].centre
        and effective >= parameters()["followup.least_effective_draws"].centre
    ):
        found = Weighed(pool, joint, weights.weights)
        return found, Weighing("resampled", k, effective, steps=0, moved=0.0)
    moved = temper(
        single_scores(len(known), seed),
        known,
        lambda scores: np.logaddexp.reduce(look(at_scores(scores)).joint(used), axis=1),
        lambda i: single_scores(number, (seed + 1 + i) % 2**63),
        blocks(),
        number,
        rng,
    )
    there = look(at_scores(moved.scores))
    found = Weighed(there, there.joint(used), np.full(number, 1 / number))
    return found, Weighing("refitted", k, effective, moved.steps, moved.moved)
