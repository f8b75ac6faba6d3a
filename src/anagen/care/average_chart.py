"""What needling and minoxidil do on average at three times, beside pooled estimates, as SVG.

Four small panels on one scale: the model's bands of the mean difference, and each review's estimate
with its interval as a diamond. A review that does not tell its weeks stands at the right.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from anagen.care import drawing
from anagen.care.scale import Scale, ticks, wrap
from anagen.care.tokens import BAND_50, BAND_90, ON_PAGE

if TYPE_CHECKING:
    from anagen.calibration.average_effect import AverageEffect

_GAP, _TOP, _PLOT, _FOOT, _RIGHT = 26, 64, 190, 44, 20
_LOW, _HIGH = -5.0, 30.0
_UNDATED = 72.0  # where a review stands that does not tell its weeks


def average_chart(
    effects: "Sequence[AverageEffect]",
    weeks: Sequence[float],
    *,
    colours: Mapping[str, str] = ON_PAGE,
    width: int = 820,
    key: str = "average",
) -> str:
    """The panels in rows of four, or of two where the width is small."""
    columns = 4 if width >= 700 else 2
    panel = (width - 40 - _RIGHT - _GAP * (columns - 1)) / columns
    foot = wrap(_foot(effects), width - 24, drawing.TEXT)
    rows = -(-len(effects) // columns)
    tall = _TOP + _PLOT + _FOOT
    height = rows * tall + 17 * len(foot) + 20
    parts = []
    for at, effect in enumerate(effects):
        left = 40 + (at % columns) * (panel + _GAP)
        top = (at // columns) * tall + _TOP
        parts += _panel(effect, weeks, left, left + panel, top, colours, first=at % columns == 0)
    parts += [
        drawing.text(12, rows * tall + 18 + 17 * line, said, colours["quiet"])
        for line, said in enumerate(foot)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-labelledby="{key}-t {key}-d" '
        f'font-family="\'Open Sans\', system-ui, sans-serif" font-size="{drawing.TEXT}">'
        f'<title id="{key}-t">Average effect of needling and minoxidil beside pooled '
        f'estimates</title><desc id="{key}-d">{escape(describe(effects, weeks))}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _panel(
    effect: "AverageEffect",
    weeks: Sequence[float],
    left: float,
    right: float,
    top: float,
    colours: Mapping[str, str],
    first: bool,
) -> list[str]:
    x = Scale(0, _UNDATED + 10, left, right)
    y = Scale(_LOW, _HIGH, top + _PLOT, top)
    quiet = colours["quiet"]
    parts = [
        drawing.text(left, top - 34, line, colours["ink"])
        if at == 0
        else drawing.text(left, top - 34 + 16 * at, line, quiet)
        for at, line in enumerate([effect.label, "hairs/cm², mean of people"])
    ]
    for value in ticks(_LOW, _HIGH, 5):
        at = y(value)
        strength = "0.7" if value == 0 else "0.2"
        parts.append(
            f'<path d="M{left:.1f} {at:.1f}H{right:.1f}" stroke="{quiet}" '
            f'stroke-opacity="{strength}"/>'
        )
        if first:
            parts.append(drawing.text(left - 8, at + 4, f"{value:g}", quiet, anchor="end"))
    for week in weeks:
        parts.append(
            drawing.text(x(week), top + _PLOT + 20, _dated(week, weeks), quiet, anchor="middle")
        )
    parts.append(drawing.text(x(_UNDATED), top + _PLOT + 20, "undated", quiet, anchor="middle"))
    anagen = colours["anagen"]
    for week, drawn in zip(weeks, effect.draws, strict=True):
        low, lower, middle, upper, high = (
            y(value) for value in np.quantile(drawn, [0.05, 0.25, 0.5, 0.75, 0.95])
        )
        at = x(week)
        for end, begin, opacity in ((high, low, BAND_90), (upper, lower, BAND_50)):
            parts.append(
                f'<rect x="{at - 9:.1f}" y="{end:.1f}" width="18" height="{begin - end:.1f}" '
                f'fill="{anagen}" fill-opacity="{2 * opacity:.2f}"/>'
            )
        parts.append(
            f'<path d="M{at - 9:.1f} {middle:.1f}h18" stroke="{anagen}" stroke-width="2.6"/>'
        )
    parts += _diamonds(effect, x, y, colours)
    if not effect.pooled:
        parts.append(drawing.text(right, y(26), "no review has pooled this", quiet, anchor="end"))
    return parts


def _dated(week: float, weeks: Sequence[float]) -> str:
    return f"{week:g} wk" if week == max(weeks) else f"{week:g}"


def _diamonds(effect: "AverageEffect", x: Scale, y: Scale, colours: Mapping[str, str]) -> list[str]:
    parts, beside = [], {True: 0, False: 0}
    for pooled in effect.pooled:
        dated = pooled.week is not None
        # Several reviews at one time stand side by side.
        at = x(_UNDATED if pooled.week is None else pooled.week) + (
            14 if dated else 9 * (beside[False] - 1)
        )
        beside[dated] += 1
        assert pooled.estimate is not None  # only such are told
        middle = y(pooled.estimate)
        if pooled.ci_low is not None and pooled.ci_high is not None:
            parts.append(
                f'<path d="M{at:.1f} {y(pooled.ci_low):.1f}V{y(pooled.ci_high):.1f}" '
                f'stroke="{colours["telogen"]}" stroke-width="1.6"/>'
            )
            fill = colours["telogen"]
        else:
            fill = colours["card"]
        parts.append(
            f'<path d="M{at:.1f} {middle - 5:.1f}l5 5l-5 5l-5 -5z" fill="{fill}" '
            f'stroke="{colours["telogen"]}" stroke-width="1.5"/>'
        )
    return parts


def describe(effects: "Sequence[AverageEffect]", weeks: Sequence[float]) -> str:
    """The panels in words."""
    said = []
    for effect in effects:
        at = ", ".join(
            "{:.0f} ({:.0f} to {:.0f}) at week {:g}".format(
                *np.quantile(drawn, [0.5, 0.05, 0.95]), week
            )
            for week, drawn in zip(weeks, effect.draws, strict=True)
        )
        pooled = ", ".join(f"{one.estimate:g}" for one in effect.pooled) or "none"
        said.append(f"{effect.label}: {at} hairs/cm²; pooled estimates: {pooled}.")
    return " ".join(said)


def _foot(effects: "Sequence[AverageEffect]") -> str:
    rows = effects[0].draws.shape[1]
    return (
        f"Bars: 50 and 90 of 100 draws of the model's mean ({rows} posterior draws); line: their "
        "median. Diamonds: pooled estimates of reviews with their 95 % interval; hollow: no "
        "interval told. Reviews share trials."
    )
