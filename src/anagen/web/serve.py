"""Running a practice: the model, the worker and the web workers, watched by one process.

The web workers share one listening socket. Whoever dies is started again; who told this process to
end (SIGTERM, or Ctrl-C) ends them all.
"""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from types import FrameType

from anagen.jobs.kept_alive import KeptAlive
from anagen.jobs.worker import work
from anagen.reading import BadInput
from anagen.records.keys import Keys
from anagen.records.place import Place
from anagen.web.forecaster import Forecaster, Model
from anagen.web.model_process import Address
from anagen.web.settings import Settings


@dataclass(frozen=True)
class Tls:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path


def serve(
    place: Place,
    keys: Keys,
    settings: Settings,
    listening: socket.socket,
    workers: int,
    tls: Tls | None,
    ready: Callable[[Forecaster], None],
) -> None:
    """Run a practice until told to end. ``ready`` is called when it can be asked."""
    with place.alone(), ExitStack() as running, _told_to_end() as ended:
        model = running.enter_context(Model())
        running.enter_context(KeptAlive("anagen-worker", work, place.records, keys, place.queue))
        for number in range(workers):
            running.enter_context(
                KeptAlive(
                    f"anagen-web-{number + 1}",
                    answer,
                    *(listening, place, keys, settings, tls, model.address, model.key),
                )
            )
        ready(model.forecaster())
        ended.wait()


def answer(
    listening: socket.socket,
    place: Place,
    keys: Keys,
    settings: Settings,
    tls: Tls | None,
    model_at: Address,
    model_key: bytes,
) -> None:
    """One web worker."""
    import uvicorn  # the process that watches stays small

    from anagen.jobs.queue import Queue
    from anagen.records.store import open_store
    from anagen.web.app import make_app
    from anagen.web.pages.evidence import read_ahead

    store = open_store(place.records, keys)
    app = make_app(store, settings, Forecaster(model_at, model_key), Queue(place.queue))
    Thread(target=read_ahead, daemon=True).start()
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,  # addresses hold the identities of patients
        server_header=False,
        proxy_headers=settings.https and tls is None,
        timeout_graceful_shutdown=10,
        ssl_certfile=str(tls.certificate) if tls else None,
        ssl_keyfile=str(tls.key) if tls else None,
    )
    server = uvicorn.Server(config)
    # Ends on SIGTERM alone: Ctrl-C is for the process that watches this one.
    server.capture_signals = lambda: _ends_with(server.handle_exit)
    server.run(sockets=[listening])
    store.close()


@contextmanager
def _ends_with(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    signal.signal(signal.SIGTERM, handler)
    yield


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises `BadInput`."""
    if not 0 <= port <= 65_535:
        raise BadInput(f"--port is {port}; allowed is a whole number from 0 to 65535.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Its protocol is named, or asyncio would not know to send small answers without delay.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would let others take the port as well
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as fault:
        listening.close()
        raise BadInput(
            f"--host {host} --port {port}: cannot be listened on ({fault.strerror})."
        ) from None
    return listening


@contextmanager
def _told_to_end() -> Iterator[Event]:
    ended = Event()
    before = {
        number: signal.signal(number, lambda *_: ended.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
