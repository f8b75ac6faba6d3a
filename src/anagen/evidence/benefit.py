"""What trials say about each kind of option in each condition, and what happens by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, get_args

from anagen.evidence.grades import Grade
from anagen.evidence.rules import CERTAINTIES
from anagen.evidence.sources import BadRecord, read_records, sources

Level = Literal["established", "limited", "none", "natural"]
Kind = Literal[
    "nothing",
    "minoxidil",
    "needling",
    "needling_minoxidil",
    "needling_triamcinolone",
    "injected_triamcinolone",
    "prp",
    "finasteride",
    "dutasteride",
    "oral_minoxidil",
    "spironolactone",
]
EVERYWHERE: tuple[Kind, ...] = (  # what every condition must say something about
    "nothing",
    "minoxidil",
    "needling",
    "needling_minoxidil",
    "needling_triamcinolone",
    "prp",
    "finasteride",
)
NO_TRIAL = "no controlled trial found"
_KEYS = {"level", "said", "number", "population", "sources", "grade"}


@dataclass(frozen=True)
class Benefit:
    """The state of the evidence for one kind of option in one condition."""

    level: Level
    said: str
    number: str  # the effect as published, with its unit and against what
    population: str
    sources: tuple[str, ...]
    grade: Grade

    def __str__(self) -> str:
        return f"{self.said} [{self.level}; {self.grade}] ({self.citation})"

    @property
    def citation(self) -> str:
        """All sources, readable."""
        return "; ".join(sources()[key].citation.rstrip(".") for key in self.sources)


@dataclass(frozen=True)
class Expectation:
    """What to expect of a course or of counting it."""

    key: str
    said: str
    sources: tuple[str, ...]
    certainty: str
    kinds: tuple[Kind, ...]  # the options it is about; none: all

    @property
    def citation(self) -> str:
        """All sources, readable."""
        return "; ".join(sources()[key].citation.rstrip(".") for key in self.sources)


def check_benefits(
    tables: Mapping[str, Any], known_sources: Mapping[str, Any]
) -> dict[tuple[str, str], Benefit]:
    """Typed records from raw tables, without ``expectations``. Raises `BadRecord`."""
    found = {}
    for condition, kinds in tables.items():
        if condition == "expectations":
            continue
        for kind, table in kinds.items():
            key = f"benefit {condition}.{kind}"
            if kind not in get_args(Kind) or table.get("level") not in get_args(Level):
                raise BadRecord(f"{key} has an unknown kind or level.")
            if not table.get("said") or table.get("grade") not in get_args(Grade):
                raise BadRecord(f"{key} has no sentence or no grade.")
            if set(table) != _KEYS or not (table["number"] and table["population"]):
                raise BadRecord(f"{key} needs just {', '.join(sorted(_KEYS))}.")
            if (table["level"] == "none") != (table["number"] == NO_TRIAL):
                raise BadRecord(f"{key} must say {NO_TRIAL!r} where, and only where, none is.")
            if (table["level"] == "natural") != (kind == "nothing"):
                raise BadRecord(f"{key}: only doing nothing has a natural course.")
            named = _named(key, table, known_sources)
            found[condition, kind] = Benefit(**(table | {"sources": named}))
        left_out = set(EVERYWHERE) - set(kinds)
        if left_out:
            raise BadRecord(f"benefit {condition} says nothing of {', '.join(sorted(left_out))}.")
    return found


def check_expectations(
    tables: Mapping[str, Any], known_sources: Mapping[str, Any]
) -> tuple[Expectation, ...]:
    """Typed expectations from raw tables. Raises `BadRecord`."""
    found = []
    for key, table in tables.items():
        where = f"expectation {key}"
        if set(table) != {"said", "sources", "certainty", "kinds"} or not table["said"]:
            raise BadRecord(f"{where} needs just said, sources, certainty and kinds.")
        if table["certainty"] not in CERTAINTIES or not set(table["kinds"]) <= set(get_args(Kind)):
            raise BadRecord(f"{where} has an unknown certainty or kind.")
        named = _named(where, table, known_sources)
        found.append(
            Expectation(key, table["said"], named, table["certainty"], tuple(table["kinds"]))
        )
    return tuple(found)


def _named(
    where: str, table: Mapping[str, Any], known_sources: Mapping[str, Any]
) -> tuple[str, ...]:
    named = tuple(table.get("sources", ()))
    if not named or not set(named) <= set(known_sources):
        raise BadRecord(f"{where} has no known source.")
    return named


@cache
def benefits() -> Mapping[tuple[str, str], Benefit]:
    """All records, by (condition, kind)."""
    return MappingProxyType(check_benefits(read_records("benefit.toml"), sources()))


@cache
def expectations() -> tuple[Expectation, ...]:
    """What to expect, in the order in which it is told."""
    return check_expectations(read_records("benefit.toml")["expectations"], sources())
