"""The microscope: skin around one channel in cross-section, to scale, at a few times of a session.

Each panel is one unit cell, cut along the channel's axis: as wide as a channel's share of skin,
down to the floor of the dermis, both halves alike. Two colour steps are tenfold in concentration;
layers and channel are drawn over them. Concentrations, layers and lengths are computed or measured;
only the film has no thickness to scale. SVG that parses as XML and needs nothing from outside.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from anagen.care.drawing import text
from anagen.care.scale import wrap
from anagen.care.tokens import LIGHT

if TYPE_CHECKING:
    from anagen.scalp.unit_cell import Session
    from anagen.scalp.unit_cell_grid import Geometry, Grid

LEVELS = (1, 3, 10, 30, 100, 300, 1000)  # µg/mL, where a colour step begins
STEP = 0.22  # opacity that each step adds
PANEL, GAP = 172.0, 14.0  # px
LEFT, HEAD, FOOT = 140.0, 76.0, 146.0  # px around the panels
FILM = 5.0  # px
UM_PER_CM = 1e4
ROWS = 100  # of a panel that contours are drawn through
FLOOR = 1e-12  # µg/mL; below any level, keeps a logarithm finite


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
    rim = float(grid.r_faces[-1]) * UM_PER_CM
    skin = geometry.skin_mm * 1e3
    scale = PANEL / (2 * rim)
    top = HEAD + stratum_corneum_um * scale  # of the living tissue
    bottom = top + skin * scale
    width = LEFT + len(hours) * (PANEL + GAP) + 8
    parts = [
        text(LEFT, 24, f"Where {drug} is around one channel", colours["ink"]).replace(
            "<text", '<text font-size="17" font-weight="600"', 1
        )
    ]
    for index, hour in enumerate(hours):
        left = LEFT + index * (PANEL + GAP)
        middle = left + PANEL / 2
        parts.append(_skin(left, top, geometry, stratum_corneum_um, scale, colours))
        for level, outline in _regions(grid, np.asarray(seen.concentration[index])):
            parts.append(_region(level, outline * scale, middle, top, colours))
        parts.append(_layers(left, top, geometry, stratum_corneum_um, scale, colours))
        film = float(seen.film_ug_ml[index])
        parts.append(_channel(middle, top, geometry, stratum_corneum_um, scale, collapsed, colours))
        parts.append(
            text(middle, HEAD - 16, said_time(hour), colours["ink"], anchor="middle").replace(
                "<text", '<text font-weight="600"', 1
            )
        )
        tissue, cleared = float(seen.tissue[index]), float(seen.cleared[index])
        said = (f"film {_number(film)} µg/mL", f"skin {_number(tissue)} µg/cm²")
        for row, line in enumerate((*said, f"carried off {_number(cleared)} µg/cm²")):
            parts.append(text(left, bottom + 20 + 17 * row, line, colours["quiet"]))
    parts.append(_names(top, geometry, stratum_corneum_um, scale, colours))
    parts.append(_legend(bottom + 92, scale, width, colours))
    described = _described(geometry, seen, hours, collapsed, drug)
    height = bottom + FOOT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" font-size="12.5" '
        "font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif\">"
        f"<title>Where {escape(drug)} is around one channel</title>"
        f"<desc>{escape(described)}</desc>"
        f'<rect width="100%" height="100%" fill="{colours["card"]}"/>{"".join(parts)}</svg>'
    )


def said_time(hours: float) -> str:
    """0.1667 as 10 min, 6 as 6 h."""
    return f"{hours * 60:.0f} min" if hours < 1 else f"{hours:g} h"


def _number(value: float) -> str:
    if abs(value) < 0.005:
        return "0"
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:.0f}"


def _regions(grid: "Grid", concentration: np.ndarray) -> list[tuple[float, np.ndarray]]:
    """Outlines (r, z in µm) of where the tissue holds at least each of `LEVELS`.

    At each depth the region is taken as one stretch from its first to its last crossing.
    """
    r, z = np.asarray(grid.r) * UM_PER_CM, np.asarray(grid.z) * UM_PER_CM
    rim, floor = float(grid.r_faces[-1]) * UM_PER_CM, float(grid.z_faces[-1]) * UM_PER_CM
    rows = np.unique(np.append(np.linspace(0, floor, ROWS), np.clip(z, 0, floor)))
    logs = np.log(np.maximum(concentration, FLOOR))
    by_row = np.array([np.interp(rows, z, ring) for ring in logs]).T  # (rows, rings)
    found = []
    for level in LEVELS:
        stretches = [_stretch(r, row - np.log(level), rim) for row in by_row]
        run: list[tuple[float, float, float]] = []
        for depth, stretch in zip([*rows, None], [*stretches, None], strict=True):
            if stretch is not None and depth is not None:
                run.append((*stretch, depth))
            elif run:
                inner, outer, depths = np.array(run).T
                down = np.stack([outer, depths], axis=1)
                found.append((level, np.vstack([down, np.stack([inner, depths], 1)[::-1]])))
                run = []
    return found


def _stretch(r: np.ndarray, above: np.ndarray, rim: float) -> tuple[float, float] | None:
    """First and last radius at which ``above`` is positive, by linear interpolation."""
    inside = np.flatnonzero(above > 0)
    if not len(inside):
        return None
    first, last = inside[0], inside[-1]

    def crossing(low: int) -> float:
        share = above[low] / (above[low] - above[low + 1])
        return float(r[low] + share * (r[low + 1] - r[low]))

    return (
        0.0 if first == 0 else crossing(first - 1),
        rim if last == len(r) - 1 else crossing(last),
    )


def _region(
    level: float, outline: np.ndarray, middle: float, top: float, colours: Mapping[str, str]
) -> str:
    """One colour step, both halves in one path so that no seam shows at the axis."""
    halves = (
        "M" + "L".join(f"{middle + side * x:.1f} {top + y:.1f}" for x, y in outline) + "Z"
        for side in (1, -1)
    )
    path = " ".join(halves)
    ground = (
        f'<path d="{path}" fill="{colours["card"]}" fill-opacity="0.8"/>'
        if level == LEVELS[0]
        else ""
    )
    return (
        f'{ground}<path class="at-least-{level:g}" d="{path}" fill="{colours["anagen"]}" '
        f'fill-opacity="{STEP}"/>'
    )


def _skin(
    left: float,
    top: float,
    geometry: "Geometry",
    horn_um: float,
    scale: float,
    colours: Mapping[str, str],
) -> str:
    epidermis, skin = geometry.epidermis_um * scale, geometry.skin_mm * 1e3 * scale
    horn = horn_um * scale
    tone = colours["skin"]
    return (
        f'<rect x="{left:.1f}" y="{top - horn - FILM:.1f}" width="{PANEL}" height="{FILM}" '
        f'fill="{colours["anagen"]}" fill-opacity="0.25"/>'
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{PANEL}" height="{skin:.1f}" fill="{tone}" '
        'fill-opacity="0.42"/>'
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{PANEL}" height="{epidermis:.1f}" '
        f'fill="{tone}"/>'
        f'<rect x="{left:.1f}" y="{top - horn:.1f}" width="{PANEL}" height="{horn:.1f}" '
        f'fill="{colours["telogen"]}"/>'
    )


def _layers(
    left: float,
    top: float,
    geometry: "Geometry",
    horn_um: float,
    scale: float,
    colours: Mapping[str, str],
) -> str:
    """Lines that stay visible through the colour: the layers' borders and the cell's rim."""
    border = top + geometry.epidermis_um * scale
    skin = (geometry.skin_mm * 1e3 + horn_um) * scale
    return (
        f'<path d="M{left:.1f} {border:.1f}h{PANEL}" stroke="{colours["telogen"]}" '
        'stroke-width="1" stroke-dasharray="3 2.5" fill="none"/>'
        f'<rect x="{left:.1f}" y="{top - horn_um * scale:.1f}" width="{PANEL}" '
        f'height="{skin:.1f}" fill="none" stroke="{colours["quiet"]}" stroke-opacity="0.55"/>'
    )


def _channel(
    middle: float,
    top: float,
    geometry: "Geometry",
    horn_um: float,
    scale: float,
    collapsed: bool,
    colours: Mapping[str, str],
) -> str:
    """The channel's outline: a wall that conducts is drawn through, one that does not is dashed."""
    if not geometry.depth_mm:
        return ""
    a, horn = geometry.mouth_radius_um * scale, horn_um * scale
    depth = geometry.depth_mm * 1e3 * scale
    dashed = ' stroke-dasharray="2.5 2"' if collapsed else ""
    return (
        f'<path class="channel" d="M{middle - a:.1f} {top - horn:.1f}v{depth + horn:.1f}'
        f'h{2 * a:.1f}v-{depth + horn:.1f}" fill="{colours["card"]}" fill-opacity="0.25" '
        f'stroke="{colours["needle"]}" stroke-width="1.5"{dashed}/>'
    )


def _names(
    top: float, geometry: "Geometry", horn_um: float, scale: float, colours: Mapping[str, str]
) -> str:
    """Names of the layers beside the first panel, each with a line to its layer."""
    border = top + geometry.epidermis_um * scale
    places = (
        ("film", top - horn_um * scale - FILM / 2, HEAD - 14),
        ("stratum corneum", top - horn_um * scale / 2, HEAD + 4),
        ("epidermis", (top + border) / 2, HEAD + 22),
        ("dermis", border + 34, max(border + 34, HEAD + 40)),
    )
    return "".join(
        text(LEFT - 22, at + 4, name, colours["quiet"], anchor="end")
        + f'<path d="M{LEFT - 18:.1f} {at:.1f}L{LEFT - 2:.1f} {layer:.1f}" '
        f'stroke="{colours["quiet"]}" stroke-opacity="0.7"/>'
        for name, layer, at in places
    )


def _legend(y: float, scale: float, width: float, colours: Mapping[str, str]) -> str:
    parts, swatch = [], 46.0
    for count in range(len(LEVELS) + 1):
        x = LEFT + count * swatch
        ground = (
            f'fill="{colours["card"]}"' if count else f'fill="{colours["skin"]}" opacity="0.42"'
        )
        box = f'<rect x="{x:.1f}" y="{y - 11:.1f}" width="{swatch}" height="14" '
        colour = f'fill="{colours["anagen"]}" fill-opacity="{1 - (1 - STEP) ** count:.3f}"'
        parts.append(f"{box}{ground}/>{box}{colour}/>")
        if count:
            parts.append(text(x, y + 17, f"{LEVELS[count - 1]}", colours["ink"], anchor="middle"))
    x = LEFT + (len(LEVELS) + 1) * swatch
    parts.append(
        f'<rect x="{LEFT}" y="{y - 11:.1f}" width="{x - LEFT:.1f}" height="14" fill="none" '
        f'stroke="{colours["quiet"]}" stroke-opacity="0.6"/>'
        + text(x + 10, y, "µg/mL in the tissue", colours["ink"])
    )
    bar = 200 * scale
    right = width - 20
    parts.append(
        f'<path class="scale-bar" d="M{right - bar:.1f} {y + 4:.1f}v-8m0 4h{bar:.1f}m0-4v8" '
        f'stroke="{colours["ink"]}" stroke-width="1.6" fill="none"/>'
        + text(right - bar - 8, y + 4, "200 µm", colours["ink"], anchor="end")
    )
    said = (
        "One channel's share of skin, cut along the channel; the neighbours are alike. Computed, "
        "not photographed."
    )
    for row, line in enumerate(wrap(said, width - LEFT, 12.5)):
        parts.append(text(LEFT, y + 42 + 16 * row, line, colours["quiet"]))
    return "".join(parts)


def _described(
    geometry: "Geometry", seen: "Session", hours: Sequence[float], collapsed: bool, drug: str
) -> str:
    """The picture in words, for those who do not see it."""
    kind = "collapsed to a pore that conducts at its tip" if collapsed else "open along its wall"
    times = "; ".join(
        f"after {said_time(hour)} the film holds {_number(float(film))} µg/mL, the skin "
        f"{_number(float(tissue))} µg/cm² and {_number(float(cleared))} µg/cm² were carried off"
        for hour, film, tissue, cleared in zip(
            hours, seen.film_ug_ml, seen.tissue, seen.cleared, strict=True
        )
    )
    return (
        f"Cross-sections of skin to scale, {geometry.skin_mm:g} mm deep, around a channel "
        f"{geometry.depth_mm:g} mm deep and {2 * geometry.mouth_radius_um:g} µm across, "
        f"{kind}, with {geometry.density_per_cm2:g} channels per cm². {drug}: {times}."
    )
