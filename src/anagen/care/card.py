"""The card of one record: what it says and where that comes from, with the records it names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from anagen.care.words import CERTAINTIES
from anagen.evidence.sources import Source

NOTHING = "-"
FROM = "from"
_RESTS_ON = (FROM, "rules")


class Said(NamedTuple):
    """A piece of a row, and the key of the record that it stands for, if it does."""

    text: str
    key: str = ""


class Row(NamedTuple):
    """One line of a card."""

    label: str
    said: tuple[Said, ...]
    between: str = "\n"  # what separates the pieces where they are plain text

    @property
    def text(self) -> str:
        """All of it, as plain text."""
        return self.between.join(piece.text for piece in self.said)


@dataclass(frozen=True)
class Card:
    """One record. ``brief`` is what a list of records says beside its title."""

    key: str
    kind: str
    title: str
    brief: str
    rows: tuple[Row, ...]

    @property
    def told(self) -> dict[str, str]:
        """Every row as plain text, by its label."""
        return {row.label: row.text for row in self.rows}

    @property
    def names(self) -> set[str]:
        """The records that this one rests on."""
        return {piece.key for row in self.rows if row.label in _RESTS_ON for piece in row.said}

    def as_dict(self) -> dict[str, Any]:
        """The card as plain data for JSON."""
        return {"key": self.key, "title": self.title, **self.told}


def row(label: str, text: str) -> Row:
    """A row of plain text."""
    return Row(label, (Said(text or NOTHING),))


def rows(**told: str) -> tuple[Row, ...]:
    """Rows of plain text, those without any left out; an underscore in a label is a space."""
    return tuple(row(label.replace("_", " "), text) for label, text in told.items() if text)


def listed(label: str, texts: Iterable[str]) -> tuple[Row, ...]:
    """A row of several texts; none where there is none."""
    pieces = tuple(Said(text) for text in dict.fromkeys(texts))
    return (Row(label, pieces),) if pieces else ()


def from_sources(named: Iterable[Source]) -> Row:
    """Where something is from."""
    return Row(FROM, tuple(Said(str(source), source.key) for source in dict.fromkeys(named)))


def resting_on(named: Iterable[Source], certainty: str) -> tuple[Row, ...]:
    """How sure something is, and where it is from."""
    return row("certainty", CERTAINTIES[certainty]), from_sources(named)


def slug(text: str) -> str:
    """A text in letters and digits, for a key."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def plain_key(key: str) -> str:
    """A key of the tables as words."""
    return key.replace("_", " ")
