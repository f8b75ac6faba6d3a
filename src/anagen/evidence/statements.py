"""A medical sentence as a page may print it: with who says so and how sure that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from anagen.evidence.rules import CERTAINTIES
from anagen.evidence.sources import BadRecord, Source, in_one_line


@dataclass(frozen=True)
class Basis:
    """What a sentence or a number rests on."""

    sources: tuple[Source, ...]
    certainty: str  # high, moderate, low or judgement

    @property
    def cited(self) -> tuple[str, ...]:
        """Each source, readable."""
        return tuple(str(source).rstrip(".") for source in self.sources)

    @property
    def citation(self) -> str:
        """All sources in one line."""
        return in_one_line(self.sources)


@dataclass(frozen=True)
class Statement:
    """One sentence and its basis."""

    text: str
    basis: Basis


def take_basis(where: str, table: dict[str, Any], known: Mapping[str, Source]) -> Basis:
    """The basis of a raw table, whose keys ``sources`` and ``certainty`` it takes out.

    Raises `BadRecord` for no source, an unknown one, or an unknown certainty.
    """
    named = table.pop("sources", ())
    if not named:
        raise BadRecord(f"{where} has no source.")
    for key in named:
        if key not in known:
            raise BadRecord(f"{where} names the source {key!r}, which does not exist.")
    certainty = table.pop("certainty", "")
    if certainty not in CERTAINTIES:
        raise BadRecord(f"{where} has no certainty; allowed are {', '.join(CERTAINTIES)}.")
    return Basis(tuple(known[key] for key in named), certainty)


def statement(where: str, table: Mapping[str, Any], known: Mapping[str, Source]) -> Statement:
    """A statement from a raw table of text, sources and certainty. Raises `BadRecord`."""
    left = dict(table)
    basis = take_basis(where, left, known)
    text = take_text(where, left, "text")
    nothing_left(where, left)
    return Statement(text, basis)


def take_text(where: str, table: dict[str, Any], name: str) -> str:
    """A text that must not be empty, taken out of a raw table. Raises `BadRecord`."""
    text = table.pop(name, "")
    if not isinstance(text, str) or not text.strip():
        raise BadRecord(f"{where} has no {name}.")
    return text


def take_when(where: str, table: dict[str, Any], facts: tuple[str, ...]) -> tuple[str, ...]:
    """The facts, or "not" facts, that something waits for, taken out of a raw table; see `holds`.

    Raises `BadRecord` for one that is none of ``facts``.
    """
    when = tuple(table.pop("when", ()))
    for fact in when:
        if fact.removeprefix("not ") not in facts:
            raise BadRecord(f"{where} asks for {fact!r}; allowed are {', '.join(facts)}.")
    return when


def take_number(where: str, table: dict[str, Any], name: str, *, or_zero: bool = False) -> float:
    """A finite number above 0 (or 0, where that has a meaning), taken out of a raw table.

    Raises `BadRecord`.
    """
    value = table.pop(name, None)
    good = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    if not good or value < 0 or (value == 0 and not or_zero):
        raise BadRecord(f"{where} needs {name}, a number above 0.")
    return float(value)


def nothing_left(where: str, table: Mapping[str, Any]) -> None:
    """Raises `BadRecord` for keys that nobody has taken out of a raw table."""
    if table:
        raise BadRecord(f"{where} has unknown keys: {', '.join(sorted(table))}.")


def holds(when: tuple[str, ...], facts: Mapping[str, bool]) -> bool:
    """Whether all facts of ``when`` hold; "not x" holds where x does not."""
    return all(facts[fact.removeprefix("not ")] != fact.startswith("not ") for fact in when)
