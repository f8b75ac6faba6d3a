"""Speed of the follicle automaton beside Mesa and a daily loop in NumPy, on the same law.

    python benchmarks/follicles.py

All three follow follicles under the rates of one course (a man with pattern hair loss, needling and
minoxidil) from the same start. The two peers move by days: what is left of a phase, in ticks of its
clock, falls by the day's rate, and numbers are drawn only when a phase begins. Their share of hairs
in anagen is printed beside, since a fast wrong answer is none. One thread each; seconds are those
of the processor (on a shared machine the clock on the wall times the neighbours too), the best of
several runs; memory is the peak of what Python and NumPy allocate in a run of its own.
"""

import gc
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import mesa
import numpy as np

from anagen.evidence.parameters import parameters
from anagen.model_inputs import person_of, scalp_numbers, treatment_of
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.scalp.automaton import follow
from anagen.scalp.drive import DrawnDrive, drive, of_draw
from anagen.scalp.follicles import (
    ANAGEN_STAGES,
    CLASSES,
    KENOGEN_STAGES,
    STEP_DAYS,
    TELOGEN_STAGES,
)
from anagen.scalp.population import ANAGEN, EARLY, KENOGEN, TELOGEN, Population, populate

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
WEEKS = 104
STAGES = np.array([0, ANAGEN_STAGES, TELOGEN_STAGES, KENOGEN_STAGES])


def course() -> DrawnDrive:
    """The drive of the example man's course, all numbers at their centres."""
    centre = {key: np.array([p.centre]) for key, p in parameters().items()}
    patient = Patient.read(str(EXAMPLES / "man.toml"))
    protocol = Protocol.read(str(EXAMPLES / "course.toml"))
    person, treatment = person_of(patient, centre), treatment_of(protocol, 1)
    return of_draw(drive(person, treatment, scalp_numbers(centre), patient.condition, WEEKS), 0)


def by_day(drawn: DrawnDrive, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Ticks a day by (day, phase, class), and thickening by (day, class)."""
    step = (np.arange(days) / STEP_DAYS).astype(int)
    one = np.ones((days, CLASSES))
    rate = drawn.rates
    ticks = np.stack([one, rate.anagen[step], rate.telogen[step], rate.kenogen[step]], axis=1)
    return ticks, np.asarray(rate.thicken[step])


def left_at_start(start: Population, delay: float, random: np.random.Generator) -> np.ndarray:
    """Ticks that are left of the phase of day 0; of early anagen, days."""
    early = (start.place + random.random(start.phase.size)) * STEP_DAYS
    shape = np.maximum(STAGES[start.phase] - start.place, 1)
    return np.where(start.phase == EARLY, np.minimum(early, delay), random.gamma(shape))


def numpy_daily(start: Population, drawn: DrawnDrive, days: int) -> float:
    """A plain daily loop; share of visible hairs in anagen at the end."""
    random = np.random.default_rng(1)
    ticks, thicken = by_day(drawn, days)
    fall = np.asarray(drawn.rates.fall)[0]
    phase, size = start.phase.astype(np.intp), start.size.astype(np.intp)
    left = left_at_start(start, drawn.delay_days, random)
    up = random.exponential(size=phase.size)
    for day in range(days):
        left -= ticks[day, phase, size]
        grows = phase == ANAGEN
        up -= np.where(grows, thicken[day, size], 0.0)
        thicker = np.flatnonzero(up <= 0)
        size[thicker] += 1
        up[thicker] = random.exponential(size=thicker.size)
        over = np.flatnonzero(left <= 0)
        onset = over[phase[over] == KENOGEN]
        falls = (random.random(onset.size) < fall[size[onset]]) & (size[onset] > 0)
        size[onset] -= falls
        phase[over] = (phase[over] + 1) % 4
        new = phase[over]
        left[over] = np.where(
            new == EARLY, drawn.delay_days, random.gamma(np.maximum(STAGES[new], 1))
        )
    return float((phase == ANAGEN).sum() / np.isin(phase, (ANAGEN, TELOGEN)).sum())


class Follicle(mesa.Agent):
    """One follicle as a Mesa agent."""

    def __init__(self, model: "Scalp", phase: int, size: int, left: float) -> None:
        super().__init__(model)
        self.phase, self.size, self.left = phase, size, left
        self.up = model.random.expovariate(1.0)

    def step(self) -> None:
        """One day."""
        model: Scalp = self.model  # type: ignore[assignment]
        self.left -= model.ticks[model.day][self.phase][self.size]
        if self.phase == ANAGEN:
            self.up -= model.thicken[model.day][self.size]
            if self.up <= 0:
                self.size += 1
                self.up = model.random.expovariate(1.0)
        if self.left > 0:
            return
        if self.phase == KENOGEN and self.size > 0:
            self.size -= model.random.random() < model.fall[self.size]
        self.phase = (self.phase + 1) % 4
        self.left = (
            model.delay
            if self.phase == EARLY
            else model.random.gammavariate(float(STAGES[self.phase]), 1.0)
        )


class Scalp(mesa.Model):
    """Follicles of one scalp, stepped by days."""

    def __init__(self, start: Population, drawn: DrawnDrive, days: int) -> None:
        super().__init__(rng=1)
        ticks, thicken = by_day(drawn, days)
        self.ticks, self.thicken = ticks.tolist(), thicken.tolist()
        self.fall = np.asarray(drawn.rates.fall)[0].tolist()
        self.delay, self.day = drawn.delay_days, 0
        left = left_at_start(start, drawn.delay_days, np.random.default_rng(1))
        for phase, size, ticks_left in zip(start.phase, start.size, left, strict=True):
            Follicle(self, int(phase), int(size), float(ticks_left))


def mesa_daily(start: Population, drawn: DrawnDrive, days: int) -> tuple[float, float]:
    """Seconds of the days alone, without setting up; and the share in anagen."""
    scalp = Scalp(start, drawn, days)
    began = time.process_time()
    for day in range(days):
        scalp.day = day
        scalp.agents.do("step")
    seconds = time.process_time() - began
    phases = [agent.phase for agent in scalp.agents]  # type: ignore[attr-defined]
    return seconds, phases.count(ANAGEN) / (phases.count(ANAGEN) + phases.count(TELOGEN))


def best(times: int, work: Callable[[], object]) -> float:
    """Least processor seconds of several runs."""
    found = []
    for _ in range(times):
        gc.collect()
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


def peak_mb(work: Callable[[], object]) -> float:
    """Peak of what a run allocates, MB."""
    gc.collect()
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def anagen_share(counts: np.ndarray) -> float:
    growing, resting = counts[ANAGEN].sum(), counts[TELOGEN].sum()
    return float(growing / (growing + resting))


def main() -> None:
    drawn, days = course(), 7 * WEEKS
    warm = populate(drawn.follicles, 100, 1)
    follow(warm, drawn.rates, drawn.delay_days, 1)

    rows: list[tuple[str, int, int, float, float, float]] = []
    agents, short = 1_000, 60
    few = populate(drawn.follicles, agents, 1)
    tried = [mesa_daily(few, drawn, short) for _ in range(3)]
    memory = peak_mb(lambda: mesa_daily(few, drawn, short))
    rows.append(
        ("Mesa agents, daily", agents, short, min(t for t, _ in tried), tried[0][1], memory)
    )

    start = populate(drawn.follicles, 100_000, 1)
    share = numpy_daily(start, drawn, days)
    seconds = best(2, lambda: numpy_daily(start, drawn, days))
    memory = peak_mb(lambda: numpy_daily(start, drawn, 60))
    rows.append(("NumPy, daily", 100_000, days, seconds, share, memory))

    for number in (10_000, 100_000, 1_000_000):
        people = populate(drawn.follicles, number, 1)

        def events(people: Population = people) -> np.ndarray:
            return follow(people, drawn.rates, drawn.delay_days, 1).counts[-1]

        share = anagen_share(events())
        rows.append(("**events, numba**", number, days, best(7, events), share, peak_mb(events)))

    def with_start() -> None:
        people = populate(drawn.follicles, 100_000, 1)
        follow(people, drawn.rates, drawn.delay_days, 1)

    seconds = best(7, with_start)
    rows.append(("… with drawing the start", 100_000, days, seconds, np.nan, peak_mb(with_start)))

    speed = [number * length / seconds for _, number, length, seconds, _, _ in rows]
    print("| method | follicles | days | CPU s | follicle-days/s | against Mesa | against NumPy "
          "| peak MB | anagen at the end |")  # fmt: skip
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for (name, number, length, seconds, share, memory), rate in zip(rows, speed, strict=True):
        at_end = "" if np.isnan(share) else f"{100 * share:.1f} %"
        print(
            f"| {name} | {number:,} | {length} | {seconds:.4f} | {rate:.3g} "
            f"| {rate / speed[0]:,.0f}× | {rate / speed[1]:,.1f}× | {memory:.1f} | {at_end} |"
        )
    print(f"\nTarget: 1e9 follicle-days per second per core: {speed[3] / 1e9:.2f} of it; "
          f"500× Mesa: {speed[3] / speed[0] / 500:.2f} of it.")  # fmt: skip
    print("Mesa was run at its small size; its cost per follicle-day does not fall with more.")


if __name__ == "__main__":
    main()
