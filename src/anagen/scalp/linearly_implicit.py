"""A linearly implicit step: for a few stiff equations, all draws at once, no iteration.

Method: RODAS3 (Sandu et al. 1997), Rosenbrock, 4 stages, order 3, L-stable, for y' = f(y)
    (I/(γh) − J) U_s = f(y + Σ a_sj U_j) + Σ (c_sj/h) U_j,   J = ∂f/∂y by automatic differentiation
    y₁ = y + 2U₁ + U₃ + U₄,   γ = ½
The linear system is eliminated without pivoting, in the order of the fields, on whole arrays of
draws; the circuits that use it keep their pivots positive. Where a process switches on or off, a
transient that the Jacobian at the step's start does not foresee follows: `graded` puts short steps
there.
Units: whatever the rates have, per day. Source: SANDU1997.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array


def jacobian[State](rates: Callable[[State], State], state: State) -> list[list[Array]]:
    """∂(rate of row)/∂(state of column); each entry has the shape of the state's arrays."""
    values, layout = jax.tree.flatten(state)

    def column(index: int) -> list[Array]:
        def along(value: Array) -> State:
            moved = [*values[:index], value, *values[index + 1 :]]
            return rates(jax.tree.unflatten(layout, moved))

        _, slopes = jax.jvp(along, (values[index],), (jnp.ones_like(values[index]),))
        return jax.tree.leaves(slopes)

    columns = [column(index) for index in range(len(values))]
    return [list(row) for row in zip(*columns, strict=True)]


def step[State](rates: Callable[[State], State], state: State, days: Array | float) -> State:
    """The state ``days`` later; ``rates`` must not change meanwhile."""
    start, layout = jax.tree.flatten(state)

    def slope(*moves: list[Array]) -> list[Array]:
        moved = [sum(terms) for terms in zip(start, *moves, strict=True)]
        return jax.tree.leaves(rates(jax.tree.unflatten(layout, moved)))

    solve = _factored(jacobian(rates, state), 2 / days)
    here = slope()
    first = solve(here)
    second = solve([f + 4 * a / days for f, a in zip(here, first, strict=True)])
    twice = [2 * a for a in first]
    third = solve(
        [f + (a - b) / days for f, a, b in zip(slope(twice), first, second, strict=True)]
    )
    fourth = solve(
        [
            f + (a - b - (2 * 4 / 3) * c) / days
            for f, a, b, c in zip(slope(twice, third), first, second, third, strict=True)
        ]
    )
    ends = [y + a + c + d for y, a, c, d in zip(start, twice, third, fourth, strict=True)]
    return jax.tree.unflatten(layout, ends)


def _factored(slopes: list[list[Array]], diagonal: Array | float) -> Callable[..., list[Array]]:
    """Solver of (diagonal·I − slopes) x = right, by elimination written out over the arrays."""
    size = len(slopes)
    upper = [[-entry for entry in row] for row in slopes]
    for i in range(size):
        upper[i][i] = diagonal + upper[i][i]
    lower = [[jnp.zeros(())] * size for _ in range(size)]
    inverse: list[Array] = []
    for i in range(size):
        inverse.append(1 / upper[i][i])
        for row in range(i + 1, size):
            lower[row][i] = upper[row][i] * inverse[i]
            for column in range(i + 1, size):
                upper[row][column] = upper[row][column] - lower[row][i] * upper[i][column]

    def solve(right: list[Array]) -> list[Array]:
        x = list(right)
        for row in range(size):
            for column in range(row):
                x[row] = x[row] - lower[row][column] * x[column]
        for row in reversed(range(size)):
            for column in range(row + 1, size):
                x[row] = x[row] - upper[row][column] * x[column]
            x[row] = x[row] * inverse[row]
        return x

    return solve


def graded(days: float, steps: int, ratio: float) -> Array:
    """Lengths of ``steps`` steps that fill ``days``, each 1/``ratio`` times the one before."""
    lengths = ratio ** np.arange(steps, 0, -1.0)
    return jnp.asarray(days * lengths / lengths.sum())


def even(days: float, steps: int) -> Array:
    """Lengths of ``steps`` equal steps that fill ``days``."""
    return jnp.full(steps, days / steps)


def over[State](rates: Callable[[State], State], state: State, lengths: Array) -> State:
    """The state after steps of these lengths."""
    after, _ = jax.lax.scan(lambda s, days: (step(rates, s, days), None), state, lengths)
    return after
