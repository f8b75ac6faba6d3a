"""Inflammation and macrophages, and the step that solves them, against SciPy and libRoadRunner."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from circuit_checks import Numbers, arrays, by_roadrunner, by_scipy, error, recorded, rows
from sbml_models import cooper, waugh

from anagen.scalp import inflammation, linearly_implicit, macrophages
from anagen.scalp.inflammation import Hormones, Inflammation
from anagen.scalp.macrophages import Macrophages


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return recorded()


# ── The step ──────────────────────────────────────────────────────────────────────────────────────


def test_the_step_is_of_order_three_and_forgets_what_is_fast(numbers: Numbers):
    p = arrays(Macrophages, numbers["macrophages"])
    exact = by_scipy(waugh(numbers["macrophages"], 0.5), [(0.0, 28.0, 0.0)], tol=1e-11)
    off = [
        error(rows(macrophages.course(jnp.zeros(1), p, 4, refined=r)), exact).max()
        for r in (1, 2, 4)
    ]
    orders = np.log2(np.array(off[:-1]) / off[1:])
    assert orders == pytest.approx([3, 3], abs=0.25)

    end = linearly_implicit.step(lambda y: (1e9 * (1 - y[0]),), (jnp.zeros(1),), 0.5)
    assert end[0] == pytest.approx(1, abs=1e-8)


@pytest.mark.parametrize("lengths", [linearly_implicit.graded(0.5, 40, 0.88)])
def test_graded_steps_fill_their_half_day(lengths: jax.Array):
    assert float(lengths.sum()) == pytest.approx(0.5, rel=1e-12)
    assert np.asarray(lengths[1:] / lengths[:-1]) == pytest.approx(1 / 0.88)


# ── Inflammation ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["sbml_literal", "oestrogen"])
@pytest.mark.parametrize(("oestrogen", "cortisol"), [(0, 0), (1.0, 0), (0, 25.0), (0.4, 60.0)])
def test_cooper_agrees_with_scipy_and_roadrunner(
    numbers: Numbers, form: inflammation.Form, oestrogen: float, cortisol: float
):
    values = numbers["inflammation"]
    p, pieces = arrays(Inflammation, values), [(0.0, 28.0, 0.0)]
    hormones = Hormones(jnp.array([oestrogen]), jnp.array([cortisol]))
    ours = rows(inflammation.course(hormones, p, 4, form))
    model = cooper(values, oestrogen, cortisol, form == "sbml_literal")
    assert error(ours, by_scipy(model, pieces)).max() < 1e-4
    assert error(ours, by_roadrunner(model, pieces)).max() < 1e-4
    halved = rows(inflammation.course(hormones, p, 4, form, refined=2))
    assert error(ours, halved).max() < 1e-4
    assert ours.min() > -1e-9


def test_cooper_kills_the_pathogen_within_a_day_and_neutrophils_come_first(numbers: Numbers):
    p = arrays(Inflammation, numbers["inflammation"])
    none = Hormones(jnp.zeros(1), jnp.zeros(1))
    forms = {f: rows(inflammation.course(none, p, 4, f)) for f in ("sbml_literal", "oestrogen")}
    for pathogen, debris, cells, neutrophils in forms.values():
        assert pathogen[2] < 1e-9 * pathogen[0]
        assert 0 < neutrophils.argmax() / 2 <= 1 < 3 < cells.argmax() / 2 < 6
        assert debris[-1] < 1e-3 * debris[0]
    # The slip clears debris early: by a fifth on day 1; the peaks hardly move.
    literal, form_e = forms.values()
    assert literal[1][2] / form_e[1][2] == pytest.approx(0.823, abs=0.003)
    assert literal[2].max() / form_e[2].max() == pytest.approx(0.973, abs=0.003)


def test_cooper_oestrogen_calms_the_wound_and_cortisol_slows_its_clearing(numbers: Numbers):
    p = arrays(Inflammation, numbers["inflammation"])

    def course(oestrogen: float, cortisol: float) -> np.ndarray:
        hormones = Hormones(jnp.array([oestrogen]), jnp.array([cortisol]))
        return rows(inflammation.course(hormones, p, 2))

    plain, oestrogen, cortisol = course(0, 0), course(1, 0), course(0, 40)
    assert oestrogen[3].max() < plain[3].max()
    assert oestrogen[1][6] < plain[1][6] < cortisol[1][6]
    assert cortisol[2].max() < plain[2].max()


# ── Macrophages ───────────────────────────────────────────────────────────────────────────────────


def test_v4_2_waugh_sherratt_normal(numbers: Numbers):
    p = arrays(Macrophages, numbers["macrophages"])
    course = macrophages.course(jnp.zeros(1), p, 104)
    for day, cells in ((7, 139.6), (14, 78.1), (28, 20.5), (728, 6.37)):
        assert course.inflammatory[2 * day] == pytest.approx(cells, abs=0.06)
        assert course.repair[2 * day] == pytest.approx(course.inflammatory[2 * day])
    assert course.factor[-1] == pytest.approx(0.049, abs=5e-4)


@pytest.mark.parametrize(("diabetic", "alpha"), [(0, 0.5), (1, 0.8)])
def test_waugh_agrees_with_scipy_and_roadrunner(numbers: Numbers, diabetic: int, alpha: float):
    p, pieces = arrays(Macrophages, numbers["macrophages"]), [(0.0, 28.0, 0.0)]
    model = waugh(numbers["macrophages"], alpha)
    ours = rows(macrophages.course(jnp.array([diabetic]), p, 4))
    assert error(ours, by_scipy(model, pieces, "Radau")).max() < 3e-4
    assert error(ours, by_roadrunner(model, pieces)).max() < 3e-4


def test_waugh_diabetic_wound_never_comes_to_rest(numbers: Numbers):
    p = arrays(Macrophages, numbers["macrophages"])
    course = macrophages.course(jnp.ones(1), p, 12)
    for day, inflammatory, repair in ((7, 345.3, 124.8), (14, 746.4, 195.3), (28, 905.7, 226.7)):
        assert course.inflammatory[2 * day] == pytest.approx(inflammatory, rel=1e-3)
        assert course.repair[2 * day] == pytest.approx(repair, rel=1e-3)
    # At rest both kinds are lost at the same rate, so they stand as they arrive: 4 to 1.
    assert course.inflammatory[-1] / course.repair[-1] == pytest.approx(4, rel=1e-4)
    entering = macrophages.influx(course.factor[-1], p)
    assert entering > 100 * p.influx_constant
