"""What a forecast costs: against draws and weeks, its gradient, and where the time goes.

    python benchmarks/scaling.py

Every size runs in a process of its own, so that its peak memory is its own; the program is compiled
beforehand, by a forecast of the same weeks. Wall seconds are of all cores of a machine that may be
shared; processor seconds are the sum over threads, and what the exponents are fitted to.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
CONDITION = "androgenetic_alopecia"
DRAWS, WEEKS = (500, 2_000, 10_000, 100_000), (52, 104, 208)
FEW = 10_000  # draws above which one run has to do
YEAR = 52
ROUNDS = 30  # through the parts of a course


def best(call: Callable[[], object], times: int) -> tuple[float, float]:
    """Least wall and processor seconds of several runs."""

    def once() -> tuple[float, float]:
        wall, processor = time.perf_counter(), time.process_time()
        call()
        return time.perf_counter() - wall, time.process_time() - processor

    walls, processors = zip(*(once() for _ in range(times)), strict=True)
    return min(walls), min(processors)


def peak_mb() -> float:
    """Most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def read() -> tuple[Any, Any]:
    """The man and the course of `benchmarks/course.py`."""
    from anagen import Patient, Protocol

    course = Protocol.read(str(ROOT / "examples/course.toml")).model_dump(exclude_none=True)
    course["course"]["sessions"] = 12
    return Patient.read(str(ROOT / "examples/man.toml")), Protocol.model_validate(course)


def forecast(draws: int, weeks: int) -> dict[str, float]:
    """One size of a forecast."""
    from anagen import simulate

    man, course = read()
    simulate(man, course, weeks, min(draws, 500))  # compiles the chunk that all sizes use
    wall, processor = best(
        lambda: simulate(man, course, weeks, draws), 7 if draws < FEW else 3 if draws == FEW else 1
    )
    return {"wall": wall, "processor": processor, "mb": peak_mb()}


def chunk() -> tuple[tuple[Any, Any, Any], int]:
    """Arguments of `run` for one chunk, and its draws."""
    from anagen.courses import CHUNK
    from anagen.evidence.parameters import draws
    from anagen.model_inputs import person_of, scalp_numbers, treatment_of

    man, course = read()
    drawn = draws(CHUNK, seed=3)
    return (person_of(man, drawn, course), treatment_of(course, CHUNK), scalp_numbers(drawn)), CHUNK


def gradient() -> dict[str, float]:
    """Terminal density, mean over the course and draws, and its gradient by all effects."""
    import jax

    (person, treatment, p), _ = chunk()

    def density(effects: Any) -> Any:
        from anagen.scalp.course import run

        outcome = run(person, treatment, p._replace(effects=effects), CONDITION, YEAR)
        return outcome.by_week["terminal_density_per_cm2"].mean()

    taken = {}
    for name, function in (
        ("value", jax.jit(density)),
        ("both", jax.jit(jax.value_and_grad(density))),
    ):
        jax.block_until_ready(function(p.effects))
        held = peak_mb()
        _, taken[name] = best(lambda f=function: jax.block_until_ready(f(p.effects)), 7)
        taken[f"{name}_mb"] = held
    return taken


def parts() -> dict[str, float]:
    """Processor seconds of a chunk's parts, each compiled by itself."""
    import jax
    import jax.numpy as jnp

    from anagen.scalp import fibrosis, follicles, needling, skin, vehicle
    from anagen.scalp.course import run
    from anagen.scalp.drive import drive, modulation_of
    from anagen.scalp.grid import STEP_DAYS, Grid
    from anagen.scalp.start import start
    from anagen.scalp.wound_response import response

    (person, t, p), number = chunk()
    grid = Grid(YEAR)

    def of_skin(person: Any, t: Any, p: Any) -> Any:
        field = needling.channels(t.device, p.needling)
        return skin.course(person, t, field, skin.carried_in(person, t, field, p), p, grid)

    def of_wound(person: Any, p: Any) -> Any:
        return response(
            person.hormones, person.diabetic, p.healing.peak_days, p.inflammation, p.macrophages
        )

    def of_start(person: Any, p: Any) -> Any:
        m = modulation_of(person, p, CONDITION)
        return start(person, m, p.follicles, p.endpoints, STEP_DAYS)

    def of_follicles(begun: Any, rates: Any, delay: Any) -> Any:
        def step(f: Any, r: Any) -> Any:
            return follicles.step(f, r, delay, STEP_DAYS)

        return jax.lax.scan(step, begun, rates)

    driven = drive(person, t, p, CONDITION, YEAR)
    influx = jnp.full((grid.half_days, number), 1e2)
    timed = {
        "all": (lambda *a: run(*a, CONDITION, YEAR), (person, t, p)),
        "start": (of_start, (person, p)),
        "skin": (of_skin, (person, t, p)),
        "wound": (of_wound, (person, p)),
        "fibrosis": (
            lambda influx, p: fibrosis.follow(influx, p, grid.half_day),
            (influx, p.fibrosis),
        ),
        "film": (vehicle.relative_driving, (t.minoxidil, p.vehicle, p.delivery)),
        "follicles": (of_follicles, (driven.start.follicles, driven.rates, driven.delay_days)),
    }
    compiled = {
        name: (jax.jit(function), jax.tree.map(jnp.asarray, arguments))
        for name, (function, arguments) in timed.items()
    }
    found = dict.fromkeys(timed, np.inf)
    # In turns, so that a neighbour's load falls on all of them.
    for _ in range(ROUNDS):
        for name, (function, arguments) in compiled.items():
            _, took = best(lambda f=function, a=arguments: jax.block_until_ready(f(*a)), 1)
            found[name] = min(found[name], took)
    return found


def own_process(what: str, *sizes: int, one_thread: bool = False) -> dict[str, float]:
    """What one of the measurements above finds in a process of its own."""
    flags = {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"} if one_thread else {}
    made = subprocess.run(
        [sys.executable, __file__, what, *map(str, sizes)],
        check=True,
        stdout=subprocess.PIPE,
        env=os.environ | flags,
    )
    return json.loads(made.stdout)


def exponent(sizes: tuple[int, ...], seconds: list[float]) -> float:
    """The power of size that cost grows with, by least squares."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def sizes_table() -> None:
    """Cost against draws and against weeks."""
    print("| draws | weeks | wall s | CPU s | draws/s | patient-years/s | … per core | peak MB |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")

    def row(draws: int, weeks: int) -> float:
        found = own_process("forecast", draws, weeks)
        wall, processor = found["wall"], found["processor"]
        years = draws * weeks / YEAR
        print(
            f"| {draws:,} | {weeks} | {wall:.2f} | {processor:.2f} | {draws / wall:,.0f} "
            f"| {years / wall:,.0f} | {years / processor:,.0f} | {found['mb']:,.0f} |",
            flush=True,
        )
        return processor

    by_draws = [row(draws, YEAR) for draws in DRAWS]
    by_weeks = [by_draws[0], *(row(DRAWS[0], weeks) for weeks in WEEKS[1:])]
    print(f"\nCPU seconds grow as draws^{exponent(DRAWS, by_draws):.2f}", end=" ")
    print(f"and as weeks^{exponent(WEEKS, by_weeks):.2f}.\n", flush=True)


def gradient_table() -> None:
    """Gradient against value."""
    found = own_process("gradient", one_thread=True)
    value, both = found["value"], found["both"]
    print("| 250 draws, 52 weeks | CPU s | times the value | peak MB |")
    print("|---|---:|---:|---:|")
    print(f"| a mean of the course | {value:.2f} | 1 | {found['value_mb']:,.0f} |")
    print(
        f"| … with its gradient by all effects | {both:.2f} | {both / value:.1f} "
        f"| {found['both_mb']:,.0f} |\n",
        flush=True,
    )


def parts_table() -> None:
    """Where the time of a course goes."""
    found = own_process("parts", one_thread=True)
    others = sum(found[name] for name in ("wound", "fibrosis", "film"))
    rows = [
        ("the whole course", found["all"]),
        ("skin, half-days", found["skin"]),
        ("– response of a wound: inflammation, macrophages", found["wound"]),
        ("– fibrosis", found["fibrosis"]),
        ("– drying film", found["film"]),
        ("– closure, delivery, healing, matrix, flow", found["skin"] - others),
        ("start of the hair: fit to what was measured", found["start"]),
        ("follicles, half-weeks", found["follicles"]),
        (
            "rates of the follicles, endpoints and what is left",
            found["all"] - found["skin"] - found["start"] - found["follicles"],
        ),
    ]
    print("| part | ms of 250 draws | share |")
    print("|---|---:|---:|")
    for name, seconds in rows:
        print(f"| {name} | {1e3 * seconds:.1f} | {100 * seconds / found['all']:.0f} % |")


def main() -> None:
    if sys.argv[1:]:
        from anagen.compiled import keep_compiled_programs

        keep_compiled_programs()
        what, *sizes = sys.argv[1:]
        measure = {"forecast": forecast, "gradient": gradient, "parts": parts}[what]
        print(json.dumps(measure(*map(int, sizes))))
        return
    sizes_table()
    gradient_table()
    parts_table()


if __name__ == "__main__":
    main()
