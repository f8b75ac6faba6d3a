"""How long records are kept: for ever unless decided otherwise, and nothing is ever deleted."""

from datetime import UTC, date, datetime

import pytest
from small_practice import fill, person, session
from sqlalchemy import func, select
from stores import ADA

from anagen.reading import BadInput
from anagen.records.audit import verify
from anagen.records.people import find
from anagen.records.retention import (
    keep_for,
    kept_years,
    lift,
    past_retention,
    restrict,
    years_after,
)
from anagen.records.tables import Patient, SessionRecord

LONG_AFTER = date(2090, 1, 1)


@pytest.fixture
def treated(store):
    """Somebody last treated on 2 March 2012."""
    with store.writing(ADA) as entry:
        patient = entry.add(person())
        for year in (2011, 2012):
            entry.add(session(patient.record, performed_at=datetime(year, 3, 2, 10, tzinfo=UTC)))
    return patient.record


@pytest.mark.usefixtures("treated")
def test_nothing_was_decided_at_first(store):
    with store.reading() as db:
        assert kept_years(db) is None
        assert past_retention(db, LONG_AFTER) == []


def test_the_time_counts_from_the_last_day_of_care(store, treated):
    with store.writing(ADA) as entry:
        keep_for(entry, 10)
    with store.reading() as db:
        assert past_retention(db, date(2022, 3, 2)) == []
        (kept,) = past_retention(db, date(2022, 3, 3))
    assert (kept.patient.record, kept.last_day, kept.until) == (
        treated, date(2012, 3, 2), date(2022, 3, 2),
    )  # fmt: skip


def test_a_correction_is_no_care_and_a_later_session_is(store, treated):
    with store.writing(ADA) as entry:
        keep_for(entry, 10)
        row = entry.db.scalars(select(Patient).where(Patient.record == treated)).one()
        entry.correct(row, "misheard", family_name="Nunes")
    with store.reading() as db:
        assert len(past_retention(db, date(2022, 3, 3))) == 1
    with store.writing(ADA) as entry:
        entry.add(session(treated, performed_at=datetime(2020, 1, 1, tzinfo=UTC)))
    with store.reading() as db:
        assert past_retention(db, date(2022, 3, 3)) == []


def test_restricting_lets_rest_and_deletes_nothing(store, treated):
    with store.writing(ADA) as entry:
        keep_for(entry, 10)
        rested = restrict(entry, treated, "ten years are over")
    with store.reading() as db:
        assert past_retention(db, LONG_AFTER) == []
        assert find(db, "Núñez") == []
        assert db.scalar(select(func.count()).select_from(SessionRecord)) == 2
        assert db.scalar(select(func.count()).select_from(Patient)) == 2
    with store.writing(ADA) as entry:
        lift(entry, treated, "came again")
    with store.reading() as db:
        assert find(db, "Núñez")[0].supersedes == rested.id
    assert verify(store).whole


def test_every_kind_of_care_counts_and_who_had_none_counts_from_the_first_day(store):
    fill(store)
    with store.writing(ADA) as entry:
        entry.add(person(family_name="Never Treated"))
        keep_for(entry, 1)
    with store.reading() as db:
        today = db.scalars(select(Patient.recorded_at)).first().date()
        kept = past_retention(db, LONG_AFTER)
    assert {each.patient.family_name: each.last_day for each in kept} == {
        "Núñez": max(today, date(2026, 3, 2)), "Never Treated": today,
    }  # fmt: skip


def test_for_ever_again(store, treated):
    for years in (10, None):
        with store.writing(ADA) as entry:
            keep_for(entry, years)
    with store.reading() as db:
        assert kept_years(db) is None
    assert treated


@pytest.mark.parametrize("years", [0, -1, 101])
def test_years_that_are_none(store, years):
    with pytest.raises(BadInput, match="1 to 100 years"), store.writing(ADA) as entry:
        keep_for(entry, years)


def test_a_leap_day_ends_on_the_next():
    assert years_after(date(2024, 2, 29), 1) == date(2025, 3, 1)
    assert years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)
