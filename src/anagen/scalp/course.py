"""A course: all mechanisms coupled, from the first needle to the last week. The one file that
knows them all.

Order of a half-day: sessions → closure → delivery → healing → perfusion; of a half-week: the mean
drive of its half-days → follicles; of a week: endpoints. Couplings
    exit rates of telogen and kenogen   × exp(x),  x = L tanh((β_G S + β_M M)/L)
    mean anagen                         × (1 + γ_G S + γ_M M)
    growing hairs move up a class       at (θ_G S + θ_M M)(1 − d/d_max)
    M, the drug's effect                dM/dt = (M* − M)/τ,  M* = (1+K) sX/(K + sX)
with S the healing signal as follicles sense it, X the follicles' dose relative to standard use, s
the activity of the enzyme that activates minoxidil. β_G may be negative: that needling alone helps
is not established.
Sources: the records ``effects.*`` and those of each mechanism.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from anagen.scalp import closure, delivery, endpoints, follicles, healing, history, needling
from anagen.scalp import perfusion as flow
from anagen.scalp.conditions import CONDITIONS, Modulation, Person, areata
from anagen.scalp.conditions.areata import Areata
from anagen.scalp.conditions.cicatricial import Cicatricial
from anagen.scalp.conditions.effluvium import Effluvium
from anagen.scalp.conditions.pattern import Pattern
from anagen.scalp.conditions.senescent import Senescent
from anagen.scalp.follicles import STEP_DAYS
from anagen.scalp.start import Start, durations, start
from anagen.scalp.units import DAYS_PER_WEEK, HOURS_PER_DAY, TINY

HALF_DAY = 0.5
HALF_DAYS_PER_STEP = int(STEP_DAYS / HALF_DAY)


class Effects(NamedTuple):
    """Numbers of the coupling, each (draws,)."""

    signal_on_exit: Array
    signal_on_anagen: Array
    signal_on_thickness: Array
    minoxidil_on_exit: Array
    minoxidil_on_anagen: Array
    minoxidil_on_thickness: Array
    minoxidil_half_dose: Array
    minoxidil_onset_days: Array
    most_exit_factor: Array
    sulfation: Array


class Scalp(NamedTuple):
    """All numbers of the model, each (draws,); one field per mechanism and condition."""

    needling: needling.Needling
    closure: closure.Closure
    delivery: delivery.Delivery
    healing: healing.Healing
    perfusion: flow.Perfusion
    follicles: follicles.Cycle
    endpoints: endpoints.Endpoints
    effects: Effects
    pattern: Pattern
    areata: Areata
    effluvium: Effluvium
    senescent: Senescent
    cicatricial: Cicatricial


class Treatment(NamedTuple):
    """What is done, each (draws,). Zeros and ones for no and yes."""

    device: needling.Device
    sessions: Array
    interval_days: Array
    bleeding: Array
    minoxidil: delivery.Minoxidil
    prp: Array
    growth_factors: Array
    triamcinolone: Array


class Outcome(NamedTuple):
    """What a course leads to."""

    by_week: dict[str, Array]  # endpoints, (weeks + 1, draws); week 0 is before the first session
    session: dict[
        str, Array
    ]  # what one session is: pain, infection risk, channels, depth; (draws,)
    density_missed: Array  # 1 where the measured density could not be met; (draws,)


class State(NamedTuple):
    follicles: follicles.Follicles
    amounts: delivery.Amounts
    signals: healing.Signals
    vessels: Array
    minoxidil_effect: Array


class _Tally(NamedTuple):
    """Sums over the half-days of one half-week or week."""

    exit_factor: Array
    signal: Array
    effect: Array
    redness: Array
    flow_ratio: Array
    open_share: Array
    plasma_peak: Array


def untouched(fitted: Start) -> State:
    """Day 0: today's follicles on skin that was never needled nor treated."""
    draws = fitted.calibre.shape[0]
    zero = jnp.zeros(draws)
    return State(
        follicles=fitted.follicles,
        amounts=delivery.nothing_yet(draws),
        signals=healing.intact(draws),
        vessels=zero,
        minoxidil_effect=zero,
    )


def _sessions_before(day: Array, t: Treatment) -> Array:
    """How many sessions lie before ``day``; the first is on day 0."""
    return jnp.clip(jnp.ceil(day / t.interval_days - TINY), 0, t.sessions)


def half_day(
    state: State, day: Array, t: Treatment, field: needling.Channels, wound: Array, p: Scalp
) -> tuple[State, _Tally]:
    """Sessions, closure, delivery, healing and perfusion over half a day."""
    hours = HALF_DAY * HOURS_PER_DAY
    done = _sessions_before(day + HALF_DAY, t)
    new = done - _sessions_before(day, t)
    since = jnp.where(
        done > 0,
        jnp.maximum(day - (done - 1) * t.interval_days, 0.0) * HOURS_PER_DAY,
        jnp.inf,
    )
    tau = closure.time_constant_h(field.depth_mm, p.closure)
    any_channel = done > 0
    open_share = jnp.where(
        any_channel, closure.mean_open_share(jnp.minimum(since, 1 / TINY), since + hours, tau), 0.0
    )

    held = jnp.minimum(t.minoxidil.hold_hours, 1 / TINY)
    in_use = jnp.where(any_channel, jnp.clip((since + hours - held) / hours, 0.0, 1.0), 1.0)
    used_from = jnp.clip(held, since, since + hours - TINY)
    open_in_use = jnp.where(
        any_channel, closure.mean_open_share(used_from, since + hours, tau), 0.0
    )
    isolated = delivery.isolated_channels_cm_h(
        field.density_per_cm2, field.depth_mm, field.mouth_radius_um, p.delivery
    )
    permeability = delivery.channel_permeability_cm_h(
        open_in_use * isolated, delivery.dermal_uptake_cm_h(field.depth_mm, p.delivery)
    )
    amounts, uptake = delivery.step(
        state.amounts, hours, in_use, permeability, t.minoxidil, p.delivery
    )

    carried = t.prp * p.healing.prp_gain + t.growth_factors * p.healing.growth_factor_gain
    reddened = new * jnp.where(t.bleeding > 0, p.healing.redness_bleeding_ratio, 1.0)
    redness = healing.mean_redness(state.signals.redness, HALF_DAY, reddened, p.healing)
    signals = healing.step(
        state.signals, HALF_DAY, new * wound * (1 + carried), reddened, p.healing
    )
    vessels = flow.chronic_step(state.vessels, HALF_DAY, signals.repair, p.perfusion)
    flow_ratio = flow.ratio(redness, in_use * t.minoxidil.per_day, vessels, p.perfusion)
    effect = _minoxidil_effect(state.minoxidil_effect, uptake, flow_ratio, field, p)
    signal = healing.sensed(signals.repair, p.healing)
    push = p.effects.signal_on_exit * signal + p.effects.minoxidil_on_exit * effect
    most = jnp.log(p.effects.most_exit_factor)
    tally = _Tally(
        exit_factor=jnp.exp(most * jnp.tanh(push / most)),
        signal=signal,
        effect=effect,
        redness=redness,
        flow_ratio=flow_ratio,
        open_share=open_share,
        plasma_peak=delivery.plasma_ng_ml(
            state.amounts, amounts, hours, t.minoxidil.area_cm2, p.delivery
        ),
    )
    return State(state.follicles, amounts, signals, vessels, effect), tally


def half_week(
    state: State, day: Array, t: Treatment, field: needling.Channels, wound: Array, p: Scalp
) -> tuple[State, _Tally]:
    """Half a week of half-days, and their mean drive; the follicles are left as they are."""
    state, tallies = jax.lax.scan(
        lambda s, i: half_day(s, day + i * HALF_DAY, t, field, wound, p),
        state,
        jnp.arange(HALF_DAYS_PER_STEP),
    )
    return state, mean_tally(tallies)


def _minoxidil_effect(
    effect: Array, uptake: delivery.Uptake, flow_ratio: Array, field: needling.Channels, p: Scalp
) -> Array:
    """The drug's effect after half a day's uptake; 1 in standard use with a typical enzyme."""
    d = p.delivery
    diffusion = delivery.dermal_diffusion_cm2_s(d.minoxidil_molar_mass_g_mol, d)
    # More flow carries more drug away before it reaches the follicle (coupling iii).
    decay = delivery.decay_length_mm(
        diffusion, d.dermal_clearance_per_h * jnp.maximum(flow_ratio, TINY)
    )
    from_surface = delivery.share_reaching(jnp.zeros_like(decay), d.target_depth_mm, decay)
    from_channel = delivery.share_reaching(field.depth_mm, d.target_depth_mm, decay)
    reached = uptake.follicle + uptake.skin * from_surface + uptake.channel * from_channel
    standard = delivery.standard_follicular_ug_cm2_day(d) * HALF_DAY
    activated = p.effects.sulfation * reached / standard
    half = p.effects.minoxidil_half_dose
    wanted = (1 + half) * activated / (half + activated)
    return wanted + (effect - wanted) * jnp.exp(-HALF_DAY / p.effects.minoxidil_onset_days)


def rates_of(day: Array, drive: _Tally, fitted: Start, m: Modulation, p: Scalp) -> follicles.Rates:
    """The follicles' rates over half a week, from the condition and the mean drive."""
    e = p.effects
    anagen, telogen, kenogen = durations(m, p.follicles)
    longer = 1 + e.signal_on_anagen * drive.signal + e.minoxidil_on_anagen * drive.effect
    rate_a, rate_t, rate_k = history.stage_rates(
        anagen * longer,
        jnp.maximum(
            telogen * fitted.telogen_factor / drive.exit_factor, p.follicles.telogen_least_days
        ),
        kenogen / drive.exit_factor,
    )
    active = (day < m.ends_on_day).astype(rate_a.dtype)
    diameter = follicles.diameters_um(p.follicles)
    room = 1 - diameter / diameter[-1]
    thicken = e.signal_on_thickness * drive.signal + e.minoxidil_on_thickness * drive.effect
    return follicles.Rates(
        anagen=rate_a,
        telogen=rate_t,
        kenogen=rate_k * (1 - m.onset_blocked * active),
        hit=m.hit_per_day * active,
        thicken=jnp.maximum(thicken, 0.0) * room,
        fall=jnp.broadcast_to(m.fall, rate_a.shape),
        rise=jnp.zeros_like(active),
        loss=m.loss_per_day,
    )


def _counted(f: follicles.Follicles, calibre: Array, p: Scalp) -> dict[str, Array]:
    """The endpoints that are read off the follicles, each (draws,)."""
    hairs = follicles.visible(f)
    diameter = follicles.diameters_um(p.follicles) * calibre
    width = p.follicles.class_width_um * calibre
    limits = p.endpoints
    total = endpoints.density_above(limits.counted_from_um, hairs, diameter, width)
    terminal = endpoints.density_above(limits.terminal_from_um, hairs, diameter, width)
    above_vellus = endpoints.density_above(limits.vellus_below_um, hairs, diameter, width)
    mean = endpoints.mean_diameter_um(limits.counted_from_um, hairs, diameter, width)
    return {
        "total_density_per_cm2": total,
        "terminal_density_per_cm2": terminal,
        "vellus_density_per_cm2": total - above_vellus,
        "mean_diameter_um": mean,
        "anagen_fraction": follicles.anagen_share(f),
        "coverage": endpoints.coverage(total, mean, limits.hair_length_cm, limits.clumping),
        "hair_mass_um2": endpoints.hair_mass_um2(hairs, diameter),
        "shaft_strength_gf": endpoints.break_force_gf(mean, limits.keratin_strength_mpa),
        "follicles_per_cm2": follicles.total(f),
    }


def _tallied(drive: _Tally, state: State, shed: Array) -> dict[str, Array]:
    """The endpoints that are means (plasma: the peak) over the week that ends, each (draws,)."""
    return {
        "shed_per_day_per_1000": 1000 * shed / DAYS_PER_WEEK / follicles.total(state.follicles),
        "erythema": drive.redness,
        "perfusion_ratio": drive.flow_ratio,
        "collagen_ratio": state.signals.collagen_ratio,
        "elastin_ratio": state.signals.elastin_ratio,
        "plasma_minoxidil_ng_ml": drive.plasma_peak,
        "channel_open_fraction": drive.open_share,
        "healing_signal": drive.signal,
        "drug_balance": state.amounts.balance(),
    }


def mean_tally(tallies: _Tally) -> _Tally:
    """Means over the leading axis; the plasma level keeps its highest value."""
    means = jax.tree.map(lambda values: values.mean(axis=0), tallies)
    return means._replace(plasma_peak=tallies.plasma_peak.max(axis=0))


@partial(jax.jit, static_argnames=("condition", "weeks"))
def run(person: Person, treatment: Treatment, p: Scalp, condition: str, weeks: int) -> Outcome:
    """One course of ``weeks`` weeks under a condition (a key of `CONDITIONS`)."""
    m = modulation_of(person, treatment, p, condition)
    fitted = start(person, m, p.follicles, p.endpoints)
    delay = follicles.delay_days(p.follicles)
    field = needling.channels(treatment.device, p.needling)
    wound = healing.wound(field, p.healing)
    state = untouched(fitted)

    def step(state: State, index: Array) -> tuple[State, tuple[_Tally, Array]]:
        day = index * STEP_DAYS
        state, drive = half_week(state, day, treatment, field, wound, p)
        rates = rates_of(day, drive, fitted, m, p)
        after, shed = follicles.step(state.follicles, rates, delay, STEP_DAYS)
        return state._replace(follicles=after), (drive, shed.sum(axis=0))

    def week(state: State, index: Array) -> tuple[State, dict[str, Array]]:
        steps = index * follicles.STEPS_PER_WEEK + jnp.arange(follicles.STEPS_PER_WEEK)
        state, (drives, shed) = jax.lax.scan(step, state, steps)
        seen = _counted(state.follicles, fitted.calibre, p)
        return state, seen | _tallied(mean_tally(drives), state, shed.sum(axis=0))

    first = _counted(fitted.follicles, fitted.calibre, p) | _before(fitted, m, p)
    _, later = jax.lax.scan(week, state, jnp.arange(weeks))
    by_week = {name: jnp.concatenate([first[name][None], values]) for name, values in later.items()}
    mass = by_week.pop("hair_mass_um2")
    by_week["hair_mass_index"] = mass / fitted.healthy_mass_um2
    return Outcome(by_week, _session(field, treatment, p), fitted.density_missed)


def modulation_of(person: Person, t: Treatment, p: Scalp, condition: str) -> Modulation:
    module = CONDITIONS[condition]
    numbers = getattr(p, module.__name__.rpartition(".")[2])
    m = module.modulation(person, p.follicles, numbers)
    if condition == "alopecia_areata":
        course_days = t.triamcinolone * t.sessions * t.interval_days
        m = areata.treated(m, course_days, p.areata)
    return m


def _before(fitted: Start, m: Modulation, p: Scalp) -> dict[str, Array]:
    """The week-0 values of what later weeks tally: untouched skin, today's shedding."""
    draws = fitted.calibre.shape[0]
    zero, one = jnp.zeros(draws), jnp.ones(draws)
    drive = _Tally(one, zero, zero, zero, one, zero, zero)
    rates = rates_of(jnp.zeros(()), drive, fitted, m, p)
    shed = (rates.telogen * fitted.follicles.telogen[-1]).sum(axis=0) * DAYS_PER_WEEK
    return _tallied(drive, untouched(fitted), shed)


def _session(field: needling.Channels, t: Treatment, p: Scalp) -> dict[str, Array]:
    """What one session is, each (draws,)."""
    needled = (t.sessions > 0).astype(field.depth_mm.dtype)
    hits = endpoints.infection_hits_per_session(field.density_per_cm2, p.endpoints)
    return {
        "pain_vs_26g": needled
        * endpoints.pain_vs_26g(field.depth_mm, field.needles_per_strike, p.endpoints),
        "infection_risk_per_session": needled * -jnp.expm1(-hits),
        "channels_per_cm2": needled * field.density_per_cm2,
        "depth_reached_mm": needled * field.depth_mm,
        "days_of_redness": needled * p.healing.redness_duration_h / HOURS_PER_DAY,
    }
