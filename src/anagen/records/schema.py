"""The schema of the records: made at creation, brought up at opening."""

from sqlalchemy import Connection, inspect

from anagen.records.append_only import triggers
from anagen.records.tables import APPEND_ONLY, Base, Content


def revision(connection: Connection) -> str | None:
    return "0001" if inspect(connection).has_table("audit") else None


def create(connection: Connection) -> None:
    """All tables and their triggers."""
    Base.metadata.create_all(connection)
    for table in (*APPEND_ONLY, Content):
        for statement in triggers(
            table.__tablename__, connection.dialect.name, resealed=table is Content
        ):
            connection.exec_driver_sql(statement)
