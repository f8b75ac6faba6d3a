"""Forms: the fields of what a person writes down, made from the models that check it.

What is left empty is unknown, never no. A list has a tick for "asked: none". What was typed is
kept as it was typed, so that a refusal loses nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

Kind = Literal["number", "choice", "yes_no", "lines", "text", "date"]
_UNITS = {
    "mm": "mm", "cm2": "cm²", "um": "µm", "kg": "kg", "percent": "%", "ml": "ml", "hours": "h",
    "minutes": "min", "grams": "g", "months": "months", "days": "days", "hz": "Hz", "s": "s",
}  # fmt: skip
_LABELS = {
    "months_since_onset": "Time since it began",
    "sulfotransferase_od405": "Hair sulfotransferase assay",
    "off_label_said": "Told that it is off-label",
    "on": "Day",
    "born": "Birth date",
    "keep": "Use it even where it is questioned",
    "terminal_fraction": "Share of terminal hairs",
    "anagen_fraction": "Share of growing hairs",
}
# What a list takes, as a form says it.
_LISTS = {
    "conditions": "names or ICD-10-CM codes",
    "medications": "names or RxNorm codes; behind a comma the days since the last dose, if stopped",
    "allergies": "names",
    "scalp_findings": "what is seen today on the area to be needled",
    "signs": "the signs that are seen",
}
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
                kind=_kind(parts, choices, lines),
                allowed=_allowed(name, field.description or "", choices, parts, lines),
                required=field.is_required(),
                unit=_unit(name),
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


def label(name: str) -> str:
    """A key in words, without its unit."""
    if name in _LABELS:
        return _LABELS[name]
    words = [word for word in name.split("_") if word not in _UNITS and word != "per"]
    return " ".join(words).capitalize() or name


def _allowed(
    name: str, described: str, choices: tuple[str, ...], parts: list[Any], lines: bool
) -> str:
    """What may stand in a field, where the field does not show it by itself."""
    if lines:
        return f"one a line: {_LISTS.get(name, described)}"
    return "" if choices or bool in parts else described


def _unit(name: str) -> str:
    words = name.split("_")
    if words[-2:] == ["per", "cm2"]:
        return "hairs/cm²"
    return next((_UNITS[word] for word in reversed(words) if word in _UNITS), "")


def _kind(parts: list[Any], choices: tuple[str, ...], lines: bool) -> Kind:
    if lines:
        return "lines"
    if choices:
        return "choice"
    for type_, kind in ((bool, "yes_no"), (float, "number"), (int, "number"), (date, "date")):
        if type_ in parts:
            return kind  # type: ignore[return-value]
    return "text"


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
