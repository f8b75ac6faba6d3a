"""A linearly implicit step: for a few stiff equations, all draws at once, no iteration.

Method: RODAS3, Rosenbrock, 4 stages, order 3, L-stable, for y' = f(y)
    (I/(γh) − J) U_s = f(y + Σ a_sj U_j) + Σ (c_sj/h) U_j,   J = ∂f/∂y by automatic differentiation
    y₁ = y + 2U₁ + U₃ + U₄,   γ = ½
The linear system is eliminated without pivoting, in the order of the fields, on whole arrays of
draws; the circuits that use it keep their pivots positive. Where a process switches on or off, a
transient that the Jacobian at the step's start does not foresee follows: `graded` puts short steps
there. `_kept` marks what the compiler shall compute once: left alone it repeats whole stages in
each of their uses, which doubles the time of a step.
Units: whatever the rates have, per day.
Source: Sandu, Verwer, Blom, Spee, Carmichael & Potra 1997, Atmospheric Environment 31:3459.
"""

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

_kept = jax.lax.optimization_barrier


type Sparse = list[list[Array | None]]  # None where a rate does not depend on a quantity at all


def jacobian[State](rates: Callable[[State], State], state: State) -> Sparse:
    """∂(rate of row)/∂(state of column); each entry has the shape of the state's arrays."""
    values, layout = jax.tree.flatten(state)
    depends = _dependences(rates, state)

    def column(index: int) -> list[Array | None]:
        def along(value: Array) -> State:
            moved = [*values[:index], value, *values[index + 1 :]]
            return rates(jax.tree.unflatten(layout, moved))

        _, slopes = jax.jvp(along, (values[index],), (jnp.ones_like(values[index]),))
        return [
            slope if index in on else None
            for slope, on in zip(jax.tree.leaves(slopes), depends, strict=True)
        ]

    columns = [column(index) for index in range(len(values))]
    return [list(row) for row in zip(*columns, strict=True)]


def _dependences[State](rates: Callable[[State], State], state: State) -> list[set[int]]:
    """For each rate, which of the state's quantities it depends on: what flows into what."""
    traced = jax.make_jaxpr(rates)(state).jaxpr
    reached = {id(variable): {index} for index, variable in enumerate(traced.invars)}

    def on(variables: Sequence[object]) -> set[int]:
        return set().union(*(reached.get(id(variable), set()) for variable in variables))

    for equation in traced.eqns:
        inflow = on(equation.invars)
        reached.update({id(variable): inflow for variable in equation.outvars})
    return [on([variable]) for variable in traced.outvars]


def step[State](rates: Callable[[State], State], state: State, days: Array | float) -> State:
    """The state ``days`` later; ``rates`` must not change meanwhile."""
    start, layout = jax.tree.flatten(state)

    def slope(*moves: list[Array]) -> list[Array]:
        moved = [sum(terms) for terms in zip(start, *moves, strict=True)]
        return jax.tree.leaves(rates(jax.tree.unflatten(layout, moved)))

    solve = _factored(jacobian(rates, state), 2 / days)
    here = _kept(slope())
    first = _kept(solve(here))
    second = _kept(solve([f + 4 * a / days for f, a in zip(here, first, strict=True)]))
    twice = [2 * a for a in first]
    third = _kept(
        solve([f + (a - b) / days for f, a, b in zip(slope(twice), first, second, strict=True)])
    )
    fourth = solve(
        [
            f + (a - b - (2 * 4 / 3) * c) / days
            for f, a, b, c in zip(slope(twice, third), first, second, third, strict=True)
        ]
    )
    ends = [y + a + c + d for y, a, c, d in zip(start, twice, third, fourth, strict=True)]
    return jax.tree.unflatten(layout, ends)


def _factored(slopes: Sparse, diagonal: Array | float) -> Callable[[list[Array]], list[Array]]:
    """Solver of (diagonal·I − slopes) x = right, by elimination written out over the arrays."""
    size = len(slopes)
    upper: Sparse = [[None if entry is None else -entry for entry in row] for row in slopes]
    lower: list[list[tuple[int, Array]]] = [[] for _ in range(size)]
    inverse: list[Array] = []
    for i in range(size):
        inverse.append(_kept(1 / _plus(upper[i][i], diagonal)))
        for row in range(i + 1, size):
            below = upper[row][i]
            if below is None:
                continue
            factor = _kept(below * inverse[i])
            lower[row].append((i, factor))
            for column in range(i + 1, size):
                above = upper[i][column]
                if above is not None:
                    upper[row][column] = _plus(upper[row][column], -factor * above)

    def solve(right: list[Array]) -> list[Array]:
        x = list(right)
        for row in range(size):
            for column, factor in lower[row]:
                x[row] = x[row] - factor * x[column]
        for row in reversed(range(size)):
            for column in range(row + 1, size):
                above = upper[row][column]
                if above is not None:
                    x[row] = x[row] - above * x[column]
            x[row] = x[row] * inverse[row]
        return x

    return solve


def _plus(entry: Array | None, added: Array | float) -> Array:
    return jnp.asarray(added) if entry is None else entry + added


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


def course[State](
    rates: Callable[[State], State], begin: State, number: int, first: Array, then: Array
) -> State:
    """The state at the start and after each of ``number`` spans of equal length, leading axis.

    ``first`` are the lengths of the steps in the first span, ``then`` those in the later ones.
    """

    def following(state: State, _: None) -> tuple[State, State]:
        after = over(rates, state, then)
        return after, after

    early = over(rates, begin, first)
    _, rest = jax.lax.scan(following, early, length=number - 1)
    return jax.tree.map(lambda a, b, c: jnp.concatenate([a[None], b[None], c]), begin, early, rest)
