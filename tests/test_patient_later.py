"""A person some time later: older, everything past longer ago, what was seen to be seen again."""

from hypothesis import given
from hypothesis import strategies as st

from anagen import Patient, screen

WOMAN = Patient.model_validate(
    {
        "age": 30,
        "sex": "female",
        "condition": "female_pattern_hair_loss",
        "months_since_onset": 24,
        "pregnant": False,
        "medications": ({"name": "isotretinoin", "stopped_days_ago": 100}, "ibuprofen"),
        "scalp_findings": ("open_wound",),
    }
)


def test_a_washout_ends_by_itself() -> None:
    def bars(patient: Patient) -> bool:
        return any("isotretinoin" in each.trigger for each in screen(patient).findings)

    assert bars(WOMAN)
    assert not bars(WOMAN.after(90))


def test_what_was_seen_on_the_scalp_is_unknown_the_next_day() -> None:
    assert WOMAN.after(0).scalp_findings == WOMAN.scalp_findings
    assert WOMAN.after(1).scalp_findings is None


def test_pregnancy_is_asked_again_after_a_cycle() -> None:
    assert WOMAN.after(28).pregnant is False
    assert WOMAN.after(29).pregnant is None


@given(st.floats(0, 4000), st.floats(0, 4000))
def test_two_steps_are_one(first: float, second: float) -> None:
    there, once = WOMAN.after(first).after(second), WOMAN.after(first + second)
    assert abs(there.age - once.age) < 1e-9
    assert there.medications is not None
    assert once.medications is not None
    for a, b in zip(there.medications, once.medications, strict=True):
        assert (a.stopped_days_ago is None) == (b.stopped_days_ago is None)
        assert abs((a.stopped_days_ago or 0) - (b.stopped_days_ago or 0)) < 1e-6


@given(st.floats(0, 40000))
def test_a_later_person_is_still_one_that_can_be_read(days: float) -> None:
    later = WOMAN.after(days)
    assert Patient.from_table(later.model_dump(mode="json", exclude_none=True), "x") == later
