"""What a trial that the model has not seen would publish, given draws of what is not known.

    y = s·m(z) + d + e     as in `observation`, with a scale and a drift drawn for the new study
Arms of one study share its scale and its drift.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from anagen.calibration.arm_means import ArmMeans, Numbers, mean_changes
from anagen.calibration.observation import LOGISTIC_SD, record


def would_publish(
    means: ArmMeans,
    scores: Numbers,
    shared: Mapping[str, Numbers],
    studies: Sequence[str],
    chance_variance: Numbers,
    suspect: Numbers,
    seed: int,
) -> Numbers:
    """Published changes in hairs/cm², (results, draws), for scores (draws, numbers).

    ``studies`` names the study of each result; ``chance_variance`` (results, draws) is that of the
    mean of the people counted (see `chance_of_mean`); ``suspect`` is 1 for a result so marked.
    """
    random = np.random.default_rng(seed)
    draws = scores.shape[0]
    scale_of, drift_of = {}, {}
    for study in dict.fromkeys(studies):
        scale_of[study] = np.exp(shared["scale_spread"] * random.logistic(size=draws) / LOGISTIC_SD)
        tail = random.standard_t(record("drift_tail").centre, size=draws)
        drift_of[study] = shared["drift_mean"] + shared["drift_spread"] * tail
    expected = np.stack([mean_changes(means, one) for one in scores], axis=1)
    variance = (
        chance_variance
        + shared["arm_spread"] ** 2
        + means.unstated_variance[:, None]
        + (suspect * record("suspect_sd_per_cm2").centre)[:, None] ** 2
    )
    chance = np.sqrt(variance) * random.standard_normal(expected.shape)
    scale = np.stack([scale_of[study] for study in studies])
    drift = np.stack([drift_of[study] for study in studies])
    return scale * expected + drift + chance


def chance_of_mean(sd: Sequence[float | None], people: Numbers, people_sd: Numbers) -> Numbers:
    """Variance of the mean of the people counted, (results, draws): from the stated spread between
    them, or from the usual one, ``people_sd`` (draws,)."""
    usual = people_sd**2 / people[:, None]
    stated = np.array([np.nan if one is None else one for one in sd])[:, None] ** 2
    return np.where(np.isnan(stated), usual, stated / people[:, None])
