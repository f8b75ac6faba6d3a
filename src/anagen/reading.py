"""Reading what people write: a TOML or JSON file becomes a typed value, or one clear sentence.

The sentence says what was found, where, and what is allowed; it never quotes more than a few
words of the input, so that a broken or hostile file cannot flood a terminal or a log.
"""

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from difflib import get_close_matches
from itertools import takewhile
from pathlib import Path
from typing import Any, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

MAX_BYTES = 1_000_000
MAX_DOTS = 4_000  # tomllib takes time with the square of a dotted key's length
MAX_SENTENCE = 400
_JOINERS = "\u200c\u200d"  # invisible, but part of Persian and Indic spelling
# What the parsers say that a person may not understand.
_PLAINER = {
    "Cannot overwrite a value": "a key stands twice",
    r"Illegal character '\\n'": "a quote is left open",
    "Invalid value": 'this is no value; text must stand in "quotes"',
    "Exceeds the limit .*": "a number has too many digits",
}


class BadInput(ValueError):  # noqa: N818 - it names the input, not the program's failure
    """Input that cannot be used. Its message is one sentence: what, where, what is allowed.

    ``place`` is the dotted key that the sentence is about, empty where it is about more than one.
    """

    def __init__(self, sentence: str, place: str = "") -> None:
        super().__init__(one_sentence(sentence))
        self.place = place


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
            fault, more = _telling(refused)
            place = ".".join(takewhile(lambda step: isinstance(step, str), fault["loc"]))
            raise BadInput(f"{where}: {_said(fault, cls)}{more}", place) from None

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read a ``.toml`` or ``.json`` file. Raises `BadInput`."""
        return cls.from_table(read_table(path), where=shown_path(path))


def read_table(path: str | Path) -> dict[str, Any]:
    """The top-level table of a TOML or JSON file, unchecked. Raises `BadInput`."""
    path, name = Path(path), shown_path(path)
    form = path.suffix[1:].upper()
    if form not in {"TOML", "JSON"}:
        raise BadInput(f"{name}: the file name must end in .toml or .json.")
    return table_in(read_text(path), form, name)


def table_in(text: str, form: str, name: str) -> dict[str, Any]:
    """The top-level table of a text in TOML or JSON, unchecked. Raises `BadInput`."""
    try:
        table = _toml(text) if form == "TOML" else _json(text)
    except RecursionError:
        raise BadInput(f"{name}: is nested too deeply to be a patient or a protocol.") from None
    except ValueError as fault:  # TOMLDecodeError, JSONDecodeError, a repeated key, many digits
        reason = str(fault)
        for technical, plain in _PLAINER.items():
            reason = re.sub(technical, plain, reason)
        raise BadInput(f"{name}: is not valid {form}: {_short(reason, 160)}.") from None
    if not isinstance(table, dict):
        raise BadInput(f"{name}: must hold a table of keys at its top, not {_shown(table)}.")
    return table


def read_text(path: str | Path) -> str:
    """The text of a UTF-8 file, without its byte order mark. Raises `BadInput`."""
    path, name = Path(path), shown_path(path)
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise BadInput(f"{name}: there is no such file.") from None
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or "not a usable path"
        raise BadInput(f"{name}: cannot be read ({reason}).") from None
    return text_of(raw, name)


def text_of(raw: bytes, name: str) -> str:
    """UTF-8 text without its byte order mark. Raises `BadInput`."""
    if len(raw) > MAX_BYTES:
        raise BadInput(f"{name}: is too long; allowed is a file of up to {MAX_BYTES} bytes.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise BadInput(f"{name}: byte {fault.start} is not UTF-8 text; save it as UTF-8.") from None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean 'x'?)`` when something known is spelt nearly alike, else nothing."""
    near = get_close_matches(word[:80].lower(), list(known), n=1, cutoff=0.75)
    return f" (did you mean '{near[0]}'?)" if near else ""


def one_sentence(text: str) -> str:
    """``text`` on one line of printable characters; of a long one, its beginning and its end."""
    line = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in " ".join(text.split())
    )
    half = MAX_SENTENCE // 2
    return line if len(line) <= MAX_SENTENCE else f"{line[: half - 1]}…{line[-half:]}"


def plain_name(entry: Any) -> Any:
    """A name on one line, without the invisible characters that copying from a page brings along.

    Raises `ValueError` for control characters, which nobody types.
    """
    if not isinstance(entry, str):
        return entry
    seen = (x for x in entry if x in _JOINERS or unicodedata.category(x) != "Cf")
    name = " ".join("".join(seen).split())
    strange = next((x for x in name if unicodedata.category(x) in {"Cc", "Cs"}), None)
    if strange:
        raise ValueError(f"holds the control character {strange!r}; allowed is plain text.")
    return name


def _toml(text: str) -> Any:
    if text.count(".") > MAX_DOTS:  # no patient and no protocol has that many
        raise RecursionError
    return tomllib.loads(text)


def _json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_no_repeated_key)


def _no_repeated_key(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for key, value in pairs:
        if key in table:
            raise ValueError(f"the key {_short(repr(key), 40)} stands twice")
        table[key] = value
    return table


def shown_path(path: str | Path) -> str:
    """The path as a refusal names it; of a long one, its end."""
    text = str(path)
    return text if len(text) <= 80 else f"…{text[-79:]}"


def _short(text: str, most: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _shown(value: Any) -> str:
    """A value as a refusal quotes it: short, and in the words of TOML and JSON."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case dict():
            return "a table"
        case list() | tuple():
            return f"a list of {len(value)}"
        case date() | time():
            return f"the date or time {value}"
        case int() if abs(value) >= 10**15:
            return "a whole number of more than 15 digits"
        case _:
            return _short(repr(value))


def _telling(refused: ValidationError) -> tuple[Mapping[str, Any], str]:
    """The most telling fault of a pydantic refusal, and how many are left after it."""
    faults = refused.errors(include_url=False)
    # A key that is missing is often there, but misspelt or in another table.
    fault = min(faults, key=lambda fault: fault["type"] == "missing")
    more = f" ({len(faults) - 1} more to mend after this one)" if len(faults) > 1 else ""
    return fault, more


def _said(fault: Mapping[str, Any], model: type[BaseModel]) -> str:
    loc = fault["loc"]
    place = _place(loc)
    if fault["type"] == "value_error":  # raised by our own validators, already a sentence
        said = str(fault["ctx"]["error"])
        return f"{place}: {said}" if place else said
    if fault["type"] == "extra_forbidden":
        key, owner = str(loc[-1]), _model_at(model, loc[:-1])
        hint = _belongs(key, model) or did_you_mean(key, owner.model_fields)
        return f"unknown key {place}{hint}; allowed are {', '.join(owner.model_fields)}."
    if fault["type"] == "missing":
        return f"{place} is missing; it must be {_allowed(model, loc)}."
    value = fault["input"]
    if fault["type"] in {"invalid_key", "string_unicode"}:  # the latter: half a UTF-16 letter
        return f"the key {_shown(value)} is not text; allowed are the documented keys."
    hint = did_you_mean(value, _literals(model, loc)) if isinstance(value, str) else ""
    return f"{place} is {_shown(value)}{hint}; allowed is {_allowed(model, loc)}."


def _place(loc: tuple[int | str, ...]) -> str:
    """Where a fault stands: ``hair.anagen_fraction`` or ``topicals entry 2, per_day``."""
    steps = (f" entry {step + 1}," if isinstance(step, int) else _short(step, 40) for step in loc)
    return ".".join(steps).replace(". entry", " entry").replace(",.", ", ").rstrip(",")


def _models(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """The tables inside a model, by the key that holds them."""
    for name, field in model.model_fields.items():
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield name, part


def _belongs(key: str, model: type[BaseModel]) -> str:
    """Where a key that stands in the wrong table belongs."""
    homes = [f"in [{name}]" for name, inner in _models(model) if key in inner.model_fields]
    if key in model.model_fields:
        homes.insert(0, "at the top of the file, outside every table")
    return f" (it belongs {' or '.join(homes)})" if homes else ""


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
