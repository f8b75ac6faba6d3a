"""Follicle populations and courses for the tests of the automaton and of its map."""

import jax
import jax.numpy as jnp
import numpy as np

from anagen.evidence.parameters import parameters
from anagen.model_inputs import person_of, treatment_of
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.scalp import follicles as fo
from anagen.scalp import history
from anagen.scalp.conditions import Person
from anagen.scalp.course import Scalp, Treatment
from anagen.scalp.drive import DrawnDrive, drive, of_draw
from anagen.scalp.grid import STEPS_PER_WEEK
from anagen.scalp.population import History, Population

MINOXIDIL = {"drug": "minoxidil", "strength_percent": 5, "dose_ml": 1.0, "per_day": 2}
NEEDLED = {
    "device": {"kind": "pen", "needle_mm": 0.6, "needles": 12, "rate_hz": 100},
    "course": {"sessions": 6, "interval_days": 14, "passes": 4, "area_cm2": 100},
    "topicals": [MINOXIDIL],
}
NOTHING = {"course": {"sessions": 0}}
WEEKS = 52
MANY = 200_000


def at_centre() -> dict[str, np.ndarray]:
    """All numbers of the model at their centres, one draw."""
    return {key: np.array([p.centre]) for key, p in parameters().items()}


def course(condition: str, table: dict) -> tuple[Person, Treatment]:
    told: dict = {"age": 40, "sex": "female", "condition": condition, "months_since_onset": 3}
    if condition == "androgenetic_alopecia":
        told |= {"sex": "male", "grade": "norwood_3v"}
    person = person_of(Patient.from_table(told, "test"), at_centre())
    return person, treatment_of(Protocol.from_table(table, "test"), 1)


def drawn(central: Scalp, condition: str, table: dict) -> DrawnDrive:
    return of_draw(drive(*course(condition, table), central, condition, WEEKS), 0)


def first_weeks(d: DrawnDrive, weeks: int) -> DrawnDrive:
    """The same drive, cut after so many weeks: one compiled length serves for all."""
    return d._replace(rates=fo.Rates(*(rate[: weeks * STEPS_PER_WEEK] for rate in d.rates)))


@jax.jit
def _chain(start: fo.Follicles, rates: fo.Rates, delay: jax.Array):
    def one(f: fo.Follicles, r: fo.Rates):
        after, shed = fo.step(f, r, delay, fo.STEP_DAYS)
        return after, (jnp.stack([part.sum(axis=0) for part in after])[..., 0], shed[:, 0])

    return jax.lax.scan(one, start, rates)[1]


def chain(d: DrawnDrive) -> tuple[np.ndarray, np.ndarray]:
    """Shares of follicles by (steps + 1, phase, class), and shed ones by (steps, class)."""
    start = fo.Follicles(*(jnp.asarray(part)[..., None] for part in d.follicles))
    rates = fo.Rates(*(jnp.asarray(rate)[..., None] for rate in d.rates))
    phases, shed = _chain(start, rates, jnp.array([d.delay_days]))
    first = np.stack([np.asarray(part).sum(axis=0) for part in d.follicles])
    everyone = first.sum()
    return np.concatenate([first[None], phases]) / everyone, np.asarray(shed) / everyone


def constant(
    anagen: float, telogen: float, kenogen: float, weeks: int, **changed: np.ndarray
) -> fo.Rates:
    """Constant rates from mean durations in days; a duration of infinity is never left."""
    steps = weeks * STEPS_PER_WEEK
    zero, never = np.zeros((steps, fo.CLASSES)), np.zeros(steps)
    plain = fo.Rates(
        *(rate + zero for rate in history.stage_rates(anagen, telogen, kenogen)),  # type: ignore[arg-type]
        hit=never, thicken=zero, fall=zero, rise=never, loss=never,
    )  # type: ignore[arg-type]  # fmt: skip
    return plain._replace(**changed)  # type: ignore[arg-type]


def all_in(phase: int, place: int, number: int, size: int = 4) -> Population:
    every = np.ones(number, dtype=np.int8)
    return Population(phase * every, size * every, place * every, np.full(number, -np.inf, "f4"))


def z_scores(found: np.ndarray, share: np.ndarray, number: int) -> np.ndarray:
    """How many standard deviations of a binomial count; where at least 20 are expected."""
    enough = share * number > 20
    share = share[enough]
    return (found[enough] - number * share) / np.sqrt(number * share * (1 - share))


def assert_like_chain(h: History, d: DrawnDrive, number: int) -> None:
    shares, shed = chain(d)
    last = len(shares) - 1
    for step in np.linspace(0, last, 14).astype(int)[1:]:
        z = z_scores(h.counts[step], shares[step], number)
        assert np.abs(z).max() < 4.5, step
        assert (z**2).mean() < 2.0, step
        phase = z_scores(h.counts[step].sum(axis=1), shares[step].sum(axis=1), number)
        assert np.abs(phase).max() < 4, step
    # Shedding, in 13 stretches of the course; a hair falls at most once in each.
    for part in np.array_split(np.arange(last), 13):
        z = z_scores(h.shed[part].sum(axis=0), shed[part].sum(axis=0), number)
        assert np.abs(z).max() < 4.5, part[0]
        total = z_scores(h.shed[part].sum(keepdims=True), shed[part].sum(keepdims=True), number)
        assert np.abs(total).max() < 4, part[0]
