"""The options that a plan compares: doing nothing, medicine only, and needling in its variants."""

from dataclasses import dataclass
from typing import Literal

from anagen.patient import Patient
from anagen.protocol import Course, Device, Protocol, Setting, Topical

Kind = Literal["none", "minoxidil", "needling", "needling_minoxidil", "needling_triamcinolone"]

# Lengths and intervals that trials used; see trials.csv. Twelve fortnights or six months is the
# length of most of them, twelve months shows what going on would ask and bring.
_NEEDLES_MM = (0.6, 1.0, 1.5)
_COURSES = ((12, 14.0), (6, 28.0), (12, 28.0))
_AREATA_COURSES = ((3, 21.0), (6, 14.0))


@dataclass(frozen=True)
class Candidate:
    """A protocol to be computed, and what to call it."""

    key: str
    kind: Kind
    name: str
    protocol: Protocol


def candidates(patient: Patient) -> list[Candidate]:
    """All options for a person's condition, "no needling" and "medicine only" first."""
    none = Candidate("none", "none", "No needling, no medicine", _protocol(None, None, None))
    minoxidil = _minoxidil(hold_hours=0.0)
    medicine = Candidate(
        "minoxidil",
        "minoxidil",
        "Medicine only: minoxidil 5 % twice a day",
        _protocol(None, None, minoxidil),
    )
    found = [none, medicine]
    areata = patient.condition == "alopecia_areata"
    for needle_mm in _NEEDLES_MM:
        for sessions, interval in _AREATA_COURSES if areata else _COURSES:
            found += _needled(needle_mm, sessions, interval, areata)
    return found


def _needled(needle_mm: float, sessions: int, interval: float, areata: bool) -> list[Candidate]:
    course = f"{needle_mm:g} mm, {sessions} sessions every {interval / 7:g} weeks"
    key = f"{needle_mm:g}mm-{sessions}x{interval:g}d"
    alone = Candidate(
        f"needling-{key}",
        "needling",
        f"Needling {course}",
        _protocol(needle_mm, (sessions, interval), None),
    )
    if areata:
        added = Topical(drug="triamcinolone", sterile=True)
        name, kind = f"Needling {course}, with triamcinolone", "needling_triamcinolone"
    else:
        # Deeper channels stay open for longer, so the medicine waits for longer.
        added = _minoxidil(hold_hours=48.0 if needle_mm > 1.0 else 24.0)
        name, kind = f"Needling {course}, with minoxidil 5 %", "needling_minoxidil"
    both = Candidate(
        f"{kind.replace('_', '-')}-{key}",
        kind,
        name,
        _protocol(needle_mm, (sessions, interval), added),
    )
    return [alone, both]


def _minoxidil(hold_hours: float) -> Topical:
    return Topical(
        drug="minoxidil", strength_percent=5.0, dose_ml=1.0, per_day=2.0, hold_hours=hold_hours
    )


def _protocol(
    needle_mm: float | None, course: tuple[int, float] | None, topical: Topical | None
) -> Protocol:
    """A pen in trained hands with single-use needles: what this program is willing to plan."""
    topicals = () if topical is None else (topical,)
    if needle_mm is None or course is None:
        return Protocol(course=Course(sessions=0, area_cm2=100.0), topicals=topicals)
    sessions, interval = course
    return Protocol(
        device=Device(kind="pen", needle_mm=needle_mm, needles=12, rate_hz=120.0),
        course=Course(
            sessions=sessions,
            interval_days=interval,
            passes=4,
            area_cm2=100.0,
            endpoint="erythema",
        ),
        topicals=topicals,
        setting=Setting(place="clinic", trained_operator=True, single_use_needles=True),
    )
