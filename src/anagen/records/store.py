"""The records as a whole: one SQLCipher file, or a PostgreSQL database.

Reading sees one consistent state and cannot write. Writing is one transaction after another: the
head of the audit is locked, so that two writers cannot both continue the chain. At the end of a
``with`` everything is on the disk, or nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from anagen.reading import BadInput, shown_path
from anagen.records import schema
from anagen.records.actor import SYSTEM, Actor
from anagen.records.audit import Broken, check
from anagen.records.engines import WAIT_S, engine_of, into_the_file, is_url, shown
from anagen.records.entry import Entry
from anagen.records.key_check import check_keys, current_key, go_by
from anagen.records.keys import Keys
from anagen.records.refusals import Conflict, Damaged, NotKept, NotOpened
from anagen.records.whole_files import new_file


class Store:
    """Open records. Made by `open_store` or `create_store`."""

    def __init__(self, where: str | Path, keys: Keys) -> None:
        self.where, self.keys, self.name = where, keys, shown(where)
        self.engine = engine = engine_of(where, keys)
        self.is_file = engine.dialect.name == "sqlite"
        options = (
            {"writing": False}
            if self.is_file
            else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        self._read_only = engine.execution_options(**options)

    def session(self) -> Session:
        """A session that may write; pages and jobs use `writing`."""
        return Session(self.engine, info={"keys": self.keys}, expire_on_commit=False)

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
        with self.locked() as db:
            if current_key(db) != self.keys.current:
                raise NotKept("the keys of the practice are new; start anagen again.")
            yield Entry(db, actor)
            db.commit()
        if self.is_file:
            into_the_file(self.engine)

    @contextmanager
    def locked(self) -> Iterator[Session]:
        """A session that writes alone; for what is no entry. Nothing is committed by itself."""
        with _refusals(), self.session() as db:
            if not self.is_file:
                db.execute(text(f"SET LOCAL lock_timeout = '{WAIT_S}s'"))
                db.execute(text("LOCK TABLE audit IN EXCLUSIVE MODE"))
            yield db

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def create_store(where: str | Path, keys: Keys) -> Store:
    """New, empty records, wholly or not at all. Raises `BadInput` where there are some already."""
    if is_url(where):
        return _created(where, keys)
    path = Path(where)
    if path.exists():
        raise BadInput(f"{shown_path(path)}: there are records already; nothing was changed.")
    with new_file(path) as beside:
        _created(beside, keys).close()
    return open_store(path, keys)


def open_store(where: str | Path, keys: Keys) -> Store:
    """Records that are there, brought up to the newest schema.

    Raises `NotOpened` for a wrong key, none there, or those of a newer anagen; `Damaged`.
    """
    if not is_url(where) and not Path(where).is_file():
        raise NotOpened(f"{shown_path(where)}: there are no records here.")
    store = Store(where, keys)
    with _opening(store):
        with store.reading() as db:
            found = schema.revision(db.connection())
            if found is None:
                raise NotOpened(f"{store.name}: there are no records here.")
            if found not in schema.revisions():
                raise NotOpened(
                    f"{store.name}: these are records of a newer anagen (schema {found[:20]}); "
                    "install that one."
                )
            check_keys(db, keys)
            store.keys = keys.going_by(current_key(db))
        if found != schema.revisions()[-1]:
            _bring_up(store)
    return store


def _created(where: str | Path, keys: Keys) -> Store:
    store = Store(where, keys)
    with _opening(store), store.session() as db:
        if schema.revision(db.connection()) is not None:
            raise BadInput(f"{store.name}: there are records already; nothing was changed.")
        schema.upgrade(db.connection())
        entry = Entry(db, SYSTEM)
        go_by(entry, keys)
        entry.note("create")
        db.commit()
    return store


def _bring_up(store: Store) -> None:
    """Migrate, unless the records are not what the audit says afterwards."""
    with store.session() as db:
        before = schema.revision(db.connection())
        schema.upgrade(db.connection())
        Entry(db, SYSTEM).note("migrate", before=before, now=schema.revision(db.connection()))
        try:
            check(db)
        except Broken as fault:
            raise NotOpened(f"{store.name}: was left in schema {before}: {fault}") from None
        db.commit()


@contextmanager
def _opening(store: Store) -> Iterator[None]:
    try:
        yield
    except DBAPIError as fault:
        store.close()
        said = " ".join(str(fault.orig).split())[:120]
        if "not a database" in said or "malformed" in said:
            raise Damaged(
                f"{store.name}: cannot be opened: the key does not open it, or it is damaged."
            ) from None
        raise NotOpened(f"{store.name}: cannot be opened: {said}.") from None
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
    except DBAPIError as fault:
        said = str(fault.orig).lower()  # without the statement, which holds what was typed
        if "full" in said or "no space" in said or "disk i/o" in said:
            raise NotKept(
                "the disk is full or failing, nothing of this entry was kept; free some space and "
                "save again."
            ) from None
        if "locked" in said or "lock timeout" in said or "busy" in said:
            raise NotKept("another entry is taking long; nothing was kept, save again.") from None
        raise
