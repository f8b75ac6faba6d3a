"""What calibration learned, as a terminal page."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from anagen.evidence.parameters import parameters
from anagen.evidence.posterior import Posterior

_BAR = 10  # characters
TOLD_FROM_CHANCE = 5.0  # standard errors; fewer prior draws alone make one or two


def same(apart: Mapping[str, float]) -> bool:
    """Whether differences, in standard errors, are no more than chance."""
    return all(abs(value) < TOLD_FROM_CHANCE for value in apart.values())


def calibration_page(
    post: Posterior, faults: Sequence[str], apart: Mapping[str, float]
) -> RenderableType:
    """Each calibrated number before and after, whether the sample is good, and how far it lies
    from the shipped one, in standard errors."""
    table = Table(box=None, pad_edge=False)
    for heading in ("number", "before", "after (80 %)", "learned"):
        table.add_column(heading, overflow="fold")
    numbers: Mapping[str, Any] = post.made["numbers"]
    for key, told in sorted(numbers.items(), key=lambda item: item[1]["overlap"]):
        record = parameters()[key]
        table.add_row(
            Text(key),
            f"{record.centre:.3g} {record.unit}".removesuffix(" 1"),
            f"{told['median']:.3g} ({told['low']:.3g} to {told['high']:.3g})",
            Text(_learned(told["overlap"])),
        )
    worst = max(apart.values(), key=abs, default=0.0)
    return Group(
        Text(f"Calibration on {len(post.studies)} trials", style="bold"),
        Text(),
        table,
        Text(),
        Text("learned: 1 − the overlap of prior and posterior; a bar of ten is all there was."),
        Text(),
        *([Text(f"Sample: {fault}.") for fault in faults] or [Text("The sample is good.")]),
        Text(
            f"{'The same as' if same(apart) else 'NOT the same as'} the shipped draws: the largest "
            f"difference of a mean is {abs(worst):.1f} standard errors."
        ),
    )


def _learned(overlap: float) -> str:
    told = 1 - overlap
    filled = round(_BAR * told)
    return "█" * filled + "·" * (_BAR - filled) + f" {100 * told:3.0f} %"
