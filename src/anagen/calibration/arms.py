"""An arm of a trial as the model can run it: who was in it, and what was done.

An arm is read from its record's own words. What the words do not say of the device, the needle or
the people is drawn from the records ``trial.*``. What the model does not have (an injection, a
laser, an unknown drug) is a reason why the arm cannot be predicted, never a silent omission.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from anagen.evidence.parameters import parameters
from anagen.evidence.trials import NEEDLING_DEVICES, ArmOutcome
from anagen.patient import Patient
from anagen.protocol import Protocol, Zone
from anagen.reading import BadInput

_DAYS_PER_WEEK = 7
_NOT_NEEDLED = ("none", "sham")
# The words of a record for a topical, and the protocol's name for it; "" is nothing active.
_TOPICALS = {
    r"minoxidil": "minoxidil",
    r"platelet-rich plasma": "prp",
    r"(long-acting )?growth-factor (cocktail|solution)( .*)?": "growth_factors",
    r"fgf( .*)?": "growth_factors",
    r"triamcinolone( acetonide)?": "triamcinolone",
    r"none|saline|vehicle|placebo|placebo (tablet|capsule|solution|lotion|foam)|": "",
}
_TABLETS = {  # with the dose that is meant where none is stated; none is meant for minoxidil
    "finasteride": ("finasteride", "trial.finasteride_mg_per_day"),
    "dutasteride": ("dutasteride", "trial.dutasteride_mg_per_day"),
    "minoxidil": ("oral_minoxidil", ""),
    "spironolactone": ("spironolactone", ""),
}


class NotModelled(Exception):  # noqa: N818  # a reason, not a fault
    """What an arm did is not in the model; the message says what."""


@dataclass(frozen=True)
class Group:
    """People of one sex in an arm and what they were given; the kind and needle of a device that
    the record does not state are placeholders, to be drawn."""

    share: float  # of the arm
    patient: Patient
    protocol: Protocol


@dataclass(frozen=True)
class Given:
    """An arm as far as its record tells it."""

    groups: tuple[Group, ...]
    results: tuple[ArmOutcome, ...]  # of the same people; weeks and outcomes may differ
    kind_stated: bool
    needle_stated: bool


def same_people(arms: Iterable[ArmOutcome]) -> list[tuple[ArmOutcome, ...]]:
    """Results that one course gives: of one arm of one study, counted in one zone."""
    found: dict[tuple[str, str, Zone | None], list[ArmOutcome]] = {}
    for arm in arms:
        found.setdefault((arm.study_id, arm.arm_id, _zone(arm)), []).append(arm)
    return [tuple(results) for results in found.values()]


def read_arm(results: Sequence[ArmOutcome]) -> Given:
    """What was done to the people of some results of one arm (see `same_people`).

    Raises `NotModelled` with the reason where the model has no such thing.
    """
    arm = max(results, key=lambda result: result.week or 0.0)
    groups = _sexes(arm)
    share = 1 / len(groups)
    try:
        return Given(
            groups=tuple(
                Group(share, _patient(arm, condition, sex), _protocol(arm, sex))
                for condition, sex in groups
            ),
            results=tuple(results),
            kind_stated=arm.device in NEEDLING_DEVICES,
            needle_stated=arm.needle_mm is not None,
        )
    except BadInput as refused:
        raise NotModelled(str(refused)) from None


def _sexes(arm: ArmOutcome) -> list[tuple[str, str]]:
    """The condition and sex of the people, in equal shares; a man where the sex is not told."""
    match arm.condition, arm.sex:
        case "androgenetic_alopecia", "M" | "":
            return [("androgenetic_alopecia", "male")]
        case "androgenetic_alopecia", "M+F":
            return [("androgenetic_alopecia", "male"), ("androgenetic_alopecia", "female")]
        case "androgenetic_alopecia", "F":
            return [("androgenetic_alopecia", "female")]
        case "female_pattern_hair_loss", _:
            return [("female_pattern_hair_loss", "female")]
        case "mixed_pattern", _:
            return [("androgenetic_alopecia", "male"), ("female_pattern_hair_loss", "female")]
        case "alopecia_areata", _:
            raise NotModelled(
                "a patch of alopecia areata has no counted baseline; regrowth in percent is not a "
                "density"
            )
        case condition, _:
            raise NotModelled(f"the condition {condition!r} is not one that trials are read for")


def _patient(arm: ArmOutcome, condition: str, sex: str) -> Patient:
    age = parameters()["trial.age_years"].centre if arm.age_mean is None else arm.age_mean
    table = {"age": age, "sex": sex, "condition": condition}
    return Patient.from_table(table, where=arm.study_id)


def _protocol(arm: ArmOutcome, sex: str) -> Protocol:
    if arm.device not in (*_NOT_NEEDLED, "other", *NEEDLING_DEVICES):
        raise NotModelled(f"the model has no {arm.device} device")
    needled = arm.device not in _NOT_NEEDLED
    course: dict[str, Any] = {"endpoint": arm.endpoint or None, "zone": _zone(arm), "sessions": 0}
    table = {
        "course": course,
        "topicals": list(_topicals(arm, sex, needled)),
        "medicines": list(_tablets(arm)),
    }
    if needled:
        course["sessions"], course["interval_days"] = _sessions(arm)
        table["device"] = {
            "kind": arm.device if arm.device in NEEDLING_DEVICES else "pen",
            "needle_mm": arm.needle_mm or parameters()["trial.needle_mm"].centre,
        }
    return Protocol.from_table(table, where=arm.study_id)


def _sessions(arm: ArmOutcome) -> tuple[int, float]:
    """Sessions and days between them; one that is not told follows from the other and the length
    of the trial."""
    interval = arm.interval_days or parameters()["usual.interval_days"].centre
    if arm.sessions is not None:
        return int(arm.sessions), interval
    if arm.week is None:
        raise NotModelled("neither the sessions nor the week of the result are stated")
    return max(1, int(arm.week * _DAYS_PER_WEEK / interval)), interval


def _zone(arm: ArmOutcome) -> Zone | None:
    """The zone counted, where the record names one."""
    named = {zone for zone in ("frontal", "vertex") if zone in f"{arm.unit} {arm.grade}".lower()}
    return named.pop() if len(named) == 1 else None  # type: ignore[return-value]


def _topicals(arm: ArmOutcome, sex: str, needled: bool) -> Iterator[dict[str, Any]]:
    words = [arm.topical] if _known(arm.topical) else re.split(r"\s*[;+]\s*", arm.topical)
    if "platelet-rich plasma" in arm.co_treatment.lower():
        words.append(arm.co_treatment)
    for word in words:
        drug = _known(word)
        if drug is None:
            raise NotModelled(f"the model has no topical {word!r}")
        if drug == "minoxidil":
            yield _minoxidil(arm, sex)
        elif drug:
            if not needled:
                raise NotModelled(f"the model has no injected {word}")
            yield {"drug": drug}


def _known(word: str) -> str | None:
    """The protocol's name for a topical, "" for nothing active, None where the model has none."""
    plain = re.sub(r"\s*\(.*\)| at session| injections?$", "", word.lower()).strip()
    named = (drug for pattern, drug in _TOPICALS.items() if re.fullmatch(pattern, plain))
    return next(named, None)


def _minoxidil(arm: ArmOutcome, sex: str) -> dict[str, Any]:
    dose = arm.topical_dose
    own = re.search(rf"\b{'M' if sex == 'male' else 'F'} ([\d.]+) ?%", dose)
    strength = own or re.search(r"([\d.]+) ?%", dose)
    times = re.search(r"(\d) ?x/day", dose)
    once = re.search(r"mL/d\b|daily", dose)
    volume = re.search(r"([\d.]+) mL", dose)
    return {
        "drug": "minoxidil",
        "strength_percent": float(strength[1]) if strength else None,
        "per_day": float(times[1]) if times else 1.0 if once else None,
        "dose_ml": float(volume[1]) if volume else None,
        "hold_hours": arm.topical_hold_h,
    }


def _tablets(arm: ArmOutcome) -> Iterator[dict[str, Any]]:
    said = arm.co_treatment.lower()
    if not said or said.startswith("platelet-rich plasma"):
        return
    named = re.fullmatch(r"(?:low-dose )?oral (\w+)(?: ([\d.][\d. to-]*) mg/d)?", said)
    if named is None or named[1] not in _TABLETS:
        raise NotModelled(f"the model has no co-treatment {arm.co_treatment!r}")
    drug, meant = _TABLETS[named[1]]
    if named[2]:
        doses = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", named[2])]
        mg_per_day = (min(doses) + max(doses)) / 2
    elif meant:
        mg_per_day = parameters()[meant].centre
    else:
        raise NotModelled(f"the dose of the co-treatment {arm.co_treatment!r} is not stated")
    yield {"drug": drug, "mg_per_day": mg_per_day}
