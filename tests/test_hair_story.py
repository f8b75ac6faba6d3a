"""The hair story: its pictures show the forecast, its words are whole in both languages."""

import re
import string
import tomllib
import xml.etree.ElementTree as ET
from copy import deepcopy
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest
from test_report import Reader

from anagen.care import (
    story_blood,
    story_channel,
    story_cycle,
    story_emerging,
    story_healing,
    story_shedding,
    story_thickness,
    story_year,
)
from anagen.care.hair_story import Story, story, story_html
from anagen.care.pages import LANGUAGES
from anagen.care.story_motion import NUMBER, SAMPLES, Drawing, Moment, animated, sampled, still
from anagen.care.story_words import Numbers, check_page, page_text
from anagen.evidence.parameters import parameters
from anagen.evidence.sources import BadRecord
from anagen.forecast import Forecast, simulate_together
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.reading import BadInput

MAN = Patient.from_table(
    {
        "age": 34,
        "sex": "male",
        "condition": "androgenetic_alopecia",
        "grade": "norwood_3v",
        "hair": {"total_density_per_cm2": 172, "mean_diameter_um": 58, "anagen_fraction": 0.78},
    },
    "man",
)
PEN = {"kind": "pen", "needle_mm": 0.6, "needles": 12, "rate_hz": 100}
COURSE = {"sessions": 6, "interval_days": 14, "passes": 4, "area_cm2": 100, "endpoint": "erythema"}
MINOXIDIL = {"drug": "minoxidil", "strength_percent": 5, "dose_ml": 1.0, "per_day": 2}
PROTOCOLS = {
    "needled": {"device": PEN, "course": COURSE, "topicals": [MINOXIDIL | {"hold_hours": 24}]},
    "prp": {"device": PEN, "course": COURSE, "topicals": [{"drug": "prp"}]},
    "medicine": {"course": {"sessions": 0}, "topicals": [MINOXIDIL]},
    "tablet": {
        "course": {"sessions": 0},
        "medicines": [{"drug": "finasteride", "mg_per_day": 1.0}],
    },
    "nothing": {"course": {"sessions": 0}},
}
WEEKS = 26


@pytest.fixture(scope="module")
def forecasts() -> dict[str, Forecast]:
    plans = [Protocol.from_table(table, name) for name, table in PROTOCOLS.items()]
    return dict(zip(PROTOCOLS, simulate_together(MAN, plans, WEEKS, 20), strict=True))


@pytest.fixture(scope="module")
def stories(forecasts) -> dict[tuple[str, str], Story]:
    return {
        (name, language): story(forecast, forecasts["nothing"], language)
        for name, forecast in forecasts.items()
        for language in LANGUAGES
    }


@pytest.fixture(scope="module")
def needled(stories) -> str:
    return story_html(stories["needled", "en"])


def drawn(told: Story, key: str) -> Drawing:
    return next(scene.drawing for scene in told.scenes if scene.drawing.key == key)


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)


# What the pictures show


def test_the_rings_are_the_shares_in_growth_today_and_at_the_end(forecasts, stories):
    share = forecasts["needled"].band("anagen_fraction")
    root = parsed(animated(drawn(stories["needled", "en"], "cycle"), "", ""))
    written = ET.tostring(root, "unicode") + story_html(stories["needled", "en"])
    arcs = re.findall(r'stroke="var\(--(\w+)\)"[^>]*?stroke-dasharray="([\d.]+) 100"', written)
    growing = [float(length) / 100 for token, length in arcs if token == "anagen"]
    resting = [float(length) / 100 for token, length in arcs if token == "telogen"]
    expected = [share["median"][0], share["median"][-1]]
    assert growing == pytest.approx(expected, abs=1e-4)
    assert resting == pytest.approx([1 - each for each in expected], abs=1e-4)
    unsure = [float(length) / 100 for token, length in arcs if token == "card"]
    assert unsure == pytest.approx([share["p95"][-1] - share["p05"][-1]], abs=2e-4)


def test_the_hair_of_the_picture_is_as_thick_as_the_mean_against_a_healthy_one(forecasts):
    known = story_thickness.thickness(forecasts["needled"])
    today = np.median(forecasts["needled"].draws["mean_diameter_um"][:, 0])
    healthy = parameters()["follicles.healthy_mean_um"].centre
    picture = story_thickness.picture(known, ("a", "b", "c", "d"))
    shaft = re.compile(r"M([\d.]+) -4V.* ([\d.]+) [\d.]+V-4Z")

    def width(index: int) -> list[float]:
        found = [
            shaft.match(p.get("d", "")) for p in parsed(still(picture, index, "")).iter("path")
        ]
        return [float(each[2]) - float(each[1]) for each in found if each]

    assert width(3)[-1] == pytest.approx(today * story_thickness.PX_PER_UM, abs=0.02)
    assert width(0)[-1] == pytest.approx(healthy * story_thickness.PX_PER_UM, abs=0.02)
    assert known.finer


def test_the_channel_closes_at_the_median_closing_time(forecasts):
    forecast = forecasts["needled"]
    known = story_channel.channel(forecast)
    closing = float(np.median(forecast.session["hours_to_closed"]))
    assert story_channel.hours(known, story_channel.OUT) == 0
    times = np.linspace(story_channel.OUT, 1, 4001)
    first_closed = next(t for t in times if story_channel.open_share(t) <= 0.05)
    assert story_channel.hours(known, first_closed) == pytest.approx(closing, rel=1e-3)
    picture = story_channel.picture(known, ("",) * len(story_channel.STEPS))

    def mouth(index: int) -> float:
        cones = [
            [float(number) for number in NUMBER.findall(path.get("d", ""))]
            for path in parsed(still(picture, index, "")).iter("path")
            if path.get("stroke") == "var(--needle)" and path.get("stroke-width") == "1.4"
        ]
        assert len(cones) == 1
        return cones[0][4] - cones[0][0]

    assert mouth(3) == pytest.approx(0.05 * mouth(1), abs=0.02)


def test_needle_and_channels_are_to_scale(forecasts):
    forecast = forecasts["needled"]
    known = story_channel.channel(forecast)
    assert known.set_mm == 0.6
    assert known.depth_mm["median"] == np.median(forecast.session["depth_reached_mm"])
    density = np.median(forecast.session["channels_per_cm2"])
    assert story_channel.spots(known) == round(density * 0.04)  # on 2 x 2 mm


def test_redness_is_gone_when_the_forecast_says_and_collagen_follows_its_weeks(forecasts):
    forecast = forecasts["needled"]
    known = story_healing.repair(forecast)
    days = float(np.median(forecast.session["days_of_redness"]))
    times = np.linspace(story_healing.BEGINS, 0.5, 4001)
    faded = next(t for t in times if story_healing.redness(known, t) <= 0.05)
    assert story_healing.days(known, faded) == pytest.approx(days, rel=0.01)
    assert known.end_week == WEEKS  # ten weeks of course and sixteen to settle
    end = story_healing.ENDS
    median = np.median(forecast.draws["collagen_ratio"], axis=0)
    assert story_healing.collagen(known, end) == pytest.approx(median[WEEKS])
    signal = np.median(forecast.draws["healing_signal"], axis=0)
    assert story_healing.signal(known, end) == pytest.approx(signal[WEEKS])


def test_the_vessel_is_as_wide_as_the_flow(forecasts):
    known = story_blood.blood(forecasts["needled"])
    for quantile in ("p05", "median", "p95"):
        flow = forecasts["needled"].band("perfusion_ratio")[quantile]
        for week in (0, 13, 26):
            time = story_blood.BEGINS + week / WEEKS * (story_blood.ENDS - story_blood.BEGINS)
            shown = story_blood.width(known, quantile, time) / story_blood.VESSEL
            assert shown == pytest.approx(min(flow[week], story_blood.MOST))
    assert story_blood.blood(forecasts["nothing"]).steady
    assert not known.steady


def test_as_many_hairs_show_as_forecast(forecasts, stories):
    """Counted in the drawing itself at each still: whole hairs, and those that come and go."""
    forecast = forecasts["needled"]
    median = forecast.band("total_density_per_cm2")["median"]
    picture = drawn(stories["needled", "en"], "year")
    (strands,) = (
        each
        for each in re.findall(r'd="((?:M[^"hVv]+q[^"]+)+)"', story_html(stories["needled", "en"]))
        if each.count("M") > 100
    )
    for index, time in enumerate(picture.stills):
        week = WEEKS * (time - story_year.BEGINS) / (story_year.ENDS - story_year.BEGINS)
        expected = np.interp(week, np.arange(WEEKS + 1), median)
        changing = [
            float(path.get("opacity", 1)) * path.get("d", "").count("M")
            for path in parsed(still(picture, index, "")).iter("path")
            if re.fullmatch(r"(M\d+ \d+q[-\d ]+)+", path.get("d", ""))
        ]
        assert strands.count("M") + sum(changing) == pytest.approx(expected, abs=0.1)


def test_as_many_hairs_fall_as_forecast(forecasts):
    forecast = forecasts["medicine"]
    known = story_shedding.shedding(forecast)
    per_day = np.median(forecast.draws["shed_per_day_per_1000"], axis=0)[1:9]
    expected = 7 * per_day.sum() * story_shedding.HAIRS / 1000
    assert story_shedding.gone(known, story_shedding.ENDS) == pytest.approx(expected)
    assert known.more  # minoxidil sheds first
    assert not story_shedding.shedding(forecasts["nothing"]).more
    picture = story_shedding.picture(known, ("",) * len(story_shedding.STEPS))
    left = still(picture, 3, "").count('stroke="var(--telogen)"')
    assert left <= 2  # at the end none is seen to fall


def test_new_hairs_show_after_the_time_of_the_records():
    known = parameters()
    days = (
        known["follicles.anagen_i_to_v_days"].centre
        + known["follicles.emergence_depth_mm"].centre / known["follicles.growth_mm_day"].centre
    )
    assert 30 < days < 45
    first_seen = story_emerging.BEGINS + story_emerging.UP
    assert (
        story_emerging.above(first_seen - 0.01, 0) < 0 < story_emerging.above(first_seen + 0.01, 0)
    )


# Stills and animation


@pytest.mark.parametrize("name", ["needled", "medicine"])
def test_stills_are_the_animation_at_their_times(stories, name):
    """Every attribute of the animation, interpolated as SMIL does, is that of the still."""
    for scene in stories[name, "en"].scenes:
        playing = parsed(animated(scene.drawing, "", ""))
        for index, time in enumerate(scene.drawing.stills):
            assert time * SAMPLES == pytest.approx(round(time * SAMPLES))
            shown = _moving(parsed(still(scene.drawing, index, "")))
            played = _frozen(playing, time)
            assert shown, scene.key
            for attributes in shown:
                assert any(_alike(attributes, other) for other in played), (scene.key, attributes)


def _moving(root: ET.Element) -> list[dict[str, str]]:
    return [dict(each.attrib) for each in root.iter() if each.tag in ("path", "circle", "use", "g")]


def _frozen(root: ET.Element, time: float) -> list[dict[str, str]]:
    """The attributes of all elements of an animation at one time."""
    found = []
    for element in root.iter():
        attributes = dict(element.attrib)
        for move in element:
            if move.tag not in ("animate", "animateTransform"):
                continue
            value = _value(move, time)
            if move.tag == "animateTransform":
                attributes["transform"] = f"{move.get('type')}({value})"
            else:
                attributes[move.get("attributeName", "")] = value
        found.append(attributes)
    return found


def _value(move: ET.Element, time: float) -> str:
    # Key times are steps of the drawing, written to thousandths.
    written = [SAMPLES * float(each) for each in move.get("keyTimes", "").split(";")]
    times = [round(each) / SAMPLES for each in written]
    assert np.allclose(written, [SAMPLES * each for each in times], atol=0.04)
    values = move.get("values", "").split(";")
    assert len(times) == len(values)
    assert times[0] == 0
    assert times == sorted(times)
    before = max(index for index, each in enumerate(times) if each <= time + 1e-3)
    if move.get("calcMode") == "discrete" or before + 1 == len(times):
        return values[before]
    share = max(0.0, (time - times[before]) / (times[before + 1] - times[before]))
    first, second = (
        [float(each) for each in NUMBER.findall(values[index])] for index in (before, before + 1)
    )
    now = iter((1 - share) * a + share * b for a, b in zip(first, second, strict=True))
    return NUMBER.sub(lambda _: f"{next(now):.3f}", values[before])


def _alike(shown: dict[str, str], played: dict[str, str]) -> bool:
    played = {name: value for name, value in played.items() if (name, value) != ("opacity", "1")}
    if set(shown) - set(played) or set(played) - set(shown) - {"opacity"}:
        return False
    return all(
        NUMBER.sub("#", value) == NUMBER.sub("#", played[name])
        and np.allclose(_numbers(value), _numbers(played[name]), atol=0.12)
        for name, value in shown.items()
    ) and ("opacity" in shown or float(played.get("opacity", 1)) > 0.99)


def _numbers(value: str) -> list[float]:
    return [float(each) for each in NUMBER.findall(value)]


def test_what_an_animation_leaves_out_lies_on_the_way(stories):
    """Between its key times no attribute of a drawing is further off than a pixel."""
    for scene in stories["needled", "en"].scenes:
        for shape in _shapes(scene.drawing.shapes):
            for name, moving in shape.moving.items():
                lone = Drawing("x", (replace(shape, moving={name: moving}, inside=()),),
                               (Moment(0.0, ""),), (0.5,), 1)  # fmt: skip
                moves = [
                    each
                    for element in parsed(animated(lone, "", "")).iter(shape.tag)
                    for each in element
                    if each.tag.startswith("animate")
                ]
                for step, exact in enumerate(sampled(moving)):
                    for move in moves:
                        told = _numbers(_value(move, step / SAMPLES))
                        assert np.allclose(told, _numbers(exact), atol=1.0), (scene.key, name, step)


def _shapes(shapes):
    for shape in shapes:
        yield shape
        yield from _shapes(shape.inside)


def test_loops_are_short_and_nothing_jumps_when_they_begin_anew(stories):
    """What is seen at the end stands where it stands at the start; a count of weeks starts anew."""
    for told in stories.values():
        for scene in told.scenes:
            assert scene.drawing.seconds <= 12
            if scene.drawing.key == "year":
                continue
            for shape, seen in _seen(scene.drawing.shapes, 1.0):
                for name, moving in shape.moving.items():
                    first, last = (_numbers(sampled(moving)[end]) for end in (0, -1))
                    if name == "rotate":
                        first, last = first[:1], [last[0] % 360]
                    assert not seen or np.allclose(first, last, atol=1), (scene.key, name)


def _seen(shapes, opacity):
    for shape in shapes:
        own = shape.moving.get("opacity", lambda _: 1.0)
        now = opacity * min(float(own(0.0)), float(own(1.0)))
        yield shape, now > 0.05
        yield from _seen(shape.inside, now)


# The page


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


# The words


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
