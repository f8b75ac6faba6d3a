"""A backup: one file that the passphrase alone opens, whichever database it came from.

It is a ZIP file with the two files of a practice's folder: the key file, wrapped as it was, and the
records as an SQLCipher file. Nothing in it can be read without the passphrase.
"""

import os
import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from sqlalchemy.exc import DBAPIError

from anagen.reading import BadInput, shown_path
from anagen.records import schema
from anagen.records.actor import SYSTEM, Actor
from anagen.records.audit import Report, verify
from anagen.records.chain import Head, head
from anagen.records.copying import copy_rows
from anagen.records.engines import engine_of, is_url, shown
from anagen.records.keys import Keys, read_keys
from anagen.records.place import Place
from anagen.records.refusals import NotKept, NotOpened
from anagen.records.store import Store, open_store
from anagen.records.whole_files import new_file

_MARK = b"anagen backup 1"
_KEYS, _RECORDS = "keys.json", "practice.anagen"


@dataclass(frozen=True)
class Backup:
    """A backup that was made, and what its audit says."""

    file: Path
    size_bytes: int
    report: Report


def back_up(store: Store, key_file: Path, file: Path, actor: Actor = SYSTEM) -> Backup:
    """Make a backup of one moment, while others go on writing, and read it again.

    Damage in the records is copied along, and said in the report. Raises `BadInput`, `NotKept`.
    """
    if file.exists():
        raise BadInput(f"{shown_path(file)}: is there already; a backup overwrites nothing.")
    with new_file(file) as beside, TemporaryDirectory(dir=file.parent, prefix=".anagen-") as folder:
        copy = Path(folder) / _RECORDS
        at = _copy(store, copy)
        # A rotation changes the key file under the same lock, so this one opens the copy.
        with store.writing(actor) as entry:
            entry.note("backup", file=file.name, head=str(at))
            wrapped = key_file.read_bytes()
        with closing(open_store(copy, store.keys)) as copied:
            report = verify(copied, at)
        with ZipFile(beside, "w", ZIP_STORED) as archive:
            archive.comment = _MARK
            archive.writestr(_KEYS, wrapped)
            archive.write(copy, _RECORDS)
        with ZipFile(beside) as archive:
            if archive.testzip() is not None:
                raise NotKept(f"{shown_path(file)}: the disk did not keep what was written.")
        size = beside.stat().st_size
    return Backup(file, size, report)


def restore(file: Path, passphrase: str, place: Place) -> Report:
    """Put a backup where there is no practice yet: in a folder, or its records in PostgreSQL.

    Damage that was there when it was made is restored along, and said in the report. Raises
    `BadInput`, `NotOpened`.
    """
    place.make_folder()
    with place.alone(), TemporaryDirectory(dir=place.folder, prefix=".anagen-") as unpacked:
        wrapped, copy = _unpacked(file, Path(unpacked))
        _check_nothing_is_there(place, wrapped)
        keys = read_keys(wrapped, passphrase)
        with closing(open_store(copy, keys)) as store:
            keys = store.keys
            report = verify(store)
            # The keys first: records whose keys were lost in a crash could never be opened.
            with new_file(place.key_file) as beside:
                shutil.copyfile(wrapped, beside)
            if is_url(place.records):
                _copy(store, place.records)
        if not is_url(place.records):
            with new_file(Path(place.records)) as beside:
                os.replace(copy, beside)
    with closing(open_store(place.records, keys)) as store, store.writing(SYSTEM) as entry:
        entry.note("restore", file=file.name, head=str(report.head))
    return report


def _copy(store: Store, to: Path | str) -> Head:
    """The rows of one moment into a database that has none, wholly or not at all."""
    engine = engine_of(to, store.keys)
    try:
        with store.reading() as db, engine.begin() as target:
            at = head(db)
            schema.upgrade(target)
            copy_rows(db.connection(), target)
        return at
    except DBAPIError as fault:
        said = " ".join(str(fault.orig).split())[:120]
        raise NotKept(f"{shown(to)}: the records could not be copied there: {said}.") from None
    finally:
        engine.dispose()


def _unpacked(file: Path, folder: Path) -> tuple[Path, Path]:
    """The key file and the records of a backup."""
    try:
        with ZipFile(file) as archive:
            if archive.comment != _MARK:
                raise BadZipFile
            for name in (_KEYS, _RECORDS):
                if archive.getinfo(name).compress_type != ZIP_STORED:
                    raise BadZipFile
                with archive.open(name) as packed, (folder / name).open("wb") as out:
                    (folder / name).chmod(0o600)  # it becomes the practice's own
                    shutil.copyfileobj(packed, out)
    except OSError as fault:
        raise BadInput(f"{shown_path(file)}: cannot be read ({fault.strerror}).") from None
    except (BadZipFile, KeyError, NotImplementedError, RuntimeError, ValueError):
        raise NotOpened(
            f"{shown_path(file)}: is not a backup of anagen, or it is damaged."
        ) from None
    return folder / _KEYS, folder / _RECORDS


def _check_nothing_is_there(place: Place, wrapped: Path) -> None:
    # The same keys without records: a restore was interrupted here.
    others = not place.is_new and place.key_file.read_bytes() != wrapped.read_bytes()
    if is_url(place.records):
        engine = engine_of(place.records, Keys.new())
        try:
            with engine.begin() as connection:
                others = others or schema.revision(connection) is not None
        except DBAPIError as fault:
            said = " ".join(str(fault.orig).split())[:120]
            raise NotOpened(f"{shown(place.records)}: cannot be opened: {said}.") from None
        finally:
            engine.dispose()
    else:
        others = others or Path(place.records).exists()
    if others:
        raise BadInput(
            f"{shown_path(place.folder)}: there is a practice already; a backup is restored where "
            "there is none."
        )
