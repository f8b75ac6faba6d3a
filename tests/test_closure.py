"""Closure against the relation of closing times and half-lives."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gamma, gammainc

from anagen.evidence.parameters import draws as draw_parameters
from anagen.model_inputs import person_of, scalp_numbers
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.scalp import closure
from anagen.scalp.course import Scalp


@pytest.mark.parametrize(
    ("closed_h", "half_life_h"), [(2, 0.463), (18, 4.165), (60.3, 13.95), (12, 2.777)]
)
def test_v2_1_half_life_from_a_95_percent_closing_time(closed_h: float, half_life_h: float):
    tau = closure.time_constant_from_closing_time(jnp.array(closed_h))
    assert tau * np.log(2) == pytest.approx(half_life_h, rel=1e-3)
    assert closure.open_share(jnp.array(closed_h), tau) == pytest.approx(0.05)


def test_v2_1_the_published_pair_of_arm_values_is_not_a_95_percent_closing():
    tau = 23.7 / np.log(2)
    assert 1 - closure.open_share(jnp.array(60.3), jnp.array(tau)) == pytest.approx(0.83, abs=0.005)


def test_mean_open_share_is_the_integral_of_the_open_share():
    tau = jnp.array(7.3)
    hours = jnp.linspace(2.0, 14.0, 20_001)
    summed = jnp.trapezoid(closure.open_share(hours, tau), hours) / 12
    assert closure.mean_open_share(jnp.array(2.0), jnp.array(14.0), tau) == pytest.approx(
        float(summed), rel=1e-8
    )


def unknown(number: int, **known: float) -> closure.Circumstances:
    """Circumstances of which only ``known`` is known."""
    values = {name: np.full(number, np.nan) for name in closure.Circumstances._fields}
    values |= {name: np.full(number, value) for name, value in known.items()}
    return closure.Circumstances(**{name: jnp.asarray(value) for name, value in values.items()})


def clock(central: Scalp, assay: int, reached_mm: float = 0.6, **known: float) -> closure.Barrier:
    one = jnp.ones(1)
    return closure.barrier(assay * one, reached_mm * one, unknown(1, **known), central.closure)


def test_longer_needles_close_later_as_dye_was_seen_to(central: Scalp):
    # Kalluri: 370 µm closed after 12 h, 770 µm after 18 h.
    deep, shallow = (clock(central, closure.DYE, depth).tau_h for depth in (0.77, 0.37))
    assert deep / shallow == pytest.approx(18 / 12, rel=0.02)


@pytest.mark.parametrize("assay", range(closure.ASSAYS))
def test_each_assay_is_half_open_at_its_own_half_life(central: Scalp, assay: int):
    half = closure.half_life_h(assay * jnp.ones(1), central.closure)
    b = clock(central, assay)
    assert closure.barrier_open_share(half, b) == pytest.approx(0.5)
    assert closure.hours_until(jnp.array(0.5), b) == pytest.approx(float(half[0]))
    assert closure.barrier_open_share(jnp.array([jnp.inf]), b) == 0


# What each assay was seen to do at about 0.6 mm: hours until a share (V2.1: 5 or 17 %) is left.
SEEN = [
    (closure.IMPEDANCE, 0.05, 2.0),
    (closure.WATER_LOSS, 0.05, 4.5),
    (closure.WATER_LOSS, 0.05, 24.0),
    (closure.DYE, 0.05, 12 * (0.6 / 0.37) ** 0.55),
    (closure.DYE, 0.05, 18 * (0.6 / 0.77) ** 0.55),
    (closure.THREE_DAY, 0.17, 63.1),
    (closure.THREE_DAY, 0.17, 44.1),
    (closure.THREE_DAY, 0.05, 40.0),
]


@pytest.mark.parametrize(("assay", "left", "hours"), SEEN)
def test_each_assay_covers_the_closing_times_it_was_seen_to_give(
    assay: int, left: float, hours: float
):
    p = scalp_numbers(draw_parameters(2000, seed=4)).closure
    b = closure.barrier(jnp.full(2000, assay), jnp.full(2000, 0.6), unknown(2000), p)
    low, high = np.quantile(np.asarray(closure.hours_until(jnp.array(left), b)), [0.05, 0.95])
    assert low < hours < high


def test_a_person_of_whom_nothing_is_known_keeps_the_thirty_fold_conflict():
    p = scalp_numbers(draw_parameters(4000, seed=6)).closure
    told = closure.telling_assay(p)
    assert [float((told == assay).mean()) for assay in range(closure.ASSAYS)] == [0.25] * 4
    b = closure.barrier(told, jnp.full(4000, 0.6), unknown(4000), p)
    half = np.asarray(closure.hours_until(jnp.array(0.5), b))
    low, high = np.quantile(half, [0.05, 0.95])
    assert low < 0.46  # not wrapped, impedance
    assert high > 20  # three-day impedance, 20-26 h
    assert high / low > 30


def test_dye_is_sigmoid_and_the_others_are_not(central: Scalp):
    def early_over_half(assay: int) -> float:
        b = clock(central, assay)
        half = closure.hours_until(jnp.array(0.5), b)
        return float(closure.barrier_open_share(half / 4, b)[0])

    exponential = 0.5**0.25
    for assay in (closure.IMPEDANCE, closure.WATER_LOSS, closure.THREE_DAY):
        assert early_over_half(assay) == pytest.approx(exponential)
    beta = float(central.closure.dye_exponent[0])
    assert early_over_half(closure.DYE) == pytest.approx(0.5 ** (0.25**beta))
    assert early_over_half(closure.DYE) > 0.93 > exponential


@pytest.mark.parametrize("assay", [closure.IMPEDANCE, closure.DYE])
@pytest.mark.parametrize("occluded", [0.0, 7.0, 30.0])
@pytest.mark.parametrize(("start", "end"), [(0.0, 12.0), (5.0, 9.0), (24.0, 36.0), (0.0, 0.02)])
def test_the_mean_of_the_barrier_is_its_integral(
    central: Scalp, assay: int, occluded: float, start: float, end: float
):
    b = clock(central, assay, occluded_hours=occluded)

    def share(hours: float) -> float:
        wrapped = min(hours, float(b.occluded_hours[0]))
        own = wrapped / float(b.slowed[0]) + hours - wrapped
        return np.exp(-((own / float(b.tau_h[0])) ** float(b.exponent[0])))

    kink = [occluded] if start < occluded < end else None
    summed = quad(share, start, end, points=kink, epsabs=1e-13)[0] / (end - start)
    mean = closure.mean_barrier_open_share(jnp.array([start]), jnp.array([end]), b)
    assert float(mean[0]) == pytest.approx(summed, rel=1e-7, abs=1e-12)


def test_wrapping_holds_a_channel_open_as_long_as_it_lasts(central: Scalp):
    slower = float(central.closure.occlusion_factor[0])
    bare, film = clock(central, closure.IMPEDANCE), clock(central, 0, occluded_hours=6.0)
    hours = jnp.array([6.0])
    assert closure.barrier_open_share(hours, film) == pytest.approx(
        float(closure.barrier_open_share(hours / slower, bare)[0])
    )
    later = closure.barrier_open_share(hours + 3, film) / closure.barrier_open_share(hours, film)
    assert later == pytest.approx(float(closure.barrier_open_share(jnp.array([3.0]), bare)[0]))
    # Gupta: at most 2 h bare, 3 to 40 h wrapped (5 % left).
    always = clock(central, closure.IMPEDANCE, occluded_hours=72.0)
    assert 3 < float(closure.hours_until(jnp.array(0.05), always)[0]) < 40
    there_and_back = closure.hours_until(closure.barrier_open_share(hours + 3, film), film)
    assert there_and_back == pytest.approx(9.0)
    assert clock(central, closure.THREE_DAY, occluded_hours=6.0).slowed == 1


def test_age_medicines_and_skin_move_the_clock_as_published(central: Scalp):
    p = central.closure

    def longer(**known: float) -> float:
        return float(closure.longer_by_circumstances(unknown(1, **known), p)[0])

    assert longer() == 1
    assert longer(age_years=25.6) == longer(age_years=12) == longer(nsaid=0) == 1
    assert longer(age_years=77.3) == pytest.approx(float(p.old_age_factor[0]))
    middle = (25.6 + 77.3) / 2
    assert longer(age_years=middle) == pytest.approx(float(p.old_age_factor[0]) ** 0.5)
    assert longer(nsaid=1) == pytest.approx(float(p.nsaid_factor[0]))
    # Ogunjimi 2020: 66.5 h in Black, 50.2 h in White, 44.1 h in Asian people.
    ratio = longer(skin_type=6) / longer(skin_type=1)
    assert 66.5 / 50.2 < ratio < 66.5 / 44.1
    assert longer(skin_type=3) * longer(skin_type=4) == pytest.approx(1)
    together = longer(age_years=77.3, nsaid=1, skin_type=6)
    apart = longer(age_years=77.3) * longer(nsaid=1) * longer(skin_type=6)
    assert together == pytest.approx(apart)


def test_the_deep_track_is_still_open_when_water_loss_is_back(central: Scalp):
    peak = central.healing.peak_days
    track = float(closure.track_open_share(jnp.array(1.0), peak)[0])
    lost = closure.barrier_open_share(jnp.array([24.0]), clock(central, closure.WATER_LOSS))
    assert track > 0.8 > 0.05 > float(lost[0])
    assert closure.track_open_share(jnp.zeros(1), peak) == 1
    assert closure.track_open_share(jnp.full(1, jnp.inf), peak) == 0


@pytest.mark.parametrize("peak", [2.0, 4.5, 9.0])
def test_the_deep_track_is_what_is_left_of_the_healing_signal(peak: float):
    def signal(day: float) -> float:
        return day / peak * np.exp(1 - day / peak)

    whole = quad(signal, 0, np.inf)[0]
    for day in (0.3, 1.0, 5.0, 20.0):
        left = quad(signal, day, np.inf)[0] / whole
        assert closure.track_open_share(jnp.array(day), jnp.array(peak)) == pytest.approx(left)
    share = quad(lambda day: (1 + day / peak) * np.exp(-day / peak), 1.5, 4.0)[0] / 2.5
    mean = closure.mean_track_open_share(jnp.array(1.5), jnp.array(4.0), jnp.array(peak))
    assert mean == pytest.approx(share)


@pytest.mark.parametrize(
    ("medications", "taken"),
    [
        (None, None),
        ([], 0),
        (["Voltaren 50 mg"], 1),
        ([{"name": "ibuprofen", "stopped_days_ago": 9}], 0),
        (["paracetamol", "warfarin"], 0),
    ],
)
def test_a_medicine_is_recognised_as_anti_inflammatory(medications: list | None, taken: int | None):
    told: dict = {"age": 61, "sex": "female", "condition": "female_pattern_hair_loss"}
    told |= {"skin_type": 5, "allergies": ["ibuprofen"]}
    told |= {} if medications is None else {"medications": medications}
    course = {"sessions": 1, "occluded_hours": 2}
    device = {"kind": "roller", "needle_mm": 0.5}
    protocol = Protocol.from_table({"course": course, "device": device}, "test")
    drawn = draw_parameters(3, seed=0)
    c = person_of(Patient.from_table(told, "test"), drawn, protocol).circumstances
    assert (c.age_years[0], c.skin_type[0], c.occluded_hours[0]) == (61, 5, 2)
    assert np.isnan(c.nsaid).all() if taken is None else (c.nsaid == taken).all()


@pytest.mark.parametrize("exponent", [1.0, 1.5, 1.75, 2.0])
def test_open_hours_are_the_incomplete_gamma_function_to_the_last_digits(exponent: float):
    passed = np.concatenate([np.geomspace(1e-9, 1e3, 500), [39.9, 40.0, 40.1]])
    one = jnp.ones(1)
    b = closure.Barrier(tau_h=3 * one, exponent=exponent * one, slowed=one, occluded_hours=0 * one)
    found = closure.open_hours(jnp.asarray(3 * passed ** (1 / exponent))[:, None], b)[:, 0]
    order = 1 / exponent
    expected = 3 * order * gamma(order) * gammainc(order, passed)
    assert np.asarray(found) == pytest.approx(expected, rel=1e-13)
