"""The screening rules on numbing, for one cream and one person: which forbid it, which limit it.

An absolute rule forbids. What a caution asks for stands under ``rules`` in ``anaesthetics.toml``:
nothing more than its sentence, a smaller area, a shorter time, or a refusal (no wrap, no heat).
"""

from dataclasses import dataclass
from math import isfinite

from anagen.evidence.anaesthetics import Labels
from anagen.evidence.rules import Rule, rule_book
from anagen.evidence.statements import Basis, Statement
from anagen.evidence.vocabulary import vocabulary
from anagen.patient import Patient
from anagen.procedure.asked import Asked
from anagen.protocol import Anaesthetic, Course, Protocol
from anagen.screening.facts import case_of
from anagen.screening.matching import match


@dataclass(frozen=True)
class PersonalLimit:
    """A limit that holds for this person, besides the label's."""

    name: str  # area or minutes
    most: float
    said: str
    basis: Basis


@dataclass(frozen=True)
class Met:
    """What the screening rules on numbing say of one cream for one person."""

    reasons: tuple[Statement, ...]
    cautions: tuple[Statement, ...]
    asked: tuple[Asked, ...]
    limits: tuple[PersonalLimit, ...]


def rules_met(cream: Anaesthetic, patient: Patient, labels: Labels) -> Met:
    """Every rule on numbing against one cream for one person. Unknown is not no: it is asked."""
    known, book = vocabulary(), rule_book()
    case = case_of(patient, Protocol(course=Course(sessions=0), anaesthetic=cream), known)
    reasons: list[Statement] = []
    cautions: list[Statement] = []
    limits: list[PersonalLimit] = []
    asked = [
        Asked(book.questions[f"anaesthetic.{name}"], f"anaesthetic.{name}")
        for name in ("grams", "area_cm2", "occluded", "heated", "on_needled_skin")
        if getattr(cream, name) is None
    ]
    if cream.minutes is None:
        asked.append(Asked(labels.questions["minutes"], "anaesthetic.minutes"))
    asked += [
        Asked(f"'{written[:60]}': {labels.questions['unknown_entry']}", name)
        for name, written, _ in case.unrecognised
    ]
    for rule in book.rules:
        if rule.applies_to != "anaesthetic" or (rule.drugs and cream.drug not in rule.drugs):
            continue
        answers = [match(rule, alternative, case, known) for alternative in rule.when]
        met = [answer for answer in answers if answer.holds]
        if not met:
            asked += [
                Asked(question or book.questions[name], name)
                for answer in answers
                for name, question in answer.missing
            ]
            continue
        said = _said(rule, [text for answer in met for text in answer.because])
        demand = labels.demands.get(rule.key)
        if demand is None or demand.refused:
            reasons.append(said)
            continue
        cautions.append(said)
        for name, most in (("area", demand.most_area_cm2), ("minutes", demand.most_minutes)):
            if isfinite(most) and demand.basis:
                limits.append(PersonalLimit(name, most, demand.said, demand.basis))
    return Met(tuple(reasons), tuple(cautions), tuple(asked), tuple(limits))


def _said(rule: Rule, because: list[str]) -> Statement:
    conflict = f" {rule.conflict}" if rule.conflict else ""
    text = f"{rule.title} ({'; '.join(because)}). {rule.reason} {rule.action}{conflict}"
    return Statement(text, Basis(rule.sources, rule.certainty))
