"""The pictures of the hair story show the forecast."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hair_story_cases import WEEKS, drawn, made_forecasts, made_stories, parsed

from anagen.care import (
    story_blood,
    story_channel,
    story_emerging,
    story_healing,
    story_shedding,
    story_thickness,
    story_year,
)
from anagen.care.hair_story import Story, story_html
from anagen.care.story_motion import NUMBER, animated, still
from anagen.evidence.parameters import parameters
from anagen.forecast import Forecast


@pytest.fixture(scope="module")
def forecasts() -> dict[str, Forecast]:
    return made_forecasts()


@pytest.fixture(scope="module")
def stories() -> dict[tuple[str, str], Story]:
    return made_stories()


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
