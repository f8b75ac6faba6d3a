"""Where a forecast leaves the range of any trial, and what was filled in because nobody said it."""

from anagen.evidence.parameters import parameters
from anagen.evidence.posterior import posterior
from anagen.evidence.trials import STUDIED_AS, studied_range
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.screening import screen


def warnings_for(
    patient: Patient, protocol: Protocol, weeks: int, density_missed: float, scarred: float
) -> tuple[str, ...]:
    """Sentences on what this forecast cannot lean on.

    ``density_missed`` is the share of draws whose follicles could not be fitted to the measured
    density; ``scarred`` the share that ends in lasting fibrosis.
    """
    said: list[str] = []
    screening = screen(patient, protocol)
    if screening.decision not in ("proceed", "caution"):
        worst = screening.findings[0]
        said.append(
            f"The screening of this protocol says '{screening.decision.replace('_', ' ')}' "
            f"({worst.rule}: {worst.title}). A forecast is no permission."
        )
    if protocol.course.sessions > 0:
        said += _outside_trials(patient, protocol, weeks)
    said += _filled_in(protocol)
    if scarred > parameters()["usual.scarred_share"].centre:
        said.append(
            f"Hypothesis: sessions this close and this deep end in lasting fibrosis in "
            f"{100 * scarred:.0f} % of the draws. That wounds of a scalp remember each other was "
            "never measured; trials with longer intervals saw no lasting scar."
        )
    said += _by_mouth(patient, protocol)
    if patient.hair is None:
        said.append("No hair count was given: the starting point is typical, not this person's.")
    if density_missed > 0.5:
        said.append(
            "The measured density does not fit the condition as modelled; the forecast starts "
            "from the nearest density that does."
        )
    if patient.condition == "alopecia_areata":
        said.append(
            "The forecast is for one patch, with at most one relapse; new patches are not in it."
        )
    if patient.condition == "cicatricial_alopecia":
        said.append(
            "Scarring is modelled as loss that does not come back; no treatment changes it."
        )
    said.append(_calibrated(patient))
    return tuple(said)


def _calibrated(patient: Patient) -> str:
    if patient.condition not in STUDIED_AS:
        return (
            "No trial in this condition could be fitted: bands are prior knowledge, narrowed only "
            "where trials in pattern hair loss told of the same numbers."
        )
    post = posterior()
    return (
        f"Calibrated on {len(post.observed)} counts of {len(post.studies)} trials in pattern hair "
        "loss. Trials gain hairs beside their treatment (selection, care, season); a forecast for "
        "one person does not."
    )


def _outside_trials(patient: Patient, protocol: Protocol, weeks: int) -> list[str]:
    conditions = STUDIED_AS.get(patient.condition, (patient.condition,))
    name = patient.condition.replace("_", " ")
    asked = {
        "needle_mm": ("needle length", protocol.device and protocol.device.needle_mm, "mm"),
        "sessions": ("number of sessions", protocol.course.sessions, ""),
        "interval_days": ("interval", protocol.course.interval_days, "days"),
        "week": ("length of the forecast", weeks, "weeks"),
    }
    said = []
    for column, (label, value, unit) in asked.items():
        studied = studied_range(column, conditions)
        if value is None:
            continue
        if studied is None:
            if column == "needle_mm":
                said.append(f"No trial of needling in {name} with numbers is on record here.")
            continue
        low, high = studied
        if not low <= value <= high:
            said.append(
                f"The {label} ({value:g} {unit}".rstrip()
                + f") lies outside what was tried in {name} ({low:g} to {high:g} {unit}".rstrip()
                + ")."
            )
    return said


def _filled_in(protocol: Protocol) -> list[str]:
    said = []
    if protocol.course.sessions > 0:
        device = protocol.device
        assert device is not None  # a protocol with sessions has a device
        if device.needles is None:
            said.append(_assumed("needles", f"needling.{device.kind}_needles"))
        if device.kind == "pen" and device.rate_hz is None:
            said.append(_assumed("rate_hz", "needling.pen_rate_hz"))
        if protocol.course.passes is None and device.dwell_s is None:
            said.append(_assumed("passes", "usual.passes"))
    minoxidil = protocol.topical("minoxidil")
    if minoxidil is not None:
        if protocol.course.area_cm2 is None:
            said.append(_assumed("area_cm2", "usual.area_cm2"))
        for field in ("strength_percent", "dose_ml", "per_day", "hold_hours"):
            if getattr(minoxidil, field) is None:
                said.append(_assumed(f"minoxidil {field}", f"usual.minoxidil_{field}"))
    area = protocol.course.area_cm2 or parameters()["usual.area_cm2"].centre
    for drug in ("prp", "growth_factors", "triamcinolone"):
        used = protocol.topical(drug)
        if used is not None and used.dose_ml is None:
            dose = parameters()["carried.reference_ml_cm2"].centre * area
            said.append(f"{drug} dose_ml was not stated; {dose:g} mL is assumed.")
    prp, steroid = protocol.topical("prp"), protocol.topical("triamcinolone")
    if prp is not None and prp.platelets_fold is None:
        said.append(_assumed("prp platelets_fold", "carried.reference_platelets_fold"))
    if steroid is not None and steroid.strength_percent is None:
        said.append(_assumed("triamcinolone strength_percent", "carried.reference_steroid_percent"))
    return said


def _by_mouth(patient: Patient, protocol: Protocol) -> list[str]:
    said = []
    if protocol.medicine("spironolactone") and patient.sex == "male":
        said.append(
            "Spironolactone feminises men and is no option for them; it is accepted here only to "
            "be computed."
        )
    reductase = protocol.medicine("finasteride") or protocol.medicine("dutasteride")
    if reductase and patient.sex == "female":
        said.append(
            f"{reductase.drug.capitalize()} is licensed for men only; its numbers here were "
            "measured in men."
        )
    return said


def _assumed(field: str, key: str) -> str:
    record = parameters()[key]
    return f"{field} was not stated; {record.centre:g} {record.unit} is assumed ({key})."
