"""The sections of the qualification report on predictions: studies left out, arms never fitted, the
outlier, and what the scored results cover."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from anagen.care import words
from anagen.care.arm_forest import arm_forest, describe, rank_chart
from anagen.care.document import Figure, Rows, Section, figure
from anagen.care.predictions import BASELINES
from anagen.care.words import plain
from anagen.evidence.comparisons import needled
from anagen.evidence.trials import CONDITIONS
from anagen.qualification.scope import conditions, ranges, treatment_name, treatments
from anagen.qualification.scores import chance_of_coverage, rank

if TYPE_CHECKING:
    from anagen.calibration.left_out_predictions import ArmPrediction
    from anagen.qualification.held_against import HeldAgainst

_READ = (
    "Bars 50 and 80 %, line 95 %; dot: published, inside 80 %; diamond: outside. Each picture has "
    "its own scale."
)
_SCORE_HEAD = (
    "Prediction", "CRPS", "Ratio, and its 95 %", "Error of the median", "In 50 %", "In 80 %",
    "In 95 %",
)  # fmt: skip


def left_out_studies(found: "HeldAgainst") -> Section:
    """Each study predicted from all the others."""
    ranks = [
        rank(one.draws, one.observed)
        for one in found.used
        if one.draws is not None and one.observed is not None
    ]
    low, high = chance_of_coverage(found.model.n, 0.8) if found.model.n else (0.0, 1.0)
    return Section(
        "Validation: studies left out",
        (
            "Each study is predicted from a fit to all the others, with a drift and a scale drawn "
            "anew. Simple predictions are learned from the same other studies. CRPS and errors are "
            "in hairs/cm²; less is better. The ratio is that of anagen's CRPS to the row's, with "
            "whole studies drawn anew for its interval: results of one study share its drift and "
            "its counting, and are fewer witnesses than they are numbers.",
            f"Of {found.model.n} results a right model holds {100 * low:.0f} to {100 * high:.0f} % "
            "in its 80 % intervals, but for one case in twenty.",
        ),
        tables=(*_scores(found), *_not_scored(found)),
        figures=(
            *_forests(found, "left-out"),
            figure(
                lambda colours, width, key: rank_chart(
                    ranks, colours=colours, width=min(width, 420), key=key
                ),
                "ranks",
                "How often the published result lies at which rank of its prediction.",
                "Ranks of the published results; an honest prediction is flat but for chance.",
                paper_share=0.65,
            ),
        ),
    )


def never_fitted(others: "HeldAgainst") -> Section:
    """Arms whose role forbids to fit them."""
    return Section(
        "Arms never fitted",
        (
            "Arms with the role context or outlier were never fitted. Most are from memory or "
            "secondary sources, or implausible, which is why they may not be: these scores say as "
            "much of the numbers as of the model.",
        ),
        tables=(*_scores(others), *_not_scored(others)),
        figures=tuple(_forests(others, "never-fitted")),
    )


def outlier(others: "HeldAgainst") -> Section:
    """The claim that no model should reproduce."""
    claims = [one for one in others.arms if one.arm.role == "outlier"]
    return Section(
        "A claim that should not be reproduced",
        (
            "Follicles cannot show +91 hairs/cm² in 84 days on such scalps (see model "
            "plausibility). Draws that reach the claim owe it to a study's own drift and scale, "
            "whose tails are heavy, not to hair.",
        ),
        items=tuple(_far(one) for one in claims if one.draws is not None and not one.why_not_used),
    )


def applicability(found: "HeldAgainst") -> Section:
    """What the scored results cover."""
    head = ("What", "Results", "Studies")
    return Section(
        "Applicability",
        (
            "Beyond what scored results cover, a forecast extrapolates mechanisms; where it leaves "
            "what trials tried in a condition it warns. Within, it is held up by as many results "
            "as stand here.",
            "A forecast for one person has no drift of a trial, and no error of counting; the "
            "smallest change that a count can tell stands beside it.",
        ),
        tables=(
            Rows(
                "Treatments",
                head,
                tuple(
                    (treatment_name(one.key), str(one.results), str(one.studies))
                    for one in treatments(found)
                ),
            ),
            Rows(
                "Conditions; trials of both patterns count for either",
                head,
                tuple(
                    (CONDITIONS[one.key].capitalize(), str(one.results), str(one.studies))
                    for one in conditions(found)
                ),
            ),
            Rows(
                "Inputs",
                ("Input", "Range", "Results that state it"),
                tuple(
                    (
                        f"{one.label}, needled arms" if one.needled else one.label,
                        "none" if one.span is None
                        else f"{one.span[0]:g} to {one.span[1]:g} {one.unit}".strip(),
                        str(one.results),
                    )
                    for one in ranges(found)
                ),
            ),
        ),
    )  # fmt: skip


def _forests(found: "HeldAgainst", name: str) -> Iterator[Figure]:
    """Needled and other arms apart, so that one far result does not shrink all others."""
    for at, (label, of_needled) in enumerate((("Needled arms", True), ("Not needled", False))):
        arms = [one for one in found.used if needled(one.arm) == of_needled]
        if arms:
            yield figure(
                lambda colours, width, key, arms=arms: arm_forest(
                    arms, colours=colours, width=width, key=key
                ),
                f"{name}-{at}",
                describe(arms),
                f"{label}. {_READ}",
            )


def _scores(found: "HeldAgainst") -> Iterator[Rows]:
    if not found.model.n:
        return
    rows = []
    for name, of in (("anagen", found.model), *found.baselines.items()):
        assert of.crps is not None
        assert of.absolute_error is not None
        assert of.coverage is not None  # there are results
        ratio = found.against(name) if name in found.baselines else None
        rows.append(
            (
                BASELINES.get(name, name),
                f"{of.crps:.1f}",
                f"{ratio[0]:.2f} ({ratio[1]:.2f} to {ratio[2]:.2f})" if ratio else "",
                f"{of.absolute_error:.1f}",
                *(f"{100 * share:.0f} %" for share in of.coverage.values()),
            )
        )
    yield Rows(f"Scores on {found.model.n} results", _SCORE_HEAD, tuple(rows))


def _not_scored(found: "HeldAgainst") -> Iterator[Rows]:
    rows = tuple(
        (plain(f"{one.arm.study_id} {one.arm.arm_id}"), plain(one.why_not_used))
        for one in found.arms
        if one.why_not_used
    )
    if rows:
        yield Rows("Not scored", ("Arm", "Reason"), rows)


def _far(one: "ArmPrediction") -> str:
    """How far outside its prediction a claim lies."""
    assert one.draws is not None
    assert one.observed is not None  # only scored claims come here
    low, middle, high = (float(value) for value in np.quantile(one.draws, [0.025, 0.5, 0.975]))
    end = high if one.observed > middle else low
    above = int((one.draws >= one.observed).sum())
    verdict = "plausible" if low <= one.observed <= high else "implausible"
    away = abs((one.observed - middle) / one.draws.std())
    return (
        f"{one.arm.study_id} {one.arm.arm_id}, week {one.arm.week:g}: claimed {one.observed:+.1f}, "
        f"predicted {words.signed(middle)} (95 %: {words.signed(low)} to {words.signed(high)}) "
        f"hairs/cm²; {away:.1f} standard deviations from the median, "
        f"{(one.observed - middle) / (end - middle):.1f} times as far as the end of the 95 % "
        f"interval; {above} of {len(one.draws)} draws reach it: {verdict}."
    )
