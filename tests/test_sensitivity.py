"""What a spread is made of: shares against closed forms, and a real course taken apart."""

import io
import json

import numpy as np
import pytest
from scipy.stats import binom
from shell import anagen

from anagen import Patient, Protocol
from anagen.care.sensitivity import sensitivity_page
from anagen.care.terminal import console
from anagen.reading import BadInput
from anagen.sensitivity import Sensitivity, what_matters
from anagen.sensitivity.sobol import first, total

DRAWS = 4000
A, B = 7.0, 0.1


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_the_shares_of_the_ishigami_function_are_those_of_its_closed_form():
    """V = a²/8 + bπ⁴/5 + b²π⁸/18 + ½; V₁ = ½(1 + bπ⁴/5)², V₂ = a²/8, V₁₃ = 8b²π⁸/225."""
    rng = np.random.default_rng(0)
    one, other = (rng.uniform(-np.pi, np.pi, (DRAWS, 3)) for _ in range(2))
    both = np.concatenate([one, other])
    y = ishigami(both)
    v1, v2 = (1 + B * np.pi**4 / 5) ** 2 / 2, A**2 / 8
    v13 = 8 * B**2 * np.pi**8 / 225
    v = v1 + v2 + v13
    for i, (of_first, of_total) in enumerate([(v1, v1 + v13), (v2, v2), (0.0, v13)]):
        mixed = one.copy()
        mixed[:, i] = other[:, i]
        found = first(both[:, i], y, rng)
        assert found.value == pytest.approx(of_first / v, abs=0.02)
        assert found.low <= found.value <= found.high
        jansen = total(y[:DRAWS], ishigami(mixed), float(y.var()), rng)
        assert jansen.value == pytest.approx(of_total / v, abs=0.03)
        assert jansen.value >= found.value - 0.03


@pytest.mark.parametrize("correlation", [-0.6, 0.0, 0.8])
def test_the_first_share_holds_where_inputs_are_drawn_together(correlation: float):
    """Of y = x₁ + x₂, both normal: E[y|x₁] = (1 + ρ) x₁, so the share is (1 + ρ)/2."""
    rng = np.random.default_rng(1)
    x = rng.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], 20_000)
    assert first(x[:, 0], x.sum(axis=1), rng).value == pytest.approx(
        (1 + correlation) / 2, abs=0.02
    )


def test_the_interval_of_a_first_share_holds_the_truth_nine_times_in_ten():
    rng = np.random.default_rng(2)
    times, share = 100, 0.4
    held = 0
    for _ in range(times):
        x = rng.standard_normal(1000)
        y = np.sqrt(share) * x + np.sqrt(1 - share) * rng.standard_normal(1000)
        found = first(x, y, rng)
        held += found.low <= share <= found.high
    assert binom.ppf(0.001, times, 0.9) <= held <= binom.ppf(0.999, times, 0.9)


def test_what_has_no_share_gets_none_and_a_yes_or_no_its_own():
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal(5000), rng.standard_normal(5000)
    assert first(x, y, rng).value < 0.01
    answer = rng.random(5000) < 0.3
    told = 2.0 * answer + rng.standard_normal(5000)
    between = 4 * 0.3 * 0.7
    assert first(answer.astype(float), told, rng).value == pytest.approx(
        between / (between + 1), abs=0.03
    )
    assert total(y, y, float(y.var()), rng).value == 0


def test_more_draws_narrow_the_interval():
    rng = np.random.default_rng(4)

    def width(number: int) -> float:
        x = rng.standard_normal(number)
        found = first(x, x + rng.standard_normal(number), rng)
        return found.high - found.low

    assert width(16_000) < 0.5 * width(1000)


@pytest.fixture(scope="module")
def found() -> Sensitivity:
    man = Patient.read("examples/man.toml")
    return what_matters(man, Protocol.read("examples/course.toml"), draws=100)


def test_a_course_is_taken_apart_into_people_and_what_is_not_known(found: Sensitivity):
    main = found.endpoints[0]
    assert main.endpoint.key == "total_density_per_cm2_change_52"
    assert main.people.value > 0
    assert main.ignorance.value > 0
    # Together they leave nothing out: what is in neither alone is what they do together.
    assert main.people.value + main.ignorance.value > 0.7
    for index in main.indices:
        for share in (index.first, index.total):
            assert share is None or 0 <= share.low <= share.high
    listed = [index.key for index in main.indices]
    assert len(listed) == len(set(listed))
    assert all(index.spread == "ignorance" for index in found.for_field)


def test_what_the_file_says_is_not_offered_as_a_measurement(found: Sensitivity):
    offered = {worth.what for worth in found.for_person}
    assert "the mean hair diameter today" not in offered  # the example file has it
    assert any("second count" in each for each in offered)
    shares = [worth.share.value for worth in found.for_person]
    assert shares == sorted(shares, reverse=True)


def test_the_same_seed_gives_the_same_shares(found: Sensitivity):
    again = what_matters(found.patient, found.protocol, draws=100)
    assert again.as_dict() == found.as_dict()


def test_the_page_and_the_data_hold_every_endpoint(found: Sensitivity):
    told = json.loads(json.dumps(found.as_dict()))
    assert len(told["endpoints"]) == len(found.endpoints)
    assert told["off_label"] is True
    page = io.StringIO()
    console(page).print(sensitivity_page(found))
    for each in found.endpoints:
        assert each.endpoint.label.partition(",")[0] in page.getvalue()
    assert max(map(len, page.getvalue().splitlines())) <= 80
    assert told["warnings"]
    words = " ".join(page.getvalue().split())
    assert all(f"▲ {warning}" in words for warning in told["warnings"])


def test_bad_input_is_refused_in_one_sentence():
    with pytest.raises(BadInput, match="draws"):
        what_matters(
            Patient.read("examples/man.toml"), Protocol.read("examples/course.toml"), draws=0
        )
    refused = anagen("sensitivity", "examples/course.toml", "examples/man.toml")
    assert refused.status == 2
    assert refused.out == ""
    assert refused.err.count("\n") == 1
