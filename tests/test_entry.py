"""Writing the records: nothing is overwritten, nothing passes the audit by."""

from contextlib import closing
from datetime import date

import pytest
from small_practice import fill
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from stores import ADA, BEN, sqlcipher_store

from anagen.records.audit import verify
from anagen.records.current import current, current_one, history
from anagen.records.refusals import Conflict
from anagen.records.tables import APPEND_ONLY, Audit, Content, HairCount, Patient


def person(**values):
    return Patient(
        **{"given_name": "Zoë", "family_name": "Núñez", "born": date(1990, 2, 28),
           "facts": {"age": 34.0, "sex": "female", "condition": "undiagnosed"}} | values
    )  # fmt: skip


def test_a_correction_supersedes_and_keeps_the_old(store):
    with store.writing(ADA) as entry:
        old = entry.add(person())
    with store.writing(BEN) as entry:
        new = entry.correct(old, "misheard", family_name="Nunes")
    with store.reading() as db:
        assert [row.id for row in current(db, Patient)] == [new.id]
        assert [row.family_name for row in history(db, Patient, old.record)] == ["Núñez", "Nunes"]
        assert (new.code, new.recorded_by, new.reason) == (old.code, BEN.id, "misheard")


def test_two_corrections_of_one_version_conflict(store):
    with store.writing(ADA) as entry:
        old = entry.add(person())
    with store.writing(BEN) as entry:
        entry.correct(old, "misheard", family_name="Nunes")
    with pytest.raises(Conflict, match="Ben Oduya"), store.writing(ADA) as entry:
        entry.correct(old, "misheard", family_name="Nuñes")
    with store.reading() as db:
        assert current_one(db, Patient, old.record).family_name == "Nunes"


def test_the_database_refuses_to_change_what_stays(store):
    fill(store)
    for table in (*APPEND_ONLY, Content):
        name, column = table.__tablename__, next(iter(table.__table__.primary_key)).name
        attempts = [f"UPDATE {name} SET {column} = {column}", f"DELETE FROM {name}"]
        if store.is_file:
            attempts.append(f"INSERT OR REPLACE INTO {name} SELECT * FROM {name}")
        else:
            attempts.append(f"TRUNCATE {name} CASCADE")
        for attempt in attempts:
            with (
                pytest.raises(DBAPIError, match="never changed"),
                store.engine.begin() as connection,
            ):
                connection.execute(text(attempt))
    assert verify(store).whole


def test_a_failed_entry_leaves_nothing(store):
    with store.reading() as db:
        before = db.query(Audit).count()

    def fails():
        with store.writing(ADA) as entry:
            entry.add(person())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    with store.reading() as db:
        assert (db.query(Patient).count(), db.query(Audit).count()) == (0, before)


def test_rows_do_not_pass_the_audit_by(store):
    count = HairCount(patient="x", on=date(2026, 1, 1), site="vertex", method="x")
    with pytest.raises(TypeError, match=r"Entry\.add"), store.writing(ADA) as entry:
        entry.db.add(count)


def test_a_confirmed_write_is_in_the_file_at_once(tmp_path):
    """Its pages are authenticated there; a log beside it with a damaged byte is cut off unsaid."""
    with closing(sqlcipher_store(tmp_path)) as store:
        with store.reading() as reader:
            reader.scalars(select(Patient)).all()
            with store.writing(ADA) as entry:  # does not wait for who reads
                entry.add(person())
        with store.writing(ADA) as entry:
            entry.add(person())
        assert (tmp_path / "records.db-wal").stat().st_size == 0
