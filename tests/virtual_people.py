"""Virtual people under a course, drawn from the model itself, and counted with the stated error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from anagen import Patient, Protocol
from anagen.counting import count_error_per_cm2, turnover_per_cm2
from anagen.counts import Count
from anagen.evidence.parameters import parameters
from anagen.evidence.posterior import single_draws
from anagen.followup.questioning import Visit
from anagen.followup.readings import TOTAL, baseline, readings
from anagen.followup.weighing import Drawn, Looked, Weighed
from anagen.forecast import Forecast, simulate_drawn

EXAMPLES = Path(__file__).parents[1] / "examples"
MAN = Patient.read(EXAMPLES / "man.toml")
COURSE = Protocol.read(EXAMPLES / "course.toml")
WEEKS = 52
VISITS = (12, 24, 36)


def shown(drawn: Mapping[str, np.ndarray], course: Protocol = COURSE) -> Forecast:
    return simulate_drawn(MAN, [course], drawn, WEEKS, 0)[0]


def counted(week: float, per_cm2: float, method: str) -> Count:
    told = {"week": week, "total_density_per_cm2": per_cm2, "method": method}
    return Count.model_validate(told)


def beside(drawn: Drawn, forecast: Forecast, counts: Sequence[Count]) -> Looked:
    """Draws beside counts of one method."""
    visits = [Visit(c.week or 0.0, c, readings(c.week or 0.0, c, forecast)) for c in counts]
    return Looked(drawn, forecast, visits, baseline(forecast, counts[0].method, 1.0))


@dataclass(frozen=True)
class Person:
    """What is true of one virtual person and what was counted."""

    counts: list[Count]
    truth: np.ndarray  # hairs/cm² at each week
    factor: float  # of the first count: the true start over the counted one


def people(
    number: int, seed: int, method: str = "phototrichogram", course: Protocol = COURSE
) -> list[Person]:
    """Virtual people whose first count was that of the patient file."""
    rng = np.random.default_rng(seed)
    forecast = shown(single_draws(number, seed), course)
    freedom = parameters()["counting.error_freedom"].centre

    def student() -> np.ndarray:
        return rng.standard_t(freedom, number) * np.sqrt((freedom - 2) / freedom)

    start = forecast.draws[TOTAL][:, 0]
    relative = np.hypot(
        count_error_per_cm2(start, method),
        turnover_per_cm2(start, forecast.draws["follicles_per_cm2"][:, 0], 1.0),
    )
    factor = np.maximum(1 + relative / start * student(), 1e-3)
    counts: list[list[Count]] = [[] for _ in range(number)]
    for week in VISITS:
        (reading,) = readings(week, counted(week, 1.0, method), forecast)
        for i, value in enumerate(reading.shown * factor + reading.error * student()):
            counts[i].append(counted(week, max(float(value), 0.0), method))
    truth = forecast.draws[TOTAL] * factor[:, None]
    return [Person(counts[i], truth[i], float(factor[i])) for i in range(number)]


def place(weighed: Weighed, week: int, value: float) -> float:
    """The share of the weighed draws that lie below a value of total density."""
    return float((weighed.weights * (weighed.shown(TOTAL, week) < value)).sum())


def quantiles(weighed: Weighed, week: int, at: tuple[float, ...]) -> np.ndarray:
    values, weights = weighed.shown(TOTAL, week).ravel(), weighed.weights.ravel()
    order = np.argsort(values)
    return np.interp(at, np.cumsum(weights[order]), values[order])
