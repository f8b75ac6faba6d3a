"""The audit as a chain: each entry carries the hash of the one before.

hash = SHA-256(previous ‖ canonical JSON of the entry). Changing, leaving out or reordering an entry
breaks every hash after it. What a chain alone cannot show is a tail that is missing: therefore each
backup carries the head, and `anagen audit verify --head` compares one that was written down.
"""

import json
import re
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from anagen.reading import BadInput
from anagen.records.actor import Actor
from anagen.records.canonical import as_canonical, digest
from anagen.records.tables import Audit, Passkey, Setting, User

BEFORE_THE_FIRST = "0" * 64
_ENTRY = ("seq", "at", "actor", "actor_name", "action", "kind", "record", "version", "digest",
          "detail")  # fmt: skip
# What of a changing row the audit answers for; the rest changes whenever somebody signs in.
_ANSWERED_FOR = {
    User: ("id", "name", "email", "role", "active", "password_hash", "oidc_subject"),
    Passkey: ("id", "user", "name", "credential", "public_key"),
    Setting: ("name", "value"),
}


class Head(NamedTuple):
    """The last entry: its number and its hash."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


def read_head(said: str) -> Head:
    """A head as it was written down. Raises `BadInput`."""
    seq, _, hexadecimal = said.strip().partition(":")
    if not re.fullmatch("[0-9]{1,18}", seq) or not re.fullmatch("[0-9a-f]{64}", hexadecimal):
        raise BadInput(
            f"the head is {said[:24]!r}; allowed is what was shown: a number, a colon and 64 "
            "letters."
        )
    return Head(int(seq), hexadecimal)


NONE_YET = Head(0, BEFORE_THE_FIRST)


def head(db: Session) -> Head:
    """The head of the chain; number 0 where nothing was written yet."""
    last = db.execute(select(Audit.seq, Audit.hash).order_by(Audit.seq.desc()).limit(1)).first()
    return Head(*last) if last else NONE_YET


def entry_hash(entry: Audit) -> str:
    """The hash that an entry must have."""
    said = as_canonical({name: getattr(entry, name) for name in _ENTRY})
    return sha256((entry.previous + said).encode()).hexdigest()


def named(row: Any) -> tuple[str, str, str | None]:
    """How an entry names a row: kind, record, and version where the row has versions."""
    kind = type(row).__name__
    if isinstance(row, Setting):
        return kind, row.name, None
    if isinstance(row, User | Passkey):
        return kind, row.id, None
    return kind, row.record, row.id


def digest_of(row: Any) -> str:
    """The digest that an entry keeps of a row."""
    return digest(row, *_ANSWERED_FOR.get(type(row), ()))


def next_entry(
    after: Head,
    actor: Actor,
    at: datetime,
    action: str,
    kind: str | None = None,
    record: str | None = None,
    version: str | None = None,
    digest: str | None = None,
    detail: dict[str, Any] | None = None,
) -> Audit:
    """The entry that follows ``after``."""
    entry = Audit(
        seq=after.seq + 1,
        at=at,
        actor=actor.id,
        actor_name=actor.name,
        action=action,
        kind=kind,
        record=record,
        version=version,
        digest=digest,
        detail=json.loads(json.dumps(detail, allow_nan=False)) if detail else None,
        previous=after.hash,
    )
    entry.hash = entry_hash(entry)
    return entry
