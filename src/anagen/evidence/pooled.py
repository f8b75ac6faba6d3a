"""Published pooled effects. They share trials with the arms: never both as data and as prior."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from anagen.evidence.columns import number, one_of, records, text
from anagen.evidence.sources import BadRecord
from anagen.evidence.trials import VERIFICATIONS
from anagen.reading import BadInput

EFFECTS = {
    "MD": "mean difference, in the outcome's unit",
    "SMD": "standardised mean difference: in standard deviations of people",
    "RR": "ratio of shares of people",
    "percent": "share of people, or change in percent of the outcome",
}
_PATTERN = ("androgenetic_alopecia", "female_pattern_hair_loss", "mixed_pattern")
# Who was pooled, and the conditions of `anagen.evidence.trials` that this covers.
POPULATIONS: dict[str, tuple[str, ...]] = {
    "pattern hair loss": _PATTERN,
    "pattern hair loss, men and women": _PATTERN,
    "androgenetic alopecia, men and women": _PATTERN,
    "men, androgenetic alopecia": ("androgenetic_alopecia",),
    "women, female pattern hair loss": ("female_pattern_hair_loss",),
    "hair loss, all types": (*_PATTERN, "alopecia_areata"),
    "alopecia areata": ("alopecia_areata",),
    "alopecia areata, first patch": ("alopecia_areata",),
    "alopecia areata, mild": ("alopecia_areata",),
}


@dataclass(frozen=True, kw_only=True)
class PooledEffect:
    """One pooled estimate with its interval. Empty text and None mean "not reported"."""

    citation: str = text("who, when and where", required=True)
    doi: str = text("digital object identifier, without https://doi.org/")
    comparison: str = text("what was held against what", required=True)
    population: str = one_of(
        "who was pooled",
        {said: ", ".join(known).replace("_", " ") for said, known in POPULATIONS.items()},
        required=True,
    )
    outcome: str = text("what was measured, and its unit where it is told", required=True)
    effect_type: str = one_of("kind of estimate", EFFECTS, required=True)
    estimate: float | None = number("the pooled estimate")
    ci_low: float | None = number("lower end of its 95 % interval")
    ci_high: float | None = number("upper end of its 95 % interval")
    i2_percent: float | None = number("I²: share of the spread that is between trials", "%", 0, 100)
    n_trials: float | None = number("trials pooled", "trials", 1, whole=True)
    n_participants: float | None = number("people in them", "people", 1, whole=True)
    week: float | None = number("weeks from the start to the count", "weeks", 0, 1040)
    verification: str = one_of("how the number was read", VERIFICATIONS, required=True)
    note: str = text("doubts, conflicts")

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions that it covers."""
        return POPULATIONS[self.population]

    @property
    def per_cm2(self) -> bool:
        """Whether the estimate is in hairs/cm²."""
        return self.effect_type == "MD" and "hairs/cm2" in self.outcome

    @property
    def before_after(self) -> bool:
        """Whether it is a change without a group to compare with."""
        return "before vs after" in self.comparison


@cache
def pooled_effects() -> tuple[PooledEffect, ...]:
    """All pooled effects. Raises `BadRecord` where the table has a fault."""
    table = files("anagen.evidence").joinpath("pooled.csv").read_text("utf-8")
    try:
        return check_pooled(table, "pooled.csv")
    except BadInput as refused:
        raise BadRecord(str(refused)) from None


def check_pooled(table: str, where: str) -> tuple[PooledEffect, ...]:
    """Typed effects of a CSV table. Raises `BadInput` naming line and column."""
    lines: dict[tuple[str, ...], int] = {}
    found: list[PooledEffect] = []
    for line, effect in records(table, where, PooledEffect, _fault, every_column=True):
        key = (effect.citation, effect.comparison, effect.population, effect.outcome)
        if key in lines:
            raise BadInput(
                f"{where} line {line}: this comparison and outcome of the same source stands in "
                f"line {lines[key]} already; allowed is once."
            )
        lines[key] = line
        found.append(effect)
    return tuple(found)


def _fault(effect: PooledEffect) -> str:
    """What does not go together in a row."""
    low, middle, high = effect.ci_low, effect.estimate, effect.ci_high
    if middle is None and not (low is None and high is None):
        return "an interval stands without estimate; allowed is both, or neither."
    if low is not None and high is None:
        return "ci_high is missing; allowed is the whole interval, its upper end alone, or none."
    if middle is not None:
        lowest = middle if low is None else low
        if not lowest <= middle <= (middle if high is None else high):
            return "estimate lies outside ci_low to ci_high; allowed is inside."
    if effect.effect_type == "RR" and middle is not None and not middle > 0:
        return f"estimate of a ratio is {middle:g}; allowed is a number above 0."
    share = effect.effect_type == "percent" and "baseline" not in effect.outcome
    if share and middle is not None and not 0 <= middle <= 100:
        return f"estimate of a share is {middle:g}; allowed is a number from 0 to 100."
    return ""
