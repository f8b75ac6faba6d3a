"""When minoxidil goes on again after a session: the longest of all waits that apply.

    the protocol's own hold; a day, as in trials; longer for deep needles, a wrapped scalp, darker
    skin, heart and vessels; and never before half of the model's draws have closed their channels
Whatever the hours say, the scalp must look normal.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from anagen.evidence.aftercare import aftercare
from anagen.evidence.vocabulary import vocabulary
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.screening.facts import case_of

if TYPE_CHECKING:
    from anagen.forecast import Forecast

DEEP_MM = 1.0  # rule C35b
DARK_SKIN_FROM = 4  # Fitzpatrick; rule C39
_HEART = {"cardiovascular_disease", "hypotension", "antihypertensive_vasodilator"}


@dataclass(frozen=True)
class Reason:
    """One wait that applies, hours, and why."""

    hours: float
    why: str
    sources: tuple[str, ...]
    certainty: str
    basis: str  # texts, person, protocol or model


@dataclass(frozen=True)
class Restart:
    """Hours from the end of a session until minoxidil may go on, and every wait behind it."""

    hours: float
    reasons: tuple[Reason, ...]  # the longest first


def restart(patient: Patient, protocol: Protocol, forecast: "Forecast | None") -> Restart | None:
    """The restart for one person and protocol; None without needling or without minoxidil.

    An unknown skin type or history adds no wait here; the screening asks for both. Without a
    forecast, the wait for channels to close in the model is left out.
    """
    minoxidil, device = protocol.topical("minoxidil"), protocol.device
    unused = minoxidil is None or minoxidil.per_day == 0  # how often is unknown: it is used
    if unused or device is None or not protocol.course.sessions:
        return None
    reasons = [_on_record(key) for key in _that_apply(patient, protocol, device.needle_mm)]
    if minoxidil is not None and minoxidil.hold_hours is not None:
        reasons.append(
            Reason(
                minoxidil.hold_hours,
                "The protocol holds it for so long.",
                ("protocol",),
                "stated",
                "protocol",
            )
        )
    if forecast is not None:
        reasons.append(_by_model(forecast))
    reasons.sort(key=lambda reason: -reason.hours)
    return Restart(reasons[0].hours, tuple(reasons))


def _that_apply(patient: Patient, protocol: Protocol, needle_mm: float) -> list[str]:
    numbing = protocol.anaesthetic
    wrapped = bool(protocol.course.occluded_hours) or bool(numbing and numbing.occluded)
    stated = case_of(patient, protocol, vocabulary()).entries
    found = {
        "usual": True,
        "deep": needle_mm > DEEP_MM,
        "wrapped": wrapped or any("occlusive_dressing" in entry.kinds for entry in stated),
        "dark_skin": (patient.skin_type or 0) >= DARK_SKIN_FROM,
        "heart": any(entry.kinds & _HEART for entry in stated),
    }
    return [key for key, applies in found.items() if applies]


def _on_record(key: str) -> Reason:
    advice = aftercare()[f"restart.{key}"]
    basis = "texts" if key == "usual" else "person"
    return Reason(advice.most_h, advice.why, advice.basis.cited, advice.basis.certainty, basis)


def _by_model(forecast: "Forecast") -> Reason:
    middle, late = np.quantile(forecast.session["hours_to_closed"], [0.5, 0.9])
    return Reason(
        float(np.ceil(middle)),
        f"In the model half of the draws have closed 95 of 100 channels after {middle:.0f} h, nine "
        f"in ten after {late:.0f} h.",
        (f"anagen {forecast.model_version}",),
        "low",
        "model",
    )
