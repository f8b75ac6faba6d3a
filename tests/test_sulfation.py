"""Sulfation against published shares, Bayes by counting, and the spread that it replaced."""

import jax.numpy as jnp
import numpy as np
import pytest
from delivery_cases import DRAWS, centre, drawn, same
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from anagen.model_inputs import person_of
from anagen.patient import Patient
from anagen.scalp import sulfation

UNKNOWN = np.full(DRAWS, np.nan)


def responders(is_male: float, strength: float, od405: float | None = None) -> np.ndarray:
    """Which draws are responders: with activities of 1 and 0 the activity tells the group."""
    p = drawn("sulfation")._replace(activity_responder=same(1.0), activity_other=same(0.0))
    assay = UNKNOWN if od405 is None else same(od405)
    return np.asarray(sulfation.activity(same(is_male), same(strength), assay, p))


def test_published_shares_of_responders():
    assert responders(1, 5).mean() == pytest.approx(0.35, abs=0.02)  # 30 to 40 % overall
    assert responders(1, 2).mean() == responders(1, 5).mean()
    assert 0.13 <= responders(0, 2).mean() <= 0.20  # women on 2 %
    assert 0.20 < responders(0, 5).mean() <= 0.40  # women on 5 %


def test_who_responds_to_the_weaker_solution_responds_to_the_stronger():
    weak, middle, strong = (responders(0, strength) for strength in (2, 3.5, 5))
    assert np.all(weak <= middle)
    assert np.all(middle <= strong)
    assert weak.sum() < middle.sum() < strong.sum()


@given(
    share=st.floats(0.01, 0.99),
    sensitivity=st.floats(0.5, 0.999),
    specificity=st.floats(0.5, 0.999),
)
def test_bayes_gives_back_the_share_when_both_results_are_put_together(
    share: float, sensitivity: float, specificity: float
):
    a, b, c = (jnp.array(v) for v in (share, sensitivity, specificity))
    positive = float(sulfation.share_given_assay(a, jnp.array(1.0), b, c))
    negative = float(sulfation.share_given_assay(a, jnp.array(0.0), b, c))
    tested_positive = sensitivity * share + (1 - specificity) * (1 - share)
    assert tested_positive * positive + (1 - tested_positive) * negative == pytest.approx(share)
    assert negative <= share * (1 + 1e-9)
    assert positive >= share * (1 - 1e-9)


def test_bayes_in_a_thousand_people():
    """35 % responders, Se 95 %, Sp 73 %: 332.5 true of 508 positive, 17.5 false of 492 negative."""
    known = [jnp.array(v) for v in (0.95, 0.73)]
    found = [
        float(sulfation.share_given_assay(jnp.array(0.35), jnp.array(sign), *known))
        for sign in (1.0, 0.0)
    ]
    assert found == pytest.approx([332.5 / 508, 17.5 / 492])
    women = [
        float(
            sulfation.share_given_assay(
                jnp.array(0.3), jnp.array(sign), jnp.array(0.93), jnp.array(0.83)
            )
        )
        for sign in (1.0, 0.0)
    ]
    assert women == pytest.approx([279 / 398, 21 / 602])


def test_a_known_assay_moves_people_between_the_groups_and_nothing_else():
    unknown, positive, negative = (responders(1, 5, od) for od in (None, 0.9, 0.1))
    assert np.all(negative <= unknown)
    assert np.all(unknown <= positive)
    assert positive.mean() == pytest.approx(332.5 / 508, abs=0.02)
    assert negative.mean() == pytest.approx(17.5 / 492, abs=0.01)
    assert np.array_equal(responders(1, 5, 0.4), positive)  # from the cut-off on
    assert np.array_equal(responders(1, 5, 0.39), negative)
    p = drawn("sulfation")
    activity = np.asarray(sulfation.activity(same(1.0), same(5.0), same(0.9), p))
    assert np.array_equal(activity[positive > 0], p.activity_responder[positive > 0])
    assert np.array_equal(activity[positive == 0], p.activity_other[positive == 0])


def test_useless_assay_says_nothing_and_a_perfect_one_decides():
    share = jnp.array(0.35)
    coin = sulfation.share_given_assay(share, jnp.array(1.0), jnp.array(0.6), jnp.array(0.4))
    assert float(coin) == pytest.approx(0.35)
    sure = [
        float(sulfation.share_given_assay(share, jnp.array(s), jnp.array(1.0), jnp.array(1.0)))
        for s in (1.0, 0.0)
    ]
    assert sure == [1.0, 0.0]


def test_the_mixture_keeps_mean_and_spread_of_the_single_lognormal():
    """Before: median 1, spread factor 2.2. Groups as far apart as Se and Sp ask for."""
    p = centre("sulfation")
    share, spread = 0.35, np.log(1.71)
    upper, lower = (np.log(float(a[0])) for a in (p.activity_responder, p.activity_other))
    assert share * upper + (1 - share) * lower == pytest.approx(0, abs=0.01)
    variance = spread**2 + share * (1 - share) * (upper - lower) ** 2
    assert np.exp(np.sqrt(variance)) == pytest.approx(2.2, abs=0.02)
    assert (upper - lower) / spread == pytest.approx(ndtri(0.95) + ndtri(0.73), rel=0.02)
    drawn_activity = np.log(
        np.asarray(sulfation.activity(same(1.0), same(5.0), UNKNOWN, drawn("sulfation")))
    )
    assert drawn_activity.mean() == pytest.approx(0, abs=0.08)
    assert np.exp(drawn_activity.std()) == pytest.approx(2.2, abs=0.15)


def test_a_persons_assay_reaches_the_model():
    from anagen.evidence.parameters import draws

    told = {"age": 30, "sex": "female", "condition": "female_pattern_hair_loss"}
    numbers = draws(3, 0)
    known = person_of(Patient(**told, sulfotransferase_od405=0.5), numbers)
    assert np.array_equal(known.sulfotransferase_od405, [0.5] * 3)
    assert np.isnan(person_of(Patient(**told), numbers).sulfotransferase_od405).all()
