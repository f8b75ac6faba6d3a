"""The findings under each view of the evidence, as plain sentences.

Every number in them is counted from the tables; a sentence without its numbers falls away.
"""

from collections.abc import Iterable, Sequence

from anagen.care import words
from anagen.care.evidence_words import (
    CLASSES_IN_A_SENTENCE,
    HOW,
    arm_name,
    estimate,
    gain,
    measured,
)
from anagen.evidence.comparisons import Change, Comparisons, class_of, needled, short_name
from anagen.evidence.dose_response import LEAST_STUDIES, DoseResponse
from anagen.evidence.gaps import REPORTS, Contest, Gaps
from anagen.evidence.pooled import PooledEffect
from anagen.evidence.trials import CONDITIONS, ArmOutcome

_YEAR = 52  # weeks


def forest_findings(found: Comparisons, arms: Sequence[ArmOutcome]) -> list[str]:
    """What the forest shows."""
    groups = dict(found.groups)
    if not found.changes:
        if not found.unplaced:
            return ["No arm of a trial is on record here."]
        return [f"None of {_count(len(found.unplaced), 'arm')} gives a change in hairs/cm²."]
    said = []
    needles = {arm.study_id for arm in arms if needled(arm)}
    if needles and "sham" not in {arm.device for arm in arms}:
        said.append(
            f"None of the {len(needles)} studies that needle has an arm needled in pretence "
            "(sham): none tells the needle apart from being treated with one."
        )
    alone = groups.get("needling", ())
    idle = [c for c in groups.get("untreated", ()) if (c.arm.week or 0) <= _YEAR]
    if (needling := _range(alone)) and (nothing := _range(idle)):
        both = {c.arm.study_id for c in alone} & {c.arm.study_id for c in idle}
        said.append(
            f"Needling alone: {_ends(needling)} hairs/cm² in {_count(len(alone), 'arm')}; placebo "
            f"or nothing within a year: {_ends(nothing)}. "
            f"{len(both) or 'No'} {'studies' if len(both) > 1 else 'study'} counted both side by "
            "side."
        )
    early = [c for c in groups.get("minoxidil", ()) if c.arm.week == 12]
    if ends := _range(early):
        studies = len({c.arm.study_id for c in early})
        said.append(
            f"Minoxidil alone at week 12 runs from {_ends(ends)} hairs/cm² over {studies} studies: "
            "between studies, people and counting differ more than treatments do."
        )
    said += [_outlier(c, groups.get("minoxidil", ())) for c in found.changes if _far_outside(c)]
    said.append(_with_interval(found.changes))
    added = [e.estimate for e in found.between_groups if "microneedling" in e.comparison]
    numbers = [value for value in added if value is not None]
    if numbers:
        said.append(
            "Pooled, needling joined with another treatment gains "
            f"{words.signed(min(numbers))} to {words.signed(max(numbers))} hairs/cm² more than one "
            "treatment alone. The analyses share trials with each other and with the arms above, "
            "so they are no second witness."
        )
    return said


def dose_findings(found: DoseResponse) -> list[str]:
    """What a setting of the needling is known to do."""
    label, unit = found.setting.label, found.setting.unit
    if not found.points:
        return [f"No needled arm tells both the {label} and a change in hairs/cm²."]
    said = [
        f"Both the {label} and a change in hairs/cm² are told in "
        f"{_count(len(found.points), 'result')} of {_count(found.studies, 'study', 'studies')}; in "
        f"{len(found.unset)} more the {label} is not told."
    ]
    for step in found.steps:
        arm = step.higher.change.arm
        said.append(
            f"Within one study, {short_name(arm)} ({CLASSES_IN_A_SENTENCE[class_of(arm)]}): "
            f"{step.higher.setting:g} {unit} gained {words.number(abs(step.gain))} hairs/cm² "
            f"{'more' if step.gain > 0 else 'less'} than {step.lower.setting:g} {unit}."
        )
    if found.in_words:
        told = "; ".join(
            f"{short_name(arm)} {getattr(arm, found.setting.column):g} {unit}: {arm.se_or_p}"
            for arm in found.in_words
        )
        said.append(f"Compared within a study, but told in words only: {told}.")
    if not found.steps and not found.in_words:
        said.append(f"No study here compares two settings of the {label}.")
    if found.pooled:
        told = "; ".join(f"{e.comparison.rpartition(', ')[2]}: {estimate(e)}" for e in found.pooled)
        said.append(f"Pooled subgroups, in standard deviations of people: {told}.")
    if found.setting.column == "needle_mm" and _not_rising(found.pooled):
        said.append("In these pooled trials longer needles did not gain more.")
    said.append(
        f"No line is fitted: that needs at least {LEAST_STUDIES} studies (Cochrane Handbook "
        f"10.11.5.1), there are {found.studies}, and between studies the {label} is mixed with "
        "people, drug, week and counting."
    )
    return said


def gap_findings(found: Gaps, condition: str | None = None) -> list[str]:
    """What the table of trials, or its part on one condition, leaves open."""
    counts = {count.report: count for count in found.counts}
    said = []
    for key in ("change_sd", "device", "needle_mm"):
        count = counts[key]
        if count.untold:
            said.append(
                f"{REPORTS[key].label[0].upper()}{REPORTS[key].label[1:]} is missing in "
                f"{count.untold} of {count.rows} rows to which it applies."
            )
    numbers = [each for each in found.contests if each.with_numbers]
    spread = [each for each in found.contests if each.with_spread]
    said.append(
        f"Of {len(found.contests)} comparisons with a needled arm, {len(found.never_compared)} "
        f"were never made within a study; {len(numbers)} have a change in hairs/cm² for both "
        f"arms, {len(spread)} of these a spread for both."
    )
    bare = [
        CONDITIONS[key]
        for key, studies in found.needled_by_condition
        if not studies and condition in (None, key)
    ]
    if bare:
        said.append(f"No study here needles people with {_listed(bare)}.")
    return said


def worth_measuring(found: Gaps) -> list[str]:
    """What a next trial could settle, each from a gap that is counted."""
    contests = {frozenset((each.one, each.other)): each for each in found.contests}
    settings = {each.one: each for each in found.settings}
    counts = {count.report: count for count in found.counts}
    said = []

    def open_still(one: str, other: str) -> Contest | None:
        contest = contests[frozenset((one, other))]
        return None if contest.with_spread else contest

    if contest := open_still("needling", "sham"):
        said.append(
            "Needling against needling in pretence, nothing else given, counted in hairs/cm² on "
            f"one clock: {_made(contest)}."
        )
    if contest := open_still("needling", "untreated"):
        said.append(f"Needling alone against nothing at all: {_made(contest)}.")
    if contest := open_still("needling_minoxidil", "minoxidil"):
        said.append(
            "Needling added to minoxidil, with the spread of the change in both arms: "
            f"{_made(contest)}."
        )
    if counts["change_sd"].untold:
        said.append(
            f"The spread of the change in trials already done: {counts['change_sd'].untold} rows "
            "here lack it, and their authors may still have it."
        )
    for key, question in (
        ("depth", "Two needle lengths with minoxidil, counted in hairs/cm²"),
        ("interval", "Two intervals with the same number of sessions"),
        ("hold", "Minoxidil at once against minoxidil withheld for a day"),
    ):
        if not settings[key].with_spread:
            said.append(f"{question}: {_made(settings[key])}.")
    for key in ("oral_minoxidil", "reductase"):
        if contest := open_still("needling_minoxidil", key):
            treatment = CLASSES_IN_A_SENTENCE[key]
            said.append(f"Needling and minoxidil against {treatment}: {_made(contest)}.")
    return said


def _made(contest: Contest) -> str:
    """How often a comparison was made, and with what."""
    if not contest.studies:
        return "never done"
    return (
        f"{_count(len(contest.studies), 'study', 'studies')}, {len(contest.with_numbers)} with "
        f"numbers for both arms, {len(contest.with_spread)} with both spreads"
    )


def _far_outside(change: Change) -> bool:
    return change.arm.role == "outlier" and change.arm.plausibility == "implausible"


def _outlier(change: Change, minoxidil: Sequence[Change]) -> str:
    """An outlier beside the largest gain of minoxidil alone over a year, in the same people."""
    arm = change.arm
    said = f"{arm_name(arm)}: {measured(change)} hairs/cm² at week {arm.week:g}"
    late = _range(c for c in minoxidil if c.arm.week == 48 and c.arm.condition == arm.condition)
    if late:
        said += (
            f" is {words.number(max(change.readings) / late[1])} times the largest gain of "
            f"minoxidil alone at week 48 ({gain(late[1])})"
        )
    return f"{said}. It is a test, never an anchor."


def _with_interval(changes: Sequence[Change]) -> str:
    by = {how: [c for c in changes if c.interval and c.interval.how == how] for how in HOW}
    needles = [c for c in changes if needled(c.arm)]
    known = [c for c in needles if c.interval]
    return (
        f"Of {len(changes)} results {len(by['sd']) + len(by['p'])} have an interval "
        f"({len(by['sd'])} {HOW['sd']}, {len(by['p'])} {HOW['p']}); of {len(needles)} with "
        f"needles, {len(known)}."
    )


def _not_rising(pooled: Sequence[PooledEffect]) -> bool:
    estimates = [effect.estimate for effect in pooled if effect.estimate is not None]
    return len(estimates) > 1 and estimates[-1] <= estimates[0]


def _range(changes: Iterable[Change]) -> tuple[float, float] | None:
    values = [value for change in changes for value in change.readings]
    return (min(values), max(values)) if values else None


def _ends(ends: tuple[float, float]) -> str:
    return f"{gain(ends[0])} to {gain(ends[1])}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _listed(said: Sequence[str], last: str = "or") -> str:
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} {last} {said[-1]}"
