"""General solvers for `course_equations`: early anagen by the method of steps.

Within one delay the onsets that emerge are known, so a solver is asked for one delay's length at a
time and handed a table of them.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from course_equations import NAMES, Reference
from scipy.integrate import solve_ivp

POINTS = 2000  # of the table of onsets in one delay
HALF_DAYS_PER_WEEK = 14

Dense = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]  # times → states, onsets per day
# course, from and until which day, state at the start, table of the onsets that emerge → way there
Solver = Callable[[Reference, float, float, np.ndarray, np.ndarray], Dense]


def follow(ref: Reference, weeks: int, solver: Solver, points: int = POINTS) -> np.ndarray:
    """State by half-day, (14 weeks + 1, ...), by a solver of one delay's length at a time."""
    end, y = weeks * 7.0, ref.first()
    ends = np.append(np.arange(ref.delay, end, ref.delay), end)
    early = np.asarray(ref.start.follicles.early)[..., 0].sum(axis=0)
    table = np.tile(early / ref.delay, (points + 1, 1))  # spread evenly over the delay
    half_days = np.arange(weeks * HALF_DAYS_PER_WEEK + 1) / 2
    seen, began = [y[None]], 0.0
    for until in ends:
        times = began + np.linspace(0, 1, points + 1) * ref.delay
        dense = solver(ref, began, until, y, table)
        seen.append(dense(half_days[(half_days > began) & (half_days <= until)])[0])
        states, table = dense(np.minimum(times, until))
        y, began = states[-1], until
    return np.concatenate(seen)


def by_week(ref: Reference, states: np.ndarray) -> dict[str, np.ndarray]:
    """What is read off the states of every half-day, (weeks + 1, ...)."""
    weekly = states[::HALF_DAYS_PER_WEEK]
    means = np.diff(states[:, NAMES.index("plasma_days")]) * 2
    highest = means.reshape(-1, HALF_DAYS_PER_WEEK).max(axis=1)
    slow = {name: weekly[:, i] for i, name in enumerate(NAMES)}
    return slow | hair_of(ref, weekly) | {"highest_plasma": np.append(0.0, highest)}


def hair_of(ref: Reference, states: np.ndarray) -> dict[str, np.ndarray]:
    """Visible hairs by class and growing ones, (states, class) and (states,)."""
    hair = [ref.split(np.asarray(state))[1] for state in states]
    return {
        "visible": np.stack([a.sum(axis=0) + t.sum(axis=0) for a, t, _ in hair]),
        "growing": np.stack([a.sum() for a, _, _ in hair]),
    }


def by_scipy(tolerance: float, method: str = "DOP853") -> Solver:
    """A method of SciPy's `solve_ivp`, restarted where something jumps."""

    def solve(
        ref: Reference, began: float, until: float, y: np.ndarray, table: np.ndarray
    ) -> Dense:
        cuts = ref.breaks(until)
        edges = np.concatenate([[began], cuts[cuts > began], [until]])
        parts, spacing = [], ref.delay / (len(table) - 1)

        def emerging(t: float) -> np.ndarray:
            at = min(max((t - began) / spacing, 0.0), len(table) - 1 - 1e-9)
            i = int(at)
            return table[i] + (at - i) * (table[i + 1] - table[i])

        for a, b in pairwise(edges):
            # Just inside, so that a jump at an edge is on its right side.
            inner = (a + 1e-12, b - 1e-12)
            found = solve_ivp(
                lambda t, s, lo=inner[0], hi=inner[1]: ref.slope(
                    min(max(t, lo), hi), s, emerging(t)
                ),
                (a, b), y, method, dense_output=True, rtol=tolerance, atol=tolerance,
            )  # fmt: skip
            parts.append(found.sol)
            y = found.y[:, -1]

        def dense(asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            at = np.clip(np.searchsorted(edges, asked, side="left") - 1, 0, len(parts) - 1)
            states = [parts[i](t) for i, t in zip(at, asked, strict=True)]
            onsets = [ref.onsets(t, state) for t, state in zip(asked, states, strict=True)]
            return np.stack(states), np.stack(onsets)

        return dense

    return solve


def by_diffrax(tolerance: float) -> Solver:
    """Tsitouras 5 of Diffrax, told where something jumps."""
    import diffrax
    import equinox
    import jax
    import jax.numpy as jnp

    def solve(
        ref: Reference, began: float, until: float, y: np.ndarray, table: np.ndarray
    ) -> Dense:
        jumps = jnp.sort(jnp.concatenate([ref.sessions, ref.sessions + ref.hold_days]))
        found = solved(ref, began, until, jnp.asarray(y), jnp.asarray(table), jumps)
        return lambda asked: jax.tree.map(np.asarray, read(ref, found, jnp.asarray(asked)))

    def emerging(t: Any, told: Any) -> Any:
        table, began, spacing = told
        at = jnp.clip((t - began) / spacing, 0.0, len(table) - 1 - 1e-9)
        i = jnp.floor(at).astype(int)
        return table[i] + (at - i) * (table[i + 1] - table[i])

    @equinox.filter_jit
    def solved(ref: Reference, began: Any, until: Any, y: Any, table: Any, jumps: Any) -> Any:
        return diffrax.diffeqsolve(
            diffrax.ODETerm(lambda t, y, told: ref.slope(t, y, emerging(t, told))),
            diffrax.Tsit5(),
            began,
            until,
            0.01,
            y,
            args=(table, began, ref.delay / (len(table) - 1)),
            saveat=diffrax.SaveAt(dense=True),
            stepsize_controller=diffrax.ClipStepSizeController(
                diffrax.PIDController(rtol=tolerance, atol=tolerance), jump_ts=jumps
            ),
            max_steps=16_384,
        )

    @equinox.filter_jit
    def read(ref: Reference, found: Any, asked: Any) -> Any:
        def one(t: Any) -> tuple[Any, Any]:
            y = found.evaluate(t)
            return y, ref.onsets(t, y)

        return jax.vmap(one)(asked)

    return solve
