"""One spelling for every row, so that a digest says whether a row is what was written."""

import json
from datetime import UTC, date, datetime
from hashlib import sha256
from math import isfinite
from typing import Any

from sqlalchemy import inspect

from anagen.reading import BadInput

DEEPEST = 40  # levels of a JSON value


def canonical(row: Any, *columns: str) -> str:
    """A row as JSON: keys sorted, no spaces, nothing for what is empty.

    What is empty is left out so that a column added later does not change the digest of the rows
    that were there before. ``columns`` limits it to some.
    """
    names = columns or [column.key for column in inspect(type(row)).column_attrs]
    return as_canonical({name: getattr(row, name) for name in names})


def as_canonical(table: dict[str, Any]) -> str:
    """A table of plain values as canonical JSON."""
    spelt = {key: _spelt(value) for key, value in table.items() if value is not None}
    return json.dumps(
        spelt, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(row: Any, *columns: str) -> str:
    """SHA-256 of the canonical JSON, 64 hexadecimal letters."""
    return sha256(canonical(row, *columns).encode()).hexdigest()


def check_keepable(name: str, value: Any, depth: int = 0) -> None:
    """Raises `BadInput` for what a database would change or refuse."""
    match value:
        case str() if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise BadInput(f"{name} holds a character that is no text; allowed is plain text.")
        case float() if not isfinite(value):
            raise BadInput(f"{name} is {value}; allowed is a finite number.")
        case int() if abs(value) >= 2**63:
            raise BadInput(f"{name} has too many digits; allowed is a number of up to 18 digits.")
        case dict() | list() | tuple() if depth == DEEPEST:
            raise BadInput(f"{name} is nested too deeply; allowed are {DEEPEST} levels.")
        case dict():
            for key, inner in value.items():
                check_keepable(name, key, depth + 1)
                check_keepable(name, inner, depth + 1)
        case list() | tuple():
            for inner in value:
                check_keepable(name, inner, depth + 1)


def _spelt(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case bytes():
            return value.hex()
        case float():
            return value + 0.0  # minus zero does not live in every database
        case _:
            return value
