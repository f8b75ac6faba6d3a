"""Expected benefit: what trials say of every option, doing nothing among them."""

import json
from typing import Any

import pytest
from screening_cases import person, woman

from anagen.consultation.expected import NAMES, expected_benefit
from anagen.counting import smallest_change_per_cm2
from anagen.evidence.benefit import (
    EVERYWHERE,
    NO_TRIAL,
    benefits,
    check_benefits,
    check_expectations,
    expectations,
)
from anagen.evidence.sources import BadRecord, read_records, sources
from anagen.patient import Patient

CONDITIONS = (
    "androgenetic_alopecia", "alopecia_areata", "telogen_effluvium", "senescent_alopecia",
    "cicatricial_alopecia", "undiagnosed",
)  # fmt: skip
Files = tuple[dict[str, Any], dict[str, Any] | None]


@pytest.mark.parametrize("condition", [c for c in CONDITIONS if c != "undiagnosed"])
@pytest.mark.parametrize("sex", ["female", "male"])
def test_doing_nothing_stands_beside_every_option(condition: str, sex: str):
    who = Patient.model_validate({"age": 40, "sex": sex, "condition": condition})
    found = expected_benefit(who)
    assert found.nothing is not None
    assert found.nothing.benefit.level == "natural"
    assert {"nothing", *(row.kind for row in found.rows)} >= set(EVERYWHERE)
    for row in found.rows:
        assert row.benefit.number
        assert row.benefit.population
        assert (row.benefit.level == "none") == (row.benefit.number == NO_TRIAL)
        assert row.name == NAMES[row.kind]
    levels = [row.benefit.level for row in found.rows]
    assert levels == sorted(levels, key=["established", "limited", "none"].index)


def test_a_woman_is_given_the_evidence_of_women():
    found = expected_benefit(woman(condition="androgenetic_alopecia"))
    assert found.condition == "female_pattern_hair_loss"
    finasteride = next(row for row in found.rows if row.kind == "finasteride")
    assert "no difference" in finasteride.benefit.number


def test_without_a_diagnosis_nothing_can_be_expected():
    found = expected_benefit(person(condition="undiagnosed"))
    assert (found.nothing, found.rows, found.expectations) == (None, (), ())


def test_what_speaks_against_an_option_stands_beside_it():
    rows = {row.kind: row for row in expected_benefit(woman(pregnant=True)).rows}
    assert rows["minoxidil"].decision == "do_not_treat"
    assert rows["minoxidil"].against == ("Pregnancy and topical minoxidil",)
    well = {row.kind: row for row in expected_benefit(person()).rows}
    assert well["minoxidil"].against == ()


def test_the_expectation_of_counting_says_what_counting_can_tell():
    said = next(one.said for one in expectations() if one.key == "counting")
    assert f"{smallest_change_per_cm2(170, 'phototrichogram'):.0f}" == "24"
    assert f"{smallest_change_per_cm2(170, 'hair_to_hair'):.0f}" == "4"
    assert "170" in said
    assert "24" in said
    assert "about 4" in said


@pytest.mark.parametrize(
    "broken",
    [
        {"level": "natural"}, {"level": "none"}, {"number": NO_TRIAL}, {"number": ""},
        {"population": None}, {"sources": ["NOBODY"]}, {"grade": "sure"}, {"colour": "red"},
    ],
)  # fmt: skip
def test_a_benefit_without_what_it_needs_is_refused(broken: dict[str, Any]):
    tables = json.loads(json.dumps(read_records("benefit.toml")))
    check_benefits(tables, sources())
    good = tables["alopecia_areata"]["needling"] | broken
    tables["alopecia_areata"]["needling"] = {k: v for k, v in good.items() if v is not None}
    with pytest.raises(BadRecord):
        check_benefits(tables, sources())
    del tables["alopecia_areata"]["needling"]
    with pytest.raises(BadRecord, match="says nothing of needling"):
        check_benefits(tables, sources())
    with pytest.raises(BadRecord):
        check_expectations({"x": {"said": "", "sources": [], "certainty": "low", "kinds": []}}, {})
    assert benefits()
