"""Washouts and other waits, on both sides of their limits."""

from typing import Any

import pytest
from screening_cases import MINOXIDIL, STANDING, asked, course, found, person

from anagen.evidence.rules import rule_book
from anagen.evidence.vocabulary import vocabulary
from anagen.patient import Patient
from anagen.screening import screen

RULES = {rule.key: rule for rule in rule_book().rules}


def _in_a_list(term: str, days: float) -> Patient:
    if vocabulary().terms[term].kind == "medicine":
        return person(medications=[{"name": term, "stopped_days_ago": days}])
    return person(skin_type=4, conditions=[{"name": term, "days_ago": days}])


def _washouts() -> list[tuple[str, str]]:
    return [
        (rule.key, alternative.terms[0].removeprefix("="))
        for rule in RULES.values()
        for alternative in rule.when
        if rule.washout_days_min and alternative.state in {"past", "ever"} and alternative.terms
        and rule.applies_to == "procedure" and not alternative.within_days
    ]  # fmt: skip


def test_every_rule_with_a_washout_is_tried() -> None:
    by_facts = {"C35a", "C35b", "C48"}  # hours withheld, months since onset: tried below
    with_washout = {rule.key for rule in RULES.values() if rule.washout_days_min}
    assert {rule for rule, _ in _washouts()} | by_facts == with_washout


@pytest.mark.parametrize(("rule", "term"), _washouts())
def test_a_washout_is_over_at_its_limit(rule: str, term: str) -> None:
    shortest = RULES[rule].washout_days_min
    longest = RULES[rule].washout_days_max or shortest
    assert shortest is not None
    assert longest is not None
    full = found(screen(_in_a_list(term, shortest - 0.5)))[rule]
    assert (full.leads_to, full.wait_days) == (RULES[rule].leads_to, 0.5)
    if longest > shortest:
        relative = RULES[rule].category == "relative"
        for days in (shortest, longest - 0.5):
            between = found(screen(_in_a_list(term, days)))[rule]
            assert between.leads_to == ("caution" if relative else "proceed")
            assert between.wait_days == longest - days
            assert "Sources differ" in between.conflict
    assert rule not in found(screen(_in_a_list(term, longest)))


def test_isotretinoin_at_179_and_180_days() -> None:
    stopped = person(medications=[{"name": "isotretinoin", "stopped_days_ago": 179}])
    screening = screen(stopped)
    assert screening.decision == "defer"
    assert found(screening)["C15"].wait_days == 1
    over = person(medications=[{"name": "isotretinoin", "stopped_days_ago": 180}])
    assert screen(over).decision == "proceed"


@pytest.mark.parametrize("hours", [0, 23.9, 24, 47.9, 48, 71.9, 72])
def test_minoxidil_is_withheld_longer_after_deep_needling(hours: float) -> None:
    topical = MINOXIDIL | {"hold_hours": hours, "sterile": True}
    deep = found(screen(person(), course(topical, device={"kind": "roller", "needle_mm": 1.5})))
    assert ("C35a" in deep) == (hours < 24 * (RULES["C35a"].washout_days_min or 0))
    expected = "caution" if hours < 48 else "proceed" if hours < 72 else None
    assert (deep["C35b"].leads_to if "C35b" in deep else None) == expected


@pytest.mark.parametrize("who", [{"conditions": ["heart failure"]}, {"conditions": ["TIA"]}])
def test_minoxidil_is_withheld_longer_with_cardiovascular_disease(who: dict[str, Any]) -> None:
    protocol = course(MINOXIDIL | {"hold_hours": 47})
    assert found(screen(person(**who), protocol))["C35b"].leads_to == "caution"
    assert "C35b" not in found(screen(person(), protocol))


def test_effluvium_without_onset_counts_as_acute_and_is_asked() -> None:
    screening = screen(person(condition="telogen_effluvium"))
    assert screening.decision == "caution"
    assert asked(screening, "months_since_onset")
    early = screen(person(condition="telogen_effluvium", months_since_onset=2))
    assert found(early)["C48"].wait_days == 122  # four months


def test_an_event_without_a_date_is_recent_and_its_date_is_asked() -> None:
    screening = screen(person(conditions=["dermal_filler"]))
    assert screening.decision == "defer"
    assert found(screening)["C41b"].wait_days is None
    [unknown] = screening.unknown
    assert unknown.field == "conditions"
    assert "days ago" in unknown.question
    assert unknown.rules == ("C41b",)
    past = screen(person(medications=["past isotretinoin"]))
    assert past.decision == "defer"
    assert "stopped_days_ago" in past.unknown[0].question


def test_a_medicine_without_a_date_is_taken_now() -> None:
    screening = screen(person(medications=["isotretinoin"]))
    assert set(found(screening)) == {"C14"} | STANDING
    assert not screening.unknown


def test_an_anticoagulant_stopped_last_week_still_counts() -> None:
    stopped = person(medications=[{"name": "apixaban", "stopped_days_ago": 7}])
    assert screen(stopped).decision == "caution"
