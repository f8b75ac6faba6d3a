"""The unit cell in modes: one implicit equation of it, solved by division.

Equation, for the tissue's concentration C under a forcing b and a film of concentration C_f
    rate · C + k C − ∇·(D ∇C) = b + what passes skin surface and channel
Rings are taken apart into the modes of the whole cylinder, which depend on the grid alone. Layers
are taken apart, for each rate, into the modes of (k + rate − ∂D∂) weighted by D: with that weight
the equation is a division even where D changes with depth. The channel is not a whole cylinder:
each face between channel and tissue takes part with one unknown source that undoes what the whole
cylinder would pass there and puts the channel's own conductance in its place. The unknowns are a
dense system of some dozen faces. Cells inside the channel are shadows: they follow, nothing feels
them. Units: µg, cm, h.
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


class Rings(NamedTuple):
    """Modes of the rings of a whole cylinder; they depend on the grid alone."""

    decay: np.ndarray  # (modes,), 1/cm²
    modes: np.ndarray  # (rings, modes): concentration, for a unit mode


class Faces(NamedTuple):
    """Faces between channel and tissue: those of the wall, then those of the tip; (faces,)."""

    ring: np.ndarray  # of the cell outside
    layer: np.ndarray
    inner_ring: np.ndarray  # of the cell inside
    inner_layer: np.ndarray
    across: Array  # conductance, were the channel tissue; cm³/h
    beside: Array  # resistance from the face to the middle of the outer cell; h/cm³
    takes_part: np.ndarray  # 1 where drug passes the face
    pore: Array  # resistance of the collapsed pore before the face
    closing: Array  # resistance of the face, to be multiplied by (1 − S)/S


class Cell(NamedTuple):
    """The unit cell as the solver sees it."""

    rings: Rings
    faces: Faces
    areas: np.ndarray  # of rings; 0-1 masks say where they are living skin
    living: np.ndarray  # (rings,): 1 outside the channel's radius
    beside_channel: np.ndarray  # (layers,): 1 above the channel's tip
    heights: np.ndarray
    diffusion: Array  # (layers,)
    clearance: Array
    coupling: Array  # (layers, layers): exchange in depth, with both ends; cm/h
    top: Array  # from the film into the first layer; cm/h
    bottom: Array


class Modes(NamedTuple):
    """The cell in the modes that belong to one rate."""

    layers: Array  # (layers, layer modes)
    decay: Array  # (ring modes, layer modes)
    mass: Array  # (layer modes, layer modes): what is stored
    outside: Array  # (faces, all modes): concentration in the cells outside the faces
    outside_by: Array  # (faces, faces): the same for unit sources there
    inside_by: Array
    inside: Array
    film: Array  # (ring modes, layer modes): answer to a film of unit concentration, no channel
    skin: Array  # (all modes,): ∫C over the living skin
    skin_by: Array
    cleared: Array  # (all modes,): what blood clears, µg/h
    floored: Array  # what passes the floor, µg/h


class Answer(NamedTuple):
    """The solution; what film and channel give the cell is ``uptake``, µg/h."""

    state: Array  # (ring modes, layer modes)
    uptake: Array


def rings(grid: Grid) -> Rings:
    """Radial modes. Conductances are those of a steady logarithmic profile."""
    steps = 2 * np.pi / np.log(grid.r[1:] / grid.r[:-1])
    conduct = np.diag(np.append(steps, 0) + np.append(0, steps))
    conduct -= np.diag(steps, 1) + np.diag(steps, -1)
    root = np.sqrt(grid.areas)
    decay, modes = np.linalg.eigh(conduct / np.outer(root, root))
    return Rings(np.maximum(decay, 0.0), modes / root[:, None])


def cell(grid: Grid, modes: Rings, tissue: Tissue, channel: Channel, floor: Floor) -> Cell:
    """The cell's conductances, from the tissue's properties."""
    in_epidermis = np.arange(len(grid.z)) < grid.epidermis
    diffusion = jnp.where(in_epidermis, tissue.epidermis_cm2_h, tissue.dermis_cm2_h)
    half = grid.heights / 2 / diffusion
    between = 1 / (half[1:] + half[:-1])
    top = tissue.surface_cm_h / (1 + tissue.surface_cm_h * half[0])
    bottom = 1 / half[-1] if floor == "sink" else jnp.zeros(())
    ends = jnp.zeros(len(grid.z)).at[0].add(top).at[-1].add(bottom)
    diagonal = ends.at[1:].add(between).at[:-1].add(between)
    there = channel != "none"
    return Cell(
        rings=modes,
        faces=_faces(grid, diffusion, tissue, channel),
        areas=grid.areas,
        living=(np.arange(len(grid.r)) >= grid.wall * there).astype(float),
        beside_channel=(np.arange(len(grid.z)) < grid.tip * there).astype(float),
        heights=grid.heights,
        diffusion=diffusion,
        clearance=jnp.where(in_epidermis, 0.0, tissue.clearance_per_h),
        coupling=jnp.diag(diagonal) - jnp.diag(between, 1) - jnp.diag(between, -1),
        top=top,
        bottom=bottom,
    )


def _faces(grid: Grid, diffusion: Array, tissue: Tissue, channel: Channel) -> Faces:
    wall, tip = grid.wall, grid.tip
    if channel == "none":
        none, zero = np.zeros(0, int), jnp.zeros(0)
        return Faces(none, none, none, none, zero, zero, np.zeros(0), zero, zero)
    along, across = np.arange(tip), np.arange(wall)
    ring, layer = np.append(np.full(tip, wall), across), np.append(along, np.full(wall, tip))
    inner_ring = np.append(np.full(tip, wall - 1), across)
    inner_layer = np.append(along, np.full(wall, tip - 1))
    is_tip = np.arange(tip + wall) >= tip
    outer_d, inner_d = diffusion[layer], diffusion[inner_layer]
    turn = 2 * np.pi * grid.heights[layer]  # the wall's area, per unit radius
    disk = grid.areas[ring]
    beside = jnp.where(
        is_tip,
        grid.heights[tip] / 2 / disk,
        np.log(grid.r[wall] / grid.radius_cm) / turn,
    )
    through = jnp.where(
        is_tip,
        (grid.heights[tip - 1] / 2 / inner_d + grid.heights[tip] / 2 / outer_d) / disk,
        np.log(grid.r[wall] / grid.r[wall - 1]) / turn / outer_d,
    )
    shape = open_wall_shape_cm if channel == "open" else collapsed_shape_cm
    conductance = tissue.dermis_cm2_h * shape(
        jnp.asarray(grid.depth_cm), jnp.asarray(grid.radius_cm)
    )
    area = np.where(is_tip, disk, turn * grid.radius_cm)
    takes_part = np.where(is_tip, 1.0, float(channel == "open"))
    return Faces(
        ring,
        layer,
        inner_ring,
        inner_layer,
        across=1 / through,
        beside=beside / outer_d,
        takes_part=takes_part,
        pore=(channel == "collapsed") * grid.depth_cm / tissue.dermis_cm2_h / area,
        closing=(area @ takes_part) / area / conductance,
    )


def modes_at(p: Cell, rate: Array | float) -> Modes:
    """The modes of the layers for one ``rate`` (1/h; 0 is the steady state)."""
    root = jnp.sqrt(p.diffusion * p.heights)
    system = p.coupling + jnp.diag((p.clearance + rate) * p.heights)
    decay, vectors = jnp.linalg.eigh(system / root / root[:, None])
    layers = vectors / root[:, None]
    both = p.rings.decay[:, None] + decay

    def seen(ring: np.ndarray, layer: np.ndarray) -> Array:
        pairs = p.rings.modes[ring][:, :, None] * layers[layer][:, None, :]
        return pairs.reshape(len(ring), both.size)

    whole = p.areas @ p.rings.modes
    skin_rings = (p.areas * p.living) @ p.rings.modes
    outside = seen(p.faces.ring, p.faces.layer)
    inside = seen(p.faces.inner_ring, p.faces.inner_layer)
    answers = outside / both.ravel()
    skin = (skin_rings[:, None] * layers[0]).ravel()
    clears = p.clearance * p.heights
    cleared = whole[:, None] * (clears @ layers) - (whole - skin_rings)[:, None] * (
        (clears * p.beside_channel) @ layers
    )
    return Modes(
        layers=layers,
        decay=both,
        mass=(layers * p.heights[:, None]).T @ layers,
        outside=outside,
        inside=inside,
        outside_by=outside @ answers.T,
        inside_by=inside @ answers.T,
        film=p.top * whole[:, None] * layers[0] / both,
        skin=skin,
        skin_by=answers @ skin,
        cleared=cleared.ravel(),
        floored=(p.bottom * whole[:, None] * layers[-1]).ravel(),
    )


def answers(p: Cell, m: Modes, forced: Array, share: Array | float) -> tuple[Answer, Answer]:
    """The tissue under the forcing alone, and what a film of unit concentration adds to it.

    ``forced`` is the state that the forcing would lead to in a whole cylinder, ``share`` the open
    share of the channel.
    """
    f = p.faces
    series = share * (f.beside + f.pore) + (1 - share) * f.closing
    conduct = f.takes_part * share / series
    excess = f.across - conduct
    both = jnp.stack([forced.ravel(), m.film.ravel()], axis=1)
    of_film = jnp.array([0.0, 1.0])
    source = jnp.zeros((0, 2))
    given = jnp.zeros(2)
    skin = m.skin @ both
    if len(f.ring):
        outside, inside = m.outside @ both, m.inside @ both
        system = (
            jnp.eye(len(conduct))
            - excess[:, None] * m.outside_by
            + f.across[:, None] * m.inside_by
        )
        source = jnp.linalg.solve(
            system,
            conduct[:, None] * of_film + excess[:, None] * outside - f.across[:, None] * inside,
        )
        given = conduct @ (of_film - outside - m.outside_by @ source)
        skin = skin + m.skin_by @ source
        both = both + (m.outside.T @ source) / m.decay.ravel()[:, None]
    uptake = given + p.top * (of_film * (p.areas @ p.living) - skin)
    empty, film = both.T.reshape(2, *m.decay.shape)
    return Answer(empty, uptake[0]), Answer(film, uptake[1])
