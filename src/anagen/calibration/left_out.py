"""Leave one study out: each study predicted from a fit to all the others."""

from collections.abc import Callable
from typing import Any

import numpy as np

from anagen.calibration.arm_means import ArmMeans, Numbers
from anagen.calibration.new_trial import chance_of_mean, would_publish
from anagen.calibration.observation import Published
from anagen.calibration.sampling import Sampler
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
        people_sd_weight=np.where(told.people_sd_study == index, 0.0, told.people_sd_weight),  # type: ignore[arg-type]
    )


def left_out(
    target: Targets, sampler: Sampler, seed: int, advance: Callable[[str], None]
) -> Numbers:
    """Predicted changes of all counted results (results, draws) in hairs/cm², each from a fit
    without its study; the rows are those of ``target.density``."""
    counts = target.told.density
    rows: list[Numbers] = [np.empty(0)] * len(target.density)
    for number, study in enumerate(target.studies):
        mine = np.flatnonzero(counts.study == target.studies.index(study))
        if not mine.size:
            continue
        advance(study)
        sample = sampler(without(target, study), seed + number)
        means = ArmMeans(*(values[mine] for values in counts.means))
        variance = np.where(
            np.isnan(counts.variance_of_mean[mine])[:, None],
            chance_of_mean([None] * mine.size, counts.people[mine], sample.shared["people_sd"]),
            np.asarray(counts.variance_of_mean)[mine][:, None],
        )
        drawn = would_publish(
            means, sample.scores, sample.shared, [study] * mine.size, variance,
            np.asarray(counts.suspect)[mine], seed + number,
        )  # fmt: skip
        for row, draws in zip(mine, drawn, strict=True):
            rows[row] = draws
    return np.stack(rows)
