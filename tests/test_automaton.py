"""Individual follicles against the chain model, the renewal theorem and the laws of chance."""

import importlib
import sys

import jax.numpy as jnp
import numpy as np
import pytest
from follicle_cases import (
    MANY,
    NEEDLED,
    NOTHING,
    all_in,
    assert_like_chain,
    at_centre,
    chain,
    constant,
    course,
    drawn,
    first_weeks,
    z_scores,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from anagen.courses import courses
from anagen.scalp import automaton
from anagen.scalp import follicles as fo
from anagen.scalp.conditions import CONDITIONS
from anagen.scalp.course import Scalp
from anagen.scalp.grid import STEPS_PER_WEEK
from anagen.scalp.population import (
    ANAGEN,
    EARLY,
    KENOGEN,
    LOST,
    TELOGEN,
    Population,
    populate,
)
from anagen.scalp.units import DAYS_PER_MONTH


@pytest.mark.parametrize("table", [NOTHING, NEEDLED], ids=["nothing", "needling+minoxidil"])
def test_the_drive_is_that_of_the_course(central: Scalp, table: dict):
    """The chain under the extracted rates repeats the course, number by number."""
    told = course("androgenetic_alopecia", table)
    by_week = courses([told], at_centre(), "androgenetic_alopecia", 26)[0].by_week
    d = first_weeks(drawn(central, "androgenetic_alopecia", table), 26)
    shares, shed = chain(d)
    weekly = shares[::STEPS_PER_WEEK] * d.density_per_cm2
    growing, resting = weekly[:, ANAGEN].sum(axis=1), weekly[:, TELOGEN].sum(axis=1)
    assert growing / (growing + resting) == pytest.approx(
        np.asarray(by_week["anagen_fraction"])[:, 0], rel=1e-9
    )
    fallen = shed.sum(axis=1).reshape(-1, STEPS_PER_WEEK).sum(axis=1)
    assert 1000 * fallen / 7 == pytest.approx(
        np.asarray(by_week["shed_per_day_per_1000"])[1:, 0], rel=1e-9
    )


@pytest.mark.parametrize(
    ("condition", "table"),
    [("androgenetic_alopecia", NEEDLED)] + [(condition, NOTHING) for condition in CONDITIONS],
)
def test_the_mean_of_many_follicles_is_the_chain(central: Scalp, condition: str, table: dict):
    d = drawn(central, condition, table)
    assert_like_chain(automaton.of_drive(d, MANY, seed=11), d, MANY)


def test_the_mean_is_the_chain_under_rates_that_swing_and_with_every_event(central: Scalp):
    d = drawn(central, "androgenetic_alopecia", NOTHING)
    anagen, telogen, kenogen, fall = (
        np.tile(rate, (2, 1))  # a year twice
        for rate in (d.rates.anagen, d.rates.telogen, d.rates.kenogen, d.rates.fall)
    )
    wave = 1 + 0.8 * np.sin(np.arange(len(anagen)) / 12)
    rates = fo.Rates(
        anagen=anagen * wave[::-1, None],  # type: ignore[arg-type]
        telogen=telogen * wave[:, None],  # type: ignore[arg-type]
        kenogen=kenogen * wave[:, None],  # type: ignore[arg-type]
        hit=2e-3 * wave,  # type: ignore[arg-type]
        thicken=2e-3 * wave[:, None] * np.linspace(1, 0, fo.CLASSES),  # type: ignore[arg-type]
        fall=fall * wave[:, None] / 2,  # type: ignore[arg-type]
        rise=0.3 * wave,  # type: ignore[arg-type]
        loss=4e-4 * wave,  # type: ignore[arg-type]
    )
    d = d._replace(rates=rates)
    assert_like_chain(automaton.of_drive(d, MANY, seed=5), d, MANY)


def test_renewal_theorem_from_a_start_far_from_it():
    number, delay = 50_000, 35.0
    h = automaton.follow(
        all_in(KENOGEN, 0, number), constant(200, 60, 40, weeks=52 * 6), delay, seed=1
    )
    durations = np.array([delay, 200, 60, 40])
    shares = durations / durations.sum()
    assert np.abs(z_scores(h.counts[-1].sum(axis=1), shares, number)).max() < 3.5
    year = h.shed[-104:].sum() / number / (52 * 7)
    assert year == pytest.approx(1 / durations.sum(), rel=0.01)


@pytest.mark.parametrize(
    ("phase", "stages"),
    [(ANAGEN, fo.ANAGEN_STAGES), (TELOGEN, fo.TELOGEN_STAGES), (KENOGEN, fo.KENOGEN_STAGES)],
)
@pytest.mark.parametrize("place", [0, 1])
def test_durations_are_gamma_distributed(phase: int, stages: int, place: int):
    """What is left of a phase at stage j is gamma of n − j stages; j = 0 is the whole of it."""
    means = np.full(3, np.inf)
    means[phase - ANAGEN] = 90.0
    h = automaton.follow(all_in(phase, place, 20_000), constant(*means, weeks=200), 1e6, seed=3)
    assert (h.end.phase == (phase + 1) % 4).all()
    law = stats.gamma(stages - place, scale=90.0 / stages)
    assert stats.kstest(h.end.since_day, law.cdf).pvalue > 1e-3
    assert h.end.since_day.mean() == pytest.approx(law.mean(), rel=0.02)


def test_durations_under_a_swinging_rate_are_gamma_on_their_own_clock():
    weeks = 100
    swing = 1 + 0.9 * np.sin(np.arange(weeks * STEPS_PER_WEEK) / 5)[:, None]
    rates = constant(60.0, np.inf, np.inf, weeks)
    rates = rates._replace(anagen=rates.anagen * swing)
    h = automaton.follow(all_in(ANAGEN, 0, 20_000), rates, 1e6, seed=9)
    ticks = np.concatenate([[0.0], np.cumsum(np.asarray(rates.anagen)[:, 0] * fo.STEP_DAYS)])
    clock = np.interp(h.end.since_day, np.arange(ticks.size) * fo.STEP_DAYS, ticks)
    assert stats.kstest(clock, stats.gamma(fo.ANAGEN_STAGES).cdf).pvalue > 1e-3


def test_neighbouring_follicles_are_independent():
    rates = constant(90.0, np.inf, np.inf, weeks=200)
    days = automaton.follow(all_in(ANAGEN, 0, 50_000), rates, 1e6, seed=2).end.since_day
    other = automaton.follow(all_in(ANAGEN, 0, 50_000), rates, 1e6, seed=3).end.since_day
    for left, right in ((days[1:], days[:-1]), (days[2:], days[:-2]), (days, other)):
        assert abs(np.corrcoef(left, right)[0, 1]) * np.sqrt(50_000) < 3.5


@pytest.mark.parametrize(
    ("months", "shares", "anagen_share", "shed_per_100000"),
    [((36, 3, 3), (85.7, 7.14, 7.14), 92.3, 78), ((12, 3, 5), (60, 15, 25), 80, 164)],
)
def test_v6_2_phase_shares_and_shedding(months, shares, anagen_share, shed_per_100000):
    days = [m * DAYS_PER_MONTH for m in months]
    means = (jnp.full((fo.CLASSES, 1), mean) for mean in days)
    everyone = jnp.zeros((fo.CLASSES, 1)).at[4].set(1.0)
    start = fo.steady_state(everyone, *means, jnp.array([1e-9]), fo.STEP_DAYS)
    number = 400_000
    people = populate(fo.Follicles(*(np.asarray(part)[..., 0] for part in start)), number, 1)  # type: ignore[arg-type]
    h = automaton.follow(people, constant(*days, weeks=52), 0.0, seed=1)
    late = h.counts[52:].mean(axis=0).sum(axis=1) / number  # half a year's mean
    found = 100 * np.array([late[EARLY] + late[ANAGEN], late[TELOGEN], late[KENOGEN]])
    assert found == pytest.approx(shares, abs=0.15)
    assert 100 * late[ANAGEN] / (late[ANAGEN] + late[TELOGEN]) == pytest.approx(
        anagen_share, abs=0.15
    )
    shed = 1e5 * h.shed.sum() / number / (52 * 7)
    assert shed == pytest.approx(shed_per_100000, rel=0.01)


def test_v6_4_a_shock_sheds_around_the_mean_telogen_and_the_count_comes_back():
    anagen, telogen, kenogen, delay, share, number = 1095.0, 90.0, 60.0, 36.0, 0.3, 100_000
    means = (jnp.full((fo.CLASSES, 1), mean) for mean in (anagen, telogen, kenogen))
    everyone = jnp.zeros((fo.CLASSES, 1)).at[4].set(1.0)
    calm = fo.steady_state(everyone, *means, jnp.array([delay]), fo.STEP_DAYS)
    people = populate(fo.Follicles(*(np.asarray(part)[..., 0] for part in calm)), number, 4)  # type: ignore[arg-type]
    shocked = (np.random.default_rng(0).random(number) < share) & (people.phase == ANAGEN)
    phase, place = people.phase.copy(), people.place.copy()
    phase[shocked], place[shocked] = TELOGEN, 0
    rates = constant(anagen, telogen, kenogen, weeks=40)
    h = automaton.follow(people._replace(phase=phase, place=place), rates, delay, seed=4)
    # Follicles do not see each other, so those that were thrown can be followed by themselves.
    thrown = automaton.follow(all_in(TELOGEN, 0, int(shocked.sum())), rates, delay, seed=5)
    pulse = thrown.shed.sum(axis=1)
    days = (np.arange(len(pulse)) + 0.5) * fo.STEP_DAYS
    assert (pulse * days).sum() / pulse.sum() == pytest.approx(telogen, rel=0.01)  # 2-4 months
    assert 60 < days[np.argmax(pulse)] < 120
    assert pulse.sum() == pytest.approx(shocked.sum(), rel=1e-3)
    seen = h.visible().sum(axis=1)
    assert 0.4 * shocked.sum() < seen[0] - seen.min() < shocked.sum()
    assert seen[-1] > seen[0] - 0.05 * shocked.sum()


def test_v6_5_no_new_hair_is_seen_before_it_has_grown_out(central: Scalp):
    delay = float(fo.delay_days(central.follicles)[0])
    assert 28 < delay < 42  # four to six weeks
    rates = constant(900, 90, 60, weeks=10)
    onset = automaton.follow(all_in(KENOGEN, 1, 5_000), rates, delay, seed=6)
    seen = onset.visible().sum(axis=1)
    days = np.arange(seen.size) * fo.STEP_DAYS
    assert (seen[days < delay] == 0).all()
    assert seen[days > delay + fo.STEP_DAYS].min() > 0
    late = onset.end.phase == ANAGEN
    assert onset.end.since_day[late].min() >= delay


@settings(max_examples=30)
@given(
    fall=st.floats(0, 1),
    rise=st.floats(0, 1),
    hit=st.floats(0, 0.1),
    thicken=st.floats(0, 0.05),
    loss=st.floats(0, 0.01),
    blocked=st.booleans(),
    delay=st.floats(0, 84),
    seed=st.integers(0, 2**63 - 1),
)
def test_no_follicle_is_lost_or_made_by_counting(
    fall: float, rise: float, hit: float, thicken: float, loss: float, blocked: bool,
    delay: float, seed: int,
):  # fmt: skip
    number, weeks = 700, 30
    rng = np.random.default_rng(seed)
    stages = (fo.DELAY_CELLS, fo.ANAGEN_STAGES, fo.TELOGEN_STAGES, fo.KENOGEN_STAGES)
    start = populate(fo.Follicles(*(rng.random((n, fo.CLASSES)) for n in stages)), number, seed)  # type: ignore[arg-type]
    steps = np.ones(weeks * STEPS_PER_WEEK)
    rates = constant(
        90, 40, np.inf if blocked else 30, weeks,
        fall=np.full((steps.size, fo.CLASSES), fall), rise=rise * steps, hit=hit * steps,
        thicken=np.full((steps.size, fo.CLASSES), thicken), loss=loss * steps,
    )  # fmt: skip
    h = automaton.follow(start, rates, delay, seed)
    alive = h.counts.sum(axis=(1, 2))
    assert h.counts.min() >= 0
    assert h.shed.min() >= 0
    assert alive[0] == number
    assert (np.diff(alive) <= 0).all()
    assert loss > 0 or alive[-1] == number
    assert (h.end.phase == LOST).sum() == number - alive[-1]
    assert ((h.end.size >= 0) & (h.end.size < fo.CLASSES)).all()
    for phase in (EARLY, ANAGEN, TELOGEN, KENOGEN):
        there = np.bincount(h.end.size[h.end.phase == phase], minlength=fo.CLASSES)
        assert (there == h.counts[-1, phase]).all()


def test_lost_follicles_go_at_the_stated_rate():
    steps = np.full(40, 1e-3)
    rates = constant(900, 90, 60, weeks=20, loss=steps)
    h = automaton.follow(all_in(ANAGEN, 0, MANY), rates, 36.0, seed=8)
    left = h.counts.sum(axis=(1, 2))
    days = np.arange(41) * fo.STEP_DAYS
    assert np.abs(z_scores(left[1:], np.exp(-1e-3 * days[1:]), MANY)).max() < 4


def test_the_result_depends_on_the_seed_alone(central: Scalp):
    d = drawn(central, "androgenetic_alopecia", NEEDLED)
    start = populate(d.follicles, 50_000, seed=1)
    one, four = (automaton.follow(start, d.rates, d.delay_days, 7, n) for n in (1, 4))
    other = automaton.follow(start, d.rates, d.delay_days, 8)
    few = automaton.follow(Population(*(v[:100] for v in start)), d.rates, d.delay_days, 7)
    for name in Population._fields:
        assert np.array_equal(getattr(one.end, name), getattr(four.end, name))
        assert np.array_equal(getattr(one.end, name)[:100], getattr(few.end, name))
    assert np.array_equal(one.counts, four.counts)
    assert np.array_equal(one.shed, four.shed)
    assert not np.array_equal(one.shed, other.shed)
    # A longer course begins as the shorter one did.
    half = fo.Rates(*(rate[:52] for rate in d.rates))
    assert np.array_equal(automaton.follow(start, half, d.delay_days, 7).counts, one.counts[:53])


def test_what_cannot_be_followed_is_refused_in_a_sentence():
    rates = constant(900, 90, 60, weeks=4)
    ended = automaton.follow(all_in(ANAGEN, 0, 10), rates, 36.0, seed=1).end
    with pytest.raises(ValueError, match="is not known"):
        automaton.follow(ended, rates, 36.0, seed=1)
    with pytest.raises(ValueError, match="below zero"):
        automaton.follow(all_in(ANAGEN, 0, 10), rates._replace(hit=rates.hit - 1), 36.0, seed=1)
    with pytest.raises(ValueError, match="finite follicles"):
        populate(fo.Follicles(*(np.zeros((n, fo.CLASSES)) for n in (24, 9, 9, 2))), 10, 1)  # type: ignore[arg-type]


def test_without_numba_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.delitem(sys.modules, "anagen.scalp.automaton")
    with pytest.raises(ImportError, match=r"anagen\[research\]"):
        importlib.import_module("anagen.scalp.automaton")
