"""Permeants against published permeabilities, closed forms, and caffeine measured in people."""

import jax.numpy as jnp
import numpy as np
import pytest
from delivery_cases import centre, drawn

from anagen.scalp import delivery, follicular_shunt, permeants


def test_v3_1_potts_guy_for_each_permeant():
    d, p = centre("delivery"), centre("permeants")
    permeability = {
        "minoxidil": (permeants.minoxidil(p, d), 7.66e-4),
        "caffeine": (permeants.caffeine(p), 1.11e-4),
        # log10 k_p = −2.72 + 0.71 · 2.53 − 0.0061 · 434.5 = −3.574
        "triamcinolone": (permeants.triamcinolone(p), 2.67e-4),
    }
    for name, (permeant, expected) in permeability.items():
        found = float(permeants.skin_permeability_cm_h(permeant, d)[0])
        assert found == pytest.approx(expected, rel=5e-3), name
    caffeine = float(permeants.skin_permeability_cm_h(permeants.caffeine(p), d)[0])
    assert 1.59e-4 / caffeine == pytest.approx(1.43, abs=0.02)  # measured on the forearm


def test_minoxidil_as_a_permeant_is_the_minoxidil_of_the_course():
    d, p = drawn("delivery"), drawn("permeants")
    permeant = permeants.minoxidil(p, d)
    free = permeants.free_diffusion_cm2_s(permeant, d)
    density, depth, radius = jnp.array([250.0]), jnp.array([0.6]), jnp.array([80.0])
    assert np.array_equal(
        delivery.field_permeability_cm_h(density, depth, radius, free, d),
        delivery.isolated_channels_cm_h(density, depth, radius, d),
    )
    assert np.array_equal(
        delivery.layer_uptake_cm_h(depth, free, d.dermal_clearance_per_h),
        delivery.dermal_uptake_cm_h(depth, d),
    )
    strength = jnp.array([0.5, 50.0])[:, None]
    assert np.array_equal(
        permeants.intact_flux_ug_cm2_h(strength, permeant, d),
        delivery.intact_flux_ug_cm2_h(strength, d),
    )


def test_minoxidil_is_not_bound_and_not_charged_in_the_dermis():
    d, p = centre("delivery"), centre("permeants")
    permeant = permeants.minoxidil(p, d)
    assert float(permeants.binding(permeant, p)[0]) == pytest.approx(1.017, abs=1e-3)
    assert float(permeant.non_ionised_share[0]) > 0.998
    # Henderson-Hasselbalch: half at the pKa, a tenth of a unit-and-a-bit below it.
    assert permeants.non_ionised_share(jnp.array(4.61), jnp.array(4.61)) == pytest.approx(0.5)
    assert permeants.non_ionised_share(jnp.array(4.61), jnp.array(3.61)) == pytest.approx(1 / 11)


def test_binding_slows_diffusion_and_clearance():
    """B = 0.68 + 0.32/0.32 + 0.001 · 10^2.53 = 2.019 for triamcinolone acetonide."""
    d, p = centre("delivery"), centre("permeants")
    steroid = permeants.triamcinolone(p)
    assert float(permeants.binding(steroid, p)[0]) == pytest.approx(2.019, abs=1e-3)
    free = 10 ** (-4.15 - 0.6555 * np.log10(434.5))
    expected = (free + 0.32 * 1e-7 * 0.68 / 0.32) / 2.019
    assert float(permeants.dermal_diffusion_cm2_s(steroid, p, d)[0]) == pytest.approx(
        expected, rel=1e-3
    )
    unbound = steroid._replace(
        unbound_share=jnp.ones(1), log_kow=jnp.full(1, -10.0)
    )  # B = 1: what is not bound diffuses freely
    assert float(permeants.dermal_diffusion_cm2_s(unbound, p, d)[0]) == pytest.approx(free)


def test_generic_clearance_is_limited_by_walls_and_by_flow():
    """Minoxidil: P_cap S = 100 · 7.66e-4 · 100 = 7.66, Q = 7.92, so 3.89/1.017 an hour."""
    d, p = centre("delivery"), centre("permeants")
    permeant = permeants.minoxidil(p, d)

    def at(flow: float) -> float:
        return float(permeants.generic_clearance_per_h(permeant, jnp.array([flow]), p, d)[0])

    assert at(1.0) == pytest.approx(3.83, abs=0.02)
    assert at(1e-6) / 1e-6 == pytest.approx(7.92 / 1.0174, rel=1e-3)
    assert at(1e6) == pytest.approx(7.66 / 1.0174, rel=2e-3)


def test_channels_help_the_slow_permeant_most():
    """What intact skin holds back gains most: caffeine more than minoxidil."""
    d, p = centre("delivery"), centre("permeants")
    field = (jnp.array([250.0]), jnp.array([0.1525]), jnp.array([35.35]))
    gains = [
        float(permeants.channels_cm_h(*field, one, p, d)[0])
        / float(permeants.skin_permeability_cm_h(one, d)[0])
        for one in (permeants.caffeine(p), permeants.minoxidil(p, d))
    ]
    assert gains[0] > 5 * gains[1]


def test_decay_length_of_what_is_bound():
    """λ = √(D_d/k_cl), with both from the generic relations: 0.5 mm for the steroid."""
    d, p = centre("delivery"), centre("permeants")
    steroid = permeants.triamcinolone(p)
    clearance = permeants.generic_clearance_per_h(steroid, jnp.ones(1), p, d)
    decay = float(permeants.decay_length_mm(clearance, steroid, p, d)[0])
    diffusion = float(permeants.dermal_diffusion_cm2_s(steroid, p, d)[0])
    assert decay == pytest.approx(10 * np.sqrt(diffusion * 3600 / float(clearance[0])))
    assert decay == pytest.approx(0.50, abs=0.01)
    at_surface = permeants.dermal_uptake_cm_h(jnp.zeros(1), clearance, steroid, p, d)
    assert float(at_surface[0]) == pytest.approx(float(clearance[0]) * decay / 10)


def test_the_lag_of_potts_and_guys_split_is_far_too_long():
    d, p = centre("delivery"), centre("permeants")
    split = float(permeants.split_lag_h(permeants.caffeine(p), p, d)[0])
    assert split == pytest.approx(1.5e-3 / 6 / 10 ** (-2.72 - 0.0061 * 194.19), rel=1e-9)
    assert split > 10 * float(centre("follicular_shunt").skin_lag_h[0])


def test_caffeine_comes_through_open_follicles_before_it_comes_through_blocked_ones():
    """Six men: seen at 5 min with follicles open, from 20 min on with follicles blocked."""
    p = drawn("follicular_shunt")

    minutes = np.arange(1.0, 60.0)[:, None]
    skin = np.asarray(follicular_shunt.through_stratum_corneum(jnp.asarray(minutes / 60), p))
    both = skin + np.asarray(follicular_shunt.through_follicles(jnp.asarray(minutes / 60), p))
    blocked = dict(zip(minutes[:, 0], skin, strict=True))
    opened = dict(zip(minutes[:, 0], both, strict=True))
    # 5 min open against 20 min blocked was 3.75 against 2.45 ng/mL. The rates were fitted to the
    # same men, so what is tested is that route and lag bring the order back, not the ratio.
    assert np.median(opened[5]) > np.median(blocked[20]) > 10 * np.median(blocked[5])
    assert np.all(opened[5] > 10 * blocked[5])
    for level in (0.01, 0.05, 0.1):
        first_open = minutes[np.argmax(np.median(both, axis=1) > level), 0]
        first_blocked = minutes[np.argmax(np.median(skin, axis=1) > level), 0]
        assert first_open + 5 < first_blocked


def test_follicles_are_done_in_half_an_hour_and_skin_goes_on_for_hours():
    p = drawn("follicular_shunt")
    half = np.asarray(follicular_shunt.through_follicles(jnp.array(0.5), p))
    assert half == pytest.approx(0.95 * p.follicular_share)
    skin = [
        float(np.median(follicular_shunt.through_stratum_corneum(jnp.array(hour), p)))
        for hour in (0.5, 2.0, 6.0, 100.0)
    ]
    assert skin == sorted(skin)
    assert skin[0] < 0.25 * skin[-1]
    total = follicular_shunt.through_stratum_corneum(jnp.array(100.0), p) + (
        follicular_shunt.through_follicles(jnp.array(100.0), p)
    )
    assert np.asarray(total) == pytest.approx(1.0)


def test_long_after_the_lag_skin_runs_one_lag_behind():
    p = centre("follicular_shunt")
    rate = float(follicular_shunt.follicle_rate_per_h(p)[0]) / 10
    late = 3.0
    expected = (1 - p.follicular_share) * -np.expm1(-rate * (late - p.skin_lag_h))
    found = follicular_shunt.through_stratum_corneum(jnp.array(late), p)
    assert np.asarray(found) == pytest.approx(expected, rel=1e-6)
