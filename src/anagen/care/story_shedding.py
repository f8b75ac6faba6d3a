"""The hairs one finds: a small meadow of hairs through eight weeks, as many falling as forecast.

Of its hairs fall as many as the medians of ``shed_per_day_per_1000`` add up to, week by week. Where
a hair fell stays an empty place; when its follicle makes the next is not shown.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from anagen.care import words
from anagen.care.story_motion import (
    HEIGHT,
    INK,
    SAMPLES,
    WIDTH,
    Drawing,
    Moment,
    Shape,
    eased,
    part,
    shape,
)

if TYPE_CHECKING:
    from anagen.forecast import Forecast

COLUMNS, ROWS = 20, 12
HAIRS = COLUMNS * ROWS
WEEKS = 8
BEGINS, ENDS = 4 / 60, 56 / 60
STILLS = (BEGINS, 20 / 60, 36 / 60, ENDS)
STEPS = tuple(step / 60 for step in range(4, 57, 4))  # that have a name
FALL = 5 / 60  # of a loop; how long a hair is seen to fall
LEFT, TOP, RIGHT, BOTTOM = 22.0, 78.0, 378.0, 258.0
MORE_FROM = 1.3  # times today's shedding, from where on it is told
MARKS = (("stays", "line", "ink"), ("falls", "line", "telogen"))


class Shedding(NamedTuple):
    """Hairs that fall a day, of 1,000."""

    today: dict[str, float]
    most: dict[str, float]  # in the week with the highest median
    most_week: int
    fallen: NDArray[np.float64]  # of the meadow by the end of each week, (weeks,), from week 0

    @property
    def more(self) -> bool:
        """Whether for a while clearly more fall than today."""
        return self.most["median"] >= MORE_FROM * self.today["median"]


def shedding(forecast: "Forecast") -> Shedding:
    """What falls through a course."""
    drawn = forecast.draws["shed_per_day_per_1000"]
    middle = np.median(drawn, axis=0)
    most = int(middle.argmax())
    shown = middle[1 : WEEKS + 1]
    return Shedding(
        today=words.of_draws(drawn[:, 0]),
        most=words.of_draws(drawn[:, most]),
        most_week=most,
        fallen=np.concatenate([[0], np.cumsum(7 * shown)]) * HAIRS / 1000,
    )


def week(known: Shedding, time: float) -> float:
    """The week that the drawing shows."""
    return (len(known.fallen) - 1) * part(time, BEGINS, ENDS)


def gone(known: Shedding, time: float) -> float:
    """Hairs of the meadow that have fallen."""
    return float(np.interp(week(known, time), np.arange(len(known.fallen)), known.fallen))


def picture(known: Shedding, moments: tuple[str, ...]) -> Drawing:
    """``moments`` name the weeks at `STEPS`."""
    random = np.random.default_rng(6)
    order = random.permutation(HAIRS)
    falling = min(HAIRS, int(known.fallen[-1]))
    x = LEFT + (order % COLUMNS + random.uniform(0.2, 0.8, HAIRS)) * (RIGHT - LEFT) / COLUMNS
    y = TOP + (order // COLUMNS + random.uniform(0.2, 0.8, HAIRS)) * (BOTTOM - TOP) / ROWS
    bend, length = 4 + 3 * random.standard_normal(HAIRS), random.uniform(17, 24, HAIRS)

    def strand(index: int) -> str:
        return (
            f"M{x[index]:.0f} {y[index]:.0f}q0 {-length[index] / 2:.0f} {bend[index]:.0f} "
            f"{-length[index]:.0f}"
        )

    line = {"fill": "none", "stroke_width": 1.8, "stroke_linecap": "round"}
    stays = "".join(strand(index) for index in range(falling, HAIRS))
    empty = "".join(f"M{x[index]:.0f} {y[index]:.0f}h0" for index in range(falling))
    return Drawing(
        key="shedding",
        shapes=(
            shape("rect", width=WIDTH, height=HEIGHT, fill=INK["card"]),
            shape("rect", y=TOP - 34, width=WIDTH, height=HEIGHT, fill=INK["skin"],
                  fill_opacity=0.5),
            shape("path", d=empty, stroke=INK["telogen"], stroke_width=4, stroke_linecap="round",
                  stroke_opacity=0.7),
            shape("path", d=stays, stroke=INK["ink"], **line),
            shape("g", *(
                    _falls(leaves, "".join(map(strand, those)))
                    for leaves, those in _leaving(known, falling).items()
                ),
                  stroke=INK["telogen"], **line),
        ),
        moments=tuple(map(Moment, STEPS, moments)),
        stills=STILLS,
        seconds=12,
    )  # fmt: skip


def _leaving(known: Shedding, falling: int) -> dict[float, list[int]]:
    """Which hairs have let go by which step: those of one step fall together."""
    steps = [step / SAMPLES for step in range(SAMPLES + 1)]
    found: dict[float, list[int]] = {}
    for index in range(falling):
        leaves = next((time for time in steps if gone(known, time) >= index + 1), 1.0)
        found.setdefault(leaves, []).append(index)
    return found


def _falls(leaves: float, strands: str) -> Shape:
    """Hairs that let go at one time and are back at their place when the loop begins anew."""

    def drops(time: float) -> str:
        # Back at its place while it is not seen.
        fallen = eased(time, leaves - FALL, leaves) * (time <= ENDS)
        return f"{14 * fallen:.0f} {58 * fallen * fallen:.0f}"

    def seen(time: float) -> float:
        return 1 - part(time, leaves - FALL / 2, leaves) + part(time, ENDS + 1 / SAMPLES, 1)

    return shape("path", d=strands, moving={"translate": drops, "opacity": seen})
