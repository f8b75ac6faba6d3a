"""Speed of the main commands, each as a new process or warm in one, against the stated targets.

    python benchmarks/run.py            prints the table of docs/benchmarks.md
    python benchmarks/run.py --write    writes it there

Whole processes are timed from outside, with the compiled programs in a cache of their own, so that
"first run" is one. Medians of several runs; the ratio to the target is what to read on a shared
machine.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
MAN, COURSE = str(ROOT / "examples/man.toml"), str(ROOT / "examples/course.toml")


def process_s(arguments: list[str], cache: str) -> float:
    """Wall seconds of one `anagen` command as a new process."""
    environment = (
        os.environ
        | {"JAX_COMPILATION_CACHE_DIR": cache}
        | {
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
            "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "0",
        }
    )
    return command_s([sys.executable, "-m", "anagen.cli", *arguments], environment)


def command_s(command: list[str], environment: Mapping[str, str] | None = None) -> float:
    """Wall seconds of a command."""
    started = time.perf_counter()
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    return time.perf_counter() - started


def repeated(times: int, measure: Callable[[], float]) -> float:
    """Median of several measurements."""
    return statistics.median(measure() for _ in range(times))


def warm_forecast_s() -> float:
    """Seconds of a forecast of 500 draws × 52 weeks in a process that has made one before."""
    from anagen import Patient, Protocol, simulate

    patient, protocol = Patient.read(MAN), Protocol.read(COURSE)
    simulate(patient, protocol)

    def once() -> float:
        started = time.perf_counter()
        simulate(patient, protocol)
        return time.perf_counter() - started

    return repeated(9, once)


def rows() -> list[tuple[str, float, float]]:
    """(what, measured seconds, target seconds)."""
    with tempfile.TemporaryDirectory() as folder:
        cache, out = f"{folder}/cache", f"{folder}/plan"
        plan = ["plan", MAN, "--out", out, "--start", "2027-01-04"]
        screen = repeated(5, lambda: process_s(["screen", MAN], cache))
        first = process_s(plan, cache)
        later = repeated(5, lambda: process_s(plan, cache))
        process_s(["simulate", MAN, COURSE], cache)
        simulate = repeated(5, lambda: process_s(["simulate", MAN, COURSE], cache))
        bare = repeated(5, lambda: command_s([sys.executable, "-c", "import jax"]))
    return [
        ("`anagen screen`, new process", screen, 1.5),
        ("`anagen plan --out`, very first run", first, 30.0),
        ("`anagen plan --out`, new process, warm cache", later, 8.0),
        ("`anagen simulate`, new process, warm cache", simulate, 4.0),
        ("`python -c 'import jax'`, of which nothing is ours", bare, 4.0),
        ("forecast of 500 draws × 52 weeks, warm", warm_forecast_s(), 0.2),
    ]


def table() -> str:
    """The table as Markdown."""
    lines = ["| what | seconds | target | share of target |", "|---|---:|---:|---:|"]
    lines += [
        f"| {what} | {measured:.2f} | {target:g} | {measured / target:.2f} |"
        for what, measured, target in rows()
    ]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return "\n".join([*lines, "", f"Measured on {machine}, CPU only; medians."])


def main() -> None:
    """Print the table, or write it into the page between its markers."""
    parser = argparse.ArgumentParser(description="Time the main commands.")
    parser.add_argument("--write", action="store_true", help="write the table to the docs page")
    made = table()
    if not parser.parse_args().write:
        print(made)
        return
    start, end = "<!-- table -->", "<!-- end of table -->"
    text = PAGE.read_text("utf-8")
    head, _, rest = text.partition(start)
    PAGE.write_text(f"{head}{start}\n{made}\n{end}{rest.partition(end)[2]}", "utf-8")


if __name__ == "__main__":
    main()
