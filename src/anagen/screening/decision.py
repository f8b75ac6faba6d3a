"""What a screening says: a decision, the findings behind it, and what is still unknown."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Decision = Literal["proceed", "caution", "defer", "refer", "do_not_treat"]
Severity = Literal["absolute", "relative", "caution", "information"]
DECISIONS: tuple[Decision, ...] = ("proceed", "caution", "defer", "refer", "do_not_treat")
BARRED: tuple[Decision, ...] = ("defer", "refer", "do_not_treat")  # no needle today


@dataclass(frozen=True)
class Finding:
    """One rule that applies, and why."""

    rule: str  # key in rules.toml
    severity: Severity
    applies_to: str  # procedure, anaesthetic, topical_minoxidil, prp, medicine or operator
    title: str
    trigger: str  # what in the input met the rule, e.g. "medications: warfarin"
    reason: str
    action: str
    source: str
    certainty: str
    leads_to: Decision  # what this finding alone would decide
    conflict: str = ""  # where sources disagree, both positions
    wait_days: float | None = None  # days until the washout is over, where there is one
    shallow: bool = False  # where needling is allowed all the same, only the shortest needle


@dataclass(frozen=True)
class Unknown:
    """A question whose answer could change the decision."""

    question: str
    field: str  # where the answer goes, e.g. "medications"
    rules: tuple[str, ...]
    could_become: Decision  # the worst decision an answer could lead to


@dataclass(frozen=True)
class Screening:
    """The decision for one person (and one protocol). Off-label status is part of it, always."""

    decision: Decision
    findings: tuple[Finding, ...]  # worst first
    unknown: tuple[Unknown, ...]  # the most consequential first
    unrecognised: tuple[str, ...]  # entries that no rule knows, each with what may have been meant
    off_label: bool
    version: str

    def as_dict(self) -> dict[str, Any]:
        """The screening as plain data for JSON."""
        return asdict(self)
