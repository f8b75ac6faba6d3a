"""Healing and perfusion against their closed forms and against SciPy."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from anagen.scalp import healing, perfusion
from anagen.scalp.course import Scalp
from anagen.scalp.needling import Channels


@pytest.mark.parametrize(
    ("decay_per_day", "reach_mm", "left_at_3_mm"),
    [(2, 1.14, 0.07), (9.1, 0.53, 0.004), (50, 0.23, 2e-6)],
)
def test_v4_6_reach_of_a_growth_factor(decay_per_day: float, reach_mm: float, left_at_3_mm: float):
    reach = healing.decay_length_mm(jnp.array(3e-7), jnp.array(decay_per_day / 86400))
    assert reach == pytest.approx(reach_mm, abs=0.006)
    assert np.exp(-3 / reach) == pytest.approx(left_at_3_mm, rel=0.2)


def test_one_session_peaks_at_its_time_constant_with_the_wounds_height(central: Scalp):
    p = central.healing
    signals, heights = healing.intact(1), []
    for half_day in range(80):
        wounded = jnp.array([0.4 if half_day == 0 else 0.0])
        signals = healing.step(signals, 0.5, wounded, jnp.zeros(1), p)
        heights.append(float(signals.repair[0]))
    peak_day = 0.5 * (1 + int(np.argmax(heights)))
    assert peak_day == pytest.approx(float(p.peak_days[0]), abs=0.5)
    assert max(heights) == pytest.approx(0.4, rel=2e-3)


def test_sessions_add_up_exactly_as_in_the_differential_equations(central: Scalp):
    p, interval = central.healing, 7.0
    tau = float(p.peak_days[0])
    signals = healing.intact(1)
    state = np.zeros(2)
    for session in range(3):
        for half_day in range(14):
            wounded = jnp.array([0.3 if half_day == 0 else 0.0])
            signals = healing.step(signals, 0.5, wounded, jnp.zeros(1), p)
        state[0] += np.e * 0.3
        state = solve_ivp(
            lambda _, y: [-y[0] / tau, (y[0] - y[1]) / tau],
            (0, interval),
            state,
            rtol=1e-10,
            atol=1e-12,
        ).y[:, -1]
        assert float(signals.repair[0]) == pytest.approx(state[1], rel=1e-7), session


def test_deeper_channels_signal_more_but_follicles_sense_little_of_the_surplus(central: Scalp):
    def wound(depth_mm: float) -> float:
        field = Channels(*(jnp.array([v]) for v in (250.0, depth_mm, 60.0, 12.0)))
        return float(healing.wound(field, jnp.ones(1), central.healing)[0])

    shallow, deep = wound(0.4), wound(1.2)
    assert 0 < shallow < deep <= 1
    sensed = [float(healing.sensed(jnp.array([w]), central.healing)[0]) for w in (shallow, deep)]
    assert sensed[1] / sensed[0] < deep / shallow
    assert healing.sensed(jnp.ones(1), central.healing) == pytest.approx(1)


def test_lasting_flow_may_fall_and_never_goes_below_zero(central: Scalp):
    p = central.perfusion._replace(chronic_gain=jnp.array([-5.0]))
    ratio = perfusion.ratio(jnp.zeros(1), jnp.zeros(1), jnp.ones(1), p)
    assert ratio == 0
    rest = perfusion.ratio(jnp.zeros(1), jnp.zeros(1), jnp.zeros(1), central.perfusion)
    assert rest == 1


def test_minoxidil_triples_the_flow_for_its_hour(central: Scalp):
    p = central.perfusion
    over_the_day = perfusion.ratio(jnp.zeros(1), jnp.array([24.0]), jnp.zeros(1), p)
    assert over_the_day == pytest.approx(3)  # a dose every hour: Wester's three-fold, all day


def test_mean_redness_of_a_week_is_the_integral_of_its_fading(central: Scalp):
    p = central.healing
    tau = float(healing.redness_time_constant_days(p)[0])
    assert np.exp(-float(p.redness_duration_h[0]) / 24 / tau) == pytest.approx(0.05)
    signals, means = healing.intact(1), []
    for half_day in range(14):
        reddened = jnp.array([1.0 if half_day == 0 else 0.0])
        means.append(float(healing.mean_redness(signals.redness, 0.5, reddened, p)[0]))
        signals = healing.step(signals, 0.5, jnp.zeros(1), reddened, p)
    assert np.mean(means) == pytest.approx(tau / 7 * (1 - np.exp(-7 / tau)), rel=1e-9)


def test_the_measured_fall_of_flow_lies_within_what_is_drawn():
    """Kenkel: three months after four monthly sessions -25.8 % (face) and -42.3 % (neck)."""
    from anagen.forecast import simulate
    from anagen.patient import Patient
    from anagen.protocol import Protocol

    four = Protocol.from_table(
        {
            "device": {"kind": "pen", "needle_mm": 1.5},
            "course": {"sessions": 4, "interval_days": 28},
        },
        "test",
    )
    woman = Patient(age=50.0, sex="female", condition="female_pattern_hair_loss")
    ratio = simulate(woman, four, weeks=52).draws["perfusion_ratio"][:, 12 + 13]
    low, high = np.quantile(ratio, [0.05, 0.95])
    assert low < 1 - 0.423 < 1 - 0.258 < high
    assert high > 1  # the sign stays open
