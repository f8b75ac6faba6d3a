"""Where does this number come from? Every record answers, on paper and for machines."""

import json

import pytest
from shell import anagen

from anagen.care.evidence import all_cards, cards, find, look_up
from anagen.care.trial_cards import arm_key
from anagen.evidence.parameters import parameters
from anagen.evidence.posterior import posterior
from anagen.evidence.rules import rule_book
from anagen.evidence.sources import read_records, sources
from anagen.evidence.trials import ROLES, trials
from anagen.reading import BadInput


def test_every_number_rule_source_and_study_has_a_card_that_names_where_it_is_from():
    cards = {card.key: card.told for card in all_cards()}
    for key, record in parameters().items():
        for source in record.sources:
            assert sources()[source].citation in cards[key]["from"], key
    for rule in rule_book().rules:
        assert cards[rule.key]["from"]
    assert {arm.study_id for arm in trials()} <= set(cards)
    assert set(sources()) <= set(cards)


def test_no_source_stands_unused():
    unused = [card.key for card in all_cards() if card.told.get("used by") == "-"]
    assert not unused


def test_whatever_is_said_to_people_has_a_card_with_its_sources_and_how_sure_it_is():
    """Every statement of the files has one, its sources among those that the card names."""
    by_file = {
        "aftercare.toml": "aftercare:", "benefit.toml": "benefit:", "changes.toml": "change:",
        "red_flags.toml": "flag:",
    }  # fmt: skip
    for name, prefix in by_file.items():
        tables = read_records(name)
        tables.pop("expectations", None)
        nested = name in {"aftercare.toml", "benefit.toml"}
        between = "." if name == "aftercare.toml" else ":"
        one = {
            f"{prefix}{first}{between}{second}" if nested else f"{prefix}{first}": table
            for first, inner in tables.items()
            for second, table in (inner.items() if nested else [("", inner)])
        }
        for key, table in one.items():
            card = look_up(key)
            assert set(table["sources"]) <= card.names, key
            assert card.told.get("certainty") or card.told["grade"]


def test_every_record_that_a_card_names_has_a_card_too():
    known = cards()
    for card in known.values():
        for row in card.rows:
            for piece in row.said:
                assert piece.key == "" or piece.key in known, (card.key, row.label)


def test_an_arm_has_its_own_card_and_its_study_leads_there():
    for arm in trials():
        card = look_up(arm_key(arm))
        assert arm.study_id in card.names
        assert ROLES[arm.role] in card.told["used as"]
        assert any(arm_key(arm) == piece.key for row in look_up(arm.study_id).rows
                   for piece in row.said)  # fmt: skip
    assert "the spread (SD) of the change" in look_up("DHURAT2013:mn-mx").told["not told"]


def test_a_calibrated_number_says_what_it_was_before_and_after_the_trials():
    for key, told in posterior().made["numbers"].items():
        assert f"{told['median']:.3g}" in look_up(key).told["after the trials"]
    assert "after the trials" not in look_up("closure.dye_half_life_h").told


def test_what_is_looked_for_is_found_by_its_words_titles_first():
    found = [card.key for card in find("isotretinoin stopped")]
    assert "C15" in found[:2]
    assert {card.kind for card in find("minoxidil", "rule")} == {"rule"}
    assert find("MINOXIDIL plasma") == find("plasma  minoxidil")
    assert find("no such word as this") == []
    assert len(find("")) == len(all_cards())


def test_the_outlier_is_shown_as_one():
    assert "role outlier" in look_up("DHURAT2013").told["results"]
    assert "+91.4" in look_up("dhurat2013").told["results"]


def test_an_unknown_key_is_refused_with_the_nearest_one():
    with pytest.raises(BadInput, match=r"did you mean 'closure\.dye_half_life_h'"):
        look_up("closure.dye_half_life")


def test_machines_get_every_record_too():
    listed = json.loads(anagen("evidence", "--json").out)
    assert {card["key"] for card in listed} >= set(parameters())
    assert json.loads(anagen("evidence", "closure.dye_half_life_h", "--json").out)["unit"] == "h"
