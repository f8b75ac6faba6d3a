"""The form of a virtual trial: who, two courses, when and how hairs are counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from anagen.care import words
from anagen.counting import METHODS
from anagen.options import candidates
from anagen.patient import Condition, Patient
from anagen.reading import BadInput
from anagen.trial.spec import Endpoint, TrialSpec
from anagen.web import course_form

ARMS = {"a": "Control", "b": "Treated"}
CONDITIONS = {key: key.replace("_", " ") for key in get_args(Condition) if key != "undiagnosed"}
ENDPOINTS = {key: words.ENDPOINTS[key][0] for key in get_args(Endpoint)}
COUNTED_BY = {key: said for key, (said, _) in METHODS.items()}
_CALLED = {
    "none": "Nothing",
    "minoxidil": "Minoxidil",
    "needling": "Needling",
    "needling_minoxidil": "Needling and minoxidil",
}
_USUAL = "androgenetic_alopecia"


@dataclass(frozen=True)
class Preset:
    """Two courses that are worth holding against each other, by their kinds of option."""

    said: str
    control: str
    treated: str


PRESETS: Mapping[str, Preset] = {
    "added": Preset("Needling added to minoxidil", "minoxidil", "needling_minoxidil"),
    "needling": Preset("Needling against nothing", "none", "needling"),
    "minoxidil": Preset("Minoxidil against nothing", "none", "minoxidil"),
}


def first(preset: str) -> dict[str, str]:
    """What stands in the form before anything is typed. Raises `BadInput`."""
    if preset not in PRESETS:
        raise BadInput(f"preset is {preset[:40]!r}; allowed is one of {', '.join(PRESETS)}.")
    chosen = PRESETS[preset]
    man = Patient.model_validate({"age": 35, "sex": "male", "condition": _USUAL})
    by_kind = {each.kind: each for each in reversed(candidates(man))}
    control, treated = by_kind[chosen.control], by_kind[chosen.treated]  # type: ignore[index]
    return {
        "name": chosen.said,
        "condition": _USUAL,
        "sex": "male",
        "youngest": "20",
        "oldest": "45",
        "grades": "norwood_3, norwood_3v, norwood_4",
        "a.name": _CALLED[chosen.control],
        "b.name": _CALLED[chosen.treated],
        "people": "40",
        "visits": "12, 24",
        "endpoint": words.TOTAL,
        "method": "phototrichogram",
        "area_cm2": "1",
        "dropout_percent": "8",
        "repeats": "300",
        "seed": "0",
        **course_form.typed_of(control.protocol, "a"),
        **course_form.typed_of(treated.protocol, "b"),
    }


def read(typed: Mapping[str, str]) -> dict[str, Any]:
    """The trial as it would be written down, checked. Raises `BadInput`."""
    grades = [grade.strip() for grade in typed.get("grades", "").split(",") if grade.strip()]
    people = _number(typed, "people")
    table = {
        "name": typed.get("name", "").strip(),
        "people": {
            "condition": typed.get("condition", ""),
            "sex": typed.get("sex", ""),
            "age": [_number(typed, "youngest"), _number(typed, "oldest")],
        }
        | ({"grades": dict.fromkeys(grades, 1.0)} if grades else {}),
        "arms": [
            {
                "name": typed.get(f"{key}.name", "").strip(),
                "people": people,
                "control": key == "a",
                "protocol": _protocol(typed, key, said),
            }
            for key, said in ARMS.items()
        ],
        "visits_weeks": [_whole(part) for part in typed.get("visits", "").split(",")],
        "counting": {
            "method": typed.get("method", ""),
            "area_cm2": _number(typed, "area_cm2"),
        },
        "endpoint": typed.get("endpoint", ""),
        "dropout_per_visit": _percent(typed, "dropout_percent"),
        "repeats": _number(typed, "repeats"),
        "seed": _number(typed, "seed"),
    }
    TrialSpec.from_table(table, "the trial")
    return table


def _protocol(typed: Mapping[str, str], key: str, said: str) -> dict[str, Any]:
    try:
        protocol = course_form.protocol_of(typed, key)
    except BadInput as refused:
        raise BadInput(str(refused).replace(f"plan {key.upper()}", said)) from None
    return protocol.model_dump(mode="json", exclude_none=True)


def _number(typed: Mapping[str, str], name: str) -> Any:
    return _whole(typed.get(name, ""))


def _percent(typed: Mapping[str, str], name: str) -> Any:
    number = _number(typed, name)
    return number / 100 if isinstance(number, int | float) else number


def _whole(said: str) -> Any:
    """A number; what is none stays as typed, so that the trial's own sentence refuses it."""
    try:
        number = float(said.strip().replace(",", "."))
    except ValueError:
        return said.strip()[:40]
    return int(number) if number.is_integer() and abs(number) < 1e15 else number
