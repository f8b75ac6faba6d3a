"""Scalp map: where each follicle stands, and what a count in a window of it can tell.

Follicular units stand on a triangular lattice, each displaced at random within a disc, so that two
never come closer than (1 − 2 × displacement) of the lattice spacing: a hard-core pattern, as
surgeons describe it. A unit has 1 to 4 follicles, whose openings are the corners of a regular
polygon. Where units stand never changes; a count changes because follicles do. Equations
    spacing         a = √(2/(√3 λ)) at λ units per cm²
    count           number of follicles N in the window, each seen with the probability p
    sampling noise  SD of a share read from N follicles  √(p(1 − p)/N)
Follicles of one unit cycle independently. Sources: the records ``scalp_map.*``.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anagen.scalp.drive import DrawnDrive
from anagen.scalp.population import Population
from anagen.scalp.units import MM_PER_CM

MOST_IN_UNIT = 4


class Layout(NamedTuple):
    """Numbers of the map."""

    units_of_one: float  # share of follicular units with so many follicles
    units_of_two: float
    units_of_three: float
    units_of_four: float
    displacement: float  # of a unit off its lattice point, in spacings
    opening_distance_mm: float

    def shares(self) -> NDArray[np.float64]:
        """Share of units with 1, 2, 3 and 4 follicles; sums to 1."""
        share = np.array(self[:MOST_IN_UNIT])
        return share / share.sum()


class ScalpMap(NamedTuple):
    """A rectangle of scalp; its follicles are numbered as those of a population."""

    width_cm: float
    height_cm: float
    unit_xy_cm: NDArray[np.float64]  # (units, 2)
    unit: NDArray[np.int64]  # unit of each follicle
    xy_cm: NDArray[np.float64]  # opening of each follicle, (follicles, 2)
    within_class: NDArray[np.float64]  # where in its band of diameter it lies, −0.5 to 0.5

    @property
    def follicles(self) -> int:
        """How many follicles there are."""
        return self.unit.size


def lay_out(
    density_per_cm2: float, width_cm: float, height_cm: float, layout: Layout, seed: int
) -> ScalpMap:
    """Follicular units and follicles on a rectangle, at a mean density of follicles."""
    if not (density_per_cm2 > 0 and width_cm > 0 and height_cm > 0):
        raise ValueError("A scalp map needs a density, a width and a height above zero.")
    if not 0 <= layout.displacement < 0.5:
        raise ValueError(
            "Units displaced by half a spacing or more may meet; allowed is below 0.5."
        )
    random = np.random.default_rng(seed)
    shares = layout.shares()
    in_unit = np.arange(1, MOST_IN_UNIT + 1)
    spacing_cm = np.sqrt(2 / (np.sqrt(3) * density_per_cm2 / (shares @ in_unit)))
    units = _lattice(width_cm, height_cm, spacing_cm, layout.displacement, random)
    size = random.choice(in_unit, len(units), p=shares)
    unit = np.repeat(np.arange(len(units)), size)
    return ScalpMap(
        width_cm=width_cm,
        height_cm=height_cm,
        unit_xy_cm=units,
        unit=unit,
        xy_cm=units[unit] + _openings(size, layout.opening_distance_mm / MM_PER_CM, random),
        within_class=random.random(unit.size) - 0.5,
    )


def _lattice(
    width_cm: float,
    height_cm: float,
    spacing_cm: float,
    displacement: float,
    random: np.random.Generator,
) -> NDArray[np.float64]:
    """Units within the rectangle: a triangular lattice, turned and shifted, each unit displaced."""
    reach = np.hypot(width_cm, height_cm) / 2 + 2 * spacing_cm
    rows = np.arange(-np.ceil(2 * reach / (np.sqrt(3) * spacing_cm)), reach / spacing_cm * 2)
    columns = np.arange(-np.ceil(reach / spacing_cm) - 1, reach / spacing_cm + 2)
    row, column = np.meshgrid(rows, columns, indexing="ij")
    shifted = column + (row % 2) / 2
    points = np.stack([shifted, row * np.sqrt(3) / 2], axis=-1).reshape(-1, 2)
    points += random.random(2)
    angle, far = 2 * np.pi * random.random(len(points)), np.sqrt(random.random(len(points)))
    points += displacement * far[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    turn = np.pi * random.random()
    turned = points @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    placed = turned * spacing_cm + np.array([width_cm, height_cm]) / 2
    inside = ((placed >= 0) & (placed < [width_cm, height_cm])).all(axis=1)
    return placed[inside]


def _openings(
    size: NDArray[np.int64], distance_cm: float, random: np.random.Generator
) -> NDArray[np.float64]:
    """Openings around the middle of their unit: corners of a polygon of this side."""
    follicle = np.concatenate([np.arange(n) for n in size]) if size.size else np.zeros(0)
    of_unit = np.repeat(size, size)
    turn = np.repeat(2 * np.pi * random.random(size.size), size)
    radius = np.where(of_unit > 1, distance_cm / (2 * np.sin(np.pi / np.maximum(of_unit, 2))), 0.0)
    angle = turn + 2 * np.pi * follicle / of_unit
    return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def hair_diameter_um(
    scalp: ScalpMap, population: Population, drawn: DrawnDrive
) -> NDArray[np.float64]:
    """Diameter of each follicle's hair: its class and its own place within the band."""
    middle = drawn.diameter_um[population.size]
    return middle + scalp.within_class * drawn.class_width_um


def in_window(
    scalp: ScalpMap, left_cm: float, bottom_cm: float, side_cm: float = 1.0
) -> NDArray[np.bool_]:
    """Follicles that open within a square window."""
    corner = np.array([left_cm, bottom_cm])
    return ((scalp.xy_cm >= corner) & (scalp.xy_cm < corner + side_cm)).all(axis=1)


def window_counts(
    scalp: ScalpMap, seen: NDArray[np.bool_], side_cm: float = 1.0
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Follicles that are seen, and all follicles, in each of the windows that tile the map."""
    across, up = (int((end + side_cm / 1000) // side_cm) for end in scalp[:2])
    if across < 1 or up < 1:
        raise ValueError(f"No window of {side_cm:g} cm fits on this scalp.")
    cell = np.floor(scalp.xy_cm / side_cm).astype(int)
    inside = ((cell >= 0) & (cell < [across, up])).all(axis=1)
    window = cell[:, 0] * up + cell[:, 1]
    every = np.bincount(window[inside], minlength=across * up)
    counted = np.bincount(window[inside & seen], minlength=across * up)
    return counted, every


def sampling_sd(share: float, follicles: float) -> float:
    """Standard deviation of a share that is read from so many independent follicles."""
    return float(np.sqrt(share * (1 - share) / follicles))
