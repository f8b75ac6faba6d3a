"""What a patient and a protocol state, as the rules ask for it: entries, and single facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from anagen.evidence.naming import recognise
from anagen.evidence.vocabulary import Vocabulary, suggestion
from anagen.patient import Medicine, Noted, Patient
from anagen.protocol import MOST_MG_PER_DAY, Protocol

LISTS = ("conditions", "medications", "allergies", "scalp_findings")
# Suggestions cost time; a file with hundreds of unknown words is not helped by hundreds of them.
_MOST_SUGGESTIONS = 20


class Missing(Enum):
    """Why a fact has no value."""

    UNKNOWN = "it arises, and nobody said"
    ABSENT = "it does not arise"


UNKNOWN, ABSENT = Missing.UNKNOWN, Missing.ABSENT


@dataclass(frozen=True)
class Entry:
    """One recognised entry of a list, or the patient's condition."""

    written_in: str
    written: str
    term: str
    kinds: frozenset[str]  # the term and everything it is a kind of
    label: str
    now: bool  # it is present, taken now, or has no date
    past: bool  # it is over, wholly or since today
    days_ago: float | None
    elsewhere: bool
    undated: bool  # it has happened, and nobody said when

    @property
    def said(self) -> str:
        """Where and what, for the finding it leads to."""
        written = self.written if len(self.written) <= 60 else self.written[:59] + "…"
        plain = written.lower().replace("_", " ").replace("-", " ")
        known_as = "" if plain == self.label.lower().replace("-", " ") else f" ({self.label})"
        when = ""
        if self.days_ago is not None:
            when = f", {self.days_ago:g} days ago"
        elif self.undated:
            when = ", date not stated"
        return f"{self.written_in}: {written}{known_as}{when}"


@dataclass(frozen=True)
class Case:
    """One person (and protocol) as the rules see them."""

    entries: tuple[Entry, ...]
    allergies: tuple[Entry, ...]
    unrecognised: tuple[tuple[str, str, str], ...]  # list, entry as written, suggestion
    unstated: frozenset[str]  # the lists of which nothing is known
    facts: Mapping[str, Any]


def case_of(patient: Patient, protocol: Protocol | None, known: Vocabulary) -> Case:
    """Patient and protocol as entries and facts."""
    entries = [_entry("condition", Noted.model_validate({"name": patient.condition}), known)]
    unrecognised: list[tuple[str, str, str]] = []
    for name in LISTS:
        for item in getattr(patient, name) or ():
            entry = _entry(name, item, known)
            if entry is None:
                helped = len(unrecognised) < _MOST_SUGGESTIONS
                hint = suggestion(item.name, known) if helped else ""
                unrecognised.append((name, _plain(item.name), hint))
            entries.append(entry)
    stated = [entry for entry in entries if entry is not None]
    pool = tuple(entry for entry in stated if entry.written_in != "allergies")
    return Case(
        entries=pool,
        allergies=tuple(entry for entry in stated if entry.written_in == "allergies"),
        unrecognised=tuple(unrecognised),
        unstated=frozenset(name for name in LISTS if getattr(patient, name) is None),
        facts=_patient_facts(patient, pool) | _protocol_facts(protocol),
    )


def _entry(written_in: str, item: Noted | Medicine, known: Vocabulary) -> Entry | None:
    found = recognise(item.name, known)
    if found is None:
        return None
    term = known.terms[found.term]
    if found.allergy or term.kind in {"allergen", "allergy"}:
        written_in = "allergies"
    days = item.days_ago if isinstance(item, Noted) else item.stopped_days_ago
    over = found.past or (days is not None and days > 0)
    return Entry(
        written_in=written_in,
        written=_plain(item.name),
        term=term.key,
        kinds=known.wider[term.key],
        label=term.label,
        now=not over,
        past=over or days == 0 or term.kind == "event",
        days_ago=days,
        elsewhere=found.elsewhere,
        undated=days is None and (found.past or term.kind == "event"),
    )


def _patient_facts(patient: Patient, entries: tuple[Entry, ...]) -> dict[str, Any]:
    salt: Any = ABSENT
    if patient.condition == "alopecia_areata":
        salt = float(patient.grade.removeprefix("salt_")) if patient.grade else UNKNOWN
    return {
        "age": patient.age,
        "sex": patient.sex,
        "condition": patient.condition,
        "salt": salt,
        "skin_type": _or_unknown(patient.skin_type),
        "months_since_onset": _or_unknown(patient.months_since_onset),
        "pregnant": _motherhood(patient, patient.pregnant, "pregnancy", entries),
        "breastfeeding": _motherhood(patient, patient.breastfeeding, "breastfeeding", entries),
    }


def _motherhood(
    patient: Patient, stated: bool | None, term: str, entries: tuple[Entry, ...]
) -> bool | Missing:
    if stated or any(term in entry.kinds and entry.now for entry in entries):
        return True
    if stated is None and patient.sex == "female" and 10 <= patient.age < 60:
        return UNKNOWN
    return False


def _protocol_facts(protocol: Protocol | None) -> dict[str, Any]:
    """A protocol's facts. Without a protocol, only whether needling is meant has a value."""
    needling = protocol is None or protocol.course.sessions > 0
    planned = protocol if needling else None
    device = planned.device if planned else None
    setting = protocol.setting if protocol else None
    numbing = protocol.anaesthetic if protocol else None
    minoxidil = planned.topical("minoxidil") if planned else None
    facts: dict[str, Any] = {
        "needling": needling,
        "device.kind": device.kind if device else ABSENT,
        "device.needle_mm": device.needle_mm if device else ABSENT,
        "topicals.any": bool(planned and any(t.drug != "none" for t in planned.topicals)),
        "topicals.minoxidil.hold_hours": _or_unknown(minoxidil.hold_hours) if minoxidil else ABSENT,
        "topicals.unsterile_at_session": _unsterile(planned),
    }
    for name in ("drug", "grams", "area_cm2", "occluded", "heated", "on_needled_skin"):
        value = getattr(numbing, name, None)
        facts[f"anaesthetic.{name}"] = _or_unknown(value) if numbing else ABSENT
    if numbing and protocol and numbing.area_cm2 is None and protocol.course.area_cm2 is not None:
        facts["anaesthetic.area_cm2"] = protocol.course.area_cm2
    for drug in MOST_MG_PER_DAY:
        tablet = protocol.medicine(drug) if protocol else None
        facts[f"medicines.{drug}"] = tablet.mg_per_day if tablet else ABSENT
    for name in ("place", "trained_operator", "single_use_needles"):
        value = getattr(setting, name, None)
        facts[f"setting.{name}"] = _or_unknown(value) if planned else ABSENT
    with_prp = protocol is not None and protocol.topical("prp") is not None
    value = setting.sterile_prp if setting else None
    facts["setting.sterile_prp"] = _or_unknown(value) if with_prp else ABSENT
    return facts


def _unsterile(planned: Protocol | None) -> bool | Missing:
    """Whether something not sterile touches freshly needled skin at the session."""
    answer: bool | Missing = False
    for topical in planned.topicals if planned else ():
        sterile = topical.sterile
        if topical.drug == "prp" and sterile is None and planned and planned.setting:
            sterile = planned.setting.sterile_prp
        if topical.drug == "none" or sterile or (topical.hold_hours or 0) > 0:
            continue
        if sterile is False and topical.hold_hours == 0:
            return True
        answer = UNKNOWN
    return answer


def _plain(written: str) -> str:
    """An entry on one line, without what could disturb a terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in written).split())


def _or_unknown(value: Any) -> Any:
    return UNKNOWN if value is None else value
