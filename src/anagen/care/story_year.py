"""A year: one square centimetre of scalp week by week, and the forecast beside it.

In the square stand as many openings as ``follicles_per_cm2`` has at its median, and as many show a
hair as ``total_density_per_cm2`` has at its median in that week; hairs are as thick as
``mean_diameter_um`` and lie at random. The chart has bands, median, no needling, and what a count
cannot tell.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from anagen.care import drawing, words
from anagen.care.chart import span
from anagen.care.scale import Scale, ticks
from anagen.care.story_motion import (
    HEIGHT,
    INK,
    SAMPLES,
    WIDTH,
    Drawing,
    Moment,
    Moving,
    Shape,
    part,
    shape,
)
from anagen.care.tokens import BAND_50, BAND_90

if TYPE_CHECKING:
    from anagen.forecast import Forecast

SIDE, LEFT, TOP = 184.0, 12.0, 52.0  # px; the square centimetre
CHART_LEFT, CHART_RIGHT, CHART_BOTTOM = 234.0, 384.0, 236.0
HAIR_MM = 1.3  # as drawn
MOST_ALONE = 45  # hairs that come or go each by itself
BEGINS, ENDS = 4 / 60, 56 / 60  # 52 steps between them
STILLS = (BEGINS, 12 / 60, 28 / 60, ENDS)
STEPS = tuple(step / 60 for step in range(4, 57, 4))  # that have a name
MARKS = (
    ("hairs", "line", "ink"),
    ("more", "line", "anagen"),
    ("fewer", "line", "telogen"),
    ("band", "square", "anagen"),
    ("nothing", "dash", "needle"),
    ("blind", "hatch", "needle"),
)


class Year(NamedTuple):
    """Visible hairs per cm², and what they are held against."""

    weeks: NDArray[np.int64]
    hairs: dict[str, NDArray[np.float64]]  # by quantile, each (weeks,)
    nothing: dict[str, NDArray[np.float64]] | None  # None where nothing is done anyway
    openings: float
    diameter_um: float
    start: drawing.Start
    span: tuple[float, float]
    sessions: tuple[float, ...]  # weeks


def year(forecast: "Forecast", no_needling: "Forecast") -> Year:
    """The course, and that of nothing."""
    alone = words.no_needling(forecast.protocol)
    shown = [forecast] if alone else [forecast, no_needling]
    return Year(
        weeks=forecast.weeks,
        hairs=forecast.band(words.TOTAL),
        nothing=None if alone else no_needling.band(words.TOTAL),
        openings=float(np.median(forecast.draws["follicles_per_cm2"][:, 0])),
        diameter_um=float(np.median(forecast.draws["mean_diameter_um"][:, 0])),
        start=drawing.start(forecast, words.TOTAL),
        span=span(shown, words.TOTAL),
        sessions=tuple(drawing.session_weeks(forecast)),
    )


def week(known: Year, time: float) -> float:
    """The week that the drawing shows."""
    return float(known.weeks[-1]) * part(time, BEGINS, ENDS)


def hairs(known: Year, time: float) -> float:
    """The median in the week that the drawing shows."""
    return float(np.interp(week(known, time), known.weeks, known.hairs["median"]))


def picture(known: Year, moments: tuple[str, ...]) -> Drawing:
    """``moments`` name the weeks at `STEPS`."""
    return Drawing(
        key="year",
        shapes=(
            shape("rect", width=WIDTH, height=HEIGHT, fill=INK["card"]),
            *_square(known),
            *_chart(known),
        ),
        moments=tuple(map(Moment, STEPS, moments)),
        stills=STILLS,
        seconds=12,
    )


def _square(known: Year) -> tuple[Shape, ...]:
    """Hairs that show all the time are one path; those that come or go have their own.

    One of today's that is gone for a while has the colour of rest, one more than today of growth.
    """
    scale = SIDE / 10
    counts = [hairs(known, step / SAMPLES) for step in range(SAMPLES + 1)]
    today = round(counts[0])
    always, ever = int(min(counts)), int(np.ceil(max(counts)))
    at = _places(max(ever, round(known.openings)))
    random = np.random.default_rng(8)
    lean = 0.95 + 0.3 * random.standard_normal(len(at)) + 0.4 * (at[:, 0] - 0.5)
    length = HAIR_MM * scale * random.uniform(0.75, 1.1, len(at))
    x, y = LEFT + at[:, 0] * SIDE, TOP + at[:, 1] * SIDE
    dx, dy = length * np.cos(lean), -length * np.sin(lean)

    def strands(chosen: range) -> str:
        return "".join(f"M{x[i]:.0f} {y[i]:.0f}q{dx[i] / 2 - dy[i] / 9:.0f} {dy[i] / 2:.0f} "
                       f"{dx[i]:.0f} {dy[i]:.0f}" for i in chosen)  # fmt: skip

    # Where very many come or go, a few of them do so together.
    together = max(1, -(-(ever - always) // MOST_ALONE))

    def shows(first: int, count: int) -> Moving:
        return lambda time: float(np.clip((hairs(known, time) - first) / count, 0, 1))

    def come_and_go(first: int, end: int) -> list[Shape]:
        groups = (range(i, min(i + together, end)) for i in range(first, end, together))
        return [
            shape("path", d=strands(each), moving={"opacity": shows(each.start, len(each))})
            for each in groups
        ]

    box = {"x": LEFT, "y": TOP, "width": SIDE, "height": SIDE, "rx": 8}
    line = {
        "fill": "none", "stroke_linecap": "round",
        "stroke_width": max(0.8, known.diameter_um / 1000 * scale * 1.3),
    }  # fmt: skip
    dots = "".join(f"M{x[i]:.0f} {y[i]:.0f}h0" for i in range(len(at)))
    return (
        shape("clipPath", shape("rect", **box), id="@-square"),
        shape("rect", **box, fill=INK["skin"], fill_opacity=0.6),
        shape(
            "g",
            shape("path", d=dots, stroke=INK["telogen"], stroke_opacity=0.55, stroke_width=2.6,
                  stroke_linecap="round"),
            shape("path", d=strands(range(always)), stroke=INK["ink"], **line),
            shape("g", *come_and_go(always, min(today, ever)), stroke=INK["telogen"], **line),
            shape("g", *come_and_go(max(always, today), ever), stroke=INK["anagen"], **line),
            clip_path="url(#@-square)",
        ),
        shape("rect", **box, fill="none", stroke=INK["telogen"], stroke_width=1.4),
        shape("path", d=f"M{LEFT:g} {TOP + SIDE + 14:g}v-8m0 4h{SIDE:g}m0 -4v8", fill="none",
              stroke=INK["quiet"], stroke_width=1.5),
    )  # fmt: skip


def _places(count: int) -> NDArray[np.float64]:
    """Openings in a square of side 1, scattered so that none lie on each other, (count, 2)."""
    random = np.random.default_rng(4)
    side = int(np.ceil(np.sqrt(count)))
    cells = random.permutation(side * side)[:count]
    corner = np.stack([cells % side, cells // side], axis=1)
    return (corner + random.uniform(0.15, 0.85, (count, 2))) / side


def frame(known: Year) -> drawing.Frame:
    """Where the chart's values lie."""
    low, high = known.span
    return drawing.Frame(
        x=Scale(0, float(known.weeks[-1]), CHART_LEFT, CHART_RIGHT),
        y=Scale(low, high, CHART_BOTTOM - 14, TOP),
        bottom=CHART_BOTTOM,
        colours=INK,
        key="@",
    )


def _chart(known: Year) -> tuple[Shape, ...]:
    lies = frame(known)
    quiet = INK["quiet"]
    rows = []
    for value in ticks(*known.span, 4):
        y = lies.y(value)
        rows.append(shape("path", d=f"M{CHART_LEFT:g} {y:.1f}H{CHART_RIGHT:g}", stroke=quiet,
                          stroke_opacity=0.22))  # fmt: skip
        rows.append(_number(CHART_LEFT - 6, y + 4, words.number(value), "end"))
    last = int(known.weeks[-1])
    step = next((each for each in (4, 13, 26, 52, 104) if last / each <= 4), 260)
    for at in range(0, last + 1, step):
        x = lies.x(at)
        rows.append(shape("path", d=f"M{x:.1f} {CHART_BOTTOM:g}v5", stroke=quiet))
        rows.append(_number(x, CHART_BOTTOM + 19, str(at), "middle"))
    return (
        *rows,
        shape("path", d=f"M{CHART_LEFT:g} {CHART_BOTTOM:g}H{CHART_RIGHT:g}", stroke=quiet),
        *_blind(known, lies),
        _band(known, lies, "p05", "p95", BAND_90),
        _band(known, lies, "p25", "p75", BAND_50),
        *_nothing(known, lies),
        _line(lies, known.weeks, known.hairs["median"], stroke=INK["anagen"], stroke_width=2.6),
        *_needles(known, lies),
        *_now(known, lies),
    )


def _number(x: float, y: float, said: str, anchor: str) -> Shape:
    return Shape(
        "text",
        {"x": x, "y": y, "text-anchor": anchor, "fill": INK["quiet"], "font-size": 12},
        text=said,
    )


def _points(lies: drawing.Frame, weeks: NDArray[np.int64], values: NDArray[np.float64]) -> str:
    return " ".join(
        f"{lies.x(float(week)):.0f},{lies.y(float(value)):.1f}"
        for week, value in zip(weeks, values, strict=True)
    )


def _band(known: Year, lies: drawing.Frame, low: str, high: str, opacity: float) -> Shape:
    there = _points(lies, known.weeks, known.hairs[high])
    back = _points(lies, known.weeks[::-1], known.hairs[low][::-1])
    return shape("polygon", points=f"{there} {back}", fill=INK["anagen"], fill_opacity=opacity)


def _line(
    lies: drawing.Frame, weeks: NDArray[np.int64], values: NDArray[np.float64], **how: Any
) -> Shape:
    return shape("polyline", points=_points(lies, weeks, values), fill="none", **how)


def _nothing(known: Year, lies: drawing.Frame) -> tuple[Shape, ...]:
    """Nothing done: its median, and at the end its range."""
    if known.nothing is None:
        return ()
    x = lies.x.right + 6
    high, low = (lies.y(float(known.nothing[each][-1])) for each in ("p95", "p05"))
    needle = INK["needle"]
    return (
        _line(lies, known.weeks, known.nothing["median"], stroke=needle, stroke_width=2,
              stroke_dasharray="6 4"),
        shape("path", d=f"M{x:g} {high:.1f}V{low:.1f}M{x - 3:g} {high:.1f}h6M{x - 3:g} {low:.1f}h6",
              stroke=needle, stroke_width=1.6, fill="none"),
    )  # fmt: skip


def _blind(known: Year, lies: drawing.Frame) -> tuple[Shape, ...]:
    """Changes around the start that a count cannot tell."""
    if not known.start.blind:
        return ()
    high, low = (lies.y(known.start.value + sign * known.start.blind) for sign in (1, -1))
    hatch = shape("path", d="M0 0v7", stroke=INK["needle"], stroke_width=1.4, stroke_opacity=0.32)
    return (
        shape("pattern", hatch, id="@-hatch", width=7, height=7, patternUnits="userSpaceOnUse",
              patternTransform="rotate(45)"),
        shape("rect", x=CHART_LEFT, y=high, width=CHART_RIGHT - CHART_LEFT, height=low - high,
              fill="url(#@-hatch)"),
    )  # fmt: skip


def _needles(known: Year, lies: drawing.Frame) -> tuple[Shape, ...]:
    if not known.sessions:
        return ()
    tips = "".join(
        f"M{lies.x(week):.1f} {CHART_BOTTOM - 1:g}{drawing.NEEDLE}" for week in known.sessions
    )
    return (shape("path", d=tips, fill=INK["needle"]),)


def _now(known: Year, lies: drawing.Frame) -> tuple[Shape, ...]:
    """The week that is shown."""

    def x(time: float) -> float:
        return lies.x(week(known, time))

    return (
        shape("line", y1=TOP, y2=CHART_BOTTOM, stroke=INK["ink"], stroke_width=1.4,
              moving={"x1": x, "x2": x}),
        shape("circle", r=5, fill=INK["card"], stroke=INK["ink"], stroke_width=2,
              moving={"cx": x, "cy": lambda time: lies.y(hairs(known, time))}),
    )  # fmt: skip
