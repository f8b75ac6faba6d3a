"""Every page in a real browser: reachable for everybody, light, quiet, and nothing from outside."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from browser import chromium, faults_of, serving, signed_in, violations
from journey import COUNT, EVENT, PERSON, SESSION, kept_plan, loaded
from keyboard import unreached
from playwright.sync_api import Browser, Request
from web_client import Practice, practice

from anagen import Protocol
from anagen.jobs import conduct as conducting
from anagen.jobs.queue import Queue
from anagen.web import trial_form
from anagen.web.forecaster import Model
from anagen.web.gate import declared
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
    session: str
    waiting: str  # jobs
    done: str


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp("pages")
    with (
        Model() as model,
        practice(folder, forecaster=loaded(model.forecaster())) as here,
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
        clinician.post(f"/patients/{patient}/sessions/new", data=SESSION)
        here.app.state.queue = Queue(folder / "queue.db")
        waiting, done = trial_asked(here), trial_asked(here)
        conducting._conduct(here.store, done)
        with here.store.reading() as db:
            person = person_of(db, patient)
        yield Filled(
            here, base, patient, plan,
            person.screenings[0].record, person.counts[0].record, person.events[0].record,
            person.sessions[0].record, waiting, done,
        )  # fmt: skip


def trial_asked(here: Practice) -> str:
    typed = trial_form.first("added") | {"people": "5", "repeats": "20"}
    answer = here.owner.post("/research/trials/new", data=typed)
    return answer.headers["location"].rpartition("/")[2]


OF_PATIENT = (
    "", "/facts", "/screenings/new", "/screenings/{screening}", "/plans/{plan}", "/counts/new",
    "/counts/{count}", "/followup", "/followup/forecast", "/documents", "/events/new",
    "/events/{event}", "/events/{event}/correct", "/consents", "/compare",
    "/compare/keep?column=a&a.device=pen&a.needle_mm=1&a.sessions=6&a.interval_days=28",
    "/sessions/new", "/sessions/{session}", "/sessions/{session}/correct", "/microscope",
    "/export",
)  # fmt: skip
ELSEWHERE = (
    "/", "/patients", "/patients/new", "/patients/import", "/nowhere", "/account",
    "/account/second-factor", "/administration", "/administration/audit", "/administration/users",
    "/administration/recall", "/administration/recall?lot=LOT-7781", "/administration/backup",
    "/administration/retention", "/research", "/research/trials/new", "/research/jobs/{waiting}",
    "/research/jobs/{done}", "/evidence", "/evidence?q=minoxidil",
    "/evidence/views/qualification", "/evidence/views/forest", "/evidence/C15",
    "/evidence/closure.dye_half_life_h", "/sign-in",
)  # fmt: skip
# Seen by nobody who is signed in, or no page: tried where signing in, photographs and files are.
NOT_HERE = {
    "/health", "/static/{name}", "/sign-in/provider", "/sign-in/provider/back", "/set-up",
    "/invitation/{token}", "/sign-in/second-step", "/patients/{patient}/photos/{record}",
    "/patients/{patient}/documents/{record}", "/research/jobs/{job}/result.json",
    "/research/jobs/{job}/result.csv",
}  # fmt: skip
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
        if width == 1280:
            assert unreached(seen) == []
        wide = seen.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} px wide at {width}"
        weight = sum(each.sizes()["responseBodySize"] for each in loaded)
        assert weight <= MOST_BYTES, f"{weight} bytes"
        assert seen.title().strip(" ·")
        context.close()


def test_no_page_is_left_out(filled: Filled) -> None:
    def shape(address: str) -> re.Pattern[str]:
        return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(address)))

    seen = [page.format(**vars(filled)).split("?")[0] for page in PAGES]
    left_out = {
        str(route.path)
        for route, _ in declared(filled.here.app.routes)
        if "GET" in (route.methods or ())
        and not str(route.path).startswith("/api/")
        and not any(shape(str(route.path)).fullmatch(address) for address in seen)
    }
    assert left_out == NOT_HERE
