"""Drive: the rates that a course puts on the follicles, half-week by half-week, without follicles.

Nothing flows back from the follicles to needling, delivery or healing, so the rates of a whole
course can be worked out by themselves, by the same functions that `course.run` calls, and then
drive any other model of the follicles. `automaton` follows individual follicles under them.
Shapes: steps lead, then (class, draws) or (draws,); `of_draw` picks one draw as NumPy arrays.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from anagen.scalp import follicles, healing, needling
from anagen.scalp.conditions import Person
from anagen.scalp.course import (
    Scalp,
    State,
    Treatment,
    half_week,
    modulation_of,
    rates_of,
    untouched,
)
from anagen.scalp.follicles import STEP_DAYS, STEPS_PER_WEEK, Follicles, Rates
from anagen.scalp.start import Start, start


class Drive(NamedTuple):
    """What a course does to follicles: the scalp of day 0 and the rates from then on."""

    start: Start
    rates: Rates  # (steps, class, draws) and (steps, draws)
    delay_days: Array  # from the onset of anagen to a hair that can be seen, (draws,)
    diameter_um: Array  # middle of each class as seen on this person, (class, draws)
    class_width_um: Array  # (draws,)


class DrawnDrive(NamedTuple):
    """One draw of a `Drive`, as NumPy arrays."""

    follicles: Follicles  # of day 0, per cm²; (cells or stages, class)
    rates: Rates  # (steps, class) and (steps,)
    delay_days: float
    diameter_um: NDArray[np.float64]  # (class,)
    class_width_um: float

    @property
    def density_per_cm2(self) -> float:
        """Follicles of day 0, with and without a hair."""
        return float(sum(part.sum() for part in self.follicles))


@partial(jax.jit, static_argnames=("condition", "weeks"))
def drive(person: Person, treatment: Treatment, p: Scalp, condition: str, weeks: int) -> Drive:
    """The drive of the course that `course.run` runs with the same arguments."""
    m = modulation_of(person, treatment, p, condition)
    fitted = start(person, m, p.follicles, p.endpoints)
    field = needling.channels(treatment.device, p.needling)
    wound = healing.wound(field, p.healing)
    state = untouched(fitted)  # its follicles are carried along as they are

    def step(state: State, index: Array) -> tuple[State, Rates]:
        day = index * STEP_DAYS
        state, mean_drive = half_week(state, day, treatment, field, wound, p)
        return state, rates_of(day, mean_drive, fitted, m, p)

    _, rates = jax.lax.scan(step, state, jnp.arange(weeks * STEPS_PER_WEEK))
    return Drive(
        start=fitted,
        rates=rates,
        delay_days=follicles.delay_days(p.follicles),
        diameter_um=follicles.diameters_um(p.follicles) * fitted.calibre,
        class_width_um=p.follicles.class_width_um * fitted.calibre,
    )


def of_draw(driven: Drive, draw: int) -> DrawnDrive:
    """One draw, as what follows individual follicles wants it."""

    def last(values: Array) -> NDArray[np.float64]:
        return np.asarray(values[..., draw], dtype=np.float64)

    return DrawnDrive(
        follicles=Follicles(*(last(part) for part in driven.start.follicles)),  # type: ignore[arg-type]
        rates=Rates(*(last(rate) for rate in driven.rates)),  # type: ignore[arg-type]
        delay_days=float(driven.delay_days[draw]),
        diameter_um=last(driven.diameter_um),
        class_width_um=float(driven.class_width_um[draw]),
    )
