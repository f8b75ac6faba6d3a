"""What is fitted: the results of trials that may be, and why the others cannot; no model yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from anagen.calibration.arms import NotModelled, read_arm
from anagen.calibration.results import Result, published
from anagen.evidence.contrasts import Contrast, contrasts
from anagen.evidence.trials import ArmOutcome, trials


@dataclass(frozen=True)
class Unused:
    """A result that calibration cannot use, and why."""

    arm: ArmOutcome
    why: str


@dataclass(frozen=True)
class Fitted:
    """What is fitted, in the order of the table of trials, and what cannot be."""

    results: tuple[Result, ...]
    contrasts: tuple[Contrast, ...]
    responders: tuple[ArmOutcome, ...]
    unused: tuple[Unused, ...]


@cache
def fitted_results() -> Fitted:
    """The usable results of the arms that may be fitted, and why the others are not."""
    results, responders, unused = [], [], []
    compared = {(c.arm.study_id, c.arm.arm_id, c.arm.outcome, c.arm.week) for c in contrasts()}
    for arm in (arm for arm in trials() if arm.role == "calibration"):
        try:
            read_arm([arm])
            if arm.outcome == "responders":
                responded(arm)
                responders.append(arm)
            else:
                results.append(published(arm))
        except NotModelled as reason:
            if (arm.study_id, arm.arm_id, arm.outcome, arm.week) not in compared:
                unused.append(Unused(arm, str(reason)))
    kept = list(_contrasted(responders))
    unused += [
        Unused(arm, "how many responded tells only against an arm judged in the same words, once")
        for arm in responders
        if arm not in kept
    ]
    return Fitted(tuple(results), contrasts(), tuple(kept), tuple(unused))


def _contrasted(responders: Sequence[ArmOutcome]) -> Iterator[ArmOutcome]:
    """Of each study, the arms that were judged in the same words; the first words where it has
    several, so that no person counts twice."""
    for study in dict.fromkeys(arm.study_id for arm in responders):
        words: dict[tuple[str, float | None], list[ArmOutcome]] = {}
        for arm in responders:
            if arm.study_id == study:
                words.setdefault((arm.unit, arm.week), []).append(arm)
        yield from next((group for group in words.values() if len(group) > 1), [])


def responded(arm: ArmOutcome) -> tuple[float, float]:
    """How many responded, of how many. Raises `NotModelled` with the reason."""
    people = arm.n_analysed or arm.n_randomised
    if arm.week is None:
        raise NotModelled("the week of the result is not stated")
    if people is None or arm.followup is None:
        raise NotModelled("how many responded, or of how many, is not stated")
    share = arm.unit.startswith("%")
    return (round(arm.followup * people / 100) if share else arm.followup), people
