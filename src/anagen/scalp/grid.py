"""Grid: how a course is cut in time. The skin is stepped by half-days, follicles by half-weeks.

`Grid` may cut both finer, to see what the steps cost in accuracy.
"""

from typing import NamedTuple

from anagen.scalp.units import DAYS_PER_WEEK

HALF_DAY = 0.5
STEPS_PER_WEEK = 2
STEP_DAYS = DAYS_PER_WEEK / STEPS_PER_WEEK
HALF_DAYS_PER_STEP = int(STEP_DAYS / HALF_DAY)


class Grid(NamedTuple):
    """A course of so many weeks, each half-day and half-week in so many ``pieces``."""

    weeks: int
    pieces: int = 1

    @property
    def half_day(self) -> float:
        """Length of a step of the skin, days."""
        return HALF_DAY / self.pieces

    @property
    def half_days(self) -> int:
        """Number of steps of the skin."""
        return self.steps * HALF_DAYS_PER_STEP

    @property
    def step_days(self) -> float:
        """Length of a step of the follicles."""
        return STEP_DAYS / self.pieces

    @property
    def steps(self) -> int:
        """Number of steps of the follicles."""
        return self.weeks * STEPS_PER_WEEK * self.pieces
