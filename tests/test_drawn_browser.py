"""The drawn pages in Chromium: sliders, the map by keyboard alone, less motion, no JavaScript."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from browser import chromium, faults_of, serving, signed_in
from journey import PERSON, loaded
from keyboard import to
from playwright.sync_api import Browser, Page, expect
from web_client import Practice, practice

from anagen.care.living_microscope import living_microscope, said_time
from anagen.options import candidates
from anagen.records import tables
from anagen.records.current import current
from anagen.web.forecaster import Forecaster, Model
from anagen.web.pages.compare import ALL, FEW
from anagen.web.person import person_of

__all__ = ["chromium"]


@dataclass(frozen=True)
class Here:
    practice: Practice
    base: str
    patient: str
    forecaster: Forecaster

    def open(self, browser: Browser, path: str, **options: object) -> Page:
        context = signed_in(browser, self.practice, self.base, "clinician", **options)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{self.base}/patients/{self.patient}/{path}", wait_until="networkidle")
        return page


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    with Model() as model:
        forecaster = loaded(model.forecaster())
        folder = tmp_path_factory.mktemp("drawn")
        with practice(folder, forecaster=forecaster) as made, serving(made) as base:
            answer = made.clinician.post("/patients/new", data=PERSON)
            patient = answer.headers["location"].removeprefix("/patients/")
            yield Here(made, base, patient, forecaster)


def test_the_chart_follows_the_slider_and_all_draws_come_on_release(
    here: Here, chromium: Browser
) -> None:
    page = here.open(chromium, "compare")
    faults = faults_of(page, here.base)
    slider, field = page.get_by_label("Needle length, slider").first, page.locator("#a-needle_mm")
    before = page.locator("#chart-a .median").get_attribute("points")
    other = page.locator("#chart-none .median").get_attribute("points")
    slider.focus()
    slider.evaluate(
        "(it) => { it.value = 2; it.dispatchEvent(new Event('input', {bubbles: true})) }"
    )
    expect(page.locator("#drawn")).to_contain_text(f"{FEW} draws while you slide")
    expect(page.locator("#chart-a h2")).to_contain_text("2 mm pen")
    assert field.input_value() == "2"
    assert page.locator("#chart-a .median").get_attribute("points") != before
    page.keyboard.press("ArrowRight")  # a step, and its release
    expect(page.locator("#drawn")).to_have_text(f"all {ALL} draws")
    expect(page.locator("#chart-a h2")).to_contain_text("2.1 mm pen")
    expect(slider).to_be_focused()  # what is swapped is not what is held
    assert "a.needle_mm=2.1" in page.url
    assert page.locator("#chart-none .median").count() == 1
    assert other is not None
    assert faults == []


def test_comparing_without_javascript(here: Here, chromium: Browser) -> None:
    page = here.open(chromium, "compare", java_script_enabled=False)
    assert page.locator("input[type=range]").count() == 0  # a number is typed instead
    page.locator("#a-needle_mm").fill("1.2")
    page.locator("#b-device").select_option("none")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#chart-a h2")).to_contain_text("1.2 mm pen")
    expect(page.locator("#chart-b h2")).to_contain_text("Medicine only")
    expect(page.locator("#chart-none h2")).to_have_text("No needling")


def test_a_session_is_recorded_by_keyboard_alone(here: Here, chromium: Browser) -> None:
    page = here.open(chromium, "sessions/new")
    faults = faults_of(page, here.base)
    page.locator("#with\\.kind").focus()
    page.keyboard.type("pen")
    depth = page.locator("#vertex\\.depth_mm")
    expect(depth).to_be_hidden()
    to(page, "vertex.on")
    page.keyboard.press("Space")
    expect(depth).to_be_visible()
    to(page, "vertex.depth_mm")
    page.keyboard.type("0.8")
    page.keyboard.press("Tab")
    page.keyboard.type("4")
    page.keyboard.press("Tab")
    row = page.locator("#dose tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(re.compile(r"Vertex\s*[\d,]+ \([\d,]+ to [\d,]+\)"))
    page.keyboard.type("30")
    to(page, "after.reaction")
    page.keyboard.type("a little redness")
    to(page, "despite")
    page.keyboard.type("consent was signed on paper")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Session 1")
    with here.practice.store.reading() as db:
        (kept,) = current(db, tables.SessionRecord, tables.SessionRecord.patient == here.patient)
    assert (kept.zones[0]["zone"], kept.zones[0]["depth_mm"]) == ("vertex", 0.8)
    assert kept.zones[0]["punctures_per_cm2"] > 100
    assert faults == []


def test_an_area_is_chosen_by_touching_the_map(here: Here, chromium: Browser) -> None:
    page = here.open(chromium, "sessions/new", viewport={"width": 390, "height": 844})
    for name in ("occipital", "temporal_left"):
        tick = page.locator(f"#{name}\\.on")
        tick.scroll_into_view_if_needed()
        box = tick.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 12, box["y"] + 34)  # beside the box itself
        expect(tick).to_be_checked()
    expect(page.locator("#frontal\\.on")).not_to_be_checked()


def test_punctures_without_javascript(here: Here, chromium: Browser) -> None:
    page = here.open(chromium, "sessions/new", java_script_enabled=False)
    page.locator("#with\\.kind").select_option("roller")
    page.locator("#frontal\\.on").check()
    page.locator("#frontal\\.depth_mm").fill("1")
    page.locator("#frontal\\.passes").fill("15")
    page.get_by_role("button", name="Work out the punctures").click()
    expect(page.locator("#dose tbody td").first).to_have_text("229")  # 15 · 192/(4π)
    assert page.locator("#frontal\\.passes").input_value() == "15"


def test_the_microscope_shows_the_keyframes_and_stops_when_told(
    here: Here, chromium: Browser
) -> None:
    page = here.open(chromium, "microscope")
    faults = faults_of(page, here.base)
    with here.practice.store.reading() as db:
        facts = person_of(db, here.patient).facts
    course = [each for each in candidates(facts) if each.protocol.course.sessions][1].protocol
    seen = here.forecaster.close_up(facts, course, 52, 200, 0)
    scope = living_microscope(seen, here.forecaster.ask(facts, [course], 52, 200, 0)[0])
    slider = page.locator("#time")
    expect(page.locator("#stills")).to_be_hidden()
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator("#clock")).to_have_text(said_time(seen.seconds[-1]))
    last = len(seen.seconds) - 1
    shown = page.locator(".readings dd").all_text_contents()
    for said, reading in zip(shown, scope.readings, strict=True):
        assert said.split(" (")[0] == reading.said(last).split(" (")[0]
    page.keyboard.press("Home")
    expect(page.locator("#clock")).to_have_text("0 seconds")
    expect(page.locator('[data-track="needle"]')).to_have_attribute("opacity", "1.000")
    page.keyboard.press("ArrowRight")
    expect(page.locator('[data-track="needle"]')).to_have_attribute("opacity", "0.000")
    play = page.locator("#play")
    play.press("Enter")
    expect(play).to_have_text("Pause")
    expect(page.locator("#clock")).not_to_contain_text("second")
    play.press("Enter")
    stopped = slider.input_value()
    page.wait_for_timeout(200)
    assert slider.input_value() == stopped
    assert "after the first session" in (slider.get_attribute("aria-valuetext") or "")
    assert faults == []


@pytest.mark.parametrize(
    "options", [{"reduced_motion": "reduce"}, {"java_script_enabled": False}], ids=str
)
def test_less_motion_or_no_javascript_is_four_still_pictures(
    here: Here, chromium: Browser, options: dict[str, object]
) -> None:
    page = here.open(chromium, "microscope", **options)
    expect(page.locator("#microscope")).to_be_hidden()
    stills = page.locator("#stills svg")
    expect(stills).to_have_count(4)
    for still in stills.all():
        expect(still).to_be_visible()
