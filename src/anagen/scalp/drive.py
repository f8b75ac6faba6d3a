"""Drive: the rates that a course puts on the follicles, half-week by half-week.

    exit rates of telogen and kenogen   × the drive of the skin (`skin`)
    mean anagen                         × (1 + γ_G S + γ_M M)
    growing hairs move up a class       at (θ_G S + θ_M M)(1 − d/d_max)
    a follicle falls a class at onset   as the condition has it, less without androgen, and more in
                                        lasting fibrosis; without androgen it may rise one
Nothing flows back from the follicles to needling, delivery or healing, so the rates of a whole
course are worked out by themselves. They drive the chain (`course`) and individual follicles
(`automaton`) alike.
Shapes: steps lead, then (class, draws) or (draws,); `of_draw` picks one draw as NumPy arrays.
"""

from functools import partial
from types import ModuleType
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from anagen.scalp import follicles, history, immune_privilege, medicines, needling, skin
from anagen.scalp.carried import Doses, steroid_depot
from anagen.scalp.conditions import Modulation, Person, Which, areata, chosen
from anagen.scalp.follicles import Follicles, Rates
from anagen.scalp.grid import HALF_DAYS_PER_STEP, Grid
from anagen.scalp.immune_privilege import Attack
from anagen.scalp.numbers import Scalp
from anagen.scalp.skin import HalfDay
from anagen.scalp.start import Start, start
from anagen.scalp.treatment import Treatment


class Drive(NamedTuple):
    """What a course does to follicles: the scalp of day 0 and the rates from then on."""

    start: Start
    untreated: Rates  # of day 0, before anything is done; (class, draws) and (draws,)
    rates: Rates  # (steps, class, draws) and (steps, draws)
    skin: HalfDay  # (half-days, draws)
    delay_days: Array  # from the onset of anagen to a hair that can be seen, (draws,)
    diameter_um: Array  # middle of each class as seen on this person, (class, draws)
    class_width_um: Array  # (draws,)


class DrawnDrive(NamedTuple):
    """One draw of a `Drive`, as NumPy arrays."""

    follicles: Follicles  # of day 0, per cm²; (cells or stages, class)
    rates: Rates  # (steps, class) and (steps,)
    delay_days: float
    diameter_um: NDArray[np.float64]  # (class,)
    class_width_um: float

    @property
    def density_per_cm2(self) -> float:
        """Follicles of day 0, with and without a hair."""
        return float(sum(part.sum() for part in self.follicles))


@partial(jax.jit, static_argnames=("condition", "weeks", "pieces"))
def drive(
    person: Person, t: Treatment, p: Scalp, condition: str, weeks: int, pieces: int = 1
) -> Drive:
    """The drive of a course; with more than one of ``pieces`` on a finer grid in time."""
    return drive_of(person, t, p, condition, weeks, pieces)


def drive_of(
    person: Person, t: Treatment, p: Scalp, condition: Which, weeks: int, pieces: int = 1
) -> Drive:
    """The same for a condition that may be known only when the program runs."""
    field = needling.channels(t.device, p.needling)
    doses = skin.carried_in(person, t, field, p)
    m = modulation_of(person, p, condition)
    grid = Grid(weeks, pieces)
    fitted = start(person, m, p.follicles, p.endpoints, grid.step_days)
    half_days = skin.course(person, t, field, doses, p, grid)
    mean = jax.tree.map(
        lambda shown: shown.reshape(grid.steps, HALF_DAYS_PER_STEP, -1).mean(axis=1), half_days
    )
    untouched = jax.tree.map(lambda shown: shown[None], skin.before(fitted.calibre.size, p))
    days = grid.step_days * jnp.arange(grid.steps)[:, None]
    attack = attack_of(days, grid.step_days, m, t, doses, p, condition)
    share = medicines.androgen_share(days + grid.step_days / 2, t.intake, p.medicines)
    at_first = jnp.ones_like(share[:1])
    today = Attack(at_first, at_first)
    return Drive(
        start=fitted,
        untreated=jax.tree.map(
            lambda rate: rate[0], rates_of(untouched, today, at_first, fitted, m, p)
        ),
        rates=rates_of(mean, attack, share, fitted, m, p),
        skin=half_days,
        delay_days=follicles.delay_days(p.follicles),
        diameter_um=follicles.diameters_um(p.follicles) * fitted.calibre,
        class_width_um=p.follicles.class_width_um * fitted.calibre,
    )


def modulation_of(person: Person, p: Scalp, condition: Which) -> Modulation:
    """How a condition changes the follicles, untreated."""

    def of(model: ModuleType) -> Modulation:
        numbers = getattr(p, model.__name__.rpartition(".")[2])
        m = model.modulation(person, p.follicles, numbers)
        every_class = (follicles.CLASSES, *person.age_years.shape)
        return m._replace(
            fall=jnp.broadcast_to(m.fall, every_class),
            kenogen_days=jnp.broadcast_to(m.kenogen_days, every_class),
        )

    return chosen(condition, of)


def attack_of(
    day: Array,
    length_days: float,
    m: Modulation,
    t: Treatment,
    doses: Doses,
    p: Scalp,
    condition: Which,
) -> Attack:
    """How strongly the condition attacks in steps that begin on each ``day``, (steps, draws).

    A patch is followed by its immune loop.
    """

    def of(model: ModuleType) -> Attack:
        if model is areata:
            return immune_privilege.course(
                m.ends_on_day,
                steroid_depot(doses.steroid, p.carried),
                t.sessions,
                t.interval_days,
                p.immune_privilege,
                day.shape[0],
                length_days,
            )[0]
        active = jnp.clip((m.ends_on_day - day) / length_days, 0.0, 1.0)
        return Attack(active, active)

    return chosen(condition, of)


def rates_of(
    mean: HalfDay, attack: Attack, androgen: Array, fitted: Start, m: Modulation, p: Scalp
) -> Rates:
    """The follicles' rates; what is told of the skin, the attack and the share of androgen action
    that is left is (steps, draws)."""
    e = p.effects

    def by_class(values: Array) -> Array:
        return values[:, None, :]

    m = medicines.treated(m, by_class(androgen), p.follicles, p.medicines)
    anagen, telogen, kenogen = history.durations(m, p.follicles)
    longer = 1 + e.signal_on_anagen * mean.signal + e.minoxidil_on_anagen * mean.effect
    exit_factor = by_class(mean.exit_factor)
    rate_a, rate_t, rate_k = history.stage_rates(
        anagen * by_class(longer),
        jnp.maximum(telogen * fitted.telogen_factor / exit_factor, p.follicles.telogen_least_days),
        kenogen / exit_factor,
    )
    diameter = follicles.diameters_um(p.follicles)
    room = 1 - diameter / diameter[-1]
    thicken = e.signal_on_thickness * mean.signal + e.minoxidil_on_thickness * mean.effect
    fall = m.fall + e.fibrosis_on_fall * by_class(mean.fibrosis)
    return Rates(
        anagen=rate_a,
        telogen=rate_t,
        kenogen=rate_k * by_class(1 - m.onset_blocked * attack.on_onsets),
        hit=m.hit_per_day * attack.on_growing,
        thicken=by_class(jnp.maximum(thicken, 0.0)) * room,
        fall=jnp.broadcast_to(jnp.minimum(fall, 1.0), rate_a.shape),
        rise=jnp.broadcast_to(m.rise[:, 0, :], attack.on_growing.shape),
        loss=jnp.broadcast_to(m.loss_per_day, attack.on_growing.shape),
    )


def of_draw(driven: Drive, draw: int) -> DrawnDrive:
    """One draw, as what follows individual follicles wants it."""

    def last(values: Array) -> NDArray[np.float64]:
        return np.asarray(values[..., draw], dtype=np.float64)

    return DrawnDrive(
        follicles=Follicles(*(last(part) for part in driven.start.follicles)),  # type: ignore[arg-type]
        rates=Rates(*(last(rate) for rate in driven.rates)),  # type: ignore[arg-type]
        delay_days=float(driven.delay_days[draw]),
        diameter_um=last(driven.diameter_um),
        class_width_um=float(driven.class_width_um[draw]),
    )
