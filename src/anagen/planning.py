"""A plan: options computed side by side, ranked by gain against burden and risk.

An option's worth is its expected gain over the forecast against doing nothing, minus what its
visits, pain, days of redness, applications and infection risk must be worth (the records
``burden.*``). What no controlled trial supports in this condition stands behind doing nothing,
however well the model thinks of it. Nothing is hidden: every option computed is in the plan.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from anagen.evidence.benefit import benefits
from anagen.evidence.parameters import parameters
from anagen.forecast import (
    Forecast,
    check_size,
    model_version,
    quantiles,
    sessions_by_week,
    simulate_together,
)
from anagen.options import Candidate, candidates
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.screening import BARRED, Finding, Screening, screen


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
    expected_gain: float  # hairs/cm², mean over the draws and the weeks
    worth: float  # expected gain minus what the burden must be worth, hairs/cm²
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
        return {
            "message": self.message,
            "screening": self.screening.as_dict(),
            "options": [_option_as_dict(option) for option in self.options],
            "withheld": [
                {"name": w.name, "reason": w.reason, "rule": w.rule} for w in self.withheld
            ],
            "would_change": list(self.would_change),
            "weeks": self.weeks,
            "off_label": True,
            "model_version": self.model_version,
            "seed": self.seed,
        }


def plan(patient: Patient, weeks: int = 52, draws: int = 200, seed: int = 0) -> Plan:
    """Screen a person, compute the options that are allowed, and rank them.

    Raises `BadInput` for weeks, draws or a seed out of range.
    """
    check_size(weeks, draws, seed)
    screening = screen(patient)
    allowed, withheld = _allowed(patient, screening)
    options = _ranked(patient, allowed, weeks, draws, seed) if allowed else ()
    return Plan(
        patient=patient,
        screening=screening,
        options=options,
        withheld=withheld,
        message=_message(screening, options),
        would_change=_would_change(screening),
        weeks=weeks,
        model_version=model_version(),
        seed=seed,
    )


def _allowed(
    patient: Patient, screening: Screening
) -> tuple[list[tuple[Candidate, Screening]], tuple[Withheld, ...]]:
    """Options that the screening lets through, and those it does not, with the deciding rule."""
    if screening.decision == "do_not_treat":
        return [], ()
    shallow = next((finding for finding in screening.findings if finding.shallow), None)
    offered = candidates(patient)
    shortest = min(c.protocol.device.needle_mm for c in offered if c.protocol.device)
    allowed, withheld = [], []
    for candidate in offered:
        device = candidate.protocol.device
        found = screen(patient, candidate.protocol)
        if candidate.kind != "none" and found.decision in BARRED:
            worst = _deciding(found)[0]
            withheld.append(Withheld(candidate.name, worst.reason, worst.rule))
        elif shallow and device and device.needle_mm > shortest:
            asks = f"{shallow.title}: only shallow needling. {shallow.action}"
            withheld.append(Withheld(candidate.name, asks, shallow.rule))
        else:
            allowed.append((candidate, found))
    return allowed, tuple(withheld)


def _deciding(screening: Screening) -> list[Finding]:
    return [f for f in screening.findings if f.leads_to == screening.decision]


def _ranked(
    patient: Patient,
    allowed: list[tuple[Candidate, Screening]],
    weeks: int,
    draws: int,
    seed: int,
) -> tuple[Option, ...]:
    protocols = [candidate.protocol for candidate, _ in allowed]
    forecasts = simulate_together(patient, protocols, weeks, draws, seed)
    options = [
        option_of(candidate, screening, forecast, forecasts[0])
        for (candidate, screening), forecast in zip(allowed, forecasts, strict=True)
    ]
    behind = [_unsupported(patient, candidate) for candidate, _ in allowed]
    order = sorted(zip(behind, options, strict=True), key=lambda one: (one[0], -one[1].worth))
    return tuple(replace(option, rank=i) for i, (_, option) in enumerate(order, start=1))


def option_of(
    candidate: Candidate, screening: Screening, forecast: Forecast, untreated: Forecast
) -> Option:
    """One course as an option, not ranked yet. ``untreated`` is the same person's forecast of
    doing nothing, with the same draws and weeks."""
    patient = forecast.patient
    total = "total_density_per_cm2"
    against = forecast.draws[total] - untreated.draws[total]
    burden = _burden(forecast, int(forecast.weeks[-1]))
    expected_gain = float(against.mean())
    worth = expected_gain - _price(burden)
    return Option(
        key=candidate.key,
        name=candidate.name,
        protocol=candidate.protocol,
        forecast=forecast,
        rank=0,
        gain=quantiles(against[:, -1]),
        expected_gain=expected_gain,
        worth=worth,
        chance_of_detectable_gain=list(forecast.detectable.chance_of_gain.values())[-1],
        burden=burden,
        reasons=_reasons(patient, candidate, against, expected_gain, burden, worth),
        evidence=_evidence(patient, candidate),
        screening=screening,
    )


def _burden(forecast: Forecast, weeks: int) -> Burden:
    visits = int(sessions_by_week(forecast.protocol, weeks)[-1])
    minoxidil = forecast.protocol.topical("minoxidil")
    risk = forecast.draws["infection_risk"][:, -1]
    return Burden(
        visits=visits,
        days_of_redness=visits * float(np.median(forecast.session["days_of_redness"])),
        pain_vs_26g=float(np.median(forecast.session["pain_vs_26g"])),
        applications=(minoxidil.per_day or 0.0) * weeks * 7 if minoxidil else 0.0,
        infection_risk=float(np.median(risk)),
        infection_risk_p95=float(np.quantile(risk, 0.95)),
    )


def _price(burden: Burden) -> float:
    """What the burden must be worth, hairs/cm²."""

    def each(name: str) -> float:
        return parameters()[f"burden.{name}"].centre

    return (
        burden.visits * each("hairs_per_visit")
        + burden.visits * burden.pain_vs_26g * each("hairs_per_painful_visit")
        + burden.days_of_redness * each("hairs_per_day_of_redness")
        + burden.applications / 100 * each("hairs_per_hundred_applications")
        + burden.infection_risk * 100 * each("hairs_per_percent_infection")
    )


def _unsupported(patient: Patient, candidate: Candidate) -> bool:
    """Whether no controlled trial speaks for this kind of option in this condition."""
    return candidate.kind != "none" and (
        benefits()[patient.condition, candidate.kind].level == "none"
    )


def _evidence(patient: Patient, candidate: Candidate) -> str:
    if candidate.kind == "none":
        return "What happens by itself; the measure for every other option."
    return str(benefits()[patient.condition, candidate.kind])


def _reasons(
    patient: Patient,
    candidate: Candidate,
    against: np.ndarray,
    expected_gain: float,
    burden: Burden,
    worth: float,
) -> tuple[str, ...]:
    if candidate.kind == "none":
        return ("Costs nothing and risks nothing; every gain is counted against it.",)
    low, high = np.quantile(against.mean(axis=1), [0.05, 0.95])
    said = [
        f"Expected gain over the forecast {expected_gain:+.1f} hairs/cm² (90 % band {low:+.1f} to "
        f"{high:+.1f}) against doing nothing; {worth:+.1f} after its burden.",
        f"Better than doing nothing at the end in {_share(against[:, -1] > 0)} of the draws.",
    ]
    if burden.visits:
        said.append(
            f"{burden.visits} visits, about {burden.days_of_redness:.0f} days of redness in all."
        )
    if burden.applications:
        said.append(f"{burden.applications:.0f} applications of a medicine.")
    if _unsupported(patient, candidate):
        said.append("No controlled trial supports it here, so it stands behind doing nothing.")
    return tuple(said)


def _share(true: np.ndarray) -> str:
    """A share of draws in words; draws are finite and the model is not the world, so never all."""
    percent = 100 * float(true.mean())
    return "over 99 %" if percent > 99 else "under 1 %" if percent < 1 else f"{percent:.0f} %"


def _message(screening: Screening, options: tuple[Option, ...]) -> str:
    first = _deciding(screening)[0].reason if _deciding(screening) else ""
    match screening.decision:
        case "do_not_treat":
            return (
                "Needling is not right for this scalp now, and that is good to know before, not "
                f"after. The reason: {first}"
            )
        case "refer":
            return (
                f"Another doctor should look at this first. The reason: {first} Until then, here "
                "is what can be done without needling."
            )
        case "defer":
            return (
                f"Not today. The reason: {first} Meanwhile, here is what can be done without "
                "needling."
            )
        case _:
            best = options[0].name
            careful = " with care" if screening.decision == "caution" else ""
            asked = (
                f" {len(screening.unknown)} open questions could still change that."
                if screening.unknown
                else ""
            )
            return f"On what is known, needling can be discussed{careful}.{asked} First on " + (
                f"balance: {best}."
            )


def _would_change(screening: Screening) -> tuple[str, ...]:
    said = []
    for finding in _deciding(screening):
        if screening.decision in BARRED:
            wait = f" ({finding.wait_days:.0f} days left)" if finding.wait_days is not None else ""
            said.append(f"{finding.title}: {finding.action}{wait}")
    said += [f"The answer to: {unknown.question}" for unknown in screening.unknown]
    return tuple(said)


def _option_as_dict(option: Option) -> dict[str, Any]:
    forecast = option.forecast.as_dict()
    shown = ("total_density_per_cm2", "terminal_density_per_cm2", "mean_diameter_um")
    return {
        "rank": option.rank,
        "key": option.key,
        "name": option.name,
        "protocol": option.protocol.model_dump(exclude_none=True),
        "gain": option.gain,
        "expected_gain": option.expected_gain,
        "worth": option.worth,
        "chance_of_detectable_gain": option.chance_of_detectable_gain,
        "burden": vars(option.burden),
        "reasons": list(option.reasons),
        "evidence": option.evidence,
        "decision": option.screening.decision,
        "forecast": {
            "weeks": forecast["weeks"],
            "endpoints": {name: forecast["endpoints"][name] for name in shown},
            "change_at": forecast["change_at"],
            "detectable": forecast["detectable"],
            "warnings": forecast["warnings"],
        },
    }
