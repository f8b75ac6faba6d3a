"""The records of the screening rules, and what the loader refuses."""

import copy
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from anagen.evidence.rules import RuleBook, check_rules, rule_book
from anagen.evidence.sources import BadRecord, read_records, sources
from anagen.evidence.vocabulary import vocabulary
from anagen.screening.facts import case_of

ONE = "C15"


def raw() -> dict[str, Any]:
    """The tables of one rule, to be spoilt."""
    tables = read_records("rules.toml")
    return {"questions": tables["questions"], "rules": {ONE: copy.deepcopy(tables["rules"][ONE])}}


def check(tables: dict[str, Any]) -> RuleBook:
    return check_rules(tables, sources(), vocabulary())


def test_all_rules_are_there() -> None:
    book = rule_book()
    own = [rule for rule in book.rules if rule.applies_to == "medicine"]
    assert [rule.key for rule in own] == [
        "M01a", "M01b", "M02a", "M02b", "M02c", "M02d", "M03a", "M03b", "M03c",
    ]  # fmt: skip
    listed = [rule for rule in book.rules if rule.applies_to != "medicine"]
    assert len(listed) == 99
    by_category = {
        name: sum(rule.category == name for rule in listed)
        for name in ("absolute", "relative", "caution")
    }
    assert by_category == {"absolute": 28, "relative": 40, "caution": 31}


def test_category_and_decision_belong_together() -> None:
    allowed = {
        "absolute": {"do_not_treat"},
        "relative": {"defer", "refer"},
        "caution": {"caution"},
    }
    for rule in rule_book().rules:
        assert rule.leads_to in allowed[rule.category], rule.key


def test_every_source_is_readable() -> None:
    for rule in rule_book().rules:
        assert rule.sources
        for source in rule.sources:
            assert source.citation.rstrip(".") in rule.citation
    waldman = next(rule for rule in rule_book().rules if rule.key == "C15")
    assert "doi:10.1097/DSS.0000000000001166" in waldman.citation


def test_judgement_names_the_project_s_own_judgement() -> None:
    for rule in rule_book().rules:
        if {source.key for source in rule.sources} == {"PROJECTJUDGEMENT"}:
            assert rule.certainty == "judgement"


def test_washouts_are_in_order() -> None:
    for rule in rule_book().rules:
        if rule.washout_days_max is not None:
            assert rule.washout_days_min is not None
            assert rule.washout_days_max >= rule.washout_days_min > 0


def test_every_fact_that_rules_ask_for_is_known_to_the_engine() -> None:
    from screening_cases import course, person

    facts = case_of(person(), course(), vocabulary()).facts
    lists = {"conditions", "medications", "allergies", "scalp_findings"}
    book = rule_book()
    used = {fact for rule in book.rules for part in rule.when for fact in part.facts}
    assert used <= set(facts)
    assert set(book.questions) == set(facts) | lists


def test_the_loader_accepts_an_unspoilt_rule() -> None:
    assert [rule.key for rule in check(raw()).rules] == [ONE]


@pytest.mark.parametrize(
    "key",
    [
        "title",
        "reason",
        "action",
        "sources",
        "certainty",
        "applies_to",
        "category",
        "leads_to",
        "when",
    ],
)
def test_a_rule_without_an_essential_part_is_refused(key: str) -> None:
    tables = raw()
    del tables["rules"][ONE][key]
    with pytest.raises(BadRecord, match=rf"rule {ONE} has no "):
        check(tables)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("reason", "  ", "no reason"),
        ("sources", [], "no source"),
        ("sources", ["HEARSAY"], "source 'HEARSAY'"),
        ("certainty", "certain", "no certainty"),
        ("category", "severe", "no category"),
        ("leads_to", "proceed", "no leads_to"),
        ("colour", "red", "unknown keys: colour"),
        ("when", [{"terms": ["isotretinoyn"]}], "term 'isotretinoyn'"),
        ("when", [{"unless": ["nobody"]}], "term 'nobody'"),
        ("when", [{"answer": {"yes": ["x"], "no": [], "question": ""}}], "term 'x'"),
        ("when", [{"facts": {"mood": {"is": ["good"]}}}], "asks for 'mood'"),
        ("when", [{"facts": {"age": {"over": 3}}}], "unknown keys: over"),
        ("when", [{"terms": ["acne"], "state": "soon"}], "unknown state"),
        ("when", [{"terms": ["acne"], "weight": "heavy"}], "unknown weight"),
        ("when", [{"term": ["acne"]}], "unknown keys: term"),
    ],
)
def test_a_spoilt_rule_is_refused(key: str, value: Any, says: str) -> None:
    tables = raw()
    tables["rules"][ONE][key] = value
    with pytest.raises(BadRecord, match=says):
        check(tables)


def test_no_two_sources_share_a_doi() -> None:
    text = files("anagen.evidence").joinpath("sources.toml").read_text("utf-8")
    screening = tomllib.loads(text[text.index("# Screening rules") :])
    dois = [table["doi"] for table in screening.values() if "doi" in table]
    assert len(set(dois)) == len(dois)


def test_the_documented_washouts_are_those_of_the_rules() -> None:
    page = Path("docs/methods/screening.md").read_text("utf-8")
    rows = [line.split("|")[1:-1] for line in page.splitlines() if line.startswith("| C")]
    documented = {
        cells[0].strip(): tuple(float(cell) if cell.strip() else None for cell in cells[2:])
        for cells in rows
    }
    assert documented == {
        rule.key: (rule.washout_days_min, rule.washout_days_max)
        for rule in rule_book().rules
        if rule.washout_days_min is not None
    }
