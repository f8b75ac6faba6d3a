"""Predictions of results of arms that the model has never seen."""

from collections.abc import Callable, Sequence

import numpy as np

from anagen.calibration.arm_means import arm_means
from anagen.calibration.arms import NotModelled, read_arm
from anagen.calibration.left_out_predictions import ArmPrediction, in_doubt
from anagen.calibration.new_trial import chance_of_mean, would_publish
from anagen.calibration.results import published
from anagen.calibration.targets import per_cm2, prior_changes
from anagen.evidence.parameters import parameters
from anagen.evidence.posterior import posterior, rows
from anagen.evidence.trials import COUNTED, ArmOutcome

PRIOR_DRAWS = 4_000  # from which the mean of a new arm's people is found


def predict_arms(
    arms: Sequence[ArmOutcome],
    draws: int = 2000,
    seed: int = 0,
    advance: Callable[[str], None] = lambda _: None,
) -> list[ArmPrediction]:
    """Predictions from the shipped posterior, in the order of the arms.

    Arms of one study share its drift and scale. An arm that cannot be predicted or that has no
    number to be held against stands in the list with the reason.
    """
    why_not = {i: _cannot_predict(arm) for i, arm in enumerate(arms)}
    able = [i for i, why in why_not.items() if not why]
    if not able:
        return [ArmPrediction(arm, None, None, why_not[i]) for i, arm in enumerate(arms)]
    advance(f"Computing {len(able)} arms")
    scores, before, moved = prior_changes([arms[i] for i in able], PRIOR_DRAWS, seed)
    post = posterior()
    means = arm_means(scores, moved, post.keys)
    advance("Predicting")
    row = rows(draws, seed, len(post.scores))
    shared = {name: of[row] for name, of in post.shared.items()}
    told = [_result(arms[i], baseline) for i, baseline in zip(able, before.mean(1), strict=True)]
    people = np.array([_people(arms[i]) for i in able])
    drawn = would_publish(
        means,
        post.scores[row],
        shared,
        [arms[i].study_id for i in able],
        chance_of_mean([sd for _, sd, _ in told], people, shared["people_sd"]),
        np.array([float(arms[i].plausibility == "suspect") for i in able]),
        seed,
    )
    predicted = {
        i: ArmPrediction(arms[i], observed, of, why)
        for i, of, (observed, _, why) in zip(able, drawn, told, strict=True)
    }
    return [
        predicted[i] if i in predicted else ArmPrediction(arm, None, None, why_not[i])
        for i, arm in enumerate(arms)
    ]


def _cannot_predict(arm: ArmOutcome) -> str:
    """Why the model has no such arm; empty where it has."""
    if arm.outcome not in COUNTED:
        return f"the outcome {arm.outcome!r} is not a count of hairs"
    if arm.week is None or arm.week <= 0:
        return "the week of the result is not stated"
    try:
        read_arm([arm])
    except NotModelled as reason:
        return str(reason)
    return ""


def _result(arm: ArmOutcome, baseline: float) -> tuple[float | None, float | None, str]:
    """Observed change, its spread between people, and why it is not used."""
    try:
        result = published(arm)
    except NotModelled as reason:
        return None, None, str(reason)
    observed, sd = per_cm2(result, baseline)
    return observed, sd, in_doubt(result)


def _people(arm: ArmOutcome) -> float:
    return arm.n_analysed or arm.n_randomised or parameters()["trial.people"].centre
