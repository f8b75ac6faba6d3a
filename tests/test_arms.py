"""Arms of trials: read from their own words, converted to one unit, never silently dropped."""

from dataclasses import replace

import numpy as np
import pytest

from anagen.calibration.arm_courses import changes, endpoint
from anagen.calibration.arms import NotModelled, read_arm, same_people
from anagen.calibration.results import CM2_PER_SQUARE_INCH, published
from anagen.evidence.parameters import draws
from anagen.evidence.trials import ArmOutcome, trials


def arm(study: str, arm_id: str, outcome: str = "total_density", week: float | None = None):
    found = [
        one
        for one in trials()
        if (one.study_id, one.arm_id, one.outcome) == (study, arm_id, outcome)
        and week in (None, one.week)
    ]
    return found[0]


@pytest.fixture
def plain() -> ArmOutcome:
    """Minoxidil 5 % twice a day in men, no needling."""
    return arm("DHURAT2013", "MX")


@pytest.mark.parametrize(
    ("words", "strength", "per_day", "dose_ml"),
    [
        ("5% solution 1 mL 2x/day", 5.0, 2.0, 1.0),
        ("5% foam 1x/day", 5.0, 1.0, None),
        ("5% 1 mL/d", 5.0, 1.0, 1.0),
        ("2%", 2.0, None, None),
        ("M 5%, F 2%", 5.0, None, None),
    ],
)
def test_a_dose_is_read_from_the_words_of_the_trial(plain, words, strength, per_day, dose_ml):
    used = read_arm([replace(plain, topical_dose=words)]).groups[0].protocol.topical("minoxidil")
    assert used is not None
    assert (used.strength_percent, used.per_day, used.dose_ml) == (strength, per_day, dose_ml)


def test_men_and_women_of_a_mixed_arm_get_their_own_strength(plain):
    mixed = replace(plain, condition="mixed_pattern", sex="M+F", topical_dose="M 5%, F 2%")
    by_sex = {
        group.patient.sex: group.protocol.topical("minoxidil") for group in read_arm([mixed]).groups
    }
    assert {sex: used and used.strength_percent for sex, used in by_sex.items()} == {
        "male": 5.0,
        "female": 2.0,
    }


@pytest.mark.parametrize(
    ("words", "drug", "mg_per_day"),
    [
        ("oral finasteride 1 mg/d", "finasteride", 1.0),
        ("oral finasteride", "finasteride", 1.0),  # the licensed dose
        ("oral minoxidil 0.5 to 1.5-2 mg/d", "oral_minoxidil", 1.25),  # the middle of the range
        ("oral spironolactone 80-100 mg/d", "spironolactone", 90.0),
    ],
)
def test_a_medicine_by_mouth_is_read_from_the_words_of_the_trial(plain, words, drug, mg_per_day):
    (tablet,) = read_arm([replace(plain, co_treatment=words)]).groups[0].protocol.medicines
    assert (tablet.drug, tablet.mg_per_day) == (drug, mg_per_day)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"co_treatment": "low-level laser"}, "low-level laser"),
        ({"co_treatment": "oral minoxidil"}, "dose"),
        ({"topical": "exosomes"}, "exosomes"),
        ({"topical": "platelet-rich plasma"}, "injected"),
        ({"device": "radiofrequency"}, "radiofrequency"),
        ({"condition": "alopecia_areata"}, "no counted baseline"),
        ({"device": "roller", "needle_mm": 9.0}, "needle_mm"),
        ({"device": "pen", "sessions": None, "interval_days": None, "week": None}, "sessions"),
    ],
)
def test_what_the_model_does_not_have_is_a_reason(plain, change, reason):
    with pytest.raises(NotModelled, match=reason):
        read_arm([replace(plain, **change)])


def test_every_arm_of_the_table_can_be_run_or_says_why_not():
    run = 0
    for one in trials():
        try:
            given = read_arm([one])
        except NotModelled as reason:
            said = str(reason)
        else:
            run += 1
            said = f"{sum(group.share for group in given.groups):g}"
            assert said == "1"
        assert said
    assert run > 100


def test_results_of_one_arm_in_one_zone_share_a_course():
    hoffmann = [one for one in trials() if one.study_id == "HOFFMANN2005"]
    assert len(hoffmann) == 2
    assert len(same_people(hoffmann)) == 1
    penha = [one for one in trials() if one.arm_id == "oral minoxidil 5 mg"]
    assert len(same_people(penha)) == 2  # frontal and vertex


def test_units_are_brought_to_hairs_per_cm2():
    finasteride = arm("FINGROUP2002", "finasteride 1 mg", "target_area_count")
    stated = replace(finasteride, change_per_cm2=None)
    assert published(stated).change == pytest.approx(38 / 5.1)
    assert published(arm("AGGARWAL2020", "MN", "diameter")).change == pytest.approx(6)
    percent = published(arm("RUSHTON1991", "untreated"))
    assert percent.of_baseline
    assert percent.change == -11.9
    no_area = published(arm("IJCED2025", "MN+MX", "target_area_count"))
    assert no_area.of_baseline
    assert no_area.change == pytest.approx(100 * 43.9 / 155.75)


def test_a_unit_in_conflict_keeps_both_readings():
    told = published(arm("KUMAR2018", "MN+MX", "target_area_count"))
    assert told.readings == (1.0, pytest.approx(1 / CM2_PER_SQUARE_INCH))
    assert told.change * told.readings[1] == pytest.approx(1.94, abs=0.01)  # as the table says


def test_a_result_without_a_number_says_so(plain):
    with pytest.raises(NotModelled, match="no number"):
        published(replace(plain, change=None, change_per_cm2=None))
    with pytest.raises(NotModelled, match="area"):
        published(replace(plain, change_per_cm2=None, unit="count, area not stated"))
    with pytest.raises(NotModelled, match="global"):
        published(replace(plain, outcome="global"))


def test_a_mixed_arm_lies_between_its_men_and_its_women():
    untreated = [one for one in trials() if one.arm_id == "placebo" and one.study_id == "OLSEN2002"]
    men, women, mixed = (
        replace(untreated[0], condition=condition, sex=sex, week=26.0)
        for condition, sex in (
            ("androgenetic_alopecia", "M"),
            ("female_pattern_hair_loss", "F"),
            ("mixed_pattern", "M+F"),
        )
    )
    _, moved = changes([read_arm([one]) for one in (men, women, mixed)], draws(50, 0))
    of_men, of_women, of_both = (part[0] for part in moved)
    assert np.allclose((of_men + of_women) / 2, of_both)


def test_hairs_above_vellus_are_all_but_the_vellus():
    by_week = {"total_density_per_cm2": np.array([200.0]), "vellus_density_per_cm2": 30.0}
    assert endpoint("nonvellus_density", by_week) == 170.0
