"""Arms predicted and published, one below the other, and ranks of the published, as SVG."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from anagen.care import drawing, words
from anagen.care.scale import Scale, ticks
from anagen.care.tokens import BAND_50, ON_PAGE

if TYPE_CHECKING:
    from anagen.calibration.left_out_predictions import ArmPrediction

ROW = 22
_BINS = 10


def arm_forest(
    arms: "Sequence[ArmPrediction]",
    *,
    colours: Mapping[str, str] = ON_PAGE,
    width: int = 860,
    key: str = "forest",
) -> str:
    """The predicted intervals (50, 80 and 95 %) of arms, and what was published of each."""
    narrow = width < 600
    label = 0 if narrow else 300
    step = 2 * ROW if narrow else ROW
    top = 30
    bottom = top + step * len(arms) + 6
    ends = [np.quantile(one.draws, [0.025, 0.975]) for one in arms if one.draws is not None]
    seen = [one.observed for one in arms if one.observed is not None]
    low = min([*(float(each[0]) for each in ends), *seen, 0.0]) - 4
    high = max([*(float(each[1]) for each in ends), *seen, 0.0]) + 4
    x = Scale(low, high, label + 12, width - 14)
    quiet = colours["quiet"]
    parts = [drawing.text(12, 16, "Change of the arm's mean, hairs/cm²", quiet)]
    for value in ticks(low, high, 5 if narrow else 9):
        at, strength = x(value), "0.7" if value == 0 else "0.2"
        parts.append(
            f'<path d="M{at:.1f} {top}V{bottom}" stroke="{quiet}" stroke-opacity="{strength}"/>'
            + drawing.text(at, bottom + 18, words.signed(value), quiet, anchor="middle")
        )
    for at, one in enumerate(arms):
        y = top + step * at + (step - 9 if narrow else 14)
        name = f"{one.arm.study_id} {one.arm.arm_id}, week {one.arm.week:g}"
        said = drawing.text(12, y - (15 if narrow else -4), name, colours["ink"])
        parts += [said, _interval(one, x, y, colours)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {bottom + 28}" '
        f'width="{width}" height="{bottom + 28}" role="img" aria-labelledby="{key}-t {key}-d" '
        f'font-family="\'Open Sans\', system-ui, sans-serif" font-size="{drawing.TEXT}">'
        f'<title id="{key}-t">Predicted and published changes of {len(arms)} results</title>'
        f'<desc id="{key}-d">{escape(describe(arms))}</desc>{"".join(parts)}</svg>'
    )


def _interval(one: "ArmPrediction", x: Scale, y: float, colours: Mapping[str, str]) -> str:
    assert one.draws is not None  # only predicted arms are drawn
    at = np.quantile(one.draws, [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
    lowest, low, lower, middle, upper, high, highest = (x(float(value)) for value in at)
    anagen = colours["anagen"]
    drawn = f'<path d="M{lowest:.1f} {y:.1f}H{highest:.1f}" stroke="{anagen}" stroke-width="1.4"/>'
    for begin, end in ((low, high), (lower, upper)):
        drawn += (
            f'<rect x="{begin:.1f}" y="{y - 4:.1f}" width="{end - begin:.1f}" height="8" '
            f'fill="{anagen}" fill-opacity="{BAND_50 + 0.1}"/>'
        )
    drawn += f'<path d="M{middle:.1f} {y - 6:.1f}v12" stroke="{anagen}" stroke-width="2.4"/>'
    if one.observed is None:
        return drawn
    seen = x(one.observed)
    if at[1] <= one.observed <= at[5]:
        return drawn + f'<circle cx="{seen:.1f}" cy="{y:.1f}" r="4" fill="{colours["ink"]}"/>'
    return drawn + (
        f'<path d="M{seen:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z" fill="{colours["card"]}" '
        f'stroke="{colours["alarm"]}" stroke-width="2.2"/>'
    )


def describe(arms: "Sequence[ArmPrediction]") -> str:
    """The drawing in words."""
    told = [(one.draws, one.observed) for one in arms if one.draws is not None]
    inside = sum(
        bool(np.quantile(draws, 0.1) <= seen <= np.quantile(draws, 0.9))
        for draws, seen in told
        if seen is not None
    )
    return (
        "For each result the interval that was predicted, 50, 80 and 95 %, and what was published: "
        f"a dot inside the 80 % interval ({inside} of {len(told)}), a diamond outside."
    )


def rank_chart(
    ranks: Sequence[float],
    *,
    colours: Mapping[str, str] = ON_PAGE,
    width: int = 420,
    key: str = "ranks",
) -> str:
    """How often what was published lies at which rank of its prediction; flat is right."""
    counts: list[int] = np.histogram(ranks, bins=_BINS, range=(0, 1))[0].tolist()
    most = max(*counts, 1) + 1
    x, y = Scale(0, 1, 40, width - 14), Scale(0, most, 170, 24)
    quiet = colours["quiet"]
    even = len(ranks) / _BINS
    parts = [drawing.text(12, 14, "results", quiet)]
    for value in ticks(0, most, 4):
        parts.append(drawing.text(34, y(value) + 4, f"{value:g}", quiet, anchor="end"))
    for at, count in enumerate(counts):
        left, right = x(at / _BINS), x((at + 1) / _BINS)
        parts.append(
            f'<rect x="{left + 1:.1f}" y="{y(count):.1f}" width="{right - left - 2:.1f}" '
            f'height="{y(0) - y(count):.1f}" fill="{colours["anagen"]}" fill-opacity="0.6"/>'
        )
    parts.append(
        f'<path d="M{x.left:.1f} {y(even):.1f}H{x.right:.1f}" stroke="{colours["needle"]}" '
        'stroke-width="2" stroke-dasharray="6 4"/>'
    )
    for value in (0.0, 0.5, 1.0):
        parts.append(drawing.text(x(value), 188, f"{value:g}", quiet, anchor="middle"))
    parts.append(drawing.text(x.right, 206, "share of draws below the result", quiet, anchor="end"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 214" width="{width}" '
        f'height="214" role="img" aria-labelledby="{key}-t {key}-d" '
        f'font-family="\'Open Sans\', system-ui, sans-serif" font-size="{drawing.TEXT}">'
        f'<title id="{key}-t">Ranks of {len(ranks)} published results among their draws</title>'
        f'<desc id="{key}-d">Counts in ten equal parts from 0 to 1: '
        f"{', '.join(map(str, counts))}. Dashed: as many in each.</desc>"
        f"{''.join(parts)}</svg>"
    )
