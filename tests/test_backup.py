"""A backup holds everything up to the last confirmed write, and the passphrase alone opens it."""

from contextlib import closing
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from small_practice import LEAFLET, PHOTOGRAPH, TOTP, fill, person
from sqlalchemy import select, text
from stores import ADA, PASSPHRASE

from anagen.accounts.login_session import open_session
from anagen.reading import BadInput
from anagen.records import backup, keys
from anagen.records.audit import verify
from anagen.records.backup import back_up, restore
from anagen.records.canonical import as_canonical
from anagen.records.contents import read_content
from anagen.records.current import current
from anagen.records.keys import Keys
from anagen.records.place import Place
from anagen.records.refusals import NotKept, NotOpened
from anagen.records.tables import Base, Document, LoginSession, Photo, User, now
from anagen.records.user_secret import opened_secret

FAST = {"time_cost": 1, "memory_kib": 64, "parallelism": 1}


@pytest.fixture(autouse=True)
def fast_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The passphrase is not stretched: these tests do not guess one."""
    monkeypatch.setattr(keys, "STRETCHING", FAST)


@pytest.fixture(params=["sqlcipher", "postgresql"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path):
    """Gives places where there is no practice yet."""

    def make(name: str, database: str = request.param) -> Place:
        address = request.getfixturevalue("postgresql")() if database == "postgresql" else None
        return Place(tmp_path / name, address)

    return make


@pytest.fixture
def place(new_place) -> Place:
    """A practice with a little of everything."""
    made = new_place("practice")
    made.make(PASSPHRASE)
    with closing(made.open(PASSPHRASE)) as store:
        fill(store)
    return made


def backed_up(place: Place, file: Path) -> Path:
    with closing(place.open(PASSPHRASE)) as store:
        assert back_up(store, place.key_file, file).report.whole
    return file


def every_row(place: Place) -> dict[str, list[str]]:
    """All rows of all tables, as text."""
    with closing(place.open(PASSPHRASE)) as store, store.reading() as db:
        return {
            table.name: sorted(
                as_canonical(dict(row)) for row in db.execute(select(table)).mappings()
            )
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize("into", ["sqlcipher", "postgresql"])
def test_a_backup_restores_every_row_on_either_database(place, new_place, tmp_path, into):
    before = every_row(place)
    file = backed_up(place, tmp_path / "one.backup")
    there = new_place("there", into)
    report = restore(file, PASSPHRASE, there)
    assert report.whole
    after = every_row(there)
    # What was written since: the note of the backup here, that of the restore there.
    assert len(after["audit"]) == len(before["audit"]) + 1
    assert set(before["audit"]) < set(after["audit"])
    assert {**after, "audit": []} == {**before, "audit": []}
    with closing(there.open(PASSPHRASE)) as store:
        assert verify(store, report.head).whole
        with store.reading() as db:
            assert read_content(db, current(db, Photo)[0]) == PHOTOGRAPH
            assert read_content(db, current(db, Document)[0]) == LEAFLET
            user = db.scalars(select(User)).one()
            assert opened_secret(store.keys, user.id, user.totp) == TOTP
        with store.writing(ADA) as entry:
            entry.add(person())


def test_a_backup_is_of_one_moment_while_others_write(place, tmp_path, monkeypatch):
    def meanwhile(source, target):
        with closing(place.open(PASSPHRASE)) as other, other.writing(ADA) as entry:
            entry.add(person(family_name="Meanwhile"))
        return copy_rows(source, target)

    copy_rows = backup.copy_rows
    monkeypatch.setattr(backup, "copy_rows", meanwhile)
    file = backed_up(place, tmp_path / "one.backup")
    monkeypatch.undo()
    monkeypatch.setattr(keys, "STRETCHING", FAST)
    there = Place(tmp_path / "there")
    assert restore(file, PASSPHRASE, there).whole
    assert "Meanwhile" not in str(every_row(there)["patient"])
    assert "Meanwhile" in str(every_row(place)["patient"])


def test_who_is_signed_in_is_not_signed_in_where_a_backup_is_restored(place, tmp_path):
    with closing(place.open(PASSPHRASE)) as store, store.writing(ADA) as entry:
        open_session(entry.db, entry.db.query(User).one(), "totp", now(), 60.0)
    there = Place(tmp_path / "there")
    restore(backed_up(place, tmp_path / "one.backup"), PASSPHRASE, there)
    with closing(there.open(PASSPHRASE)) as store, store.reading() as db:
        assert db.query(LoginSession).count() == 0


def test_nothing_can_be_read_in_a_backup(place, tmp_path):
    held = backed_up(place, tmp_path / "one.backup").read_bytes()
    for word in ("Núñez", "AB-12/8", "minoxidil", "ada@clinic.example"):
        assert word.encode() not in held
    assert PHOTOGRAPH[:64] not in held
    with pytest.raises(NotOpened, match="passphrase does not open"):
        restore(tmp_path / "one.backup", "another dozen of letters", Place(tmp_path / "there"))
    assert not any((tmp_path / "there").glob("[!.]*"))


def test_a_backup_overwrites_nothing_and_neither_does_a_restore(place, tmp_path):
    file = backed_up(place, tmp_path / "one.backup")
    with pytest.raises(BadInput, match="overwrites nothing"):
        backed_up(place, file)
    before = every_row(place)
    with pytest.raises(BadInput, match="there is a practice already"):
        restore(file, PASSPHRASE, place)
    assert every_row(place) == before


def test_a_restore_that_was_interrupted_is_done_again(place, new_place, tmp_path):
    file, there = backed_up(place, tmp_path / "one.backup"), new_place("there")
    there.make_folder()
    with ZipFile(file) as archive:
        there.key_file.write_bytes(archive.read("keys.json"))  # so far it had come
    assert restore(file, PASSPHRASE, there).whole
    assert every_row(there)["patient"] == every_row(place)["patient"]


def test_what_is_restored_is_for_its_owner_alone(place, new_place, tmp_path):
    file = backed_up(place, tmp_path / "a.backup")
    other = new_place("other", "sqlcipher")
    other.folder.mkdir(mode=0o755)  # as somebody made it beforehand
    restore(file, PASSPHRASE, other)
    for kept in (file, other.key_file, Path(other.records)):
        assert kept.stat().st_mode & 0o077 == 0, kept


def test_keys_of_another_practice_are_not_replaced(place, tmp_path):
    file, there = backed_up(place, tmp_path / "one.backup"), Place(tmp_path / "there")
    there.make_folder()
    Keys.new().save(there.key_file, PASSPHRASE)
    held = there.key_file.read_bytes()
    with pytest.raises(BadInput, match="there is a practice already"):
        restore(file, PASSPHRASE, there)
    assert there.key_file.read_bytes() == held


def test_a_full_disk_leaves_no_backup(place, tmp_path, monkeypatch):
    def full(source, target):
        target.execute(text("PRAGMA max_page_count = 40"))
        return copy_rows(source, target)

    copy_rows = backup.copy_rows
    monkeypatch.setattr(backup, "copy_rows", full)
    before = set(tmp_path.rglob("*"))
    with pytest.raises(NotKept, match="full"):
        backed_up(place, tmp_path / "one.backup")
    assert {path for path in tmp_path.rglob("*") if path.suffix not in {"-wal", "-shm"}} <= before


@pytest.mark.parametrize("how", ["cut", "flipped", "text", "none", "deflated", "other members"])
def test_what_is_no_whole_backup_is_refused(place, tmp_path, how):
    file = backed_up(place, tmp_path / "one.backup")
    held = file.read_bytes()
    match how:
        case "cut":
            file.write_bytes(held[: len(held) // 2])
        case "flipped":
            at = held.index(b"practice.anagen") + 20_000
            file.write_bytes(held[:at] + bytes([held[at] ^ 1]) + held[at + 1 :])
        case "text":
            file.write_text("no backup")
        case "none":
            file.unlink()
        case "deflated" | "other members":
            file.unlink()
            with ZipFile(file, "w", ZIP_DEFLATED) as archive:
                archive.comment = b"anagen backup 1"
                for name in ("keys.json", "practice.anagen" if how == "deflated" else "../up"):
                    archive.writestr(name, b"0" * 1000)
    there = Place(tmp_path / "there")
    with pytest.raises(BadInput, match=r"not a backup|cannot be read"):
        restore(file, PASSPHRASE, there)
    assert not (tmp_path / "up").exists()
    assert there.is_new


def test_damage_is_backed_up_along_and_said(place, tmp_path):
    with closing(place.open(PASSPHRASE)) as store:
        with store.engine.begin() as connection:
            for change in ("update", "delete"):
                on = "" if store.is_file else " ON content"
                connection.execute(text(f"DROP TRIGGER content_no_{change}{on}"))
            connection.execute(text("UPDATE content SET sealed = nonce"))
        made = back_up(store, place.key_file, tmp_path / "one.backup")
    assert "damaged" in made.report.sentence
    there = Place(tmp_path / "there")
    assert not restore(made.file, PASSPHRASE, there).whole
    assert every_row(there)["patient"] == every_row(place)["patient"]
