"""Needling against the closed forms and published numbers of the field."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anagen.scalp import needling
from anagen.scalp.course import Scalp


def test_v1_1_roller_density_per_pass_and_against_the_published_one():
    per_pass = needling.roller_density_per_cm2(192, 1.0, 2.0, 1)
    assert per_pass == pytest.approx(15.28, abs=0.005)
    fifteen = needling.roller_density_per_cm2(192, 1.0, 2.0, 15)
    assert fifteen == pytest.approx(229, abs=0.5)
    assert fifteen / 250 == pytest.approx(0.92, abs=0.005)  # about 250 published
    assert needling.roller_density_per_cm2(540, 1.0, 2.0, 1) == pytest.approx(43.0, abs=0.05)


@pytest.mark.parametrize(
    ("radius_cm", "share"),
    [(0.02, 0.270), (0.05, 0.860)],
)
def test_v1_3_poisson_field(radius_cm: float, share: float):
    assert needling.share_within(jnp.array(250.0), jnp.array(radius_cm)) == pytest.approx(
        share, abs=5e-4
    )
    assert 10 * needling.nearest_channel_cm(jnp.array(250.0)) == pytest.approx(0.316, abs=5e-4)


def test_v1_3_closed_forms_agree_with_points_thrown_at_random():
    rng = np.random.default_rng(3)
    density, side, radius = 120.0, 12.0, 0.04
    points = rng.random((rng.poisson(density * side**2), 2)) * side
    from scipy.spatial import KDTree

    tree = KDTree(points)
    inner = points[np.all((points > 1) & (points < side - 1), axis=1)]
    nearest = tree.query(inner, k=2)[0][:, 1].mean()
    assert nearest == pytest.approx(
        float(needling.nearest_channel_cm(jnp.array(density))), rel=0.02
    )
    probes = 1 + rng.random((40_000, 2)) * (side - 2)
    near = (tree.query(probes)[0] < radius).mean()
    assert near == pytest.approx(
        float(needling.share_within(jnp.array(density), jnp.array(radius))), abs=0.01
    )


def test_v1_4_open_area_share():
    share = needling.open_area_share(jnp.array(250.0), jnp.array(35.35))
    assert 100 * share == pytest.approx(0.98, abs=0.005)


def test_a_gliding_pen_is_far_denser_than_a_roller_pass():
    pen = needling.pen_density_per_cm2(12, 100, 1.0, 4.0, 1)
    assert pen == pytest.approx(300)
    assert pen > 10 * needling.roller_density_per_cm2(192, 1.0, 2.0, 1)


@given(set_mm=st.floats(0.1, 3), fraction=st.floats(0, 1), stand_off=st.floats(0, 0.3))
def test_the_needle_never_reaches_deeper_than_its_set_length(
    set_mm: float, fraction: float, stand_off: float
):
    reached = needling.depth_reached_mm(set_mm, fraction, stand_off)
    assert 0 <= reached <= set_mm


def test_a_needle_held_off_by_hair_makes_no_channels(central: Scalp):
    one = jnp.ones(1)
    device = needling.Device(one * needling.ROLLER, one * 0.1, one * 192, one * 0, one * 15)
    field = needling.channels(device, central.needling)
    assert field.depth_mm == 0
    assert field.density_per_cm2 == 0
