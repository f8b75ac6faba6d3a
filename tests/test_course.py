"""The whole course: it must land where the published figures are."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from anagen.courses import courses
from anagen.evidence.parameters import draws as draw_parameters
from anagen.forecast import Forecast, simulate
from anagen.model_inputs import person_of, scalp_numbers, treatment_of
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.scalp.conditions import CONDITIONS, place_of
from anagen.scalp.course import run
from anagen.scalp.drive import modulation_of

NOTHING = {"course": {"sessions": 0}}
MINOXIDIL = {"drug": "minoxidil", "strength_percent": 5, "dose_ml": 1.0, "per_day": 2}
NEEDLING = {
    "device": {"kind": "pen", "needle_mm": 0.6, "needles": 12, "rate_hz": 100},
    "course": {"sessions": 12, "interval_days": 14, "passes": 4, "area_cm2": 100},
}
WEEKS_SEEN = (12, 24, 48, 52)


def protocol(*tables: dict) -> Protocol:
    merged: dict = {}
    for table in tables:
        merged |= table
    return Protocol.from_table(merged, "test")


def man(**known: object) -> Patient:
    told = {"age": 34, "sex": "male", "condition": "androgenetic_alopecia", "grade": "norwood_3v"}
    return Patient.from_table(told | known, "test")


MEASURED = {
    "hair": {
        "total_density_per_cm2": 172,
        "terminal_fraction": 0.71,
        "mean_diameter_um": 58,
        "anagen_fraction": 0.78,
    }
}


def median_change(forecast: Forecast, endpoint: str) -> np.ndarray:
    drawn = forecast.draws[endpoint]
    return np.median(drawn - drawn[:, :1], axis=0)


@pytest.mark.parametrize("known", [{}, MEASURED], ids=["typical", "measured"])
def test_untreated_men_lose_four_to_nine_hairs_a_year(known: dict):
    """Placebo arms of the finasteride trials: -4.1 in the first year, -9.4 a year over five."""
    forecast = simulate(man(**known), protocol(NOTHING))
    assert -9 < median_change(forecast, "total_density_per_cm2")[52] < -4


@pytest.mark.parametrize("known", [{}, MEASURED], ids=["typical", "measured"])
def test_minoxidil_sheds_first_then_gains_what_trials_saw(known: dict):
    forecast = simulate(man(**known), protocol(NOTHING, {"topicals": [MINOXIDIL]}))
    change = median_change(forecast, "total_density_per_cm2")
    assert change[2:6].max() < 0  # early shedding, and no visible gain before weeks 4-6
    assert 5 < change[24] < 25
    assert 5 < change[48] < 25
    shed = np.median(forecast.draws["shed_per_day_per_1000"], axis=0)
    assert shed[2:8].max() > 1.3 * shed[0]
    assert shed[40] < shed[2:8].max() / 1.3


def test_needling_alone_brings_less_than_one_count_can_tell():
    nothing = simulate(man(), protocol(NOTHING))
    needled = simulate(man(), protocol(NEEDLING))
    gain = (needled.draws["total_density_per_cm2"] - nothing.draws["total_density_per_cm2"])[:, 24]
    assert abs(np.median(gain)) < nothing.detectable.smallest_change_per_cm2
    assert np.quantile(gain, 0.05) < 3  # for some next to nothing


def test_before_any_trial_the_sign_of_needling_alone_is_open():
    """Of prior knowledge alone, as no trial had a sham needle."""
    drawn, patient = draw_parameters(500, seed=0), man()
    told = [
        (person_of(patient, drawn, done), treatment_of(done, 500))
        for done in (protocol(NOTHING), protocol(NEEDLING))
    ]
    nothing, needled = (
        outcome.by_week["total_density_per_cm2"][24]
        for outcome in courses(told, drawn, patient.condition, 52)
    )
    assert np.quantile(needled - nothing, 0.05) < 0 < np.quantile(needled - nothing, 0.95)


def test_the_start_meets_what_was_measured():
    forecast = simulate(man(**MEASURED), protocol(NOTHING))
    first = {name: values[:, 0] for name, values in forecast.draws.items()}
    assert np.median(first["total_density_per_cm2"]) == pytest.approx(172, rel=1e-6)
    assert np.median(first["anagen_fraction"]) == pytest.approx(0.78, rel=1e-6)
    assert np.median(first["mean_diameter_um"]) == pytest.approx(58, rel=0.06)
    terminal = first["terminal_density_per_cm2"] / first["total_density_per_cm2"]
    assert np.median(terminal) == pytest.approx(0.71, abs=0.09)


def test_a_measured_share_of_anagen_moves_hairs_and_makes_none():
    shedding = {
        "age": 35,
        "sex": "female",
        "condition": "telogen_effluvium",
        "months_since_onset": 2,
    }

    def start(**hair: float) -> Forecast:
        told = shedding | ({"hair": hair} if hair else {})
        return simulate(Patient.from_table(told, "test"), protocol(NOTHING), draws=200)

    plain = start()
    for share in (0.0, 0.3, 0.6, 1.0):
        found = start(anagen_fraction=share)
        total = found.draws["total_density_per_cm2"]
        assert total[:, 0] == pytest.approx(plain.draws["total_density_per_cm2"][:, 0], rel=0.01)
        # A shock passes: what was resting today does not lengthen rest for good.
        last = np.median(found.draws["anagen_fraction"][:, -1])
        assert last == pytest.approx(np.median(plain.draws["anagen_fraction"][:, -1]), abs=0.04)


def test_hair_mass_is_held_against_the_same_scalp_in_health():
    patch = {"age": 28, "sex": "female", "condition": "alopecia_areata", "months_since_onset": 5}
    bald = simulate(Patient.from_table(patch, "test"), protocol(NOTHING), draws=200)
    mass = bald.draws["hair_mass_index"]
    assert np.median(mass[:, 0]) < 0.1
    assert mass.min() >= 0
    assert mass.max() < 1.5  # hairs that come back together are all there together
    young = simulate(
        Patient(age=25.0, sex="male", condition="senescent_alopecia"), protocol(NOTHING), draws=200
    )
    assert young.draws["hair_mass_index"][:, 0] == pytest.approx(1, rel=1e-6)
    diameter = young.draws["mean_diameter_um"]
    assert np.abs(diameter[:, -1] - diameter[:, 0]).max() < 0.01  # at 25 nothing thins yet


def test_five_conditions_behave_as_their_names_say():
    told = {"age": 40, "sex": "female", "months_since_onset": 2}
    change = {}
    for condition in CONDITIONS:
        if condition == "androgenetic_alopecia":
            continue
        person = Patient.from_table(told | {"condition": condition}, "test")
        forecast = simulate(person, protocol(NOTHING), draws=200)
        change[condition] = median_change(forecast, "total_density_per_cm2")
        assert all(np.isfinite(values).all() for values in forecast.draws.values()), condition
    assert change["female_pattern_hair_loss"][52] < 0
    assert change["telogen_effluvium"][52] > 15  # recovers by itself
    assert change["cicatricial_alopecia"][52] < -10  # and does not come back
    assert -2 < change["senescent_alopecia"][52] < 0  # slow


def test_a_third_to_a_half_of_patches_recover_within_a_year_untreated():
    drawn = draw_parameters(4000, seed=1)
    numbers = scalp_numbers(drawn)
    from anagen.scalp.conditions import areata

    person = Patient(age=28.0, sex="female", condition="alopecia_areata", months_since_onset=4.0)
    m = areata.modulation(person_of(person, drawn), numbers.follicles, numbers.areata)
    assert 0.34 < float((m.ends_on_day < 365.25).mean()) < 0.50


def test_triamcinolone_through_the_channels_brings_more_patches_back():
    """Fewer hairs thrown out and more new ones, in proportion to the dose that enters."""
    person = Patient(age=28.0, sex="female", condition="alopecia_areata", months_since_onset=4.0)
    course = {"sessions": 3, "interval_days": 21, "passes": 4, "area_cm2": 20}

    def hairs(*topicals: dict) -> float:
        forecast = simulate(
            person, protocol(NEEDLING | {"course": course}, {"topicals": list(topicals)}), 40, 200
        )
        return float(np.mean(forecast.draws["total_density_per_cm2"][:, 40]))

    steroid = {"drug": "triamcinolone", "dose_ml": 2.0}
    none, weak, usual = (
        hairs(),
        hairs(steroid | {"strength_percent": 0.01}),
        hairs(steroid | {"strength_percent": 1.0}),
    )
    assert none < weak < usual


def test_the_drug_is_conserved_over_a_year_with_sessions_and_holds():
    drawn = draw_parameters(200, seed=2)
    plan = protocol(NEEDLING, {"topicals": [MINOXIDIL | {"hold_hours": 0.0}]})
    told = person_of(man(), drawn), treatment_of(plan, 200)
    by_week = courses([told], drawn, "androgenetic_alopecia", 52)[0].by_week
    assert np.abs(by_week["drug_balance"]).max() < 1e-6
    follicles = np.asarray(by_week["follicles_per_cm2"])
    assert np.abs(follicles / follicles[0] - 1).max() < 1e-9


def test_putting_minoxidil_on_at_once_raises_its_plasma_level():
    def peak(hold_hours: float) -> float:
        plan = protocol(NEEDLING, {"topicals": [MINOXIDIL | {"hold_hours": hold_hours}]})
        return float(np.quantile(simulate(man(), plan, 4).draws["plasma_minoxidil_ng_ml"], 0.95))

    # The upper end of the draws, half as high again: 60 against 40 ng/mL.
    assert peak(0.0) > 1.4 * peak(48.0)


def test_the_same_seed_gives_the_same_forecast_and_another_gives_another():
    plan = protocol(NEEDLING, {"topicals": [MINOXIDIL]})
    one, two, other = (simulate(man(), plan, 12, 50, seed) for seed in (7, 7, 8))
    for name in one.draws:
        assert np.array_equal(one.draws[name], two.draws[name]), name
    assert not np.array_equal(
        one.draws["total_density_per_cm2"], other.draws["total_density_per_cm2"]
    )


def test_many_draws_agree_with_few():
    few = simulate(man(), protocol(NEEDLING), 24, 400, seed=1)
    many = simulate(man(), protocol(NEEDLING), 24, 4000, seed=2)
    for name in ("total_density_per_cm2", "mean_diameter_um", "anagen_fraction"):
        wide, narrow = many.band(name), few.band(name)
        spread = (wide["p95"] - wide["p05"]).max()
        assert np.abs(wide["median"] - narrow["median"]).max() < 0.12 * spread, name


def test_the_course_is_differentiable_and_its_gradient_is_right():
    drawn = draw_parameters(4, seed=3)
    told = person_of(man(), drawn), treatment_of(protocol(NEEDLING, {"topicals": [MINOXIDIL]}), 4)
    numbers, condition, weeks = scalp_numbers(drawn), "androgenetic_alopecia", 26

    def gain(effect: jax.Array) -> jax.Array:
        changed = numbers._replace(effects=numbers.effects._replace(minoxidil_on_exit=effect))
        total = run(*told, changed, condition, weeks).by_week["total_density_per_cm2"]
        return (total[-1] - total[0]).sum()

    gradient = jax.grad(gain)(numbers.effects.minoxidil_on_exit)

    def found(change: float) -> float:
        """The gain of the second draw, as a forecast computes it."""
        key = "effects.minoxidil_on_exit"
        outcome = courses([told], {**drawn, key: drawn[key] + change}, condition, weeks)[0]
        total = np.asarray(outcome.by_week["total_density_per_cm2"])[:, 1]
        return total[-1] - total[0]

    step = 1e-4
    numeric = (found(step) - found(-step)) / (2 * step)
    assert float(gradient[1]) == pytest.approx(numeric, rel=1e-4)
    assert bool(jnp.all(jnp.isfinite(gradient)))


def test_channels_close_later_where_needles_reach_deeper_and_skin_is_wrapped():
    """In the middle of the draws; in a few, length hardly tells."""

    def hours(**course: float) -> np.ndarray:
        device = NEEDLING["device"] | {"needle_mm": course.pop("needle_mm", 0.6)}
        plan = protocol({"device": device, "course": NEEDLING["course"] | course})
        return simulate(man(), plan, 4).session["hours_to_closed"]

    usual, deeper = hours(), hours(needle_mm=1.2)
    assert np.all(usual > 0)
    assert np.median(deeper) > 1.2 * np.median(usual)
    assert (deeper > usual).mean() > 0.95
    assert np.all(hours(occluded_hours=24) >= usual)
    none = simulate(man(), protocol({"course": {"sessions": 0}}), 4).session["hours_to_closed"]
    assert np.all(none == 0)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_told_when_the_program_runs_is_that_condition(condition: str) -> None:
    drawn = draw_parameters(3, 0)
    sex = "male" if condition == "androgenetic_alopecia" else "female"
    who = Patient.from_table({"age": 45, "sex": sex, "condition": condition}, "test")
    person, numbers = person_of(who, drawn), scalp_numbers(drawn)
    own = modulation_of(person, numbers, condition)
    told = modulation_of(person, numbers, jnp.array(place_of(condition)))
    for one, other in zip(own, told, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-14)


def test_one_program_serves_a_patch_as_its_own_would() -> None:
    drawn = draw_parameters(3, 0)
    who = Patient.from_table({"age": 45, "sex": "female", "condition": "alopecia_areata"}, "test")
    told = person_of(who, drawn), treatment_of(protocol(NEEDLING), 3)
    (shared,) = courses([told], drawn, who.condition, 26)
    own = run(*told, scalp_numbers(drawn), who.condition, 26)
    for name, values in own.by_week.items():
        np.testing.assert_allclose(shared.by_week[name], values, rtol=1e-9, atol=1e-12)
