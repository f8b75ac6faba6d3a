"""The questionnaire: the fewest questions that can still change the screening's decision.

The screening names what it does not know. From that this file leaves out what can no longer
matter, says of each question which key of which file it fills, in what form and why, and puts them
in order: what could stop everything first, then the person, the skin today, medicines, allergies,
the device. An answer may raise a question of its own (warfarin: the INR): ask until none is left.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from anagen.evidence.naming import recognise
from anagen.evidence.rules import Rule, RuleBook, rule_book
from anagen.evidence.vocabulary import Vocabulary, vocabulary
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.screening import Screening, Unknown, screen
from anagen.screening.decision import Decision
from anagen.screening.facts import LISTS
from anagen.screening.weighing import rank

Topic = Literal["person", "skin_today", "medicines", "allergies", "device"]
TOPICS: tuple[Topic, ...] = get_args(Topic)
_TOPIC_OF_LIST: Mapping[str, Topic] = {
    "conditions": "person",
    "scalp_findings": "skin_today",
    "medications": "medicines",
    "allergies": "allergies",
}
_KINDS_OF_LIST = {
    "conditions": {"condition", "event", "answer"},
    "scalp_findings": {"finding"},
    "medications": {"medicine"},
}
_UNITS = {"mm": "mm", "cm2": "cm²", "hours": "h", "grams": "g", "months": "months", "days": "days"}
_LONG_AGO_DAYS = 36525.0  # a century: every washout is over
_MOST_CHOICES = 10


@dataclass(frozen=True)
class Form:
    """What an answer looks like."""

    kind: Literal["yes_no", "number", "choice", "list", "name"]
    allowed: str  # completes "allowed is ..."
    choices: tuple[str, ...] = ()  # of a choice; of a list, what the rules look for in it
    unit: str = ""
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Why:
    """A rule that asks, with what it would lead to."""

    rule: str
    title: str
    reason: str
    leads_to: str
    source: str
    certainty: str


@dataclass(frozen=True)
class Item:
    """One question."""

    question: str
    topic: Topic
    file: Literal["patient", "protocol"]
    field: str  # the key that the answer fills, e.g. "medications" or "device.needle_mm"
    form: Form
    why: tuple[Why, ...]  # the gravest first
    could_become: Decision  # the worst an answer could lead to; the mildest where it could relieve
    relieves: bool  # the answer can only make the decision milder


@dataclass(frozen=True)
class Questionnaire:
    """The questions left for one person (and one protocol), in the order in which to ask them."""

    decision: Decision  # on what is known
    items: tuple[Item, ...]
    off_label: bool
    version: str

    def as_dict(self) -> dict[str, Any]:
        """The questionnaire as plain data for JSON."""
        return asdict(self)


def questionnaire(patient: Patient, protocol: Protocol | None = None) -> Questionnaire:
    """The questions whose answers can change what the screening says of one person.

    Empty when nothing that is left unsaid could change the decision. Where the decision is already
    "do not treat", only what could lift it is asked.
    """
    book, known = rule_book(), vocabulary()
    screening = screen(patient, protocol)
    relieved = screen(_if_all_was_long_ago(patient, known), protocol).decision
    items = [
        _item(unknown, _field(unknown, protocol), screening, relieved, book, known)
        for unknown in screening.unknown
        if rank(unknown.could_become) > rank(screening.decision)
        or rank(relieved) < rank(screening.decision)
    ]
    return Questionnaire(
        decision=screening.decision,
        items=tuple(sorted(items, key=_order)),
        off_label=screening.off_label,
        version=screening.version,
    )


def _order(item: Item) -> tuple[int, int, int]:
    """What could stop everything before all else, the worse first; then topic by topic."""
    worst = rank(item.could_become)
    stops = not item.relieves and worst >= rank("refer")
    return (-worst if stops else 0), TOPICS.index(item.topic), -worst


def _field(unknown: Unknown, protocol: Protocol | None) -> str:
    """The key that is missing: what is not sterile may still be withheld from the needled skin."""
    if unknown.field != "topicals.sterile" or protocol is None:
        return unknown.field
    prepared = protocol.setting.sterile_prp if protocol.setting else None
    for topical in protocol.topicals:
        stated = topical.sterile is not None or (topical.drug == "prp" and prepared is not None)
        if topical.drug != "none" and not stated and not topical.hold_hours:
            return unknown.field
    return "topicals.hold_hours"


def _item(
    unknown: Unknown,
    field: str,
    screening: Screening,
    relieved: Decision,
    book: RuleBook,
    known: Vocabulary,
) -> Item:
    relieves = rank(unknown.could_become) <= rank(screening.decision)
    in_patient = field in Patient.model_fields
    rules = [rule for rule in book.rules if rule.key in unknown.rules]
    rules.sort(key=lambda rule: -rank(rule.leads_to))  # type: ignore[arg-type]  # checked on loading
    return Item(
        question=unknown.question,
        topic=_TOPIC_OF_LIST.get(field, "person" if in_patient else "device"),
        file="patient" if in_patient else "protocol",
        field=field,
        form=_form(unknown, field, rules, book, known),
        why=tuple(
            Why(rule.key, rule.title, rule.reason, rule.leads_to, rule.citation, rule.certainty)
            for rule in rules
        ),
        could_become=relieved if relieves else unknown.could_become,
        relieves=relieves,
    )


def _form(
    unknown: Unknown, field: str, rules: list[Rule], book: RuleBook, known: Vocabulary
) -> Form:
    if field not in LISTS:
        return _form_of_field(field)
    for rule in rules:
        for alternative in rule.when:
            asked = alternative.answer
            if asked and asked.question == unknown.question:
                named = tuple(known.terms[term].key for term in (*asked.yes, *asked.no))
                return Form("choice", f"one of {', '.join(named)}, added to the list", named)
    allowed = Patient.model_fields[unknown.field].description or ""
    if unknown.question == book.questions[unknown.field]:
        return Form("list", allowed, _looked_for(unknown.field, rules, known))
    if unknown.question.endswith("days_ago."):
        said = "the days since then, written beside the entry, a number from 0 to 45000"
        return Form("number", said, unit="days", least=0.0, most=45000.0)
    return Form("name", "the same entry under a name or code that the vocabulary knows")


def _looked_for(name: str, rules: list[Rule], known: Vocabulary) -> tuple[str, ...]:
    """What the rules look for in one list, by label."""
    alternatives = [alternative for rule in rules for alternative in rule.when]
    if name == "allergies":
        terms = [term for alternative in alternatives for term in alternative.allergies]
    else:
        named = [term for one in alternatives for term in (*one.terms, *one.together_with)]
        terms = [term.removeprefix("=") for term in named]
        terms = [term for term in terms if known.terms[term].kind in _KINDS_OF_LIST[name]]
    return tuple(dict.fromkeys(known.terms[term].label for term in terms))


def _form_of_field(path: str) -> Form:
    """The form of one key of a patient or protocol file, as its own model describes it."""
    names = path.split(".")
    model = Patient if names[0] in Patient.model_fields else Protocol
    field = model.model_fields[names[0]]
    if len(names) > 1:
        (inner,) = _inside(field.annotation, BaseModel)
        field = inner.model_fields[names[-1]]
    allowed = field.description or ""
    if names[-1] == "grade":  # asked for in areata alone
        return Form("choice", "salt_0 to salt_100", tuple(f"salt_{n}" for n in range(101)))
    if bool in _parts(field.annotation):
        return Form("yes_no", allowed)
    words = tuple(part for part in _parts(field.annotation) if isinstance(part, str))
    if words:
        return Form("choice", allowed, words)
    least = next((float(m.ge) for m in field.metadata if hasattr(m, "ge")), None)
    most = next((float(m.le) for m in field.metadata if hasattr(m, "le")), None)
    whole = int in _parts(field.annotation)
    if whole and least is not None and most is not None and most - least < _MOST_CHOICES:
        return Form("choice", allowed, tuple(str(n) for n in range(int(least), int(most) + 1)))
    unit = next((unit for word, unit in _UNITS.items() if word in names[-1].split("_")), "")
    return Form("number", allowed, unit=unit, least=least, most=most)


def _parts(annotation: Any) -> list[Any]:
    """The types and the words that a field may hold."""
    if get_origin(annotation) in {Union, UnionType, Literal, tuple}:
        return [found for part in get_args(annotation) for found in _parts(part)]
    return [annotation]


def _inside(annotation: Any, of: type) -> list[type[BaseModel]]:
    return [part for part in _parts(annotation) if isinstance(part, type) and issubclass(part, of)]


def _if_all_was_long_ago(patient: Patient, known: Vocabulary) -> Patient:
    """The same person if every event without a date, and the onset, were long ago."""
    changed: dict[str, Any] = {}
    for name in LISTS:
        key = "stopped_days_ago" if name == "medications" else "days_ago"
        changed[name] = tuple(
            entry.model_copy(update={key: _LONG_AGO_DAYS})
            if getattr(entry, key) is None and _happened(entry.name, known)
            else entry
            for entry in getattr(patient, name) or ()
        ) if getattr(patient, name) is not None else None  # fmt: skip
    if patient.months_since_onset is None:
        changed["months_since_onset"] = 12 * patient.age
    return patient.model_copy(update=changed)


def _happened(written: str, known: Vocabulary) -> bool:
    """Whether an entry tells of something over, so that its date is what matters."""
    found = recognise(written, known)
    return found is not None and (found.past or known.terms[found.term].kind == "event")
