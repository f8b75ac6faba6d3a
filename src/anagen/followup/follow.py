"""Follow-up: a person's own counts, with their error, change the forecast of that person.

counts      what was written down (`counts`), beside what each draw shows (`readings`)
question    what cannot be is left out, unless the file says to keep it (`questioning`)
weigh       the draws, or move them to where the counts are (`weighing`)
forecast    the same course again with the draws and the baseline that are left
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from anagen.counting import count_error_per_cm2, turnover_per_cm2
from anagen.counts import Count, Counts
from anagen.evidence.parameters import parameters
from anagen.evidence.posterior import single_draws
from anagen.followup.narrowing import Narrowing, Next, narrowing, what_next, why
from anagen.followup.questioning import Question, Visit, questions
from anagen.followup.readings import TOTAL, area_of, baseline, readings
from anagen.followup.weighing import Drawn, Looked, Weighed, Weighing, after_counts, before_counts
from anagen.forecast import MAX_DRAWS, Forecast, check_size, simulate_drawn
from anagen.patient import Hair, Patient
from anagen.protocol import Protocol, nothing
from anagen.reading import BadInput

POOL = 4000  # draws that are weighed
PARTICLES = 1000  # draws that are moved, where weighing is not enough


@dataclass(frozen=True)
class Measured:
    """One value of a visit, with the half-width of its error bar (95 %)."""

    endpoint: str
    value: float
    error: float


@dataclass(frozen=True)
class Seen:
    """One visit and what became of it."""

    week: float
    count: Count
    measured: tuple[Measured, ...]
    used: bool
    question: Question | None

    def as_dict(self) -> dict[str, Any]:
        """The visit as plain data for JSON."""
        return {
            "week": self.week,
            "method": self.count.method,
            "site": self.count.site,
            "measured": [vars(value) for value in self.measured],
            "used": self.used,
            "reason": self.question.reason if self.question else "",
            "check": list(self.question.check) if self.question else [],
        }


@dataclass(frozen=True)
class FollowUp:
    """A person's forecast after their own counts."""

    forecast: Forecast
    before: Forecast  # the same course before the counts, its start as unsure as the count is
    no_needling: Forecast  # what the same person would have without, after the counts
    visits: tuple[Seen, ...]
    weighing: Weighing
    narrowing: Narrowing
    why: tuple[str, ...]
    next: tuple[Next, ...]

    def as_dict(self) -> dict[str, Any]:
        """The follow-up as plain data for JSON."""
        return {
            "forecast": self.forecast.as_dict(),
            "before": self.before.as_dict(),
            "no_needling": self.no_needling.as_dict(),
            "visits": [visit.as_dict() for visit in self.visits],
            "weighing": vars(self.weighing),
            "narrowing": vars(self.narrowing),
            "why": list(self.why),
            "next": [vars(each) for each in self.next],
            "off_label": True,
            "model_version": self.forecast.model_version,
            "seed": self.forecast.seed,
        }


def follow_up(
    patient: Patient,
    protocol: Protocol,
    counts: Counts,
    weeks: int = 52,
    draws: int = 500,
    seed: int = 0,
) -> FollowUp:
    """Forecast a person's course again, with what was counted since it began.

    A count of all hairs at week 0 takes the place of what the patient file says of the hair.
    Raises `BadInput` for weeks, draws or a seed out of range and for counts beyond ``weeks``.
    """
    check_size(weeks, draws, seed)
    told = counts.by_week()
    if told[-1][0] > weeks:
        raise BadInput(
            f"counts reach week {told[-1][0]:g}; allowed is up to the forecast's last week, "
            f"{weeks}."
        )
    patient, first, told = _from_the_start(patient, told)
    method = first.method if first else "phototrichogram"

    def look(drawn: Drawn) -> Looked:
        forecast = simulate_drawn(patient, [protocol], drawn, weeks, seed, method)[0]
        visits = [Visit(week, count, readings(week, count, forecast)) for week, count in told]
        return Looked(drawn, forecast, visits, baseline(forecast, method, area_of(first)))

    pool = look(single_draws(min(max(POOL, 4 * draws), MAX_DRAWS), seed))
    asked = questions(pool.visits, pool.start, pool.forecast, pool.drawn)
    used = [i for i, visit in enumerate(pool.visits) if i not in asked or visit.written.keep]
    prior = before_counts(pool)
    number, rng = max(PARTICLES, draws), np.random.default_rng(seed)
    posterior, weighing = after_counts(pool, used, look, number, seed, rng)

    def forecasts(weighed: Weighed, courses: Sequence[Protocol]) -> list[Forecast]:
        drawn, density = weighed.chosen(draws, np.random.default_rng(seed))
        return simulate_drawn(patient, courses, drawn, weeks, seed, method, density)

    (before,) = forecasts(prior, [protocol])
    after, untreated = forecasts(posterior, [protocol, nothing(protocol)])
    narrowed = narrowing(prior, posterior, weeks)
    return FollowUp(
        forecast=after,
        before=before,
        no_needling=untreated,
        visits=_seen(first, pool, asked, used),
        weighing=weighing,
        narrowing=narrowed,
        why=why(before, after, narrowed, len(used)),
        next=what_next(posterior, told[-1] if told else None, method, weeks),
    )


def _from_the_start(
    patient: Patient, told: list[tuple[float, Count]]
) -> tuple[Patient, Count | None, list[tuple[float, Count]]]:
    """The person with the hair of week 0 as it was counted, that count, and the later ones."""
    first = next(
        (
            count
            for week, count in told
            if week == 0 and count.site == "same" and count.total_density_per_cm2 is not None
        ),
        None,
    )
    if first is None:
        return patient, None, told
    total, terminal = first.total_density_per_cm2, first.terminal_density_per_cm2
    counted = {
        "total_density_per_cm2": total,
        "terminal_fraction": terminal / total if total and terminal is not None else None,
        "mean_diameter_um": first.mean_diameter_um,
        "anagen_fraction": first.anagen_fraction,
    }
    stated = patient.hair.model_dump() if patient.hair else {}
    stated |= {name: value for name, value in counted.items() if value is not None}
    hair = Hair.from_table(stated, where="the count of week 0")
    later = [one for one in told if one[1] is not first]
    return patient.model_copy(update={"hair": hair}), first, later


def _seen(
    first: Count | None, pool: Looked, asked: Mapping[int, Question], used: Sequence[int]
) -> tuple[Seen, ...]:
    seen = []
    if first is not None and first.total_density_per_cm2 is not None:
        density = np.array(first.total_density_per_cm2)
        follicles = np.median(pool.forecast.draws["follicles_per_cm2"][:, 0])
        error = np.hypot(
            count_error_per_cm2(density, first.method),
            turnover_per_cm2(density, follicles, area_of(first)),
        )
        measured = Measured(TOTAL, float(density), _error_bar(error))
        seen.append(Seen(0.0, first, (measured,), used=True, question=None))
    for i, visit in enumerate(pool.visits):
        values = tuple(
            Measured(reading.endpoint, reading.value, _error_bar(np.median(reading.error)))
            for reading in visit.readings
        )
        seen.append(Seen(visit.week, visit.written, values, i in used, asked.get(i)))
    return tuple(seen)


def _error_bar(error: np.ndarray | np.floating) -> float:
    """The half-width that holds 95 of 100 errors."""
    return parameters()["counting.change_confidence_factor"].centre * float(error)
