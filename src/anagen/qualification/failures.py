"""Where predictions fail: found by fixed rules, so that a report can list it first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from anagen.calibration.quality import faults
from anagen.evidence.posterior import Posterior, posterior
from anagen.evidence.trials import CONDITIONS
from anagen.qualification.held_against import HeldAgainst
from anagen.qualification.ranks import RANKS_LEVEL, rank_chances
from anagen.qualification.scope import conditions, treatment_name, treatments
from anagen.qualification.scores import chance_of_coverage, inside

if TYPE_CHECKING:
    from anagen.calibration.average_effect import AverageEffect

WANTED_GAIN = 0.10  # by which the model should beat the best baseline
ENOUGH_WORLDS = 100  # for ranks to tell more than a gross fault (Talts 2018 take 100 and more)
TOLD_LITTLE = 0.10  # learned less than that
_OTHER_REVIEWS_WEEK = 24.0  # where an undated review is read


def failures(left_out: HeldAgainst, averages: "Sequence[AverageEffect]") -> list[str]:
    """What went wrong or could not be shown, in sentences."""
    return [
        *sampling(posterior()),
        *_scores(left_out),
        *_uncovered(left_out),
        *_misses(left_out),
        *_pooled(averages),
        *_not_learned(),
    ]


def sampling(post: Posterior) -> list[str]:
    """A sample that has not converged, or was not checked on virtual trials, in sentences."""
    found = faults(post)
    said = [f"The shipped draws miss their own goals: {'; '.join(found)}."] if found else []
    made = post.made.get("checks", {})
    if "recovery" not in made:
        said.append(
            "Whether known truths of the full model are found again from virtual trials was not "
            "checked for the shipped draws."
        )
    if "ranks" not in made:
        return [*said, "The sampler of the shipped draws was not checked on virtual trials."]
    least, numbers = rank_chances(made)
    if least < RANKS_LEVEL / numbers:
        said.append(
            f"On virtual trials the ranks of a truth are not flat (chance {least:.4f}, of "
            f"{numbers} numbers): the sampler is not to be trusted there."
        )
    worlds = len(made["ranks"]["below"])
    if worlds < ENOUGH_WORLDS:
        said.append(
            f"The sampler was checked on {worlds} virtual worlds only: they show a gross fault, "
            "no small one."
        )
    return said


def _scores(left_out: HeldAgainst) -> list[str]:
    said = []
    for interval, share in (left_out.model.coverage or {}).items():
        low, high = chance_of_coverage(left_out.model.n, interval)
        if not low <= share <= high:
            said.append(
                f"{100 * interval:.0f} % intervals held {100 * share:.0f} % of "
                f"{left_out.model.n} results; chance alone gives {100 * low:.0f} to "
                f"{100 * high:.0f} %."
            )
    best = left_out.best_baseline
    if best is not None and left_out.model.crps is not None:
        gain = 1 - left_out.model.crps / best[1]
        if gain < WANTED_GAIN:
            said.append(
                f"The CRPS of studies left out is only {100 * gain:.0f} % better than that of the "
                f"best simple prediction ({best[0].replace('_', ' ')}); {100 * WANTED_GAIN:.0f} % "
                "was the goal."
            )
        ratio = left_out.against(best[0])
        if ratio is not None and ratio[1] < 1 < ratio[2]:
            said.append(
                f"Whether the model predicts better than {best[0].replace('_', ' ')} may be "
                f"chance: with studies drawn anew, the ratio of CRPS lies between {ratio[1]:.2f} "
                f"and {ratio[2]:.2f} in 95 of 100 cases."
            )
    return said


def _uncovered(left_out: HeldAgainst) -> list[str]:
    """What the program forecasts and no scored result stands behind."""
    done = [treatment_name(one.key) for one in treatments(left_out) if not one.results]
    people = [CONDITIONS[one.key] for one in conditions(left_out) if not one.results]
    said = [f"No result could be scored of: {name.lower()}." for name in done]
    if people:
        said.append(f"No result could be scored in: {', '.join(people)}.")
    return said


def _misses(left_out: HeldAgainst) -> list[str]:
    missed = [
        one
        for one in left_out.used
        if one.draws is not None
        and one.observed is not None
        and not inside(one.draws, one.observed, 0.8)
    ]
    if not missed:
        return []
    named = "; ".join(
        f"{one.arm.study_id} {one.arm.arm_id} (week {one.arm.week:g}: {_signed(one.observed)}, "
        f"predicted {_signed(float(np.median(one.draws)))}"
        + (")" if inside(one.draws, one.observed, 0.95) else ", outside its 95 % too)")
        for one in missed
        if one.draws is not None and one.observed is not None
    )
    return [f"{len(missed)} of {len(left_out.used)} results lie outside their 80 %: {named}."]


def _pooled(averages: "Sequence[AverageEffect]") -> list[str]:
    if not averages:
        return []
    from anagen.calibration.average_effect import WEEKS  # brings the model

    said = []
    for effect in averages:
        for pooled in effect.pooled:
            week = pooled.week if pooled.week in WEEKS else _OTHER_REVIEWS_WEEK
            drawn = effect.draws[WEEKS.index(week)]
            low, middle, high = np.quantile(drawn, [0.05, 0.5, 0.95])
            estimate = pooled.estimate
            assert estimate is not None  # only such are told
            ends = (pooled.ci_low or estimate, pooled.ci_high or estimate)
            if ends[1] < low or ends[0] > high:
                said.append(
                    f"{effect.label}: {pooled.citation.partition(' (')[0]} pooled {estimate:+g} "
                    f"hairs/cm², the model says {_signed(middle)} ({_signed(low)} to "
                    f"{_signed(high)}) at week "
                    f"{week:g}."
                )
    return said


def _signed(value: float) -> str:
    whole = round(value)
    return "0" if whole == 0 else f"{whole:+d}".replace("-", "−")


def _not_learned() -> list[str]:
    numbers = posterior().made["numbers"]
    little = [key for key, told in numbers.items() if 1 - told["overlap"] < TOLD_LITTLE]
    return [
        f"Of {len(numbers)} numbers that matter to some arm, the trials told next to nothing of "
        f"{len(little)}. Open or collapsed channels, and whether lasting flow rises or falls, "
        "counts of hairs do not tell at all."
    ]
