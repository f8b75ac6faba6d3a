"""Follicles: the hair cycle as a chain of phases, in classes of hair diameter.

Each follicle runs early anagen (a hair that cannot be seen yet) → anagen → telogen → kenogen (an
empty follicle) and back. A phase of mean μ and coefficient of variation 1/√n is a chain of n
stages, each left at the rate n/μ; early anagen is a plain delay, since no hair can show before it
has grown out. At each onset of anagen the follicle may fall or rise one class of diameter.

Equations (per class, stage rates a, t, k)
    A₁' = emerged − a A₁ − hit A₁,  Aᵢ' = a Aᵢ₋₁ − a Aᵢ − hit Aᵢ
    T₁' = a Aₙ − t T₁,               Tᵢ' = t Tᵢ₋₁ − t Tᵢ          shedding = t Tₙ
    hairs that are hit go to the last stage of telogen: they fall within days
    K₁' = t Tₙ − k K₁,               Kᵢ' = k Kᵢ₋₁ − k Kᵢ          onset = k Kₙ
    steady state A : T : K = μ_A : μ_T : μ_K for any distribution of the durations (renewal theorem)
Rates are held over a step of half a week. Within it each chain is solved exactly: who was there has
moved on by k stages with the Poisson chance e^(−ah)(ah)^k/k!; who enters does so evenly over the
step; what leaves is what is missing, so that no follicle is lost or made. Of second order, but for
hairs that would thicken twice within a step.
Shapes: (class, draws) for what differs by class. Units: days, follicles per cm².
Sources: the records ``follicles.*``.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from anagen.scalp.grid import STEP_DAYS
from anagen.scalp.units import TINY

CLASSES = 9
ANAGEN_STAGES = 9  # n = 1/CV²; the record follicles.duration_cv says where the CV is from
TELOGEN_STAGES = 9
KENOGEN_STAGES = 2
DELAY_CELLS = 24  # steps of half a week that early anagen can last at most

# Left alone, the compiler repeats these in each of their uses.
_kept = jax.lax.optimization_barrier


class Cycle(NamedTuple):
    """Numbers of the healthy hair cycle, each (draws,)."""

    density_per_cm2: Array
    frontal_density_ratio: Array
    temporal_density_ratio: Array
    vertex_density_ratio: Array
    occipital_density_ratio: Array
    healthy_mean_um: Array
    healthy_sd_um: Array
    smallest_class_um: Array
    class_width_um: Array
    anagen_days: Array
    anagen_least_days: Array
    reference_diameter_um: Array
    telogen_days: Array
    telogen_least_days: Array
    most_telogen_factor: Array
    kenogen_days: Array
    emergence_depth_mm: Array
    growth_mm_day: Array
    anagen_i_to_v_days: Array
    longest_history_years: Array
    history_spread: Array
    calibre_spread: Array
    diameter_error: Array
    terminal_fraction_error: Array
    least_density_factor: Array
    most_density_factor: Array


class Follicles(NamedTuple):
    """Follicles per cm²: (cells or stages, class, draws)."""

    early: Array
    anagen: Array
    telogen: Array
    kenogen: Array


class Rates(NamedTuple):
    """What drives one step, per day; (class, draws) or (draws,)."""

    anagen: Array  # of one stage, (class, draws)
    telogen: Array
    kenogen: Array
    hit: Array  # anagen hairs thrown out, (draws,)
    thicken: Array  # growing hairs moving up a class, (class, draws)
    fall: Array  # probability at an onset, (class, draws)
    rise: Array  # probability at an onset, where androgen is taken away (`medicines`); (draws,)
    loss: Array  # follicles lost for good, (draws,)


def diameters_um(p: Cycle) -> Array:
    """Middle of each class, (class, draws)."""
    return p.smallest_class_um + p.class_width_um * jnp.arange(CLASSES)[:, None]


def healthy_sizes(p: Cycle) -> Array:
    """Share of follicles in each class of a healthy scalp, (class, draws); sums to 1."""
    from_mean = (diameters_um(p) - p.healthy_mean_um) / p.healthy_sd_um
    weight = jnp.exp(-(from_mean**2) / 2)
    return weight / weight.sum(axis=0)


def anagen_mean_days(p: Cycle) -> Array:
    """Mean visible anagen by class: thinner hairs grow for a shorter time."""
    return jnp.maximum(
        p.anagen_days * diameters_um(p) / p.reference_diameter_um, p.anagen_least_days
    )


def delay_days(p: Cycle) -> Array:
    """From the onset of anagen to a hair that can be seen: forming it, then growing it out."""
    return p.anagen_i_to_v_days + p.emergence_depth_mm / p.growth_mm_day


def shift_classes(onset: Array, fall: Array, rise: Array) -> Array:
    """Onsets (class, draws) after falling or rising a class; the total is kept."""
    lowest = jnp.zeros_like(onset).at[0].set(1.0)
    fall = fall * (1 - lowest)
    highest = jnp.zeros_like(onset).at[-1].set(1.0)
    rise = rise * (1 - fall) * (1 - highest)
    stay = onset * (1 - fall - rise)
    down = jnp.roll(onset * fall, -1, axis=0)
    up = jnp.roll(onset * rise, 1, axis=0)
    return stay + down + up


def into_delay(early: Array, onset: Array, delay: Array, days: float) -> Array:
    """The delay line (cells, class, draws) moved on by one step, with new onsets put in."""
    cells = early.shape[0]
    cell = jnp.clip(delay / days - 1, 0, cells - 1)
    weight = jnp.maximum(1 - jnp.abs(jnp.arange(cells)[:, None] - cell), 0.0)
    moved = jnp.roll(early, -1, axis=0).at[-1].set(0.0)
    return moved + weight[:, None, :] * onset


def _passage(rate: Array, days: float, stages: int) -> tuple[list[Array], list[Array]]:
    """A chain of stages left at ``rate``, over a step: where who was there is, and who enters.

    The first list is the chance of having moved on by so many stages (Poisson); the second the
    share of an even inflow that is found in each stage at the end.
    """
    passed = _kept(jnp.maximum(rate * days, TINY))  # a rate may be 0
    moved, entered = [_kept(jnp.exp(-passed))], [_kept(-jnp.expm1(-passed) / passed)]
    for k in range(1, stages):
        moved.append(_kept(moved[-1] * passed / k))
        entered.append(_kept(entered[-1] - moved[-1] / passed))
    return moved, entered


def _through(
    inflow: Array, stages: list[Array], rate: Array, days: float
) -> tuple[list[Array], Array]:
    """A chain of stages (class, draws) after a step with an even inflow, and what left it."""
    moved, entered = _passage(rate, days, len(stages))
    after = [
        _kept(sum((moved[k] * stages[i - k] for k in range(i + 1)), inflow * entered[i]))
        for i in range(len(stages))
    ]
    # Rounding may leave -1e-17 of what is missing.
    return after, _kept(jnp.maximum(sum(stages, inflow) - sum(after), 0.0))


def _thickened(growing: Array, share: Array) -> Array:
    """A stage (class, draws) after ``share`` of each class has moved one class up."""
    upward = share * growing
    return growing - upward + jnp.pad(upward[:-1], ((1, 0), (0, 0)))


def step(f: Follicles, r: Rates, delay: Array, days: float) -> tuple[Follicles, Array]:
    """One step of ``days`` with constant rates. Returns the follicles and the hairs shed in it."""
    kept = jnp.exp(-r.loss * days)  # loss does not ask for the phase: it comes last, for all
    # Hits and thickening: half before the passage through the cycle and half after it.
    spared = jnp.exp(-r.hit * days / 2)
    upward = -jnp.expm1(-r.thicken * days / 2)
    early, anagen, telogen, kenogen = (list(part) for part in f)
    hit = (1 - spared) * sum(anagen)
    anagen, rested = _through(
        early[0], [_kept(_thickened(spared * a, upward)) for a in anagen], r.anagen, days
    )
    telogen, shed = _through(rested, [*telogen[:-1], telogen[-1] + hit], r.telogen, days)
    kenogen, onset = _through(shed, kenogen, r.kenogen, days)
    telogen[-1] = telogen[-1] + (1 - spared) * sum(anagen)
    onset = kept * shift_classes(onset, r.fall, r.rise)
    return (
        Follicles(
            early=into_delay(f.early * kept, onset, delay, days),
            anagen=jnp.stack([kept * _thickened(spared * a, upward) for a in anagen]),
            telogen=kept * jnp.stack(telogen),
            kenogen=kept * jnp.stack(kenogen),
        ),
        shed * jnp.exp(-r.loss * days / 2),
    )


def steady_state(
    per_class: Array, anagen: Array, telogen: Array, kenogen: Array, delay: Array, days: float
) -> Follicles:
    """Follicles (class, draws) spread over the phases as the renewal theorem has them.

    ``anagen``, ``telogen``, ``kenogen`` are mean durations in days, (class, draws).
    """
    flux = per_class / (delay + anagen + telogen + kenogen)

    def spread(mean: Array, stages: int) -> Array:
        return jnp.broadcast_to(flux * mean / stages, (stages, *flux.shape))

    return Follicles(
        early=fill_delay(flux * delay, delay, days),
        anagen=spread(anagen, ANAGEN_STAGES),
        telogen=spread(telogen, TELOGEN_STAGES),
        kenogen=spread(kenogen, KENOGEN_STAGES),
    )


def fill_delay(early: Array, delay: Array, days: float) -> Array:
    """Early-anagen follicles (class, draws) spread evenly over the delay line."""
    line = round(DELAY_CELLS * STEP_DAYS / days)
    cells = jnp.clip(delay / days, 1, line)
    filled = jnp.clip(cells - jnp.arange(line)[:, None], 0.0, 1.0)
    return filled[:, None, :] / cells * early


def visible(f: Follicles) -> Array:
    """Hairs that can be seen, (class, draws): growing and resting ones."""
    return f.anagen.sum(axis=0) + f.telogen.sum(axis=0)


def total(f: Follicles) -> Array:
    """All follicles, (draws,)."""
    return sum(part.sum(axis=(0, 1)) for part in f)  # type: ignore[return-value]


def anagen_share(f: Follicles) -> Array:
    """Share of visible hairs in anagen, (draws,)."""
    growing = f.anagen.sum(axis=(0, 1))
    return growing / jnp.maximum(growing + f.telogen.sum(axis=(0, 1)), TINY)
