"""What a rule that applies weighs, for this protocol or for none."""

from anagen.evidence.rules import Alternative, Rule
from anagen.protocol import Protocol
from anagen.screening.decision import DECISIONS, Decision, Severity

Weight = tuple[Severity, Decision]
_CAUTION: Weight = ("caution", "caution")
_INFORMATION: Weight = ("information", "proceed")


def weigh(
    rule: Rule, alternative: Alternative, protocol: Protocol | None, *, disputed: bool = False
) -> Weight:
    """Severity and decision of one rule met by one of its alternatives.

    ``disputed``: the shorter washout of the sources is over, the longer is not. A relative rule
    then asks for caution, a caution informs.
    """
    if alternative.weight == "information" or not _concerned(rule, protocol):
        return _INFORMATION
    if disputed:
        return _CAUTION if rule.category == "relative" else _INFORMATION
    if alternative.weight == "caution":
        return _CAUTION
    severity: Severity = rule.category  # type: ignore[assignment]  # the loader has checked both
    leads_to: Decision = rule.leads_to  # type: ignore[assignment]
    if protocol is None and rule.applies_to not in {"procedure", "operator"}:
        leads_to = min(leads_to, "caution", key=rank)  # nobody said that it would be used
    return severity, leads_to


def rank(decision: Decision) -> int:
    """Place of a decision from mildest to worst."""
    return DECISIONS.index(decision)


def _concerned(rule: Rule, protocol: Protocol | None) -> bool:
    """Whether what the rule is about is part of the protocol; without a protocol it may be."""
    if protocol is None:
        return True
    if rule.applies_to == "anaesthetic":
        numbing = protocol.anaesthetic
        return numbing is not None and (not rule.drugs or numbing.drug in rule.drugs)
    if rule.applies_to == "topical_minoxidil":
        return protocol.topical("minoxidil") is not None
    if rule.applies_to == "prp":
        return protocol.topical("prp") is not None
    if rule.applies_to == "medicine":
        return bool(protocol.medicines)
    return protocol.course.sessions > 0
