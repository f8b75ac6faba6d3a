"""The pages that let records rest and that hand a person everything."""

import io
from datetime import UTC, date, datetime
from zipfile import ZipFile

import pytest
from small_practice import fill, person, session
from sqlalchemy import select
from web_client import Practice, practice

from anagen.records.current import current_one
from anagen.records.tables import AdverseEvent, Audit, Patient

RETENTION = "/administration/retention"


@pytest.fixture
def here(tmp_path):
    with practice(tmp_path) as made:
        yield made


def treated_long_ago(here: Practice) -> str:
    with here.store.writing(here.actor("clinician")) as entry:
        patient = entry.add(person()).record
        entry.add(session(patient, performed_at=datetime(2010, 3, 2, 10, tzinfo=UTC)))
    return patient


def test_a_person_is_listed_rests_and_comes_back(here):
    patient = treated_long_ago(here)
    assert "kept for ever" in here.owner.get(RETENTION).text
    assert here.owner.post(RETENTION, data={"years": "10"}).status_code == 303
    assert "last day of care 2 Mar 2010" in here.clinician.get(RETENTION).text
    rest = here.clinician.post(f"{RETENTION}/{patient}/restrict", data={"reason": "over"})
    assert rest.status_code == 303
    shown = here.clinician.get(RETENTION).text
    assert "Nobody&#39;s." in shown or "Nobody's." in shown
    assert "At rest" in shown
    assert "Núñez" not in shown  # who rests is not named unasked
    assert (
        here.clinician.post(f"{RETENTION}/{patient}/lift", data={"reason": "came"}).status_code
        == 303
    )
    with here.store.reading() as db:
        assert not current_one(db, Patient, patient).restricted


def test_who_rests_is_not_named_on_the_first_page(here):
    patient = treated_long_ago(here)
    with here.store.writing(here.actor("clinician")) as entry:
        entry.add(
            AdverseEvent(
                patient=patient, on=date.today(), event={"kind": "pain"}, kind="pain",
                assessment={"label": "Pain"}, urgency="same_day",
            )
        )  # fmt: skip
    assert "Núñez" in here.assistant.get("/").text
    here.clinician.post(f"{RETENTION}/{patient}/restrict", data={"reason": "asked for it"})
    assert "Núñez" not in here.assistant.get("/").text


@pytest.mark.parametrize("years", ["0", "101", "-1", "x", "1e2", "٣", "9" * 30])
def test_years_that_are_none_are_refused_and_kept_in_the_form(here, years):
    answer = here.owner.post(RETENTION, data={"years": years})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert f'value="{years[:20]}"' in answer.text


def test_a_reason_is_asked_for_and_nobody_else_may(here):
    patient = treated_long_ago(here)
    where = f"{RETENTION}/{patient}/restrict"
    assert here.clinician.post(where, data={"reason": " "}).status_code == 422
    assert (
        here.clinician.post(f"{RETENTION}/nobody/restrict", data={"reason": "x"}).status_code == 422
    )
    for role in ("assistant", "researcher"):
        assert here.as_role(role).get(RETENTION).status_code == 403
        assert here.as_role(role).post(where, data={"reason": "x"}).status_code == 403


def test_everything_about_a_person_is_handed_over_and_noted(here):
    patient = fill(here.store).patient
    where = f"/patients/{patient}/export"
    assert "not encrypted" in here.clinician.get(where).text
    answer = here.clinician.post(where)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    archive = ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    assert "tables/sessions.csv" in archive.namelist()
    with here.store.reading() as db:
        last = db.scalars(select(Audit).where(Audit.action == "export")).one()
    assert (last.record, last.actor) == (patient, here.actor("clinician").id)


def test_an_export_is_for_few(here):
    patient = fill(here.store).patient
    for role in ("assistant", "researcher"):
        assert here.as_role(role).post(f"/patients/{patient}/export").status_code == 403
    for ask in (here.clinician.get, here.clinician.post):
        assert ask("/patients/nobody/export").status_code == 404
