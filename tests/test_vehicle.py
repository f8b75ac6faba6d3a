"""The film against closed forms, an adaptive solver and the fact that dose is capped."""

from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from delivery_cases import centre, drawn, same
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from anagen.scalp import delivery, vehicle
from anagen.scalp.delivery import Minoxidil

ONE = np.ones(1)


def test_solvents_leave_and_propylene_glycol_stays():
    p = drawn("vehicle")
    shares = vehicle.usual_composition(same(2.0), p)
    gone = vehicle.solvents(jnp.asarray(p.ethanol_gone_min / 60), same(0.01), shares, p)
    assert np.asarray(gone.ethanol) == pytest.approx(0.05 * 0.01 * np.asarray(shares.ethanol))
    late = vehicle.solvents(same(24.0), same(0.01), shares, p)
    assert np.asarray(late.propylene_glycol) == pytest.approx(0.2 * 0.01)
    held = np.asarray(late.water / late.volume())
    assert held == pytest.approx(np.asarray(p.residue_water_share), abs=1e-9)


def test_solubility_in_single_solvents_is_what_was_measured():
    p, d = centre("vehicle"), centre("delivery")
    for place, expected in enumerate((29.0, 2.2, 75.0)):
        parts = [np.zeros(1)] * 3
        parts[place] = np.array([0.003])
        found = vehicle.solubility_mg_ml(vehicle.Solvents(*parts), p, d)
        assert np.asarray(found) == pytest.approx(expected)


def test_the_5_percent_solution_is_clear_and_the_2_percent_solution_saturates_in_half_an_hour():
    """Two facts that bound the cosolvency; they must hold for whatever else is drawn."""
    p, d = drawn("vehicle"), drawn("delivery")
    for strength in (2.0, 5.0):
        fresh = vehicle.usual_composition(same(strength), p)
        assert np.all(np.asarray(vehicle.solubility_mg_ml(fresh, p, d)) > 10 * strength)
    shares = vehicle.usual_composition(same(2.0), p)
    dried = vehicle.solvents(same(0.5), same(0.01), shares, p)
    concentration = 20 * 0.01 / np.asarray(dried.volume())
    saturation = concentration / np.asarray(vehicle.solubility_mg_ml(dried, p, d))
    assert saturation.min() > 0.9
    assert np.median(saturation) > 1


@settings(max_examples=40)
@given(
    strength=st.floats(0.05, 15),
    ml_cm2=st.floats(1e-3, 0.05),
    hours=st.floats(0.1, 24),
    permeability=st.floats(0, 0.2),
)
def test_no_drug_of_the_film_is_lost_or_made(
    strength: float, ml_cm2: float, hours: float, permeability: float
):
    p, d = centre("vehicle"), centre("delivery")
    shares = vehicle.usual_composition(strength * ONE, p)
    film, driving = vehicle.drying(
        hours * ONE, strength * ONE, ml_cm2 * ONE, shares, permeability * ONE, p, d
    )
    applied = strength * 1e4 * ml_cm2
    for part in film:
        assert float(jnp.min(part)) >= 0
    total = film.dissolved + film.precipitated + film.delivered
    assert np.asarray(total) == pytest.approx(applied, rel=1e-12)
    assert np.all(np.diff(np.asarray(film.delivered)[:, 0]) >= 0)
    assert 0 <= float(driving[0]) <= 2.2 * (1 + 1e-12)
    # What was delivered is permeability times mean driving concentration times time.
    assert float(film.delivered[-1, 0]) == pytest.approx(
        permeability * float(driving[0]) * 1e3 * hours, rel=1e-9, abs=1e-12
    )


@pytest.mark.parametrize(("strength", "permeability"), [(0.5, 1e-4), (2.0, 0.01), (5.0, 0.1)])
def test_the_film_against_an_adaptive_solver(strength: float, permeability: float):
    """dM/dt = −K S_w min(M/(v C_sat), 1), with the solvents leaving as they do."""
    p, d = centre("vehicle"), centre("delivery")
    shares, ml_cm2, end = vehicle.usual_composition(strength * ONE, p), 0.01 * ONE, 6.0

    def room(hour: float) -> float:
        film = vehicle.solvents(jnp.array([hour]), ml_cm2, shares, p)
        return float((film.volume() * vehicle.solubility_mg_ml(film, p, d))[0]) * 1e3

    flux, applied = permeability * 2.2e3, strength * 1e4 * 0.01
    solved = solve_ivp(
        lambda hour, m: [-flux * min(m[0] / room(hour), 1.0)],
        (0, end),
        [applied],
        rtol=1e-6,
        atol=1e-8,
        max_step=0.1,
    )
    film, _ = vehicle.drying(end * ONE, strength * ONE, ml_cm2, shares, permeability * ONE, p, d)
    assert float(film.delivered[-1, 0]) == pytest.approx(
        applied - solved.y[0, -1], rel=3e-3, abs=1e-3 * applied
    )


def test_without_evaporation_the_step_is_exact():
    """Solvents that stay: linear until saturation ends, then exponential."""
    hours, capacity, flux, amount = 3.0, 20.0, 30.0, 65.0
    found = float(
        vehicle.saturated_hours(*(jnp.array([x]) for x in (amount, capacity, flux, hours)))[0]
    )
    saturated = (amount - capacity) / flux  # 1.5 h
    left = capacity * np.exp(-flux / capacity * (hours - saturated))
    assert found * flux == pytest.approx(amount - left)
    idle = vehicle.saturated_hours(*(jnp.array([x]) for x in (5.0, capacity, 0.0, hours)))
    assert float(idle[0]) == pytest.approx(hours / 4)  # a quarter saturated all the while


def test_a_hundredfold_stronger_solution_delivers_only_several_times_more():
    """Tsai 1993, hairless mouse. Its strengths were not read: several that are in use."""
    p, d = drawn("vehicle"), drawn("delivery")
    shares = vehicle.usual_composition(same(2.0), p)  # the same vehicle throughout

    def driving(strength: float) -> np.ndarray:
        found = vehicle.mean_driving_mg_ml(same(strength), same(0.01), shares, same(12.0), p, d)
        return np.asarray(found)

    for weak in (0.1, 0.2, 0.5):
        ratio = driving(100 * weak) / driving(weak)
        assert np.all(ratio > 1.3)
        assert np.median(ratio) < 25
    steps = [driving(strength) for strength in (0.02, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0)]
    for weaker, stronger in pairwise(steps):
        assert np.all(stronger >= weaker * (1 - 1e-9))
    below = driving(0.05) / driving(0.025)
    assert below == pytest.approx(2.0, rel=0.01)  # far below saturation dose counts in full
    assert np.median(driving(10.0) / driving(5.0)) == pytest.approx(1.0, abs=1e-3)


def test_a_saturated_film_is_the_present_cap():
    """Film at saturation: the flux is k_p S_w, the 1.68 µg/cm²/h of V3.2, whatever its solvent."""
    p, d = centre("vehicle"), centre("delivery")
    shares = vehicle.usual_composition(5.0 * ONE, p)
    driving = vehicle.mean_driving_mg_ml(5.0 * ONE, 0.01 * ONE, shares, 12.0 * ONE, p, d)
    cap = delivery.intact_flux_ug_cm2_h(jnp.array([50.0]), d)
    k_p = delivery.skin_permeability_cm_h(d.minoxidil_log_kow, d.minoxidil_molar_mass_g_mol, d)
    assert float((k_p * driving)[0]) * 1e3 == pytest.approx(float(cap[0]), rel=5e-3)


def test_standard_use_is_what_the_efficiency_was_fitted_to():
    """Relative driving is 1 there by definition, so drying is not counted twice; 2 % is as good."""
    p, d = drawn("vehicle"), drawn("delivery")

    def relative(strength: float, dose_ml: float) -> np.ndarray:
        use = Minoxidil(*(same(v) for v in (strength, dose_ml, 2.0, 0.0, 100.0)))
        return np.asarray(vehicle.relative_driving(use, p, d))

    assert relative(5.0, 1.0) == pytest.approx(1.0)
    assert relative(2.0, 1.0) == pytest.approx(1.0, abs=0.05)
    assert np.all(relative(0.5, 1.0) < 0.5)
    assert np.all(relative(2.0, 0.2) <= relative(2.0, 1.0) * (1 + 1e-9))


def test_the_mean_driving_concentration_can_be_differentiated():
    p, d = centre("vehicle"), centre("delivery")
    shares = vehicle.usual_composition(2.0 * ONE, p)

    def total(strength: jax.Array) -> jax.Array:
        return vehicle.mean_driving_mg_ml(strength, 0.01 * ONE, shares, 12.0 * ONE, p, d).sum()

    at, step = jnp.array([0.8]), 1e-5
    slope = float(jax.grad(total)(at)[0])
    assert slope > 0
    assert slope == pytest.approx(float(total(at + step) - total(at - step)) / (2 * step), rel=1e-4)
