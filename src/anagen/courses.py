"""Courses: the model of the scalp run over people, treatments and draws, compiled and in chunks."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from typing import Any

import jax
import numpy as np

from anagen.compiled import keep_compiled_programs, program
from anagen.evidence.parameters import parameters
from anagen.model_inputs import person_of, scalp_numbers, treatment_of
from anagen.patient import Patient
from anagen.protocol import nothing
from anagen.scalp.conditions import CONDITIONS, Person, place_of
from anagen.scalp.course import Outcome, Scalp, Treatment, course

CHUNK = 100  # draws that a processor works on at a time, so that they stay in its cache
WHOLE_WEEKS = 26  # courses are computed in multiples of so many weeks


def courses(
    told: Sequence[tuple[Person, Treatment]],
    drawn: Mapping[str, np.ndarray],
    condition: str,
    weeks: int,
) -> list[Outcome]:
    """Courses of one condition with the same numbers ``drawn`` (key -> (draws,)).

    An outcome may be longer than ``weeks``; a later week changes none before it.
    """
    numbers, which = scalp_numbers(drawn), np.array(place_of(condition))
    draws = len(drawn["follicles.density_per_cm2"])
    chunks, compiled = _chunks(draws), program_for(weeks)

    def one(job: tuple[tuple[Person, Treatment], np.ndarray]) -> Outcome:
        (person, treatment), chunk = job
        return jax.block_until_ready(compiled(_drawn((person, treatment, numbers, which), chunk)))

    jobs = [(one_of, chunk) for one_of in told for chunk in chunks]
    parts = list(_processors().map(one, jobs))
    return [_joined(parts[i : i + len(chunks)], draws) for i in range(0, len(parts), len(chunks))]


@cache
def _processors() -> ThreadPoolExecutor:
    """One thread for each processor, shared by all who ask at a time: a compiled course keeps one
    busy and lets go of the interpreter, and more at once would be slower and take more memory."""
    return ThreadPoolExecutor(os.cpu_count(), "course")


type Program = Callable[[tuple[Person, Treatment, Scalp, np.ndarray]], Outcome]


def program_for(weeks: int) -> Program:
    """The compiled course of one chunk of draws, for every condition.

    A few lengths serve for all, so that another number of weeks need not wait for the compiler;
    what is beyond is dropped.
    """
    return _program(-(-weeks // WHOLE_WEEKS) * WHOLE_WEEKS)


def load_at_most(programs: int) -> None:
    """Let go of compiled courses beyond so many, the least used first."""
    global _program
    _program = lru_cache(maxsize=programs)(_program.__wrapped__)


@cache
def _program(weeks: int) -> Program:
    """The compiled course of one length."""
    keep_compiled_programs()
    anybody = Patient.model_validate(
        {"age": 40, "sex": "female", "condition": next(iter(CONDITIONS))}
    )
    drawn = dict.fromkeys(parameters(), np.ones(CHUNK))  # only the shapes matter
    told = person_of(anybody, drawn), treatment_of(nothing(), CHUNK), scalp_numbers(drawn)
    arrays, layout = jax.tree.flatten((*told, np.array(0)))

    def of(arrays: list[jax.Array]) -> tuple[Any, ...]:
        person, treatment, numbers, which = jax.tree.unflatten(layout, arrays)
        return tuple(course(person, treatment, numbers, which, weeks))

    made = program(of, f"{weeks}", arrays)
    return lambda inputs: Outcome(*made(jax.tree.leaves(inputs)))


def _chunks(draws: int) -> list[np.ndarray]:
    """The draws by number, in chunks of one size; the last repeats the last draw to be as long."""
    starts = range(0, draws, CHUNK)
    return [np.minimum(np.arange(start, start + CHUNK), draws - 1) for start in starts]


def _drawn[T](inputs: T, chunk: np.ndarray) -> T:
    """Some of the draws; what is shared by all draws stays as it is."""
    return jax.tree.map(lambda values: values[chunk] if values.ndim else values, inputs)


def _joined(parts: Sequence[Outcome], draws: int) -> Outcome:
    return jax.tree.map(
        lambda *values: np.concatenate([np.asarray(v) for v in values], axis=-1)[..., :draws],
        *parts,
    )
