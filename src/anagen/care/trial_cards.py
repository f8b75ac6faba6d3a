"""Cards of sources, studies, their arms, and pooled effects."""

import re
from collections.abc import Iterator, Sequence

from anagen.care.card import FROM, Card, Row, Said, listed, plain_key, row, rows, slug
from anagen.care.evidence_words import estimate, when
from anagen.evidence.columns import columns_of
from anagen.evidence.comparisons import CLASSES, class_of, short_name
from anagen.evidence.gaps import REPORTS, gaps
from anagen.evidence.pooled import EFFECTS, PooledEffect, pooled_effects
from anagen.evidence.sources import Source, sources
from anagen.evidence.trials import (
    CONDITIONS,
    PLAUSIBILITIES,
    ROLES,
    VERIFICATIONS,
    ArmOutcome,
    trials,
)

# What was done in an arm; a column of the table is a row of its card.
_DONE = (
    "n_randomised", "n_analysed", "sex", "age_mean", "grade", "device", "needle_mm", "sessions",
    "interval_days", "endpoint", "topical", "topical_dose", "topical_hold_h", "co_treatment",
)  # fmt: skip


def trial_cards() -> Iterator[Card]:
    """Sources, studies (one card with the source, where they are the same) and arms."""
    studies: dict[str, list[ArmOutcome]] = {}
    for arm in trials():
        studies.setdefault(arm.study_id, []).append(arm)
    for key, source in sources().items():
        yield _published(source, studies.pop(key, []))
    for key, arms in studies.items():
        yield Card(key, "study", arms[0].citation, _brief(arms), _study(arms))
    yield from _arms()


def pooled_cards() -> Iterator[Card]:
    """One card for every pooled effect."""
    seen: dict[str, int] = {}
    for effect in pooled_effects():
        source = slug(re.split(r"[(,]", effect.citation)[0])
        seen[source] = seen.get(source, 0) + 1
        yield _pooled(f"pooled:{source}-{seen[source]}", effect)


def arm_key(arm: ArmOutcome) -> str:
    """The key of an arm's card."""
    return f"{arm.study_id}:{slug(arm.arm_id)}"


def _published(source: Source, arms: Sequence[ArmOutcome]) -> Card:
    """A source, with what it published where it is a trial."""
    return Card(
        source.key,
        "study" if arms else "source",
        source.citation,
        _brief(arms) if arms else "",
        (
            row("doi", source.doi or (arms[0].doi if arms else "")),
            row("pmid", source.pmid),
            row("where", source.url),
            *rows(note=source.note),
            *(_study(arms)[1:] if arms else ()),
        ),
    )


def _brief(arms: Sequence[ArmOutcome]) -> str:
    named = len({arm.arm_id for arm in arms})
    return f"{CONDITIONS[arms[0].condition]}, {named} {'arms' if named > 1 else 'arm'}"


def _study(arms: Sequence[ArmOutcome]) -> tuple[Row, ...]:
    first = arms[0]
    return (
        row("doi", first.doi),
        row("design", first.design),
        row("condition", f"{CONDITIONS[first.condition]} {first.grade}".strip()),
        Row("results", tuple(Said(_result(arm), arm_key(arm)) for arm in arms)),
        *listed("note of the results", (arm.note for arm in arms if arm.note)),
    )


def _result(arm: ArmOutcome) -> str:
    """One published result: the change where it was given, else the value at the end."""
    week = "week not given" if arm.week is None else f"week {arm.week:g}"
    if arm.change is not None:
        said = f"{arm.change:+g}"
    else:
        said = "no number" if arm.followup is None else f"{arm.followup:g}"
    unit = arm.unit or "unit not given"
    graded = f"{arm.verification}, role {arm.role}"
    return f"{arm.arm_id}, {week}: {arm.outcome} {said} ({unit}); {graded}"


def _arms() -> Iterator[Card]:
    by_arm: dict[str, list[ArmOutcome]] = {}
    for arm in trials():
        by_arm.setdefault(arm_key(arm), []).append(arm)
    untold = {(each.study_id, each.arm_id): each.untold for each in gaps(trials()).arms}
    for key, results in by_arm.items():
        first = results[0]
        yield Card(
            key,
            "arm",
            f"{short_name(first)}, {first.arm_id}",
            f"{CLASSES[class_of(first)]}; {when(results[-1])}",
            (
                Row(FROM, (Said(first.citation, first.study_id),)),
                row("given", CLASSES[class_of(first)]),
                row("condition", CONDITIONS[first.condition]),
                *_done(results),
                *listed("results", map(_result, results)),
                *listed("as printed", (each.se_or_p for each in results if each.se_or_p)),
                *listed("harms", (each.adverse_events for each in results if each.adverse_events)),
                *_judged("used as", ROLES, [each.role for each in results]),
                *_judged("plausible", PLAUSIBILITIES, [each.plausibility for each in results]),
                *_judged("read in", VERIFICATIONS, [each.verification for each in results]),
                *listed("note", (each.note for each in results if each.note)),
                row(
                    "not told",
                    ", ".join(REPORTS[name].label for name in untold[first.study_id, first.arm_id]),
                ),
            ),
        )


def _done(results: Sequence[ArmOutcome]) -> Iterator[Row]:
    columns = columns_of(ArmOutcome)
    for name in _DONE:
        values = dict.fromkeys(getattr(each, name) for each in results)
        said = [f"{v:g}" if isinstance(v, float) else v for v in values if v not in (None, "")]
        if said:
            unit = columns[name].unit
            unit = "" if unit in ("people", "sessions") else f" {unit}"
            yield row(columns[name].meaning, f"{', '.join(said)}{unit}".rstrip())


def _judged(label: str, meaning: dict[str, str], words: Sequence[str]) -> tuple[Row, ...]:
    return listed(label, (f"{plain_key(word)}: {meaning[word]}" for word in words if word))


def _pooled(key: str, effect: PooledEffect) -> Card:
    numbers = {
        "trials pooled": effect.n_trials,
        "people in them": effect.n_participants,
        "i² %": effect.i2_percent,
        "week": effect.week,
    }
    return Card(
        key,
        "pooled effect",
        effect.comparison,
        f"{effect.outcome}: {estimate(effect)}",
        (
            row("estimate", estimate(effect)),
            row("kind of estimate", EFFECTS[effect.effect_type]),
            row("outcome", effect.outcome),
            row("who", effect.population),
            *(row(label, f"{value:g}") for label, value in numbers.items() if value is not None),
            row(FROM, effect.citation + (f" doi:{effect.doi}" if effect.doi else "")),
            *_judged("read in", VERIFICATIONS, [effect.verification]),
            *rows(note=effect.note),
        ),
    )
