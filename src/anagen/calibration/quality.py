"""Whether a sample of the posterior is good enough, by goals set beforehand."""

from collections.abc import Mapping
from typing import Any

from anagen.evidence.posterior import Posterior

R_HAT_BELOW = 1.01
EFFECTIVE_ABOVE = 400


def faults(post: Posterior) -> list[str]:
    """What is wrong with a sample, in words; empty where nothing is."""
    told: Mapping[str, Any] = post.made["quality"]
    said = [
        f"R-hat of {name} is {value:.3f}, not below {R_HAT_BELOW}"
        for name, value in told["r_hat"].items()
        if not value < R_HAT_BELOW
    ]
    said += [
        f"the effective sample size of {name} is {value:.0f}, not above {EFFECTIVE_ABOVE}"
        for name, value in told["effective"].items()
        if not value > EFFECTIVE_ABOVE
    ]
    if told["divergences"]:
        said.append(f"{told['divergences']} steps diverged")
    return said
