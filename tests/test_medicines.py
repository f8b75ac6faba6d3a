"""Medicines by mouth: what they leave of androgen, and what that does to follicles."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from screening_cases import person, woman

from anagen.evidence.parameters import draws, parameters
from anagen.model_inputs import person_of, scalp_numbers, treatment_of
from anagen.patient import Patient
from anagen.protocol import Protocol
from anagen.range_of_validity import warnings_for
from anagen.reading import BadInput
from anagen.scalp import follicles, medicines
from anagen.scalp.conditions import CONDITIONS, Modulation
from anagen.scalp.course import Scalp
from anagen.scalp.medicines import Intake, Medicines, Taken

NUMBER = 1000


@pytest.fixture(scope="module")
def central_medicines() -> Medicines:
    return Medicines(
        **{
            name: jnp.array([parameters()[f"medicines.{name}"].centre])
            for name in Medicines._fields
        }
    )


@pytest.fixture(scope="module")
def drawn_medicines() -> Medicines:
    table = draws(NUMBER, seed=1)
    return Medicines(
        **{name: jnp.asarray(table[f"medicines.{name}"]) for name in Medicines._fields}
    )


def protocol(*tablets: dict) -> Protocol:
    return Protocol.from_table({"course": {"sessions": 0}, "medicines": list(tablets)}, "test")


def intake(number: int = 1, /, **mg: float) -> Intake:
    tablets = ({"drug": drug, "mg_per_day": dose} for drug, dose in mg.items())
    return treatment_of(protocol(*tablets), number).intake


def modulation(condition: str, sex: str, p: Scalp) -> Modulation:
    patient = Patient.from_table(
        {"age": 60, "sex": sex, "condition": condition, "months_since_onset": 24}, "test"
    )
    centre = {key: np.array([record.centre]) for key, record in parameters().items()}
    who = person_of(patient, centre)
    module = CONDITIONS[condition]
    numbers = getattr(p, module.__name__.rpartition(".")[2])
    return module.modulation(who, p.follicles, numbers)


# What is left of DHT


@pytest.mark.parametrize(
    ("drug", "mg", "measured"),
    [
        ("finasteride", 1.0, 0.641),  # Drake
        ("finasteride", 5.0, 0.694),
        ("finasteride", 5.0, 0.41),  # Olsen
        ("finasteride", 5.0, 1 - 3.62 / 6.40),  # Dallob
        ("dutasteride", 0.5, 0.51),  # Olsen
        ("dutasteride", 2.5, 0.79),
    ],
)
def test_measured_falls_of_scalp_dht_lie_within_what_is_drawn(
    drug: str, mg: float, measured: float, drawn_medicines: Medicines
):
    left = medicines.scalp_dht_left(jnp.array(168.0), intake(NUMBER, **{drug: mg}), drawn_medicines)
    low, high = np.quantile(1 - np.asarray(left), [0.005, 0.995])
    assert low < measured < high


def test_dutasteride_leaves_less_than_finasteride_as_where_both_were_measured(
    drawn_medicines: Medicines,
):
    day = jnp.array(168.0)
    fin = medicines.scalp_dht_left(day, intake(NUMBER, finasteride=5), drawn_medicines)
    dut = medicines.scalp_dht_left(day, intake(NUMBER, dutasteride=0.5), drawn_medicines)
    assert np.mean(np.asarray(dut < fin)) > 0.85
    # In the laboratory of Olsen 2006 (exponent 1) the middles are its numbers.
    there = drawn_medicines._replace(laboratory_exponent=jnp.ones(NUMBER))
    for drug, mg, reduction in (
        ("finasteride", 5, 0.42),
        ("dutasteride", 0.5, 0.51),
        ("dutasteride", 2.5, 0.79),
    ):
        left = medicines.scalp_dht_left(day, intake(NUMBER, **{drug: float(mg)}), there)
        assert 1 - np.median(left) == pytest.approx(reduction, abs=0.015), (drug, mg)


def test_emax_halves_at_the_half_dose():
    most, half = jnp.array([0.6]), jnp.array([0.03])
    doses = jnp.array([0.0, 0.03, 0.3, 1e6])
    assert medicines.strength(doses, most, half) == pytest.approx([0, 0.3, 0.6 / 1.1, 0.6])


def test_a_medicine_comes_on_and_fades_with_its_own_times():
    def share(day: float, stop: float) -> float:
        arrays = (jnp.array([x]) for x in (day, stop, 4.0, 50.0))
        return float(medicines.in_force(*arrays)[0])

    assert share(0, np.inf) == 0
    assert share(4 * np.log(2), np.inf) == pytest.approx(0.5)
    assert share(400, np.inf) == pytest.approx(1)
    assert share(100 + 50 * np.log(4), 100) == pytest.approx(0.25, rel=1e-9)
    assert share(8 * np.log(2) + 50, 8 * np.log(2)) == pytest.approx(0.75 / np.e)
    assert share(1e4, 100) == pytest.approx(0, abs=1e-12)


def test_nothing_taken_leaves_everything(drawn_medicines: Medicines):
    for day in (0.0, 30.0, 700.0):
        left = medicines.androgen_share(jnp.array(day), intake(NUMBER), drawn_medicines)
        assert (np.asarray(left) == 1).all()


def test_androgen_falls_with_the_dose_and_comes_back_after_the_stop(drawn_medicines: Medicines):
    def left(day: float, mg: float, **more: float) -> np.ndarray:
        table = {"drug": "spironolactone", "mg_per_day": mg} | more
        used = treatment_of(protocol(table), NUMBER).intake
        return np.asarray(medicines.androgen_share(jnp.array(day), used, drawn_medicines))

    assert (left(90, 25) > left(90, 100)).all()
    assert (left(90, 100) > left(90, 200)).all()
    assert (left(7, 100) > left(90, 100)).all()
    assert (left(120, 100, stop_day=90.0) > left(120, 100)).all()
    assert left(90 + 365, 100, stop_day=90.0) == pytest.approx(1, abs=1e-9)


def test_a_reductase_inhibitor_and_a_receptor_blocker_multiply(central_medicines: Medicines):
    def left(**mg: float) -> float:
        return float(medicines.androgen_share(jnp.array(400.0), intake(**mg), central_medicines)[0])

    both = left(dutasteride=0.5, spironolactone=100)
    assert both == pytest.approx(left(dutasteride=0.5) * left(spironolactone=100), rel=1e-12)
    p = central_medicines
    blocked = p.spironolactone_most * 100 / (100 + p.spironolactone_half_mg)
    assert left(spironolactone=100) == pytest.approx(1 - blocked[0])
    assert left(oral_minoxidil=5) == 1


# What it does to follicles


def test_what_androgen_drives_is_scaled_and_nothing_else(
    central: Scalp, central_medicines: Medicines
):
    m = modulation("androgenetic_alopecia", "male", central)
    third = medicines.treated(m, jnp.array([1 / 3]), central.follicles, central_medicines)
    assert third.fall == pytest.approx(np.asarray(m.fall) / 3)
    extra = np.asarray(m.kenogen_days - central.follicles.kenogen_days)
    assert np.asarray(third.kenogen_days - central.follicles.kenogen_days) == pytest.approx(
        extra / 3
    )
    assert third.rise == pytest.approx(central_medicines.rise_without_androgen * 2 / 3)
    same = ("released", "history_days", "hit_per_day", "onset_blocked", "anagen_exit")
    for name in same:
        assert (getattr(third, name) == getattr(m, name)).all(), name
    untouched = medicines.treated(m, jnp.ones(1), central.follicles, central_medicines)
    for name in Modulation._fields:
        assert getattr(untouched, name) == pytest.approx(np.asarray(getattr(m, name))), name


def test_in_women_only_a_drawn_share_is_androgen_s(central: Scalp, central_medicines: Medicines):
    """From nothing (Price 2000: finasteride did nothing after menopause) to what it is in men."""
    left = {}
    for share in (0.0, 0.4, 1.0):
        p = central._replace(
            pattern=central.pattern._replace(female_androgenic_share=np.array([share]))
        )
        m = modulation("female_pattern_hair_loss", "female", p)
        treated = medicines.treated(m, jnp.array([0.2]), p.follicles, central_medicines)
        left[share] = float((treated.fall / m.fall).mean())
    assert left == pytest.approx({0.0: 1.0, 0.4: 1 - 0.4 * 0.8, 1.0: 0.2})


@pytest.mark.parametrize(
    "condition",
    ["alopecia_areata", "telogen_effluvium", "senescent_alopecia", "cicatricial_alopecia"],
)
def test_androgen_withdrawal_does_nothing_where_androgen_did_nothing(
    condition: str, central: Scalp, central_medicines: Medicines
):
    m = modulation(condition, "female", central)
    treated = medicines.treated(m, jnp.array([0.1]), central.follicles, central_medicines)
    for name in Modulation._fields:
        assert getattr(treated, name) == pytest.approx(np.asarray(getattr(m, name))), name


def test_without_androgen_a_follicle_climbs_as_a_birth_chain_does(
    central: Scalp, central_medicines: Medicines
):
    """Onsets of one class, n times over: a binomial number of classes up, the total kept."""
    m = modulation("androgenetic_alopecia", "male", central)
    p = central_medicines._replace(rise_without_androgen=jnp.array([0.3]))
    free = medicines.treated(m, jnp.zeros(1), central.follicles, p)
    onset = jnp.zeros((follicles.CLASSES, 1)).at[2].set(1.0)
    for _ in range(4):
        onset = follicles.shift_classes(onset, free.fall, free.rise)
    binomial = [0.7**4, 4 * 0.3 * 0.7**3, 6 * 0.09 * 0.49, 4 * 0.027 * 0.7, 0.3**4]
    assert np.asarray(onset)[:, 0] == pytest.approx([0, 0, *binomial, 0, 0])


def test_the_share_of_androgen_can_be_differentiated(central_medicines: Medicines):
    def left(mg: float) -> jax.Array:
        used = intake()._replace(finasteride=Taken(mg * jnp.ones(1), jnp.full(1, jnp.inf)))
        return medicines.androgen_share(jnp.array(60.0), used, central_medicines)[0]

    step = 1e-5
    by_differences = (left(0.05 + step) - left(0.05 - step)) / (2 * step)
    assert jax.grad(left)(0.05) == pytest.approx(float(by_differences), rel=1e-6)
    assert jax.grad(left)(0.05) < 0


# Oral minoxidil


@pytest.mark.parametrize(("mg", "mean"), [(5.0, 2.36742), (0.25, 0.118371), (1.5, 0.710227)])
def test_plasma_under_oral_minoxidil_is_dose_over_clearance(
    mg: float, mean: float, central: Scalp, central_medicines: Medicines
):
    p = central_medicines._replace(oral_availability=jnp.array([0.625]))
    taken = Taken(jnp.array([mg]), jnp.array([jnp.inf]))
    found = medicines.oral_minoxidil(jnp.array(10.0), taken, jnp.ones(1), central.delivery, p)
    assert found.plasma_mean_ng_ml == pytest.approx(mean, rel=1e-5)  # 0.625 d/(24 h · 55 L/h)
    # The peak, let fall at the half-life for a day, has the mean level as its mean.
    rate = np.log(2) / 4.2
    over_a_day = float(found.plasma_peak_ng_ml[0]) * (1 - np.exp(-24 * rate)) / (24 * rate)
    assert over_a_day == pytest.approx(mean, rel=1e-5)


def test_oral_minoxidil_ends_with_its_stop_and_needs_less_of_the_follicle_s_own_enzyme(
    central: Scalp, central_medicines: Medicines
):
    def at(day: float, sulfation: float, elsewhere: float) -> medicines.OralMinoxidil:
        p = central_medicines._replace(oral_activated_elsewhere=jnp.array([elsewhere]))
        taken = Taken(jnp.array([2.5]), jnp.array([30.0]))
        return medicines.oral_minoxidil(
            jnp.array(day), taken, jnp.array([sulfation]), central.delivery, p
        )

    assert at(29.5, 1.0, 0.5).activated > 0
    assert [float(value[0]) for value in at(30.0, 1.0, 0.5)] == [0, 0, 0]
    assert at(1.0, 0.4, 0.0).activated == pytest.approx(0.4 * at(1.0, 1.0, 0.0).activated)
    assert at(1.0, 0.4, 1.0).activated == pytest.approx(at(1.0, 2.0, 1.0).activated)


def test_the_dose_that_trials_could_not_tell_from_topical_use_lies_in_what_is_drawn(
    drawn_medicines: Medicines,
):
    """5 mg in men against 5 %, 0.25 mg in women against 2 % (taken as a third to a full dose)."""
    scalp = scalp_numbers(draws(NUMBER, seed=1))
    for mg in (5.0, 0.25):
        taken = Taken(jnp.full(NUMBER, mg), jnp.full(NUMBER, jnp.inf))
        found = medicines.oral_minoxidil(
            jnp.array(1.0), taken, jnp.ones(NUMBER), scalp.delivery, drawn_medicines
        )
        low, high = np.quantile(np.asarray(found.activated), [0.01, 0.99])
        assert low < (1 if mg == 5 else 0.3) < high


# Protocol


def test_a_protocol_becomes_an_intake():
    asked = protocol(
        {"drug": "oral_minoxidil", "mg_per_day": 2.5, "stop_day": 100.0},
        {"drug": "finasteride", "mg_per_day": 1},
    )
    used = treatment_of(asked, 3).intake
    assert np.asarray(used.oral_minoxidil).T.tolist() == [[2.5, 100.0]] * 3
    assert np.asarray(used.finasteride).T.tolist() == [[1.0, np.inf]] * 3
    assert np.asarray(used.dutasteride).T.tolist() == [[0.0, np.inf]] * 3


@pytest.mark.parametrize(
    ("drug", "most"),
    [("finasteride", 5), ("dutasteride", 2.5), ("oral_minoxidil", 10), ("spironolactone", 200)],
)
def test_each_medicine_has_its_own_highest_dose(drug: str, most: float):
    assert protocol({"drug": drug, "mg_per_day": most}).medicine(drug)
    with pytest.raises(BadInput, match=rf"(up to|or) {most:g}\b"):
        protocol({"drug": drug, "mg_per_day": most + 0.1})


def test_warnings_say_whom_a_medicine_is_not_for():
    def said(patient: Patient, drug: str, mg: float) -> str:
        return " ".join(warnings_for(patient, protocol({"drug": drug, "mg_per_day": mg}), 52, 0, 0))

    assert "feminises men" in said(person(), "spironolactone", 100)
    assert "feminises" not in said(woman(), "spironolactone", 100)
    assert "licensed for men only" in said(woman(), "finasteride", 1)
    assert "licensed" not in said(person(), "dutasteride", 0.5)
    assert "feminises" not in " ".join(warnings_for(person(), protocol(), 52, 0, 0))
