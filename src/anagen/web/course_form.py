"""The form of a course to compare: a few fields, and the protocol that they stand for.

What the form leaves out is as in a plan's own options: four passes over 100 cm², a pen's usual
cartridge and rate, stopping at redness, trained hands and single-use needles.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from anagen.options import candidates
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.reading import BadInput

KEYS = ("a", "b", "c")
NAMES = ("device", "needle_mm", "sessions", "interval_days", "topical", "hold_hours")
WEEKS = (24, 52, 104)
DEVICES = {
    "pen": "pen",
    "roller": "roller",
    "stamp": "stamp",
    "none": "no needling: medicine only",
}
TOPICALS = {
    "none": "none",
    "minoxidil:2": "minoxidil 2 %",
    "minoxidil:5": "minoxidil 5 %",
    "prp": "PRP at each session",
    "growth_factors": "growth factors at each session",
    "triamcinolone": "triamcinolone at each session",
}
HOLDS = {"0": "none", "12": "12 hours", "24": "24 hours", "48": "48 hours", "72": "3 days"}


@dataclass(frozen=True)
class Slider:
    """A number that can be slid. The field itself takes any number the protocol allows."""

    name: str
    label: str
    unit: str
    least: float
    most: float
    step: float


SLIDERS = (
    Slider("needle_mm", "Needle length", "mm", 0.2, 2.5, 0.1),
    Slider("sessions", "Sessions", "", 1, 24, 1),
    Slider("interval_days", "Days between sessions", "days", 7, 84, 7),
)


def first_courses(patient: Patient) -> dict[str, str]:
    """What stands in the form before anything is chosen: two courses that trials tell of, no third.

    The first and the last length of needle, each with what a plan would add.
    """
    offered = candidates(patient)
    added = [one for one in offered if one.kind not in {"none", "minoxidil", "needling"}]
    typed: dict[str, str] = {}
    for key, candidate in zip(KEYS, (added[0], added[-1], added[-1]), strict=True):
        typed |= typed_of(candidate.protocol, key)
    return typed | {"c.device": ""}


def typed_of(protocol: Protocol, key: str) -> dict[str, str]:
    """A protocol as its fields."""
    course, device = protocol.course, protocol.device
    topical = next(iter(protocol.topicals), None)
    put_on, hold = "none", "24"
    if topical is not None:
        with_strength = f"{topical.drug}:{topical.strength_percent or 0:g}"
        put_on = with_strength if with_strength in TOPICALS else topical.drug
        hold = f"{topical.hold_hours or 0:g}"
    return {
        f"{key}.device": device.kind if device and course.sessions else "none",
        f"{key}.needle_mm": f"{device.needle_mm:g}" if device else "1",
        f"{key}.sessions": f"{course.sessions or 6}",
        f"{key}.interval_days": f"{course.interval_days or 28:g}",
        f"{key}.topical": put_on,
        f"{key}.hold_hours": hold if hold in HOLDS else "24",
    }


def chosen(typed: Mapping[str, str]) -> Iterator[tuple[str, Protocol]]:
    """The courses that a form asks for. Raises `BadInput`, which names the plan and the field."""
    for key in KEYS:
        if typed.get(f"{key}.device", ""):
            yield key, protocol_of(typed, key)


def protocol_of(typed: Mapping[str, str], key: str) -> Protocol:
    """The protocol of one column. Raises `BadInput`."""
    said = {name: typed.get(f"{key}.{name}", "").strip() for name in NAMES}
    where = f"plan {key.upper()}"
    device = _one_of(said["device"], DEVICES, f"{where}: device")
    course: dict[str, Any] = {"sessions": 0, "area_cm2": 100.0}
    table: dict[str, Any] = {"course": course}
    if device != "none":
        course |= {
            "sessions": _number(said["sessions"]),
            "interval_days": _number(said["interval_days"]),
            "passes": 4,
            "endpoint": "erythema",
        }
        if course["sessions"] == 0:
            raise BadInput(
                f"{where}: sessions is 0; allowed is 1 or more, or no needling as the device."
            )
        table["device"] = {"kind": device, "needle_mm": _number(said["needle_mm"])}
        if device == "pen":
            table["device"] |= {"needles": 12, "rate_hz": 120.0}
        table["setting"] = {
            "place": "clinic", "trained_operator": True, "single_use_needles": True,
        }  # fmt: skip
    topical = _one_of(said["topical"] or "none", TOPICALS, f"{where}: topical")
    if topical != "none":
        table["topicals"] = [_topical(topical, said["hold_hours"], needled=device != "none")]
    return Protocol.from_table(table, where=where)


def query_of(typed: Mapping[str, str], key: str) -> dict[str, str]:
    """The fields of one column alone."""
    return {f"{key}.{name}": typed.get(f"{key}.{name}", "") for name in NAMES}


def weeks_of(typed: Mapping[str, str]) -> int:
    """How far to look. Raises `BadInput`."""
    return int(_one_of(typed.get("weeks") or "52", {f"{weeks}": "" for weeks in WEEKS}, "weeks"))


def _topical(topical: str, hold_hours: str, *, needled: bool) -> dict[str, Any]:
    drug, _, percent = topical.partition(":")
    if drug != "minoxidil":
        return {"drug": drug, "sterile": True}
    return {
        "drug": drug,
        "strength_percent": float(percent),
        "dose_ml": 1.0,
        "per_day": 2.0,
        "hold_hours": _number(hold_hours or "24") if needled else 0.0,
    }


def _one_of(said: str, allowed: Mapping[str, str], where: str) -> str:
    if said not in allowed:
        raise BadInput(f"{where} is {said[:40]!r}; allowed is one of {', '.join(allowed)}.")
    return said


def _number(said: str) -> Any:
    """A number; what is none stays as typed, so that the protocol's own sentence refuses it."""
    try:
        number = float(said.replace(",", "."))
    except ValueError:
        return said[:40]
    return int(number) if number.is_integer() else number
