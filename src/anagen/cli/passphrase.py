"""What the commands of a practice share: where it lies, and its passphrase."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anagen.reading import BadInput, read_text

if TYPE_CHECKING:
    from anagen.records.place import Place

PASSPHRASE = "ANAGEN_PASSPHRASE"

Data = Annotated[Path | None, typer.Option(metavar="DIR", help="folder of the practice")]
Database = Annotated[
    str | None,
    typer.Option(metavar="URL", help="postgresql://… in the place of the file in --data"),
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help=f"passphrase of the keys; else {PASSPHRASE}, else asked"),
]


@contextmanager
def with_web() -> Iterator[None]:
    """What is imported within needs the extra. Raises `BadInput` where it is not installed."""
    try:
        yield
    except ModuleNotFoundError as missing:
        raise BadInput(
            f"a practice needs {missing.name}; install it with: pip install 'anagen[web]'."
        ) from None


def place_of(data: Path | None, database: str | None) -> "Place":
    """Where the practice lies. Raises `BadInput`."""
    with with_web():
        from anagen.records.engines import is_url
        from anagen.records.place import Place, usual_folder
    if database and not is_url(database):
        raise BadInput(
            f"--database is {database[:40]!r}; allowed is an address as postgresql://user@host/name."
        )
    return Place(data or usual_folder(), database)


def passphrase(file: Path | None) -> str:
    """The passphrase of keys that are there. It is no option: what stands on a command line is read
    by everybody on the machine and stays in the shell's history. Raises `BadInput`."""
    return _given(file) or getpass("Passphrase: ")


def new_passphrase(file: Path | None, *, from_environment: bool = True) -> str:
    """The passphrase of keys that are to be wrapped. Raises `BadInput`."""
    given = _given(file, from_environment)
    if given:
        return given
    print(
        "Choose a passphrase of 12 characters or more, and keep it safe: without it nothing can be "
        "read again.",
        file=sys.stderr,
    )
    chosen = getpass("New passphrase: ")
    if getpass("Once more: ") != chosen:
        raise BadInput("the two passphrases differ; nothing was changed.")
    return chosen


def _given(file: Path | None, from_environment: bool = True) -> str | None:
    if file is not None:
        return read_text(file).rstrip("\r\n")
    if from_environment and PASSPHRASE in os.environ:
        return os.environ.pop(PASSPHRASE)  # not handed on to child processes
    if not sys.stdin.isatty():
        raise BadInput(
            f"the passphrase is missing; allowed is a file of it, {PASSPHRASE} or a terminal."
        )
    return None
