"""Whether a rule's alternative holds: yes, no, or open because something is not known.

Unknown is not no. An alternative is open when nothing denies it and something it needs is not
stated; it then names the list or fact whose statement would settle it.
"""

from dataclasses import dataclass
from typing import Any

from anagen.evidence.rules import Alternative, Comparison, Rule
from anagen.evidence.vocabulary import Vocabulary
from anagen.screening.facts import ABSENT, UNKNOWN, Case, Entry

# In which list an entry of each kind would stand.
_HOME = {
    "condition": "conditions",
    "event": "conditions",
    "answer": "conditions",
    "finding": "scalp_findings",
    "medicine": "medications",
    "allergen": "allergies",
    "allergy": "allergies",
}
_DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True)
class Match:
    """The answer for one alternative, or for one part of it."""

    holds: bool | None  # None: open
    because: tuple[str, ...] = ()  # what in the input met it
    missing: tuple[tuple[str, str], ...] = ()  # (list or fact, a question of its own or "")
    wait_days: float | None = None
    disputed: bool = False  # between the shorter and the longer washout of the sources
    undated: tuple[Entry, ...] = ()  # entries that count as recent because nobody said when
    assumed: tuple[str, ...] = ()  # facts that count as met because they are unknown


YES, NO = Match(True), Match(False)


def match(rule: Rule, alternative: Alternative, case: Case, known: Vocabulary) -> Match:
    """Whether ``alternative`` of ``rule`` holds."""
    parts = [_compare(fact, part, case.facts[fact]) for fact, part in alternative.facts.items()]
    if alternative.unless and _stated(alternative.unless, case.entries):
        return NO
    if alternative.terms:
        parts.append(_by_terms(rule, alternative, case, known))
    if alternative.allergies:
        parts.append(_by_list(alternative.allergies, case.allergies, case, known, ("allergies",)))
    if alternative.together_with:
        parts.append(_by_list(alternative.together_with, case.entries, case, known))
    if any(part.holds is False for part in parts):
        return NO
    if all(part.holds for part in parts) and alternative.answer:
        parts.append(_answered(alternative, case))
    return _all_of(parts)


def _all_of(parts: list[Match]) -> Match:
    if any(part.holds is False for part in parts):
        return NO
    open_parts = [part for part in parts if part.holds is None]
    waits = [part.wait_days for part in parts if part.wait_days is not None]
    return Match(
        holds=None if open_parts else True,
        because=tuple(text for part in parts for text in part.because),
        missing=open_parts[0].missing if open_parts else (),
        wait_days=max(waits, default=None),
        disputed=any(part.disputed for part in parts),
        undated=tuple(entry for part in parts for entry in part.undated),
        assumed=tuple(fact for part in parts for fact in part.assumed),
    )


def _is(term: str, entry: Entry) -> bool:
    return entry.term == term[1:] if term.startswith("=") else term in entry.kinds


def _stated(terms: tuple[str, ...], entries: tuple[Entry, ...]) -> list[Entry]:
    return [entry for entry in entries if any(_is(term, entry) for term in terms)]


def _by_list(
    terms: tuple[str, ...],
    entries: tuple[Entry, ...],
    case: Case,
    known: Vocabulary,
    lists: tuple[str, ...] = (),
) -> Match:
    found = [entry for entry in _stated(terms, entries) if entry.now]
    if found:
        return Match(True, because=tuple(entry.said for entry in found))
    homes = lists or {_HOME[known.terms[term.removeprefix("=")].kind] for term in terms}
    return _nothing_found(set(homes), case)


def _nothing_found(homes: set[str], case: Case) -> Match:
    missing = tuple((name, "") for name in sorted(homes & case.unstated))
    return Match(None, missing=missing) if missing else NO


def _by_terms(rule: Rule, alternative: Alternative, case: Case, known: Vocabulary) -> Match:
    """The entry that weighs most: one with no end in sight before the most recent one."""
    met = [
        one
        for entry in _stated(alternative.terms, case.entries)
        if not (alternative.in_field and entry.elsewhere)
        and (one := _in_time(rule, alternative, entry)).holds
    ]
    if not met:
        homes = {_HOME[known.terms[term.removeprefix("=")].kind] for term in alternative.terms}
        return _nothing_found(homes, case)
    met.sort(key=lambda one: (one.disputed, -(one.wait_days or float("inf"))))
    worst = met[0]
    return Match(
        True,
        because=tuple(
            text for one in met if one.disputed == worst.disputed for text in one.because
        ),
        wait_days=worst.wait_days,
        disputed=worst.disputed,
        undated=worst.undated,
    )


def _in_time(rule: Rule, alternative: Alternative, entry: Entry) -> Match:
    """Whether the entry's time fits. At or beyond a washout's limit it is over."""
    here = (entry.said,)
    if alternative.state == "now":
        return Match(True, because=here) if entry.now else NO
    if alternative.state == "past" and not entry.past:
        return NO
    undated = (entry,) if entry.undated else ()
    if alternative.within_days is not None:
        recent = entry.days_ago is None or entry.days_ago < alternative.within_days
        return Match(True, because=here, undated=undated) if recent else NO
    shortest = rule.washout_days_min
    if shortest is None or entry.days_ago is None:
        asks = undated if shortest is not None else ()
        return Match(True, because=here, undated=asks)
    longest = rule.washout_days_max or shortest
    if entry.days_ago < shortest:
        return Match(True, because=here, wait_days=shortest - entry.days_ago)
    if entry.days_ago < longest:
        return Match(True, because=here, wait_days=longest - entry.days_ago, disputed=True)
    return NO


def _answered(alternative: Alternative, case: Case) -> Match:
    asked = alternative.answer
    assert asked is not None
    said = _stated(asked.yes, case.entries)
    if said:
        return Match(True, because=tuple(entry.said for entry in said))
    if _stated(asked.no, case.entries):
        return NO
    return Match(None, missing=(("conditions", asked.question),))


def _compare(fact: str, wanted: Comparison, value: Any) -> Match:
    if wanted.stated is False:
        return YES if value in (UNKNOWN, ABSENT) else NO
    if value is ABSENT:
        return NO
    if value is UNKNOWN:
        if wanted.or_unknown:
            return Match(True, because=(f"{fact}: not stated",), assumed=(fact,))
        return Match(None, missing=((fact, ""),))
    fits = (
        (not wanted.is_ or value in wanted.is_)
        and value not in wanted.is_not
        and (wanted.at_least is None or value >= wanted.at_least)
        and (wanted.above is None or value > wanted.above)
        and (wanted.below is None or value < wanted.below)
    )
    if not fits:
        return NO
    if fact == "needling":  # true of everybody who asks about needling; it explains nothing
        return YES
    shown = f"{value:g}" if isinstance(value, float) else str(value).lower()
    wait = None
    if fact == "months_since_onset" and wanted.below is not None:
        wait = float(round((wanted.below - value) * _DAYS_PER_MONTH))
    return Match(True, because=(f"{fact}: {shown}",), wait_days=wait)
