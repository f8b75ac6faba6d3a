"""The documentation against the code: nothing that it lists is missing, nothing is fetched."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

import anagen
from anagen.counts import Counts
from anagen.evidence.parameters import parameters
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.screening import Finding, Screening, Unknown
from anagen.trial.result import ArmResult, ArmVisit, Comparison, Difference
from anagen.trial.spec import TrialSpec

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    page for page in DOCS.rglob("*.md") if not {"_build", "_generated"} & set(page.parts)
)
PACKAGE = Path(anagen.__file__).parent
# Mechanisms that do not have a page of their own name.
TOLD_ELSEWHERE = {
    "effects": "course", "pattern": "conditions", "areata": "conditions",
    "effluvium": "conditions", "senescent": "conditions", "cicatricial": "conditions",
    "inflammation": "circuits", "macrophages": "circuits", "fibrosis": "circuits",
}  # fmt: skip


def mechanisms() -> list[str]:
    """The fields of anagen.scalp.numbers.Scalp, read without starting JAX."""
    tree = ast.parse((PACKAGE / "scalp/numbers.py").read_text("utf-8"))
    (scalp,) = (n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Scalp")
    return [n.target.id for n in scalp.body if isinstance(n, ast.AnnAssign)]  # type: ignore[union-attr]


def text_keys(file: str, *functions: str) -> set[str]:
    """The text keys of all dictionaries that some functions of a file write down."""
    tree = ast.parse((PACKAGE / file).read_text("utf-8"))
    return {
        key.value
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and function.name in functions
        for table in ast.walk(function)
        if isinstance(table, ast.Dict)
        for key in table.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def inner_models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from inner_models(part)


def models(top: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and all models within it."""
    yield top
    for field in top.model_fields.values():
        for inner in inner_models(field.annotation):
            yield from models(inner)


def trial_models() -> list[type[BaseModel]]:
    """The models of a trial but for the protocols within it, which are listed by themselves."""
    known = set(models(Protocol))
    return [model for model in models(TrialSpec) if model not in known]


def choices(annotation: Any) -> Iterator[str]:
    """The words that a field may take."""
    for part in get_args(annotation):
        if isinstance(part, str):
            yield part
        elif not list(inner_models(part)):
            yield from choices(part)


def rows_under(heading: str) -> dict[str, str]:
    """The table rows of one section of docs/files.md, by the key in their first cell."""
    text = (DOCS / "files.md").read_text("utf-8")
    section = re.split(rf"^#+ {heading}$", text, maxsplit=1, flags=re.MULTILINE)[1]
    section = re.split(r"^#", section, maxsplit=1, flags=re.MULTILINE)[0]
    rows = re.finditer(r"^\| `(\w+)` \|.*\|.*\|.*\|$", section, re.MULTILINE)
    return {row[1]: row[0] for row in rows}


@pytest.mark.parametrize("mechanism", mechanisms())
def test_every_mechanism_has_a_page_with_its_numbers(mechanism: str):
    page = DOCS / "methods" / f"{TOLD_ELSEWHERE.get(mechanism, mechanism)}.md"
    shown = re.findall(r"```\{parameters\} (.+)", page.read_text("utf-8"))
    assert mechanism in " ".join(shown).split()


def test_every_number_of_the_project_stands_in_some_table():
    shown = " ".join(
        found
        for page in PAGES
        for found in re.findall(r"```\{parameters\} (.+)", page.read_text("utf-8"))
    ).split()
    assert {key.partition(".")[0] for key in parameters()} == set(shown)


@pytest.mark.parametrize(
    "model",
    [*models(Patient), *models(Protocol), *models(Counts), *trial_models()],
    ids=lambda m: m.__name__,
)
def test_every_key_of_a_file_is_listed_with_what_is_allowed(model: type[BaseModel]):
    rows = rows_under(model.__name__)
    assert set(rows) == set(model.model_fields)
    for name, field in model.model_fields.items():
        row = rows[name]
        assert ("| required |" in row) == field.is_required(), name
        for word in choices(field.annotation):
            assert f"`{word}`" in row, f"{name}: {word}"
        for limit in field.metadata:
            for bound in ("ge", "gt", "le", "lt", "max_length"):
                value = getattr(limit, bound, None)
                said = value is None or re.search(rf"(?<![\d.]){value:g}(?!\.?\d)", row)
                assert said, f"{name}: {bound} {value}"


def test_every_key_of_the_json_is_listed():
    listed = set(re.findall(r"`(\w+)`", (DOCS / "json.md").read_text("utf-8")))
    for shape in (Screening, Finding, Unknown):
        assert set(shape.__dataclass_fields__) <= listed, shape
    assert text_keys("forecast.py", "as_dict") <= listed
    assert text_keys("planning.py", "as_dict", "_option_as_dict") <= listed
    assert text_keys("followup/follow.py", "as_dict") <= listed
    assert text_keys("sensitivity/indices.py", "as_dict", "_index_as_dict") <= listed
    assert text_keys("trial/result.py", "as_dict", "_difference_as_dict") <= listed
    for shape in (ArmResult, ArmVisit, Comparison, Difference):
        assert set(shape.__dataclass_fields__) <= listed, shape
    endpoints = text_keys("scalp/course.py", "_counted", "_shedding", "_of_skin", "_session")
    assert endpoints - {"hair_mass_um2", "drug_balance"} <= listed  # shown as an index; a check


def test_every_floor_of_the_house_is_on_its_page():
    """A floor in parentheses may still be empty."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = next(c["layers"] for c in contracts["contracts"] if c["type"] == "layers")
    rows = re.findall(
        r"^\| (`anagen\..+?) \|", (DOCS / "house.md").read_text("utf-8"), re.MULTILINE
    )
    told = [set(re.findall(r"`(anagen\.\w+)`", row)) for row in rows]
    floors = [{module.strip(" ()") for module in layer.split(":")} for layer in layers]
    assert [row for row in told if built(row)] == [floor for floor in floors if built(floor)]


def built(floor):
    """Whether every module of a floor is there."""
    source = ROOT / "src"
    paths = [source.joinpath(*module.split(".")) for module in floor]
    return all(path.is_dir() or path.with_suffix(".py").is_file() for path in paths)


def test_every_test_that_a_page_names_exists():
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").glob("test_*.py"))
    defined = set(re.findall(r"^def (test_\w+)", tests, re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"`(test_\w+)`", page.read_text("utf-8")))
        assert named <= defined, f"{page.name}: {named - defined}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_every_relative_link_leads_somewhere(page: Path):
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        aimed = (page.parent / path).resolve() if path else page
        assert aimed.is_file(), f"{page.name}: {target}"
        headings = re.findall(r"^#+ (.+)$", aimed.read_text("utf-8"), re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in headings}
        assert not anchor or anchor in anchors, f"{page.name}: {target}"


def test_nothing_on_a_page_is_fetched_from_outside():
    outside = re.compile(
        r"(src|href)\s*=\s*[\"']?(https?:)?//|url\(\s*[\"']?(https?:)?//|@import|!\[[^]]*\]\(https?:"
    )
    for path in (*PAGES, *DOCS.glob("*.py"), *DOCS.glob("_ext/*.py"), *DOCS.glob("_static/*")):
        assert not outside.search(path.read_text("utf-8")), path.name
    conf = (DOCS / "conf.py").read_text("utf-8")
    assert "mathjax" not in conf.lower()
