"""Healing: redness, the healing signal and new collagen after a first session and through a course.

Time runs ever faster, from hours to months. Redness of the first week fades as ``days_of_redness``
(median, 5 % left) says, later weeks show the medians of ``erythema``; signal and collagen are those
of ``healing_signal`` and ``collagen_ratio``. Where fibres lie is drawn.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from anagen.care import words
from anagen.care.story_channel import LEFT_WHEN_CLOSED
from anagen.care.story_motion import (
    INK,
    WIDTH,
    Drawing,
    Moment,
    Moving,
    Shape,
    gradient,
    part,
    shape,
)
from anagen.care.story_tissue import air, fibres, pocket, sheath, skin, strand

if TYPE_CHECKING:
    from anagen.forecast import Forecast

SURFACE, DEEP = 96.0, 282.0
SETTLES_WEEKS = 16  # after the last session
FIRST_DAY = 0.25  # the first step of the drawing's time
BEGINS, ENDS = 3 / 60, 57 / 60
STILLS = (BEGINS, 21 / 60, 39 / 60, ENDS)
STEPS = tuple(step / 60 for step in (3, 9, 15, 21, 27, 33, 39, 45, 51, 57))  # that have a name
WOUNDS = (96.0, 160.0, 224.0)  # px, where channels were
HAIR_X = 322.0
SHOWN = 20  # fibres today; one more for each twentieth that collagen rises
MORE = 20
MARKS = (
    ("redness", "disc", "blood"),
    ("signal", "glow", "anagen"),
    ("collagen", "line", "telogen"),
)


class Repair(NamedTuple):
    """What a course's wounds set going."""

    days_of_redness: dict[str, float]
    collagen_most: dict[str, float]  # ratio to the start, at the week of its highest median
    collagen_most_week: int
    collagen_end: dict[str, float]
    end_week: int
    redness: NDArray[np.float64]  # weekly medians, (weeks,)
    signal: NDArray[np.float64]
    collagen: NDArray[np.float64]


def repair(forecast: "Forecast") -> Repair:
    """The course of healing of a protocol that needles."""
    drawn = forecast.draws
    lasts = forecast.protocol.course.session_days[-1] / 7
    end = min(int(forecast.weeks[-1]), int(np.ceil(lasts)) + SETTLES_WEEKS)
    medians = {
        name: np.median(drawn[name], axis=0)
        for name in ("erythema", "healing_signal", "collagen_ratio")
    }
    most = int(medians["collagen_ratio"][: end + 1].argmax())
    return Repair(
        days_of_redness=words.of_draws(forecast.session["days_of_redness"]),
        collagen_most=words.of_draws(drawn["collagen_ratio"][:, most]),
        collagen_most_week=most,
        collagen_end=words.of_draws(drawn["collagen_ratio"][:, end]),
        end_week=end,
        redness=medians["erythema"],
        signal=medians["healing_signal"],
        collagen=medians["collagen_ratio"],
    )


def days(known: Repair, time: float) -> float:
    """Days since the first session that the drawing shows."""
    passed = part(time, BEGINS, ENDS)
    return 0.0 if passed == 0 else FIRST_DAY * (7 * known.end_week / FIRST_DAY) ** passed


def redness(known: Repair, time: float) -> float:
    """From 0 to 1, 1 right after a session."""
    day = days(known, time)
    if time < BEGINS:
        return part(time, 0, BEGINS)
    fades = max(known.days_of_redness["median"], 1e-6)
    fresh = LEFT_WHEN_CLOSED ** (day / fades)
    return max(fresh, _weekly(known.redness, day) if day > 7 else 0.0)


def _weekly(values: NDArray[np.float64], day: float) -> float:
    return float(np.interp(day / 7, np.arange(len(values)), values))


def signal(known: Repair, time: float) -> float:
    """The healing signal that the drawing shows; it fades out before the loop begins anew."""
    return _weekly(known.signal, days(known, time)) * (1 - part(time, ENDS, 1))


def collagen(known: Repair, time: float) -> float:
    """Collagen relative to the start."""
    return 1 + (_weekly(known.collagen, days(known, time)) - 1) * (1 - part(time, ENDS, 1))


def picture(known: Repair, moments: tuple[str, ...]) -> Drawing:
    """``moments`` name the time since the first session at `STEPS`."""
    return Drawing(
        key="healing",
        shapes=(
            air(),
            *skin(SURFACE, 18),
            *_collagen(known),
            *_glow(known),
            *_hair(),
            *_flush(known),
        ),
        moments=tuple(map(Moment, STEPS, moments)),
        stills=STILLS,
        seconds=12,
    )


def _collagen(known: Repair) -> tuple[Shape, ...]:
    """Fibres as today, and new ones in proportion to what is added."""
    lie = fibres(SHOWN + MORE, SURFACE + 30, 290, seed=11)
    order = np.random.default_rng(2).permutation(len(lie))
    today = " ".join(lie[i] for i in order[:SHOWN])

    def added(index: int) -> Moving:
        return lambda time: min(1.0, max(0.0, SHOWN * (collagen(known, time) - 1) - index))

    line: dict[str, Any] = {"fill": "none", "stroke": INK["telogen"], "stroke_linecap": "round"}
    most = min(MORE, int(np.ceil(SHOWN * (float(known.collagen.max()) - 1))))
    return (
        shape("path", d=today, stroke_opacity=0.3, stroke_width=2.4, **line),
        *(
            shape("path", d=lie[i], stroke_width=3.2, moving={"opacity": added(index)}, **line)
            for index, i in enumerate(order[SHOWN : SHOWN + most])
        ),
    )


def _glow(known: Repair) -> tuple[Shape, ...]:
    """The signal, which spreads from where the channels were."""
    tone = INK["anagen"]

    def strength(time: float) -> float:
        return 0.75 * min(1.0, signal(known, time))

    return (
        gradient("radial", "glow", tone, 0.85, 0),
        shape("clipPath", shape("rect", y=SURFACE, width=WIDTH, height=204), id="@-under"),
        shape(
            "g",
            *(
                shape("circle", cx=x, cy=SURFACE + 62, r=96, fill="url(#@-glow)")
                for x in (*WOUNDS, HAIR_X - 28)
            ),
            clip_path="url(#@-under)",
            moving={"opacity": strength},
        ),
    )


def _hair() -> tuple[Shape, ...]:
    """A root that the signal reaches."""
    return (
        sheath(pocket(HAIR_X, SURFACE, DEEP, 9)),
        shape("circle", cx=HAIR_X, cy=DEEP - 15, r=12, fill=INK["anagen"]),
        shape("path", d=strand(HAIR_X, DEEP - 16, SURFACE, 84), fill="none", stroke=INK["ink"],
              stroke_width=6, stroke_linecap="round"),
    )  # fmt: skip


def _flush(known: Repair) -> tuple[Shape, ...]:
    """Redness over the skin, and the closing marks of the needle."""
    tone = INK["blood"]
    marks = "".join(f"M{x:g} {SURFACE - 1:g}v46" for x in WOUNDS)
    return (
        gradient("linear", "flush", tone, 0.7, 0),
        shape("rect", y=SURFACE, width=WIDTH, height=80, fill="url(#@-flush)",
              moving={"opacity": lambda time: redness(known, time)}),
        shape("path", d=marks, stroke=INK["card"], stroke_width=4, stroke_linecap="round",
              fill="none", moving={"opacity": lambda time: redness(known, time)}),
    )  # fmt: skip
