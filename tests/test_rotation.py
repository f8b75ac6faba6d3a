"""A rotation of keys may stop anywhere and goes on; a passphrase opens, another does not."""

import os
import random
import signal
import time
from contextlib import closing
from itertools import islice
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from killed import FORKED
from small_practice import LEAFLET, PHOTOGRAPH, TOTP, fill, person
from sqlalchemy import select, text
from stores import ADA, PASSPHRASE

from anagen.reading import BadInput
from anagen.records import keys
from anagen.records.audit import verify
from anagen.records.contents import read_content
from anagen.records.current import current
from anagen.records.keys import Keys, read_keys
from anagen.records.place import Place
from anagen.records.refusals import NotKept, NotOpened, Running
from anagen.records.store import open_store
from anagen.records.tables import Content, Document, Photo, User
from anagen.records.user_secret import key_of, opened_secret

FAST = {"time_cost": 1, "memory_kib": 64, "parallelism": 1}
OTHER = "another dozen of letters"
STEPS = 4  # that a rotation of so small a practice stops at


@pytest.fixture(autouse=True)
def fast_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The passphrase is not stretched: these tests do not guess one."""
    monkeypatch.setattr(keys, "STRETCHING", FAST)


@pytest.fixture(params=["sqlcipher", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A practice with a little of everything."""
    database = (
        request.getfixturevalue("postgresql")() if request.param == "postgresql" else None
    )  # fmt: skip
    place = Place(tmp_path / "practice", database)
    place.make(PASSPHRASE)
    with closing(place.open(PASSPHRASE)) as store:
        fill(store)
    return place


def is_as_before(place: Place) -> None:
    """Everything is there, opens, and goes by one key."""
    with closing(place.open(PASSPHRASE)) as store:
        assert not store.keys.is_rotating
        report = verify(store)
        assert report.whole, report.sentence
        with store.reading() as db:
            assert set(db.scalars(select(Content.key))) == {store.keys.current}
            assert read_content(db, current(db, Photo)[0]) == PHOTOGRAPH
            assert read_content(db, current(db, Document)[0]) == LEAFLET
            user = db.scalars(select(User)).one()
            assert key_of(user.totp) == store.keys.current
            assert opened_secret(store.keys, user.id, user.totp) == TOTP


@pytest.mark.parametrize("steps", range(STEPS + 2))
def test_a_rotation_that_stopped_anywhere_goes_on(place, steps):
    old = read_keys(place.key_file, PASSPHRASE)
    rotation = place.rotate(PASSPHRASE)
    assert len(list(islice(rotation, steps))) == min(steps, STEPS)
    rotation.close()
    is_as_before(place)
    new = read_keys(place.key_file, PASSPHRASE)
    assert (new.current != old.current) == (steps > 0)
    if new.current != old.current:
        with pytest.raises(NotOpened):
            open_store(place.records, old)


def test_who_holds_the_old_key_alone_writes_nothing_more(postgresql, tmp_path):
    place = Place(tmp_path, postgresql())
    place.make(PASSPHRASE)
    with closing(place.open(PASSPHRASE)) as before:
        list(place.rotate(PASSPHRASE))
        with pytest.raises(NotKept, match="start anagen again"), before.writing(ADA) as entry:
            entry.add(person())
    is_whole(place)


def is_whole(place: Place) -> None:
    with closing(place.open(PASSPHRASE)) as store:
        assert verify(store).whole


def test_a_file_that_is_open_elsewhere_is_not_encrypted_anew(tmp_path):
    place = Place(tmp_path)
    place.make(PASSPHRASE)
    with closing(place.open(PASSPHRASE)) as elsewhere:
        with elsewhere.reading(), pytest.raises(NotKept, match="open"):
            list(place.rotate(PASSPHRASE))
        with elsewhere.writing(ADA) as entry:
            entry.add(person())
    list(place.rotate(PASSPHRASE))
    is_whole(place)


def test_a_running_practice_is_not_rotated(place):
    with place.alone(), pytest.raises(Running, match="stop it first"):
        list(place.rotate(PASSPHRASE))


def test_a_damaged_content_keeps_its_key_and_the_practice_opens(place):
    with closing(place.open(PASSPHRASE)) as store, store.engine.begin() as connection:
        for change in ("update", "delete"):
            on = "" if store.is_file else " ON content"
            connection.execute(text(f"DROP TRIGGER content_no_{change}{on}"))
        version = connection.scalar(text("SELECT version FROM content LIMIT 1"))
        connection.execute(
            text("UPDATE content SET sealed = nonce WHERE version = :version"), {"version": version}
        )
    list(place.rotate(PASSPHRASE))
    with closing(place.open(PASSPHRASE)) as store:
        assert store.keys.is_rotating
        assert "damaged" in verify(store).sentence


def _rotate(folder: Path, begins: Event) -> None:
    keys.STRETCHING = FAST
    begins.set()
    list(Place(folder).rotate(PASSPHRASE))


def test_killed_at_any_moment_a_rotation_goes_on(tmp_path):
    place = Place(tmp_path)
    place.make(PASSPHRASE)
    with closing(place.open(PASSPHRASE)) as store:
        for number in range(4):
            with store.writing(ADA) as entry:
                patient = entry.add(person(note="x" * 300_000))
                for _ in range(4):
                    photo = Photo(patient=patient.record, taken_on=patient.recorded_at.date(),
                                  media_type="image/png", width=1, height=1)  # fmt: skip
                    entry.add(photo, content=os.urandom(50_000 + number))
    started = time.monotonic()
    list(place.rotate(PASSPHRASE))
    takes_s = time.monotonic() - started
    chance, killed = random.Random(11), 0
    for _ in range(5):
        begins = FORKED.Event()
        child = FORKED.Process(target=_rotate, args=(tmp_path, begins))
        child.start()
        begins.wait()
        child.join(chance.uniform(0, takes_s))
        child.kill()
        child.join()
        killed += child.exitcode == -signal.SIGKILL
        with closing(place.open(PASSPHRASE)) as store:
            report = verify(store)
            assert report.whole, report.sentence
            assert report.contents == 16
            assert not store.keys.is_rotating
    assert killed > 1  # else this shows nothing


def test_a_passphrase_is_changed_and_the_old_opens_nothing(place):
    place.change_passphrase(PASSPHRASE, OTHER)
    with pytest.raises(NotOpened, match="passphrase does not open"):
        place.open(PASSPHRASE)
    with closing(place.open(OTHER)) as store:
        assert verify(store).whole
    with pytest.raises(BadInput, match="12 or more"):
        place.change_passphrase(OTHER, "too short")
    with pytest.raises(NotOpened):
        place.change_passphrase(PASSPHRASE, OTHER)
    place.open(OTHER).close()


def test_a_wrong_key_opens_nothing(place):
    with pytest.raises(NotOpened):
        open_store(place.records, Keys.new())
    wrong = Keys(dict.fromkeys(read_keys(place.key_file, PASSPHRASE).ids, b"\0" * 32), "")
    wrong.current = wrong.ids[0]
    with pytest.raises(NotOpened):
        open_store(place.records, wrong)
