"""What a report was made from: the inputs that were stated, and those that are missing."""

from typing import TYPE_CHECKING, Any

from anagen.care.words import THIN, plain

if TYPE_CHECKING:
    from anagen.patient import Patient

PATTERN = ("androgenetic_alopecia", "female_pattern_hair_loss")  # where minoxidil was assayed
GRADED = (*PATTERN, "alopecia_areata")
LABELS = {
    "age": "Age",
    "sex": "Sex",
    "condition": "Condition",
    "grade": "Grade",
    "months_since_onset": "Months since it began",
    "skin_type": "Skin type (Fitzpatrick)",
    "weight_kg": "Weight",
    "pregnant": "Pregnant",
    "breastfeeding": "Breastfeeding",
    "conditions": "Other conditions",
    "medications": "Medicines",
    "allergies": "Allergies",
    "scalp_findings": "Seen on the scalp today",
    "sulfotransferase_od405": "Sulfotransferase in plucked hair (OD at 405 nm)",
    "total_density_per_cm2": "Hairs counted",
    "terminal_fraction": "Share of thick hairs",
    "mean_diameter_um": "Mean hair diameter",
    "anagen_fraction": "Share of hairs in growth",
}
UNITS = {
    "age": "years",
    "weight_kg": "kg",
    "total_density_per_cm2": "hairs/cm²",
    "mean_diameter_um": "µm",
}


def used(patient: "Patient") -> tuple[tuple[str, str], ...]:
    """What was stated, each with its value in words."""
    stated = patient.model_dump(exclude_none=True)
    stated |= stated.pop("hair", {})
    return tuple((LABELS[key], _said(key, value)) for key, value in stated.items())


def missing(patient: "Patient") -> tuple[str, ...]:
    """What was left out and is therefore unknown; questions that cannot apply are not asked."""
    values = patient.model_dump()
    measured = values.pop("hair") or {}
    keys = [key for key, value in values.items() if value is None]
    keys += [key for key in LABELS if key not in values and measured.get(key) is None]
    if patient.sex == "male":
        keys = [key for key in keys if key not in ("pregnant", "breastfeeding")]
    if patient.condition not in GRADED:
        keys = [key for key in keys if key != "grade"]
    if patient.condition not in PATTERN:
        keys = [key for key in keys if key != "sulfotransferase_od405"]
    return tuple(LABELS[key] for key in keys)


def _said(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "; ".join(_entry(each) for each in value) or "none (asked)"
    if isinstance(value, str):
        said = plain(value).replace("_", " ")
        return said[:1].upper() + said[1:]
    return f"{value:g}{THIN}{UNITS[key]}" if key in UNITS else f"{value:g}"


def _entry(entry: dict[str, Any]) -> str:
    stopped, ago = entry.get("stopped_days_ago"), entry.get("days_ago")
    name = plain(entry["name"]).replace("_", " ")
    if stopped is not None:
        return f"{name} (stopped {stopped:g} days ago)"
    return f"{name} ({ago:g} days ago)" if ago is not None else name
