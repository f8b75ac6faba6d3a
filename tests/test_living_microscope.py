"""The living microscope: what is drawn is what was computed, at any time, in both of its forms."""

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from fake_plan import MINOXIDIL, make_forecast, make_patient, make_protocol

from anagen.care.living_microscope import LivingMicroscope, living_microscope, said_time
from anagen.care.skin_section import MOST_DOTS, SCALE, SURFACE, Part, drawn
from anagen.care.words import number
from anagen.close_up import CloseUp

COURSE = make_protocol(2, (MINOXIDIL,))
SECONDS = (0.0, 1.0, 3600.0, 86_400.0, 604_800.0, 1_209_600.0)
NAMES = (
    "open_share", "track_open_share", "redness", "signal", "flow_ratio", "collagen_ratio",
    "skin_ug_cm2", "follicle_ug_cm2", "plasma_ng_ml", "exit_factor",
)  # fmt: skip


def made(depth_mm: float = 0.8, **medians: list[float]) -> LivingMicroscope:
    still = {"flow_ratio": 1.0, "collagen_ratio": 1.0, "exit_factor": 1.0}
    shown = {}
    for name in NAMES:
        middle = np.array(medians.get(name, [still.get(name, 0.0)] * len(SECONDS)))
        shown[name] = {"p05": 0.8 * middle, "median": middle, "p95": 1.5 * middle}
    seen = CloseUp(
        protocol=COURSE,
        seconds=SECONDS,
        shown={k: {q: v.tolist() for q, v in of.items()} for k, of in shown.items()},
        lengths={
            "channels_per_cm2": 400.0, "depth_mm": depth_mm, "mouth_radius_um": 80.0,
            "epidermis_um": 70.0, "skin_mm": 1.4, "bulge_mm": 1.1, "signal_reach_mm": 0.5,
        },
        sessions_s=(0.0, 1_209_600.0),
        weeks=2, draws=40, model_version="0.0-test", seed=0,
    )  # fmt: skip
    forecast = make_forecast(9, 4, COURSE, make_patient())
    draws = dict(forecast.draws) | {"early_anagen_per_cm2": 0.1 * forecast.draws["coverage"]}
    return living_microscope(seen, replace(forecast, draws=draws))


def test_a_still_shows_the_forecasts_numbers_at_its_time():
    ratio = [1.0, 1.0, 1.0, 1.1, 1.2, 1.3]
    scope = made(collagen_ratio=ratio, open_share=[1, 1, 0.5, 0.1, 0, 1])
    (reading,) = (each for each in scope.readings if each.key == "collagen")
    for frame, value in enumerate(ratio):
        assert reading.said(frame).startswith(number(value))
    assert scope.frame(90_000) == 3
    scaled = re.findall(r'href="#mouth"[^>]*scale\(([\d.]+) 1\)', scope.still(3600, "s"))
    assert len(scaled) > 2
    assert set(scaled) == {"0.500"}


def test_more_collagen_is_more_fibres_and_more_medicine_more_dots():
    amounts = [0, 0, 1.0, 5.0, 20.0, 10.0]
    scope = made(skin_ug_cm2=amounts, collagen_ratio=[1, 1, 1, 1.05, 1.1, 1.2])
    dots = [scope.value("skin", frame) for frame in range(len(SECONDS))]
    assert dots[0] == 0
    assert 0 < max(dots) <= MOST_DOTS
    assert np.argsort(dots, kind="stable").tolist() == np.argsort(amounts, kind="stable").tolist()
    fibres = [scope.value("fibres", frame) for frame in range(len(SECONDS))]
    assert fibres[3:] == pytest.approx([2, 4, 8])  # one for each 2.5 %


def test_depths_are_to_scale():
    tips = [
        float(re.search(r'id="hole"[^>]* d="M[-\d.]+ [\d.]+L0 ([\d.]+)', made(mm).stored())[1])  # type: ignore[index]
        for mm in (0.5, 1.0)
    ]
    assert np.array(tips) - SURFACE == pytest.approx(SCALE * np.array([0.5, 1.0]), abs=0.06)


def test_the_player_carries_what_the_stills_are_made_of():
    scope = made(open_share=[1, 1, 0.5, 0.1, 0, 1], redness=[1, 1, 0.9, 0.3, 0, 1])
    told = json.loads(json.dumps(scope.data()))
    assert told["seconds"] == pytest.approx(SECONDS, rel=1e-5)
    for name, track in told["tracks"].items():
        medians = told["readings"][track["of"]]["median"]
        for frame, median in enumerate(medians):
            value = max((median - track["minus"]) * track["times"], 0)
            assert min(value, track.get("most", np.inf)) == pytest.approx(
                scope.value(name, frame), rel=0.01, abs=0.01
            )
    moved = set(re.findall(r'data-track="(\w+)"', scope.player("p")))
    assert moved == {*told["tracks"], "needle"}


def test_the_needle_is_in_at_first_and_not_later():
    scope = made()
    assert scope.value("needle", 0) == 1
    assert not any(scope.value("needle", frame) for frame in range(1, len(SECONDS)))


@pytest.mark.parametrize("svg", ["player", "still", "stored"])
def test_drawings_are_xml_without_style_or_script(svg: str):
    scope = made(signal=[0, 0, 0.1, 0.5, 0.9, 0.2])
    text = {
        "player": scope.player("p"), "still": scope.still(86_400, "s"), "stored": scope.stored(),
    }[svg]  # fmt: skip
    root = ElementTree.fromstring(text)
    for element in root.iter():
        assert element.tag not in {"style", "script"}
        assert "style" not in element.attrib
        assert not any(name.startswith("on") for name in element.attrib)
    if svg != "stored":
        assert root.find("title") is not None
        assert root.find("desc") is not None


def test_a_still_names_what_it_shows_for_those_who_do_not_see_it():
    assert "Redness, 0 none to 1 most: 0.3 (0.24 to 0.45)" in made(
        redness=[1, 1, 0.9, 0.3, 0, 1]
    ).still(86_400, "s")


def test_what_is_schematic_is_said():
    assert "Schematic" in made().foot
    assert "to scale" in made().foot


@pytest.mark.parametrize(
    ("second", "said"),
    [(0, "0 seconds"), (1, "1 second"), (90, "2 minutes"), (86_400, "1 day"), (4e6, "7 weeks")],
)
def test_times_are_said_in_the_unit_that_fits(second: float, said: str):
    assert said_time(second) == said


def test_a_part_that_cannot_be_seen_is_left_out_of_a_still():
    part = Part("signal", "opacity", ("<rect/>",))
    assert drawn(part, 0.0) == ""
    assert 'data-track="signal"' in drawn(part, 0.0, live=True)
    shown = Part("fibres", "shown", ("<a/>", "<b/>", "<c/>"))
    assert drawn(shown, 1.6) == "<g><a/><b/></g>"
