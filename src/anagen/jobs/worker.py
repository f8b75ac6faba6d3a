"""The worker: takes jobs from the queue, one at a time, each in a process of its own."""

import signal
from multiprocessing import get_context
from pathlib import Path
from threading import Event
from typing import Any

from sqlalchemy import select

from anagen.jobs.asking import job_of
from anagen.jobs.conduct import conduct
from anagen.jobs.kept_alive import alone
from anagen.jobs.queue import Queue
from anagen.records.actor import SYSTEM
from anagen.records.keys import Keys
from anagen.records.store import Store, open_store
from anagen.records.tables import Job, now

_CHANCES = 3  # for a job whose process dies under it


def work(where: str | Path, keys: Keys, queue_file: Path) -> None:
    """Work until told to end (SIGTERM). Jobs that a killed worker left are gone on with."""
    store = open_store(where, keys)
    queue = Queue(queue_file, lambda job: _see_through(store, where, keys, job))
    queue.huey.flush()  # the table knows better what waits
    for job in unfinished(store):
        queue.put(job)
    consumer: Any = queue.huey.create_consumer(
        workers=1, periodic=False, initial_delay=0.1, max_delay=0.5, check_worker_health=False
    )
    consumer.start()
    told = Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the consumer has taken both for itself
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    told.wait()
    consumer.stop()
    store.close()


def unfinished(store: Store) -> list[str]:
    """The ids of jobs that wait or were being conducted, those that began first first."""
    with store.reading() as db:
        waiting = select(Job.id).where(Job.state.in_(("running", "queued")))
        return list(db.scalars(waiting.order_by(Job.state.desc(), Job.asked_at)))


def _see_through(store: Store, where: str | Path, keys: Keys, job_id: str) -> None:
    """Conduct a job; if its process dies, go on with it from where it was."""
    for _ in range(_CHANCES):
        process = get_context("spawn").Process(
            target=alone, args=(conduct, where, keys, job_id), name="anagen-job", daemon=True
        )
        process.start()
        process.join()
        if process.exitcode == 0:
            return
    with store.writing(SYSTEM) as entry:
        job = job_of(entry.db, job_id)
        job.state, job.ended_at = "failed", now()
        job.fault = f"its process ended {_CHANCES} times before it was done; memory may be short"
        entry.note("end", "Job", job_id, state="failed")
