"""Predictions of arms held against what was published, and against the baselines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from anagen.calibration.left_out_predictions import ArmPrediction, left_out_predictions
from anagen.qualification.baselines import BASELINES, Known
from anagen.qualification.scores import INTERVALS, Scores, crps, rank, ratio_by_study, scores

QUANTILES = {
    "median": 0.5, "p025": 0.025, "p10": 0.1, "p25": 0.25, "p75": 0.75, "p90": 0.9, "p975": 0.975,
}  # fmt: skip


@dataclass(frozen=True)
class HeldAgainst:
    """Predictions with their scores, and the scores of each baseline on the same arms."""

    arms: tuple[ArmPrediction, ...]
    model: Scores
    baselines: dict[str, Scores]
    by_baseline: dict[str, tuple[np.ndarray, ...]]  # draws for each used arm

    def as_dict(self) -> dict[str, Any]:
        """Scores and arms as plain data for JSON; CRPS in hairs/cm²."""
        coverage = self.model.coverage or {}
        return {
            "scores": {
                "n": self.model.n,
                **{f"coverage_{100 * at:.0f}": coverage.get(at) for at in INTERVALS},
                "crps": self.model.crps,
                "baselines": {name: of.crps for name, of in self.baselines.items()},
            },
            "arms": [_arm(one) for one in self.arms],
        }

    @property
    def used(self) -> tuple[ArmPrediction, ...]:
        """The arms that are scored."""
        return tuple(one for one in self.arms if not one.why_not_used)

    @property
    def best_baseline(self) -> tuple[str, float] | None:
        """Name and score of the baseline that does best."""
        told = {name: of.crps for name, of in self.baselines.items() if of.crps is not None}
        return min(told.items(), key=lambda item: item[1]) if told else None

    def against(self, baseline: str) -> tuple[float, float, float] | None:
        """CRPS over that of a baseline, with its 95 % interval by study; below 1 is better."""
        seen = [one.observed for one in self.used if one.observed is not None]
        drawn = [one.draws for one in self.used if one.draws is not None]
        if not seen:
            return None
        mine, other = (
            np.array([crps(*pair) for pair in zip(of, seen, strict=True)])
            for of in (drawn, self.by_baseline[baseline])
        )
        return ratio_by_study(mine, other, [one.arm.study_id for one in self.used])


def held_against(arms: Sequence[ArmPrediction], *, unseen: bool = False) -> HeldAgainst:
    """The scores of predictions.

    Baselines are learned from the calibration arms: for each arm without its own study, or, where
    the arms are ``unseen``, without any of their studies.
    """
    asked = {one.arm.study_id for one in arms}
    training = [
        Known(one.arm, one.observed)
        for one in left_out_predictions()
        if not one.why_not_used and one.observed is not None
    ]
    pairs = [
        (one.arm, one.draws, one.observed)
        for one in arms
        if not one.why_not_used and one.draws is not None and one.observed is not None
    ]
    by_baseline: dict[str, list[np.ndarray]] = {name: [] for name in BASELINES}
    for arm, _, _ in pairs:
        hidden = asked if unseen else {arm.study_id}
        others = [known for known in training if known.arm.study_id not in hidden]
        for name, baseline in BASELINES.items():
            by_baseline[name].append(baseline(others, [arm])[0])
    observed = [change for _, _, change in pairs]
    return HeldAgainst(
        arms=tuple(arms),
        model=scores([(draws, change) for _, draws, change in pairs]),
        baselines={
            name: scores(list(zip(drawn, observed, strict=True)))
            for name, drawn in by_baseline.items()
        },
        by_baseline={name: tuple(drawn) for name, drawn in by_baseline.items()},
    )


def _arm(one: ArmPrediction) -> dict[str, Any]:
    drawn: dict[str, float | None] = dict.fromkeys(QUANTILES)
    below = None
    if one.draws is not None:
        found = np.quantile(one.draws, list(QUANTILES.values()))
        drawn = dict(zip(QUANTILES, (float(value) for value in found), strict=True))
        below = None if one.observed is None else rank(one.draws, one.observed)
    return {
        "study_id": one.arm.study_id,
        "arm_id": one.arm.arm_id,
        "week": one.arm.week,
        "outcome": one.arm.outcome,
        "observed": None if one.observed is None else float(one.observed),
        **drawn,
        "rank": below,
        "used": not one.why_not_used,
        "why_not_used": one.why_not_used,
    }
