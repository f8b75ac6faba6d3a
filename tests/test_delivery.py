"""Delivery against published coefficients, closed forms and the conservation of the drug."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from anagen.scalp import delivery, uptake
from anagen.scalp.course import Scalp


def test_v3_1_potts_guy_for_minoxidil_and_for_measured_caffeine(central: Scalp):
    p = central.delivery
    minoxidil = delivery.skin_permeability_cm_h(
        p.minoxidil_log_kow, p.minoxidil_molar_mass_g_mol, p
    )
    assert minoxidil == pytest.approx(7.66e-4, rel=1e-3)
    caffeine = delivery.skin_permeability_cm_h(jnp.array(-0.07), jnp.array(194.19), p)
    assert caffeine == pytest.approx(1.11e-4, rel=0.005)
    assert 1.59e-4 / float(caffeine[0]) < 1.45  # measured in vivo


def test_v3_2_saturation_caps_the_flux(central: Scalp):
    p = central.delivery
    capped = delivery.intact_flux_ug_cm2_h(jnp.array(50.0), p)
    assert capped == pytest.approx(1.68, abs=0.01)
    assert capped == delivery.intact_flux_ug_cm2_h(jnp.array(20.0), p)
    assert delivery.intact_flux_ug_cm2_h(jnp.array(1.1), p) == pytest.approx(float(capped[0]) / 2)
    observed = 0.014 * 100e3 / 100 / 24  # 1.4 % of 100 mg a day over 100 cm²
    assert observed == pytest.approx(0.58, abs=0.005)
    assert capped / observed == pytest.approx(2.9, abs=0.05)
    uncapped = (
        delivery.skin_permeability_cm_h(p.minoxidil_log_kow, p.minoxidil_molar_mass_g_mol, p) * 50e3
    )
    assert uncapped / observed == pytest.approx(65, abs=1)


@pytest.mark.parametrize(("x", "amount"), [(0.1, 0.007885), (0.5, 0.334791)])
def test_v3_3_membrane_series(x: float, amount: float):
    assert delivery.membrane_amount(jnp.array(x)) == pytest.approx(amount, abs=5e-7)


def test_v3_3_membrane_series_against_a_finite_difference_solution():
    n, end = 200, 0.3
    h = 1 / n
    system = (
        np.diag(-2 * np.ones(n - 1)) + np.diag(np.ones(n - 2), 1) + np.diag(np.ones(n - 2), -1)
    ) / h**2
    source = np.zeros(n - 1)
    source[0] = 1 / h**2

    def flow(_: float, y: np.ndarray) -> np.ndarray:
        return np.append(system @ y[:-1] + source, y[-2] / h)

    solved = solve_ivp(flow, (0, end), np.zeros(n), method="Radau", rtol=1e-8, atol=1e-12)
    assert solved.y[-1, -1] == pytest.approx(
        float(delivery.membrane_amount(jnp.array(end))), rel=2e-3
    )


@pytest.mark.parametrize(
    ("density", "open_wall", "collapsed"),
    [(15.3, 7.8, 1.33), (100, 45.5, 3.2), (250, 112.3, 6.5), (1000, 446, 22.8)],
)
def test_v3_4_enhancement_by_channels_and_its_structural_spread(
    central: Scalp, density: float, open_wall: float, collapsed: float
):
    intact = float(
        delivery.skin_permeability_cm_h(
            central.delivery.minoxidil_log_kow,
            central.delivery.minoxidil_molar_mass_g_mol,
            central.delivery,
        )[0]
    )
    for is_collapsed, expected in ((0.0, open_wall), (1.0, collapsed)):
        p = central.delivery._replace(collapsed_channel=jnp.array([is_collapsed]))
        added = delivery.isolated_channels_cm_h(
            jnp.array([density]), jnp.array([0.1525]), jnp.array([35.35]), p
        )
        assert 1 + float(added[0]) / intact == pytest.approx(expected, rel=0.01)


def test_v3_4_shape_factors():
    depth, radius = jnp.array(152.5e-4), jnp.array(35.35e-4)
    assert delivery.open_wall_shape_cm(depth, radius) == pytest.approx(0.04446, rel=1e-3)
    flat = delivery.collapsed_shape_cm(jnp.array(0.0), radius)
    assert flat == pytest.approx(0.01414, rel=1e-3)  # a pore without length is the disk, 4a


def test_dense_channels_cannot_deliver_more_than_the_dermis_takes_up(central: Scalp):
    p = central.delivery._replace(collapsed_channel=jnp.zeros(1))
    depth, radius = jnp.array([0.8]), jnp.array([80.0])
    capacity = float(delivery.dermal_uptake_cm_h(depth, p)[0])
    rates = [
        float(
            delivery.channel_permeability_cm_h(
                delivery.isolated_channels_cm_h(jnp.array([density]), depth, radius, p),
                jnp.array([capacity]),
            )[0]
        )
        for density in (1e-3, 10.0, 1e3, 1e6)
    ]
    alone = float(delivery.isolated_channels_cm_h(jnp.array([1e-3]), depth, radius, p)[0])
    assert rates[0] == pytest.approx(alone, rel=1e-3)  # a lone channel feels no other
    assert rates == sorted(rates)
    assert rates[-1] == pytest.approx(capacity, rel=1e-3)


def test_dermal_uptake_is_the_steady_uptake_of_a_filled_layer(central: Scalp):
    """Half-space below depth d at C = 1 takes √(Dk); the layer above clears k·d."""
    p = central.delivery._replace(dermal_clearance_per_h=jnp.array([2.0]))
    at_surface = float(delivery.dermal_uptake_cm_h(jnp.zeros(1), p)[0])
    diffusion = float(delivery.dermal_diffusion_cm2_s(p.minoxidil_molar_mass_g_mol, p)[0]) * 3600
    assert at_surface == pytest.approx(np.sqrt(2.0 * diffusion))
    deeper = float(delivery.dermal_uptake_cm_h(jnp.array([1.5]), p)[0])
    assert deeper - at_surface == pytest.approx(2.0 * 0.15)


@settings(max_examples=40)
@given(share=st.floats(0, 1), flow=st.floats(0.01, 20), at_rest=st.floats(0.1, 5))
def test_clearance_follows_flow_as_far_as_flow_limits_it(
    central: Scalp, share: float, flow: float, at_rest: float
):
    """k = PS·Q/(PS + Q), with PS and Q₀ from their share of the resistance at rest."""
    p = central.delivery._replace(
        flow_limited_share=jnp.array([share]), dermal_clearance_per_h=jnp.array([at_rest])
    )

    def at(ratio: float) -> float:
        return float(delivery.dermal_clearance_per_h(jnp.array([ratio]), p)[0])

    assert at(1.0) == pytest.approx(at_rest)
    if 0.01 < share < 0.99:
        walls, resting = at_rest / (1 - share), at_rest / share
        assert at(flow) == pytest.approx(walls * flow * resting / (walls + flow * resting))
        assert at(1e9) == pytest.approx(walls, rel=1e-3)
    assert min(1, flow) * at_rest <= at(flow) * (1 + 1e-9)
    assert at(flow) <= max(1, flow) * at_rest * (1 + 1e-9)


@pytest.mark.parametrize(("share", "at_triple", "at_none"), [(1.0, 3.0, 0.0), (0.0, 1.0, 1.0)])
def test_clearance_in_its_two_limits(
    central: Scalp, share: float, at_triple: float, at_none: float
):
    p = central.delivery._replace(flow_limited_share=jnp.array([share]))
    at_rest = float(p.dermal_clearance_per_h[0])
    for flow, expected in ((3.0, at_triple), (1e-6, at_none)):
        found = float(delivery.dermal_clearance_per_h(jnp.array([flow]), p)[0])
        assert found / at_rest == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("clearance", "length_mm", "left_at_3_mm"),
    [(0.1, 2.77, 0.34), (1, 0.88, 0.033), (5, 0.39, 5e-4)],
)
def test_v3_5_decay_length_in_the_dermis(
    central: Scalp, clearance: float, length_mm: float, left_at_3_mm: float
):
    diffusion = delivery.dermal_diffusion_cm2_s(
        central.delivery.minoxidil_molar_mass_g_mol, central.delivery
    )
    assert diffusion == pytest.approx(2.13e-6, rel=2e-3)
    decay = delivery.decay_length_mm(diffusion, jnp.array(clearance))
    assert decay == pytest.approx(length_mm, abs=0.006)
    assert delivery.share_reaching(jnp.array(0.0), jnp.array(3.0), decay) == pytest.approx(
        left_at_3_mm, rel=0.1
    )


def test_v3_7_plasma_level_of_the_label_dose():
    clearance = 1.4 * 1e6 / (25.4 * 1e3)  # mg/day over ng·h/mL, in L/h
    assert clearance == pytest.approx(55, abs=0.2)
    level = delivery.mean_plasma_ng_ml(jnp.array(1.4), jnp.array(clearance))
    assert level == pytest.approx(1.06, abs=0.005)
    assert level < 1.58  # below the measured peak


def test_v3_7_two_weeks_of_standard_use_reach_the_measured_level(central: Scalp):
    p, hours = central.delivery, 12.0
    use = delivery.Minoxidil(*(jnp.array([v]) for v in (5.0, 1.0, 2.0, 0.0, 100.0)))
    amounts = uptake.nothing_yet(1)
    for _ in range(28):
        before = amounts
        amounts, _ = uptake.step(
            amounts, hours, jnp.ones(1), jnp.zeros(1), p.minoxidil_solubility_mg_ml, use, p
        )
    level = float(uptake.plasma_ng_ml(before, amounts, hours, use.area_cm2, p)[0])
    assert 0.5 < level < 1.58  # AUC24/24 is 1.06 and the peak 1.58 ng/mL
    daily = use.per_day * use.dose_ml * 10 * use.strength_percent * 1e3 / use.area_cm2
    taken_up = float(((amounts.applied - amounts.removed - amounts.film) / (14 * daily))[0])
    assert 0.003 < taken_up < 0.045  # labels: 1.4 % (0.3 to 4.5)


@settings(max_examples=60)
@given(
    strength=st.floats(0.5, 15),
    dose=st.floats(0.1, 5),
    per_day=st.floats(0, 4),
    channel=st.floats(0, 10),
    hours=st.sampled_from([1.0, 6.0, 12.0]),
    seed=st.integers(0, 99),
)
def test_no_drug_is_lost_or_made_and_none_is_negative(
    central: Scalp,
    strength: float,
    dose: float,
    per_day: float,
    channel: float,
    hours: float,
    seed: int,
):
    rng = np.random.default_rng(seed)
    use = delivery.Minoxidil(*(jnp.array([v]) for v in (strength, dose, per_day, 0.0, 100.0)))
    amounts, p = uptake.nothing_yet(1), central.delivery
    driving = p.minoxidil_solubility_mg_ml * rng.random()
    for _ in range(8):
        in_use = jnp.array([rng.random()])
        opened = jnp.array([channel * rng.random()])
        amounts, taken = uptake.step(amounts, hours, in_use, opened, driving, use, p)
        assert all(float(part[0]) >= 0 for part in (*amounts, *taken))
    assert abs(float(amounts.balance()[0])) < 1e-6


@pytest.mark.parametrize("permeability", [0.0, 0.02, 2.0], ids=["intact", "wet", "runs dry"])
def test_a_film_in_a_step_of_half_a_day_is_that_of_a_general_solver(
    central: Scalp, permeability: float
):
    """f' = fed − wanted − f/τ as long as there is a film, and what was given is all that it had."""
    p, hours = central.delivery, 12.0
    use = delivery.Minoxidil(*(jnp.array([v]) for v in (5.0, 1.0, 2.0, 0.0, 100.0)))
    driving, opened = p.minoxidil_solubility_mg_ml, jnp.array([permeability])
    before = uptake.nothing_yet(1)._replace(film=jnp.array([400.0]), applied=jnp.array([400.0]))
    after, taken = uptake.step(before, hours, jnp.ones(1), opened, driving, use, p)

    lasts = float(p.film_lasts_h[0])
    fed = float((after.applied - before.applied - taken.follicle)[0]) / hours
    wanted = float((delivery.intact_uptake_ug_cm2_h(driving, p) + opened * driving * 1e3)[0])

    def dry(_: float, y: np.ndarray) -> float:
        return y[0]

    dry.terminal = True
    found = solve_ivp(
        lambda _, y: [fed - wanted - y[0] / lasts, wanted],
        (0, hours), [400.0, 0.0], "DOP853", events=dry, rtol=1e-10, atol=1e-10,
    )  # fmt: skip
    left, given = found.y[:, -1]
    given += min(fed, wanted) * (hours - found.t[-1])
    assert (found.t[-1] < hours) == (permeability > 1)
    assert float(after.film[0]) == pytest.approx(left, abs=1e-6)
    assert float((taken.skin + taken.channel)[0]) == pytest.approx(given)


def test_plasma_after_a_step_of_half_a_day_is_that_of_many_short_ones(central: Scalp):
    """To second order in the step: an even inflow is taken up exactly, its course within is not."""
    p = central.delivery
    use = delivery.Minoxidil(*(jnp.array([v]) for v in (5.0, 1.0, 2.0, 0.0, 100.0)))

    def eliminated(steps: int) -> float:
        amounts = uptake.nothing_yet(1)
        for _ in range(steps):
            amounts, _ = uptake.step(
                amounts, 24.0 / steps, jnp.ones(1), jnp.array([0.02]),
                p.minoxidil_solubility_mg_ml, use, p,
            )  # fmt: skip
        return float(amounts.eliminated[0])

    exact = eliminated(192)
    errors = [abs(eliminated(steps) / exact - 1) for steps in (2, 4, 8)]
    assert errors[0] < 0.05
    assert np.all(np.log2(np.divide(errors[:-1], errors[1:])) > 1.8)
