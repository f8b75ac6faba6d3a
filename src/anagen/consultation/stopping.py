"""Stopping and changing: what a person's counts say of going on.

    change      c = N_w − N_0 of each later count, against the smallest that the two can tell
                d = 1.96 √(e_0² + e_w²)
    error       e of one count at the first density: the method's own (alone it would make d the
                `counting.smallest_change_per_cm2`), the hairs of a field that come and go between
                visits whatever is done, and the difference of two fields where it is another
    goal        g, a worthwhile gain, or d where counting tells less than that
    chance      of a gain above g by the counts alone, Φ((c̄ − g)/σ), c̄ the mean change from the
                first look on, σ² = e_0² + ē_w²/n; where there is a follow-up, the lower of this
                and the share of its updated forecast that gains more than g by the last week. The
                lower, since the model knows no course that does nothing: left to itself its
                forecast would have nearly everybody go on (docs/methods/consultation.md)
    before the first look (week 12)             too early to say; a fall then is early shedding
    last count below −d                         worse than expected: look for another cause
    last count above +d                         responding
    within its error, before week 24            keep going
        from 24, the chance is worth it         keep going
        from 24, it is not                      not responding: change
        from 36, and two counts say so          stop
One count within its error never stops anything, and a coarse method is no reason to stop: that a
gain cannot be told is not that there is none. Numbers: the records ``stopping.*``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot, sqrt
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.special import ndtr

from anagen.consultation.changes import Change, changes_for
from anagen.counting import count_error_per_cm2, other_field_per_cm2, turnover_per_cm2
from anagen.counts import Count, Counts
from anagen.evidence.benefit import Benefit, benefits
from anagen.evidence.parameters import parameters
from anagen.patient import Patient
from anagen.protocol import Protocol

if TYPE_CHECKING:
    from anagen.followup import FollowUp

Result = Literal["too_early", "keep_going", "responding", "change", "worse", "stop"]
SAID: Mapping[Result, str] = MappingProxyType(
    {
        "too_early": "Too early to say",
        "keep_going": "Keep going",
        "responding": "Responding",
        "change": "Not responding: change something",
        "worse": "Worse than expected: look for another cause",
        "stop": "Stop: going on looks in vain",
    }
)


@dataclass(frozen=True)
class Compared:
    """One later count against the first, hairs/cm²."""

    week: float
    change: float
    detectable: float  # the smallest change that the two counts can tell from none
    error: float  # of the later count alone, with that of another field where it is one

    @property
    def found(self) -> Literal["gain", "loss", "within"]:
        """What the count can say."""
        if abs(self.change) <= self.detectable:
            return "within"
        return "gain" if self.change > 0 else "loss"

    def as_dict(self) -> dict[str, Any]:
        """The comparison as plain data for JSON."""
        return vars(self) | {"found": self.found}


@dataclass(frozen=True)
class Verdict:
    """What the counts of one person say of going on. A clinician decides."""

    result: Result
    why: tuple[str, ...]
    compared: tuple[Compared, ...]  # earliest first
    goal_per_cm2: float | None  # the gain that is asked for
    chance_of_gain: float | None  # of a gain above the goal
    chance_from: Literal["forecast", "counts", ""]
    next_count_week: float | None
    changes: tuple[Change, ...]  # what to look at or change, in order
    natural_course: Benefit | None  # what happens by itself, to hold the counts against

    @property
    def said(self) -> str:
        """The result in words."""
        return SAID[self.result]

    def as_dict(self) -> dict[str, Any]:
        """The verdict as plain data for JSON."""
        return {
            "result": self.result,
            "said": self.said,
            "why": list(self.why),
            "compared": [one.as_dict() for one in self.compared],
            "goal_per_cm2": self.goal_per_cm2,
            "chance_of_gain": self.chance_of_gain,
            "chance_from": self.chance_from,
            "next_count_week": self.next_count_week,
            "changes": [change.as_dict() for change in self.changes],
            "natural_course": self.natural_course.said if self.natural_course else "",
            "off_label": True,
        }


def verdict(
    patient: Patient,
    counts: Counts,
    protocol: Protocol | None = None,
    followed: "FollowUp | None" = None,
) -> Verdict:
    """What counts of all hairs say of going on, changing or stopping a course.

    The first count is that of week 0 to 2, else that of the patient file, taken to be of the
    method of the first later count. With a follow-up, counts that it has set aside are left out,
    and the chance of a gain is that of its updated forecast.
    """
    first, later = _counted(patient, counts, followed)
    compared = tuple(_compare(first, week, count) for week, count in later) if first else ()
    goal = _goal(compared)
    chance, chance_from = _chance(goal, first, compared, followed)
    result, why = judge(compared, goal, chance)
    if first is None:
        why = ("There is no count of all hairs from before the course to hold later ones against.",)
    week = compared[-1].week if compared else 0.0
    condition = patient.condition
    return Verdict(
        result=result,
        why=why,
        compared=compared,
        goal_per_cm2=goal,
        chance_of_gain=chance,
        chance_from=chance_from,
        next_count_week=None if result == "stop" else _next_count(week),
        changes=_changes(result, patient, protocol),
        natural_course=benefits().get((condition, "nothing")),
    )


def _number(name: str) -> float:
    return parameters()[name].centre


def _counted(
    patient: Patient, counts: Counts, followed: "FollowUp | None"
) -> tuple[Count | None, list[tuple[float, Count]]]:
    """The count before the course, and the later ones that may be used, by week."""
    set_aside = [seen.count for seen in followed.visits if not seen.used] if followed else []
    told = [
        (week, count)
        for week, count in counts.by_week()
        if count.total_density_per_cm2 is not None and count not in set_aside
    ]
    until = _number("stopping.shedding_from_weeks")
    before = [count for week, count in told if week <= until and count.site == "same"]
    later = [(week, count) for week, count in told if week > until]
    if before:
        return before[0], later
    stated = patient.hair.total_density_per_cm2 if patient.hair else None
    if not stated or not later:
        return None, later
    method = later[0][1].method
    return Count(week=0.0, total_density_per_cm2=stated, method=method), later


def _compare(first: Count, week: float, count: Count) -> Compared:
    start, now = first.total_density_per_cm2 or 0.0, count.total_density_per_cm2 or 0.0
    error = _error(start, count)
    factor = _number("counting.change_confidence_factor")
    return Compared(week, now - start, factor * hypot(_error(start, first), error), error)


def _error(per_cm2: float, count: Count) -> float:
    """The standard deviation of one count of a field, and of another field where it is one."""
    density, area = np.array(per_cm2), count.area_cm2 or _number("counting.field_cm2")
    follicles = density / _number("stopping.share_showing")
    field = turnover_per_cm2(density, follicles, area)
    other = other_field_per_cm2(density, area) if count.site == "other" else np.zeros(())
    method = count_error_per_cm2(density, count.method)
    return float(np.sqrt(method**2 + field**2 + other**2))


def _telling(compared: tuple[Compared, ...]) -> list[Compared]:
    """The counts that may say something of the treatment."""
    return [one for one in compared if one.week >= _number("stopping.first_look_weeks")]


def _goal(compared: tuple[Compared, ...]) -> float | None:
    telling = _telling(compared)
    if not telling:
        return None
    return min(telling[-1].detectable, _number("stopping.worthwhile_gain_per_cm2"))


def _chance(
    goal: float | None,
    first: Count | None,
    compared: tuple[Compared, ...],
    followed: "FollowUp | None",
) -> tuple[float | None, Literal["forecast", "counts", ""]]:
    """The chance of a gain above the goal, and what it is from."""
    if goal is None or first is None:
        return None, ""
    telling = _telling(compared)
    mean = sum(one.change for one in telling) / len(telling)
    of_first = _error(first.total_density_per_cm2 or 0.0, first)
    of_later = sqrt(sum(one.error**2 for one in telling)) / len(telling)
    counted = float(ndtr((mean - goal) / hypot(of_first, of_later)))
    if followed is None:
        return counted, "counts"
    drawn = followed.forecast.draws["total_density_per_cm2"]
    forecast = float((drawn[:, -1] - drawn[:, 0] > goal).mean())
    return (forecast, "forecast") if forecast < counted else (counted, "counts")


def judge(
    compared: tuple[Compared, ...], goal: float | None, chance: float | None
) -> tuple[Result, tuple[str, ...]]:
    """The result and why, from counts compared with the first and the chance of reaching the goal.

    ``goal`` is a gain in hairs/cm²; None, with a chance of None, before the first look.
    """
    telling = _telling(compared)
    if not telling or goal is None or chance is None:
        return "too_early", _early(compared)
    last = telling[-1]
    measured = (
        f"Week {last.week:g}: {last.change:+.0f} hairs/cm² against the first count; these two "
        f"counts tell no change below {last.detectable:.0f}."
    )
    if last.found == "loss":
        return "worse", (measured, "A fall beyond the counting error is not what this course does.")
    if last.found == "gain":
        return "responding", (measured, "A gain beyond the counting error.")
    expected_from = _number("stopping.response_weeks")
    if last.week < expected_from:
        return "keep_going", (measured, f"No gain by week {expected_from:g} would say more.")
    worth = _number("stopping.futility_chance")
    why = (measured, f"The chance of {goal:.0f} more hairs/cm² or better is {_percent(chance)}.")
    if chance >= worth:
        coarse = "A finer count on a larger area would tell sooner."
        return "keep_going", (*why, coarse) if last.detectable > goal else why
    if last.week < _number("stopping.futility_weeks"):
        return "change", why
    if len(telling) < 2:
        return "change", (*why, "One count within its error stops nothing; a second one may.")
    return "stop", (*why, f"{len(telling)} counts say so.")


def _early(compared: tuple[Compared, ...]) -> tuple[str, ...]:
    first_look = _number("stopping.first_look_weeks")
    why = [f"Before week {first_look:g} a count says little of the treatment."]
    if compared and compared[-1].change < 0:
        start = _number("stopping.shedding_from_weeks")
        end = _number("stopping.shedding_until_weeks")
        why.append(f"More hair falling in weeks {start:g} to {end:g} is usual and passes.")
    return tuple(why)


def _percent(chance: float) -> str:
    return "under 1 %" if chance < 0.01 else f"{100 * chance:.0f} %"


def _next_count(week: float) -> float:
    looks = ("first_look_weeks", "response_weeks", "futility_weeks")
    ahead = [at for at in (_number(f"stopping.{look}") for look in looks) if at > week]
    return ahead[0] if ahead else week + _number("stopping.next_look_weeks")


def _changes(result: Result, patient: Patient, protocol: Protocol | None) -> tuple[Change, ...]:
    """All of them where nothing helps; where it got worse, what may be wrong with the picture."""
    found = changes_for(patient, protocol)
    match result:
        case "change":
            return found
        case "worse":
            return tuple(change for change in found if change.when_worse)
        case "stop":
            return tuple(change for change in found if change.needs != "needling")
        case _:
            return ()
