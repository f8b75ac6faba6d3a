"""Whatever is changed behind the records is found and named."""

import random
import re
from pathlib import Path

import pytest
from small_practice import fill
from sqlalchemy import select, text, update
from stores import sqlcipher_store

from anagen.records.audit import verify
from anagen.records.chain import Head
from anagen.records.keys import Keys
from anagen.records.refusals import NotOpened
from anagen.records.store import Store, open_store
from anagen.records.tables import Content, Patient

APPEND_ONLY = (
    "patient", "screening", "plan", "session_record", "photo", "hair_count", "adverse_event",
    "document", "consent", "lot", "signature", "audit", "content",
)  # fmt: skip


def behind(store: Store, *statements: str) -> None:
    """Change the database as its administrator could: without its triggers."""
    with store.engine.begin() as connection:
        for table in APPEND_ONLY:
            for change in ("update", "delete"):
                on = "" if store.is_file else f" ON {table}"
                connection.execute(text(f"DROP TRIGGER {table}_no_{change}{on}"))
        for statement in statements:
            assert connection.execute(text(statement)).rowcount > 0


def test_untouched_records_are_whole(store):
    fill(store)
    report = verify(store)
    assert report.whole, report.sentence
    with store.reading() as db:
        entries = db.execute(text("SELECT count(*), max(seq) FROM audit")).one()
    assert (report.entries, report.head.seq) == tuple(entries)
    assert report.contents == 2


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE patient SET family_name = 'Nunes'", "Patient .* was changed"),
        ("UPDATE hair_count SET total_density_per_cm2 = 142.26", "HairCount .* was changed"),
        ("UPDATE session_record SET recorded_by = 'x' WHERE supersedes IS NULL", "SessionRecord"),
        ("UPDATE plan SET forecast = '{\"median\": [0.0, 1.0]}'", "Plan .* was changed"),
        ("UPDATE signature SET meaning = 'reviewed'", "Signature .* was changed"),
        ("DELETE FROM adverse_event", "AdverseEvent .* is missing: entry"),
        ("DELETE FROM signature", "Signature .* is missing"),
        ("UPDATE consent SET supersedes = NULL", "Consent .* was changed"),
        ("UPDATE audit SET actor_name = 'Eve' WHERE seq = 4", "Entry 4 .* was changed"),
        ("UPDATE audit SET hash = previous WHERE seq = 4", "Entry 4 .* was changed"),
        ("DELETE FROM audit WHERE seq = 1", "Entry 1 of the audit is missing"),
        ("DELETE FROM audit WHERE seq = 5", "Entry 5 of the audit is missing"),
        ("UPDATE lot SET lot = 'AB-12/9' WHERE lot = 'AB-12/8'", "lots of SessionRecord"),
        ("UPDATE lot SET lot_key = 'ab129' WHERE lot = 'AB-12/8'", "lots of SessionRecord"),
        ("DELETE FROM lot WHERE kind = 'topical'", "lots of SessionRecord"),
        ("DELETE FROM content", "content of Photo .* is missing"),
        (
            "INSERT INTO content SELECT 'x', key, nonce, sealed FROM content LIMIT 1",
            "belongs to no photograph",
        ),
        ("UPDATE user_account SET role = 'clinician'", "User .* was changed"),
        ("UPDATE passkey SET public_key = credential", "Passkey .* was changed"),
        ("DELETE FROM passkey", "Passkey .* is missing"),
        ("UPDATE setting SET value = '{\"years\": 1}' WHERE name = 'kept years'", "Setting kept"),
    ],
)
def test_a_change_behind_the_records_is_named(store, statement, said):
    fill(store)
    behind(store, statement)
    report = verify(store)
    assert not report.whole
    assert re.search(said, report.sentence), report.sentence


def test_a_row_beside_the_audit_is_named(store):
    fill(store)
    columns = [column.key for column in Patient.__table__.columns if column.key != "id"]
    names = ", ".join(columns)
    planted = ", ".join("'nobody'" if name == "record" else name for name in columns)
    with store.engine.begin() as connection:
        connection.execute(
            text(f"INSERT INTO patient (id, {names}) SELECT 'planted', {planted} FROM patient")
        )
    assert "Patient nobody, version planted, stands beside" in verify(store).sentence


def test_the_bytes_of_one_photograph_are_not_anothers(store):
    fill(store)
    with store.reading() as db:
        first, second = db.scalars(select(Content.version)).all()
    behind(
        store,
        f"UPDATE content SET version = 'third' WHERE version = '{first}'",
        f"UPDATE content SET version = '{first}' WHERE version = '{second}'",
        f"UPDATE content SET version = '{second}' WHERE version = 'third'",
    )
    assert re.search("content of Photo .* is damaged", verify(store).sentence)


def test_one_flipped_byte_of_a_photograph_is_found(store):
    fill(store)
    with store.reading() as db:
        content = db.scalars(select(Content).limit(1)).one()
    at = random.Random(3).randrange(len(content.sealed))
    flipped = content.sealed[:at] + bytes([content.sealed[at] ^ 1]) + content.sealed[at + 1 :]
    with store.engine.begin() as connection:
        for change in ("update", "delete"):
            on = "" if store.is_file else " ON content"
            connection.execute(text(f"DROP TRIGGER content_no_{change}{on}"))
        connection.execute(
            update(Content).where(Content.version == content.version).values(sealed=flipped)
        )
    assert "is damaged" in verify(store).sentence


def test_a_missing_tail_and_a_new_chain_are_seen_by_a_noted_head(store):
    fill(store)
    noted = verify(store).head
    assert verify(store, noted).whole
    assert "another than the one that was noted" in verify(store, Head(3, noted.hash)).sentence
    behind(store, f"DELETE FROM audit WHERE seq = {noted.seq}")
    assert verify(store).whole
    assert f"Entry {noted.seq} of the audit is missing" in verify(store, noted).sentence


def is_found(path: Path, keys: Keys) -> bool:
    """Whether the damage of a file is seen, at opening or by the audit."""
    try:
        opened = open_store(path, keys)
    except NotOpened:
        return True
    report = verify(opened)
    opened.close()
    return not report.whole


def test_one_flipped_byte_anywhere_in_the_file_is_found(tmp_path):
    store = sqlcipher_store(tmp_path)
    fill(store)
    store.close()
    path = tmp_path / "records.db"
    kept = path.read_bytes()
    assert b"N\xc3\xba\xc3\xb1ez" not in kept
    places = random.Random(7).sample(range(len(kept)), 60)
    for at in (0, 15, 16, len(kept) - 1, *places):
        path.write_bytes(kept[:at] + bytes([kept[at] ^ 0x10]) + kept[at + 1 :])
        assert is_found(path, store.keys), at
    path.write_bytes(kept)
    assert not is_found(path, store.keys)
