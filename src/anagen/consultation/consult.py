"""A consultation: everything that is asked and told before a course, for one person."""

from dataclasses import dataclass
from typing import Any

from anagen.consultation.expected import Expected, expected_benefit
from anagen.consultation.questionnaire import Questionnaire, questionnaire
from anagen.consultation.red_flags import Flags, red_flags_of
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.screening import Screening, screen


@dataclass(frozen=True)
class Consultation:
    """What is known, what is to be asked, what may be expected. A clinician decides."""

    patient: Patient
    screening: Screening
    red_flags: Flags
    questionnaire: Questionnaire
    expected: Expected

    def as_dict(self) -> dict[str, Any]:
        """The consultation as plain data for JSON."""
        return {
            "decision": self.screening.decision,
            "red_flags": self.red_flags.as_dict(),
            "questionnaire": self.questionnaire.as_dict(),
            "expected": self.expected.as_dict(),
            "off_label": True,
            "version": self.screening.version,
        }


def consult(patient: Patient, protocol: Protocol | None = None) -> Consultation:
    """Screening, red flags, questions left and expected benefit for one person."""
    return Consultation(
        patient=patient,
        screening=screen(patient, protocol),
        red_flags=red_flags_of(patient),
        questionnaire=questionnaire(patient, protocol),
        expected=expected_benefit(patient),
    )
