"""Questioning: a count that cannot be is asked about before it is used.

A visit is questioned when a count as good as its method is published to be would come out so far
off less than once in so many times (`followup.questioned_below`), against what was known before or
against what the other visits say. The least probable visit is set aside first, then the others are
looked at again. What is said of it is the strongest that holds:
    more hairs than the scalp has follicles
    more new hairs than its follicles can show in that time (`scalp.plausibility`)
    outside of what counting error and biology leave room for
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from anagen.counts import Count
from anagen.evidence.parameters import parameters
from anagen.followup.readings import (
    TOTAL,
    Baseline,
    Reading,
    area_of,
    at_week,
    interval,
    log_likelihood,
    tail,
)
from anagen.forecast import Forecast

CM2_PER_SQUARE_INCH = 6.4516
MM2_PER_CM2 = 100.0
SAID = {
    TOTAL: ("hairs/cm²", 0),
    "terminal_density_per_cm2": ("terminal hairs/cm²", 0),
    "terminal_fraction": ("as the share of terminal hairs", 2),
    "mean_diameter_um": ("µm as the mean diameter", 0),
    "anagen_fraction": ("as the share of growing hairs", 2),
}


class Visit(NamedTuple):
    """One visit: its week, what was written down, and what that is beside the draws."""

    week: float
    written: Count
    readings: tuple[Reading, ...]


class Question(NamedTuple):
    """Why a visit is questioned, and what to check."""

    reason: str
    check: tuple[str, ...]


def evidence(visit: Visit, start: Baseline) -> np.ndarray:
    """Log-likelihood of one visit for each draw and factor of the baseline, (draws, grid)."""
    return np.sum([log_likelihood(reading, start) for reading in visit.readings], axis=0)


def questions(
    visits: Sequence[Visit],
    start: Baseline,
    forecast: Forecast,
    drawn: Mapping[str, np.ndarray],
) -> dict[int, Question]:
    """Visits that are questioned, by their place in ``visits``."""
    limit = parameters()["followup.questioned_below"].centre
    said = [evidence(visit, start) for visit in visits]
    flat = np.broadcast_to(start.log_prior, start.factor.shape)

    def given(known: Sequence[int]) -> np.ndarray:
        joint = flat + sum((said[i] for i in known), np.zeros(()))
        return np.exp(joint - np.logaddexp.reduce(joint, axis=None))

    def chance(i: int, weights: np.ndarray) -> float:
        return min(tail(reading, start, weights) for reading in visits[i].readings)

    before = given([])
    asked = {i for i in range(len(visits)) if chance(i, before) < limit}
    while True:
        used = [i for i, visit in enumerate(visits) if i not in asked or visit.written.keep]
        left = {
            i: chance(i, given([other for other in used if other != i]))
            for i in range(len(visits))
            if i not in asked
        }
        worst = min(left, key=lambda i: left[i], default=None)
        if worst is None or left[worst] >= limit:
            break
        asked.add(worst)
    used = [i for i, visit in enumerate(visits) if i not in asked or visit.written.keep]
    found = {}
    for i in sorted(asked):
        others = given([other for other in used if other != i])
        knowing = before if chance(i, before) < limit else others
        strange = min(visits[i].readings, key=partial(tail, start=start, weights=knowing))
        reason = (
            _more_than_follicles(visits[i], start, forecast, before, limit)
            or _more_than_can_grow(visits[i], _last(visits, i, used), start, forecast, drawn, limit)
            or _out_of_range(strange, start, knowing, limit)
        )
        found[i] = Question(reason, _check(visits[i], strange, start, others, limit))
    return found


def _last(visits: Sequence[Visit], i: int, used: Sequence[int]) -> Visit | None:
    """The last visit before this one that counted all hairs of the same place and is used."""
    earlier = [
        visits[j]
        for j in used
        if visits[j].week < visits[i].week
        and visits[j].written.site == "same"
        and visits[j].written.total_density_per_cm2 is not None
    ]
    return earlier[-1] if earlier else None


def _total(visit: Visit) -> Reading | None:
    return next((reading for reading in visit.readings if reading.endpoint == TOTAL), None)


def _more_than_follicles(
    visit: Visit, start: Baseline, forecast: Forecast, weights: np.ndarray, limit: float
) -> str:
    total = _total(visit)
    if total is None:
        return ""
    follicles = at_week(forecast, "follicles_per_cm2", visit.week)[:, None] * start.factor
    chance = float((weights * ndtr((follicles - total.value) / total.error[:, None])).sum())
    if chance >= limit:
        return ""
    return (
        f"{total.value:.0f} hairs/cm² are more than this scalp has follicles, about "
        f"{np.median(follicles):.0f} per cm²."
    )


def _more_than_can_grow(
    visit: Visit,
    last: Visit | None,
    start: Baseline,
    forecast: Forecast,
    drawn: Mapping[str, np.ndarray],
    limit: float,
) -> str:
    """Held against the count before it, or the first where the start was counted."""
    total = _total(visit)
    hair = forecast.patient.hair
    counted = None if hair is None else hair.total_density_per_cm2
    if total is None or visit.written.site == "other" or (last is None and counted is None):
        return ""
    week, first = (0.0, None) if last is None else (last.week, _total(last))
    value = counted if first is None else first.value
    shown = at_week(forecast, TOTAL, week)
    error = total.error if first is None else np.hypot(total.error, first.error)
    if first is None:  # the start's own error is that of its factor
        spread = np.sqrt((np.exp(start.log_prior) * (start.factor - 1) ** 2).sum(axis=1))
        error = np.hypot(error, spread * shown)
    from anagen.model_inputs import scalp_numbers  # these import JAX
    from anagen.scalp.follicles import delay_days
    from anagen.scalp.plausibility import largest_gain_of_count_per_cm2

    most = np.asarray(
        largest_gain_of_count_per_cm2(
            shown,  # type: ignore[arg-type]
            at_week(forecast, "follicles_per_cm2", week),  # type: ignore[arg-type]
            at_week(forecast, "early_anagen_per_cm2", week),  # type: ignore[arg-type]
            delay_days(scalp_numbers(drawn).follicles),
            7 * (visit.week - week),  # type: ignore[arg-type]
        )
    )
    gain = total.value - (value or 0.0)
    if float(ndtr((most - gain) / error).mean()) >= limit:
        return ""
    return (
        f"{gain:.0f} more hairs/cm² in {visit.week - week:g} weeks are more than follicles can "
        f"show in that time: about {np.median(most):.0f} at the most."
    )


def _out_of_range(reading: Reading, start: Baseline, weights: np.ndarray, limit: float) -> str:
    low, high = interval(reading, start, weights, limit)
    unit, digits = SAID[reading.endpoint]
    return (
        f"{reading.value:.{digits}f} {unit} does not fit: counting error and biology together "
        f"leave room for {low:.{digits}f} to {high:.{digits}f}."
    )


def _check(
    visit: Visit, strange: Reading, start: Baseline, weights: np.ndarray, limit: float
) -> tuple[str, ...]:
    """What to look at, the likeliest slip first."""
    asks = []
    if strange.is_density:
        area = area_of(visit.written)
        slips = {
            f"Is the unit hairs per square inch? {strange.value:.0f} of those are {{}} per cm².": (
                1 / CM2_PER_SQUARE_INCH
            ),
            f"Is the unit hairs per mm²? {strange.value:g} of those are {{}} per cm².": MM2_PER_CM2,
            f"Is it the count of the whole field of {area:g} cm²? That is {{}} per cm².": 1 / area,
        }
        for ask, factor in slips.items():
            meant = strange._replace(value=strange.value * factor)
            if factor != 1 and tail(meant, start, weights) > limit:
                asks.append(ask.format(f"{meant.value:.0f}"))
        if visit.written.site == "same":
            asks.append("Was it the same place, found again by a tattoo or a landmark?")
        asks.append("Was the hair clipped and dyed as at the first count?")
    else:
        asks.append("Is it a share from 0 to 1, or a width in µm, as the file asks?")
    asks.append("Was it counted by the same method and the same person?")
    return tuple(asks)
