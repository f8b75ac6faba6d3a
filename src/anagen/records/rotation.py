"""A new key for everything that is encrypted, in steps of which each can be the last.

1. The fresh key joins the old one in the key file.
2. The file of the records is encrypted under it (SQLCipher's rekey, one transaction).
3. The records say that they go by it: who still holds the old key alone can no longer write.
4. Contents and users' secrets are sealed anew, a few in each transaction.
5. The old key leaves the key file.

Two keys in the key file mean that a rotation is not over; it goes on at the next opening. The key
file is only changed while the write lock of the records is held, and read again before.
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import batched
from pathlib import Path

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from anagen.records.actor import SYSTEM
from anagen.records.contents import opened_content, sealed_content
from anagen.records.engines import file_key, is_url, rekey
from anagen.records.entry import Entry
from anagen.records.key_check import go_by
from anagen.records.keys import Keys, read_keys
from anagen.records.refusals import NotOpened
from anagen.records.store import Store, open_store
from anagen.records.tables import Content, Document, Photo, User
from anagen.records.user_secret import key_of, opened_secret, sealed_secret

_AT_ONCE = 4  # contents, of up to 25 MB each


def begin(where: str | Path, key_file: Path, passphrase: str) -> Keys:
    """The first step, unless it was made already. Raises `NotOpened`, `NotKept`."""
    store = open_store(where, read_keys(key_file, passphrase))
    try:
        with store.writing(SYSTEM) as entry:
            keys = read_keys(key_file, passphrase)
            if not keys.is_rotating:
                keys = keys.with_fresh()
                entry.note("begin_rotation", key=keys.current)
                keys.save(key_file, passphrase)
    finally:
        store.close()
    return keys


def finish(
    where: str | Path, key_file: Path, keys: Keys, passphrase: str
) -> Iterator[tuple[int, int]]:
    """The other steps; after each, how many contents of how many are done."""
    if not is_url(where) and file_key(Path(where), keys) != keys.current:
        rekey(Path(where), keys)
    yield 0, 0
    store = open_store(where, keys)
    try:
        with store.locked() as db:
            go_by(Entry(db, SYSTEM), keys)
            db.commit()
        store.keys = keys
        yield 0, 0
        yield from _seal_anew(store)
        with store.writing(SYSTEM) as entry:
            held = read_keys(key_file, passphrase)
            if held.is_rotating and held.current == keys.current and not _old(entry.db, keys):
                entry.note("end_rotation", key=keys.current)
                held.only_current().save(key_file, passphrase)
    finally:
        store.close()


def _seal_anew(store: Store) -> Iterator[tuple[int, int]]:
    """What does not open is damaged: it is left, and the old key stays with it."""
    keys, done = store.keys, 0
    with store.reading() as db:
        old = [
            (table, version)
            for table in (Photo, Document)
            for version in db.scalars(
                select(table.id).join(Content, Content.version == table.id).where(_is_old(keys))
            )
        ]
    for few in batched(old, _AT_ONCE):
        with store.writing(SYSTEM) as entry:
            for table, version in few:
                row, content = entry.db.get_one(table, version), entry.db.get_one(Content, version)
                with suppress(NotOpened):
                    fresh = sealed_content(keys, row, opened_content(keys, row, content))
                    entry.db.execute(
                        update(Content).where(Content.version == version, _is_old(keys))
                        .values(key=fresh.key, nonce=fresh.nonce, sealed=fresh.sealed)
                    )  # fmt: skip
        done += len(few)
        yield done, len(old)
    with store.writing(SYSTEM) as entry:
        for user, sealed in _old_secrets(entry.db, keys):
            with suppress(NotOpened):
                user.totp = sealed_secret(keys, user.id, opened_secret(keys, user.id, sealed))


def _is_old(keys: Keys) -> ColumnElement[bool]:
    return Content.key != keys.current


def _old_secrets(db: Session, keys: Keys) -> list[tuple[User, bytes]]:
    users = db.scalars(select(User).where(User.totp.is_not(None)))
    return [(user, user.totp) for user in users if user.totp and key_of(user.totp) != keys.current]


def _old(db: Session, keys: Keys) -> bool:
    """Whether anything still needs an old key."""
    contents = db.scalar(select(func.count()).select_from(Content).where(_is_old(keys)))
    return bool(contents or _old_secrets(db, keys))
