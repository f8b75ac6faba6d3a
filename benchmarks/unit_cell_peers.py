"""The unit cell by others: SciPy's sparse LU on our grid, and scikit-fem's Q1 elements.

Both assemble the equations of `anagen.scalp.unit_cell` on their own, share none of its code but the
grid's faces, and take the same steps (Alexander's method of order 3), factorised once for each
length of step. They hold the film saturated and the channel open, so that their matrices are
constant: the case in which factorising ahead is worth most. `finite_volume_flow` gives SciPy's
integrators the whole problem, with a film that runs dry and a channel that closes.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu
from skfem import Basis, BilinearForm, ElementQuad0, ElementQuad1, FacetBasis, LinearForm, MeshQuad

from anagen.scalp.unit_cell_grid import Grid
from anagen.scalp.unit_cell_modes import Tissue

GAMMA = 0.43586652150845899942
TABLEAU = ((), ((1 - GAMMA) / 2,), (1.20849664917601007033, -0.64436317068446906975))


class Linear(NamedTuple):
    """mass · dC/dt = −system · C + source · C_f, with what is asked of the solution."""

    mass: Any  # sparse
    system: Any
    source: np.ndarray  # for a film of unit concentration
    held: np.ndarray  # weights of the amount in the tissue
    cleared: np.ndarray  # weights of what is cleared in an hour
    fixed: np.ndarray  # unknowns that are held at the film's concentration
    unknowns: np.ndarray  # where each unknown lies: index into (rings, layers), or points


def finite_volumes(
    grid: Grid,
    tissue: Tissue,
    *,
    channel: str = "open",
    floor: str = "closed",
    extra: Callable[[float], float] | None = None,
) -> Linear:
    """Our grid's finite volumes, each living cell an unknown.

    ``extra(area)`` is a further resistance between the film and a channel face of the given area.
    """
    r_faces, z_faces = np.asarray(grid.r_faces), np.asarray(grid.z_faces)
    r, z = (r_faces[1:] + r_faces[:-1]) / 2, (z_faces[1:] + z_faces[:-1]) / 2
    ring, height = np.pi * np.diff(r_faces**2), np.diff(z_faces)
    diffusion = np.where(
        np.arange(len(z)) < grid.epidermis,
        float(tissue.epidermis_cm2_h),
        float(tissue.dermis_cm2_h),
    )
    clearance = np.where(np.arange(len(z)) < grid.epidermis, 0.0, float(tissue.clearance_per_h))
    living = np.ones((len(r), len(z)), bool)
    if channel != "none":
        living[: grid.wall, : grid.tip] = False
    index = np.full(living.shape, -1)
    index[living] = np.arange(living.sum())
    rows, columns, values = [], [], []
    film = np.zeros(living.sum())
    sink = np.zeros(living.sum())

    def link(one: int, other: int, conductance: float) -> None:
        rows.extend((one, other, one, other))
        columns.extend((one, other, other, one))
        values.extend((conductance, conductance, -conductance, -conductance))

    def through(resistance: float, area: float) -> float:
        more = extra(area) if extra else 0.0
        return 1 / (resistance + more)

    pore = float(grid.depth_cm) / float(tissue.dermis_cm2_h) * (channel == "collapsed")
    for i in range(len(r)):
        for j in range(len(z)):
            here = index[i, j]
            if here < 0:
                continue
            half = height[j] / 2 / diffusion[j]
            if i + 1 < len(r) and index[i + 1, j] >= 0:
                around = 2 * np.pi * height[j] * diffusion[j]
                link(here, index[i + 1, j], around / np.log(r[i + 1] / r[i]))
            if j + 1 < len(z):
                link(here, index[i, j + 1], ring[i] / (half + height[j + 1] / 2 / diffusion[j + 1]))
            if j == 0:
                film[here] += (
                    ring[i] / (1 / float(tissue.surface_cm_h) + half)
                    if (float(tissue.surface_cm_h) > 0)
                    else 0.0
                )
            if j == len(z) - 1 and floor == "sink":
                sink[here] += ring[i] / half
            if i > 0 and index[i - 1, j] < 0 and channel == "open":
                wall = 2 * np.pi * height[j]
                near = np.log(r[i] / r_faces[i]) / wall / diffusion[j]
                film[here] += through(near, wall * r_faces[i])
            if j > 0 and index[i, j - 1] < 0:
                film[here] += through((half + pore) / ring[i], ring[i])
    volume = np.outer(ring, height)[living]
    cleared = (np.outer(ring, height) * clearance)[living]
    size = living.sum()
    exchange = sp.csc_matrix((values, (rows, columns)), (size, size))
    return Linear(
        sp.diags(volume, format="csc"),
        (exchange + sp.diags(film + sink + cleared)).tocsc(),
        film,
        volume,
        cleared,
        np.zeros(0, int),
        np.argwhere(living),
    )


def finite_elements(
    grid: Grid, tissue: Tissue, *, channel: str = "open", floor: str = "closed"
) -> Linear:
    """scikit-fem's bilinear elements on a mesh through our faces, weighted by 2πr."""
    r_faces, z_faces = np.asarray(grid.r_faces), np.asarray(grid.z_faces)
    mesh: Any = MeshQuad.init_tensor(r_faces, z_faces)
    middle = mesh.p[:, mesh.t].mean(axis=1)
    wall, tip = float(grid.radius_cm), float(grid.depth_cm)
    if channel != "none":
        mesh = mesh.remove_elements(np.flatnonzero((middle[0] < wall) & (middle[1] < tip)))
        middle = mesh.p[:, mesh.t].mean(axis=1)
    in_epidermis = middle[1] < z_faces[grid.epidermis]
    basis = Basis(mesh, ElementQuad1())
    constant = basis.with_element(ElementQuad0())
    values = {
        "d": np.where(in_epidermis, float(tissue.epidermis_cm2_h), float(tissue.dermis_cm2_h)),
        "k": np.where(in_epidermis, 0.0, float(tissue.clearance_per_h)),
    }
    fields = {name: constant.interpolate(each) for name, each in values.items()}

    def around(w: Any) -> Any:
        return 2 * np.pi * w.x[0]

    mass = BilinearForm(lambda u, v, w: around(w) * u * v).assemble(basis)
    flow = BilinearForm(
        lambda u, v, w: (
            around(w) * (w.d * (u.grad[0] * v.grad[0] + u.grad[1] * v.grad[1]) + w.k * u * v)
        )
    ).assemble(basis, **fields)
    held = LinearForm(lambda v, w: around(w) * v).assemble(basis)
    cleared = LinearForm(lambda v, w: around(w) * w.k * v).assemble(basis, **fields)
    source: np.ndarray = np.zeros(len(held))

    def exchange(there: Callable[[np.ndarray], np.ndarray], permeability: float) -> None:
        nonlocal flow, source
        facets = FacetBasis(mesh, ElementQuad1(), facets=mesh.facets_satisfying(there, True))
        flow = flow + permeability * BilinearForm(lambda u, v, w: around(w) * u * v).assemble(
            facets
        )
        source = source + permeability * LinearForm(lambda v, w: around(w) * v).assemble(facets)

    near = 1e-9
    hole = wall if channel != "none" else 0.0
    exchange(lambda x: (x[1] < near) & (x[0] > hole), float(tissue.surface_cm_h))
    on_wall = (abs(mesh.p[0] - wall) < near) & (mesh.p[1] < tip + near)
    on_tip = (abs(mesh.p[1] - tip) < near) & (mesh.p[0] < wall + near)
    fixed = np.flatnonzero(on_wall | on_tip) if channel == "open" else np.zeros(0, int)
    if channel == "collapsed":
        exchange(
            lambda x: (abs(x[1] - tip) < near) & (x[0] < wall),
            float(tissue.dermis_cm2_h) / tip,
        )
    if floor == "sink":
        raise ValueError("the elements are compared over a closed floor only.")
    return Linear(
        mass.tocsc(), flow.tocsc(), source, held, cleared, fixed, np.ascontiguousarray(mesh.p.T)
    )


def factorised(p: Linear, lengths: np.ndarray) -> list[Any]:
    """One sparse LU for each length of step."""
    free = np.setdiff1d(np.arange(len(p.source)), p.fixed)
    mass, system = p.mass[free][:, free], p.system[free][:, free]
    return [
        splu((mass + GAMMA * length * system).tocsc(), permc_spec="MMD_AT_PLUS_A")
        for length in lengths
    ]


def march(
    p: Linear, film_ug_ml: float, lengths: np.ndarray, factors: list[Any], steps: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tissue, cleared amount (µg per cell) and concentrations at the end of each level."""
    free = np.setdiff1d(np.arange(len(p.source)), p.fixed)
    c = np.zeros(len(p.source))
    c[p.fixed] = film_ug_ml
    push = (film_ug_ml * p.source - p.system[:, p.fixed] @ c[p.fixed])[free]
    mass = p.mass[free][:, free]
    cleared, seen = 0.0, []
    for length, factor in zip(lengths, factors, strict=True):
        span = GAMMA * length
        for _ in range(steps):
            slopes: list[tuple[np.ndarray, float]] = []
            before, before_cleared = c[free], cleared
            for weights in TABLEAU:
                base = before + sum(w * s[0] for w, s in zip(weights, slopes, strict=True))
                gone = before_cleared + sum(w * s[1] for w, s in zip(weights, slopes, strict=True))
                inner = factor.solve(mass @ base + span * push)
                c[free] = inner
                cleared = gone + span * (p.cleared @ c)
                slopes.append(((inner - base) / GAMMA, (cleared - gone) / GAMMA))
        seen.append((p.held @ c, cleared, c.copy()))
    tissue, lost, states = zip(*seen, strict=True)
    return np.array(tissue), np.array(lost), np.array(states)
