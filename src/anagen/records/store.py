"""The records as a whole: one SQLCipher file, or a PostgreSQL database.

Reading sees one consistent state and cannot write. Writing is one transaction after another: the
head of the audit is locked, so that two writers cannot both continue the chain. At the end of a
``with`` everything is on the disk, or nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from anagen.reading import BadInput, shown_path
from anagen.records import schema
from anagen.records.actor import SYSTEM, Actor
from anagen.records.entry import Entry
from anagen.records.keys import Keys, Sealed
from anagen.records.refusals import Conflict, NotKept, NotOpened
from anagen.records.tables import Setting

_WAIT_S = 10  # for another writer
_KEY_CHECK = "key check"


class Store:
    """Open records. Made by `open_store` or `create_store`."""

    def __init__(self, engine: Engine, keys: Keys, name: str) -> None:
        self.engine, self.keys, self.name = engine, keys, name
        self.is_file = engine.dialect.name == "sqlite"
        options = (
            {"writing": False}
            if self.is_file
            else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        self._read_only = engine.execution_options(**options)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the records. Rows stay usable after it."""
        with Session(self._read_only, info={"keys": self.keys}, expire_on_commit=False) as db:
            yield db
            db.expunge_all()

    @contextmanager
    def writing(self, actor: Actor) -> Iterator[Entry]:
        """One transaction of an actor, kept wholly or not at all.

        Raises `Conflict`, `NotKept`, `BadInput`.
        """
        with (
            _refusals(),
            Session(self.engine, info={"keys": self.keys}, expire_on_commit=False) as db,
        ):
            if not self.is_file:
                db.execute(text(f"SET LOCAL lock_timeout = '{_WAIT_S}s'"))
                db.execute(text("LOCK TABLE audit IN EXCLUSIVE MODE"))
            yield Entry(db, actor)
            db.commit()

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def create_store(where: str | Path, keys: Keys) -> Store:
    """New, empty records. Raises `BadInput` where there are some already."""
    if not _is_url(where) and Path(where).exists():
        raise BadInput(f"{shown_path(where)}: there are records already; nothing was changed.")
    store = Store(_engine(where, keys), keys, _shown(where))
    with _opening(store), store.engine.begin() as connection:
        if schema.revision(connection) is not None:
            raise BadInput(f"{store.name}: there are records already; nothing was changed.")
        schema.create(connection)
    with store.writing(SYSTEM) as entry:
        check = keys.seal("check", b"anagen", _KEY_CHECK)
        entry.add(Setting(name=_KEY_CHECK, value={"sealed": check.packed().hex()}))
        entry.note("create")
    return store


def open_store(where: str | Path, keys: Keys) -> Store:
    """Records that are there. Raises `NotOpened` for a wrong key, damage, or none there."""
    if not _is_url(where) and not Path(where).is_file():
        raise NotOpened(f"{shown_path(where)}: there are no records here.")
    store = Store(_engine(where, keys), keys, _shown(where))
    with _opening(store):
        with store.engine.begin() as connection:
            if schema.revision(connection) is None:
                raise NotOpened(f"{store.name}: there are no records here.")
        with store.reading() as db:
            check = db.get_one(Setting, _KEY_CHECK).value["sealed"]
            keys.open("check", Sealed.unpacked(bytes.fromhex(check)), _KEY_CHECK)
    return store


@contextmanager
def _opening(store: Store) -> Iterator[None]:
    try:
        yield
    except DBAPIError as fault:
        store.close()
        if "not a database" in str(fault.orig):
            reason = "the key does not open it, or it is damaged"
        else:
            reason = " ".join(str(fault.orig).split())[:120]
        raise NotOpened(f"{store.name}: cannot be opened: {reason}.") from None
    except BadInput:
        store.close()
        raise


@contextmanager
def _refusals() -> Iterator[None]:
    """What a database says against a write, in one sentence."""
    try:
        yield
    except IntegrityError as fault:
        if "supersedes" in str(fault.orig):
            raise Conflict(
                "this was changed by someone else; look at the newest version and correct that."
            ) from None
        raise
    except (DBAPIError, OverflowError) as fault:
        said = str(fault).lower()
        if "full" in said or "no space" in said or "disk i/o" in said:
            raise NotKept(
                "the disk is full, nothing of this entry was kept; free some space and save again."
            ) from None
        if "locked" in said or "lock timeout" in said or "busy" in said:
            raise NotKept("another entry is taking long; nothing was kept, save again.") from None
        raise


def _is_url(where: str | Path) -> bool:
    return isinstance(where, str) and where.startswith("postgresql")


def _shown(where: str | Path) -> str:
    """The place as a refusal names it, without a password."""
    return make_url(str(where)).render_as_string() if _is_url(where) else shown_path(where)


def _engine(where: str | Path, keys: Keys) -> Engine:
    if not _is_url(where):
        return file_engine(Path(where), keys.derived("file"))
    try:
        url = make_url(str(where)).set(drivername="postgresql+psycopg")
    except ArgumentError:
        raise BadInput(
            "the database's address is not one; allowed is postgresql://user@host/name."
        ) from None
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=4,
        max_overflow=8,
        connect_args={"application_name": "anagen", "connect_timeout": _WAIT_S},
    )


def file_engine(path: Path, key: bytes) -> Engine:
    """The engine of an SQLCipher file, with a 256-bit key used as it is."""

    def connect() -> Any:
        connection = sqlcipher.connect(  # type: ignore[attr-defined]
            str(path), timeout=_WAIT_S, isolation_level=None, check_same_thread=False
        )
        for setting in (
            "cipher_log_level = NONE",  # else a wrong key is told to the terminal
            f"key = \"x'{key.hex()}'\"",
            "journal_mode = WAL",
            "synchronous = FULL",  # a confirmed write survives a power cut
            "foreign_keys = ON",
            "recursive_triggers = ON",  # else INSERT OR REPLACE deletes without asking a trigger
            "temp_store = MEMORY",  # nothing readable on the disk
            "cache_size = -4000",
        ):
            connection.execute(f"PRAGMA {setting}")
        return connection

    engine = create_engine(
        "sqlite+pysqlite://",
        module=sqlcipher,
        creator=connect,
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=8,
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", True)
        connection.exec_driver_sql(f"PRAGMA query_only = {int(not writing)}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
