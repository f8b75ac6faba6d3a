"""The most new hairs that follicles can show in time, against the cycle driven to its limit."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anagen.scalp import follicles as fo
from anagen.scalp import plausibility as pl

YES, NO = jnp.ones(1), jnp.zeros(1)


def scalp(
    density: float, anagen: float, telogen: float, kenogen: float, delay: float
) -> fo.Follicles:
    means = (jnp.full((fo.CLASSES, 1), mean) for mean in (anagen, telogen, kenogen))
    per_class = jnp.zeros((fo.CLASSES, 1)).at[4].set(density)
    return fo.steady_state(per_class, *means, jnp.array([delay]), fo.STEP_DAYS)


def most(f: fo.Follicles, delay: float, days: float, resting: jnp.ndarray) -> float:
    return float(
        pl.largest_gain_per_cm2(pl.reserve(f, jnp.array([delay]), jnp.array([days])), resting)[0]
    )


@settings(max_examples=60)
@given(
    density=st.floats(50, 400), anagen=st.floats(90, 1500), telogen=st.floats(60, 150),
    kenogen=st.floats(30, 300), delay=st.floats(20, 60),
)  # fmt: skip
def test_v7_3_in_a_steady_cycle_the_reserve_is_that_of_the_renewal_theorem(
    density: float, anagen: float, telogen: float, kenogen: float, delay: float
):
    f = scalp(density, anagen, telogen, kenogen, delay)
    cycle = delay + anagen + telogen + kenogen
    assert most(f, delay, 84, YES) == pytest.approx(density * (delay + kenogen) / cycle)
    assert most(f, delay, 84, NO) == pytest.approx(density * (1 - anagen / cycle))
    # Before a hair can grow out, only those that were on their way show.
    early = density * delay / cycle
    assert most(f, delay, delay / 2, YES) == pytest.approx(early / 2, rel=0.1)
    assert most(f, delay, delay - 0.01, NO) <= early * (1 + 1e-9)
    needed = pl.visible_density_needed_per_cm2(
        jnp.array([91.4]), f, jnp.array([most(f, delay, 84, YES)])
    )
    assert needed[0] == pytest.approx(91.4 * (anagen + telogen) / (delay + kenogen))


@pytest.mark.parametrize(
    ("visible", "anagen", "kenogen", "possible", "possible_at_the_most"),
    [
        (140, 1095, 60, False, False),  # a healthy cycle
        (140, 365, 120, False, False),  # pattern hair loss, at the upper end of the baseline counts
        (50, 365, 180, False, False),
        (100, 180, 180, False, True),  # only if no resting hair was counted at first
        (230, 120, 150, True, True),  # what it would take: a third of a year of growth
    ],
)
def test_v7_3_a_gain_of_91_in_84_days(
    visible: float, anagen: float, kenogen: float, possible: bool, possible_at_the_most: bool
):
    """+91.4 hairs/cm² in 12 weeks, claimed for scalps of some 50 to 140 hairs/cm²."""
    telogen, delay = 90.0, 36.0
    density = visible * (delay + anagen + telogen + kenogen) / (anagen + telogen)
    f = scalp(density, anagen, telogen, kenogen, delay)
    assert float(fo.visible(f).sum()) == pytest.approx(visible)
    assert (most(f, delay, 84, YES) > 91.4) == possible
    assert (most(f, delay, 84, NO) > 91.4) == possible_at_the_most
    needed = pl.visible_density_needed_per_cm2(
        jnp.array([91.4]), f, jnp.array([most(f, delay, 84, YES)])
    )
    assert (needed[0] < visible) == possible


@pytest.mark.parametrize(
    ("gain", "days", "anagen", "kenogen"), [(22.2, 84, 365, 120), (34.0, 182, 365, 120)]
)
def test_v7_3_what_minoxidil_alone_did_is_possible(
    gain: float, days: float, anagen: float, kenogen: float
):
    f = scalp(200, anagen, 90, kenogen, 36)
    assert most(f, 36, days, YES) > gain


@pytest.mark.parametrize(
    ("anagen", "telogen", "kenogen", "delay"), [(365, 90, 120, 36), (900, 120, 60, 28)]
)
def test_the_cycle_driven_to_its_limit_reaches_the_most_and_never_passes_it(
    anagen: float, telogen: float, kenogen: float, delay: float
):
    """No hair is shed and kenogen leaves within days; then with the usual rates."""
    f = scalp(200, anagen, telogen, kenogen, delay)
    zero, never = jnp.zeros((fo.CLASSES, 1)), jnp.zeros(1)
    seen = {}
    for name, (leave_anagen, leave_telogen, leave_kenogen) in {
        "limit": (0.0, 0.0, 0.3),
        "usual": (fo.ANAGEN_STAGES / anagen, fo.TELOGEN_STAGES / telogen, 4 * 2 / kenogen),
    }.items():
        r = fo.Rates(
            zero + leave_anagen, zero + leave_telogen, zero + leave_kenogen, never, zero, zero,
            never, never,
        )  # fmt: skip

        def one(f: fo.Follicles, _: None, r: fo.Rates = r):
            after, _ = fo.step(f, r, jnp.array([float(delay)]), fo.STEP_DAYS)
            return after, fo.visible(after).sum()

        seen[name] = np.asarray(jax.lax.scan(one, f, length=60)[1]) - float(fo.visible(f).sum())
    days = (np.arange(60) + 1) * fo.STEP_DAYS
    bound = np.array([most(f, delay, day, YES) for day in days])
    assert (seen["usual"] <= bound + 1e-9).all()
    # The delay line holds an onset back for up to a step more or less than its mean.
    later = np.array([most(f, delay, day + 2 * fo.STEP_DAYS, YES) for day in days])
    assert (seen["limit"] <= later + 1e-9).all()
    assert seen["limit"][-1] == pytest.approx(bound[-1], rel=1e-6)
