"""Records as each released schema kept them, as SQL that both databases read.

``python tests/kept_schema.py`` writes the records of a small practice in today's schema to
``schemas/``. It is run once, when a schema is released; the file is never written anew.
"""

import re
import sys
import tempfile
from pathlib import Path

from sqlalchemy import Connection, text

from anagen.records import schema
from anagen.records.keys import Keys
from anagen.records.store import Store
from anagen.records.tables import Base

FOLDER = Path(__file__).parent / "schemas"
KEYS = Keys({"00112233aabbccdd": bytes(range(32))}, "00112233aabbccdd")  # no secret: made-up people


def kept(revision: str) -> list[str]:
    """The statements of one revision."""
    return (FOLDER / f"{revision}.sql").read_text("utf-8").splitlines()


def load(connection: Connection, statements: list[str]) -> None:
    """Put rows into tables that are there."""
    is_file = connection.dialect.name == "sqlite"
    if not is_file:
        connection.execute(text("SET LOCAL TIME ZONE 'UTC'"))
    for statement in statements:
        sql = statement if is_file else re.sub(r"X'([0-9a-f]*)'", r"'\\x\1'", statement)
        connection.exec_driver_sql(sql)


def _dumped(store: Store) -> list[str]:
    statements = []
    with store.reading() as db:
        for table in Base.metadata.sorted_tables:
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            flags = [str(column.type) == "BOOLEAN" for column in table.columns]
            for row in db.connection().exec_driver_sql(f'SELECT {names} FROM "{table.name}"'):
                values = ", ".join(map(_literal, row, flags))
                statements.append(f'INSERT INTO "{table.name}" ({names}) VALUES ({values});')
    return statements


def _literal(value: object, flag: bool) -> str:
    match value:
        case None:
            return "NULL"
        case int() if flag:
            return str(bool(value)).upper()
        case int() | float():
            return repr(value)
        case bytes():
            return f"X'{value.hex()}'"
        case _:
            return "'" + str(value).replace("'", "''") + "'"


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    from small_practice import fill
    from stores import sqlcipher_store

    with tempfile.TemporaryDirectory() as folder:
        store = sqlcipher_store(Path(folder), KEYS)
        fill(store)
        lines = "\n".join(_dumped(store)) + "\n"
        (FOLDER / f"{schema.revisions()[-1]}.sql").write_text(lines, "utf-8")
        store.close()
