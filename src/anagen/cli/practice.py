"""The commands that look after a practice: audit, backups, keys, passphrase, export."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anagen.cli.passphrase import (
    Data,
    Database,
    PassphraseFile,
    new_passphrase,
    passphrase,
    place_of,
)
from anagen.cli.shell import AsJson, app, print_json, progress
from anagen.reading import BadInput

if TYPE_CHECKING:
    from anagen.records.audit import Report

_DAMAGE = 1  # exit status
audit = typer.Typer(help="The audit of a practice.", no_args_is_help=True)
app.add_typer(audit, name="audit")


@audit.command("verify")
def verify_command(
    data: Data = None,
    database: Database = None,
    passphrase_file: PassphraseFile = None,
    noted: Annotated[
        str | None,
        typer.Option("--head", metavar="N:HASH", help="a head noted earlier, to be there still"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Whether every record is what was written. Exit status 1 where it is not."""
    place = place_of(data, database)
    from anagen.records.audit import verify
    from anagen.records.chain import read_head
    from anagen.records.refusals import Damaged

    head = read_head(noted) if noted else None
    try:
        with closing(place.open(passphrase(passphrase_file))) as store:
            report = verify(store, head)
    except Damaged as fault:
        if as_json:
            print_json({"whole": False, "sentence": str(fault)})
        else:
            print(str(fault))
        raise typer.Exit(_DAMAGE) from None
    if as_json:
        print_json(report.as_dict())
    else:
        print(report.sentence)
        print(f"The head of the audit, to be noted elsewhere: {report.head}")
    _exit(report)


@app.command("backup")
def backup_command(
    to: Annotated[Path, typer.Argument(metavar="TO", help="a new file, or a folder")],
    data: Data = None,
    database: Database = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """The whole practice as one encrypted file, made while it runs. The passphrase opens it."""
    place = place_of(data, database)
    from anagen.records.backup import back_up

    if to.is_dir():
        to = to / f"anagen-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.backup"
    with closing(place.open(passphrase(passphrase_file))) as store:
        made = back_up(store, place.key_file, to)
    if as_json:
        print_json({"file": str(made.file), "bytes": made.size_bytes, **made.report.as_dict()})
    else:
        print(f"{made.file}: {made.size_bytes / 1e6:.1f} MB, read again. {made.report.sentence}")
        print(f"Its head, to be noted elsewhere: {made.report.head}")
    _exit(made.report)


@app.command("restore")
def restore_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="a backup")],
    data: Data = None,
    database: Database = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """A backup into an empty folder, or into an empty PostgreSQL database and a folder for its
    keys. The passphrase is the one that the practice had when the backup was made."""
    place = place_of(data, database)
    from anagen.records.backup import restore

    report = restore(file, passphrase(passphrase_file), place)
    if as_json:
        print_json({"folder": str(place.folder), **report.as_dict()})
    else:
        print(f"{place.folder}: restored. {report.sentence}")
    _exit(report)


@app.command("rotate-keys")
def rotate_command(
    data: Data = None,
    database: Database = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """A fresh key for everything that is encrypted. The practice must not be running."""
    place, said = place_of(data, database), passphrase(passphrase_file)
    with progress("Encrypting the records anew", 1) as advance:
        for done, of in place.rotate(said):
            advance(f"{done} of {of} photographs and documents", done / of if of else 0)
    with closing(place.open(said)) as store:
        keys = store.keys
    if as_json:
        print_json({"key": keys.current, "old_keys_left": keys.ids[1:]})
    elif keys.is_rotating:
        print("A photograph or document is damaged: the old key stays with it. Verify the audit.")
    else:
        print("Everything is under a fresh key. Older backups keep theirs, and their passphrase.")
    if keys.is_rotating:
        raise typer.Exit(_DAMAGE)


@app.command("passphrase")
def passphrase_command(
    data: Data = None,
    database: Database = None,
    passphrase_file: PassphraseFile = None,
    new_file: Annotated[
        Path | None,
        typer.Option("--new-passphrase-file", metavar="FILE", help="the new one; else asked"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Another passphrase for the keys. Older backups keep the one that they were made with."""
    place = place_of(data, database)
    old = passphrase(passphrase_file)
    place.keys(old)  # before anybody thinks of a new one
    new = new_passphrase(new_file, from_environment=False)
    if new == old:
        raise BadInput("the new passphrase is the old one; nothing was changed.")
    place.change_passphrase(old, new)
    if as_json:
        print_json({"changed": True})
    else:
        print("The passphrase was changed. Older backups keep the one that they were made with.")


@app.command("export")
def export_command(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="code or clinic number")],
    out: Annotated[Path, typer.Option(metavar="FILE.zip", help="a new file")],
    data: Data = None,
    database: Database = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Everything about one person as a ZIP file that anybody can read. Exit status 1 where a
    photograph or document is damaged and missing in it."""
    place = place_of(data, database)
    from anagen.records.actor import SYSTEM
    from anagen.records.export import export_person
    from anagen.records.people import one_by_number
    from anagen.records.whole_files import new_file

    if out.exists():
        raise BadInput(f"--out {out}: is there already; an export overwrites nothing.")
    with closing(place.open(passphrase(passphrase_file))) as store:
        with store.reading() as db:
            patient = one_by_number(db, person).record
        made = export_person(store, SYSTEM, patient)
        with new_file(out) as beside, beside.open("wb") as file:
            file.writelines(made.pieces())
    if as_json:
        print_json({"file": str(out), **made.as_dict()})
    else:
        lines = sum(made.lines.values())
        print(f"{out}: {made.code}, {lines} lines in {len(made.lines)} tables, {made.files} files.")
        print("It is not encrypted: hand it over by a safe way, and delete it here.")
        for lost in made.lost:
            print(f"Damaged, and missing: {lost}")
    if made.lost:
        raise typer.Exit(_DAMAGE)


def _exit(report: "Report") -> None:
    if not report.whole:
        raise typer.Exit(_DAMAGE)
