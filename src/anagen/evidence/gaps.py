"""What is not known: what arms leave untold, and which comparisons no trial made."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from anagen.evidence.comparisons import CLASSES, NEEDLED, change_of, class_of, needled, people
from anagen.evidence.dose_response import SETTINGS
from anagen.evidence.trials import CONDITIONS, COUNTED, ArmOutcome

_MEASURED = (*COUNTED, "diameter", "salt")
_NO_UNIT = re.compile(r"$|(direction|order) only|.*not (stated|reported)")
_LIKE_EACH_OTHER = ("needling_other", "procedure", "several", "other")  # many things under one name


@dataclass(frozen=True)
class Report:
    """What a report of a trial should tell: to which rows it applies, and whether one tells it."""

    label: str
    applies: Callable[[ArmOutcome], bool]
    told: Callable[[ArmOutcome], bool]


def _measured(arm: ArmOutcome) -> bool:
    return arm.outcome in _MEASURED


def _always(_: ArmOutcome) -> bool:
    return True


def _is_told(column: str) -> Callable[[ArmOutcome], bool]:
    return lambda arm: getattr(arm, column) not in (None, "")


REPORTS = {
    "change": Report("the change", _measured, _is_told("change")),
    "change_sd": Report("the spread (SD) of the change", _measured, _is_told("change_sd")),
    "baseline": Report("the baseline", _measured, _is_told("baseline")),
    "unit": Report("the unit", _measured, lambda arm: not _NO_UNIT.match(arm.unit)),
    "n": Report("how many people", _always, lambda arm: people(arm) is not None),
    "week": Report("the week", _always, _is_told("week")),
    "device": Report("the kind of device", needled, lambda arm: arm.device != "other"),
    "needle_mm": Report("the needle length", needled, _is_told("needle_mm")),
    "sessions": Report("the sessions", needled, _is_told("sessions")),
    "interval_days": Report("the interval", needled, _is_told("interval_days")),
}


@dataclass(frozen=True)
class ArmGaps:
    """What one arm leaves untold in every row, what it tells, and what does not apply to it."""

    study_id: str
    arm_id: str
    citation: str
    told: tuple[str, ...]
    untold: tuple[str, ...]


@dataclass(frozen=True)
class Count:
    """Rows of the table to which a report applies, and those that leave it untold."""

    report: str
    rows: int
    untold: int


@dataclass(frozen=True)
class Contest:
    """Studies that hold two things against each other, and those with a number for both."""

    one: str
    other: str
    studies: tuple[str, ...]
    with_numbers: tuple[str, ...]  # a change in hairs/cm² of both arms
    with_spread: tuple[str, ...]  # and a standard deviation of both


@dataclass(frozen=True)
class Gaps:
    """What is missing from a table of trials."""

    counts: tuple[Count, ...]
    arms: tuple[ArmGaps, ...]
    contests: tuple[Contest, ...]  # needling against everything else, and among itself
    settings: tuple[Contest, ...]  # the same treatment, set in two ways
    needled_by_condition: tuple[tuple[str, int], ...]  # studies that needle, by condition

    @property
    def never_compared(self) -> tuple[Contest, ...]:
        """Contests that no study made."""
        return tuple(each for each in self.contests if not each.studies)


def gaps(arms: Sequence[ArmOutcome]) -> Gaps:
    """What is missing from these arms."""
    counts = []
    for key, report in REPORTS.items():
        rows = [arm for arm in arms if report.applies(arm)]
        counts.append(Count(key, len(rows), sum(not report.told(arm) for arm in rows)))
    by_arm: dict[tuple[str, str], list[ArmOutcome]] = {}
    for arm in arms:
        by_arm.setdefault((arm.study_id, arm.arm_id), []).append(arm)
    conditions = dict.fromkeys(CONDITIONS, 0) | {
        key: len({arm.study_id for arm in arms if arm.condition == key and needled(arm)})
        for key in CONDITIONS
    }
    return Gaps(
        counts=tuple(counts),
        arms=tuple(_arm_gaps(rows) for rows in by_arm.values()),
        contests=tuple(_contests(arms)),
        settings=tuple(_setting(arms, view) for view in (*SETTINGS, "device", "hold")),
        needled_by_condition=tuple(conditions.items()),
    )


def _arm_gaps(rows: Sequence[ArmOutcome]) -> ArmGaps:
    told, untold = [], []
    for key, report in REPORTS.items():
        applying = [arm for arm in rows if report.applies(arm)]
        if applying:
            (told if any(map(report.told, applying)) else untold).append(key)
    first = rows[0]
    return ArmGaps(first.study_id, first.arm_id, first.citation, tuple(told), tuple(untold))


def _contests(arms: Sequence[ArmOutcome]) -> Iterable[Contest]:
    """Every class with needles against every other class that names one thing."""
    named = [key for key in CLASSES if key not in _LIKE_EACH_OTHER]
    pairs = [pair for pair in combinations(named, 2) if set(pair) & set(NEEDLED)]
    for one, other in pairs:
        yield _contest(
            arms, one, other, lambda a, b, pair={one, other}: {class_of(a), class_of(b)} == pair
        )


def _setting(arms: Sequence[ArmOutcome], view: str) -> Contest:
    """Arms of one study given the same, which differ in how the needling was set."""
    column = {"device": "device", "hold": "topical_hold_h"}.get(view) or SETTINGS[view].column
    needles = [arm for arm in arms if needled(arm)]

    def differ(one: ArmOutcome, other: ArmOutcome) -> bool:
        values = {getattr(one, column), getattr(other, column)}
        return class_of(one) == class_of(other) and len(values) == 2 and None not in values

    return _contest(needles, view, view, differ)


def _contest(
    arms: Sequence[ArmOutcome],
    one: str,
    other: str,
    against: Callable[[ArmOutcome, ArmOutcome], bool],
) -> Contest:
    pairs = [
        (a, b)
        for a, b in combinations(arms, 2)
        if a.study_id == b.study_id and a.arm_id != b.arm_id and against(a, b)
    ]
    numbered = [p for p in pairs if all(change_of(arm) for arm in p) and p[0].week == p[1].week]
    spread = [pair for pair in numbered if all(arm.change_sd is not None for arm in pair)]
    found = (
        tuple(dict.fromkeys(a.study_id for a, _ in kind)) for kind in (pairs, numbered, spread)
    )
    return Contest(one, other, *found)
