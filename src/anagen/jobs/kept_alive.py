"""A process that is started again when it dies, and that never outlives who started it."""

import os
import signal
import time
from collections.abc import Callable
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from threading import Event, Thread
from typing import Any, Self

_STEADY_S = 30.0  # who lived that long did not die of how it was started
_PATIENCE_S = 10.0  # for a process to end by itself


class KeptAlive:
    """One process that runs ``target``, from entering to leaving.

    It is spawned, never forked, since JAX and the web server have threads. Arguments, keys among
    them, travel in the pipe that spawning uses: nobody reads them off a command line or out of an
    environment, which child processes and crash reports would inherit.
    """

    def __init__(self, name: str, target: Callable[..., None], *arguments: Any) -> None:
        self._name, self._target, self._arguments = name, target, arguments
        self._leaving = Event()
        self.process: BaseProcess

    def __enter__(self) -> Self:
        self._start()
        self._watch = Thread(target=self._keep, daemon=True)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.set()
        self.process.terminate()
        self._watch.join(_PATIENCE_S)
        if self.process.is_alive():
            self.process.kill()
        self._watch.join()

    def _start(self) -> None:
        self.process = get_context("spawn").Process(
            target=alone, args=(self._target, *self._arguments), name=self._name
        )
        self.process.start()

    def _keep(self) -> None:
        fast = 0
        while True:
            began = time.monotonic()
            self.process.join()
            if self._leaving.is_set():
                return
            fast = 0 if time.monotonic() - began > _STEADY_S else fast + 1
            if self._leaving.wait(min(2.0 ** min(fast, 10) - 2, _STEADY_S)):
                return
            self._start()


def alone(target: Callable[..., None], *arguments: Any) -> None:
    """Run ``target`` in a process that ends when its parent does."""
    # Ctrl-C reaches every process of a terminal; who started them stops them in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    target(*arguments)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)
