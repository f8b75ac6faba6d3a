"""Collagen and elastin against the differential equations and what was measured."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from anagen.scalp import matrix
from anagen.scalp.course import Scalp
from anagen.scalp.matrix import Fibres, Matrix


def follow(p: Matrix, days: float, step: float, deposited: float, fibrosis: float = 0.0) -> Fibres:
    fibres = matrix.intact(1)
    for _ in range(round(days / step)):
        fibres = matrix.step(
            fibres, step, jnp.array([deposited]), jnp.array([fibrosis]), jnp.array([0.0]), p
        )
    return fibres


@pytest.mark.parametrize(("days", "deposited", "fibrosis"), [(90, 1.0, 0.0), (200, 0.4, 0.7)])
def test_collagen_follows_its_differential_equations_to_second_order(
    central: Scalp, days: float, deposited: float, fibrosis: float
):
    p = central.matrix
    ripen, turn = float(p.maturation_days[0]), float(p.turnover_days[0])
    made = (
        float(p.collagen_gain[0]) * deposited + float(p.fibrosis_collagen_gain[0]) * fibrosis
    ) / (ripen + turn)
    exact = solve_ivp(
        lambda _, y: [made - y[0] / ripen, y[0] / ripen - y[1] / turn],
        (0, days),
        [0.0, 0.0],
        rtol=1e-11,
        atol=1e-13,
    ).y[:, -1]

    def error(step: float) -> float:
        found = follow(p, days, step, deposited, fibrosis)
        assert float(found.young[0]) == pytest.approx(exact[0], rel=1e-9)
        return abs(float(found.mature[0]) - exact[1])

    coarse, fine = error(2.0), error(1.0)
    assert coarse < 1e-3 * exact[1]
    assert np.log2(coarse / fine) == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("gain", [0.3, 1.7])
def test_a_lasting_full_deposit_ends_at_its_gain_and_young_collagen_comes_first(
    central: Scalp, gain: float
):
    p = central.matrix._replace(collagen_gain=jnp.array([gain]))
    at_last = follow(p, 1500, 2.0, 1.0)
    assert float(matrix.collagen_ratio(at_last)[0]) == pytest.approx(1 + gain, rel=1e-4)
    before = matrix.collagen_iii_share(matrix.intact(1), p)
    early, late = (matrix.collagen_iii_share(follow(p, d, 2.0, 1.0), p) for d in (20, 1500))
    assert float(before[0]) == pytest.approx(float(p.young_share[0]))
    assert early > before
    ripen, turn = float(p.maturation_days[0]), float(p.turnover_days[0])
    share = (float(before[0]) + gain * ripen / (ripen + turn)) / (1 + gain)
    assert float(late[0]) == pytest.approx(share, rel=1e-3)


def test_young_collagen_turns_into_mature_and_both_go_when_nothing_is_laid_down(central: Scalp):
    p = central.matrix
    fibres = matrix.Fibres(jnp.array([0.5]), jnp.array([0.0]), jnp.array([1.0]))
    ripen, turn = float(p.maturation_days[0]), float(p.turnover_days[0])
    seen = []
    for _ in range(2000):
        fibres = matrix.step(fibres, 0.5, jnp.zeros(1), jnp.zeros(1), jnp.zeros(1), p)
        seen.append(float(fibres.mature[0]))
    peak_day = np.log(ripen / turn) / (1 / turn - 1 / ripen)  # of a chain of two stages
    assert 0.5 * (1 + int(np.argmax(seen))) == pytest.approx(peak_day, abs=0.6)
    assert seen[-1] < 1e-3
