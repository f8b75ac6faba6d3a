"""Every page in a real browser: reachable for everybody, light, quiet, and nothing from outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from browser import chromium, faults_of, serving, signed_in, violations
from journey import COUNT, EVENT, PERSON, kept_plan
from playwright.sync_api import Browser, Request
from web_client import Practice, practice

from anagen import Protocol
from anagen.web.forecaster import Model
from anagen.web.person import person_of

__all__ = ["chromium"]
COURSE = Path(__file__).parent.parent / "examples" / "course.toml"
MOST_BYTES = 150_000


@dataclass(frozen=True)
class Filled:
    here: Practice
    base: str
    patient: str
    plan: str
    screening: str
    count: str
    event: str


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with (
        Model() as model,
        practice(tmp_path_factory.mktemp("pages"), forecaster=model.forecaster()) as here,
        serving(here) as base,
    ):
        clinician = here.clinician
        made = clinician.post("/patients/new", data=PERSON)
        patient = made.headers["location"].removeprefix("/patients/")
        with here.store.writing(here.actor("clinician")) as entry:
            facts = person_of(entry.db, patient).facts
            plan = kept_plan(entry, patient, facts, Protocol.read(COURSE)).record
        clinician.post(f"/patients/{patient}/counts/new", data=COUNT)
        clinician.post(f"/patients/{patient}/events/new", data=EVENT)
        with here.store.reading() as db:
            person = person_of(db, patient)
        yield Filled(
            here, base, patient, plan,
            person.screenings[0].record, person.counts[0].record, person.events[0].record,
        )  # fmt: skip


OF_PATIENT = (
    "", "/facts", "/screenings/new", "/screenings/{screening}", "/plans/{plan}", "/counts/new",
    "/counts/{count}", "/followup", "/followup/forecast", "/documents", "/events/new",
    "/events/{event}", "/events/{event}/correct", "/consents",
)  # fmt: skip
ELSEWHERE = ("/", "/patients", "/patients/new", "/patients/import", "/nowhere")
PAGES = [*(f"/patients/{{patient}}{page}" for page in OF_PATIENT), *ELSEWHERE]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_for_everybody(page: str, filled: Filled, chromium: Browser) -> None:
    at = page.format(**vars(filled))
    for scheme, width in (("light", 1280), ("dark", 390)):
        context = signed_in(
            chromium, filled.here, filled.base, "owner",
            color_scheme=scheme, viewport={"width": width, "height": 900},
        )  # fmt: skip
        seen = context.new_page()
        faults = faults_of(seen, filled.base)
        loaded: list[Request] = []
        seen.on("requestfinished", lambda asked, into=loaded: into.append(asked))
        answer = seen.goto(filled.base + at, wait_until="networkidle")
        assert answer is not None
        assert answer.status == (404 if at == "/nowhere" else 200)
        if answer.status == 404:
            faults = [fault for fault in faults if "404" not in fault]
        assert faults == []
        assert violations(seen) == [], scheme
        wide = seen.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} px wide at {width}"
        weight = sum(each.sizes()["responseBodySize"] for each in loaded)
        assert weight <= MOST_BYTES, f"{weight} bytes"
        assert seen.title().strip(" ·")
        context.close()
