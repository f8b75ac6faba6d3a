"""Immune privilege: the published loop, its two resting states, and what moves a patch."""

from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq

from anagen.evidence.parameters import draws, parameters
from anagen.scalp import immune_privilege as ip
from anagen.scalp.conditions import areata
from anagen.scalp.grid import STEP_DAYS
from anagen.scalp.immune_privilege import ImmunePrivilege, Loop, Outside

YEAR = 104  # half-weeks
patch, step, rates = (jax.jit(f) for f in (ip.patch, ip.step, ip.rates))
NOTHING = Outside(jnp.zeros(1), jnp.zeros(1), jnp.zeros(1))
NEVER = jnp.full(1, 1e9)
ONE_DOSE = jnp.ones(())  # the depot of a session of the reference protocol


def central(**changed: float) -> ImmunePrivilege:
    values = {n: parameters()[f"immune_privilege.{n}"].centre for n in ImmunePrivilege._fields}
    return ImmunePrivilege(**{n: jnp.array([v]) for n, v in (values | changed).items()})


def published(b: float = 5.25, a: float = 0.0002381, s: float = 0.00034) -> ImmunePrivilege:
    """The paper's numbers; its guardians are constant, here G = 1."""
    v, l, w = 0.32, 0.6319, 0.0837  # noqa: E741 - the paper's letters
    return central(
        cell_loss_per_day=0.05, cd8_recruitment=v, cd4_help=l, cd4_proliferation=w,
        cd4_activation=b, recruitment_half=a, interferon_ratio=1.0,
        guardian_ratio=(1 + s) / (b + w),
    )  # fmt: skip


def drawn(number: int, seed: int = 1) -> tuple[ImmunePrivilege, jnp.ndarray]:
    """Numbers, and the day on which each patch would be restored by itself."""
    found = draws(number, seed)
    p, a = (
        kind(**{n: jnp.asarray(found[f"{name}.{n}"]) for n in kind._fields})
        for kind, name in ((ImmunePrivilege, "immune_privilege"), (areata.Areata, "areata"))
    )
    return p, -jnp.log(a.chance) / areata.hazard_per_day(a)


def slope(p: ImmunePrivilege, depot: float = 0.0, restored: float = 0.0, stopped: float = 0.0):
    """The equations written out once more, for solvers that are not ours."""
    n = {name: float(value[0]) for name, value in p._asdict().items()}
    i, s = n["interferon_ratio"], float(patch(p).strength[0])
    theta = float(patch(p).collapse_level[0])
    b, a = n["cd4_activation"] * i, n["recruitment_half"] / i

    def change(_: float, y: np.ndarray) -> list[float]:
        x, y4, g = y
        made = (x + y4) / (1 + n["steroid_on_interferon"] * depot)
        hill = 1 / (1 + (max(made, 0.0) / theta) ** n["collapse_steepness"])
        pi = (1 - stopped) * (restored + (1 - restored) * hill)
        dies = n["steroid_loss_per_day"] * depot
        d, off = n["cell_loss_per_day"], 1 + s * g
        return [
            d * (n["cd8_recruitment"] * made / (off * (a + made)) + n["cd4_help"] * x * y4 / off)
            - (d + dies) * x - d * x**2,
            d * (b * made / off + n["cd4_proliferation"] * y4 / off) - (d + dies) * y4 - d * y4**2,
            (pi - g) / n["guardian_days"],
        ]  # fmt: skip

    return change


def eigenvalues(loop: Loop, p: ImmunePrivilege) -> np.ndarray:
    fixed = patch(p)

    def change(y: jnp.ndarray) -> jnp.ndarray:
        return jnp.stack(rates(Loop(*(v[None] for v in y)), NOTHING, fixed, p))[:, 0]

    return np.linalg.eigvals(np.asarray(jax.jacfwd(change)(jnp.stack(loop)[:, 0])))


@jax.jit
def _left(guardians: jnp.ndarray, fixed: ip.Patch, p: ImmunePrivilege) -> jnp.ndarray:
    return jax.vmap(lambda g: ip.balance(g[None], fixed, p))(guardians)


def rests(p: ImmunePrivilege) -> list[Loop]:
    """All resting states, the most collapsed first."""
    fixed = patch(p)

    def left(guardians: float) -> float:
        return float(_left(jnp.array([guardians]), fixed, p)[0, 0])

    grid = np.concatenate([[0], np.geomspace(1e-8, 1, 400)])
    signs = np.asarray(_left(jnp.asarray(grid), fixed, p))[:, 0]
    found = [
        brentq(left, low, high, xtol=1e-14)
        for (low, high), (a, b) in zip(pairwise(grid), pairwise(signs), strict=True)
        if a * b < 0
    ]
    return [ip.t_cells_at_rest(jnp.array([g]), fixed.strength, p) for g in found]


# ── As published, with constant guardians ─────────────────────────────────────────────────────────


def held(p: ImmunePrivilege) -> Loop:
    return ip.t_cells_at_rest(jnp.ones(1), patch(p).strength, p)


def test_dobreva_2015_the_diseased_state_has_two_cd4_to_one_cd8():
    """3.5 and 7 in units of 10⁵ cells, as the paper rounds them; none of either in health."""
    rest = held(published())
    assert rest.cd8 == pytest.approx(3.5, abs=0.06)
    assert rest.cd4 == pytest.approx(7.0, abs=0.06)
    assert max(float(v[0]) for v in held(published(b=5.25e-4, a=2.381))[:2]) < 1e-9


@pytest.mark.parametrize(
    ("a", "b", "s"),
    [(2.381, 0.79349, 0.00034), (0.33932, 0.0525, 0.00034), (2.381, None, 5.1), (0.9, None, 0.7)],
)
def test_dobreva_2015_health_loses_its_stability_where_published(
    a: float, b: float | None, s: float
):
    """Transcritical where b = (1 − v/((1+s)a)) (1 + s − w): the determinant at no cells vanishes.

    The paper's critical a of 0.33932 belongs to b = 0.0525, not to its nominal 0.000525, which
    gives 0.32007.
    """
    closed = (1 - 0.32 / ((1 + s) * a)) * (1 + s - 0.0837)
    critical = closed if b is None else b
    assert critical == pytest.approx(closed, rel=4e-4)  # the paper's five digits of a
    nominal = 0.32 / 1.00034 / (1 - 0.000525 / (1.00034 - 0.0837))
    assert nominal == pytest.approx(0.32007, abs=1e-5)
    none = Loop(jnp.full(1, 1e-12), jnp.full(1, 1e-12), jnp.ones(1))
    for factor, stable in ((0.999, True), (1.001, False)):
        p = published(b=closed * factor, a=a, s=s)
        cells = [e for e in eigenvalues(none, p) if e != pytest.approx(-1 / p.guardian_days[0])]
        assert (max(e.real for e in cells) < 0) == stable


def test_dobreva_2015_disease_develops_in_about_a_hundred_days_and_treatment_ends_it():
    sick = published()
    rest = held(sick)

    def follow(p: ImmunePrivilege, begin: tuple[float, float], day: float) -> Loop:
        shelter = NOTHING._replace(restored=jnp.ones(1))  # guardians as the paper has them
        loop = Loop(jnp.array([begin[0]]), jnp.array([begin[1]]), jnp.ones(1))
        fixed = patch(p)
        for _ in range(round(day / 0.5)):
            loop = step(loop, 0.5, shelter, fixed, p)
        return loop

    assert float(follow(sick, (1e-5, 1e-5), 100).cd4[0]) > 0.98 * float(rest.cd4[0])
    assert float(follow(sick, (1e-5, 1e-5), 20).cd4[0]) < 0.6 * float(rest.cd4[0])
    treated = follow(published(s=5.1), (3.5, 7.0), 200)
    assert float((treated.cd8 + treated.cd4)[0]) < 0.03 * 10.5


# ── Two resting states ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "changed",
    [{}, {"guardian_ratio": 1.2, "interferon_ratio": 1.5}, {"collapse_steepness": 2.0},
     {"cd4_help": 0.1, "collapse_steepness": 4.0}],
)  # fmt: skip
def test_privileged_and_collapsed_are_stable_and_a_saddle_parts_them(changed: dict):
    p = central(**changed)
    collapsed, saddle, privileged = rests(p)
    for rest in (collapsed, saddle, privileged):
        assert np.abs(np.stack(rates(rest, NOTHING, patch(p), p))).max() < 1e-9
    assert collapsed.guardians[0] < 0.1 < saddle.guardians[0] < 0.9 < privileged.guardians[0]
    assert collapsed.cd8[0] > 5 * privileged.cd8[0]
    assert eigenvalues(collapsed, p).real.max() < 0
    assert eigenvalues(privileged, p).real.max() < 0
    assert (eigenvalues(saddle, p).real > 0).sum() == 1


def test_one_state_is_left_where_collapse_is_too_hard_or_too_easy():
    (only,) = rests(central(collapse_at=0.6))
    assert only.guardians[0] > 0.9
    (only,) = rests(central(collapse_at=0.002))
    assert only.guardians[0] < 0.1


def test_nullclines_t_cells_fall_with_guardians_and_production_falls_with_t_cells():
    p = central()
    fixed, guardians = patch(p), jnp.linspace(0, 1, 50)
    rest = jax.vmap(lambda g: ip.t_cells_at_rest(g[None], fixed.strength, p))(guardians)
    cells = np.asarray(rest.cd8 + rest.cd4)[:, 0]
    assert (np.diff(cells) < 0).all()
    made = np.asarray(ip.production(jnp.asarray(cells), fixed.collapse_level, p))
    assert (np.diff(made) > 0).all()
    # Half of the production is left at the level of collapse, whatever the steepness.
    assert ip.production(fixed.collapse_level, fixed.collapse_level, p) == pytest.approx(0.5)


def test_most_draws_have_both_states_and_a_patch_of_today_seldom_goes_at_once():
    p, _ = drawn(400)
    fixed = patch(p)
    grid = jnp.linspace(0, 1, 501)
    left = np.asarray(jax.vmap(lambda g: ip.balance(g + jnp.zeros(400), fixed, p))(grid))
    roots = (left[:-1] * left[1:] < 0).sum(axis=0)
    assert 0.7 < (roots == 3).mean() < 0.95
    assert ((roots == 1) & (left[250] > 0)).mean() < 0.03  # no collapsed state


# ── How it is solved ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("outside", "begin"),
    [((0.0, 1.0, 0.0), "full"), ((0.6, 0.0, 0.0), "full"), ((0.0, 0.0, 1.0), "privileged"),
     ((0.0, 0.0, 0.0), (0.4, 1.5, 0.6))],
    ids=["restored", "steroid", "trigger", "near the saddle"],
)  # fmt: skip
def test_the_step_agrees_with_scipy_and_is_of_order_two(outside: tuple, begin: object):
    p = central()
    fixed = patch(p)
    start = {"full": fixed.full_attack, "privileged": rests(p)[-1]}.get(str(begin)) or Loop(
        *(jnp.array([v]) for v in begin)  # type: ignore[union-attr]
    )
    exact = solve_ivp(
        slope(p, *outside), (0, 84), [float(v[0]) for v in start], "LSODA",
        t_eval=np.linspace(0, 84, 25), rtol=1e-11, atol=1e-13,
    ).y  # fmt: skip
    acting = Outside(*(jnp.array([v]) for v in outside))
    errors = []
    for split in (1, 2, 4, 8):

        def one(loop: Loop, _: None, days: float = STEP_DAYS / split):
            after = step(loop, days, acting, fixed, p)
            return after, jnp.stack(after)[:, 0]

        seen = np.asarray(jax.lax.scan(one, start, length=24 * split)[1]).T[:, split - 1 :: split]
        errors.append((np.abs(seen - exact[:, 1:]).max(axis=1) / exact.max(axis=1)).max())
    assert errors[0] < 0.06
    assert np.log2(np.array(errors[1:-1]) / errors[2:]) == pytest.approx([2, 2], abs=0.35)


def test_a_year_of_sessions_restoration_and_trigger_agrees_with_diffrax():
    """Every event where it falls, the depot as it decays; ours takes means over half-weeks."""
    diffrax = pytest.importorskip("diffrax")
    p = central(relapse_chance=0.8, trigger_days=35.0, steroid_loss_per_day=0.05)
    restored = jnp.array([112.0])
    ours = ip.course(restored, ONE_DOSE, jnp.full(1, 3.0), jnp.full(1, 21.0), p, YEAR)[1]
    guardians = np.concatenate([[0.0], np.asarray(ours.guardians)[:, 0]])
    privileged_days = np.cumsum(guardians[1:] + guardians[:-1]) / 2 * STEP_DAYS
    risk = privileged_days * float(ip.trigger_rate_per_day(p)[0])
    struck = (np.argmax(risk >= -np.log(0.8)) + 1) * STEP_DAYS
    fixed, life = patch(p), float(p.depot_half_life_days[0]) / np.log(2)
    assert 112 < struck < 330

    def change(t: jnp.ndarray, y: jnp.ndarray, _: None) -> jnp.ndarray:
        depot = sum(
            jnp.where(t >= day, jnp.exp(-jnp.maximum(t - day, 0.0) / life), 0.0)
            for day in (0.0, 21.0, 42.0)
        )
        outside = Outside(
            depot,
            ((t >= 112) & (t < struck)).astype(float),
            ((t >= struck) & (t < struck + 35)).astype(float),
        )
        return jnp.stack(rates(Loop(*(v[None] for v in y)), outside, fixed, p))[:, 0]

    days = np.arange(1, YEAR + 1) * STEP_DAYS
    solved = diffrax.diffeqsolve(
        diffrax.ODETerm(change), diffrax.Kvaerno5(), 0.0, days[-1], 0.05,
        jnp.stack(fixed.full_attack)[:, 0], saveat=diffrax.SaveAt(ts=days), max_steps=100_000,
        stepsize_controller=diffrax.ClipStepSizeController(
            diffrax.PIDController(rtol=1e-7, atol=1e-9),
            step_ts=jnp.array([21.0, 42.0, 112.0, struck, struck + 35]),
        ),
    )  # fmt: skip
    theirs = np.asarray(solved.ys).T
    off = np.abs(np.stack(ours)[:, :, 0] - theirs).max(axis=1) / theirs.max(axis=1)
    assert off.max() < 0.06
    assert ours.guardians[-1, 0] < 0.1  # the trigger was long enough to collapse it again


@settings(max_examples=60)
@given(
    sessions=st.integers(0, 8), interval=st.floats(3.5, 60), life=st.floats(2, 40),
    day=st.floats(0, 200), days=st.floats(0.5, 3.5),
)  # fmt: skip
def test_the_mean_depot_is_the_integral_of_what_decays(
    sessions: int, interval: float, life: float, day: float, days: float
):
    given_on = [k * interval for k in range(sessions)]

    def depot(t: float) -> float:
        return sum(0.5 ** ((t - s) / life) for s in given_on if t > s)

    breaks = [s for s in given_on if day < s < day + days]
    exact = quad(depot, day, day + days, points=breaks or None, epsabs=1e-12)[0] / days
    found = ip.mean_depot(*(jnp.array(float(v)) for v in (day, days, sessions, interval, life)))
    assert float(found) == pytest.approx(exact, abs=1e-7)


@settings(max_examples=40)
@given(
    cells=st.tuples(st.floats(0, 60), st.floats(0, 60), st.floats(0, 1)),
    outside=st.tuples(st.floats(0, 2), st.floats(0, 1), st.floats(0, 1)),
    days=st.floats(0.01, 100), steepness=st.floats(1, 8),
)  # fmt: skip
def test_no_step_leaves_what_is_possible(
    cells: tuple, outside: tuple, days: float, steepness: float
):
    p = central(collapse_steepness=steepness)
    begin = Loop(*(jnp.array([v]) for v in cells))
    acting = Outside(*(jnp.array([v]) for v in outside))
    after = step(begin, days, acting, patch(p), p)
    assert 0 <= after.guardians[0] <= 1
    assert min(after.cd8[0], after.cd4[0]) >= 0
    assert max(after.cd8[0], after.cd4[0]) < 61


def test_the_course_is_differentiable_and_its_gradient_is_right():
    p, restored = central(), jnp.array([120.0])

    def burden(value: jnp.ndarray) -> jnp.ndarray:
        changed = p._replace(steroid_loss_per_day=value[None])
        attack, _ = ip.course(restored, ONE_DOSE, jnp.ones(1), jnp.full(1, 21.0), changed, 40)
        return attack.on_growing.sum()

    at, h = jnp.array(0.01), 1e-6
    numeric = (burden(at + h) - burden(at - h)) / (2 * h)
    assert float(jax.grad(burden)(at)) == pytest.approx(float(numeric), rel=1e-4)
    assert numeric < 0


# ── What moves a patch ────────────────────────────────────────────────────────────────────────────


def privileged(loop: Loop) -> np.ndarray:
    return np.asarray(loop.guardians) > 0.5


def sessions(number: float, draws_: int) -> tuple[jnp.ndarray, jnp.ndarray]:
    return jnp.full(draws_, float(number)), jnp.full(draws_, 21.0)


def test_a_third_to_a_half_of_patches_regain_privilege_within_a_year_by_themselves():
    """The published share is the prior of the restoration: this checks the loop, not the share."""
    p, restored = drawn(2000)
    attack, loop = ip.course(restored, ONE_DOSE, *sessions(0, 2000), p, YEAR)
    ever = privileged(loop).any(axis=0)
    assert 0.34 < ever.mean() < 0.50
    day = (privileged(loop).argmax(axis=0) + 1) * STEP_DAYS
    came = ever & (np.asarray(restored) > 30)
    lag = day[came] - np.asarray(restored)[came]
    assert -1 <= np.quantile(lag, 0.05) < np.median(lag) < 25
    assert attack.on_growing.shape == attack.on_onsets.shape == (YEAR, 2000)
    assert 0 <= float(attack.on_growing.min()) <= float(attack.on_growing.max()) <= 1


def test_a_patch_at_rest_hits_nearly_in_full_and_a_privileged_one_hardly_at_all():
    p, _ = drawn(500)
    never = jnp.full(500, 1e9)
    attack, _ = ip.course(never, ONE_DOSE, *sessions(0, 500), p, YEAR)
    assert np.quantile(attack.on_growing[-1], 0.1) > 0.75
    always = p._replace(relapse_chance=jnp.full(500, 1e-30))
    attack, _ = ip.course(jnp.zeros(500), ONE_DOSE, *sessions(0, 500), always, YEAR)
    assert np.quantile(attack.on_growing[-1], 0.9) < 0.005


def test_triamcinolone_brings_privilege_sooner_and_more_sessions_do_not_take_it_away():
    p, restored = drawn(1000)
    at_week_nine = []
    for number in (0, 1, 3, 6):
        _, loop = ip.course(restored, ONE_DOSE, *sessions(number, 1000), p, 26)
        at_week_nine.append(privileged(loop)[17].mean())
    assert np.all(np.diff(at_week_nine) > -0.01)
    assert at_week_nine[2] > at_week_nine[0] + 0.3


def test_a_short_depot_is_forgotten_and_a_long_one_is_kept():
    """Bistable: what counts is whether the patch has passed the saddle when the depot is gone."""
    p = central(relapse_chance=1e-30)
    ends = {}
    for number in (0, 1, 2, 3, 6):
        weak = p._replace(
            steroid_loss_per_day=jnp.array([0.03]), steroid_on_interferon=jnp.array([1.0])
        )
        _, loop = ip.course(NEVER, ONE_DOSE, *sessions(number, 1), weak, 2 * YEAR)
        ends[number] = float(loop.guardians[-1, 0])
    collapsed, _, saved = (float(rest.guardians[0]) for rest in rests(p))
    assert ends[0] == pytest.approx(collapsed, abs=1e-3)
    assert all(min(abs(e - collapsed), abs(e - saved)) < 0.01 for e in ends.values())
    assert ends[6] == pytest.approx(saved, abs=0.01)
    assert ends[1] < 0.1


def test_where_guardians_are_too_weak_triamcinolone_only_postpones():
    p = central(collapse_at=0.002, relapse_chance=1e-30)
    _, loop = ip.course(NEVER, ONE_DOSE, *sessions(6, 1), p, 2 * YEAR)
    assert loop.guardians.max() > 0.5
    assert loop.guardians[-1, 0] < 0.05


def test_nine_in_ten_relapse_within_five_years_if_every_trigger_is_long_enough():
    p, _ = drawn(1000)
    p = p._replace(trigger_days=jnp.full(1000, 400.0))
    _, loop = ip.course(jnp.zeros(1000), ONE_DOSE, *sessions(0, 1000), p, 5 * YEAR)
    once = privileged(loop).any(axis=0)
    assert once.mean() > 0.98
    relapsed = ~privileged(loop)[-1]
    assert 0.85 < relapsed.mean() < 0.95


def test_a_short_trigger_is_ridden_out_and_a_long_one_collapses_the_patch_again():
    p = central(relapse_chance=0.9)
    lasting = {}
    for days in (3.0, 120.0):
        _, loop = ip.course(
            jnp.zeros(1),
            ONE_DOSE,
            *sessions(0, 1),
            p._replace(trigger_days=jnp.array([days])),
            2 * YEAR,
        )
        lasting[days] = float(loop.guardians[-1, 0])
    assert lasting[3.0] > 0.9
    assert lasting[120.0] < 0.1
