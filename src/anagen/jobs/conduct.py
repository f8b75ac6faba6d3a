"""Conducting one job in a process of its own, which keeps what it works out as it goes."""

import os
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path

from anagen.jobs.asking import job_of
from anagen.jobs.kinds import kind_of
from anagen.jobs.memory import Memory
from anagen.reading import BadInput
from anagen.records.actor import SYSTEM
from anagen.records.keys import Keys
from anagen.records.refusals import NotKept
from anagen.records.store import Store, open_store
from anagen.records.tables import Job, now

_EVERY_S = 1.0  # between two writes of what was worked out


class Cancelled(Exception):  # noqa: N818 - somebody's wish, no error
    """The job is to stop."""


def conduct(where: str | Path, keys: Keys, job_id: str) -> None:
    """Conduct a job from where it stands to its end, and leave its result or fault in its row."""
    with suppress(OSError, AttributeError):
        os.nice(10)  # pages come first
    store = open_store(where, keys)
    try:
        _conduct(store, job_id)
    finally:
        store.close()


def _conduct(store: Store, job_id: str) -> None:
    with store.writing(SYSTEM) as entry:
        job = job_of(entry.db, job_id)
        if job.state not in {"queued", "running"}:
            return  # cancelled before its turn, or done by a worker that was killed right after
        job.state, job.started_at = "running", job.started_at or now()
        entry.note("start", "Job", job_id)
    kind, keeper = kind_of(job.kind), _Keeper(store, job_id)
    memory = Memory(job.checkpoint, keeper)
    try:
        result = kind.work(job.spec, memory)
    except Cancelled:
        keeper.end(memory, state="cancelled", said=None)
    except BadInput as refused:
        keeper.end(memory, state="failed", fault=str(refused))
    except Exception as fault:
        traceback.print_exc(file=sys.stderr)
        keeper.end(memory, state="failed", fault=f"a fault of the program: {type(fault).__name__}")
    else:
        keeper.end(memory, state="done", said=None, result=result, checkpoint=None)


class _Keeper:
    """Writes down what a job has worked out, not more often than it has to; stops it on demand."""

    def __init__(self, store: Store, job_id: str) -> None:
        self._store, self._job_id = store, job_id
        self._written = 0.0

    def __call__(self, memory: Memory, said: str) -> None:
        if time.monotonic() - self._written < _EVERY_S:
            return
        self._written = time.monotonic()
        cancelled = False
        with suppress(NotKept), self._store.writing(SYSTEM) as entry:  # the next one holds it all
            job = job_of(entry.db, self._job_id)
            cancelled = job.cancel
            self._keep(job, memory, said=said)
        if cancelled:
            raise Cancelled

    def end(self, memory: Memory, **last: object) -> None:
        """The job's last state."""
        with self._store.writing(SYSTEM) as entry:
            job = job_of(entry.db, self._job_id)
            self._keep(job, memory, ended_at=now(), cancel=False, **last)
            entry.note("end", "Job", job.id, state=job.state)

    @staticmethod
    def _keep(job: Job, memory: Memory, **values: object) -> None:
        told = {"done": memory.done, "total": memory.total, "checkpoint": memory.packed(), **values}
        for name, value in told.items():
            setattr(job, name, value)
