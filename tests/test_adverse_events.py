"""Adverse events: what is normal until when, what is not, and that worse is never less urgent."""

import copy
import json
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anagen.evidence.adverse_events import (
    EFFECTS,
    SIGNS,
    URGENCIES,
    adverse_events,
    check_adverse_events,
)
from anagen.evidence.sources import BadRecord, read_records, sources
from anagen.evidence.vocabulary import vocabulary
from anagen.patient import Patient
from anagen.procedure import AdverseEvent, Assessment, assess
from anagen.procedure.adverse_event import EventKind
from anagen.protocol import Protocol
from anagen.reading import BadInput

KINDS = get_args(EventKind)
PLAN = Protocol.model_validate(
    {
        "device": {"kind": "pen", "needle_mm": 0.6},
        "course": {"sessions": 6, "interval_days": 14.0},
        "topicals": [{"drug": "minoxidil", "hold_hours": 24.0}],
    }
)


def person(**changed: Any) -> Patient:
    stated: dict[str, Any] = {
        "age": 34, "sex": "male", "condition": "androgenetic_alopecia", "conditions": [],
        "medications": [], "allergies": [], "scalp_findings": [],
    }  # fmt: skip
    return Patient.model_validate(stated | changed)


def event(kind: str, day: float, grade: int = 1, **changed: Any) -> AdverseEvent:
    """An event that began within an hour of the session and is there on ``day``."""
    stated: dict[str, Any] = {
        "kind": kind, "severity": grade, "onset_days": min(0.04, day), "days_since_session": day,
        "signs": [], "suspected_cause": "device",
    }  # fmt: skip
    return AdverseEvent.model_validate(stated | changed)


def of(
    kind: str, day: float, grade: int = 1, who: Patient | None = None, **changed: Any
) -> Assessment:
    return assess(event(kind, day, grade, **changed), who or person(), PLAN)


def rank(of_urgency: str) -> int:
    return URGENCIES.index(of_urgency)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "day", "grade", "signs", "urgency", "course"),
    [
        # Red 24-48 h, over within 7 days (Chu 2021); beyond it a dermatologist.
        ("erythema", 1, 1, [], "expected", "continue"),
        ("erythema", 5, 1, [], "watch", "continue"),
        ("erythema", 7, 1, [], "watch", "continue"),
        ("erythema", 7.1, 1, [], "within_a_week", "postpone"),
        ("erythema", 2, 1, ["spreading"], "same_day", "postpone"),
        ("oedema", 2, 1, [], "expected", "continue"),
        ("oedema", 4, 1, [], "watch", "continue"),
        ("oedema", 0.1, 1, ["face_swelling"], "emergency", "stop"),
        # Firm papules from day 3 on may be a granuloma.
        ("granuloma", 2.9, 1, [], "watch", "postpone"),
        ("granuloma", 3, 1, [], "within_a_week", "stop"),
        ("erythema", 3, 1, ["firm_papules"], "within_a_week", "stop"),
        ("bleeding", 0.1, 1, [], "expected", "continue"),
        ("bleeding", 0.1, 1, ["bleeds_through_pressure"], "same_day", "postpone"),
        ("bleeding", 2, 1, [], "same_day", "postpone"),
        ("pain", 1, 1, [], "expected", "continue"),
        ("pain", 4, 1, [], "within_a_week", "postpone"),
        ("pain", 4, 1, ["vesicles"], "same_day", "postpone"),
        ("infection_bacterial", 3, 2, ["pus"], "same_day", "postpone"),
        ("infection_bacterial", 3, 2, ["confusion"], "emergency", "stop"),
        ("infection_viral", 3, 2, ["vesicles"], "same_day", "postpone"),
        ("infection_viral", 3, 2, ["near_eye"], "emergency", "stop"),
        ("infection_fungal", 20, 1, [], "within_a_week", "postpone"),
        ("pigment_change", 20, 1, [], "watch", "postpone"),
        ("pigment_change", 29, 1, [], "within_a_week", "stop"),
        ("tram_track_scar", 30, 1, [], "within_a_week", "stop"),
        ("keloid", 60, 1, [], "within_a_week", "stop"),
        ("contact_allergy", 2, 1, [], "within_a_week", "postpone"),
        ("contact_allergy", 0.1, 1, ["hives"], "same_day", "stop"),
        ("contact_allergy", 0.1, 1, ["trouble_breathing"], "emergency", "stop"),
        ("anaphylaxis", 0.01, 4, [], "emergency", "stop"),
        ("anaesthetic_toxicity", 0.05, 2, [], "emergency", "stop"),
        ("methaemoglobinaemia", 0.1, 3, ["blue_lips"], "emergency", "stop"),
        ("blood_borne_exposure", 0.0, 1, [], "emergency", "stop"),
        ("minoxidil_systemic", 1, 2, ["palpitations"], "same_day", "stop"),
        ("minoxidil_systemic", 1, 2, ["chest_pain"], "emergency", "stop"),
        ("hypertrichosis", 60, 1, [], "watch", "continue"),
        ("shedding", 30, 1, [], "expected", "continue"),
        ("shedding", 60, 1, [], "within_a_week", "postpone"),
        ("shedding", 30, 1, ["bald_patch"], "within_a_week", "stop"),
        ("pain", 1, 3, [], "same_day", "postpone"),
        ("pain", 1, 4, [], "emergency", "stop"),
    ],
)
def test_what_to_do_how_fast(
    kind: str, day: float, grade: int, signs: list[str], urgency: str, course: str
) -> None:
    found = of(kind, float(day), grade, signs=signs)
    assert (found.urgency, found.course) == (urgency, course)
    assert found.sources
    if rank(urgency) > rank("watch"):
        assert found.actions
        assert found.refer_to
        assert found.actions[0].urgency == urgency


def test_every_kind_is_recorded_and_says_what_is_normal() -> None:
    assert set(KINDS) == set(adverse_events().kinds)
    for key, kind in adverse_events().kinds.items():
        assert kind.normal.text
        assert kind.normal.basis.sources, key
        said = of(key, 0.5)
        assert said.urgency_said
        assert said.course_said


def test_the_page_names_every_kind_sign_and_key() -> None:
    page = (Path(__file__).parents[1] / "docs/methods/procedure.md").read_text("utf-8")
    for word in (*KINDS, *SIGNS, *AdverseEvent.model_fields):
        assert f"`{word}`" in page, word


moments = st.floats(0, 400)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(KINDS),
    st.integers(1, 4),
    st.integers(0, 1),
    moments,
    st.floats(0, 100),
    st.lists(st.sampled_from(SIGNS), max_size=3),
    st.lists(st.sampled_from(SIGNS), max_size=2),
    st.one_of(st.none(), moments),
)
def test_a_graver_longer_event_with_more_signs_is_never_less_urgent(
    kind: str,
    grade: int,
    graver: int,
    day: float,
    longer: float,
    signs: list[str],
    more: list[str],
    ended: float | None,
) -> None:
    """Also one that is over: the longer it lasted, the less time has passed since."""
    now = day + longer + 1
    stated = {"onset_days": 0.0, "days_since_session": now}
    if ended is not None:
        stated |= {"outcome": "recovered", "ended_days": min(day, ended)}
    mild = of(kind, now, grade, signs=signs, **stated)
    if ended is not None:
        stated |= {"ended_days": min(now, min(day, ended) + longer)}
    else:
        stated["days_since_session"] = now + longer
    worse = of(kind, now, grade + graver * (grade < 4), signs=[*signs, *more], **stated)
    assert rank(worse.urgency) >= rank(mild.urgency)
    assert EFFECTS.index(worse.course) >= EFFECTS.index(mild.course)
    assert bool(worse.report) >= bool(mild.report)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(KINDS),
    st.integers(1, 4),
    moments,
    st.lists(st.sampled_from(SIGNS), unique=True),
)
def test_an_answer_never_makes_it_worse_than_was_said_it_could_become(
    kind: str, grade: int, day: float, signs: list[str]
) -> None:
    unknown = of(kind, day, grade, who=person(conditions=None), signs=None)
    known = of(kind, day, grade, signs=signs, who=person(conditions=["immunosuppressed"]))
    assert rank(known.urgency) <= rank(unknown.could_become)
    assert rank(unknown.urgency) <= rank(known.urgency)
    assert "signs" in {asked.field for asked in unknown.asked}


def test_what_is_known_of_the_person_counts() -> None:
    weak = person(medications=["methotrexate"])
    assert of("infection_bacterial", 3.0, who=weak).urgency == "emergency"
    assert of("bleeding", 0.1, who=person(medications=["warfarin"])).urgency == "same_day"
    assert of("bleeding", 0.1, who=person(medications=["aspirin"])).urgency == "watch"
    heart = person(conditions=["heart failure"])
    assert of("minoxidil_systemic", 1.0, who=heart).urgency == "emergency"
    g6pd = of("methaemoglobinaemia", 0.1, who=person(conditions=["G6PD deficiency"]))
    assert any("no methylene blue" in action.said.text for action in g6pd.actions)
    asked = of("infection_bacterial", 3.0, who=person(medications=None))
    assert asked.could_become == "emergency"
    assert "medications" in {one.field for one in asked.asked}
    strange = of("infection_bacterial", 3.0, who=person(medications=["zzqx"]))
    assert strange.could_become == "emergency"


def test_what_the_plan_holds_counts() -> None:
    with_cream = PLAN.model_copy(
        update={
            "anaesthetic": Protocol.model_validate(
                {"course": {"sessions": 0}, "anaesthetic": {"drug": "lidocaine_prilocaine"}}
            ).anaesthetic
        }
    )
    found = assess(event("methaemoglobinaemia", 0.1), person(), with_cream)
    assert any("never again prilocaine" in action.said.text for action in found.actions)
    assert not any("prilocaine" in a.said.text for a in of("methaemoglobinaemia", 0.1).actions)


def test_serious_and_lasting_harm_is_reported() -> None:
    assert any("MedWatch" in one.text for one in of("granuloma", 4.0).report)
    assert any("Yellow Card" in one.text for one in of("erythema", 1.0, grade=3).report)
    assert not of("erythema", 1.0).report


def test_what_is_over_for_days_is_no_emergency_and_stays_a_reason_to_stop() -> None:
    over = {"outcome": "recovered", "ended_days": 0.2, "onset_days": 0.0}
    fresh = of("anaphylaxis", 1.0, grade=4, **over)
    assert (fresh.urgency, fresh.over) == ("emergency", False)  # it may come back
    past = of("anaphylaxis", 5.0, grade=4, **over)
    assert (past.urgency, past.course, past.over) == ("within_a_week", "stop", True)
    assert past.report


def test_hours_and_days_are_the_same_clock() -> None:
    by_hours = event("granuloma", 4.0, onset_days=None, onset_hours=72.0)
    assert by_hours.starts_day == event("granuloma", 4.0, onset_days=3.0).starts_day == 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "rash"}, "kind is 'rash'; allowed is one of erythema"),
        ({"kind": "granulomma"}, "did you mean 'granuloma'?"),
        ({"severity": 6}, "severity is 6; allowed is a grade from 1 (mild)"),
        ({"severity": None}, "severity"),
        ({"onset_days": None}, "onset needs onset_hours or onset_days"),
        ({"onset_hours": 1.0}, "onset needs onset_hours or onset_days"),
        ({"onset_days": 3.0}, "before the onset; allowed is 3 or more"),
        ({"ended_days": 9.0}, "ended_days is 9; allowed is from the onset (1) to today (2)"),
        ({"outcome": "recovered"}, "ended_days must say when it ended"),
        ({"outcome": "fatal"}, "severity 5 and outcome fatal go together"),
        ({"signs": ["purple"]}, "signs entry 1"),
        ({"suspected_cause": "moon"}, "suspected_cause is 'moon'"),
        ({"days_since_session": -1.0}, "from 0 to 3650"),
        ({"colour": "red"}, "unknown key colour"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(
    tmp_path: Path, wrong: dict[str, Any], said: str
) -> None:
    good = {"kind": "erythema", "severity": 1, "onset_days": 1.0, "days_since_session": 2.0}
    path = tmp_path / "event.json"
    path.write_text(json.dumps(good), "utf-8")
    assert AdverseEvent.read(path).kind == "erythema"
    path.write_text(json.dumps(good | wrong), "utf-8")
    with pytest.raises(BadInput) as refused:
        AdverseEvent.read(path)
    assert said in str(refused.value)


def test_an_event_is_read_from_toml(tmp_path: Path) -> None:
    path = tmp_path / "event.toml"
    path.write_text(
        'kind = "granuloma"\nseverity = 2\nonset_days = 4\ndays_since_session = 9\n'
        'zone = "vertex"\nsigns = ["firm_papules"]\nsuspected_cause = "topical"\nlot = "A1"\n',
        "utf-8",
    )
    assert assess(AdverseEvent.read(path), person(), PLAN).refer_to == ("a dermatologist",)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t: t["kinds"]["keloid"].pop("urgency"), "normal days or an urgency"),
        (lambda t: t["kinds"]["erythema"].update(urgency="watch"), "normal days or an urgency"),
        (lambda t: t["kinds"]["keloid"].update(course="rest"), "'rest'"),
        (lambda t: t["kinds"]["keloid"].update(ask=["purple"]), "'purple'"),
        (lambda t: t["flags"][0].update(signs=["purple"]), "'purple'"),
        (lambda t: t["flags"][0].update(person=["martian"]), "'martian'"),
        (lambda t: t["flags"][0].pop("sources"), "no source"),
        (lambda t: t["flags"][0].update(until=3), "unknown keys: until"),
        (lambda t: t["severities"].pop("5"), "1 to 5"),
        (lambda t: t["urgencies"].pop("watch"), "each urgency"),
    ],
)
def test_a_spoilt_record_is_refused(spoil: Any, said: str) -> None:
    tables = copy.deepcopy(read_records("adverse_events.toml"))
    spoil(tables)
    with pytest.raises(BadRecord, match=said):
        check_adverse_events(tables, sources(), vocabulary())
