"""Asking for long work, cancelling it, going on with it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from anagen.jobs.kinds import kind_of
from anagen.jobs.queue import Queue
from anagen.reading import BadInput
from anagen.records.actor import Actor
from anagen.records.store import Store
from anagen.records.tables import Job, now


def ask(store: Store, queue: Queue, actor: Actor, kind: str, spec: Mapping[str, Any]) -> str:
    """A job's id. Raises `BadInput` for a spec that cannot be."""
    checked = kind_of(kind).check(spec)
    with store.writing(actor) as entry:
        job = Job(kind=kind, spec=checked, asked_by=actor.id)
        entry.db.add(job)
        entry.db.flush()
        entry.note("ask", "Job", job.id, what=kind)
    queue.put(job.id)
    return job.id


def cancel(store: Store, actor: Actor, job_id: str) -> None:
    """Stop a job at its next part. What it has worked out stays. Raises `BadInput`."""
    with store.writing(actor) as entry:
        job = job_of(entry.db, job_id)
        if job.state == "queued":
            job.state, job.ended_at = "cancelled", now()
        elif job.state == "running":
            job.cancel = True
        else:
            raise BadInput(f"the job is {job.state}; allowed is to cancel one that waits or runs.")
        entry.note("cancel", "Job", job.id)


def resume(store: Store, queue: Queue, actor: Actor, job_id: str) -> None:
    """Go on with a job that was cancelled or failed. Raises `BadInput`."""
    with store.writing(actor) as entry:
        job = job_of(entry.db, job_id)
        if job.state not in {"cancelled", "failed"}:
            raise BadInput(
                f"the job is {job.state}; allowed is to go on with one that was cancelled or "
                "failed."
            )
        job.state, job.cancel, job.fault, job.ended_at = "queued", False, None, None
        entry.note("resume", "Job", job.id)
    queue.put(job.id)


def job_of(db: Session, job_id: str) -> Job:
    """Raises `BadInput` where there is none."""
    job = db.get(Job, job_id)
    if job is None:
        raise BadInput("there is no such job.")
    return job
