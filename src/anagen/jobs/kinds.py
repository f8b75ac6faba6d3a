"""The kinds of long work: what each is called, what it may be asked, and what it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.reading import BadInput, Stated
from anagen.trial.spec import TrialSpec

if TYPE_CHECKING:
    from anagen.jobs.memory import Memory

type Work = Callable[[dict[str, Any], "Memory"], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """One kind: ``check`` gives the spec as it is kept, or raises `BadInput`; ``work`` turns it
    into a result, both plain data for JSON."""

    label: str
    check: Callable[[Mapping[str, Any]], dict[str, Any]]
    work: Work


def kind_of(name: str) -> Kind:
    """Raises `BadInput` for a kind that there is not."""
    if name not in KINDS:
        raise BadInput(f"kind is {name[:40]!r}; allowed is one of {', '.join(KINDS)}.")
    return KINDS[name]


class PersonAndCourse(Stated):
    """What a sensitivity is asked of."""

    patient: Patient
    protocol: Protocol
    seed: int = 0


class Seeded(Stated):
    """What needs nothing but a seed."""

    seed: int = 1


def _kept(model: type[Stated]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    return lambda told: model.from_table(told, "the job").model_dump(mode="json", exclude_none=True)


def _with_sampler(told: Mapping[str, Any]) -> dict[str, Any]:
    if find_spec("numpyro") is None:
        raise BadInput("this needs the sampler; install anagen[research] and ask again.")
    return _kept(Seeded)(told)


def _trial(spec: dict[str, Any], memory: "Memory") -> dict[str, Any]:
    from anagen.trial.conduct import blocks, conduct
    from anagen.trial.result import result_of
    from anagen.trial.seen import Seen, joined

    trial = TrialSpec.from_table(spec, "the job")
    told = blocks(trial)
    memory.expect(len(told))
    parts, done = [], 0
    for block in told:
        done += block[1]
        said = f"{done} of {trial.repeats} repeats"
        found = memory.arrays(said, lambda block=block: conduct(trial, block)._asdict())
        parts.append(Seen(**found))
    return result_of(trial, joined(parts)).as_dict()


def _sensitivity(spec: dict[str, Any], memory: "Memory") -> dict[str, Any]:
    from anagen.sensitivity import what_matters

    asked = PersonAndCourse.from_table(spec, "the job")

    found = what_matters(asked.patient, asked.protocol, seed=asked.seed, remembered=memory.arrays)
    return found.as_dict()


def _qualification(spec: dict[str, Any], memory: "Memory") -> dict[str, Any]:
    from anagen.calibration.average_effect import average_effects
    from anagen.calibration.left_out_predictions import left_out_predictions
    from anagen.calibration.prediction import predict_arms
    from anagen.qualification.failures import failures
    from anagen.qualification.held_against import held_against
    from anagen.qualification.scope import never_fitted

    memory.expect(2)
    found = held_against(left_out_predictions())
    others = memory.plain(
        "Predicting arms never fitted",
        lambda: held_against(
            predict_arms(never_fitted(), seed=spec["seed"]), unseen=True
        ).as_dict(),
    )
    failed = memory.plain("Average effects", lambda: failures(found, average_effects()))
    return {"left_out": found.as_dict(), "never_fitted": others, "failures": failed}


def _calibration(spec: dict[str, Any], memory: "Memory") -> dict[str, Any]:
    from anagen.calibration.calibrate import SHORT, calibrate, differences
    from anagen.calibration.quality import faults
    from anagen.evidence.posterior import posterior

    effort = replace(SHORT, seed=spec["seed"])
    post = calibrate(
        effort, lambda _: None, lambda _: None, posterior().keys, remembered=memory.arrays
    )
    apart = differences(post, posterior())
    return {**post.made, "faults": faults(post), "standard_errors_from_shipped": apart}


KINDS: Mapping[str, Kind] = {
    "trial": Kind("Virtual trial", _kept(TrialSpec), _trial),
    "sensitivity": Kind("What the spread is made of", _kept(PersonAndCourse), _sensitivity),
    "qualification": Kind("Qualification", _with_sampler, _qualification),
    "calibration_short": Kind("Short calibration", _with_sampler, _calibration),
}
