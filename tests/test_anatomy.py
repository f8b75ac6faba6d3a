"""Anatomy of the four zones: thickness, density, and where androgens act."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from anagen.evidence.parameters import draws as draw_parameters
from anagen.evidence.parameters import parameters
from anagen.model_inputs import ZONES, grade_share, person_of, scalp_numbers
from anagen.patient import Patient
from anagen.protocol import Protocol, nothing
from anagen.scalp import anatomy, follicles
from anagen.scalp.conditions import Person, pattern
from anagen.scalp.course import Scalp
from anagen.scalp.start import start

CENTRE = {key: np.array([p.centre]) for key, p in parameters().items()}
SKIN = {"frontal": 1.18, "temporal": 1.38, "vertex": 1.45, "occipital": 1.48}


def person(zone: str | None, grade: str | None, sex: str = "male", **hair: float):
    told = {"age": 40, "sex": sex, "condition": "androgenetic_alopecia"}
    told |= {"grade": grade} if grade else {}
    told |= {"hair": hair} if hair else {}
    course = {"sessions": 0} | ({"zone": zone} if zone else {})
    protocol = Protocol.from_table({"course": course}, "test")
    return person_of(Patient.from_table(told, "test"), CENTRE, protocol)


def share(zone: str | None, grade: str | None, sex: str = "male") -> float:
    p = scalp_numbers(CENTRE).pattern
    return float(pattern.androgen_share(person(zone, grade, sex), p)[0])


@pytest.mark.parametrize(("zone", "published_mm"), SKIN.items())
def test_skin_has_the_published_thickness_and_is_no_thicker_in_women(
    zone: str, published_mm: float
):
    p = scalp_numbers(CENTRE).anatomy
    one = jnp.ones(1)
    men = anatomy.skin_mm(ZONES[zone] * one, one, p)
    assert men == pytest.approx(published_mm)
    assert float(anatomy.skin_mm(ZONES[zone] * one, 0 * one, p)[0]) < published_mm
    drawn = scalp_numbers(draw_parameters(2000, seed=3)).anatomy
    many = np.asarray(anatomy.skin_mm(jnp.full(2000, ZONES[zone]), jnp.ones(2000), drawn))
    assert np.median(many) == pytest.approx(published_mm, rel=0.01)
    assert np.quantile(many, 0.99) > 2.0  # histology: 2.1 mm and more


def test_an_unknown_zone_is_the_mean_of_the_four():
    p, nan, one = scalp_numbers(CENTRE).anatomy, jnp.full(1, jnp.nan), jnp.ones(1)
    assert anatomy.skin_mm(nan, one, p) == pytest.approx(np.mean(list(SKIN.values())))
    assert anatomy.epidermis_um(one, p) == pytest.approx(79.1)
    assert anatomy.epidermis_um(0 * one, p) == pytest.approx(65.9)


def test_density_has_the_published_order_and_is_about_one_over_the_scalp():
    drawn = scalp_numbers(draw_parameters(4000, seed=2)).follicles
    ratio = {
        zone: np.asarray(anatomy.density_ratio(jnp.full(4000, float(code)), drawn))
        for zone, code in ZONES.items()
    }
    median = {zone: np.median(values) for zone, values in ratio.items()}
    assert median["vertex"] > median["occipital"] > median["temporal"]
    assert min(median, key=lambda zone: median[zone]) == "temporal"
    assert np.mean(list(median.values())) == pytest.approx(1, abs=0.02)
    # Vecchio: 127 occipital against 138 parietal in men without loss there.
    assert np.quantile(ratio["occipital"], 0.05) < 127 / 138 < median["occipital"]
    assert np.all(np.asarray(anatomy.density_ratio(jnp.full(4000, jnp.nan), drawn)) == 1)


@jax.jit
def begun(who: Person, p: Scalp) -> follicles.Follicles:
    m = pattern.modulation(who, p.follicles, p.pattern)
    return start(who, m, p.follicles, p.endpoints).follicles


def test_the_zone_changes_the_number_of_follicles_only_where_no_hair_was_counted(central: Scalp):
    def number(zone: str | None, **hair: float) -> float:
        return float(follicles.total(begun(person(zone, "norwood_4", **hair), central))[0])

    typical = number(None)
    assert typical == pytest.approx(float(central.follicles.density_per_cm2[0]))
    assert number("vertex") / typical == pytest.approx(
        float(central.follicles.vertex_density_ratio[0])
    )
    counted = {"total_density_per_cm2": 140.0}
    assert number("vertex", **counted) == pytest.approx(number(None, **counted), rel=1e-12)


@pytest.mark.parametrize("grade", ["norwood_2", "norwood_4", "norwood_7", None])
def test_androgens_act_in_full_on_frontal_scalp_vertex_and_where_the_zone_is_unknown(
    grade: str | None,
):
    assert [share(zone, grade) for zone in ("frontal", "vertex", None)] == [1, 1, 1]
    assert 0 < share("temporal", grade) < 1


def test_the_occiput_takes_part_at_norwood_six_and_seven_only():
    spared = ["norwood_1", "norwood_3v", "norwood_4", "norwood_5", None]
    assert [share("occipital", grade) for grade in spared] == pytest.approx([0] * 5, abs=1e-3)
    six, seven = share("occipital", "norwood_6"), share("occipital", "norwood_7")
    assert 0.05 < six < seven < share("temporal", "norwood_7")
    assert six == pytest.approx(seven / 2, rel=0.01)  # VI lies half-way from V to VII
    assert share("occipital", "ludwig_1", "female") == pytest.approx(0, abs=1e-3)
    assert share("occipital", "ludwig_2", "female") > 0.1  # significant at Ludwig II
    assert [share(zone, "ludwig_2", "female") for zone in ("frontal", "vertex")] == [1, 1]


def test_a_spared_occiput_keeps_its_thick_hair(central: Scalp):
    def thick(zone: str, grade: str) -> float:
        hairs = follicles.visible(begun(person(zone, grade), central))
        diameter = follicles.diameters_um(central.follicles)
        return float((hairs * diameter).sum() / hairs.sum())

    healthy = thick("occipital", "norwood_2")
    assert thick("occipital", "norwood_5") == pytest.approx(healthy, rel=1e-3)
    assert thick("vertex", "norwood_7") < thick("occipital", "norwood_7") < 0.99 * healthy


def test_grade_and_zone_reach_the_person_and_unknown_stays_unknown():
    known = person("temporal", "norwood_3v")
    assert known.zone == anatomy.TEMPORAL
    assert known.grade_share == pytest.approx(grade_share("norwood_3v")) == pytest.approx(2.5 / 7)
    unknown = person(None, None)
    assert np.isnan(unknown.zone)
    assert np.isnan(unknown.grade_share)
    told = Protocol.from_table(
        {"course": {"sessions": 1, "zone": "vertex"}, "device": {"kind": "pen", "needle_mm": 1.0}},
        "test",
    )
    assert nothing(told).course.zone == "vertex"  # doing nothing is held against the same spot
