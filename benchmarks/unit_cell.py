"""The unit cell beside SciPy's sparse LU and scikit-fem: same problem, same run, like error.

    python benchmarks/unit_cell.py

One day of a saturated film on an open channel, seen at 1 min, 10 min, 1 h, 6 h and 24 h. The error
is the largest of the five relative errors of the uptake, against finite volumes of our grid cut
into 2 × 2 and 4 × 4 and extrapolated; each program has the coarsest grid that keeps it below 1e-3.
All take the same steps. Smallest of several repeats, on one core where the machine lets us choose.
"""

import os
import platform
import time
from collections.abc import Callable
from typing import Any

if hasattr(os, "sched_setaffinity"):  # before JAX counts the cores
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import jax
import numpy as np
from unit_cell_peers import Linear, factorised, finite_elements, finite_volumes, march

from anagen.scalp.unit_cell import Film, levels, session
from anagen.scalp.unit_cell_grid import Geometry, Grid, grid
from anagen.scalp.unit_cell_modes import Tissue

HOURS = (1 / 60, 1 / 6, 1.0, 6.0, 24.0)
GEOMETRY = Geometry(250, 0.1525, 35.35, 66, 1.45)
DERMIS = 2.13e-6 * 3600
TISSUE = Tissue(0.5 * DERMIS, DERMIS, 1.0, 7.66e-4)
FILM = Film(1e6, 0.01, 2200.0)
STEPS = 4
OURS, SCIPY, ELEMENTS = 1.2, 1.2, 1.1  # fineness of each


def best(call: Callable[[], object], repeats: int) -> float:
    """Milliseconds of the fastest call."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return 1e3 * min(times)


def ours(g: Grid) -> np.ndarray:
    """Uptake at `HOURS`, µg/cm²."""
    seen = jax.block_until_ready(session(g, TISSUE, FILM, HOURS, steps=STEPS))
    return np.asarray(seen.tissue + seen.cleared)


def theirs(problem: Linear, g: Grid, factors: list[Any] | None = None) -> np.ndarray:
    """The same, of a peer; with factors made ahead, where given."""
    _, lengths, marks = levels(HOURS, STEPS)
    factors = factors or factorised(problem, lengths)
    tissue, cleared, _ = march(problem, 2200.0, lengths, factors, STEPS)
    return (tissue + cleared)[marks] / float(np.sum(g.areas))


def reference() -> np.ndarray:
    """Uptake, Richardson-extrapolated; its steps are twice as many."""
    coarse, fine = (
        np.asarray(seen.tissue + seen.cleared)
        for seen in (
            session(grid(GEOMETRY, n), TISSUE, FILM, HOURS, steps=2 * STEPS) for n in (2, 4)
        )
    )
    return fine + (fine - coarse) / 3


def main() -> None:
    """Print the table."""
    exact = reference()
    ours_g, scipy_g, elements_g = (grid(GEOMETRY, n) for n in (OURS, SCIPY, ELEMENTS))
    volumes, elements = finite_volumes(scipy_g, TISSUE), finite_elements(elements_g, TISSUE)
    ours(ours_g)
    ready = factorised(volumes, levels(HOURS, STEPS)[1])
    by_volumes, by_elements = theirs(volumes, scipy_g), theirs(elements, elements_g)

    def with_assembly() -> np.ndarray:
        return theirs(finite_elements(elements_g, TISSUE), elements_g)

    rows = [
        ("anagen, all of it, warm", ours_g, best(lambda: ours(ours_g), 25), ours(ours_g)),
        (
            "SciPy `splu` on our cells, factors and steps",
            scipy_g,
            best(lambda: theirs(volumes, scipy_g), 5),
            by_volumes,
        ),
        (
            "SciPy `splu` on our cells, steps alone",
            scipy_g,
            best(lambda: theirs(volumes, scipy_g, ready), 5),
            by_volumes,
        ),
        (
            "scikit-fem Q1, factors and steps (`splu`)",
            elements_g,
            best(lambda: theirs(elements, elements_g), 5),
            by_elements,
        ),
        (
            "scikit-fem Q1, assembly, factors and steps",
            elements_g,
            best(with_assembly, 3),
            by_elements,
        ),
    ]
    first = rows[0][2]
    print("| one session of 24 h | cells | ms | largest error | times ours |")
    print("|---|---:|---:|---:|---:|")
    for name, g, took, found in rows:
        cells = f"{len(g.r)} × {len(g.z)}"
        error = np.abs(found / exact - 1).max()
        print(f"| {name} | {cells} | {took:.1f} | {error:.1e} | {took / first:.1f} |")
    closing = best(
        lambda: jax.block_until_ready(
            session(ours_g, TISSUE, FILM._replace(amount_ug_cm2=500.0), HOURS, closing_tau_h=4.3)
        ),
        9,
    )
    # Closing changes the matrix at every stage: a sparse LU would be made anew for each.
    print(f"\nClosing channel and a film that runs dry, 8 steps a level: {closing:.1f} ms.")
    machine = f"{platform.machine()}, one core, Python {platform.python_version()}"
    print(f"{machine}, JAX {jax.__version__}.")


if __name__ == "__main__":
    main()
