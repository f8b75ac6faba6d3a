"""A course's calendar: right days and hours, private, moved and never doubled."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import ics
import pytest
import vobject
from fake_plan import MINOXIDIL, PATIENT, make_protocol
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from anagen.care.appointments import When
from anagen.care.calendar_file import read_calendar
from anagen.care.course_calendar import first_calendar, replan
from anagen.care.pages import LANGUAGES
from anagen.patient import Patient
from anagen.reading import BadInput
from anagen.screening import screen

START = date(2026, 3, 2)
ZONE = "Europe/Madrid"  # its clocks change on 29 March and 25 October 2026
ALL_DAY = When(START)
MORNING = When(START, time(10), ZONE)
WHO = Patient.model_validate(PATIENT | {"medications": [], "allergies": [], "scalp_findings": []})
COURSE = make_protocol(12, (MINOXIDIL,))
MEDICAL = re.compile(
    r"needl|minoxidil|hair|scalp|medic|alopecia|treat|drug|dose|clinic|doctor|patient|skin|bleed"
    r"|pelo|cuero|aguj|cl[ií]nic|tratam|paciente|piel|sangr|presión|pressure",
    re.IGNORECASE,
)


def file(protocol=COURSE, first=ALL_DAY, weeks=52, who=WHO, **more):
    return first_calendar(who, protocol, screen(who, protocol), first, weeks, **more)


def events(*args, **more):
    return Calendar.from_ical(file(*args, **more)).walk("VEVENT")


def days(found, word):
    return [event.decoded("dtstart") for event in found if word in str(event["summary"])]


def by_uid(raw):
    return {str(event["uid"]): event for event in Calendar.from_ical(raw).walk("VEVENT")}


@pytest.mark.parametrize("first", [When(START), MORNING])
def test_it_reads_back_to_the_same_file(first):
    raw = file(first=first)
    assert Calendar.from_ical(raw).to_ical() == raw
    assert file(first=first) == raw
    assert b"\r\n" in raw
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75


@pytest.mark.parametrize("first", [When(START), MORNING])
def test_two_other_libraries_read_the_same_entries(first):
    raw = file(first=first).decode()
    ours = {
        uid: (event.decoded("dtstart"), str(event["summary"])) for uid, event in by_uid(raw).items()
    }
    theirs = {
        event.uid.value: (event.dtstart.value, event.summary.value)
        for event in vobject.readOne(raw).vevent_list
    }
    assert theirs == ours
    for event in ics.Calendar(raw).events:
        start, title = ours[event.uid]
        assert event.name == title
        moment = start if isinstance(start, datetime) else datetime.combine(start, time(), UTC)
        assert event.begin.datetime == moment
    assert len(ics.Calendar(raw).events) == len(ours)


def test_visits_fall_on_the_days_of_the_protocol():
    assert days(events(), "Visit") == [START + timedelta(days=14 * each) for each in range(12)]


def test_the_pause_starts_with_the_visit_and_ends_when_its_hours_are_over():
    found = events()
    visits = days(found, "Visit")
    assert days(found, "Pause for 24 hours") == visits
    assert days(found, "may start again") == [day + timedelta(days=1) for day in visits]


@pytest.mark.parametrize(("hours", "later"), [(6, 1), (24, 1), (48, 2), (30, 2)])
def test_the_restart_never_comes_too_early(hours, later):
    protocol = make_protocol(3, (MINOXIDIL | {"hold_hours": hours},))
    assert days(events(protocol), "may start again")[0] == START + timedelta(days=later)


def test_hours_are_true_hours_when_the_clocks_change():
    """Forty-eight hours from Saturday 10:00 end on Monday at 11:00 when the clocks go forward on
    Sunday, and at 9:00 when they go back; visits keep their hour on the clock."""
    for saturday, over in ((date(2026, 3, 28), 11), (date(2026, 10, 24), 9)):
        protocol = make_protocol(2, (MINOXIDIL | {"hold_hours": 48},))
        found = events(protocol, first=When(saturday, time(10), ZONE))
        visits, (restart, _) = days(found, "Visit"), days(found, "may start again")
        assert restart - visits[0] == timedelta(hours=48)
        assert restart.astimezone(ZoneInfo(ZONE)).time() == time(over)
        assert {visit.astimezone(ZoneInfo(ZONE)).time() for visit in visits} == {time(10)}


def test_no_restart_is_announced_that_the_next_visit_would_forbid():
    protocol = make_protocol(3, (MINOXIDIL | {"hold_hours": 24 * 14},))
    assert len(days(events(protocol), "may start again")) == 1


def pauses(raw):
    return {str(event["summary"]) for event in by_uid(raw).values() if "Pause" in event["summary"]}


def test_the_longest_pause_of_all_that_is_put_on_counts():
    plasma = {"drug": "prp", "dose_ml": 4.0, "hold_hours": 48}
    for topicals in ((MINOXIDIL, plasma), (plasma, MINOXIDIL)):
        protocol = make_protocol(3, topicals)
        assert pauses(file(protocol)) == {"Pause for 48 hours"}
        assert pauses(file(protocol, pause_h=72)) == {"Pause for 72 hours"}
        assert pauses(file(protocol, pause_h=6)) == {"Pause for 48 hours"}


def test_reviews_fall_within_the_plan():
    assert days(events(), "Review") == [START + timedelta(weeks=w) for w in (12, 24, 36, 52)]
    assert len(days(events(weeks=30), "Review")) == 2


def test_nothing_after_the_plan_is_a_visit():
    found = events(weeks=10)
    assert max(days(found, "Visit")) < START + timedelta(weeks=10)
    assert "Visit 5 of 5" in [str(event["summary"]) for event in found]


def test_without_sessions_there_are_reviews_only():
    found = events(make_protocol(0, (MINOXIDIL,)))
    assert {str(event["summary"])[:6] for event in found} == {"Review"}


def test_minoxidil_by_mouth_or_beside_a_heart_disease_asks_for_checks_of_blood_pressure():
    by_mouth = make_protocol(3).model_dump() | {
        "medicines": [{"drug": "oral_minoxidil", "mg_per_day": 2.5}]
    }
    heart = WHO.model_copy(update={"conditions": ()}).model_dump() | {
        "conditions": ["heart murmur"]
    }
    assert not days(events(), "Short check")
    assert len(days(events(type(COURSE).model_validate(by_mouth)), "Short check")) == 3
    assert len(days(events(who=Patient.model_validate(heart)), "Short check")) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_tell_nobody_about_a_condition_and_entries_are_private(language):
    calendar = Calendar.from_ical(file(language=language))
    assert not MEDICAL.search(str(calendar["x-wr-calname"]))
    for event in calendar.walk("VEVENT"):
        assert not MEDICAL.search(str(event["summary"]))
        assert event["class"] == "PRIVATE"
        assert type(event.decoded("dtstart")) is date
        assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(days=1)


def test_identifiers_are_unique_and_differ_between_people_and_starts():
    uids = set(by_uid(file()))
    assert len(uids) == len(events())
    older = WHO.model_copy(update={"age": 60.0})
    assert uids.isdisjoint(by_uid(file(who=older)))
    assert uids.isdisjoint(by_uid(file(first=When(START + timedelta(days=1)))))


SUNBURNT = Patient.model_validate(WHO.model_dump() | {"scalp_findings": ["sunburn"]})
TODAY = START + timedelta(days=20)  # after two visits


def again(raw, who=WHO, today=TODAY, protocol=COURSE, **more):
    before = read_calendar(raw, "calendar.ics")
    return replan(before, protocol, screen(who, protocol), today, 52, **more)


def test_a_sunburn_moves_the_next_visit_and_those_after_it_and_doubles_none():
    raw = file(first=MORNING)
    until = START + timedelta(days=42)
    new = again(raw, SUNBURNT, until=until)
    old, now = by_uid(raw), by_uid(new.file)
    assert set(now) == set(old)
    visits = [when.day for when in new.visits]
    assert visits[:2] == [START, START + timedelta(days=14)]
    assert visits[2:] == [until + timedelta(days=14 * each) for each in range(10)]
    moved = {uid for uid in now if now[uid].decoded("dtstart") != old[uid].decoded("dtstart")}
    assert {re.split(r"[.@]", uid)[1].split("-")[0] for uid in moved} == {
        "visit", "pause", "restart",
    }  # fmt: skip
    for uid, event in now.items():
        assert event["sequence"] == (1 if uid in moved else 0)
        assert event["status"] == "CONFIRMED"
    assert "unburn" in " ".join(new.reasons)


def test_a_course_planned_anew_pauses_no_shorter_than_before():
    """What the person was told at first (here 72 h, for dark skin) holds for the whole course."""
    raw = file(pause_h=72)
    assert read_calendar(raw, "calendar.ics").pause_h == 72
    for hold_h, worked_out_h, told_h in ((24, 0, 72), (24, 96, 96), (120, 0, 120)):
        protocol = make_protocol(12, (MINOXIDIL | {"hold_hours": hold_h},))
        new = again(raw, protocol=protocol, pause_h=worked_out_h)
        assert pauses(new.file) == {f"Pause for {told_h} hours"}
        assert read_calendar(new.file, "calendar.ics").pause_h == told_h


def test_a_wait_without_a_number_of_days_is_asked_for():
    with pytest.raises(BadInput, match="--until"):
        again(file(), Patient.model_validate(WHO.model_dump() | {"conditions": ["atopic eczema"]}))


def test_a_wait_that_a_rule_names_moves_the_visit_to_its_end():
    stopped = {"name": "isotretinoin", "stopped_days_ago": 40}
    new = again(file(), Patient.model_validate(WHO.model_dump() | {"medications": [stopped]}))
    if new.waits_until is not None:
        assert new.waits_until == TODAY + timedelta(days=140)
        assert new.visits[2].day == new.waits_until


def test_who_may_not_be_needled_keeps_reviews_and_the_visits_come_back_later():
    pregnant = Patient.model_validate(
        WHO.model_dump()
        | {"sex": "female", "condition": "female_pattern_hair_loss", "grade": "ludwig_1"}
        | {"pregnant": True}
    )
    raw = file()
    stopped = again(raw, pregnant)
    now = by_uid(stopped.file)
    assert set(now) == set(by_uid(raw))
    cancelled = [event for event in now.values() if event["status"] == "CANCELLED"]
    assert len(cancelled) == 30  # ten visits with their pauses and restarts
    assert all(str(event["summary"]) == "Cancelled" for event in cancelled)
    assert len(days(now.values(), "Review")) == 4
    with pytest.raises(BadInput, match="cancelled; give --until"):
        again(stopped.file)
    until = START + timedelta(days=200)
    back = by_uid(again(stopped.file, today=TODAY + timedelta(days=90), until=until).file)
    assert {str(event["status"]) for event in back.values()} == {"CONFIRMED"}
    assert max(event["sequence"] for event in back.values()) == 2
    assert set(back) == set(now)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 150), st.integers(0, 60)), min_size=1, max_size=4))
def test_however_often_a_course_is_planned_anew_nothing_is_doubled_or_lost(waits):
    raw = file()
    uids, last = set(by_uid(raw)), dict.fromkeys(by_uid(raw), 0)
    for passed, wait in sorted(waits):
        today = START + timedelta(days=passed)
        raw = again(raw, today=today, until=today + timedelta(days=wait)).file
        now = by_uid(raw)
        assert set(now) == uids
        assert all(now[uid]["sequence"] >= last[uid] for uid in uids)
        last = {uid: now[uid]["sequence"] for uid in uids}
        visits = [when.day for when in read_calendar(raw, "calendar.ics").visits()]
        assert visits == sorted(set(visits))


@pytest.mark.parametrize(
    "raw", [b"", b"nonsense", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", b"\xff\xfe\x00"]
)
def test_a_file_of_another_program_is_refused_in_one_sentence(raw):
    with pytest.raises(BadInput, match="no calendar of one course"):
        read_calendar(raw, "calendar.ics")
    timed = file(first=MORNING)
    nowhere = timed.replace(b"TIMEZONE:Europe/Madrid", b"TIMEZONE:Nowhere/At_all")
    for foreign in (file().replace(b"@anagen", b"@else"), nowhere):
        with pytest.raises(BadInput):
            read_calendar(foreign, "calendar.ics")


@pytest.mark.parametrize("hours", [b"inf", b"1e999", b"-1", b"nan", b"673", b"a day", b""])
def test_a_pause_that_no_protocol_can_hold_is_refused_in_one_sentence(hours):
    raw = file()
    foreign = raw.replace(b"X-ANAGEN-HOURS:24", b"X-ANAGEN-HOURS:" + hours)
    assert foreign != raw
    with pytest.raises(BadInput, match=r"no calendar of one course; allowed is .*\.$"):
        read_calendar(foreign, "calendar.ics")


def test_a_visit_cannot_be_moved_before_the_one_before_it():
    new = again(file(), until=START)
    assert new.visits[2].day == START + timedelta(days=28)  # an earlier day changes nothing
    assert replace(When(START), at=None).start == START
