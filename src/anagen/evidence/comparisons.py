"""What an arm was given, its change in hairs/cm² with an interval, and arms side by side.

Arms fall into classes by what reached the skin or was swallowed, read from their own words. A
change has an interval where a standard deviation was published, or where an exact p value against
baseline implies one; everywhere else there is none, and none is guessed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from scipy.special import stdtrit

from anagen.evidence.pooled import PooledEffect
from anagen.evidence.trials import CONDITIONS, COUNTED, STUDIED_AS, ArmOutcome
from anagen.reading import BadInput, did_you_mean

CLASSES = {
    "needling": "Needling alone, or with saline",
    "needling_minoxidil": "Needling and minoxidil on the skin",
    "needling_prp": "Needling and platelet-rich plasma",
    "needling_growth_factors": "Needling and growth factors or exosomes",
    "needling_other": "Needling and other medicines, or several",
    "sham": "Needling in pretence (sham)",
    "minoxidil": "Minoxidil on the skin alone",
    "oral_minoxidil": "Minoxidil by mouth",
    "reductase": "Finasteride or dutasteride by mouth",
    "prp": "Platelet-rich plasma injected",
    "several": "Several medicines together, no needling",
    "procedure": "Laser, light, cold or heat",
    "other": "Another medicine, no needling",
    "untreated": "Placebo or nothing",
}
NEEDLED = tuple(key for key in CLASSES if key.startswith("needling"))
_SUBSTANCES = (
    ("oral_minoxidil", r"oral minoxidil"),
    ("minoxidil", r"minoxidil"),
    ("reductase", r"finasteride|dutasteride"),
    ("prp", r"platelet-rich plasma"),
    ("growth_factors", r"growth-factor|FGF|exosomes"),
    ("procedure", r"laser|photodynamic|cryotherapy"),
    ("", r"none|saline|vehicle|placebo|untreated"),
)
_CM2_PER_SQUARE_INCH = 2.54**2
_LEVEL = 0.95
_AGAINST_BASELINE = re.compile(r"[pP]\s*=\s*(0?\.\d+) vs baseline")
_AUTHOR_AND_YEAR = re.compile(r"[^,(;:]{2,26}? (?:19|20)\d\d\b")


@dataclass(frozen=True)
class Interval:
    """A 95 % interval of a mean change; ``how`` is ``sd`` or ``p``."""

    low: float
    high: float
    how: str


@dataclass(frozen=True)
class Change:
    """One result in hairs/cm². Where the unit is in conflict there are two readings of it."""

    arm: ArmOutcome
    readings: tuple[float, ...]
    interval: Interval | None


@dataclass(frozen=True)
class Unplaced:
    """An arm without any change in hairs/cm², and why."""

    study_id: str
    arm_id: str
    reason: str
    outcomes: tuple[str, ...]


@dataclass(frozen=True)
class Comparisons:
    """Arms grouped by class, arms without a number, and pooled effects in their own scales."""

    groups: tuple[tuple[str, tuple[Change, ...]], ...]  # class and its changes, largest first
    unplaced: tuple[Unplaced, ...]
    between_groups: tuple[PooledEffect, ...]  # differences in hairs/cm²
    before_after: tuple[PooledEffect, ...]  # changes in hairs/cm², no group beside them
    standardised: tuple[PooledEffect, ...]
    elsewhere: tuple[PooledEffect, ...]  # other units, or none told

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes, of all classes."""
        return tuple(change for _, group in self.groups for change in group)


def of_condition(arms: Iterable[ArmOutcome], condition: str | None) -> tuple[ArmOutcome, ...]:
    """The arms that count for a condition; all of them for None.

    Raises `BadInput` for a condition that the tables do not know.
    """
    if condition is None:
        return tuple(arms)
    if condition not in CONDITIONS:
        raise BadInput(
            f"condition is {condition[:40]!r}{did_you_mean(condition, CONDITIONS)}; allowed is one "
            f"of {', '.join(CONDITIONS)}."
        )
    counted = STUDIED_AS.get(condition, (condition,))
    return tuple(arm for arm in arms if arm.condition in counted)


def needled(arm: ArmOutcome) -> bool:
    """Whether needles pierced the skin of this arm."""
    return arm.device not in ("none", "sham")


@cache
def substances(arm: ArmOutcome) -> frozenset[str]:
    """What acted in an arm beside the needle; ``other`` for what has no class of its own."""
    words = re.split(r"\s*[;+,]\s*|\s+or\s+", f"{arm.topical}; {arm.co_treatment}")
    return frozenset(kind for word in words if word and (kind := _substance(word)))


def _substance(word: str) -> str:
    return next((kind for kind, known in _SUBSTANCES if re.search(known, word)), "other")


def class_of(arm: ArmOutcome) -> str:
    """The key in `CLASSES` of what an arm was given."""
    given = substances(arm)
    if arm.device == "sham":
        return "sham"
    if arm.device == "radiofrequency" or "procedure" in given:
        return "procedure"
    if needled(arm):
        if not given:
            return "needling"
        if given == {"minoxidil"}:
            return "needling_minoxidil"
        if "prp" in given:
            return "needling_prp"
        return "needling_growth_factors" if "growth_factors" in given else "needling_other"
    if not given:
        return "untreated"
    if "prp" in given:
        return "prp"
    if len(given) > 1:
        return "several"
    (only,) = given
    return only if only in CLASSES else "other"


def people(arm: ArmOutcome) -> float | None:
    """People behind a number: those analysed, else those put into the arm."""
    return arm.n_analysed if arm.n_analysed is not None else arm.n_randomised


def short_name(arm: ArmOutcome) -> str:
    """Author and year where the citation opens with them, else the key of the study."""
    named = _AUTHOR_AND_YEAR.match(arm.citation)
    return named[0] if named else arm.study_id


def readings_per_cm2(arm: ArmOutcome) -> tuple[float, ...]:
    """The change in hairs/cm²: one value, two where the area is in conflict, none where unknown."""
    if arm.change_per_cm2 is not None:
        return (arm.change_per_cm2,)
    in_conflict = "per square inch" in arm.unit and "per 1 cm " in arm.unit
    if arm.outcome in COUNTED and arm.change is not None and in_conflict:
        return (arm.change / _CM2_PER_SQUARE_INCH, arm.change)
    return ()


def interval_of(arm: ArmOutcome) -> Interval | None:
    """The 95 % interval of the mean change in hairs/cm², by Student's t.

    From the published standard deviation of the change, or worked back from an exact p value of a
    paired test against baseline (Cochrane Handbook 6.5.2.3).
    """
    n = people(arm)
    if n is None or n < 2 or not arm.change or arm.change_per_cm2 is None:
        return None
    if arm.change_sd is not None:
        how, error = "sd", arm.change_sd / n**0.5
    elif told := _AGAINST_BASELINE.match(arm.se_or_p):
        how, error = "p", abs(arm.change) / float(stdtrit(n - 1, 1 - float(told[1]) / 2))
    else:
        return None
    to_cm2 = arm.change_per_cm2 / arm.change
    reach = float(stdtrit(n - 1, (1 + _LEVEL) / 2)) * error * to_cm2
    return Interval(arm.change_per_cm2 - reach, arm.change_per_cm2 + reach, how)


def change_of(arm: ArmOutcome) -> Change | None:
    """The change of one row in hairs/cm²; None where it has no such number."""
    readings = readings_per_cm2(arm)
    return Change(arm, readings, interval_of(arm)) if readings else None


def compare(arms: Sequence[ArmOutcome], pooled: Sequence[PooledEffect] = ()) -> Comparisons:
    """Arms by class. Every arm has either changes in the groups or one entry among the unplaced."""
    changes = [found for arm in arms if (found := change_of(arm))]
    placed = {(each.arm.study_id, each.arm.arm_id) for each in changes}
    rows: dict[tuple[str, str], list[ArmOutcome]] = {}
    for arm in arms:
        rows.setdefault((arm.study_id, arm.arm_id), []).append(arm)
    by_class = {key: [each for each in changes if class_of(each.arm) == key] for key in CLASSES}
    per_cm2 = [effect for effect in pooled if effect.per_cm2 and effect.estimate is not None]
    standardised = [effect for effect in pooled if effect.effect_type == "SMD"]
    return Comparisons(
        groups=tuple(
            (key, tuple(sorted(group, key=lambda each: -max(each.readings))))
            for key, group in by_class.items()
            if group
        ),
        unplaced=tuple(
            Unplaced(*key, _why_unplaced(known), tuple(dict.fromkeys(a.outcome for a in known)))
            for key, known in rows.items()
            if key not in placed
        ),
        between_groups=tuple(effect for effect in per_cm2 if not effect.before_after),
        before_after=tuple(effect for effect in per_cm2 if effect.before_after),
        standardised=tuple(standardised),
        elsewhere=tuple(e for e in pooled if e not in per_cm2 and e not in standardised),
    )


def pooled_for(pooled: Iterable[PooledEffect], condition: str | None) -> tuple[PooledEffect, ...]:
    """The pooled effects that cover a condition; all of them for None."""
    return tuple(each for each in pooled if condition is None or condition in each.conditions)


def _why_unplaced(rows: Sequence[ArmOutcome]) -> str:
    """Why an arm has no change in hairs/cm², from the row that comes nearest to one."""
    counted = [arm for arm in rows if arm.outcome in COUNTED]
    if not counted:
        return "hairs were not counted"
    changed = [arm for arm in counted if arm.change is not None]
    if not changed:
        return "counted, but no change was published or found"
    if any("%" in arm.unit for arm in changed):
        return "told in percent only"
    if all(arm.verification == "memory" for arm in changed):
        return "the number is from memory and not checked"
    if all(arm.plausibility == "implausible" for arm in changed):
        return "implausible and not to be pooled"
    return "counted on an area that is not told"
