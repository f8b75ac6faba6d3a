"""Needling against the closed forms and published numbers of the field."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anagen.model_inputs import treatment_of
from anagen.protocol import Protocol
from anagen.scalp import needling
from anagen.scalp.course import Scalp


def field(density: float, depth_mm: float, mouth_um: float) -> needling.Channels:
    values = (jnp.array([value]) for value in (density, depth_mm, mouth_um, 1.0))
    return needling.Channels(*values)


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


def test_strokes_are_counted_whether_or_not_they_reach_the_skin(central: Scalp):
    course = {"course": {"sessions": 1, "passes": 15}}
    table = course | {"device": {"kind": "roller", "needle_mm": 0.1, "needles": 192}}
    device = treatment_of(Protocol.from_table(table, where="here"), 1).device
    field = needling.channels(device, central.needling)
    assert field.density_per_cm2 == 0
    assert needling.punctures_per_cm2(device, central.needling) == pytest.approx(229, abs=0.5)


def test_a_needle_held_off_by_hair_makes_no_channels(central: Scalp):
    one = jnp.ones(1)
    device = needling.Device(
        one * needling.ROLLER, one * 0.1, one * 192, one * 0, one * 15, one * jnp.nan
    )
    field = needling.channels(device, central.needling)
    assert field.depth_mm == 0
    assert field.density_per_cm2 == 0


@pytest.mark.parametrize(
    ("needles", "rate_hz", "dwell_s", "head_cm2", "times", "density"),
    [(12, 100, 0.1, 0.5, 1, 240), (6, 150, 0.2, 0.36, 1, 500), (36, 90, 0.05, 0.9, 2, 360)],
)
def test_a_dwelling_pen_stamps_its_head_as_often_as_it_strokes(
    needles: int, rate_hz: float, dwell_s: float, head_cm2: float, times: int, density: float
):
    found = needling.dwelling_density_per_cm2(needles, rate_hz, dwell_s, head_cm2, times)
    assert found == pytest.approx(density)
    strokes = rate_hz * dwell_s * times
    assert found == pytest.approx(needling.stamp_density_per_cm2(needles, head_cm2, strokes))


@pytest.mark.parametrize(("passes", "times"), [(None, 1), (3, 3)])
def test_a_dwell_time_replaces_gliding(central: Scalp, passes: int | None, times: int):
    device = {"kind": "pen", "needle_mm": 1.0, "needles": 12, "rate_hz": 100.0, "dwell_s": 0.2}
    course = {"sessions": 1} | ({} if passes is None else {"passes": passes})
    told = Protocol.from_table({"device": device, "course": course}, "test")
    made = needling.channels(treatment_of(told, 1).device, central.needling)
    p = central.needling
    wanted = times * 12 * 100 * 0.2 / p.pen_head_cm2 * p.pen_pierce_probability
    assert made.density_per_cm2 == pytest.approx(float(wanted[0]))
    told = Protocol.from_table({"device": device | {"dwell_s": None}, "course": course}, "test")
    gliding = needling.channels(treatment_of(told, 1).device, p)
    per_pass = 12 * 100 / (p.pen_swath_cm * p.pen_speed_cm_s) * p.pen_pierce_probability
    assert gliding.density_per_cm2 == pytest.approx(float(per_pass[0]) * (passes or 4))


def test_a_channel_is_a_cone_and_half_of_its_ellipsoid():
    # Kalluri's roller channel: 152.5 µm deep, 70.7 µm across: a fifth of a millionth of a litre.
    assert needling.channel_volume_mm3(jnp.array(0.1525), jnp.array(35.35)) == pytest.approx(
        1.9957e-4, rel=1e-4
    )
    depth, mouth = 0.62, 81.0
    z = np.linspace(0, depth, 20_001)
    turned = np.trapezoid(np.pi * (mouth / 1e3 * (1 - z / depth)) ** 2, z)
    cone = float(needling.channel_volume_mm3(jnp.array(depth), jnp.array(mouth)))
    assert cone == pytest.approx(turned, rel=1e-6)
    half_ellipsoid = np.trapezoid(np.pi * (mouth / 1e3) ** 2 * (1 - (z / depth) ** 2), z)
    assert half_ellipsoid == pytest.approx(2 * cone, rel=1e-6)


def test_the_hole_is_what_is_affected_without_a_margin():
    made, skin = field(250, 0.1525, 35.35), jnp.array([1.45])
    none = jnp.zeros(1)
    hole = needling.channel_volume_mm3(made.depth_mm, made.mouth_radius_um)
    assert needling.affected_volume_mm3(made, skin, none) == pytest.approx(float(hole[0]))
    # f_w = ρ V / h: 2.5 channels on a mm², in skin 1.45 mm thick.
    assert needling.affected_share(made, skin, none) == pytest.approx(3.441e-4, rel=1e-3)
    sparse = needling.wounded_share(made, skin, none)
    assert sparse == pytest.approx(3.441e-4, rel=0.01)


@pytest.mark.parametrize(
    ("depth_mm", "skin_mm", "below"), [(1.5, 1.18, 0.2133), (1.5, 1.48, 0.0133), (0.6, 1.18, 0.0)]
)
def test_a_long_needle_leaves_the_frontal_dermis_below_it(
    depth_mm: float, skin_mm: float, below: float
):
    share = needling.share_below_skin(jnp.array(depth_mm), jnp.array(skin_mm))
    assert float(share) == pytest.approx(below, abs=1e-4)
    made, skin, none = field(100, depth_mm, 88.0), jnp.array([skin_mm]), jnp.zeros(1)
    whole = needling.channel_volume_mm3(made.depth_mm, made.mouth_radius_um)
    # The tip below the skin is a small cone of the same shape: its volume goes with the cube.
    in_skin = needling.affected_volume_mm3(made, skin, none)
    assert float(in_skin[0]) == pytest.approx(float(whole[0] * (1 - share**3)), rel=1e-6)


def test_wounded_share_counts_overlap_once_as_points_thrown_at_random_do():
    from scipy.spatial import KDTree

    rng = np.random.default_rng(5)
    density, depth, mouth, margin, skin, side = 900.0, 0.9, 90.0, 60.0, 1.3, 6.0
    points = rng.random((rng.poisson(density * side**2), 2)) * side
    probes = np.c_[0.5 + rng.random((60_000, 2)) * (side - 1), rng.random(60_000) * skin]
    nearest = KDTree(points).query(probes[:, :2])[0] * 1e4
    radius = np.where(probes[:, 2] < depth, mouth * (1 - probes[:, 2] / depth) + margin, 0.0)
    made, h, m = field(density, depth, mouth), jnp.array([skin]), jnp.array([margin])
    wounded = float(needling.wounded_share(made, h, m)[0])
    assert wounded == pytest.approx((nearest < radius).mean(), abs=0.01)
    assert float(needling.affected_share(made, h, m)[0]) > wounded


@given(
    density=st.floats(0, 5000),
    depth=st.floats(0, 3),
    mouth=st.floats(5, 150),
    margin=st.floats(0, 200),
    skin=st.floats(0.8, 2.5),
)
def test_wounded_share_is_a_share_and_no_deeper_than_the_channels(
    density: float, depth: float, mouth: float, margin: float, skin: float
):
    made, h, m = field(density, depth, mouth), jnp.array([skin]), jnp.array([margin])
    wounded = float(needling.wounded_share(made, h, m)[0])
    assert -1e-9 <= wounded <= min(depth / skin, 1) + 1e-9
    assert wounded <= float(needling.affected_share(made, h, m)[0]) + 1e-6


@pytest.mark.parametrize(
    ("depth_mm", "mouth_um", "epidermis_um"), [(0.6, 88.0, 79.0), (0.17, 35.0, 66.0)]
)
def test_capillary_hits_agree_with_hairpins_thrown_at_random(
    central: Scalp, depth_mm: float, mouth_um: float, epidermis_um: float
):
    p = central.needling
    loops, layer, width = (float(v[0]) for v in (p.loops_per_mm2, p.loop_layer_um, p.loop_width_um))
    vessel = float(p.capillary_radius_um[0])
    rng = np.random.default_rng(11)
    trials, half = 20_000, 0.35  # loops thrown on a square around one channel, mm
    number = rng.poisson(loops * (2 * half) ** 2, trials)
    owner = np.repeat(np.arange(trials), number)
    centre = rng.uniform(-half, half, (number.sum(), 2)) * 1e3
    angle = rng.uniform(0, np.pi, number.sum())
    along = np.c_[np.cos(angle), np.sin(angle)]
    bend = epidermis_um + rng.random(number.sum()) * layer
    nearest = np.clip(-(centre * along).sum(axis=1), -width / 2, width / 2)
    distance = np.linalg.norm(centre + nearest[:, None] * along, axis=1)
    deep = depth_mm * 1e3
    cut = (bend < deep) & (distance < mouth_um * (1 - bend / deep) + vessel)
    hits = np.bincount(owner[cut], minlength=trials)
    made, epidermis = field(100, depth_mm, mouth_um), jnp.array([epidermis_um])
    mean = needling.capillary_hits(made, epidermis, p)
    assert mean == pytest.approx(hits.mean(), rel=0.05)
    assert needling.bleeding_share(mean) == pytest.approx((hits > 0).mean(), abs=0.012)
    per_cm2 = needling.capillary_hits_per_cm2(made, epidermis, p)
    assert per_cm2 == pytest.approx(100 * float(mean[0]))


def test_bleeding_begins_below_the_epidermis_and_grows_with_depth(central: Scalp):
    depths = (0.05, 0.079, 0.1, 0.2, 0.4, 0.8, 1.5)
    epidermis = jnp.array([79.1])
    hits = [
        float(needling.capillary_hits(field(100, d, 88.0), epidermis, central.needling)[0])
        for d in depths
    ]
    assert hits[:2] == [0, 0]
    assert all(np.diff(hits[1:]) > 0)
    # However deep: no more than all bends that the mouth itself can reach.
    p = central.needling
    reach = 88.0 + float(p.capillary_radius_um[0])
    most = (
        float(p.loops_per_mm2[0]) * (np.pi * reach**2 + 2 * float(p.loop_width_um[0]) * reach) / 1e6
    )
    assert hits[-1] < most
