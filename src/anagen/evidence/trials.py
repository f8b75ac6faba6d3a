"""The trials: one record per arm, outcome and week, as published, with its role.

``role`` says what an arm may be used for: ``calibration``, ``outlier`` (a test, never an anchor)
or ``context``. Units are kept as printed; ``change_per_cm2`` is filled only where they allow it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from anagen.evidence.columns import number, one_of, records, text
from anagen.evidence.grades import MEANING
from anagen.evidence.sources import BadRecord
from anagen.reading import BadInput, read_text, shown_path

NEEDLING_DEVICES = ("roller", "stamp", "pen")
CONDITIONS = {
    "androgenetic_alopecia": "pattern hair loss in men, or where the sex is not told",
    "female_pattern_hair_loss": "pattern hair loss in women",
    "mixed_pattern": "pattern hair loss, women and men together",
    "alopecia_areata": "alopecia areata",
    "telogen_effluvium": "telogen effluvium",
    "senescent_alopecia": "thinning with age",
    "cicatricial_alopecia": "scarring alopecia",
}
# Trials that enrolled both patterns together count for either.
STUDIED_AS = {
    "androgenetic_alopecia": ("androgenetic_alopecia", "mixed_pattern"),
    "female_pattern_hair_loss": ("female_pattern_hair_loss", "mixed_pattern"),
}
DEVICES = {
    "roller": "drum of needles",
    "stamp": "needles pressed in and lifted",
    "pen": "motor-driven needles",
    "other": "needled; another kind, or the kind is not told",
    "radiofrequency": "needles that heat the skin",
    "sham": "needling in pretence, without channels",
    "none": "not needled",
}
OUTCOMES = {
    "total_density": "all hairs counted on an area",
    "nonvellus_density": "hairs that are not vellus, on an area",
    "terminal_density": "terminal hairs on an area",
    "target_area_count": "hairs counted on one marked area, which hairs or which area as told",
    "diameter": "width of the shaft",
    "salt": "Severity of Alopecia Tool: scalp without hair, or its change",
    "responders": "people who met the trial's own mark",
    "global": "rating of the whole picture",
    "other": "anything else; the unit says what",
}
# Hairs on an area: these alone can be a change in hairs/cm².
COUNTED = ("total_density", "nonvellus_density", "terminal_density", "target_area_count")
SEXES = {"M": "men", "F": "women", "M+F": "both"}
ENDPOINTS = {
    "erythema": "needled until the skin was red",
    "pinpoint_bleeding": "needled until points of blood stood out",
}
PLAUSIBILITIES = {
    "ok": "nothing speaks against the number",
    "suspect": "a doubt that the note names: a unit, a shared group of patients, a spread too even",
    "implausible": "hair cannot do this in the time, or the trial contradicts itself",
}
ROLES = {
    "calibration": "may be fitted",
    "outlier": "a test, never an anchor: too large to be plausible beside the pooled analyses",
    "context": "for reading only",
}
VERIFICATIONS = {grade: said for grade, said in MEANING.items() if grade != "assumption"}


@dataclass(frozen=True, kw_only=True)
class ArmOutcome:
    """One published result. Empty text and None mean "not reported"."""

    study_id: str = text("the study; the same in all its rows", required=True)
    arm_id: str = text("the arm within the study, as short as can be told apart", required=True)
    citation: str = text("who, when and where")
    doi: str = text("digital object identifier, without https://doi.org/")
    pmid: str = text("PubMed number")
    country: str = text("where the people were seen")
    design: str = text("as the authors say it: randomised, split-scalp, blinded, single arm")
    n_randomised: float | None = number("people put into the arm", "people", 1, whole=True)
    n_analysed: float | None = number("people behind this number", "people", 1, whole=True)
    sex: str = one_of("who was in the arm", SEXES)
    age_mean: float | None = number("mean age", "years", 0, 120)
    age_sd: float | None = number("standard deviation of age", "years", 0, 60)
    condition: str = one_of("what the people had", CONDITIONS, required=True)
    grade: str = text("severity or place, as the authors say it")
    device: str = one_of("what pierced the skin", DEVICES, required=True)
    needle_mm: float | None = number("length of the needle as set", "mm", 0.1, 3)
    sessions: float | None = number(
        "sessions of needling, or of injection, until this week", "sessions", 1, 365, whole=True
    )
    interval_days: float | None = number("days between sessions", "days", 1, 365)
    endpoint: str = one_of("when a pass was enough", ENDPOINTS)
    topical: str = text("on or into the skin: the drug, vehicle, saline, placebo, or none")
    topical_dose: str = text("its strength and how often")
    topical_hold_h: float | None = number(
        "how long the topical was withheld after a session; 0 is at once", "hours", 0, 336
    )
    co_treatment: str = text("what else was done: tablets, injections, light")
    week: float | None = number("weeks from the first session to this count", "weeks", 0, 1040)
    outcome: str = one_of("what was measured", OUTCOMES, required=True)
    unit: str = text("as printed, with the counted area; of shares: of whom")
    baseline: float | None = number("mean before, in the unit", low=0)
    baseline_sd: float | None = number("its standard deviation between people", low=0)
    followup: float | None = number("mean at this week, in the unit", low=0)
    followup_sd: float | None = number("its standard deviation between people", low=0)
    change: float | None = number("mean change since before, in the unit")
    change_sd: float | None = number("standard deviation of the change between people", low=0)
    change_per_cm2: float | None = number(
        "the change where the unit allows to give it", "hairs/cm²", -1000, 1000
    )
    se_or_p: str = text("standard error, interval, p value or direction, as printed")
    adverse_events: str = text("harms, as printed; `none` only where the authors say so")
    verification: str = one_of("how the number was read", VERIFICATIONS)
    plausibility: str = one_of("whether hair can do this", PLAUSIBILITIES)
    role: str = one_of("what the row may be used for", ROLES)
    note: str = text("doubts, inferences, conflicts")


# What no row of the shipped table may leave blank.
_RECORDED = ("citation", "verification", "plausibility", "role")


@cache
def trials() -> tuple[ArmOutcome, ...]:
    """All arms of all trials. Raises `BadRecord` where the shipped table has a fault."""
    table = files("anagen.evidence").joinpath("trials.csv").read_text("utf-8")
    try:
        return tuple(_arms(table, "trials.csv", own=True))
    except BadInput as refused:
        raise BadRecord(str(refused)) from None


def read_trials(path: str | Path) -> tuple[ArmOutcome, ...]:
    """Arms from a person's own CSV file in the columns of `ArmOutcome`.

    Each row needs study_id, arm_id, condition, device and outcome; what else is blank or has no
    column is "not reported", and an arm that can then not be used says so where it would be used.
    Raises `BadInput` naming the file, the line and the column.
    """
    return tuple(_arms(read_text(path), shown_path(path), own=False))


def studied_range(column: str, conditions: tuple[str, ...]) -> tuple[float, float] | None:
    """Lowest and highest value of a numeric column in the needled arms of these conditions."""
    found = [
        value
        for arm in trials()
        if arm.condition in conditions
        and (arm.needle_mm is not None or arm.device in NEEDLING_DEVICES)
        and (value := getattr(arm, column)) is not None
    ]
    return (min(found), max(found)) if found else None


def _arms(table: str, where: str, *, own: bool) -> Iterator[ArmOutcome]:
    stated = _RECORDED if own else ()
    lines: dict[tuple[object, ...], int] = {}
    first: dict[tuple[str, str], tuple[int, ArmOutcome]] = {}
    fault = _fault_of_ours if own else _fault
    for line, arm in records(table, where, ArmOutcome, fault, stated, every_column=own):
        at = f"{where} line {line}"
        # An arm without a week is told apart by the sessions it had had.
        when = f"{arm.sessions} sessions" if arm.week is None else arm.week
        key = (arm.study_id, arm.arm_id, arm.outcome, when, arm.unit)
        if key in lines:
            raise BadInput(
                f"{at}: {arm.outcome} of {arm.study_id} {arm.arm_id} at this week and in this unit "
                f"stands in line {lines[key]} already; allowed is once."
            )
        lines[key] = line
        before, known = first.setdefault((arm.study_id, arm.arm_id), (line, arm))
        for column in ("condition", "sex", "device", "needle_mm", "interval_days", "topical"):
            here, there = getattr(arm, column), getattr(known, column)
            if here != there:
                raise BadInput(
                    f"{at}: {column} of {arm.study_id} {arm.arm_id} is {here!r}, in line {before} "
                    f"it is {there!r}; allowed is one for all rows of an arm."
                )
        yield arm
    if not lines:
        raise BadInput(f"{where}: holds no row; allowed is at least one.")


def _fault_of_ours(arm: ArmOutcome) -> str:
    if arm.role == "calibration" and arm.verification == "memory":
        return "role is 'calibration' of a number from memory; allowed is context."
    if arm.role == "calibration" and arm.plausibility == "implausible":
        return "role is 'calibration' of an implausible number; allowed is context or outlier."
    return _fault(arm)


def _fault(arm: ArmOutcome) -> str:
    """What does not go together in a row."""
    if arm.change_per_cm2 is not None and arm.outcome not in COUNTED:
        return f"change_per_cm2 of {arm.outcome}; allowed is one of {', '.join(COUNTED)}."
    if (arm.change or 0) * (arm.change_per_cm2 or 0) < 0:
        return "change and change_per_cm2 differ in sign; allowed is one sign."
    for mean in ("baseline", "followup", "change", "age_mean"):
        sd = f"{mean.removesuffix('_mean')}_sd"
        if getattr(arm, mean) is None and getattr(arm, sd) is not None:
            return f"{sd} stands without {mean}; allowed is both, or neither."
    seen = (arm.baseline, arm.followup, arm.change)
    if not arm.unit and any(value is not None for value in seen):
        return "unit is missing; allowed is the unit of baseline, followup and change as printed."
    if (arm.n_analysed or 0) > (arm.n_randomised or float("inf")):
        return "n_analysed is above n_randomised; allowed is at most as many."
    if arm.device == "none" and (arm.needle_mm is not None or arm.endpoint):
        return "needle_mm or endpoint of an arm that was not needled; allowed is blank."
    if arm.topical_hold_h is not None and arm.topical in ("", "none"):
        return "topical_hold_h without a topical; allowed is blank."
    if arm.condition == "female_pattern_hair_loss" and arm.sex in ("M", "M+F"):
        return "sex of female_pattern_hair_loss is not F; allowed is F, or mixed_pattern."
    return ""
