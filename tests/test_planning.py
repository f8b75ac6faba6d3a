"""The main job: five people, five sensibly different answers, and the rules of the ranking."""

import json
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from anagen.evidence.benefit import benefits
from anagen.options import candidates
from anagen.patient import Patient
from anagen.planning import Plan, plan
from anagen.screening import screen

EXAMPLES = Path(__file__).parent.parent / "examples"
PEOPLE = ("man", "woman", "areata", "shedding", "needs_no_needle")


@cache
def planned(name: str) -> Plan:
    return plan(Patient.read(EXAMPLES / f"{name}.toml"), weeks=52, draws=100)


def first(name: str) -> str:
    return planned(name).options[0].key


def test_five_people_get_five_different_answers():
    answers = {
        name: (planned(name).screening.decision, first(name) if planned(name).options else "none")
        for name in PEOPLE
    }
    assert answers["needs_no_needle"][0] == "do_not_treat"
    assert answers["shedding"] == ("caution", "none")  # wait: it passes by itself
    assert answers["man"][1] != "none"
    assert first("areata").startswith("needling-triamcinolone")
    assert planned("woman").withheld  # darker skin: only shallow needling is offered
    assert not planned("man").withheld
    assert len({planned(name).message for name in PEOPLE}) == 5


def test_who_must_not_be_needled_gets_no_plan_but_a_reason_and_what_would_change_it():
    found = planned("needs_no_needle")
    assert found.options == ()
    assert "keloid" in found.message.lower()
    assert any("keloid" in said.lower() for said in found.would_change)


@pytest.mark.parametrize("name", PEOPLE[:4])
def test_doing_nothing_and_medicine_only_are_always_among_the_options(name: str):
    keys = [option.key for option in planned(name).options]
    assert {"none", "minoxidil"} <= set(keys)
    assert [option.rank for option in planned(name).options] == list(range(1, len(keys) + 1))


@pytest.mark.parametrize("name", PEOPLE[:4])
def test_the_order_is_worth_among_what_trials_support_and_the_rest_stands_behind_nothing(name: str):
    options = planned(name).options
    condition = planned(name).patient.condition
    kinds = {c.key: c.kind for c in candidates(planned(name).patient)}

    def unsupported(key: str) -> bool:
        kind = kinds[key]
        return kind != "none" and benefits()[condition, kind].level == "none"

    flags = [unsupported(option.key) for option in options]
    assert flags == sorted(flags)  # supported first
    for left, right in pairwise(options):
        if unsupported(left.key) == unsupported(right.key):
            assert left.worth >= right.worth
    nothing = next(option for option in options if option.key == "none")
    assert nothing.worth == 0
    assert nothing.burden.visits == 0
    assert nothing.burden.infection_risk_p95 == 0


@pytest.mark.parametrize("name", PEOPLE[:4])
def test_a_lighter_course_of_equal_gain_stands_first(name: str):
    """Worth is gain minus burden, so no option may be dominated by one behind it."""
    options = planned(name).options
    for ahead in options:
        for behind in options[ahead.rank :]:
            if ahead.evidence != behind.evidence:
                continue
            better = behind.expected_gain > ahead.expected_gain + 1e-9
            a, b = ahead.burden, behind.burden
            lighter = (
                b.visits <= a.visits
                and b.pain_vs_26g <= a.pain_vs_26g
                and b.days_of_redness <= a.days_of_redness
                and b.applications <= a.applications
                and b.infection_risk <= a.infection_risk
            )
            assert not (better and lighter), (ahead.key, behind.key)


def test_darker_skin_is_offered_only_the_shortest_needle_and_the_rule_is_named():
    found = planned("woman")
    lengths = {o.protocol.device.needle_mm for o in found.options if o.protocol.device}
    assert lengths == {0.6}
    assert {withheld.rule for withheld in found.withheld} == {"C39"}


def test_what_needs_another_doctor_first_keeps_the_needle_back_but_not_the_rest():
    person = Patient.from_table(
        {
            "age": 58,
            "sex": "male",
            "condition": "androgenetic_alopecia",
            "grade": "norwood_4",
            "medications": ["warfarin"],
        },
        "test",
    )
    found = plan(person, draws=100)  # as `planned`, so that it compiles nothing of its own
    assert found.screening.decision == "refer"
    assert {option.key for option in found.options} == {"none", "minoxidil"}
    assert all(withheld.rule.startswith("C17") for withheld in found.withheld)


def test_waiting_for_a_washout_says_how_long():
    person = Patient.from_table(
        {
            "age": 24,
            "sex": "male",
            "condition": "androgenetic_alopecia",
            "medications": [{"name": "isotretinoin", "stopped_days_ago": 100}],
        },
        "test",
    )
    found = plan(person, draws=100)  # as `planned`, so that it compiles nothing of its own
    assert found.screening.decision == "defer"
    assert any("80 days left" in said for said in found.would_change)


def test_an_undiagnosed_person_is_referred_to_a_diagnosis_not_forecast():
    person = Patient(age=40.0, sex="female", condition="undiagnosed")
    assert plan(person).options == ()
    assert screen(person).decision == "do_not_treat"


def test_gains_are_held_against_doing_nothing_draw_by_draw():
    options = {option.key: option for option in planned("man").options}
    total = "total_density_per_cm2"
    nothing = options["none"].forecast.draws[total]
    for option in options.values():
        against = option.forecast.draws[total] - nothing
        assert option.gain["median"] == pytest.approx(np.median(against[:, -1]))
        assert option.expected_gain == pytest.approx(against.mean())
    start = {float(option.forecast.draws[total][0, 0]) for option in options.values()}
    assert len(start) == 1  # the same person in every option


@pytest.mark.parametrize("name", PEOPLE)
def test_a_plan_is_plain_data_with_off_label_seed_and_version(name: str):
    data = json.loads(json.dumps(planned(name).as_dict(), allow_nan=False))
    assert data["off_label"] is True
    assert data["model_version"]
    assert data["seed"] == 0
    for option in data["options"]:
        assert option["evidence"]
        assert option["reasons"]
        assert option["forecast"]["warnings"]


def test_every_needling_option_is_one_that_its_own_screening_allows():
    for name in PEOPLE:
        for option in planned(name).options:
            assert option.screening.decision in {"proceed", "caution"} or option.key == "none"
