"""What one session does to the skin of a zone: punctures, depth reached, bleeding; as bands.

The figures of a forecast's session, without its months. Bands hold what devices and people differ
by and what is not known of them, as in a forecast.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from anagen.evidence.posterior import posterior_draws
from anagen.forecast import model_version, quantiles
from anagen.patient import Patient
from anagen.protocol import Course, Device, Protocol, Zone

type Band = dict[str, float]  # median, p05, p25, p75, p95


@dataclass(frozen=True)
class Needled:
    """One session on one zone."""

    punctures_per_cm2: Band  # strokes of a needle, whether or not they breach the skin
    channels_per_cm2: Band  # those that breach it
    depth_reached_mm: Band
    bleeding_share: Band  # of the channels, those that cut a capillary loop
    area_cm2: float
    model_version: str
    seed: int

    def as_dict(self) -> dict[str, Any]:
        """The figures as plain data for JSON."""
        return {**vars(self), "off_label": True}


def needled(
    patient: Patient,
    device: Device,
    passes: int | None,
    area_cm2: float,
    zone: Zone | None,
    draws: int = 500,
    seed: int = 0,
) -> Needled:
    """The figures of one session with ``passes`` of a device over ``area_cm2`` of a zone.

    Raises `BadInput` for passes or an area out of range.
    """
    from anagen.model_inputs import person_of, scalp_numbers, treatment_of  # these import JAX
    from anagen.scalp.session import session

    course = {"sessions": 1, "passes": passes, "area_cm2": area_cm2, "zone": zone}
    protocol = Protocol(device=device, course=Course.from_table(course, where="the session"))
    drawn = posterior_draws(draws, seed)
    person, device_set = person_of(patient, drawn, protocol), treatment_of(protocol, draws).device
    figures = session(person, device_set, scalp_numbers(drawn))._asdict()
    bands = {name: quantiles(np.asarray(values)) for name, values in figures.items()}
    return Needled(**bands, area_cm2=area_cm2, model_version=model_version(), seed=seed)
