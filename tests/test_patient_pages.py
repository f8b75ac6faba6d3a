"""The pages of a patient: what goes in comes back, nothing is lost over a refusal."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from journey import COUNT, EVENT, PERSON, kept_plan
from web_client import Practice, practice

from anagen import Protocol
from anagen.records import tables
from anagen.records.current import current, current_one, history
from anagen.records.retention import restrict
from anagen.web.pages import today
from anagen.web.person import person_of

COURSE = Path(__file__).parent.parent / "examples" / "course.toml"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Practice]:
    with practice(tmp_path) as it:
        yield it


def new_patient(here: Practice, **other: str) -> str:
    answer = here.clinician.post("/patients/new", data=PERSON | other)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix("/patients/")


def planned(here: Practice) -> tuple[str, str]:
    patient = new_patient(here)
    with here.store.writing(here.actor("clinician")) as entry:
        facts = person_of(entry.db, patient).facts
        plan = kept_plan(entry, patient, facts, Protocol.read(COURSE)).record
    return patient, plan


def test_what_was_typed_is_what_is_kept(here: Practice) -> None:
    patient = new_patient(here)
    with here.store.reading() as db:
        person = person_of(db, patient)
    assert person.name == "Zebulon Quarrington"
    assert person.facts.hair is not None
    assert person.facts.hair.total_density_per_cm2 == 172
    assert person.facts.medications == ()
    assert person.facts.pregnant is None


def test_a_refused_form_says_why_and_keeps_every_word(here: Practice) -> None:
    answer = here.clinician.post("/patients/new", data=PERSON | {"weight_kg": "heavy"})
    assert answer.status_code == 422
    at_the_field = re.search(r'id="weight_kg-wrong">(.*?)</p>', answer.text)
    assert at_the_field
    said = "Weight is &#39;heavy&#39;; allowed is a number of kg from 2 to 350."
    assert said in at_the_field[1]
    assert f'<a href="#weight_kg">{said}</a>' in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    assert 'value="Quarrington"' in answer.text
    with here.store.reading() as db:
        assert not current(db, tables.Patient)


def test_a_digit_that_is_no_number_of_days_is_part_of_the_name(here: Practice) -> None:
    patient = new_patient(here, **{"medications": "biotin, ²", "medications.none": ""})
    with here.store.reading() as db:
        (medicine,) = person_of(db, patient).facts.medications or ()
    assert (medicine.name, medicine.stopped_days_ago) == ("biotin, ²", None)


def test_a_correction_stands_and_the_first_version_stays(here: Practice) -> None:
    patient = new_patient(here)
    with here.store.reading() as db:
        version = person_of(db, patient).row.id
    change = {"version": version, "reason": "weighed", "weight_kg": "80"}
    answer = here.clinician.post(f"/patients/{patient}/facts", data=PERSON | change)
    assert answer.status_code == 303
    again = here.clinician.post(f"/patients/{patient}/facts", data=PERSON | change)
    assert again.status_code == 422
    assert "Somebody changed this person meanwhile" in again.text
    with here.store.reading() as db:
        weights = [row.facts["weight_kg"] for row in history(db, tables.Patient, patient)]
    assert weights == [78, 80]


def test_the_screening_that_is_kept_is_the_one_that_was_shown(here: Practice) -> None:
    patient = new_patient(here, **{"medications.none": "", "medications": "warfarin"})
    shown = here.clinician.get(f"/patients/{patient}/screenings/new")
    assert "warfarin" in shown.text
    assert here.clinician.post(f"/patients/{patient}/screenings").status_code == 303
    with here.store.reading() as db:
        (row,) = current(db, tables.Screening)
    assert row.decision.replace("_", " ") in here.clinician.get(f"/patients/{patient}").text
    kept = here.clinician.get(f"/patients/{patient}/screenings/{row.record}")
    assert "warfarin" in kept.text


def test_an_answer_goes_into_the_facts(here: Practice) -> None:
    patient = new_patient(here, **{"skin_type": "", "allergies.none": ""})
    with here.store.reading() as db:
        version = person_of(db, patient).row.id
    told = {"version": version, "allergies": "nickel", "skin_type": "4"}
    answer = here.clinician.post(f"/patients/{patient}/screenings/answers", data=told)
    assert answer.status_code == 303, answer.text
    with here.store.reading() as db:
        facts = person_of(db, patient).facts
    assert facts.skin_type == 4
    assert [each.name for each in facts.allergies or ()] == ["nickel"]
    assert facts.weight_kg == 78


def test_a_plan_is_signed_as_it_was_read(here: Practice) -> None:
    patient, plan = planned(here)
    at = f"/patients/{patient}/plans/{plan}"
    shown = here.clinician.get(at)
    assert "draft until a clinician signs" in shown.text
    assert here.clinician.post(f"{at}/sign", data={"version": "x"}).status_code == 422
    assert here.assistant.post(f"{at}/sign", data={"agree": "yes"}).status_code == 403
    with here.store.reading() as db:
        version = person_of(db, patient).plans[0].id
    signed = here.clinician.post(f"{at}/sign", data={"version": version, "agree": "yes"})
    assert signed.status_code == 303
    assert "Approved by Clara Clinician" in here.clinician.get(at).text


def test_the_story_holds_a_count_against_forecast_and_error(here: Practice) -> None:
    patient, _ = planned(here)
    assert here.assistant.post(f"/patients/{patient}/counts/new", data=COUNT).status_code == 303
    text = here.clinician.get(f"/patients/{patient}").text
    # 181 against 172, of which one phototrichogram cannot tell a change of 9.
    assert "Week 15: +9 hairs/cm², within counting error" in text
    follow = here.clinician.get(f"/patients/{patient}/followup").text
    assert "181" in follow


def test_an_event_is_weighed_and_stays_with_its_patient(here: Practice) -> None:
    patient, _ = planned(here)
    other = new_patient(here, family_name="Other")
    answer = here.assistant.post(f"/patients/{patient}/events/new", data=EVENT)
    assert answer.status_code == 303, answer.text
    shown = here.clinician.get(answer.headers["location"])
    assert "pus" in shown.text
    record = answer.headers["location"].rsplit("/", 1)[1]
    assert here.clinician.get(f"/patients/{other}/events/{record}").status_code == 404
    assert "infection" in here.clinician.get("/").text.lower()


def test_what_rests_is_not_on_the_first_page_and_what_begins_later_is(here: Practice) -> None:
    patient, plan = planned(here)
    assert here.assistant.post(f"/patients/{patient}/events/new", data=EVENT).status_code == 303
    with here.store.writing(here.actor("clinician")) as entry:
        row = current_one(entry.db, tables.Plan, plan)
        entry.correct(row, "on leave", first_day=date.today() + timedelta(weeks=6))
    first = here.clinician.get("/").text
    assert f'href="/patients/{patient}/plans/{plan}"' in first
    assert f'href="/patients/{patient}/events/' in first
    with here.store.writing(here.actor("clinician")) as entry:
        restrict(entry, patient, "asked for it")
    assert patient not in here.clinician.get("/").text


def test_who_comes_is_told_for_each_visit_of_a_signed_plan(here: Practice) -> None:
    def told(days_ago: int) -> list[str]:
        """The visits on the first page under a plan of 52 weeks that began so long ago."""
        patient, plan = planned(here)
        with here.store.writing(here.actor("clinician")) as entry:
            row = current_one(entry.db, tables.Plan, plan)
            begun = date.today() - timedelta(days=days_ago)
            entry.sign(entry.correct(row, "moved", first_day=begun), "approved")
        text = here.clinician.get("/").text.partition("To look at")[0]
        return re.findall(rf'{patient}/sessions/new">Session (\d+)', text)

    apart = int(Protocol.read(COURSE).course.interval_days)
    for days_ago, visits in {
        -8: [], -7: ["1"], 0: ["1"], 1: [], apart - 7: ["2"], apart: ["2"], 5 * apart - 1: ["6"],
        52 * 7 + 1: [],
    }.items():  # fmt: skip
        assert told(days_ago) == visits, days_ago


def test_of_many_drafts_the_latest_are_shown(
    here: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(today, "MOST_SHOWN", 1)
    _, first = planned(here)
    assert "are shown" not in here.clinician.get("/").text
    _, second = planned(here)
    text = here.clinician.get("/").text
    assert "The latest 1 are shown" in text
    assert second in text
    assert first not in text


def test_consent_needs_the_off_label_word_and_can_be_taken_back(here: Practice) -> None:
    patient = new_patient(here)
    told = {"kind": "treatment", "given": "yes", "on": "2026-01-05", "language": "en"}
    at = f"/patients/{patient}/consents"
    assert here.clinician.post(at, data=told).status_code == 422
    assert here.clinician.post(at, data=told | {"off_label_said": "yes"}).status_code == 303
    with here.store.reading() as db:
        person = person_of(db, patient)
    assert person.consented("treatment")
    back = here.clinician.post(f"{at}/{person.consents[0].record}/take-back")
    assert back.status_code == 303
    with here.store.reading() as db:
        assert person_of(db, patient).consented("treatment") is False


def test_all_people_of_a_table_are_taken_or_none(here: Practice) -> None:
    head = "given_name,family_name,age,sex,condition\n"
    good = head + "Ada,One,40,female,alopecia_areata\nBob,Two,50,male,androgenetic_alopecia\n"
    bad = good + "Cy,Three,old,male,androgenetic_alopecia\n"

    def sent(text: str) -> int:
        files = {"file": ("people.csv", text, "text/csv")}
        return here.clinician.post("/patients/import", files=files).status_code

    assert sent(bad) == 422
    with here.store.reading() as db:
        assert not current(db, tables.Patient)
    assert sent(good) == 303
    with here.store.reading() as db:
        assert [row.given_name for row in current(db, tables.Patient)] == ["Ada", "Bob"]


def test_a_person_in_a_file_has_a_birth_date_that_can_be(here: Practice) -> None:
    who = {"given_name": "Ada", "family_name": "One", "age": 40, "sex": "female",
           "condition": "alopecia_areata"}  # fmt: skip

    def sent(born: str) -> int:
        files = {"file": ("ada.json", json.dumps(who | {"born": born}), "application/json")}
        return here.clinician.post("/patients/import", files=files).status_code

    assert [sent(born) for born in ("2099-01-01", "1066-10-14", "soon")] == [422, 422, 422]
    assert sent("1985-03-14") == 303
    with here.store.reading() as db:
        assert [row.born for row in current(db, tables.Patient)] == [date(1985, 3, 14)]
