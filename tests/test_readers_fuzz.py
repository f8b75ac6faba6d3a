"""Whatever a file holds, the readers give a value that can be written and read again, or one
clear sentence. Nothing else leaves them.
"""

import copy
import json
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from anagen.counts import Counts
from anagen.patient import Patient
from anagen.procedure import AdverseEvent
from anagen.protocol import Protocol
from anagen.reading import MAX_SENTENCE, BadInput, Stated
from anagen.screening import screen

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.toml"))
PROTOCOL = Protocol.read(EXAMPLES[0].with_name("course.toml"))
MODELS = pytest.mark.parametrize("model", [Patient, Protocol, Counts])
FORMS = pytest.mark.parametrize("form", ["toml", "json"])
often = settings(max_examples=100)


def is_value_or_sentence(read: Callable[[], Stated]) -> None:
    """The property of this file, for one attempt at reading."""
    try:
        value = read()
    except BadInput as refused:
        said = str(refused)
        assert said.isprintable()
        assert len(said) <= MAX_SENTENCE
        return
    for again in (value.model_dump(), json.loads(value.model_dump_json())):
        assert type(value).from_table(again, "again") == value
    if isinstance(value, Patient):
        json.dumps(screen(value, PROTOCOL).as_dict(), allow_nan=False).encode()


def keys_of(table: Any) -> Iterator[str]:
    """All keys of nested tables."""
    if isinstance(table, dict):
        for key, value in table.items():
            yield key
            yield from keys_of(value)
    elif isinstance(table, list):
        for value in table:
            yield from keys_of(value)


FILES = {"course": Protocol, "counts": Counts, "event": AdverseEvent}
# A trial names other files, which is its own reader's business (test_trial.py).
TEXTS = {path.stem: path.read_text() for path in EXAMPLES if path.stem != "trial"}
TABLES: dict[str, dict[str, Any]] = {name: tomllib.loads(text) for name, text in TEXTS.items()}
KEYS = sorted({key for table in TABLES.values() for key in keys_of(table)})
WORDS = ["male", "female", "pen", "roller", "minoxidil", "warfarin", "norwood_3v", "L40.9", "none"]

texts = st.one_of(
    st.sampled_from(WORDS),
    st.text(st.characters(codec=None), max_size=12),  # half UTF-16 letters among them
    st.text("\x00\x1b\x9b\n\t\u00ad\u200d\u202e\u2028\ufeff\U0010ffff'\"\\é", max_size=200),
)
numbers = st.one_of(
    st.integers(),
    st.integers(-2, 130),
    st.sampled_from([10**400, 2**63, -0.0, 1e308]),
    st.floats(),
)
plain_values = st.one_of(st.booleans(), numbers, texts)
json_values = st.one_of(st.none(), plain_values)
toml_values = st.one_of(
    plain_values,
    st.dates(),
    st.times(),
    st.datetimes(timezones=st.sampled_from([None, UTC])),
)
keys = st.one_of(st.sampled_from(KEYS), texts)


def nested(leaves: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
        max_leaves=12,
    )


json_structures, toml_structures = nested(json_values), nested(toml_values)


def in_toml(value: Any) -> str:
    """A value as TOML; what TOML cannot hold comes out as something close."""
    match value:
        case dict():
            return "{" + ", ".join(f"{in_toml(k)} = {in_toml(v)}" for k, v in value.items()) + "}"
        case list():
            return f"[{', '.join(map(in_toml, value))}]"
        case bool():
            return str(value).lower()
        case date() | time():
            return value.isoformat()
        case int():
            return hex(value)
        case float():
            return repr(value)
        case _:
            return json.dumps(value)


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bytes], Path]:
    folder = tmp_path_factory.mktemp("fuzz")

    def written(form: str, content: bytes) -> Path:
        path = folder / f"any.{form}"
        path.write_bytes(content)
        return path

    return written


@MODELS
@FORMS
@often
@given(content=st.binary(max_size=300))
def test_bytes(
    model: type[Stated], form: str, file: Callable[[str, bytes], Path], content: bytes
) -> None:
    is_value_or_sentence(lambda: model.read(file(form, content)))


@MODELS
@FORMS
@often
@given(
    content=st.lists(
        st.sampled_from([*KEYS, *WORDS, *"[]{}=\"'.,:#-_ \n\r\t01é\x00\ufeff", "nan", "1e9", "[["])
        | st.text(max_size=3)
    ).map("".join)
)
def test_text(
    model: type[Stated], form: str, file: Callable[[str, bytes], Path], content: str
) -> None:
    encoded = content.encode("utf-8", "surrogatepass")
    is_value_or_sentence(lambda: model.read(file(form, encoded)))


@MODELS
@often
@given(table=st.dictionaries(keys, toml_structures | json_structures, max_size=6))
def test_tables(model: type[Stated], table: dict[str, Any]) -> None:
    is_value_or_sentence(lambda: model.from_table(table, "a table"))


@MODELS
@often
@given(structure=st.dictionaries(keys, json_structures, max_size=6) | json_structures)
def test_json_files(
    model: type[Stated], file: Callable[[str, bytes], Path], structure: Any
) -> None:
    content = json.dumps(structure).encode()
    is_value_or_sentence(lambda: model.read(file("json", content)))


@MODELS
@often
@given(table=st.dictionaries(keys, toml_structures, max_size=6))
def test_toml_files(
    model: type[Stated], file: Callable[[str, bytes], Path], table: dict[str, Any]
) -> None:
    lines = [f"{in_toml(key)} = {in_toml(value)}" for key, value in table.items()]
    content = "\n".join(lines).encode()
    is_value_or_sentence(lambda: model.read(file("toml", content)))


def slots(table: Any) -> list[tuple[Any, Any]]:
    """Every place in nested tables and lists that holds a value: (container, key or index)."""
    steps = table.items() if isinstance(table, dict) else enumerate(table)
    found = []
    for step, value in list(steps):
        found.append((table, step))
        if isinstance(value, dict | list):
            found += slots(value)
    return found


def mutate(table: dict[str, Any], data: DataObject) -> None:
    """One thing that goes wrong with a good file."""
    container, step = data.draw(st.sampled_from(slots(table) or [(table, "age")]))
    value = container.get(step) if isinstance(container, dict) else container[step]
    match data.draw(st.sampled_from(["delete", "replace", "tag", "copy", "wrap", "quote"])):
        case "delete" if value is not None:
            del container[step]
        case "tag" if isinstance(container, dict):
            container[data.draw(keys)] = container.pop(step, None)
        case "copy":
            others = [c for c, _ in slots(table) if isinstance(c, dict)] or [table]
            data.draw(st.sampled_from(others))[data.draw(keys)] = copy.deepcopy(value)
        case "wrap":
            container[step] = [copy.deepcopy(value)] * data.draw(st.integers(1, 3))
        case "quote":
            container[step] = str(value)
        case _:
            container[step] = data.draw(toml_values | json_structures)


@pytest.mark.parametrize("name", TABLES)
@often
@given(data=st.data())
def test_good_tables_gone_wrong(name: str, data: DataObject) -> None:
    table = copy.deepcopy(TABLES[name])
    for _ in range(data.draw(st.integers(1, 3))):
        mutate(table, data)
    model = FILES.get(name.partition("_")[0], Patient)
    is_value_or_sentence(lambda: model.from_table(table, name))


@pytest.mark.parametrize("name", TEXTS)
@often
@given(data=st.data())
def test_good_files_gone_wrong(
    name: str, file: Callable[[str, bytes], Path], data: DataObject
) -> None:
    lines = TEXTS[name].splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 3))):
        at, to = data.draw(st.tuples(*[st.integers(0, len(lines) - 1)] * 2))
        match data.draw(st.sampled_from(["delete", "double", "swap", "cut", "type"])):
            case "delete":
                lines[at] = "\n"
            case "double":
                lines.insert(to, lines[at])
            case "swap":
                lines[at], lines[to] = lines[to], lines[at]
            case "cut":
                lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
            case _:
                place = data.draw(st.integers(0, len(lines[at])))
                typed = data.draw(st.text(max_size=3) | st.sampled_from(WORDS + KEYS))
                lines[at] = lines[at][:place] + typed + lines[at][place:]
    content = "".join(lines).encode("utf-8", "surrogatepass")
    model = FILES.get(name.partition("_")[0], Patient)
    is_value_or_sentence(lambda: model.read(file("toml", content)))


@pytest.mark.parametrize("name", TABLES)
def test_good_files_are_good(name: str) -> None:
    """The mutations above start from values, not from refusals."""
    model = FILES.get(name.partition("_")[0], Patient)
    assert model.from_table(TABLES[name], name)
