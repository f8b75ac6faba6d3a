"""The gate itself: every rule against one person, the worst finding decides."""

from dataclasses import replace
from functools import cache
from importlib.metadata import version

from anagen.evidence.rules import Rule, RuleBook, rule_book
from anagen.evidence.vocabulary import Vocabulary, vocabulary
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.screening.decision import Decision, Finding, Screening, Severity
from anagen.screening.facts import Case, case_of
from anagen.screening.matching import Match, match
from anagen.screening.questions import Open, questions
from anagen.screening.weighing import rank, weigh

_OF_EVERYBODY = "any needling of the scalp for hair loss"
_SEVERITIES: tuple[Severity, ...] = ("absolute", "relative", "caution", "information")


def screen(patient: Patient, protocol: Protocol | None = None) -> Screening:
    """Whether this scalp may be needled, under this protocol or in general.

    Every rule that applies becomes a finding and the worst finding decides. What is not known and
    could make the decision worse stands under ``unknown``; it is never assumed.
    """
    known, book = vocabulary(), rule_book()
    case = case_of(patient, protocol, known)
    met: list[tuple[Finding, Match]] = []
    left_open: list[Open] = []
    for rule in book.rules:
        found, open_parts = _apply(rule, case, protocol, known)
        met += found
        left_open += open_parts
    decided: list[Decision] = ["proceed", *(finding.leads_to for finding, _ in met)]
    decision = max(decided, key=rank)
    hidden = _hidden_by_unrecognised(case, protocol, known, book)
    findings = sorted(
        (finding for finding, _ in met),
        key=lambda one: (-rank(one.leads_to), _SEVERITIES.index(one.severity)),
    )
    return Screening(
        decision=decision,
        findings=tuple(findings),
        unknown=questions(decision, met, left_open, hidden, case, book.questions),
        unrecognised=tuple(
            f"{name}: {written[:60]}{hint}" for name, written, hint in case.unrecognised
        ),
        off_label=True,  # the FDA has authorised no microneedling device for hair loss (C44a)
        version=_rules_version(),
    )


@cache
def _rules_version() -> str:
    """Version of the rules, which is the program's."""
    return version("anagen")


def _apply(
    rule: Rule, case: Case, protocol: Protocol | None, known: Vocabulary
) -> tuple[list[tuple[Finding, Match]], list[Open]]:
    """The rule's finding, if an alternative holds, and what its open alternatives could become."""
    held: list[tuple[Severity, Decision, Match]] = []
    left_open: list[Open] = []
    for alternative in rule.when:
        answer = match(rule, alternative, case, known)
        weight = weigh(rule, alternative, protocol, disputed=answer.disputed)
        if answer.holds:
            held.append((*weight, answer))
        elif answer.holds is None:
            left_open += [Open(*asked, rule.key, weight[1]) for asked in answer.missing]
    if not held:
        return [], left_open
    severity, leads_to, answer = max(held, key=lambda one: rank(one[1]))
    because = [text for _, other, same in held if other == leads_to for text in same.because]
    finding = Finding(
        rule=rule.key,
        severity=severity,
        applies_to=rule.applies_to,
        title=rule.title,
        trigger="; ".join(dict.fromkeys(because)) or _OF_EVERYBODY,
        reason=rule.reason,
        action=rule.action,
        source=rule.citation,
        certainty=rule.certainty,
        leads_to=leads_to,
        conflict=_conflict(rule, answer),
        wait_days=answer.wait_days,
        shallow=rule.shallow and leads_to != "proceed",
    )
    return [(finding, answer)], left_open


def _conflict(rule: Rule, answer: Match) -> str:
    if not answer.disputed:
        return rule.conflict
    between = (
        f"Sources differ on the wait: {rule.washout_days_min:g} to {rule.washout_days_max:g} days; "
        "the shorter is over, the longer is not."
    )
    return f"{between} {rule.conflict}".strip()


def _hidden_by_unrecognised(
    case: Case, protocol: Protocol | None, known: Vocabulary, book: RuleBook
) -> list[Open]:
    """What an entry that nobody knows could hide: all that its list could lead to."""
    lists = frozenset(name for name, _, _ in case.unrecognised)
    if not lists:
        return []
    as_if_unstated = replace(case, unstated=lists)
    return [
        opened
        for rule in book.rules
        for opened in _apply(rule, as_if_unstated, protocol, known)[1]
        if opened.asked in lists and not opened.question
    ]
