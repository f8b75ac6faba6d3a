"""Repair or fibrosis against published values, SciPy and libRoadRunner."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from circuit_checks import (
    Numbers,
    arrays,
    by_roadrunner,
    by_scipy,
    error,
    recorded,
    rows,
    segments,
    train,
)
from sbml_models import adler, slopes
from scipy.integrate import solve_ivp

from anagen.scalp import fibrosis, linearly_implicit
from anagen.scalp.fibrosis import Fibrosis, Pulses


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return recorded()


@pytest.fixture(scope="module")
def adler_numbers(numbers: Numbers) -> Fibrosis:
    return arrays(Fibrosis, numbers["fibrosis"])


def test_the_jacobian_is_that_of_differences_and_knows_its_zeros(adler_numbers: Fibrosis):
    state = fibrosis.Circuit(*(jnp.array([v]) for v in (2e5, 3e5, 4e8, 9e8)))

    def rates(s: fibrosis.Circuit) -> fibrosis.Circuit:
        return fibrosis.rates(s, jnp.array([5e4]), adler_numbers)

    found = linearly_implicit.jacobian(rates, state)
    assert [[entry is None for entry in row] for row in found] == [
        [False, True, True, False],
        [True, False, False, True],
        [False, False, False, True],
        [False, False, True, False],
    ]
    for column, value in enumerate(state):
        up, down = (
            rates(state._replace(**{state._fields[column]: value * (1 + s)})) for s in (1e-6, -1e-6)
        )
        for row in range(4):
            difference = float((up[row] - down[row])[0] / (2e-6 * value[0]))
            entry = found[row][column]
            assert (0.0 if entry is None else float(entry[0])) == pytest.approx(
                difference, rel=1e-5, abs=1e-12
            )


@pytest.mark.parametrize(("growth", "hot"), [(0.9, (4.814e5, 6.395e5)), (0.8, (4.151e5, 5.511e5))])
def test_v4_3_fixed_points(adler_numbers: Fibrosis, growth: float, hot: tuple[float, float]):
    p = adler_numbers._replace(fibroblast_growth_per_day=jnp.array([growth]))
    points = fibrosis.fixed_points(p)
    assert points.hot.fibroblasts == pytest.approx(hot[0], rel=2e-4)
    assert points.hot.macrophages == pytest.approx(hot[1], rel=2e-4)
    for point in points:
        change = fibrosis.rates(point, jnp.zeros(1), p)
        for moving, value in zip(change, point, strict=True):
            assert abs(float(moving[0])) <= 1e-8 * float(value[0])
    for inner in (points.hot, points.hot_saddle):
        assert inner.csf == pytest.approx(0.3 * 1e9 / (0.8 - 0.3), rel=1e-14)


def test_v4_3_saddles_cold_point_and_eigenvalues(adler_numbers: Fibrosis):
    points = fibrosis.fixed_points(adler_numbers)
    assert points.hot.pdgf == pytest.approx(1.799e9, rel=2e-4)
    assert points.hot_saddle.macrophages == pytest.approx(4741, rel=1e-4)
    assert points.hot_saddle.fibroblasts == pytest.approx(5329, rel=1e-4)
    assert points.cold.fibroblasts == pytest.approx(2.788e5, rel=1e-4)
    assert points.cold_saddle.fibroblasts == pytest.approx(1.034e4, rel=1e-4)

    def eigenvalues(point: fibrosis.Circuit) -> np.ndarray:
        slopes_there = linearly_implicit.jacobian(
            lambda s: fibrosis.rates(s, jnp.zeros(1), adler_numbers), point
        )
        return np.linalg.eigvals(
            np.array([[0.0 if e is None else float(e[0]) for e in row] for row in slopes_there])
        )

    assert eigenvalues(points.hot).real.max() == pytest.approx(-0.168, abs=5e-4)
    assert sorted(eigenvalues(points.hot_saddle).real)[-2] < 0
    assert eigenvalues(points.hot_saddle).real.max() == pytest.approx(0.099, abs=5e-4)
    cold = sorted(eigenvalues(points.cold).real)
    assert cold[-1] == pytest.approx(0.8 * 0.98951 - 0.3, abs=1e-4)  # any macrophage grows
    assert cold[-2] < 0  # stable within M = 0


def test_without_enough_growth_there_is_no_fibrosis(adler_numbers: Fibrosis):
    weak = adler_numbers._replace(fibroblast_growth_per_day=jnp.array([0.45]))
    assert all(np.isnan(v) for point in fibrosis.fixed_points(weak) for v in point)
    pulses = train(3e6, 4, 7, 4)
    assert fibrosis.resolves(pulses, weak, 30).all()
    assert not fibrosis.resolves(pulses, adler_numbers, 30).any()


@pytest.mark.parametrize(
    ("pulses", "method"),
    [
        (train(6e4, 2, 19, 5), "LSODA"),  # heals between sessions
        (train(2.5e5, 1.5, 12.5, 6), "LSODA"),  # ends hot, by accumulation
        (train(9e5, 3, 25, 4), "Radau"),  # ends hot at once
        (train(1.63e5, 2, 28, 6), "LSODA"),  # next to the saddle
    ],
)
def test_adler_agrees_with_scipy_roadrunner_and_half_the_step(
    numbers: Numbers, adler_numbers: Fibrosis, pulses: Pulses, method: str
):
    model, pieces = adler(numbers["fibrosis"]), segments(pulses, 182.0)
    end, course = fibrosis.course(pulses, adler_numbers, 26)
    ours = rows(course)
    for theirs in (by_scipy(model, pieces, method), by_roadrunner(model, pieces)):
        assert error(ours, theirs)[:2].max() < 1e-3
    halved = rows(fibrosis.course(pulses, adler_numbers, 26, refined=2)[1])
    assert error(ours, halved)[:2].max() < 1e-3
    first, _ = fibrosis.course(pulses, adler_numbers, 26)
    assert jax.tree.leaves(first)[0] == jax.tree.leaves(end)[0] == ours[0, -1]


def test_quasi_steady_factors_turn_the_outcome_of_a_train(
    numbers: Numbers, adler_numbers: Fibrosis
):
    """Why C and P are resolved: at their quasi-steady roots this train would heal."""
    n, pieces = numbers["fibrosis"], segments(train(7.05e5, 0.5, 28, 6), 182.0)
    slope, y = slopes(adler(n)), np.ones(2)

    def root(linear: float, half: float, made: float) -> float:
        b = n["factor_loss_per_day"] * half + linear - made
        r = (b * b + 4 * n["factor_loss_per_day"] * made * half) ** 0.5
        return 2 * made * half / (b + r) if b > 0 else (r - b) / 2 / n["factor_loss_per_day"]

    def reduced(t: float, cells: np.ndarray, influx: float) -> list[float]:
        f, m = cells * 1440
        made = n["pdgf_by_macrophage_per_min"] * m + n["pdgf_by_fibroblast_per_min"] * f
        csf = root(
            n["csf_uptake_per_min"] * m, n["csf_half_per_ml"], n["csf_by_fibroblast_per_min"] * f
        )
        pdgf = root(n["pdgf_uptake_per_min"] * f, n["pdgf_half_per_ml"], made)
        return slope(t, np.array([*cells, csf, pdgf]), influx)[:2]

    for begin, end, influx in pieces:
        part = solve_ivp(reduced, (begin, end), y, "LSODA", args=(influx,), rtol=1e-9, atol=1e-9)
        y = part.y[:, -1]
    end, _ = fibrosis.course(train(7.05e5, 0.5, 28, 6), adler_numbers, 26)
    saddle = float(fibrosis.fixed_points(adler_numbers).hot_saddle.fibroblasts[0])
    assert y[0] < saddle < 4e5 < float(end.circuit.fibroblasts[0])


def test_every_pulse_brings_its_dose_wherever_it_lies():
    pulses = train(7e4, 1.3, 9.4, 3)
    days = np.arange(0, 40, 0.5)
    influx = np.array([float(fibrosis.influx_from(jnp.array(d), pulses)[0]) for d in days])
    assert influx.sum() * 0.5 == pytest.approx(3 * 1.3 * 7e4)
    assert influx[0] == 7e4
    assert influx.max() == pytest.approx(7e4)


def test_memory_the_same_dose_is_harmless_at_once_or_far_apart_and_not_in_between(
    numbers: Numbers, adler_numbers: Fibrosis
):
    split = {gap: train(1e5, 1, gap, 6) for gap in (0.5, 5, 18, 28)}
    harmless = {g: bool(fibrosis.resolves(t, adler_numbers, 52)[0]) for g, t in split.items()}
    assert harmless == {0.5: True, 5: False, 18: True, 28: True}
    assert fibrosis.resolves(train(6e5, 1, 1, 1), adler_numbers, 52).all()
    # SciPy says the same of the one that ends in fibrosis, and of its neighbour.
    saddle = float(fibrosis.fixed_points(adler_numbers).hot_saddle.fibroblasts[0])
    for gap in (5, 18):
        end = by_scipy(adler(numbers["fibrosis"]), segments(split[gap], 300.0), tol=1e-9)[0, -1]
        assert (end > saddle) == (gap == 5)


def test_state_is_carried_from_one_course_into_the_next(adler_numbers: Fibrosis):
    whole, _ = fibrosis.course(train(8e4, 2, 26, 3), adler_numbers, 12)
    part, _ = fibrosis.course(train(8e4, 2, 26, 2), adler_numbers, 8)
    rest, _ = fibrosis.course(train(8e4, 2, 26, 1), adler_numbers, 4, part)
    assert np.array(jax.tree.leaves(rest)) == pytest.approx(
        np.array(jax.tree.leaves(whole)), rel=1e-12
    )
    assert part.circuit.macrophages > 10 * adler_numbers.start_per_ml
    assert part.circuit.fibroblasts < adler_numbers.start_per_ml  # they have no source


def test_longer_pulses_need_less_dose_to_end_in_fibrosis(adler_numbers: Fibrosis):
    heights = jnp.logspace(4.5, 6.7, 221)
    many = jax.tree.map(lambda v: jnp.repeat(v, 221), adler_numbers)

    def turning_dose(length_days: float) -> float:
        lone = train(1, length_days, 1, 1)._replace(height=heights)
        safe = np.asarray(fibrosis.resolves(lone, many, 30))
        assert np.count_nonzero(np.diff(safe)) == 1
        assert safe[0]
        return float(heights[safe.sum() - 1]) * length_days

    assert [turning_dose(d) for d in (1, 4, 8)] == pytest.approx([2.4e6, 1.7e6, 1.03e6], rel=0.04)


def test_least_interval_looks_at_every_longer_gap_and_grows_with_the_dose(
    adler_numbers: Fibrosis,
):
    gaps = jnp.array([0.5, 3.0, 7.0, 12.0, 18.0, 24.0, 35.0])
    heights = jnp.array([2e4, 5e4, 1e5, 3e6])
    wide = jax.tree.map(lambda v: jnp.repeat(v, 4), adler_numbers)
    least = fibrosis.least_interval(heights, jnp.full(4, 2.0), 6, wide, gaps)
    assert list(np.asarray(least)) == [0.5, 18.0, 24.0, np.inf]
    # Six pulses of a day heal when half a day apart; that is no interval to recommend.
    island = fibrosis.least_interval(jnp.array([1e5]), jnp.ones(1), 6, adler_numbers, gaps)
    assert island[0] > 7


def test_the_course_has_a_gradient(adler_numbers: Fibrosis):
    def end(height: float) -> jax.Array:
        pulses = train(1, 2, 12, 3)._replace(height=jnp.array([1.0]) * height)
        return fibrosis.course(pulses, adler_numbers, 6)[0].circuit.fibroblasts[0]

    _, slope = jax.jvp(end, (9e4,), (1.0,))
    assert slope == pytest.approx(float(end(9e4 + 5) - end(9e4 - 5)) / 10, rel=1e-5)
