"""Reading what people write: a TOML or JSON file becomes a typed value, or one clear sentence.

The sentence says what was found, where, and what is allowed; it never quotes more than a few
words of the input, so that a broken or hostile file cannot flood a terminal or a log.
"""

import json
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

MAX_BYTES = 1_000_000


class BadInput(ValueError):  # noqa: N818 - it names the input, not the program's failure
    """Input that cannot be used. Its message is one sentence: what, where, what is allowed."""


class Stated(BaseModel):
    """Something a person wrote down. What is left out is unknown, never "no".

    Every field's description completes the sentence "allowed is ..." and is what a reader of a
    refusal is shown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @classmethod
    def from_table(cls, table: Mapping[str, Any], where: str) -> Self:
        """Check ``table`` field by field; ``where`` names its origin in the refusal.

        Raises `BadInput`.
        """
        try:
            return cls.model_validate(dict(table))
        except ValidationError as refused:
            raise BadInput(f"{where}: {_sentence(refused, cls)}") from None

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read a ``.toml`` or ``.json`` file. Raises `BadInput`."""
        return cls.from_table(read_table(path), where=str(path))


def read_table(path: str | Path) -> dict[str, Any]:
    """The top-level table of a TOML or JSON file, unchecked. Raises `BadInput`."""
    path = Path(path)
    if path.suffix.lower() not in {".toml", ".json"}:
        raise BadInput(f"{path}: the file name must end in .toml or .json.")
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such file.") from None
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or "not a usable path"
        raise BadInput(f"{path}: cannot be read ({reason}).") from None
    if len(raw) > MAX_BYTES:
        raise BadInput(f"{path}: holds {len(raw)} bytes; at most {MAX_BYTES} are read.")
    try:
        text = raw.decode("utf-8-sig")
        if path.suffix.lower() == ".toml":
            table = tomllib.loads(text)
        else:
            table = json.loads(
                text, parse_constant=_no_constant, object_pairs_hook=_no_repeated_key
            )
    except UnicodeDecodeError as fault:
        raise BadInput(f"{path}: byte {fault.start} is not UTF-8 text.") from None
    except RecursionError:
        raise BadInput(f"{path}: is nested too deeply to be a patient or a protocol.") from None
    except ValueError as fault:  # TOMLDecodeError, JSONDecodeError, _no_constant, too many digits
        reason = _short(str(fault), 160)
        raise BadInput(f"{path}: is not valid {path.suffix[1:].upper()}: {reason}.") from None
    if not isinstance(table, dict):
        raise BadInput(f"{path}: must hold a table of keys at its top, not a {_kind(table)}.")
    return table


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean 'x'?)`` when something known is spelt nearly alike, else nothing."""
    near = get_close_matches(word.lower(), list(known), n=1, cutoff=0.75)
    return f" (did you mean '{near[0]}'?)" if near else ""


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def _no_repeated_key(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for key, value in pairs:
        if key in table:
            raise ValueError(f"the key {_short(repr(key))} stands twice")
        table[key] = value
    return table


def _short(text: str, most: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _kind(value: Any) -> str:
    names = {dict: "table", list: "list", str: "text", bool: "yes/no value", type(None): "null"}
    return names.get(type(value), "number")


def _sentence(refused: ValidationError, model: type[BaseModel]) -> str:
    """The first fault of a pydantic refusal, in words."""
    faults = refused.errors(include_url=False)
    fault = faults[0]
    more = f" ({len(faults) - 1} more to mend after this one)" if len(faults) > 1 else ""
    place = ".".join(_short(str(step), 40) for step in fault["loc"])
    if fault["type"] == "value_error":  # raised by our own validators, already a sentence
        said = str(fault.get("ctx", {}).get("error", fault["msg"]))
        return f"{place}: {said}{more}" if place else f"{said}{more}"
    owner = _model_at(model, fault["loc"][:-1])
    if fault["type"] == "extra_forbidden":
        known = list(owner.model_fields)
        hint = did_you_mean(str(fault["loc"][-1]), known)
        return f"unknown key {place}{hint}; allowed are {', '.join(known)}.{more}"
    allowed = _allowed(model, fault["loc"])
    if fault["type"] == "missing":
        return f"{place} is missing; it must be {allowed}.{more}"
    value = fault["input"]
    hint = did_you_mean(value, _literals(model, fault["loc"])) if isinstance(value, str) else ""
    shown = _kind(value) if isinstance(value, dict | list) else _short(repr(value))
    return f"{place} is {shown}{hint}; allowed is {allowed}.{more}"


def _model_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> type[BaseModel]:
    """The (sub)model that the steps of ``loc`` lead to."""
    for step in loc:
        if isinstance(step, str) and step in model.model_fields:
            model = _inner_model(model.model_fields[step].annotation) or model
    return model


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for part in get_args(annotation) if (m := _inner_model(part))), None)


def _allowed(model: type[BaseModel], loc: tuple[int | str, ...]) -> str:
    """The description of the innermost described field on the way to the fault."""
    allowed = "a table of the documented keys"
    for step in loc:
        if isinstance(step, str) and step in model.model_fields:
            field = model.model_fields[step]
            allowed = field.description or allowed
            model = _inner_model(field.annotation) or model
    return allowed


def _literals(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    owner = _model_at(model, loc[:-1])
    field = owner.model_fields.get(str(loc[-1]))
    if field is None:
        return []
    found: list[str] = []
    queue = [field.annotation]
    while queue:
        for part in get_args(queue.pop()):
            (found if isinstance(part, str) else queue).append(part)  # type: ignore[arg-type]
    return found
