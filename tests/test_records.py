"""No number of the model without its record: every record is complete, used, and walked back."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import anagen
from anagen.evidence.benefit import benefits, check_benefits
from anagen.evidence.parameters import SHAPES, check_parameters, draws, parameters
from anagen.evidence.sources import BadRecord, check_sources, sources
from anagen.evidence.trials import studied_range, trials
from anagen.scalp.follicular_shunt import FollicularShunt
from anagen.scalp.numbers import Scalp
from anagen.scalp.scalp_map import Layout

SOURCE = Path(anagen.__file__).parent
# Exponents, halves, counts and signs belong to the equations; anything else is a measurement.
STRUCTURAL = {-2, -1, 0, 1, 2, 3, 4, 6, 10, 1000, 64, 0.5}
# Mechanisms that stand by themselves: verified, not (yet) coupled into the course.
BESIDE_THE_COURSE = {"scalp_map": Layout, "follicular_shunt": FollicularShunt}
GOOD = {
    "label": "A length",
    "value": 2.0,
    "unit": "mm",
    "sources": ["S"],
    "grade": "abstract",
}


def used_keys() -> set[str]:
    """Keys that the scalp declares as fields, and keys that stand as text in the program."""
    declared = {
        f"{mechanism}.{name}"
        for mechanism, numbers in (*Scalp.__annotations__.items(), *BESIDE_THE_COURSE.items())
        for name in numbers._fields
    }
    text = "\n".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    spoken = set(re.findall(r"[\"']([a-z]+\.[a-z_0-9]+)[\"']", text))
    prefixes = {
        "usual",
        "burden",
        "scalp_map",
        "unit_cell",
        "counting",
        "observation",
    }  # asked for by the name after the dot
    spoken |= {
        key
        for key in parameters()
        if key.partition(".")[0] in prefixes and f'"{key.partition(".")[2]}"' in text
    }
    undated = {key for key in parameters() if key.endswith(".years_without_date")}
    return declared | spoken | undated


def test_every_number_the_model_asks_for_has_a_record():
    missing = {
        f"{mechanism}.{name}"
        for mechanism, numbers in Scalp.__annotations__.items()
        for name in numbers._fields
    } - set(parameters())
    assert not missing


def test_every_record_is_used():
    structural = {"follicles.duration_cv"}  # fixes the number of stages; see test_follicles
    assert set(parameters()) - used_keys() - structural == set()


def test_no_number_hides_in_the_code_of_the_scalp():
    hidden = []
    for path in (SOURCE / "scalp").rglob("*.py"):
        if path.name == "units.py":
            continue
        tree = ast.parse(path.read_text("utf-8"))
        constants = {
            id(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name) and target.id.isupper()
        }  # shapes of the grid, named and explained at the top of their file
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, int | float)
                and not isinstance(node.value, bool)
                and node.value not in STRUCTURAL
                and id(node) not in constants
            ):
                hidden.append(f"{path.name}:{node.lineno}: {node.value}")
    assert not hidden


def test_every_source_says_where_it_is_from_and_is_named_by_someone():
    text = "\n".join(path.read_text("utf-8") for path in (SOURCE / "evidence").glob("*.toml"))
    text += "\n".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    for key, source in sources().items():
        assert source.citation
        assert text.count(f'"{key}"') >= 1, f"{key} is named by no record"


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"unit": ""}, "no unit"),
        ({"sources": []}, "no source"),
        ({"grade": "sure"}, "grade"),
        ({"sources": ["T"]}, "unknown source T"),
        ({"value": True}, "number value"),
        ({"value": float("nan")}, "number value"),
        ({"distribution": "magic"}, "distribution"),
        ({"colour": 1}, "unknown keys"),
        ({"label": ""}, "no label"),
        (
            {"distribution": "normal", "mean": 1.0, "sd": 0.0, "spread": "people", "value": None},
            "no normal",
        ),
        ({"spread": "people"}, "spread"),
    ],
)
def test_a_record_without_what_it_needs_is_refused(broken: dict, said: str):
    table = {k: v for k, v in (GOOD | broken).items() if v is not None}
    with pytest.raises(BadRecord, match=said):
        check_parameters({"m": {"n": table}}, {"S": None})


def test_a_good_record_is_accepted_and_a_source_without_citation_is_not():
    record = check_parameters({"m": {"n": dict(GOOD)}}, {"S": None})["m.n"]
    assert record.centre == 2.0
    with pytest.raises(BadRecord, match="no citation"):
        check_sources({"S": {"citation": " "}})
    with pytest.raises(BadRecord):
        check_benefits({"c": {"needling": {"level": "sure", "said": "x", "grade": "abstract"}}}, {})


def test_every_distribution_has_the_median_and_spread_it_says():
    drawn = draws(4000, seed=5)
    for key, record in parameters().items():
        assert np.isfinite(drawn[key]).all(), key
        if record.distribution in {"normal", "lognormal", "uniform", "beta", "loguniform"}:
            assert np.median(drawn[key]) == pytest.approx(
                record.centre, rel=5e-3, abs=1e-3 * np.std(drawn[key]) + 1e-12
            ), key
        if record.distribution in {"normal", "beta"}:
            assert np.std(drawn[key]) == pytest.approx(record.shape["sd"], rel=0.02), key
        if record.distribution == "lognormal":
            assert np.std(np.log(drawn[key])) == pytest.approx(
                np.log(record.shape["gsd"]), rel=0.02
            ), key
    assert set(SHAPES) >= {record.distribution for record in parameters().values()}


@given(number=st.integers(2, 300), seed=st.integers(0, 2**40))
def test_draws_are_stratified_and_reproducible(number: int, seed: int):
    first, again = draws(number, seed), draws(number, seed)
    key = "areata.chance"
    assert np.array_equal(first[key], again[key])
    low, high = (parameters()[key].shape[end] for end in ("low", "high"))
    slices = np.floor((first[key] - low) / (high - low) * number)
    assert len(set(slices.clip(0, number - 1))) == number


def test_trials_keep_their_roles_and_the_outlier_is_one():
    assert len(trials()) == 198
    dhurat = [arm for arm in trials() if arm.study_id == "DHURAT2013"]
    assert {arm.role for arm in dhurat} == {"outlier"}
    assert max(arm.change_per_cm2 or 0 for arm in dhurat) == pytest.approx(91.4)
    low, high = studied_range("needle_mm", ("androgenetic_alopecia", "mixed_pattern")) or (0, 0)
    assert 0.25 <= low < high <= 2.5  # English 2022: 0.5 to 2.5 mm; growth-factor trials from 0.3


def test_every_condition_and_kind_has_a_word_on_its_evidence():
    for condition in (
        "androgenetic_alopecia",
        "female_pattern_hair_loss",
        "telogen_effluvium",
        "senescent_alopecia",
        "cicatricial_alopecia",
        "alopecia_areata",
    ):
        assert (condition, "minoxidil") in benefits()
        assert (condition, "needling") in benefits()
