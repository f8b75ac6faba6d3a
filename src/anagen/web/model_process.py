"""The process that holds JAX and the model, and answers the questions of the web workers.

Questions come over a socket that only processes with the key can use: a name and its arguments.
Answers go back as the values themselves, a refusal as its sentence. What was asked a little while
ago is answered from memory. Two questions are computed at a time: JAX lets go of the interpreter
while it computes.
"""

import ctypes
import os
import pickle
import signal
import sys
import traceback
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from multiprocessing import parent_process
from multiprocessing.connection import Connection, Listener
from threading import BoundedSemaphore, Lock, Thread
from typing import Any

from anagen.reading import BadInput

type Address = str | tuple[str, int]

AT_ONCE = 2
MOST_KEPT_BYTES = 24_000_000
# Conditions whose course of a year is loaded before anyone asks.
COMMON = ("androgenetic_alopecia", "female_pattern_hair_loss")


def serve(address: Address, key: bytes) -> None:
    """Answer until the process that started this one ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it stops it
    Thread(target=_end_with_parent, daemon=True).start()
    with Listener(address, backlog=64, authkey=key) as listener:
        answers = Answers(_questions())
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
        self.questions = questions
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
        with self._turn:
            try:
                answer = pickle.dumps((True, self.questions[name](*told)), protocol=5)
            except BadInput as refused:
                return pickle.dumps((False, refused))
            except Exception as fault:  # the process goes on; the page says that it failed
                traceback.print_exc(file=sys.stderr)
                said = f"the model failed: {type(fault).__name__}"
                return pickle.dumps((False, RuntimeError(said)))
            give_back_memory()
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


def _questions() -> dict[str, Callable[..., Any]]:
    from anagen.care.folder import folder
    from anagen.care.microscope_of import microscope_of
    from anagen.care.scalp_picture import picture_of
    from anagen.followup import follow_up
    from anagen.forecast import simulate_together
    from anagen.needled import needled
    from anagen.planning import plan

    return {
        "ask": simulate_together,
        "follow_up": follow_up,
        "microscope": lambda *told: microscope_of(*told[:2], collapsed=told[2]),
        "needling": needled,
        "plan": plan,
        "prepare": lambda *told: folder(*told, advance=lambda _: None),
        "scalp": picture_of,
    }


def _warm_up(answers: Answers) -> None:
    from anagen.patient import Patient
    from anagen.protocol import nothing

    for condition in COMMON:
        anybody = Patient.model_validate({"age": 40, "sex": "female", "condition": condition})
        answers.to("ask", (anybody, (nothing(),), 52, 500, 0, "phototrichogram"))
    answers.warm = True


def _converse(connection: Connection, answers: Answers) -> None:
    """Answer one worker's questions until it hangs up."""
    with connection:
        while True:
            try:
                connection.send_bytes(answers.to(*connection.recv()))
            except (EOFError, OSError):
                return


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def give_back_memory() -> None:
    """Hand back what the compiler and the chunks have freed; the C library keeps it otherwise."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # only glibc has it
        if trim is not None:
            trim(0)
