"""The pages of research: a trial asked for by a form, watched, read; no name anywhere."""

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from web_client import Practice, practice

from anagen.jobs import conduct as conducting
from anagen.jobs.queue import Queue
from anagen.records.tables import Job, Patient
from anagen.web import trial_form

FACTS = {"age": 34, "sex": "male", "condition": "androgenetic_alopecia"}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Practice]:
    with practice(tmp_path) as made:
        made.app.state.queue = Queue(tmp_path / "queue.db")
        yield made


def small(**typed: str) -> dict[str, str]:
    """A form of a trial that takes a moment."""
    return trial_form.first("added") | {"people": "5", "repeats": "20"} | typed


def asked(here: Practice, **typed: str) -> str:
    """The address of a trial that was asked for by its form."""
    answer = here.researcher.post("/research/trials/new", data=small(**typed))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def conducted(here: Practice, address: str) -> None:
    conducting._conduct(here.store, address.rpartition("/")[2])


def test_a_trial_is_asked_for_watched_and_read(here: Practice):
    address = asked(here, **{"a.name": "=1+1"})
    waiting = here.researcher.get(address).text
    assert 'hx-trigger="every 2s"' in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    moving = here.researcher.get(address, headers={"hx-request": "true"})
    assert "<html" not in moving.text
    assert "It waits for its turn" in moving.text
    assert "hx-refresh" not in moving.headers

    conducted(here, address)
    assert here.researcher.get(address, headers={"hx-request": "1"}).headers["hx-refresh"] == "true"
    page = here.researcher.get(address).text
    assert "80 % would take" in page or "no number of people brings it to 80 %" in page
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ET.fromstring(svg)
    assert "every 2s" not in page
    assert "<noscript>" not in page

    told = here.researcher.get(f"{address}/result.json").json()
    assert told["off_label"] is True
    assert told["spec"]["repeats"] == 20
    answer = here.researcher.get(f"{address}/result.csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["week"] for row in rows] == ["12", "24"]
    assert {row["control"] for row in rows} == {"'=1+1"}  # no name is a formula
    listed = here.researcher.get("/research").text
    assert f'<a href="{address}">Needling added to minoxidil</a>' in listed


@pytest.mark.parametrize("preset", trial_form.PRESETS)
def test_what_a_preset_fills_in_can_be_asked(here: Practice, preset: str):
    form = here.researcher.get(f"/research/trials/new?preset={preset}")
    assert form.status_code == 200
    answer = here.researcher.post("/research/trials/new", data=trial_form.first(preset))
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"people": "1"}, "people is 1; allowed is the people who start"),
        ({"people": "many"}, "people is &#39;many&#39;"),
        ({"oldest": "10"}, "allowed is the youngest first"),
        ({"grades": "ludwig_1"}, "grade &#39;ludwig_1&#39; does not belong"),
        ({"visits": "24, 12"}, "visits_weeks is [24, 12]"),
        ({"dropout_percent": "100"}, "dropout_per_visit is 1"),
        ({"b.needle_mm": "9"}, "Treated: device.needle_mm is 9"),
        ({"b.name": "Minoxidil"}, "arms has a name twice"),
        ({"repeats": "1e99"}, "repeats is"),
    ],
)
def test_a_refusal_says_what_is_allowed_and_loses_nothing(
    here: Practice, typed: dict[str, str], said: str
):
    answer = here.researcher.post("/research/trials/new", data=small(name="Mine & yours") | typed)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert said in answer.text
    assert 'value="Mine &amp; yours"' in answer.text
    assert "Mine" not in here.researcher.get("/research").text


def test_a_job_is_cancelled_and_gone_on_with(here: Practice):
    address = asked(here)
    assert here.researcher.post(f"{address}/cancel").status_code == 303
    assert "Go on" in here.researcher.get(address).text
    refused = here.researcher.post(f"{address}/cancel")
    assert refused.status_code == 422
    assert "the job is cancelled; allowed is to cancel one that waits or runs" in refused.text
    assert here.researcher.post(f"{address}/resume").status_code == 303
    conducted(here, address)
    assert 'class="pill good"' in here.researcher.get(address).text


def test_a_person_is_named_by_code_alone(here: Practice):
    with here.store.writing(here.actor("clinician")) as entry:
        facts = FACTS | {"medications": [{"name": "what her sister Ysolde takes"}]}
        told = {"family_name": "Quagmirovska", "born": date(1960, 1, 1), "facts": facts}
        open_ = entry.add(Patient(given_name="Zebulonia", **told)).code
        hidden = entry.add(Patient(given_name="Walburga", restricted=True, **told)).code
    answer = here.researcher.post("/research/jobs", data={"kind": "sensitivity", "code": open_})
    assert answer.status_code == 303
    page = here.researcher.get(answer.headers["location"]).text
    assert "androgenetic alopecia" in page
    assert f"age {date.today().year - 1960}" in page  # as of today
    assert not re.search("Zebulonia|Quagmirovska|Ysolde", page)
    for code in (hidden, "AAA-AAA", "' OR 1=1"):
        refused = here.researcher.post("/research/jobs", data={"kind": "sensitivity", "code": code})
        assert refused.status_code == 422
        assert "allowed is the code of a patient" in refused.text


def test_what_is_not_there_is_not_found(here: Practice):
    for path in ("/jobs/nothing", "/jobs/nothing/result.json", "/jobs/nothing/result.csv"):
        assert here.researcher.get(f"/research{path}").status_code == 404
    assert here.researcher.post("/research/jobs/nothing/cancel").status_code == 404
    assert here.researcher.post("/research/jobs", data={"kind": "dance"}).status_code == 422
    assert here.researcher.get("/research/trials/new?preset=x").status_code == 422
    address = asked(here)
    assert here.researcher.get(f"{address}/result.csv").status_code == 404


def test_every_kind_that_ended_has_its_page(here: Practice):
    share = {"value": 0.2, "low": 0.1, "high": 0.3}
    results = {
        "sensitivity": {"for_person": [{"what": "a count", "share": share}]},
        "qualification": {"failures": ["It <b>failed</b>."]},
        "calibration_short": {"faults": []},
    }
    for kind, result in results.items():
        with here.store.writing(here.actor("researcher")) as entry:
            row = Job(kind=kind, spec={}, asked_by="x", state="done", result=result)
            entry.db.add(row)
        page = here.researcher.get(f"/research/jobs/{row.id}")
        assert page.status_code == 200
        assert "<b>failed" not in page.text


def test_without_a_worker_nothing_is_asked(here: Practice):
    here.app.state.queue = None
    answer = here.researcher.post("/research/jobs", data={"kind": "qualification"})
    assert answer.status_code == 422
    assert "nobody does long work here" in answer.text


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\tx", " =1+1", "＝1+1", "\n=1+1"])
def test_no_name_is_a_formula_in_a_spreadsheet(here: Practice, name: str):
    visit = {"week": 12, "people_per_arm": None, "people_per_arm_if_as_expected": 40} | {
        "difference": {"median": -1.5, "p05": -3.0, "p95": 0.5},
        "power": {"value": 0.8, "low": 0.7, "high": 0.9},
    }
    compared = {"arm": name, "control": "Minoxidil", "visits": [visit]}
    result = {"unit": "hairs/cm²", "comparisons": [compared]}
    with here.store.writing(here.actor("researcher")) as entry:
        row = Job(kind="trial", spec={}, asked_by="x", state="done", result=result)
        entry.db.add(row)
    told = here.researcher.get(f"/research/jobs/{row.id}/result.csv").content.decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(told, newline=""))
    assert (line["arm"], line["control"]) == (f"'{name}", "Minoxidil")
    assert (line["difference_median"], line["people_per_arm"]) == ("-1.5", "")
