"""Automaton: individual follicles, each with its own chance, from event to event.

The hair cycle of `follicles`, one follicle at a time instead of its mean: early anagen (a fixed
delay) → anagen → telogen → kenogen, size classes that fall or rise at an onset, thickening in
anagen, hairs that are hit, follicles that are lost. The same rates drive both, so the mean of many
follicles is the chain model; what comes on top is the chance of a count.

Method
    a phase of n stages left at the rate r(t) lasts until  C(t) − C(t₀) = g,  C(t) = ∫ r dt,
    with g the sum of n exponential numbers (gamma, n): the stage clock runs faster or slower, the
    number of ticks is drawn once. A hit, a thickening and a loss are clocks of one tick.
    r is constant over half-week steps, so C is a table of straight pieces and the next event is a
    search in it: nothing is approximated, and the cost is that of events, not of days.
    A hair that thickens keeps its ticks and goes on under the clock of its new class.
Each follicle draws from its own counter-based stream (SplitMix64), keyed by seed and number: the
result depends on neither the number of threads nor the order.
Units: days outside, steps of half a week within. Needs numba (the extra ``research``).
"""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anagen.scalp.drive import DrawnDrive
from anagen.scalp.follicles import (
    ANAGEN_STAGES,
    CLASSES,
    KENOGEN_STAGES,
    STEP_DAYS,
    TELOGEN_STAGES,
    Rates,
)
from anagen.scalp.population import (
    ANAGEN,
    EARLY,
    KENOGEN,
    LOST,
    PHASES,
    TELOGEN,
    History,
    Population,
    populate,
)

try:
    from numba import njit
except ImportError:
    raise ImportError(
        "Following individual follicles needs numba: run `pip install anagen[research]`."
    ) from None

KINDS = PHASES * CLASSES  # phase and class as one number, phase first
CHUNK = 16384  # follicles of one piece of work; does not change the result
STREAM_STEP = 0x9E3779B97F4A7C15  # SplitMix64: the step of its counter (2^64 / golden ratio) …
FIRST_MIX = 0xBF58476D1CE4E5B9  # … and the multipliers and shifts of its mixing
SECOND_MIX = 0x94D049BB133111EB
FIRST_SHIFT = 30
SECOND_SHIFT = 27
THIRD_SHIFT = 31
MANTISSA_SHIFT = 11  # keeps the 53 bits that a float holds
UNIT = 1.1102230246251565e-16  # 2^-53
WORD = 18446744073709551616  # 2^64
NEVER = np.inf


class _Clocks(NamedTuple):
    """Ticks since day 0 at the edges of the steps, (class, steps + 1) or (steps + 1,)."""

    anagen: NDArray[np.float64]
    telogen: NDArray[np.float64]
    kenogen: NDArray[np.float64]
    thicken: NDArray[np.float64]
    hit: NDArray[np.float64]
    loss: NDArray[np.float64]
    fall: NDArray[np.float64]  # probability at an onset, (steps, class)
    rise: NDArray[np.float64]  # (steps, class)
    delay: float  # steps


def follow(
    start: Population, rates: Rates, delay_days: float, seed: int, threads: int = 1
) -> History:
    """Follow a population from day 0 under rates per half-week step, (steps, class) or (steps,).

    The same seed gives the same follicles, whatever ``threads``; a longer course begins as the
    shorter one did.
    """
    if ((start.place < 0) & (start.phase != LOST)).any():
        raise ValueError("Where these follicles stand in their phase is not known; use populate().")
    clocks = _clocks(rates, delay_days)
    steps, number = clocks.fall.shape[0], start.phase.size
    key = np.uint64((seed * STREAM_STEP + 1) % WORD)
    end = Population(
        start.phase.copy(),
        start.size.copy(),
        np.full(number, -1, dtype=np.int8),
        start.since_day.copy(),
    )

    def piece(first: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        change = np.zeros((steps + 1, KINDS), dtype=np.int32)
        shed = np.zeros((steps, CLASSES), dtype=np.int32)
        last = min(first + CHUNK, number)
        _follow(first, last, key, start.place, end.phase, end.size, end.since_day, *clocks,
                change, shed)  # fmt: skip
        return change, shed

    changes = np.zeros((steps + 1, KINDS), dtype=np.int64)
    shed = np.zeros((steps, CLASSES), dtype=np.int64)
    with ThreadPoolExecutor(threads) as pool:  # the kernel lets go of Python's lock
        for changed, fell in pool.map(piece, range(0, number, CHUNK)):
            changes += changed
            shed += fell
    counts = changes.cumsum(axis=0).reshape(steps + 1, PHASES, CLASSES)
    return History(counts, shed, end)


def of_drive(drawn: DrawnDrive, follicles: int, seed: int, threads: int = 1) -> History:
    """Populate the scalp of one draw and follow it through its course."""
    start = populate(drawn.follicles, follicles, seed)
    return follow(start, drawn.rates, drawn.delay_days, seed, threads)


def _clocks(rates: Rates, delay_days: float) -> _Clocks:
    def ticks(rate: NDArray[np.float64]) -> NDArray[np.float64]:
        first = np.zeros((1, *rate.shape[1:]))
        summed = np.concatenate([first, np.cumsum(rate * STEP_DAYS, axis=0)])
        return np.ascontiguousarray(summed.T)

    one = {name: np.asarray(rate, dtype=float) for name, rate in rates._asdict().items()}
    if not all(np.isfinite(rate).all() and (rate >= 0).all() for rate in one.values()):
        raise ValueError("Rates of follicles are finite and none is below zero.")
    fall, rise = one["fall"].copy(), one["rise"][:, None].repeat(CLASSES, axis=1)
    fall[:, 0] = 0.0  # none below the thinnest class, none above the thickest
    rise[:, -1] = 0.0
    thicken = one["thicken"].copy()
    thicken[:, -1] = 0.0
    return _Clocks(
        anagen=ticks(one["anagen"]),
        telogen=ticks(one["telogen"]),
        kenogen=ticks(one["kenogen"]),
        thicken=ticks(thicken),
        hit=ticks(one["hit"]),
        loss=ticks(one["loss"]),
        fall=fall,
        rise=(1 - fall) * rise,
        delay=delay_days / STEP_DAYS,
    )


@njit(cache=True, nogil=True)
def _random(counter: np.uint64) -> tuple[np.uint64, float]:
    """The stream's next counter and a number in (0, 1]."""
    counter = np.uint64(counter + np.uint64(STREAM_STEP))
    return counter, (float(_mixed(counter) >> np.uint64(MANTISSA_SHIFT)) + 1.0) * UNIT


@njit(cache=True, nogil=True)
def _mixed(z: np.uint64) -> np.uint64:
    z = np.uint64((z ^ (z >> np.uint64(FIRST_SHIFT))) * np.uint64(FIRST_MIX))
    z = np.uint64((z ^ (z >> np.uint64(SECOND_SHIFT))) * np.uint64(SECOND_MIX))
    return z ^ (z >> np.uint64(THIRD_SHIFT))


@njit(cache=True, nogil=True)
def _ticks_to_go(counter: np.uint64, stages: int) -> tuple[np.uint64, float]:
    """A gamma number of whole shape: minus the logarithm of a product of uniform ones."""
    product = 1.0
    for _ in range(stages):
        counter, uniform = _random(counter)
        product *= uniform
    return counter, -np.log(product)


@njit(cache=True, nogil=True)
def _reading(clock: NDArray[np.float64], time: float) -> float:
    """Ticks of a clock at a time before the end."""
    step = int(time)
    return clock[step] + (time - step) * (clock[step + 1] - clock[step])


@njit(cache=True, nogil=True)
def _when(clock: NDArray[np.float64], time: float, ticks: float) -> float:
    """The time at which a clock has made so many more ticks; never, if not before the end."""
    target = _reading(clock, time) + ticks
    high = clock.size - 1
    if target >= clock[high]:
        return NEVER
    low = int(time)
    while high - low > 1:
        middle = (low + high) // 2
        if clock[middle] <= target:
            low = middle
        else:
            high = middle
    return low + (target - clock[low]) / (clock[high] - clock[low])


@njit(cache=True, nogil=True)
def _follow(
    first, last, key, place, phases, sizes, since_day,
    anagen, telogen, kenogen, thicken, hit, loss, fall, rise, delay, change, shed,
):  # fmt: skip
    """Follicles ``first`` to ``last`` to the end; states are changed in place."""
    end = float(fall.shape[0])
    some_hit, some_loss = hit[-1] > 0, loss[-1] > 0
    for i in range(first, last):
        if phases[i] == LOST:
            continue
        counter = _mixed(np.uint64(key + np.uint64(i) * np.uint64(SECOND_MIX)))
        phase, size, now, since = phases[i], sizes[i], 0.0, -np.inf
        dies = NEVER
        if some_loss:
            counter, wait = _ticks_to_go(counter, 1)
            dies = _when(loss, 0.0, wait)
        stop = min(end, dies)
        # What is left of the phase that day 0 finds: ticks, or steps of the delay.
        if phase == EARLY:
            counter, left = _random(counter)
            left += place[i]
        elif phase == ANAGEN:
            counter, left = _ticks_to_go(counter, ANAGEN_STAGES - place[i])
        elif phase == TELOGEN:
            counter, left = _ticks_to_go(counter, TELOGEN_STAGES - place[i])
        else:
            counter, left = _ticks_to_go(counter, KENOGEN_STAGES - place[i])
        change[0, phase * CLASSES + size] += 1
        while True:
            before = phase * CLASSES + size
            if phase == ANAGEN:
                at = _when(anagen[size], now, left)
                event = TELOGEN
                if some_hit:
                    counter, wait = _ticks_to_go(counter, 1)
                    hit_at = _when(hit, now, wait)
                    if hit_at < at:
                        at, event = hit_at, LOST
                if thicken[size, -1] > 0:
                    counter, wait = _ticks_to_go(counter, 1)
                    up_at = _when(thicken[size], now, wait)
                    if up_at < at:
                        at, event = up_at, ANAGEN
                if at >= stop:
                    break
                if event == ANAGEN:
                    left -= _reading(anagen[size], at) - _reading(anagen[size], now)
                    size += 1
                else:
                    # Hairs that are hit go to the last stage of telogen, as in the chain.
                    counter, left = _ticks_to_go(counter, TELOGEN_STAGES if event == TELOGEN else 1)
                    phase, since = TELOGEN, at
            elif phase == TELOGEN:
                at = _when(telogen[size], now, left)
                if at >= stop:
                    break
                shed[int(at), size] += 1
                counter, left = _ticks_to_go(counter, KENOGEN_STAGES)
                phase, since = KENOGEN, at
            elif phase == KENOGEN:
                at = _when(kenogen[size], now, left)
                if at >= stop:
                    break
                counter, uniform = _random(counter)
                step = int(at)
                if uniform <= fall[step, size]:
                    size -= 1
                elif uniform <= fall[step, size] + rise[step, size]:
                    size += 1
                phase, since, left = EARLY, at, delay
            else:
                at = now + left
                if at >= stop:
                    break
                counter, left = _ticks_to_go(counter, ANAGEN_STAGES)
                phase, since = ANAGEN, at
            now = at
            row = int(at) + 1
            change[row, before] -= 1
            change[row, phase * CLASSES + size] += 1
        if dies < end:
            change[int(dies) + 1, phase * CLASSES + size] -= 1
            phase, since = LOST, dies
        phases[i], sizes[i] = phase, size
        since_day[i] = since * STEP_DAYS
