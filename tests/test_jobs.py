"""Long work: it ends with the same result however often it is stopped, killed or cancelled."""

import json
import os
import pickle
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from stores import ADA, sqlcipher_store

from anagen.calibration.arm_courses import changes
from anagen.calibration.arms import read_arm
from anagen.evidence.parameters import draws
from anagen.evidence.trials import trials
from anagen.jobs import conduct as conducting
from anagen.jobs import memory as remembering
from anagen.jobs import worker as working
from anagen.jobs.asking import ask, cancel, job_of, resume
from anagen.jobs.kept_alive import KeptAlive
from anagen.jobs.kinds import KINDS, Kind
from anagen.jobs.memory import Memory
from anagen.jobs.queue import Queue
from anagen.jobs.worker import unfinished, work
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.reading import BadInput
from anagen.records.actor import Actor
from anagen.records.entry import Entry
from anagen.records.keys import Keys
from anagen.records.refusals import NotKept
from anagen.records.store import Store
from anagen.records.tables import Audit, Job
from anagen.sensitivity import what_matters
from anagen.trial import TrialSpec, run_trial

EXAMPLES = Path(__file__).parent.parent / "examples"
TRIAL: dict[str, Any] = {
    "people": {"condition": "androgenetic_alopecia", "sex": "male", "age": [20, 50]},
    "arms": [
        {"name": "Nothing", "people": 60, "control": True, "protocol": {"course": {"sessions": 0}}},
        {
            "name": "Minoxidil",
            "people": 60,
            "protocol": {"course": {"sessions": 0}, "topicals": [{"drug": "minoxidil"}]},
        },
    ],
    "visits_weeks": [26],
    "repeats": 64,
}


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(tmp_path / "queue.db")


def job(store: Store, job_id: str) -> Job:
    with store.reading() as db:
        return job_of(db, job_id)


def silent(_memory: Memory, _said: str) -> None:
    """Keeps nothing."""


@pytest.fixture
def slow_sum(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A kind of job that adds the numbers up to one; gives the numbers it has really worked on."""
    worked: list[int] = []

    def add(spec: dict[str, Any], memory: Memory) -> dict[str, Any]:
        memory.expect(spec["up_to"])

        def one(number: int) -> int:
            worked.append(number)
            if number == spec.get("stumbles_at") and worked.count(number) == 1:
                raise ZeroDivisionError
            return number

        return {"sum": sum(memory.plain(f"{n}", lambda n=n: one(n)) for n in range(spec["up_to"]))}

    monkeypatch.setitem(KINDS, "sum", Kind("Sum", dict, add))  # type: ignore[arg-type]
    monkeypatch.setattr(conducting, "_EVERY_S", 0.0)
    return worked


def test_a_job_gives_the_result_of_the_work_itself(store: Store, queue: Queue):
    asked = ask(store, queue, ADA, "trial", TRIAL | {"repeats": 20})
    assert job(store, asked).state == "queued"
    conducting._conduct(store, asked)
    done = job(store, asked)
    spec = TrialSpec.from_table(TRIAL | {"repeats": 20}, "test")
    assert done.result == json.loads(json.dumps(run_trial(spec).as_dict()))
    assert (done.state, done.checkpoint, done.fault) == ("done", None, None)
    assert done.done == done.total > 0
    assert done.started_at
    assert done.ended_at
    with store.reading() as db:
        actions = list(db.scalars(select(Audit.action).where(Audit.record == asked)))
    assert actions == ["ask", "start", "end"]


@pytest.mark.parametrize(
    ("kind", "spec", "said"),
    [
        ("dance", {}, "kind is 'dance'; allowed is one of trial, sensitivity"),
        ("trial", {}, "the job: people is missing"),
        ("trial", TRIAL | {"repeats": 1}, "repeats is 1"),
        ("trial", TRIAL | {"arms": [{"protocol": "/etc/passwd"}] * 2}, "arms entry 1, protocol"),
        ("sensitivity", {"patient": {"age": 34}}, "patient.sex is missing"),
    ],
)
def test_what_cannot_be_is_refused_before_it_is_kept(
    store: Store, queue: Queue, kind: str, spec: dict[str, Any], said: str
):
    with pytest.raises(BadInput, match=said):
        ask(store, queue, ADA, kind, spec)
    assert unfinished(store) == []


def test_a_cancelled_job_stops_between_parts_and_goes_on_from_there(
    store: Store, queue: Queue, slow_sum: list[int]
):
    asked = ask(store, queue, ADA, "sum", {"up_to": 6, "stumbles_at": 3})
    with pytest.raises(BadInput, match="the job is queued; allowed is to go on with one that was"):
        resume(store, queue, ADA, asked)
    conducting._conduct(store, asked)
    failed = job(store, asked)
    assert (failed.state, failed.done) == ("failed", 3)
    assert failed.fault == "a fault of the program: ZeroDivisionError"

    resume(store, queue, ADA, asked)
    with store.writing(ADA) as entry:  # as if it had been asked for while it ran
        entry.db.get_one(Job, asked).cancel = True
    conducting._conduct(store, asked)
    cancelled = job(store, asked)
    assert (cancelled.state, cancelled.done, cancelled.cancel) == ("cancelled", 3, False)

    resume(store, queue, ADA, asked)
    conducting._conduct(store, asked)
    assert job(store, asked).result == {"sum": 15}
    assert slow_sum == [0, 1, 2, 3, 3, 4, 5]
    with pytest.raises(BadInput, match="the job is done; allowed is to cancel one that waits"):
        cancel(store, ADA, asked)


def test_a_job_outlives_a_moment_in_which_nothing_can_be_kept(
    store: Store, queue: Queue, slow_sum: list[int], monkeypatch: pytest.MonkeyPatch
):
    asked, writing, number = ask(store, queue, ADA, "sum", {"up_to": 3}), Store.writing, count(1)

    @contextmanager
    def busy(self: Store, actor: Actor) -> Iterator[Entry]:
        with writing(self, actor) as entry:
            yield entry
            if next(number) in {3, 4}:
                raise NotKept("another entry is taking long; nothing was kept, save again.")

    monkeypatch.setattr(Store, "writing", busy)
    conducting._conduct(store, asked)
    assert next(number) > 5
    assert (job(store, asked).result, slow_sum) == ({"sum": 3}, [0, 1, 2])


def test_a_job_cancelled_before_its_turn_is_not_begun(
    store: Store, queue: Queue, slow_sum: list[int]
):
    asked = ask(store, queue, ADA, "sum", {"up_to": 3})
    cancel(store, ADA, asked)
    conducting._conduct(store, asked)
    assert job(store, asked).state == "cancelled"
    assert slow_sum == []


def test_a_refusal_of_the_work_is_its_sentence(
    store: Store, queue: Queue, monkeypatch: pytest.MonkeyPatch
):
    def refuses(_spec: dict[str, Any], _memory: Memory) -> dict[str, Any]:
        raise BadInput("there is too little of it.")

    monkeypatch.setitem(KINDS, "picky", Kind("Picky", dict, refuses))  # type: ignore[arg-type]
    asked = ask(store, queue, ADA, "picky", {})
    conducting._conduct(store, asked)
    assert job(store, asked).fault == "there is too little of it."


# The worker


def until(true: Callable[[], bool], seconds: float = 120) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.05)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_worker_that_is_killed_goes_on_and_comes_to_the_same_result(tmp_path: Path):
    keys, queue_file = Keys.new(), tmp_path / "queue.db"
    store, where = sqlcipher_store(tmp_path, keys), tmp_path / "records.db"
    queue = Queue(queue_file)
    with KeptAlive("worker", work, where, keys, queue_file) as worker:
        asked = ask(store, queue, ADA, "trial", TRIAL)
        until(lambda: 0 < job(store, asked).done < job(store, asked).total)
        killed = worker.process.pid
        assert killed
        maps = Path(f"/proc/{killed}/maps")
        assert not maps.exists() or "libjax" not in maps.read_text()  # an idle worker is small
        os.kill(killed, signal.SIGKILL)
        before = job(store, asked)
        assert before.state == "running"
        until(lambda: job(store, asked).state == "done")
        assert worker.process.pid != killed
    found = job(store, asked).result
    whole = run_trial(TrialSpec.from_table(TRIAL, "test")).as_dict()
    assert found == json.loads(json.dumps(whole))
    store.close()


def test_a_job_whose_process_keeps_dying_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    keys = Keys.new()
    store, queue = sqlcipher_store(tmp_path, keys), Queue(tmp_path / "queue.db")
    asked = ask(store, queue, ADA, "trial", TRIAL)
    monkeypatch.setattr(working, "conduct", os._exit)  # which takes no such arguments
    working._see_through(store, tmp_path / "records.db", keys, asked)
    assert job(store, asked).state == "failed"
    assert "its process ended 3 times" in (job(store, asked).fault or "")
    store.close()


def test_what_a_page_puts_into_the_queue_the_worker_takes_out(tmp_path: Path):
    taken: list[str] = []
    pages, worker = Queue(tmp_path / "queue.db"), Queue(tmp_path / "queue.db", taken.append)
    for job_id in ("one", "two"):
        pages.put(job_id)
    while (task := worker.huey.dequeue()) is not None:
        worker.huey.execute(task)
    assert taken == ["one", "two"]


def test_the_queue_holds_ids_alone_and_nothing_that_runs(tmp_path: Path):
    store = sqlcipher_store(tmp_path)
    queue = Queue(tmp_path / "queue.db")
    asked = ask(store, queue, ADA, "trial", TRIAL)
    with sqlite3.connect(tmp_path / "queue.db") as held:
        rows = [bytes(data) for (data,) in held.execute("SELECT data FROM task")]
    held.close()
    assert len(rows) == 1
    assert asked.encode() in rows[0]
    assert b"androgenetic" not in rows[0]
    with pytest.raises(ValueError):  # noqa: PT011 - JSON's own
        queue.huey.deserialize_task(pickle.dumps(print))
    store.close()


# Its memory


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_parts_are_remembered_as_they_were(parts: list[bytes]):
    first = Memory(None, silent)
    for part in parts:
        first.part("", lambda part=part: part)
    again = Memory(first.packed(), silent)
    assert again.done == len(parts)
    assert [again.part("", bytes) for _ in parts] == parts
    assert again.part("", lambda: b"new") == b"new"


def test_what_another_model_worked_out_is_forgotten(monkeypatch: pytest.MonkeyPatch):
    kept = Memory(None, silent)
    kept.part("", lambda: b"old")
    packed = kept.packed()
    assert Memory(packed, silent).done == 1
    monkeypatch.setattr(remembering, "model_version", lambda: "another")
    assert Memory(packed, silent).done == 0


def test_a_sensitivity_is_the_same_from_memory_and_anew():
    man, course = Patient.read(EXAMPLES / "man.toml"), Protocol.read(EXAMPLES / "course.toml")
    anew = what_matters(man, course, draws=40)
    memory = Memory(None, silent)
    assert what_matters(man, course, draws=40, remembered=memory.arrays).as_dict() == anew.as_dict()

    def nothing_new(_memory: Memory, _said: str) -> None:
        pytest.fail("worked out again")

    kept = Memory(memory.packed(), nothing_new)
    assert what_matters(man, course, draws=40, remembered=kept.arrays).as_dict() == anew.as_dict()


def test_courses_of_arms_are_the_same_from_memory_and_anew(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("anagen.calibration.arm_courses.BLOCK", 30)
    arms = [arm for arm in trials() if arm.role == "calibration" and arm.outcome == "total_density"]
    given_arms, drawn = [read_arm([arm]) for arm in arms[:2]], draws(50, 0)
    anew = changes(given_arms, drawn)
    memory = Memory(None, silent)
    changes(given_arms, drawn, memory.arrays)
    assert memory.done == 2
    kept = changes(given_arms, drawn, Memory(memory.packed(), silent).arrays)
    for one, other in zip(anew, kept, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)
