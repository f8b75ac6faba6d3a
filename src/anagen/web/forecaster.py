"""Asking the model from a web worker, which never imports JAX itself.

One process holds the model for all workers (`model_process`); `Model` starts it and starts it
again when it dies, a `Forecaster` asks it. A question finds the process away for as long as it
takes to start: it waits, and asks once more if the process died over it.
"""

import os
import secrets
import socket
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Self

from anagen.jobs.kept_alive import KeptAlive
from anagen.web.model_process import Address, serve

if TYPE_CHECKING:
    from anagen.care.appointments import When
    from anagen.care.folder import Folder
    from anagen.care.handout import Signature
    from anagen.care.pages import Language
    from anagen.close_up import CloseUp
    from anagen.counts import Counts
    from anagen.followup import FollowUp
    from anagen.forecast import Forecast
    from anagen.needled import Needled
    from anagen.patient import Patient
    from anagen.planning import Plan
    from anagen.protocol import Device, Protocol, Zone

PATIENCE_S = 60.0  # a model that has not started by then will not start
LONGEST_S = 300.0  # no answer takes that long


class ModelAway(RuntimeError):  # noqa: N818 - a state that passes, as the pages say it
    """The model cannot be asked just now."""


class Forecaster:
    """Asks the model. Every method raises `BadInput` as the model does, and `ModelAway`."""

    def __init__(self, address: Address, key: bytes) -> None:
        self._address, self._key = address, key
        self._idle: list[Connection] = []
        self._lock = Lock()

    def ask(
        self,
        patient: "Patient",
        protocols: "Iterable[Protocol]",
        weeks: int = 52,
        draws: int = 500,
        seed: int = 0,
        endpoints: tuple[str, ...] | None = None,
    ) -> "list[Forecast]":
        """Forecasts of several courses with the same draws. Who reads few ``endpoints`` is sent no
        others: all are a dozen times as much to send and to keep."""
        return self._asked("ask", patient, tuple(protocols), weeks, draws, seed, endpoints)

    def bands(
        self,
        patient: "Patient",
        protocols: "Iterable[Protocol]",
        weeks: int = 52,
        draws: int = 500,
        seed: int = 0,
        counting: str = "phototrichogram",
    ) -> list[dict[str, Any]]:
        """The same forecasts as `Forecast.as_dict` tells them: without the draws, which are a
        hundred times as much to send and to keep."""
        return self._asked("bands", patient, tuple(protocols), weeks, draws, seed, counting)

    def kept(
        self, patient: "Patient", protocol: "Protocol", weeks: int, draws: int, seed: int
    ) -> dict[str, Any]:
        """The forecast of a plan and that of no needling, as `kept_forecast.keep` writes them."""
        return self._asked("kept", patient, protocol, weeks, draws, seed)

    def plan(self, patient: "Patient", weeks: int = 52, draws: int = 200, seed: int = 0) -> "Plan":
        """Screening and ranked options."""
        return self._asked("plan", patient, weeks, draws, seed)

    def follow_up(
        self,
        patient: "Patient",
        protocol: "Protocol",
        counts: "Counts",
        weeks: int = 52,
        draws: int = 500,
        seed: int = 0,
    ) -> "FollowUp":
        """The forecast after a person's own counts."""
        return self._asked("follow_up", patient, protocol, counts, weeks, draws, seed)

    def needling(
        self,
        patient: "Patient",
        device: "Device",
        passes: int | None,
        area_cm2: float,
        zone: "Zone | None",
    ) -> "Needled":
        """Punctures per cm², depth reached and bleeding of one session on one zone, as bands."""
        return self._asked("needling", patient, device, passes, area_cm2, zone)

    def prepare(
        self,
        patient: "Patient",
        protocol: "Protocol",
        first: "When",
        weeks: int,
        seed: int,
        language: "Language",
        signature: "Signature | None" = None,
        other_lidocaine_mg: float | None = None,
    ) -> "Folder":
        """The course of care as files."""
        return self._asked(
            "prepare",
            patient, protocol, first, weeks, seed, language, signature, other_lidocaine_mg,
        )  # fmt: skip

    def close_up(
        self,
        patient: "Patient",
        protocol: "Protocol",
        weeks: int = 52,
        draws: int = 200,
        seed: int = 0,
    ) -> "CloseUp":
        """Keyframes of one course in close-up, from the first second to the last week."""
        return self._asked("close_up", patient, protocol, weeks, draws, seed)

    def microscope(self, patient: "Patient", protocol: "Protocol", collapsed: bool = False) -> str:
        """SVG of the drug around one channel."""
        return self._asked("microscope", patient, protocol, collapsed)

    def scalp(
        self, patient: "Patient", protocol: "Protocol", weeks: int = 24, seed: int = 0
    ) -> str:
        """SVG of a square centimetre of scalp, today and weeks later."""
        return self._asked("scalp", patient, protocol, weeks, seed)

    def ready(self) -> bool:
        """Whether the model is there and its common courses are loaded. Never waits for it."""
        try:
            return self._asked("ready", patience_s=0.0)
        except ModelAway:
            return False

    def _asked(self, name: str, *told: Any, patience_s: float = PATIENCE_S) -> Any:
        until = time.monotonic() + patience_s
        for chance in (1, 2):
            connection = self._connection(until)
            try:
                connection.send((name, told))
                if not connection.poll(LONGEST_S):
                    connection.close()
                    raise ModelAway("the model has not answered; ask again in a moment.")
                answered, value = connection.recv()
            except (EOFError, OSError):  # it died: over this question, or before it
                connection.close()
                self._forget()
                if chance == 2:
                    raise ModelAway("the model is starting again; ask in a moment.") from None
                continue
            with self._lock:
                self._idle.append(connection)
            if answered:
                return value
            raise value
        raise AssertionError

    def _connection(self, until: float) -> Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        while True:
            try:
                return Client(self._address, authkey=self._key)
            except (OSError, EOFError, AuthenticationError):
                if time.monotonic() >= until:
                    raise ModelAway("the model is not there yet; ask in a moment.") from None
                time.sleep(0.1)

    def _forget(self) -> None:
        """Hang up on what was answered by a process that is gone."""
        with self._lock:
            for connection in self._idle:
                connection.close()
            self._idle.clear()


class Model:
    """The model's process, kept alive from entering to leaving, and the way to it."""

    def __init__(self) -> None:
        self.key = secrets.token_bytes(32)

    def __enter__(self) -> Self:
        with ExitStack() as entered:
            folder = entered.enter_context(tempfile.TemporaryDirectory(prefix="anagen-"))  # 0700
            self.address = _address(Path(folder))
            self.kept = entered.enter_context(
                KeptAlive("anagen-model", serve, self.address, self.key)
            )
            self._entered = entered.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._entered.close()

    def forecaster(self) -> Forecaster:
        return Forecaster(self.address, self.key)


def _address(folder: Path) -> Address:
    """A socket in a folder of this user's alone, or a port of this machine's where there is none
    such; the key is asked for in both cases."""
    if hasattr(socket, "AF_UNIX") and os.name != "nt":
        return str(folder / "model")
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[:2]
