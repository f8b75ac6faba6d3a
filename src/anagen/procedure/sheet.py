"""The procedure sheet: a session in its order, each line with its minute, reason and source.

A line comes from the protocol, from the person or from a rule, and says which. There is a sheet
only where the screening says that needling may go ahead; otherwise there are its findings. What
the plan leaves out is asked for and never filled in.
"""

from dataclasses import dataclass

from anagen.evidence.procedure_steps import Recorded, Step, procedure_steps
from anagen.evidence.statements import Basis, Statement, holds
from anagen.patient import Patient
from anagen.procedure.anaesthetic import Allowed, Refused, numbing_dose
from anagen.procedure.asked import Asked
from anagen.procedure.needle_length import ZoneNeedle, hard_warning, needle_lengths
from anagen.protocol import Protocol
from anagen.screening import Finding, Screening

OFF_LABEL = (
    "Needling a scalp for hair is off-label: no microneedling device is authorised for it, and "
    "none for carrying a medicine through the skin."
)
_NOT_STATED = "not stated in the plan"
_BLEEDING = ("C17", "C18")  # rules on medicines against clotting


@dataclass(frozen=True)
class Line:
    """One line of the sheet."""

    key: str
    minute: float  # after arrival, when it begins
    phase: str
    text: str
    why: str
    origin: str  # protocol, person or rule
    basis: Basis


@dataclass(frozen=True)
class Sheet:
    """A session as a page can lay it out. Without lines where needling may not go ahead."""

    decision: str
    off_label: str
    lines: tuple[Line, ...]
    needles: tuple[ZoneNeedle, ...]
    numbing: Allowed | Refused | None  # None: no cream is planned
    warnings: tuple[Statement, ...]  # hard ones, to be read before anything is done
    held_back_by: tuple[Finding, ...]  # why there are no lines
    findings: tuple[Finding, ...]  # cautions that apply on the day
    asked: tuple[Asked, ...]
    record: tuple[Recorded, ...]
    minutes: float  # from arrival to leaving


def procedure_sheet(
    patient: Patient,
    protocol: Protocol,
    screening: Screening,
    other_lidocaine_mg: float | None = None,
) -> Sheet:
    """The sheet of one session of a protocol for one person.

    ``screening`` must be of the same person and protocol. ``other_lidocaine_mg`` is as in
    `numbing_dose`. Raises `BadInput` for a protocol without needling.
    """
    shallow = any(finding.shallow for finding in screening.findings)
    needles = needle_lengths(patient, protocol, shallow=shallow)
    records = procedure_steps()
    numbing = None
    if protocol.anaesthetic:
        numbing = numbing_dose((protocol.anaesthetic,), patient, other_lidocaine_mg)
    warning = hard_warning(protocol)
    may = screening.decision in {"proceed", "caution"}
    facts = _facts(patient, protocol, screening, numbing)
    named = _named(protocol, needles, numbing)
    lines, minute = [], 0.0
    for step in records.steps if may else ():
        if not holds(step.when, facts):
            continue
        lines.append(_line(step, minute, named))
        minute += step.minutes
        if step.key == "numbing_wait" and protocol.anaesthetic:
            minute += protocol.anaesthetic.minutes or 0.0
    return Sheet(
        decision=screening.decision,
        off_label=OFF_LABEL,
        lines=tuple(lines),
        needles=needles,
        numbing=numbing,
        warnings=(warning,) if warning else (),
        held_back_by=()
        if may
        else tuple(f for f in screening.findings if f.leads_to == screening.decision),
        findings=tuple(f for f in screening.findings if f.leads_to == "caution"),
        asked=_asked(patient, protocol, screening, numbing),
        record=records.record,
        minutes=minute,
    )


def _facts(
    patient: Patient, protocol: Protocol, screening: Screening, numbing: Allowed | Refused | None
) -> dict[str, bool]:
    """What is so on this day; the steps ask for these."""
    minoxidil = protocol.topical("minoxidil")
    held = [t for t in protocol.topicals if (t.hold_hours or 0) > 0]
    at_once = [t for t in protocol.topicals if t.drug != "none" and t.hold_hours == 0]
    bleeds = any(
        finding.rule[:3] in _BLEEDING and finding.severity != "information"
        for finding in screening.findings
    )
    return {
        "numbing": isinstance(numbing, Allowed),
        "minor": patient.age < 18,
        "pinpoint": protocol.course.endpoint == "pinpoint_bleeding",
        "bleeds": bleeds,
        "dark_skin": patient.skin_type is None or patient.skin_type >= 4,
        "at_once": bool(at_once),
        "hold": bool(held),
        "minoxidil": minoxidil is not None,
        "hold_unknown": minoxidil is not None and minoxidil.hold_hours is None,
        "occluded": (protocol.course.occluded_hours or 0) > 0,
    }


def _named(
    protocol: Protocol, needles: tuple[ZoneNeedle, ...], numbing: Allowed | Refused | None
) -> dict[str, str]:
    """What the braces of the steps stand for."""
    course, device = protocol.course, protocol.device
    speed = "by hand, without haste"
    if device and device.kind == "pen":
        speed = f"{device.rate_hz:g} strokes a second" if device.rate_hz else f"speed {_NOT_STATED}"
    cream = minutes = remove_by = _NOT_STATED
    if isinstance(numbing, Allowed) and protocol.anaesthetic:
        dose = numbing.creams[0]
        cream = f"{dose.label}, {dose.grams:g} g on {dose.area_cm2:g} cm²"
        minutes = f"{protocol.anaesthetic.minutes:g}"
        remove_by = f"{dose.remove_by_minutes:g}"
    held = [t for t in protocol.topicals if (t.hold_hours or 0) > 0]
    at_once = [t.drug for t in protocol.topicals if t.drug != "none" and t.hold_hours == 0]
    passes = f"{course.passes} passes" if course.passes else f"passes {_NOT_STATED}"
    area = f"{course.area_cm2:g} cm²" if course.area_cm2 else f"the area ({_NOT_STATED})"
    return {
        "needles": "; ".join(f"{each.zone} {each.needle_mm:g} mm" for each in needles),
        "passes": passes,
        "speed": speed,
        "area": area,
        "cream": cream,
        "minutes": minutes,
        "remove_by": remove_by,
        "hold": "; ".join(f"{t.drug} for {t.hold_hours:g} hours" for t in held),
        "drugs": ", ".join(at_once),
        "occluded": f"{course.occluded_hours or 0:g}",
    }


def _line(step: Step, minute: float, named: dict[str, str]) -> Line:
    text = step.text.format_map(named).replace("_", " ")
    return Line(step.key, minute, step.phase, text, step.why, step.origin, step.basis)


def _asked(
    patient: Patient, protocol: Protocol, screening: Screening, numbing: Allowed | Refused | None
) -> tuple[Asked, ...]:
    """What should be known before the first needle."""
    asked = [Asked(unknown.question, unknown.field) for unknown in screening.unknown]
    if isinstance(numbing, Refused):
        asked += numbing.questions
    course, device = protocol.course, protocol.device
    unstated = {
        "course.zone": (course.zone, "Which zone is needled?"),
        "course.area_cm2": (course.area_cm2, "How large is the area, in cm²?"),
        "course.passes": (course.passes, "How many passes are made?"),
        "course.endpoint": (course.endpoint, "At which endpoint does a zone stop?"),
        "device.rate_hz": (
            device.rate_hz if device and device.kind == "pen" else True,
            "At how many strokes a second does the pen run?",
        ),
        "skin_type": (patient.skin_type, "Which Fitzpatrick skin type is it, from 1 to 6?"),
    }
    asked += [Asked(question, field) for field, (value, question) in unstated.items() if not value]
    asked += [
        Asked(f"For how many hours after a session is {t.drug} left out?", "topicals.hold_hours")
        for t in protocol.topicals
        if t.drug != "none" and t.hold_hours is None
    ]
    return tuple(dict.fromkeys(asked))
