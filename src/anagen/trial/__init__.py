"""Virtual trials: a trial as it might be run, repeated many times before anyone is treated."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from anagen.trial.spec import TrialSpec as TrialSpec
from anagen.trial.spec import read_trial as read_trial

if TYPE_CHECKING:
    from anagen.trial.result import TrialResult as TrialResult


def run_trial(
    spec: TrialSpec, advance: Callable[[int, int], None] = lambda _done, _all: None
) -> "TrialResult":
    """Conduct a virtual trial as often as it says; ``advance`` is told of repeats done and of all.

    The same spec gives the same result. Raises `BadInput` for a spec that cannot be.
    """
    from anagen.trial.conduct import blocks, conduct  # imports JAX
    from anagen.trial.result import result_of
    from anagen.trial.seen import joined

    parts, done = [], 0
    for block in blocks(spec):
        parts.append(conduct(spec, block))
        done += block[1]
        advance(done, spec.repeats)
    return result_of(spec, joined(parts))
