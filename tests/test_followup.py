"""A person's own counts: what they say, what cannot be, and that the forecast after is right."""

import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from scipy.stats import kstest
from shell import anagen
from virtual_people import COURSE, MAN, beside, counted, people, place, quantiles, shown

from anagen import Counts, Patient, follow_up
from anagen.care.followed import followup_chart, followup_page
from anagen.care.terminal import console
from anagen.counting import METHODS, other_field_per_cm2, turnover_per_cm2
from anagen.counts import Method
from anagen.evidence.posterior import blocks, single_draws
from anagen.followup import FollowUp, follow
from anagen.followup.pareto import smoothed
from anagen.followup.questioning import questions
from anagen.followup.readings import TOTAL, Baseline, Reading, log_likelihood, tail
from anagen.followup.tempering import temper
from anagen.followup.weighing import Looked, Weighed, after_counts, before_counts
from anagen.reading import BadInput

EXAMPLES = Path(__file__).parents[1] / "examples"
POOL = 1000


def counts(*visits: tuple[float, float], **other: Any) -> Counts:
    told = [{"week": week, "total_density_per_cm2": value} | other for week, value in visits]
    return Counts.model_validate({"counts": told})


@pytest.fixture(scope="module")
def pool():
    drawn = single_draws(POOL, 7)
    return drawn, shown(drawn)


# ── The error of a count ──────────────────────────────────────────────────────────────────────────


def test_the_methods_of_a_counts_file_are_those_with_an_error():
    assert set(Method.__args__) == set(METHODS)


def test_hairs_of_a_field_come_and_go_as_independent_follicles_do():
    """F follicles per cm², each shows a hair with probability D/F."""
    rng = np.random.default_rng(1)
    found = rng.binomial(250 * 2, 170 / 250, 200_000) / 2
    told = turnover_per_cm2(np.array(170.0), np.array(250.0), 2.0)
    assert told == pytest.approx(found.std(), rel=0.01)


def test_two_fields_differ_as_units_that_lie_at_random():
    """Fields of 0.5 cm² with a Poisson number of units of 2.4 hairs."""
    rng = np.random.default_rng(2)
    one, other = 2.4 * rng.poisson(172 / 2.4 * 0.5, (2, 200_000)) / 0.5
    assert other_field_per_cm2(np.array(172.0), 0.5) == pytest.approx((one - other).std(), rel=0.01)


def reading(value: float, shown: float = 172.0, error: float = 9.0) -> Reading:
    return Reading(TOTAL, value, np.array([shown]), np.array([error]), True)


def baseline_of(relative: float) -> Baseline:
    """A first count with an error of t, four degrees of freedom, standard deviation 1."""
    grid = np.linspace(-12, 12, 1201)
    prior = (1 + grid**2 / 2) ** -2.5
    return Baseline((1 + relative * grid)[None], np.log(prior / prior.sum()))


def test_an_error_of_t_has_the_published_spread_and_the_middle_of_a_normal_one():
    values = np.linspace(172 - 3000, 172 + 3000, 600_001)
    sure = Baseline(np.ones((1, 1)), np.zeros(1))
    several = Reading(TOTAL, 172.0, values, np.full(values.size, 9.0), True)
    start = Baseline(np.ones((values.size, 1)), np.zeros(1))
    density = np.exp(log_likelihood(several, start)[:, 0])
    density /= density.sum()
    assert np.sqrt((density * (values - 172) ** 2).sum()) == pytest.approx(9.0, rel=0.01)
    assert density[np.abs(values - 172) < 1.96 * 9].sum() == pytest.approx(0.95, abs=0.002)
    assert tail(reading(172 + 1.96 * 9), sure, np.ones((1, 1))) == pytest.approx(0.05, abs=0.001)


def test_a_later_count_of_a_still_scalp_says_that_the_first_was_off_by_half_the_difference():
    """Two counts of one truth with the same error: the truth is most likely in the middle."""
    start = baseline_of(9 / 172)
    joint = start.log_prior + log_likelihood(reading(172 - 18), start)[0]
    weights = np.exp(joint - joint.max())
    factor = (weights * start.factor[0]).sum() / weights.sum()
    assert 172 * factor == pytest.approx(163, abs=0.05)


def test_one_bad_photograph_does_not_take_over():
    """Of five counts at 172 and one 5 errors off, normal errors would give it a seventh."""
    start = baseline_of(9 / 172)

    def middle(*values: float) -> float:
        joint = start.log_prior + sum(log_likelihood(reading(v), start)[0] for v in values)
        weights = np.exp(joint - joint.max())
        return float(172 * (weights * start.factor[0]).sum() / weights.sum())

    moved = middle(172, 172, 172, 172, 172, 217) - middle(172, 172, 172, 172, 172)
    assert 0 < moved < 45 / 7 / 2


# ── The update is right ───────────────────────────────────────────────────────────────────────────


def weighed(looked: Looked) -> tuple[Weighed, float]:
    joint = looked.joint(range(len(looked.visits)))
    found = smoothed(np.logaddexp.reduce(joint, axis=1))
    return Weighed(looked, joint, found.weights), found.effective_draws


def test_the_truth_lies_anywhere_among_the_draws(pool):
    """Simulation-based: virtual people of the model itself, counted three times with the error."""
    drawn, forecast = pool
    ranks, inside, width = [], 0, []
    for person in people(60, seed=11):
        looked = beside(drawn, forecast, person.counts)
        found, effective = weighed(looked)
        assert effective > 30
        ranks.append(place(found, 52, person.truth[52]))
        low, high = quantiles(found, 52, (0.05, 0.95))
        inside += low <= person.truth[52] <= high
        least, most = quantiles(before_counts(looked), 52, (0.05, 0.95))
        width.append((high - low) / (most - least))
    assert kstest(ranks, "uniform").pvalue > 0.01
    assert 0.8 <= inside / 60 <= 0.98
    assert np.median(width) < 0.65
    assert max(width) < 1.1


def test_a_far_normal_posterior_is_reached():
    """Prior N(0, 1) on two numbers, their sum seen as 9 ± 0.5: mean 4 each, variance 1 − 1/2.25."""

    def reached(seed: int) -> tuple[float, float, float, float]:
        rng = np.random.default_rng(seed)

        def fresh(i: int) -> dict[str, np.ndarray]:
            stream = np.random.default_rng([seed, i])
            return {"a": stream.standard_normal(2000), "b": stream.standard_normal(2000)}

        first = {"a": rng.standard_normal(8000), "b": rng.standard_normal(8000)}
        found = temper(first, likelihood(first), likelihood, fresh, [("a",), ("b",)], 2000, rng)
        assert found.steps > 3
        a, b = found.scores["a"], found.scores["b"]
        return a.mean(), b.mean(), (a + b).mean(), (a + b).std()

    def likelihood(scores: Any) -> np.ndarray:
        return -(((scores["a"] + scores["b"] - 9) / 0.5) ** 2) / 2

    # Six standard deviations away, one run is off by up to half a spread in what was seen and
    # wanders along the ridge that nothing told of; on average runs agree with the truth.
    found = np.array([reached(seed) for seed in range(10)])
    assert found[:, :2].mean(axis=0) == pytest.approx([4.0, 4.0], abs=0.25)
    assert found[:, 2].mean() == pytest.approx(8.0, abs=0.1)
    assert found[:, 2] == pytest.approx(np.full(10, 8.0), abs=0.25)
    assert found[:, 3] == pytest.approx(np.full(10, np.sqrt(1 / (1 / 2 + 4))), abs=0.15)


def test_moved_draws_agree_with_many_weighed_ones():
    """A person at the edge of what is expected, matched hair to hair."""
    told = [counted(w, v, "hair_to_hair") for w, v in ((12, 190), (24, 212), (36, 214))]
    few = single_draws(500, 7)
    looked = beside(few, shown(few), told)
    found, weighing = after_counts(
        looked, [0, 1, 2], lambda d: beside(d, shown(d), told), 500, 7, np.random.default_rng(5)
    )
    assert weighing.way == "refitted"
    assert weighing.moved > 0.9
    many = single_draws(8000, 21)
    held, effective = weighed(beside(many, shown(many), told))
    assert effective > 300
    for level in (0.25, 0.5, 0.75):
        (here,), (there,) = quantiles(found, 52, (level,)), quantiles(held, 52, (level,))
        assert here == pytest.approx(there, abs=2.5)


def test_blocks_hold_every_drawn_number_once():
    from anagen.evidence.parameters import parameters
    from anagen.evidence.posterior import posterior

    listed = [key for block in blocks() for key in block]
    assert len(set(listed)) == len(listed)
    assert set(listed) == {k for k, r in parameters().items() if r.distribution != "fixed"}
    assert posterior().keys in blocks()


# ── What cannot be ────────────────────────────────────────────────────────────────────────────────


def asked(pool: Any, *visits: tuple[float, float], method: str = "phototrichogram", **other: Any):
    drawn, forecast = pool
    told = [counted(week, value, method).model_copy(update=other) for week, value in visits]
    looked = beside(drawn, forecast, told)
    return questions(looked.visits, looked.start, forecast, drawn)


def test_counts_that_fit_are_not_questioned(pool):
    assert asked(pool, (12, 176), (24, 190), (36, 192)) == {}
    assert asked(pool, (12, 160), (24, 170), (36, 168)) == {}


def test_hairs_per_square_inch_are_more_than_follicles_and_the_unit_is_asked_about(pool):
    found = asked(pool, (12, 176), (24, 1225), (36, 192))
    assert set(found) == {1}
    assert "more than this scalp has follicles" in found[1].reason
    assert "square inch? 1225 of those are 190 per cm²" in found[1].check[0]


def test_hairs_per_mm2_are_recognised(pool):
    found = asked(pool, (24, 1.9))
    assert any("per mm²? 1.9 of those are 190 per cm²" in ask for ask in found[0].check)


def test_more_new_hairs_than_follicles_can_show_in_a_fortnight(pool):
    found = asked(pool, (24, 178), (26, 238), method="hair_to_hair")
    assert any("more than follicles can show in that time" in q.reason for q in found.values())


def test_of_visits_that_contradict_each_other_the_odd_one_is_questioned(pool):
    assert set(asked(pool, (12, 176), (24, 262), (36, 190))) == {1}
    assert set(asked(pool, (12, 100), (24, 190), (36, 192))) == {0}


def test_another_place_may_differ_where_the_same_may_not(pool):
    assert set(asked(pool, (24, 286))) == {0}
    assert asked(pool, (24, 286), site="other") == {}


# ── The whole follow-up ───────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def example() -> FollowUp:
    return follow_up(MAN, COURSE, Counts.read(EXAMPLES / "counts.toml"), draws=200)


@pytest.fixture(scope="module")
def strange() -> FollowUp:
    told = Counts.read(EXAMPLES / "counts_questioned.toml")
    return follow_up(MAN, COURSE, told, draws=200)


def test_three_visits_narrow_the_forecast_and_it_says_why(example):
    assert example.narrowing.sd_after < 0.6 * example.narrowing.sd_before
    assert all(visit.used for visit in example.visits)
    assert any("starting count" in said for said in example.why)
    assert all(0 < each.sd < example.narrowing.sd_after for each in example.next)
    assert example.next[0].what.endswith("hair matched to hair")


def test_the_drawn_bands_are_those_of_the_weights(example):
    for forecast, sd in (
        (example.before, example.narrowing.sd_before),
        (example.forecast, example.narrowing.sd_after),
    ):
        low, high = np.quantile(forecast.draws[TOTAL][:, 52], [0.05, 0.95])
        assert (high - low) / 3.29 == pytest.approx(sd, rel=0.25)


def test_a_questioned_visit_is_left_out_unless_kept(strange):
    by_week = {visit.week: visit for visit in strange.visits}
    assert not by_week[12].used
    assert by_week[24].used
    assert by_week[40].used
    first, _, *later = Counts.read(EXAMPLES / "counts_questioned.toml").counts
    without = follow_up(MAN, COURSE, Counts(counts=(first, *later)), draws=200)
    assert without.forecast.band(TOTAL)["median"] == pytest.approx(
        strange.forecast.band(TOTAL)["median"]
    )
    kept = follow_up(MAN, COURSE, counts((12, 178), (24, 262), keep=True), draws=200)
    assert all(visit.used for visit in kept.visits)
    assert kept.visits[1].question is not None


def test_the_count_of_week_0_takes_the_place_of_the_patient_file():
    found = follow_up(MAN, COURSE, counts((0, 150), (12, 152)), draws=200)
    assert found.forecast.patient.hair is not None
    assert found.forecast.patient.hair.total_density_per_cm2 == 150
    assert np.median(found.before.draws[TOTAL][:, 0]) == pytest.approx(150, abs=3)


def test_a_person_never_counted_before_learns_the_level(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(follow, "POOL", 1000)
    unmeasured = Patient.model_validate(MAN.model_dump(exclude={"hair"}))
    found = follow_up(unmeasured, COURSE, counts((12, 130), (24, 140)), draws=200)
    assert found.narrowing.sd_after < found.narrowing.sd_before / 2
    assert 120 < np.median(found.forecast.draws[TOTAL][:, 24]) < 160


def test_the_same_seed_gives_the_same_answer(example):
    again = follow_up(MAN, COURSE, Counts.read(EXAMPLES / "counts.toml"), draws=200)
    assert again.as_dict() == example.as_dict()


def test_counts_beyond_the_forecast_and_beyond_a_patient_file_are_refused():
    with pytest.raises(BadInput, match=r"counts reach week 60; allowed is up to .*52"):
        follow_up(MAN, COURSE, counts((60, 180)))
    with pytest.raises(BadInput, match=r"the count of week 0: total_density_per_cm2 is 1110"):
        follow_up(MAN, COURSE, counts((0, 1110)))


@pytest.mark.parametrize("name", ["example", "strange"])
def test_page_chart_and_json_hold_the_counts(name: str, request: pytest.FixtureRequest):
    found = request.getfixturevalue(name)
    file = io.StringIO()
    console(file).print(followup_page(found))
    said = file.getvalue()
    assert max(map(len, said.splitlines())) <= 80
    assert "●" in said
    assert "╌" in said
    assert ("? Week 12" in said) == (name == "strange")
    words = " ".join(said.split())
    assert "not a medical device" in words
    assert found.forecast.warnings
    assert all(f"▲ {warning}" in words for warning in found.forecast.warnings)
    drawn = ElementTree.fromstring(followup_chart(found))
    marked = [each.get("class") for each in drawn.iter()]
    assert marked.count("count") == sum(v.used and v.week > 0 for v in found.visits)
    assert marked.count("before") == 2
    told = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert "between_people_sd" not in json.dumps(told["forecast"]["change_at"])


def test_the_shell_answers_in_json():
    answer = anagen(
        "followup", EXAMPLES / "man.toml", EXAMPLES / "course.toml",
        EXAMPLES / "counts.toml", "--json",
    )  # fmt: skip
    assert (answer.status, answer.err) == (0, "")
    assert json.loads(answer.out)["weighing"]["way"] == "resampled"
