"""Every row from one database to another, as it is; the audit goes along and still verifies."""

from sqlalchemy import Connection, insert, select

from anagen.records.tables import Base, Content, LoginSession

_AT_ONCE, _CONTENTS_AT_ONCE = 500, 4  # rows held in memory; a content has up to 25 MB
# Who is signed in is signed in there, not wherever a copy is opened.
_LEFT = {LoginSession.__table__}


def copy_rows(source: Connection, target: Connection) -> None:
    """Into tables that are empty, within the transactions of both."""
    for table in Base.metadata.sorted_tables:
        if table in _LEFT:
            continue
        at_once = _CONTENTS_AT_ONCE if table is Content.__table__ else _AT_ONCE
        with source.execute(select(table), execution_options={"yield_per": at_once}) as rows:
            for few in rows.mappings().partitions():
                target.execute(insert(table), [dict(row) for row in few])
