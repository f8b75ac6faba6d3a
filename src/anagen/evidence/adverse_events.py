"""What may go wrong after needling: until when it is normal, and which signs change what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import inf
from types import MappingProxyType
from typing import Any, Literal, get_args

from anagen.evidence.sources import BadRecord, Source, read_records, sources
from anagen.evidence.statements import (
    Basis,
    Statement,
    nothing_left,
    statement,
    take_basis,
    take_number,
    take_text,
)
from anagen.evidence.vocabulary import Vocabulary, vocabulary

Urgency = Literal["expected", "watch", "within_a_week", "same_day", "emergency"]
Effect = Literal["continue", "postpone", "stop"]
URGENCIES: tuple[Urgency, ...] = get_args(Urgency)
EFFECTS: tuple[Effect, ...] = get_args(Effect)
Sign = Literal[
    "spreading", "pus", "fever", "swollen_nodes", "vesicles", "near_eye", "firm_papules",
    "dotted_lines", "raised_scar", "bleeds_through_pressure", "growing_haematoma", "hives",
    "face_swelling", "trouble_breathing", "fainting", "palpitations", "chest_pain",
    "ankle_swelling", "confusion", "seizure", "blue_lips", "bald_patch",
]  # fmt: skip
SIGNS: tuple[Sign, ...] = get_args(Sign)


@dataclass(frozen=True)
class Flag:
    """What makes an event more urgent. All that it asks for must hold."""

    text: str
    urgency: Urgency
    course: Effect
    refer: str
    report: bool
    basis: Basis
    severity_from: float
    from_day: float
    beyond_day: float
    starts_after_day: float
    signs: tuple[str, ...]
    person: tuple[str, ...]
    drugs: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """One kind of event."""

    key: str
    label: str
    normal: Statement
    normal_until_day: float  # 0: never normal
    urgency: Urgency  # from the start
    course: Effect
    refer: str
    report: bool
    ask: tuple[str, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class AdverseEvents:
    """All records on adverse events."""

    kinds: Mapping[str, Kind]
    flags: tuple[Flag, ...]  # for every kind
    severities: Mapping[int, str]
    grading: Statement
    urgencies: Mapping[str, str]
    courses: Mapping[str, str]
    reports: tuple[Statement, ...]


def check_adverse_events(
    tables: Mapping[str, Any], known: Mapping[str, Source], words: Vocabulary
) -> AdverseEvents:
    """Typed records from raw tables. Raises `BadRecord`, naming the record and its fault."""
    left = dict(tables)
    severities = {int(grade): said for grade, said in left.pop("severities").items()}
    if sorted(severities) != [1, 2, 3, 4, 5]:
        raise BadRecord("the severities of adverse events must be 1 to 5.")
    urgencies, courses = left.pop("urgencies"), left.pop("courses")
    if set(urgencies) != set(URGENCIES) or set(courses) != set(EFFECTS):
        raise BadRecord("adverse events must say what each urgency and each effect means.")
    events = AdverseEvents(
        kinds=MappingProxyType(
            {key: _kind(key, one, known, words) for key, one in left.pop("kinds").items()}
        ),
        flags=tuple(_flag("every kind", one, known, words) for one in left.pop("flags")),
        severities=MappingProxyType(severities),
        grading=statement("severities_basis", left.pop("severities_basis"), known),
        urgencies=MappingProxyType(dict(urgencies)),
        courses=MappingProxyType(dict(courses)),
        reports=tuple(statement("reports", one, known) for one in left.pop("reports")),
    )
    nothing_left("adverse_events", left)
    return events


@cache
def adverse_events() -> AdverseEvents:
    """The project's own records."""
    return check_adverse_events(read_records("adverse_events.toml"), sources(), vocabulary())


def _kind(key: str, raw: Mapping[str, Any], known: Mapping[str, Source], words: Vocabulary) -> Kind:
    where, table = f"adverse event {key}", dict(raw)
    until = take_number(where, table, "normal_until_day", or_zero=True)
    ask = tuple(table.pop("ask", ()))
    if strange := set(ask) - set(SIGNS):
        raise BadRecord(f"{where} names the sign {min(strange)!r}, which does not exist.")
    if ("urgency" in table) == (until > 0):
        raise BadRecord(f"{where} needs either normal days or an urgency, and not both.")
    kind = Kind(
        key=key,
        label=take_text(where, table, "label"),
        normal=Statement(take_text(where, table, "normal"), take_basis(where, table, known)),
        normal_until_day=until,
        urgency=_one_of(where, table.pop("urgency", "expected"), URGENCIES),
        course=_one_of(where, table.pop("course", ""), EFFECTS),
        refer=table.pop("refer", ""),
        report=table.pop("report", False),
        ask=ask,
        flags=tuple(_flag(where, one, known, words) for one in table.pop("flags", ())),
    )
    nothing_left(where, table)
    return kind


def _flag(
    where: str, raw: Mapping[str, Any], known: Mapping[str, Source], words: Vocabulary
) -> Flag:
    table = dict(raw)
    where = f"a flag of {where}"
    person, signs = tuple(table.pop("person", ())), tuple(table.pop("signs", ()))
    for term in person:
        if term not in words.terms:
            raise BadRecord(f"{where} names the term {term!r}, which does not exist.")
    for sign in signs:
        if sign not in SIGNS:
            raise BadRecord(f"{where} names the sign {sign!r}, which does not exist.")
    flag = Flag(
        text=take_text(where, table, "text"),
        urgency=_one_of(where, table.pop("urgency", ""), URGENCIES),
        course=_one_of(where, table.pop("course", "continue"), EFFECTS),
        refer=table.pop("refer", ""),
        report=table.pop("report", False),
        basis=take_basis(where, table, known),
        severity_from=table.pop("severity_from", -inf),
        from_day=table.pop("from_day", -inf),
        beyond_day=table.pop("beyond_day", -inf),
        starts_after_day=table.pop("starts_after_day", -inf),
        signs=signs,
        person=person,
        drugs=tuple(table.pop("drugs", ())),
    )
    nothing_left(where, table)
    return flag


def _one_of[Word: str](where: str, word: Any, allowed: tuple[Word, ...]) -> Word:
    for each in allowed:
        if each == word:
            return each
    raise BadRecord(f"{where} says {word!r}; allowed are {', '.join(allowed)}.")
