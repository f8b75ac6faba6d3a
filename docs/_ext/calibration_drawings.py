"""Pictures of the calibration: what trials told, how left-out studies are met, ranks of truths."""

import numpy as np
from matplotlib.figure import Figure
from panels import Colours, named, panels
from scipy.stats import binom

from anagen.care.tokens import BAND_50, BAND_90
from anagen.evidence.posterior import posterior

NORMAL_80 = 1.2816


def learned_picture(theme: Colours) -> Figure:
    """Scores of each calibrated number after the trials, over their prior."""
    post = posterior()
    told = post.made["numbers"]
    order = sorted(told, key=lambda key: -told[key]["overlap"])
    figure, (axis,) = panels([0.27 * len(order) + 1.2], theme)
    axis.axvspan(-NORMAL_80, NORMAL_80, color=theme["needle"], alpha=BAND_90, linewidth=0)
    axis.axvline(0, color=theme["needle"], linewidth=1)
    for row, key in enumerate(order):
        scores = post.scores[:, post.keys.index(key)]
        low, lower, middle, upper, high = np.quantile(scores, [0.1, 0.25, 0.5, 0.75, 0.9])
        axis.plot([low, high], [row, row], color=theme["anagen"], linewidth=1.5)
        axis.plot([lower, upper], [row, row], color=theme["anagen"], linewidth=4, alpha=0.6)
        axis.plot([middle], [row], "o", color=theme["anagen"])
    axis.set_yticks(range(len(order)), [key.replace("_", " ") for key in order], fontsize=8)
    named(
        axis, theme, "What the trials told: 80 % before (grey) and after", "prior standard scores",
        "",
    )  # fmt: skip
    return figure


def left_out_picture(theme: Colours) -> Figure:
    """Each fitted count and its prediction from all other studies."""
    from anagen.calibration.left_out_predictions import left_out_predictions

    found = [one for one in left_out_predictions() if one.draws is not None]
    figure, (axis,) = panels([0.25 * len(found) + 1.2], theme)
    axis.axvline(0, color=theme["needle"], linewidth=1)
    for row, one in enumerate(reversed(found)):
        low, lower, middle, upper, high = np.quantile(one.draws, [0.1, 0.25, 0.5, 0.75, 0.9])
        axis.plot([low, high], [row, row], color=theme["anagen"], alpha=0.35, linewidth=6)
        axis.plot([lower, upper], [row, row], color=theme["anagen"], alpha=0.7, linewidth=6)
        axis.plot([middle], [row], "|", color=theme["ink"], markersize=7)
        inside = low <= one.observed <= high
        marker, colour = ("o", "ink") if inside else ("D", "alarm")
        filled = "none" if one.why_not_used else "full"
        axis.plot(
            [one.observed], [row], marker, color=theme[colour], markersize=5, fillstyle=filled
        )
    names = [f"{one.arm.study_id} {one.arm.arm_id}, {one.arm.week:g}" for one in reversed(found)]
    axis.set_yticks(range(len(found)), names, fontsize=8)
    named(
        axis, theme,
        "Left out and predicted (50 and 80 %); diamonds: outside 80 %; open: unit in doubt",
        "change in hairs/cm²", "",
    )  # fmt: skip
    return figure


def ranks_picture(theme: Colours) -> Figure:
    """Ranks of the truth over all calibrated numbers, and coverage of each in the full model."""
    checks = posterior().made["checks"]
    if not {"ranks", "recovery"} <= set(checks):
        figure, (axis,) = panels([1.0], theme)
        axis.set_axis_off()
        axis.text(0, 0.5, "The shipped draws were made without these checks.", color=theme["ink"])
        return figure
    below = np.array(checks["ranks"]["below"])
    bins = 20
    figure, (ranks, covered) = panels([2.6, 3.4], theme)
    counts, edges = np.histogram(below.ravel(), bins=bins, range=(0, 1))
    expected = below.size / bins
    # Numbers of one world are not quite independent; the band is of as many as are.
    low, high = binom.interval(0.99, below.size, 1 / bins)
    ranks.axhspan(low, high, color=theme["needle"], alpha=BAND_50, linewidth=0)
    ranks.axhline(expected, color=theme["needle"], linewidth=1)
    ranks.stairs(counts, edges, color=theme["anagen"], fill=True, alpha=0.6)
    named(
        ranks, theme, f"Ranks of {below.shape[1]} truths in {below.shape[0]} virtual worlds",
        "share of draws below the truth", "how often",
    )  # fmt: skip
    found = np.array(checks["recovery"]["below"])
    share = ((found > 0.05) & (found < 0.95)).mean(axis=0)
    worlds = found.shape[0]
    covered.axhspan(
        *(np.array(binom.interval(0.99, worlds, 0.9)) / worlds), color=theme["needle"],
        alpha=BAND_50, linewidth=0,
    )  # fmt: skip
    covered.axhline(0.9, color=theme["needle"], linewidth=1)
    covered.plot(np.sort(share), "o", color=theme["anagen"])
    covered.set_ylim(0.6, 1.02)
    named(
        covered, theme, f"Truths of the full model found again, {worlds} virtual worlds",
        "numbers, in order", "share in the 90 % interval",
    )  # fmt: skip
    return figure
