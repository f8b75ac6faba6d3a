"""People and protocols for the screening tests; for every rule, one who meets it and a near one."""

from typing import Any, NamedTuple

from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.screening import Finding, Screening
from anagen.screening.decision import DECISIONS

WELL: dict[str, Any] = {
    "age": 34,
    "sex": "male",
    "condition": "androgenetic_alopecia",
    "skin_type": 2,
    "conditions": [],
    "medications": [],
    "allergies": [],
    "scalp_findings": [],
}
WELL_WOMAN = WELL | {"sex": "female", "pregnant": False, "breastfeeding": False}
CLINIC = {
    "place": "clinic",
    "trained_operator": True,
    "single_use_needles": True,
    "sterile_prp": True,
}
EMLA = {
    "drug": "lidocaine_prilocaine",
    "grams": 20,
    "area_cm2": 100,
    "occluded": False,
    "heated": False,
    "on_needled_skin": False,
}
PLAIN_CREAM = EMLA | {"drug": "lidocaine_4"}
MINOXIDIL = {"drug": "minoxidil", "hold_hours": 72, "sterile": False}
PRP = {"drug": "prp", "hold_hours": 0, "sterile": True}


def person(**stated: Any) -> Patient:
    """A well man of 34 of whom everything is known, except as stated; None leaves a key out."""
    return _patient(WELL | stated)


def woman(**stated: Any) -> Patient:
    """The same for a woman."""
    return _patient(WELL_WOMAN | stated)


def _patient(table: dict[str, Any]) -> Patient:
    known = {key: value for key, value in table.items() if value is not None}
    return Patient.from_table(known, "test")


def course(
    *topicals: dict[str, Any],
    device: dict[str, Any] | None = None,
    anaesthetic: dict[str, Any] | None = None,
    setting: dict[str, Any] | None = CLINIC,
    sessions: int = 6,
    medicines: tuple[dict[str, Any], ...] = (),
) -> Protocol:
    """Six sessions of 0.6 mm in a clinic with everything stated, except as given."""
    table: dict[str, Any] = {
        "device": device or {"kind": "pen", "needle_mm": 0.6},
        "course": {"sessions": sessions, "interval_days": 14, "area_cm2": 100},
        "topicals": list(topicals),
        "medicines": list(medicines),
    }
    if anaesthetic:
        table["anaesthetic"] = anaesthetic
    if setting is not None:
        table["setting"] = setting
    return Protocol.from_table(table, "test")


STANDING = {"C24b", "C44a", "C51a", "C51b"}  # said to everybody who asks about needling


class Pair(NamedTuple):
    """One who meets the rule, and one near who does not."""

    rule: str
    meets: Patient
    near: Patient
    protocol: Protocol | None = None
    near_protocol: Protocol | None = None


def _list(name: str) -> Any:
    def pair(rule: str, meets: Any, near: Any, **more: Any) -> Pair:
        return Pair(rule, person(**{name: [meets]}), person(**{name: [near]}), **more)

    return pair


_seen, _has, _takes, _allergic = map(
    _list, ("scalp_findings", "conditions", "medications", "allergies")
)


def _ago(name: str, days: float) -> dict[str, Any]:
    return {"name": name, "days_ago": days}


def _stopped(name: str, days: float) -> dict[str, Any]:
    return {"name": name, "stopped_days_ago": days}


def _plan(rule: str, meets: Protocol, near: Protocol, who: Patient | None = None) -> Pair:
    who = who or person()
    return Pair(rule, who, who, meets, near)


def _tablets(drug: str, mg: float) -> Protocol:
    return course(medicines=({"drug": drug, "mg_per_day": mg},))


_DEEP = {"kind": "pen", "needle_mm": 1.2}
_NOT_DEEP = {"kind": "pen", "needle_mm": 1.0}

PAIRS: list[Pair] = [
    _seen("C01a", "folliculitis", _ago("folliculitis", 30)),
    _seen("C01b", "ringworm", "ringworm on the face"),
    _seen("C01c", "shingles", "history of shingles"),
    _seen("C02a", "open_wound", "dry_scalp"),
    _seen("C02b", "sunburn", "tan"),
    _seen("C03", "suspicious_lesion", "history of melanoma"),
    _seen("C04a", "actinic_keratosis", "seborrhoeic_keratosis"),
    _seen("C04b", "mole", "mole on the back"),
    _seen("C05", "cold sore", "history of cold sores"),
    _has("C06", "history of cold sores", "cold sore"),
    _has("C07a", "keloid_history", "family_history_of_keloid"),
    _has("C07b", "family_history_of_keloid", "hypertrophic_scar"),
    _seen("C08a", "eczema", "eczema on the hands"),
    _seen("C08b", "seborrhoeic_dermatitis", "dandruff"),
    _has("C08c", "atopic_dermatitis", "urticaria", protocol=course(anaesthetic=EMLA)),
    _has("C09a", "psoriasis_scalp", "psoriasis on the hands"),
    _has("C09b", "psoriasis_scalp", "psoriasis elsewhere", protocol=course(MINOXIDIL)),
    _has("C10", "vitiligo", "stable vitiligo"),
    _has("C11", "L66.12", "ffa_stable"),
    _has("C12", "ffa_stable", "frontal_fibrosing_alopecia"),
    Pair("C13", person(condition="undiagnosed"), person()),
    _takes("C14", "Accutane", _stopped("Accutane", 1)),
    _takes("C15", _stopped("isotretinoin", 179), _stopped("isotretinoin", 180)),
    _takes("C16a", "adapalene", _stopped("adapalene", 10)),
    _takes("C16b", "glycolic_acid", _stopped("glycolic_acid", 10)),
    _takes("C16c", "tretinoin cream", "adapalene", protocol=course(MINOXIDIL)),
    _takes("C17a", "warfarin", _stopped("warfarin", 30)),
    Pair(
        "C17b",
        person(medications=["warfarin"], conditions=["inr_above_range"]),
        person(medications=["warfarin"], conditions=["inr_in_range"]),
    ),
    _takes("C17c", "Eliquis", "warfarin"),
    _takes("C17d", "enoxaparin", "Eliquis"),
    _takes("C18a", "clopidogrel", "paracetamol"),
    _takes("C18b", "ibuprofen", _stopped("ibuprofen", 5)),
    _takes("C18c", "fish oil", _stopped("fish oil", 5)),
    _has("C19a", "haemophilia", "thrombophilia"),
    _has("C19b", "thrombocytopenia", "iron_deficiency"),
    _has("C19c", "thrombocytopenia", "iron_deficiency", protocol=course(PRP)),
    _takes("C20a", "chemotherapy", _stopped("chemotherapy", 400)),
    _takes("C20b", _stopped("chemotherapy", 89), _stopped("chemotherapy", 365)),
    _has("C21a", "scalp_radiotherapy", _ago("scalp_radiotherapy", 400)),
    _has("C21b", _ago("scalp_radiotherapy", 89), _ago("scalp_radiotherapy", 90)),
    _takes("C22", "prednisone", _stopped("prednisone", 30)),
    _has("C23a", "neutropenia", "hiv_controlled"),
    _takes("C23b", "Humira", "apremilast"),
    _has("C24a", "hiv_controlled", "hiv_uncontrolled"),
    _plan("C24b", course(), course(sessions=0)),
    _plan(
        "C24c", course(PRP, setting=CLINIC | {"sterile_prp": False}), course(PRP, setting=CLINIC)
    ),
    _has("C25a", "diabetes_uncontrolled", "diabetes_controlled"),
    _has("C25b", "diabetes_controlled", "prediabetes"),
    _has("C26a", "scleroderma", "hypothyroidism"),
    _has("C26b", "poor_wound_healing", "hypothyroidism"),
    _has("C27a", "rheumatoid_arthritis", "hypothyroidism"),
    _has("C27b", "discoid_lupus", "lupus"),
    Pair("C28a", woman(pregnant=True), woman(pregnant=False)),
    Pair("C28b", woman(pregnant=True), woman(pregnant=False), course(MINOXIDIL), course(MINOXIDIL)),
    Pair("C29a", woman(breastfeeding=True), woman()),
    Pair("C29b", woman(breastfeeding=True), woman(), course(anaesthetic=EMLA)),
    Pair("C29c", woman(breastfeeding=True), woman(), course(MINOXIDIL)),
    _allergic("C30", "nickel", "latex"),
    _allergic("C31", "lidocaine", "penicillin", protocol=course(anaesthetic=PLAIN_CREAM)),
    _has("C32a", "methaemoglobinaemia", "iron_deficiency", protocol=course(anaesthetic=EMLA)),
    _has("C32b", "g6pd_deficiency", "iron_deficiency", protocol=course(anaesthetic=EMLA)),
    _takes("C32c", "dapsone", "amoxicillin", protocol=course(anaesthetic=EMLA)),
    _takes("C33a", "amiodarone", "bisoprolol", protocol=course(anaesthetic=PLAIN_CREAM)),
    _has("C33b", "cirrhosis", "fatty liver", protocol=course(anaesthetic=PLAIN_CREAM)),
    _plan(
        "C34a",
        course(anaesthetic=EMLA | {"drug": "lidocaine_high_strength"}),
        course(anaesthetic=PLAIN_CREAM),
    ),
    _plan(
        "C34b",
        course(anaesthetic=EMLA | {"area_cm2": 401}),
        course(anaesthetic=EMLA | {"area_cm2": 400}),
    ),
    _plan("C34c", course(anaesthetic=EMLA | {"on_needled_skin": True}), course(anaesthetic=EMLA)),
    _plan("C34d", course(anaesthetic=EMLA | {"occluded": True}), course(anaesthetic=EMLA)),
    _plan("C35a", course(MINOXIDIL | {"hold_hours": 23.9}), course(MINOXIDIL | {"hold_hours": 24})),
    _plan(
        "C35b",
        course(MINOXIDIL | {"hold_hours": 24}, device=_DEEP),
        course(MINOXIDIL | {"hold_hours": 24}, device=_NOT_DEEP),
    ),
    _has("C36a", "heart failure", "hypertension", protocol=course(MINOXIDIL)),
    _has("C36b", "atrial fibrillation", "hypertension"),
    _plan(
        "C37",
        course({"drug": "growth_factors", "hold_hours": 0, "sterile": False}),
        course({"drug": "growth_factors", "hold_hours": 0, "sterile": True}),
    ),
    _has("C38a", _ago("sun_exposure", 0.5), _ago("sun_exposure", 28)),
    _has("C38b", _ago("self_tanner", 1.9), _ago("self_tanner", 2)),
    Pair(
        "C38c",
        person(skin_type=4, conditions=[_ago("sun_exposure", 13)]),
        person(skin_type=3, conditions=[_ago("sun_exposure", 13)]),
    ),
    Pair("C39", person(skin_type=4), person(skin_type=3)),
    _seen("C40a", "acne", "facial acne"),
    _has("C40b", "acne_keloidalis_nuchae", "facial acne"),
    _has("C41a", _ago("chemical_peel", 29), _ago("chemical_peel", 30)),
    _has("C41b", _ago("dermal_filler", 179), _ago("dermal_filler", 365)),
    _has("C41c", _ago("Botox", 59), _ago("Botox", 90)),
    _has("C41d", _ago("scalp_laser", 89), _ago("scalp_laser", 365)),
    _has("C41e", _ago("hair_transplant", 89), _ago("hair_transplant", 180)),
    _has("C42", _ago("scar", 364), _ago("scar", 365)),
    Pair("C43a", person(age=17.9), person(age=18)),
    Pair("C43b", person(age=21.9), person(age=22)),
    _plan("C44a", course(), course(sessions=0)),
    _plan("C44b", course(MINOXIDIL), course()),
    _plan(
        "C45",
        course(device={"kind": "pen", "needle_mm": 1.6}),
        course(device={"kind": "pen", "needle_mm": 1.5}),
    ),
    _has("C46", "scalp micropigmentation", "tattoo on the arm"),
    Pair(
        "C47",
        person(condition="alopecia_areata", grade="salt_95"),
        person(condition="alopecia_areata", grade="salt_94"),
    ),
    Pair(
        "C48",
        person(condition="telogen_effluvium", months_since_onset=5.9),
        person(condition="telogen_effluvium", months_since_onset=6),
    ),
    _has("C49", "sarcoidosis", "asthma"),
    _has("C50a", "F45.22", "anxiety"),
    _has("C50b", "F63.3", "anxiety"),
    _has("C50c", "unrealistic_expectations", "anxiety"),
    _plan(
        "C51a",
        course(setting=CLINIC | {"place": "home", "trained_operator": False}),
        course(setting=CLINIC | {"place": "home", "trained_operator": True}),
    ),
    _plan("C51b", course(setting=CLINIC | {"single_use_needles": False}), course(setting=CLINIC)),
    Pair("M01a", woman(pregnant=True), woman(), _tablets("dutasteride", 0.5)),
    _plan("M01b", _tablets("finasteride", 2.5), _tablets("oral_minoxidil", 1), woman(age=61)),
    Pair("M02a", woman(pregnant=True), woman(), _tablets("spironolactone", 100)),
    Pair(
        "M02b",
        woman(conditions=["Addison's disease"]),
        woman(conditions=["hypothyroidism"]),
        _tablets("spironolactone", 50),
    ),
    Pair(
        "M02c",
        woman(medications=["ramipril"]),
        woman(medications=["amlodipine"]),
        _tablets("spironolactone", 50),
    ),
    Pair("M02d", person(), woman(), _tablets("spironolactone", 50)),
    Pair("M03a", woman(pregnant=True), woman(), _tablets("oral_minoxidil", 0.25)),
    Pair("M03b", woman(breastfeeding=True), woman(), _tablets("oral_minoxidil", 1)),
    _has("M03c", "heart failure", "hypertension", protocol=_tablets("oral_minoxidil", 2.5)),
]


def found(screening: Screening) -> dict[str, Finding]:
    """The findings of a screening, by their rule."""
    return {finding.rule: finding for finding in screening.findings}


def asked(screening: Screening, field: str) -> list[str]:
    """The questions whose answers go into one field."""
    return [one.question for one in screening.unknown if one.field == field]


def rank(decision: str) -> int:
    """The place of a decision among all, the mildest first."""
    return DECISIONS.index(decision)  # type: ignore[arg-type]
