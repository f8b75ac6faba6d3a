"""What follows a session at home: waits, what is normal, what to call about, the restart."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, get_args

from anagen.evidence.sources import BadRecord, Source, read_records, sources
from anagen.evidence.statements import Basis, nothing_left, take_basis, take_number, take_text

Kind = Literal["wait", "normal", "call", "restart"]
Urgency = Literal["emergency", "today", "this_week"]
URGENCIES: tuple[Urgency, ...] = get_args(Urgency)  # the most urgent first


@dataclass(frozen=True)
class Advice:
    """One line of aftercare. ``least_h`` and ``most_h`` are the range that the sources name."""

    key: str
    kind: Kind
    why: str
    basis: Basis
    least_h: float = 0.0
    most_h: float = 0.0
    urgency: Urgency | None = None


def check_aftercare(tables: Mapping[str, Any], known: Mapping[str, Source]) -> dict[str, Advice]:
    """Typed lines by ``kind.key`` from raw tables. Raises `BadRecord`."""
    found = {}
    for kind, lines in tables.items():
        if kind not in get_args(Kind):
            raise BadRecord(f"aftercare has an unknown kind {kind!r}.")
        for key, table in lines.items():
            found[f"{kind}.{key}"] = _advice(kind, key, table, known)
    return found


def _advice(kind: Any, key: str, table: Mapping[str, Any], known: Mapping[str, Source]) -> Advice:
    where, left = f"aftercare {kind}.{key}", dict(table)
    basis, why = take_basis(where, left, known), take_text(where, left, "why")
    if kind == "call":
        urgency = left.pop("urgency", None)
        if urgency not in URGENCIES:
            raise BadRecord(f"{where} has an unknown urgency.")
        from_h = take_number(where, left, "from_h", or_zero=True)
        nothing_left(where, left)
        return Advice(key, kind, why, basis, from_h, from_h, urgency)
    least, most = left.pop("hours", (1, 0))
    if not 0 < least <= most:
        raise BadRecord(f"{where} needs hours, two numbers above 0 that do not fall.")
    nothing_left(where, left)
    return Advice(key, kind, why, basis, float(least), float(most))


@cache
def aftercare() -> Mapping[str, Advice]:
    """All lines, by ``kind.key``, in the order of the file."""
    return MappingProxyType(check_aftercare(read_records("aftercare.toml"), sources()))
