"""How far a number of the model is known: its spread before the trials and after, drawn.

A thin bar holds nine in ten, a thick one every second, the mark is the middle. A number that may be
ten times larger or smaller has a scale of equal ratios, and says so.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from anagen.care.drawing import svg, text
from anagen.care.scale import Scale, ticks
from anagen.care.table import Numbers
from anagen.care.tokens import ON_PAGE
from anagen.evidence.parameters import Parameter, parameters
from anagen.evidence.posterior import posterior

AT = (0.05, 0.25, 0.5, 0.75, 0.95)
_HEAD = ("Known", "5 %", "25 %", "Middle", "75 %", "95 %")
_ROW, _AXIS, _LEFT = 34, 44, 14  # px


@dataclass(frozen=True)
class Spread:
    """Quantiles `AT` of one number under each heading."""

    unit: str
    rows: tuple[tuple[str, tuple[float, ...]], ...]

    @property
    def by_ratio(self) -> bool:
        """Whether a scale of equal ratios shows it better."""
        low, high = _ends(self)
        return low > 0 and high / low > 10


def spread_of(record: Parameter) -> Spread | None:
    """The spread of a number; None where it is fixed, or only yes or no."""
    if record.distribution in ("fixed", "bernoulli"):
        return None
    before = tuple(float(value) for value in record.at(np.array(AT)))
    rows = [("before the trials" if record.key in posterior().keys else "as recorded", before)]
    if record.key in posterior().keys:
        rows.append(("after the trials", _after(record.key)))
    return Spread("" if record.unit == "1" else record.unit, tuple(rows))


@cache
def _after(key: str) -> tuple[float, ...]:
    from scipy.special import ndtr

    scores = posterior().scores[:, posterior().keys.index(key)]
    values = parameters()[key].at(np.clip(ndtr(np.quantile(scores, AT)), 1e-12, 1 - 1e-12))
    return tuple(float(value) for value in values)


def spread_numbers(spread: Spread) -> Numbers:
    """The quantiles as a table."""
    unit = f", {spread.unit}" if spread.unit else ""
    rows = tuple((label, *map(_said, quantiles)) for label, quantiles in spread.rows)
    return Numbers(f"Range of the number{unit}", _HEAD, rows)


def spread_svg(
    spread: Spread,
    label: str,
    *,
    colours: Mapping[str, str] = ON_PAGE,
    width: int = 640,
    key: str = "spread",
) -> str:
    """The ranges as SVG, each with its label above it."""
    low, high = _ends(spread)
    even = math.log10 if spread.by_ratio else float
    scale = Scale(even(low), even(high), 2 * _LEFT, width - 2 * _LEFT)
    parts, y = [], 0.0
    for number, (name, quantiles) in enumerate(spread.rows):
        colour = colours["anagen" if number == len(spread.rows) - 1 else "needle"]
        p05, p25, middle, p75, p95 = (scale(even(value)) for value in quantiles)
        parts.append(text(_LEFT, y + 16, name, colours["ink"]))
        y += _ROW
        parts.append(
            f'<path d="M{p05:.1f} {y:.1f}H{p95:.1f}" stroke="{colour}" stroke-width="2"/>'
            f'<path d="M{p25:.1f} {y:.1f}H{p75:.1f}" stroke="{colour}" stroke-width="10"/>'
            f'<path d="M{middle:.1f} {y - 9:.1f}v18" stroke="{colours["ink"]}" stroke-width="2.5"/>'
        )
        y += 10
    y += 12
    quiet = colours["quiet"]
    parts.append(f'<path d="M{scale.left:.1f} {y:.1f}H{scale.right:.1f}" stroke="{quiet}"/>')
    for value in _marks(low, high, by_ratio=spread.by_ratio):
        x = scale(even(value))
        parts.append(f'<path d="M{x:.1f} {y:.1f}v5" stroke="{quiet}"/>')
        parts.append(text(x, y + 20, _said(value), quiet, anchor="middle"))
    unit = f"{spread.unit}, equal steps are equal ratios" if spread.by_ratio else spread.unit
    parts.append(text(scale.right, y + 37, unit.removeprefix(", "), quiet, anchor="end"))
    return svg(width, y + _AXIS, key, label, describe(spread), "".join(parts))


def describe(spread: Spread) -> str:
    """The picture in words."""
    unit = f" {spread.unit}" if spread.unit else ""
    return " ".join(
        f"{label.capitalize()}: {_said(q[2])}{unit}, nine in ten from {_said(q[0])} to "
        f"{_said(q[4])}, every second from {_said(q[1])} to {_said(q[3])}."
        for label, q in spread.rows
    )


def _ends(spread: Spread) -> tuple[float, float]:
    ends = [value for _, quantiles in spread.rows for value in (quantiles[0], quantiles[-1])]
    return min(ends), max(ends)


def _marks(low: float, high: float, *, by_ratio: bool) -> list[float]:
    """Round values between the ends: with equal ratios whole powers of ten, and 2 and 5 of them
    where there are few."""
    if not by_ratio:
        return ticks(low, high, 5)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1, 2, 5) if len(powers) <= 3 else (1,)
    marks = [step * 10.0**power for power in powers for step in steps]
    return [mark for mark in marks if low <= mark <= high]


def _said(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")
