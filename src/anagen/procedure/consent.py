"""The consent page of one person and protocol: what holds for them, in plain words.

It is text to be talked through, not a signature. Off-label status, alternatives, doing nothing
and the right to stop are on it for everybody.
"""

from dataclasses import dataclass

from anagen.evidence.consent import Risk, Section, consent_text
from anagen.evidence.statements import holds
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.reading import BadInput

_PATTERN = ("androgenetic_alopecia", "female_pattern_hair_loss")


@dataclass(frozen=True)
class ConsentPage:
    """A page as it can be laid out."""

    title: str
    sections: tuple[Section, ...]
    risks: tuple[Risk, ...]


def consent_page(patient: Patient, protocol: Protocol) -> ConsentPage:
    """What this person should read before this protocol.

    Raises `BadInput` for a protocol without needling.
    """
    if protocol.course.sessions == 0:
        raise BadInput("consent: this protocol has no needling; course.sessions must be above 0.")
    facts = {
        "pattern": patient.condition in _PATTERN,
        "areata": patient.condition == "alopecia_areata",
        "other_loss": patient.condition not in (*_PATTERN, "alopecia_areata"),
        "numbing": protocol.anaesthetic is not None,
        "minoxidil": protocol.topical("minoxidil") is not None,
        "prp": protocol.topical("prp") is not None,
    }

    text = consent_text()
    return ConsentPage(
        title="Needling your scalp: what you should know before you say yes",
        sections=tuple(section for section in text.sections if holds(section.when, facts)),
        risks=tuple(risk for risk in text.risks if holds(risk.when, facts)),
    )
