"""Blood and medicine: how much flows in the skin, and where a medicine goes.

The vessel is as wide as the median of ``perfusion_ratio`` at each week makes it, today 1; its pale
rim is p95 and the dashed line within it p05. How fast cells and drops move is drawn.
"""

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from anagen.care import words
from anagen.care.story_motion import (
    INK,
    SAMPLES,
    Drawing,
    Moment,
    Moving,
    Shape,
    between,
    part,
    shape,
)
from anagen.care.story_tissue import air, pocket, sheath, skin, strand

if TYPE_CHECKING:
    from anagen.forecast import Forecast
    from anagen.protocol import Protocol

SURFACE, DEEP, X, HALF = 84.0, 232.0, 210.0, 11.0
VESSEL = 15.0  # px, its width today
MOST = 3.0  # times today, beyond which it is not drawn wider
CELLS = 9
DROPS = 7
BEGINS, ENDS = 4 / 60, 56 / 60
MARKS = (
    ("medicine", "disc", "anagen"),
    ("vessel", "line", "blood"),
    ("range", "pale", "blood"),
    ("oxygen", "hollow", "blood"),
)
STILLS = (BEGINS, 16 / 60, 32 / 60, ENDS)
STEPS = tuple(step / 60 for step in range(4, 57, 4))  # that have a name
COURSE = np.array(  # px; the vessel's middle, from left to right under the root
    [[-20, 272], [60, 276], [130, 264], [172, 232], [200, 256], [232, 262], [262, 236], [300, 262],
     [360, 276], [424, 270]]
)  # fmt: skip

type Way = Literal["skin", "blood"] | None


class Blood(NamedTuple):
    """Flow in the skin, and what is carried."""

    flow: dict[str, NDArray[np.float64]]  # ratio to today by quantile, each (weeks,)
    flow_end: dict[str, float]
    oxygen: dict[str, float]  # brought, in times of what roots need
    plasma_ng_ml: dict[str, float]  # highest week of minoxidil in the blood
    medicine: Way  # how a medicine comes to the root, if there is one

    @property
    def steady(self) -> bool:
        """Whether no draw lets the flow change."""
        return all(abs(values - 1).max() < 0.005 for values in self.flow.values())


def blood(forecast: "Forecast") -> Blood:
    """What flows through a course."""
    drawn = forecast.draws
    return Blood(
        flow=forecast.band("perfusion_ratio"),
        flow_end=words.of_draws(drawn["perfusion_ratio"][:, -1]),
        oxygen=words.of_draws(drawn["oxygen_supply_to_demand"][:, 0]),
        plasma_ng_ml=words.of_draws(drawn["plasma_minoxidil_ng_ml"].max(axis=1)),
        medicine=way(forecast.protocol),
    )


def way(protocol: "Protocol") -> Way:
    """How a protocol's medicine comes to the root: through the skin, else with the blood."""
    if any(topical.drug != "none" for topical in protocol.topicals):
        return "skin"
    return "blood" if protocol.medicines else None


def week(known: Blood, time: float) -> float:
    """The week that the drawing shows."""
    return (len(known.flow["median"]) - 1) * part(time, BEGINS, ENDS)


def ratio(known: Blood, quantile: str, time: float) -> float:
    """Flow relative to today; back to today before the loop begins anew."""
    values = known.flow[quantile]
    now = float(np.interp(week(known, time), np.arange(len(values)), values))
    return between(now, 1.0, part(time, ENDS, 1))


def picture(known: Blood, moments: tuple[str, ...]) -> Drawing:
    """``moments`` name the weeks at `STEPS`."""
    drops = {"skin": _through_skin, "blood": _with_blood, None: tuple}[known.medicine]()
    return Drawing(
        key="blood",
        shapes=(
            air(),
            *skin(SURFACE, 16),
            *_vessel(known),
            *_root(),
            *_cells(),
            *_oxygen(),
            *drops,
        ),
        moments=tuple(map(Moment, STEPS, moments)),
        stills=STILLS,
        seconds=12,
    )


def width(known: Blood, quantile: str, time: float) -> float:
    """Of the vessel, px."""
    return VESSEL * min(ratio(known, quantile, time), MOST)


def _vessel(known: Blood) -> tuple[Shape, ...]:
    line = {"href": "#@-vessel", "fill": "none", "stroke": INK["blood"]}

    def wide(quantile: str) -> dict[str, Moving]:
        return {"stroke-width": lambda time: width(known, quantile, time)}

    return (
        shape("defs", shape("path", d=_smooth(COURSE), id="@-vessel")),
        shape("use", moving=wide("p95"), stroke_opacity=0.2, **line),
        shape("use", moving=wide("median"), stroke_opacity=0.55, **line),
        shape("use", moving=wide("p05"), stroke_opacity=0.45, **line),
    )


def _root() -> tuple[Shape, ...]:
    return (
        sheath(pocket(X, SURFACE, DEEP, HALF)),
        shape("circle", cx=X, cy=DEEP - 19, r=15, fill=INK["anagen"]),
        shape("path", d=strand(X, DEEP - 18, SURFACE, 76), fill="none", stroke=INK["ink"],
              stroke_width=7, stroke_linecap="round"),
    )  # fmt: skip


def _cells() -> tuple[Shape, ...]:
    runs = (_traveller(COURSE, 1, index / CELLS) for index in range(CELLS))
    return (shape("g", *runs, fill=INK["blood"]),)


def _oxygen() -> tuple[Shape, ...]:
    """From the vessel to the root."""
    starts = ((150, 252), (176, 236), (232, 258), (258, 240))
    ways = (
        np.array([[x, y], [(x + X) / 2, y - 16], [X + 0.25 * (x - X), DEEP - 18]])
        for x, y in starts
    )
    runs = (_traveller(way, 2, index / len(starts)) for index, way in enumerate(ways))
    return (shape("g", *runs, fill=INK["card"], stroke=INK["blood"], stroke_width=1.4),)


def _through_skin() -> tuple[Shape, ...]:
    """Along the hair to its root, and a little into the blood."""
    film = shape(
        "rect", x=X - 150, y=SURFACE - 9, width=300, height=8, rx=4, fill=INK["anagen"],
        fill_opacity=0.4,
    )  # fmt: skip
    runs = []
    for index in range(DROPS):
        side = -1 if index % 2 else 1
        top = X + side * (30 + 14 * index)
        course = [[top, SURFACE - 4], [X + side * 15, SURFACE + 8], [X + side * 10, SURFACE + 60]]
        if index == DROPS // 2:  # this one is carried off
            course += [[X + side * 26, 200], [236, 262], [300, 262], [360, 276], [424, 270]]
        else:
            course += [[X + side * 9, 180], [X + side * 6, DEEP - 18]]
        runs.append(_traveller(np.array(course, float), 1, index / DROPS))
    return film, shape("g", *runs, fill=INK["anagen"])


def _with_blood() -> tuple[Shape, ...]:
    """In the vessel, and from there to the root."""
    to_root = np.vstack([COURSE[:4], [[190, 226], [X - 4, DEEP - 18]]])
    courses = (to_root, COURSE, to_root, COURSE, to_root)
    runs = (_traveller(way, 1, index / len(courses)) for index, way in enumerate(courses))
    return (shape("g", *runs, fill=INK["anagen"]),)


def _traveller(course: NDArray[np.float64], laps: int, ahead: float) -> Shape:
    """A dot that runs along a course, ``laps`` times a loop; it fades in and out at the ends."""
    along = _dense(course)

    def passed(time: float) -> float:
        return (laps * time + ahead) % 1.0

    def at(time: float) -> str:
        x, y = (np.interp(passed(time), along[0], axis) for axis in along[1:])
        return f"{x:.1f} {y:.1f}"

    def seen(time: float) -> float:
        edge = 1.6 * laps / SAMPLES  # not seen while it jumps back to the start of its course
        share = passed(time)
        return part(share, edge, edge + 0.08) * (1 - part(share, 1 - edge - 0.08, 1 - edge))

    return shape("circle", r=4, moving={"translate": at, "opacity": seen})


def _dense(course: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the way, x and y of a curve through the points of a course, (3, n)."""
    points = _bends(course)
    steps = np.hypot(*np.diff(points, axis=0).T)
    return np.vstack([np.concatenate([[0], np.cumsum(steps)]) / steps.sum(), points.T])


def _bends(course: NDArray[np.float64]) -> NDArray[np.float64]:
    """A smooth curve through points (Catmull-Rom), (n, 2)."""
    ends = np.vstack([2 * course[0] - course[1], course, 2 * course[-1] - course[-2]])
    share = np.linspace(0, 1, 8, endpoint=False)[:, None]
    pieces = [
        0.5 * (
            2 * b + (c - a) * share + (2 * a - 5 * b + 4 * c - d) * share**2
            + (3 * b - a - 3 * c + d) * share**3
        )
        for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False)
    ]  # fmt: skip
    return np.vstack([*pieces, course[-1:]])


def _smooth(course: NDArray[np.float64]) -> str:
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in _bends(course))
