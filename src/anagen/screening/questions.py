"""What to ask next: the unknowns whose answer could change the decision, and no others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from anagen.screening.decision import Decision, Finding, Unknown
from anagen.screening.facts import Case
from anagen.screening.matching import Match
from anagen.screening.weighing import rank

# Where the answer goes, for facts that are worked out from a field of another name.
_FIELDS = {"salt": "grade", "topicals.unsterile_at_session": "topicals.sterile"}
_MOST_NAMED = 10


@dataclass(frozen=True)
class Open:
    """Something one rule would have to know."""

    asked: str  # a list or a fact
    question: str  # a question of its own, or "" for the one of the list or fact
    rule: str
    could_become: Decision


def questions(
    decision: Decision,
    met: Iterable[tuple[Finding, Match]],
    left_open: Iterable[Open],
    hidden: Iterable[Open],
    case: Case,
    wording: Mapping[str, str],
) -> tuple[Unknown, ...]:
    """The questions left, the most consequential first.

    Besides what could make the decision worse these are the dates on which it rests: an event
    without a date counts as recent, and its date could make the decision milder.
    """
    asked: dict[tuple[str, str], list[tuple[str, Decision]]] = {}

    def ask(field: str, question: str, rule: str, could_become: Decision) -> None:
        asked.setdefault((_FIELDS.get(field, field), question), []).append((rule, could_become))

    for one in left_open:
        if rank(one.could_become) > rank(decision):
            ask(one.asked, one.question or wording[one.asked], one.rule, one.could_become)
    unnamed = {name: _what_is(name, case) for name, _, _ in case.unrecognised}
    for one in hidden:
        if rank(one.could_become) > rank(decision):
            ask(one.asked, unnamed[one.asked], one.rule, one.could_become)
    for finding, answer in met:
        if finding.leads_to == "proceed" or rank(finding.leads_to) < rank(decision):
            continue
        for entry in answer.undated:
            key = "stopped_days_ago" if entry.written_in == "medications" else "days_ago"
            question = f"How many days ago was it ({entry.label})? State {key}."
            ask(entry.written_in, question, finding.rule, finding.leads_to)
        for fact in answer.assumed:
            ask(fact, wording[fact], finding.rule, finding.leads_to)
    unknown = [
        Unknown(
            question=question,
            field=field,
            rules=tuple(dict.fromkeys(rule for rule, _ in found)),
            could_become=max((worst for _, worst in found), key=rank),
        )
        for (field, question), found in asked.items()
    ]
    return tuple(sorted(unknown, key=lambda one: -rank(one.could_become)))


def _what_is(name: str, case: Case) -> str:
    entries = [
        f"'{written[:60]}'{hint}" for where, written, hint in case.unrecognised if where == name
    ]
    more = f" and {len(entries) - _MOST_NAMED} more" if len(entries) > _MOST_NAMED else ""
    named = ", ".join(entries[:_MOST_NAMED])
    return f"What is meant by {named}{more}? No rule knows it, so it could hide one."
