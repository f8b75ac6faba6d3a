"""Virtual trials: closed forms of the test, and what must hold whatever the biology."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import nct, ttest_ind
from shell import anagen, is_one_clear_sentence

from anagen.care.document_pages import document_html
from anagen.care.trial_chart import trial_chart
from anagen.care.trial_page import answer, trial_document
from anagen.evidence.parameters import parameters
from anagen.evidence.posterior import posterior, trial_draws
from anagen.reading import BadInput
from anagen.trial import TrialSpec, read_trial, run_trial
from anagen.trial.analysis import (
    Group,
    Truth,
    expected,
    p_values,
    people_for,
    power_of_sizes,
    share,
    truths,
)
from anagen.trial.conduct import blocks, conduct
from anagen.trial.result import TrialResult, kept_result, result_of
from anagen.trial.seen import joined

EXAMPLE = Path(__file__).parent.parent / "examples" / "trial.toml"
MINOXIDIL = {
    "course": {"sessions": 0},
    "topicals": [
        {"drug": "minoxidil", "strength_percent": 5, "dose_ml": 1, "per_day": 2, "hold_hours": 0}
    ],
}
NOTHING: dict[str, Any] = {"course": {"sessions": 0}}


def trial(**told: Any) -> TrialSpec:
    """A small trial of minoxidil against nothing."""
    table: dict[str, Any] = {
        "people": {
            "condition": "androgenetic_alopecia",
            "sex": "male",
            "age": [20, 50],
            "grades": {"norwood_3": 1.0, "norwood_4": 1.0},
        },
        "arms": [
            {"name": "Nothing", "people": 12, "control": True, "protocol": NOTHING},
            {"name": "Minoxidil", "people": 12, "protocol": MINOXIDIL},
        ],
        "visits_weeks": [12, 26],
        "repeats": 60,
    }
    return TrialSpec.from_table(table | told, "the trial")


@pytest.fixture(scope="module")
def found() -> TrialResult:
    return run_trial(trial())


def group(values: np.ndarray) -> Group:
    return Group(np.full(len(values), values.shape[1]), values.mean(1), values.var(1, ddof=1))


# The test and its power


def test_half_a_standard_deviation_takes_64_people_an_arm():
    """Cohen 1988, table 2.4.1: d = 0.5, two-sided 5 %, power 80 %."""
    truth = Truth(np.array([0.5]), (np.ones(1), np.ones(1)))
    sizes = np.arange(50.0, 80.0)
    assert people_for(power_of_sizes(truth, 0.05, sizes), sizes) == 64


@pytest.mark.parametrize("effect", [0.0, 0.3, 1.0])
def test_the_power_is_that_of_the_noncentral_t(effect: float):
    n = 20
    truth = Truth(np.array([effect]), (np.ones(1), np.ones(1)))
    critical = 2.024394  # t(38), two-sided 5 %
    shift = effect * np.sqrt(n / 2)
    expected = nct.sf(critical, 38, shift) + nct.cdf(-critical, 38, shift)
    (power,) = power_of_sizes(truth, 0.05, np.array([float(n)]))
    assert power == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("alpha", [1e-6, 0.05, 0.49])
@pytest.mark.parametrize("effect", [-1000.0, 0.0, 0.1, 100.0])
def test_power_is_a_share_and_never_falls_with_people(alpha: float, effect: float):
    truth = Truth(np.array([effect]), (np.array([0.01]), np.array([900.0])))
    power = power_of_sizes(truth, alpha, np.geomspace(4, 4000, 50))
    assert np.all((power >= 0) & (power <= 1 + 1e-7))
    assert np.all(np.diff(power) > -1e-7)


def test_p_values_are_those_of_welch():
    random = np.random.default_rng(1)
    one, other = random.normal(0, 1, (30, 9)), random.normal(0.5, 3, (30, 14))
    _, expected = ttest_ind(one, other, axis=1, equal_var=False)
    np.testing.assert_allclose(p_values(group(one), group(other)), expected)


def test_nobody_left_finds_nothing():
    nobody = Group(np.array([0]), np.array([np.nan]), np.array([np.nan]))
    assert p_values(nobody, group(np.ones((1, 5)) * np.arange(5)))[0] == 1


def test_simulated_trials_find_what_the_closed_form_says():
    random, n, effect = np.random.default_rng(2), 24, 0.7
    one = group(random.normal(effect, 1, (4000, n)))
    other = group(random.normal(0, 1, (4000, n)))
    said = share(p_values(one, other) < 0.05)
    truth = Truth(np.array([effect]), (np.ones(1), np.ones(1)))
    (power,) = power_of_sizes(truth, 0.05, np.array([float(n)]))
    assert said.low < power < said.high


def test_alike_groups_are_told_apart_at_the_level_of_the_test():
    random = np.random.default_rng(3)
    one, other = (group(random.normal(0, 1, (4000, 15))) for _ in range(2))
    said = share(p_values(one, other) < 0.05)
    assert said.low < 0.05 < said.high


def test_the_spread_of_the_average_effect_is_found_beneath_chance():
    random, n, spread = np.random.default_rng(4), 30, 2.0
    effect = random.normal(5, spread, (2000, 1))
    one, other = group(random.normal(effect, 6, (2000, n))), group(random.normal(0, 6, (2000, n)))
    truth = truths(one, other, seen=(one, other))
    assert truth.effect.std() == pytest.approx(spread, rel=0.1)
    assert expected(truth).effect[0] == pytest.approx(5, abs=0.15)


def test_where_the_sign_is_open_no_number_of_people_reaches_the_power():
    truth = Truth(np.array([-1e-3, 1.0]), (np.ones(2), np.ones(2)))
    sizes = np.geomspace(4, 4000, 40)
    assert people_for(power_of_sizes(truth, 0.05, sizes), sizes) is None


# Conducting it


def test_the_people_of_one_trial_share_what_is_not_known_and_differ_else():
    drawn, shared = trial_draws(7, 10, 0)
    assert all(values.shape == (7,) for values in shared.values())
    for key, record in parameters().items():
        if record.distribution == "fixed":
            continue
        by_trial = drawn[key].reshape(7, 10)
        if record.spread == "ignorance":
            assert np.all(by_trial == by_trial[:, :1]), key
        elif record.distribution != "bernoulli":
            assert np.all(np.ptp(by_trial, axis=1) > 0), key


def test_the_same_trial_gives_the_same_result_in_any_order_of_its_blocks(found: TrialResult):
    spec = trial()
    told = blocks(spec)
    assert sum(repeats for _, repeats in told) == spec.repeats
    whole = joined([conduct(spec, block) for block in told])
    backwards = joined([conduct(spec, block) for block in reversed(told)][::-1])
    for one, other in zip(whole, backwards, strict=True):
        np.testing.assert_array_equal(one, other)
    assert result_of(spec, whole) == found


def test_another_seed_is_another_trial():
    spec = trial(repeats=20)
    other = spec.model_copy(update={"seed": 1})
    one, two = (conduct(each, (0, 4)) for each in (spec, other))
    assert not np.any(one.mean == two.mean)


def test_the_result_survives_being_kept(found: TrialResult):
    kept = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert kept_result(kept) == found


def test_minoxidil_gains_on_average_and_the_curve_agrees_with_the_repeats(found: TrialResult):
    last = found.comparisons[0].visits[-1]
    assert last.difference["median"] > 5
    people, power = zip(*last.power_by_people, strict=True)
    assert last.power.low < np.interp(12, people, power) < last.power.high
    assert last.wrong_way.value == 0


def test_alike_arms_raise_alarms_as_often_as_the_test_allows(found: TrialResult):
    for alarms in found.false_alarms:
        assert alarms.low < found.spec.alpha < alarms.high


def test_people_stay_away_from_each_visit_on():
    spec = trial(repeats=20, dropout_per_visit=0.2)
    counted = conduct(spec, (0, 20)).counted
    assert np.all(counted[:, :, 1] <= counted[:, :, 0])
    np.testing.assert_allclose(counted.mean(axis=(0, 1)), [12 * 0.8, 12 * 0.64], rtol=0.06)


def test_a_better_count_and_more_of_it_err_less():
    def error(**counting: Any) -> float:
        return float(np.median(conduct(trial(counting=counting), (0, 10)).variance))

    usual = error(method="phototrichogram", area_cm2=1.0)
    assert error(method="hair_to_hair", area_cm2=1.0) < usual
    assert error(method="phototrichogram", area_cm2=0.25) > usual


def test_people_of_an_arm_vary_as_published_trials_have_them_vary():
    """Between people in physiology plus the counts' own error, against the spread that trials
    publish, which neither was made from."""
    variance = conduct(trial(visits_weeks=[24]), (0, 40)).variance[:, 1, 0]
    low, high = np.quantile(posterior().shared["people_sd"], [0.05, 0.95])
    assert low < np.sqrt(np.median(variance)) < high


def test_who_leaves_applications_out_gains_less():
    arms = [arm.model_dump(exclude_none=True) for arm in trial().arms]
    kept, skipped = (
        conduct(trial(arms=[arms[0], arms[1] | {"adherence": share}]), (0, 20)).true_mean[:, 1, -1]
        for share in (1.0, 0.3)
    )
    assert np.all(skipped <= kept + 1e-9)
    assert skipped.mean() < kept.mean() - 1


@pytest.mark.parametrize(
    "endpoint", ["terminal_density_per_cm2", "mean_diameter_um", "anagen_fraction"]
)
def test_every_endpoint_can_be_asked(endpoint: str):
    spec = trial(endpoint=endpoint, repeats=20)
    found = result_of(spec, conduct(spec, (0, 20)))
    assert found.arms[0].visits[0].detectable_gain is None
    assert found.comparisons[0].visits[-1].difference["median"] > 0


# What is written down


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"visits_weeks": [24, 12]}, r"visits_weeks is \[24, 12\]; allowed are whole numbers"),
        ({"visits_weeks": [0]}, "allowed are whole numbers from 1 to 104"),
        ({"repeats": 5}, "repeats is 5; allowed is a whole number of repeats from 20 to 10000"),
        ({"alpha": 0}, "alpha is 0; allowed is the level of the test"),
        ({"dropout_per_visit": 1}, "dropout_per_visit is 1; allowed is the share"),
        ({"endpoint": "happiness"}, "endpoint is 'happiness'; allowed is one of"),
        ({"counting": {"method": "eye"}}, "counting.method is 'eye'; allowed is one of"),
        (
            {"people": {"condition": "undiagnosed", "sex": "male", "age": [20, 30]}},
            "a trial needs a diagnosis",
        ),
        (
            {"people": {"condition": "androgenetic_alopecia", "sex": "male", "age": [50, 30]}},
            "age is 50 to 30; allowed is the youngest first",
        ),
        (
            {"people": {"condition": "androgenetic_alopecia", "sex": "male", "age": [20, 30],
                        "grades": {"ludwig_1": 1.0}}},
            "grade 'ludwig_1' does not belong to androgenetic_alopecia",
        ),
        ({"arms": [{"name": "A", "people": 9, "protocol": NOTHING}] * 2}, "arms has 0 controls"),
        (
            {"arms": [{"name": "A", "people": 9, "protocol": NOTHING},
                      {"name": "A", "people": 9, "control": True, "protocol": NOTHING}]},
            "arms has a name twice",
        ),
        (
            {"arms": [{"name": "A", "people": 9, "protocol": NOTHING},
                      {"name": "B", "people": 1, "control": True, "protocol": NOTHING}]},
            "arms entry 2, people is 1; allowed is the people who start",
        ),
        (
            {"repeats": 10_000,
             "arms": [{"name": "A", "people": 900, "protocol": NOTHING},
                      {"name": "B", "people": 900, "control": True, "protocol": NOTHING}]},
            "allowed are up to 370 repeats of so many",
        ),
    ],
)  # fmt: skip
def test_a_trial_that_cannot_be_is_refused_in_one_sentence(told: dict[str, Any], said: str):
    with pytest.raises(BadInput, match=said):
        trial(**told)


def test_a_protocol_may_stand_in_its_own_file(tmp_path: Path):
    assert read_trial(EXAMPLE).arms[1].protocol.course.sessions == 6
    table = EXAMPLE.read_text("utf-8").replace("course.toml", "missing.toml")
    (tmp_path / "trial.toml").write_text(table, "utf-8")
    with pytest.raises(BadInput, match=r"arms entry 2, protocol: .*missing.toml: there is no such"):
        read_trial(tmp_path / "trial.toml")


# What people read


def test_the_command_tells_machines_and_people(tmp_path: Path):
    spec = trial(repeats=20).model_dump(mode="json", exclude_none=True)
    file, page = tmp_path / "trial.json", tmp_path / "report.html"
    file.write_text(json.dumps(spec), "utf-8")
    told = json.loads(anagen("trial", file, "--json").out)
    assert told["off_label"] is True
    assert told["spec"] == spec
    assert {"seed", "model_version", "warnings", "false_alarms", "comparisons"} <= set(told)
    read = anagen("trial", file, "--out", page).out
    assert "Next step:" in read
    assert "Power is the share of repeats" in page.read_text("utf-8")
    file.write_text("{}", "utf-8")
    assert is_one_clear_sentence(anagen("trial", file))


def test_the_report_shows_its_picture_and_runs_nothing(found: TrialResult):
    html = document_html(trial_document(found))
    assert answer(found) in html
    assert "<script" not in html
    for width in (344, 860):
        svg = ET.fromstring(trial_chart(found, width=width))
        assert svg.find("{http://www.w3.org/2000/svg}desc") is not None


def test_names_from_outside_stay_text(found: TrialResult):
    loud = found.spec.model_copy(update={"name": "<script>alert(1)</script>"})
    named = TrialResult(**{**vars(found), "spec": loud})
    assert "<script" not in document_html(trial_document(named))
    ET.fromstring(trial_chart(named))
