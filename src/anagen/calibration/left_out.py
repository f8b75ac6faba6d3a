"""Leave one study out: each study predicted from a fit to all the others."""

from typing import Any

import numpy as np

from anagen.calibration.arm_means import ArmMeans, Numbers
from anagen.calibration.new_trial import chance_of_mean, would_publish
from anagen.calibration.observation import Published
from anagen.calibration.sampling import Chain, chains
from anagen.calibration.targets import Targets


def without(target: Targets, study: str) -> Published:
    """The published results with all of one study given no weight."""
    told = target.told
    index = target.studies.index(study)

    def kept(part: Any) -> Any:
        return part._replace(weight=np.where(part.study == index, 0.0, part.weight))

    return told._replace(
        density=kept(told.density),
        diameter=kept(told.diameter),
        contrasts=kept(told.contrasts),
        responders=kept(told.responders),
        people_sd_weight=np.where(told.people_sd_study == index, 0.0, told.people_sd_weight),
    )


def left_out(target: Targets, warmup: int, draws: int, seed: int) -> Numbers:
    """Predicted changes of all counted results (results, draws) in hairs/cm², each from a fit
    without its study; the rows are those of ``target.density``."""
    of_study = np.asarray(target.told.density.study)
    counted = sorted(set(of_study.tolist()))
    jobs = [(without(target, target.studies[study]), seed + study) for study in counted]
    fits = chains(jobs, target.size, warmup, draws)
    predicted = np.empty((len(of_study), draws))
    for study, fit in zip(counted, fits, strict=True):
        mine = np.flatnonzero(of_study == study)
        predicted[mine] = _predicted(target, mine, fit, seed + study)
    return predicted


def _predicted(target: Targets, rows: np.ndarray, fit: Chain, seed: int) -> Numbers:
    counts = target.told.density
    stated = np.asarray(counts.variance_of_mean)[rows]
    people = np.asarray(counts.people)[rows]
    usual = chance_of_mean([None] * rows.size, people, fit.shared["people_sd"])
    return would_publish(
        ArmMeans(*(values[rows] for values in counts.means)),
        fit.drawn["scores"],
        fit.shared,
        [target.density[row].arm.study_id for row in rows],
        np.where(np.isnan(stated)[:, None], usual, stated[:, None]),
        np.asarray(counts.suspect)[rows],
        seed,
    )
