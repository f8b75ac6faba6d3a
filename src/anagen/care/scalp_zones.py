"""The scalp from above, its zones as areas that can be chosen: one outline and one path each.

Which way is up: the nose is at the top, so that left is the person's left. The zones are those of a
protocol; the temporal zone has two sides. Borders are schematic.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Literal

from anagen.protocol import Zone

WIDTH, HEIGHT = 320, 370
Side = Literal["left", "right"]


@dataclass(frozen=True)
class Area:
    """One area of the drawing."""

    key: str
    zone: Zone
    side: Side | None
    name: str
    short: str
    path: str
    x: float  # where its name stands
    y: float


AREAS: Mapping[str, Area] = MappingProxyType(
    {
        area.key: area
        for area in (
            Area(
                "frontal", "frontal", None, "Frontal", "Frontal",
                "M52.1 110A120 160 0 0 1 267.9 110L222 138Q160 118 98 138Z", 160, 76,
            ),
            Area(
                "temporal_left", "temporal", "left", "Temporal, left", "Left",
                "M52.1 110A120 160 0 0 0 58.3 265L98 252Q84 195 98 138Z", 66, 190,
            ),
            Area(
                "vertex", "vertex", None, "Vertex", "Vertex",
                "M98 138Q160 118 222 138Q236 195 222 252Q160 272 98 252Q84 195 98 138Z", 160, 190,
            ),
            Area(
                "temporal_right", "temporal", "right", "Temporal, right", "Right",
                "M267.9 110A120 160 0 0 1 261.7 265L222 252Q236 195 222 138Z", 254, 190,
            ),
            Area(
                "occipital", "occipital", None, "Occipital", "Occipital",
                "M58.3 265A120 160 0 0 0 261.7 265L222 252Q160 272 98 252Z", 160, 302,
            ),
        )
    }
)  # fmt: skip


def outline() -> str:
    """Nose and ears, under the areas."""
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" focusable="false">'
        '<path class="outline" d="M146 23q14 -22 28 0M40 172q-18 -6 -16 20t22 34M280 172q18 -6 16 '
        '20t-22 34"/></svg>'
    )


def shape(area: Area) -> str:
    """One area as a drawing of the size of all; what it is called stands beside it for readers."""
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" focusable="false">'
        f'<path class="area-path" d="{area.path}"/>'
        f'<text x="{area.x:g}" y="{area.y - 18:g}" text-anchor="middle">{area.short}</text></svg>'
    )


def picture(said: Mapping[str, str]) -> str:
    """The scalp with the areas that were needled; ``said`` is what stands in each, by key."""
    parts = []
    for key, area in AREAS.items():
        needled = " needled" if key in said else ""
        parts.append(f'<path class="area-path{needled}" d="{area.path}"/>')
        parts.append(
            f'<text x="{area.x:g}" y="{area.y - 6:g}" text-anchor="middle">{area.short}</text>'
        )
        if key in said:
            parts.append(
                f'<text x="{area.x:g}" y="{area.y + 12:g}" text-anchor="middle" '
                f'class="said">{escape(said[key])}</text>'
            )
    told = "; ".join(f"{AREAS[key].name}: {text}" for key, text in said.items()) or "nothing"
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="needled-t needled-d">'
        '<title id="needled-t">What was needled</title>'
        f'<desc id="needled-d">The scalp from above. {escape(told)}.</desc>'
        '<path class="outline" d="M146 23q14 -22 28 0M40 172q-18 -6 -16 20t22 34M280 172q18 -6 16 '
        f'20t-22 34"/>{"".join(parts)}</svg>'
    )


def key_of(zone: str, side: str | None) -> str:
    """The area that a recorded zone is."""
    return f"{zone}_{side}" if side else zone
