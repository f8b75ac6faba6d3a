"""What repeats of a trial found."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Seen(NamedTuple):
    """What the repeats of a trial found: (repeats, groups, visits) unless said otherwise.

    The groups are the arms as written and, last, the second control group.
    """

    counted: np.ndarray  # people counted at a visit
    mean: np.ndarray  # of their changes from baseline, as counted; NaN for nobody
    variance: np.ndarray  # of these; NaN for fewer than two
    true_mean: np.ndarray  # of the true changes of the same people, without errors of counting
    true_variance: np.ndarray
    gained: np.ndarray  # people whose count rose by more than it can err; NaN for what is no count
    missed: np.ndarray  # share of people whose density could not be met, (repeats, groups)
    scarred: np.ndarray  # share who end in lasting fibrosis, (repeats, groups)


def joined(parts: Sequence[Seen]) -> Seen:
    """Repeats of several blocks, one after the other."""
    return Seen(*(np.concatenate(values) for values in zip(*parts, strict=True)))
