"""The schema of the records: which one a database has, and how it is brought up.

The migrations of this package run in one transaction. Alembic is loaded only where one has to run.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

VERSIONS = Path(__file__).parent / "migrations" / "versions"


def revisions() -> list[str]:
    """All revisions that this program knows, the oldest first."""
    return sorted(file.name[:4] for file in VERSIONS.glob("[0-9]*.py"))


def revision(connection: Connection) -> str | None:
    """The revision that a database has; None where it has no records."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring a database up, within the connection's transaction; one process at a time."""
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('anagen schema'))"))
    config = Config()
    config.set_main_option("script_location", _escaped(Path(__file__).parent / "migrations"))
    config.set_main_option("version_locations", _escaped(VERSIONS))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
