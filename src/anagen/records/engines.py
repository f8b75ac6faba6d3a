"""The two databases: an SQLCipher file with one key, or PostgreSQL at an address."""

from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from anagen.reading import BadInput, shown_path
from anagen.records.keys import Keys
from anagen.records.refusals import NotKept

WAIT_S = 10  # for another writer


def is_url(where: str | Path) -> bool:
    return isinstance(where, str) and where.startswith("postgresql")


def shown(where: str | Path) -> str:
    """The place as a refusal names it, without a password."""
    return _url(where).render_as_string() if is_url(where) else shown_path(where)


def engine_of(where: str | Path, keys: Keys) -> Engine:
    if not is_url(where):
        path = Path(where)
        return _file_engine(path, keys.derived("file", file_key(path, keys)))
    try:
        return create_engine(
            _url(where),
            pool_pre_ping=True,
            hide_parameters=True,
            pool_size=4,
            max_overflow=8,
            connect_args={"application_name": "anagen", "connect_timeout": WAIT_S},
        )
    except ModuleNotFoundError:
        raise BadInput(
            "PostgreSQL needs psycopg; install it with: pip install 'anagen[postgres]'."
        ) from None


def _url(where: str | Path) -> URL:
    try:
        return make_url(str(where)).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        raise BadInput(
            "the database's address is not one; allowed is postgresql://user@host/name."
        ) from None


def file_key(path: Path, keys: Keys) -> str:
    """The id of the key that a file is encrypted under. Only a rotation leaves a question.

    The old key is tried first: what a killed rekey left half done is rolled back under it.
    """
    if not path.is_file():
        return keys.current
    for key in reversed(keys.ids[1:]):
        connection = _keyed(path, keys.derived("file", key))
        try:
            connection.execute("SELECT count(*) FROM sqlite_master")
            return key
        except sqlcipher.DatabaseError as fault:  # type: ignore[attr-defined]
            if "not a database" not in str(fault):
                raise NotKept(f"{shown_path(path)}: cannot be opened now: {fault}.") from None
        finally:
            connection.close()
    return keys.current


def rekey(path: Path, keys: Keys) -> None:
    """Encrypt a file under the current key, in one transaction.

    Raises `NotKept` where somebody else has it open.
    """
    connection = _keyed(path, keys.derived("file", file_key(path, keys)))
    try:
        connection.execute("PRAGMA busy_timeout = 1000")  # who has it open keeps it open
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        if mode != "delete":  # only a file that is open once leaves the write-ahead log
            raise sqlcipher.OperationalError("it is open elsewhere")  # type: ignore[attr-defined]
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA rekey = \"x'{keys.derived('file').hex()}'\"")
    except sqlcipher.DatabaseError as fault:  # type: ignore[attr-defined]
        raise NotKept(
            f"{shown_path(path)}: cannot be encrypted anew now: {fault}; stop what has it open, "
            "and start again."
        ) from None
    finally:
        connection.close()


def into_the_file(engine: Engine) -> None:
    """Move what was written from the log beside a file into the file.

    Pages of the file are authenticated, while a log with a damaged byte is cut off there without a
    word. Where somebody is reading, it is left to the next write.
    """
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 0")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute(f"PRAGMA busy_timeout = {1000 * WAIT_S}")
    except sqlcipher.DatabaseError:  # type: ignore[attr-defined]
        connection.invalidate()  # what was confirmed is in the log, and stays there
    finally:
        connection.close()


def _keyed(path: Path, key: bytes) -> Any:
    """A connection that has the key, a 256-bit one used as it is."""
    connection = sqlcipher.connect(  # type: ignore[attr-defined]
        str(path), timeout=WAIT_S, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA cipher_log_level = NONE")  # else a wrong key is told to the terminal
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return connection


def _file_engine(path: Path, key: bytes) -> Engine:
    def connect() -> Any:
        connection = _keyed(path, key)
        try:
            for setting in (
                "journal_mode = WAL",
                "synchronous = FULL",  # a confirmed write survives a power cut
                "foreign_keys = ON",
                "recursive_triggers = ON",  # else INSERT OR REPLACE deletes past a trigger
                "temp_store = MEMORY",  # nothing readable on the disk
                "cache_size = -4000",
            ):
                connection.execute(f"PRAGMA {setting}")
        except BaseException:
            connection.close()
            raise
        return connection

    engine = create_engine(
        "sqlite+pysqlite://",
        module=sqlcipher,
        creator=connect,
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=8,
        hide_parameters=True,  # else a fault writes what was typed into the machine's log
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", True)
        connection.exec_driver_sql(f"PRAGMA query_only = {int(not writing)}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
