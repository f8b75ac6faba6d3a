"""The mark of one published result: its shape says how plausible it is, its filling for what use.

Never colour alone: a circle has nothing against it, a triangle is suspect, a square implausible;
filled may be fitted, hollow is for reading only, crossed out is an outlier.
"""

from collections.abc import Mapping, Sequence

from anagen.care.drawing import text
from anagen.care.legend import ROW, SWATCH, rows
from anagen.evidence.trials import ArmOutcome

_COLOURS = {"ok": "anagen", "suspect": "telogen", "implausible": "alarm"}
_OUTLINES = {
    "ok": "m-4.6 0a4.6 4.6 0 1 0 9.2 0a4.6 4.6 0 1 0-9.2 0z",
    "suspect": "m0-5.4 5.4 9.4h-10.8z",
    "implausible": "m-4.3-4.3h8.6v8.6h-8.6z",
}
_CROSS = "m-3-3 6 6m0-6-6 6"
_LETTERS = {
    # filled, hollow, crossed out
    "ok": ("●", "○", "⊗"),
    "suspect": ("▲", "△", "⊗"),
    "implausible": ("■", "□", "⊠"),
}
_FILLINGS = {"calibration": 0, "context": 1, "outlier": 2}
MEANING = (
    ("ok calibration", "may be fitted"),
    ("ok context", "for reading only"),
    ("ok outlier", "outlier: a test, never an anchor"),
    ("suspect calibration", "suspect"),
    ("implausible calibration", "implausible"),
)


def kind_of(arm: ArmOutcome) -> tuple[str, str]:
    """Plausibility and role, plain where a table does not tell them."""
    return arm.plausibility or "ok", arm.role or "calibration"


def mark(x: float, y: float, kind: tuple[str, str], colours: Mapping[str, str]) -> str:
    """The mark as SVG, its middle at x, y."""
    plausibility, role = kind
    colour = colours[_COLOURS[plausibility]]
    fill = colour if role == "calibration" else colours["card"]
    drawn = (
        f'<path class="{plausibility} {role}" d="M{x:.1f} {y:.1f}{_OUTLINES[plausibility]}" '
        f'fill="{fill}" stroke="{colour}" stroke-width="1.7"/>'
    )
    if role == "outlier":
        drawn += f'<path d="M{x:.1f} {y:.1f}{_CROSS}" stroke="{colour}" stroke-width="1.7"/>'
    return drawn


def letter(kind: tuple[str, str]) -> str:
    """The mark where a page has letters only."""
    plausibility, role = kind
    return _LETTERS[plausibility][_FILLINGS[role]]


def style(kind: tuple[str, str]) -> str:
    """The colour of the letter on a terminal."""
    return {"ok": "green", "suspect": "yellow", "implausible": "bold red"}[kind[0]]


def diamond(
    low: float, middle: float, high: float, y: float, colours: Mapping[str, str], *, known: bool
) -> str:
    """A pooled estimate over its interval; hollow and of no width where none was published."""
    colour = colours["needle"]
    fill = colour if known else colours["card"]
    return (
        f'<path class="pooled" d="M{low:.1f} {y:.1f}L{middle:.1f} {y - 6:.1f}L{high:.1f} {y:.1f}'
        f'L{middle:.1f} {y + 6:.1f}z" fill="{fill}" stroke="{colour}" stroke-width="1.5"/>'
    )


def legend(
    more: Sequence[tuple[str, str]], width: float, colours: Mapping[str, str]
) -> tuple[str, int]:
    """The rows that explain the marks, and their height; ``more`` are further kinds of mark."""
    lines = rows([*MEANING, *more], width)
    parts: list[str] = []
    for index, line in enumerate(lines):
        for x, kind, said in line:
            y, middle = 13 + ROW * index, x + SWATCH / 2
            if kind == "interval":
                parts.append(whisker(x, x + SWATCH, y, colours))
            elif kind == "readings":
                parts.append(conflict(x, x + SWATCH, y, colours))
            elif kind == "step":
                parts.append(
                    f'<path d="M{x:.1f} {y + 4}L{x + SWATCH:.1f} {y - 4}" '
                    f'stroke="{colours["ink"]}" stroke-width="1.8"/>'
                )
            elif kind in ("pooled", "pooled-bare"):
                known = kind == "pooled"
                reach = SWATCH / 2 if known else 5
                parts.append(
                    diamond(middle - reach, middle, middle + reach, y, colours, known=known)
                )
            else:
                plausibility, role = kind.split()
                parts.append(mark(middle, y, (plausibility, role), colours))
            parts.append(text(x + SWATCH + 7, y + 4, said, colours["ink"]))
    return "".join(parts), ROW * len(lines)


def whisker(low: float, high: float, y: float, colours: Mapping[str, str]) -> str:
    """A 95 % interval."""
    return (
        f'<path class="interval" d="M{low:.1f} {y:.1f}H{high:.1f}M{low:.1f} {y - 4:.1f}v8'
        f'M{high:.1f} {y - 4:.1f}v8" stroke="{colours["ink"]}" stroke-width="1.5" fill="none"/>'
    )


def conflict(low: float, high: float, y: float, colours: Mapping[str, str]) -> str:
    """Two readings of one number, joined."""
    return (
        f'<path class="readings" d="M{low:.1f} {y:.1f}H{high:.1f}" stroke="{colours["telogen"]}" '
        'stroke-width="1.5" stroke-dasharray="3 3"/>'
    )
