"""Red flags: signs that need a diagnosis before any needle."""

from typing import Any

import pytest
from screening_cases import person

from anagen.consultation.red_flags import RedFlag, check_red_flags, red_flags, red_flags_of
from anagen.evidence.sources import BadRecord, read_records, sources
from anagen.evidence.vocabulary import vocabulary
from anagen.patient import Patient
from anagen.screening import screen
from anagen.screening.facts import LISTS

TERMS = vocabulary().terms


@pytest.mark.parametrize("flag", red_flags(), ids=lambda flag: flag.key)
def test_a_red_flag_and_the_rules_it_names_agree(flag: RedFlag):
    """The rules that a sign names are met by it, and then do not let needling proceed."""
    met: set[str] = set()
    for term in flag.terms:
        key = term.removeprefix("=")
        name = "scalp_findings" if TERMS[key].kind == "finding" else "conditions"
        stated = {"condition": key} if key == "undiagnosed" else {name: [key]}
        found = screen(person(**stated))
        spoken = {finding.rule for finding in found.findings} & set(flag.rules)
        met |= spoken
        assert not spoken or found.decision != "proceed"
    if flag.key == "child":
        met = {finding.rule for finding in screen(person(age=17)).findings}
    assert met >= set(flag.rules)


@pytest.mark.parametrize("flag", red_flags(), ids=lambda flag: flag.key)
def test_a_red_flag_is_met_denied_or_asked(flag: RedFlag):
    sex = flag.sexes[0]
    base = {"age": 40, "sex": sex, "condition": "senescent_alopecia"}
    if flag.asked_in not in {"age", "condition"}:
        assert flag in red_flags_of(Patient.model_validate(base)).open
    for word in flag.words:
        met = red_flags_of(Patient.model_validate(base | {"conditions": [word]})).met
        assert flag in [one for one, _ in met]
    for term in flag.terms:
        said = {"condition": term} if term == "undiagnosed" else {"conditions": [term.strip("=")]}
        met = red_flags_of(Patient.model_validate(base | said)).met
        assert flag in [one for one, _ in met]
    full = base | {name: [] for name in LISTS}
    left = red_flags_of(Patient.model_validate(full))
    assert not left.met
    assert (flag in left.open) == (not flag.asked_in)


def test_what_a_diagnosis_explains_is_no_flag():
    patch = {"age": 30, "sex": "male", "scalp_findings": ["patchy_hair_loss"]}
    seen = red_flags_of(Patient.model_validate(patch | {"condition": "androgenetic_alopecia"}))
    assert [flag.key for flag, _ in seen.met] == ["patches"]
    explained = red_flags_of(Patient.model_validate(patch | {"condition": "alopecia_areata"}))
    assert not explained.met
    keys = {flag.key for flag in explained.open}
    assert not keys & {"patches", "sudden", "brows"}


def test_flags_hold_for_now_and_for_the_scalp_alone():
    said = {"age": 30, "sex": "male", "condition": "androgenetic_alopecia"}
    for entry in ("history of trichotillomania", {"name": "trichotillomania", "days_ago": 900}):
        found = red_flags_of(Patient.model_validate(said | {"conditions": [entry]}))
        assert not found.met
    assert [f.key for f, _ in red_flags_of(Patient.model_validate(said | {"age": 12})).met] == [
        "child"
    ]


def test_the_most_urgent_flag_stands_first():
    many = {"age": 10, "sex": "male", "condition": "undiagnosed", "scalp_findings": ["pustules"]}
    found = red_flags_of(Patient.model_validate(many))
    assert found.met[0][0].how_soon == "today"


@pytest.mark.parametrize(
    "broken",
    [
        {"sources": []}, {"sources": ["NOBODY"]}, {"certainty": "sure"}, {"how_soon": "soon"},
        {"rules": ["Z99"]}, {"terms": ["no_such_term"]}, {"asked_in": "shoes"}, {"do": " "},
        {"terms": None}, {"colour": "red"}, {"question": None},
    ],
)  # fmt: skip
def test_a_red_flag_without_what_it_needs_is_refused(broken: dict[str, Any]):
    good = dict(read_records("red_flags.toml")["patches"])
    check_red_flags({"x": good}, sources(), vocabulary())
    table = {key: value for key, value in (good | broken).items() if value is not None}
    with pytest.raises(BadRecord):
        check_red_flags({"x": table}, sources(), vocabulary())
