"""What trials say about each kind of option in each condition."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, get_args

from anagen.evidence.grades import Grade
from anagen.evidence.sources import BadRecord, read_records, sources

Level = Literal["established", "limited", "none"]
Kind = Literal[
    "minoxidil",
    "needling",
    "needling_minoxidil",
    "needling_triamcinolone",
    "finasteride",
    "dutasteride",
    "oral_minoxidil",
    "spironolactone",
]


@dataclass(frozen=True)
class Benefit:
    """The state of the evidence for one kind of option in one condition."""

    level: Level
    said: str
    sources: tuple[str, ...]
    grade: Grade

    def __str__(self) -> str:
        cited = "; ".join(sources()[key].citation.rstrip(".") for key in self.sources)
        return f"{self.said} [{self.level}; {self.grade}] ({cited})"


def check_benefits(
    tables: Mapping[str, Any], known_sources: Mapping[str, Any]
) -> dict[tuple[str, str], Benefit]:
    """Typed records from raw tables. Raises `BadRecord`."""
    found = {}
    for condition, kinds in tables.items():
        for kind, table in kinds.items():
            key = f"{condition}.{kind}"
            if kind not in get_args(Kind) or table.get("level") not in get_args(Level):
                raise BadRecord(f"benefit {key} has an unknown kind or level.")
            if not table.get("said") or table.get("grade") not in get_args(Grade):
                raise BadRecord(f"benefit {key} has no sentence or no grade.")
            named = tuple(table.get("sources", ()))
            if not named or not set(named) <= set(known_sources):
                raise BadRecord(f"benefit {key} has no known source.")
            found[condition, kind] = Benefit(table["level"], table["said"], named, table["grade"])
    return found


@cache
def benefits() -> Mapping[tuple[str, str], Benefit]:
    """All records, by (condition, kind)."""
    return MappingProxyType(check_benefits(read_records("benefit.toml"), sources()))
