"""A plan: protocols computed side by side, ranked by gain against burden and risk."""

from dataclasses import dataclass
from typing import Any

from anagen.forecast import Forecast
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.screening import Screening


@dataclass(frozen=True)
class Burden:
    """What a course asks of a person, over the whole forecast."""

    visits: int
    days_of_redness: float  # median over the draws
    pain_vs_26g: float  # one session, median; 1 = one 26G needle prick
    applications: float  # of a daily medicine
    infection_risk: float  # probability over the course, median of the draws
    infection_risk_p95: float


@dataclass(frozen=True)
class Option:
    """One way to go on, with its forecast and why it stands where it stands."""

    key: str
    name: str
    protocol: Protocol
    forecast: Forecast
    rank: int  # 1 is first
    gain: dict[str, float]  # hairs/cm² at the last week against "no needling": median, p05 ... p95
    chance_of_detectable_gain: float  # against the person's own baseline, at the last week
    burden: Burden
    reasons: tuple[str, ...]
    evidence: str  # what the evidence for this kind of option is, in one sentence with its grade
    screening: Screening  # of this very protocol


@dataclass(frozen=True)
class Withheld:
    """An option that the screening does not allow, and the rule that says so."""

    name: str
    reason: str
    rule: str


@dataclass(frozen=True)
class Plan:
    """Ranked options for one person. Empty when the screening bars needling altogether."""

    patient: Patient
    screening: Screening
    options: tuple[Option, ...]  # best first; "no needling" and "medicine only" are among them
    withheld: tuple[Withheld, ...]
    message: str  # one kind and clear sentence on top
    would_change: tuple[str, ...]  # what would change the answer
    weeks: int
    model_version: str
    seed: int

    def as_dict(self) -> dict[str, Any]:
        """The plan as plain data for JSON."""
        raise NotImplementedError
