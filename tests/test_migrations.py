"""Every schema that was ever released is brought up with its data, or left as it was."""

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from kept_schema import KEYS, kept, load
from small_practice import LEAFLET, PHOTOGRAPH, TOTP, fill
from sqlalchemy import text

from anagen.accounts.users import opened_secret
from anagen.records import schema
from anagen.records.audit import verify
from anagen.records.contents import read_content
from anagen.records.current import current, history
from anagen.records.engines import engine_of
from anagen.records.refusals import NotOpened
from anagen.records.store import open_store
from anagen.records.tables import (
    Audit,
    Base,
    Consent,
    Document,
    HairCount,
    Patient,
    Photo,
    SessionRecord,
    User,
)

ONE_MORE = """
from alembic import op
import sqlalchemy as sa

revision, down_revision = "9000", "{before}"

def upgrade():
    op.add_column("patient", sa.Column("nickname", sa.Text()))
    {more}
"""


@pytest.fixture(params=["sqlcipher", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    """Where there are no records yet."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql")()
    return tmp_path / "records.db"


@contextmanager
def connected(place: str | Path):
    engine = engine_of(place, KEYS)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@pytest.fixture
def released(place: str | Path) -> Callable[[str], str | Path]:
    """Makes the records of a released schema."""

    def make(revision: str) -> str | Path:
        with connected(place) as connection:
            schema.upgrade(connection, revision)
            load(connection, kept(revision))
        return place

    return make


@pytest.fixture
def add_revision(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Adds one more revision to those of the package; ``more`` is its last statement."""

    def add(more: str) -> None:
        versions = tmp_path / "versions"
        versions.mkdir()
        newest = schema.revisions()[-1]
        for file in schema.VERSIONS.glob("[0-9]*.py"):
            (versions / file.name).write_bytes(file.read_bytes())
        (versions / "9000_more.py").write_text(ONE_MORE.format(before=newest, more=more))
        monkeypatch.setattr(schema, "VERSIONS", versions)

    return add


@pytest.mark.parametrize("revision", schema.revisions())
def test_a_released_schema_is_brought_up_with_its_data(released, revision):
    store = open_store(released(revision), KEYS)
    report = verify(store)
    assert report.whole, report.sentence
    with store.reading() as db:
        assert schema.revision(db.connection()) == schema.revisions()[-1]
        (patient,) = current(db, Patient)
        assert (patient.family_name, patient.clinic_number) == ("Núñez", "0017")
        (session,) = current(db, SessionRecord)
        assert (session.cartridge_lot, session.pain_0_10) == ("AB-12/8", 3)
        assert [row.given for row in history(db, Consent, current(db, Consent)[0].record)] == [
            True, False,
        ]  # fmt: skip
        assert current(db, HairCount)[0].total_density_per_cm2 == 142.25
        assert read_content(db, current(db, Photo)[0]) == PHOTOGRAPH
        assert read_content(db, current(db, Document)[0]) == LEAFLET
        user = db.query(User).one()
        assert opened_secret(KEYS, user.id, user.totp) == TOTP
    store.close()


def test_what_the_models_say_is_what_the_migrations_make(place):
    with connected(place) as connection:
        schema.upgrade(connection)
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_revisions_follow_one_another():
    known = schema.revisions()
    scripts = ScriptDirectory(str(schema.VERSIONS.parent), version_locations=[str(schema.VERSIONS)])
    assert [step.revision for step in scripts.walk_revisions()] == known[::-1]


def test_an_older_schema_is_migrated_once_and_the_audit_says_so(released, add_revision):
    place = released(schema.revisions()[-1])
    add_revision("pass")
    for _ in range(2):
        store = open_store(place, KEYS)
        with store.reading() as db:
            assert schema.revision(db.connection()) == "9000"
            assert [entry.actor for entry in db.query(Audit).filter_by(action="migrate")] == [
                "system"
            ]
        assert verify(store).whole
        store.close()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("op.execute(\"UPDATE user_account SET role = 'researcher'\")", "left in schema .* User"),
        ("op.execute(\"UPDATE patient SET note = 'x'\")", "never changed"),
        ('op.execute("SELECT * FROM nowhere")', "nowhere"),
    ],
)
def test_a_migration_that_goes_wrong_leaves_everything(released, add_revision, more, said):
    newest = schema.revisions()[-1]
    place = released(newest)
    add_revision(more)
    with pytest.raises(NotOpened, match=said):
        open_store(place, KEYS)
    with connected(place) as connection:
        assert schema.revision(connection) == newest
        assert connection.scalar(text("SELECT count(*) FROM user_account WHERE role = 'owner'")) > 0
        names = connection.execute(text("SELECT * FROM patient")).keys()
        assert "nickname" not in names


def test_records_of_a_newer_program_are_left_alone(store):
    fill(store)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NotOpened, match="newer anagen"):
        open_store(store.where, store.keys)
