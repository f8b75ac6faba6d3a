"""Writing: one transaction in which rows are added, corrected, withdrawn or signed, and audited.

A clinical row can only be written through an `Entry`; the database session refuses others, and the
database itself refuses to change or delete one. A change of a user, passkey or setting is noted in
the audit by itself, with the names of the fields but never their values.
"""

from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from anagen.reading import BadInput
from anagen.records.actor import Actor
from anagen.records.canonical import check_keepable, digest
from anagen.records.chain import digest_of, head, named, next_entry
from anagen.records.contents import MOST_BYTES, sealed_content
from anagen.records.current import stands
from anagen.records.lots import lots_of
from anagen.records.refusals import Conflict
from anagen.records.tables import (
    APPEND_ONLY,
    MUTABLE,
    Audit,
    Base,
    Content,
    Document,
    OfPatient,
    Patient,
    Photo,
    SessionRecord,
    Signature,
    Version,
    new_code,
    new_id,
    now,
)

Meaning = Literal["approved", "given_to_patient", "reviewed"]
_THROUGH_ENTRY = (*APPEND_ONLY, Content, *MUTABLE)
_OF_A_VERSION = {"id", "record", "supersedes", "withdrawn", "recorded_at", "recorded_by", "reason",
                 "search"}  # fmt: skip


class Entry:
    """One write by one actor; made by `Store.writing`."""

    def __init__(self, db: Session, actor: Actor) -> None:
        self.db, self.actor = db, actor
        self._head = head(db)
        self._admitted: set[Base] = set()
        event.listen(db, "before_flush", self._guard)

    def add[R: Base](self, row: R, content: bytes | None = None) -> R:
        """Keep a new row. ``content`` are the bytes of a photograph or document."""
        if isinstance(row, Version):
            row.record = new_id()
            return self._keep(row, "add", content)
        for column in inspect(type(row)).column_attrs:
            check_keepable(column.key, getattr(row, column.key))
        self._write(row)
        if isinstance(row, MUTABLE):
            self._append("add", row)
        return row

    def correct[V: Version](
        self, old: V, reason: str, content: bytes | None = None, **changes: Any
    ) -> V:
        """Keep a new version with ``changes``. Raises `Conflict`, `BadInput`."""
        values = self._values(old)
        if unknown := changes.keys() - values.keys():
            raise TypeError(f"{type(old).__name__} has no {', '.join(sorted(unknown))}")
        if content is None and all(values[name] == new for name, new in changes.items()):
            raise BadInput("nothing was changed; a correction must change something.")
        return self._supersede(old, reason, "correct", content, values | changes, list(changes))

    def withdraw[V: Version](self, old: V, reason: str) -> V:
        """Keep that a record no longer stands. Raises `Conflict`, `BadInput`."""
        return self._supersede(old, reason, "withdraw", None, self._values(old), [])

    def sign(self, row: Version, meaning: Meaning) -> Signature:
        """The actor stands for this very version. Raises `Conflict` where it no longer stands."""
        self._still_stands(row)
        signature = Signature(
            id=new_id(),
            kind=type(row).__name__,
            record=row.record,
            version=row.id,
            digest=digest(row),
            meaning=meaning,
            by=self.actor.id,
            name=self.actor.name,
            at=now(),
        )
        self._write(signature)
        self._append("sign", signature, meaning=meaning)
        return signature

    def note(
        self,
        action: str,
        kind: str | None = None,
        record: str | None = None,
        version: str | None = None,
        **detail: Any,
    ) -> None:
        """Something that happened without a row, such as a sign-in or an export."""
        self._chain(action, kind, record, version, None, detail)
        self.db.flush()

    def _supersede[V: Version](
        self,
        old: V,
        reason: str,
        action: str,
        content: bytes | None,
        values: dict[str, Any],
        fields: list[str],
    ) -> V:
        reason = " ".join(reason.split())
        if not reason:
            raise BadInput("reason is missing; it must say in a few words why the record changes.")
        self._still_stands(old)
        row = type(old)(
            **values, record=old.record, supersedes=old.id, withdrawn=action == "withdraw",
            reason=reason,
        )  # fmt: skip
        return self._keep(row, action, content, reason=reason, fields=fields)

    def _keep[V: Version](self, row: V, action: str, content: bytes | None, **detail: Any) -> V:
        row.id, row.recorded_at, row.recorded_by = new_id(), now(), self.actor.id
        row.withdrawn = bool(row.withdrawn)
        if isinstance(row, OfPatient) and action == "add":
            self._is_known(row.patient)
        if isinstance(row, Patient) and not row.code:
            row.code = self._free_code()
        if isinstance(row, Photo | Document) and content is not None:
            if len(content) > MOST_BYTES:
                raise BadInput(f"the file is too large; allowed are {MOST_BYTES // 10**6} MB.")
            row.sha256 = sha256(content).hexdigest()
        for column in inspect(type(row)).column_attrs:
            check_keepable(column.key, getattr(row, column.key))
        self._write(row)
        if isinstance(row, SessionRecord):
            self._write(*lots_of(row))
        if isinstance(row, Photo | Document) and content is not None:
            self._write(sealed_content(self.db.info["keys"], row, content))
        elif isinstance(row, Photo | Document) and action == "add":
            raise TypeError("a photograph or document needs its bytes")
        self._append(action, row, **detail)
        return row

    def _write(self, *rows: Base) -> None:
        """To the database and back, so that what is signed for is what it really holds."""
        self._admitted.update(rows)
        self.db.add_all(rows)
        self.db.flush()
        for row in rows:
            if not isinstance(row, Content):
                self.db.refresh(row)

    def _append(self, action: str, row: Any, **detail: Any) -> None:
        """The audit entry of a row that was just written."""
        self._chain(action, *named(row), digest_of(row), detail)
        self.db.flush()

    def _chain(
        self,
        action: str,
        kind: str | None,
        record: str | None,
        version: str | None,
        digest: str | None,
        detail: dict[str, Any],
    ) -> None:
        check_keepable("the audit's detail", detail)
        entry = next_entry(
            self._head, self.actor, now(), action, kind, record, version, digest, detail
        )
        self._head = type(self._head)(entry.seq, entry.hash)
        self._admitted.add(entry)
        self.db.add(entry)

    def _values(self, old: Version) -> dict[str, Any]:
        columns = (column.key for column in inspect(type(old)).column_attrs)
        return {name: getattr(old, name) for name in columns if name not in _OF_A_VERSION}

    def _still_stands(self, row: Version) -> None:
        table = type(row)
        if self.db.scalar(select(table.id).where(table.id == row.id, stands(table))):
            return
        said = select(Audit).where(Audit.version.in_(
            select(table.id).where((table.supersedes == row.id) | (table.id == row.id))
        ))  # fmt: skip
        last = self.db.scalars(said.order_by(Audit.seq.desc())).first()
        who = f" by {last.actor_name} at {last.at:%Y-%m-%d %H:%M} UTC" if last else ""
        raise Conflict(
            f"this {table.__name__} was changed{who}; look at the newest version and correct that."
        )

    def _is_known(self, patient: str) -> None:
        if not self.db.scalar(select(Patient.id).where(Patient.record == patient, stands(Patient))):
            raise BadInput("there is no such patient, or the patient was withdrawn.")

    def _free_code(self) -> str:
        while self.db.scalar(select(Patient.id).where(Patient.code == (code := new_code()))):
            pass
        return code

    def _guard(self, db: Session, *_: Any) -> None:
        """Before anything goes to the database: nothing passes the audit by."""
        for row in db.new:
            if isinstance(row, _THROUGH_ENTRY) and row not in self._admitted:
                raise TypeError(f"a {type(row).__name__} is written by Entry.add")
        changed = [row for row in db.dirty if db.is_modified(row)]
        for row in (*changed, *db.deleted):
            if isinstance(row, (*APPEND_ONLY, Content)):
                raise TypeError(f"a {type(row).__name__} is never changed; use Entry.correct")
        for row in changed:
            fields = sorted(
                each.key for each in inspect(row).attrs if each.history.has_changes()
            )  # fmt: skip
            for name in fields:
                check_keepable(name, getattr(row, name))
            if isinstance(row, MUTABLE) and fields != ["sign_count"]:
                self._chain("change", *named(row), digest_of(row), {"fields": fields})
        for row in db.deleted:
            if isinstance(row, MUTABLE):
                self._chain("remove", *named(row), None, {})
