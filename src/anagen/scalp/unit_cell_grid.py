"""The grid of the unit cell: a cylinder of skin around one channel, cut into rings.

A channel of depth d and mouth radius a stands on the axis of a cylinder of radius R = 1/√(πρ), its
share of a field of ρ channels per cm². Cells shrink towards the channel's wall r = a and its tip
z = d, where the concentration bends most: their size is h(x) = h₀ + g |x − x₀|, so that the number
of cells grows with the logarithm of the cylinder's size. Layers, wall and tip lie on faces.
Lengths in cm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import jax
import numpy as np
from jax import Array

from anagen.scalp.units import MM_PER_CM, UM_PER_CM

SMALLEST = 0.03  # cell at the wall and at the tip, as a share of the mouth radius, at fineness 1
GROWTH = 0.1  # how fast cells grow away from them
SURFACE = 1.0  # largest cell at the skin surface, as a share of the mouth radius
LARGEST = 0.06  # largest cell anywhere, as a share of the cylinder's size
SAMPLES = 4001  # points that the wanted size is summed over between two stops


class Geometry(NamedTuple):
    """One channel in its share of skin. A depth of 0 is skin without a channel."""

    density_per_cm2: float
    depth_mm: float
    mouth_radius_um: float
    epidermis_um: float  # viable epidermis
    skin_mm: float  # from below the stratum corneum to the floor of the dermis


@partial(
    jax.tree_util.register_dataclass,
    data_fields=["r_faces", "z_faces", "radius_cm", "depth_cm"],
    meta_fields=["wall", "tip", "epidermis"],
)
@dataclass(frozen=True)
class Grid:
    """Faces of the cells; ``wall`` and ``tip`` count the rings and layers inside the channel."""

    r_faces: np.ndarray | Array
    z_faces: np.ndarray | Array
    wall: int
    tip: int
    epidermis: int  # layers in the epidermis
    radius_cm: float | Array
    depth_cm: float | Array

    @property
    def r(self) -> np.ndarray | Array:
        """Middle of each ring."""
        return (self.r_faces[1:] + self.r_faces[:-1]) / 2

    @property
    def z(self) -> np.ndarray | Array:
        """Middle of each layer."""
        return (self.z_faces[1:] + self.z_faces[:-1]) / 2

    @property
    def areas(self) -> np.ndarray | Array:
        """Area of each ring, seen from above."""
        return np.pi * (self.r_faces[1:] ** 2 - self.r_faces[:-1] ** 2)

    @property
    def heights(self) -> np.ndarray | Array:
        """Thickness of each layer."""
        return self.z_faces[1:] - self.z_faces[:-1]


def grid(geometry: Geometry, fineness: float = 1.0) -> Grid:
    """Cells for one geometry; a whole ``fineness`` n cuts every cell into n × n."""
    radius = geometry.mouth_radius_um / UM_PER_CM
    depth = geometry.depth_mm / MM_PER_CM
    epidermis = geometry.epidermis_um / UM_PER_CM
    floor = geometry.skin_mm / MM_PER_CM
    rim = 1 / np.sqrt(np.pi * geometry.density_per_cm2)
    if not 0 < radius < rim:
        raise ValueError("channels of this radius and density overlap.")
    if not (0 <= depth < floor and 0 < epidermis < floor):
        raise ValueError("channel and epidermis must end above the floor of the dermis.")

    smallest = SMALLEST * radius

    def size_r(r: np.ndarray) -> np.ndarray:
        return np.minimum(smallest + GROWTH * np.abs(r - radius), LARGEST * rim)

    def size_z(z: np.ndarray) -> np.ndarray:
        surface = SURFACE * radius + GROWTH * z
        tip = smallest + GROWTH * np.abs(z - depth) if depth else surface
        return np.minimum(np.minimum(tip, surface), LARGEST * floor)

    r_faces, r_marks = _faces([0.0, radius, rim], size_r, fineness)
    stops = sorted({0.0, epidermis, depth, floor})
    z_faces, z_marks = _faces(stops, size_z, fineness)
    return Grid(
        r_faces,
        z_faces,
        wall=r_marks[1],
        tip=z_marks[stops.index(depth)],
        epidermis=z_marks[stops.index(epidermis)],
        radius_cm=radius,
        depth_cm=depth,
    )


def _faces(
    stops: list[float], size: Callable[[np.ndarray], np.ndarray], fineness: float
) -> tuple[np.ndarray, list[int]]:
    """Faces of cells of about the wanted size, with a face on every stop; its index for each."""
    faces, marks = [stops[0]], [0]
    for start, end in pairwise(stops):
        # Dense samples crowd at both ends, where the wanted size may change fast.
        s = np.linspace(0, np.pi, SAMPLES)
        x = start + (end - start) * (1 - np.cos(s)) / 2
        middle = (x[1:] + x[:-1]) / 2
        counted = np.concatenate([[0.0], np.cumsum(np.diff(x) / size(middle))])
        number = max(2, int(np.ceil(fineness * np.ceil(counted[-1]))))
        inner = np.interp(np.linspace(0, counted[-1], number + 1)[1:-1], counted, x)
        faces += [*inner, end]
        marks.append(len(faces) - 1)
    return np.array(faces), marks
