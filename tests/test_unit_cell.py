"""The unit cell against closed forms, a manufactured solution, and two independent programs."""

import importlib.util
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import j0

from anagen.scalp import delivery, unit_cell
from anagen.scalp import unit_cell_modes as modes
from anagen.scalp.unit_cell import Film, session, steady_uptake_cm3_h
from anagen.scalp.unit_cell_grid import Geometry, Grid, grid
from anagen.scalp.unit_cell_modes import Tissue

DIFFUSION = 2.13e-6 * 3600  # minoxidil in the dermis, cm²/h
GEOMETRY = Geometry(120, 0.3, 45, 70, 1.4)
TISSUE = Tissue(0.5 * DIFFUSION, DIFFUSION, 0.8, 7.66e-4)
PLENTY = Film(1e6, 0.01, 2200.0)
HOURS = (1 / 60, 0.5, 6.0)
COARSE = 0.4


def peers() -> ModuleType:
    path = Path(__file__).parent.parent / "benchmarks" / "unit_cell_peers.py"
    spec = importlib.util.spec_from_file_location("unit_cell_peers", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PEERS = peers()


def uptake(seen: unit_cell.Session) -> np.ndarray:
    return np.asarray(seen.tissue + seen.cleared + seen.floored)


def even(rings: int, layers: int, radius_cm: float, floor_cm: float, epidermis: int) -> Grid:
    """A grid of equal cells, for convergence orders; its channel is not used."""
    return Grid(
        np.linspace(0, radius_cm, rings + 1),
        np.linspace(0, floor_cm, layers + 1),
        wall=1,
        tip=1,
        epidermis=epidermis,
        radius_cm=radius_cm / rings,
        depth_cm=floor_cm / layers,
    )


# ── Manufactured and exact solutions ──────────────────────────────────────────────────────────────


@partial(jax.jit, static_argnames="steps")
def marched(g: Grid, tissue: Tissue, start: jax.Array, end: float, steps: int) -> jax.Array:
    """The stepper from a start of our own, no channel and no film; concentrations at ``end``."""
    p = modes.cell(g, tissue, "none", "closed")
    length = end / steps
    m = modes.modes_at(p, 1 / (unit_cell.GAMMA * length))
    rings = p.modes.T @ (start * p.areas[:, None])
    nothing = (jnp.zeros(3), jnp.zeros(()))
    state = unit_cell._State((rings * p.diffusion * p.heights) @ m.layers, *nothing)
    film = Film(0.0, 1.0, 1.0)

    def step(state: unit_cell._State, index: jax.Array):
        now = index * length
        return unit_cell._step(p, m, film, jnp.inf, state, now, length, p.areas.sum()), None

    state, _ = jax.lax.scan(step, state, jnp.arange(steps))
    return p.modes @ (state.tissue @ m.layers.T)


ROOT = 3.8317059702075125  # first zero of J₁: no flux at the rim


def bessel(r: np.ndarray, z: np.ndarray, radius: float, floor: float) -> np.ndarray:
    return j0(ROOT * r / radius)[:, None] * np.cos(np.pi * z / floor)


def test_second_order_in_space():
    """C = J₀(j r/R) cos(πz/H) exp(−(D(j²/R² + π²/H²) + k) t), no flux anywhere."""
    radius, floor, end, clearance = 0.05, 0.1, 0.3, 0.7
    tissue = Tissue(DIFFUSION, DIFFUSION, clearance, 0.0)
    decay = DIFFUSION * ((ROOT / radius) ** 2 + (np.pi / floor) ** 2) + clearance
    errors = []
    for n in (8, 16, 32):
        g = even(n, n, radius, floor, epidermis=0)
        shape = bessel(np.asarray(g.r), np.asarray(g.z), radius, floor)
        found = marched(g, tissue, shape, end, 16)
        errors.append(np.sqrt(np.average((found - shape * np.exp(-decay * end)) ** 2)))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert orders == pytest.approx([2, 2], abs=0.25)
    assert errors[-1] < 2e-3


def test_third_order_in_time():
    g = even(6, 12, 0.05, 0.1, epidermis=4)
    tissue = Tissue(0.3 * DIFFUSION, DIFFUSION, 0.7, 0.0)
    start = 1 + bessel(np.asarray(g.r), np.asarray(g.z), 0.05, 0.1)
    exact = marched(g, tissue, start, 1.0, 96)
    errors = [np.abs(marched(g, tissue, start, 1.0, n) - exact).max() for n in (3, 6, 12)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > 2.6).all(), orders
    assert errors[-1] < 1e-4


def test_a_manufactured_steady_profile_across_two_layers():
    """In depth alone: −(D C')' + k C = 0 with D and k jumping, solved by exponentials."""
    epidermis, dermis, clearance, k_p = 0.4 * DIFFUSION, DIFFUSION, 1.3, 2e-3
    tissue = Tissue(epidermis, dermis, clearance, k_p)
    geometry = GEOMETRY._replace(depth_mm=0.0)
    thick, floor = geometry.epidermis_um * 1e-4, geometry.skin_mm / 10
    root = np.sqrt(clearance / dermis)
    into_dermis = np.sqrt(dermis * clearance) / np.tanh((floor - thick) * root)
    exact = 1 / (1 / k_p + thick / epidermis + 1 / into_dermis)
    errors = []
    for fineness in (0.5, 1.0, 2.0):
        g = grid(geometry, fineness)
        found = steady_uptake_cm3_h(g, tissue, channel="none", floor="sink")
        errors.append(abs(float(found) * geometry.density_per_cm2 / exact - 1))
    assert errors[-1] < 1e-5
    assert errors[0] / errors[1] > 3
    assert errors[1] / errors[2] > 3


# ── Limits ────────────────────────────────────────────────────────────────────────────────────────


def test_without_channel_and_clearance_it_is_cranks_membrane():
    floor = 0.14
    hours = (0.1, 0.5)
    times = tuple(x * floor**2 / DIFFUSION for x in hours)
    tissue = Tissue(DIFFUSION, DIFFUSION, 0.0, 1e6)
    g = even(2, 100, 0.05, floor, epidermis=1)
    seen = session(g, tissue, PLENTY, times, channel="none", floor="sink")
    for floored, x in zip(seen.floored, hours, strict=True):
        crank = float(delivery.membrane_amount(jnp.array(x)))
        assert float(floored) / (floor * 2200.0) == pytest.approx(crank, rel=2e-3)


def test_clearance_alone_lets_the_profile_fall_exponentially():
    geometry = Geometry(120, 0.0, 45, 20, 6.0)
    clearance = 5.0
    tissue = Tissue(DIFFUSION, DIFFUSION, clearance, 1e-2)
    g = grid(geometry, 2.0)
    seen = session(g, tissue, PLENTY, (48.0,), channel="none")
    profile, z = np.asarray(seen.concentration[-1, 0]), np.asarray(g.z)
    in_dermis = (z > 0.05) & (z < 0.25)
    slope = np.polyfit(z[in_dermis], np.log(profile[in_dermis]), 1)[0]
    decay_cm = float(delivery.decay_length_mm(DIFFUSION / 3600, clearance)) / 10
    assert -1 / slope == pytest.approx(decay_cm, rel=5e-3)


def test_dilute_channels_have_the_shape_factors_of_the_reduced_model():
    """A flat tip and a finite pore add what slender theory leaves out; no more than that."""
    g = grid(Geometry(1e-4, 0.4, 25, 66, 200), 0.35)
    tissue = Tissue(DIFFUSION, DIFFUSION, 0.0, 0.0)
    for channel, shape, low, high in (
        ("open", delivery.open_wall_shape_cm, 1.10, 1.14),
        ("collapsed", delivery.collapsed_shape_cm, 1.0, 1.02),
    ):
        found = steady_uptake_cm3_h(g, tissue, channel=channel, floor="sink")
        slender = DIFFUSION * shape(jnp.array(g.depth_cm), jnp.array(g.radius_cm))
        assert low < float(found / slender) < high


def test_a_closing_channel_conducts_the_open_share_of_an_open_one():
    """Uptake falls as S(t), as in delivery; at most by what the shape factor leaves out."""
    g = grid(Geometry(0.02, 0.3, 45, 70, 60), 0.35)

    @jax.jit
    def conducts(shares: jax.Array) -> jax.Array:
        p = modes.cell(g, Tissue(DIFFUSION, DIFFUSION, 0.0, 0.0), "open", "sink")
        m = modes.modes_at(p, 0.0)
        zero = jnp.zeros_like(m.decay)
        return jax.vmap(lambda share: modes.respond(p, m, zero, share).uptake[1])(shares)

    shares = np.array([1.0, 0.7, 0.2, 0.01, 0.0])
    found = np.asarray(conducts(jnp.asarray(shares)))
    assert (found <= found[0] * shares * 1.0001 + 1e-12).all()
    assert (found >= 0.86 * found[0] * shares - 1e-12).all()


# ── Independent programs ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("channel", ["open", "collapsed"])
def test_scipys_sparse_lu_on_the_same_grid_gives_the_same_numbers(channel: modes.Channel):
    g = grid(GEOMETRY, COARSE)
    _, lengths, marks = unit_cell.levels(HOURS, 4)
    peer = PEERS.finite_volumes(g, TISSUE, channel=channel)
    tissue, cleared, states = PEERS.march(peer, 2200.0, lengths, PEERS.factorised(peer, lengths), 4)
    seen = session(g, TISSUE, PLENTY, HOURS, channel=channel, steps=4)
    area = float(np.sum(g.areas))
    assert np.asarray(seen.tissue) == pytest.approx(tissue[marks] / area, rel=1e-8)
    assert np.asarray(seen.cleared) == pytest.approx(cleared[marks] / area, rel=1e-8)
    rings, layers = peer.unknowns.T
    assert np.asarray(seen.concentration)[:, rings, layers] == pytest.approx(
        states[marks], abs=1e-6
    )


@pytest.mark.parametrize("channel", ["open", "collapsed"])
def test_scikit_fem_agrees_and_both_converge_to_the_same(channel: modes.Channel):
    ours, theirs = [], []
    for fineness in (COARSE, 2 * COARSE):
        g = grid(GEOMETRY, fineness)
        _, lengths, marks = unit_cell.levels(HOURS, 4)
        peer = PEERS.finite_elements(g, TISSUE, channel=channel)
        tissue, cleared, _ = PEERS.march(peer, 2200.0, lengths, PEERS.factorised(peer, lengths), 4)
        theirs.append((tissue + cleared)[marks] / float(np.sum(g.areas)))
        ours.append(uptake(session(g, TISSUE, PLENTY, HOURS, channel=channel, steps=4)))
    assert ours[1] == pytest.approx(theirs[1], rel=5e-3)
    limits = [(4 * fine - coarse) / 3 for coarse, fine in (ours, theirs)]
    assert limits[0] == pytest.approx(limits[1], rel=5e-4)


def test_scipys_bdf_agrees_on_a_film_that_runs_dry_under_a_closing_channel():
    g = grid(GEOMETRY, 0.15)
    film, tau = Film(60.0, 0.01, 2200.0), 1.5
    tissue = TISSUE._replace(surface_cm_h=0.0)
    area = float(np.sum(g.areas))
    shape = float(delivery.open_wall_shape_cm(jnp.array(g.depth_cm), jnp.array(g.radius_cm)))
    channel_area = np.pi * g.radius_cm**2 + 2 * np.pi * g.radius_cm * g.depth_cm
    start = PEERS.finite_volumes(g, tissue)
    at_faces = np.flatnonzero(start.source)
    # A closed mouth is one more resistance before each face, by its share of the channel's area.
    plugged = PEERS.finite_volumes(g, tissue, extra=lambda faces: channel_area / faces)
    beside = 1 / start.source[at_faces]
    more = 1 / plugged.source[at_faces] - beside
    volume, system = (
        start.held,
        (start.system - np.diag(start.source)).A1.reshape(start.system.shape),
    )

    def flow(time: float, y: np.ndarray) -> np.ndarray:
        c, held = y[:-2], y[-2]
        share = np.exp(-time / tau)
        plug = (1 - share) / share / (DIFFUSION * shape)
        dissolved = min(held / film.thickness_cm, film.solubility_ug_ml)
        given = np.zeros(len(c))
        given[at_faces] = (dissolved - c[at_faces]) / (beside + plug * more)
        slope = (given - system @ c) / volume
        return np.concatenate([slope, [-given.sum() / area, start.cleared @ c / area]])

    y0 = np.concatenate([np.zeros(len(volume)), [film.amount_ug_cm2, 0.0]])
    solved = solve_ivp(flow, (0, 6), y0, method="BDF", rtol=1e-5, atol=1e-4, t_eval=HOURS)
    seen = session(g, tissue, film, HOURS, closing_tau_h=tau, steps=12)
    assert np.asarray(seen.film) == pytest.approx(solved.y[-2], abs=1e-3 * 60)
    assert np.asarray(seen.cleared) == pytest.approx(solved.y[-1], abs=1e-3 * 60)
    assert float(seen.film_ug_ml[-1]) < 2200.0


# ── Laws ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("channel", "floor"), [("open", "closed"), ("collapsed", "closed"), ("none", "sink")]
)
def test_no_drug_is_lost_or_made(channel: modes.Channel, floor: modes.Floor):
    g = grid(GEOMETRY, COARSE)
    film = Film(80.0, 0.01, 2200.0)
    seen = session(g, TISSUE, film, HOURS, closing_tau_h=3.0, channel=channel, floor=floor)
    assert np.abs(seen.balance(80.0)).max() < 1e-9
    assert (np.diff(np.asarray(seen.film)) <= 1e-9).all()
    assert (np.diff(np.asarray(seen.cleared)) >= 0).all()


@pytest.mark.parametrize("channel", ["open", "collapsed"])
def test_no_concentration_lies_outside_that_of_film_and_nothing(channel: modes.Channel):
    seen = session(grid(GEOMETRY, COARSE), TISSUE, PLENTY, HOURS, channel=channel)
    found = np.asarray(seen.concentration)
    assert found.min() > -1e-6 * 2200
    assert found.max() < 2200 * (1 + 1e-6)
    assert np.diff(found, axis=0).min() > -1e-6 * 2200  # under a lasting film nothing falls


def test_half_the_steps_change_little():
    g = grid(GEOMETRY, COARSE)
    film = Film(60.0, 0.01, 2200.0)
    few, many = (
        uptake(session(g, TISSUE, film, HOURS, closing_tau_h=2.0, steps=n)) for n in (8, 16)
    )
    assert few == pytest.approx(many, rel=1e-3)


def test_gradients_are_those_of_central_differences():
    g = grid(GEOMETRY, 0.15)

    @jax.jit
    def taken_up(numbers: jax.Array) -> jax.Array:
        tissue = Tissue(numbers[0], numbers[1], numbers[2], numbers[3])
        seen = session(
            g, tissue, Film(60.0, 0.01, 2200.0), (0.5, 6.0), closing_tau_h=numbers[4], steps=4
        )
        return seen.cleared[-1] + seen.tissue[0]

    at = jnp.array([*TISSUE, 2.0])
    found = jax.jit(jax.grad(taken_up))(at)
    for i, size in enumerate(at):
        step = jnp.zeros(5).at[i].set(1e-4 * size)
        central = (taken_up(at + step) - taken_up(at - step)) / (2e-4 * size)
        assert float(found[i]) == pytest.approx(float(central), rel=1e-4)


@pytest.mark.parametrize(
    "broken",
    [{"density_per_cm2": 3e4}, {"depth_mm": 2.0}, {"epidermis_um": 0.0}, {"mouth_radius_um": 0.0}],
)
def test_a_geometry_that_cannot_be_is_refused(broken: dict[str, float]):
    with pytest.raises(ValueError, match=r"overlap|floor"):
        grid(GEOMETRY._replace(**broken))


def test_the_grid_has_faces_on_layers_wall_and_tip():
    g = grid(GEOMETRY, 1.0)
    assert float(g.r_faces[g.wall]) == pytest.approx(45e-4)
    assert float(g.z_faces[g.tip]) == pytest.approx(0.03)
    assert float(g.z_faces[g.epidermis]) == pytest.approx(70e-4)
    assert float(np.sum(g.areas)) == pytest.approx(1 / 120)
    assert replace(g, wall=3).wall == 3
