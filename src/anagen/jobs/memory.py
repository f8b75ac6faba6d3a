"""What a job has worked out so far: its steps in order, each as bytes.

A job is a function of its spec whose costly parts are asked of its memory. A part that is
remembered is not worked out again, so a job that starts over after a crash goes through the same
parts, and comes to the same result. A memory of another version of the model is forgotten.
"""

import io
import json
import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from anagen.evidence.posterior import posterior
from anagen.forecast import model_version


class Memory:
    """The parts of one job. ``tell`` is called after each with what is to be kept, how many parts
    there are, of how many if that is known, and what it is about to do; it may raise."""

    def __init__(
        self, kept: bytes | None, tell: Callable[["Memory", str], None], total: int = 0
    ) -> None:
        self._parts, self._at = _unpacked(kept), 0
        self._tell = tell
        self.total = total

    @property
    def done(self) -> int:
        """Parts worked out, now or before."""
        return len(self._parts)

    def expect(self, total: int) -> None:
        """Say how many parts there will be."""
        self.total = total

    def part(self, said: str, work: Callable[[], bytes]) -> bytes:
        """The next part: remembered, or worked out."""
        if self._at == len(self._parts):
            self._tell(self, said)  # before as well, so that a cancelled job starts nothing
            self._parts.append(work())
            self._tell(self, said)
        self._at += 1
        return self._parts[self._at - 1]

    def arrays(
        self, said: str, work: Callable[[], Mapping[str, np.ndarray]]
    ) -> dict[str, np.ndarray]:
        """The same for arrays by name."""

        def as_bytes() -> bytes:
            file = io.BytesIO()
            np.savez(file, **work())  # type: ignore[arg-type]
            return file.getvalue()

        with np.load(io.BytesIO(self.part(said, as_bytes)), allow_pickle=False) as found:
            return dict(found)

    def plain(self, said: str, work: Callable[[], Any]) -> Any:
        """The same for what JSON can tell."""
        return json.loads(self.part(said, lambda: json.dumps(work()).encode()))

    def packed(self) -> bytes:
        """To be kept: a mark of the model, then each part behind its length."""
        return _mark() + b"".join(struct.pack("<Q", len(part)) + part for part in self._parts)


def _mark() -> bytes:
    made = posterior().made
    said = f"anagen {model_version()} {made['model']} {made['data']}"
    return said.encode().ljust(200)[:200]


def _unpacked(kept: bytes | None) -> list[bytes]:
    if kept is None or not kept.startswith(_mark()):
        return []
    parts, at = [], len(_mark())
    while at < len(kept):
        (length,) = struct.unpack_from("<Q", kept, at)
        parts.append(kept[at + 8 : at + 8 + length])
        at += 8 + length
    return parts
