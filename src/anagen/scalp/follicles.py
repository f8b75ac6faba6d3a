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
Integrated by the classical Runge-Kutta scheme with rates held over a step of half a week.
Shapes: (class, draws) for what differs by class. Units: days, follicles per cm².
Sources: the records ``follicles.*``.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.units import DAYS_PER_WEEK, TINY

CLASSES = 9
ANAGEN_STAGES = 9  # n = 1/CV²; the record follicles.duration_cv says where the CV is from
TELOGEN_STAGES = 9
KENOGEN_STAGES = 2
DELAY_CELLS = 24  # steps that early anagen can last at most
STEPS_PER_WEEK = 2
STEP_DAYS = DAYS_PER_WEEK / STEPS_PER_WEEK


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
    rise: Array  # probability at an onset, (draws,)
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
    cell = jnp.clip(delay / days - 1, 0, DELAY_CELLS - 1)
    weight = jnp.maximum(1 - jnp.abs(jnp.arange(DELAY_CELLS)[:, None] - cell), 0.0)
    moved = jnp.roll(early, -1, axis=0).at[-1].set(0.0)
    return moved + weight[:, None, :] * onset


def _chain(inflow: Array, stages: Array, rate: Array) -> Array:
    """Derivative of a chain of stages, each left at ``rate``."""
    out = rate * stages
    return jnp.concatenate([inflow[None], out[:-1]]) - out


def _flows(f: Follicles, emerging: Array, r: Rates) -> tuple[Follicles, Array]:
    """Derivatives; ``early`` holds the onsets, and shedding comes beside."""
    hit = r.hit * f.anagen
    upward = r.thicken * f.anagen
    thickened = jnp.concatenate([jnp.zeros_like(upward[:, :1]), upward[:, :-1]], axis=1)
    anagen = _chain(emerging, f.anagen, r.anagen) - hit - upward + thickened
    telogen = _chain(r.anagen * f.anagen[-1], f.telogen, r.telogen)
    telogen = telogen.at[-1].add(hit.sum(axis=0)) - r.loss * f.telogen
    shed = r.telogen * f.telogen[-1]
    onset = r.kenogen * f.kenogen[-1]
    return (
        Follicles(
            early=onset,
            anagen=anagen - r.loss * f.anagen,
            telogen=telogen,
            kenogen=_chain(shed, f.kenogen, r.kenogen) - r.loss * f.kenogen,
        ),
        shed,
    )


def step(f: Follicles, r: Rates, delay: Array, days: float) -> tuple[Follicles, Array]:
    """One step of ``days`` with constant rates. Returns the follicles and the hairs shed in it."""
    # What emerges and what begins in this step waits for half of it in the delay line.
    waited = jnp.exp(-r.loss * days / 2)
    emerging = f.early[0] * waited / days
    start = f._replace(early=jnp.zeros_like(f.early[0]))

    def moved(flow: Follicles, by: float) -> Follicles:
        return Follicles(*(have + by * change for have, change in zip(start, flow, strict=True)))

    k1, s1 = _flows(start, emerging, r)
    k2, s2 = _flows(moved(k1, days / 2), emerging, r)
    k3, s3 = _flows(moved(k2, days / 2), emerging, r)
    k4, s4 = _flows(moved(k3, days), emerging, r)
    after = Follicles(
        *(
            have + days / 6 * (a + 2 * b + 2 * c + d)
            for have, a, b, c, d in zip(start, k1, k2, k3, k4, strict=True)
        )
    )
    shed = days / 6 * (s1 + 2 * s2 + 2 * s3 + s4)
    onset = shift_classes(after.early * waited, r.fall, r.rise)
    early = into_delay(f.early * jnp.exp(-r.loss * days), onset, delay, days)
    return after._replace(early=early), shed


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
    cells = jnp.clip(delay / days, 1, DELAY_CELLS)
    filled = jnp.clip(cells - jnp.arange(DELAY_CELLS)[:, None], 0.0, 1.0)
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
