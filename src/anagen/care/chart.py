"""Forecasts drawn as SVG: the band first, then the median, then what was measured and is done.

Every drawing is a string that parses as XML, needs nothing from outside and explains itself in
``<title>`` and ``<desc>``. Colours go in as a table of tokens: `ON_PAGE` follows a page's light and
dark, `LIGHT` is fixed, for paper.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from anagen.care import words
from anagen.care.scale import Scale, ticks, wrap
from anagen.care.tokens import BAND_50, BAND_90, ON_PAGE

if TYPE_CHECKING:
    from anagen.forecast import Forecast

TEXT = 12.5  # px; the smallest text of a drawing, at its own width
Span = tuple[float, float]


@dataclass(frozen=True)
class _Frame:
    """Where values lie on the drawing."""

    x: Scale
    y: Scale
    colours: Mapping[str, str]
    key: str  # makes ids unique on a page with several drawings


def forecast_chart(
    forecast: "Forecast",
    endpoint: str = words.TOTAL,
    *,
    title: str = "Forecast",
    no_needling: "Forecast | None" = None,
    colours: Mapping[str, str] = ON_PAGE,
    width: int = 720,
    height: int = 420,
    key: str = "forecast",
    within: Span | None = None,
    legend: bool = True,
) -> str:
    """One forecast over its weeks. ``within`` fixes the y-axis, to compare several drawings."""
    label, unit = words.ENDPOINTS[endpoint]
    low, high = within or span([forecast, *([no_needling] if no_needling else [])], endpoint)
    last = float(forecast.weeks[-1])
    entries = _legend_entries(forecast, endpoint, no_needling) if legend else []
    rows = _legend_rows(entries, width - 20)
    foot = wrap(_foot(forecast, endpoint), width - 20, TEXT) if legend else []
    top = 34 + 21 * len(rows)
    bottom = height - 50 - 17 * len(foot)
    frame = _Frame(Scale(0, last, 48, width - 18), Scale(low, high, bottom, top), colours, key)
    own = words.no_needling(forecast.protocol)
    main = "needle" if own else "anagen"
    parts = [
        _axes(frame, unit, height, bottom, last),
        _blind_zone(frame, forecast, endpoint),
        _band(frame, forecast, endpoint, "p05", "p95", main, BAND_90),
        _band(frame, forecast, endpoint, "p25", "p75", main, BAND_50),
    ]
    if no_needling is not None and not own:
        parts.append(_line(frame, no_needling, endpoint, "needle", 2, "reference", "6 4"))
    parts += [
        _line(frame, forecast, endpoint, main, 2.6, "median"),
        _baseline(frame, forecast, endpoint),
        _sessions(frame, forecast, bottom),
        _blind_label(frame, forecast, endpoint, no_needling),
        _legend(rows, frame, main),
        *(
            _text(10, bottom + 62 + 17 * line, said, colours["quiet"])
            for line, said in enumerate(foot)
        ),
    ]
    said = describe(forecast, endpoint, no_needling)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-labelledby="{key}-t {key}-d" '
        f'font-family="\'Open Sans\', system-ui, sans-serif" font-size="{TEXT}">'
        f'<title id="{key}-t">{escape(words.plain(title))}: {escape(label.lower())}</title>'
        f'<desc id="{key}-d">{escape(said)}</desc>' + "".join(parts) + "</svg>"
    )


def comparison_charts(
    named: Sequence[tuple[str, "Forecast"]],
    endpoint: str = words.TOTAL,
    *,
    no_needling: "Forecast | None" = None,
    colours: Mapping[str, str] = ON_PAGE,
    width: int = 330,
    height: int = 250,
    key: str = "compare",
) -> list[str]:
    """One small drawing for each option, all on the same scale."""
    forecasts = [forecast for _, forecast in named]
    shared = span([*forecasts, *([no_needling] if no_needling else [])], endpoint)
    return [
        forecast_chart(
            forecast,
            endpoint,
            title=name,
            no_needling=no_needling,
            colours=colours,
            width=width,
            height=height,
            key=f"{key}-{index}",
            within=shared,
            legend=False,
        )
        for index, (name, forecast) in enumerate(named)
    ]


def span(forecasts: Sequence["Forecast"], endpoint: str) -> Span:
    """The values that a y-axis must hold: every band, the baseline and its blind zone."""
    values: list[float] = []
    for forecast in forecasts:
        drawn = forecast.band(endpoint)
        values += [float(np.min(drawn["p05"])), float(np.max(drawn["p95"]))]
        start, blind, _ = _start(forecast, endpoint)
        values += [start - blind, start + blind]
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or 0.5
    floor = 0.0 if low >= 0 else low - room
    return max(floor, low - room), high + room


def describe(
    forecast: "Forecast", endpoint: str = words.TOTAL, no_needling: "Forecast | None" = None
) -> str:
    """The drawing in words, for those who do not see it."""
    label, unit = words.ENDPOINTS[endpoint]
    last = int(forecast.weeks[-1])
    drawn = forecast.band(endpoint)
    start, blind, measured = _start(forecast, endpoint)
    said = [
        f"{label} over {last} weeks, in {unit}.",
        f"{'Counted' if measured else 'Estimated'} at the start: {words.number(start)}.",
        f"At week {last} nine in ten courses lie between {words.number(drawn['p05'][-1])} and "
        f"{words.number(drawn['p95'][-1])}, the median is {words.number(drawn['median'][-1])}.",
    ]
    if no_needling is not None and not words.no_needling(forecast.protocol):
        other = no_needling.band(endpoint)
        said.append(
            f"With no needling: {words.number(other['p05'][-1])} to "
            f"{words.number(other['p95'][-1])}, median {words.number(other['median'][-1])}."
        )
    if blind:
        said.append(f"A change below {words.number(blind)} is too small for a count to tell.")
    sessions = len(session_weeks(forecast))
    said.append(f"{sessions} needling sessions are marked." if sessions else "No session.")
    return " ".join(said)


def session_weeks(forecast: "Forecast") -> list[float]:
    """The weeks of the needling sessions that fall within the forecast."""
    course = forecast.protocol.course
    weeks = [each * (course.interval_days or 0) / 7 for each in range(course.sessions)]
    return [week for week in weeks if week <= float(forecast.weeks[-1])]


def _start(forecast: "Forecast", endpoint: str) -> tuple[float, float, bool]:
    """Baseline, the change around it that no count can tell, and whether it was measured."""
    hair = forecast.patient.hair
    measured = getattr(hair, endpoint, None) if hair is not None else None
    start = float(np.median(forecast.draws[endpoint][:, 0])) if measured is None else measured
    blind = forecast.detectable.smallest_change_per_cm2 if endpoint == words.TOTAL else 0.0
    return start, blind, measured is not None


def _axes(frame: _Frame, unit: str, height: int, bottom: float, last: float) -> str:
    quiet = frame.colours["quiet"]
    parts = [_text(10, frame.y.top - 14, unit, quiet)]
    for value in ticks(frame.y.low, frame.y.high, 5 if height > 300 else 4):
        at = frame.y(value)
        parts.append(
            f'<line x1="{frame.x.left:.1f}" x2="{frame.x.right:.1f}" y1="{at:.1f}" y2="{at:.1f}" '
            f'stroke="{quiet}" stroke-opacity="0.22"/>'
            + _text(frame.x.left - 7, at + 4, words.number(value), quiet, anchor="end")
        )
    few = frame.x.right - frame.x.left < 420
    step = next(each for each in (4, 8, 12, 26, 52, 104, 520) if last / each <= (5 if few else 14))
    for week in range(0, int(last) + 1, step):
        at = frame.x(week)
        parts.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{bottom:.1f}" y2="{bottom + 5:.1f}" '
            f'stroke="{quiet}"/>' + _text(at, bottom + 32, str(week), quiet, anchor="middle")
        )
    parts.append(
        f'<line x1="{frame.x.left:.1f}" x2="{frame.x.right:.1f}" y1="{bottom:.1f}" '
        f'y2="{bottom:.1f}" stroke="{quiet}"/>'
        + _text(frame.x.right, bottom + 46, "weeks", quiet, anchor="end")
    )
    return "".join(parts)


def _band(
    frame: _Frame,
    forecast: "Forecast",
    endpoint: str,
    low: str,
    high: str,
    colour: str,
    opacity: float,
) -> str:
    drawn = forecast.band(endpoint)
    there = _points(frame, forecast.weeks, drawn[high])
    back = _points(frame, forecast.weeks[::-1], drawn[low][::-1])
    return (
        f'<polygon class="band-{low}-{high}" points="{there} {back}" '
        f'fill="{frame.colours[colour]}" fill-opacity="{opacity}"/>'
    )


def _line(
    frame: _Frame,
    forecast: "Forecast",
    endpoint: str,
    colour: str,
    thick: float,
    name: str,
    dash: str = "",
) -> str:
    points = _points(frame, forecast.weeks, forecast.band(endpoint)["median"])
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<polyline class="{name}" points="{points}" fill="none" '
        f'stroke="{frame.colours[colour]}" stroke-width="{thick}" stroke-linejoin="round"{dashes}/>'
    )


def _blind_zone(frame: _Frame, forecast: "Forecast", endpoint: str) -> str:
    """The hatched changes around the baseline that a count cannot tell from its own error."""
    start, blind, _ = _start(forecast, endpoint)
    if not blind:
        return ""
    top, foot = frame.y(start + blind), frame.y(start - blind)
    needle, hatch = frame.colours["needle"], f"{frame.key}-hatch"
    return (
        f'<defs><pattern id="{hatch}" width="7" height="7" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="7" stroke="{needle}" '
        'stroke-width="1.4" stroke-opacity="0.3"/></pattern></defs>'
        f'<rect class="too-small-to-measure" x="{frame.x.left:.1f}" y="{top:.1f}" '
        f'width="{frame.x.right - frame.x.left:.1f}" height="{foot - top:.1f}" '
        f'fill="url(#{hatch})"/>'
    )


def _blind_label(
    frame: _Frame, forecast: "Forecast", endpoint: str, no_needling: "Forecast | None"
) -> str:
    """Says what the hatching means, at whichever edge of the zone the lines leave more room."""
    start, blind, _ = _start(forecast, endpoint)
    if not blind:
        return ""
    shown = [each for each in (forecast, no_needling) if each is not None]
    ends = [frame.y(float(each.band(endpoint)["median"][-1])) for each in shown]
    edges = (frame.y(start + blind) + 15, frame.y(start - blind) - 7)
    at = max(edges, key=lambda edge: min(abs(edge - 5 - end) for end in ends))
    return _text(
        frame.x.right - 6,
        at,
        "too small to measure",
        frame.colours["ink"],
        anchor="end",
        halo=frame.colours["card"],
    )


def _baseline(frame: _Frame, forecast: "Forecast", endpoint: str) -> str:
    """The start: filled and with its error bar where it was counted, hollow where estimated."""
    start, blind, measured = _start(forecast, endpoint)
    x, y = frame.x(0), frame.y(start)
    ink, card = frame.colours["ink"], frame.colours["card"]
    bar = ""
    if measured and blind:
        # A change carries the error of two counts, one count carries 1/√2 of it.
        up, down = frame.y(start + blind / 2**0.5), frame.y(start - blind / 2**0.5)
        bar = (
            f'<path class="counting-error" d="M{x:.1f} {up:.1f}V{down:.1f}M{x - 4:.1f} {up:.1f}h8'
            f'M{x - 4:.1f} {down:.1f}h8" stroke="{ink}" stroke-width="1.5" fill="none"/>'
        )
    fill = ink if measured else card
    return (
        f'{bar}<circle class="baseline" cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{fill}" '
        f'stroke="{ink}" stroke-width="1.8"/>'
    )


def _sessions(frame: _Frame, forecast: "Forecast", bottom: float) -> str:
    """A small needle, tip up at the skin of the time axis, for each session."""
    marks = "".join(
        f"M{frame.x(week):.1f} {bottom + 1:.1f}l2.2 7v9h-4.4v-9z"
        for week in session_weeks(forecast)
    )
    return f'<path class="sessions" d="{marks}" fill="{frame.colours["needle"]}"/>' if marks else ""


def _legend_entries(
    forecast: "Forecast", endpoint: str, no_needling: "Forecast | None"
) -> list[tuple[str, str]]:
    _, blind, measured = _start(forecast, endpoint)
    own = words.no_needling(forecast.protocol)
    entries = [("median", "middle course"), ("band-50", "half of courses")]
    entries.append(("band-90", "nine in ten courses"))
    if no_needling is not None and not own:
        entries.append(("reference", "no needling, middle course"))
    counted = "your count and its error" if blind else "measured"
    entries.append(("baseline", counted) if measured else ("estimate", "estimated start"))
    if session_weeks(forecast):
        entries.append(("session", "needling session"))
    if blind:
        entries.append(("hatch", f"change under ±{words.number(blind)}: too small to measure"))
    return entries


def _legend_rows(
    entries: Sequence[tuple[str, str]], width: float
) -> list[list[tuple[float, str, str]]]:
    """Entries set from left to right, each with its place, in as many rows as they need."""
    rows: list[list[tuple[float, str, str]]] = []
    at = width
    for mark, said in entries:
        needed = 30 + 0.53 * TEXT * len(said) + 16
        if not rows or at + needed > width + 16:
            rows.append([])
            at = 0.0
        rows[-1].append((10 + at, mark, said))
        at += needed
    return rows


def _legend(rows: list[list[tuple[float, str, str]]], frame: _Frame, main: str) -> str:
    needle, ink, card = (frame.colours[name] for name in ("needle", "ink", "card"))
    colour = frame.colours[main]
    parts: list[str] = []
    for line, row in enumerate(rows):
        for x, mark, said in row:
            y = 14 + 21 * line
            swatch = f'<rect x="{x:.1f}" y="{y - 7}" width="22" height="12" '
            drawn = {
                "median": f'<path d="M{x:.1f} {y - 1}h22" stroke="{colour}" stroke-width="2.6"/>',
                "reference": f'<path d="M{x:.1f} {y - 1}h22" stroke="{needle}" stroke-width="2" '
                'stroke-dasharray="6 4"/>',
                "band-50": f'{swatch}fill="{colour}" fill-opacity="{BAND_50 + BAND_90}"/>',
                "band-90": f'{swatch}fill="{colour}" fill-opacity="{BAND_90}" '
                f'stroke="{colour}" stroke-opacity="0.35"/>',
                "hatch": f'{swatch}fill="url(#{frame.key}-hatch)"/>',
                "baseline": f'<path d="M{x + 11:.1f} {y - 9}v16" stroke="{ink}" '
                f'stroke-width="1.5"/><circle cx="{x + 11:.1f}" cy="{y - 1}" r="4.5" fill="{ink}"/>',
                "estimate": f'<circle cx="{x + 11:.1f}" cy="{y - 1}" r="4.5" fill="{card}" '
                f'stroke="{ink}" stroke-width="1.8"/>',
                "session": f'<path d="M{x + 11:.1f} {y - 9}l2.2 7v9h-4.4v-9z" fill="{needle}"/>',
            }[mark]
            parts.append(drawn + _text(x + 29, y + 4, said, frame.colours["ink"]))
    return "".join(parts)


def _foot(forecast: "Forecast", endpoint: str) -> str:
    said = (
        f"Source: model anagen {words.plain(forecast.model_version)}, "
        f"{len(forecast.draws[endpoint])} draws, seed {forecast.seed}."
    )
    if endpoint == words.TOTAL:
        said += f" Counting error: {words.plain(forecast.detectable.method)}."
    return said


def _points(frame: _Frame, weeks: np.ndarray, values: np.ndarray) -> str:
    return " ".join(
        f"{frame.x(float(week)):.1f},{frame.y(float(value)):.1f}"
        for week, value in zip(weeks, values, strict=True)
    )


def _text(
    x: float, y: float, said: str, fill: str, *, anchor: str = "start", halo: str = ""
) -> str:
    around = (
        f' paint-order="stroke" stroke="{halo}" stroke-width="4" stroke-linejoin="round"'
        if halo
        else ""
    )
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}"{around}>'
        f"{escape(said)}</text>"
    )
