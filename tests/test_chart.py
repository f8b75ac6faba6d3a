"""Drawings hold the truth of their forecast, explain themselves and can be read by everyone."""

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from fake_plan import (
    BASELINE,
    HOSTILE,
    MINOXIDIL,
    SMALLEST,
    make_forecast,
    make_plan,
    make_protocol,
)

from anagen.care.chart import comparison_charts, describe, forecast_chart, span
from anagen.care.scale import ticks
from anagen.care.tokens import BAND_50, BAND_90, DARK, LIGHT, ON_PAGE

SVG = "{http://www.w3.org/2000/svg}"
COURSE = make_forecast(13, 9, make_protocol(12, (MINOXIDIL,)))
UNTREATED = make_forecast(-7, 5, make_protocol(0))


def parsed(svg: str) -> Any:
    return ElementTree.fromstring(svg)


def drawing(**options: Any) -> Any:
    return parsed(forecast_chart(COURSE, no_needling=UNTREATED, **options))


def points(element):
    return [tuple(map(float, pair.split(","))) for pair in element.get("points").split()]


def by_class(root, name):
    return next(each for each in root.iter() if each.get("class") == name)


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def over(colour, ground, opacity):
    mixed = (
        round(opacity * int(colour[at : at + 2], 16) + (1 - opacity) * int(ground[at : at + 2], 16))
        for at in (1, 3, 5)
    )
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def test_contrast_is_measured_as_the_standard_says():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "card"])
@pytest.mark.parametrize("text", ["ink", "quiet", "anagen", "telogen", "needle", "alarm"])
def test_text_stands_out_from_its_ground(colours, ground, text):
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_lines_stand_out_from_the_bands(colours):
    band = over(colours["anagen"], over(colours["anagen"], colours["card"], BAND_90), BAND_50)
    assert contrast(colours["ink"], band) >= 4.5
    assert contrast(colours["anagen"], band) >= 3  # a graphic, WCAG 1.4.11


@pytest.mark.parametrize("band", ["band-p05-p95", "band-p25-p75"])
def test_the_median_lies_inside_its_bands(band):
    root = drawing()
    outline, median = points(by_class(root, band)), points(by_class(root, "median"))
    upper, lower = outline[: len(median)], outline[len(median) :][::-1]
    for (x, y), (x_up, top), (x_low, foot) in zip(median, upper, lower, strict=True):
        assert x == x_up == x_low
        assert top <= y <= foot


def test_the_band_is_drawn_below_the_median_and_the_baseline_above_it():
    names = [each.get("class") for each in drawing().iter() if each.get("class")]
    order = ["band-p05-p95", "band-p25-p75", "median", "baseline", "sessions"]
    assert [names.index(name) for name in order] == sorted(names.index(name) for name in order)


@pytest.mark.parametrize("gain", [-120, 0, 150])
def test_the_axis_never_cuts_off_the_baseline_nor_the_blind_zone(gain):
    forecast = make_forecast(gain, 5, make_protocol(12))
    low, high = span([forecast], "total_density_per_cm2")
    assert low <= BASELINE - SMALLEST
    assert high >= BASELINE + SMALLEST
    root = parsed(forecast_chart(forecast, plot_height=270))
    height = float(root.get("height", 0))
    assert 0 < float(by_class(root, "baseline").get("cy")) < height


def test_changes_too_small_to_measure_are_hatched_and_say_so():
    root = drawing()
    zone = by_class(root, "too-small-to-measure")
    assert zone.get("fill").startswith("url(#")
    said = " ".join(root.itertext())
    assert "too small to measure" in said
    assert "change below 14: too small to measure" in said
    middle = float(zone.get("y")) + float(zone.get("height")) / 2
    assert float(by_class(root, "baseline").get("cy")) == pytest.approx(middle, abs=0.2)


def test_a_count_has_its_error_bar_and_an_estimate_is_hollow():
    assert by_class(drawing(), "counting-error") is not None
    patient = COURSE.patient.model_copy(update={"hair": None})
    root = parsed(forecast_chart(replace(COURSE, patient=patient)))
    assert "counting-error" not in [each.get("class") for each in root.iter()]
    assert by_class(root, "baseline").get("fill") == ON_PAGE["card"]
    assert "estimated start" in " ".join(root.itertext())


def test_every_session_has_its_needle_and_those_after_the_end_have_none():
    assert by_class(drawing(), "sessions").get("d").count("M") == 12
    long = make_forecast(5, 5, make_protocol(40))
    root = parsed(forecast_chart(long))
    assert by_class(root, "sessions").get("d").count("M") == 26


def test_no_needling_is_a_dashed_grey_line_with_its_range():
    root = drawing(colours=LIGHT)
    line = by_class(root, "reference")
    assert line.get("stroke") == LIGHT["needle"]
    assert line.get("stroke-dasharray")
    assert by_class(root, "reference-range") is not None


def test_a_drawing_explains_itself():
    root = drawing(title=HOSTILE)
    title, said = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {said.get('id')}"
    assert "nine in ten" in said.text
    text = " ".join(root.itertext())
    for needed in ("hairs/cm²", "weeks", "Source: model anagen", COURSE.model_version, "seed 0"):
        assert needed in text


def test_the_description_never_gives_a_middle_without_its_range():
    for sentence in describe(COURSE, no_needling=UNTREATED).split(". "):
        if "middle" in sentence:
            assert "between" in sentence


def test_options_are_compared_on_one_scale():
    plan = make_plan()
    named = [(option.name, option.forecast) for option in plan.options]
    roots = [parsed(each) for each in comparison_charts(named)]
    scales = [
        [(t.text, t.get("y")) for t in root.iter(f"{SVG}text") if t.get("text-anchor") == "end"][:4]
        for root in roots
    ]
    assert all(one == other for one, other in pairwise(scales))
    ids = [each.get("id") for root in roots for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))


def test_paper_gets_fixed_colours_and_a_page_gets_its_own():
    assert "var(" not in forecast_chart(COURSE, colours=LIGHT)
    fixed = re.sub(r"var\(--[a-z]+, #[0-9A-F]{6}\)", "", forecast_chart(COURSE))
    assert not re.search(r'"#[0-9A-Fa-f]{6}"', fixed)


@pytest.mark.parametrize("endpoint", sorted(COURSE.draws))
def test_every_endpoint_of_a_forecast_can_be_drawn(endpoint):
    parsed(forecast_chart(COURSE, endpoint, no_needling=UNTREATED))


@pytest.mark.parametrize(("low", "high"), [(0, 1), (157.3, 201.2), (-3, 4), (0.02, 0.021)])
def test_ticks_are_few_even_and_inside(low, high):
    found = ticks(low, high, 5)
    assert 2 <= len(found) <= 6
    assert low <= found[0] < found[-1] <= high
    steps = [after - before for before, after in pairwise(found)]
    assert steps == pytest.approx([steps[0]] * len(steps))
