"""The command that runs the practice in a browser."""

import os
import secrets
import sys
import tempfile
from contextlib import ExitStack
from getpass import getpass
from pathlib import Path
from typing import Annotated, Any

import typer

from anagen.cli.shell import app
from anagen.reading import BadInput, read_text

LOOPBACK = ("127.0.0.1", "::1", "localhost")
PASSPHRASE = "ANAGEN_PASSPHRASE"


@app.command("serve")
def serve_command(
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="folder of the practice; made when new")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(metavar="URL", help="postgresql://… in the place of the file in --data"),
    ] = None,
    host: Annotated[str, typer.Option(help="address to listen on; others need HTTPS")] = LOOPBACK[
        0
    ],
    port: Annotated[int, typer.Option(help="port to listen on; 0 takes a free one")] = 8000,
    name: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="a name that browsers reach it by, e.g. clinic.example"),
    ] = None,
    workers: Annotated[int, typer.Option(help="web workers, 1 to 16")] = 2,
    behind_https: Annotated[
        bool, typer.Option("--behind-https", help="a proxy in front of it does HTTPS")
    ] = False,
    tls_cert: Annotated[
        Path | None, typer.Option(metavar="FILE.pem", help="certificate chain for HTTPS")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE.pem", help="and its key")] = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"passphrase of the keys; else {PASSPHRASE}, else asked"),
    ] = None,
    practice: Annotated[str, typer.Option(help="name at the top of every page")] = "anagen",
    demo: Annotated[
        bool, typer.Option("--demo", help="made-up people in a folder that is gone at the end")
    ] = False,
) -> None:
    """The practice in a browser: patients, plans, sessions, counts, research. On this machine
    alone unless HTTPS is set up."""
    try:
        from anagen.web.serve import Tls, listen, serve
    except ModuleNotFoundError as missing:
        raise BadInput(
            f"the web app needs {missing.name}; install it with: pip install 'anagen[web]'."
        ) from None
    from anagen.records.place import Place, usual_folder
    from anagen.records.store import open_store
    from anagen.web.settings import Settings

    if not 1 <= workers <= 16:
        raise BadInput(f"--workers is {workers}; allowed is a whole number from 1 to 16.")
    if (tls_cert is None) != (tls_key is None):
        raise BadInput("--tls-cert and --tls-key go together; allowed is both, or neither.")
    if demo and (data or database):
        raise BadInput("--demo keeps nothing; allowed is --demo without --data and --database.")
    tls = Tls(tls_cert, tls_key) if tls_cert and tls_key else None
    https = tls is not None or behind_https
    if host not in LOOPBACK and not https:
        raise BadInput(
            f"--host {host} is reached over a network; allowed is HTTPS only: --tls-cert and "
            "--tls-key, or --behind-https where a proxy does it. Without --host it answers to "
            "this machine alone."
        )
    code = secrets.token_urlsafe(16)
    settings = Settings(
        hosts=("127.0.0.1", "localhost", "[::1]", *(name or ())),
        https=https,
        demo=demo,
        practice=practice,
        set_up_code=code,
    )
    with ExitStack() as held:
        listening = held.enter_context(listen(host, port))
        if demo:
            folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="anagen-demo-")))
            place = Place(folder)
            keys = place.make(secrets.token_urlsafe())
        else:
            place = Place(data or usual_folder(), database)
            passphrase = _passphrase(passphrase_file, is_new=place.is_new)
            keys = place.make(passphrase) if place.is_new else place.keys(passphrase)
        at = f"{'https' if https else 'http'}://{_shown(host)}:{listening.getsockname()[1]}"

        def ready(forecaster: Any) -> None:
            if demo:
                from anagen.web.demo import fill

                print("Making up a practice …", file=sys.stderr)
                store = open_store(place.records, keys)
                print(fill(store, forecaster))
                store.close()
            elif is_first_run(place, keys):
                print(f"Make the owner's account, once: {at}/set-up?code={code}")
            print(f"{practice} is at {at}  (Ctrl-C stops it)", flush=True)

        serve(place, keys, settings, listening, workers, tls, ready)


def is_first_run(place: Any, keys: Any) -> bool:
    """Whether the practice has no owner yet."""
    from anagen.accounts.users import is_set_up
    from anagen.records.store import open_store

    store = open_store(place.records, keys)
    with store.reading() as db:
        ready = is_set_up(db)
    store.close()
    return not ready


def _passphrase(file: Path | None, *, is_new: bool) -> str:
    """The passphrase of the keys. It is no option: what stands on a command line is read by
    everybody on the machine and stays in the shell's history. Raises `BadInput`."""
    if file is not None:
        return read_text(file).rstrip("\r\n")
    if PASSPHRASE in os.environ:
        return os.environ.pop(PASSPHRASE)  # not handed on to child processes
    if not sys.stdin.isatty():
        raise BadInput(
            f"the passphrase is missing; allowed is --passphrase-file, {PASSPHRASE} or a terminal."
        )
    if not is_new:
        return getpass("Passphrase: ")
    print(
        "A new practice. Choose a passphrase of 12 characters or more for its keys, and keep it "
        "safe: without it nothing can be read again.",
        file=sys.stderr,
    )
    chosen = getpass("Passphrase: ")
    if getpass("Once more: ") != chosen:
        raise BadInput("the two passphrases differ; nothing was made.")
    return chosen


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
