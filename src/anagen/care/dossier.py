"""The qualification report in words, tables and pictures; one content for page and paper.

After ASME V&V 40 and the FDA guidance of November 2023: failures first, then the question, the
context of use and its risk, then the evidence that the model is credible for it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from anagen.care.average_chart import average_chart
from anagen.care.average_chart import describe as describe_average
from anagen.care.document import Document, Rows, Section, figure
from anagen.care.dossier_validation import applicability, left_out_studies, never_fitted, outlier
from anagen.care.predictions import BASELINES
from anagen.care.words import THIN
from anagen.evidence.credibility import claims
from anagen.evidence.parameters import parameters
from anagen.evidence.posterior import posterior
from anagen.evidence.trials import trials
from anagen.qualification.ranks import RANKS_LEVEL, rank_chances

if TYPE_CHECKING:
    from anagen.calibration.average_effect import AverageEffect
    from anagen.qualification.held_against import HeldAgainst


CONTEXT_OF_USE = (
    "A clinician and an adult with pattern hair loss discuss whether needling, minoxidil, both or "
    "neither is worth trying, with the likely range of a change of hair density over a year. The "
    "program does not decide, diagnose or dose. It is no medical device, neither cleared nor "
    "CE-marked, and needling for hair is off-label."
)


def dossier(
    left_out: "HeldAgainst",
    others: "HeldAgainst",
    averages: "Sequence[AverageEffect]",
    failed: Sequence[str],
    weeks: Sequence[float],
    version: str,
    prepared: date | None = None,
) -> Document:
    """The report from studies left out, arms never fitted (``others``) and average effects."""
    sections = (
        Section("What failed", items=tuple(failed) or ("No rule for a failure was met.",)),
        _use(),
        left_out_studies(left_out),
        never_fitted(others),
        outlier(others),
        _averages(averages, weeks),
        _verification(),
        _calibration(),
        applicability(left_out),
        _limits(),
        _reproducible(version),
    )
    made = f", {prepared.isoformat()}" if prepared else ""
    return Document(
        "Qualification of the forecast", _lead(left_out), sections, f"anagen {version}{made}"
    )


def summary(left_out: "HeldAgainst", failed: Sequence[str], version: str) -> Document:
    """The part of the report that needs no model: studies left out and the shipped draws."""
    sections = (
        Section("What failed", items=tuple(failed) or ("No rule for a failure was met.",)),
        _use(),
        left_out_studies(left_out),
        _calibration(),
        applicability(left_out),
        _limits(),
        _reproducible(version),
    )
    return Document("How wrong the forecast is", _lead(left_out), sections, f"anagen {version}")


def _lead(found: "HeldAgainst") -> str:
    best, model = found.best_baseline, found.model
    if best is None or model.crps is None or model.coverage is None:
        return "No result could be scored."
    return (
        f"Each of {len({one.arm.study_id for one in found.used})} studies was predicted from the "
        f"others. The error score (CRPS) is {model.crps:.1f} hairs/cm², against {best[1]:.1f} for "
        f"the best simple prediction ({BASELINES[best[0]]}): {_apart(model.crps / best[1])}. "
        f"80{THIN}% intervals held {100 * model.coverage[0.8]:.0f}{THIN}% of {model.n} results."
    )


def _apart(ratio: float) -> str:
    said = "better" if ratio < 1 else "worse"
    return f"{100 * abs(1 - ratio):.0f}{THIN}% {said}"


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
            "moving no endpoint by more than a hundredth of its band; R-hat below 1.01 and 400 "
            "effective draws of every number; 80 % intervals holding 70 to 90 % of left-out "
            "results; a score at least 10 % better than the best simple prediction; the claim of "
            "+91 hairs/cm² called implausible.",
        ),
    )


def _verification() -> Section:
    head = ("What holds", "Shown by")
    tables = tuple(
        Rows(
            kind.replace("_", " ").capitalize(),
            head,
            tuple((item.claim, _shown_by(item.tests)) for item in items),
        )
        for kind, items in claims().items()
    )
    return Section(
        "Evidence by kind",
        (
            "Every claim is held up by tests that run on each change. Of the eight kinds of "
            "evidence that FDA 2023 names, seven are here; in-vivo validation of a mechanism in "
            "living scalp is not.",
        ),
        tables=tables,
    )


def _shown_by(tests: Sequence[str]) -> str:
    """Tests in words, by their file; a numbered case keeps its number (V1.3)."""
    by_file: dict[str, list[str]] = {}
    for name in tests:
        file, _, function = name.partition("::")
        said = function.removeprefix("test_").replace("_", " ")
        said = re.sub(r"^v(\d) (\d)", r"V\1.\2", said)
        by_file.setdefault(file.removesuffix(".py"), []).append(said)
    return ". ".join(f"{file}: {'; '.join(said)}" for file, said in by_file.items()) + "."


def _calibration() -> Section:
    post = posterior()
    quality = post.made["quality"]
    told = post.made["numbers"]
    rows = tuple(
        (
            parameters()[key].label,
            f"{now['median']:.3g} {_unit(key)}".strip().replace("-", "−"),
            f"{now['low']:.3g} to {now['high']:.3g}".replace("-", "−"),
            _share(now),
        )
        for key, now in sorted(told.items(), key=lambda item: item[1]["overlap"])
    )
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
            _checks(post.made.get("checks", {})),
        ),
        tables=(
            Rows(
                "What the trials told of each number",
                ("Number", "Median", "80 %", "Learned"),
                rows,
            ),
        ),
    )


def _checks(made: Mapping[str, Any]) -> str:
    """What virtual trials said of the calibration."""
    said = []
    if "ranks" in made:
        least, numbers = rank_chances(made)
        said.append(
            f"In {len(made['ranks']['below'])} virtual worlds of the observation model, the ranks "
            f"of {numbers} truths were held against a flat spread: the least chance of any was "
            f"{least:.3f} (below {RANKS_LEVEL / numbers:.4f} it would count as a fault)."
        )
    if "recovery" in made:
        below = np.array(made["recovery"]["below"])
        found = ((below > 0.05) & (below < 0.95)).mean()
        said.append(
            f"In {len(below)} virtual worlds of the full model, {100 * found:.0f} % of all truths "
            "lay in their 90 % interval; the means over people as calibration has them lie "
            f"{made['error_of_means_per_cm2']:.1f} hairs/cm² (root mean square) from the full "
            "model's."
        )
    return " ".join(said) or "The shipped draws were not checked on virtual trials."


def _unit(key: str) -> str:
    unit = parameters()[key].unit
    return "" if unit == "1" else unit


def _share(now: dict[str, float]) -> str:
    return f"{100 * (1 - now['overlap']):.0f} %"


def _averages(averages: "Sequence[AverageEffect]", weeks: Sequence[float]) -> Section:
    return Section(
        "Average effects beside reviews",
        (
            "Differences of means over people; the drift of a trial falls out. Reviews share "
            "trials with the calibration and among each other: no independent test.",
        ),
        figures=(
            figure(
                lambda colours, width, key: average_chart(
                    averages, weeks, colours=colours, width=width, key=key
                ),
                "average",
                describe_average(averages, weeks),
                "Mean effects at three times, and pooled estimates.",
            ),
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
