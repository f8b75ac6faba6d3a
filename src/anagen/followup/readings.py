"""Readings: what a visit measured beside what each draw of a forecast shows, with the error.

    reading        y = b·D + e for a density, y = x + e for a share or a diameter
    baseline       b = 1 + s₀·e₀: where the start was counted, every draw begins at the count, and
                   one unknown factor b, the same at all visits, says how far off that count was
    errors         Student's t of few degrees of freedom, with the published standard deviation, so
                   that one bad photograph does not take over
    likelihood     Σ over b of p(b) Π p(y | draw, b): b is integrated out on a grid
Sources: the records ``counting.*``, ``follicles.terminal_fraction_error``, ``diameter_error``.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, ndtr

from anagen.counting import count_error_per_cm2, other_field_per_cm2, turnover_per_cm2
from anagen.counts import Count
from anagen.evidence.parameters import parameters
from anagen.forecast import Forecast

TOTAL, TERMINAL = "total_density_per_cm2", "terminal_density_per_cm2"
_GRID = np.linspace(-6.0, 6.0, 97)  # the error of the first count, in standard deviations


class Reading(NamedTuple):
    """One measured value, what each draw shows and the standard deviation of the error (draws,)."""

    endpoint: str
    value: float
    shown: np.ndarray
    error: np.ndarray
    is_density: bool


class Baseline(NamedTuple):
    """How far off the first count may be: factors (draws, grid) and their logarithmic prior."""

    factor: np.ndarray
    log_prior: np.ndarray


def at_week(forecast: Forecast, endpoint: str, week: float) -> np.ndarray:
    """An endpoint of each draw at a week, straight between whole weeks."""
    drawn = forecast.draws[endpoint]
    before = int(week)
    after = min(before + 1, drawn.shape[1] - 1)
    return drawn[:, before] + (week - before) * (drawn[:, after] - drawn[:, before])


def density_error_per_cm2(
    shown: np.ndarray, follicles: np.ndarray, method: str, area_cm2: float
) -> np.ndarray:
    """Standard deviation of one count of a field that shows so many hairs of so many follicles."""
    return np.hypot(
        count_error_per_cm2(shown, method), turnover_per_cm2(shown, follicles, area_cm2)
    )


def share_error(shown: np.ndarray, total: np.ndarray, area_cm2: float, record: str) -> np.ndarray:
    """Standard deviation of a share of the hairs counted: as published, and as hairs are few."""
    sampled = np.sqrt(shown * (1 - shown) / np.maximum(total * area_cm2, 1.0))
    return np.hypot(parameters()[record].centre, sampled)


def area_of(count: Count | None) -> float:
    """The counted area, cm²."""
    stated = None if count is None else count.area_cm2
    return parameters()["counting.field_cm2"].centre if stated is None else stated


def readings(week: float, count: Count, forecast: Forecast) -> tuple[Reading, ...]:
    """What a visit measured, against what a forecast shows.

    Terminal hairs are read as their share where all hairs were counted too: one photograph.
    """
    area = area_of(count)
    total = at_week(forecast, TOTAL, week)
    follicles = at_week(forecast, "follicles_per_cm2", week)

    def of_density(endpoint: str, value: float) -> Reading:
        shown = at_week(forecast, endpoint, week)
        error = density_error_per_cm2(shown, follicles, count.method, area)
        if count.site == "other":
            error = np.hypot(error, other_field_per_cm2(shown, area))
        return Reading(endpoint, value, shown, error, True)

    def of_share(endpoint: str, value: float, shown: np.ndarray, record: str) -> Reading:
        return Reading(endpoint, value, shown, share_error(shown, total, area, record), False)

    found = []
    if count.total_density_per_cm2 is not None:
        found.append(of_density(TOTAL, count.total_density_per_cm2))
    if count.terminal_density_per_cm2 is not None:
        if count.total_density_per_cm2:
            share = count.terminal_density_per_cm2 / count.total_density_per_cm2
            shown = at_week(forecast, TERMINAL, week) / np.maximum(total, 1e-9)
            record = "follicles.terminal_fraction_error"
            found.append(of_share("terminal_fraction", share, shown, record))
        elif count.total_density_per_cm2 is None:
            found.append(of_density(TERMINAL, count.terminal_density_per_cm2))
    if count.mean_diameter_um is not None:
        shown = at_week(forecast, "mean_diameter_um", week)
        error = parameters()["follicles.diameter_error"].centre * shown
        found.append(Reading("mean_diameter_um", count.mean_diameter_um, shown, error, False))
    if count.anagen_fraction is not None:
        shown = at_week(forecast, "anagen_fraction", week)
        record = "counting.anagen_fraction_error"
        found.append(of_share("anagen_fraction", count.anagen_fraction, shown, record))
    return tuple(found)


def baseline(forecast: Forecast, method: str, area_cm2: float) -> Baseline:
    """What is unknown of the start: nothing where it was not counted, since the draws spread."""
    hair = forecast.patient.hair
    counted = None if hair is None else hair.total_density_per_cm2
    shown, follicles = forecast.draws[TOTAL][:, 0], forecast.draws["follicles_per_cm2"][:, 0]
    if not counted:
        return Baseline(np.ones((len(shown), 1)), np.zeros(1))
    error = density_error_per_cm2(shown, follicles, method, area_cm2)
    relative = (error / counted)[:, None]
    log_prior = _log_student(_GRID)
    return Baseline(
        np.maximum(1 + relative * _GRID, 1e-3), log_prior - float(np.logaddexp.reduce(log_prior))
    )


def log_likelihood(reading: Reading, start: Baseline) -> np.ndarray:
    """Of one reading, for each draw and factor of the baseline, (draws, grid)."""
    return _log_student(_off(reading, start)) - np.log(reading.error)[:, None]


def tail(reading: Reading, start: Baseline, weights: np.ndarray) -> float:
    """Chance of a value at least as far out on either side, for a count as good as published.

    ``weights`` are those of draws and factors, (draws, grid), summing to 1.
    """
    below = float((weights * ndtr(_off(reading, start))).sum())
    return 2 * min(below, 1 - below)


def interval(
    reading: Reading, start: Baseline, weights: np.ndarray, chance: float
) -> tuple[float, float]:
    """The values between which a reading lies except for ``chance``."""
    mean, error = _mean(reading, start), reading.error[:, None]
    low, high = float((mean - 8 * error).min()), float((mean + 8 * error).max())
    values = np.linspace(low, high, 400)
    below = [float((weights * ndtr((value - mean) / error)).sum()) for value in values]
    found = np.interp([chance / 2, 1 - chance / 2], below, values)
    return float(max(found[0], 0.0)), float(found[1])


def _mean(reading: Reading, start: Baseline) -> np.ndarray:
    shown = reading.shown[:, None]
    return (
        shown * start.factor if reading.is_density else np.broadcast_to(shown, start.factor.shape)
    )


def _off(reading: Reading, start: Baseline) -> np.ndarray:
    return (reading.value - _mean(reading, start)) / reading.error[:, None]


def _log_student(off: np.ndarray) -> np.ndarray:
    """Logarithmic density of a t variable of standard deviation 1."""
    freedom = parameters()["counting.error_freedom"].centre
    constant = gammaln((freedom + 1) / 2) - gammaln(freedom / 2)
    constant -= np.log(np.pi * (freedom - 2)) / 2
    return constant - (freedom + 1) / 2 * np.log1p(off**2 / (freedom - 2))
