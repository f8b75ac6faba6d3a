"""Sensitivity: what a forecast's spread is made of, and so what would be worth measuring next.

    base     the course for two independent sets of draws A and B
    screen   every independent group of numbers exchanged in a few draws; what moves no endpoint is
             left out
    refine   total shares of the groups that are left; first shares of every number (`sobol`)
    people   all that differs between people exchanged at once, then all that is not known
Numbers that trials calibrated together are one group: their first shares stand apart, their total
share is that of all of them. A measurement is worth what its value, with its error, would take
away of the variance of the change at the last week.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from anagen.evidence.grades import Grade
from anagen.evidence.parameters import parameters
from anagen.evidence.posterior import blocks, single_draws
from anagen.forecast import Forecast, check_size, model_version, simulate_drawn
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.remembered import Remembered, anew
from anagen.sensitivity.measurements import measurements
from anagen.sensitivity.sobol import Share, first, total

WEEKS = 52
TOGETHER = "calibrated"  # the key of the group that trials calibrated together
_SCREENED = 50  # draws for each group in the screen
_LEAST = 0.005  # share of variance from which a group is refined
_BATCH = 4000  # draws computed at a time


@dataclass(frozen=True)
class Endpoint:
    """Something a forecast is asked for."""

    key: str
    label: str
    unit: str


def _change(endpoint: str, week: int) -> Callable[[Forecast], np.ndarray]:
    return lambda forecast: forecast.draws[endpoint][:, week] - forecast.draws[endpoint][:, 0]


_HAIR = {
    "total_density_per_cm2": ("Change of visible hairs", "hairs/cm²"),
    "terminal_density_per_cm2": ("Change of thick (terminal) hairs", "hairs/cm²"),
    "mean_diameter_um": ("Change of mean hair diameter", "µm"),
}
ENDPOINTS: Mapping[Endpoint, Callable[[Forecast], np.ndarray]] = {
    Endpoint(f"{name}_change_{week}", f"{label}, week {week}", unit): _change(name, week)
    for week in (WEEKS, 24)
    for name, (label, unit) in _HAIR.items()
} | {
    Endpoint("plasma_minoxidil_peak", "Highest minoxidil in the blood", "ng/mL"): (
        lambda forecast: forecast.draws["plasma_minoxidil_ng_ml"].max(axis=1)
    ),
    Endpoint("erythema_mean", "Mean redness over the year", "0 to 1"): (
        lambda forecast: forecast.draws["erythema"].mean(axis=1)
    ),
}
MAIN = next(iter(ENDPOINTS))


@dataclass(frozen=True)
class Index:
    """One number, or the group of those calibrated together, and its shares of a variance."""

    key: str
    label: str
    spread: str  # "people" or "ignorance"
    grade: Grade | None
    first: Share | None  # None for the group
    total: Share | None  # None within the group, and where too small to be refined


@dataclass(frozen=True)
class Indices:
    """What the spread of one endpoint is made of, the largest first."""

    endpoint: Endpoint
    sd: float
    people: Share  # total shares of all that differs between people, and of all that is not known
    ignorance: Share
    indices: tuple[Index, ...]


@dataclass(frozen=True)
class Worth:
    """A measurement of this person, and what it would take away of the variance of the change."""

    what: str
    share: Share


@dataclass(frozen=True)
class Sensitivity:
    """What would be worth knowing."""

    patient: Patient
    protocol: Protocol
    endpoints: tuple[Indices, ...]
    for_person: tuple[Worth, ...]
    for_field: tuple[Index, ...]  # what research could settle, by its share of the main endpoint
    warnings: tuple[str, ...]  # of the forecast that is taken apart
    runs: int
    seed: int
    model_version: str

    def as_dict(self) -> dict[str, Any]:
        """The indices as plain data for JSON."""
        return {
            "endpoints": [
                {
                    **vars(each.endpoint),
                    "sd": each.sd,
                    "people": each.people._asdict(),
                    "ignorance": each.ignorance._asdict(),
                    "indices": [_index_as_dict(index) for index in each.indices],
                }
                for each in self.endpoints
            ],
            "for_person": [
                {"what": worth.what, "share": worth.share._asdict()} for worth in self.for_person
            ],
            "for_field": [_index_as_dict(index) for index in self.for_field],
            "warnings": list(self.warnings),
            "runs": self.runs,
            "off_label": True,
            "model_version": self.model_version,
            "seed": self.seed,
        }


def what_matters(
    patient: Patient,
    protocol: Protocol,
    draws: int = 1000,
    seed: int = 0,
    advance: Callable[[str], None] = lambda _: None,
    remembered: Remembered = anew,
) -> Sensitivity:
    """Variance-based sensitivity of a person's course over a year.

    What is costly is asked of ``remembered``, which may know it from before.
    Raises `BadInput` for an undiagnosed person and for draws or a seed out of range.
    """
    check_size(WEEKS, draws, seed)
    rng = np.random.default_rng(seed)
    both = single_draws(2 * draws, seed)
    a = {key: values[:draws] for key, values in both.items()}
    b = {key: values[draws:] for key, values in both.items()}

    def shown(drawn: Mapping[str, np.ndarray]) -> Forecast:
        return simulate_drawn(patient, [protocol], drawn, WEEKS, seed)[0]

    def run(drawn: Mapping[str, np.ndarray]) -> np.ndarray:
        said = f"{len(next(iter(drawn.values())))} courses"
        return remembered(said, lambda: {"asked": _asked(shown(drawn))})["asked"]

    advance("Computing the course")
    forecast = shown(both)
    known = _asked(forecast)
    variance = known.var(axis=1)
    spread = variance > 1e-12 * np.maximum(known.mean(axis=1) ** 2, 1e-12)
    groups = blocks()

    advance("Looking for what matters")
    few = min(_SCREENED, draws)
    moved = _exchanged(run, a, b, groups, few) - known[:, None, :few]
    screened = np.square(moved).mean(axis=2) / 2 / np.where(spread, variance, np.inf)[:, None]
    kept = [group for group, share in zip(groups, screened.T, strict=True) if share.max() >= _LEAST]

    advance("Measuring how much")
    of_people = [key for key, record in parameters().items() if record.spread == "people"]
    unknown = [key for key, record in parameters().items() if record.spread == "ignorance"]
    exchanged = _exchanged(run, a, b, [of_people, unknown, *kept], draws)
    keys = [key for group in kept for key in group]
    found = []
    for i, endpoint in enumerate(ENDPOINTS):
        if not spread[i]:
            continue
        y, v = known[i, :draws], float(variance[i])
        people, ignorance, *totals = (total(y, each, v, rng) for each in exchanged[i])
        of_group = {_name(group): share for group, share in zip(kept, totals, strict=True)}
        firsts = {key: first(both[key], known[i], rng) for key in keys}
        indices = [_index(key, firsts.get(key), of_group.get(key)) for key in {*firsts, *of_group}]
        indices.sort(key=_largest, reverse=True)
        found.append(Indices(endpoint, v**0.5, people, ignorance, tuple(indices)))
    advance("Weighing measurements")
    change = ENDPOINTS[MAIN](forecast)
    worth = [
        Worth(what, first(value, change, rng))
        for what, value in measurements(patient, protocol, forecast, both, rng).items()
    ]
    main = next((each.indices for each in found if each.endpoint == MAIN), ())
    return Sensitivity(
        patient=patient,
        protocol=protocol,
        endpoints=tuple(found),
        for_person=tuple(sorted(worth, key=lambda each: each.share.value, reverse=True)),
        for_field=tuple(
            sorted(
                (each for each in main if each.spread == "ignorance" and each.first),
                key=lambda each: each.first.value if each.first else 0.0,
                reverse=True,
            )
        ),
        warnings=forecast.warnings,
        runs=2 * draws + few * len(groups) + draws * (2 + len(kept)),
        seed=seed,
        model_version=model_version(),
    )


def _asked(forecast: Forecast) -> np.ndarray:
    """The endpoints of a forecast, (endpoints, draws)."""
    return np.array([of(forecast) for of in ENDPOINTS.values()])


def _exchanged(
    run: Callable[[Mapping[str, np.ndarray]], np.ndarray],
    a: Mapping[str, np.ndarray],
    b: Mapping[str, np.ndarray],
    groups: Sequence[Sequence[str]],
    draws: int,
) -> np.ndarray:
    """Endpoints of the first draws of A with each group from B, (endpoints, groups, draws)."""
    at_once = max(1, _BATCH // draws)
    parts = []
    for begin in range(0, len(groups), at_once):
        batch = groups[begin : begin + at_once]
        drawn = {key: np.tile(values[:draws], len(batch)) for key, values in a.items()}
        for i, group in enumerate(batch):
            for key in group:
                drawn[key][i * draws : (i + 1) * draws] = b[key][:draws]
        parts.append(run(drawn).reshape(len(ENDPOINTS), len(batch), draws))
    return np.concatenate(parts, axis=1)


def _name(group: Sequence[str]) -> str:
    return group[0] if len(group) == 1 else TOGETHER


def _index(key: str, of_first: Share | None, of_total: Share | None) -> Index:
    if key == TOGETHER:
        label = "All numbers that trials calibrated, together"
        return Index(key, label, "ignorance", None, of_first, of_total)
    record = parameters()[key]
    return Index(key, record.label, record.spread, record.grade, of_first, of_total)


def _largest(index: Index) -> float:
    return max(share.value for share in (index.first, index.total) if share is not None)


def _index_as_dict(index: Index) -> dict[str, Any]:
    return {
        **vars(index),
        "first": index.first._asdict() if index.first else None,
        "total": index.total._asdict() if index.total else None,
    }
