"""How often the rule of stopping is right: virtual people whose true gain is known, counted thrice.

A wrong stop is one (or a call to change) for somebody whose true gain after a year is above the
goal; carrying on in vain is going on for somebody whom the treatment does nothing.
"""

from typing import NamedTuple

import numpy as np
from virtual_people import COURSE, MAN, WEEKS, beside, people, shown

from anagen.consultation.stopping import Result, Verdict, judge, verdict
from anagen.counts import Counts
from anagen.evidence.posterior import single_draws
from anagen.followup.pareto import smoothed
from anagen.followup.readings import TOTAL
from anagen.followup.weighing import Looked, Weighed
from anagen.protocol import nothing

GOES_ON: tuple[Result, ...] = ("keep_going", "responding")
BREAKS_OFF: tuple[Result, ...] = ("change", "stop")


class Rates(NamedTuple):
    """Shares of people, by week 24 and 36."""

    wrong_stop: float  # of those who gain: told to change or to stop
    wrong_alarm: float  # of those who gain: told that it is worse than expected
    in_vain: float  # of those whom it does nothing: told to go on


def rates(method: str, number: int, visits: int, seed: int, forecast: bool = False) -> Rates:
    """How often the verdict after the first ``visits`` counts (weeks 12, 24, 36) is wrong."""
    gaining = _results(method, number, visits, seed, forecast, treated=True)
    untouched = _results(method, number, visits, seed, forecast, treated=False)
    return Rates(
        wrong_stop=float(np.isin(gaining, BREAKS_OFF).mean()),
        wrong_alarm=float((gaining == "worse").mean()),
        in_vain=float(np.isin(untouched, GOES_ON).mean()),
    )


def _results(
    method: str, number: int, visits: int, seed: int, forecast: bool, treated: bool
) -> np.ndarray:
    """The verdicts of those who gain more than the goal, or of all who are not touched."""
    found = people(number, seed, method, COURSE if treated else nothing(COURSE))
    told = [Counts.model_validate({"counts": tuple(one.counts[:visits])}) for one in found]
    said = [verdict(MAN, counts, COURSE) for counts in told]
    results = np.array([one.result for one in said])
    if forecast:
        drawn = single_draws(2000, seed + 1)
        course = shown(drawn)
        results = np.array(
            [
                _with_forecast(one, beside(drawn, course, counts.counts))
                for one, counts in zip(said, told, strict=True)
            ]
        )
    if not treated:
        return results
    gains = np.array([one.truth[WEEKS] - one.truth[0] for one in found])
    return results[gains > (said[0].goal_per_cm2 or 0.0)]


def _with_forecast(before: Verdict, looked: Looked) -> Result:
    """The result with the chance of a forecast that the counts have updated, where it is lower."""
    joint = looked.joint(range(len(looked.visits)))
    weighed = Weighed(looked, joint, smoothed(np.logaddexp.reduce(joint, axis=1)).weights)
    gain = weighed.shown(TOTAL, WEEKS) - weighed.shown(TOTAL, 0)
    chance = float((weighed.weights * (gain > (before.goal_per_cm2 or 0.0))).sum())
    lower = min(chance, before.chance_of_gain or 0.0)
    return judge(before.compared, before.goal_per_cm2, lower)[0]
