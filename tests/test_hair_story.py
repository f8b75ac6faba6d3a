"""The hair story as a page: whole, small, fetching nothing, and true to the forecast."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hair_story_cases import PROTOCOLS, made_forecasts, made_stories
from test_report import Reader

from anagen.care import (
    story_cycle,
)
from anagen.care.hair_story import Story, story, story_html
from anagen.care.pages import LANGUAGES
from anagen.forecast import Forecast


@pytest.fixture(scope="module")
def forecasts() -> dict[str, Forecast]:
    return made_forecasts()


@pytest.fixture(scope="module")
def stories() -> dict[tuple[str, str], Story]:
    return made_stories()


@pytest.fixture(scope="module")
def needled(stories) -> str:
    return story_html(stories["needled", "en"])


def test_the_page_fetches_nothing_and_runs_only_its_own_script(needled):
    read = Reader(needled)
    assert not {"link", "img", "iframe", "object", "form"} & set(read.tags())
    assert read.tags().count("script") == 1
    for _, attributes in read.elements:
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in ("src", "href", "xlink:href"):
                assert (value or "").startswith("#")
    assert "@import" not in needled
    assert not re.search(r"url\((?!#)", needled)
    policy = next(a["content"] for t, a in read.elements if t == "meta" and "http-equiv" in a)
    assert policy
    assert policy.startswith("default-src 'none'")
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/]{43}='", policy)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PROTOCOLS)
def test_the_page_is_whole_and_small(stories, name, language):
    told = stories[name, language]
    page = story_html(told)
    read = Reader(page)
    assert len(page.encode()) < 150_000
    assert read.open == []
    assert dict(read.elements)["html"]["lang"] == language
    assert "{" not in read.said.split("const picture")[0]
    tags = read.tags()
    assert [tags.count(each) for each in ("h1", "h2", "figure", "details")] == [1, 6, 6, 6]
    ids = [a["id"] for _, a in read.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for _, attributes in read.elements:
        for reference in (attributes.get("aria-labelledby") or "").split():
            assert reference in ids
        href = attributes.get("href")
        assert not href or href[1:] in ids
    for reference in re.findall(r"url\(#([^)]+)\)", page):
        assert reference in ids
    for scene in told.scenes:
        for needed in (scene.title, *scene.sentences, scene.try_this, scene.sure, scene.alt):
            assert " ".join(needed.split()).replace("\u202f", " ") in read.said
        assert scene.sources


def test_every_picture_has_words_and_can_be_stopped(needled):
    read = Reader(needled)
    for tag, attributes in read.elements:
        if tag == "svg":
            named = attributes.get("role") == "img" and attributes.get("aria-labelledby")
            assert named or attributes.get("aria-hidden") == "true"
        if tag == "input":
            assert attributes["type"] == "range"
            assert attributes["aria-label"]
    assert read.tags().count("button") == 6
    assert "prefers-reduced-motion:reduce" in needled
    assert len(re.findall('<ol class="stills">', needled)) == 6


def test_needles_are_told_of_only_where_there_are_needles(stories):
    keys = {name: [s.key for s in stories[name, "en"].scenes] for name in PROTOCOLS}
    assert keys["needled"][2:4] == ["channel", "healing"]
    assert keys["medicine"][2:4] == ["shedding_more", "emerging"]
    assert keys["nothing"][2:4] == ["shedding_steady", "emerging"]
    blood = {name: each[4] for name, each in keys.items()}
    assert blood == {
        "needled": "minoxidil_needled",
        "prp": "on_skin",
        "medicine": "minoxidil",
        "tablet": "tablet",
        "nothing": "blood_steady",
    }
    assert keys["needled"][5] == "year_shedding"
    assert keys["nothing"][5] == "year_alone"
    assert "off-label" in story_html(stories["needled", "en"])
    assert "off-label" not in story_html(stories["nothing", "en"])


def test_the_numbers_of_the_words_are_those_of_the_forecast(forecasts, stories):
    forecast = forecasts["needled"]
    said = {scene.key: " ".join(scene.sentences) for scene in stories["needled", "en"].scenes}
    share = {q: 100 * v[-1] for q, v in forecast.band("anagen_fraction").items()}
    assert f"{share['median']:.0f} ({share['p05']:.0f} to {share['p95']:.0f})" in said["cycle"]
    hairs = {q: v[-1] for q, v in forecast.band("total_density_per_cm2").items()}
    later = f"{hairs['median']:.0f} ({hairs['p05']:.0f} to {hairs['p95']:.0f})"
    assert later in said["year_shedding"]
    none = {q: v[-1] for q, v in forecasts["nothing"].band("total_density_per_cm2").items()}
    assert f"{none['median']:.0f} (" in said["year_shedding"]
    assert "24\u00a0hours" in said["minoxidil_needled"]


def test_a_changed_forecast_changes_the_page(forecasts, needled):
    forecast = forecasts["needled"]
    drawn_else = dict(forecast.draws) | {"anagen_fraction": 0.5 * forecast.draws["anagen_fraction"]}
    other = story(replace(forecast, draws=drawn_else), forecasts["nothing"], "en")
    assert story_html(other) != needled
    known = story_cycle.shares(replace(forecast, draws=drawn_else))
    assert known.today["median"] == pytest.approx(
        0.5 * np.median(forecast.draws["anagen_fraction"][:, 0])
    )


def test_the_same_forecast_gives_the_same_page(forecasts, needled):
    assert story_html(story(forecasts["needled"], forecasts["nothing"], "en")) == needled


def test_a_short_forecast_has_a_whole_page(forecasts):
    cut = {
        name: replace(
            forecasts[name],
            weeks=forecasts[name].weeks[:3],
            draws={key: values[:, :3] for key, values in forecasts[name].draws.items()},
        )
        for name in ("needled", "medicine", "nothing")
    }
    for name in ("needled", "medicine"):
        read = Reader(story_html(story(cut[name], cut["nothing"], "es")))
        assert read.open == []
        assert "nan" not in read.said.lower().split()
