"""Endpoints against closed forms and published measurements."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anagen.scalp import endpoints
from anagen.scalp.course import Scalp


@pytest.mark.parametrize(
    ("diameter_um", "force_gf"),
    [(40, 25.6), (50, 40.0), (60, 57.6), (70, 78.5), (80, 102.5), (90, 129.7), (65, 67.7)],
)
def test_v7_1_break_force(diameter_um: float, force_gf: float):
    force = endpoints.break_force_gf(jnp.array(float(diameter_um)), jnp.array(200.0))
    assert force == pytest.approx(force_gf, abs=0.1)


def test_coverage_is_the_boolean_line_model():
    assert endpoints.coverage(
        jnp.array(150.0), jnp.array(70.0), jnp.array(2.0), jnp.array(1.0)
    ) == pytest.approx(1 - np.exp(-150 * 0.007 * 2))


def test_pain_follows_gill(central: Scalp):
    def pain(depth_mm: float, needles: float) -> float:
        return float(
            endpoints.pain_vs_26g(jnp.array([depth_mm]), jnp.array([needles]), central.endpoints)[0]
        )

    assert pain(0.48, 1) == pytest.approx(0.05)
    assert pain(1.44, 1) / pain(0.48, 1) == pytest.approx(7, rel=1e-3)
    assert 2 < pain(0.48, 10) / pain(0.48, 1) < 2.3  # "just over double"


def test_the_reference_course_carries_the_reference_risk(central: Scalp):
    p = central.endpoints
    hits = endpoints.infection_hits_per_session(p.infection_reference_density_per_cm2, p)
    risk = 1 - np.exp(-float((hits * p.infection_reference_sessions)[0]))
    assert risk == pytest.approx(float(p.infection_risk_of_reference[0]))


def test_the_upper_end_of_the_infection_risk_is_near_the_rule_of_three():
    from anagen.evidence.parameters import parameters

    record = parameters()["endpoints.infection_risk_of_reference"]
    upper = float(record.at(np.array([0.95]))[0])
    assert 0.6 * 3 / 657 < upper < 3 / 657


@given(limit=st.floats(5, 110), factor=st.floats(0.7, 1.4))
def test_densities_fall_with_the_limit_and_smoothly(limit: float, factor: float):
    hairs = jnp.ones((9, 1))
    diameter = factor * (15 + 10 * jnp.arange(9.0)[:, None])
    width = jnp.array([10 * factor])

    def above(at: float) -> float:
        return float(endpoints.density_above(jnp.array(at), hairs, diameter, width)[0])

    assert 0 <= above(limit) <= 9
    assert above(limit) >= above(limit + 1)
    assert above(limit) - above(limit + 0.01) < 0.01


def test_mean_diameter_counts_only_what_is_counted():
    hairs = jnp.zeros((9, 1)).at[0].set(50.0).at[6].set(50.0)
    diameter, width = 15 + 10 * jnp.arange(9.0)[:, None], jnp.array([10.0])
    mean = endpoints.mean_diameter_um(jnp.array(20.0), hairs, diameter, width)
    assert mean == pytest.approx(75.0)  # the 10-20 µm band lies below the limit
