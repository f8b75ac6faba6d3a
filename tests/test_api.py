"""The JSON API answers as the model and the records do, and tells no name to who may read none."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from test_api_fuzz import ADA, COUNTS, COURSE, MAN
from web_client import Practice, practice

from anagen.counts import Counts
from anagen.followup import follow_up
from anagen.forecast import simulate
from anagen.patient import Patient
from anagen.planning import plan
from anagen.protocol import Protocol
from anagen.reading import BadInput
from anagen.records.tables import AdverseEvent, Audit, HairCount, Screening, SessionRecord
from anagen.records.tables import Patient as Kept
from anagen.records.tables import Plan as KeptPlan
from anagen.screening import screen
from anagen.web.forecaster import ModelAway

WHO, WHAT, COUNTED = (
    Patient.model_validate(MAN), Protocol.model_validate(COURSE), Counts.model_validate(COUNTS),
)  # fmt: skip
FEW = {"weeks": 26, "draws": 20, "seed": 3}


class Itself:
    """The model, asked in this very process."""

    def bands(self, patient: Any, protocols: Any, *size: Any) -> list[dict[str, Any]]:
        return [simulate(patient, protocol, *size).as_dict() for protocol in protocols]

    def plan(self, *told: Any) -> Any:
        return plan(*told)

    def follow_up(self, *told: Any) -> Any:
        return follow_up(*told)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with practice(tmp_path_factory.mktemp("api"), forecaster=Itself()) as made:
        yield made


def plain(found: Any) -> Any:
    """A result as JSON has it."""
    return json.loads(json.dumps(found.as_dict()))


# The model


def test_a_screening_is_that_of_the_program(here: Practice) -> None:
    told = {"patient": MAN | {"medications": ["warfarin"]}, "protocol": COURSE}
    answer = here.assistant.post("/api/v1/screen", json=told)
    who = Patient.model_validate(told["patient"])
    assert answer.json() == plain(screen(who, WHAT))


def test_forecast_plan_and_followup_are_those_of_the_model(here: Practice) -> None:
    told = {"patient": MAN, "protocol": COURSE} | FEW
    forecast = here.researcher.post("/api/v1/simulate", json=told).json()
    assert forecast == plain(simulate(WHO, WHAT, 26, 20, 3))
    ranked = here.clinician.post("/api/v1/plan", json={"patient": MAN} | FEW).json()
    assert ranked == plain(plan(WHO, 26, 20, 3))
    after = here.clinician.post("/api/v1/followup", json=told | {"counts": COUNTS}).json()
    assert after == plain(follow_up(WHO, WHAT, COUNTED, 26, 20, 3))


def test_what_the_model_refuses_is_refused_in_its_own_sentence(here: Practice) -> None:
    told = {"patient": MAN | {"condition": "undiagnosed"}, "protocol": COURSE}
    with pytest.raises(BadInput) as refused:
        simulate(Patient.model_validate(told["patient"]), WHAT, 26, 20)
    answer = here.clinician.post("/api/v1/simulate", json=told)
    assert (answer.status_code, answer.json()) == (422, {"error": str(refused.value)})


@pytest.mark.parametrize(("name", "value"), [("weeks", 261), ("draws", 2001), ("seed", -1)])
def test_no_more_is_computed_than_somebody_waits_for(here: Practice, name: str, value: int) -> None:
    answer = here.clinician.post(
        "/api/v1/simulate", json={"patient": MAN, "protocol": COURSE, name: value}
    )
    assert answer.status_code == 422
    assert f"{name} is {value}; allowed is" in answer.json()["error"]


def test_a_model_that_is_away_is_said_to_be(
    here: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> Any:
        raise ModelAway("the model is starting again; ask in a moment.")

    monkeypatch.setattr(Itself, "plan", away)
    answer = here.clinician.post("/api/v1/plan", json={"patient": MAN})
    assert (answer.status_code, answer.json()) == (
        503, {"error": "the model is starting again; ask in a moment."},
    )  # fmt: skip
    assert answer.headers["retry-after"]


# The records


@pytest.fixture(scope="module")
def ada(here: Practice) -> str:
    """A patient with one record of each kind, names and free text in all of them."""
    made = here.clinician.post("/api/v1/patients", json=ADA | {"note": "Ada likes tea"})
    assert made.status_code == 201
    record = made.json()["record"]
    with here.store.writing(here.actor("clinician")) as entry:
        screening = entry.add(
            Screening(
                patient=record, facts=MAN, protocol=COURSE, decision="proceed",
                result=screen(WHO, WHAT).as_dict(), version="1",
            )
        )  # fmt: skip
        entry.add(
            KeptPlan(
                patient=record, screening=screening.record, name="Ada's plan", facts=MAN,
                protocol=COURSE, weeks=26, draws=20, seed=0, model_version="1", forecast={},
                first_day=date(2026, 1, 5), override_reason="Ada asked for it",
            )
        )  # fmt: skip
        entry.add(
            SessionRecord(
                patient=record, number=1, performed_at=here.now(), operator="Clara Clinician",
                zones=[{"zone": "vertex", "depth_mm": 0.6}], topicals=[], note="Ada was calm",
                reaction="Ada was red",
            )
        )  # fmt: skip
        entry.add(
            AdverseEvent(
                patient=record, on=date(2026, 1, 6), event={"kind": "pain", "action": "rang Ada"},
                assessment={}, urgency="expected", kind="pain",
            )
        )  # fmt: skip
    count = {"date": "2026-05-01", "total_density_per_cm2": 171.5, "method": "hair_to_hair"}
    assert here.assistant.post(f"/api/v1/patients/{record}/counts", json=count).status_code == 201
    return record


KINDS = ("screenings", "plans", "sessions", "counts", "events")


def test_what_was_entered_is_read_back(here: Practice, ada: str) -> None:
    told = here.assistant.get(f"/api/v1/patients/{ada}").json()
    assert (told["given_name"], told["family_name"]) == ("Ada", "Ferrer")
    assert Patient.model_validate(told["facts"]) == WHO
    for kind in KINDS:
        (one,) = here.clinician.get(f"/api/v1/patients/{ada}/{kind}").json()
        assert one["patient"] == ada
    assert one["kind"] == "pain"
    (count,) = here.clinician.get(f"/api/v1/patients/{ada}/counts").json()
    assert (count["on"], count["total_density_per_cm2"]) == ("2026-05-01", 171.5)
    with here.store.reading() as db:
        assert db.query(HairCount).filter(HairCount.patient == ada).count() == 1


def test_a_researcher_is_told_a_code_and_never_a_name(here: Practice, ada: str) -> None:
    code = here.clinician.get(f"/api/v1/patients/{ada}").json()["code"]
    listed = here.researcher.get("/api/v1/patients")
    assert [each["code"] for each in listed.json()] == [code]
    answers = [listed, here.researcher.get(f"/api/v1/patients/{ada}")]
    answers += [here.researcher.get(f"/api/v1/patients/{ada}/{kind}") for kind in KINDS]
    for answer in answers:
        assert answer.status_code == 200
        for word in ("Ada", "Ferrer", "Clara", "tea", "rang", "calm"):
            assert word not in answer.text, answer.url
    assert len(here.researcher.get(f"/api/v1/patients/{ada}/sessions").json()[0]["zones"]) == 1


TYPED = "what her sister Eva takes"


def test_a_researcher_is_told_terms_and_no_words_of_anybody(here: Practice) -> None:
    facts = MAN | {
        "medications": ["Warfarin", "L40.0", {"name": TYPED, "stopped_days_ago": 3}],
        "allergies": [TYPED],
    }
    who = Patient.from_table(facts, "the test")
    record = here.clinician.post("/api/v1/patients", json=ADA | {"facts": facts}).json()["record"]
    kept = who.model_dump(mode="json", exclude_none=True)
    used = {"product": TYPED, "lot": TYPED, "grams": 4.0}
    with here.store.writing(here.actor("clinician")) as entry:
        entry.add(
            Screening(
                patient=record, facts=kept, decision="defer", result=screen(who).as_dict(),
                version="1",
            )
        )  # fmt: skip
        entry.add(
            SessionRecord(
                patient=record, number=1, performed_at=here.now(), operator="Clara Clinician",
                zones=[], anaesthetic=used, topicals=[used | {"product": "minoxidil"}],
                device_model=TYPED, device_serial=TYPED, reaction="none",
            )
        )  # fmt: skip
    where = f"/api/v1/patients/{record}"
    assert "Eva" in here.clinician.get(f"{where}/screenings").text
    for path in ("", "/screenings", "/sessions"):
        assert "Eva" not in here.researcher.get(where + path).text, path
    told = here.researcher.get(where).json()["facts"]
    assert told["medications"] == [
        {"name": "Warfarin"}, {"name": "L40.0"}, {"name": "not told", "stopped_days_ago": 3},
    ]  # fmt: skip
    (screening,) = here.researcher.get(f"{where}/screenings").json()
    assert {each["rule"] for each in screening["result"]["findings"]}
    (session,) = here.researcher.get(f"{where}/sessions").json()
    assert session["anaesthetic"] == {"product": "not told", "grams": 4.0}
    assert session["topicals"] == [{"product": "minoxidil", "grams": 4.0}]


def test_a_name_is_not_found_by_asking_for_it_without_leave(here: Practice, ada: str) -> None:
    assert here.researcher.get("/api/v1/patients", params={"q": "ferrer"}).json() == []
    assert here.clinician.get("/api/v1/patients", params={"q": "ferrer"}).json()
    code = here.clinician.get(f"/api/v1/patients/{ada}").json()["code"]
    assert here.researcher.get("/api/v1/patients", params={"q": code.lower()}).json()
    assert here.researcher.get("/api/v1/patients", params={"q": "%"}).json() == []


def test_nothing_of_a_restricted_record_is_told_to_research(here: Practice) -> None:
    made = here.clinician.post("/api/v1/patients", json=ADA | {"given_name": "Zoë"}).json()
    with here.store.writing(here.actor("owner")) as entry:
        row = entry.db.get(Kept, made["id"])
        assert row is not None
        entry.correct(row, "asked for it", restricted=True)
    where = f"/api/v1/patients/{made['record']}"
    assert here.researcher.get(where).status_code == 404
    assert here.researcher.get(f"{where}/counts").status_code == 404
    assert made["record"] not in here.researcher.get("/api/v1/patients").text
    assert here.clinician.get(where).json()["restricted"] is True


def test_who_reads_a_patient_is_written_down(here: Practice, ada: str) -> None:
    here.researcher.get(f"/api/v1/patients/{ada}/counts")
    with here.store.reading() as db:
        last = db.query(Audit).order_by(Audit.seq.desc()).first()
    assert last is not None
    assert (last.action, last.record, last.actor) == ("read", ada, here.user("researcher").id)
    assert last.detail == {"by": "API", "of": "counts"}


def test_who_searches_is_written_down_with_whom_they_found(here: Practice, ada: str) -> None:
    code = here.clinician.get(f"/api/v1/patients/{ada}").json()["code"]
    here.assistant.get("/api/v1/patients", params={"q": code})
    with here.store.reading() as db:
        last = db.query(Audit).order_by(Audit.seq.desc()).first()
    assert last is not None
    assert (last.action, last.actor) == ("search", here.user("assistant").id)
    assert last.detail == {"by": "API", "found": [code]}


def test_a_name_is_kept_as_by_the_form(here: Practice) -> None:
    name = {"given_name": " Ada\u202e  Lea ", "born": "1990-02-28"}
    told = here.clinician.post("/api/v1/patients", json=ADA | name).json()
    assert (told["given_name"], told["born"]) == ("Ada Lea", "1990-02-28")
    for broken in ({"given_name": "\x1b[31m"}, {"born": "2099-01-01"}, {"born": "0001-01-01"}):
        answer = here.clinician.post("/api/v1/patients", json=ADA | broken)
        assert answer.status_code == 422
        assert answer.json()["error"].startswith("the body: ")


@pytest.mark.parametrize("path", ["no-such-person", "no-such-person/counts"])
def test_nobody_is_not_found(here: Practice, path: str) -> None:
    assert here.clinician.get(f"/api/v1/patients/{path}").status_code == 404
    count = {"date": "2026-05-01", "total_density_per_cm2": 170}
    assert here.clinician.post("/api/v1/patients/x/counts", json=count).status_code == 404


@pytest.mark.parametrize(
    "broken",
    [
        {"date": "2099-01-01"}, {"date": None, "week": 3}, {"total_density_per_cm2": -1},
        {"terminal_density_per_cm2": 500}, {"method": "guess"}, {"hairs": 3},
    ],
)  # fmt: skip
def test_a_count_that_cannot_be_is_refused(here: Practice, ada: str, broken: Any) -> None:
    count = {"date": "2026-05-01", "total_density_per_cm2": 170} | broken
    answer = here.clinician.post(f"/api/v1/patients/{ada}/counts", json=count)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("the body: ")


def test_an_assistant_and_a_researcher_may_do_what_their_role_says(here: Practice) -> None:
    assert here.researcher.post("/api/v1/patients", json=ADA).status_code == 403
    assert here.assistant.post("/api/v1/patients", json=ADA).status_code == 201
    me = here.researcher.get("/api/v1/me").json()
    assert (me["role"], me["csrf"]) == ("researcher", here.researcher.headers["x-csrf-token"])


def test_the_examples_of_the_documentation_are_taken(here: Practice) -> None:
    text = (Path(__file__).parents[1] / "docs" / "api.md").read_text("utf-8")
    tried = re.findall(r"```http\nPOST (\S+) HTTP/1\.1\n(?:[^\n]+\n)*\n(.*?)```", text, re.DOTALL)
    assert len(tried) >= 2
    for path, body in tried:
        answer = here.clinician.post(path, json=json.loads(body))
        assert answer.status_code in {200, 201}, answer.text
