"""The trials: one record per arm, outcome and week, as published, with its role.

``role`` says what an arm may be used for: ``calibration``, ``outlier`` (a test, never an anchor)
or ``context``. Units are kept as printed; ``change_per_cm2`` is filled only where they allow it.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Any, get_args

from anagen.evidence.grades import Grade
from anagen.evidence.sources import BadRecord

NEEDLING_DEVICES = ("roller", "stamp", "pen")
ROLES = ("calibration", "outlier", "context")


@dataclass(frozen=True)
class ArmOutcome:
    """One published result. Empty text and None mean "not reported"."""

    study_id: str
    arm_id: str
    citation: str
    doi: str
    pmid: str
    country: str
    design: str
    n_randomised: float | None
    n_analysed: float | None
    sex: str
    age_mean: float | None
    age_sd: float | None
    condition: str
    grade: str
    device: str
    needle_mm: float | None
    sessions: float | None
    interval_days: float | None
    endpoint: str
    topical: str
    topical_dose: str
    topical_hold_h: float | None
    co_treatment: str
    week: float | None
    outcome: str
    unit: str
    baseline: float | None
    baseline_sd: float | None
    followup: float | None
    followup_sd: float | None
    change: float | None
    change_sd: float | None
    change_per_cm2: float | None
    se_or_p: str
    adverse_events: str
    verification: str
    plausibility: str
    role: str
    note: str


def check_arm(row: Mapping[str, str | None], line: int) -> ArmOutcome:
    """One typed record. Raises `BadRecord`, naming the line and its fault."""
    values: dict[str, Any] = {}
    for field in fields(ArmOutcome):
        text = row.get(field.name)
        if text is None:
            raise BadRecord(f"trials.csv line {line} has no column {field.name}.")
        text = text.strip()
        values[field.name] = text if field.type is str else _number(text, field.name, line)
    if values["role"] not in ROLES:
        raise BadRecord(f"trials.csv line {line} has the role {values['role']!r}, not {ROLES}.")
    if values["verification"] not in get_args(Grade):
        raise BadRecord(f"trials.csv line {line} has no grade in verification.")
    if not values["citation"]:
        raise BadRecord(f"trials.csv line {line} has no citation.")
    return ArmOutcome(**values)


def _number(text: str, column: str, line: int) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise BadRecord(f"trials.csv line {line}: {column} is {text!r}, not a number.")
    return value


@cache
def trials() -> tuple[ArmOutcome, ...]:
    """All arms of all trials."""
    text = files("anagen.evidence").joinpath("trials.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(check_arm(row, line) for line, row in enumerate(rows, start=2))


def studied_range(column: str, conditions: tuple[str, ...]) -> tuple[float, float] | None:
    """Lowest and highest value of a numeric column in the needled arms of these conditions."""
    found = [
        value
        for arm in trials()
        if arm.condition in conditions
        and (arm.needle_mm is not None or arm.device in NEEDLING_DEVICES)
        and (value := getattr(arm, column)) is not None
    ]
    return (min(found), max(found)) if found else None
