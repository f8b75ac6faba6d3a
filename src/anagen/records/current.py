"""Reading: what stands now, and how it came to stand so."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session, aliased

from anagen.records.refusals import NotThere
from anagen.records.tables import Version


def stands[V: Version](table: type[V]) -> ColumnElement[bool]:
    """The condition that a row is neither superseded nor withdrawn."""
    newer = aliased(table)
    return ~exists().where(newer.supersedes == table.id) & ~table.withdrawn


def select_current[V: Version](table: type[V], *where: ColumnElement[bool]) -> Select[V]:
    """The query behind `current`, for what wants to order or join it."""
    return select(table).where(stands(table), *where)


def current[V: Version](db: Session, table: type[V], *where: ColumnElement[bool]) -> Sequence[V]:
    """The rows that stand now, in the order in which they were recorded."""
    return db.scalars(select_current(table, *where).order_by(table.recorded_at, table.id)).all()


def current_one[V: Version](
    db: Session, table: type[V], record: str, *where: ColumnElement[bool]
) -> V:
    """The version of a record that stands now. Raises `NotThere` where there is none such."""
    row = db.scalars(select_current(table, table.record == record, *where)).first()
    if row is None:
        kind = table.__tablename__.replace("_", " ")
        raise NotThere(f"there is no such {kind}, or it was withdrawn.")
    return row


def history[V: Version](db: Session, table: type[V], record: str) -> list[V]:
    """All versions of a record, the oldest first."""
    rows = db.scalars(select(table).where(table.record == record)).all()
    follows = {row.supersedes: row for row in rows}
    ordered: list[V] = []
    before: str | None = None
    while before in follows:
        ordered.append(follows[before])
        before = ordered[-1].id
    return ordered
