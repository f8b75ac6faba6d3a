"""A forecast as a kind of weather map: how likely is more hair, no change, or less, and when.

Sun, haze and cloud grow with their chances; each chance is written beside its sign. Below, how much
hair is shed, as wind. What a count cannot tell is haze, however the middle of the forecast lies.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from anagen.care import drawing, words
from anagen.care.pages import Language, page, said_number
from anagen.care.tokens import ON_PAGE

if TYPE_CHECKING:
    from anagen.forecast import Forecast

SHED = "shed_per_day_per_1000"
WEEKS = (4, 8, 12, 24, 36, 52)
ROW = 172  # px of one row of days
LEGEND = 66
TOP = 26


@dataclass(frozen=True)
class Day:
    """The outlook at one week: three chances that add up to 1, and hairs shed a day of 1,000."""

    week: int
    more: float
    same: float
    less: float
    shed: float


def outlook(forecast: "Forecast") -> tuple[Day, ...]:
    """The days of the map, each change held against what a count can tell."""
    total, smallest = forecast.draws[words.TOTAL], forecast.detectable.smallest_change_per_cm2
    shed = np.median(forecast.draws[SHED], axis=0)
    found = []
    for week in (each for each in WEEKS if each <= int(forecast.weeks[-1])):
        change = total[:, week] - total[:, 0]
        more, less = float((change > smallest).mean()), float((change < -smallest).mean())
        found.append(Day(week, more, max(0.0, 1 - more - less), less, float(shed[week])))
    return tuple(found)


def weather_map(
    days: tuple[Day, ...],
    language: Language,
    colours: Mapping[str, str] = ON_PAGE,
    columns: int = 6,
    key: str = "map",
) -> str:
    """The map as SVG, so many days in a row."""
    width = 104 * columns
    rows = -(-len(days) // columns)
    height = TOP + ROW * rows + LEGEND
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="{key}-title {key}-desc" font-family="Open Sans, system-ui, sans-serif" '
        f'font-size="{drawing.TEXT}">',
        f'<title id="{key}-title">{escape(page("handout", language)["icons"]["map"])}</title>',
        f'<desc id="{key}-desc">{escape(describe(days, language))}</desc>',
    ]
    for at, day in enumerate(days):
        x, y = 104 * (at % columns), TOP + ROW * (at // columns)
        parts.append(f'<g transform="translate({x} {y})">{_day(day, language, colours)}</g>')
    legend = f'<g transform="translate(0 {TOP + ROW * rows})">{_legend(language, colours)}</g>'
    return "".join(parts) + legend + "</svg>"


def describe(days: tuple[Day, ...], language: Language) -> str:
    """The map in words, for who does not see it."""
    signs = page("handout", language)["icons"]
    return " ".join(
        f"{signs['week'].format(week=day.week)}: "
        f"{words.percent(day.more)} {signs['sun']}, {words.percent(day.same)} {signs['haze']}, "
        f"{words.percent(day.less)} {signs['cloud']}."
        for day in days
    )


def _day(day: Day, language: Language, colours: Mapping[str, str]) -> str:
    """One day, 104 px wide: its week, its sky, its three chances, its wind."""
    ink, quiet = colours["ink"], colours["quiet"]
    week = page("handout", language)["icons"]["week"].format(week=day.week)
    sky = (
        f'<rect x="6" y="0" width="92" height="66" rx="10" fill="{colours["card"]}" '
        f'stroke="{quiet}" stroke-opacity="0.28"/>'
        + _sun(32, 28, 18 * day.more**0.5, colours["telogen"])
        + _haze(46, day.same, quiet)
        + _cloud(70, 26, 20 * day.less**0.5, colours["needle"])
    )
    rows = (
        (_sun, day.more, colours["telogen"]),
        (_lines, day.same, quiet),
        (_cloud, day.less, colours["needle"]),
    )
    told = "".join(
        sign(18, 78 + 17 * at, 6, colour)
        + drawing.text(34, 82.5 + 17 * at, words.percent(chance), ink)
        for at, (sign, chance, colour) in enumerate(rows)
    )
    told += _wind(18, 129, 6, quiet) + drawing.text(34, 133.5, said_number(day.shed, language), ink)
    return drawing.text(52, -8, week, ink, anchor="middle") + sky + told


def _legend(language: Language, colours: Mapping[str, str]) -> str:
    """What each sign means, one below the other."""
    signs = page("handout", language)["icons"]
    rows = (
        (_sun, "sun", colours["telogen"]),
        (_lines, "haze", colours["quiet"]),
        (_cloud, "cloud", colours["needle"]),
        (_wind, "shedding", colours["quiet"]),
    )
    return "".join(
        sign(18, 17 * at, 6, colour)
        + drawing.text(34, 4.5 + 17 * at, signs[name], colours["quiet"])
        for at, (sign, name, colour) in enumerate(rows)
    )


def _sun(x: float, y: float, radius: float, colour: str) -> str:
    if radius < 0.5:
        return ""
    rays = "".join(
        f'<path d="M0 {-1.25 * radius:.1f}V{-1.6 * radius:.1f}" transform="rotate({turn})"/>'
        for turn in range(0, 360, 45)
    )
    return (
        f'<g transform="translate({x} {y})" fill="{colour}" stroke="{colour}" '
        f'stroke-width="{max(0.1 * radius, 1):.1f}" stroke-linecap="round">'
        f'<circle r="{radius:.1f}"/>{rays}</g>'
    )


def _haze(y: float, share: float, colour: str) -> str:
    """Up to five bars of haze over the lower sky."""
    bars = round(5 * share)
    return "".join(
        f'<path d="M{16 + 5 * (at % 2)} {y + 14 - 7 * at}h{66 - 4 * (at % 3)}" stroke="{colour}" '
        'stroke-opacity="0.45" stroke-width="3.4" stroke-linecap="round"/>'
        for at in range(bars)
    )


def _lines(x: float, y: float, _: float, colour: str) -> str:
    return "".join(
        f'<path d="M{x - 7} {y + step}h14" stroke="{colour}" stroke-width="2" '
        'stroke-linecap="round"/>'
        for step in (-4, 0, 4)
    )


def _wind(x: float, y: float, _: float, colour: str) -> str:
    return (
        f'<path d="M{x - 8} {y - 2}q4 -4 8 0t8 0M{x - 8} {y + 3}q4 -4 8 0t8 0" fill="none" '
        f'stroke="{colour}" stroke-width="1.8" stroke-linecap="round"/>'
    )


def _cloud(x: float, y: float, size: float, colour: str) -> str:
    if size < 0.5:
        return ""
    return (
        f'<g transform="translate({x} {y}) scale({size / 10:.2f})" fill="{colour}">'
        '<path d="M-10 4a5 5 0 0 1 1-9.9A7 7 0 0 1 4-7.5 6 6 0 0 1 10 4z"/>'
        f'<path d="M-5 7l-1.5 4M1 7l-1.5 4M7 7l-1.5 4" stroke="{colour}" stroke-width="1.6" '
        'stroke-linecap="round"/></g>'
    )
