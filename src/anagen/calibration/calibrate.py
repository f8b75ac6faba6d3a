"""Calibration from beginning to end: targets, sampling, leaving studies out, diagnostics.

prior draws → mean changes of arms → NUTS → posterior draws, with what made them
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from anagen.calibration import fingerprint
from anagen.calibration.arm_means import Numbers
from anagen.calibration.checks import Checked, ranks, recovery
from anagen.calibration.left_out import left_out
from anagen.calibration.observation import Published, Size
from anagen.calibration.sampling import CAREFUL, Chain, chains, joined, quality
from anagen.calibration.targets import Targets, targets
from anagen.evidence.parameters import parameters
from anagen.evidence.posterior import Posterior
from anagen.remembered import Arrays, Remembered, anew

_DIVERGENCES = "divergences of the chain"


@dataclass(frozen=True)
class Effort:
    """How much is computed; all of it decides the draws, with the seed."""

    prior_draws: int = 8_000
    warmup: int = 800
    draws: int = 1_200  # of each chain
    chains: int = 4
    left_out_warmup: int = 300
    left_out_draws: int = 600  # 0 leaves none out
    rank_worlds: int = 100
    recovery_worlds: int = 40
    recovery_people: int = 250
    check_warmup: int = 150
    check_draws: int = 250
    kept: int = 1_000  # joint rows shipped
    seed: int = 1


SHORT = Effort(
    prior_draws=4_000,
    warmup=300,
    draws=400,
    chains=2,
    left_out_draws=0,
    rank_worlds=0,
    recovery_worlds=0,
    kept=400,
)


def calibrate(
    effort: Effort,
    advance: Callable[[str], None],
    keep: Callable[[Posterior], None],
    keys: tuple[str, ...] | None = None,
    remembered: Remembered | None = None,
) -> Posterior:
    """A posterior from the trials; of the numbers ``keys``, or of those that matter to some arm.

    ``keep`` is handed the draws before each check on virtual trials, so that a run that is stopped
    there loses none of its sampling. With ``remembered`` the chains are sampled one after the other
    and each is kept.
    """
    advance("Computing the arms from prior draws")
    target = targets(effort.prior_draws, effort.seed, keys, remembered or anew)
    advance("Sampling")
    jobs = [(target.told, effort.seed + chain) for chain in range(effort.chains)]
    sizes = target.size, effort.warmup, effort.draws, CAREFUL
    if remembered is None:
        several = chains(jobs, *sizes)
    else:
        several = [_chain_kept(job, sizes, remembered) for job in jobs]
    advance("Leaving each study out")
    post = _posterior(target, several, _left_out(target, effort), effort)
    for name, check in (("Ranks of known truths", _ranks), ("Finding known truths", _recovery)):
        keep(post)
        advance(f"{name} in virtual trials")
        post = replace(
            post, made={**post.made, "checks": post.made["checks"] | check(target, effort)}
        )
    return post


def _chain_kept(
    job: tuple[Published, int], sizes: tuple[Size, int, int, float], remembered: Remembered
) -> Chain:
    def sampled() -> Arrays:
        (chain,) = chains([job], *sizes)
        return {**chain.drawn, _DIVERGENCES: np.array(chain.divergences)}

    drawn = dict(remembered("Sampling a chain", sampled))
    divergences = int(drawn.pop(_DIVERGENCES))
    return Chain(drawn, divergences)


def _left_out(target: Targets, effort: Effort) -> Numbers:
    if effort.left_out_draws == 0:
        return np.empty((0, effort.kept))
    predicted = left_out(target, effort.left_out_warmup, effort.left_out_draws, effort.seed)
    return predicted[:, np.linspace(0, predicted.shape[1] - 1, effort.kept).astype(int)]


def _ranks(target: Targets, effort: Effort) -> dict[str, Any]:
    if effort.rank_worlds == 0:
        return {}
    sizes = effort.check_warmup, effort.check_draws, effort.seed
    return {"ranks": _told(ranks(target, effort.rank_worlds, *sizes))}


def _recovery(target: Targets, effort: Effort) -> dict[str, Any]:
    if effort.recovery_worlds == 0:
        return {}
    sizes = effort.check_warmup, effort.check_draws, effort.seed
    found, wrong = recovery(target, effort.recovery_worlds, effort.recovery_people, *sizes)
    error = float(np.sqrt((wrong**2).mean()))
    return {"recovery": _told(found), "error_of_means_per_cm2": error}


def _told(checked: Checked) -> dict[str, Any]:
    return {"names": list(checked.names), "below": checked.below.round(3).tolist()}


def _posterior(target: Targets, several: list[Chain], apart: Numbers, effort: Effort) -> Posterior:
    every = joined(several)
    kept = np.linspace(0, len(every.drawn["scores"]) - 1, effort.kept).astype(int)
    return Posterior(
        keys=target.keys,
        scores=every.drawn["scores"][kept],
        shared={name: of[kept] for name, of in every.shared.items()},
        studies=target.studies,
        drift=every.drawn["drift"][kept],
        scale=every.drawn["scale"][kept],
        observed=np.asarray(target.told.density.change),
        left_out=apart,
        made={
            "model": fingerprint.of_model(),
            "data": fingerprint.of_data(),
            "effort": asdict(effort),
            "quality": asdict(quality(several)),
            "checks": {},
            "numbers": learned(target, every.drawn["scores"]),
            "unused": [
                [said.arm.study_id, said.arm.arm_id, said.arm.outcome, said.why]
                for said in target.unused
            ],
        },
    )


def learned(target: Targets, scores: Numbers) -> dict[str, dict[str, float]]:
    """What the data told of each calibrated number: the median and 80 % interval of its value, how
    much narrower its score is than before, and how far prior and posterior overlap."""
    return {key: _learned(key, scores[:, i]) for i, key in enumerate(target.keys)}


def _learned(key: str, scores: Numbers) -> dict[str, float]:
    from scipy.special import ndtr
    from scipy.stats import gaussian_kde, norm

    low, median, high = parameters()[key].at(ndtr(np.quantile(scores, [0.1, 0.5, 0.9])))
    grid = np.linspace(-5, 5, 401)
    both = np.minimum(gaussian_kde(scores)(grid), norm.pdf(grid))
    return {
        "low": float(low),
        "median": float(median),
        "high": float(high),
        "score": float(scores.mean()),
        "score_sd": float(scores.std()),
        "overlap": float(np.trapezoid(both, grid)),
    }


def differences(one: Posterior, other: Posterior) -> dict[str, float]:
    """How far two posteriors lie apart: of each calibrated or shared number, the difference of the
    means in Monte-Carlo standard errors."""

    def error(post: Posterior, name: str, of: Numbers) -> float:
        effective = min(len(of), post.made["quality"]["effective"][name])
        return float(of.std() / np.sqrt(effective))

    def apart(name: str, a: Numbers, b: Numbers) -> float:
        return float((a.mean() - b.mean()) / np.hypot(error(one, name, a), error(other, name, b)))

    found = {
        key: apart(
            "scores", one.scores[:, one.keys.index(key)], other.scores[:, other.keys.index(key)]
        )
        for key in one.keys
        if key in other.keys
    }
    return found | {name: apart(name, of, other.shared[name]) for name, of in one.shared.items()}
