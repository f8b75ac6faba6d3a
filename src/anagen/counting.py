"""Counting: what a named method of counting hairs can tell from its own error.

    smallest detectable change   k √((ε N₀)² + σ₀²)
with N₀ the baseline, σ₀ the error that remains where there is hardly a hair, and ε either the
variation of one count (k = 1.96·√2, since a change takes two) or the error of a change (k = 1.96).
    one count           its part of that; and the field itself: hairs come and go between visits,
                        D(1 − D/F)/A of D hairs on F follicles of an area A that shows each or not
    another field       the difference of two: 2kD/A where units of k hairs lie at random
Sources: the records ``counting.*``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from anagen.evidence.parameters import parameters
from anagen.evidence.sources import in_one_line, sources
from anagen.reading import BadInput

CHANGE_WEEKS = (12, 24, 36, 48, 52)
# Method -> (in words, is its error that of a change).
METHODS: Mapping[str, tuple[str, bool]] = {
    "phototrichogram": ("phototrichogram", False),
    "phototrichogram_automatic": ("phototrichogram counted by program", True),
    "phototrichogram_corrected": ("phototrichogram by program, corrected by hand", True),
    "trichoscopy_corrected": ("trichoscopy by program, corrected by hand", True),
    "hair_to_hair": ("phototrichogram, hair matched to hair", True),
}


@dataclass(frozen=True)
class Detectable:
    """The smallest change that a counting method tells from its own error, and the chances."""

    method: str  # the counting method and its source, in words
    smallest_change_per_cm2: float  # minimal detectable change (95 %) for this baseline
    chance_of_gain: Mapping[int, float]  # week -> share of draws with a detectable gain
    chance_of_loss: Mapping[int, float]  # week -> share of draws with a detectable loss


def check_method(method: str) -> None:
    """Raises `BadInput` for a method that has no record."""
    if method not in METHODS:
        raise BadInput(f"counting is {method[:40]!r}; allowed is one of {', '.join(METHODS)}.")


def smallest_change_per_cm2(baseline_per_cm2: float, method: str) -> float:
    """The minimal detectable change (95 %) of a count, hairs/cm²."""
    return float(smallest_changes_per_cm2(np.array(baseline_per_cm2), method))


def smallest_changes_per_cm2(baseline_per_cm2: np.ndarray, method: str) -> np.ndarray:
    """The same for many baselines; any shape."""
    _, of_change = METHODS[method]
    error = parameters()[f"counting.{method}"].centre
    least = parameters()["counting.least_error_per_cm2"].centre
    factor = "counting.change_confidence_factor" if of_change else "counting.confidence_factor"
    return parameters()[factor].centre * np.hypot(error * baseline_per_cm2, least)


def count_error_per_cm2(density_per_cm2: np.ndarray, method: str) -> np.ndarray:
    """Standard deviation of one count of one field; any shape."""
    error = parameters()[f"counting.{method}"].centre
    both = np.hypot(error * density_per_cm2, parameters()["counting.least_error_per_cm2"].centre)
    return both / np.sqrt(2) if METHODS[method][1] else both


def turnover_per_cm2(
    density_per_cm2: np.ndarray, follicles_per_cm2: np.ndarray, area_cm2: float
) -> np.ndarray:
    """Standard deviation of a field's hairs as its follicles happen to show one or not."""
    shown = np.clip(density_per_cm2 / follicles_per_cm2, 0.0, 1.0)
    return np.sqrt(density_per_cm2 * (1 - shown) / area_cm2)


def other_field_per_cm2(density_per_cm2: np.ndarray, area_cm2: float) -> np.ndarray:
    """Standard deviation of the difference between two fields of one zone."""
    return np.sqrt(2 * parameters()["counting.hairs_per_unit"].centre * density_per_cm2 / area_cm2)


def detectable(total: np.ndarray, method: str) -> Detectable:
    """Drawn total densities (draws, weeks) against the error of a counting method."""
    smallest = smallest_change_per_cm2(float(np.median(total[:, 0])), method)
    change = total - total[:, :1]
    record = parameters()[f"counting.{method}"]
    said, of_change = METHODS[method]
    last = total.shape[1] - 1
    at = [week for week in CHANGE_WEEKS if week <= last] or [last]
    kind = "error of a change" if of_change else "counting error (CV)"
    return Detectable(
        method=f"{said}, {kind} {100 * record.centre:.2g} %; "
        + in_one_line(sources()[key] for key in record.sources),
        smallest_change_per_cm2=smallest,
        chance_of_gain={week: float((change[:, week] > smallest).mean()) for week in at},
        chance_of_loss={week: float((change[:, week] < -smallest).mean()) for week in at},
    )
