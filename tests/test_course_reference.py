"""The whole course against general solvers: nothing of its stepping is theirs."""

from functools import cache
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from course_equations import Reference
from course_reference import reference
from course_solvers import Solver, by_diffrax, by_scipy, by_week, follow

from anagen.courses import courses
from anagen.evidence.parameters import draws as draw_parameters
from anagen.model_inputs import person_of, scalp_numbers, treatment_of
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.scalp import endpoints
from anagen.scalp import follicles as fo
from anagen.scalp.course import run

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
DRAWS = 200
DRAWN = draw_parameters(DRAWS, seed=3)


@cache
def outcome(pieces: int = 1) -> dict[str, np.ndarray]:
    """The course's endpoints by week, (weeks + 1, draws); in whole steps as a forecast has them."""
    told = person_of(MAN, DRAWN, COURSE), treatment_of(COURSE, DRAWS)
    if pieces == 1:
        found = courses([told], DRAWN, CONDITION, WEEKS)[0]
    else:
        found = run(*told, scalp_numbers(DRAWN), CONDITION, WEEKS, pieces)
    return {name: np.asarray(values) for name, values in found.by_week.items()}


@cache
def bands() -> dict[str, float]:
    """Width of the 90 % band of each endpoint, at its widest week."""
    found = {}
    for name, values in outcome().items():
        low, high = np.quantile(values, [0.05, 0.95], axis=1)
        found[name] = float((high - low).max())
    return found


@cache
def expected(index: int, solver: Solver, xp: Any) -> dict[str, np.ndarray]:
    """The reference's endpoints of one draw by week, (weeks + 1,)."""
    drawn = {key: values[index : index + 1] for key, values in DRAWN.items()}
    p = scalp_numbers(drawn)
    ref = reference(person_of(MAN, drawn, COURSE), treatment_of(COURSE, 1), p, CONDITION, xp)
    return endpoints_of(ref, by_week(ref, follow(ref, WEEKS, solver)), p)


def endpoints_of(ref: Reference, seen: dict[str, np.ndarray], p: Any) -> dict[str, np.ndarray]:
    """Endpoints by week, (weeks + 1,); means over a week begin at the first."""
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
        "plasma_minoxidil_ng_ml": seen["highest_plasma"],
    }


def differences(index: int, pieces: int, solved: dict[str, np.ndarray]) -> dict[str, float]:
    """Largest difference over the weeks between the course and a reference, by endpoint."""
    return {
        name: float(np.nanmax(np.abs(outcome(pieces)[name][:, index] - values)))
        for name, values in solved.items()
    }


DRAWN_PEOPLE = (0, 3, 7)
SCIPY, DIFFRAX = by_scipy(1e-8), by_diffrax(1e-7)


@pytest.mark.parametrize(
    ("index", "solver", "xp"),
    [*((index, SCIPY, np) for index in DRAWN_PEOPLE), (0, DIFFRAX, jnp)],
    ids=[*(f"SciPy, draw {index}" for index in DRAWN_PEOPLE), "Diffrax, draw 0"],
)
def test_general_solvers_find_the_same_course(index: int, solver: Solver, xp: Any):
    for name, error in differences(index, 1, expected(index, solver, xp)).items():
        assert error < max(0.005 * bands()[name], 1e-5), (name, error, bands()[name])


def test_the_course_tends_to_the_reference_at_second_order():
    def error(name: str, pieces: int) -> float:
        return max(differences(i, pieces, expected(i, SCIPY, np))[name] for i in DRAWN_PEOPLE)

    for name in ("total_density_per_cm2", "terminal_density_per_cm2", "anagen_fraction"):
        order = np.log2(error(name, 1) / error(name, 4)) / 2
        assert order > 1.6, (name, order)


def test_halving_all_steps_moves_no_band_by_more_than_a_hundredth_of_itself():
    usual, fine = outcome(1), outcome(2)
    at = [0.05, 0.5, 0.95]
    for name, band in bands().items():
        moved = np.quantile(usual[name], at, axis=1) - np.quantile(fine[name], at, axis=1)
        assert np.abs(moved).max() < max(0.01 * band, 1e-6), name
    assert np.abs(usual["drug_balance"]).max() < 1e-6
