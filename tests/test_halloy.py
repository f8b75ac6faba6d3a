"""The follicular automaton's deterministic limit: closed form, SBML, and our chain of one stage."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sbml_models import halloy, sbml, slopes
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from anagen.scalp import follicles as fo
from anagen.scalp.units import DAYS_PER_MONTH

MODEL1006230014 = ((3.6, 2.4, 2.0), (0.34, 0.33, 0.33))
CASES = [
    MODEL1006230014,
    ((36.0, 3.0, 3.0), (0.5, 0.2, 0.3)),
    ((12.0, 3.0, 5.0), (1.0, 0.0, 0.0)),
    ((60.0, 2.4, 1.0), (0.0, 0.0, 1.0)),
    ((6.0, 4.0, 9.0), (0.2, 0.7, 0.1)),
]
MONTHS = 24


def matrix(months: tuple[float, float, float]) -> np.ndarray:
    leave = np.diag(1 / np.array(months))
    return np.roll(leave, 1, axis=0) - leave


def exact(months: tuple, start: tuple) -> np.ndarray:
    """(months + 1, 3)."""
    return np.stack([expm(matrix(months) * t) @ start for t in range(MONTHS + 1)])


@pytest.mark.parametrize(("months", "start"), CASES)
def test_halloy_rests_at_the_mean_durations_and_gets_there_at_its_eigenvalues(
    months: tuple, start: tuple
):
    """λ² + (a+t+l)λ + (at+tl+la) = 0 beside λ = 0: damped swings where the durations are alike."""
    a, t, k = 1 / np.array(months)
    total, pairs = a + t + k, a * t + t * k + k * a
    closed = np.roots([1, total, pairs, 0])
    found = np.linalg.eigvals(matrix(months))
    assert np.sort_complex(found) == pytest.approx(np.sort_complex(closed), abs=1e-12)
    share = np.array(months) / sum(months)
    assert matrix(months) @ share == pytest.approx(np.zeros(3), abs=1e-15)
    slowest = -max(e.real for e in closed if abs(e) > 1e-9)
    late = expm(matrix(months) * 25 / slowest) @ start
    assert late == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize(("months", "start"), CASES)
def test_halloy_in_sbml_runs_as_the_closed_form_says(months: tuple, start: tuple):
    roadrunner = pytest.importorskip("roadrunner")
    model = halloy(months, start)
    runner = roadrunner.RoadRunner(sbml(model))
    runner.timeCourseSelections = list("ATL")
    runner.getIntegrator().relative_tolerance = 1e-10
    runner.getIntegrator().absolute_tolerance = 1e-12
    simulated = np.asarray(runner.simulate(0, MONTHS, MONTHS + 1))
    assert simulated == pytest.approx(exact(months, start), abs=1e-8)
    by_scipy = solve_ivp(
        slopes(model), (0, MONTHS), start, "DOP853", np.arange(MONTHS + 1), rtol=1e-11, atol=1e-13
    ).y.T
    assert by_scipy == pytest.approx(exact(months, start), abs=1e-9)


@partial(jax.jit, static_argnames=("number", "days"))
def _walk(f: fo.Follicles, r: fo.Rates, number: int, days: float) -> fo.Follicles:
    no_delay = jnp.full(1, 1e-12)
    return jax.lax.fori_loop(0, number, lambda _, f: fo.step(f, r, no_delay, days)[0], f)


def one_stage(months: tuple, start: tuple, days: float) -> np.ndarray:
    """Our cycle after a year, each phase a single stage, an onset shown after one step."""
    zero, never = jnp.zeros((1, 1)), jnp.zeros(1)
    a, t, k = (zero + 1 / (m * DAYS_PER_MONTH) for m in months)
    r = fo.Rates(a, t, k, hit=never, thicken=zero, fall=zero, rise=never, loss=never)
    phases = (jnp.full((1, 1, 1), share) for share in start)
    f = fo.Follicles(jnp.zeros((fo.DELAY_CELLS, 1, 1)), *phases)
    after = _walk(f, r, round(12 * DAYS_PER_MONTH / days), days)
    early, anagen, telogen, kenogen = (float(part.sum()) for part in after)
    return np.array([early + anagen, telogen, kenogen])


@pytest.mark.parametrize(("months", "start"), CASES)
def test_our_cycle_with_single_stages_tends_to_halloy(months: tuple, start: tuple):
    """The delay line waits a step at least: of order one, and right once that is taken out."""
    wanted = exact(months, start)[12]
    step = DAYS_PER_MONTH / 16
    coarse, fine, finest = (one_stage(months, start, step / k) for k in (1, 2, 4))
    assert finest.sum() == pytest.approx(1, abs=1e-12)
    off = [np.abs(found - wanted).max() for found in (coarse, fine, finest)]
    assert off[0] < 0.02
    assert np.log2(off[0] / off[1]) == pytest.approx(1, abs=0.15)
    assert (coarse - 6 * fine + 8 * finest) / 3 == pytest.approx(wanted, abs=2e-5)
