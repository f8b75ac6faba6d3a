"""The numbers behind each view of the evidence, as tables for people and data for machines."""

from collections.abc import Iterable
from typing import Any

from anagen.care.evidence_words import HOW, NO_INTERVAL, gain, measured
from anagen.care.table import Numbers
from anagen.evidence.comparisons import CLASSES, Change, Comparisons, class_of, people
from anagen.evidence.dose_response import DoseResponse
from anagen.evidence.gaps import REPORTS, Contest, Gaps
from anagen.evidence.pooled import PooledEffect

_RESULT = ("Study", "Arm", "Given", "Counted", "Week", "People", "Change, hairs/cm²")
_RESULT_MORE = ("95 % interval", "Interval", "Plausibility", "Role", "Read in")
_POOLED = ("Source", "Comparison", "Population", "Outcome", "Kind", "Estimate", "95 % interval")


def forest_tables(found: Comparisons) -> tuple[Numbers, ...]:
    """Changes, arms without one, and pooled effects, the undrawn ones among them."""
    pooled = (*found.between_groups, *found.before_after, *found.standardised, *found.elsewhere)
    tables = [
        _changes("Changes in hairs/cm²", found.changes),
        Numbers(
            "Arms without a change in hairs/cm²",
            ("Study", "Arm", "Why", "What was measured"),
            tuple(
                (u.study_id, u.arm_id, u.reason, ", ".join(u.outcomes).replace("_", " "))
                for u in found.unplaced
            ),
        ),
        _pooled("Pooled effects; those in other units or in none are not drawn", pooled),
    ]
    return tuple(table for table in tables if table.rows)


def dose_tables(found: DoseResponse) -> tuple[Numbers, ...]:
    """Points, results whose setting is not told, and pooled subgroups."""
    label = found.setting.label
    points = _changes(f"Results with a {label}", [point.change for point in found.points])
    settings = [f"{point.setting:g} {found.setting.unit}" for point in found.points]
    tables = [
        Numbers(
            points.caption,
            (f"{label[0].upper()}{label[1:]}", *points.head),
            tuple((at, *row) for at, row in zip(settings, points.rows, strict=True)),
        ),
        _changes(f"Needled results whose {label} is not told", found.unset),
        _pooled("Pooled subgroups", found.pooled),
    ]
    return tuple(table for table in tables if table.rows)


def gap_tables(found: Gaps) -> tuple[Numbers, ...]:
    """Counts, comparisons with their studies, and every arm with what it leaves untold."""
    contests = [(CLASSES[c.one], CLASSES[c.other], c) for c in found.contests]
    return (
        Numbers(
            "Rows of the table of trials that tell a thing, of those to which it applies",
            ("What", "Applies", "Told", "Not told"),
            tuple(
                (REPORTS[c.report].label, str(c.rows), str(c.rows - c.untold), str(c.untold))
                for c in found.counts
            ),
        ),
        Numbers(
            "Comparisons within a study",
            ("One", "Other", "Studies", "With both changes", "With both spreads"),
            tuple(
                (one, other, *(", ".join(named) or "none" for named in _studies(contest)))
                for one, other, contest in contests
            ),
        ),
        Numbers(
            "Every arm and what all its rows leave untold",
            ("Study", "Arm", "Not told"),
            tuple(
                (
                    arm.study_id,
                    arm.arm_id,
                    ", ".join(REPORTS[key].label for key in arm.untold) or "nothing",
                )
                for arm in found.arms
            ),
        ),
    )


def forest_data(found: Comparisons) -> dict[str, Any]:
    """The forest as plain data."""
    return {
        "groups": [
            {"class": key, "title": CLASSES[key], "changes": [_change(c) for c in changes]}
            for key, changes in found.groups
        ],
        "without_change": [
            {"study": u.study_id, "arm": u.arm_id, "why": u.reason, "outcomes": list(u.outcomes)}
            for u in found.unplaced
        ],
        "pooled": {
            name: [_effect(effect) for effect in getattr(found, name)]
            for name in ("between_groups", "before_after", "standardised", "elsewhere")
        },
    }


def dose_data(found: DoseResponse) -> dict[str, Any]:
    """The points of a setting as plain data."""
    return {
        "setting": found.setting.column,
        "unit": found.setting.unit,
        "studies": found.studies,
        "points": [{"setting": p.setting, **_change(p.change)} for p in found.points],
        "steps": [
            {
                "study": step.lower.change.arm.study_id,
                "from": step.lower.setting,
                "to": step.higher.setting,
                "gain_per_cm2": step.gain,
            }
            for step in found.steps
        ],
        "in_words": [
            {"study": arm.study_id, "arm": arm.arm_id, "said": arm.se_or_p}
            for arm in found.in_words
        ],
        "setting_not_told": [_change(change) for change in found.unset],
        "pooled": [_effect(effect) for effect in found.pooled],
    }


def gap_data(found: Gaps) -> dict[str, Any]:
    """What is missing as plain data."""
    return {
        "counts": {c.report: {"rows": c.rows, "not_told": c.untold} for c in found.counts},
        "comparisons": [_contest(contest) for contest in found.contests],
        "settings": [_contest(contest) for contest in found.settings],
        "needled_studies_by_condition": dict(found.needled_by_condition),
        "arms": [
            {"study": a.study_id, "arm": a.arm_id, "told": [*a.told], "not_told": [*a.untold]}
            for a in found.arms
        ],
    }


def _changes(caption: str, changes: Iterable[Change]) -> Numbers:
    rows = []
    for change in changes:
        arm, interval, n = change.arm, change.interval, people(change.arm)
        rows.append(
            (
                arm.study_id,
                arm.arm_id,
                CLASSES[class_of(arm)],
                arm.outcome.replace("_", " "),
                "not told" if arm.week is None else f"{arm.week:g}",
                "not told" if n is None else f"{n:g}",
                measured(change),
                f"{gain(interval.low)} to {gain(interval.high)}" if interval else "none",
                HOW[interval.how] if interval else NO_INTERVAL,
                arm.plausibility or "not told",
                arm.role or "not told",
                arm.verification.replace("_", " ") or "not told",
            )
        )
    return Numbers(caption, (*_RESULT, *_RESULT_MORE), tuple(rows))


def _pooled(caption: str, effects: Iterable[PooledEffect]) -> Numbers:
    def shown(value: float | None) -> str:
        return "not told" if value is None else f"{value:g}".replace("-", "−")

    rows = tuple(
        (
            e.citation,
            e.comparison,
            e.population,
            e.outcome,
            e.effect_type,
            shown(e.estimate),
            "none" if e.ci_high is None else f"{shown(e.ci_low)} to {shown(e.ci_high)}",
            shown(e.n_trials),
            shown(e.n_participants),
            e.verification,
        )
        for e in effects
    )
    return Numbers(caption, (*_POOLED, "Trials", "People", "Read in"), rows)


def _studies(contest: Contest) -> tuple[tuple[str, ...], ...]:
    return contest.studies, contest.with_numbers, contest.with_spread


def _change(change: Change) -> dict[str, Any]:
    arm, interval = change.arm, change.interval
    return {
        "study": arm.study_id,
        "arm": arm.arm_id,
        "citation": arm.citation,
        "class": class_of(arm),
        "outcome": arm.outcome,
        "week": arm.week,
        "people": people(arm),
        "change_per_cm2": list(change.readings),
        "interval": interval and {"low": interval.low, "high": interval.high, "from": interval.how},
        "plausibility": arm.plausibility,
        "role": arm.role,
        "verification": arm.verification,
    }


def _effect(effect: PooledEffect) -> dict[str, Any]:
    return {
        "citation": effect.citation,
        "comparison": effect.comparison,
        "population": effect.population,
        "outcome": effect.outcome,
        "effect_type": effect.effect_type,
        "estimate": effect.estimate,
        "ci_low": effect.ci_low,
        "ci_high": effect.ci_high,
        "verification": effect.verification,
    }


def _contest(contest: Contest) -> dict[str, Any]:
    studies, numbers, spreads = map(list, _studies(contest))
    return {
        "one": contest.one,
        "other": contest.other,
        "studies": studies,
        "with_both_changes": numbers,
        "with_both_spreads": spreads,
    }
