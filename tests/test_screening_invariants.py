"""What must hold of the screening of everybody."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from screening_cases import (
    EMLA,
    MINOXIDIL,
    course,
    found,
    person,
    rank,
)

from anagen.evidence.rules import rule_book
from anagen.evidence.vocabulary import vocabulary
from anagen.protocol import Protocol
from anagen.screening import screen

RULES = {rule.key: rule for rule in rule_book().rules}


def _entries(*kinds: str) -> st.SearchStrategy[list[str]]:
    """Terms of the vocabulary that no rule takes for a relief."""
    words = vocabulary()
    relief = {
        term.removeprefix("=")
        for rule in RULES.values()
        for alternative in rule.when
        for term in (*alternative.unless, *(alternative.answer.no if alternative.answer else ()))
    }
    terms = sorted(
        key for key, term in words.terms.items()
        if term.kind in kinds and not relief & words.wider[key]
    )  # fmt: skip
    return st.lists(st.sampled_from(terms), max_size=4, unique=True)


LISTS = {
    "conditions": _entries("condition", "event"),
    "scalp_findings": _entries("finding"),
    "medications": _entries("medicine"),
    "allergies": _entries("allergen", "allergy"),
}
PROTOCOLS = st.sampled_from(
    [None, course(), course(MINOXIDIL, anaesthetic=EMLA), course(MINOXIDIL, sessions=0)]
)


@settings(deadline=None, max_examples=150)
@given(stated=st.fixed_dictionaries(LISTS), more=st.fixed_dictionaries(LISTS), protocol=PROTOCOLS)
def test_a_further_entry_never_makes_it_milder(
    stated: dict[str, list[str]], more: dict[str, list[str]], protocol: Protocol | None
) -> None:
    before = screen(person(**stated), protocol)
    both = {name: [*entries, *more[name]] for name, entries in stated.items()}
    after = screen(person(**both), protocol)
    assert rank(after.decision) >= rank(before.decision)


@settings(deadline=None, max_examples=100)
@given(stated=st.fixed_dictionaries(LISTS), protocol=PROTOCOLS, random=st.randoms())
def test_the_worst_finding_decides_and_order_does_not_matter(
    stated: dict[str, list[str]], protocol: Protocol | None, random: Any
) -> None:
    screening = screen(person(**stated), protocol)
    ranks = [rank(finding.leads_to) for finding in screening.findings]
    assert rank(screening.decision) == max(ranks, default=0)
    assert ranks == sorted(ranks, reverse=True)
    assert all(rank(one.could_become) >= rank(screening.decision) for one in screening.unknown)
    shuffled = {name: random.sample(entries, len(entries)) for name, entries in stated.items()}
    again = screen(person(**shuffled), protocol)
    assert again.decision == screening.decision
    assert set(found(again)) == set(found(screening))


WORST = {
    "conditions": ["keloid_history", "psoriasis", "tattoo"],
    "medications": ["chemotherapy", "warfarin", "clopidogrel"],
    "allergies": ["nickel"],
    "scalp_findings": ["open_wound", "mole", "acne"],
}


@settings(deadline=None, max_examples=100)
@given(
    term=st.sampled_from(sorted(vocabulary().terms)),
    name=st.sampled_from(["conditions", "medications", "allergies", "scalp_findings"]),
    left_out=st.sampled_from(["conditions", "medications", "allergies", "scalp_findings"]),
)
def test_what_is_left_out_is_never_better_than_what_it_could_be(
    term: str, name: str, left_out: str
) -> None:
    """The questions about an unstated list warn of the worst that any single entry would bring."""
    if name == left_out:
        return
    without = person(**({name: [term]} | {left_out: None}))
    screening = screen(without)
    could = [rank(one.could_become) for one in screening.unknown]
    worst = max([rank(screening.decision), *could])
    for entry in WORST[left_out]:
        stated = person(**({name: [term]} | {left_out: [entry]}))
        assert rank(screen(stated).decision) <= worst
