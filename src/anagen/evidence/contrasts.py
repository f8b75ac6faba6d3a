"""Contrasts and directions: what a trial says of an arm without a number of its own.

A difference between two arms, a test's statistic, or only whether something was significant. Each
row belongs to an arm of ``trials.csv`` whose role is ``calibration``; ``said`` are the words or
numbers from which it was worked out. What a pair of numbered arms already says stands here not
again.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast, get_args

from anagen.evidence.sources import BadRecord
from anagen.evidence.trials import ArmOutcome, trials

Kind = Literal["difference", "z", "increase", "not_significant"]


@dataclass(frozen=True)
class Contrast:
    """``versus`` None is the arm's own baseline; ``value`` is in hairs/cm² or µm (difference) or in
    standard errors (z); ``se`` in the same unit, None where it follows from the people counted."""

    arm: ArmOutcome
    versus: ArmOutcome | None
    kind: Kind
    value: float | None
    se: float | None
    said: str


@cache
def contrasts() -> tuple[Contrast, ...]:
    """All contrasts. Raises `BadRecord`, naming the line and its fault."""
    text = files("anagen.evidence").joinpath("contrasts.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(_check(row, line) for line, row in enumerate(rows, start=2))


def _check(row: dict[str, str], line: int) -> Contrast:
    kind = row["kind"]
    if kind not in get_args(Kind):
        raise BadRecord(f"contrasts.csv line {line} has the kind {kind!r}, not {get_args(Kind)}.")
    if (kind in ("difference", "z")) != bool(row["value"]):
        raise BadRecord(f"contrasts.csv line {line}: a {kind} has {row['value'] or 'no value'}.")
    if kind in ("difference", "z") and not row["versus"]:
        raise BadRecord(f"contrasts.csv line {line}: a {kind} needs an arm to be held against.")
    return Contrast(
        arm=_arm(row, row["arm_id"], line),
        versus=_arm(row, row["versus"], line) if row["versus"] else None,
        kind=cast(Kind, kind),
        value=float(row["value"]) if row["value"] else None,
        se=float(row["se"]) if row["se"] else None,
        said=row["said"],
    )


def _arm(row: dict[str, str], arm_id: str, line: int) -> ArmOutcome:
    """The record of an arm at a week; of another outcome or week where it has none of its own."""
    of_arm = [arm for arm in trials() if arm.study_id == row["study_id"] and arm.arm_id == arm_id]
    if not of_arm:
        raise BadRecord(f"contrasts.csv line {line}: there is no arm {row['study_id']} {arm_id}.")
    week, zone = float(row["week"]), row["zone"]

    def nearness(arm: ArmOutcome) -> tuple[bool, bool, bool]:
        return arm.outcome == row["outcome"], zone in arm.unit, arm.week == week

    from dataclasses import replace

    best = max(of_arm, key=nearness)
    unit = best.unit if zone in best.unit else f"{best.unit}, {zone}"
    return replace(best, outcome=row["outcome"], week=week, unit=unit)
