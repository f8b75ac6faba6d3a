"""The process that holds JAX and the model, and answers the questions of the web workers.

Questions come over a socket that only processes with the key can use: a name and its arguments.
Answers go back as the values themselves, a refusal as its sentence. What was asked a little while
ago is answered from memory. Two questions are computed at a time: JAX lets go of the interpreter
while it computes.
"""

import ctypes
import pickle
import sys
import traceback
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from importlib import import_module
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from threading import BoundedSemaphore, Lock, Thread
from typing import TYPE_CHECKING, Any

from anagen.reading import BadInput

if TYPE_CHECKING:
    from anagen.forecast import Forecast

type Address = str | tuple[str, int]

AT_ONCE = 2
MOST_LOADED = 2  # compiled programs, each of some 100 MB; another is loaded in under a second
MOST_KEPT_BYTES = 6_000_000
_M_MMAP_THRESHOLD, _MAPPED_FROM_BYTES = -3, 262_144  # the first as in malloc.h
_importing = Lock()


def serve(address: Address, key: bytes) -> None:
    """Answer until told to end."""
    if isinstance(address, str):
        Path(address).unlink(missing_ok=True)  # of one that was killed
    with Listener(address, backlog=64, authkey=key) as listener:
        answers = Answers(QUESTIONS)
        Thread(target=_warm_up, args=(answers,), daemon=True).start()
        while True:
            try:
                connection = listener.accept()
            except Exception:  # gone again, or without the key; others are served all the same
                continue
            Thread(target=_converse, args=(connection, answers), daemon=True).start()


class Answers:
    """Questions answered, recent ones from memory."""

    def __init__(self, questions: Mapping[str, Callable[..., Any]]) -> None:
        self.questions, self.spare = questions, _sparing()
        self.warm = False
        self._recent: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()
        self._turn = BoundedSemaphore(AT_ONCE)

    def to(self, name: str, told: tuple[Any, ...]) -> bytes:
        """(True, value) or (False, fault), pickled."""
        if name == "ready":
            return pickle.dumps((True, self.warm))
        asked = (name, told)
        if (answer := self._recalled(asked)) is not None:
            return answer
        import_the_model()
        with self._turn:
            try:
                answer = pickle.dumps((True, self.questions[name](*told)), protocol=5)
            except BadInput as refused:
                return pickle.dumps((False, refused))
            except Exception as fault:  # the process goes on; the page says that it failed
                traceback.print_exc(file=sys.stderr)
                said = f"the model failed: {type(fault).__name__}"
                return pickle.dumps((False, RuntimeError(said)))
            self.spare()
        self._remember(asked, answer)
        return answer

    def _recalled(self, asked: Hashable) -> bytes | None:
        with self._lock:
            if asked in self._recent:
                self._recent.move_to_end(asked)
            return self._recent.get(asked)

    def _remember(self, asked: Hashable, answer: bytes) -> None:
        with self._lock:
            self._recent[asked] = answer
            while sum(map(len, self._recent.values())) > MOST_KEPT_BYTES:
                self._recent.popitem(last=False)


def import_the_model() -> None:
    """Import what computes, one thread at a time: of two that import NumPy or JAX together, one may
    see half of it."""
    with _importing:
        import_module("anagen.courses")


def _ask(*told: Any) -> list["Forecast"]:
    from anagen.forecast import simulate_together

    *asked, endpoints = told
    forecasts = simulate_together(*asked)
    if endpoints is None:
        return forecasts
    return [
        replace(forecast, draws={name: forecast.draws[name] for name in endpoints})
        for forecast in forecasts
    ]


def _bands(*told: Any) -> list[dict[str, Any]]:
    from anagen.forecast import simulate_together

    return [forecast.as_dict() for forecast in simulate_together(*told)]


def _kept(patient: Any, protocol: Any, weeks: int, draws: int, seed: int) -> dict[str, Any]:
    from anagen.forecast import simulate_together
    from anagen.kept_forecast import keep
    from anagen.protocol import nothing

    return keep(*simulate_together(patient, [protocol, nothing(protocol)], weeks, draws, seed))


def _microscope(patient: Any, protocol: Any, collapsed: bool) -> str:
    from anagen.care.microscope_of import microscope_of

    return microscope_of(patient, protocol, collapsed=collapsed)


def _prepare(*told: Any) -> Any:
    from anagen.care.folder import folder

    return folder(*told, advance=lambda _: None)


def _by_name(module: str, function: str) -> Callable[..., Any]:
    return lambda *told: getattr(import_module(module), function)(*told)


# What is not asked for is not imported: papers and calendars take 15 MB.
QUESTIONS: Mapping[str, Callable[..., Any]] = {
    "ask": _ask,
    "bands": _bands,
    "close_up": _by_name("anagen.close_up", "close_up"),
    "kept": _kept,
    "follow_up": _by_name("anagen.followup", "follow_up"),
    "microscope": _microscope,
    "needling": _by_name("anagen.needled", "needled"),
    "plan": _by_name("anagen.planning", "plan"),
    "prepare": _prepare,
    "scalp": _by_name("anagen.care.scalp_picture", "picture_of"),
}


def _warm_up(answers: Answers) -> None:
    import_the_model()
    from anagen import courses
    from anagen.patient import Patient
    from anagen.protocol import nothing

    courses.load_at_most(MOST_LOADED)
    anybody = Patient.model_validate(
        {"age": 40, "sex": "male", "condition": "androgenetic_alopecia"}
    )
    answers.to("ask", (anybody, (nothing(),), 52, 500, 0, None))
    answers.warm = True


def _converse(connection: Connection, answers: Answers) -> None:
    """Answer one worker's questions until it hangs up."""
    with connection:
        while True:
            try:
                connection.send_bytes(answers.to(*connection.recv()))
            except (EOFError, OSError):
                return


def _sparing() -> Callable[[], None]:
    """What hands freed memory back to the system, where glibc would keep it for itself.

    The compiler and the draws take much and free it soon. Blocks above a limit are mapped one by
    one, and go back when they are freed; the limit otherwise grows with what was asked for. The
    rest goes back on request.
    """
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    if library is None or not hasattr(library, "malloc_trim"):
        return lambda: None
    library.mallopt(_M_MMAP_THRESHOLD, _MAPPED_FROM_BYTES)
    return lambda: library.malloc_trim(0)
