"""Pareto-smoothed weights against tails that are known in closed form."""

import numpy as np
import pytest
from scipy.stats import genpareto

from anagen.followup.pareto import fit, quantile, smoothed


@pytest.mark.parametrize("k", [-0.3, 0.1, 0.5, 0.9])
def test_the_fit_finds_the_shape_it_was_made_with(k: float):
    """Zhang & Stephens 2009: hardly any bias at this size, once drawing towards 0.5 is undone."""
    rng = np.random.default_rng(1)
    found = []
    for _ in range(60):
        shape, _ = fit(np.sort(genpareto.rvs(k, size=400, random_state=rng)))
        found.append((shape * 410 - 5) / 400)
    assert np.mean(found) == pytest.approx(k, abs=0.03)


@pytest.mark.parametrize("rate", [1.25, 2.0, 4.0])
def test_weights_of_an_exponential_against_a_steeper_one_have_the_shape_of_the_closed_form(
    rate: float,
):
    """x ~ Exp(λ), target Exp(1): the ratio e^{(λ−1)x}/λ is exactly Pareto with k = 1 − 1/λ."""
    rng = np.random.default_rng(2)
    k = [smoothed((rate - 1) * rng.exponential(1 / rate, 4000)).k for _ in range(30)]
    assert np.mean(k) == pytest.approx(1 - 1 / rate, abs=0.05)


@pytest.mark.parametrize("rate", [2.0, 3.0, 4.0])
def test_smoothing_makes_a_heavy_tailed_mean_less_noisy(rate: float):
    """The mean of x is 1 under the target Exp(1)."""
    rng = np.random.default_rng(3)
    off = {"plain": 0.0, "smooth": 0.0}
    for _ in range(300):
        x = rng.exponential(1 / rate, 1000)
        raw = np.exp((rate - 1) * x)
        off["plain"] += ((raw / raw.sum() * x).sum() - 1) ** 2
        off["smooth"] += ((smoothed((rate - 1) * x).weights * x).sum() - 1) ** 2
    assert off["smooth"] < off["plain"]


def test_equal_weights_stay_equal():
    found = smoothed(np.full(1000, -3.0))
    assert found.weights == pytest.approx(1 / 1000)
    assert found.effective_draws == pytest.approx(1000)
    assert found.k < 0.5


def test_the_quantile_of_shape_nought_is_that_of_the_exponential():
    at = np.array([0.1, 0.5, 0.9])
    assert quantile(at, 0.0, 2.0) == pytest.approx(-2 * np.log(1 - at))
    assert quantile(at, 0.4, 2.0) == pytest.approx(genpareto.ppf(at, 0.4, scale=2.0))
