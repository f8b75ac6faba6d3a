"""Repair or fibrosis: myofibroblasts and macrophages that feed each other, and remember.

Equations (Adler 2020)
    dF/dt = [λ₁ P/(k₁+P) (1 − F/K) − μ₁] F          myofibroblasts
    dM/dt = [λ₂ C/(k₂+C) − μ₂] M + I(t)              macrophages; I: influx that an injury draws
    dC/dt = β₁ F − α₁ M C/(k₂+C) − γ C               CSF1, made by F, taken up by M
    dP/dt = β₂ M + β₃ F − α₂ F P/(k₁+P) − γ P        PDGF, made by both, taken up by F
Three lasting states: healed (F = M = 0), hot fibrosis (both lasting), cold fibrosis (F alone; any
macrophage turns it hot). Between healed and hot lies a saddle: what a train of injuries ends in
depends on their size, length and spacing.
How it is solved: the factors C and P are fast only while there are many cells (over 1000 per day),
and as slow as the cells when there are few. Setting them to their quasi-steady roots therefore
errs by 6 % of F in the median train and by everything near the saddle, so all four are stepped by
`linearly_implicit`, with graded steps over the half-day in which the influx changes.
Units: cells/mL, molecules/mL, days. The dose axis is not calibrated for skin: nobody has measured
what influx a needle channel draws.
Source: ADLER2020, read through CELLCIRCUITS; the records ``fibrosis.*``.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from anagen.scalp import linearly_implicit
from anagen.scalp.grid import HALF_DAY
from anagen.scalp.units import DAYS_PER_WEEK, MINUTES_PER_DAY

STEPS = 5  # of a half-day on which the influx stays as it was
STEPS_AT_EDGE = 40  # of a half-day on which the influx has changed
GRADING = 0.88  # each of these is 1/0.88 times as long as the one before
BISECTIONS = 60  # halvings that exhaust float64
STEPS_IN_COURSE = 1  # of a half-day, where the influx comes and goes over days
SETTLING_WEEKS = 26  # after the last pulse; the saddle repels e-fold in ten days


class Fibrosis(NamedTuple):
    """Numbers of the circuit, each (draws,)."""

    fibroblast_growth_per_day: Array
    macrophage_growth_per_day: Array
    fibroblast_loss_per_day: Array
    macrophage_loss_per_day: Array
    factor_loss_per_day: Array
    csf_by_fibroblast_per_min: Array
    pdgf_by_macrophage_per_min: Array
    pdgf_by_fibroblast_per_min: Array
    csf_uptake_per_min: Array
    pdgf_uptake_per_min: Array
    pdgf_half_per_ml: Array
    csf_half_per_ml: Array
    capacity_per_ml: Array
    start_per_ml: Array


class Circuit(NamedTuple):
    """State of the circuit, arrays with the draws last."""

    fibroblasts: Array
    macrophages: Array
    csf: Array
    pdgf: Array


class Tissue(NamedTuple):
    """What is carried from half-day to half-day: the circuit, and the influx it last had."""

    circuit: Circuit
    influx: Array


class Pulses(NamedTuple):
    """A train of rectangular injuries, each field with the draws last; the first is on day 0."""

    height: Array  # cells/mL/d
    length_days: Array
    gap_days: Array  # from the end of one to the start of the next
    number: Array


class FixedPoints(NamedTuple):
    """Where the circuit rests; NaN where there is no such point."""

    hot: Circuit
    hot_saddle: Circuit
    cold: Circuit
    cold_saddle: Circuit


def rates(state: Circuit, influx: Array, p: Fibrosis) -> Circuit:
    """Change per day."""
    fibroblasts, macrophages, csf, pdgf = state
    csf_bound = csf / (p.csf_half_per_ml + csf)
    pdgf_bound = pdgf / (p.pdgf_half_per_ml + pdgf)
    room = 1 - fibroblasts / p.capacity_per_ml
    csf_per_min = p.csf_by_fibroblast_per_min * fibroblasts
    csf_per_min -= p.csf_uptake_per_min * macrophages * csf_bound
    pdgf_per_min = p.pdgf_by_macrophage_per_min * macrophages
    pdgf_per_min += (p.pdgf_by_fibroblast_per_min - p.pdgf_uptake_per_min * pdgf_bound) * (
        fibroblasts
    )
    growth = p.fibroblast_growth_per_day * pdgf_bound * room - p.fibroblast_loss_per_day
    renewal = p.macrophage_growth_per_day * csf_bound - p.macrophage_loss_per_day
    return Circuit(
        fibroblasts=growth * fibroblasts,
        macrophages=renewal * macrophages + influx,
        csf=csf_per_min * MINUTES_PER_DAY - p.factor_loss_per_day * csf,
        pdgf=pdgf_per_min * MINUTES_PER_DAY - p.factor_loss_per_day * pdgf,
    )


def uninjured(p: Fibrosis) -> Tissue:
    """Skin with the few cells that an injury can start from, and no factors yet."""
    few = p.start_per_ml
    return Tissue(Circuit(few, few, jnp.zeros_like(few), jnp.zeros_like(few)), jnp.zeros_like(few))


def step(tissue: Tissue, influx: Array, p: Fibrosis, refined: int = 1) -> Tissue:
    """Half a day under a constant influx; ``refined`` times as many steps as usual."""

    def through(lengths: Array) -> Circuit:
        return linearly_implicit.over(
            lambda state: rates(state, influx, p), tissue.circuit, lengths
        )

    at_edge = linearly_implicit.graded(HALF_DAY, STEPS_AT_EDGE * refined, GRADING ** (1 / refined))
    circuit = jax.lax.cond(
        jnp.any(influx != tissue.influx),
        lambda: through(at_edge),
        lambda: through(linearly_implicit.even(HALF_DAY, STEPS * refined)),
    )
    return Tissue(circuit, influx)


def follow(influx: Array, p: Fibrosis, days: float, steps: int = STEPS_IN_COURSE) -> Array:
    """Myofibroblasts after each of many short spans, as a share of those of hot fibrosis.

    ``influx`` (spans, draws) is held over each span of ``days``; it comes and goes over days, so
    even steps do. Uninjured skin keeps its few cells: what it loses of them is made anew, which
    the published circuit leaves out and then forgets (after years without cells, no injury could
    ever scar).
    """
    few = p.start_per_ml
    hot = fixed_points(jax.tree.map(lambda n: n[:1], p)).hot.fibroblasts

    def made(state: Circuit, entering: Array) -> Circuit:
        change = rates(state, entering + p.macrophage_loss_per_day * few, p)
        return change._replace(fibroblasts=change.fibroblasts + p.fibroblast_loss_per_day * few)

    def span(state: Circuit, entering: Array) -> tuple[Circuit, Array]:
        lengths = linearly_implicit.even(days, steps)
        after = linearly_implicit.over(lambda s: made(s, entering), state, lengths)
        return after, after.fibroblasts / hot

    return jax.lax.scan(span, uninjured(p).circuit, influx)[1]


def influx_from(day: Array, pulses: Pulses) -> Array:
    """Mean influx over the half-day from ``day``; exact in dose wherever the pulses lie."""
    period = pulses.length_days + pulses.gap_days

    def injured_days(until: Array) -> Array:
        begun = jnp.clip(jnp.floor(until / period), 0, pulses.number)
        within = jnp.clip(until - begun * period, 0, pulses.length_days)
        return begun * pulses.length_days + jnp.where(begun < pulses.number, within, 0.0)

    return pulses.height * (injured_days(day + HALF_DAY) - injured_days(day)) / HALF_DAY


@partial(jax.jit, static_argnames=("weeks", "refined"))
def course(
    pulses: Pulses, p: Fibrosis, weeks: int, tissue: Tissue | None = None, refined: int = 1
) -> tuple[Tissue, Circuit]:
    """Where ``weeks`` weeks lead, and the circuit on every half-day, the start first.

    ``tissue`` is what earlier sessions left, else uninjured skin.
    """
    begin = _begin(pulses, p, tissue)

    def half_day(tissue: Tissue, index: Array) -> tuple[Tissue, Circuit]:
        tissue = step(tissue, influx_from(index * HALF_DAY, pulses), p, refined)
        return tissue, tissue.circuit

    end, later = jax.lax.scan(half_day, begin, _half_days(weeks))
    return end, jax.tree.map(lambda a, b: jnp.concatenate([a[None], b]), begin.circuit, later)


@partial(jax.jit, static_argnames="weeks")
def outcome(pulses: Pulses, p: Fibrosis, weeks: int, tissue: Tissue | None = None) -> Tissue:
    """The end of `course` alone, without keeping the way there."""

    def half_day(tissue: Tissue, index: Array) -> tuple[Tissue, None]:
        return step(tissue, influx_from(index * HALF_DAY, pulses), p), None

    end, _ = jax.lax.scan(half_day, _begin(pulses, p, tissue), _half_days(weeks))
    return end


def _begin(pulses: Pulses, p: Fibrosis, tissue: Tissue | None) -> Tissue:
    shape = jnp.broadcast_shapes(pulses.height.shape, pulses.gap_days.shape, p.start_per_ml.shape)
    return jax.tree.map(lambda v: jnp.broadcast_to(v, shape), tissue or uninjured(p))


def _half_days(weeks: int) -> Array:
    return jnp.arange(int(weeks * DAYS_PER_WEEK / HALF_DAY))


def fixed_points(p: Fibrosis) -> FixedPoints:
    """All fixed points with myofibroblasts, by bisection.

    At rest P follows from F by the first equation, and M from F by the third (C = μ₂k₂/(λ₂−μ₂)
    wherever M > 0). What is left of the fourth is concave in F between 0 and the F that even
    unlimited PDGF cannot sustain, so it has two roots or none: one on either side of its highest
    point.
    """
    hot_saddle, hot = _roots(lambda f: _at_rest(f, _macrophages_at_rest(f, p), p), p)
    cold_saddle, cold = _roots(lambda f: _at_rest(f, jnp.zeros_like(f), p), p)
    return FixedPoints(
        hot=_resting(hot, _macrophages_at_rest(hot, p), p),
        hot_saddle=_resting(hot_saddle, _macrophages_at_rest(hot_saddle, p), p),
        cold=_resting(cold, jnp.zeros_like(cold), p),
        cold_saddle=_resting(cold_saddle, jnp.zeros_like(cold_saddle), p),
    )


def _csf_at_rest(p: Fibrosis) -> Array:
    """C = μ₂k₂/(λ₂−μ₂), the level at which macrophages neither grow nor shrink."""
    surplus = p.macrophage_growth_per_day - p.macrophage_loss_per_day
    return p.macrophage_loss_per_day * p.csf_half_per_ml / surplus


def _macrophages_at_rest(fibroblasts: Array, p: Fibrosis) -> Array:
    made = p.csf_by_fibroblast_per_min * MINUTES_PER_DAY * fibroblasts
    lost = p.factor_loss_per_day * _csf_at_rest(p)
    bound = p.macrophage_loss_per_day / p.macrophage_growth_per_day
    return (made - lost) / (p.csf_uptake_per_min * MINUTES_PER_DAY * bound)


def _pdgf_at_rest(fibroblasts: Array, p: Fibrosis) -> Array:
    room = 1 - fibroblasts / p.capacity_per_ml
    bound = p.fibroblast_loss_per_day / (p.fibroblast_growth_per_day * room)
    return p.pdgf_half_per_ml * bound / (1 - bound)


def _at_rest(fibroblasts: Array, macrophages: Array, p: Fibrosis) -> Array:
    """What is left of dP/dt when F and M are at rest."""
    state = Circuit(fibroblasts, macrophages, jnp.zeros(()), _pdgf_at_rest(fibroblasts, p))
    return rates(state, jnp.zeros(()), p).pdgf


def _roots(left: Callable[[Array], Array], p: Fibrosis) -> tuple[Array, Array]:
    """The lower and the upper root of a concave function of F; NaN where there is none."""
    loss_share = p.fibroblast_loss_per_day / p.fibroblast_growth_per_day
    none, most = jnp.zeros_like(p.capacity_per_ml), p.capacity_per_ml * (1 - loss_share)

    def slope(fibroblasts: Array) -> Array:
        return jax.jvp(left, (fibroblasts,), (jnp.ones_like(fibroblasts),))[1]

    top = _bisected(lambda f: slope(f) > 0, none, most)
    found = left(top) > 0
    lower = _bisected(lambda f: left(f) < 0, none, top)
    upper = _bisected(lambda f: left(f) > 0, top, most)
    return jnp.where(found, lower, jnp.nan), jnp.where(found, upper, jnp.nan)


def _bisected(below: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Where ``below`` turns from true (at ``low``) to false (at ``high``)."""

    def halve(_: int, ends: tuple[Array, Array]) -> tuple[Array, Array]:
        middle = (ends[0] + ends[1]) / 2
        is_below = below(middle)
        return jnp.where(is_below, middle, ends[0]), jnp.where(is_below, ends[1], middle)

    low, high = jax.lax.fori_loop(0, BISECTIONS, halve, (low, high))
    return (low + high) / 2


def _resting(fibroblasts: Array, macrophages: Array, p: Fibrosis) -> Circuit:
    """The whole state of a fixed point; with no macrophages CSF1 is only made and lost."""
    made = p.csf_by_fibroblast_per_min * MINUTES_PER_DAY * fibroblasts
    csf = jnp.where(macrophages > 0, _csf_at_rest(p), made / p.factor_loss_per_day)
    real = (macrophages >= 0) & (fibroblasts > 0)
    state = Circuit(fibroblasts, macrophages, csf, _pdgf_at_rest(fibroblasts, p))
    return jax.tree.map(lambda value: jnp.where(real, value, jnp.nan), state)


def resolves(pulses: Pulses, p: Fibrosis, weeks: int, tissue: Tissue | None = None) -> Array:
    """True where, ``weeks`` weeks on, fewer myofibroblasts are left than at the saddle."""
    end = outcome(pulses, p, weeks, tissue)
    return ~(end.circuit.fibroblasts > fixed_points(p).hot_saddle.fibroblasts)


def least_interval(
    height: Array, length_days: Array, number: int, p: Fibrosis, gaps_days: Array
) -> Array:
    """The shortest of ``gaps_days`` from which on every longer one lets ``number`` pulses resolve.

    Infinite where even the longest ends in hot fibrosis. A HYPOTHESIS, to be shown as one: that
    wounds of a scalp interact through this circuit at all was never measured, and its dose axis
    (``height``, cells/mL/d) is not calibrated for skin. It also forgets: myofibroblasts have no
    source, so a long rest can only make the next injury safer. Very short gaps, at which pulses
    merge, may be safer than middling ones; hence every longer gap must do.
    """
    gaps = jnp.sort(gaps_days)
    longest = float(number * (jnp.max(length_days) + gaps[-1]))
    weeks = int(jnp.ceil(longest / DAYS_PER_WEEK)) + SETTLING_WEEKS

    def resolved(gap: Array) -> Array:
        each = jnp.broadcast_to(gap, height.shape)
        counted = jnp.full(height.shape, float(number))
        return resolves(Pulses(height, length_days, each, counted), p, weeks)

    safe = jax.lax.map(resolved, gaps)
    from_here_on = jax.lax.cummin(safe[::-1].astype(gaps.dtype), axis=0)[::-1] > 0
    first = jnp.argmax(from_here_on, axis=0)
    return jnp.where(from_here_on.any(axis=0), gaps[first], jnp.inf)
