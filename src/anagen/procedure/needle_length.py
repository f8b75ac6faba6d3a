"""How long the needles are in each zone: never longer than the plan, the zone or the person allow.

Equations
    needle = min(plan, longest of the zone, shallow limit where a finding asks for it)
The skin's thickness is shown beside it and decides nothing: it is known for a typical scalp only
(records ``anatomy.skin_*_mm``, ``anatomy.female_skin_factor``).
"""

from dataclasses import dataclass
from typing import get_args

from anagen.evidence.parameters import parameters
from anagen.evidence.procedure_steps import procedure_steps
from anagen.evidence.statements import Basis, Statement
from anagen.patient import Patient
from anagen.protocol import Protocol, Zone
from anagen.reading import BadInput


@dataclass(frozen=True)
class ZoneNeedle:
    """The needle for one zone."""

    zone: str
    needle_mm: float
    planned_mm: float
    most_mm: float  # of the zone
    skin_mm: float  # epidermis and dermis of a typical scalp of this sex
    said: Statement
    shortened: str  # why it is shorter than planned; empty where it is not

    @property
    def basis(self) -> Basis:
        """What the zone's limit rests on."""
        return self.said.basis


def needle_lengths(
    patient: Patient, protocol: Protocol, *, shallow: bool
) -> tuple[ZoneNeedle, ...]:
    """One needle for each zone that the protocol names, or for all four where it names none.

    ``shallow``: a screening finding asks for shallow needling. Raises `BadInput` for a protocol
    without needling.
    """
    if protocol.course.sessions == 0 or protocol.device is None:
        raise BadInput("procedure: this protocol has no needling; course.sessions must be above 0.")
    records, planned = procedure_steps(), protocol.device.needle_mm
    named = protocol.course.zone
    thinner = parameters()["anatomy.female_skin_factor"].centre if patient.sex == "female" else 1.0
    found = []
    for zone in (named,) if named else get_args(Zone):
        most = records.most_mm[zone]
        allowed = {"the zone": most}
        if shallow:
            allowed["a finding that asks for shallow needling"] = records.shallow_mm
        least = min(allowed, key=lambda why: allowed[why])
        found.append(
            ZoneNeedle(
                zone=zone,
                needle_mm=min(planned, allowed[least]),
                planned_mm=planned,
                most_mm=most,
                skin_mm=parameters()[f"anatomy.skin_{zone}_mm"].centre * thinner,
                said=records.of_zone[zone],
                shortened=f"{planned:g} mm planned; shorter because of {least}"
                if planned > allowed[least]
                else "",
            )
        )
    return tuple(found)


def hard_warning(protocol: Protocol) -> Statement | None:
    """The warning of a plan whose needles are longer than anything that was evaluated."""
    records, device = procedure_steps(), protocol.device
    if device is None or device.needle_mm <= records.hard_mm:
        return None
    text = f"The plan names needles of {device.needle_mm:g} mm. {records.hard.text}"
    return Statement(text, records.hard.basis)
