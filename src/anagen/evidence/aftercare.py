"""What follows a session at home: waits, what is normal, what to call about, the restart."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, get_args

from anagen.evidence.rules import CERTAINTIES
from anagen.evidence.sources import BadRecord, Source, read_records, sources

Kind = Literal["wait", "normal", "call", "restart"]
Urgency = Literal["emergency", "today", "this_week"]
_KEYS: Mapping[str, set[str]] = {
    "wait": {"hours"},
    "normal": {"hours"},
    "call": {"urgency", "from_h"},
    "restart": {"hours"},
}


@dataclass(frozen=True)
class Advice:
    """One line of aftercare. ``least_h`` and ``most_h`` are the range that the sources name."""

    key: str
    kind: Kind
    why: str
    sources: tuple[Source, ...]
    certainty: str
    least_h: float = 0.0
    most_h: float = 0.0
    urgency: Urgency | None = None

    @property
    def cited(self) -> tuple[str, ...]:
        """The sources as they are cited."""
        return tuple(str(source) for source in self.sources)


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
    where = f"aftercare {kind}.{key}"
    if set(table) != {"why", "sources", "certainty"} | _KEYS[kind]:
        raise BadRecord(f"{where} must hold why, sources, certainty and {sorted(_KEYS[kind])}.")
    named = tuple(table["sources"])
    if not named or not set(named) <= set(known):
        raise BadRecord(f"{where} has no source, or one that is not on record.")
    if table["certainty"] not in CERTAINTIES or not table["why"].strip():
        raise BadRecord(f"{where} has no reason or an unknown certainty.")
    hours = table.get("hours", table.get("from_h"))
    least, most = hours if isinstance(hours, list) else (hours, hours)
    if not 0 <= least <= most:
        raise BadRecord(f"{where}: hours must rise from 0 on.")
    urgency = table.get("urgency")
    if (kind == "call") != (urgency in get_args(Urgency)):
        raise BadRecord(f"{where} has an unknown urgency.")
    cited = tuple(known[name] for name in named)
    return Advice(
        key, kind, table["why"], cited, table["certainty"], float(least), float(most), urgency
    )


@cache
def aftercare() -> Mapping[str, Advice]:
    """All lines, by ``kind.key``, in the order of the file."""
    return MappingProxyType(check_aftercare(read_records("aftercare.toml"), sources()))
