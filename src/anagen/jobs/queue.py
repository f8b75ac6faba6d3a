"""The queue between pages and worker: a file of job ids, and nothing else."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huey import SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer


class _Plain(Serializer):
    """Ids as JSON. What lies in the file is never run as code, whoever wrote it there."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Message:
        return Message(*json.loads(data))


def _elsewhere(job: str) -> None:
    raise RuntimeError(f"job {job} is conducted by the worker alone")


class Queue:
    """The queue of one practice; ``conduct`` is given by the worker alone."""

    def __init__(self, file: Path, conduct: Callable[[str], None] = _elsewhere) -> None:
        self.huey = SqliteHuey(
            "anagen", filename=str(file), results=False, serializer=_Plain(), cache_mb=1
        )

        def job(job_id: str) -> None:  # of one name and module on both sides of the queue
            conduct(job_id)

        self._job = self.huey.task()(job)

    def put(self, job_id: str) -> None:
        """Wake the worker with a job's id."""
        self._job(job_id)
