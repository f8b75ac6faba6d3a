"""A forecast: many draws of one course, week by week, with bands and what can be measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from anagen.patient import Patient
from anagen.protocol import Protocol

QUANTILES = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}


@dataclass(frozen=True)
class Detectable:
    """The smallest change that a counting method tells from its own error, and the chances."""

    method: str  # the counting method and its source, in words
    smallest_change_per_cm2: float  # minimal detectable change (95 %) for this baseline
    chance_of_gain: Mapping[int, float]  # week -> share of draws with a detectable gain
    chance_of_loss: Mapping[int, float]  # week -> share of draws with a detectable loss


@dataclass(frozen=True)
class Forecast:
    """What one course may do to one scalp.

    ``draws`` maps each endpoint to an array (draws, weeks); ``weeks`` is (weeks,), from 0.
    """

    patient: Patient
    protocol: Protocol
    weeks: np.ndarray
    draws: Mapping[str, np.ndarray]
    detectable: Detectable
    warnings: tuple[str, ...]
    model_version: str
    seed: int

    def band(self, endpoint: str) -> dict[str, np.ndarray]:
        """Median and quantiles of one endpoint, each (weeks,)."""
        values = np.quantile(self.draws[endpoint], list(QUANTILES.values()), axis=0)
        return dict(zip(QUANTILES, values, strict=True))

    def change(self, endpoint: str, week: int) -> dict[str, float]:
        """Median and quantiles of the change from week 0 to ``week``."""
        drawn = self.draws[endpoint]
        at = int(np.searchsorted(self.weeks, week))
        values = np.quantile(drawn[:, at] - drawn[:, 0], list(QUANTILES.values()))
        return dict(zip(QUANTILES, (float(value) for value in values), strict=True))

    def as_dict(self) -> dict[str, Any]:
        """The forecast as plain data for JSON."""
        raise NotImplementedError
