"""Processes for tests that kill: each is forked from one that has imported the records."""

import multiprocessing

FORKED = multiprocessing.get_context("forkserver")
# By names that are installed: the folder of the tests is not on the path of that process.
FORKED.set_forkserver_preload(
    ["pytest", "hypothesis", "psycopg", "sqlalchemy.dialects.postgresql.psycopg",
     "anagen.accounts.users", "anagen.records.place"]
)  # fmt: skip
