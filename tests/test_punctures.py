"""Punctures for a form: closed forms of the field, and the very numbers of the model."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anagen.evidence.posterior import posterior_draws
from anagen.model_inputs import scalp_numbers, treatment_of
from anagen.procedure import punctures as at_once
from anagen.procedure.punctures import DRAWS, SEED, punctures
from anagen.protocol import Course, Device, Protocol
from anagen.scalp import anatomy, needling

KINDS = ("roller", "stamp", "pen")


def made(kind: str, **said: float) -> Device:
    return Device.model_validate({"kind": kind, "needle_mm": 1.0} | said)


def test_a_roller_leaves_what_its_drum_says():
    passes = punctures(made("roller", needles=192), 15, "male").punctures_per_cm2
    assert passes.median == pytest.approx(15 * 192 / (2 * np.pi * 1.0 * 2.0))
    assert passes.p05 == passes.p95 == passes.median  # drum and needles are known


def test_a_gliding_pen_is_known_only_as_well_as_the_speed_of_the_hand():
    found = punctures(made("pen", needles=12, rate_hz=100), 1, "female").punctures_per_cm2
    assert found.median == pytest.approx(300, rel=0.05)
    assert found.p95 / found.p05 > 2


@pytest.mark.parametrize("kind", KINDS)
def test_twice_the_passes_are_twice_the_punctures(kind: str):
    once, twice = (punctures(made(kind), n, "male", area_cm2=50) for n in (3, 6))
    assert twice.punctures_per_cm2.median == pytest.approx(2 * once.punctures_per_cm2.median)
    assert twice.channels_per_cm2.p95 == pytest.approx(2 * once.channels_per_cm2.p95)
    assert twice.punctures == pytest.approx(50 * twice.punctures_per_cm2.median)
    assert twice.bleeding_share == once.bleeding_share  # of a single channel


@given(st.sampled_from(KINDS), st.floats(0.1, 2.9), st.floats(0.01, 0.1))
def test_longer_needles_reach_deeper_and_meet_more_vessels(kind: str, mm: float, more: float):
    shorter = punctures(made(kind, needle_mm=mm), 4, "female")
    longer = punctures(made(kind, needle_mm=mm + more), 4, "female")
    assert 0 <= shorter.depth_mm.median <= longer.depth_mm.median <= mm + more
    assert shorter.bleeding_share.median <= longer.bleeding_share.median <= 1
    assert longer.channels_per_cm2.median <= longer.punctures_per_cm2.median


def test_a_needle_that_hair_holds_off_bleeds_nowhere():
    found = punctures(made("roller", needle_mm=0.1), 4, "male")
    assert found.channels_per_cm2.median == 0
    assert found.bleeding_share.p95 == 0
    assert found.punctures_per_cm2.median > 0


def test_an_unstated_number_is_the_models_usual_one():
    stated = made("pen", needles=12, rate_hz=120)
    assert punctures(made("pen"), None, "male") == punctures(stated, 4, "male")


@pytest.mark.parametrize("sex", ["male", "female"])
@pytest.mark.parametrize(
    "device",
    [
        made("roller", needle_mm=1.5),
        made("stamp", needle_mm=0.3, needles=40),
        made("pen", needle_mm=0.6, rate_hz=100),
        made("pen", needle_mm=2.5, dwell_s=3),
    ],
)
def test_every_number_is_the_models(device: Device, sex: str):
    drawn = posterior_draws(DRAWS, SEED)
    p = scalp_numbers(drawn)
    course = Course(sessions=1, passes=7)
    field = needling.channels(
        treatment_of(Protocol(course=course, device=device), DRAWS).device, p.needling
    )
    epidermis = anatomy.epidermis_um(np.full(DRAWS, float(sex == "male")), p.anatomy)  # type: ignore[arg-type]
    shares = needling.bleeding_share(needling.capillary_hits(field, epidermis, p.needling))
    found = punctures(device, 7, sex)  # type: ignore[arg-type]
    for mine, theirs in (
        (found.channels_per_cm2, field.density_per_cm2),
        (found.depth_mm, field.depth_mm),
        (found.bleeding_share, shares),
    ):
        quantiles = np.quantile(np.asarray(theirs), (0.05, 0.5, 0.95))
        assert [mine.p05, mine.median, mine.p95] == pytest.approx(quantiles, rel=1e-9, abs=1e-12)


def test_nothing_of_it_loads_the_model():
    code = f"import sys, {at_once.__name__} as it; from anagen.protocol import Device\n" + (
        "it.punctures(Device(kind='pen', needle_mm=1.0), 4, 'male'); sys.exit('jax' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
