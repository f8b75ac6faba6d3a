"""The text of the consent page: sections in their order, and risks with how often and how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from anagen.evidence.sources import Source, read_records, sources
from anagen.evidence.statements import Basis, nothing_left, take_basis, take_text, take_when

FACTS = ("pattern", "areata", "other_loss", "numbing", "minoxidil", "prp")


@dataclass(frozen=True)
class Section:
    """One heading of the page and what stands under it."""

    key: str
    heading: str
    text: str
    when: tuple[str, ...]
    basis: Basis


@dataclass(frozen=True)
class Risk:
    """One thing that may go wrong."""

    key: str
    what: str
    how_often: str
    how_long: str
    when: tuple[str, ...]
    basis: Basis


@dataclass(frozen=True)
class ConsentText:
    """All of the page."""

    sections: tuple[Section, ...]
    risks: tuple[Risk, ...]


def check_consent(tables: Mapping[str, Any], known: Mapping[str, Source]) -> ConsentText:
    """Typed records from raw tables. Raises `BadRecord`, naming the record and its fault."""
    left = dict(tables)
    text = ConsentText(
        sections=tuple(_section(key, one, known) for key, one in left.pop("sections").items()),
        risks=tuple(_risk(key, one, known) for key, one in left.pop("risks").items()),
    )
    nothing_left("consent", left)
    return text


@cache
def consent_text() -> ConsentText:
    """The project's own text."""
    return check_consent(read_records("consent.toml"), sources())


def _section(key: str, raw: Mapping[str, Any], known: Mapping[str, Source]) -> Section:
    where, table = f"consent section {key}", dict(raw)
    section = Section(
        key=key,
        heading=take_text(where, table, "heading"),
        text=take_text(where, table, "text"),
        when=take_when(where, table, FACTS),
        basis=take_basis(where, table, known),
    )
    nothing_left(where, table)
    return section


def _risk(key: str, raw: Mapping[str, Any], known: Mapping[str, Source]) -> Risk:
    where, table = f"consent risk {key}", dict(raw)
    risk = Risk(
        key=key,
        what=take_text(where, table, "what"),
        how_often=take_text(where, table, "how_often"),
        how_long=take_text(where, table, "how_long"),
        when=take_when(where, table, FACTS),
        basis=take_basis(where, table, known),
    )
    nothing_left(where, table)
    return risk
