"""The microscope: skin around one channel in cross-section, to scale, at a few times of a session.

Each panel is one unit cell, cut through the channel's axis: as wide as a channel's share of skin,
down to the floor of the dermis, both halves alike. Colour steps are tenfold concentrations; layers
and channel are drawn over them. Nothing is drawn that was not computed, except that the cell's
cylinder is shown as a rectangle and the film on the skin without its thickness.
SVG that parses as XML and needs nothing from outside.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from anagen.care import drawing
from anagen.care.tokens import LIGHT

if TYPE_CHECKING:
    from anagen.scalp.unit_cell import Session
    from anagen.scalp.unit_cell_grid import Geometry, Grid

LEVELS = (1.0, 10.0, 100.0, 1000.0)  # µg/mL, where a colour step begins
STEP = 0.27  # opacity that each step adds
PANEL = 184.0  # px, width of a panel
GAP = 16.0
LEFT = 78.0  # room for the names of the layers
HEAD = 62.0
FOOT = 118.0
UM_PER_CM = 1e4
FLOOR = 1e-12  # µg/mL; below any level, keeps a logarithm finite


def said_time(hours: float) -> str:
    """``0.1667`` as 10 min, ``6`` as 6 h."""
    return f"{hours * 60:.0f} min" if hours < 1 else f"{hours:g} h"


def microscope(
    geometry: "Geometry",
    grid: "Grid",
    seen: "Session",
    hours: Sequence[float],
    *,
    collapsed: bool = False,
    stratum_corneum_um: float = 15.0,
    drug: str = "minoxidil",
    colours: Mapping[str, str] = LIGHT,
) -> str:
    """Small multiples of the cross-section, one for each of ``hours``."""
    r, z = np.asarray(grid.r) * UM_PER_CM, np.asarray(grid.z) * UM_PER_CM
    rim, floor = float(grid.r_faces[-1]) * UM_PER_CM, geometry.skin_mm * 1e3
    scale = PANEL / (2 * rim)
    height = (floor + stratum_corneum_um) * scale
    width = LEFT + len(hours) * (PANEL + GAP)
    top = HEAD + stratum_corneum_um * scale  # of the living tissue
    parts = []
    for index, hour in enumerate(hours):
        left = LEFT + index * (PANEL + GAP)
        parts.append(_tissue(left, geometry, stratum_corneum_um, scale, colours))
        for shape in _contours(r, z, np.asarray(seen.concentration[index]), floor):
            points = shape * scale
            for side in (1, -1):
                where = " ".join(
                    f"{left + PANEL / 2 + side * x:.1f},{top + y:.1f}" for x, y in points
                )
                parts.append(where)
        del parts[-0:]
        parts = [p for p in parts]
        parts.append(said_time(hour))
    return f"{width}{height}{escape(drug)}{collapsed}"
