"""Ranks of known truths among draws: flat where the sampler is right (Talts et al. 2018)."""

from collections.abc import Mapping
from typing import Any

import numpy as np

RANKS_LEVEL = 0.05  # for all numbers together (Bonferroni)


def rank_chances(made: Mapping[str, Any]) -> tuple[float, int]:
    """The least chance, over all numbers, that ranks so uneven come from a right sampler
    (Kolmogorov & Smirnov), and how many numbers there are."""
    from scipy.stats import kstest  # kept away from what does not test

    columns = np.array(made["ranks"]["below"]).T
    return min(float(kstest(column, "uniform").pvalue) for column in columns), len(columns)
