"""A virtual trial drawn as SVG: what its repeats found, and the power that more people would buy.

Above, each arm against the control at each visit: the band of the repeats and its middle. Below,
power against people an arm, with the trial as written marked by what its repeats came to.
"""

from collections.abc import Mapping
from math import log10
from typing import TYPE_CHECKING

from anagen.care import drawing, words
from anagen.care.scale import Scale, ticks, wrap
from anagen.care.tokens import BAND_50, BAND_90, ON_PAGE
from anagen.trial.analysis import WANTED_POWER
from anagen.trial.result import UNITS

if TYPE_CHECKING:
    from anagen.trial.result import Comparison, Difference, TrialResult

_TOP, _PLOT, _GAP = 40, 210, 58
_ROW, _NARROW_ROW = 34, 46
_COLOURS = ("anagen", "telogen", "needle", "blood", "ink")
_DASHES = ("", "7 4", "2 4", "10 3 2 3", "4 2")
_SIZES = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


def trial_chart(
    found: "TrialResult",
    *,
    colours: Mapping[str, str] = ON_PAGE,
    width: int = 860,
    key: str = "trial",
) -> str:
    """The picture of one result."""
    rows = [(each, visit) for each in found.comparisons for visit in each.visits]
    row = _ROW if width > 500 else _NARROW_ROW
    middle = _TOP + row * len(rows)
    foot = wrap(_foot(found), width - 24, drawing.TEXT)
    bottom = middle + _GAP + 24 + _PLOT
    drawn = [
        *_differences(found, rows, row, colours, width),
        *_power(found, middle + _GAP + 24, bottom, colours, width),
        *(
            drawing.text(12, bottom + 66 + 17 * line, said, colours["quiet"])
            for line, said in enumerate(foot)
        ),
    ]
    height = bottom + 60 + 17 * len(foot)
    return drawing.svg(width, height, key, found.spec.name, describe(found), "".join(drawn))


def _differences(
    found: "TrialResult",
    rows: "list[tuple[Comparison, Difference]]",
    row: int,
    colours: Mapping[str, str],
    width: float,
) -> list[str]:
    bottom = _TOP + row * len(rows)
    ends = [visit.difference[end] for _, visit in rows for end in ("p05", "p95")]
    low, high = min(0.0, *ends), max(0.0, *ends)
    room = 0.05 * (high - low) or 0.5
    narrow = row == _NARROW_ROW
    left = 14 if narrow else 0.36 * width
    x = Scale(low - room, high + room, left, width - 22)
    quiet, ink = colours["quiet"], colours["ink"]
    unit = UNITS[found.spec.endpoint]
    parts = [drawing.text(12, 18, f"Difference from {found.spec.control.name}, {unit}", ink)]
    for value in ticks(x.low, x.high, 5):
        at, strength = x(value), "0.7" if value == 0 else "0.22"
        parts.append(
            f'<path d="M{at:.1f} {_TOP - 8}V{bottom:.1f}" stroke="{quiet}" '
            f'stroke-opacity="{strength}"/>'
            + drawing.text(at, bottom + 18, words.number(value), quiet, anchor="middle")
        )
    for place, (each, visit) in enumerate(rows):
        y, band = _TOP + row * place + row - 17, visit.difference
        colour = colours[_COLOURS[found.comparisons.index(each)]]
        for low_end, high_end, opacity in (("p05", "p95", BAND_90), ("p25", "p75", BAND_50)):
            parts.append(
                f'<rect x="{x(band[low_end]):.1f}" y="{y - 7:.1f}" '
                f'width="{x(band[high_end]) - x(band[low_end]):.1f}" height="14" '
                f'fill="{colour}" fill-opacity="{2 * opacity:.2f}"/>'
            )
        parts.append(
            f'<path d="M{x(band["median"]):.1f} {y - 8:.1f}v16" stroke="{colour}" '
            'stroke-width="2.6"/>'
        )
        label = f"{_shortened(each.arm, 24 if narrow else 30)}, week {visit.week}"
        halo = colours["card"] if narrow else ""
        parts.append(drawing.text(12, y - 13 if narrow else y + 4, label, ink, halo=halo))
    return parts


def _power(
    found: "TrialResult", top: float, bottom: float, colours: Mapping[str, str], width: float
) -> list[str]:
    quiet, ink = colours["quiet"], colours["ink"]
    x = Scale(log10(_SIZES[0]), log10(_SIZES[-1]), 50, width - 22)
    y = Scale(0.0, 1.0, bottom, top)
    week = found.spec.visits_weeks[-1]
    parts = [drawing.text(12, top - 16, f"Power at week {week}, in % of trials", ink)]
    for level in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        strength = 'stroke-opacity="0.22"'
        if level == WANTED_POWER:
            strength = 'stroke-opacity="0.8" stroke-dasharray="3 3"'
        parts.append(
            f'<path d="M{x.left:.1f} {y(level):.1f}H{x.right:.1f}" stroke="{quiet}" {strength}/>'
            + drawing.text(x.left - 8, y(level) + 4, f"{100 * level:.0f}", quiet, anchor="end")
        )
    for size in _SIZES if width > 500 else _SIZES[::3]:
        at = x(log10(size))
        parts.append(
            f'<path d="M{at:.1f} {bottom:.1f}v5" stroke="{quiet}"/>'
            + drawing.text(at, bottom + 20, f"{size:,d}", quiet, anchor="middle")
        )
    parts.append(
        drawing.text(x.right, bottom + 40, "people who start in each arm", quiet, anchor="end")
    )
    control = found.spec.control.people
    for place, each in enumerate(found.comparisons):
        last, colour = each.visits[-1], colours[_COLOURS[place]]
        within = [(n, p) for n, p in last.power_by_people if _SIZES[0] <= n <= _SIZES[-1]]
        points = " ".join(f"{x(log10(n)):.1f},{y(power):.1f}" for n, power in within)
        dashes = f' stroke-dasharray="{_DASHES[place]}"' if _DASHES[place] else ""
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" '
            f'stroke-width="2.6"{dashes}/>'
        )
        people = next(arm.people for arm in found.spec.arms if arm.name == each.arm)
        at = x(log10(min(max(2 / (1 / people + 1 / control), _SIZES[0]), _SIZES[-1])))
        parts.append(
            f'<path d="M{at:.1f} {y(last.power.low):.1f}V{y(last.power.high):.1f}" '
            f'stroke="{colour}" stroke-width="1.6"/>'
            f'<circle cx="{at:.1f}" cy="{y(last.power.value):.1f}" r="4.5" fill="{colour}"/>'
        )
        if len(found.comparisons) > 1:
            line = 16 * place + 14
            parts.append(
                f'<path d="M{x.left + 8:.1f} {top + line - 4:.1f}h26" stroke="{colour}" '
                f'stroke-width="2.6"{dashes}/>'
                + drawing.text(
                    x.left + 42, top + line, _shortened(each.arm, 30), ink, halo=colours["card"]
                )
            )
    return parts


def describe(found: "TrialResult") -> str:
    """The picture in words."""
    said = []
    for each in found.comparisons:
        for visit in each.visits:
            said.append(
                f"{each.arm} against {each.control} at week {visit.week}: {band(visit.difference)} "
                f"{UNITS[found.spec.endpoint]}, power {share(visit.power)}."
            )
    return " ".join(said)


def band(of: Mapping[str, float]) -> str:
    """A median with the range of nine in ten repeats."""
    low, middle, high = (words.number(of[name]) for name in ("p05", "median", "p95"))
    return f"{middle}{words.THIN}({low} to {high})"


def share(of: tuple[float, float, float]) -> str:
    """A share of repeats with its interval, in percent."""
    value, low, high = (100 * each for each in of)
    return f"{value:.0f}{words.THIN}% ({low:.0f} to {high:.0f})"


def _shortened(name: str, most: int) -> str:
    name = words.plain(name)
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _foot(found: "TrialResult") -> str:
    spec = found.spec
    return (
        f"Bars: 50 and 90 of 100 repeats; line: their middle. Dot: the trial as written, with its "
        f"Monte-Carlo interval. Model anagen {words.plain(found.model_version)}, {spec.repeats} "
        f"repeats, seed {spec.seed}, {spec.counting.method.replace('_', ' ')} of "
        f"{spec.counting.area_cm2:g} cm²."
    )
