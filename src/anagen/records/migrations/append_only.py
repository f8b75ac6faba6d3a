"""Triggers by which the database itself refuses to change or delete what must stay."""

from collections.abc import Iterator

_REFUSED = "this row is never changed or deleted"
# At a rotation of keys a content is sealed anew; whose it is never changes.
_RESEALED = "NEW.version = OLD.version AND NEW.key <> OLD.key"


def triggers(table: str, dialect: str, resealed: bool = False) -> Iterator[str]:
    """The statements that make a table append-only; ``resealed`` for the table of contents."""
    if dialect == "sqlite":
        unless = f" WHEN NOT ({_RESEALED})" if resealed else ""
        for change, when in (("UPDATE", unless), ("DELETE", "")):
            yield (
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table}{when} "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            )
        return
    yield (
        "CREATE OR REPLACE FUNCTION anagen_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
    )
    unless = f"WHEN (NOT ({_RESEALED})) " if resealed else ""
    for change, scope in (
        ("UPDATE", f"FOR EACH ROW {unless}"),
        ("DELETE", "FOR EACH ROW "),
        ("TRUNCATE", "FOR EACH STATEMENT "),
    ):
        yield (
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            f"{scope}EXECUTE FUNCTION anagen_append_only()"
        )
