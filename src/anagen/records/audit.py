"""Whether the records are what was written: the chain, every row it names, every content.

A file is checked page by page first (SQLCipher keeps an authentication code with each page), then
on either database: the hashes of all entries; that each row is there and has the digest that its
entry says; that no row stands beside the chain; that lots are those of their sessions; that the
bytes of each photograph and document are those that were recorded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, aliased

from anagen.records.chain import NONE_YET, Head, digest_of, entry_hash, named
from anagen.records.contents import opened_content
from anagen.records.folding import lot_key
from anagen.records.lots import lots_of
from anagen.records.refusals import NotKept, NotOpened
from anagen.records.tables import (
    CLINICAL,
    MUTABLE,
    Audit,
    Base,
    Content,
    Document,
    Lot,
    Photo,
    SessionRecord,
    Signature,
)

if TYPE_CHECKING:
    from anagen.records.store import Store

_AT_ONCE = 500  # rows held in memory
_TRIES = 3  # to read the pages of a file


@dataclass(frozen=True)
class Report:
    """What was found. ``sentence`` says it, or names the first thing that is broken."""

    whole: bool
    sentence: str
    entries: int
    rows: int
    contents: int
    head: Head

    def as_dict(self) -> dict[str, Any]:
        """As plain data for machines."""
        return {
            "whole": self.whole,
            "sentence": self.sentence,
            "entries": self.entries,
            "rows": self.rows,
            "contents": self.contents,
            "head": str(self.head),
        }


class Broken(Exception):  # noqa: N818 - a finding, no fault of the program
    """The first thing that is not as it was written, as one sentence."""


def verify(store: "Store", noted: Head | None = None) -> Report:
    """Check everything. ``noted`` is a head that was written down earlier and must still be there;
    without one a missing tail cannot be seen. Raises `NotKept` where the disk is full."""
    counted = _Counted()
    try:
        if store.is_file:
            _check_pages(store)
        with store.reading() as db:
            check(db, counted, noted)
    except Broken as fault:
        return counted.report(False, str(fault))
    except NotOpened as fault:
        return counted.report(False, f"The key or a setting is damaged: {fault}")
    except DBAPIError as fault:
        said = " ".join(str(fault.orig).split())[:120]
        return counted.report(False, f"The database is damaged and cannot be read: {said}.")
    return counted.report(True, counted.sentence())


@dataclass
class _Counted:
    entries: int = 0
    rows: int = 0
    contents: int = 0
    head: Head = NONE_YET

    def sentence(self) -> str:
        return (
            f"Whole: {self.entries} entries, {self.rows} rows, {self.contents} contents; each is "
            "what was written."
        )

    def report(self, whole: bool, sentence: str) -> Report:
        return Report(whole, sentence, self.entries, self.rows, self.contents, self.head)


def check(db: Session, counted: _Counted | None = None, noted: Head | None = None) -> None:
    """The same within a transaction, but for the pages of a file. Raises `Broken`."""
    counted = counted or _Counted()
    for entry in _each(db, select(Audit).order_by(Audit.seq)):
        _check_entry(entry, counted.head, noted)
        counted.head = Head(entry.seq, entry.hash)
        counted.entries += 1
    if noted is not None and noted.seq > counted.head.seq:
        raise Broken(
            f"Entry {noted.seq} of the audit is missing: the chain ends at {counted.head.seq}."
        )
    for table in (*CLINICAL, Signature):
        for row, said in _each(db, _with_entry(table)):
            _check_row(row, said)
            counted.rows += 1
        _check_none_is_gone(db, table)
    for table in MUTABLE:
        counted.rows += _check_changing(db, table)
    _check_lots(db)
    for table in (Photo, Document):
        for row, content in _each(
            db, select(table, Content).join(Content, Content.version == table.id), 4
        ):
            _check_content(db, row, content)
            counted.contents += 1
        _check_all_have_content(db, table)
    if counted.contents != db.scalar(select(func.count()).select_from(Content)):
        raise Broken("A content belongs to no photograph or document.")


def _check_pages(store: "Store") -> None:
    """The authentication code of each page of a file, then how the pages hang together.

    Raises `NotKept` where the disk is full.
    """
    connection = store.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA query_only = 0")
        found: list[tuple[str]] = []
        for _ in range(_TRIES):  # a page that another process is writing is whole the next time
            # Pages are read past the write-ahead log, so what it holds is brought in first.
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            found = cursor.execute("PRAGMA cipher_integrity_check").fetchall()
            if not found:
                found = cursor.execute("PRAGMA integrity_check").fetchall()
                break
        if found[0][0] != "ok":
            raise Broken(f"The file is damaged: {found[0][0]}.")
    except sqlcipher.OperationalError as fault:  # type: ignore[attr-defined]
        raise NotKept(f"the file cannot be verified now ({fault}); is the disk full?") from None
    except sqlcipher.DatabaseError as fault:  # type: ignore[attr-defined]
        raise Broken(f"The file is damaged: {fault}.") from None
    finally:
        connection.close()


def _check_entry(entry: Audit, before: Head, noted: Head | None) -> None:
    if entry.seq != before.seq + 1:
        raise Broken(f"Entry {before.seq + 1} of the audit is missing.")
    when = f"Entry {entry.seq} of the audit ({entry.at:%Y-%m-%d %H:%M} UTC)"
    if entry.previous != before.hash:
        raise Broken(f"{when} does not follow the one before it: one of both was changed.")
    if entry.hash != entry_hash(entry):
        raise Broken(f"{when} was changed: its hash is another.")
    if noted is not None and noted.seq == entry.seq and noted.hash != entry.hash:
        raise Broken(f"{when} is another than the one that was noted: the chain was written anew.")


def _check_row(row: Any, said: Audit | None) -> None:
    kind, record, version = named(row)
    name = f"{kind} {record}, version {version},"
    if said is None or (said.kind, said.record) != (kind, record):
        raise Broken(f"{name} stands beside the audit: no entry names it.")
    if said.digest != digest_of(row):
        raise Broken(f"{name} was changed: it is not what entry {said.seq} of the audit says.")


def _with_entry(table: Any) -> Any:
    """Rows with the entry that brought them."""
    brought = (Audit.version == table.id) & (Audit.digest.is_not(None))
    return select(table, Audit).outerjoin(Audit, brought)


def _check_none_is_gone(db: Session, table: Any) -> None:
    gone = db.scalars(
        select(Audit)
        .outerjoin(table, Audit.version == table.id)
        .where(Audit.kind == table.__name__, Audit.digest.is_not(None), table.id.is_(None))
        .order_by(Audit.seq)
        .limit(1)
    ).first()
    if gone:
        raise Broken(
            f"{gone.kind} {gone.record}, version {gone.version}, is missing: entry {gone.seq} of "
            "the audit says that it was kept."
        )


def _check_changing(db: Session, table: type[Base]) -> int:
    """Users, passkeys and settings are as the last entry about each says."""
    kind, later = table.__name__, aliased(Audit)
    newest = (
        select(func.max(later.seq))
        .where(later.kind == kind, later.action.in_(("add", "change", "remove")))
        .group_by(later.record)
    )
    said = {entry.record: entry for entry in db.scalars(select(Audit).where(Audit.seq.in_(newest)))}
    kept = {entry.record for entry in said.values() if entry.action != "remove"}
    rows = db.scalars(select(table)).all()
    for row in rows:
        name = named(row)[1]
        if name not in kept:
            raise Broken(f"{kind} {name} stands beside the audit: no entry names it.")
        if said[name].digest != digest_of(row):
            raise Broken(
                f"{kind} {name} was changed: it is not what entry {said[name].seq} of the audit "
                "says."
            )
        kept.remove(name)
    if kept:
        raise Broken(f"{kind} {min(kept, key=str)} is missing; the audit says that it was kept.")
    return len(rows)


def _check_lots(db: Session) -> None:
    """A recall finds what the sessions say, no more and no less."""
    for sessions in _batches(db, select(SessionRecord)):
        found: dict[str, list[str]] = {session.id: [] for session in sessions}
        for lot in db.scalars(select(Lot).where(Lot.session.in_(found))):
            found[lot.session].append(_told(lot, lot.lot_key))
        for session in sessions:
            stated = [_told(lot, lot_key(lot.lot)) for lot in lots_of(session)]
            if sorted(stated) != sorted(found[session.id]):
                raise Broken(
                    f"The lots of SessionRecord {session.record}, version {session.id}, are not "
                    "those that it states."
                )


def _told(lot: Lot, key: str) -> str:
    return str((lot.session, lot.record, lot.kind, lot.lot, key, lot.product, lot.expiry))


def _check_content(db: Session, row: Photo | Document, content: Content) -> None:
    try:
        opened_content(db.info["keys"], row, content)
    except NotOpened as fault:
        raise Broken(
            f"The content of {type(row).__name__} {row.record}, version {row.id}, is damaged: "
            f"{fault}"
        ) from None


def _check_all_have_content(db: Session, table: Any) -> None:
    brought = aliased(table)
    has = (
        select(Content.version)
        .join(brought, brought.id == Content.version)
        .where(brought.record == table.record, brought.sha256 == table.sha256)
        .exists()
    )
    without = db.scalars(select(table).where(~has).limit(1)).first()
    if without:
        raise Broken(
            f"The content of {table.__name__} {without.record}, version {without.id}, is missing."
        )


def _batches(db: Session, query: Any, at_once: int = _AT_ONCE) -> Iterator[Any]:
    """The rows of a query, so many in memory at a time; bare where it asks for one thing."""
    bare = len(query.column_descriptions) == 1
    with db.execute(query.execution_options(yield_per=at_once)) as found:
        for rows in found.partitions():
            yield [row[0] for row in rows] if bare else rows


def _each(db: Session, query: Any, at_once: int = _AT_ONCE) -> Iterator[Any]:
    for rows in _batches(db, query, at_once):
        yield from rows
