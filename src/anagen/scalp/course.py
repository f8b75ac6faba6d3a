"""A course: from the first needle to the last week, all mechanisms coupled.

    skin (half-days)  →  drive (half-weeks)  →  follicles (half-weeks)  →  endpoints (weeks)
What is read off the follicles is the value at the end of a week; redness, flow, the open share of
channels and the healing signal are means over it; the plasma level is its highest half-day.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from anagen.scalp import anatomy, closure, endpoints, follicles, needling, skin
from anagen.scalp import perfusion as flow
from anagen.scalp.conditions import Person, Which
from anagen.scalp.drive import Drive, drive_of
from anagen.scalp.follicles import Follicles, Rates
from anagen.scalp.grid import Grid
from anagen.scalp.numbers import Scalp as Scalp
from anagen.scalp.oxygen import supply
from anagen.scalp.skin import HalfDay
from anagen.scalp.treatment import Treatment as Treatment
from anagen.scalp.units import DAYS_PER_WEEK, HOURS_PER_DAY

AT_END = ("collagen_ratio", "collagen_iii_share", "elastin_ratio", "fibrosis", "drug_balance")


class Outcome(NamedTuple):
    """What a course leads to."""

    by_week: dict[str, Array]  # endpoints, (weeks + 1, draws); week 0 is before the first session
    session: dict[
        str, Array
    ]  # what one session is: pain, infection risk, channels, depth; (draws,)
    density_missed: Array  # 1 where the measured density could not be met; (draws,)


@partial(jax.jit, static_argnames=("condition", "weeks", "pieces"))
def run(
    person: Person, treatment: Treatment, p: Scalp, condition: str, weeks: int, pieces: int = 1
) -> Outcome:
    """One course of ``weeks`` weeks under a condition (a key of `CONDITIONS`).

    ``pieces`` above 1 cut every step in so many, to see what the steps cost in accuracy.
    """
    return course(person, treatment, p, condition, weeks, pieces)


def course(
    person: Person, treatment: Treatment, p: Scalp, condition: Which, weeks: int, pieces: int = 1
) -> Outcome:
    """The same for a condition that may be known only when the program runs."""
    driven = drive_of(person, treatment, p, condition, weeks, pieces)
    calibre, grid = driven.start.calibre, Grid(weeks, pieces)

    def step(f: Follicles, rates: Rates) -> tuple[Follicles, Array]:
        f, shed = follicles.step(f, rates, driven.delay_days, grid.step_days)
        return f, shed.sum(axis=0)

    def week(f: Follicles, rates: Rates) -> tuple[Follicles, dict[str, Array]]:
        f, shed = jax.lax.scan(step, f, rates)
        return f, _counted(f, calibre, p) | _shedding(shed.sum(axis=0) / DAYS_PER_WEEK, f)

    weekly = jax.tree.map(lambda rate: rate.reshape(weeks, -1, *rate.shape[1:]), driven.rates)
    _, hair = jax.lax.scan(week, driven.start.follicles, weekly)
    resting = flow.resting_flow(condition, person.is_male, p.perfusion)
    later = hair | _of_skin(driven.skin, resting, grid, p)
    first = _before(driven, resting, p)
    by_week = {name: jnp.concatenate([first[name][None], values]) for name, values in later.items()}
    mass = by_week.pop("hair_mass_um2")
    by_week["hair_mass_index"] = mass / driven.start.healthy_mass_um2
    field = needling.channels(treatment.device, p.needling)
    return Outcome(by_week, _session(field, person, treatment, p), driven.start.density_missed)


def _counted(f: Follicles, calibre: Array, p: Scalp) -> dict[str, Array]:
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
        "early_anagen_per_cm2": f.early.sum(axis=(0, 1)),
    }


def _shedding(shed_per_day: Array, f: Follicles) -> dict[str, Array]:
    return {"shed_per_day_per_1000": 1000 * shed_per_day / follicles.total(f)}


def _of_skin(
    half_days: HalfDay, resting_ml_100g_min: Array, grid: Grid, p: Scalp
) -> dict[str, Array]:
    """The endpoints that are read off the skin, each (weeks, draws)."""
    by_week = half_days._asdict()
    by_week = {
        name: shown.reshape(grid.weeks, -1, shown.shape[-1]) for name, shown in by_week.items()
    }
    mean = {name: shown.mean(axis=1) for name, shown in by_week.items()}
    level = half_days.plasma_ng_ml
    plasma = level.reshape(grid.weeks, -1, grid.pieces, level.shape[-1]).mean(
        axis=2
    )  # of half-days
    oxygen = supply(mean["flow_ratio"], resting_ml_100g_min, p.oxygen)
    return {
        "erythema": mean["redness"],
        "perfusion_ratio": mean["flow_ratio"],
        "oxygen_supply_to_demand": oxygen.supply_to_demand,
        "oxygen_edge_mmhg": oxygen.edge_mmhg,
        "channel_open_fraction": mean["open_share"],
        "healing_signal": mean["signal"],
        "plasma_minoxidil_ng_ml": plasma.max(axis=1),
        **{name: by_week[name][:, -1] for name in AT_END},
    }


def _before(driven: Drive, resting_ml_100g_min: Array, p: Scalp) -> dict[str, Array]:
    """The week-0 values: untouched skin, today's hair, today's shedding."""
    f = driven.start.follicles
    untouched = jax.tree.map(lambda shown: shown[None], skin.before(driven.delay_days.size, p))
    shed = (driven.untreated.telogen * f.telogen[-1]).sum(axis=0)
    at_rest = {
        name: shown[0]
        for name, shown in _of_skin(untouched, resting_ml_100g_min, Grid(weeks=1), p).items()
    }
    return _counted(f, driven.start.calibre, p) | _shedding(shed, f) | at_rest


def _session(field: needling.Channels, person: Person, t: Treatment, p: Scalp) -> dict[str, Array]:
    """What one session is, each (draws,); 0 without needling."""
    strike = endpoints.pain_vs_26g(field.depth_mm, field.needles_per_strike, p.endpoints)
    microbes = endpoints.infection_hits_per_session(field.density_per_cm2, p.endpoints)
    thickness = anatomy.skin_mm(person.zone, person.is_male, p.anatomy)
    epidermis = anatomy.epidermis_um(person.is_male, p.anatomy)
    hits = needling.capillary_hits(field, epidermis, p.needling)
    one = {
        "pain_vs_26g": strike,
        "infection_risk_per_session": -jnp.expm1(-microbes),
        "channels_per_cm2": field.density_per_cm2,
        "depth_reached_mm": field.depth_mm,
        "share_below_skin": needling.share_below_skin(field.depth_mm, thickness),
        "wounded_share": needling.wounded_share(field, thickness, p.needling.affected_margin_um),
        "bleeding_share": needling.bleeding_share(hits),
        "days_of_redness": p.healing.redness_duration_h / HOURS_PER_DAY,
        "hours_to_closed": closure.hours_until(
            jnp.full_like(hits, closure.LEFT_WHEN_CLOSED), skin.clock_of(field, person, p)
        ),
    }
    needled = (t.sessions > 0).astype(field.depth_mm.dtype)
    return {name: needled * value for name, value in one.items()}
