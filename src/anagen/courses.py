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
from anagen.scalp.conditions import CONDITIONS, Person
from anagen.scalp.course import Outcome, Scalp, Treatment, run

CHUNK = 250  # draws that a processor works on at a time, so that they stay in its cache
FEW = 50  # a smaller chunk, for a quick look
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
    numbers = scalp_numbers(drawn)
    draws = len(drawn["follicles.density_per_cm2"])
    chunks, course = _chunks(draws), program_for(condition, weeks, draws)

    def one(job: tuple[tuple[Person, Treatment], np.ndarray]) -> Outcome:
        (person, treatment), chunk = job
        return jax.block_until_ready(course(_drawn((person, treatment, numbers), chunk)))

    # A compiled course keeps one processor busy and lets go of the interpreter.
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        parts = list(threads.map(one, [(one_of, chunk) for one_of in told for chunk in chunks]))
    return [_joined(parts[i : i + len(chunks)], draws) for i in range(0, len(parts), len(chunks))]


type Program = Callable[[tuple[Person, Treatment, Scalp]], Outcome]


def program_for(condition: str, weeks: int, draws: int) -> Program:
    """The compiled course of one chunk of so many draws.

    A few lengths and sizes serve for all, so that another number of weeks or draws need not wait
    for the compiler; what is beyond is dropped.
    """
    computed = -(-weeks // WHOLE_WEEKS) * WHOLE_WEEKS
    # Pattern loss goes by two names, one for women only, and is one model.
    alike = next(name for name, module in CONDITIONS.items() if module is CONDITIONS[condition])
    return _program(alike, computed, len(_chunks(draws)[0]))


def load_at_most(programs: int) -> None:
    """Let go of compiled courses beyond so many, the least used first."""
    global _program
    _program = lru_cache(maxsize=programs)(_program.__wrapped__)


@cache
def _program(condition: str, weeks: int, draws: int) -> Program:
    """The compiled course of one condition, length and number of draws."""
    keep_compiled_programs()
    anybody = Patient.model_validate({"age": 40, "sex": "female", "condition": condition})
    drawn = dict.fromkeys(parameters(), np.ones(draws))  # only the shapes matter
    told = person_of(anybody, drawn), treatment_of(nothing(), draws), scalp_numbers(drawn)
    arrays, layout = jax.tree.flatten(told)

    def course(arrays: list[jax.Array]) -> tuple[Any, ...]:
        return tuple(run(*jax.tree.unflatten(layout, arrays), condition, weeks))

    made = program(course, f"{condition} {weeks}", arrays)
    return lambda inputs: Outcome(*made(jax.tree.leaves(inputs)))


def _chunks(draws: int) -> list[np.ndarray]:
    """The draws by number, in chunks of one size; the last repeats the last draw to be as long."""
    size = FEW if draws <= FEW else CHUNK
    starts = range(0, draws, size)
    return [np.minimum(np.arange(start, start + size), draws - 1) for start in starts]


def _drawn[T](inputs: T, chunk: np.ndarray) -> T:
    """Some of the draws; what is shared by all draws stays as it is."""
    return jax.tree.map(lambda values: values[chunk] if values.ndim else values, inputs)


def _joined(parts: Sequence[Outcome], draws: int) -> Outcome:
    return jax.tree.map(
        lambda *values: np.concatenate([np.asarray(v) for v in values], axis=-1)[..., :draws],
        *parts,
    )
