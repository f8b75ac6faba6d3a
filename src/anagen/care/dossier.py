"""The qualification report in words, tables and pictures; one content for page and paper.

After ASME V&V 40 and the FDA guidance of November 2023: failures first, then the question, the
context of use and its risk, then the evidence that the model is credible for it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from anagen.care.arm_forest import arm_forest, describe, rank_chart
from anagen.care.average_chart import average_chart
from anagen.care.average_chart import describe as describe_average
from anagen.care.predictions import BASELINES
from anagen.care.tokens import LIGHT, ON_PAGE
from anagen.evidence.credibility import claims
from anagen.evidence.parameters import parameters
from anagen.evidence.posterior import posterior
from anagen.evidence.trials import trials

if TYPE_CHECKING:
    from anagen.calibration.average_effect import AverageEffect
    from anagen.calibration.prediction import ArmPrediction
    from anagen.qualification.held_against import HeldAgainst
    from anagen.qualification.scores import Scores


@dataclass(frozen=True)
class Rows:
    """A table."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Figure:
    """A picture for a wide page, a phone and paper, and the same in words."""

    wide: str
    narrow: str
    paper: str
    paper_share: float  # of the width of the text on paper
    alt: str
    caption: str


@dataclass(frozen=True)
class Section:
    """A heading with paragraphs, a list, tables and pictures, in this order."""

    title: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    tables: tuple[Rows, ...] = ()
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Dossier:
    """The whole report."""

    title: str
    lead: str
    sections: tuple[Section, ...]
    foot: str


type Draw = Callable[[Mapping[str, str], int, str], str]  # colours, width, key of its ids

CONTEXT_OF_USE = (
    "A clinician and an adult with pattern hair loss discuss whether needling, minoxidil, both or "
    "neither is worth trying, with the likely range of a change of hair density over a year. The "
    "program does not decide, diagnose or dose. It is no medical device, neither cleared nor "
    "CE-marked, and needling for hair is off-label."
)


def dossier(
    left_out: "HeldAgainst",
    outliers: "Sequence[ArmPrediction]",
    averages: "Sequence[AverageEffect]",
    failed: Sequence[str],
    weeks: Sequence[float],
    version: str,
    prepared: date | None = None,
) -> Dossier:
    """The report from predictions of left-out studies, of the outlier, and average effects."""
    sections = (
        Section("What failed", items=tuple(failed) or ("No rule for a failure was met.",)),
        _use(),
        _verification(),
        _calibration(),
        _left_out(left_out),
        _outlier(outliers),
        _averages(averages, weeks),
        _applicability(),
        _limits(),
        _reproducible(version),
    )
    made = f", {prepared.isoformat()}" if prepared else ""
    return Dossier(
        "Qualification of the forecast", _lead(left_out), sections, f"anagen {version}{made}"
    )


def _lead(found: "HeldAgainst") -> str:
    best, model = found.best_baseline, found.model
    if best is None or model.crps is None or model.coverage is None:
        return "No result could be scored."
    return (
        f"Each of {len({one.arm.study_id for one in found.used})} studies was predicted from the "
        f"others. The error score (CRPS) is {model.crps:.1f} hairs/cm², against {best[1]:.1f} for "
        f"the best simple prediction ({BASELINES[best[0]]}): {100 * (1 - model.crps / best[1]):.0f}"
        f" % better. 80 % intervals held {100 * model.coverage[0.8]:.0f} % of {model.n} results."
    )


def _use() -> Section:
    return Section(
        "Question, context of use, risk",
        (
            "Question of interest: by how much may hair density change under a course, and how "
            "sure can one be?",
            f"Context of use: {CONTEXT_OF_USE}",
            "Model risk: low to medium. Influence is low, since the forecast stands beside the "
            "evidence table, alternatives and doing nothing, and a clinician decides. A wrong "
            "forecast costs money, visits and hope; harm by needling itself is the concern of the "
            "screening, which does not use the forecast.",
            "Goals set beforehand: closed forms met and a second solver agreeing; halved steps "
            "moving no endpoint by more than a hundredth of its band; 80 % intervals holding 70 to "
            "90 % of left-out results; a score at least 10 % better than the best simple "
            "prediction; the claim of +91 hairs/cm² called implausible.",
        ),
    )


def _verification() -> Section:
    head = ("What holds", "Shown by")
    tables = tuple(
        Rows(
            kind.replace("_", " ").capitalize(),
            head,
            tuple((item.claim, ", ".join(map(_test, item.tests))) for item in items),
        )
        for kind, items in claims().items()
    )
    return Section(
        "Verification of code and calculation",
        ("Every claim is held up by tests that run on each change.",),
        tables=tables,
    )


def _test(name: str) -> str:
    file, _, function = name.partition("::")
    return f"{file}: {function.removeprefix('test_').replace('_', ' ')}" if function else file


def _calibration() -> Section:
    post = posterior()
    quality = post.made["quality"]
    told = post.made["numbers"]
    rows = tuple(
        (
            parameters()[key].label,
            f"{now['median']:.3g} {parameters()[key].unit}",
            f"{now['low']:.3g} to {now['high']:.3g}",
            _share(now),
        )
        for key, now in sorted(told.items(), key=lambda item: item[1]["overlap"])
    )
    checks = post.made["checks"]
    below = np.array(checks["recovery"]["below"])
    found = ((below > 0.05) & (below < 0.95)).mean()
    fitted = {arm.study_id for arm in trials() if arm.role == "calibration"}
    return Section(
        "Calibration, apart from validation",
        (
            f"Only arms whose role is 'calibration' are fitted: {len(post.observed)} counts and "
            f"what else {len(post.studies)} of {len(fitted)} such studies tell. The split is fixed "
            f"in the table of trials. {len(post.made['unused'])} results could not be used; each "
            "is listed with its reason in the documentation.",
            f"NUTS: largest R-hat {max(quality['r_hat'].values()):.3f}, smallest effective sample "
            f"{min(quality['effective'].values()):.0f}, {quality['divergences']} divergences.",
            f"In {len(below)} virtual worlds of the full model, {100 * found:.0f} % of all truths "
            "lay in their 90 % interval; in "
            f"{len(checks['ranks']['below'])} worlds of the observation model, ranks of truths "
            "were uniform. The means over people as calibration has them lie "
            f"{checks['error_of_means_per_cm2']:.1f} hairs/cm² (root mean square) from the full "
            "model's.",
        ),
        tables=(
            Rows(
                "What the trials told of each number",
                ("Number", "Median", "80 %", "Learned"),
                rows,
            ),
        ),
    )


def _share(now: dict[str, float]) -> str:
    return f"{100 * (1 - now['overlap']):.0f} %"


def _left_out(found: "HeldAgainst") -> Section:
    used = found.used
    ranks = [
        float((one.draws < one.observed).mean())
        for one in used
        if one.draws is not None and one.observed is not None
    ]
    scored = [("anagen", found.model), *((BASELINES[k], of) for k, of in found.baselines.items())]
    head = ("Prediction", "CRPS", "Error of the median", "In 50 %", "In 80 %", "In 95 %")
    not_used = tuple(
        f"Not scored: {one.arm.study_id} {one.arm.arm_id}, {one.why_not_used}."
        for one in found.arms
        if one.why_not_used
    )
    return Section(
        "Validation: studies left out",
        (
            "Each study is predicted from a fit to all the others, with a drift and a scale drawn "
            "anew. Simple predictions are learned from the same other studies. CRPS and errors are "
            "in hairs/cm²; less is better.",
        ),
        items=not_used,
        tables=(
            Rows(
                f"Scores on {found.model.n} results",
                head,
                tuple((name, *_scores(of)) for name, of in scored if of.n),
            ),
        ),
        figures=(
            _figure(
                lambda colours, width, key: arm_forest(used, colours=colours, width=width, key=key),
                "left-out",
                describe(used),
                "Bars 50 and 80 %, line 95 %; dot: published, inside 80 %; diamond: outside.",
            ),
            _figure(
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


def _scores(of: "Scores") -> tuple[str, ...]:
    assert of.crps is not None
    assert of.absolute_error is not None
    assert of.coverage is not None  # there are results
    coverage = (f"{100 * share:.0f} %" for share in of.coverage.values())
    return (f"{of.crps:.1f}", f"{of.absolute_error:.1f}", *coverage)


def _figure(draw: Draw, name: str, alt: str, caption: str, paper_share: float = 1.0) -> Figure:
    return Figure(
        paper_share=paper_share,
        wide=draw(ON_PAGE, 860, f"{name}-wide"),
        narrow=draw(ON_PAGE, 344, f"{name}-narrow"),
        paper=draw(LIGHT, 640, f"{name}-paper"),
        alt=alt,
        caption=caption,
    )


def _outlier(outliers: "Sequence[ArmPrediction]") -> Section:
    said = []
    for one in outliers:
        if one.draws is None or one.observed is None:
            continue
        low, middle, high = np.quantile(one.draws, [0.025, 0.5, 0.975])
        beyond = (one.observed - middle) / one.draws.std()
        above = int((one.draws >= one.observed).sum())
        verdict = "implausible" if above < 0.005 * len(one.draws) else "within reach"
        said.append(
            f"{one.arm.study_id} {one.arm.arm_id}, week {one.arm.week:g}: claimed "
            f"{one.observed:+.1f}, predicted {middle:+.0f} (95 %: {low:+.0f} to {high:+.0f}) "
            f"hairs/cm²; {beyond:.1f} standard deviations away, {above} of {len(one.draws)} draws "
            f"reach it: {verdict}."
        )
    return Section(
        "A claim that should not be reproduced",
        ("Arms with the role 'outlier' were never fitted. The first claims +91 hairs/cm².",),
        items=tuple(said),
    )


def _averages(averages: "Sequence[AverageEffect]", weeks: Sequence[float]) -> Section:
    return Section(
        "Average effects beside reviews",
        (
            "Differences of means over people; the drift of a trial falls out. Reviews share "
            "trials with the calibration and among each other: no independent test.",
        ),
        figures=(
            _figure(
                lambda colours, width, key: average_chart(
                    averages, weeks, colours=colours, width=width, key=key
                ),
                "average",
                describe_average(averages, weeks),
                "Mean effects at three times, and pooled estimates.",
            ),
        ),
    )


def _applicability() -> Section:
    return Section(
        "Applicability",
        (
            "Pattern hair loss in adults, 12 to 52 weeks. Outside what trials tried in a condition "
            "(needle length, sessions, interval, weeks) a forecast says so. Areata, stress "
            "shedding, ageing and scarring rest on prior knowledge alone: no arm there was fitted.",
            "A forecast for one person has no drift of a trial, and no error of counting; the "
            "smallest change that a count can tell stands beside it.",
        ),
    )


def _limits() -> Section:
    return Section(
        "Limits",
        items=(
            "Nearly all numbers were read in abstracts; few spreads, few baselines.",
            "No trial had a sham needle; most were at one centre, with patients who knew.",
            "Some thirty results cannot tell a right 80 % interval from a right 70 % one.",
            "The drift of trials is as large as the effects: absolute changes are poorly known, "
            "differences between arms better.",
            "Structural doubts that no count can settle (open or collapsed channel, sign of "
            "lasting flow) are carried as alternatives.",
        ),
    )


def _reproducible(version: str) -> Section:
    made = posterior().made
    return Section(
        "Made again",
        (
            f"anagen {version}; model {made['model'][:16]}, data {made['data'][:16]}, seed "
            f"{made['effort']['seed']}. `anagen calibrate` makes the draws again and compares; "
            "`anagen qualify` makes this report.",
        ),
    )
