"""The parts of a forecast drawing, each a piece of SVG: axes, bands, lines, marks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from anagen.care import words
from anagen.care.scale import Scale, ticks

if TYPE_CHECKING:
    from anagen.kept_forecast import AnyForecast

TEXT = 12.5  # px; the smallest text of a drawing, at its own width
NEEDLE_ROOM = 20  # px between the lowest value and the time axis, where the needles stand
NEEDLE = "l-1.7 -7v-7h3.4v7z"  # from its tip upwards


@dataclass(frozen=True)
class Frame:
    """Where values lie on the drawing, and in which colours."""

    x: Scale
    y: Scale
    bottom: float  # the time axis
    colours: Mapping[str, str]
    key: str


@dataclass(frozen=True)
class Start:
    """Where a course begins."""

    value: float
    blind: float  # the change that a count cannot tell from its own error; 0 where unknown
    measured: bool


@dataclass(frozen=True)
class Point:
    """One count: its value, the half-width of its error bar, and whether the forecast uses it."""

    week: float
    value: float
    error: float
    used: bool


def start(forecast: "AnyForecast", endpoint: str) -> Start:
    """The measured baseline, or the one that was drawn where nothing was measured."""
    hair = forecast.patient.hair
    measured = getattr(hair, endpoint, None) if hair is not None else None
    drawn = float(forecast.band(endpoint)["median"][0])
    return Start(
        value=drawn if measured is None else measured,
        blind=forecast.detectable.smallest_change_per_cm2 if endpoint == words.TOTAL else 0.0,
        measured=measured is not None,
    )


def session_weeks(forecast: "AnyForecast") -> list[float]:
    """The weeks of the needling sessions that fall within the forecast."""
    weeks = [day / 7 for day in forecast.protocol.course.session_days]
    return [week for week in weeks if week < float(forecast.weeks[-1])]


def axes(frame: Frame, unit: str) -> str:
    quiet = frame.colours["quiet"]
    left, right = frame.x.left, frame.x.right
    parts = [text(12, frame.y.top - 12, unit, quiet)]
    for value in ticks(frame.y.low, frame.y.high, 5 if frame.bottom > 300 else 4):
        at = frame.y(value)
        parts.append(
            f'<path d="M{left:.1f} {at:.1f}H{right:.1f}" stroke="{quiet}" stroke-opacity="0.22"/>'
            + text(left - 8, at + 4, words.number(value), quiet, anchor="end")
        )
    last = frame.x.high
    most = 5 if right - left < 420 else 14
    step = next(each for each in (4, 8, 12, 26, 52, 104, 520) if last / each <= most)
    for week in range(0, int(last) + 1, step):
        at = frame.x(week)
        parts.append(
            f'<path d="M{at:.1f} {frame.bottom:.1f}v5" stroke="{quiet}"/>'
            + text(at, frame.bottom + 20, str(week), quiet, anchor="middle")
        )
    parts.append(
        f'<path d="M{left:.1f} {frame.bottom:.1f}H{right:.1f}" stroke="{quiet}"/>'
        + text(right, frame.bottom + 37, "weeks", quiet, anchor="end")
    )
    return "".join(parts)


def band(
    frame: Frame,
    weeks: np.ndarray,
    drawn: Mapping[str, np.ndarray],
    low: str,
    high: str,
    colour: str,
    opacity: float,
) -> str:
    there = _points(frame, weeks, drawn[high])
    back = _points(frame, weeks[::-1], drawn[low][::-1])
    return (
        f'<polygon class="band-{low}-{high}" points="{there} {back}" '
        f'fill="{frame.colours[colour]}" fill-opacity="{opacity}"/>'
    )


def line(frame: Frame, weeks: np.ndarray, values: np.ndarray, colour: str, name: str) -> str:
    """A median. The one to compare with is thinner and dashed, so that it is not colour alone."""
    how = 'stroke-width="2" stroke-dasharray="6 4"' if name == "reference" else 'stroke-width="2.6"'
    return (
        f'<polyline class="{name}" points="{_points(frame, weeks, values)}" fill="none" '
        f'stroke="{frame.colours[colour]}" {how} stroke-linejoin="round"/>'
    )


def end_range(frame: Frame, drawn: Mapping[str, np.ndarray]) -> str:
    """The range of the compared course at the last week: a median never stands alone."""
    x = frame.x.right + 6
    high, low = frame.y(float(drawn["p95"][-1])), frame.y(float(drawn["p05"][-1]))
    middle = frame.y(float(drawn["median"][-1]))
    needle = frame.colours["needle"]
    return (
        f'<path class="reference-range" d="M{x:.1f} {high:.1f}V{low:.1f}M{x - 3:.1f} {high:.1f}h6'
        f'M{x - 3:.1f} {low:.1f}h6" stroke="{needle}" stroke-width="1.6" fill="none"/>'
        f'<circle cx="{x:.1f}" cy="{middle:.1f}" r="2.6" fill="{needle}"/>'
    )


def blind_zone(frame: Frame, start: Start) -> str:
    """The hatched changes around the baseline that a count cannot tell from its own error."""
    if not start.blind:
        return ""
    top, foot = frame.y(start.value + start.blind), frame.y(start.value - start.blind)
    return (
        f'<defs><pattern id="{frame.key}-hatch" width="7" height="7" '
        'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<path d="M0 0v7" stroke="{frame.colours["needle"]}" stroke-width="1.4" '
        'stroke-opacity="0.32"/></pattern></defs>'
        f'<rect class="too-small-to-measure" x="{frame.x.left:.1f}" y="{top:.1f}" '
        f'width="{frame.x.right - frame.x.left:.1f}" height="{foot - top:.1f}" '
        f'fill="url(#{frame.key}-hatch)"/>'
    )


def blind_label(frame: Frame, start: Start, ends: Sequence[float]) -> str:
    """Says what the hatching means, at whichever edge of the zone the lines leave more room.

    It never covers a line; where a zone is too narrow, legend and description say it alone.
    """
    if not start.blind:
        return ""
    edges = (frame.y(start.value + start.blind) + 15, frame.y(start.value - start.blind) - 6)

    def room(edge: float) -> float:
        return min(abs(edge - 5 - frame.y(end)) for end in ends)

    at = max(edges, key=room)
    if room(at) < TEXT:
        return ""
    return text(
        frame.x.right - 6,
        at,
        "too small to measure",
        frame.colours["ink"],
        anchor="end",
        halo=frame.colours["card"],
    )


def baseline(frame: Frame, start: Start) -> str:
    """The start: filled and with its error bar where it was counted, hollow where estimated."""
    x, y = frame.x(0), frame.y(start.value)
    ink, card = frame.colours["ink"], frame.colours["card"]
    bar = ""
    if start.measured and start.blind:
        # A change carries the error of two counts; one count carries 1/√2 of it.
        error = start.blind / 2**0.5
        high, low = frame.y(start.value + error), frame.y(start.value - error)
        bar = (
            f'<path class="counting-error" d="M{x:.1f} {high:.1f}V{low:.1f}M{x - 4:.1f} {high:.1f}'
            f'h8M{x - 4:.1f} {low:.1f}h8" stroke="{ink}" stroke-width="1.5" fill="none"/>'
        )
    return (
        f'{bar}<circle class="baseline" cx="{x:.1f}" cy="{y:.1f}" r="4.5" '
        f'fill="{ink if start.measured else card}" stroke="{ink}" stroke-width="1.8"/>'
    )


def edges(frame: Frame, weeks: np.ndarray, drawn: Mapping[str, np.ndarray]) -> str:
    """The outline of an earlier band, that of nine in ten, to see what became of it."""
    quiet = frame.colours["quiet"]
    return "".join(
        f'<polyline class="before" points="{_points(frame, weeks, drawn[name])}" fill="none" '
        f'stroke="{quiet}" stroke-width="1.4" stroke-dasharray="2 4"/>'
        for name in ("p05", "p95")
    )


def counts(frame: Frame, points: Sequence[Point]) -> str:
    """Counts with their error bars; one that is questioned is hollow and carries a sign."""
    ink, card = frame.colours["ink"], frame.colours["card"]
    parts = []
    for point in points:
        x, y = frame.x(point.week), frame.y(point.value)
        high, low = frame.y(point.value + point.error), frame.y(point.value - point.error)
        parts.append(
            f'<path class="count-error" d="M{x:.1f} {high:.1f}V{low:.1f}M{x - 4:.1f} {high:.1f}h8'
            f'M{x - 4:.1f} {low:.1f}h8" stroke="{ink}" stroke-width="1.5" fill="none"/>'
            f'<circle class="{"count" if point.used else "questioned"}" cx="{x:.1f}" cy="{y:.1f}" '
            f'r="4.5" fill="{ink if point.used else card}" stroke="{ink}" stroke-width="1.8"/>'
        )
        if not point.used:
            parts.append(text(x + 9, y + 4, "?", ink, halo=card))
    return "".join(parts)


def sessions(frame: Frame, weeks: Sequence[float]) -> str:
    """A small needle for each session, its tip on the time axis."""
    marks = "".join(f"M{frame.x(week):.1f} {frame.bottom - 1:.1f}{NEEDLE}" for week in weeks)
    return f'<path class="sessions" d="{marks}" fill="{frame.colours["needle"]}"/>' if marks else ""


def svg(width: float, height: float, key: str, title: str, described: str, drawn: str) -> str:
    """A whole drawing; ``title`` and ``described`` are what is heard by those who do not see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" aria-labelledby="{key}-t {key}-d" '
        f'font-family="\'Open Sans\', system-ui, sans-serif" font-size="{TEXT}">'
        f'<title id="{key}-t">{escape(words.plain(title))}</title>'
        f'<desc id="{key}-d">{escape(words.plain(described))}</desc>{drawn}</svg>'
    )


def text(x: float, y: float, said: str, fill: str, *, anchor: str = "start", halo: str = "") -> str:
    around = (
        f' paint-order="stroke" stroke="{halo}" stroke-width="4" stroke-linejoin="round"'
        if halo
        else ""
    )
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}"{around}>'
        f"{escape(said)}</text>"
    )


def _points(frame: Frame, weeks: np.ndarray, values: np.ndarray) -> str:
    return " ".join(
        f"{frame.x(float(week)):.1f},{frame.y(float(value)):.1f}"
        for week, value in zip(weeks, values, strict=True)
    )
