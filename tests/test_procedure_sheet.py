"""The procedure sheet and the consent page: order, needles, numbing, warnings, plain words."""

import copy
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_grade import grade

from anagen.evidence.consent import check_consent, consent_text
from anagen.evidence.procedure_steps import PHASES, check_procedure, procedure_steps
from anagen.evidence.sources import BadRecord, read_records, sources
from anagen.patient import Condition, Patient
from anagen.procedure import Allowed, Refused, Sheet, consent_page, procedure_sheet
from anagen.procedure.needle_length import needle_lengths
from anagen.protocol import Protocol, Zone
from anagen.reading import BadInput
from anagen.screening import screen

HEALTHY: dict[str, Any] = {
    "age": 34, "sex": "male", "condition": "androgenetic_alopecia", "weight_kg": 78.0,
    "skin_type": 3, "conditions": [], "medications": [], "allergies": [], "scalp_findings": [],
}  # fmt: skip
CREAM = {
    "drug": "lidocaine_4", "grams": 15.0, "minutes": 45.0, "area_cm2": 100.0, "occluded": False,
    "heated": False, "on_needled_skin": False,
}  # fmt: skip
PLAN: dict[str, Any] = {
    "device": {"kind": "pen", "needle_mm": 0.6, "rate_hz": 100.0},
    "course": {
        "sessions": 6, "interval_days": 14.0, "passes": 4, "area_cm2": 100.0,
        "endpoint": "erythema", "zone": "vertex",
    },
    "topicals": [{"drug": "minoxidil", "hold_hours": 24.0}],
    "anaesthetic": CREAM,
    "setting": {"place": "clinic", "trained_operator": True, "single_use_needles": True},
}  # fmt: skip


def person(**changed: Any) -> Patient:
    return Patient.model_validate(HEALTHY | changed)


def plan(**changed: Any) -> Protocol:
    return Protocol.model_validate(PLAN | changed)


def sheet(
    who: Patient | None = None, what: Protocol | None = None, other: float | None = 0.0
) -> Sheet:
    who, what = who or person(), what or plan()
    return procedure_sheet(who, what, screen(who, what), other)


def keys(of: Sheet) -> list[str]:
    return [line.key for line in of.lines]


def test_a_session_runs_in_its_order_and_the_clock_never_turns_back() -> None:
    done = sheet()
    places = [PHASES.index(line.phase) for line in done.lines]
    assert places == sorted(places)
    assert set(places) == set(range(len(PHASES)))
    minutes = [line.minute for line in done.lines]
    assert minutes == sorted(minutes)
    assert minutes[0] == 0
    assert done.minutes >= minutes[-1]


def test_the_cream_is_on_for_its_minutes_and_off_before_the_first_needle() -> None:
    done = sheet()
    at = {line.key: line.minute for line in done.lines}
    assert at["numbing_off"] - at["numbing_wait"] == 45
    assert at["numbing_off"] < at["antisepsis"] < at["first_pass"]
    assert isinstance(done.numbing, Allowed)
    wait = next(line.text for line in done.lines if line.key == "numbing_wait")
    assert "45 minutes" in wait
    assert "60 minutes at the latest" in wait
    without = sheet(what=plan(anaesthetic=None))
    assert done.minutes - without.minutes == 45 + 2 + 3


def test_a_cream_that_is_not_allowed_is_not_on_the_sheet() -> None:
    done = sheet(what=plan(anaesthetic=CREAM | {"grams": 100.0}))
    assert isinstance(done.numbing, Refused)
    assert done.numbing.reasons
    assert "numbing_on" not in keys(done)
    assert "no_numbing" in keys(done)
    unknown = sheet(other=None)
    assert "numbing_on" not in keys(unknown)
    assert "other_lidocaine_mg" in {asked.field for asked in unknown.asked}


def test_every_line_says_why_from_where_and_how_sure() -> None:
    for line in sheet().lines:
        assert line.why
        assert line.origin in {"protocol", "person", "rule"}
        assert line.basis.sources
        assert line.basis.certainty in {"high", "moderate", "low", "judgement"}
        assert "{" not in line.text
        assert "None" not in line.text
    assert {line.origin for line in sheet().lines} == {"protocol", "person", "rule"}


def test_off_label_stands_on_every_sheet_and_in_every_consent() -> None:
    assert "off-label" in sheet().off_label
    assert "off-label" in next(line.text for line in sheet().lines if line.key == "consent")
    assert "off_label" in [section.key for section in consent_page(person(), plan()).sections]


def test_where_needling_may_not_go_ahead_there_are_no_lines_but_reasons() -> None:
    for stated in ({"allergies": ["nickel"]}, {"medications": ["isotretinoin"]}):
        done = sheet(person(**stated))
        assert not done.lines
        assert done.held_back_by
        assert all(finding.source for finding in done.held_back_by)
        assert "off-label" in done.off_label


@pytest.mark.parametrize("zone", get_args(Zone))
@pytest.mark.parametrize("planned", [0.3, 0.6, 1.0, 1.5, 2.5])
def test_no_needle_is_longer_than_plan_zone_or_one_and_a_half(zone: str, planned: float) -> None:
    course = PLAN["course"] | {"zone": zone}
    what = plan(course=course, device={"kind": "roller", "needle_mm": planned})
    (needle,) = needle_lengths(person(), what, shallow=False)
    assert needle.needle_mm == min(planned, needle.most_mm)
    assert needle.needle_mm <= 1.5
    assert bool(needle.shortened) == (needle.needle_mm < planned)
    warnings = sheet(what=what).warnings
    assert bool(warnings) == (planned > 1.5)
    assert all("2.5 mm" in warning.text for warning in warnings)


def test_front_and_temple_get_shorter_needles_than_crown_and_back() -> None:
    course = {key: value for key, value in PLAN["course"].items() if key != "zone"}
    what = plan(course=course, device={"kind": "roller", "needle_mm": 1.5})
    by_zone = {each.zone: each for each in needle_lengths(person(), what, shallow=False)}
    assert set(by_zone) == set(get_args(Zone))
    assert by_zone["frontal"].needle_mm == by_zone["temporal"].needle_mm == 1.0
    assert by_zone["vertex"].needle_mm == by_zone["occipital"].needle_mm == 1.5
    assert by_zone["frontal"].skin_mm < by_zone["temporal"].skin_mm < by_zone["occipital"].skin_mm
    woman = person(sex="female", condition="female_pattern_hair_loss")
    assert needle_lengths(woman, what, shallow=False)[0].skin_mm < by_zone["frontal"].skin_mm
    assert "course.zone" in {asked.field for asked in sheet(what=what).asked}


def test_a_finding_that_asks_for_shallow_needling_shortens_the_needle() -> None:
    who = person(skin_type=5)
    what = plan(device={"kind": "roller", "needle_mm": 1.0})
    found = screen(who, what).findings
    done = sheet(who, what)
    assert any(finding.shallow for finding in found)
    assert done.needles[0].needle_mm == 0.6
    assert "shallow" in done.needles[0].shortened
    assert "dark_skin" in keys(done)


def test_an_unknown_skin_type_counts_as_one_that_needs_care() -> None:
    done = sheet(person(skin_type=None))
    assert "dark_skin" in keys(done)
    assert "skin_type" in {asked.field for asked in done.asked}


def test_aspirin_makes_the_needling_gentler() -> None:
    assert "bleeds_easily" in keys(sheet(person(medications=["aspirin"])))
    assert "bleeds_easily" not in keys(sheet())


def test_the_endpoint_is_redness_whatever_the_plan_says() -> None:
    course = PLAN["course"] | {"endpoint": "pinpoint_bleeding"}
    done = sheet(what=plan(course=course))
    text = next(line.text for line in done.lines if line.key == "endpoint")
    assert "uniform erythema" in text
    assert "never chase bleeding" in text
    assert "endpoint_differs" in keys(done)
    assert "endpoint_differs" not in keys(sheet())


def test_chlorhexidine_is_no_default_and_needle_heads_are_for_one_person() -> None:
    lines = {line.key: line.text for line in sheet().lines}
    assert "Not chlorhexidine by default" in lines["antisepsis"]
    assert "lot and expiry" in lines["cartridge"]
    assert "sharps" in lines["sharps"]


def test_what_is_put_on_and_what_waits() -> None:
    assert "minoxidil for 24 hours" in next(x.text for x in sheet().lines if x.key == "hold")
    unknown = sheet(what=plan(topicals=[{"drug": "minoxidil"}]))
    assert "hold_unknown" in keys(unknown)
    assert "topicals.hold_hours" in {asked.field for asked in unknown.asked}
    at_once = sheet(
        what=plan(topicals=[{"drug": "growth_factors", "hold_hours": 0.0, "sterile": True}])
    )
    assert "growth factors" in next(x.text for x in at_once.lines if x.key == "at_once")


def test_the_record_asks_for_depth_passes_endpoint_pain_and_reaction_by_zone() -> None:
    by_zone = {one.name for one in sheet().record if one.per_zone}
    assert {"needle length set", "passes", "endpoint reached", "pain"} < by_zone
    assert any("even if none" in name for name in by_zone)
    assert any("lot" in one.name and not one.per_zone for one in sheet().record)


def test_a_plan_without_needling_has_no_sheet_and_no_consent() -> None:
    nothing = Protocol.model_validate({"course": {"sessions": 0}})
    with pytest.raises(BadInput, match="no needling"):
        sheet(what=nothing)
    with pytest.raises(BadInput, match="no needling"):
        consent_page(person(), nothing)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(get_args(Zone)), st.floats(0.1, 3), st.sampled_from([1, 4, None]),
    st.one_of(st.none(), st.integers(1, 60)),
)  # fmt: skip
def test_any_plan_gives_a_whole_sheet(
    zone: str, needle_mm: float, skin_type: int | None, passes: int | None
) -> None:
    course = PLAN["course"] | {"zone": zone, "passes": passes}
    what = plan(course=course, device={"kind": "stamp", "needle_mm": needle_mm})
    done = sheet(person(skin_type=skin_type), what)
    assert done.lines
    assert all(needle.needle_mm <= min(1.5, needle_mm) for needle in done.needles)
    assert ("course.passes" in {asked.field for asked in done.asked}) == (passes is None)


# ── Consent ───────────────────────────────────────────────────────────────────────────────────────


def test_the_consent_page_reads_at_grade_eight_or_below() -> None:
    for section in consent_text().sections:
        assert grade(section.text) <= 8, section.key
    whole = " ".join(section.text for section in consent_text().sections)
    assert grade(whole) <= 6.5
    risks = " ".join(f"{r.what}. {r.how_often}. {r.how_long}." for r in consent_text().risks)
    assert grade(risks) <= 8


@pytest.mark.parametrize("condition", get_args(Condition))
def test_everybody_reads_of_benefit_alternatives_nothing_risks_and_the_right_to_stop(
    condition: str,
) -> None:
    sex = "female" if condition == "female_pattern_hair_loss" else "male"
    page = consent_page(person(condition=condition, sex=sex), plan())
    found = [section.key for section in page.sections]
    assert sum(key.startswith("benefit_") for key in found) == 1
    assert sum(key.startswith("alternatives_") for key in found) == 1
    assert {
        "off_label",
        "unknown",
        "nothing",
        "numbing",
        "minoxidil",
        "photographs",
        "stop",
    } <= set(found)
    assert {"Infection", "Dark marks", "Lines of small scars"} <= {risk.what for risk in page.risks}
    assert all(risk.how_often and risk.how_long and risk.basis.sources for risk in page.risks)


def test_what_is_not_planned_is_not_consented_to() -> None:
    page = consent_page(person(), plan(anaesthetic=None, topicals=[]))
    assert not {"numbing", "minoxidil", "prp"} & {section.key for section in page.sections}
    assert not any("Numbing" in risk.what or "Minoxidil" in risk.what for risk in page.risks)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t: t["steps"]["sharps"].pop("sources"), "no source"),
        (lambda t: t["steps"]["sharps"].update(when=["raining"]), "'raining'"),
        (lambda t: t["steps"]["sharps"].update(phase="before"), "follow the phases"),
        (lambda t: t["steps"]["sharps"].update(minutes=-1), "minutes"),
        (lambda t: t["steps"]["sharps"].update(origin="habit"), "unknown phase or origin"),
        (lambda t: t["zones"].pop("vertex"), "zones of the procedure"),
        (lambda t: t["zones"]["vertex"].update(most_mm=2.0), "above 1.5 mm"),
        (lambda t: t["record"][0].pop("per_zone"), "per_zone"),
        (lambda t: t.update(more={}), "unknown keys: more"),
    ],
)
def test_a_spoilt_step_is_refused(spoil: Any, said: str) -> None:
    tables = copy.deepcopy(read_records("procedure_steps.toml"))
    spoil(tables)
    with pytest.raises(BadRecord, match=said):
        check_procedure(tables, sources())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t: t["sections"]["stop"].update(text=" "), "no text"),
        (lambda t: t["sections"]["stop"].update(when=["rich"]), "'rich'"),
        (lambda t: t["risks"]["redness"].pop("how_long"), "no how_long"),
        (lambda t: t["risks"]["redness"].update(certainty="sure"), "no certainty"),
    ],
)
def test_a_spoilt_consent_is_refused(spoil: Any, said: str) -> None:
    tables = copy.deepcopy(read_records("consent.toml"))
    spoil(tables)
    with pytest.raises(BadRecord, match=said):
        check_consent(tables, sources())


def test_every_step_and_risk_is_told_to_somebody() -> None:
    assert len({step.key for step in procedure_steps().steps}) == len(procedure_steps().steps)
    assert {fact for step in procedure_steps().steps for fact in step.when} >= {"numbing", "hold"}
