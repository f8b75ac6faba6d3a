"""Killed, crowded or out of room, the records keep what was confirmed and nothing by halves."""

import os
import random
import resource
import signal
from contextlib import closing
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Barrier, Thread

import pytest
from killed import FORKED
from small_practice import person
from sqlalchemy import event, func, select
from stores import ADA, BEN

from anagen.records.audit import verify
from anagen.records.current import current
from anagen.records.keys import Keys
from anagen.records.refusals import Conflict, NotKept
from anagen.records.store import Store, create_store, open_store
from anagen.records.tables import HairCount, Patient, Photo

DAY = date(2026, 3, 2)
KEYS = Keys({"00112233aabbccdd": bytes(range(32))}, "00112233aabbccdd")


def save(store: Store, number: int) -> str:
    """One entry of several rows; every tenth with a photograph."""
    with store.writing(ADA) as entry:
        patient = entry.add(person(clinic_number=str(number)))
        entry.add(HairCount(patient=patient.record, on=DAY, site="vertex", method="by hand"))
        if number % 10 == 0:
            photo = Photo(patient=patient.record, taken_on=DAY, media_type="image/png",
                          width=1, height=1)  # fmt: skip
            entry.add(photo, content=os.urandom(20_000))
    return patient.record


def _save_many(where: str | Path, confirmed: Path, first: int, last: int) -> None:
    store = open_store(where, KEYS)
    with confirmed.open("ab", buffering=0) as said:
        for number in range(first, last):
            said.write(save(store, number).encode() + b"\n")


@pytest.mark.parametrize(("database", "saves"), [("sqlcipher", 1000), ("postgresql", 300)])
def test_kill_9_loses_nothing_that_was_confirmed(request, tmp_path, database, saves):
    is_file = database == "sqlcipher"
    where = tmp_path / "records.db" if is_file else request.getfixturevalue("postgresql")()
    create_store(where, KEYS).close()
    told, chance, kills = tmp_path / "confirmed", random.Random(9), 0
    told.touch()
    while (done := len(told.read_bytes().split())) < saves:
        child = FORKED.Process(target=_save_many, args=(where, told, done, saves))
        child.start()
        while child.is_alive() and told.stat().st_size <= 37 * done:
            child.join(0.01)
        child.join(chance.uniform(0, saves / 1000))
        child.kill()
        child.join()
        kills += child.exitcode == -signal.SIGKILL
        assert child.exitcode in (0, -signal.SIGKILL)
    assert kills > 1
    confirmed = told.read_text().split()
    with closing(open_store(where, KEYS)) as store:
        report = verify(store)
        assert report.whole, report.sentence
        with store.reading() as db:
            kept = {row.record: row for row in current(db, Patient)}
            counts = db.scalars(select(HairCount.patient)).all()
            photos = set(db.scalars(select(Photo.patient)))
        assert set(confirmed) <= kept.keys()
        assert len(kept) - saves <= kills  # kept, and killed before it could be said
        assert sorted(counts) == sorted(kept)
        assert photos == {
            record for record, row in kept.items() if int(row.clinic_number) % 10 == 0
        }


def _save_until_refused(where: Path, room: int, answer: Connection) -> None:
    store, number = open_store(where, KEYS), 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    confirmed = []
    try:
        while True:
            confirmed.append(save(store, number))
            number += 1
    except NotKept as refused:
        answer.send((confirmed, str(refused)))
        store.close()


@pytest.mark.parametrize("room", [100_000, 350_000, 500_000, 777_777])
def test_where_the_disk_takes_no_more_the_entry_is_refused(tmp_path, room):
    where = tmp_path / "records.db"
    create_store(where, KEYS).close()
    ours, theirs = FORKED.Pipe()
    room += where.stat().st_size
    child = FORKED.Process(target=_save_until_refused, args=(where, room, theirs))
    child.start()
    confirmed, said = ours.recv()
    child.join()
    assert "nothing of this entry was kept" in said
    with closing(open_store(where, KEYS)) as store:
        assert verify(store).whole
        with store.reading() as db:
            assert {row.record for row in current(db, Patient)} == set(confirmed)
        save(store, 1)


def test_a_full_file_is_refused_and_goes_on_with_more_room(tmp_path):
    where = tmp_path / "records.db"
    create_store(where, KEYS).close()
    with closing(open_store(where, KEYS)) as store:
        pages = [where.stat().st_size // 4096 + 40]

        @event.listens_for(store.engine, "begin")
        def little_room(connection):
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages[0]}")

        confirmed: list[str] = []

        def fill_up() -> None:
            while True:
                confirmed.append(save(store, 10))

        with pytest.raises(NotKept, match="the disk is full"):
            fill_up()
        with store.reading() as db:
            assert {row.record for row in current(db, Patient)} == set(confirmed)
        assert verify(store).whole
        pages[0] += 1000
        save(store, 10)
        assert verify(store).whole


def test_many_writers_at_once_make_one_chain(make_store):
    store, at_once = make_store(), Barrier(6)
    others = [open_store(store.where, store.keys) for _ in range(6)]

    def write(of: Store) -> None:
        at_once.wait()
        for number in range(8):
            save(of, number)

    threads = [Thread(target=write, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    assert verify(store).whole
    with store.reading() as db:
        assert db.scalar(select(func.count()).select_from(Patient)) == 48


def test_of_many_who_correct_at_once_one_is_kept_and_the_others_are_told(make_store):
    store, at_once = make_store(), Barrier(5)
    with store.writing(ADA) as entry:
        old = entry.add(person())
    told: list[Exception] = []

    def correct(name: str) -> None:
        other = open_store(store.where, store.keys)
        at_once.wait()
        try:
            with other.writing(BEN) as entry:
                entry.correct(old, "misheard", family_name=name)
        except Conflict as conflict:
            told.append(conflict)
        other.close()

    threads = [Thread(target=correct, args=(f"Name {number}",)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 4
    assert verify(store).whole
