"""Punctures: what one session leaves in one zone, for a form that must answer at once.

Equations, those of ``scalp.needling`` in NumPy, so that a page need not load the model
    punctures       roller N n/(2π R W), stamp N n/A, pen N f n/(w v), dwelling pen N f t n/A
    channels        punctures · p_pierce, none where no needle reaches the skin
    depth reached   d = φ L − h_gap
    bleeding        1 − exp(−hits): the share of channels that cut a capillary loop
with N needles, n passes. A test holds every number against the model's. Numbers are drawn as a
forecast of the same seed draws them: the records ``needling.*`` and ``anatomy.epidermis*``.
Units: per cm², mm.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from anagen.evidence.parameters import parameters
from anagen.evidence.posterior import posterior_draws
from anagen.protocol import Device

DRAWS, SEED = 400, 0
UM_PER_MM = 1000.0

type Drawn = NDArray[np.float64]
type Sex = Literal["male", "female"]


@dataclass(frozen=True)
class Range:
    """The middle of the draws and the range of nine in ten."""

    p05: float
    median: float
    p95: float


@dataclass(frozen=True)
class Punctures:
    """One zone of one session."""

    punctures_per_cm2: Range  # strokes of needles, through the skin or not
    channels_per_cm2: Range  # those that go through
    depth_mm: Range  # reached, not set
    bleeding_share: Range  # of channels that cut a capillary loop, 0 to 1
    punctures: float | None  # in the whole zone, the middle; None where its area is not known


def punctures(
    device: Device, passes: float | None, sex: Sex, area_cm2: float | None = None
) -> Punctures:
    """What ``passes`` of a device leave; what is not stated takes the device's usual value."""
    p = _numbers()
    per_cm2 = punctures_per_cm2(device, passes, p)
    reached = np.maximum(
        p[f"{device.kind}_depth_fraction"] * device.needle_mm - p["stand_off_mm"], 0.0
    )
    pierced = np.where(reached > 0, per_cm2 * p[f"{device.kind}_pierce_probability"], 0.0)
    cut = bleeding_share(device, reached, sex, p)
    found = _range(per_cm2)
    return Punctures(
        punctures_per_cm2=found,
        channels_per_cm2=_range(pierced),
        depth_mm=_range(reached),
        bleeding_share=_range(cut),
        punctures=None if area_cm2 is None else found.median * area_cm2,
    )


def punctures_per_cm2(device: Device, passes: float | None, p: Mapping[str, Drawn]) -> Drawn:
    """Strokes of needles per cm², (draws,)."""
    needles = p[f"{device.kind}_needles"] if device.needles is None else device.needles
    # A pen that dwells visits each spot once, unless the passes say otherwise.
    usual = 1.0 if device.dwell_s else parameters()["usual.passes"].centre
    strokes = needles * (usual if passes is None else passes)
    match device.kind:
        case "roller":
            per_cm2 = strokes / (2 * np.pi * p["roller_drum_radius_cm"] * p["roller_drum_width_cm"])
        case "stamp":
            per_cm2 = strokes / p["stamp_head_cm2"]
        case "pen":
            rate_hz = p["pen_rate_hz"] if device.rate_hz is None else device.rate_hz
            per_cm2 = strokes * rate_hz
            if device.dwell_s is None:
                per_cm2 = per_cm2 / (p["pen_swath_cm"] * p["pen_speed_cm_s"])
            else:
                per_cm2 = per_cm2 * device.dwell_s / p["pen_head_cm2"]
    return per_cm2


def bleeding_share(device: Device, reached_mm: Drawn, sex: Sex, p: Mapping[str, Drawn]) -> Drawn:
    """Share of channels that cut at least one capillary loop, (draws,)."""
    needle = p["pen_needle_radius_um" if device.kind == "pen" else "roller_needle_radius_um"]
    mouth, depth = p["mouth_ratio"] * needle, reached_mm * UM_PER_MM
    epidermis = p["epidermis_men_um" if sex == "male" else "epidermis_um"]
    lowest = np.minimum(depth, epidermis + p["loop_layer_um"])
    passed = np.maximum(lowest - epidermis, 0.0) / p["loop_layer_um"]

    def reach(at_um: Drawn) -> Drawn:
        left = np.maximum(1 - at_um / np.maximum(depth, 1e-6), 0.0)
        return mouth * left + p["capillary_radius_um"]

    top, bottom = reach(epidermis), reach(lowest)
    area_um2 = np.pi / 3 * (top**2 + top * bottom + bottom**2)
    area_um2 += p["loop_width_um"] * (top + bottom)
    return -np.expm1(-p["loops_per_mm2"] * passed * area_um2 / UM_PER_MM**2)


@cache
def _numbers() -> Mapping[str, Drawn]:
    """The draws of what is needed here, by the name that follows the mechanism."""
    drawn = posterior_draws(DRAWS, SEED)
    return {
        key.partition(".")[2]: drawn[key]
        for key in drawn
        if key.startswith(("needling.", "anatomy.epidermis"))
    }


def _range(drawn: Drawn) -> Range:
    low, middle, high = np.quantile(drawn, (0.05, 0.5, 0.95))
    return Range(float(low), float(middle), float(high))
