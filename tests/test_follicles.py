"""The hair cycle against the renewal theorem, published figures and a second solver."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from anagen.scalp import follicles as fo
from anagen.scalp import history
from anagen.scalp.course import Scalp
from anagen.scalp.grid import STEPS_PER_WEEK
from anagen.scalp.units import DAYS_PER_MONTH

NEVER = jnp.zeros(1)


def in_one_class(number: float) -> jnp.ndarray:
    return jnp.zeros((fo.CLASSES, 1)).at[4].set(number)


def means(anagen: float, telogen: float, kenogen: float) -> tuple[jnp.ndarray, ...]:
    return tuple(jnp.full((fo.CLASSES, 1), value) for value in (anagen, telogen, kenogen))


def rates(anagen: float, telogen: float, kenogen: float, **changed: jnp.ndarray) -> fo.Rates:
    a, t, k = history.stage_rates(*means(anagen, telogen, kenogen))
    zero = jnp.zeros((fo.CLASSES, 1))
    plain = fo.Rates(a, t, k, hit=NEVER, thicken=zero, fall=zero, rise=NEVER, loss=NEVER)
    return plain._replace(**changed)


def phases(f: fo.Follicles) -> np.ndarray:
    """Follicles in early anagen, anagen, telogen, kenogen."""
    return np.array([float(part.sum()) for part in f])


@partial(jax.jit, static_argnames="steps")
def _walk(f: fo.Follicles, r: fo.Rates, delay: jax.Array, steps: int):
    def one(f: fo.Follicles, _: None):
        after, lost = fo.step(f, r, delay, fo.STEP_DAYS)
        return after, (lost.sum() / fo.STEP_DAYS, fo.visible(f).sum())

    return jax.lax.scan(one, f, length=steps)


def walk(
    f: fo.Follicles, r: fo.Rates, delay: float, weeks: int
) -> tuple[fo.Follicles, np.ndarray, np.ndarray]:
    """Follicles after some weeks; hairs shed per day, and hairs seen, at each step."""
    after, (shed, seen) = _walk(f, r, jnp.array([delay]), weeks * STEPS_PER_WEEK)
    return after, np.asarray(shed), np.asarray(seen)


def test_the_number_of_stages_is_the_recorded_spread_of_durations():
    from anagen.evidence.parameters import parameters

    cv = parameters()["follicles.duration_cv"].centre
    assert fo.ANAGEN_STAGES == fo.TELOGEN_STAGES == round(1 / cv**2)


@settings(max_examples=25)
@given(
    anagen=st.floats(150, 1500),
    telogen=st.floats(60, 150),
    kenogen=st.floats(30, 300),
    delay=st.floats(20, 60),
)
def test_renewal_theorem_phases_stand_as_their_mean_durations(
    anagen: float, telogen: float, kenogen: float, delay: float
):
    start = fo.steady_state(
        in_one_class(200.0), *means(anagen, telogen, kenogen), jnp.array([delay]), fo.STEP_DAYS
    )
    durations = np.array([delay, anagen, telogen, kenogen])
    expected = 200 * durations / durations.sum()
    assert phases(start) == pytest.approx(expected, rel=1e-9)
    after, shed, _ = walk(start, rates(anagen, telogen, kenogen), delay, weeks=8)
    # The delay line quantises early anagen to its cells; everything else stays put.
    assert phases(after) == pytest.approx(expected, rel=0.06, abs=0.6)
    assert np.mean(shed) == pytest.approx(200 / durations.sum(), rel=0.02)


def test_renewal_theorem_from_a_start_far_from_it():
    """All follicles in kenogen at first: the phases find their shares all the same."""
    empty = fo.steady_state(in_one_class(0.0), *means(200, 60, 40), jnp.array([35.0]), fo.STEP_DAYS)
    start = empty._replace(kenogen=empty.kenogen.at[0, 4, 0].set(100.0))
    after, _, _ = walk(start, rates(200, 60, 40), delay=35.0, weeks=52 * 6)
    assert phases(after) == pytest.approx(100 * np.array([35, 200, 60, 40]) / 335, rel=5e-3)


@pytest.mark.parametrize(
    ("months", "shares", "anagen_share", "shed_per_100000"),
    [((36, 3, 3), (85.7, 7.14, 7.14), 92.3, 78), ((12, 3, 5), (60, 15, 25), 80, 164)],
)
def test_v6_2_phase_shares_and_shedding(
    months: tuple[float, ...],
    shares: tuple[float, ...],
    anagen_share: float,
    shed_per_100000: float,
):
    days = [m * DAYS_PER_MONTH for m in months]
    instant = jnp.array([1e-9])  # V6.2 counts early anagen as anagen
    f = fo.steady_state(in_one_class(1e5), *means(*days), instant, fo.STEP_DAYS)
    early, anagen, telogen, kenogen = phases(f)
    assert 100 * np.array([early + anagen, telogen, kenogen]) / 1e5 == pytest.approx(
        shares, abs=0.05
    )
    assert 100 * fo.anagen_share(f) == pytest.approx(anagen_share, abs=0.05)
    rate = rates(*days).telogen
    assert float((rate * f.telogen[-1]).sum()) == pytest.approx(shed_per_100000, abs=0.5)


def test_v6_4_a_shock_sheds_around_the_mean_telogen_and_the_count_comes_back():
    anagen, telogen, kenogen, delay, share = 1095.0, 90.0, 60.0, 36.0, 0.3
    calm = fo.steady_state(
        in_one_class(1000.0), *means(anagen, telogen, kenogen), jnp.array([delay]), fo.STEP_DAYS
    )
    thrown = share * calm.anagen
    shocked = calm._replace(
        anagen=calm.anagen - thrown, telogen=calm.telogen.at[0].add(thrown.sum(axis=0))
    )
    r = rates(anagen, telogen, kenogen)
    # The model is linear in its follicles: those that were thrown can be followed by themselves.
    nothing = jax.tree.map(jnp.zeros_like, calm)
    thrown_only = nothing._replace(telogen=nothing.telogen.at[0].add(thrown.sum(axis=0)))
    _, extra, _ = walk(thrown_only, r, delay, weeks=40)
    days = (np.arange(len(extra)) + 0.5) * fo.STEP_DAYS
    assert (extra * days).sum() / extra.sum() == pytest.approx(telogen, rel=0.01)  # 2-4 months
    assert 60 < days[np.argmax(extra)] < 120
    assert extra.sum() * fo.STEP_DAYS == pytest.approx(float(thrown.sum()), rel=1e-3)
    _, _, counts = walk(shocked, r, delay, weeks=40)
    lowest = np.argmin(counts)
    # Hairs come back while others still fall, so the dip stays below all that was thrown.
    assert 0.4 * float(thrown.sum()) < counts[0] - counts.min() < float(thrown.sum())
    assert telogen < lowest * fo.STEP_DAYS < telogen + kenogen + delay
    assert counts[-1] > counts[0] - 0.15 * (counts[0] - counts.min())


def test_v6_5_no_new_hair_shows_before_it_has_grown_out(central: Scalp):
    cycle = central.follicles
    emergence = float((cycle.emergence_depth_mm / cycle.growth_mm_day)[0])
    assert pytest.approx(11.9, abs=0.05) == 4.16 / 0.35
    delay = float(fo.delay_days(cycle)[0])
    assert delay == pytest.approx(emergence + float(cycle.anagen_i_to_v_days[0]))
    assert 28 < delay < 42
    # All follicles start a hair on day 0.
    nothing = fo.steady_state(
        in_one_class(0.0), *means(900, 90, 60), jnp.array([delay]), fo.STEP_DAYS
    )
    f = nothing._replace(
        early=fo.into_delay(nothing.early, in_one_class(100.0), jnp.array([delay]), fo.STEP_DAYS)
    )
    seen = []
    for _ in range(20):
        seen.append(float(fo.visible(f).sum()))
        f, _ = fo.step(f, rates(900, 90, 60), jnp.array([delay]), fo.STEP_DAYS)
    days = np.arange(20) * fo.STEP_DAYS
    assert np.all(np.array(seen)[days < delay - 2 * fo.STEP_DAYS] == 0)
    assert np.array(seen)[days > delay + 3 * fo.STEP_DAYS].min() > 95
    # The mean delay is exact although the line is made of cells.
    shown = np.diff(np.array(seen))
    mean_day = (shown * (days[:-1] + fo.STEP_DAYS / 2)).sum() / shown.sum()
    assert mean_day == pytest.approx(delay - fo.STEP_DAYS / 2, abs=0.6 * fo.STEP_DAYS)


@settings(max_examples=30)
@given(
    fall=st.floats(0, 1),
    rise=st.floats(0, 1),
    hit=st.floats(0, 0.1),
    up=st.floats(0, 0.01),
    seed=st.integers(0, 1000),
)
def test_no_follicle_is_lost_or_made(fall: float, rise: float, hit: float, up: float, seed: int):
    rng = np.random.default_rng(seed)
    start = fo.Follicles(
        *(
            jnp.array(rng.random((n, fo.CLASSES, 1)))
            for n in (fo.DELAY_CELLS, fo.ANAGEN_STAGES, fo.TELOGEN_STAGES, fo.KENOGEN_STAGES)
        )
    )
    room = jnp.linspace(1, 0, fo.CLASSES)[:, None]
    r = rates(
        400,
        90,
        60,
        fall=jnp.full((fo.CLASSES, 1), fall),
        rise=jnp.array([rise]),
        hit=jnp.array([hit]),
        thicken=up * room,
    )
    after, shed, _ = walk(start, r, delay=36.0, weeks=3)
    assert float(fo.total(after)[0]) == pytest.approx(float(fo.total(start)[0]), rel=1e-12)
    assert min(float(part.min()) for part in after) > -1e-12
    assert min(shed) >= 0


def test_lost_follicles_go_at_the_stated_rate():
    f = fo.steady_state(in_one_class(100.0), *means(900, 90, 60), jnp.array([36.0]), fo.STEP_DAYS)
    after, _, _ = walk(f, rates(900, 90, 60, loss=jnp.array([1e-3])), delay=36.0, weeks=20)
    assert float(fo.total(after)[0]) == pytest.approx(100 * np.exp(-1e-3 * 140), rel=1e-4)


def test_the_chain_agrees_with_scipy_and_converges_at_second_order():
    """Hairs already in anagen, followed through telogen and kenogen, without onsets."""
    anagen, telogen, kenogen = 40.0, 30.0, 20.0
    stages = fo.ANAGEN_STAGES + fo.TELOGEN_STAGES + fo.KENOGEN_STAGES
    each = np.repeat(
        [fo.ANAGEN_STAGES / anagen, fo.TELOGEN_STAGES / telogen, fo.KENOGEN_STAGES / kenogen],
        [fo.ANAGEN_STAGES, fo.TELOGEN_STAGES, fo.KENOGEN_STAGES],
    )

    def flow(_: float, y: np.ndarray) -> np.ndarray:
        out = each * y
        return np.concatenate([[0.0], out[:-1]]) - out

    first = np.zeros(stages)
    first[0] = 1.0
    exact = solve_ivp(flow, (0, 14), first, rtol=1e-12, atol=1e-14).y[:, -1]

    def error(days: float) -> float:
        f = fo.Follicles(
            *(
                jnp.zeros((n, fo.CLASSES, 1))
                for n in (fo.DELAY_CELLS, fo.ANAGEN_STAGES, fo.TELOGEN_STAGES, fo.KENOGEN_STAGES)
            )
        )
        f = f._replace(anagen=f.anagen.at[0, 4, 0].set(1.0))
        far = jnp.array([1e6])  # onsets stay in the delay line for these 14 days
        for _ in range(round(14 / days)):
            f, _ = fo.step(f, rates(anagen, telogen, kenogen), far, days)
        found = np.concatenate([np.asarray(part)[:, 4, 0] for part in f[1:]])
        return float(np.abs(found - exact).max())

    errors = [error(days) for days in (3.5, 1.75, 0.875)]
    assert errors[0] < 3e-3
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert np.all(orders > 1.8), orders


def test_history_tends_to_the_same_phases_as_the_cycle_and_keeps_every_follicle():
    duration = means(900, 90, 60)
    delay = jnp.array([36.0])
    start = fo.steady_state(in_one_class(100.0), *duration, delay, fo.STEP_DAYS)
    zero = jnp.zeros((fo.CLASSES, 1))
    past = history.Past(*history.stage_rates(*duration), hit=NEVER, fall=zero, loss=NEVER)
    after, _ = history.follow(start, past, delay, jnp.array([3000.0]), fo.STEP_DAYS)
    assert phases(after) == pytest.approx(phases(start), rel=1e-6)
    falling = past._replace(fall=zero + 0.7)
    later, seen = history.follow(start, falling, delay, jnp.array([3000.0]), fo.STEP_DAYS)
    assert float(fo.total(later)[0]) == pytest.approx(100, rel=1e-9)
    assert seen[-1, 4, 0] < 0.3 * seen[0, 4, 0]


def test_history_agrees_with_the_fine_steps_of_the_cycle():
    duration = means(300, 90, 60)
    delay = jnp.array([35.0])
    fall = jnp.full((fo.CLASSES, 1), 0.7)
    start = fo.steady_state(in_one_class(100.0), *duration, delay, fo.STEP_DAYS)
    past = history.Past(*history.stage_rates(*duration), hit=NEVER, fall=fall, loss=NEVER)
    coarse, _ = history.follow(start, past, delay, jnp.array([3 * 364.0]), fo.STEP_DAYS)
    fine, _, _ = walk(start, rates(300, 90, 60, fall=fall), delay=35.0, weeks=3 * 52)
    difference = np.abs(np.asarray(fo.visible(coarse) - fo.visible(fine)))
    assert difference.sum() < 4.0  # of 100 follicles, over all classes
