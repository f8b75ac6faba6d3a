"""What the tests of the healing circuits share: their numbers, and the same course by others."""

from collections.abc import Callable
from itertools import pairwise

import jax.numpy as jnp
import numpy as np
import pytest
from sbml_models import Model, sbml, slopes
from scipy.integrate import solve_ivp

from anagen.evidence.parameters import parameters
from anagen.scalp.fibrosis import Pulses

Numbers = dict[str, dict[str, float]]


def recorded() -> Numbers:
    """Values of the circuits' records: mechanism -> name -> value."""
    found: Numbers = {"inflammation": {}, "macrophages": {}, "fibrosis": {}}
    for key, record in parameters().items():
        mechanism, _, name = key.partition(".")
        if mechanism in found:
            found[mechanism][name] = record.centre
    return found


def arrays[T](kind: Callable[..., T], values: dict[str, float]) -> T:
    """Numbers as the mechanisms want them, one draw."""
    return kind(**{name: jnp.array([value]) for name, value in values.items()})


def train(height: float, length_days: float, gap_days: float, number: int) -> Pulses:
    return Pulses(*(jnp.array([float(v)]) for v in (height, length_days, gap_days, number)))


def rows(states: tuple) -> np.ndarray:
    """(quantities, times) of a course of one draw."""
    return np.stack([np.asarray(values)[:, 0] for values in states])


def segments(pulses: Pulses, days: float) -> list[tuple[float, float, float]]:
    """(from, to, influx) of a train, up to ``days``."""
    height, length, gap, number = (float(v[0]) for v in pulses)
    starts = [i * (length + gap) for i in range(int(number))]
    edges = sorted({0.0, days, *starts, *(s + length for s in starts)})
    return [
        (a, b, height * any(s <= a < s + length for s in starts))
        for a, b in pairwise(e for e in edges if e <= days)
    ]


def by_scipy(model: Model, pieces: list, method: str = "LSODA", tol: float = 1e-10) -> np.ndarray:
    """The model on every half-day, restarted at every edge."""
    slope, y = slopes(model), np.array(list(model.start.values()))
    seen = [y[:, None]]
    for begin, end, influx in pieces:
        times = np.linspace(begin, end, round((end - begin) * 2) + 1)
        floor = 1e-9 if influx or y.max() > 1e3 else 1e-14
        part = solve_ivp(
            slope, (begin, end), y, method, times, args=(influx,), rtol=tol, atol=floor
        )
        y = part.y[:, -1]
        seen.append(part.y[:, 1:])
    return np.concatenate(seen, axis=1)


def by_roadrunner(model: Model, pieces: list) -> np.ndarray:
    """The same through SBML and CVODE."""
    roadrunner = pytest.importorskip("roadrunner")
    runner = roadrunner.RoadRunner(sbml(model))
    runner.timeCourseSelections = list(model.equations)
    runner.getIntegrator().relative_tolerance = 1e-10
    runner.getIntegrator().absolute_tolerance = 1e-12
    seen = [np.array([list(model.start.values())])]
    for begin, end, influx in pieces:
        if "influx" in model.numbers:
            runner.setValue("influx", influx)
        seen.append(np.asarray(runner.simulate(begin, end, round((end - begin) * 2) + 1))[1:])
    return np.concatenate(seen).T


def error(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Largest difference of each quantity over the course, as a share of its highest value."""
    return np.abs(ours - theirs).max(axis=1) / np.abs(theirs).max(axis=1)
