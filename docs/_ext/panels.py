"""What all pictures of the docs share: panels, labels, bands, and the model's numbers."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

import anagen.scalp  # noqa: F401 - switches to float64
from anagen.care.tokens import BAND_50, BAND_90
from anagen.evidence.parameters import draws as draw_parameters
from anagen.evidence.parameters import parameters
from anagen.model_inputs import scalp_numbers
from anagen.scalp.course import Scalp

Colours = Mapping[str, str]


WIDTH_INCHES = 6.4
DRAWS = 400
EXAMPLES = Path(__file__).parents[2] / "examples"


def panels(heights: list[float], theme: Colours) -> tuple[Figure, list[Axes]]:
    """Panels one below the other, so that they can be read on a phone too."""
    figure = Figure(
        figsize=(WIDTH_INCHES, sum(heights)),
        layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12),
    )
    figure.patch.set_facecolor(theme["card"])
    found = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)
    axes: list[Axes] = list(found[:, 0])
    for axis in axes:
        axis.set_facecolor(theme["card"])
        axis.spines[["top", "right"]].set_visible(False)
        axis.spines[["left", "bottom"]].set_color(theme["quiet"])
        axis.tick_params(colors=theme["quiet"])
    return figure, axes


def named(axis: Axes, theme: Colours, title: str, x: str, y: str) -> None:
    axis.set_title(title, loc="left", color=theme["ink"], fontsize=11)
    axis.set_xlabel(x, color=theme["quiet"])
    axis.set_ylabel(y, color=theme["quiet"])
    handles, _ = axis.get_legend_handles_labels()
    if handles:
        axis.legend(frameon=False, labelcolor=theme["ink"], fontsize=9)


def band(axis: Axes, x: np.ndarray, drawn: np.ndarray, colour: str, label: str) -> None:
    """Bands of 90 and 50 of 100 draws, then the median. ``drawn`` is (draws, x)."""
    low, lower, middle, upper, high = np.quantile(drawn, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    axis.fill_between(x, low, high, color=colour, alpha=BAND_90, linewidth=0)
    axis.fill_between(x, lower, upper, color=colour, alpha=BAND_50, linewidth=0)
    axis.plot(x, middle, color=colour, linewidth=2, label=label)


@cache
def numbers(number: int = DRAWS) -> Scalp:
    return scalp_numbers(draw_parameters(number, seed=0))


@cache
def centre() -> Scalp:
    return scalp_numbers({key: np.array([p.centre]) for key, p in parameters().items()})
