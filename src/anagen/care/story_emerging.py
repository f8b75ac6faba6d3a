"""The hairs one does not see yet: three roots, each with a new hair at another stage of its way up.

How long the way takes is the sum of the records `anagen_i_to_v_days` and emergence depth by growth;
how many are on it is ``early_anagen_per_cm2``. Stages are drawn evenly over that time.
"""

from typing import TYPE_CHECKING, NamedTuple

from anagen.care import words
from anagen.care.story_motion import INK, Drawing, Moment, Shape, between, part, shape
from anagen.care.story_tissue import air, pocket, sheath, skin, strand
from anagen.evidence.parameters import parameters

if TYPE_CHECKING:
    from anagen.forecast import Forecast

SURFACE, DEEP, HIGH, HALF = 116.0, 268.0, 186.0, 8.0
PLACES = (100.0, 200.0, 300.0)  # px
LAG = 0.05  # of a loop, from one root to the next
UP = 34 / 60  # of a loop, until the first hair shows
FADES = 57 / 60
BEGINS = 2 / 60
STILLS = (BEGINS, 16 / 60, 36 / 60, 54 / 60)
LENGTH = 84.0  # px at the end
MARKS = (("root", "disc", "anagen"), ("hair", "line", "ink"))


class Emerging(NamedTuple):
    """New hairs under the skin."""

    per_cm2: dict[str, float]  # today
    days_until_seen: float
    growth_mm_day: float


def emerging(forecast: "Forecast") -> Emerging:
    """What is on its way today."""
    known = parameters()
    growth = known["follicles.growth_mm_day"].centre
    up = known["follicles.emergence_depth_mm"].centre / growth
    return Emerging(
        per_cm2=words.of_draws(forecast.draws["early_anagen_per_cm2"][:, 0]),
        days_until_seen=known["follicles.anagen_i_to_v_days"].centre + up,
        growth_mm_day=growth,
    )


def picture(moments: tuple[str, ...]) -> Drawing:
    """``moments`` name a root that wakes, one on its way, one that shows and one that is seen."""
    return Drawing(
        key="emerging",
        shapes=(
            air(),
            *skin(SURFACE, 18),
            *(each for index, x in enumerate(PLACES) for each in _new(x, index)),
        ),
        moments=tuple(map(Moment, STILLS, moments)),
        stills=STILLS,
        seconds=12,
    )


def above(time: float, index: int) -> float:
    """How far one of the hairs stands out of the skin, px; less than 0 while it is below."""
    starts = BEGINS + LAG * index
    if time < starts + UP:
        return -between(HIGH - SURFACE + 8, 0, part(time, starts, starts + UP))
    return LENGTH * part(time, starts + UP, starts + UP + 0.5)


def _new(x: float, index: int) -> tuple[Shape, ...]:
    starts, bulb = BEGINS + LAG * index, 1.75 * HALF

    def depth(time: float) -> float:
        down = part(time, starts, starts + 0.6 * UP)
        return between(between(HIGH, DEEP, down), HIGH, part(time, FADES, 1))

    def there(time: float) -> float:
        return part(time, starts, starts + 0.05) * (1 - part(time, FADES, 1))

    return (
        sheath(lambda time: pocket(x, SURFACE, depth(time), HALF)),
        shape("circle", cx=x, r=bulb - 4, fill=INK["anagen"],
              moving={"cy": lambda time: depth(time) - bulb, "opacity": there}),
        shape("path", fill="none", stroke=INK["ink"], stroke_width=5, stroke_linecap="round",
              moving={"d": lambda time: strand(x, depth(time) - bulb, SURFACE, above(time, index)),
                      "opacity": there}),
    )  # fmt: skip
