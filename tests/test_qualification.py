"""Qualification: scores against closed forms, baselines against published examples, the shell."""

import csv
import json
from dataclasses import fields

import numpy as np
import pytest
from scipy.stats import norm
from typer.testing import CliRunner

from anagen.cli import app
from anagen.evidence.trials import ArmOutcome, trials
from anagen.qualification.baselines import (
    BASELINES,
    Known,
    meta_regression,
    no_effect,
    pooled_mean,
    random_effects,
)
from anagen.qualification.held_against import held_against, left_out_predictions
from anagen.qualification.scores import (
    chance_of_coverage,
    crps,
    inside,
    rank,
    ratio_by_study,
    scores,
)


def normal_crps(mean: float, sd: float, observed: float) -> float:
    """Gneiting & Raftery 2007, eq. 5."""
    z = (observed - mean) / sd
    return sd * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))


@pytest.mark.parametrize(("mean", "sd", "observed"), [(0, 1, 0), (3, 2, -1), (-5, 8, 12)])
def test_the_score_of_a_normal_is_its_closed_form(mean, sd, observed):
    draws = norm.ppf((np.arange(20_000) + 0.5) / 20_000, mean, sd)
    assert crps(draws, observed) == pytest.approx(normal_crps(mean, sd, observed), rel=2e-3)


def test_the_score_of_a_point_is_its_absolute_error():
    assert crps(np.full(50, 7.0), 4.5) == 2.5


def test_the_score_of_few_draws_is_that_of_many_on_average():
    random = np.random.default_rng(0)
    few = [crps(random.normal(0, 1, 5), 0.7) for _ in range(20_000)]
    assert np.mean(few) == pytest.approx(normal_crps(0, 1, 0.7), abs=0.01)


def test_the_true_distribution_scores_best():
    random = np.random.default_rng(1)
    seen = random.normal(2, 3, 2000)
    at = norm.ppf((np.arange(500) + 0.5) / 500)

    def mean_score(mean: float, sd: float) -> float:
        return float(np.mean([crps(mean + sd * at, one) for one in seen]))

    true = mean_score(2, 3)
    assert all(true < mean_score(*other) for other in ((2, 1.5), (2, 6), (0, 3), (4, 3)))


def test_rank_and_interval_agree_at_the_edges():
    draws = np.arange(1, 101.0)
    assert rank(draws, 90.5) == 0.9
    assert inside(draws, 90.0, 0.8)
    assert not inside(draws, 91.0, 0.8)


def test_no_result_has_no_score():
    assert scores([]).crps is None


def test_coverage_of_a_right_model_is_known_from_its_number():
    low, high = chance_of_coverage(30, 0.8)
    assert (low, high) == (pytest.approx(19 / 30), pytest.approx(28 / 30))  # binomial tables


def test_random_effects_solve_the_equation_of_paule_and_mandel():
    """Means of seven laboratories; Q = k − 1 holds at the solution, and equal errors give the
    textbook values: the plain mean and the sample variance less the error's."""
    change = np.array([3.1, 5.0, 8.2, 1.0, 6.3, 9.9, 4.4])
    mean, error, between = random_effects(change, np.full(7, 2.0))
    assert mean == pytest.approx(change.mean())
    assert between == pytest.approx(change.var(ddof=1) - 2.0)
    assert error == pytest.approx(change.std(ddof=1) / np.sqrt(7))
    unlike = np.array([0.5, 2.0, 1.0, 4.0, 0.3, 6.0, 1.5])
    mean, _, between = random_effects(change, unlike)
    assert ((change - mean) ** 2 / (unlike + between)).sum() == pytest.approx(6)


def test_trials_that_agree_have_no_spread_between_them():
    _, _, between = random_effects(np.array([5.0, 5.1, 4.9]), np.full(3, 4.0))
    assert between == 0.0


def _training() -> list[Known]:
    return [
        Known(one.arm, float(one.observed))
        for one in left_out_predictions()
        if not one.why_not_used and one.observed is not None
    ]


def test_baselines_are_centred_where_they_should_be():
    known = _training()
    arm = known[0].arm
    assert np.median(no_effect(known, [arm])) == pytest.approx(0, abs=1e-9)
    low, high = min(k.change for k in known), max(k.change for k in known)
    assert low < np.median(pooled_mean(known, [arm])) < high


def test_a_meta_regression_finds_a_line_that_is_there():
    blank = {"study_id": "S", "condition": "androgenetic_alopecia", "outcome": "total_density"}
    arms = [
        ArmOutcome(
            **blank, arm_id=f"{drug} {mm:g} {week:g}", device="pen" if mm else "none",
            needle_mm=mm or None, sessions=6 if mm else None, topical=drug, week=week,
            n_analysed=10_000,
        )
        for drug in ("minoxidil", "none") for mm in (0.0, 0.5, 1.5) for week in (9.0, 16.0, 25.0)
    ]  # fmt: skip

    def line(arm: ArmOutcome) -> float:
        drug = 10 * (arm.topical == "minoxidil")
        return drug + 4 * (arm.needle_mm or 0) + 2 * np.sqrt(arm.week or 0)

    known = [Known(arm, line(arm)) for arm in arms]
    found = np.median(meta_regression(known, arms), axis=1)
    assert found == pytest.approx([line(arm) for arm in arms], abs=0.05)


def test_the_model_beats_every_baseline_on_studies_left_out():
    found = held_against(left_out_predictions())
    assert found.model.n >= 25
    assert found.model.crps is not None
    assert found.best_baseline is not None
    assert found.model.crps < 0.9 * found.best_baseline[1]


def test_a_ratio_of_scores_and_its_interval_by_study():
    """With one result a study the interval is that of the delta method; results repeated within
    their study are no more witnesses, so that it stays as it is."""
    random = np.random.default_rng(0)
    mine, other = random.gamma(4, 1, 40), random.gamma(4, 2, 40)
    studies = [str(at) for at in range(40)]
    once = ratio_by_study(mine, other, studies)
    thrice = ratio_by_study(np.repeat(mine, 3), np.repeat(other, 3), list(np.repeat(studies, 3)))
    assert once[0] == pytest.approx(mine.mean() / other.mean())
    assert thrice == pytest.approx(once)
    influence = mine / other.mean() - mine.mean() * other / other.mean() ** 2
    half = 1.96 * influence.std(ddof=1) / np.sqrt(40)
    assert once[2] - once[1] == pytest.approx(2 * half, rel=0.15)
    assert ratio_by_study(mine, mine, studies) == (1.0, 1.0, 1.0)


def test_unseen_arms_meet_baselines_that_saw_none_of_their_studies():
    pair = [one for one in left_out_predictions() if one.arm.study_id in ("OLSEN2002", "LUCKY2004")]
    one_by_one, together = held_against(pair), held_against(pair, unseen=True)
    alone = held_against([one for one in pair if one.arm.study_id == "OLSEN2002"], unseen=True)
    first = [found.by_baseline["pooled_mean"][0] for found in (one_by_one, together, alone)]
    assert not np.allclose(first[0], first[1])
    assert np.allclose(first[0], first[2])


def _write(path, arms):
    names = [field.name for field in fields(ArmOutcome)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        for arm in arms:
            row = {name: getattr(arm, name) for name in names}
            writer.writerow({name: "" if value is None else value for name, value in row.items()})
    return path


def test_unseen_arms_are_predicted_scored_and_never_dropped(tmp_path):
    asked = [
        arm for arm in trials() if arm.study_id in ("GUBELIN2014", "WAN2025", "LEE2013", "BAO2022")
    ]
    path = _write(tmp_path / "arms.csv", asked)
    result = CliRunner().invoke(app, ["qualify", "--trials", str(path), "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert set(told["scores"]) == {
        "n", "coverage_50", "coverage_80", "coverage_95", "crps", "baselines",
    }  # fmt: skip
    assert set(told["scores"]["baselines"]) == set(BASELINES)
    assert [(arm["study_id"], arm["arm_id"]) for arm in told["arms"]] == [
        (arm.study_id, arm.arm_id) for arm in asked
    ]
    for arm in told["arms"]:
        assert arm["used"] == (arm["why_not_used"] == "")
        if arm["used"]:
            assert arm["p10"] < arm["median"] < arm["p90"]
            assert 0 <= arm["rank"] <= 1
    why = {arm["study_id"]: arm["why_not_used"] for arm in told["arms"]}
    assert "exosomes" in why["WAN2025"]
    assert "week" in why["LEE2013"]
    assert told["scores"]["n"] == sum(arm["used"] for arm in told["arms"]) >= 6


def test_arms_that_all_cannot_be_predicted_have_no_score(tmp_path):
    areata = [arm for arm in trials() if arm.condition == "alopecia_areata"][:3]
    path = _write(tmp_path / "areata.csv", areata)
    result = CliRunner().invoke(app, ["qualify", "--trials", str(path), "--json"])
    told = json.loads(result.stdout)
    assert told["scores"]["n"] == 0
    assert told["scores"]["crps"] is None
    assert all(arm["why_not_used"] for arm in told["arms"])
