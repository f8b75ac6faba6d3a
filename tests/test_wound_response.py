"""One session's response by the published circuits, its sum over sessions, and its memory."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from anagen.evidence.parameters import parameters
from anagen.scalp import fibrosis, inflammation, macrophages
from anagen.scalp.course import Scalp
from anagen.scalp.fibrosis import Pulses
from anagen.scalp.grid import HALF_DAY
from anagen.scalp.inflammation import Hormones
from anagen.scalp.treatment import summed
from anagen.scalp.wound_response import response

OESTROGEN = jnp.array([0.0, 1.0, 4.0, 0.0, 0.0])
CORTISOL = jnp.array([0.0, 0.0, 0.0, 20.0, 120.0])
DIABETIC = jnp.array([0.0, 0.0, 0.0, 0.0, 1.0])


def wide(numbers, draws: int):
    return jax.tree.map(lambda n: jnp.repeat(n, draws), numbers)


@pytest.fixture(scope="module")
def answered(central: Scalp):
    return response(
        Hormones(OESTROGEN, CORTISOL),
        DIABETIC,
        jnp.full(5, 6.0),
        wide(central.inflammation, 5),
        wide(central.macrophages, 5),
    )


def test_the_reference_person_has_the_inflammation_of_the_source(central: Scalp, answered):
    p = central.inflammation
    none = Hormones(jnp.zeros(1), jnp.zeros(1))
    entering = inflammation.called(inflammation.course(none, p, 4), none, p)[:, 0]
    samples = np.asarray(entering)
    assert np.asarray(answered.influx[:, 0]) == pytest.approx((samples[1:] + samples[:-1]) / 2)
    assert float(answered.inflamed[0]) == pytest.approx(1.0, abs=1e-12)


def test_oestrogen_and_cortisol_lower_the_inflammation(answered):
    total = np.asarray(answered.inflamed)
    assert np.all(np.diff(total[:3]) < 0)  # more and more oestrogen
    assert total[3] < 1
    assert total[4] < total[3]


@pytest.mark.parametrize("peak_days", [3.0, 6.0, 11.0])
def test_deposition_has_the_area_of_the_healing_signal_and_less_in_diabetes(
    central: Scalp, peak_days: float
):
    two = response(
        Hormones(jnp.zeros(2), jnp.zeros(2)),
        jnp.array([0.0, 1.0]),
        jnp.full(2, peak_days),
        wide(central.inflammation, 2),
        wide(central.macrophages, 2),
    )
    area = np.asarray(two.deposition.sum(axis=0)) * HALF_DAY
    assert area[0] == pytest.approx(np.e * peak_days, rel=1e-9)
    # From a half to 1 − α = 0.2 of the macrophages repair in diabetes, so 0.4 to 1 is left.
    share = float(1 - central.macrophages.inflammatory_share_diabetic[0]) / 0.5
    assert share < area[1] / area[0] < 1


def test_what_is_left_out_of_the_response_is_small(central: Scalp, answered):
    assert float(answered.influx[-1, 0] / answered.influx[0, 0]) < 0.02
    infiltrate = macrophages.course(jnp.zeros(1), central.macrophages, 30)
    rest = float(infiltrate.factor[-1, 0])
    at_end, after_a_day = float(infiltrate.factor[8 * 14, 0]), float(infiltrate.factor[2, 0])
    assert (at_end - rest) / (after_a_day - rest) < 0.005


def test_sessions_add_up_wherever_they_fall():
    rng = np.random.default_rng(1)
    after_one, new = rng.random((9, 4)), (rng.random(40) < 0.3).astype(float) * 2
    expected = np.stack([np.convolve(new, after_one[:, d])[:40] for d in range(4)], axis=1)
    assert np.asarray(summed(jnp.array(new), jnp.array(after_one))) == pytest.approx(expected)


def test_the_course_of_fibrosis_is_the_circuit_wherever_both_can_be_run(central: Scalp):
    """Rectangular pulses, as the circuit is verified with, through the course's own steps."""
    p = wide(central.fibrosis, 3)
    pulses = Pulses(*(jnp.full(3, v) for v in (0.0, 6.0, 8.0, 4.0)))._replace(
        height=jnp.array([2e3, 2e4, 2e5])
    )
    _, reference = fibrosis.course(pulses, p, 26)
    half_days = jnp.arange(26 * 14) * HALF_DAY
    influx = jax.vmap(lambda day: fibrosis.influx_from(day, pulses))(half_days)
    hot = float(fibrosis.fixed_points(p).hot.fibroblasts[0])
    found = fibrosis.follow(influx, p, HALF_DAY, steps=40) * hot
    assert np.asarray(found[-1]) == pytest.approx(
        np.asarray(reference.fibroblasts[-1]), rel=5e-3, abs=1.5
    )


def test_uninjured_skin_stays_as_it_is_for_years(central: Scalp):
    hot = float(fibrosis.fixed_points(central.fibrosis).hot.fibroblasts[0])
    found = fibrosis.follow(jnp.zeros((10 * 730, 1)), central.fibrosis, HALF_DAY)
    cells = np.asarray(found[:, 0]) * hot
    assert cells.min() > 0.9
    assert cells.max() < 1.6


def test_memory_shorter_intervals_scar_at_smaller_wounds(central: Scalp, answered):
    """The hypothesis of a least interval: the closer twelve sessions, the less each may draw."""
    heights = jnp.logspace(2, 5, 40)
    p = wide(central.fibrosis, heights.size)
    one = jnp.repeat(answered.influx[:, :1], heights.size, axis=1)

    def most(interval_days: int, sessions: int = 12) -> float:
        new = jnp.zeros(104 * 7).at[jnp.arange(sessions) * 2 * interval_days].set(1.0)
        end = fibrosis.follow(heights * summed(new, one), p, HALF_DAY)[-1]
        scarred = np.asarray(end) > 0.1
        assert np.all(np.diff(scarred.astype(int)) >= 0)  # one threshold
        return float(heights[int(np.argmax(scarred))]) if scarred.any() else np.inf

    thresholds = [most(days) for days in (3, 7, 14, 28)]
    assert thresholds == sorted(thresholds)
    assert thresholds[0] < thresholds[-1] / 3
    assert most(14, sessions=1) > most(14, sessions=3) > thresholds[2]


def test_a_course_as_in_trials_scars_fewer_than_the_record_allows():
    """0 of 657 people: the prior of the dose must keep to the rule of three, 3/657."""
    from anagen.evidence.parameters import draws
    from anagen.model_inputs import scalp_numbers
    from anagen.scalp import anatomy, needling

    drawn = draws(20_000, seed=11)
    p = scalp_numbers(drawn)
    device = needling.Device(
        *(jnp.full(20_000, v) for v in (needling.PEN, 1.5, 12.0, 120.0, 4.0, jnp.nan))
    )
    field = needling.channels(device, p.needling)
    thickness = anatomy.skin_mm(jnp.full(20_000, jnp.nan), jnp.ones(20_000), p.anatomy)
    wounded = needling.wounded_share(field, thickness, p.needling.affected_margin_um)
    height = p.healing.influx_per_ml_day * wounded
    centre = {
        k: jnp.array([parameters()[f"inflammation.{k}"].centre]) for k in p.inflammation._fields
    }
    none = Hormones(jnp.zeros(1), jnp.zeros(1))
    numbers = inflammation.Inflammation(**centre)
    samples = inflammation.called(inflammation.course(none, numbers, 4), none, numbers)
    one = (samples[1:] + samples[:-1]) / 2
    new = jnp.zeros(26 * 14).at[jnp.arange(12) * 28].set(1.0)  # every two weeks
    some = jnp.logspace(3, 5, 60)
    circuit = fibrosis.Fibrosis(*(n[:60] for n in p.fibrosis))
    end = fibrosis.follow(some * summed(new, jnp.repeat(one, 60, axis=1)), circuit, HALF_DAY)[-1]
    threshold = float(some[int(np.argmax(np.asarray(end) > 0.1))])
    assert float((height > threshold).mean()) < 3 / 657
