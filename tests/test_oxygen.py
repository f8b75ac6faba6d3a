"""Flow at rest and oxygen against closed forms, a second solver and published numbers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_bvp
from scipy.special import lambertw

from anagen.evidence.parameters import draws
from anagen.scalp import oxygen
from anagen.scalp.oxygen import Oxygen
from anagen.scalp.perfusion import Perfusion, resting_flow

NUMBER = 2000
KEYS = ("androgenetic_alopecia", "female_pattern_hair_loss", "alopecia_areata")


def drawn(kind: type, mechanism: str):
    table = draws(NUMBER, seed=3)
    return kind(**{name: jnp.asarray(table[f"{mechanism}.{name}"]) for name in kind._fields})


def tissue(**changed: float) -> Oxygen:
    """The tissue of V5.1, except as given."""
    plain = {
        "capillary_radius_um": 4.0, "capillary_density_per_mm2": 14.0,
        "consumption_ml_100g_min": 0.3, "diffusion_cm2_s": 1.7e-5,
        "solubility_ml_ml_mmhg": 2.8e-5, "arterial_ml_dl": 20.0, "arterial_mmhg": 95.0,
        "half_saturation_mmhg": 26.8, "hill_exponent": 2.7, "air_flux_ml_m2_min": 0.53,
        "air_depth_mm": 0.3,
    }  # fmt: skip
    return Oxygen(**{name: jnp.array([value]) for name, value in (plain | changed).items()})


def flow_of(condition: str, male: float, p: Perfusion) -> np.ndarray:
    return np.asarray(resting_flow(condition, jnp.full(NUMBER, male), p))


# Flow at rest


def test_flow_at_rest_has_the_means_and_spreads_of_klemp():
    p = drawn(Perfusion, "perfusion")
    normal = flow_of("telogen_effluvium", 1.0, p)
    assert normal.mean() == pytest.approx(35.7, rel=0.02)
    assert normal.std() == pytest.approx(10.5, rel=0.06)
    low = np.asarray(p.pattern_ml_100g_min)
    assert low.mean() == pytest.approx(13.7, rel=0.03)
    assert low.std() == pytest.approx(9.6, rel=0.15)
    assert normal.mean() / flow_of(KEYS[0], 1.0, p).mean() == pytest.approx(2.6, rel=0.1)


def test_v5_3_absent_hair_does_not_lower_flow():
    p = drawn(Perfusion, "perfusion")
    patch, haired = flow_of("alopecia_areata", 1.0, p), flow_of("telogen_effluvium", 1.0, p)
    assert np.median(patch / haired) == pytest.approx(1.0, abs=0.01)
    for measured in (35.6 / 35.3, 35.6 / 38.6):
        assert np.quantile(patch / haired, 0.05) < measured < np.quantile(patch / haired, 0.95)
    # Scarring takes more hair than pattern loss does, and no measurement says that it takes flow.
    assert (flow_of("cicatricial_alopecia", 0.0, p) == haired).all()


def test_flow_of_women_with_pattern_loss_lies_between_men_s_and_normal():
    p = drawn(Perfusion, "perfusion")
    normal = np.asarray(p.normal_ml_100g_min)
    men, women = flow_of(KEYS[0], 1.0, p), flow_of(KEYS[1], 0.0, p)
    assert (men <= women + 1e-12).all()
    assert (women <= normal + 1e-12).all()
    assert (flow_of(KEYS[0], 0.0, p) == women).all()


# Around a capillary


@pytest.mark.parametrize(
    ("density", "consumption", "wall_um", "radius_um", "drop"),
    [
        (14.0, 0.3, 4.0, 150.8, 37.4),  # V5.1
        (28.0, 0.3, 4.0, 106.6, 16.6),
        (50.0, 0.2, 3.0, 79.8, 6.2),
        (20.0, 0.5, 7.5, 126.2, 32.4),
    ],
)
def test_v5_1_radius_of_the_cylinder_and_drop_to_its_edge(
    density: float, consumption: float, wall_um: float, radius_um: float, drop: float
):
    p = tissue(consumption_ml_100g_min=consumption, capillary_radius_um=wall_um)
    assert oxygen.krogh_constant(p) == pytest.approx(4.76e-10, rel=1e-3)
    at = jnp.array([density])
    assert oxygen.cylinder_radius_um(at) == pytest.approx(radius_um, abs=0.05)
    assert oxygen.drop_to_edge_mmhg(at, p) == pytest.approx(drop, abs=0.06)


def test_v5_1_no_oxygen_crosses_the_edge():
    p, density = tissue(), jnp.array([14.0])
    edge = float(oxygen.cylinder_radius_um(density)[0])

    def slope(radius: float) -> float:
        return float(
            jax.grad(lambda r: oxygen.pressure_mmhg(r, jnp.array([60.0]), density, p)[0])(radius)
        )

    assert abs(slope(edge)) < 1e-12
    assert slope(edge / 2) < -0.01
    # What leaves the capillary is what its cylinder consumes: K 2π r dP/dr = M π (R² − r²).
    flux = -float(oxygen.krogh_constant(p)[0]) * 2 * np.pi * 4e-4 * slope(4.0) * 1e4
    eaten = float(oxygen.consumption_per_s(p)[0]) * np.pi * ((edge * 1e-4) ** 2 - 4e-4**2)
    assert flux == pytest.approx(eaten, rel=1e-9)


@pytest.mark.parametrize(("density", "consumption", "wall_um"), [(14, 0.3, 4.0), (33, 0.45, 6.0)])
def test_pressure_around_a_capillary_solves_its_differential_equation(
    density: float, consumption: float, wall_um: float
):
    p = tissue(consumption_ml_100g_min=consumption, capillary_radius_um=wall_um)
    edge = float(oxygen.cylinder_radius_um(jnp.array(density)))
    eats = float(oxygen.consumption_per_s(p)[0] / oxygen.krogh_constant(p)[0]) * 1e-8  # per µm²
    found = solve_bvp(
        lambda r, y: np.array([y[1], eats - y[1] / r]),
        lambda a, b: np.array([a[0] - 60.0, b[1]]),
        np.geomspace(wall_um, edge, 40),
        np.full((2, 40), 60.0),
        tol=1e-9,
        max_nodes=20_000,
    )
    assert found.success
    at = np.linspace(wall_um, edge, 25)
    ours = oxygen.pressure_mmhg(jnp.asarray(at), jnp.array(60.0), jnp.array(float(density)), p)
    assert np.abs(np.asarray(ours) - found.sol(at)[0]).max() < 1e-5


@pytest.mark.parametrize(
    ("capillary", "edge", "wall_um"), [(45, 7.6244, 4), (60, 1, 5), (30, 29, 3)]
)
def test_least_density_is_lambert_s(capillary: float, edge: float, wall_um: float):
    p = tissue(capillary_radius_um=wall_um)
    least = oxygen.least_density_per_mm2(jnp.array([1.0 * capillary]), jnp.array([1.0 * edge]), p)
    assert oxygen.drop_to_edge_mmhg(least, p) == pytest.approx(capillary - edge, rel=1e-9)
    wanted = 4 * 4.76e-10 * (capillary - edge) / (0.3 / 6000 * (wall_um * 1e-4) ** 2)
    squared = np.exp(1 + lambertw((wanted - 1) / np.e).real)
    assert least == pytest.approx(1e6 / (np.pi * wall_um**2 * squared), rel=1e-9)
    if capillary == 45:
        assert least == pytest.approx(14.0, abs=1e-3)


# Along it, and what flow means


def test_blood_has_the_pressure_of_its_saturation():
    p = tissue()
    assert oxygen.saturation(jnp.array([26.8]), p) == pytest.approx(0.5)
    assert oxygen.saturation(jnp.array([40.0]), p) == pytest.approx(0.75, abs=0.01)  # venous blood
    for pressure in (12.0, 40.0, 80.0):
        share = oxygen.saturation(jnp.array([pressure]), p) / oxygen.saturation(p.arterial_mmhg, p)
        assert oxygen.blood_mmhg(share, p) == pytest.approx(pressure, rel=1e-9)


def test_content_falls_along_a_capillary_by_what_is_consumed():
    p = tissue()
    left = oxygen.content_share(jnp.array([0.0, 0.25, 1.0]), jnp.array(12.0), p)
    assert left == pytest.approx([1, 1 - 0.25 * 0.125, 1 - 0.125])  # 0.3 of 12 · 0.2 mL/100 g/min
    assert oxygen.content_share(jnp.array([0.5, 1.0]), jnp.array(0.75), p) == pytest.approx([0, 0])


@pytest.mark.parametrize(
    ("flow", "times", "end_mmhg"), [(35.7, 23.8, 68.9), (20.6, 13.7, 59.9), (13.7, 9.13, 52.9)]
)
def test_flow_is_not_limiting_even_in_pattern_loss(flow: float, times: float, end_mmhg: float):
    found = oxygen.supply(jnp.ones(1), jnp.array([flow]), tissue())
    assert found.supply_to_demand == pytest.approx(times, rel=3e-3)
    # By hand from the same curve: what is left of 0.968 saturated, on Hill's curve.
    full = (95 / 26.8) ** 2.7 / (1 + (95 / 26.8) ** 2.7)
    left = full * (1 - 0.3 / (0.2 * flow))
    by_hand = 26.8 * (left / (1 - left)) ** (1 / 2.7)
    assert found.venous_mmhg == pytest.approx(by_hand, rel=1e-12)
    assert found.venous_mmhg == pytest.approx(end_mmhg, abs=0.1)
    assert found.edge_mmhg == pytest.approx(by_hand - 37.3756, abs=1e-3)
    assert found.edge_mmhg > 15  # tissue goes short below a few mmHg


def test_a_change_of_flow_by_needling_seldom_makes_flow_limiting():
    """Kenkel's two falls and a rise of half, on everybody's own flow with pattern loss."""
    flows = resting_flow(KEYS[0], jnp.ones(NUMBER), drawn(Perfusion, "perfusion"))
    o = drawn(Oxygen, "oxygen")
    for ratio in (1 - 0.423, 1 - 0.258, 1.5):
        changed = oxygen.supply(jnp.full(NUMBER, ratio), flows, o)
        assert changed.supply_to_demand == pytest.approx(
            np.asarray(oxygen.supply_to_demand(flows, o)) * ratio
        )
        assert np.mean(np.asarray(changed.supply_to_demand) > 1) > 0.95


def test_geometry_matters_more_for_the_edge_than_flow():
    """From normal flow to that of pattern loss, against from 28 to 14 capillaries per mm²."""
    one, dense = jnp.ones(1), tissue(capillary_density_per_mm2=28.0)
    healthy = float(oxygen.supply(one, jnp.array([35.7]), dense).edge_mmhg[0])
    less_flow = float(oxygen.supply(one, jnp.array([13.7]), dense).edge_mmhg[0])
    fewer = float(oxygen.supply(one, jnp.array([35.7]), tissue()).edge_mmhg[0])
    assert healthy - less_flow == pytest.approx(16.0, abs=0.1)
    assert healthy - fewer == pytest.approx(20.7, abs=0.1)
    assert oxygen.supply(one, jnp.array([1.5]), tissue()).edge_mmhg == 0  # all of it consumed


# From the air


def test_air_feeds_the_layer_whose_demand_its_flux_meets():
    reach = oxygen.air_reach_mm(tissue(consumption_ml_100g_min=0.2))
    assert reach == pytest.approx(0.265, rel=1e-9)  # 0.53 mL/(m² min) over 0.002 mL/(mL min)
    lower, upper = (oxygen.air_reach_mm(tissue(consumption_ml_100g_min=m)) for m in (0.2, 0.14))
    assert 0.25 < lower < upper < 0.40  # Stücker's depth, at the low end of the consumption


def test_pressure_under_air_solves_its_slab():
    p = tissue(consumption_ml_100g_min=0.2)
    thick, surface = jnp.array([0.265]), jnp.array([40.0])

    def at(depth: float) -> jax.Array:
        return oxygen.air_pressure_mmhg(jnp.array([depth]), surface, thick, p)[0]

    eats = 0.2 / 6000 / 4.76e-10 / 100  # mmHg/mm²
    assert jax.grad(at)(0.265) == pytest.approx(0, abs=1e-12)
    assert jax.grad(jax.grad(at))(0.1) == pytest.approx(eats, rel=1e-9)
    flux = -jax.grad(at)(0.0) * 10 * 4.76e-10  # mL/(cm² s)
    assert flux * 60 * 1e4 == pytest.approx(0.53, rel=1e-9)


def test_a_shallow_channel_lies_where_air_feeds_the_skin():
    p = tissue(air_depth_mm=0.3)
    share = oxygen.share_of_channel_fed_by_air(jnp.array([0.15, 0.5, 1.2]), p)
    assert share == pytest.approx([1, 0.6, 0.25])
