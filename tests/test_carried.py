"""What a session carries in: conservation, limits, Bateman's equation, dose."""

import jax.numpy as jnp
import numpy as np
import pytest
from delivery_cases import DRAWS, centre, drawn, same
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from anagen.model_inputs import treatment_of
from anagen.protocol import Protocol
from anagen.reading import BadInput
from anagen.scalp import carried
from anagen.scalp.carried import Entered, Field, Liquid
from anagen.scalp.needling import Channels


def field(density: float, depth_mm: float, radius_um: float, open_share: float, n: int) -> Field:
    channels = Channels(*(np.full(n, v) for v in (density, depth_mm, radius_um, 1.0)))
    return Field(channels, np.full(n, open_share))


def reference_at() -> Field:
    channels = carried.reference_field(drawn("carried"), drawn("needling"))
    return Field(channels, same(0.9))


def pen(open_share: float = 0.9) -> Field:
    return field(1500.0, 0.6, 85.0, open_share, DRAWS)


def test_volume_of_a_field_of_cones():
    """250 per cm², 152.5 µm deep, mouth 35.35 µm: π/3 a² d = 2.0e-7 mL each, 0.05 µL per cm²."""
    volume = carried.channel_volume_ml_cm2(field(250, 0.1525, 35.35, 1, 1).channels)
    assert float(volume[0]) == pytest.approx(4.99e-5, rel=2e-3)


@settings(max_examples=50)
@given(
    density=st.floats(0, 5000),
    depth=st.floats(0, 2),
    ml_cm2=st.floats(0, 0.2),
    concentration=st.floats(1e-4, 2e4),
    solubility=st.floats(1e-3, 1e5),
    open_share=st.floats(0, 1),
)
def test_what_is_put_on_enters_or_is_wiped_off(
    density: float,
    depth: float,
    ml_cm2: float,
    concentration: float,
    solubility: float,
    open_share: float,
):
    p, d = centre("carried"), centre("delivery")
    liquid = Liquid(*(np.array([v]) for v in (ml_cm2, concentration, solubility, 1e-6, 1.0)))
    found = carried.entered(liquid, field(density, depth, 80.0, open_share, 1), p, d)
    assert all(float(part[0]) >= 0 for part in found)
    assert float(sum(found)[0]) == pytest.approx(ml_cm2 * concentration, rel=1e-12, abs=1e-15)
    if density == 0 or depth == 0:
        assert float(found.filled[0]) == 0
    if density == 0 or open_share == 0:
        assert float(found.conducted[0]) == 0


@pytest.mark.parametrize("collapsed", [0.0, 1.0])
def test_channels_take_up_what_their_shape_conducts_while_it_lies_there(collapsed: float):
    """A dissolved substance in plenty: conducted = K C t, the closed form of a constant film."""
    d = centre("delivery")._replace(collapsed_channel=np.array([collapsed]))
    p = centre("carried")
    liquid = Liquid(*(np.array([v]) for v in (100.0, 5.0, np.inf, 2e-6, 1.0)))
    found = carried.entered(liquid, field(100, 0.5, 60, 0.8, 1), p, d)
    depth, radius = 0.05, 60e-4
    shape = 2 * np.pi * depth / np.log(2 * depth / radius)
    if collapsed:
        shape = 1 / (depth / (np.pi * radius**2) + 1 / (4 * radius))
    alone = 0.8 * 100 * 2e-6 * 3600 * shape
    behind = np.sqrt(2e-6 * 3600) + 1.0 * depth
    hours = float(p.contact_min[0]) / 60
    expected = hours * 5.0 / (1 / alone + 1 / behind)
    assert float(found.conducted[0]) == pytest.approx(expected, rel=1e-3)


def test_a_suspension_enters_as_filling_and_hardly_through_its_dissolved_part():
    """10 mg/mL of triamcinolone, of which some 0.02 are dissolved."""
    p, d, permeants = drawn("carried"), drawn("delivery"), drawn("permeants")
    liquid = carried.triamcinolone(same(1.0), same(0.05), same(1.0), permeants, d)
    found = carried.entered(liquid, pen(), p, d)
    assert np.median(found.conducted) < 0.05 * np.median(found.filled)
    expected = (
        p.filled_share
        * 1e4
        * np.asarray(carried.channel_volume_ml_cm2(pen().channels)).clip(max=0.05)
    )
    assert np.asarray(found.filled) == pytest.approx(expected)
    roller = carried.entered(liquid, reference_at(), p, d)
    injected = 500.0  # 0.05 mL of 10 mg/mL into each cm²
    assert np.median(roller.dose()) < 0.01 * injected  # the roller's channels hold next to nothing


@pytest.mark.parametrize(("release", "clearance"), [(0.03, 1.0), (2.0, 0.1), (0.7, 0.7)])
def test_depot_and_clearance_against_a_solver(release: float, clearance: float):
    start = Entered(*(jnp.array([v]) for v in (8.0, 2.0, 0.0)))
    rates = jnp.array([release]), jnp.array([clearance])
    solved = solve_ivp(
        lambda _, y: [-release * y[0], release * y[0] - clearance * y[1], clearance * y[1]],
        (0, 40),
        [8.0, 2.0, 0.0],
        rtol=1e-9,
        atol=1e-12,
        t_eval=[0.5, 5.0, 40.0],
    )
    for at, hours in enumerate(solved.t):
        depot, dissolved = carried.remaining(start, jnp.array(hours), *rates)
        assert float(depot[0]) == pytest.approx(solved.y[0, at], rel=1e-6, abs=1e-9)
        assert float(dissolved[0]) == pytest.approx(solved.y[1, at], rel=1e-6, abs=1e-9)
    for_good = float(carried.exposure_ug_h(start, rates[1])[0])
    hours = np.linspace(0, 600, 60001)
    curve = carried.remaining(start, jnp.asarray(hours)[:, None], *rates)[1][:, 0]
    assert np.trapezoid(np.asarray(curve), hours) == pytest.approx(for_good, rel=1e-4)


def test_the_reference_protocol_has_dose_1_and_nothing_has_dose_0():
    p, d, permeants = drawn("carried"), drawn("delivery"), drawn("permeants")
    reference = reference_at()
    reached = np.asarray(reference.channels.depth_mm) > 0
    put_on = carried.PutOn(
        p.reference_ml_cm2,
        p.reference_platelets_fold,
        p.reference_ml_cm2,
        p.reference_ml_cm2,
        p.reference_steroid_percent,
    )
    for dose in carried.doses(put_on, reference, reference, p, permeants, d):
        assert np.asarray(dose)[reached] == pytest.approx(1.0)
    none = carried.PutOn(*(np.zeros(DRAWS) for _ in carried.PutOn._fields))
    for dose in carried.doses(none, reference, reference, p, permeants, d):
        assert np.all(np.asarray(dose) == 0)
    intact = field(0, 0, 80, 0, DRAWS)
    for dose in carried.doses(put_on, intact, reference, p, permeants, d):
        assert np.all(np.asarray(dose) == 0)


def test_more_volume_strength_channels_or_platelets_never_carry_in_less():
    p, d, permeants = drawn("carried"), drawn("delivery"), drawn("permeants")

    def of(ml: float, fold: float, percent: float, at: Field) -> carried.Doses:
        put_on = carried.PutOn(same(ml), same(fold), same(ml), same(ml), same(percent))
        return carried.doses(put_on, at, reference_at(), p, permeants, d)

    plain = of(0.02, 4, 0.5, pen())
    for more in (
        of(0.04, 4, 0.5, pen()),
        of(0.02, 8, 0.5, pen()),
        of(0.02, 4, 1.0, pen()),
        of(0.02, 4, 0.5, pen(1.0)),
    ):
        for before, after in zip(plain, more, strict=True):
            assert np.all(np.asarray(after) >= np.asarray(before) * (1 - 1e-9))
    twice = np.asarray(of(0.02, 8, 0.5, pen()).prp) / np.asarray(plain.prp)
    assert np.all((twice > 1) & (twice <= 2 + 1e-9))  # IGF-I is of the plasma, not of platelets


def test_growth_factors_as_measured():
    """PDGF-AB 117 ± 63, TGF-β1 169 ± 84, IGF-I 84 ± 23 ng/mL at 5.3 times the platelets."""
    p, d = drawn("carried"), drawn("delivery")
    liquids = carried.platelet_rich_plasma(same(5.3), same(0.05), p, d)
    for liquid, (mean, sd) in zip(liquids, ((117, 63), (169, 84), (84, 23)), strict=True):
        ng_ml = np.asarray(liquid.concentration_ug_ml) * 1e3
        assert ng_ml.mean() == pytest.approx(mean, rel=0.03)
        assert ng_ml.std() == pytest.approx(sd, rel=0.15)
    igf, pdgf = liquids[2], liquids[0]
    assert np.all(np.asarray(igf.diffusion_cm2_s) > 2 * np.asarray(pdgf.diffusion_cm2_s))


def test_gain_is_the_present_constant_at_the_reference_dose_and_saturates():
    p = drawn("carried")
    at_reference = same(0.5)

    def gain(dose: float) -> np.ndarray:
        return np.asarray(carried.gain(at_reference, same(dose), p))

    assert gain(1.0) == pytest.approx(0.5)
    assert gain(0.0) == pytest.approx(0.0)
    assert gain(1e9) == pytest.approx(0.5 * (1 + p.half_dose))
    assert np.all(gain(2.0) < 2 * gain(1.0))
    assert np.all(gain(0.5) > gain(1.0) / 2)


@given(dose=st.floats(0, 1e6), more=st.floats(1e-3, 1e6))
def test_the_depot_of_a_steroid_is_one_at_the_reference_and_saturates(dose: float, more: float):
    p = centre("carried")

    def depot(relative: float) -> float:
        return float(carried.steroid_depot(jnp.array([relative]), p)[0])

    assert depot(0.0) == 0
    assert depot(1.0) == pytest.approx(1.0)
    assert 0 <= depot(dose) <= depot(dose + more) <= 1 + float(p.steroid_half_dose[0])


def test_what_a_protocol_puts_on():
    told = {
        "course": {"sessions": 3, "interval_days": 28, "area_cm2": 50},
        "device": {"kind": "roller", "needle_mm": 1.5},
        "topicals": [
            {"drug": "prp", "dose_ml": 4, "platelets_fold": 6},
            {"drug": "triamcinolone", "strength_percent": 0.5},
        ],
    }
    found = treatment_of(Protocol.model_validate(told), 2).put_on
    assert found.prp_ml_cm2 == pytest.approx(0.08)
    assert found.platelets_fold == pytest.approx(6)
    assert found.product_ml_cm2 == pytest.approx(0)
    assert found.steroid_ml_cm2 == pytest.approx(0.05)  # not stated: as in the reference
    assert found.steroid_percent == pytest.approx(0.5)


def test_only_prp_has_platelets():
    topical = {"drug": "minoxidil", "platelets_fold": 5}
    with pytest.raises(BadInput, match="platelets_fold is for prp only"):
        Protocol.from_table({"course": {"sessions": 0}, "topicals": [topical]}, "here")
