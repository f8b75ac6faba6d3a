"""How a published result is named and worded, on every page that shows one."""

from anagen.care import words
from anagen.evidence.comparisons import CLASSES, Change, people, short_name
from anagen.evidence.pooled import PooledEffect
from anagen.evidence.trials import ArmOutcome

NO_INTERVAL = "no interval published"
PLAUSIBLE = {"ok": "", "": "", "suspect": "suspect", "implausible": "implausible"}
USE = {
    "calibration": "",
    "": "",
    "context": "for reading only",
    "outlier": "outlier",
}
CLASSES_IN_A_SENTENCE = {key: f"{said[0].lower()}{said[1:]}" for key, said in CLASSES.items()}
SETTINGS_COMPARED = {
    "depth": "two needle lengths",
    "interval": "two intervals",
    "sessions": "two numbers of sessions",
    "device": "two devices",
    "hold": "a medicine withheld, or for longer",
}
HOW = {"sd": "from the published SD", "p": "worked back from the p value"}


def gain(value: float) -> str:
    """A change with its sign: ``+18.6``, ``−4.1``."""
    return f"{'+' if value > 0 else ''}{words.number(value)}"


def spread(low: float, high: float) -> str:
    """``(+14 to +23)``."""
    return f"({gain(low)} to {gain(high)})"


def arm_name(arm: ArmOutcome) -> str:
    """``Dhurat 2013, MN+MX``."""
    return f"{short_name(arm)}, {arm.arm_id}"


def when(arm: ArmOutcome) -> str:
    """``week 12, 50 people``, as far as told."""
    n = people(arm)
    week = "week not told" if arm.week is None else f"week {arm.week:g}"
    return f"{week}, " + ("people not told" if n is None else f"{n:g} people")


def measured(change: Change) -> str:
    """The number itself; both where the unit is in conflict."""
    return " or ".join(gain(value) for value in change.readings)


def remarks(change: Change) -> str:
    """What a reader must know of a result beside its number; empty for a plain one."""
    arm = change.arm
    said = [PLAUSIBLE[arm.plausibility], USE[arm.role]]
    if len(change.readings) > 1:
        said.append("counted area in conflict")
    if change.interval is not None and change.interval.how == "p":
        said.append("interval from the p value")
    return " · ".join(each for each in said if each)


def estimate(effect: PooledEffect) -> str:
    """A pooled estimate with its interval, or the plain word that there is none."""
    if effect.estimate is None:
        return "no number"
    signed = effect.effect_type in ("MD", "SMD")
    show = gain if signed else words.number
    said = show(effect.estimate)
    if effect.ci_low is not None and effect.ci_high is not None:
        return f"{said} ({show(effect.ci_low)} to {show(effect.ci_high)})"
    if effect.ci_high is not None:
        return f"{said} (up to {show(effect.ci_high)})"
    return f"{said}, {NO_INTERVAL}"


def source_of(effect: PooledEffect) -> str:
    """Author and year of a pooled analysis."""
    return effect.citation.partition(" (")[0].partition(",")[0]
