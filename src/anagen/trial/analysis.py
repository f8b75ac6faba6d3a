"""What the repeats of a trial say: differences, how often a test finds one, how many people it
takes.

    test          Welch's t of the changes from baseline of those who were counted, two-sided
    power         the share of repeats with p < α, averaged over what is not known
    false alarms  the same between two groups that were given the same
    spread        var(difference) = var(of the average effect) + mean of its squared standard errors
    people        the power of a trial of n an arm: the noncentral t at the effect and the variances
                  of each repeat, averaged over them; its effect is the true difference of its
                  people, drawn in to the spread that is not their chance; n by interpolation where
                  the power crosses what is wanted
Shapes are (repeats,), or (repeats, visits) where a visit is not picked out.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import nctdtr, stdtrit

WANTED_POWER = 0.8
SIZES = np.unique(np.geomspace(4, 4000, 90).round())  # people an arm
_TRUTHS = 400  # at most so many are averaged over


class Share(NamedTuple):
    """A share of repeats with its Monte-Carlo interval (Wilson, 95 %)."""

    value: float
    low: float
    high: float


class Group(NamedTuple):
    """People counted at a visit, mean and variance of their changes; any shape."""

    counted: np.ndarray
    mean: np.ndarray
    variance: np.ndarray


def p_values(one: Group, other: Group) -> np.ndarray:
    """Of Welch's test; 1 where too few were counted to test."""
    enough = (one.counted > 1) & (other.counted > 1)

    def of(group: Group) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return (
            np.where(enough, group.mean, 0.0),
            np.sqrt(np.where(enough, group.variance, 1.0)),
            np.where(enough, group.counted, 2),
        )

    from scipy.stats import ttest_ind_from_stats  # kept away from what only reads results

    found = ttest_ind_from_stats(*of(one), *of(other), equal_var=False).pvalue
    return np.where(enough, found, 1.0)


def share(true: np.ndarray) -> Share:
    """The share of repeats (repeats,) in which something is true."""
    from scipy.stats import binomtest

    found = binomtest(int(true.sum()), len(true)).proportion_ci(method="wilson")
    return Share(float(true.mean()), float(found.low), float(found.high))


def standard_error(one: Group, other: Group) -> np.ndarray:
    """Of the difference of each repeat."""
    return np.sqrt(one.variance / one.counted + other.variance / other.counted)


class Truth(NamedTuple):
    """Average effects as they may be, and the variances of changes that go with them; (truths,)."""

    effect: np.ndarray
    variances: tuple[np.ndarray, np.ndarray]  # of the two arms


def truths(one: Group, other: Group, seen: tuple[Group, Group]) -> Truth:
    """From the true changes of two groups, and the same people as ``seen`` when counted.

    Where there are many repeats, every so manieth from the least effect to the largest.
    """
    apart = one.mean - other.mean
    chance = float(np.mean(standard_error(one, other) ** 2))
    drawn_in = max(1 - chance / max(float(apart.var()), 1e-12), 0.0) ** 0.5
    some = np.argsort(apart)[:: -(-len(apart) // _TRUTHS)]
    effect = apart.mean() + drawn_in * (apart[some] - apart.mean())
    return Truth(effect, (seen[0].variance[some], seen[1].variance[some]))


def expected(truth: Truth) -> Truth:
    """The same were the average effect known to be the mean of what it may be."""
    of_arms = tuple(np.array([each.mean()]) for each in truth.variances)
    return Truth(np.array([truth.effect.mean()]), (of_arms[0], of_arms[1]))


def power_of_sizes(truth: Truth, alpha: float, sizes: np.ndarray) -> np.ndarray:
    """The power of trials with ``sizes`` people counted in each arm, (sizes,).

    The noncentral t with Welch's degrees of freedom; both tails.
    """
    both, n = sum(truth.variances), sizes[:, None]
    freedom = (n - 1) * both**2 / sum(each**2 for each in truth.variances)
    critical = stdtrit(freedom, 1 - alpha / 2)
    shift = np.abs(truth.effect) / np.sqrt(both / n)

    def below(value: np.ndarray) -> np.ndarray:  # what underflows comes back as NaN
        return np.nan_to_num(nctdtr(freedom, shift, value), nan=0.0)

    return (1 - below(critical) + below(-critical)).mean(axis=1)


def people_for(power: np.ndarray, sizes: np.ndarray, wanted: float = WANTED_POWER) -> int | None:
    """People an arm from which on the power is what is wanted, between sizes by interpolation of
    their logarithms; None where no size reaches it."""
    reached = np.flatnonzero(power >= wanted)
    if not len(reached):
        return None
    first = reached[0]
    if first == 0:
        return int(sizes[0])
    crossing = np.interp(wanted, power[first - 1 : first + 1], np.log(sizes[first - 1 : first + 1]))
    return int(np.ceil(np.exp(crossing) - 1e-9))
