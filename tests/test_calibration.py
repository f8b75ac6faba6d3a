"""Calibration: means over people, the observation model, the sampler, the shipped posterior."""

import numpy as np
import pytest
from scipy.stats import kstest, norm

from anagen.calibration import fingerprint
from anagen.calibration.arm_means import ArmMeans, arm_means, calibrated, mean_changes
from anagen.calibration.calibrate import (
    Effort,
    calibrate,
    differences,
)
from anagen.calibration.left_out_predictions import left_out_predictions
from anagen.calibration.new_trial import chance_of_mean, would_publish
from anagen.calibration.observation import _log_between
from anagen.calibration.prediction import predict_arms
from anagen.calibration.quality import EFFECTIVE_ABOVE, faults
from anagen.evidence.contrasts import contrasts
from anagen.evidence.parameters import draws, parameters, uniforms
from anagen.evidence.posterior import ignorance_variance, posterior, posterior_draws, rows
from anagen.evidence.trials import trials

UNKNOWN, OTHER, PEOPLE = (
    "effects.signal_on_exit",
    "effects.minoxidil_on_exit",
    "follicles.anagen_days",
)


def test_people_are_averaged_out_of_an_arm_exactly_where_it_is_a_polynomial():
    random = np.random.default_rng(0)
    z, other, people, noise = random.standard_normal((4, 20_000))
    change = 3 + 2 * z - 0.5 * other + 0.8 * z * other + 0.4 * (z**2 - 1)
    change = change + 5 * people + 1.5 * z * people + 0.5 * noise
    scores = {UNKNOWN: z, OTHER: other, PEOPLE: people}
    means = arm_means(scores, change[None], (UNKNOWN, OTHER))
    assert means.constant[0] == pytest.approx(3, abs=0.02)
    assert means.slope[0] == pytest.approx([2, -0.5], abs=0.02)
    assert means.curve[0] == pytest.approx(np.array([[0.4, 0.4], [0.4, 0]]), abs=0.02)
    at = np.array([1.5, -2.0])
    expected = 3 + 2 * 1.5 + 0.5 * 2 + 0.8 * 1.5 * -2 + 0.4 * (1.5**2 - 1)
    assert mean_changes(means, at)[0] == pytest.approx(expected, abs=0.1)


def test_what_moves_no_arm_is_not_calibrated():
    random = np.random.default_rng(1)
    scores = {key: random.standard_normal(5000) for key in (UNKNOWN, OTHER, PEOPLE)}
    change = 2 * scores[UNKNOWN] + 3 * scores[PEOPLE] + random.standard_normal(5000)
    assert calibrated(scores, change[None]) == (UNKNOWN,)


def test_the_chance_of_no_significance_is_a_normal_between_its_limits():
    mean, sd = np.array([0.0, 3.0, -8.0]), np.array([1.0, 2.0, 3.0])
    expected = np.log(norm.cdf(1.96, mean, sd) - norm.cdf(-1.96, mean, sd))
    assert np.asarray(_log_between(mean, 1.96, sd)) == pytest.approx(expected)


def test_an_arm_without_people_sd_takes_the_usual_one():
    usual = np.array([20.0, 10.0])
    found = chance_of_mean([None, 8.0], np.array([25.0, 16.0]), usual)
    assert found == pytest.approx(np.array([[16.0, 4.0], [4.0, 4.0]]))


def test_arms_of_one_study_share_its_drift():
    flat = ArmMeans(np.zeros(3), np.zeros((3, 1)), np.zeros((3, 1, 1)), np.zeros(3), np.zeros(3))
    rows_of = 4000
    shared = {
        "scale_spread": np.zeros(rows_of),
        "drift_mean": np.full(rows_of, 5.0),
        "drift_spread": np.full(rows_of, 10.0),
        "arm_spread": np.full(rows_of, 1e-3),
    }
    drawn = would_publish(
        flat, np.zeros((rows_of, 1)), shared, ["A", "A", "B"],
        np.full((3, rows_of), 1e-6), np.zeros(3), 0,
    )  # fmt: skip
    together = np.corrcoef(drawn)
    assert together[0, 1] > 0.99
    assert abs(together[0, 2]) < 0.1
    assert np.median(drawn[0]) == pytest.approx(5, abs=0.5)


def _checked(name: str) -> np.ndarray:
    """Shares of draws below each truth, (worlds, numbers), as shipped."""
    return np.array(posterior().made["checks"][name]["below"])


def test_the_sampler_ranks_the_truth_uniformly():
    """A short simulation-based calibration; the full one is part of `anagen calibrate`."""
    below = _checked("ranks")
    chances = [kstest(column, "uniform").pvalue for column in below.T]
    assert min(chances) > 0.01 / len(chances)  # Bonferroni


def test_truths_of_the_full_model_are_found_again():
    """The truth lies in the 90 % interval nine times in ten, over all calibrated numbers."""
    below = _checked("recovery")
    inside = ((below > 0.05) & (below < 0.95)).mean()
    assert 0.85 < inside < 0.95  # numbers of one world are not quite independent


def test_the_shipped_posterior_belongs_to_this_model_and_these_data():
    made = posterior().made
    assert made["data"] == fingerprint.of_data(), "run `anagen calibrate` again"
    assert made["model"] == fingerprint.of_model(), "run `anagen calibrate` again"


def test_the_shipped_sample_is_good():
    assert faults(posterior()) == []
    assert min(posterior().made["quality"]["effective"].values()) > EFFECTIVE_ABOVE


def test_sampling_again_comes_to_the_same_posterior():
    """From fewer prior draws than the shipped one, in one chain; the whole way again, with several
    chains side by side, is a step of CI."""
    few = Effort(
        prior_draws=1_500, warmup=200, draws=250, chains=1, left_out_draws=0, rank_worlds=0,
        recovery_worlds=0, kept=250,
    )  # fmt: skip
    again = calibrate(few, lambda _: None, lambda _: None, posterior().keys)
    for name, apart in differences(again, posterior()).items():
        assert abs(apart) < 7, name  # fewer prior draws shift the means of arms a little


def test_a_study_left_out_is_met_as_often_as_its_intervals_say():
    told = [one for one in left_out_predictions() if not one.why_not_used]
    assert len(told) >= 25
    inside = [
        np.quantile(one.draws, 0.1) <= one.observed <= np.quantile(one.draws, 0.9) for one in told
    ]
    assert 0.7 <= np.mean(inside) <= 0.9


def test_the_outlier_lies_far_outside_what_the_model_can_show():
    outliers = [arm for arm in trials() if arm.role == "outlier" and arm.outcome == "total_density"]
    by_arm = {one.arm.arm_id: one for one in predict_arms(outliers)}
    needled, control = by_arm["MN+MX"], by_arm["MX"]
    assert needled.observed == 91.4
    assert needled.draws is not None
    assert (needled.draws >= needled.observed).mean() < 0.005
    middle, spread = np.median(needled.draws), needled.draws.std()
    assert needled.observed - middle > 5 * spread
    # Its control arm is an ordinary result.
    assert control.draws is not None
    assert 0.05 < (control.draws < control.observed).mean() < 0.95


def test_an_arm_that_cannot_be_predicted_is_listed_with_its_reason():
    laser = next(arm for arm in trials() if arm.co_treatment == "low-level laser")
    (told,) = predict_arms([laser])
    assert told.draws is None
    assert "laser" in told.why_not_used


def test_draws_of_the_posterior_are_joint_and_come_in_pairs():
    number, seed = 500, 3
    drawn, before = posterior_draws(number, seed), draws(number, seed)
    post = posterior()
    row = rows(number // 2, seed, len(post.scores))
    for i, key in enumerate(post.keys):
        assert np.all(np.argsort(drawn[key][::2]) == np.argsort(post.scores[row, i])), key
    for key, record in parameters().items():
        if record.spread == "ignorance":
            assert np.array_equal(drawn[key][::2], drawn[key][1::2]), key
        else:
            assert np.array_equal(drawn[key], before[key]), key


def test_pairs_tell_ignorance_from_differences_between_people():
    random = np.random.default_rng(0)
    unknown, people = random.normal(0, 3, 20_000), random.normal(0, 4, 40_000)
    assert ignorance_variance(np.repeat(unknown, 2) + people) == pytest.approx(9, rel=0.1)


def test_rows_are_taken_about_equally_often():
    times = np.bincount(rows(2500, 0, 1000), minlength=1000)
    assert set(times) == {2, 3}


def test_contrasts_belong_to_fitted_arms():
    for contrast in contrasts():
        assert contrast.arm.role == "calibration"
        assert (contrast.value is None) == (contrast.kind in ("increase", "not_significant"))


def test_calibrated_numbers_are_those_that_we_do_not_know():
    for key in posterior().keys:
        assert parameters()[key].spread == "ignorance", key
    assert set(posterior().keys) <= set(uniforms(1, 0))
