"""The whole course against general solvers: nothing of its stepping is theirs."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from course_reference import Reference, Solver, by_diffrax, by_scipy, follow, reference

from anagen.evidence.parameters import draws as draw_parameters
from anagen.model_inputs import person_of, scalp_numbers, treatment_of
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.scalp import endpoints
from anagen.scalp import follicles as fo
from anagen.scalp.course import run
from anagen.scalp.drive import drive, modulation_of

WEEKS = 26
CONDITION = "androgenetic_alopecia"
MAN = Patient.model_validate(
    {"age": 34, "sex": "male", "condition": CONDITION, "grade": "norwood_3v"}
)
COURSE = Protocol.model_validate(
    {
        "device": {"kind": "pen", "needle_mm": 0.8, "needles": 12, "rate_hz": 100},
        "course": {"sessions": 4, "interval_days": 21, "passes": 3, "area_cm2": 100},
        "topicals": [
            {"drug": "minoxidil", "strength_percent": 5, "dose_ml": 1.0, "per_day": 2,
             "hold_hours": 24}
        ],
        "medicines": [{"drug": "finasteride", "mg_per_day": 1.0}],
    }
)  # fmt: skip
DRAWN = draw_parameters(200, seed=3)


def of_draw(index: int) -> tuple[Any, Any, Any]:
    drawn = {key: values[index : index + 1] for key, values in DRAWN.items()}
    return person_of(MAN, drawn, COURSE), treatment_of(COURSE, 1), scalp_numbers(drawn)


def referred(index: int, xp: Any) -> tuple[Reference, tuple[Any, Any, Any]]:
    person, treatment, p = of_draw(index)
    driven = drive(person, treatment, p, CONDITION, WEEKS)
    m = modulation_of(person, p, CONDITION)
    return reference(driven, m, person, treatment, p, xp), (person, treatment, p)


def endpoints_of(ref: Reference, seen: dict[str, np.ndarray], p: Any) -> dict[str, np.ndarray]:
    """The reference's endpoints by week, (weeks + 1,); means over a week begin at the first."""
    diameter = fo.diameters_um(p.follicles) * ref.start.calibre
    width = p.follicles.class_width_um * ref.start.calibre

    def above(limit: Any) -> np.ndarray:
        hairs = jnp.asarray(seen["visible"]).T
        return np.asarray((hairs * endpoints.share_above(limit, diameter, width)).sum(axis=0))

    return {
        "total_density_per_cm2": above(p.endpoints.counted_from_um),
        "terminal_density_per_cm2": above(p.endpoints.terminal_from_um),
        "anagen_fraction": seen["growing"] / seen["visible"].sum(axis=1),
        "collagen_ratio": 1 + seen["young"] + seen["mature"],
        "elastin_ratio": seen["elastin"],
        "fibrosis": seen["fibroblasts"] / ref.once["hot"],
        "perfusion_ratio": np.diff(seen["flow_days"], prepend=np.nan) / 7,
    }


def differences(found: Any, expected: dict[str, np.ndarray]) -> dict[str, float]:
    return {
        name: float(np.nanmax(np.abs(np.asarray(found.by_week[name])[:, 0] - values)))
        for name, values in expected.items()
    }


@pytest.fixture(scope="module")
def bands() -> dict[str, float]:
    """Width of the 90 % band of each endpoint, at its widest week."""
    numbers, number = scalp_numbers(DRAWN), 200
    outcome = run(
        person_of(MAN, DRAWN, COURSE), treatment_of(COURSE, number), numbers, CONDITION, WEEKS
    )
    found = {}
    for name, values in outcome.by_week.items():
        low, high = np.quantile(np.asarray(values), [0.05, 0.95], axis=1)
        found[name] = float((high - low).max())
    return found


@pytest.mark.parametrize(
    ("index", "solver"),
    [(0, by_scipy(1e-7)), (7, by_scipy(1e-7)), (0, by_diffrax(1e-7))],
    ids=["SciPy", "SciPy, another draw", "Diffrax"],
)
def test_general_solvers_find_the_same_course(index: int, solver: Solver, bands: dict[str, float]):
    xp = np if "scipy" in solver.__qualname__ else jnp
    ref, (person, treatment, p) = referred(index, xp)
    expected = endpoints_of(ref, follow(ref, WEEKS, solver), p)
    errors = differences(run(person, treatment, p, CONDITION, WEEKS), expected)
    for name, error in errors.items():
        assert error < max(0.01 * bands[name], 1e-5), (name, error, bands[name])


def test_the_course_tends_to_the_reference_at_first_order():
    ref, (person, treatment, p) = referred(3, np)
    expected = endpoints_of(ref, follow(ref, WEEKS, by_scipy(1e-8)), p)
    errors = [
        differences(run(person, treatment, p, CONDITION, WEEKS, pieces), expected)
        for pieces in (1, 2, 4)
    ]
    for name in ("total_density_per_cm2", "terminal_density_per_cm2", "anagen_fraction"):
        halved = np.array([error[name] for error in errors])
        assert np.all(np.log2(halved[:-1] / halved[1:]) > 0.9), (name, halved)


def test_halving_all_steps_moves_no_band_by_more_than_a_hundredth_of_itself(
    bands: dict[str, float],
):
    arguments = (person_of(MAN, DRAWN, COURSE), treatment_of(COURSE, 200), scalp_numbers(DRAWN))
    usual, fine = (run(*arguments, CONDITION, WEEKS, pieces).by_week for pieces in (1, 2))
    at = [0.05, 0.5, 0.95]
    # The highest half-day of plasma, where channels empty a film within hours, is coarser.
    allowed = {"plasma_minoxidil_ng_ml": 0.04}
    for name in bands:
        moved = np.quantile(usual[name], at, axis=1) - np.quantile(fine[name], at, axis=1)
        limit = allowed.get(name, 0.01) * bands[name]
        assert np.abs(moved).max() < max(limit, 1e-6), name
    assert float(jnp.abs(usual["drug_balance"]).max()) < 1e-6
