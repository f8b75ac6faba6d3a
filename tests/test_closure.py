"""Closure against the relation of closing times and half-lives."""

import jax.numpy as jnp
import numpy as np
import pytest

from anagen.scalp import closure
from anagen.scalp.course import Scalp


@pytest.mark.parametrize(
    ("closed_h", "half_life_h"), [(2, 0.463), (18, 4.165), (60.3, 13.95), (12, 2.777)]
)
def test_v2_1_half_life_from_a_95_percent_closing_time(closed_h: float, half_life_h: float):
    tau = closure.time_constant_from_closing_time(jnp.array(closed_h))
    assert tau * np.log(2) == pytest.approx(half_life_h, rel=1e-3)
    assert closure.open_share(jnp.array(closed_h), tau) == pytest.approx(0.05)


def test_v2_1_the_published_pair_of_arm_values_is_not_a_95_percent_closing():
    tau = 23.7 / np.log(2)
    assert 1 - closure.open_share(jnp.array(60.3), jnp.array(tau)) == pytest.approx(0.83, abs=0.005)


def test_mean_open_share_is_the_integral_of_the_open_share():
    tau = jnp.array(7.3)
    hours = jnp.linspace(2.0, 14.0, 20_001)
    summed = jnp.trapezoid(closure.open_share(hours, tau), hours) / 12
    assert closure.mean_open_share(jnp.array(2.0), jnp.array(14.0), tau) == pytest.approx(
        float(summed), rel=1e-8
    )


def test_longer_needles_close_later_and_the_reference_closes_in_its_half_life(central: Scalp):
    p = central.closure
    tau = closure.time_constant_h(p.reference_mm, p)
    assert closure.open_share(p.half_life_h, tau) == pytest.approx(0.5)
    # Kalluri: 370 µm closed after 12 h, 770 µm after 18 h.
    ratio = closure.time_constant_h(jnp.array([0.77]), p) / closure.time_constant_h(
        jnp.array([0.37]), p
    )
    assert ratio == pytest.approx(18 / 12, rel=0.02)
