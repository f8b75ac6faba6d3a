"""The unit cell: one drug around one micro-channel over one session, in two dimensions.

Equations, in the cylinder (r, z) around a channel
    tissue        ∂C/∂t = ∇·(D(z) ∇C) − k(z) C,  k = k_cl in the dermis and 0 in the epidermis
    skin surface  −D ∂C/∂z = k_p (C_f − C)       the stratum corneum as a permeability
    rim           ∂C/∂r = 0                      the neighbours are alike
    floor         C = 0 (a sink), or ∂C/∂z = 0
    channel       −D ∂C/∂n = (C_f − C)/w,        w = (1 − S)/S · A/(D s),  S = exp(−t/τ)
    film          dM/dt = −uptake,               C_f = min(M/v, C_sat)
An open channel takes part with its wall and tip (area A, shape factor s), a collapsed one with its
tip, behind a pore of its length. w is what closing puts in series: with it a steady channel
conducts S times what an open one does, and a closed one is no leak back into the film.

Steps are of Alexander's L-stable method of order 3, in levels of equal steps that lengthen as the
profile flattens; each level has the modes of its step. Film, cleared and lost amounts are carried
with the same weights as the tissue, so that no drug is lost or made.
Units: µg, cm, h; concentrations µg/cm³ = µg/mL; amounts µg per cm² of skin.
"""

from functools import partial
from math import ceil, log
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from anagen.scalp import unit_cell_modes as modes
from anagen.scalp.unit_cell_grid import Grid
from anagen.scalp.unit_cell_modes import Cell, Channel, Floor, Tissue

# Alexander 1977: order 3, three stages, L-stable and stiffly accurate.
GAMMA = 0.43586652150845899942
WEIGHT_1 = 1.20849664917601007033
WEIGHT_2 = 0.64436317068446906975  # taken off
EARLIEST = 0.015625  # the first level of steps ends at this share of the first time asked for
LENGTHENING = 4.0  # steps of one level against those of the level before, at most
STEPS = 8  # in each level


class Film(NamedTuple):
    """What lies on the skin."""

    amount_ug_cm2: Array | float
    thickness_cm: Array | float  # volume per cm²
    solubility_ug_ml: Array | float


class Session(NamedTuple):
    """One session at the times asked for (first axis); amounts in µg per cm² of skin."""

    concentration: Array  # µg/mL, (times, rings, layers); inside the channel the film's
    film_ug_ml: Array  # dissolved
    film: Array
    tissue: Array
    cleared: Array
    floored: Array  # through the floor

    def balance(self, applied_ug_cm2: Array | float) -> Array:
        """Applied minus found, relative to applied."""
        return 1 - (self.film + self.tissue + self.cleared + self.floored) / applied_ug_cm2


class _State(NamedTuple):
    tissue: Array  # (ring modes, layer modes)
    amounts: Array  # film, cleared, through the floor; µg/cm²
    film_ug_ml: Array


def levels(hours: tuple[float, ...], steps: int) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Start and step of each level, and the level that ends at each time asked for."""
    ends, marks = [hours[0] * EARLIEST], []
    for hour in hours:
        number = max(1, ceil(log(hour / ends[-1]) / log(LENGTHENING)))
        ends += [ends[-1] * (hour / ends[-1]) ** (i / number) for i in range(1, number)] + [hour]
        marks.append(len(ends) - 1)
    starts = np.array([0.0, *ends[:-1]])
    return starts, (np.array(ends) - starts) / steps, marks


def session(
    grid: Grid,
    tissue: Tissue,
    film: Film,
    hours: tuple[float, ...],
    *,
    closing_tau_h: Array | float = np.inf,
    channel: Channel = "open",
    floor: Floor = "closed",
    steps: int = STEPS,
) -> Session:
    """Where the drug is at ``hours`` after a film was put on freshly needled skin.

    Differentiable in tissue, film and ``closing_tau_h``.
    """
    starts, lengths, marks = levels(hours, steps)
    return _run(
        grid, tissue, film, closing_tau_h, starts, lengths, tuple(marks), channel, floor, steps
    )


@partial(jax.jit, static_argnames=("marks", "channel", "floor", "steps"))
def _run(
    grid: Grid,
    tissue: Tissue,
    film: Film,
    tau: Array | float,
    starts: Array,
    lengths: Array,
    marks: tuple[int, ...],
    channel: Channel,
    floor: Floor,
    steps: int,
) -> Session:
    p = modes.cell(grid, tissue, channel, floor)
    rings, layers = p.areas.shape[0], p.heights.shape[0]
    weight = p.diffusion * p.heights
    area = p.areas.sum()
    amount = jnp.asarray(film.amount_ug_cm2, float)

    def level(carried: tuple[Array, Array, Array], span: tuple[Array, Array]):
        concentration, amounts, dissolved = carried  # (ring modes, layers)
        start, length = span
        m = modes.modes_at(p, 1 / (GAMMA * length))
        state = _State((concentration * weight) @ m.layers, amounts, dissolved)

        def step(state: _State, index: Array) -> tuple[_State, None]:
            return _step(p, m, film, tau, state, start + index * length, length, area), None

        state, _ = jax.lax.scan(step, state, jnp.arange(steps))
        after = (state.tissue @ m.layers.T, state.amounts, state.film_ug_ml)
        return after, after

    first = (
        jnp.zeros((rings, layers)),
        jnp.zeros(3).at[0].set(amount),
        jnp.minimum(amount / film.thickness_cm, film.solubility_ug_ml),
    )
    _, seen = jax.lax.scan(level, first, (starts, lengths))
    states, amounts, dissolved = (each[np.array(marks)] for each in seen)
    concentration = p.modes @ states
    inside = np.zeros((rings, layers), bool)
    if channel != "none":
        inside[: grid.wall, : grid.tip] = True
    held = jnp.einsum("trz,r,z,rz->t", concentration, p.areas, p.heights, ~inside) / area
    return Session(
        concentration=jnp.where(inside, dissolved[:, None, None], concentration),
        film_ug_ml=dissolved,
        film=amounts[:, 0],
        tissue=held,
        cleared=amounts[:, 1],
        floored=amounts[:, 2],
    )


def _step(
    p: Cell,
    m: modes.Modes,
    film: Film,
    tau: Array | float,
    before: _State,
    start: Array,
    length: Array,
    area: Array,
) -> _State:
    """One step of three implicit stages; the last stage is the state after it."""
    slopes: list[tuple[Array, Array]] = []
    state = before
    for weights in ((), ((1 - GAMMA) / 2,), (WEIGHT_1, -WEIGHT_2)):
        base_tissue = before.tissue + sum(w * s[0] for w, s in zip(weights, slopes, strict=True))
        base_amounts = before.amounts + sum(w * s[1] for w, s in zip(weights, slopes, strict=True))
        time = start + (GAMMA + sum(weights)) * length
        state = _stage(p, m, film, jnp.exp(-time / tau), base_tissue, base_amounts, length, area)
        slopes.append(
            ((state.tissue - base_tissue) / GAMMA, (state.amounts - base_amounts) / GAMMA)
        )
    return state


def _stage(
    p: Cell,
    m: modes.Modes,
    film: Film,
    share: Array,
    tissue: Array,
    amounts: Array,
    length: Array,
    area: Array,
) -> _State:
    """The state whose slope, over γ steps, leads to it from the given base."""
    span = GAMMA * length
    forced = tissue @ m.mass / span / m.decay
    response = modes.respond(p, m, forced, share)
    # The film is what satisfies its own balance, unless it is saturated.
    undersaturated = (amounts[0] - span * response.uptake[0] / area) / (
        film.thickness_cm + span * response.uptake[1] / area
    )
    dissolved = jnp.minimum(undersaturated, film.solubility_ug_ml)
    state, uptake = modes.filled(p, m, forced, response, dissolved)
    rates = jnp.stack([-uptake, *modes.losses(p, m, state)]) / area
    return _State(state, amounts + span * rates, dissolved)


def steady_uptake_cm3_h(
    grid: Grid, tissue: Tissue, *, channel: Channel = "open", floor: Floor = "sink"
) -> Array:
    """What one cell takes up in the long run, per concentration of the film, cm³/h."""
    return _steady(grid, tissue, channel, floor)


@partial(jax.jit, static_argnames=("channel", "floor"))
def _steady(grid: Grid, tissue: Tissue, channel: Channel, floor: Floor) -> Array:
    p = modes.cell(grid, tissue, channel, floor)
    m = modes.modes_at(p, 0.0)
    return modes.respond(p, m, jnp.zeros_like(m.decay), 1.0).uptake[1]
