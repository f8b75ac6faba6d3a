"""Records for tests: a fresh SQLCipher file, or a fresh database of a PostgreSQL cluster.

The cluster lives in a temporary folder, listens on loopback only and ends with the tests.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from anagen.records.actor import Actor
from anagen.records.keys import Keys
from anagen.records.store import Store, create_store

ADA = Actor("00000000-0000-4000-8000-00000000ada1", "Ada Ferrer", "clinician")
BEN = Actor("00000000-0000-4000-8000-00000000be01", "Ben Oduya", "assistant")
PASSPHRASE = "twelve quiet follicles"

type MakeStore = Callable[[], Store]


def sqlcipher_store(folder: Path, keys: Keys | None = None) -> Store:
    """Fresh records in ``folder``."""
    return create_store(folder / "records.db", keys or Keys.new())


def _server_programs() -> Path | None:
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    found = newest[0] if newest else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _unprivileged() -> list[str]:
    """What runs a command as someone else than root, which initdb refuses."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        ids = f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}"
        return ["setpriv", *ids, "--clear-groups", "--"]
    raise RuntimeError("there is no user to run PostgreSQL as")


@contextmanager
def postgresql_cluster() -> Iterator[str]:
    """The address of a new cluster's ``postgres`` database."""
    programs = _server_programs()
    if programs is None:
        if os.environ.get("ANAGEN_CI"):
            pytest.fail("PostgreSQL is missing; its lane must run here")
        pytest.skip("PostgreSQL is not installed")
    as_user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="anagen-pg-"))
    if as_user:
        uid, gid = (int(part.split("=")[1]) for part in as_user[1:3])
        os.chown(folder, uid, gid)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        made = subprocess.run(
            [*as_user, str(programs / program), *arguments],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if made.returncode:
            raise RuntimeError(f"{program}: {made.stdout}")

    data = str(folder / "data")
    try:
        run("initdb", "-D", data, "-U", "anagen", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-h 127.0.0.1 -p {port} -k '' -F"
        run("pg_ctl", "-D", data, "-w", "-s", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://anagen@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", data, "-w", "-s", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[], str]]:
    """Gives the address of a fresh, empty database each time."""
    import psycopg

    numbers = count()
    with postgresql_cluster() as address:

        def fresh() -> str:
            name = f"practice_{next(numbers)}"
            admin = address.replace("+psycopg", "")
            with psycopg.connect(admin, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
            return address.replace("/postgres", f"/{name}").replace("postgresql:", "postgresql:")

        yield fresh


@pytest.fixture(params=["sqlcipher", "postgresql"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeStore]:
    """Gives fresh records each time, on either database; all are closed at the end."""
    made: list[Store] = []
    numbers = count()

    def fresh() -> Store:
        if request.param == "sqlcipher":
            folder = tmp_path / f"practice_{next(numbers)}"
            folder.mkdir()
            made.append(sqlcipher_store(folder))
        else:
            where = request.getfixturevalue("postgresql")()
            made.append(create_store(where, Keys.new()))
        return made[-1]

    yield fresh
    for store in made:
        store.close()


@pytest.fixture
def store(make_store: MakeStore) -> Store:
    """Fresh records on either database."""
    return make_store()
