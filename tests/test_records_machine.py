"""The records against a plain dictionary, over whatever people do with them in whatever order."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from small_practice import FACTS
from sqlalchemy import select
from stores import ADA, BEN, PASSPHRASE

from anagen.reading import BadInput
from anagen.records import keys
from anagen.records.audit import verify
from anagen.records.backup import back_up, restore
from anagen.records.chain import Head, head
from anagen.records.contents import read_content
from anagen.records.current import current, history
from anagen.records.place import Place
from anagen.records.refusals import Conflict
from anagen.records.tables import Audit, HairCount, Patient, Photo, Signature, Version

DAY = date(2026, 3, 2)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
names = texts.filter(bool)
numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)
actors = st.sampled_from([ADA, BEN])
reasons = st.sampled_from(["misheard", "a lot was misread", "ελληνικά"])
# What of each kind is changed, and to what.
FIELDS: dict[type[Version], dict[str, st.SearchStrategy[Any]]] = {
    Patient: {"family_name": names, "note": st.none() | texts, "born": st.none() | st.dates()},
    HairCount: {"total_density_per_cm2": numbers, "site": names},
    Photo: {"zone": st.none() | texts, "magnification": numbers},
}


@dataclass
class Told:
    """What the model knows of one record: its versions, the oldest first."""

    kind: type[Version]
    versions: list[dict[str, Any]]
    rows: list[Version]  # as they were handed back
    withdrawn: bool = False
    content: bytes | None = None
    signatures: list[tuple[str, str]] = field(default_factory=list)  # version, meaning


class Records(RuleBasedStateMachine):
    """The rules; ``database`` gives the address of a fresh database, or None for a file."""

    database: Callable[[], str | None]
    kept = Bundle("kept")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.told: dict[str, Told] = {}
        self.noted = Head(0, "")
        self.restored = 0

    @initialize()
    def begin(self) -> None:
        """A new practice."""
        self.place = Place(self.folder / "practice", self.database())
        self.place.make(PASSPHRASE)
        self._open()

    @rule(target=kept, actor=actors, given=names, family=names, note=st.none() | texts)
    def add_patient(self, actor, given, family, note) -> str:
        """A new person."""
        values = {"family_name": family, "note": note, "born": None}
        row = Patient(given_name=given, facts=FACTS, **values)
        return self._add(actor, row, values)

    @rule(target=kept, actor=actors, of=kept, density=numbers)
    def add_count(self, actor, of, density) -> str:
        """A count of somebody, if they are there."""
        values = {"total_density_per_cm2": density, "site": "vertex"}
        return self._add(actor, HairCount(patient=of, on=DAY, method="by hand", **values), values)

    @rule(target=kept, actor=actors, of=kept, content=st.binary(min_size=1, max_size=200))
    def add_photo(self, actor, of, content) -> str:
        """A photograph of somebody, if they are there."""
        values = {"zone": None, "magnification": 20.0}
        row = Photo(patient=of, taken_on=DAY, media_type="image/png", width=1, height=1, **values)
        return self._add(actor, row, values, content)

    @rule(actor=actors, record=kept, reason=reasons, data=st.data())
    def correct(self, actor, record, reason, data) -> None:
        """The version that stands, or none where the record was withdrawn."""
        if (told := self.told.get(record)) is None:
            return
        name = data.draw(st.sampled_from(sorted(FIELDS[told.kind])))
        value = data.draw(FIELDS[told.kind][name])
        with self.store.writing(actor) as entry:
            if value == told.versions[-1][name]:
                with pytest.raises(BadInput, match="nothing was changed"):
                    entry.correct(told.rows[-1], reason, **{name: value})
            elif told.withdrawn:
                with pytest.raises(Conflict):
                    entry.correct(told.rows[-1], reason, **{name: value})
            else:
                told.rows.append(entry.correct(told.rows[-1], reason, **{name: value}))
                told.versions.append(told.versions[-1] | {name: value})

    @rule(actor=actors, record=kept, data=st.data())
    def correct_what_was_superseded(self, actor, record, data) -> None:
        """Somebody who has not seen the newest version is told, and nothing is lost."""
        told = self.told.get(record)
        if told is None or len(told.rows) < 2:
            return
        old = data.draw(st.sampled_from(told.rows[:-1]))
        with self.store.writing(actor) as entry:
            for attempt in (
                lambda: entry.correct(old, "late", **{next(iter(FIELDS[told.kind])): "late"}),
                lambda: entry.withdraw(old, "late"),
                lambda: entry.sign(old, "reviewed"),
            ):
                with pytest.raises(Conflict):
                    attempt()

    @rule(actor=actors, record=kept, reason=reasons)
    def withdraw(self, actor, record, reason) -> None:
        """A record stands no longer, and stays to be read."""
        told = self.told.get(record)
        if told is None or told.withdrawn:
            return
        with self.store.writing(actor) as entry:
            told.rows.append(entry.withdraw(told.rows[-1], reason))
        told.versions.append(told.versions[-1])
        told.withdrawn = True

    @rule(actor=actors, record=kept, meaning=st.sampled_from(["approved", "reviewed"]))
    def sign(self, actor, record, meaning) -> None:
        """Somebody stands for the version that stands."""
        told = self.told.get(record)
        if told is None or told.withdrawn:
            return
        with self.store.writing(actor) as entry:
            entry.sign(told.rows[-1], meaning)
        told.signatures.append((told.rows[-1].id, meaning))

    @rule(actor=actors, record=kept)
    def fail_halfway(self, actor, record) -> None:
        """A fault after a write takes the write back."""
        told = self.told.get(record)
        if told is None or told.withdrawn:
            return

        def fail() -> None:
            with self.store.writing(actor) as entry:
                entry.withdraw(told.rows[-1], "a slip")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()

    @rule(actor=actors, text=st.sampled_from(["a\0b", "a\ud800b"]))
    def type_what_is_no_text(self, actor, text) -> None:
        """What a database would change is refused before it."""
        with (
            pytest.raises(BadInput, match="plain text"),
            self.store.writing(actor) as entry,
        ):
            entry.add(Patient(given_name=text, family_name="x", facts=FACTS))

    @precondition(lambda self: self.told and self.restored < 2)
    @rule(into_file=st.booleans())
    def back_up_and_restore(self, into_file) -> None:
        """Go on from a backup, on either database."""
        file = self.folder / f"{self.restored}.backup"
        assert back_up(self.store, self.place.key_file, file).report.whole
        self.store.close()
        self.restored += 1
        address = None if into_file else self.database()
        self.place = Place(self.folder / f"restored_{self.restored}", address)
        assert restore(file, PASSPHRASE, self.place).whole
        self._open()

    @precondition(lambda self: self.told)
    @rule()
    def rotate_keys(self) -> None:
        """A fresh key for everything; what it notes depends on what there is."""
        self.store.close()
        for _ in self.place.rotate(PASSPHRASE):
            pass
        self._open()

    @invariant()
    def what_stands_and_what_stood_is_as_told(self) -> None:
        """Every version of every record, and nothing else."""
        if not hasattr(self, "store"):
            return
        with self.store.reading() as db:
            for kind in FIELDS:
                told = {record: each for record, each in self.told.items() if each.kind is kind}
                standing = {row.record: row for row in current(db, kind)}
                assert standing.keys() == {r for r, each in told.items() if not each.withdrawn}
                for record, each in told.items():
                    rows = history(db, kind, record)
                    assert [row.id for row in rows] == [row.id for row in each.rows]
                    for row, values in zip(rows, each.versions, strict=True):
                        assert {name: getattr(row, name) for name in values} == values
                    if each.content is not None:
                        assert read_content(db, rows[-1]) == each.content
            signed = db.execute(select(Signature.version, Signature.meaning)).all()
            assert sorted(map(tuple, signed)) == sorted(
                each for told in self.told.values() for each in told.signatures
            )
            rows = len(db.scalars(select(Audit.seq).where(Audit.version.is_not(None))).all())
            assert rows == sum(len(t.rows) + len(t.signatures) for t in self.told.values())
            assert head(db).seq >= self.noted.seq

    def teardown(self) -> None:
        """What was done verifies, and what was noted is there still."""
        if hasattr(self, "store"):
            report = verify(self.store, self.noted if self.noted.seq else None)
            self.store.close()
            shutil.rmtree(self.folder)
            assert report.whole, report.sentence

    def _open(self) -> None:
        self.store = self.place.open(PASSPHRASE)
        self.noted = verify(self.store).head

    def _add(self, actor, row, values, content: bytes | None = None) -> str:
        of = getattr(row, "patient", None)
        known = of is None or (of in self.told and self.told[of].kind is Patient)
        if not known or (of and self.told[of].withdrawn):
            with (
                pytest.raises(BadInput, match="no such patient"),
                self.store.writing(actor) as entry,
            ):
                entry.add(row, content)
            return "nobody"
        with self.store.writing(actor) as entry:
            entry.add(row, content)
        self.told[row.record] = Told(type(row), [values], [row], content=content)
        return row.record


@pytest.mark.parametrize("database", ["sqlcipher", "postgresql"])
def test_the_records_are_a_dictionary_that_forgets_nothing(request, monkeypatch, database):
    monkeypatch.setattr(keys, "STRETCHING", {"time_cost": 1, "memory_kib": 64, "parallelism": 1})
    fresh = request.getfixturevalue("postgresql") if database == "postgresql" else lambda: None
    machine = type("Records", (Records,), {"database": staticmethod(fresh)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
