"""Speed of the circuit of repair and fibrosis against libRoadRunner and SciPy, in one run.

    python benchmarks/circuits.py

Whole courses: a year, twelve pulses of two days every four weeks, cells on every half-day, 500
drawn heights. Everybody restarts at the edges of the pulses. Each peer runs at the loosest
tolerance of a decade scale at which its error stays within 1e-3 of the highest value of the course;
errors are against SciPy's LSODA at 1e-11. One core, processor time rather than wall time, so that
neighbours on a shared machine matter less; the best of several runs, the peers on a part of the
draws.
"""

import os

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

import sys
import time
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from scipy.integrate import solve_ivp

from anagen.evidence.parameters import parameters
from anagen.scalp import fibrosis
from anagen.scalp.fibrosis import Fibrosis, Pulses
from anagen.scalp.units import DAYS_PER_WEEK

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))
from sbml_models import adler, sbml  # pyright: ignore[reportMissingImports]

LENGTH, GAP, NUMBER, WEEKS = 2.0, 26.0, 12, 52
BATCH, PEER_BATCH, WANTED = 500, 10, 1e-3
TOLERANCES = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7]

Solve = Callable[[float, float], np.ndarray]  # height, tolerance -> (cells, half-days)


def segments(height: float) -> list[tuple[float, float, float]]:
    """(from, to, influx) over the year."""
    starts = [float(s) for s in np.arange(NUMBER) * (LENGTH + GAP)]
    pulses = [(s, s + LENGTH, height) for s in starts]
    ends = [*starts[1:], WEEKS * DAYS_PER_WEEK]
    rests = [(s + LENGTH, end, 0.0) for s, end in zip(starts, ends, strict=True)]
    return sorted(pulses + rests)


def scipy_peer(values: dict[str, float]) -> Solve:
    """LSODA with a right-hand side in plain Python arithmetic, which is its fastest form here."""
    v = values
    day = 1440.0

    def slope(_: float, y: np.ndarray, influx: float) -> list[float]:
        f, m, c, p = y.tolist()
        p_bound, c_bound = p / (v["pdgf_half_per_ml"] + p), c / (v["csf_half_per_ml"] + c)
        growth = v["fibroblast_growth_per_day"] * p_bound * (1 - f / v["capacity_per_ml"])
        return [
            (growth - v["fibroblast_loss_per_day"]) * f,
            (v["macrophage_growth_per_day"] * c_bound - v["macrophage_loss_per_day"]) * m + influx,
            day * (v["csf_by_fibroblast_per_min"] * f - v["csf_uptake_per_min"] * m * c_bound)
            - v["factor_loss_per_day"] * c,
            day * (v["pdgf_by_macrophage_per_min"] * m + v["pdgf_by_fibroblast_per_min"] * f)
            - day * v["pdgf_uptake_per_min"] * f * p_bound
            - v["factor_loss_per_day"] * p,
        ]

    def solve(height: float, tolerance: float) -> np.ndarray:
        y, seen = np.array([v["start_per_ml"], v["start_per_ml"], 0.0, 0.0]), []
        for begin, end, influx in segments(height):
            times = np.linspace(begin, end, round((end - begin) * 2) + 1)
            part = solve_ivp(
                slope, (begin, end), y, "LSODA", times, args=(influx,), rtol=tolerance, atol=1e-6
            )
            y = part.y[:, -1]
            seen.append(part.y[:2, 1:])
        return np.concatenate(seen, axis=1)

    return solve


def roadrunner_peer(values: dict[str, float]) -> Solve:
    """CVODE on compiled SBML."""
    import roadrunner

    runner = roadrunner.RoadRunner(sbml(adler(values)))
    runner.timeCourseSelections = ["F", "M"]
    start = {"F": values["start_per_ml"], "M": values["start_per_ml"], "C": 0.0, "P": 0.0}

    def solve(height: float, tolerance: float) -> np.ndarray:
        runner.reset()
        for name, value in start.items():
            runner.setValue(name, value)
        runner.getIntegrator().relative_tolerance = tolerance
        runner.getIntegrator().absolute_tolerance = 1e-6
        seen = []
        for begin, end, influx in segments(height):
            runner.setValue("influx", influx)
            seen.append(np.array(runner.simulate(begin, end, round((end - begin) * 2) + 1))[1:])
        return np.concatenate(seen).T

    return solve


def ours(values: dict[str, float], heights: np.ndarray) -> tuple[float, np.ndarray]:
    """Courses per second and the cells, (cells, half-days, draws)."""
    n = len(heights)
    p = Fibrosis(**{name: jnp.full(n, value) for name, value in values.items()})
    pulses = Pulses(jnp.asarray(heights), *(jnp.full(n, float(v)) for v in (LENGTH, GAP, NUMBER)))

    def once() -> fibrosis.Circuit:
        return jax.block_until_ready(fibrosis.course(pulses, p, WEEKS)[1])

    seen = once()
    took = best(once, 7)
    return n / took, np.stack([seen.fibroblasts, seen.macrophages])[:, 1:]


def best(call: Callable[[], object], times: int) -> float:
    """Least processor seconds of several runs."""

    def once() -> float:
        started = time.process_time()
        call()
        return time.process_time() - started

    return min(once() for _ in range(times))


def error(found: np.ndarray, exact: np.ndarray) -> float:
    """Largest difference over cells and times, as a share of the course's highest value."""
    return float((np.abs(found - exact).max(axis=1) / np.abs(exact).max(axis=1)).max())


def main() -> None:
    values = {name: parameters()[f"fibrosis.{name}"].centre for name in Fibrosis._fields}
    heights = 10 ** np.random.default_rng(3).uniform(3, 6, BATCH)
    peers = {"SciPy LSODA": scipy_peer(values), "libRoadRunner (CVODE)": roadrunner_peer(values)}
    some = heights[:PEER_BATCH]
    exact = [peers["SciPy LSODA"](height, 1e-11) for height in some]

    rate, cells = ours(values, heights)
    off = max(error(cells[:, :, i], exact[i]) for i in range(PEER_BATCH))
    print("| solver | courses per second and core | error | ours is faster by |")
    print("|---|---|---|---|")
    print(f"| anagen, {BATCH} at once | {rate:,.0f} | {off:.0e} | 1 |")
    for name, solve in peers.items():
        for tolerance in TOLERANCES:
            found = [solve(height, tolerance) for height in some]
            off = max(error(a, b) for a, b in zip(found, exact, strict=True))
            if off <= WANTED:
                took = best(lambda s=solve, t=tolerance: [s(h, t) for h in some], 3)
                theirs = PEER_BATCH / took
                print(
                    f"| {name}, tolerance {tolerance:.0e} | {theirs:,.1f} | {off:.0e} "
                    f"| {rate / theirs:,.0f} × |"
                )
                break


if __name__ == "__main__":
    main()
