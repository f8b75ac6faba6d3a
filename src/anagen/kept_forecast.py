"""A forecast as it was kept: its bands and chances, frozen with the inputs that it was made from.

It reads and is drawn like a `Forecast`, without its draws and without the model.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from anagen.counting import Detectable
from anagen.patient import Patient
from anagen.protocol import Protocol

if TYPE_CHECKING:
    from anagen.forecast import Forecast

type AnyForecast = "Forecast | KeptForecast"

_QUANTILES = ("p05", "p25", "median", "p75", "p95")
_CHANGES = ("total_density_per_cm2", "terminal_density_per_cm2", "mean_diameter_um")


def keep(forecast: "Forecast", no_needling: "Forecast | None" = None) -> dict[str, Any]:
    """A forecast as plain data, with what it is held against; `KeptForecast.of` reads it again."""
    kept = forecast.as_dict()
    kept["change_by_week"] = {
        endpoint: [forecast.change(endpoint, int(week)) for week in forecast.weeks]
        for endpoint in _CHANGES
    }
    if no_needling is not None:
        kept["no_needling"] = keep(no_needling)
        kept["no_needling_protocol"] = no_needling.protocol.model_dump(
            mode="json", exclude_none=True
        )
    return kept


@dataclass(frozen=True)
class KeptForecast:
    """What `keep` wrote, with who and what it was said of; ``weeks`` is (weeks,)."""

    patient: Patient
    protocol: Protocol
    weeks: np.ndarray
    bands: Mapping[str, Mapping[str, np.ndarray]]  # endpoint -> quantile -> (weeks,)
    changes: Mapping[str, list[Mapping[str, float]]]  # endpoint -> week -> quantile
    detectable: Detectable
    warnings: tuple[str, ...]
    number_of_draws: int
    model_version: str
    seed: int

    @classmethod
    def of(
        cls, kept: Mapping[str, Any], patient: Mapping[str, Any], protocol: Mapping[str, Any]
    ) -> "KeptForecast":
        """The forecast from plain data. Raises `BadInput` or `KeyError` where it is none."""
        told = kept["detectable"]
        return cls(
            patient=Patient.from_table(dict(patient), where="the kept patient"),
            protocol=Protocol.from_table(dict(protocol), where="the kept protocol"),
            weeks=np.array(kept["weeks"]),
            bands={
                endpoint: {name: np.array(band[name]) for name in _QUANTILES}
                for endpoint, band in kept["endpoints"].items()
            },
            changes=kept["change_by_week"],
            detectable=Detectable(
                method=told["method"],
                smallest_change_per_cm2=told["smallest_change_per_cm2"],
                chance_of_gain={int(k): v for k, v in told["chance_of_gain"].items()},
                chance_of_loss={int(k): v for k, v in told["chance_of_loss"].items()},
            ),
            warnings=tuple(kept["warnings"]),
            number_of_draws=kept["draws"],
            model_version=kept["model_version"],
            seed=kept["seed"],
        )

    def band(self, endpoint: str) -> dict[str, np.ndarray]:
        """Median and quantiles of one endpoint, each (weeks,)."""
        return dict(self.bands[endpoint])

    def change(self, endpoint: str, week: int) -> dict[str, float]:
        """Median and quantiles of the change from week 0 to ``week``."""
        return dict(self.changes[endpoint][week])
