"""Immune privilege: why a patch of alopecia areata stays, and what ends it.

Equations (Dobreva 2015, scaled; x CD8+, y CD4+ T cells in a patch, T = x + y, G the guardians of
immune privilege as a share of their full production, 1 + sG what they divide by)
    x' = δ [v T/((1+sG)(a+T)) + l xy/(1+sG) − x − x²]      recruited by antigen, helped by CD4+
    y' = δ [b T/(1+sG) + w y/(1+sG) − y − y²]              activated by IFN-γ
IFN-γ is made by the T cells and gone within hours, so it stands as T; a ∝ 1/g and b ∝ g with g the
IFN-γ that a cell makes. Published with constant guardians: one resting state, not two. Added here,
a PROPOSAL of this project, is what the field calls collapse: IFN-γ stops the guardians' production
    G' = k (π − G),   π = 1/(1 + (T/θ)ⁿ)
so that privileged (few cells, G near 1) and collapsed (many, G near 0) can both last.
What the follicles feel: onsets are blocked by the share of guardians lost, 1 − G, and growing hairs
are hit in proportion to x (1 − G), CD8+ cells that find an exposed bulb.
What acts from outside
    restoration   from a drawn day on π = 1 whatever the IFN-γ; its prior is the published share of
                  patches that recover within a year, which therefore validates nothing
    trigger       π = 0 for some days; comes at the rate ρG, from the published share of relapses,
                  and ends a restoration
    triamcinolone a depot E that halves every h days after each session; T cells die at εE a day
                  more, and make 1/(1 + ωE) of their IFN-γ
How it is solved: each equation alone has a closed solution (Riccati, Riccati, exponential), so a
step goes through them in turn, G/2 x/2 y x/2 G/2 (Strang splitting, order 2): no step is unstable
and no quantity leaves its range. What acts from outside acts by its mean over the step.
Units: days; cells in units of 10⁵ per patch; the rest dimensionless.
Sources: DOBREVA2015 (read in full), the records ``immune_privilege.*``.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from anagen.scalp.grid import STEP_DAYS
from anagen.scalp.units import DAYS_PER_YEAR, TINY

ITERATIONS = 80  # to the resting T cells; each shrinks what is left by a third or more
HIGHEST = 64.0  # 10⁵ cells, above any resting state of the priors: where the iteration begins


class ImmunePrivilege(NamedTuple):
    """Numbers of the loop, each (draws,)."""

    cell_loss_per_day: Array
    cd8_recruitment: Array
    cd4_help: Array
    cd4_proliferation: Array
    cd4_activation: Array
    recruitment_half: Array
    interferon_ratio: Array
    guardian_ratio: Array
    collapse_at: Array
    collapse_steepness: Array
    guardian_days: Array
    depot_half_life_days: Array
    steroid_loss_per_day: Array
    steroid_on_interferon: Array
    relapse_share: Array
    relapse_years: Array
    relapse_chance: Array
    trigger_days: Array


class Loop(NamedTuple):
    """State of a patch, each (draws,)."""

    cd8: Array
    cd4: Array
    guardians: Array


class Outside(NamedTuple):
    """Means over a step of what acts from outside, each (draws,)."""

    depot: Array  # of triamcinolone; 1 right after a single session of the reference protocol
    restored: Array  # share of the step in which production is full whatever the IFN-γ
    stopped: Array  # share of the step in which a trigger stops production


class Patch(NamedTuple):
    """What follows from the numbers of a person once and for all, each (draws,)."""

    strength: Array  # s
    collapse_level: Array  # θ
    full_attack: Loop  # where the T cells rest without any guardians


class Attack(NamedTuple):
    """What the follicles get to feel, means over half-weeks, (steps, draws), each from 0 to 1."""

    on_growing: Array  # CD8+ cells on exposed bulbs; multiplies the rate of hits
    on_onsets: Array  # guardians lost; multiplies the share of onsets that is blocked


class _Course(NamedTuple):
    loop: Loop
    at_risk: Array  # summed rate of triggers so far
    struck_days: Array  # since the trigger


def patch(p: ImmunePrivilege) -> Patch:
    """Strength of the guardians and level of collapse, relative to this person's own attack."""
    # Guardians just hold IFN-γ-driven CD4+ cells in check when 1 + s = b + w.
    strength = p.guardian_ratio * (p.cd4_activation * p.interferon_ratio + p.cd4_proliferation) - 1
    none = jnp.zeros_like(strength)
    unguarded = t_cells_at_rest(none, none, p)
    return Patch(strength, p.collapse_at * (unguarded.cd8 + unguarded.cd4), unguarded)


def t_cells_at_rest(guardians: Array, strength: Array, p: ImmunePrivilege) -> Loop:
    """Where the T cells rest while the guardians are held, without triamcinolone.

    Each equation alone is a quadratic in its own cells; solving them in turn falls to the highest
    resting state, the only one that a patch with any T cells tends to.
    """
    divisor = 1 + strength * guardians
    activation = p.cd4_activation * p.interferon_ratio / divisor
    growth = activation + p.cd4_proliferation / divisor - 1
    half = p.recruitment_half / p.interferon_ratio

    def solved(_: int, cells: tuple[Array, Array]) -> tuple[Array, Array]:
        cd8, cd4 = cells
        recruited = p.cd8_recruitment / divisor * (cd8 + cd4) / (half + cd8 + cd4)
        cd8 = _upper_root(p.cd4_help / divisor * cd4 - 1, recruited)
        return cd8, _upper_root(growth, activation * cd8)

    many = jnp.full_like(divisor, HIGHEST)
    cd8, cd4 = jax.lax.fori_loop(0, ITERATIONS, solved, (many, many))
    return Loop(cd8, cd4, guardians)


def _upper_root(growth: Array, source: Array) -> Array:
    """The upper root of source + growth·z − z²."""
    return (growth + jnp.sqrt(growth**2 + 4 * source)) / 2


def production(t_cells: Array, level: Array, p: ImmunePrivilege) -> Array:
    """Share of the guardians' production that IFN-γ leaves, for the T cells that make it."""
    # A power of zero cells has no slope.
    return 1 / (1 + (jnp.maximum(t_cells, TINY) / level) ** p.collapse_steepness)


def balance(guardians: Array, fixed: Patch, p: ImmunePrivilege) -> Array:
    """Production minus loss of guardians while the T cells are at rest; its roots are the rests."""
    rest = t_cells_at_rest(guardians, fixed.strength, p)
    return production(rest.cd8 + rest.cd4, fixed.collapse_level, p) - guardians


def rates(loop: Loop, outside: Outside, fixed: Patch, p: ImmunePrivilege) -> Loop:
    """Change per day."""
    source8, growth8 = _cd8_terms(loop, outside, fixed, p)
    source4, growth4 = _cd4_terms(loop, outside, fixed, p)
    turnover = p.cell_loss_per_day
    return Loop(
        cd8=source8 + growth8 * loop.cd8 - turnover * loop.cd8**2,
        cd4=source4 + growth4 * loop.cd4 - turnover * loop.cd4**2,
        guardians=(_made(loop, outside, fixed, p) - loop.guardians) / p.guardian_days,
    )


def _interferon(loop: Loop, outside: Outside, p: ImmunePrivilege) -> Array:
    return (loop.cd8 + loop.cd4) / (1 + p.steroid_on_interferon * outside.depot)


def _made(loop: Loop, outside: Outside, fixed: Patch, p: ImmunePrivilege) -> Array:
    """Share of the guardians' full production."""
    natural = production(_interferon(loop, outside, p), fixed.collapse_level, p)
    return (1 - outside.stopped) * (natural + outside.restored * (1 - natural))


def _cd8_terms(
    loop: Loop, outside: Outside, fixed: Patch, p: ImmunePrivilege
) -> tuple[Array, Array]:
    """Source and growth rate of CD8+ cells, per day, apart from what crowding takes."""
    scale = p.cell_loss_per_day / (1 + fixed.strength * loop.guardians)
    interferon = _interferon(loop, outside, p)
    recruited = (
        p.cd8_recruitment * interferon / (p.recruitment_half / p.interferon_ratio + interferon)
    )
    loss = p.cell_loss_per_day + p.steroid_loss_per_day * outside.depot
    return scale * recruited, scale * p.cd4_help * loop.cd4 - loss


def _cd4_terms(
    loop: Loop, outside: Outside, fixed: Patch, p: ImmunePrivilege
) -> tuple[Array, Array]:
    """Source and growth rate of CD4+ cells, per day, apart from what crowding takes."""
    scale = p.cell_loss_per_day / (1 + fixed.strength * loop.guardians)
    muted = 1 / (1 + p.steroid_on_interferon * outside.depot)
    activation = p.cd4_activation * p.interferon_ratio * muted
    loss = p.cell_loss_per_day + p.steroid_loss_per_day * outside.depot
    return scale * activation * loop.cd8, scale * (activation + p.cd4_proliferation) - loss


def step(
    loop: Loop, days: Array | float, outside: Outside, fixed: Patch, p: ImmunePrivilege
) -> Loop:
    """The loop ``days`` later."""

    def guardians(now: Loop) -> Loop:
        made, stays = _made(now, outside, fixed, p), jnp.exp(-days / 2 / p.guardian_days)
        return now._replace(guardians=made + (now.guardians - made) * stays)

    def cd8(now: Loop) -> Loop:
        # Recruitment is all but saturated (a is far below any T here), so its T is held.
        source, growth = _cd8_terms(now, outside, fixed, p)
        return now._replace(cd8=_riccati(now.cd8, source, growth, p.cell_loss_per_day, days / 2))

    def cd4(now: Loop) -> Loop:
        source, growth = _cd4_terms(now, outside, fixed, p)
        return now._replace(cd4=_riccati(now.cd4, source, growth, p.cell_loss_per_day, days))

    return guardians(cd8(cd4(cd8(guardians(loop)))))


def _riccati(
    start: Array, source: Array, growth: Array, crowding: Array, days: Array | float
) -> Array:
    """The solution after ``days`` of z' = source + growth·z − crowding·z²."""
    spread = jnp.sqrt(growth**2 + 4 * source * crowding)
    upper, lower = (growth + spread) / (2 * crowding), (growth - spread) / (2 * crowding)
    left = (start - upper) / (start - lower + TINY) * jnp.exp(-spread * days)
    return (upper - lower * left) / (1 - left)


def mean_depot(
    day: Array, days: Array | float, sessions: Array, interval_days: Array, half_life: Array
) -> Array:
    """Mean depot over ``days`` from ``day`` on; the first of the sessions is on day 0.

    Between sessions it decays, so its integral is what went in minus what is left, times the mean
    life.
    """
    rate = jnp.log(2.0) / half_life

    def done_before(time: Array) -> Array:
        return jnp.clip(jnp.ceil(time / interval_days - TINY), 0, sessions)

    def left(time: Array, done: Array) -> Array:
        since = jnp.where(done > 0, time - (done - 1) * interval_days, 0.0)
        summed = jnp.expm1(-rate * interval_days * done) / jnp.expm1(-rate * interval_days)
        return jnp.exp(-rate * since) * summed

    before, after = done_before(day), done_before(day + days)
    gone = left(day, before) + after - before - left(day + days, after)
    return gone / (rate * days)


def trigger_rate_per_day(p: ImmunePrivilege) -> Array:
    """Rate of triggers in a privileged patch, from the share that relapses within some years."""
    return -jnp.log1p(-p.relapse_share) / (p.relapse_years * DAYS_PER_YEAR)


@partial(jax.jit, static_argnames=("steps", "days"))
def course(
    restored_on_day: Array,
    dose: Array,
    sessions: Array,
    interval_days: Array,
    p: ImmunePrivilege,
    steps: int,
    days: float = STEP_DAYS,
) -> tuple[Attack, Loop]:
    """``steps`` steps of ``days`` from a patch in full attack; each argument (draws,).

    ``dose`` is the depot of triamcinolone that a session leaves, 1 in the reference protocol and 0
    without any; ``sessions`` and ``interval_days`` may be (). The second value is the loop at the
    end of each step, (steps, draws).
    """
    fixed = patch(p)
    zero = jnp.zeros_like(fixed.strength)
    needed, rate = -jnp.log(p.relapse_chance), trigger_rate_per_day(p)

    def one(now: _Course, index: Array) -> tuple[_Course, tuple[Attack, Loop]]:
        day = index * days
        struck = (now.at_risk >= needed).astype(zero.dtype)
        outside = Outside(
            depot=dose * mean_depot(day, days, sessions, interval_days, p.depot_half_life_days),
            restored=(1 - struck) * jnp.clip((day + days - restored_on_day) / days, 0.0, 1.0),
            stopped=struck * jnp.clip((p.trigger_days - now.struck_days) / days, 0.0, 1.0),
        )
        after = step(now.loop, days, outside, fixed, p)
        mean = jax.tree.map(lambda a, b: (a + b) / 2, now.loop, after)
        exposed = jnp.clip(1 - mean.guardians, 0.0, 1.0)
        killers = jnp.clip(mean.cd8 / fixed.full_attack.cd8, 0.0, 1.0)
        felt = Attack(on_growing=killers * exposed, on_onsets=exposed)
        later = _Course(
            loop=after,
            at_risk=now.at_risk + rate * mean.guardians * days,
            struck_days=now.struck_days + struck * days,
        )
        return later, (felt, after)

    _, seen = jax.lax.scan(one, _Course(fixed.full_attack, zero, zero), jnp.arange(steps))
    return seen
