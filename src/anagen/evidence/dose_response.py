"""Change in hairs/cm² against how the needling was set: length, interval, number of sessions.

Only arms of one study differ in the setting alone; they are joined. Between studies the setting is
mixed with the people, the drug, the week and the counting, so that a line through all points would
need at least ten studies (Cochrane Handbook 10.11.5.1). Until then none is fitted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from anagen.evidence.comparisons import Change, change_of, class_of, needled
from anagen.evidence.pooled import PooledEffect
from anagen.evidence.trials import COUNTED, ArmOutcome

LEAST_STUDIES = 10  # for a line between studies: Cochrane Handbook 10.11.5.1


@dataclass(frozen=True)
class Setting:
    """How needling can be set; ``column`` is its column in the table of trials."""

    column: str
    label: str
    unit: str
    subgroups: tuple[str, ...]  # how pooled comparisons name it


SETTINGS = {
    "depth": Setting("needle_mm", "needle length", "mm", ("needle <", "needle >")),
    "interval": Setting("interval_days", "interval between sessions", "days", ()),
    "sessions": Setting("sessions", "number of sessions", "sessions", (", 12 wk", ", 21-24 wk")),
}


@dataclass(frozen=True)
class Point:
    """A needled arm's change where its setting is known."""

    setting: float
    change: Change


@dataclass(frozen=True)
class Step:
    """Two arms of one study, given the same, that differ in the setting."""

    lower: Point
    higher: Point

    @property
    def gain(self) -> float:
        """How many more hairs/cm² the higher setting gained."""
        return self.higher.change.readings[-1] - self.lower.change.readings[-1]


@dataclass(frozen=True)
class DoseResponse:
    """What is known of one setting."""

    setting: Setting
    points: tuple[Point, ...]
    steps: tuple[Step, ...]
    in_words: tuple[ArmOutcome, ...]  # hairs counted, setting told, no number; a step by design
    unset: tuple[Change, ...]  # a number, but the setting is not told
    pooled: tuple[PooledEffect, ...]

    @property
    def studies(self) -> int:
        """Studies behind the points."""
        return len({point.change.arm.study_id for point in self.points})


def dose_response(
    view: str, arms: Sequence[ArmOutcome], pooled: Iterable[PooledEffect] = ()
) -> DoseResponse:
    """Points and steps of one of `SETTINGS`."""
    setting = SETTINGS[view]
    needles = [arm for arm in arms if needled(arm)]
    changes = [found for arm in needles if (found := change_of(arm))]
    points = tuple(
        Point(value, change)
        for change in changes
        if (value := getattr(change.arm, setting.column)) is not None
    )
    return DoseResponse(
        setting=setting,
        points=tuple(sorted(points, key=lambda point: point.setting)),
        steps=tuple(_steps(points)),
        in_words=tuple(_in_words(setting, needles)),
        unset=tuple(c for c in changes if getattr(c.arm, setting.column) is None),
        pooled=tuple(e for e in pooled if any(name in e.comparison for name in setting.subgroups)),
    )


def alike(one: ArmOutcome, other: ArmOutcome) -> bool:
    """Whether two results are of arms of one study, given the same and counted alike."""
    same = ("study_id", "outcome", "week", "unit")
    return class_of(one) == class_of(other) and all(
        getattr(one, name) == getattr(other, name) for name in same
    )


def _steps(points: Iterable[Point]) -> Iterable[Step]:
    for one, other in combinations(points, 2):
        if alike(one.change.arm, other.change.arm) and one.setting != other.setting:
            low, high = sorted((one, other), key=lambda point: point.setting)
            yield Step(low, high)


def _in_words(setting: Setting, needles: Sequence[ArmOutcome]) -> Iterable[ArmOutcome]:
    """Counts without a number, in studies that tried this setting in more than one way."""
    told = [
        arm
        for arm in needles
        if arm.outcome in COUNTED
        and getattr(arm, setting.column) is not None
        and change_of(arm) is None
    ]
    for arm in told:
        tried = {getattr(other, setting.column) for other in told if alike(arm, other)}
        if len(tried) > 1:
            yield arm
