"""Virtual trials: what the same studies would have published if the truth were known.

The observation model run forwards. Fits to such trials tell whether the sampler is right
(simulation-based calibration, Talts et al. 2018: the rank of the truth among the draws is uniform)
and whether a truth of the full model is found again. A test that was only told as passed or failed
is published here as its statistic.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from anagen.calibration.arm_means import Numbers, mean_changes
from anagen.calibration.observation import (
    LOGISTIC_SD,
    STATISTIC,
    Contrasts,
    Counts,
    Published,
    Responders,
    Size,
    record,
)


class TrueMeans(NamedTuple):
    """Mean changes of all parts of `Published` for one truth, each (results,)."""

    density: Numbers
    diameter: Numbers
    contrasts: Numbers
    against: Numbers
    responders: Numbers


@dataclass(frozen=True)
class Truth:
    """What is drawn before any trial: scores of the calibrated numbers, and study effects."""

    scores: Numbers  # (numbers,)
    shared: Mapping[str, float]
    scale: Numbers  # (studies,)
    drift: Numbers  # (studies,)
    um_drift: Numbers  # (um_studies,)
    threshold: Numbers  # (thresholds,)


def truth(size: Size, random: np.random.Generator) -> Truth:
    """One truth from the prior of the observation model."""

    def half_normal(name: str) -> float:
        return abs(random.normal(0, record(name).centre))

    def drawn(name: str) -> float:
        return float(record(name).at(random.random(1))[0])

    shared = {
        "scale_spread": half_normal("scale_spread"),
        "drift_mean": drawn("drift_mean_per_cm2"),
        "drift_spread": half_normal("drift_spread_per_cm2"),
        "arm_spread": half_normal("arm_spread_per_cm2"),
        "people_sd": drawn("people_sd_per_cm2"),
        "um_drift_mean": drawn("diameter_drift_mean_um"),
        "um_drift_spread": half_normal("diameter_drift_spread_um"),
        "um_arm_spread": half_normal("diameter_arm_spread_um"),
        "um_people_sd": drawn("diameter_people_sd_um"),
    }
    scores = random.standard_normal(size.numbers)
    tail = record("drift_tail").centre

    def drift(prefix: str, studies: int) -> Numbers:
        spread = shared[f"{prefix}drift_spread"] * random.standard_t(tail, studies)
        return shared[f"{prefix}drift_mean"] + spread

    stretched = shared["scale_spread"] * random.logistic(size=size.studies) / LOGISTIC_SD
    return Truth(
        scores=scores,
        shared=shared,
        scale=np.exp(stretched),
        drift=drift("", size.studies),
        um_drift=drift("um_", size.um_studies),
        threshold=record("response_threshold_per_cm2").at(random.random(size.thresholds)),
    )


def fitted_means(told: Published, scores: Numbers) -> TrueMeans:
    """The mean changes as calibration has them, for one truth."""
    return TrueMeans(
        density=mean_changes(told.density.means, scores),
        diameter=mean_changes(told.diameter.means, scores),
        contrasts=mean_changes(told.contrasts.means, scores),
        against=mean_changes(told.contrasts.against, scores),
        responders=mean_changes(told.responders.means, scores),
    )


def would_be_published(
    told: Published, true: Truth, means: TrueMeans, random: np.random.Generator
) -> Published:
    """What the studies would have published, with their sizes and gaps as they are."""
    shared = true.shared
    return Published(
        density=_counts(
            told.density, means.density, true.scale, true.drift,
            shared["arm_spread"], shared["people_sd"], record("suspect_sd_per_cm2").centre, random,
        ),
        diameter=_counts(
            told.diameter, means.diameter, true.scale, true.um_drift,
            shared["um_arm_spread"], shared["um_people_sd"], 0.0, random,
        ),
        contrasts=_contrasts(told.contrasts, means, true, random),
        responders=_responders(told.responders, means.responders, true, random),
        people_sd=_people_sd(told, shared["people_sd"], random),
        people_sd_people=told.people_sd_people,
        people_sd_study=told.people_sd_study,
        people_sd_weight=told.people_sd_weight,
    )  # fmt: skip


def _counts(
    told: Counts,
    means: Numbers,
    scale: Numbers,
    drift: Numbers,
    spread: float,
    people_sd: float,
    suspect_sd: float,
    random: np.random.Generator,
) -> Counts:
    chance = np.where(
        np.isnan(told.variance_of_mean), people_sd**2 / told.people, told.variance_of_mean
    )
    suspect = (told.suspect * suspect_sd) ** 2
    sd = np.sqrt(chance + spread**2 + told.means.unstated_variance + suspect)
    change = scale[told.study] * means + drift[told.drift] + sd * random.standard_normal(len(sd))
    # A study whose unit is in doubt has one reading for all of its results.
    other = random.random() < 0.5
    return told._replace(change=change / told.reading if other else change)


def _contrasts(
    told: Contrasts, means: TrueMeans, true: Truth, random: np.random.Generator
) -> Contrasts:
    of_um = told.diameter == 1
    drift = np.array(
        [
            (true.um_drift if um else true.drift)[index]
            for um, index in zip(of_um, told.drift, strict=True)
        ]
    )
    spread = np.where(of_um, true.shared["um_arm_spread"], true.shared["arm_spread"])
    people_sd = np.where(of_um, true.shared["um_people_sd"], true.shared["people_sd"])
    apart = true.scale[told.study] * (means.contrasts - means.against) + told.to_baseline * drift
    beside = (2 - told.to_baseline) * spread**2 + told.means.unstated_variance * told.to_baseline
    own = np.where(np.isnan(told.se), people_sd * np.sqrt(told.per_person), told.se)
    value = apart + np.sqrt(own**2 + beside) * random.standard_normal(len(apart))
    stated = told.kind == 0
    return told._replace(
        value=np.where(stated, value, value / own), kind=np.where(stated, told.kind, STATISTIC)
    )


def _responders(
    told: Responders, means: Numbers, true: Truth, random: np.random.Generator
) -> Responders:
    expected = true.scale[told.study] * means + true.drift[told.study]
    chance = ndtr((expected - true.threshold[told.threshold]) / true.shared["people_sd"])
    return told._replace(responded=random.binomial(told.people.astype(int), chance).astype(float))


def _people_sd(told: Published, people_sd: float, random: np.random.Generator) -> Numbers:
    own = record("people_sd_spread").centre
    known = np.sqrt(own**2 + 1 / (2 * (told.people_sd_people - 1)))
    return people_sd * np.exp(known * random.standard_normal(len(known)))
