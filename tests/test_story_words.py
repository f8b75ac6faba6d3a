"""The words of the hair story are whole in both languages and easy to read."""

import re
import string
import tomllib
from copy import deepcopy
from dataclasses import replace
from importlib.resources import files

import pytest
from hair_story_cases import MAN, PROTOCOLS, made_forecasts, made_stories

from anagen.care.hair_story import Story, story
from anagen.care.pages import LANGUAGES
from anagen.care.story_words import Numbers, check_page, page_text
from anagen.evidence.sources import BadRecord
from anagen.forecast import Forecast
from anagen.reading import BadInput


@pytest.fixture(scope="module")
def forecasts() -> dict[str, Forecast]:
    return made_forecasts()


@pytest.fixture(scope="module")
def stories() -> dict[tuple[str, str], Story]:
    return made_stories()


def test_both_languages_have_the_same_keys_and_placeholders():
    pages = {language: _written(language) for language in LANGUAGES}
    first, second = (_leaves(page) for page in pages.values())
    assert set(first) == set(second)
    for key, text in first.items():
        assert _placeholders(text) == _placeholders(second[key]), key
    for key in first:
        if re.match(r"scenes\.\w+\.(sources|certainty)", key):
            assert first[key] == second[key], key


def _written(language: str) -> dict:
    name = f"hair_story.{language}.toml"
    return tomllib.loads(files("anagen.care").joinpath("pages", name).read_text("utf-8"))


def _leaves(table, path="") -> dict[str, str]:
    if isinstance(table, str):
        return {path: table}
    pairs = table.items() if isinstance(table, dict) else enumerate(table)
    return {k: v for name, each in pairs for k, v in _leaves(each, f"{path}.{name}".strip(".")).items()}  # fmt: skip  # noqa: E501


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_no_text_is_left_in_the_other_language():
    first, second = (_leaves(_written(language)) for language in LANGUAGES)
    same = {key for key, text in first.items() if text == second[key] and text.count(" ") > 1}
    assert not {key for key in same if ".sources" not in key}


@pytest.mark.parametrize("name", PROTOCOLS)
def test_the_english_page_reads_easily(stories, name):
    """Flesch-Kincaid grade of what a person reads, at most 8; numbers are not words."""
    told = stories[name, "en"]
    texts = [*told.opening, *told.context]
    for scene in told.scenes:
        texts += [*scene.sentences, scene.try_this, scene.sure, scene.call]
    said = re.sub(r"\([^)]*\d[^)]*\)", "", " ".join(texts))
    sentences = len(re.findall(r"[.?!](?=\s|$)", said))
    found = re.findall(r"[A-Za-z']+", said)
    syllables = sum(_syllables(word) for word in found)
    grade = 0.39 * len(found) / sentences + 11.8 * syllables / len(found) - 15.59
    assert grade <= 8, grade


def _syllables(word: str) -> int:
    word = re.sub(r"(?<=[^aeiouyl])e[sd]?$|e$(?<!le)", "", word.lower())
    return max(1, len(re.findall(r"[aeiouy]+", word)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_promised_and_nobody_is_to_blame(language):
    said = " ".join(_leaves(_written(language)).values())
    assert not re.search(
        r"regrow|miracle|guarantee|before/after|streak|failed|milagro|garantiz|racha|\bcura\b",
        said,
        re.I,
    )


def test_a_broken_page_of_words_is_refused():
    whole = _written("en")
    for spoil in (
        lambda page: page.pop("title"),
        lambda page: page["labels"].pop("pause"),
        lambda page: page["scenes"]["cycle"].update(sources=["NOBODY1999"]),
        lambda page: page["scenes"]["cycle"].update(sources=[]),
        lambda page: page["scenes"]["cycle"].update(certainty="sure"),
        lambda page: page["scenes"]["cycle"].update(sentences=["One."]),
        lambda page: page["scenes"]["cycle"].update(hurry="now"),
    ):
        page = deepcopy(whole)
        spoil(page)
        with pytest.raises(BadRecord, match=r"hair_story\.en\.toml"):
            check_page(page, "en")


def test_numbers_are_written_as_the_language_does():
    english, spanish = (
        Numbers(language, page_text(language).labels["range"]) for language in LANGUAGES
    )
    assert english.rough(1142) == "1,100"
    assert spanish.rough(1142) == "1.100"
    assert english.mm(0.381) == "0.38\u00a0mm"
    assert spanish.mm(0.381) == "0,38\u00a0mm"
    assert english.duration(1.5) == "36\u00a0hours"
    assert spanish.duration(1.5) == "36\u00a0horas"
    assert spanish.weeks(1) == "1\u00a0semana"
    assert english.duration(1095) == "3\u00a0years"
    ranged = {"p05": 4.0, "median": 9.0, "p95": 21.0}
    assert english.ranged(ranged, english.whole) == "9 (4 to 21)"
    assert spanish.ranged(ranged, spanish.whole) == "9 (de 4 a 21)"
    assert english.ranged(dict.fromkeys(ranged, 9.0), english.whole) == "9"


def test_other_languages_and_other_people_are_refused(forecasts):
    with pytest.raises(BadInput, match="allowed is en or es"):
        story(forecasts["needled"], forecasts["nothing"], "fr")  # type: ignore[arg-type]
    stranger = replace(forecasts["nothing"], patient=MAN.model_copy(update={"age": 60}))
    with pytest.raises(BadInput, match="another person"):
        story(forecasts["needled"], stranger, "en")
