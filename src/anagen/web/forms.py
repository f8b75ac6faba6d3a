"""Forms: the fields of what a person writes down, made from the models that check it.

What is left empty is unknown, never no. A list has a tick for "asked: none". What was typed is
kept as it was typed, so that a refusal loses nothing.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from anagen.reading import BadInput
from anagen.web.in_words import capital, label, unit

Kind = Literal["number", "choice", "yes_no", "lines", "text", "long", "time", "date"]
_LONG = 500  # from so many letters on a text is written on several lines
# What a list takes, as a form says it.
_LISTS = {
    "conditions": "names or ICD-10-CM codes",
    "medications": "names or RxNorm codes; behind a comma the days since the last dose, if stopped",
    "allergies": "names",
    "scalp_findings": "what is seen today on the area to be needled",
    "signs": "the signs that are seen",
}
# What only says how long a text may be is said once it is too long.
_HOW_LONG = re.compile(r"(a name of )?up to \d+ (letters|characters)")
TIME = r"^\d\d:\d\d$"  # of a text that is a time of day
_DAYS = {"medications": "stopped_days_ago"}  # of a list, what a number behind a comma says


@dataclass(frozen=True)
class Field:
    """One field of a form. ``name`` is the path of the key that it fills, e.g. ``hair.mean``."""

    name: str
    label: str
    kind: Kind
    allowed: str
    required: bool
    unit: str = ""
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    whole: bool = False
    typed: str = ""
    none: bool = False  # of lines: asked, and there is none


def fields(
    model: type[BaseModel],
    typed: Mapping[str, str],
    leave_out: Iterable[str] = (),
    within: str = "",
) -> list[Field]:
    """The fields of a model in its own order, those of a table inside it in their place."""
    found: list[Field] = []
    for name, field in model.model_fields.items():
        path = f"{within}{name}"
        if path in leave_out:
            continue
        parts = _parts(field.annotation)
        inner = [p for p in parts if isinstance(p, type) and issubclass(p, BaseModel)]
        lines = _is_list(field.annotation)
        if inner and not lines:
            found += fields(inner[0], typed, leave_out, f"{path}.")
            continue
        choices = tuple(part for part in parts if isinstance(part, str))
        metadata = field.metadata
        found.append(
            Field(
                name=path,
                label=label(name),
                kind=(kind := _kind(parts, choices, lines, metadata)),
                allowed=_allowed(name, field.description or "", kind),
                required=field.is_required(),
                unit=unit(name),
                choices=choices,
                least=next((float(m.ge) for m in metadata if hasattr(m, "ge")), None),
                most=next((float(m.le) for m in metadata if hasattr(m, "le")), None),
                whole=int in parts and float not in parts,
                typed=typed.get(path, ""),
                none=typed.get(f"{path}.none") == "yes",
            )
        )
    return found


def table(model: type[BaseModel], typed: Mapping[str, str], within: str = "") -> dict[str, Any]:
    """What was typed as the table that the model reads; what cannot be read stays as typed, so
    that the model's own sentence says what is allowed."""
    told: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        path = f"{within}{name}"
        parts = _parts(field.annotation)
        inner = [p for p in parts if isinstance(p, type) and issubclass(p, BaseModel)]
        if _is_list(field.annotation):
            value = _entries(typed.get(path, ""), name)
            if value or typed.get(f"{path}.none") == "yes":
                told[name] = value
        elif inner:
            value = table(inner[0], typed, f"{path}.")
            if value:
                told[name] = value
        elif (said := typed.get(path, "").strip()) != "":
            told[name] = _value(said, parts)
    return told


def typed_of(stated: BaseModel | Mapping[str, Any], within: str = "") -> dict[str, str]:
    """What would have been typed for a value that is kept."""
    kept = stated.model_dump(exclude_none=True) if isinstance(stated, BaseModel) else stated
    typed: dict[str, str] = {}
    for name, value in kept.items():
        path = f"{within}{name}"
        if isinstance(value, Mapping):
            typed |= typed_of(value, f"{path}.")
        elif isinstance(value, list | tuple):
            typed[path] = "\n".join(_line(entry) for entry in value)
            if not value:
                typed[f"{path}.none"] = "yes"
        elif isinstance(value, bool):
            typed[path] = "yes" if value else "no"
        elif value is not None:
            typed[path] = f"{value:g}" if isinstance(value, float) else str(value)
    return typed


def check_not_ahead(day: date, where: str, key: str) -> None:
    """Raises `BadInput` for a day to come."""
    if day > date.today():
        raise BadInput(f"{where}: {key} is {day}; allowed is a day up to today.", key)


def about(fault: Exception | str) -> str:
    """The name of the field that a refusal is about, empty where it is about none."""
    return fault.place if isinstance(fault, BadInput) else ""


def refusal(fault: Exception | str) -> str:
    """A refusal as a form says it: the field by its label, not by its key."""
    said, place = str(fault), about(fault)
    for key in (place, place.partition(".")[2]):
        if key and (at := re.search(rf"(?:^|: ){re.escape(key)}(?=[ :])", said)):
            said = label(place.rpartition(".")[2]) + said[at.end() :]
            break
    return capital(re.sub(r"it must be one of .*?\.(?= |$)", "choose one.", said))


def _allowed(name: str, described: str, kind: Kind) -> str:
    """What may stand in a field, where the field does not show it by itself."""
    if kind == "lines":
        return f"one a line: {_LISTS.get(name, described)}"
    shown = kind in {"choice", "yes_no", "date", "time"}
    return "" if shown or _HOW_LONG.fullmatch(described) else described


def _kind(parts: list[Any], choices: tuple[str, ...], lines: bool, metadata: Iterable[Any]) -> Kind:
    if lines:
        return "lines"
    if choices:
        return "choice"
    if any(getattr(each, "pattern", None) == TIME for each in metadata):
        return "time"
    for type_, kind in ((bool, "yes_no"), (float, "number"), (int, "number"), (date, "date")):
        if type_ in parts:
            return kind  # type: ignore[return-value]
    most = max((getattr(each, "max_length", 0) for each in metadata), default=0)
    return "long" if most >= _LONG else "text"


def _value(said: str, parts: list[Any]) -> Any:
    if bool in parts:
        return {"yes": True, "no": False}.get(said, said)
    if float in parts or int in parts:
        try:
            number = float(said.replace(",", ".")) if said.count(",") < 2 else said
        except ValueError:
            return said
        whole = isinstance(number, float) and number.is_integer() and abs(number) < 1e15
        return int(number) if whole else number  # type: ignore[arg-type]
    if date in parts:
        try:
            return date.fromisoformat(said)
        except ValueError:
            return said
    return said


def _entries(said: str, name: str) -> list[Any]:
    """One entry a line; a number of days may stand behind a comma."""
    entries: list[Any] = []
    for line in said.splitlines():
        what, comma, days = line.rpartition(",")
        number = days.strip().removesuffix("days").strip()
        if comma and number.replace(".", "", 1).isdecimal():
            entries.append({"name": what.strip(), _DAYS.get(name, "days_ago"): float(number)})
        elif line.strip():
            entries.append(line.strip())
    return entries


def _line(entry: Any) -> str:
    if not isinstance(entry, Mapping):
        return str(entry)
    days = entry.get("stopped_days_ago", entry.get("days_ago"))
    return entry["name"] if days is None else f"{entry['name']}, {days:g} days"


def _is_list(annotation: Any) -> bool:
    if get_origin(annotation) in {tuple, list}:
        return True
    return get_origin(annotation) in {Union, UnionType} and any(
        get_origin(part) in {tuple, list} for part in get_args(annotation)
    )


def _parts(annotation: Any) -> list[Any]:
    """The types and the words that a field may hold."""
    if get_origin(annotation) is not None:
        return [found for part in get_args(annotation) for found in _parts(part)]
    return [annotation]
