"""Runs migrations on the connection that `anagen.records.schema` hands over."""

from alembic import context

from anagen.records.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,  # for how constraints are named
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
