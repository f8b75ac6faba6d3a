"""The unit cell in modes: one implicit equation of it, solved by division.

Equation, for the tissue's concentration C under a forcing b and a film of concentration C_f
    rate · C + k C − ∇·(D ∇C) = b + what passes skin surface and channel
Rings are taken apart into the modes of the whole cylinder, which depend on the grid alone. Layers
are taken apart, for each rate, into the modes of (k + rate − ∂D∂) weighted by D: with that weight
the equation is a division even where D changes with depth. The channel is no whole cylinder: each
face between channel and tissue has one unknown source, in the cell outside it, that undoes what the
whole cylinder would pass there and puts the channel's own conductance in its place. The unknowns
make a small dense system. Cells inside the channel are shadows: they follow, nothing feels them.
Units: µg, cm, h.
"""

from typing import Literal, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from anagen.scalp.delivery import collapsed_shape_cm, open_wall_shape_cm
from anagen.scalp.unit_cell_grid import Grid

type Channel = Literal["open", "collapsed", "none"]
type Floor = Literal["sink", "closed"]


class Tissue(NamedTuple):
    """What the tissue does to the drug."""

    epidermis_cm2_h: Array | float  # diffusion
    dermis_cm2_h: Array | float
    clearance_per_h: Array | float  # in the dermis
    surface_cm_h: Array | float  # permeability of the intact stratum corneum


class Faces(NamedTuple):
    """Faces between channel and tissue: those of the wall, then those of the tip; (faces,)."""

    across: Array  # conductance, were the channel tissue; cm³/h
    beside: Array  # resistance from the face to the middle of the outer cell; h/cm³
    takes_part: np.ndarray  # 1 where drug passes the face
    pore: Array  # resistance of the collapsed pore before the face
    closing: Array  # resistance of the face, to be multiplied by (1 − S)/S


class Cell(NamedTuple):
    """The unit cell as the solver sees it."""

    areas: Array  # (rings,)
    heights: Array  # (layers,)
    diffusion: Array  # (layers,)
    clearance: Array  # (layers,)
    coupling: Array  # (layers, layers): exchange in depth, with both ends; cm/h
    top: Array  # from the film into the first layer; cm/h
    bottom: Array  # from the last layer through the floor
    faces: Faces
    beside_hole: np.ndarray  # (layers,): 1 above the channel's tip
    decay: Array  # (ring modes,), 1/cm²
    modes: Array  # (rings, ring modes)
    at_wall: Array  # (2, ring modes): in the ring outside the wall, and in that inside it
    at_tip: Array  # (rings inside, ring modes)
    skin: Array  # (ring modes,): ∫ over the cell outside the channel's radius
    hole: Array  # (ring modes,): ∫ over the channel's cross-section


class Seen(NamedTuple):
    """What channel and skin see of a state."""

    outside: Array  # concentration in the cells outside the channel's faces
    inside: Array
    skin: Array  # ∫C over the living skin surface


class Modes(NamedTuple):
    """The cell in the modes that belong to one rate."""

    layers: Array  # (layers, layer modes)
    decay: Array  # (ring modes, layer modes)
    mass: Array  # (layer modes, layer modes): what is stored
    along_wall: Array  # (layers inside, layer modes)
    by_tip: Array  # (2, layer modes): in the layer below the tip, and in that above it
    film: Array  # (ring modes, layer modes): answer to a unit film in a whole cylinder
    film_seen: Seen
    outside_by: Array  # (faces, faces): concentration outside each face, for unit sources there
    inside_by: Array
    skin_by: Array  # (faces,): ∫C over the living skin, for unit sources


class Response(NamedTuple):
    """For an empty film, and per unit of its concentration: (…, 2)."""

    source: Array  # at the faces, µg/h
    uptake: Array  # of the cell, µg/h


def ring_modes(grid: Grid) -> tuple[Array, Array]:
    """Decay and shape of the radial modes. Conductances are those of a logarithmic profile."""
    steps = 2 * jnp.pi / jnp.log(grid.r[1:] / grid.r[:-1])
    diagonal = jnp.append(steps, 0.0) + jnp.append(0.0, steps)
    conduct = jnp.diag(diagonal) - jnp.diag(steps, 1) - jnp.diag(steps, -1)
    root = jnp.sqrt(grid.areas)
    decay, modes = jnp.linalg.eigh(conduct / root / root[:, None])
    return jnp.maximum(decay, 0.0), modes / root[:, None]


def cell(grid: Grid, tissue: Tissue, channel: Channel, floor: Floor) -> Cell:
    """The cell's conductances, from the tissue's properties."""
    areas, heights = jnp.asarray(grid.areas), jnp.asarray(grid.heights)
    in_epidermis = np.arange(len(heights)) < grid.epidermis
    diffusion = jnp.where(in_epidermis, tissue.epidermis_cm2_h, tissue.dermis_cm2_h)
    half = heights / 2 / diffusion
    between = 1 / (half[1:] + half[:-1])
    top = tissue.surface_cm_h / (1 + tissue.surface_cm_h * half[0])
    bottom = 1 / half[-1] if floor == "sink" else jnp.zeros(())
    ends = jnp.zeros(len(heights)).at[0].add(top).at[-1].add(bottom)
    diagonal = ends.at[1:].add(between).at[:-1].add(between)
    wall, tip = (0, 0) if channel == "none" else (grid.wall, grid.tip)
    decay, modes = ring_modes(grid)
    return Cell(
        areas=areas,
        heights=heights,
        diffusion=diffusion,
        clearance=jnp.where(in_epidermis, 0.0, tissue.clearance_per_h),
        coupling=jnp.diag(diagonal) - jnp.diag(between, 1) - jnp.diag(between, -1),
        top=top,
        bottom=bottom,
        faces=_faces(grid, diffusion, tissue, channel),
        beside_hole=(np.arange(len(heights)) < tip).astype(float),
        decay=decay,
        modes=modes,
        at_wall=modes[np.array([wall, wall - 1])],
        at_tip=modes[:wall],
        skin=areas[wall:] @ modes[wall:],
        hole=areas[:wall] @ modes[:wall],
    )


def _faces(grid: Grid, diffusion: Array, tissue: Tissue, channel: Channel) -> Faces:
    wall, tip = grid.wall, grid.tip
    if channel == "none":
        zero = jnp.zeros(0)
        return Faces(zero, zero, np.zeros(0), zero, zero)
    is_tip = np.arange(tip + wall) >= tip
    layer = np.append(np.arange(tip), np.full(wall, tip))  # of the cell outside
    disk = grid.areas[np.append(np.zeros(tip, int), np.arange(wall))]
    turn = 2 * jnp.pi * grid.heights[layer]  # the wall's area, per unit radius
    above, below = grid.heights[tip - 1] / 2, grid.heights[tip] / 2
    beyond = jnp.log(grid.r[wall] / grid.radius_cm)
    whole = jnp.log(grid.r[wall] / grid.r[wall - 1])
    at, over = diffusion[layer], diffusion[tip - 1]
    shape = open_wall_shape_cm if channel == "open" else collapsed_shape_cm
    conductance = tissue.dermis_cm2_h * shape(
        jnp.asarray(grid.depth_cm), jnp.asarray(grid.radius_cm)
    )
    area = jnp.where(is_tip, disk, turn * grid.radius_cm)
    takes_part = np.where(is_tip, 1.0, float(channel == "open"))
    return Faces(
        across=1 / jnp.where(is_tip, (above / over + below / at) / disk, whole / turn / at),
        beside=jnp.where(is_tip, below / disk, beyond / turn) / at,
        takes_part=takes_part,
        pore=(channel == "collapsed") * grid.depth_cm / tissue.dermis_cm2_h / area,
        closing=(area @ takes_part) / area / conductance,
    )


def modes_at(p: Cell, rate: Array | float) -> Modes:
    """The modes of the layers for one ``rate`` (1/h; 0 is the steady state)."""
    root = jnp.sqrt(p.diffusion * p.heights)
    system = p.coupling + jnp.diag((p.clearance + rate) * p.heights)
    of_layers, vectors = jnp.linalg.eigh(system / root / root[:, None])
    layers = vectors / root[:, None]
    decay = p.decay[:, None] + of_layers
    wall = len(p.faces.beside) - len(p.at_tip)
    m = Modes(
        layers=layers,
        decay=decay,
        mass=(layers * p.heights[:, None]).T @ layers,
        along_wall=layers[:wall],
        by_tip=layers[np.array([wall, wall - 1])],
        film=p.top * (p.skin + p.hole)[:, None] * layers[0] / decay,
        film_seen=Seen(*(jnp.zeros(0),) * 3),
        outside_by=jnp.zeros(0),
        inside_by=jnp.zeros(0),
        skin_by=jnp.zeros(0),
    )
    outside_by, inside_by = (_concentration_by_sources(p, m, side) for side in (0, 1))
    at_skin = jnp.append(
        m.along_wall @ ((p.skin * p.at_wall[0]) @ (1 / decay) * layers[0]),
        p.at_tip @ ((1 / decay) @ (m.by_tip[0] * layers[0]) * p.skin),
    )
    return m._replace(
        film_seen=seen(p, m, m.film),
        outside_by=outside_by,
        inside_by=inside_by,
        skin_by=at_skin,
    )


def _concentration_by_sources(p: Cell, m: Modes, side: int) -> Array:
    """Next to each face (``side`` 0: outside it, 1: inside), for unit sources outside the faces."""
    inverse = 1 / m.decay
    of_wall, of_tip = p.at_wall[0], m.by_tip[0]
    wall_by_wall = (m.along_wall * ((of_wall * p.at_wall[side]) @ inverse)) @ m.along_wall.T
    tip_by_tip = (p.at_tip * (inverse @ (of_tip * m.by_tip[side]))) @ p.at_tip.T
    tip_by_wall = p.at_tip @ (of_wall[:, None] * inverse * m.by_tip[side]) @ m.along_wall.T
    wall_by_tip = m.along_wall @ (p.at_wall[side][:, None] * inverse * of_tip).T @ p.at_tip.T
    return jnp.block([[wall_by_wall, wall_by_tip], [tip_by_wall, tip_by_tip]])


def seen(p: Cell, m: Modes, state: Array) -> Seen:
    """What channel and skin see of a state."""
    by_layer = jnp.vstack([p.at_wall, p.skin]) @ state
    by_ring = state @ m.by_tip.T
    outside, inside = (
        jnp.append(m.along_wall @ by_layer[side], p.at_tip @ by_ring[:, side]) for side in (0, 1)
    )
    return Seen(outside, inside, by_layer[2] @ m.layers[0])


def respond(p: Cell, m: Modes, forced: Array, share: Array | float) -> Response:
    """How channel and skin answer to a forcing, and to a film of unit concentration.

    ``forced`` is the state that the forcing alone would lead to in a whole cylinder, ``share`` the
    open share of the channel.
    """
    f = p.faces
    of_film = jnp.array([0.0, 1.0])
    outside, inside, skin = (
        jnp.stack(pair, axis=-1) for pair in zip(seen(p, m, forced), m.film_seen, strict=True)
    )
    source, given = outside, jnp.zeros(2)
    if len(outside):
        series = share * (f.beside + f.pore) + (1 - share) * f.closing
        conduct = f.takes_part * share / series
        excess = f.across - conduct
        system = jnp.eye(len(conduct)) + (
            f.across[:, None] * m.inside_by - excess[:, None] * m.outside_by
        )
        wanted = excess[:, None] * outside - f.across[:, None] * inside
        source = jnp.linalg.solve(system, wanted + conduct[:, None] * of_film)
        given = conduct @ (of_film - outside - m.outside_by @ source)
        skin = skin + m.skin_by @ source
    area = p.areas[len(p.at_tip) :].sum()
    return Response(source, given + p.top * (of_film * area - skin))


def filled(
    p: Cell, m: Modes, forced: Array, response: Response, film: Array
) -> tuple[Array, Array]:
    """The state under a film of concentration ``film``, and the cell's uptake."""
    source = response.source @ jnp.stack([jnp.ones(()), film])
    wall = len(m.along_wall)
    injected = (
        p.at_wall[0][:, None] * (source[:wall] @ m.along_wall)
        + (source[wall:] @ p.at_tip)[:, None] * m.by_tip[0]
    )
    uptake = response.uptake[0] + film * response.uptake[1]
    return forced + film * m.film + injected / m.decay, uptake


def losses(p: Cell, m: Modes, state: Array) -> tuple[Array, Array]:
    """What blood clears and what passes the floor, µg/h."""
    skin, hole = jnp.vstack([p.skin, p.hole]) @ state
    clears = p.clearance * p.heights
    cleared = skin @ (clears @ m.layers) + hole @ ((clears * (1 - p.beside_hole)) @ m.layers)
    return cleared, p.bottom * ((skin + hole) @ m.layers[-1])
