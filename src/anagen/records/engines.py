"""The two databases: an SQLCipher file with one key, or PostgreSQL at an address."""

from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from anagen.reading import BadInput, shown_path
from anagen.records.keys import Keys

WAIT_S = 10  # for another writer


def is_url(where: str | Path) -> bool:
    return isinstance(where, str) and where.startswith("postgresql")


def shown(where: str | Path) -> str:
    """The place as a refusal names it, without a password."""
    return make_url(str(where)).render_as_string() if is_url(where) else shown_path(where)


def engine_of(where: str | Path, keys: Keys) -> Engine:
    if not is_url(where):
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
        connect_args={"application_name": "anagen", "connect_timeout": WAIT_S},
    )


def file_engine(path: Path, key: bytes) -> Engine:
    """The engine of an SQLCipher file, with a 256-bit key used as it is."""

    def connect() -> Any:
        connection = sqlcipher.connect(  # type: ignore[attr-defined]
            str(path), timeout=WAIT_S, isolation_level=None, check_same_thread=False
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
