"""Predictions of arms beside what was published, as a terminal page."""

from typing import TYPE_CHECKING

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from anagen.calibration.left_out_predictions import ArmPrediction
    from anagen.qualification.held_against import HeldAgainst
    from anagen.qualification.scores import Scores

_LOW, _HIGH, _CELLS = -40.0, 100.0, 24
BASELINES = {
    "no_effect": "no effect",
    "pooled_mean": "pooled mean of all arms",
    "meta_regression": "meta-regression",
}


def predictions_page(found: "HeldAgainst", left_out: bool) -> RenderableType:
    """Each arm with its predicted range and result; then how the scores compare."""
    title = (
        "Each study predicted from all the others"
        if left_out
        else "Arms that the model has never seen"
    )
    table = Table(box=None, pad_edge=False, expand=False)
    table.add_column("arm, week", overflow="fold", max_width=24)
    table.add_column("seen", justify="right")
    table.add_column("median", justify="right")
    table.add_column("80 %", justify="right")
    table.add_column(f"{_LOW:g} … 0 … {_HIGH:g}", no_wrap=True)
    table.add_column("rank", justify="right")
    for one in found.used:
        table.add_row(*_row(one))
    not_used = [one for one in found.arms if one.why_not_used]
    parts: list[RenderableType] = [
        Text(title, style="bold"),
        Text("Change of an arm's mean in hairs/cm². ━ 50 %, ─ 95 %, ● published.", style="dim"),
        Text(),
        table,
        Text(),
        _scored(found),
    ]
    if not_used:
        parts += [Text(), Text("Not scored", style="bold")]
        parts += [
            Text(f"{one.arm.study_id} {one.arm.arm_id}: {one.why_not_used}.") for one in not_used
        ]
    return Group(*parts)


def _row(one: "ArmPrediction") -> list[Text]:
    assert one.draws is not None
    assert one.observed is not None  # only used arms come here
    low, lower, median, upper, high = np.quantile(one.draws, [0.1, 0.25, 0.5, 0.75, 0.9])
    inside = low <= one.observed <= high
    ends = np.quantile(one.draws, [0.025, 0.975])
    return [
        Text(f"{one.arm.study_id} {one.arm.arm_id}, {one.arm.week:g}"),
        Text(f"{one.observed:+.0f}", style="" if inside else "bold red"),
        Text(f"{median:+.0f}"),
        Text(f"{low:+.0f} {high:+.0f}"),
        Text(_strip(float(ends[0]), float(lower), float(upper), float(ends[1]), one.observed)),
        Text(f"{(one.draws < one.observed).mean():.2f}" + ("" if inside else " !")),
    ]


def _strip(low: float, lower: float, upper: float, high: float, seen: float) -> str:
    """A range in characters on a fixed scale; what lies beyond stands at the edge."""

    def cell(value: float) -> int:
        return int(np.clip((value - _LOW) / (_HIGH - _LOW) * (_CELLS - 1), 0, _CELLS - 1))

    cells = [" "] * _CELLS
    cells[cell(0)] = "┊"
    for at in range(cell(low), cell(high) + 1):
        cells[at] = "─"
    for at in range(cell(lower), cell(upper) + 1):
        cells[at] = "━"
    cells[cell(seen)] = "●"
    return "".join(cells)


def _scored(found: "HeldAgainst") -> RenderableType:
    if not found.model.n:
        return Text("No arm could be scored.")
    table = Table(box=None, pad_edge=False)
    for heading in ("prediction", "CRPS", "error of median", "in 50 %", "in 80 %", "in 95 %"):
        table.add_column(heading, justify="left" if heading == "prediction" else "right")
    table.add_row("anagen", *_scores(found.model))
    for name, said in BASELINES.items():
        table.add_row(said, *_scores(found.baselines[name]))
    return Group(
        Text(f"{found.model.n} results; CRPS and error in hairs/cm², less is better", style="bold"),
        table,
    )


def _scores(of: "Scores") -> list[str]:
    assert of.crps is not None
    assert of.absolute_error is not None
    assert of.coverage is not None  # there are results
    return [
        f"{of.crps:.1f}",
        f"{of.absolute_error:.1f}",
        *(f"{100 * share:.0f} %" for share in of.coverage.values()),
    ]
