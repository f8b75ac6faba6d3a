"""What the scored results cover: treatments, conditions, and the range of each input.

Beyond it a forecast extrapolates mechanisms, and nothing that was published holds it up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from anagen.evidence.comparisons import CLASSES, class_of, needled
from anagen.evidence.trials import COUNTED, STUDIED_AS, ArmOutcome, trials
from anagen.patient import Patient

if TYPE_CHECKING:
    from anagen.qualification.held_against import HeldAgainst

# What the program forecasts, by the classes of `anagen.evidence.comparisons`.
OFFERED = (
    "untreated", "minoxidil", "needling", "needling_minoxidil", "needling_prp",
    "needling_growth_factors", "oral_minoxidil", "reductase",
)  # fmt: skip
# Label, unit, and whether it is an input of needled arms only.
_INPUTS = {
    "needle_mm": ("Needle length", "mm", True),
    "sessions": ("Sessions", "", True),
    "interval_days": ("Days between sessions", "days", True),
    "week": ("Weeks to the count", "weeks", False),
    "age_mean": ("Mean age", "years", False),
    "n_analysed": ("People counted in an arm", "people", False),
}


@dataclass(frozen=True)
class Range:
    """The range of an input over the scored results that state it; None where none does."""

    label: str
    unit: str
    needled: bool  # of needled arms only
    span: tuple[float, float] | None
    results: int


@dataclass(frozen=True)
class Covered:
    """How many results, and of how many studies, stand behind something."""

    key: str
    results: int
    studies: int


def ranges(found: "HeldAgainst") -> tuple[Range, ...]:
    """The range of each input."""
    return tuple(
        _range([one.arm for one in found.used], column, *told) for column, told in _INPUTS.items()
    )


def _range(
    arms: Sequence[ArmOutcome], column: str, label: str, unit: str, of_needled: bool
) -> Range:
    stated = [
        value
        for arm in arms
        if (needled(arm) or not of_needled) and (value := getattr(arm, column)) is not None
    ]
    span = (min(stated), max(stated)) if stated else None
    return Range(label, unit, of_needled, span, len(stated))


def treatments(found: "HeldAgainst") -> tuple[Covered, ...]:
    """What the program offers, with the scored results behind each, by the keys of `CLASSES`."""
    arms = [one.arm for one in found.used]
    return tuple(_covered(key, (arm for arm in arms if class_of(arm) == key)) for key in OFFERED)


def conditions(found: "HeldAgainst") -> tuple[Covered, ...]:
    """The conditions that a person may state, with the scored results behind each."""
    arms = [one.arm for one in found.used]
    allowed = get_args(Patient.model_fields["condition"].annotation)
    return tuple(
        _covered(key, (arm for arm in arms if arm.condition in STUDIED_AS.get(key, (key,))))
        for key in allowed
        if key != "undiagnosed"
    )


def treatment_name(key: str) -> str:
    """A treatment in words."""
    return CLASSES[key]


def never_fitted() -> list[ArmOutcome]:
    """Arms with a number of counted hairs that no fit may see: outliers and context."""
    return [
        arm
        for arm in trials()
        if arm.role != "calibration"
        and arm.outcome in COUNTED
        and (arm.change is not None or arm.change_per_cm2 is not None)
    ]


def _covered(key: str, arms: Iterable[ArmOutcome]) -> Covered:
    studies = [arm.study_id for arm in arms]
    return Covered(key, len(studies), len(set(studies)))
