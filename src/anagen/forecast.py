"""A forecast: many draws of one course, week by week, with bands and what can be measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from anagen.compiled import keep_compiled_programs
from anagen.evidence.parameters import draws as draw_parameters
from anagen.evidence.parameters import parameters
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.range_of_validity import warnings_for
from anagen.reading import BadInput
from anagen.scalp.conditions import Person
from anagen.scalp.course import Scalp, Treatment, run
from anagen.scalp.delivery import Minoxidil
from anagen.scalp.needling import PEN, ROLLER, STAMP, Device

QUANTILES = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}
CHANGE_WEEKS = (12, 24, 36, 48, 52)
CHANGE_ENDPOINTS = (
    "total_density_per_cm2",
    "terminal_density_per_cm2",
    "mean_diameter_um",
    "anagen_fraction",
)
MAX_WEEKS = 520
MAX_DRAWS = 20_000


@dataclass(frozen=True)
class Detectable:
    """The smallest change that a counting method tells from its own error, and the chances."""

    method: str  # the counting method and its source, in words
    smallest_change_per_cm2: float  # minimal detectable change (95 %) for this baseline
    chance_of_gain: Mapping[int, float]  # week -> share of draws with a detectable gain
    chance_of_loss: Mapping[int, float]  # week -> share of draws with a detectable loss


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

    def band(self, endpoint: str) -> dict[str, np.ndarray]:
        """Median and quantiles of one endpoint, each (weeks,)."""
        values = np.quantile(self.draws[endpoint], list(QUANTILES.values()), axis=0)
        return dict(zip(QUANTILES, values, strict=True))

    def change(self, endpoint: str, week: int) -> dict[str, float]:
        """Median and quantiles of the change from week 0 to ``week``."""
        drawn = self.draws[endpoint]
        return quantiles(drawn[:, week] - drawn[:, 0])

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
                str(week): {name: self.change(name, week) for name in CHANGE_ENDPOINTS}
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
            "draws": int(next(iter(self.draws.values())).shape[0]),
            "model_version": self.model_version,
            "seed": self.seed,
        }


def quantiles(values: np.ndarray) -> dict[str, float]:
    """Median and quantiles of drawn values (draws,)."""
    found = np.quantile(values, list(QUANTILES.values()))
    return dict(zip(QUANTILES, (float(value) for value in found), strict=True))


def simulate(
    patient: Patient, protocol: Protocol, weeks: int = 52, draws: int = 500, seed: int = 0
) -> Forecast:
    """Forecast one course for one person.

    Every draw is one way in which this person and our ignorance of the biology could combine.
    Raises `BadInput` for an undiagnosed person and for weeks or draws out of range.
    """
    return simulate_together(patient, [protocol], weeks, draws, seed)[0]


def simulate_together(
    patient: Patient,
    protocols: Sequence[Protocol],
    weeks: int = 52,
    draws: int = 500,
    seed: int = 0,
) -> list[Forecast]:
    """Forecast several courses for one person with the same draws, in one computation.

    Differences between the courses are then differences of what is done, not of chance.
    """
    _check(patient, weeks, draws, seed)
    keep_compiled_programs()
    drawn = draw_parameters(draws, seed)
    repeated = {key: np.tile(values, len(protocols)) for key, values in drawn.items()}
    numbers = scalp_numbers(repeated)
    person = person_of(patient, repeated)
    treatments = [treatment_of(protocol, draws) for protocol in protocols]
    together = jax.tree.map(lambda *parts: jnp.concatenate(parts), *treatments)
    outcome = jax.tree.map(np.asarray, run(person, together, numbers, patient.condition, weeks))
    forecasts = []
    for index, protocol in enumerate(protocols):
        mine = slice(index * draws, (index + 1) * draws)
        weekly = {name: values[:, mine].T for name, values in outcome.by_week.items()}
        session = {name: values[mine] for name, values in outcome.session.items()}
        missed = float(outcome.density_missed[mine].mean())
        forecasts.append(_forecast(patient, protocol, weeks, weekly, session, missed, seed))
    return forecasts


def _check(patient: Patient, weeks: int, draws: int, seed: int) -> None:
    if patient.condition == "undiagnosed":
        raise BadInput(
            "condition is 'undiagnosed'; a forecast needs a diagnosis, allowed is any other "
            "condition."
        )
    for name, value, most in (("weeks", weeks, MAX_WEEKS), ("draws", draws, MAX_DRAWS)):
        if not 1 <= value <= most:
            raise BadInput(f"{name} is {value}; allowed is a whole number from 1 to {most}.")
    if not 0 <= seed < 2**63:
        raise BadInput(f"seed is {seed}; allowed is a whole number from 0 to 2^63 - 1.")


@cache
def model_version() -> str:
    """Version of the program, which is the version of its model."""
    return version("anagen")


def scalp_numbers(drawn: Mapping[str, np.ndarray]) -> Scalp:
    """Drawn parameters laid out as the scalp wants them."""
    return Scalp(
        **{
            mechanism: numbers(
                **{name: jnp.asarray(drawn[f"{mechanism}.{name}"]) for name in numbers._fields}
            )
            for mechanism, numbers in Scalp.__annotations__.items()
        }
    )


def person_of(patient: Patient, drawn: Mapping[str, np.ndarray]) -> Person:
    """What is known of the person, for each draw; unknown is NaN."""
    draws = len(drawn["counting.variation"])
    hair = patient.hair

    def known(value: float | None) -> Array:
        return jnp.full(draws, np.nan if value is None else value)

    return Person(
        age_years=known(patient.age),
        is_male=known(float(patient.sex == "male")),
        history_years=jnp.asarray(_history_years(patient, drawn)),
        total_density_per_cm2=known(hair and hair.total_density_per_cm2),
        terminal_fraction=known(hair and hair.terminal_fraction),
        mean_diameter_um=known(hair and hair.mean_diameter_um),
        anagen_fraction=known(hair and hair.anagen_fraction),
    )


def _history_years(patient: Patient, drawn: Mapping[str, np.ndarray]) -> np.ndarray:
    """How long the condition has been at work, for each draw."""
    onset_years = None
    if patient.months_since_onset is not None:
        onset_years = patient.months_since_onset / 12
    match patient.condition:
        case "androgenetic_alopecia" | "female_pattern_hair_loss":
            # Loss is noticed years after shrinking begins, so a grade tells more than the onset.
            if patient.grade is not None:
                years = grade_share(patient.grade) * drawn["pattern.years_per_grade_step"]
            else:
                years = drawn["pattern.years_without_grade"]
            return np.maximum(years, onset_years or 0.0)
        case "senescent_alopecia":
            return np.zeros_like(drawn["counting.variation"])  # told by age
        case condition:
            mechanism = condition.split("_")[{"telogen_effluvium": 1}.get(condition, -1)]
            mechanism = {"alopecia": "cicatricial"}.get(mechanism, mechanism)
            undated = drawn[f"{mechanism}.years_without_date"]
            return undated if onset_years is None else np.full_like(undated, onset_years)


def grade_share(grade: str) -> float:
    """A grade as a share of its scale, from none (0) to complete (1)."""
    scale, _, step = grade.partition("_")
    match scale:
        case "norwood":
            return (3.5 if step == "3v" else int(step)) / 7 - 1 / 7
        case "ludwig":
            return int(step) / 3
        case "sinclair":
            return (int(step) - 1) / 4
        case _:
            return int(step) / 100


def treatment_of(protocol: Protocol, draws: int) -> Treatment:
    """A protocol as arrays. What is left out takes the device's typical value (NaN here)."""

    def each(value: float) -> Array:
        return jnp.full(draws, float(value))

    def stated(value: float | None) -> Array:
        return each(np.nan if value is None else value)

    course, device = protocol.course, protocol.device
    needled = course.sessions > 0 and device is not None
    minoxidil = protocol.topical("minoxidil")
    typical = {name: p.centre for name, p in parameters().items() if name.startswith("usual.")}

    def usual(value: float | None, name: str) -> float:
        return typical[f"usual.{name}"] if value is None else value

    per_day = usual(minoxidil.per_day, "minoxidil_per_day") if minoxidil else 0.0
    return Treatment(
        device=Device(
            kind=each(
                {"roller": ROLLER, "stamp": STAMP, "pen": PEN}[device.kind] if needled else 0
            ),
            needle_mm=each(device.needle_mm if needled else 0.0),
            needles=stated(device.needles if needled else None),
            rate_hz=stated(device.rate_hz if needled else None),
            passes=each(usual(course.passes, "passes") if needled else 0.0),
        ),
        sessions=each(course.sessions if needled else 0),
        interval_days=each(course.interval_days or 1.0),
        bleeding=each(course.endpoint == "pinpoint_bleeding"),
        minoxidil=Minoxidil(
            strength_percent=each(
                usual(minoxidil and minoxidil.strength_percent, "minoxidil_strength_percent")
            ),
            dose_ml=each(usual(minoxidil and minoxidil.dose_ml, "minoxidil_dose_ml")),
            per_day=each(per_day),
            hold_hours=each(usual(minoxidil and minoxidil.hold_hours, "minoxidil_hold_hours")),
            area_cm2=each(usual(course.area_cm2, "area_cm2")),
        ),
        prp=each(protocol.topical("prp") is not None),
        growth_factors=each(protocol.topical("growth_factors") is not None),
        triamcinolone=each(protocol.topical("triamcinolone") is not None),
    )


def _forecast(
    patient: Patient,
    protocol: Protocol,
    weeks: int,
    weekly: dict[str, np.ndarray],
    session: dict[str, np.ndarray],
    missed: float,
    seed: int,
) -> Forecast:
    weekly.pop("drug_balance")
    sessions = _sessions_by_week(protocol, weeks)
    risk = session["infection_risk_per_session"][:, None]
    weekly["infection_risk"] = -np.expm1(np.log1p(-risk) * sessions)
    return Forecast(
        patient=patient,
        protocol=protocol,
        weeks=np.arange(weeks + 1),
        draws=weekly,
        session=session,
        detectable=_detectable(weekly["total_density_per_cm2"]),
        warnings=warnings_for(patient, protocol, weeks, missed),
        model_version=model_version(),
        seed=seed,
    )


def _sessions_by_week(protocol: Protocol, weeks: int) -> np.ndarray:
    """Sessions done by the end of each week, (weeks + 1,)."""
    course = protocol.course
    days = np.arange(course.sessions) * (course.interval_days or 1.0)
    ends = np.arange(weeks + 1) * 7
    return np.searchsorted(days, ends, side="left").astype(float)


def _detectable(total: np.ndarray) -> Detectable:
    """Compare drawn changes (draws, weeks) with the error of counting the baseline twice."""
    error = parameters()["counting.variation"]
    factor = parameters()["counting.confidence_factor"].centre
    baseline = float(np.median(total[:, 0]))
    smallest = factor * error.centre * baseline
    change = total - total[:, :1]
    last = total.shape[1] - 1
    at = [week for week in CHANGE_WEEKS if week <= last] or [last]
    return Detectable(
        method=f"phototrichogram, CV {100 * error.centre:.0f} % ({', '.join(error.sources)})",
        smallest_change_per_cm2=smallest,
        chance_of_gain={week: float((change[:, week] > smallest).mean()) for week in at},
        chance_of_loss={week: float((change[:, week] < -smallest).mean()) for week in at},
    )
