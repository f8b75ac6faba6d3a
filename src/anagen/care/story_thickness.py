"""How thick a hair is: a healthy one, and this person's, to one scale.

Widths are ``follicles.healthy_mean_um`` and the median of ``mean_diameter_um`` today. The follicle
is drawn as much smaller as its hair is finer; how it shrinks is drawn, not computed.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from anagen.care import words
from anagen.care.story_motion import INK, Drawing, Moment, Shape, between, eased, shape
from anagen.care.story_tissue import air, pocket, sheath, skin
from anagen.evidence.parameters import parameters

if TYPE_CHECKING:
    from anagen.forecast import Forecast

PX_PER_UM = 0.42
SURFACE, DEEP = 108.0, 272.0
HEALTHY_X, TODAY_X = 184.0, 312.0
ROOM = 5.0  # px between a hair and its sheath
STILLS = (6 / 60, 18 / 60, 30 / 60, 48 / 60)
MARKS = (
    ("healthy", "disc", "needle"),
    ("today", "disc", "ink"),
    ("outline", "dash", "quiet"),
)


class Thickness(NamedTuple):
    """Mean diameters, µm."""

    today: dict[str, float]
    healthy: dict[str, float]

    @property
    def finer(self) -> bool:
        """Whether hairs are finer today than those of 19 in 20 healthy people."""
        return self.today["median"] < self.healthy["p05"]


def thickness(forecast: "Forecast") -> Thickness:
    """Today's mean, and what it is in health; both as p05, median and p95."""
    healthy = parameters()["follicles.healthy_mean_um"].at(np.array([0.05, 0.5, 0.95]))
    return Thickness(
        words.of_draws(forecast.draws["mean_diameter_um"][:, 0]),
        dict(zip(("p05", "median", "p95"), map(float, healthy), strict=True)),
    )


def picture(known: Thickness, moments: tuple[str, ...]) -> Drawing:
    """``moments`` name a healthy hair, two on the way, and the person's own."""
    healthy, today = known.healthy["median"], known.today["median"]

    def um(time: float) -> float:
        return between(healthy, today, eased(time, STILLS[0], STILLS[3]) - eased(time, 0.9, 1))

    return Drawing(
        key="thickness",
        shapes=(
            air(),
            *skin(SURFACE, 18),
            *_healthy(healthy),
            *_own(healthy, um),
            _ruler(),
        ),
        moments=tuple(map(Moment, STILLS, moments)),
        stills=STILLS,
        seconds=10,
    )


def _bottom(um: float, healthy: float) -> float:
    return between(SURFACE, DEEP, um / healthy)


def _outline(x: float, um: float, healthy: float) -> str:
    return pocket(x, SURFACE, _bottom(um, healthy), um * PX_PER_UM / 2 + ROOM)


def _shaft(x: float, um: float, healthy: float) -> str:
    """A hair from its bulb up and out of the picture, pointed below."""
    half = um * PX_PER_UM / 2
    root = _bottom(um, healthy) - 1.75 * (half + ROOM) - half / 2
    return (
        f"M{x - half:.2f} -4V{root - half:.1f}Q{x - half:.2f} {root + half:.1f} {x:g} "
        f"{root + half:.1f}Q{x + half:.2f} {root + half:.1f} {x + half:.2f} {root - half:.1f}V-4Z"
    )


def _core(x: float, um: float) -> dict[str, Any]:
    """The lighter middle of a shaft, which gives it its roundness."""
    return {"x": x - um * PX_PER_UM * 0.22, "width": um * PX_PER_UM * 0.16}


def _healthy(um: float) -> tuple[Shape, ...]:
    return (
        sheath(_outline(HEALTHY_X, um, um)),
        shape("path", d=_shaft(HEALTHY_X, um, um), fill=INK["needle"]),
        shape("rect", y=-4, height=DEEP - 60, fill=INK["card"], fill_opacity=0.28,
              **_core(HEALTHY_X, um)),
    )  # fmt: skip


def _own(healthy: float, um: Callable[[float], float]) -> tuple[Shape, ...]:
    half = healthy * PX_PER_UM / 2
    return (
        sheath(lambda time: _outline(TODAY_X, um(time), healthy)),
        shape(
            "path",
            fill=INK["ink"],
            moving={"d": lambda time: _shaft(TODAY_X, um(time), healthy)},
        ),
        shape(
            "rect", y=-4, height=SURFACE + 40, fill=INK["card"], fill_opacity=0.22,
            moving={
                "x": lambda time: _core(TODAY_X, um(time))["x"],
                "width": lambda time: _core(TODAY_X, um(time))["width"],
            },
        ),
        shape(
            "path", d=f"M{TODAY_X - half:.1f} -4V{SURFACE - 6:g}M{TODAY_X + half:.1f} -4"
            f"V{SURFACE - 6:g}", stroke=INK["quiet"], stroke_width=1.8,
            stroke_dasharray="5 4", fill="none",
        ),
    )  # fmt: skip


def _ruler() -> Shape:
    """100 µm, a tenth of a millimetre."""
    return shape(
        "path", d=f"M18 284v-8m0 4h{100 * PX_PER_UM:g}m0 -4v8", stroke=INK["ink"],
        stroke_width=1.8, fill="none",
    )  # fmt: skip
