"""A forecast: many draws of one course, week by week, with bands and what can be measured.

What reads a forecast need not wait for JAX: it is imported by what computes one.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from anagen.counting import CHANGE_WEEKS, Detectable, check_method, detectable
from anagen.evidence.posterior import ignorance_variance, posterior, posterior_draws
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.range_of_validity import warnings_for
from anagen.reading import BadInput

if TYPE_CHECKING:
    from anagen.scalp.course import Outcome

QUANTILES = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}
CHANGE_ENDPOINTS = (
    "total_density_per_cm2",
    "terminal_density_per_cm2",
    "mean_diameter_um",
    "anagen_fraction",
)
MAX_WEEKS = 520
MAX_DRAWS = 100_000


@dataclass(frozen=True)
class Forecast:
    """What one course may do to one scalp.

    ``draws`` maps each endpoint to an array (draws, weeks); ``weeks`` is (weeks,), from 0.
    ``session`` maps what one session is (pain, depth reached, ...) to an array (draws,).
    """

    patient: Patient
    protocol: Protocol
    weeks: np.ndarray
    draws: Mapping[str, np.ndarray]
    session: Mapping[str, np.ndarray]
    detectable: Detectable
    warnings: tuple[str, ...]
    model_version: str
    seed: int
    paired: bool = True  # draws two by two share what we do not know, see `posterior_draws`

    @property
    def number_of_draws(self) -> int:
        """How many draws stand behind the bands."""
        return len(self.draws["total_density_per_cm2"])

    def band(self, endpoint: str) -> dict[str, np.ndarray]:
        """Median and quantiles of one endpoint, each (weeks,)."""
        values = np.quantile(self.draws[endpoint], list(QUANTILES.values()), axis=0)
        return dict(zip(QUANTILES, values, strict=True))

    def change(self, endpoint: str, week: int) -> dict[str, float]:
        """Median and quantiles of the change from week 0 to ``week``."""
        drawn = self.draws[endpoint]
        return quantiles(drawn[:, week] - drawn[:, 0])

    def change_sd(self, endpoint: str, week: int) -> dict[str, float]:
        """What the band of a change is made of, as standard deviations: how people differ, and
        what is not known of their average."""
        drawn = self.draws[endpoint]
        change = drawn[:, week] - drawn[:, 0]
        unknown = ignorance_variance(change)
        people = max(float(change.var()) - unknown, 0.0)
        return {"between_people_sd": people**0.5, "of_the_average_sd": unknown**0.5}

    def as_dict(self) -> dict[str, Any]:
        """The forecast as plain data for JSON."""
        last = int(self.weeks[-1])
        at = [week for week in CHANGE_WEEKS if week <= last] or [last]
        return {
            "weeks": self.weeks.tolist(),
            "endpoints": {
                name: {quantile: values.tolist() for quantile, values in self.band(name).items()}
                for name in self.draws
            },
            "session": {name: quantiles(values) for name, values in self.session.items()},
            "change_at": {
                str(week): {
                    name: self.change(name, week)
                    | (self.change_sd(name, week) if self.paired else {})
                    for name in CHANGE_ENDPOINTS
                }
                for week in at
            },
            "detectable": {
                "method": self.detectable.method,
                "smallest_change_per_cm2": self.detectable.smallest_change_per_cm2,
                "chance_of_gain": {str(k): v for k, v in self.detectable.chance_of_gain.items()},
                "chance_of_loss": {str(k): v for k, v in self.detectable.chance_of_loss.items()},
            },
            "warnings": list(self.warnings),
            "off_label": True,
            "draws": self.number_of_draws,
            "model_version": self.model_version,
            "calibration": {name: posterior().made[name] for name in ("model", "data")},
            "seed": self.seed,
        }


def quantiles(values: np.ndarray) -> dict[str, float]:
    """Median and quantiles of drawn values (draws,)."""
    found = np.quantile(values, list(QUANTILES.values()))
    return dict(zip(QUANTILES, (float(value) for value in found), strict=True))


def simulate(
    patient: Patient,
    protocol: Protocol,
    weeks: int = 52,
    draws: int = 500,
    seed: int = 0,
    counting: str = "phototrichogram",
) -> Forecast:
    """Forecast one course for one person.

    Every draw is one way in which this person and what trials left of our ignorance of the biology
    could combine.
    ``counting`` names the method whose error a change is held against (`anagen.counting`).
    Raises `BadInput` for an undiagnosed person, an unknown method and weeks or draws out of range.
    """
    return simulate_together(patient, [protocol], weeks, draws, seed, counting)[0]


def simulate_together(
    patient: Patient,
    protocols: Sequence[Protocol],
    weeks: int = 52,
    draws: int = 500,
    seed: int = 0,
    counting: str = "phototrichogram",
) -> list[Forecast]:
    """Forecast several courses for one person with the same draws, in one computation.

    Differences between the courses are then differences of what is done, not of chance.
    """
    from anagen.courses import program_for  # imports JAX, as does what computes below

    check_size(weeks, draws, seed)
    check_method(counting)
    with ThreadPoolExecutor(1) as aside:
        # Loading the compiled course lets go of the interpreter: numbers are drawn meanwhile.
        if patient.condition != "undiagnosed":
            aside.submit(program_for, weeks)
        drawn = posterior_draws(draws, seed)
    return simulate_drawn(patient, protocols, drawn, weeks, seed, counting, paired=True)


def simulate_drawn(
    patient: Patient,
    protocols: Sequence[Protocol],
    drawn: Mapping[str, np.ndarray],
    weeks: int,
    seed: int,
    counting: str = "phototrichogram",
    density_per_cm2: np.ndarray | None = None,
    paired: bool = False,
) -> list[Forecast]:
    """Forecast courses with given numbers, key -> (draws,), paired or not; ``seed`` is passed on.

    ``density_per_cm2`` (draws,) is the baseline of each draw, in place of the one as counted.
    """
    if patient.condition == "undiagnosed":
        raise BadInput(
            "condition is 'undiagnosed'; a forecast needs a diagnosis, allowed is any other "
            "condition."
        )
    from anagen.courses import courses
    from anagen.model_inputs import person_of, treatment_of

    draws = len(drawn["follicles.density_per_cm2"])
    told = [
        (person_of(patient, drawn, protocol), treatment_of(protocol, draws))
        for protocol in protocols
    ]
    if density_per_cm2 is not None:
        baseline: Any = density_per_cm2
        told = [(who._replace(total_density_per_cm2=baseline), what) for who, what in told]
    outcomes = courses(told, drawn, patient.condition, weeks)
    return [
        _forecast(patient, protocol, weeks, outcome, seed, counting, paired)
        for protocol, outcome in zip(protocols, outcomes, strict=True)
    ]


def check_size(weeks: int, draws: int, seed: int) -> None:
    """Raises `BadInput` for a length, a number of draws or a seed out of range."""
    for name, value, most in (("weeks", weeks, MAX_WEEKS), ("draws", draws, MAX_DRAWS)):
        if not 1 <= value <= most:
            raise BadInput(f"{name} is {value}; allowed is a whole number from 1 to {most}.")
    if not 0 <= seed < 2**63:
        raise BadInput(f"seed is {seed}; allowed is a whole number from 0 to 2^63 - 1.")


@cache
def model_version() -> str:
    """Version of the program, which is the version of its model."""
    return version("anagen")


def _forecast(
    patient: Patient,
    protocol: Protocol,
    weeks: int,
    outcome: "Outcome",
    seed: int,
    counting: str,
    paired: bool,
) -> Forecast:
    session = {name: np.asarray(values) for name, values in outcome.session.items()}
    weekly = {
        name: np.asarray(values)[: weeks + 1].T
        for name, values in outcome.by_week.items()
        if name != "drug_balance"  # a check of the arithmetic, not an endpoint
    }
    sessions = sessions_by_week(protocol, weeks)
    risk = session["infection_risk_per_session"][:, None]
    weekly["infection_risk"] = -np.expm1(np.log1p(-risk) * sessions)
    missed = float(np.asarray(outcome.density_missed).mean())
    # The circuit of fibrosis has two resting states; from half-way on it ends in the scarred one.
    scarred = float((weekly["fibrosis"][:, -1] > 0.5).mean())
    return Forecast(
        patient=patient,
        protocol=protocol,
        weeks=np.arange(weeks + 1),
        draws=weekly,
        session=session,
        detectable=detectable(weekly["total_density_per_cm2"], counting),
        warnings=warnings_for(patient, protocol, weeks, missed, scarred),
        model_version=model_version(),
        seed=seed,
        paired=paired,
    )


def sessions_by_week(protocol: Protocol, weeks: int) -> np.ndarray:
    """Sessions done by the end of each week, (weeks + 1,)."""
    ends = np.arange(weeks + 1) * 7
    return np.searchsorted(protocol.course.session_days, ends, side="left").astype(float)
