"""The command that runs the practice in a browser."""

import secrets
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from anagen.cli.passphrase import (
    Data,
    Database,
    PassphraseFile,
    new_passphrase,
    passphrase,
    place_of,
    with_web,
)
from anagen.cli.shell import app
from anagen.reading import BadInput

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@app.command("serve")
def serve_command(
    data: Data = None,
    database: Database = None,
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
    passphrase_file: PassphraseFile = None,
    practice: Annotated[str, typer.Option(help="name at the top of every page")] = "anagen",
    demo: Annotated[
        bool, typer.Option("--demo", help="made-up people in a folder that is gone at the end")
    ] = False,
) -> None:
    """The practice in a browser: patients, plans, sessions, counts, research. On this machine
    alone unless HTTPS is set up."""
    with with_web():
        from anagen.web.serve import Tls, listen, serve
    from anagen.records.place import Place
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
            place = place_of(data, database)
            settings = replace(settings, key_file=place.key_file)
            if place.is_new:
                keys = place.make(new_passphrase(passphrase_file))
            else:
                keys = place.keys(passphrase(passphrase_file))
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


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
