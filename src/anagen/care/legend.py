"""The legend of a forecast drawing: only what is in the drawing, in as many rows as it needs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from anagen.care import words
from anagen.care.drawing import NEEDLE, TEXT, Frame, Point, session_weeks, start, text
from anagen.care.tokens import BAND_50, BAND_90

if TYPE_CHECKING:
    from anagen.kept_forecast import AnyForecast

ROW = 21  # px
SWATCH = 22  # px


def entries(
    forecast: "AnyForecast",
    endpoint: str,
    no_needling: "AnyForecast | None",
    before: "AnyForecast | None" = None,
    points: Sequence[Point] = (),
) -> list[tuple[str, str]]:
    """The marks of the drawing and what each says."""
    begun = start(forecast, endpoint)
    listed = [("median", "middle course"), ("band-50", "half of courses")]
    listed.append(("band-90", "nine in ten"))
    if before is not None:
        listed.append(("before", "nine in ten before the counts"))
    if no_needling is not None:
        listed.append(("reference", "no needling, its range at the end"))
    if begun.measured:
        listed.append(
            (
                "baseline",
                "your counts, with their error"
                if points and begun.blind
                else "your count, with its error"
                if begun.blind
                else "measured",
            )
        )
    else:
        listed.append(("estimate", "estimated start"))
    if any(point.used for point in points) and not (begun.measured and begun.blind):
        listed.append(("baseline", "count, with its error"))
    if any(not point.used for point in points):
        listed.append(("questioned", "questioned, not used"))
    if session_weeks(forecast):
        listed.append(("session", "needling session"))
    if begun.blind:
        listed.append(("hatch", f"change below {words.number(begun.blind)}: too small to measure"))
    return listed


def rows(listed: Sequence[tuple[str, str]], width: float) -> list[list[tuple[float, str, str]]]:
    """Entries set from left to right, each with its place, in as many rows as they need."""
    lines: list[list[tuple[float, str, str]]] = []
    at = width
    for mark, said in listed:
        needed = SWATCH + 7 + 0.52 * TEXT * len(said)
        if not lines or at + needed > width - 12:
            lines.append([])
            at = 12.0
        lines[-1].append((at, mark, said))
        at += needed + 14
    return lines


def legend(lines: list[list[tuple[float, str, str]]], frame: Frame, main: str) -> str:
    """The rows as SVG; ``main`` names the colour of the drawing's own course."""
    needle, ink, card, quiet = (frame.colours[name] for name in ("needle", "ink", "card", "quiet"))
    colour = frame.colours[main]
    parts: list[str] = []
    for index, line in enumerate(lines):
        for x, mark, said in line:
            y = 13 + ROW * index
            middle = x + SWATCH / 2
            box = f'<rect x="{x:.1f}" y="{y - 6}" width="{SWATCH}" height="12" '
            point = f'<circle cx="{middle:.1f}" cy="{y}" r="4.5" stroke="{ink}" '
            drawn = {
                "median": f'<path d="M{x:.1f} {y}h{SWATCH}" stroke="{colour}" stroke-width="2.6"/>',
                "reference": f'<path d="M{x:.1f} {y}h{SWATCH}" stroke="{needle}" '
                'stroke-width="2" stroke-dasharray="6 4"/>',
                "band-50": f'{box}fill="{colour}" fill-opacity="{BAND_50 + BAND_90}"/>',
                "band-90": f'{box}fill="{colour}" fill-opacity="{BAND_90}" '
                f'stroke="{colour}" stroke-opacity="0.35"/>',
                "hatch": f'{box}fill="url(#{frame.key}-hatch)"/>',
                "baseline": f'<path d="M{middle:.1f} {y - 8}v16" stroke="{ink}" '
                f'stroke-width="1.5"/>{point}fill="{ink}"/>',
                "estimate": f'{point}fill="{card}" stroke-width="1.8"/>',
                "before": f'<path d="M{x:.1f} {y}h{SWATCH}" stroke="{quiet}" '
                'stroke-width="1.4" stroke-dasharray="2 4"/>',
                "questioned": f'<path d="M{middle:.1f} {y - 8}v16" stroke="{ink}" '
                f'stroke-width="1.5"/>{point}fill="{card}" stroke-width="1.8"/>'
                + text(middle + 7, y + 4, "?", ink),
                "session": f'<path d="M{middle:.1f} {y + 7}{NEEDLE}" fill="{needle}"/>',
            }[mark]
            parts.append(drawn + text(x + SWATCH + 7, y + 4, said, ink))
    return "".join(parts)
