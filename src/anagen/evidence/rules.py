"""The screening rules: what speaks against needling, why, what to do, and who says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from anagen.evidence.sources import BadRecord, Source, in_one_line, read_records, sources
from anagen.evidence.vocabulary import Vocabulary, vocabulary

APPLIES_TO = ("procedure", "anaesthetic", "topical_minoxidil", "prp", "medicine", "operator")
CATEGORIES = ("absolute", "relative", "caution")
LEADS_TO = ("caution", "defer", "refer", "do_not_treat")
CERTAINTIES = ("high", "moderate", "low", "judgement")
_RULE_KEYS = {
    "title", "applies_to", "category", "leads_to", "drugs", "reason", "action", "conflict",
    "washout_days_min", "washout_days_max", "sources", "certainty", "shallow", "when",
}  # fmt: skip
_TEXTS = ("title", "reason", "action")


@dataclass(frozen=True)
class Comparison:
    """What a fact must be. ``is_`` and the limits hold together; unknown facts leave it open."""

    is_: tuple[Any, ...] = ()
    is_not: tuple[Any, ...] = ()
    at_least: float | None = None
    above: float | None = None
    below: float | None = None
    stated: bool | None = None  # False: met when nothing is stated
    or_unknown: bool = False  # True: an unknown fact counts as met


@dataclass(frozen=True)
class Question:
    """What a rule must know besides: stated by one of ``yes``, denied by one of ``no``."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    question: str


@dataclass(frozen=True)
class Alternative:
    """One way to meet a rule. All of its parts must hold."""

    terms: tuple[str, ...] = ()  # "=x" is x itself and none of its kinds
    allergies: tuple[str, ...] = ()
    state: str = "now"  # now, past or ever
    in_field: bool = False
    together_with: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    answer: Question | None = None
    within_days: float | None = None
    facts: Mapping[str, Comparison] = MappingProxyType({})
    weight: str = ""  # "", caution or information


@dataclass(frozen=True)
class Rule:
    """One rule, with its sources and what meets it."""

    key: str
    title: str
    applies_to: str
    category: str
    leads_to: str
    reason: str
    action: str
    sources: tuple[Source, ...]
    certainty: str
    when: tuple[Alternative, ...]
    drugs: tuple[str, ...] = ()
    conflict: str = ""
    washout_days_min: float | None = None
    washout_days_max: float | None = None
    shallow: bool = False  # where needling is allowed all the same, only the shortest needle

    @property
    def citation(self) -> str:
        """All sources, readable."""
        return in_one_line(self.sources)


@dataclass(frozen=True)
class RuleBook:
    """All rules in their order, and the question for every fact and list they ask about."""

    rules: tuple[Rule, ...]
    questions: Mapping[str, str]


def check_rules(
    tables: Mapping[str, Any], known: Mapping[str, Source], words: Vocabulary
) -> RuleBook:
    """A rule book from raw tables.

    Raises `BadRecord` for a rule without source, reason, action or certainty, and for one that
    names a source, term or fact that does not exist.
    """
    questions = tables.get("questions", {})
    rules = tuple(
        _rule(key, table, known, words, questions) for key, table in tables.get("rules", {}).items()
    )
    return RuleBook(rules=rules, questions=MappingProxyType(dict(questions)))


@cache
def rule_book() -> RuleBook:
    """The project's own rules."""
    return check_rules(read_records("rules.toml"), sources(), vocabulary())


def _rule(
    key: str,
    table: Mapping[str, Any],
    known: Mapping[str, Source],
    words: Vocabulary,
    questions: Mapping[str, str],
) -> Rule:
    where = f"rule {key}"
    _refuse_strange(where, table, _RULE_KEYS)
    for name in _TEXTS:
        if not str(table.get(name, "")).strip():
            raise BadRecord(f"{where} has no {name}.")
    for name, allowed in (
        ("applies_to", APPLIES_TO),
        ("category", CATEGORIES),
        ("leads_to", LEADS_TO),
        ("certainty", CERTAINTIES),
    ):
        if table.get(name) not in allowed:
            raise BadRecord(f"{where} has no {name}; allowed are {', '.join(allowed)}.")
    cited = table.get("sources", [])
    if not cited:
        raise BadRecord(f"{where} has no source.")
    for source in cited:
        if source not in known:
            raise BadRecord(f"{where} names the source {source!r}, which does not exist.")
    if not table.get("when"):
        raise BadRecord(f"{where} has no trigger.")
    return Rule(
        key=key,
        title=table["title"],
        applies_to=table["applies_to"],
        category=table["category"],
        leads_to=table["leads_to"],
        reason=table["reason"],
        action=table["action"],
        sources=tuple(known[source] for source in cited),
        certainty=table["certainty"],
        when=tuple(_alternative(where, part, words, questions) for part in table["when"]),
        drugs=tuple(table.get("drugs", ())),
        conflict=table.get("conflict", ""),
        washout_days_min=table.get("washout_days_min"),
        washout_days_max=table.get("washout_days_max"),
        shallow=table.get("shallow", False),
    )


def _alternative(
    where: str, table: Mapping[str, Any], words: Vocabulary, questions: Mapping[str, str]
) -> Alternative:
    _refuse_strange(where, table, set(Alternative.__dataclass_fields__))
    answer = table.get("answer")
    for term in (
        *table.get("terms", ()),
        *table.get("allergies", ()),
        *table.get("together_with", ()),
        *table.get("unless", ()),
        *(answer["yes"] + answer["no"] if answer else ()),
    ):
        if term.removeprefix("=") not in words.terms:
            raise BadRecord(f"{where} names the term {term!r}, which does not exist.")
    for fact in table.get("facts", {}):
        if fact not in questions:
            raise BadRecord(f"{where} asks for {fact!r}, for which there is no question.")
    if table.get("state", "now") not in {"now", "past", "ever"}:
        raise BadRecord(f"{where} has an unknown state; allowed are now, past and ever.")
    if table.get("weight", "") not in {"", "caution", "information"}:
        raise BadRecord(f"{where} has an unknown weight; allowed are caution and information.")
    return Alternative(
        terms=tuple(table.get("terms", ())),
        allergies=tuple(table.get("allergies", ())),
        state=table.get("state", "now"),
        in_field=table.get("in_field", False),
        together_with=tuple(table.get("together_with", ())),
        unless=tuple(table.get("unless", ())),
        answer=Question(tuple(answer["yes"]), tuple(answer["no"]), answer["question"])
        if answer
        else None,
        within_days=table.get("within_days"),
        facts=MappingProxyType(
            {fact: _comparison(where, part) for fact, part in table.get("facts", {}).items()}
        ),
        weight=table.get("weight", ""),
    )


def _comparison(where: str, table: Mapping[str, Any]) -> Comparison:
    allowed = {"is", "is_not", "from", "above", "below", "stated", "or_unknown"}
    _refuse_strange(where, table, allowed)
    return Comparison(
        is_=tuple(table.get("is", ())),
        is_not=tuple(table.get("is_not", ())),
        at_least=table.get("from"),
        above=table.get("above"),
        below=table.get("below"),
        stated=table.get("stated"),
        or_unknown=table.get("or_unknown", False),
    )


def _refuse_strange(where: str, table: Mapping[str, Any], allowed: set[str]) -> None:
    strange = set(table) - allowed
    if strange:
        raise BadRecord(f"{where} has unknown keys: {', '.join(sorted(strange))}.")
