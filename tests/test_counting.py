"""What a named method of counting can tell, against the published errors."""

import numpy as np
import pytest

from anagen import Patient, Protocol, simulate
from anagen.counting import METHODS, detectable, smallest_change_per_cm2
from anagen.evidence.parameters import parameters
from anagen.reading import BadInput

MAN = Patient(age=34, sex="male", condition="androgenetic_alopecia", grade="norwood_3v")
NOTHING = Protocol.model_validate({"course": {"sessions": 0}})


def test_five_percent_of_two_hundred_hairs_hides_some_28():
    """1.96 √2 · 5 % · 200 is 27.7; the error that remains on bald skin adds a little."""
    assert smallest_change_per_cm2(200.0, "phototrichogram") == pytest.approx(27.7, rel=0.03)
    assert smallest_change_per_cm2(200.0, "phototrichogram") > 27.7


@pytest.mark.parametrize(
    ("method", "percent"),
    [
        ("phototrichogram_automatic", 12),
        ("phototrichogram_corrected", 7),
        ("trichoscopy_corrected", 9),
    ],
)
def test_errors_of_a_change_as_published(method: str, percent: float):
    for baseline in (120.0, 300.0):
        least = parameters()["counting.least_error_per_cm2"].centre
        expected = 1.96 * np.sqrt((percent / 100 * baseline) ** 2 + least**2)
        assert smallest_change_per_cm2(baseline, method) == pytest.approx(expected)


def test_a_better_method_sees_smaller_changes_in_more_draws():
    drawn = 180 + np.random.default_rng(0).normal(0, 12, (400, 1)) * np.array([0.0, 1.0])
    rough, fine = (
        detectable(drawn, name) for name in ("phototrichogram_automatic", "hair_to_hair")
    )
    assert fine.smallest_change_per_cm2 < rough.smallest_change_per_cm2 / 5
    assert fine.chance_of_gain[1] > 0.3 > 0.05 > rough.chance_of_gain[1]
    assert all("%" in detectable(drawn, name).method for name in METHODS)


def test_a_bald_patch_is_not_counted_without_error():
    assert smallest_change_per_cm2(0.0, "hair_to_hair") > 3


def test_an_unknown_method_is_refused_with_what_is_allowed():
    with pytest.raises(BadInput, match=r"counting is 'by eye'; allowed is one of phototrichogram,"):
        simulate(MAN, NOTHING, weeks=1, draws=2, counting="by eye")


def test_daily_deep_needling_is_said_to_scar_by_hypothesis_and_a_trials_course_is_not():
    def said(sessions: int, interval_days: float) -> str:
        told = {
            "device": {"kind": "pen", "needle_mm": 1.5, "needles": 12, "rate_hz": 100},
            "course": {"sessions": sessions, "interval_days": interval_days, "passes": 4},
        }
        return " ".join(simulate(MAN, Protocol.model_validate(told), 26, 200).warnings)

    assert "Hypothesis: sessions this close" in said(104, 1.0)
    assert "Hypothesis" not in said(6, 28.0)
