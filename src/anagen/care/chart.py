"""Forecasts drawn as SVG: the band first, then the median, then what was measured and is done.

Every drawing is a string that parses as XML, needs nothing from outside and explains itself in
``<title>`` and ``<desc>``. Colours go in as a table of tokens: `ON_PAGE` follows a page's light and
dark, `LIGHT` is fixed, for paper.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from anagen.care import drawing, legend, words
from anagen.care.scale import Scale, wrap
from anagen.care.tokens import BAND_50, BAND_90, ON_PAGE

if TYPE_CHECKING:
    from anagen.kept_forecast import AnyForecast

Span = tuple[float, float]


def forecast_chart(
    forecast: "AnyForecast",
    endpoint: str = words.TOTAL,
    *,
    title: str = "Forecast",
    no_needling: "AnyForecast | None" = None,
    before: "AnyForecast | None" = None,
    points: Sequence[drawing.Point] = (),
    colours: Mapping[str, str] = ON_PAGE,
    width: int = 720,
    plot_height: int = 270,
    key: str = "forecast",
    within: Span | None = None,
    explained: bool = True,
) -> str:
    """One forecast over its weeks.

    ``before`` is outlined: the same course before the person's counts ``points``, later than week
    0, which are drawn with their error bars.
    ``within`` fixes the y-axis, to compare several drawings; ``explained`` adds legend and foot;
    ``key`` makes the ids unique on a page with several drawings.
    """
    label, unit = words.ENDPOINTS[endpoint]
    if words.no_needling(forecast.protocol):
        no_needling = None  # it is drawn already
    shown = [each for each in (forecast, no_needling, before) if each is not None]
    low, high = within or span(shown, endpoint, points)
    listed = legend.entries(forecast, endpoint, no_needling, before, points)
    rows = legend.rows(listed, width) if explained else []
    foot = wrap(_foot(forecast, endpoint), width - 24, drawing.TEXT) if explained else []
    top = 32 + legend.ROW * len(rows)
    bottom = top + plot_height
    height = bottom + 46 + 17 * len(foot)
    frame = drawing.Frame(
        x=Scale(0, float(forecast.weeks[-1]), 46, width - 22),
        y=Scale(low, high, bottom - drawing.NEEDLE_ROOM, top),
        bottom=bottom,
        colours=colours,
        key=key,
    )
    drawn = forecast.band(endpoint)
    main = "needle" if words.no_needling(forecast.protocol) else "anagen"
    start = drawing.start(forecast, endpoint)
    parts = [
        drawing.axes(frame, unit),
        drawing.blind_zone(frame, start),
        drawing.band(frame, forecast.weeks, drawn, "p05", "p95", main, BAND_90),
        drawing.band(frame, forecast.weeks, drawn, "p25", "p75", main, BAND_50),
    ]
    if before is not None:
        parts.append(drawing.edges(frame, before.weeks, before.band(endpoint)))
    ends = [float(drawn["median"][-1])]
    if no_needling is not None:
        against = no_needling.band(endpoint)
        ends.append(float(against["median"][-1]))
        parts += [
            drawing.line(frame, no_needling.weeks, against["median"], "needle", "reference"),
            drawing.end_range(frame, against),
        ]
    parts += [
        drawing.line(frame, forecast.weeks, drawn["median"], main, "median"),
        drawing.baseline(frame, start),
        drawing.counts(frame, points),
        drawing.sessions(frame, drawing.session_weeks(forecast)),
        drawing.blind_label(frame, start, ends),
        legend.legend(rows, frame, main),
    ]
    parts += [
        drawing.text(12, bottom + 58 + 17 * at, said, colours["quiet"])
        for at, said in enumerate(foot)
    ]
    return drawing.svg(
        width,
        height,
        key,
        f"{title}: {label.lower()}",
        describe(forecast, endpoint, no_needling, before, points),
        "".join(parts),
    )


def comparison_charts(
    named: Sequence[tuple[str, "AnyForecast"]],
    endpoint: str = words.TOTAL,
    *,
    no_needling: "AnyForecast | None" = None,
    colours: Mapping[str, str] = ON_PAGE,
    width: int = 330,
    plot_height: int = 170,
    key: str = "compare",
) -> list[str]:
    """One small drawing for each option, all on the same scale."""
    forecasts = [forecast for _, forecast in named]
    shared = span([*forecasts, *([no_needling] if no_needling is not None else [])], endpoint)
    return [
        forecast_chart(
            forecast,
            endpoint,
            title=name,
            no_needling=no_needling,
            colours=colours,
            width=width,
            plot_height=plot_height,
            key=f"{key}-{index}",
            within=shared,
            explained=False,
        )
        for index, (name, forecast) in enumerate(named)
    ]


def span(
    forecasts: Sequence["AnyForecast"], endpoint: str, points: Sequence[drawing.Point] = ()
) -> Span:
    """The values that a y-axis must hold: every band, count, the baseline and its blind zone."""
    values = [point.value + sign * point.error for point in points for sign in (-1, 1)]
    for forecast in forecasts:
        drawn = forecast.band(endpoint)
        start = drawing.start(forecast, endpoint)
        values += [float(np.min(drawn["p05"])), float(np.max(drawn["p95"]))]
        values += [start.value - start.blind, start.value + start.blind]
    low, high = min(values), max(values)
    room = 0.05 * (high - low) or 0.5
    floor = 0.0 if low >= 0 else low - room
    return max(floor, low - room), high + room


def describe(
    forecast: "AnyForecast",
    endpoint: str = words.TOTAL,
    no_needling: "AnyForecast | None" = None,
    before: "AnyForecast | None" = None,
    points: Sequence[drawing.Point] = (),
) -> str:
    """The drawing in words, for those who do not see it."""
    label, unit = words.ENDPOINTS[endpoint]
    last = int(forecast.weeks[-1])
    start = drawing.start(forecast, endpoint)
    said = [
        f"{label} over {last} weeks, in {unit}.",
        f"{'Counted' if start.measured else 'Estimated'} at the start: "
        f"{words.number(start.value)}.",
        f"At week {last} {_ends(forecast, endpoint)}.",
    ]
    if before is not None:
        said.append(f"Before the counts, {_ends(before, endpoint)}.")
    for point in points:
        asked = "" if point.used else ", questioned and not used"
        said.append(
            f"Counted at week {words.number(point.week)}: {words.number(point.value)}, give or "
            f"take {words.number(point.error)}{asked}."
        )
    if no_needling is not None:
        said.append(f"With no needling {_ends(no_needling, endpoint)}.")
    if start.blind:
        said.append(f"A change below {words.number(start.blind)} is too small to measure.")
    sessions = len(drawing.session_weeks(forecast))
    said.append(f"{sessions} needling sessions are marked." if sessions else "No session.")
    return " ".join(said)


def _ends(forecast: "AnyForecast", endpoint: str) -> str:
    low, middle, high = (
        words.number(float(forecast.band(endpoint)[name][-1])) for name in ("p05", "median", "p95")
    )
    return f"nine in ten courses lie between {low} and {high}, the middle one at {middle}"


def _foot(forecast: "AnyForecast", endpoint: str) -> str:
    said = (
        f"Source: model anagen {words.plain(forecast.model_version)}, "
        f"{forecast.number_of_draws} draws, seed {forecast.seed}."
    )
    if endpoint == words.TOTAL:
        said += f" Counting error: {words.plain(forecast.detectable.method)}."
    return said
