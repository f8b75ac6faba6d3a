"""The bytes of photographs and documents: sealed, and bound to the version that brought them.

AES-256-GCM with kind, record and version as associated data, so that one photograph's bytes cannot
be put in the place of another's. A later version of the record that does not change the bytes
shares them; its ``sha256`` says which they are.
"""

from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from anagen.records.keys import Keys, Sealed
from anagen.records.refusals import NotOpened
from anagen.records.tables import Content, Document, Photo

type WithContent = Photo | Document
MOST_BYTES = 25_000_000


def bound_to(row: WithContent) -> str:
    """The associated data of a version's content."""
    return f"{type(row).__name__}\n{row.record}\n{row.id}"


def sealed_content(keys: Keys, row: WithContent, plain: bytes) -> Content:
    """The row that keeps ``plain`` for a version."""
    key, nonce, sealed = keys.seal("content", plain, bound_to(row))
    return Content(version=row.id, key=key, nonce=nonce, sealed=sealed)


def opened_content(keys: Keys, row: WithContent, content: Content) -> bytes:
    """The bytes that a version brought. Raises `NotOpened` where one bit differs."""
    plain = keys.open("content", Sealed(content.key, content.nonce, content.sealed), bound_to(row))
    if sha256(plain).hexdigest() != row.sha256:
        raise NotOpened("a photograph or document is not the one that was recorded.")
    return plain


def read_content(db: Session, row: WithContent) -> bytes:
    """The bytes that belong to a version, whichever version brought them. Raises `NotOpened`."""
    table = type(row)
    found = db.execute(
        select(table, Content)
        .join(Content, Content.version == table.id)
        .where(table.record == row.record, table.sha256 == row.sha256)
    ).first()
    if found is None:
        raise NotOpened("a photograph or document is missing from the records.")
    return opened_content(db.info["keys"], *found)
