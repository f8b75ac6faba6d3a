"""The sources that every number and rule must name."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any


class BadRecord(ValueError):  # noqa: N818 - it names the record, not the program's failure
    """A record of the project's own evidence that is not fit to be used."""


@dataclass(frozen=True)
class Source:
    """One publication, label or register entry."""

    key: str
    citation: str
    doi: str = ""
    pmid: str = ""
    url: str = ""
    note: str = ""

    def __str__(self) -> str:
        parts = [self.citation]
        if self.doi:
            parts.append(f"doi:{self.doi}")
        if self.pmid:
            parts.append(f"PMID {self.pmid}")
        if self.url:
            parts.append(self.url)
        return " ".join(parts)


def in_one_line(named: Iterable[Source]) -> str:
    """Sources as people read them."""
    return "; ".join(str(source).rstrip(".") for source in named)


def read_records(name: str) -> dict[str, Any]:
    """The tables of one of the package's own TOML files."""
    return tomllib.loads(files("anagen.evidence").joinpath(name).read_text("utf-8"))


def check_sources(tables: Mapping[str, Any]) -> dict[str, Source]:
    """Typed sources from raw tables. Raises `BadRecord` for one without a citation."""
    found: dict[str, Source] = {}
    for key, table in tables.items():
        unknown = set(table) - {"citation", "doi", "pmid", "url", "note"}
        if unknown:
            raise BadRecord(f"source {key} has unknown keys: {', '.join(sorted(unknown))}.")
        if not table.get("citation", "").strip():
            raise BadRecord(f"source {key} has no citation.")
        found[key] = Source(key=key, **table)
    return found


@cache
def sources() -> Mapping[str, Source]:
    """All sources, by key."""
    return MappingProxyType(check_sources(read_records("sources.toml")))
