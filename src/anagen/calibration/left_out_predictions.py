"""Each fitted count as it was predicted from a fit without its study: shipped draws, no model."""

from dataclasses import dataclass

import numpy as np

from anagen.calibration.fitted import fitted_results
from anagen.calibration.results import Result
from anagen.evidence.posterior import posterior
from anagen.evidence.trials import ArmOutcome


@dataclass(frozen=True)
class ArmPrediction:
    """What a trial of this size would publish of an arm, and what it did.

    ``draws`` (draws,) and ``observed`` are changes from baseline of the arm's mean in hairs/cm²,
    None where there is none; ``why_not_used`` says why the two are not held against each other,
    and is empty where they are.
    """

    arm: ArmOutcome
    observed: float | None
    draws: np.ndarray | None
    why_not_used: str


def left_out_predictions() -> list[ArmPrediction]:
    """Each fitted count as it was predicted from a fit without its study; shipped draws."""
    post = posterior()
    counted = [result for result in fitted_results().results if result.arm.outcome != "diameter"]
    return [
        ArmPrediction(result.arm, float(observed), draws, in_doubt(result))
        for result, observed, draws in zip(counted, post.observed, post.left_out, strict=True)
    ]


def in_doubt(result: Result) -> str:
    """Why a result is not held against its prediction; empty where it is."""
    if not result.area_stated:
        return f"the counting area is not stated ({result.arm.unit})"
    if len(result.readings) == 1:
        return ""
    either = " or ".join(f"{result.change * reading:.1f}" for reading in result.readings)
    return f"its unit is in doubt: {either} hairs/cm²"
