"""Where does this number come from? Every record answers, on paper and for machines."""

import json

import pytest
from shell import anagen

from anagen.care.evidence import all_cards, look_up
from anagen.evidence.parameters import parameters
from anagen.evidence.rules import rule_book
from anagen.evidence.sources import sources
from anagen.evidence.trials import trials
from anagen.reading import BadInput


def test_every_number_rule_source_and_study_has_a_card_that_names_where_it_is_from():
    cards = {card.key: dict(card.rows) for card in all_cards()}
    for key, record in parameters().items():
        for source in record.sources:
            assert sources()[source].citation in cards[key]["from"], key
    for rule in rule_book().rules:
        assert cards[rule.key]["from"]
    assert {arm.study_id for arm in trials()} <= set(cards)
    assert set(sources()) <= set(cards)


def test_no_source_stands_unused():
    unused = [card.key for card in all_cards() if dict(card.rows).get("used by") == "-"]
    assert not unused


def test_the_outlier_is_shown_as_one():
    assert "role outlier" in dict(look_up("DHURAT2013").rows)["results"]
    assert "+91.4" in dict(look_up("dhurat2013").rows)["results"]


def test_an_unknown_key_is_refused_with_the_nearest_one():
    with pytest.raises(BadInput, match=r"did you mean 'closure\.dye_half_life_h'"):
        look_up("closure.dye_half_life")


def test_machines_get_every_record_too():
    listed = json.loads(anagen("evidence", "--json").out)
    assert {card["key"] for card in listed} >= set(parameters())
    assert json.loads(anagen("evidence", "closure.dye_half_life_h", "--json").out)["unit"] == "h"
