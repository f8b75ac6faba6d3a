"""Start: the scalp of day 0, from the condition's history and from what was measured.

Health, then the condition's history, then fitted to the measured hair, draw by draw:
    length of history t and factor c on all diameters: the most probable pair, least in
        ((T(t,c) − T_m)/σ_T)² + (ln(D(t)c/D_m)/σ_D)² + (ln c/σ_c)² + (ln(t/t₀)/σ_t)²
    with T the share of terminal hairs, D their mean diameter, t₀ the history that grade or onset
    suggest; c for a given t is part of the way to the measured mean, t is searched on a grid
    share of anagen → hairs moved between anagen and telogen; where the cycle is in steady state
                      also a factor on the mean telogen, by the renewal theorem A:T = μ_A:μ_T
    density         → a factor on the number of follicles; not measured, the zone's own ratio
What was not measured drops out and keeps what the history gives. Each draw has its own t₀ and its
own healthy hair, so that the draws spread over what the measurements leave open.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from anagen.scalp import anatomy, endpoints, follicles, history
from anagen.scalp.conditions import Modulation, Person
from anagen.scalp.endpoints import Endpoints
from anagen.scalp.follicles import Cycle
from anagen.scalp.grid import STEP_DAYS
from anagen.scalp.units import DAYS_PER_YEAR, TINY


class Start(NamedTuple):
    """The scalp on day 0 as seen on this person, and how it was fitted to what was measured."""

    follicles: follicles.Follicles
    calibre: Array  # factor on all diameters
    healthy_mass_um2: Array  # hair mass of this scalp in health, the measure of the hair mass index
    telogen_factor: Array  # factor on the mean telogen
    density_factor: Array  # factor on the number of follicles
    density_missed: Array  # 1 where the measured density lies outside what can be reached


def start(
    person: Person, m: Modulation, cycle: Cycle, limits: Endpoints, step_days: float = STEP_DAYS
) -> Start:
    """The scalp on day 0, its delay line laid out for steps of ``step_days``."""
    delay = follicles.delay_days(cycle)
    anagen, telogen, kenogen = history.durations(m, cycle)
    healthy_kenogen = jnp.broadcast_to(cycle.kenogen_days, kenogen.shape)
    not_counted = jnp.isnan(person.total_density_per_cm2)
    of_zone = jnp.where(not_counted, anatomy.density_ratio(person.zone, cycle), 1.0)
    well = follicles.steady_state(
        of_zone * cycle.density_per_cm2 * follicles.healthy_sizes(cycle),
        follicles.anagen_mean_days(cycle),
        telogen,
        healthy_kenogen,
        delay,
        step_days,
    )
    healthy_hairs = follicles.visible(well)
    thrown = m.released * well.anagen
    well = well._replace(
        anagen=well.anagen - thrown,
        telogen=well.telogen.at[0].add(thrown.sum(axis=0)),
    )
    rate_a, rate_t, rate_k = history.stage_rates(anagen, telogen, kenogen)
    past = history.Past(
        anagen=rate_a,
        telogen=rate_t,
        kenogen=rate_k * (1 - m.onset_blocked),
        hit=m.hit_per_day,
        fall=jnp.broadcast_to(m.fall, anagen.shape),
        loss=m.loss_per_day,
    )
    shrinks = (m.shrinks > 0) & (m.history_days > 0)
    longest = jnp.where(shrinks, cycle.longest_history_years * DAYS_PER_YEAR, m.history_days)
    _, on_the_way = history.follow(well, past, delay, longest, step_days)
    likely = _likely_history(person, m, on_the_way, longest, cycle, limits)
    days = jnp.where(shrinks, likely, longest)
    seen, _ = history.follow(well, past, delay, days, step_days)
    return _fit(person, m, seen, healthy_hairs, cycle, limits)


def _likely_history(
    person: Person,
    m: Modulation,
    on_the_way: Array,
    longest: Array,
    cycle: Cycle,
    limits: Endpoints,
) -> Array:
    """The most probable length of history, days (draws,)."""
    times = jnp.linspace(0.0, 1.0, history.HISTORY_STEPS + 1)[1:, None] * longest

    def misfit(hairs: Array) -> Array:
        calibre = _calibre(person, hairs, cycle, limits)
        share, mean = _terminal_share_and_mean(hairs, calibre, cycle, limits)
        off_share = (share - person.terminal_fraction) / cycle.terminal_fraction_error
        off_mean = jnp.log(jnp.maximum(mean, TINY) / person.mean_diameter_um) / cycle.diameter_error
        off_calibre = jnp.log(calibre) / cycle.calibre_spread
        return _squared(off_share) + _squared(off_mean) + _squared(off_calibre)

    off_history = jnp.log(times / m.history_days) / cycle.history_spread
    cost = jax.vmap(misfit)(on_the_way[1:]) + off_history**2
    best = jnp.clip(cost.argmin(axis=0), 1, history.HISTORY_STEPS - 2)

    def at(shift: int) -> Array:
        return jnp.take_along_axis(cost, (best + shift)[None], axis=0)[0]

    # The lowest point of the parabola through the best time and its neighbours.
    curvature = jnp.maximum(at(1) - 2 * at(0) + at(-1), TINY)
    shift = jnp.clip((at(-1) - at(1)) / (2 * curvature), -1.0, 1.0)
    return (best + 1 + shift) / history.HISTORY_STEPS * longest


def _squared(off: Array) -> Array:
    """A squared misfit; 0 for what was not measured."""
    return jnp.where(jnp.isnan(off), 0.0, off**2)


def _calibre(person: Person, hairs: Array, cycle: Cycle, limits: Endpoints) -> Array:
    """The most probable factor on all diameters: part of the way to the measured mean."""
    _, mean = _terminal_share_and_mean(hairs, jnp.ones_like(person.age_years), cycle, limits)
    weight = cycle.calibre_spread**2 / (cycle.calibre_spread**2 + cycle.diameter_error**2)
    calibre = (person.mean_diameter_um / jnp.maximum(mean, TINY)) ** weight
    return jnp.where(jnp.isnan(calibre), 1.0, calibre)


def _terminal_share_and_mean(
    hairs: Array, calibre: Array, cycle: Cycle, limits: Endpoints
) -> tuple[Array, Array]:
    diameter, width = follicles.diameters_um(cycle) * calibre, cycle.class_width_um * calibre
    terminal = endpoints.density_above(limits.terminal_from_um, hairs, diameter, width)
    counted = endpoints.density_above(limits.counted_from_um, hairs, diameter, width)
    mean = endpoints.mean_diameter_um(limits.counted_from_um, hairs, diameter, width)
    return terminal / jnp.maximum(counted, TINY), mean


def _fit(
    person: Person,
    m: Modulation,
    seen: follicles.Follicles,
    healthy: Array,
    cycle: Cycle,
    limits: Endpoints,
) -> Start:
    """Fit the follicles of day 0 to the measured anagen share, diameter and density.

    ``healthy`` are the hairs of the same scalp in health, (class, draws).
    """
    share = follicles.anagen_share(seen)
    wanted = jnp.where(jnp.isnan(person.anagen_fraction), share, person.anagen_fraction)
    most = cycle.most_telogen_factor
    odds = jnp.maximum(share, TINY) / jnp.maximum(1 - share, TINY)
    factor = jnp.clip(odds * (1 - wanted) / jnp.maximum(wanted, TINY), 1 / most, most)
    reached = odds / (odds + factor)  # the wanted share, unless the factor was held back
    seen = seen._replace(
        anagen=seen.anagen * reached / jnp.maximum(share, TINY),
        telogen=seen.telogen * (1 - reached) / jnp.maximum(1 - share, TINY),
    )

    hairs = follicles.visible(seen)
    calibre = _calibre(person, hairs, cycle, limits)
    counted = endpoints.density_above(
        limits.counted_from_um,
        hairs,
        follicles.diameters_um(cycle) * calibre,
        cycle.class_width_um * calibre,
    )
    wanted_factor = jnp.where(
        jnp.isnan(person.total_density_per_cm2),
        1.0,
        person.total_density_per_cm2 / jnp.maximum(counted, TINY),
    )
    density_factor = jnp.clip(wanted_factor, cycle.least_density_factor, cycle.most_density_factor)
    return Start(
        follicles=follicles.Follicles(*(part * density_factor for part in seen)),
        calibre=calibre,
        healthy_mass_um2=density_factor
        * endpoints.hair_mass_um2(healthy, follicles.diameters_um(cycle) * calibre),
        # Out of steady state (a shock, an attack) the share says nothing about the durations.
        telogen_factor=jnp.where(m.shrinks > 0, factor, 1.0),
        density_factor=density_factor,
        density_missed=(density_factor != wanted_factor).astype(density_factor.dtype),
    )
