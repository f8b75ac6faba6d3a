"""Skin: what a course does to it, half-day by half-day. No follicle acts back on it.

Order of a half-day: sessions → closure → delivery → healing → perfusion → the drug's effect
    M, the drug's effect      dM/dt = (M* − M)/τ,  M* = (1+K) sX/(K + sX)
    drive of the follicles    exp(x),  x = L tanh((β_G S + β_M M)/L)
with S the healing signal as follicles sense it, X the follicles' dose relative to standard use, s
the activity of the enzyme that activates minoxidil. What follows from the calendar and the
session alone is worked out for all half-days at once; only what remembers is stepped.
Sources: the records ``effects.*`` and those of each mechanism.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from anagen.scalp import (
    anatomy,
    carried,
    closure,
    delivery,
    fibrosis,
    healing,
    matrix,
    medicines,
    needling,
    sulfation,
    uptake,
    vehicle,
)
from anagen.scalp import perfusion as flow
from anagen.scalp.conditions import Person
from anagen.scalp.grid import Grid
from anagen.scalp.numbers import Scalp
from anagen.scalp.treatment import Schedule, Treatment, schedule, summed
from anagen.scalp.units import DAYS_PER_WEEK, HOURS_PER_DAY, TINY
from anagen.scalp.wound_response import response

FILM_STEPS = 2  # of a half-day: open channels empty a film within hours
OPEN_WEEKS = 4  # after a session; what is still open then is left out


class Skin(NamedTuple):
    """What remembers, each (draws,)."""

    amounts: uptake.Amounts
    signals: healing.Signals
    fibres: matrix.Fibres
    vessels: Array
    minoxidil_effect: Array


class HalfDay(NamedTuple):
    """What one half-day shows, each (draws,); of a course (half-days, draws)."""

    exit_factor: Array  # on leaving telogen and kenogen
    signal: Array  # as follicles sense it
    effect: Array  # of minoxidil; 1 in standard use
    fibrosis: Array  # myofibroblasts, as a share of those of lasting fibrosis
    redness: Array
    flow_ratio: Array
    open_share: Array
    plasma_ng_ml: Array
    collagen_ratio: Array
    collagen_iii_share: Array
    elastin_ratio: Array
    follicle_ug_cm2: Array  # minoxidil in the follicles' openings, at the end of the half-day
    skin_ug_cm2: Array  # … and in the skin
    drug_balance: Array


class _Given(NamedTuple):
    """What the calendar and a session decide for each half-day, (half-days, draws).

    What bears on the film is (half-days, FILM_STEPS, draws).
    """

    wounded: Array
    reddened: Array
    deposited: Array
    fibrosis: Array
    in_use: Array  # share of a step of the film
    channel_cm_h: Array  # by steps of the film
    open_share: Array
    oral_activated: Array
    oral_ng_ml: Array


class _Once(NamedTuple):
    """What does not change over a course, each (draws,)."""

    driving_mg_ml: Array  # of a film of minoxidil
    sulfation: Array
    standard_ug_cm2_day: Array  # into follicles, in standard use


def untouched(draws: int) -> Skin:
    """Skin that was never needled nor treated."""
    zero = jnp.zeros(draws)
    return Skin(uptake.nothing_yet(draws), healing.intact(draws), matrix.intact(draws), zero, zero)


def before(draws: int, p: Scalp) -> HalfDay:
    """What untouched skin shows."""
    zero, one = jnp.zeros(draws), jnp.ones(draws)
    young = zero + p.matrix.young_share
    drug = (zero,) * 3  # in follicles, in the skin; and none is missing
    return HalfDay(one, zero, zero, zero, zero, one, zero, zero, one, young, one, *drug)


def carried_in(person: Person, t: Treatment, field: needling.Channels, p: Scalp) -> carried.Doses:
    """What of the substances put on at a session enters through its channels."""
    contact_h = carried.contact_h(p.carried)

    def fresh(channels: needling.Channels) -> carried.Field:
        clock = clock_of(channels, person, p)
        return carried.Field(channels, closure.open_hours(contact_h, clock) / contact_h)

    reference = fresh(carried.reference_field(p.carried, p.needling))
    return carried.doses(t.put_on, fresh(field), reference, p.carried, p.permeants, p.delivery)


def clock_of(channels: needling.Channels, person: Person, p: Scalp) -> closure.Barrier:
    """The clock on which the channels close for a drug."""
    assay = closure.telling_assay(p.closure)
    return closure.barrier(assay, channels.depth_mm, person.circumstances, p.closure)


def course(
    person: Person,
    t: Treatment,
    field: needling.Channels,
    doses: carried.Doses,
    p: Scalp,
    grid: Grid,
) -> HalfDay:
    """A course, half-day by half-day."""
    calendar = schedule(t, grid)
    use = t.minoxidil
    once = _Once(
        p.delivery.minoxidil_solubility_mg_ml
        * vehicle.relative_driving(use, p.vehicle, p.delivery),
        sulfation.activity(
            person.is_male, use.strength_percent, person.sulfotransferase_od405, p.sulfation
        ),
        delivery.standard_follicular_ug_cm2_day(p.delivery),
    )
    given = _given(calendar, once, grid, person, t, field, doses, p)

    def step(skin: Skin, now: _Given) -> tuple[Skin, HalfDay]:
        return _half_day(skin, now, once, grid.half_day, t, field, p)

    return jax.lax.scan(step, untouched(field.depth_mm.size), given)[1]


def _given(
    calendar: Schedule,
    once: _Once,
    grid: Grid,
    person: Person,
    t: Treatment,
    field: needling.Channels,
    doses: carried.Doses,
    p: Scalp,
) -> _Given:
    days, new = grid.half_day, calendar.new[:, None]
    in_use, channel_cm_h, open_share = _opened(
        calendar, grid, clock_of(field, person, p), t, field, p
    )
    answer = response(
        person.hormones,
        person.diabetic,
        p.healing.peak_days,
        p.inflammation,
        p.macrophages,
        grid.pieces,
    )
    wound = healing.wound(field, answer.inflamed, p.healing)
    thickness = anatomy.skin_mm(person.zone, person.is_male, p.anatomy)
    wounded = needling.wounded_share(field, thickness, p.needling.affected_margin_um)
    height = p.healing.influx_per_ml_day * wounded
    added = carried.gain(p.healing.prp_gain, doses.prp, p.carried)
    added += carried.gain(p.healing.growth_factor_gain, doses.product, p.carried)
    shown = jnp.where(t.bleeding > 0, p.healing.redness_bleeding_ratio, 1.0)
    oral = medicines.oral_minoxidil(
        days * (jnp.arange(new.size)[:, None] + 1 / 2),
        t.intake.oral_minoxidil,
        once.sulfation,
        p.delivery,
        p.medicines,
    )
    return _Given(
        wounded=new * wound * (1 + added),
        reddened=new * shown,
        deposited=wound * summed(calendar.new, answer.deposition),
        fibrosis=fibrosis.follow(height * summed(calendar.new, answer.influx), p.fibrosis, days),
        in_use=in_use,
        channel_cm_h=channel_cm_h,
        open_share=open_share,
        oral_activated=oral.activated,
        oral_ng_ml=oral.plasma_mean_ng_ml,
    )


def _opened(
    calendar: Schedule,
    grid: Grid,
    clock: closure.Barrier,
    t: Treatment,
    field: needling.Channels,
    p: Scalp,
) -> tuple[Array, Array, Array]:
    """How far a medicine is in use and what channels let through, by steps of its film; and the
    open share of each half-day."""
    hours, held = grid.half_day * HOURS_PER_DAY / FILM_STEPS, t.minoxidil.hold_hours
    at = jnp.arange(FILM_STEPS)[:, None] + FILM_STEPS * calendar.lag[:, None, None]
    since, needled = at * hours, calendar.needled[:, None, None]
    # What opens is worked out once for each half-day after a session, not for each of the course.
    longest = min(grid.half_days, round(OPEN_WEEKS * DAYS_PER_WEEK / grid.half_day)) * FILM_STEPS
    ends = jnp.broadcast_to(hours * jnp.arange(longest + 1)[:, None], (longest + 1, held.size))
    open_h = closure.open_hours(jnp.concatenate([ends, held[None]]), clock)
    begun, ended = (open_h[jnp.minimum(at[:, :, 0] + late, longest)] for late in (0, 1))
    in_use = jnp.where(needled > 0, jnp.clip((since + hours - held) / hours, 0.0, 1.0), 1.0)
    used_from = jnp.where(held > since, open_h[-1], begun)
    open_in_use = jnp.maximum(ended - used_from, 0.0) / jnp.maximum(in_use * hours, TINY)
    isolated = delivery.isolated_channels_cm_h(
        field.density_per_cm2, field.depth_mm, field.mouth_radius_um, p.delivery
    )
    behind = delivery.dermal_uptake_cm_h(field.depth_mm, p.delivery)
    return (
        jnp.broadcast_to(in_use, begun.shape),
        delivery.channel_permeability_cm_h(needled * open_in_use * isolated, behind),
        (needled * (ended - begun) / hours).mean(axis=1),
    )


def _half_day(
    skin: Skin,
    now: _Given,
    once: _Once,
    days: float,
    t: Treatment,
    field: needling.Channels,
    p: Scalp,
) -> tuple[Skin, HalfDay]:
    hours = days * HOURS_PER_DAY
    amounts, taken = _taken_up(skin.amounts, now, once, hours, t, p)
    redness = healing.mean_redness(skin.signals.redness, days, now.reddened, p.healing)
    signals = healing.step(skin.signals, days, now.wounded, now.reddened, p.healing)
    mean_signal = (skin.signals.repair + signals.repair) / 2
    fibres = matrix.step(skin.fibres, days, now.deposited, now.fibrosis, mean_signal, p.matrix)
    vessels = flow.chronic_step(skin.vessels, days, mean_signal, p.perfusion)
    per_day = now.in_use.mean(axis=0) * t.minoxidil.per_day
    flow_ratio = flow.ratio(redness, per_day, (skin.vessels + vessels) / 2, p.perfusion)
    effect = _minoxidil_effect(skin.minoxidil_effect, now, once, days, taken, flow_ratio, field, p)
    signal = healing.sensed(mean_signal, p.healing)
    mean_effect = (skin.minoxidil_effect + effect) / 2
    push = p.effects.signal_on_exit * signal + p.effects.minoxidil_on_exit * mean_effect
    most = jnp.log(p.effects.most_exit_factor)
    shown = HalfDay(
        exit_factor=jnp.exp(most * jnp.tanh(push / most)),
        signal=signal,
        effect=mean_effect,
        fibrosis=now.fibrosis,
        redness=redness,
        flow_ratio=flow_ratio,
        open_share=now.open_share,
        plasma_ng_ml=now.oral_ng_ml
        + uptake.plasma_ng_ml(skin.amounts, amounts, hours, t.minoxidil.area_cm2, p.delivery),
        collagen_ratio=matrix.collagen_ratio(fibres),
        collagen_iii_share=matrix.collagen_iii_share(fibres, p.matrix),
        elastin_ratio=fibres.elastin_ratio,
        follicle_ug_cm2=amounts.follicle,
        skin_ug_cm2=amounts.skin,
        drug_balance=amounts.balance(),
    )
    return Skin(amounts, signals, fibres, vessels, effect), shown


def _taken_up(
    amounts: uptake.Amounts, now: _Given, once: _Once, hours: float, t: Treatment, p: Scalp
) -> tuple[uptake.Amounts, uptake.Uptake]:
    """Where the drug is after a half-day, and what left the film in it."""
    parts = []
    for in_use, channel_cm_h in zip(now.in_use, now.channel_cm_h, strict=True):
        amounts, part = uptake.step(
            amounts,
            hours / FILM_STEPS,
            in_use,
            channel_cm_h,
            once.driving_mg_ml,
            t.minoxidil,
            p.delivery,
        )
        parts.append(part)
    return amounts, jax.tree.map(lambda *each: sum(each), *parts)


def _minoxidil_effect(
    effect: Array,
    now: _Given,
    once: _Once,
    days: float,
    taken: uptake.Uptake,
    flow_ratio: Array,
    field: needling.Channels,
    p: Scalp,
) -> Array:
    """The drug's effect after one uptake; 1 in standard use with a typical enzyme."""
    d = p.delivery
    diffusion = delivery.dermal_diffusion_cm2_s(d.minoxidil_molar_mass_g_mol, d)
    # More flow carries more drug away before it reaches the follicle (coupling iii).
    decay = delivery.decay_length_mm(
        diffusion, delivery.dermal_clearance_per_h(jnp.maximum(flow_ratio, TINY), d)
    )
    from_surface = delivery.share_reaching(jnp.zeros_like(decay), d.target_depth_mm, decay)
    from_channel = delivery.share_reaching(field.depth_mm, d.target_depth_mm, decay)
    reached = taken.follicle + taken.skin * from_surface + taken.channel * from_channel
    topical = once.sulfation * reached / (once.standard_ug_cm2_day * days)
    activated = topical + now.oral_activated
    half = p.effects.minoxidil_half_dose
    wanted = (1 + half) * activated / (half + activated)
    return wanted + (effect - wanted) * jnp.exp(-days / p.effects.minoxidil_onset_days)
