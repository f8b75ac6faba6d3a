"""What every condition is told and what it answers."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from anagen.scalp.closure import Circumstances
from anagen.scalp.follicles import Cycle
from anagen.scalp.inflammation import Hormones


class Person(NamedTuple):
    """What the model knows of a person, each (draws,). NaN is unknown."""

    age_years: Array
    is_male: Array
    history_years: Array  # how long the condition has been at work
    total_density_per_cm2: Array
    terminal_fraction: Array
    mean_diameter_um: Array
    anagen_fraction: Array
    diabetic: Array  # 1 or 0
    hormones: Hormones
    sulfotransferase_od405: Array
    zone: Array  # FRONTAL, TEMPORAL, VERTEX or OCCIPITAL of `anatomy`
    grade_share: Array  # grade as a share of its scale, from none (0) to complete (1)
    circumstances: Circumstances


class Modulation(NamedTuple):
    """How a condition changes the follicles' rates; (class, draws) or (draws,)."""

    fall: Array  # probability of falling a class at an onset, (class, draws)
    kenogen_days: Array  # (class, draws)
    released: Array  # share of anagen thrown into telogen when the history begins
    history_days: Array
    shrinks: Array  # 1 where the history is told by the share of terminal hairs, else 0
    hit_per_day: Array  # growing hairs thrown out while active
    onset_blocked: Array  # share of onsets that do not happen while active
    anagen_exit: Array  # factor on leaving anagen, for good
    ends_on_day: Array  # of the forecast, when activity ends by itself
    loss_per_day: Array  # follicles lost for good
    rise: Array  # probability of rising a class at an onset
    androgenic: Array  # share of fall and extra kenogen that androgen drives


def healthy(person: Person, cycle: Cycle) -> Modulation:
    """No condition at all: the neutral answer that a condition replaces parts of."""
    zero = jnp.zeros_like(person.age_years)
    by_class = jnp.zeros((1, *zero.shape))
    return Modulation(
        fall=by_class,
        kenogen_days=by_class + cycle.kenogen_days,
        released=zero,
        history_days=zero,
        shrinks=zero,
        hit_per_day=zero,
        onset_blocked=zero,
        anagen_exit=zero + 1,
        ends_on_day=zero + jnp.inf,
        loss_per_day=zero,
        rise=zero,
        androgenic=zero,
    )
