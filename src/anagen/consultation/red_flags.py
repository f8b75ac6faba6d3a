"""Red flags: signs that need a diagnosis before any needle, and which of them are still unasked.

A sign is met when the person's file states it, denied when the list in which it would stand is
given in full without it, and open otherwise. A sign that a diagnosis already explains is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, NamedTuple, get_args

from anagen.evidence.naming import recognise
from anagen.evidence.rules import CERTAINTIES, rule_book
from anagen.evidence.sources import BadRecord, Source, in_one_line, read_records, sources
from anagen.evidence.vocabulary import Vocabulary, fold, vocabulary
from anagen.patient import Patient
from anagen.screening.facts import LISTS

HowSoon = Literal["today", "days", "weeks", "before_needling"]
_NEEDED = {"question", "may_mean", "do", "how_soon", "rules", "sources", "certainty"}
_OPTIONAL = {"terms", "words", "below_age", "sexes", "asked_in", "explained_by"}


@dataclass(frozen=True)
class RedFlag:
    """One sign, what it may mean, what to do and how fast."""

    key: str
    question: str
    may_mean: str
    do: str
    how_soon: HowSoon
    rules: tuple[str, ...]  # screening rules that speak of it; they decide
    sources: tuple[Source, ...]
    certainty: str
    terms: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    below_age: float | None = None
    sexes: tuple[str, ...] = ("female", "male")
    asked_in: str = ""  # the key of the patient file that answers it when given; "": none does
    explained_by: tuple[str, ...] = ()

    @property
    def citation(self) -> str:
        """All sources, readable."""
        return in_one_line(self.sources)

    def as_dict(self) -> dict[str, Any]:
        """The sign as plain data for JSON."""
        told = ("key", "question", "may_mean", "do", "how_soon", "certainty", "asked_in")
        return {name: getattr(self, name) for name in told} | {
            "rules": list(self.rules),
            "source": self.citation,
        }


@dataclass(frozen=True)
class Flags:
    """The signs that a person's file states, and those it neither states nor denies."""

    met: tuple[tuple[RedFlag, str], ...]  # each with the words that state it; most urgent first
    open: tuple[RedFlag, ...]

    def as_dict(self) -> dict[str, Any]:
        """The signs as plain data for JSON."""
        return {
            "met": [flag.as_dict() | {"stated_as": said} for flag, said in self.met],
            "open": [flag.as_dict() for flag in self.open],
        }


def red_flags_of(patient: Patient) -> Flags:
    """Which red flags one person has, and which are still to be asked."""
    stated = _entries(patient, vocabulary())
    diagnosed = set().union(*(entry.kinds for entry in stated))
    met, unanswered = [], []
    for flag in red_flags():
        if patient.sex not in flag.sexes or diagnosed & set(flag.explained_by):
            continue
        said = [f"age {patient.age:g}"] if patient.age < (flag.below_age or 0) else []
        said += [entry.written for entry in stated if _states(entry, flag)]
        if said:
            met.append((flag, ", ".join(dict.fromkeys(said))))
        elif not flag.asked_in or getattr(patient, flag.asked_in) is None:
            unanswered.append(flag)
    return Flags(tuple(met), tuple(unanswered))


class _Entry(NamedTuple):
    """One entry of the file that holds now and on the scalp, known to the vocabulary or not."""

    written: str
    term: str
    kinds: frozenset[str]


def _entries(patient: Patient, known: Vocabulary) -> list[_Entry]:
    entries = [_Entry(patient.condition, patient.condition, known.wider[patient.condition])]
    for name in LISTS:
        for item in getattr(patient, name) or ():
            found = recognise(item.name, known)
            over = (found and (found.past or found.elsewhere)) or getattr(item, "days_ago", None)
            if not over:
                term = found.term if found else ""
                entries.append(_Entry(item.name, term, known.wider.get(term, frozenset())))
    return entries


def _states(entry: _Entry, flag: RedFlag) -> bool:
    """Whether an entry states a sign; "=x" is x itself and none of its kinds."""
    return any(
        entry.term == term[1:] if term.startswith("=") else term in entry.kinds
        for term in flag.terms
    ) or fold(entry.written) in {fold(word) for word in flag.words}


def check_red_flags(
    tables: Mapping[str, Any], known_sources: Mapping[str, Source], words: Vocabulary
) -> tuple[RedFlag, ...]:
    """Typed red flags from raw tables. Raises `BadRecord`, naming the record and its fault."""
    rules = {rule.key for rule in rule_book().rules}
    found = [_flag(key, table, known_sources, words, rules) for key, table in tables.items()]
    return tuple(sorted(found, key=lambda flag: get_args(HowSoon).index(flag.how_soon)))


def _flag(
    key: str,
    table: Mapping[str, Any],
    known: Mapping[str, Source],
    words: Vocabulary,
    rules: set[str],
) -> RedFlag:
    where = f"red flag {key}"
    if not _NEEDED <= set(table) <= _NEEDED | _OPTIONAL:
        raise BadRecord(f"{where} needs {', '.join(sorted(_NEEDED))} and no unknown key.")
    for name, allowed in (("how_soon", get_args(HowSoon)), ("certainty", CERTAINTIES)):
        if table[name] not in allowed:
            raise BadRecord(f"{where} has no {name}; allowed are {', '.join(allowed)}.")
    if not all(table[name].strip() for name in ("question", "may_mean", "do")):
        raise BadRecord(f"{where} says nothing in question, may_mean or do.")
    if not table["sources"] or not set(table["sources"]) <= set(known):
        raise BadRecord(f"{where} has no known source.")
    strange = set(table["rules"]) - rules
    named = {*table.get("terms", ()), *table.get("explained_by", ())}
    strange |= {term for term in named if term.removeprefix("=") not in words.terms}
    if strange:
        raise BadRecord(f"{where} names {sorted(strange)[0]!r}, which does not exist.")
    if table.get("asked_in", "age") not in Patient.model_fields:
        raise BadRecord(f"{where} is asked in {table['asked_in']!r}, no key of a patient file.")
    if not (table.get("terms") or table.get("words") or "below_age" in table):
        raise BadRecord(f"{where} could never be met.")
    return RedFlag(
        key=key,
        question=table["question"],
        may_mean=table["may_mean"],
        do=table["do"],
        how_soon=table["how_soon"],
        rules=tuple(table["rules"]),
        sources=tuple(known[source] for source in table["sources"]),
        certainty=table["certainty"],
        terms=tuple(table.get("terms", ())),
        words=tuple(table.get("words", ())),
        below_age=table.get("below_age"),
        sexes=tuple(table.get("sexes", ("female", "male"))),
        asked_in=table.get("asked_in", ""),
        explained_by=tuple(table.get("explained_by", ())),
    )


@cache
def red_flags() -> tuple[RedFlag, ...]:
    """The project's own red flags, the most urgent first."""
    return check_red_flags(read_records("red_flags.toml"), sources(), vocabulary())
