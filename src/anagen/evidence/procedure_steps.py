"""The steps of a session, the longest needle for each zone, and what is written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, get_args

from anagen.evidence.sources import BadRecord, Source, read_records, sources
from anagen.evidence.statements import (
    Basis,
    Statement,
    nothing_left,
    statement,
    take_basis,
    take_number,
    take_text,
    take_when,
)
from anagen.protocol import Zone

PHASES = (
    "before", "consent", "photographs", "numbing", "antisepsis", "needling", "topical", "after",
    "record", "leave",
)  # fmt: skip
ORIGINS = ("protocol", "person", "rule")
FACTS = (
    "numbing", "minor", "pinpoint", "bleeds", "dark_skin", "at_once", "hold", "minoxidil",
    "hold_unknown", "occluded",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step of a session, its text still with names in braces."""

    key: str
    phase: str
    minutes: float
    origin: str
    when: tuple[str, ...]
    text: str
    why: str
    basis: Basis


@dataclass(frozen=True)
class Recorded:
    """One thing to write down."""

    name: str
    unit: str
    per_zone: bool
    basis: Basis


@dataclass(frozen=True)
class Procedure:
    """All records of the procedure."""

    steps: tuple[Step, ...]
    record: tuple[Recorded, ...]
    most_mm: Mapping[str, float]  # zone -> longest needle
    of_zone: Mapping[str, Statement]
    hard_mm: float  # above it a hard warning, whatever the zone
    shallow_mm: float  # the longest where a finding asks for shallow needling
    hard: Statement


def check_procedure(tables: Mapping[str, Any], known: Mapping[str, Source]) -> Procedure:
    """Typed records from raw tables. Raises `BadRecord`, naming the record and its fault."""
    left = dict(tables)
    needle = dict(left.pop("needle"))
    hard_mm = take_number("needle", needle, "hard_mm")
    shallow_mm = take_number("needle", needle, "shallow_mm")
    zones = {zone: dict(table) for zone, table in left.pop("zones").items()}
    if set(zones) != set(get_args(Zone)):
        raise BadRecord(f"the zones of the procedure must be {', '.join(get_args(Zone))}.")
    most = {zone: take_number(f"zone {zone}", table, "most_mm") for zone, table in zones.items()}
    if max(most.values()) > hard_mm:
        raise BadRecord(f"no zone may have a needle above {hard_mm:g} mm.")
    steps = tuple(_step(key, table, known) for key, table in left.pop("steps").items())
    places = [PHASES.index(step.phase) for step in steps]
    if places != sorted(places):
        raise BadRecord(f"the steps must follow the phases: {', '.join(PHASES)}.")
    procedure = Procedure(
        steps=steps,
        record=tuple(_recorded(table, known) for table in left.pop("record")),
        most_mm=MappingProxyType(most),
        of_zone=MappingProxyType(
            {zone: statement(f"zone {zone}", table, known) for zone, table in zones.items()}
        ),
        hard_mm=hard_mm,
        shallow_mm=shallow_mm,
        hard=statement("needle", needle, known),
    )
    nothing_left("procedure_steps", left)
    return procedure


@cache
def procedure_steps() -> Procedure:
    """The project's own records."""
    return check_procedure(read_records("procedure_steps.toml"), sources())


def _step(key: str, raw: Mapping[str, Any], known: Mapping[str, Source]) -> Step:
    where, table = f"step {key}", dict(raw)
    step = Step(
        key=key,
        phase=take_text(where, table, "phase"),
        minutes=take_number(where, table, "minutes", or_zero=True),
        origin=take_text(where, table, "origin"),
        when=take_when(where, table, FACTS),
        text=take_text(where, table, "text"),
        why=take_text(where, table, "why"),
        basis=take_basis(where, table, known),
    )
    nothing_left(where, table)
    if step.phase not in PHASES or step.origin not in ORIGINS:
        raise BadRecord(f"{where} has an unknown phase or origin.")
    return step


def _recorded(raw: Mapping[str, Any], known: Mapping[str, Source]) -> Recorded:
    table = dict(raw)
    name = take_text("a thing to record", table, "name")
    per_zone = table.pop("per_zone", None)
    if not isinstance(per_zone, bool):
        raise BadRecord(f"record {name} must say per_zone, true or false.")
    recorded = Recorded(
        name=name,
        unit=take_text(name, table, "unit"),
        per_zone=per_zone,
        basis=take_basis(name, table, known),
    )
    nothing_left(name, table)
    return recorded
