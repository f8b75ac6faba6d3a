"""The whole story of a patient in a real browser: with scripts, without, and by keyboard alone."""

from collections.abc import Iterator
from datetime import date

import pyotp
import pytest
from browser import chromium, faults_of, serving, signed_in
from journey import COUNT, EVENT, PERSON, SESSION, loaded
from keyboard import answer, follow, step, to
from playwright.sync_api import Browser, Page, expect
from web_client import PASSWORD, Practice, practice

from anagen.records.audit import verify
from anagen.web.forecaster import Model
from anagen.web.person import person_of

__all__ = ["chromium"]
CONSENT = {"kind": "treatment", "given": "yes", "language": "en", "off_label_said": "yes"}


@pytest.fixture(scope="module")
def open_practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Practice, str]]:
    folder = tmp_path_factory.mktemp("story")
    with (
        Model() as model,
        practice(folder, forecaster=loaded(model.forecaster())) as here,
        serving(here) as base,
    ):
        yield here, base


def fill(page: Page, typed: dict[str, str]) -> None:
    """Every field by its name, as a person would: typed, chosen or ticked."""
    for name, value in typed.items():
        field = page.locator(f'main [name="{name}"]')
        if field.count() == 0:
            raise AssertionError(f"{page.url} has no field {name}")
        tag = field.first.evaluate("it => it.tagName")
        kind = field.first.get_attribute("type")
        if tag == "SELECT":
            field.select_option(value)
        elif kind == "radio":
            page.locator(f'main [name="{name}"][value="{value}"]').check()
        elif kind == "checkbox":
            field.first.check()
        else:
            field.first.fill(value)


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name).first.click()
    page.wait_for_load_state("networkidle")


def assert_told(page: Page) -> None:
    """That a patient's story shows all that was written down."""
    told = page.locator("main").inner_text()
    for title in ("Screening", "Plan", "Session 1", "Hair count", "Adverse event", "Consent"):
        assert title in told, title


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_story_from_intake_to_follow_up(
    scripts: bool,
    open_practice: tuple[Practice, str],
    chromium: Browser,
) -> None:
    here, base = open_practice
    context = signed_in(chromium, here, base, "clinician", java_script_enabled=scripts)
    page = context.new_page()
    faults = faults_of(page, base)
    page.set_default_timeout(60_000)

    page.goto(f"{base}/patients/new")
    fill(page, PERSON)
    press(page, "Keep")
    home = page.url
    assert "Not screened yet" in page.locator("main").inner_text()

    page.goto(f"{home}/screenings/new")
    press(page, "Keep this screening")
    page.goto(f"{home}/consents")
    fill(page, CONSENT)
    press(page, "Keep")

    page.goto(f"{home}/compare")
    press(page, "Compare")
    assert "No needling" in page.locator("main").inner_text()
    page.get_by_role("link", name="Keep plan A…").click()
    page.wait_for_load_state("networkidle")
    assert page.url.startswith(f"{home}/compare/keep")
    fill(page, {"name": "Six sessions", "first_day": date.today().isoformat()})
    press(page, "Keep this plan")
    page.goto(home)
    page.get_by_role("link", name="Plan", exact=True).click()
    fill(page, {"agree": "yes"})
    press(page, "Sign as")
    assert "Approved by Clara Clinician" in page.locator("main").inner_text()

    page.goto(f"{home}/sessions/new")
    fill(page, {name: said for name, said in SESSION.items() if name != "despite"})
    press(page, "Record the session")
    assert "LOT-7781" in page.locator("main").inner_text()

    page.goto(f"{home}/documents")
    fill(page, {"signed": "yes"})
    press(page, "Prepare the documents")
    assert page.get_by_role("button", name="Note that Handout (en) was given").count() == 1
    press(page, "Note that Handout (en) was given")
    page.get_by_role("link", name="Handout", exact=True).click()
    assert "Clara Clinician" in page.inner_text("body")
    page.goto(f"{home}/documents")
    page.get_by_role("link", name="How your hair grows").click()
    page.locator("svg:visible").first.wait_for()

    page.goto(f"{home}/counts/new")
    fill(page, COUNT)
    press(page, "Keep")
    page.goto(f"{home}/events/new")
    fill(page, EVENT)
    press(page, "Keep and weigh")
    assert "What to do" in page.locator("main").inner_text()

    page.goto(home)
    assert_told(page)
    assert faults == []
    with here.store.reading() as db:
        person = person_of(db, home.rsplit("/", 1)[1])
    handout = next(each for each in person.documents if each.kind == "handout")
    assert {each.meaning for each in person.signed[handout.id]} == {"approved", "given_to_patient"}
    assert verify(here.store).whole
    context.close()


def test_the_same_story_by_keyboard_alone(
    open_practice: tuple[Practice, str], chromium: Browser
) -> None:
    here, base = open_practice
    context = chromium.new_context()
    page = context.new_page()
    faults = faults_of(page, base)
    page.set_default_timeout(60_000)

    def heading(text: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(text)

    page.goto(f"{base}/sign-in")  # the last thing that is not a key
    assert step(page) == ["Skip to the content"]
    page.keyboard.press("Enter")
    assert step(page)[0] == "email"
    answer(page, "email", "clinician@clinic.example")
    answer(page, "password", PASSWORD)
    follow(page, "Sign in")
    heading("Codes and passkeys")
    to(page, "The app cannot scan?")
    page.keyboard.press("Enter")
    secret = page.locator("code.key").inner_text().replace(" ", "")
    answer(page, "code", pyotp.TOTP(secret).now())
    follow(page, "Ask me for codes")
    follow(page, "Today")

    follow(page, "New patient")
    for name, value in PERSON.items():
        answer(page, name, value)
    follow(page, "Keep")
    home = page.url
    heading("Zebulon Quarrington")

    follow(page, "Screen")
    follow(page, "Keep this screening")
    heading("Zebulon Quarrington")
    follow(page, "Consents")
    for name, value in CONSENT.items():
        answer(page, name, value)
    follow(page, "Keep")
    follow(page, "Zebulon Quarrington")

    follow(page, "Compare plans")
    follow(page, "Keep plan A…")
    heading("Keep a plan")
    answer(page, "name", "Six sessions")
    answer(page, "first_day", date.today().isoformat())
    follow(page, "Keep this plan")
    heading("Six sessions")
    answer(page, "agree", "yes")
    follow(page, "Sign as Clara Clinician")
    expect(page.locator("main")).to_contain_text("Approved by Clara Clinician")
    follow(page, "Zebulon Quarrington")

    follow(page, "Record a session")
    for name, value in SESSION.items():
        if name != "despite":
            answer(page, name, value)
    expect(page.locator("#dose tbody tr")).to_have_count(2)
    follow(page, "Record the session")
    heading("Session 1")
    follow(page, "Zebulon Quarrington")

    follow(page, "Documents")
    answer(page, "signed", "yes")
    follow(page, "Prepare the documents")
    follow(page, "Note that Handout (en) was given")
    assert page.get_by_role("button", name="Note that Handout (en) was given").count() == 0
    follow(page, "Zebulon Quarrington")

    follow(page, "Follow-up")
    follow(page, "Write down a count")
    for name, value in COUNT.items():
        answer(page, name, value)
    follow(page, "Keep")
    follow(page, "Adverse event")
    for name, value in EVENT.items():
        answer(page, name, value)
    follow(page, "Keep and weigh")
    expect(page.locator("main")).to_contain_text("What to do")
    follow(page, "Zebulon Quarrington")

    assert page.url == home
    assert_told(page)
    assert faults == []
    with here.store.reading() as db:
        person = person_of(db, home.rsplit("/", 1)[1])
    (session,) = person.sessions
    assert f"{person.row.born}" == PERSON["born"]
    assert f"{session.performed_at.astimezone():%Y-%m-%dT%H:%M}" == SESSION["performed_at"]
    assert [(zone["zone"], zone["depth_mm"]) for zone in session.zones] == [
        ("frontal", 0.6), ("vertex", 1.0)
    ]  # fmt: skip
    assert person.events[0].event["signs"] == ["spreading", "pus"]
    context.close()
