"""The gate: what each rule needs, how findings are weighed, and what is asked."""

import subprocess
import sys
from typing import Any

import pytest
from screening_cases import (
    CLINIC,
    EMLA,
    MINOXIDIL,
    PAIRS,
    PLAIN_CREAM,
    PRP,
    STANDING,
    Pair,
    asked,
    course,
    found,
    person,
    rank,
    woman,
)

from anagen.evidence.rules import rule_book
from anagen.patient import Noted, Patient
from anagen.protocol import Protocol
from anagen.screening import screen

RULES = {rule.key: rule for rule in rule_book().rules}


# Every rule


def test_every_rule_has_a_pair() -> None:
    assert {pair.rule for pair in PAIRS} == set(RULES)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.rule)
def test_a_rule_meets_one_and_spares_the_near_one(pair: Pair) -> None:
    met = screen(pair.meets, pair.protocol)
    near = screen(pair.near, pair.near_protocol or pair.protocol)
    finding, rule = found(met)[pair.rule], RULES[pair.rule]
    assert pair.rule not in found(near)
    assert not met.unrecognised
    assert not near.unrecognised
    standing = all(alternative.weight == "information" for alternative in rule.when)
    if standing or pair.rule == "C24b":
        assert (finding.severity, finding.leads_to) == ("information", "proceed")
    else:
        assert (finding.severity, finding.leads_to) == (rule.category, rule.leads_to)
    assert finding.reason
    assert finding.action
    assert finding.source
    assert finding.certainty == rule.certainty
    assert finding.conflict.endswith(rule.conflict)


CODES = {
    "C01a": "L08.9 L03.811", "C01b": "B35.0", "C03": "C44.40", "C04a": "L57.0",
    "C05": "B00.1 B00.9", "C07a": "L91.0", "C08b": "L21.0 L21.9", "C09a": "L40.0 L40.9",
    "C11": "L66.10 L66.11 L66.12 L66.19 L66.2 L66.3 L66.81", "C17a": "Z79.01 11289 154 8150",
    "C18a": "Z79.02 1191 32968", "C18b": "1191 3355", "C19a": "D68.9", "C19b": "D69.6",
    "C22": "Z79.52", "C23b": "Z79.60 6851 3008 1256 7145 42316 35302", "C26a": "M34.0",
    "C27a": "5521", "C27b": "L93.0", "C28a": "Z33.1", "C28b": "Z33.1", "C29a": "Z39.1",
    "C29c": "Z39.1", "C30": "Z91.048", "C31": "Z88.4", "C47": "L63.0 L63.1", "C48": "L65.0",
    "C50a": "F45.22", "C50b": "F63.3",
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "code"), [(rule, code) for rule, codes in CODES.items() for code in codes.split()]
)
def test_a_coded_problem_list_is_as_safe_as_a_written_one(rule: str, code: str) -> None:
    name = "medications" if code.isdigit() else "conditions"
    assert rule in found(screen(woman(**{name: [code]})))


# Weighing: parts of the protocol, no needling, standing rules


@pytest.mark.parametrize(
    ("who", "rule", "component"),
    [
        (person(conditions=["G6PD"]), "C32b", course(anaesthetic=EMLA)),
        (person(allergies=["lidocaine"]), "C31", course(anaesthetic=PLAIN_CREAM)),
        (person(conditions=["hypotension"]), "C36a", course(MINOXIDIL)),
    ],
)
def test_rules_on_a_part_weigh_by_the_protocol(
    who: Patient, rule: str, component: Protocol
) -> None:
    planned = screen(who, component)
    assert planned.decision == RULES[rule].leads_to
    without = screen(who, course())
    assert found(without)[rule].severity == "information"
    assert without.decision == "proceed"
    in_general = screen(who)
    assert found(in_general)[rule].leads_to == "caution"
    assert in_general.decision == "caution"


def test_prilocaine_rules_spare_lidocaine_alone() -> None:
    screening = screen(person(conditions=["G6PD"]), course(anaesthetic=PLAIN_CREAM))
    assert found(screening)["C32b"].severity == "information"


def test_without_needling_the_procedure_is_no_matter_but_the_drug_is() -> None:
    pregnant = woman(pregnant=True, scalp_findings=["open_wound"])
    nothing = screen(pregnant, course(sessions=0))
    assert nothing.decision == "proceed"
    assert found(nothing)["C28a"].severity == "information"
    drug = screen(pregnant, course(MINOXIDIL, sessions=0))
    assert drug.decision == "do_not_treat"
    assert [f.rule for f in drug.findings if f.leads_to == "do_not_treat"] == ["C28b"]


def test_a_well_man_may_be_needled_and_is_told_what_everybody_is_told() -> None:
    screening = screen(person())
    assert screening.decision == "proceed"
    assert set(found(screening)) == STANDING
    assert {finding.severity for finding in screening.findings} == {"information"}
    assert screening.unknown == ()
    assert screening.off_label


def test_the_example_patients() -> None:
    man = Patient.read("examples/man.toml")
    assert screen(man).decision in {"proceed", "caution"}
    assert screen(Patient.read("examples/needs_no_needle.toml")).decision == "do_not_treat"


def test_the_operator_and_the_setting() -> None:
    assert screen(person(), course()).decision == "proceed"
    unstated = screen(person(), course(setting=None))
    assert unstated.decision == "proceed"
    assert {one.field for one in unstated.unknown} == {
        "setting.place",
        "setting.single_use_needles",
    }
    assert {"C51a", "C51b"} <= set(found(unstated))
    home = course(setting={"place": "home", "single_use_needles": True})
    assert asked(screen(person(), home), "setting.trained_operator")


def test_unstated_parts_of_the_protocol_are_asked() -> None:
    bare = course({"drug": "growth_factors"}, anaesthetic={"drug": "lidocaine_prilocaine"})
    fields = {one.field: one.could_become for one in screen(person(), bare).unknown}
    assert fields["topicals.sterile"] == "do_not_treat"
    assert fields["anaesthetic.on_needled_skin"] == "do_not_treat"
    assert fields["anaesthetic.occluded"] == "caution"
    prp = course({"drug": "prp", "hold_hours": 0, "sterile": True}, setting={"place": "clinic"})
    assert "setting.sterile_prp" in {one.field for one in screen(person(), prp).unknown}
    assert screen(person(), course(PRP)).decision == "proceed"


def test_the_area_under_cream_is_the_needled_area_unless_stated() -> None:
    cream = {key: value for key, value in EMLA.items() if key != "area_cm2"}
    whole = Protocol.from_table(
        {
            "device": {"kind": "pen", "needle_mm": 0.6},
            "course": {"sessions": 1, "area_cm2": 775},
            "anaesthetic": cream,
            "setting": CLINIC,
        },
        "test",
    )
    assert found(screen(person(), whole))["C34b"].leads_to == "caution"


# Unknown is not no


def test_an_unstated_list_is_one_question() -> None:
    bare = Patient(age=40, sex="female", condition="androgenetic_alopecia")
    screening = screen(bare)
    assert screening.decision == "proceed"
    fields = [one.field for one in screening.unknown]
    assert len(fields) == len(set(fields))
    assert {"conditions", "medications", "allergies", "scalp_findings"} <= set(fields)
    assert {"pregnant", "breastfeeding", "skin_type"} <= set(fields)
    by_field = {one.field: one for one in screening.unknown}
    assert {"C07a", "C25a", "C49"} <= set(by_field["conditions"].rules)
    assert by_field["medications"].could_become == "do_not_treat"
    assert by_field["skin_type"].could_become == "defer"
    order = [rank(one.could_become) for one in screening.unknown]
    assert order == sorted(order, reverse=True)


def test_a_given_list_is_complete() -> None:
    assert not screen(person()).unknown
    assert asked(screen(person(medications=None)), "medications")


def test_only_what_could_make_it_worse_is_asked() -> None:
    assert screen(person(condition="undiagnosed", conditions=None)).unknown == ()
    deferred = screen(person(conditions=["psoriasis"], skin_type=None))
    assert deferred.decision == "defer"
    assert not asked(deferred, "skin_type")


@pytest.mark.parametrize(("age", "is_asked"), [(9, False), (10, True), (59.9, True), (60, False)])
def test_pregnancy_is_asked_of_those_it_can_concern(age: float, is_asked: bool) -> None:
    screening = screen(woman(age=age, pregnant=None))
    assert bool(asked(screening, "pregnant")) is is_asked
    assert not asked(screen(person(age=age)), "pregnant")


def test_pregnancy_among_the_conditions_counts() -> None:
    assert screen(woman(conditions=["Z33.1"])).decision == "do_not_treat"
    assert screen(woman(conditions=["breastfeeding"])).decision == "defer"


@pytest.mark.parametrize(
    ("stated", "decision", "rule", "could_become"),
    [
        ({"medications": ["warfarin"]}, "refer", "C17b", "do_not_treat"),
        ({"conditions": ["diabetes"]}, "caution", "C25a", "defer"),
        ({"conditions": ["HIV"]}, "caution", "C23a", "refer"),
    ],
)
def test_dependent_questions(
    stated: dict[str, Any], decision: str, rule: str, could_become: str
) -> None:
    screening = screen(person(**stated))
    assert screening.decision == decision
    [unknown] = screening.unknown
    assert unknown.rules == (rule,)
    assert unknown.could_become == could_become


def test_the_answers_to_dependent_questions() -> None:
    fine = screen(person(medications=["warfarin"], conditions=["INR in range"]))
    assert (fine.decision, fine.unknown) == ("refer", ())
    high = screen(person(medications=["warfarin"], conditions=["INR too high"]))
    assert high.decision == "do_not_treat"
    assert "C17a" not in found(high)
    assert screen(person(conditions=["diabetes", "diabetes_controlled"])).unknown == ()
    assert screen(person(conditions=["type 1 diabetes", "uncontrolled diabetes"])).decision == (
        "defer"
    )
    assert screen(person(conditions=["hiv_uncontrolled"])).decision == "refer"


def test_an_anticoagulant_nobody_names_is_asked_about_and_a_named_one_explains_the_code() -> None:
    unnamed = found(screen(person(conditions=["Z79.01"])))
    assert "C17a" in unnamed
    named = found(screen(person(conditions=["Z79.01"], medications=["Eliquis"])))
    assert "C17c" in named
    assert "C17a" not in named


# Entries nobody knows


def test_an_unknown_entry_is_reported_and_never_taken_for_a_known_one() -> None:
    screening = screen(person(medications=["warfarn"]))
    assert "C17a" not in found(screening)
    assert screening.unrecognised == ("medications: warfarn (did you mean 'warfarin'?)",)
    [unknown] = screening.unknown
    assert unknown.field == "medications"
    assert {"C17a", "C20a"} <= set(unknown.rules)
    assert unknown.could_become == "do_not_treat"


def test_a_hostile_entry_cannot_disturb_a_terminal() -> None:
    hostile = Noted.model_construct(name="\x1b[2Jx\nwarfarin\u202e", days_ago=None)  # unread
    screening = screen(person().model_copy(update={"conditions": (hostile,)}))
    assert all(text.isprintable() for text in screening.unrecognised)
    assert all(one.question.isprintable() for one in screening.unknown)


def test_many_unknown_entries_make_one_question() -> None:
    strange = [f"qwxz{number}" for number in range(200)]
    screening = screen(person(conditions=strange, medications=strange))
    assert len(screening.unrecognised) == 400
    assert len(screening.unknown) == 2
    assert all(len(one.question) < 1000 for one in screening.unknown)


def test_well_known_entries_without_a_rule_are_recognised() -> None:
    more = person(medications=["multivitamin", "Rogaine", "statin", "vitamin D3", "metformin"])
    assert screen(more).decision == "proceed"
    screening = screen(
        person(
            conditions=["hypertension", "hypothyroidism", "E03.9", "asthma", "high cholesterol"],
            medications=[
                "levothyroxine",
                "finasteride",
                "dutasteride",
                "spironolactone",
                "Propecia",
            ],
            allergies=["penicillin", "hay fever"],
        )
    )
    assert screening.decision == "proceed"
    assert not screening.unrecognised


# The lists and their words


def test_an_allergy_is_not_a_medicine_and_a_medicine_is_not_an_allergy() -> None:
    assert "C18a" not in found(screen(person(allergies=["aspirin"])))
    assert "C31" not in found(screen(person(medications=["EMLA"])))
    assert "C30" in found(screen(person(conditions=["nickel allergy"])))
    assert "C31" in found(screen(person(conditions=["Z88.4"])))


def test_scarring_alopecia_is_active_unless_shown_stable() -> None:
    diagnosed = person(condition="cicatricial_alopecia")
    assert screen(diagnosed).decision == "refer"
    stable = person(condition="cicatricial_alopecia", conditions=["ffa_stable"])
    assert screen(stable).decision == "caution"
    inflamed = person(
        condition="cicatricial_alopecia",
        conditions=["ffa_stable"],
        scalp_findings=["perifollicular erythema"],
    )
    assert "C11" in found(screen(inflamed))
    assert "C12" not in found(screen(inflamed))
    # Nobody has studied any other stable scarring alopecia.
    assert "C11" in found(screen(person(conditions=["lichen_planopilaris", "inactive_disease"])))


def test_what_lasts_counts_whenever_it_was() -> None:
    """A heart attack 400 days ago is still heart disease; a transplant is still a transplant."""
    attack = person(conditions=[{"name": "heart attack", "days_ago": 400}])
    assert screen(attack, course(MINOXIDIL)).decision == "refer"
    graft = person(conditions=[{"name": "kidney transplant", "days_ago": 4000}])
    assert screen(graft).decision == "refer"
    once = person(conditions=[{"name": "sarcoidosis", "days_ago": 4000}])
    assert screen(once).decision == "do_not_treat"
    cleared = person(conditions=[{"name": "folliculitis", "days_ago": 20}])
    assert screen(cleared).decision == "proceed"


def test_conflicts_between_sources_are_shown() -> None:
    finding = found(screen(person(medications=["isotretinoin"])))["C14"]
    assert "consensus" in finding.conflict
    assert "doi:10.1001/jamadermatol.2017.2077" in finding.source


def test_the_screening_is_plain_data() -> None:
    table = screen(woman(pregnant=True), course(MINOXIDIL)).as_dict()
    assert table["decision"] == "do_not_treat"
    assert table["findings"][0]["rule"] == "C28a"
    assert table["off_label"] is True
    assert table["version"]


def test_screening_needs_no_jax() -> None:
    code = (
        "import sys; from anagen import Patient, screen; "
        "screen(Patient.read('examples/man.toml')); "
        "sys.exit(bool({'jax', 'numpy', 'rich'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
